"""What is found where nothing is known of the raw files yet: ``code | title | what to do``, a line each."""

SCANNED = """
CED760 | a scan passes over a file of the raw folder (a note) | export it in a format that is read
CED761 | a raw file cannot be scanned | follow the message
CED762 | a raw file or sheet is empty (a warning) | ask for it again, or leave it out
CED763 | the raw folder holds no table | name the folder of the raw files
"""

UNCLEAR = """
CED771 | no table, or several, may be what a domain is made from | name the table with --from
"""

PROPOSED = """
CED770 | a file that a command was to make is there already | delete it, or edit it by hand
"""
