"""The end of a command that was called wrongly."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

USAGE = 2


def usage_error(message: str) -> NoReturn:
    """Say what is wrong with the call, and leave with the exit code of usage."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(USAGE)
