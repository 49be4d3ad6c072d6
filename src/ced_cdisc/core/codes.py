"""The catalogue of codes: what each CEDnnn means, at which stage it arises, and what to do.

One line a code: ``code | title | what to do``. ``docs/errors.md`` is written from it by
``scripts/make_error_docs.py``. A code keeps its meaning for good; the number of a retired one stays unused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ced_cdisc.core.findings import Stage


class Code(NamedTuple):
    """One code: a short title, the stage that decides the exit code, and what to do."""

    title: str
    stage: Stage
    remedy: str


_SPEC = """
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
CED024 | a name or label that SAS cannot hold | up to 8 capitals and digits; labels up to 40 bytes
CED025 | lines or datasets that need each other in a circle | break the circle that the message names
CED026 | an unknown domain | correct it, or give a custom domain its class and label
CED027 | units without conversion | name a standard unit of the same quantity
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
CED052 | a choice of rows or a look-up that waits for a line over the whole dataset | write it over the rows
CED053 | windows of visits that overlap or have no day 1 | correct `days` or `day1` in visits.yaml
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
CED110 | a condition compares with a text that the variable never has | take the text proposed
CED111 | a codelist is for a variable that no dataset has | correct the name in define.yaml
CED113 | a written visit is none of visits.yaml | take the name proposed, or add the visit
CED114 | a look-up that nothing uses | take it out of `with`
CED115 | a constant that is not of the ISO 8601 form of its variable | write it like P7D, or 2018-03-15T09:30
CED120 | a condition that a where clause cannot hold | write comparisons with constants, joined by `and`
CED121 | a result whose method, options or reason are incomplete or do not fit | follow the message
CED122 | a print format that is none | take the values and decimals that the message names
CED123 | an unknown display, document or result | take the word proposed, or declare it in define.yaml
CED124 | a display without result | write a result of it, or take it out of define.yaml
CED125 | a figure that cannot be drawn as it says | follow the message
CED126 | a page of the annotated CRF to be made is taken | number the form as the message says
CED130 | the words for a reviewer's guide cannot be read | save the file as UTF-8, and look at its permissions
CED131 | words for a section that the guide does not have | take the title proposed
CED132 | words before the first section | put them under the title of a section
CED133 | a section's words are given twice | write them in one place
CED134 | a form of Markdown that a guide cannot show | write paragraphs, lists, tables, or code
CED135 | a character that the PDF of a guide cannot show | write it in Latin letters
CED136 | a guide that cannot be made | follow the message
CED137 | a known finding that is not said right | follow the message
CED138 | words for a guide that is not made (a warning) | declare the document in define.yaml
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

