"""The ends of a command that was called wrongly, or interrupted."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

USAGE = 2
INTERRUPTED = 130  # as shells say it


def usage_error(message: str) -> NoReturn:
    """Say what is wrong with the call, and leave with the exit code of usage."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(USAGE)
