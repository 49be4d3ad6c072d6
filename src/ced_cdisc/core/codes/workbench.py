"""What the commands around the specs find: ``code | title | what to do``, a line each."""

WORKBENCH = """
CED740 | a schema may lack names (a warning) | correct the faults of the specs, then run it again
CED741 | a file of specs cannot be laid out | write the place as the message says, or lay it out by hand
CED817 | known findings in a file that nothing reads | take them into define/findings.yaml
"""

WORKBENCH_FILES = """
CED750 | a file that a command was to write cannot be written | name another folder, or allow writing there
"""
