"""What a comparison finds: ``code | title | what to do``, a line each."""

COMPARED = """
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

COMPARED_FILES = """
CED714 | a file to compare cannot be read | look at the reason, then write the file again
CED715 | a folder to compare holds a dataset twice | take one of the files away, or compare the files
CED716 | there is no dataset to compare | name a folder that holds some
"""
