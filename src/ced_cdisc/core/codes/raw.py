"""What can be wrong in the raw data: ``code | title | what to do``, a line each."""

RAW = """
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
CED224 | a floating-point number that is none: NaN or Infinity | correct it, or list it under `missing`
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
CED239 | a column of a type that has no text | export it as text, or take it out
CED240 | a text written in ASCII characters (a note) | nothing: `text: transliterate` says so
CED241 | the name of a text's part is taken | rename the qualifier or variable that has it
CED242 | a cell holds the text of a spreadsheet's error | correct it, or list it under `missing`
CED243 | a special missing value of SAS | list it under `missing`, or correct the data
CED244 | a number that is none of the days or times its SAS format shows | correct the data, or the format
CED245 | the file is no Parquet file, or is damaged | export the table again
CED246 | the file is no SAS dataset (SAS7BDAT), or is damaged | copy it again, or name its encoding
CED247 | the package that reads a format is not installed | install it as the message says
CED249 | a subject is in DM of two pooled studies | say that persons may be, or correct `usubjid`
CED250 | a raw value without a term in ct | add the code to ct, or correct the data
CED251 | a date that no format fits | add the format, or correct the data
CED252 | a time that no format fits, or without a date | correct the data, or leave `time` out
CED253 | a text that is not a number | correct the data, or say what becomes of it as the message says
CED254 | a text that is not a duration | write M:SS, H:MM:SS, or sec, min, h
CED255 | a unit without conversion | correct the data, or map the unit with ct
CED256 | more than one record for only(..) | choose with first, last, min or max
CED257 | a look-up finds more than one record | name more columns that match
CED258 | a row without subject | correct the data, or exclude such rows with the reason
CED259 | rows with the same key | correct the data, or the key in sources.yaml
CED260 | a subject that is not in DM | correct the data, `subject`, or the rows of DM; or exclude the rows
CED261 | an unknown visit name | add it in visits.yaml, or correct the data
CED262 | an unscheduled visit without a complete date | correct the data
CED263 | a visit date that no format fits | add the format in visits.yaml, or correct the data
CED264 | a value outside its closed codelist | correct the data or the line, or extend the codelist
CED266 | a text over 200 bytes | move the rest to a supplemental qualifier or a further variable
CED267 | a character that is not printable ASCII | replace it in the line, with replace(..)
CED268 | a date or time that two formats read differently | keep the formats agreed for the column
CED269 | a text that is no ISO 8601 duration, or an unknown unit | correct the data, or map the unit with ct
CED270 | a condition is unknown for some records (a note) | complete or impute the dates, or accept it
CED271 | an ODM file that is no well-formed XML | export it again
CED272 | a document type declaration, which could bring entities in | export it without
CED273 | a text that is no known unit | correct the data, or say in study.yaml what it means
CED274 | a result that is to be converted has no unit | correct the data
CED275 | records of one test with different standard units | name the test's `standard` unit
CED276 | an ODM file that is too big, too deep, or has too long a value | export it again, or in parts
CED277 | XML that is no snapshot of clinical data of one study | export one as ODM 1.3 or 2.0
CED278 | the ODM file has no such item group, or no such name of an item | correct `group` or `items`
CED279 | a record of an ODM file that contradicts itself | correct the data, and export them again
CED280 | a raw value that fits several terms | write the term that is meant in ct
CED281 | the environment variable of a database is not set, or holds no address | set it
CED282 | a database that cannot be reached | look at the server and at the address
CED283 | a time to event without start, event or censoring date | add a censoring date, or leave subjects out
CED284 | AVAL and AVALC of a parameter are not one to one | correct the line of AVAL or of AVALC
CED285 | a result of a test that was not done | correct the data, or the condition of `not_done`
CED286 | the query of a table fails | correct the query, or what it reads
CED287 | a statement that gives no rows | write one SELECT statement
CED288 | several records of a subject in the selection of a result | name more in its condition
CED289 | a result that its records do not suffice for (a warning) | look at the condition and the data
CED290 | sequence.lock cannot be read or is damaged | take it back from version control, or use --renumber
CED291 | sequence.lock holds an unfinished merge | take the lock of one side, then build
CED292 | sequence.lock gives a number or a record twice | delete the later line, then build
CED293 | records that cannot be told apart to keep their numbers | name more columns in the key of the table
CED294 | records of sequence.lock are no longer in the data (a note) | nothing, or look for the records
CED297 | a qualifier that does not go back to its records | leave `idvar` out, or name another
CED298 | a reference to a record that is not there | correct the identifier in the data or in the spec
CED299 | a visit that visits.yaml does not settle | correct the data, add a window, `untreated` or `repeats`
CED330 | the file is no SAS transport file | export it with the XPORT engine
CED331 | a file of PROC CPORT, which is no transport file | export it with the XPORT engine
CED332 | the headers of a transport file are cut | copy the file again
CED333 | the headers of a transport file are damaged | copy or export the file again
CED334 | a variable is described in a way that cannot be | export the file again
CED335 | the rows of a transport file are cut | copy the file again
CED336 | a transport file of several datasets | take them apart with `ced-cdisc convert`, or name one
CED337 | texts of another encoding in a transport file | name the encoding of the file
CED338 | a transport file of version 8 among those of a submission | write it as version 5
CED339 | a transport file without the dataset that was named | name one that it holds
CED340 | a transport file with two datasets of one name | export it again
CED830 | a text list without a part | correct the data, or leave such rows out with `where`
CED831 | no case of a line holds for some records (a warning) | add a case or `else`, or accept it
CED832 | cases of a line that give different values hold (a note) | tell them apart, or accept it
CED833 | several records have one place in an order (a note) | name more variables in the order
CED838 | cells of a workbook that show another thing than they hold | write what is shown as text
CED839 | cells of a workbook that show more than they hold (a warning) | say in the spec what is shown
CED840 | a reason why a test was not done, beside results alone | correct the data, or say when it is a reason
CED841 | a look-up finds no record in a table without subjects | add the record, or accept it
CED842 | whether a look-up finds one record is not known | say what holds where a value is missing
CED843 | a value that `where` leaves out keeps a visit from being filled (a note) | see the hint, or accept it
CED844 | a text of a condition that the data have in another spelling only (a note) | write it as they do
CED845 | a number that a result asks for and no record has (a note) | correct the number
CED880 | the condition of a line is true for no record (a note) | correct the condition, or accept it
CED882 | the last digits of a computed number decide a comparison (a note) | compare it rounded, or accept it
CED883 | a partial date where a function needs a whole one (a note) | complete or impute it, or accept it
CED864 | days to add that are no whole number, or lead out of the calendar | correct the data, or round them
CED865 | 0 or a negative number has no logarithm | say which records have one, with `when` or `if`
CED890 | a time to event that ends before it starts (a warning) | leave earlier dates out, or start earlier
CED853 | a look-up finds no record for some keys (a note) | write the keys alike, or accept it
CED854 | records that a look-up alone reads, and none looks up (a note) | correct the keys, or accept it
CED855 | numbers of different standard units taken for those of one | name one `standard` unit, or convert
CED856 | a day between the last of a window and the first of the next (a warning) | round it, or use `where`
CED857 | the first or last record lacks a value of the order (a note) | leave it out, or accept it
CED858 | a limit of an assay in another unit than its results | convert it as the message says
CED859 | a file of several tables was changed while they were read | build again
CED891 | rows that the contract of a table excludes (a note) | nothing, if the number is right
CED868 | dates that all have the time 00:00:00, which ISO would keep | read the date alone, or say the time
CED872 | texts that end in a blank, which files do not hold (a warning) | take the blanks away
CED873 | an unscheduled visit beside a planned one with a partial date (a note) | complete that date
CED874 | a result of the day of the first dose is none before it (a note) | say with `baseline` what is meant
CED875 | times that all have 00 seconds, which a program adds (a note) | read the minute, or say the seconds
CED876 | rows to be excluded of which there are none (a note) | correct the condition, unless they may come
CED877 | a text that `missing` lists in other letter case (a note) | list it too, if it means no value
CED870 | an element that begins on the day of a record counts as begun (a note) | say what is meant in se.yaml
CED846 | an event after the date of censoring of a time to event (a note) | leave it out, if it does not count
CED848 | a visit that is named without a date (a note) | correct the data, or write its row in SV
CED849 | a number that leads to a person, or from one, and no other table has | correct it, or accept it
CED850 | a row that leads to no person | name the number, or accept it
CED851 | a number that leads to a person has an earlier one itself | name the first one, or follow the chain
CED852 | rows of one subject that lead to different persons | correct the data
"""