_RAW = """
CED201 | the raw folder is empty | name the folder that holds the tables
CED202 | the file of a table is missing | put it there, or correct `file` in sources.yaml
CED203 | the file of a table cannot be read | look at its permissions, close other programs
CED204 | the file of a table is no ordinary file | put the exported table there
CED205 | the file of a table is empty | export the table again; a table without records has a header
CED206 | the file of a table lies outside the raw folder | write its path below the raw folder
CED207 | an encoding or delimiter that is none | write a usual one in sources.yaml
CED208 | the encoding is not the one declared | write the one that the message names, or save as UTF-8
CED209 | bytes that the declared encoding does not have | declare another encoding, or save as UTF-8
CED210 | the table reads as UTF-8, but is declared otherwise | look at the letters, then declare utf-8
CED211 | a NUL byte | export the table again, as text
CED212 | a carriage return without line feed | save with line ends of Windows or Unix
CED213 | a quoted cell is never closed | add the closing quote, or take the opening one away
CED214 | text after a closing quote | double a quote that stands within a quoted cell
CED215 | a quote within an unquoted cell | quote the whole cell and double the quotes in it
CED216 | a row with fewer cells than the header | export again; a line end within a cell must be quoted
CED217 | a row with more cells than the header | quote a cell that holds the delimiter
CED218 | blank rows were left out (a note) | nothing, or delete them
CED219 | another delimiter than declared | write the delimiter in sources.yaml
CED220 | a declared column is not in the header | correct the header or the columns in sources.yaml
CED221 | a column that is not declared | list it in sources.yaml, or delete it
CED222 | a column stands twice in the header | rename one of them
CED223 | a header cell is blank | name the column, or delete it
CED225 | the file is not an xlsx workbook | save it as .xlsx, or declare `format: csv`
CED226 | the workbook has a password or is an old .xls | save it as .xlsx without a password
CED227 | the workbook is damaged | open it in a spreadsheet program and save it again
CED228 | the workbook lacks the declared sheet | correct `sheet` in sources.yaml
CED229 | several sheets and none declared | write `sheet` in sources.yaml
CED230 | cells that hold an error such as #N/A | correct the formula or the value
CED231 | formulas without a stored value | open and save the workbook in a spreadsheet program
CED232 | merged cells | unmerge, and fill each cell
CED233 | the workbook is too big to unpack | export the table as CSV
CED234 | cells to the right of the header | give the column a header, or clear the cells
CED235 | a file that no table reads (a note) | declare it in sources.yaml, or move it away
CED236 | a column that nothing reads (a note) | map it, or write under `exclude` why it is left out
CED237 | a record left out as a duplicate (a note) | nothing: `duplicates` in sources.yaml says so
CED238 | duplicates of which none can be chosen | correct the data, or `duplicates` in sources.yaml
CED240 | a text written in ASCII characters (a note) | nothing: `text: transliterate` says so
CED241 | the name of a text's part is taken | rename the qualifier or variable that has it
CED242 | a cell holds the text of a spreadsheet's error | correct it, or list it under `missing`
CED243 | a special missing value of SAS | list it under `missing`, or correct the data
CED244 | a number that is none of the days or times its SAS format shows | correct the data, or the format
CED249 | a subject is in DM of two pooled studies | give each study subjects of its own in `usubjid`
CED250 | a raw value without a term in ct | add the code to ct, or correct the data
CED251 | a date that no format fits | add the format, or correct the data
CED252 | a time that no format fits, or without a date | correct the data, or leave `time` out
CED253 | a text that is not a number | correct the data, or use numeric(..)
CED254 | a text that is not a duration | write M:SS, H:MM:SS, or sec, min, h
CED255 | a unit without conversion | correct the data, or map the unit with ct
CED256 | more than one record for only(..) | choose with first, last, min or max
CED257 | a look-up finds more than one record | name more columns that match
CED258 | a row without subject | correct the data
CED259 | rows with the same key | correct the data, or the key in sources.yaml
CED260 | a subject that is not in DM | correct the data, or the rows of DM
CED261 | an unknown visit name | add it in visits.yaml, or correct the data
CED262 | an unscheduled visit without a complete date | correct the data
CED263 | a visit date that no format fits | add the format in visits.yaml, or correct the data
CED264 | a value outside its closed codelist | correct the data or the line, or extend the codelist
CED266 | a text over 200 bytes | move the rest to a supplemental qualifier or a further variable
CED267 | a character that is not printable ASCII | replace it in the line, with replace(..)
CED268 | a date or time that two formats read differently | keep the formats agreed for the column
CED269 | a text that is no ISO 8601 duration, or an unknown unit | correct the data, or map the unit with ct
CED270 | a condition is unknown for some records (a note) | complete or impute the dates, or accept it
CED273 | a text that is no known unit | correct the data, or say in study.yaml what it means
CED274 | a result that is to be converted has no unit | correct the data
CED275 | records of one test with different standard units | name the test's `standard` unit
CED280 | a raw value that fits several terms | write the term that is meant in ct
CED283 | a time to event without start, event or censoring date | add a censoring date, or leave subjects out
CED284 | AVAL and AVALC of a parameter are not one to one | correct the line of AVAL or of AVALC
CED285 | a result of a test that was not done | correct the data, or the condition of `not_done`
CED288 | several records of a subject in the selection of a result | name more in its condition
CED289 | a result that its records do not suffice for (a warning) | look at the condition and the data
CED290 | sequence.lock cannot be read or is damaged | take it back from version control, or use --renumber
CED291 | sequence.lock holds an unfinished merge | take the lock of one side, then build
CED292 | sequence.lock gives a number or a record twice | delete the later line, then build
CED293 | records that cannot be told apart to keep their numbers | name more columns in the key of the table
CED294 | records of sequence.lock are no longer in the data (a note) | nothing, or look for the records
CED297 | a qualifier that does not go back to its records | leave `idvar` out, or name another
CED298 | a reference to a record that is not there | correct the identifier in the data or in the spec
CED299 | a visit that visits.yaml does not settle | correct the data, or add a window or `repeats: yes`
CED330 | the file is no SAS transport file | export it with the XPORT engine
CED331 | a transport file of another version | export it as version 5
CED332 | the headers of a transport file are cut | copy the file again
CED333 | the headers of a transport file are damaged | copy or export the file again
CED334 | a variable is described in a way that cannot be | export the file again
CED335 | the rows of a transport file are cut | copy the file again
CED336 | a transport file of several datasets | export one dataset a file
CED337 | texts of another encoding in a transport file | name the encoding of the file
"""

