"""What a conversion of a file finds: ``code | title | what to do``, a line each."""

CONVERTED_FILES = """
CED720 | a file to convert cannot be read | look at the reason, then write the file again
CED721 | define.xml does not describe the file to convert | name the define.xml of its package
CED722 | a cell of CSV is no number of the kind in define.xml | correct the cell, or leave --define out
CED723 | a number or a moment has more digits than SAS can hold | allow it with --allow digits, or correct it
"""

CONVERTED = """
CED730 | special missing values, or NaN, that the format cannot hold | allow it with --allow special-missing
CED731 | a label that is longer than the format holds | allow it with --allow labels
CED732 | metadata that the format has no place for (a note) | keep the file that was converted
CED733 | dates that have no ISO 8601 text are written as numbers (a note) | nothing: no value is changed
CED734 | the time of creation is not known (a note) | name it with --created
CED735 | a type that the format does not have (a note) | nothing, or name define.xml
CED736 | the file to write is there already | name another file, or replace it with --replace
CED737 | the file to write cannot be written | look at the reason, or write to another folder
"""
