"""What checks of finished files find: ``code | title | what to do``, a line each."""

CHECK = """
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
CED535 | a variable has no codelist although the guide names one | see `extends` of codelists in define.yaml
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
CED548 | the keys of a dataset do not identify its records | name more in `sort`, or remove duplicates
CED549 | a number has more digits than define.xml says (a warning) | correct the digits, or round
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
CED611 | define.xml links to a document that is not there (a warning) | put the document there
CED616 | a number of a Dataset-JSON file has more digits than SAS can hold (a warning) | round it
CED620 | findings.yaml names a rule that the check does not have, or the fault of a file | take a known rule
CED621 | a date of findings.yaml is no day of the calendar | write it as YYYY-MM-DD
CED622 | an entry of findings.yaml has no reason, or does not say who accepts the finding | give both
CED623 | an entry of findings.yaml does not say what it covers | have it written with --accept
CED624 | two entries of findings.yaml are about the same | keep one of them
CED625 | an entry of findings.yaml explains nothing any more (a warning) | take it out
CED626 | an entry of findings.yaml is about some records of a rule of the check only | take `where` out
CED627 | an entry of findings.yaml is about several rules of the check | write an entry for each
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