_OUTPUT = """
CED295 | the numbers of the build cannot be kept in sequence.lock | allow writing beside the specs
CED301 | a name over 8 bytes | give a shorter name
CED302 | a name of other characters than A-Z, 0-9 and _ | give another name
CED303 | a variable label over 40 bytes | give a shorter label
CED304 | a dataset label over 40 bytes | give a shorter label
CED305 | a text over 200 bytes | move the rest to a supplemental qualifier or a further variable
CED306 | a text longer than the planned length | give a greater `length`
CED307 | a character that the file cannot hold | replace it in the line that makes the value
CED308 | a control character | take it out in the line that makes the value
CED309 | a number outside the range of IBM floats | correct the line that makes the value
CED310 | a number that is not finite | correct the line that makes the value
CED311 | blank rows at the end of a dataset | give a key variable a value, or leave the rows out
CED312 | a dataset without variables | give it a variable
CED313 | two variables of one name | rename one of them
CED314 | a planned variable is not in the data | report it: this is a fault of the tool
CED315 | a variable of the data is not planned | report it: this is a fault of the tool
CED316 | the data are of another type than planned | report it: this is a fault of the tool
CED317 | a length that the type cannot have | give another `length`
CED318 | more variables than a transport file holds | split the dataset
CED319 | a whole number that SAS would round | plan it as text
CED320 | a number loses digits at its length | give it 8 bytes
CED321 | a format that does not fit | give another `format`
CED322 | a time stamp or version that does not fit | give a shorter one
CED323 | a special missing value that is none | take A to Z or _, where no value is
CED401 | OUT is a file | name another folder
CED402 | OUT is a folder of somebody else | name a new folder, or empty this one
CED403 | OUT is a mount point | name a folder in it
CED404 | OUT and an input folder are one, or one holds the other | name a folder beside it
CED405 | OUT is or holds the working folder | change to another folder first
CED406 | there is no folder around OUT | make it first
CED407 | the folder around OUT cannot be written | write elsewhere, or allow writing there
CED408 | OUT cannot be looked at | name a new folder, or look at its permissions
CED409 | files were added to a former build | move them away: OUT is replaced as a whole
CED410 | another run is writing OUT | wait for it, or write to another folder
CED411 | a killed run left the former output beside a new OUT | move one of them away, then build again
CED412 | the output cannot be written, such as on a full disk | make room, or write to another folder
CED413 | the finished output cannot take the place of OUT | write to another folder
CED414 | OUT is a link that leads nowhere | correct the link, or name another folder
CED430 | a reviewer's guide has places to be completed (a note) | write them in define/csdrg.md or adrg.md
CED420 | a part (--only) would replace a full build | name another folder for --only
CED570 | a text or sheet is larger than a spreadsheet program holds | shorten it, or put it into a document
CED575 | a part of define.xml that a workbook has no cell for (a note) | keep the define.xml too
"""

