"""The families of rules: a module and a YAML file each; docs/writing-rules.md says how one is written."""
