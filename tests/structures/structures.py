"""Studies of a few rows for one structure of the language each, built by both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.pipeline import Build, build
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from ced_cdisc.stages.reading import read_raw
from small_study import FILES, SOURCES

Files = dict[str, str]
LAB = """\
domain: LB
from: lab
sort: [LBTESTCD, LBDTC]
long:
  - {test: ALB, result: lab.AL, unit: {assign: g/L}, standard: g/L}
variables:
  LBDTC: {collect: lab.DT, date: edc}
  LBCAT: {assign: CHEMISTRY}
  VISITNUM: {absent: "Not collected"}
  LBORNRLO: {absent: "No limits"}
  LBORNRHI: {absent: "No limits"}
  LBSTNRLO: {absent: "No limits"}
  LBSTNRHI: {absent: "No limits"}
  LBNRIND: {absent: "No limits"}
"""
"""One test of a raw table lab, which has the columns SUBJ, DT and AL."""


def written(folder: Path, files: Files, tables: str = "") -> Path:
    """The small study with further or other files, and further raw tables in sources.yaml."""
    every = {**FILES, "mappings/sources.yaml": SOURCES + tables, **files}
    for name, text in every.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def made(folder: Path, files: Files, tables: str = "") -> Build:
    """The study, built; the second engine has every value of every dataset too."""
    written(folder, files, tables)
    done = unchecked(folder)
    raw = read_raw(folder / "raw", done.plan, Findings())
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in raw.items()}
    rows, faults = recompute(done.plan, texts)
    assert faults == []
    for name in (one.qualified(plan.name) for one in done.plan.studies for plan in one.datasets):
        frame = done.frames[name]
        different = compare(frame.to_dicts(), rows[name], frame.columns, name)
        assert different == [], different
    return done


def unchecked(folder: Path, **options: Any) -> Build:
    """The build of a study; the rules of the check are a third of its time, and no test here asks them."""
    specs = {"mappings": folder / "mappings", "define": folder / "define"}
    return build(folder / "raw", folder / "out", **specs, check=False, **options)


def said(folder: Path, files: Files, tables: str = "") -> list[str]:
    """Everything that a build of the study finds, whole messages with their records."""
    written(folder, files, tables)
    try:
        found = unchecked(folder).findings
    except Stopped as stopped:
        found = stopped.findings
    return [str(finding).replace(f"{folder}/", "") for finding in found.sorted()]


def slow_faults(folder: Path) -> list[str]:
    """What the second engine finds at fault in the data of a study that :func:`written` wrote."""
    plan, _ = make_plan(find_study(folder / "mappings", folder / "define", folder), Findings())
    raw = read_raw(folder / "raw", plan, Findings())
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in raw.items()}
    return [fault.message for fault in recompute(plan, texts)[1]]


def rows(done: Build, dataset: str, *names: str) -> list[tuple[Any, ...]]:
    """The values of some variables of a dataset, record by record."""
    frame: pl.DataFrame = done.frames[dataset]
    return frame.select(names).rows()


def xml(folder: Path) -> str:
    """The define.xml of the SDTM package."""
    return (folder / "out/sdtm/define.xml").read_text(encoding="utf-8")
