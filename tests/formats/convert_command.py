"""``ced-cdisc convert`` as it is called."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from ced_cdisc.cli import main


def run(*arguments: str | Path) -> tuple[int, list[str]]:
    """The exit code, and the lines on standard error; anything but an exit is an error of the test."""
    result = CliRunner().invoke(main, ["convert", *map(str, arguments)], prog_name="ced-cdisc")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr.splitlines()
