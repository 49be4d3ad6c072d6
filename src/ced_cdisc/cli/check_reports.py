"""The reports of ``ced-cdisc check``: what ``--out`` may name, and the files that it makes."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from ced_cdisc.cli.usage import usage_error

if TYPE_CHECKING:
    from ced_cdisc.core.conformance import CheckResult, FailOn

_ENDINGS = {
    ".sarif.json": "sarif",
    ".sarif": "sarif",
    ".json": "json",
    ".xml": "junit",
    ".xlsx": "xlsx",
    ".txt": "text",
}
_FORMATS = ("text", "json", "junit", "sarif", "xlsx")
_EXPECTED = (
    "expected a file that ends in .txt, .json, .xml (JUnit), .sarif or .xlsx, or FORMAT=FILE with one of "
    + ", ".join(_FORMATS)
)
_HEAD_BYTES = 4096
_STARTS = (
    re.compile(rb"[^\n]{0,1000}: (\d+ datasets? \(|no dataset\n)"),
    re.compile(rb'\{\n  "folder": "'),
    re.compile(rb"<\?xml [^>]*>\s*<testsuites name=\"ced-cdisc check\""),
    re.compile(rb'\{\n  "version": "2\.1\.0",[^\x00]{0,400}?"name": "ced-cdisc",'),
)
"""How our reports begin: text, JSON, JUnit and SARIF."""


class ReportFile(Struct, frozen=True):
    """A file to write, and in which format."""

    format: str
    path: Path


def report_files(outs: Iterable[str], folder: Path) -> list[ReportFile]:
    """What the values of ``--out`` name; nothing is written yet.

    Leaves with a usage error where the format is not told, where a file is there that is no report of ours,
    or where the next check of the folder would take the report for data.
    """
    reports = [_named(text) for text in outs]
    for number, report in enumerate(reports):
        shown = report.path.as_posix()
        if _target(report.path) in [_target(other.path) for other in reports[:number]]:
            usage_error(f"--out names {shown} twice")
        _refuse(report.path, shown, folder)
    return reports


def print_report(format_: str, result: CheckResult, fail_on: FailOn, *, accepted: bool) -> None:
    """Write a report to standard output; all but the text in UTF-8 whatever the locale."""
    content = _content(format_, result, fail_on, accepted)
    click.echo(content.decode() if format_ == "text" else content, nl=False)


def write_reports(
    reports: Iterable[ReportFile], result: CheckResult, fail_on: FailOn, *, accepted: bool
) -> None:
    """Write the files, and the folders that they need."""
    for report in reports:
        content = _content(report.format, result, fail_on, accepted)
        try:
            report.path.parent.mkdir(parents=True, exist_ok=True)
            report.path.write_bytes(content)
        except OSError as error:
            usage_error(f"{report.path.as_posix()} cannot be written: {error.strerror}")
        click.echo(f"{report.path.as_posix()} written", err=True)


def _named(text: str) -> ReportFile:
    word, equals, file = text.partition("=")
    if equals and file and word in _FORMATS:
        return ReportFile(word, Path(file))
    name = text.lower()
    ending = next((e for e in _ENDINGS if name.endswith(e) and Path(name).name != e), None)
    if ending is None:
        usage_error(f"--out {text}: {_EXPECTED}")
    return ReportFile(_ENDINGS[ending], Path(text))


def _refuse(path: Path, shown: str, folder: Path) -> None:
    from ced_cdisc.conformance.folder import would_be_read

    if would_be_read(_target(path), folder):
        usage_error(f"--out {shown}: a check of {folder.as_posix()} would read this file as data")
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and _is_report(path):
            return
    except FileNotFoundError:
        return
    except OSError as error:
        usage_error(f"--out {shown}: cannot be looked at: {error.strerror}")
    what = "a folder" if stat.S_ISDIR(mode) else "there, and no report of a check"
    usage_error(f"--out {shown}: it is {what}; name another file")


def _target(path: Path) -> Path:
    """The file that is written through links; unlike ``Path.resolve``, a loop of links raises nothing."""
    return Path(os.path.realpath(path))


def _is_report(path: Path) -> bool:
    """Whether the file is empty or a former report, which a new one may take the place of."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return not head or any(start.match(head) for start in _STARTS) or _is_workbook(path, head)


def _is_workbook(path: Path, head: bytes) -> bool:
    import zipfile
    import zlib

    from ced_cdisc.write.check_workbook import CREATOR

    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(path) as package, package.open("docProps/core.xml") as core:
            return f">{CREATOR}</dc:creator>".encode() in core.read(_HEAD_BYTES)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, zlib.error):
        return False


def _content(format_: str, result: CheckResult, fail_on: FailOn, accepted: bool) -> bytes:
    if format_ == "junit":
        from ced_cdisc.report.check_junit import check_junit

        return check_junit(result, fail_on)
    if format_ == "xlsx":
        from ced_cdisc.write.check_workbook import check_workbook

        return check_workbook(result)
    # a name that is no UTF-8 has parts that no encoding has; in JSON, \udc80 is how it is written
    return _text(format_, result, accepted).encode("utf-8", "backslashreplace")


def _text(format_: str, result: CheckResult, accepted: bool) -> str:
    if format_ == "json":
        from ced_cdisc.report.check_json import check_json

        return check_json(result)
    if format_ == "sarif":
        from ced_cdisc.report.check_sarif import check_sarif

        return check_sarif(result)
    if format_ == "github":
        from ced_cdisc.report.check_github import check_github

        return check_github(result)
    from ced_cdisc.report.check_text import check_text

    return check_text(result, accepted=accepted)
