"""What can be wrong in the files of a build: ``code | title | what to do``, a line each."""

OUTPUT = """
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
CED415 | a dataset over the size limit, also written in pieces (a note) | tell of it in the reviewer's guide
CED416 | a piece of a large dataset would have the name of a dataset | name another `--split-over`
CED417 | a large dataset that cannot be cut between subjects | allow it with `--split-within-subjects`
CED418 | a size limit below that of one record | name a greater `--split-over`
CED421 | names that XPT v5 has in capitals alone | allow it, or rename them
CED422 | a length of text that XPT v5 does not have (a note) | nothing, unless a text is as long
CED419 | OUT is written, but may not be on the disk yet (a warning) | look at the disk, then build again
CED420 | a part (--only) would replace a full build | name another folder for --only
CED426 | the build.json of a build cannot be read | build again
CED427 | a build lacks the file of a dataset that its build.json lists | build again
CED432 | the Dask cluster has no workers | start workers, then build again
CED433 | a variable has a SAS format of the other type (a warning) | correct it where the file was made
CED450 | a part of the build lost its worker twice | use fewer workers, or workers with more memory
CED451 | the temporary files of a large build cannot be written | make room, or name another folder in TMPDIR
CED452 | Dask is not installed | install ced-cdisc[dask]
CED453 | the scheduler of the Dask cluster cannot be reached | look at the address and at the scheduler
CED454 | the workers of the Dask cluster have another version | install the same version on each
CED570 | a text or sheet is larger than a spreadsheet program holds | shorten it, or put it into a document
CED575 | a part of define.xml that a workbook has no cell for (a note) | keep the define.xml too
"""
