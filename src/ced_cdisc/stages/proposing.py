"""Specs proposed from raw tables, and files written where none stand yet, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ced_cdisc.core.findings import Finding, Findings, Location, Stage


def write_new(files: Mapping[Path, str], findings: Findings) -> bool:
    """Write new files with their folders; whether it was done.

    CED770 for each that is there already, CED750 where the system refuses; then nothing is left written.
    """
    there = [path for path in files if path.exists() or path.is_symlink()]
    for path in there:
        text = f"{path.as_posix()} is there already, and nothing was written"
        hint = "a proposal never replaces a file: delete it first, or edit it by hand"
        findings.add(Finding("CED770", text, Location(path.as_posix()), hint=hint, stage=Stage.OUTPUT))
    if there:
        return False
    written: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                written.append(path)
                stream.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        where = Location(Path(error.filename or next(iter(files))).as_posix())
        text = f"the files cannot be written, and none was: {error.strerror}"
        findings.add(Finding("CED750", text, where, stage=Stage.OUTPUT))
        return False
    return True
