"""What can be wrong in the specs: ``code | title | what to do``, a line each."""

SPEC = """
CED001 | the file is not valid YAML | correct the place; often a text with a colon or bracket lacks quotes
CED002 | keys and values are needed here | write `key: value` lines at the top, each key one word or text
CED003 | an anchor, alias, merge key or tag | write the text out; all scalars of a spec are text
CED004 | a word stands alone inside braces | put quotes around an expression that holds a comma
CED005 | a key is given twice | delete one of them
CED006 | an unknown key | take the word proposed, or see the mapping language
CED007 | a needed key is missing | add the key
CED008 | a word that is no choice of its key | take one of the words listed
CED009 | a value of the wrong kind | write what is expected, such as a whole number or yes
CED010 | a needed file is not there | write the file, or name another folder
CED011 | a spec file cannot be read | save it as UTF-8, and look at its permissions
CED012 | an unknown column or variable | take the word proposed; a table's columns stand in sources.yaml
CED013 | an unknown function | take the word proposed, or see the mapping language
CED014 | types that do not fit | convert: number(..) or text(..), date(..) for a date
CED015 | an expression that cannot be parsed | correct the place; the message says what may stand there
CED016 | an unknown table, dataset or instrument | take the word proposed, or declare it
CED017 | a line, parameter or window has no verb, or several | give it exactly one of those listed
CED018 | words of a line that do not go together | take the word out, or use the verb it goes with
CED019 | a variable that the domain does not have | correct the name, or make it a supplemental qualifier
CED020 | a required or expected variable has no line | write a line, or `{absent: "why"}`
CED021 | a text that is no term of its codelist | take the term proposed, or add terms in define.yaml
CED022 | a codelist that is unknown or cannot be extended | correct its code, or write your own codelist
CED023 | a date format, date-time or range that is none | write it of the parts that the message lists
CED024 | a name or label that SAS cannot hold | up to 8 capitals and digits; labels up to 40 ASCII bytes
CED025 | lines or datasets that need each other in a circle | break the circle that the message names
CED026 | an unknown domain | correct it, or give a custom domain its class and label
CED027 | units without conversion | name a standard unit of the same quantity, or convert in `value`
CED028 | a standard or terminology that is not there | pin one that is, or import its file with ct import
CED029 | something is declared twice | delete one of them
CED030 | visits of a table that has none | name the table's visit columns in sources.yaml
CED031 | --only names an unknown dataset | take a dataset of the study
CED032 | the study has no dataset | write a spec in mappings/sdtm or mappings/adam
CED033 | analysis windows that overlap, or are in no order | give each visit days of its own
CED034 | parameter codes and names that are not one to one | give each code one name, and each name one code
CED035 | a time to event that is incomplete or contradicts itself | follow the message
CED036 | derived records that are incomplete or contradict themselves | follow the message
CED037 | a scale that cannot be scored as it says | follow the message
CED040 | layers that build on each other in a circle | take one of them out of `extends`
CED041 | a layer that is not there, or holds no specs | correct the path, which is relative to study.yaml
CED042 | a dataset that neither the study nor a layer has | take the word proposed, or write its spec
CED043 | nothing of this name to remove | take the word proposed, or delete the line
CED044 | a line that a block of the layer hides | write the `stack` in the study's file
CED045 | --renumber where no numbers are kept | leave it out, or write `sequence: pinned` in study.yaml
CED046 | a study to pool that is not there, or cannot be pooled | follow the message
CED047 | a dataset has another name than its file | call the file as the dataset, or correct the name
CED048 | a profile that the study does not have | take the name proposed; study.yaml declares `profiles`
CED049 | a profile that cannot be carried out | follow the message
CED050 | the name of a part of a split domain | the domain code and one or two characters more
CED051 | a supplemental qualifier that does not fit its parent | another name, one label, another `idvar`
CED052 | a choice of rows, a look-up or a line that waits for what is made later | follow the message
CED053 | windows of visits that overlap or have no day 1 | correct `days` or `day1` in visits.yaml
CED054 | a choice of rows by a variable that has no value in them | choose by a variable that has a line
CED055 | a SAS format that is none, or is for another type | write one that fits, such as DATE9. or 8.2
CED056 | a planned length, or decimals, that a variable cannot have | 1 to 200 for texts, decimals for numbers
CED057 | a constant in quotes, which would stand in the data | write it without them
CED058 | records of two origins that no variable tells apart | assign them a text, or write one origin
CED060 | a two-digit year without a pivot | write the pivot in study.yaml: the first year of the hundred
CED061 | a pivot that is no year of four digits | write the first year of the hundred, such as 1950
CED062 | a format that can be read in two ways | put a separator between parts of one or two digits
CED063 | a rule of imputation that cannot be | take the words that the message lists
CED064 | imputation flags that have no name, or one of something else | name them with `flags`
CED065 | 'unknown' in a line without a condition | take it out, or give the line a condition
CED070 | a test has two standard units | give the test one `standard` in all its blocks
CED071 | a unit or factor of study.yaml that is none | take the word proposed, or write a number above 0
CED072 | a factor of the study differs from the table's (a note) | nothing, or correct the factor
CED073 | tests in rows are not said in full | give `test` with `ct`, `result`, and `tests` by code
CED080 | a line matches terms, but its variable has no fitting codelist | give `codelist`, or write ct
CED081 | two codes of ct are one where case is ignored | give them one term, or take `case: ignore` away
CED082 | a CT package of the study cannot be read | import it again with ced-cdisc ct import
CED083 | a file that is no published terminology | take the .txt, .xlsx or .odm.xml file of NCI EVS
CED084 | a malformed row of a terminology file | get the file again, or correct the row
CED085 | the standard or the date of a terminology is not told | give it with --standard or --date
CED090 | a column is excluded and read | take it from `exclude`, or do not read it
CED091 | a text policy that cannot be carried out | take it out, or make the line a domain's
CED110 | a comparison with what the other side never is | take the text proposed, or ask `is missing`
CED111 | a codelist is for a variable that no dataset has | correct the name in define.yaml
CED113 | a written visit is none of visits.yaml | take the name proposed, or add the visit
CED114 | a look-up, or a name of `for`, that nothing uses | take it out of `with` or `for`
CED115 | a constant that is not of ISO 8601, as its variable is | write it like P7D, or 2018-03-15T09:30
CED120 | a condition that a where clause cannot hold | write comparisons with constants, joined by `and`
CED121 | a result whose method, options or reason are incomplete or do not fit | follow the message
CED122 | a print format that is none | take the values and decimals that the message names
CED123 | an unknown display, document or result | take the word proposed, or declare it in define.yaml
CED124 | a display without result | write a result of it, or take it out of define.yaml
CED125 | a figure that cannot be drawn as it says | follow the message
CED126 | a page of the annotated CRF to be made is taken | number the form as the message says
CED127 | a treatment has two numbers | give it one, with `number:` of the branch
CED128 | a word that has no effect where it stands | take it out, or follow the message
CED129 | a file that looks like a spec or a guide's words and is read by nothing | rename or move it
CED130 | the words for a reviewer's guide cannot be read | save the file as UTF-8, and look at its permissions
CED131 | words for a section that the guide does not have | take the title proposed
CED132 | words before the first section | put them under the title of a section
CED133 | a section's words are given twice | write them in one place
CED134 | a form of Markdown that a guide cannot show | write paragraphs, lists, tables, or code
CED135 | a character that the PDF of a guide cannot show | write it in Latin letters
CED136 | a guide that cannot be made | follow the message
CED137 | a known finding that is not said right | follow the message
CED138 | words for a guide that is not made (a warning) | declare the document in define.yaml
CED139 | a word that does not go with the format of a raw table | take it out, or correct `format`
CED140 | `database` is no name of an environment variable | name one, which holds the address
CED141 | a name of `for` that the print format of the result takes | give it another name
CED145 | a percentage that is 100 whatever the data say | take a variable that has another value, too
CED146 | a key without a value over one that the layer has | write the value, or {remove: yes}
CED147 | a derived record with an AVAL of its own and what comes of another one | leave out what reads it
CED158 | a text that is no special missing value of SAS | write one such as .A, or ._
CED163 | relations whose RELID can be alike | name one of them otherwise
CED165 | a text of numbers that are written in two ways | write one of them with a point, by decimal(..)
CED164 | one pooled study has a domain whole and another one in parts (a warning) | read both
CED166 | what a layer has beside its specs, and no study reads (a note) | put it beside those of the study
CED171 | a value is compared with itself | name the other value, as the message says
CED155 | usubjid goes over several records of a raw table | name the column alone
CED156 | the subject or the exclusion of a raw row hangs on other rows | make it of columns of the row
CED157 | a file was changed while the build read it | build again
CED142 | `subject: none` in a table that has a column of that name | call the column by another name
CED143 | words of a look-up that do not go together, or not with its table | follow the message
CED144 | a table without subjects where the records of a subject are asked for | look its record up
CED185 | a folder of specs that is read by nothing | rename it, or move them, as the message says
CED186 | a document to be put beside define.xml that is not there, or cannot be put there | follow the message
CED560 | the file is no xlsx workbook | save it as .xlsx
CED561 | the workbook is password-protected, or an old .xls | save it as .xlsx without a password
CED562 | the workbook is damaged, or too big | save it as .xlsx again
CED563 | cells of the workbook hold errors, or formulas without a value | correct them, or save it again
CED564 | a sheet or column that the workbook needs is missing | add it, or correct its name
CED565 | two sheets or two columns of the workbook are one | rename or take out one of them
CED566 | a row of the workbook has no key, or that of another row | fill it in, or take out the row
CED567 | a cell of the workbook has a value that its column does not take | take one of those named
CED568 | a cell of the workbook refers to what no sheet has | add the row, or correct the name
CED569 | a where clause of the workbook cannot be read | write it as `PARAMCD EQ SYSBP AND VISITNUM IN (1, 2)`
CED571 | a part of the workbook is not read (a note) | nothing, if it is no part of the specification
CED572 | the specs changed after the build (a warning) | build again, then import
CED573 | with the edits of a workbook the specs would have faults | correct the cells that they come from
"""
