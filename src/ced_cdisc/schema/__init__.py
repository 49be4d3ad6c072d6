"""The mapping language as JSON Schema for one study, so that an editor completes and checks its specs.

The schemas are made from the classes of the language, and filled with what the study has: its raw columns,
the variables of its standard, its terminology. Draft 7, which the YAML language server reads; a plain scalar
is what YAML 1.2 makes of it, so that ``page: 4`` is a number there.
"""
