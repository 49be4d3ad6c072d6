"""What plug-ins and tests of specs find: ``code | title | what to do``, a line each."""

PLUGINS = """
CED150 | the file of plug-ins is not there, or its Python stops | correct the file, or its name in study.yaml
CED151 | a plug-in that is not declared right | follow the message
CED152 | two functions of one name | give the plug-in another name
CED153 | a package of plug-ins that is not installed | install it, or correct its name in study.yaml
CED154 | a plug-in over several records stands where these are not at hand | follow the message
CED785 | a test of specs that is not written right | follow the message
"""

PLUGIN_VALUES = """
CED780 | a plug-in stops at a record | correct the plug-in, or say when it is called
CED781 | a plug-in gives what is no value of its type, or another number of values | correct the plug-in
"""

TESTED = """
CED782 | a plug-in gives other values when it is run again | let its value hang on its inputs alone
CED786 | a test of specs fails | correct the line named, or what the test expects
CED787 | an example of a plug-in fails | correct the plug-in, or its example
"""