_CHECK = """
CED265 | a check of the spec fails (a warning) | look at the records, then at the data or the check
CED501 | define.xml is not well-formed XML, or declares a document type | write it again
CED502 | define.xml breaks the schema | report it, if the file was written by this tool
CED503 | two definitions have one OID | give one of them another OID
CED504 | a reference has no target | define what it refers to, or correct it
CED505 | a text, integer or float item has no Length | give the length
CED506 | an attribute or codelist does not fit the data type | correct the attribute, or the data type
CED507 | the type of a method is neither Computation nor Imputation | take one of the two
CED508 | a derived item has no method | give it a method, or another origin
CED509 | a collected item has no page of the annotated CRF | name the page (`page` in sources.yaml)
CED510 | nothing refers to a definition | take it out, or refer to it
CED511 | no data, and no comment that says why | give the reason: `{absent: "why"}`
CED512 | a dataset has no key | give it a `sort`
CED513 | order, key sequence or items of a dataset or value list are not unique or not complete | number anew
CED514 | an item has no origin, or one at both levels | give it at one level
CED515 | the source does not fit the type of the origin, or the type not the kind of dataset | correct them
CED516 | the predecessor is not named as DATASET.VARIABLE | name it so
CED517 | two codelists have one name, or a codelist has a value twice | rename one, or delete one
CED518 | a term has neither an NCI code nor ExtendedValue, or both | give it one of the two
CED519 | StandardOID and IsNonStandard: both, or neither | give one of the two
CED520 | a dataset or item has no description | give it a label
CED521 | a where clause is missing, misplaced, or joins datasets without a comment | correct the clause
CED522 | names of a dataset contradict each other | make them agree
CED523 | a dataset is in define.xml or in the transport files only | build both again, together
CED524 | the label of a dataset differs | build both again, together
CED525 | a variable is in define.xml or in the transport file only | build both again, together
CED526 | the order of variables differs | build both again, together
CED527 | the label of a variable differs | build both again, together
CED528 | the type or format of a variable differs | build both again, together
CED529 | the length of a variable differs | build both again, together
CED530 | an analysis result refers to what its dataset does not have | refer to items of its dataset
CED531 | the head of define.xml is of another kind or version | correct FileType or DefineVersion
CED532 | a reference to pages is none | give page numbers, a range that goes up, or a named destination
CED533 | a cited standard does not exist, lacks, or is not what it is cited as | correct def:Standards
CED534 | a codelist or term disagrees with the terminology it cites | take code and value of one term
CED535 | a variable has no codelist although the guide names one | give it the codelist
CED536 | a variable has an origin that it cannot have by its nature | correct the origin
CED537 | the role of a variable is not that of the guide | take the guide's
CED538 | the name of a domain is not published, or a custom domain takes a published one | rename it
CED539 | a SAS name is missing, too long, or needless | give SASFieldName with up to 8 characters
CED540 | reference data are said to repeat for a subject | set Repeating to No
CED541 | a codelist is empty, mixed, of another type, or stands for ISO 8601 | correct the list
CED542 | the keys of a dataset do not tell its records apart | add a key, or remove the duplicates
CED543 | a value of the data is in no codelist of its variable | add the term, or correct the value
CED544 | a variable without values does not say so, or a mandatory one lacks some | give HasNoData, or values
CED545 | a value is longer than Length, or not of the data type | correct the length or type, or the value
CED546 | something was not compared, since what it needs is not at hand | compare it by other means
CED547 | an attribute of define.xml is empty | give it a value, or leave it out
CED550 | a define.xml that was to be read is not well-formed XML | have it written again
CED551 | a define.xml that was to be read declares a document type | take the declaration out
CED552 | the file is not a Define-XML file | give an ODM with a Study and a MetaDataVersion
CED553 | a define.xml that was to be read is not of version 2.1 or 2.0 | give a file of these versions
CED554 | an element lacks the identifier that others refer to it by | give it one
CED555 | the file to be upgraded is not of Define-XML 2.0 | give a file of 2.0; one of 2.1 needs no upgrade
CED590 | --verify: the two engines differ in a value | report the line and the values as a bug
CED591 | --verify: the two engines differ in the records of a dataset | report the line as a bug
CED592 | --verify: one engine finds a fault in the data that the other does not | report the line as a bug
CED600 | the folder to check holds no dataset | name the folder of the .xpt, .json or .ndjson files
CED601 | something that is no ordinary file, or too many of them | put the file itself there
CED602 | a file has another name than its dataset (a warning) | call the file as the dataset
CED603 | two files hold one dataset | keep one of them
CED604 | a folder or file to check cannot be read | look at its permissions and size
CED605 | a Dataset-JSON file is no JSON | write it again
CED606 | a file is no Dataset-JSON 1.1, or contradicts its own description | write it again
CED607 | a Dataset-JSON file holds another number of records than it says | write it again
CED608 | a transport file has texts that are not UTF-8 (a warning) | write the texts in ASCII
CED609 | a define.xml cannot be read | write it again, without a document type
CED610 | a file of data of another kind is not read (a warning) | export it as XPT version 5 or Dataset-JSON
CED680 | the interpreter for the CORE engine cannot be started | name a Python with --core-python
CED681 | the interpreter has no CORE engine | install cdisc-rules-engine there; see docs/core.md
CED682 | the CORE engine has an interface that is not known | install the release that docs/core.md names
CED683 | the cache of the CORE engine is not there, or cannot be read | get it again as docs/core.md says
CED684 | the CORE engine has no rules for the standard | name another version, or get a newer cache
CED685 | rules of your own that the CORE engine cannot read | correct the file that the message names
CED686 | the CORE engine took too long | give it more time with --core-timeout
CED687 | the CORE engine ended before it had an answer | run it by hand on the folder
CED688 | an answer of the CORE engine that cannot be understood | install the release that docs/core.md names
CED689 | the cache of the CORE engine lacks tables (a warning) | get it again as docs/core.md says
"""

