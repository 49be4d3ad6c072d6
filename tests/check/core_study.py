"""A study of two datasets that the CORE engine was run on, and stand-ins for its interpreter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

RECORDED = Path(__file__).parent / "core"
"""answer.json: of the driver, by cdisc-rules-engine 0.17.1 under Python 3.12.1, on the study below with the
rules of core/rules. report.json: by the engine's own writer of JSON reports, in the same run."""

SUBJECTS = ["01-001", "01-002", "01-003", "01-004"]


def core_study(folder: Path) -> tuple[Path, ...]:
    """Write DM (ages 39 to 42) and AE (one record a subject) as transport files."""
    folder.mkdir(parents=True, exist_ok=True)
    same: dict[str, Any] = {"STUDYID": "S1", "USUBJID": [f"S1-{s}" for s in SUBJECTS]}
    dm = pd.DataFrame({**same, "DOMAIN": "DM", "AGE": [39.0, 40.0, 41.0, 42.0], "AGEU": "YEARS"})
    ae = pd.DataFrame({**same, "DOMAIN": "AE", "AESEQ": [1.0, 1.0, 1.0, 1.0], "AETERM": "Headache"})
    made: list[Path] = []
    for name, frame in (("DM", dm), ("AE", ae)):
        path = folder / f"{name.lower()}.xpt"
        pyreadstat.write_xport(frame, path, table_name=name, file_format_version=5)
        made.append(path)
    return tuple(made)


def stand_in(folder: Path, body: str) -> Path:
    """An executable that stands in for an interpreter; ``request`` and ``answer`` are its files."""
    path = folder / "python-stand-in"
    lines = (f"#!{sys.executable}", "import json, os, sys, time, subprocess", "from pathlib import Path")
    files = "request, answer = Path(sys.argv[3]), Path(sys.argv[4])"
    path.write_text("\n".join((*lines, files, body)) + "\n")
    path.chmod(0o755)
    return path


def answering(folder: Path) -> Path:
    """A stand-in that gives the recorded answer."""
    return stand_in(folder, f"answer.write_bytes(Path({str(RECORDED / 'answer.json')!r}).read_bytes())")
