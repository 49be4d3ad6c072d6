"""What the commands around the specs find: ``code | title | what to do``, a line each."""

WORKBENCH = """
CED740 | a schema may lack names (a warning) | correct the faults of the specs, then run it again
CED741 | a spec that is to be laid out anew cannot be | correct the file as the message says
"""

WORKBENCH_FILES = """
CED750 | a file that a command was to write cannot be written | name another folder, or allow writing there
CED751 | the folder holds no build, or a damaged one | name OUT of a finished build, or build again
"""
