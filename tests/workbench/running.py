"""The command line, called in this process."""

from __future__ import annotations

from click.testing import CliRunner

from ced_cdisc.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    result = CliRunner().invoke(main, list(arguments), prog_name="ced-cdisc")
    return result.exit_code, result.stdout, result.stderr
