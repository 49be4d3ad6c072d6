"""The version of this tool, as pyproject.toml has it."""

VERSION = "0.1.0"
