"""A small study with vital signs, and analysis datasets of a test's own, built by both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

import ced_cdisc
from ced_cdisc.core.findings import Findings, Severity, Stopped
from ced_cdisc.pipeline import Build
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.spec.load import load_specs
from ced_cdisc.stages.reading import read_raw
from small_study import FILES

VS = """\
domain: VS
from: vitals
sort: [VSTESTCD, VSDTC, VSSPID]
omit: [EPOCH]
long:
  - {test: SYSBP, result: vitals.SBP, unit: mmHg, variables: {VSPOS: {absent: "Not collected"}}}
  - {test: PULSE, result: vitals.PULSE, unit: beats/min, variables: {VSPOS: {absent: "Not collected"}}}
variables:
  VSSPID:   vitals.NO
  VSDTC:    {collect: vitals.DAT, date: edc}
  VISITNUM: {derive: "number(vitals.VIS)"}
  VISIT:    {derive: "if(vitals.VIS = '1', 'SCREENING', join(' ', 'WEEK', vitals.VIS))"}
"""

SOURCE = "  vitals: {file: vitals.csv, key: [SUBJ, NO], page: 4, columns: [SUBJ, NO, DAT, VIS, SBP, PULSE]}\n"

VITALS = """\
SUBJ,NO,DAT,VIS,SBP,PULSE
001,1,01-FEB-2020,1,120,70
001,2,09-FEB-2020,1,124,
001,3,17-FEB-2020,2,140,80
001,4,24-FEB-2020,4,130,75
002,1,03-FEB-2020,1,110,60
002,2,12-MAR-2020,4,150,90
002,3,14-MAR-2020,5,155,95
"""

BDS = """\
dataset: ADVS
label: Vital Signs Analysis Dataset
class: BDS
from: VS
rows:
  ADT: {derive: "date(VS.VSDTC)"}
parameters:
  SYSBP: {param: Systolic Blood Pressure (mmHg), rows: "VS.VSTESTCD = 'SYSBP'", value: VS.VSSTRESN}
  PULSE: {param: Pulse Rate (beats/min), rows: "VS.VSTESTCD = 'PULSE'", value: VS.VSSTRESN}
variables:
  ADY: {derive: "study_day(ADT, ADSL.TRTSDT)"}
sort: [PARAMCD, ADT]
"""


def write(folder: Path, adam: dict[str, str] | None = None, files: dict[str, str] | None = None) -> Path:
    """The study in a folder; ``adam`` holds specs by dataset, ``files`` replaces whole files."""
    given = {
        **FILES,
        "mappings/sdtm/vs.yaml": VS,
        "mappings/sources.yaml": FILES["mappings/sources.yaml"] + SOURCE,
        "raw/vitals.csv": VITALS,
        **{f"mappings/adam/{name.lower()}.yaml": text for name, text in (adam or {}).items()},
        **(files or {}),
    }
    for name, text in given.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def build(folder: Path, adam: dict[str, str], files: dict[str, str] | None = None) -> Build:
    """The finished build; both engines must agree on every value of every dataset."""
    write(folder, adam, files)
    made = ced_cdisc.build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )
    tables = read_raw(folder / "raw", made.plan, Findings())
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in tables.items()}
    rows, faults = recompute(made.plan, texts)
    assert faults == []
    for plan in made.plan.datasets:
        frame = made.frames[plan.name]
        assert compare(frame.to_dicts(), rows[plan.name], frame.columns, plan.name) == []
    return made


def refused(folder: Path, adam: dict[str, str], files: dict[str, str] | None = None) -> list[str]:
    """The errors for which a build stops."""
    write(folder, adam, files)
    try:
        ced_cdisc.build(
            folder / "raw",
            folder / "out",
            mappings=folder / "mappings",
            define=folder / "define",
            check=False,
        )
    except Stopped as stopped:
        found = stopped.findings.sorted()
        return [str(f).replace(f"{folder}/", "") for f in found if f.severity is Severity.ERROR]
    return []


def messages(folder: Path, adam: dict[str, str], files: dict[str, str] | None = None) -> list[str]:
    """The faults of the specs, found without data."""
    write(folder, adam, files)
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert (plan is None) == bool(findings.errors)
    return [str(finding) for finding in findings.sorted()]


def rows(made: Build, dataset: str, *names: str, where: pl.Expr | None = None) -> list[tuple[Any, ...]]:
    """The values of some variables, record by record; dates as ISO text."""
    frame = made.frames[dataset]
    frame = frame if where is None else frame.filter(where)
    shown = [pl.col(n).dt.to_string("%m-%d") if frame.schema[n] == pl.Date else pl.col(n) for n in names]
    return frame.select(shown).rows()


def variable(made: Build, dataset: str, name: str) -> Any:
    """What the metadata say of a variable."""
    package = made.packages["adam"]
    found = next(d for d in package.datasets if d.name == dataset)
    return next(v for v in found.variables if v.name == name)