_COMPARED = """
CED700 | values of a variable differ | look at the cause and the records, then at both programs
CED701 | records stand on one side only | look at the keys: a record is missing, or a key has another value
CED702 | variables stand on one side only | make them, or take them out
CED703 | a dataset stands on one side only | make it, or take it out
CED704 | labels differ | make them agree, or compare with --ignore labels
CED705 | types differ | make them agree, or compare with --ignore types
CED706 | lengths differ | make them agree, or compare with --ignore lengths
CED707 | formats differ | make them agree, or compare with --ignore formats
CED708 | the order of the variables differs | make it agree, or compare with --ignore order
CED709 | the keys are not unique (a warning) | name more keys with --keys
CED710 | no keys are known (a note) | name them with --keys, or put define.xml beside the file
CED711 | numbers differ within the tolerance (a note) | compare with --relative 0 to see them
CED712 | a file does not know metadata (a note) | compare transport files to see them
CED713 | define.xml gives no keys (a warning) | write it again, or name the keys with --keys
"""

_COMPARED_FILES = """
CED714 | a file to compare cannot be read | look at the reason, then write the file again
CED715 | a folder to compare holds a dataset twice | take one of the files away, or compare the files
CED716 | there is no dataset to compare | name a folder that holds some
"""


def _listed(text: str, stage: Stage) -> dict[str, Code]:
    made: dict[str, Code] = {}
    for line in text.strip().splitlines():
        code, title, remedy = line.split(" | ")
        if code in made:
            raise ValueError(f"{code} is listed twice")
        made[code] = Code(title, stage, remedy)
    return made


CODES: Mapping[str, Code] = MappingProxyType(
    dict(
        sorted(
            (
                _listed(_SPEC, Stage.SPEC)
                | _listed(_RAW, Stage.RAW)
                | _listed(_OUTPUT, Stage.OUTPUT)
                | _listed(_CHECK, Stage.CHECK)
                | _listed(_COMPARED, Stage.CHECK)
                | _listed(_COMPARED_FILES, Stage.RAW)
            ).items()
        )
    )
)
"""Every code that a finding can have, in the order of the numbers."""
