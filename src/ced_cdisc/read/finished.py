"""The datasets of a finished build, in whatever format it wrote them."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from pathlib import Path
from typing import cast, get_args

import polars as pl

from ced_cdisc.build_file import NAME, NotABuild, read_build_file
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.metadata import FileFormat
from ced_cdisc.read.datafiles import open_datafile

_BELOW = ("sdtm", "adam")
_ENDINGS = tuple(f".{form}" for form in get_args(FileFormat))
_NOT_DATA = ("results.json",)


def read_finished(out: Path, studies: Collection[str]) -> dict[str, pl.DataFrame]:
    """The datasets of a build by qualified name: Float64 and String, null where missing.

    Args:
        out: the folder that the build wrote.
        studies: the folders of its studies; the study itself has an empty one.

    Raises:
        Stopped: a file cannot be read, build.json is damaged (CED426), or a dataset that it lists has no
            file (CED427).
    """
    listed = _listed(out)
    found: dict[str, pl.DataFrame] = {}
    for study in studies:
        for kind in _BELOW:
            for path in sorted((out / study / kind).glob("*.*")):
                if path.suffix in _ENDINGS and path.name not in _NOT_DATA:
                    name = path.stem.upper()
                    found[f"{study}/{name}" if study else name] = _frame(path)
    if missing := sorted(set(listed) - set(found)):
        what = f"has no file of {', '.join(missing)}, which its build.json lists"
        raise _stopped("CED427", out.as_posix(), what)
    return found


def _listed(out: Path) -> list[str]:
    """The datasets that a build made."""
    try:
        datasets: object = read_build_file(out).get("datasets")
    except (OSError, NotABuild):
        datasets = None
    if not isinstance(datasets, dict):
        raise _stopped("CED426", (out / NAME).as_posix(), "cannot be read, or lists no datasets")
    return list(cast("dict[str, object]", datasets))


def _frame(path: Path) -> pl.DataFrame:
    file = open_datafile(path)
    empty = {v.name: pl.Float64 if v.type == "Num" else pl.String for v in file.dataset.variables}
    return pl.concat(chain([pl.DataFrame(schema=empty)], (rows.frame for rows in file.blocks())))


def _stopped(code: str, shown: str, what: str) -> Stopped:
    return Stopped(Findings([Finding(code, f"{shown} {what}", Location(shown), "build again", Stage.OUTPUT)]))
