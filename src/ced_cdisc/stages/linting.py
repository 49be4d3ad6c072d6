"""Anybody's define.xml, alone or with the transport files that it describes, to findings."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.check.define import check_define_against_xpt, check_document, open_define
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.xpt import XptMember

_MOST_BYTES = 1 << 28
"""A define.xml of a large submission has some megabytes."""


def lint_define(file: Path, folder: Path | None = None, ct: Path | None = None) -> Findings:
    """The findings of a define.xml, and those of its transport files where their folder is named.

    Args:
        file: the define.xml.
        folder: the folder of ``*.xpt``; None: the file is looked at alone.

        ct: a folder of imported terminology, beside the shipped one.

    Raises:
        OSError: the file cannot be read.
    """
    shown = file.as_posix()
    if file.stat().st_size > _MOST_BYTES:
        message = f"has {file.stat().st_size:,} bytes, more than any define.xml; nothing was read"
        return Findings([Finding("CED501", message, Location(shown), stage=Stage.CHECK)])
    document, findings = open_define(file.read_bytes(), shown, ct)
    if document is None:
        return findings
    findings.extend(check_document(document))
    if folder is None:
        return findings
    # Below here polars is loaded.
    import polars as pl

    from ced_cdisc.check.define.against_data import check_define_against_data
    from ced_cdisc.read.xpt import read_xpt

    frames: dict[str, pl.DataFrame] = {}
    members: list[XptMember] = []
    unread: set[str] = set()
    for path in sorted(folder.iterdir(), key=lambda one: one.name.lower()):
        if path.suffix.lower() != ".xpt" or not path.is_file():
            continue
        try:
            frame, member = read_xpt(path, shown=path.as_posix())
        except Stopped as stopped:
            findings.extend(stopped.findings)
            unread.add(path.stem.upper())
            continue
        frames[member.name] = frame
        members.append(member)
    findings.extend(check_define_against_xpt(document, members, exact=False, unread=unread))
    findings.extend(check_define_against_data(document, frames))
    return findings
