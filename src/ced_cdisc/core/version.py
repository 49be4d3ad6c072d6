"""The version of this tool, as pyproject.toml has it."""

import time

VERSION = "0.1.0"
LOADED = time.time_ns()
"""When this process began to load the tool [ns since 1970]; it reaches no output."""
