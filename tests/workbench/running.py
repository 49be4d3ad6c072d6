"""The command line, called in this process, and what most of these tests begin with."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from ced_cdisc.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    result = CliRunner().invoke(main, list(arguments), prog_name="ced-cdisc")
    return result.exit_code, result.stdout, result.stderr


def study(**tables: str) -> None:
    """A new study of comma-separated tables, its specs in the working folder."""
    for name, text in tables.items():
        Path("raw", f"{name}.csv").write_text(text, "utf-8")
    assert run("new", "S", "--raw", "raw")[0] == 0
    for name in ("mappings", "define"):
        Path("S", name).rename(name)
