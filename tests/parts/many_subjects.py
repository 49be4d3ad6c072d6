"""The small study with more subjects, and with what reaches over subjects or differs between them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ced_cdisc.core.findings import Stopped
from ced_cdisc.pipeline import Build, build
from small_study import AE, FILES, SOURCES, STUDY

TABLES = """\
  vit:   {file: vit.csv, key: [VITID], page: 4, columns: [VITID, SUBJ, DT, WT, WTU, TEMP]}
"""
VS = """\
domain: VS
from: vit
sort: [VSTESTCD, VSDTC]
omit: [EPOCH]
long:
  - {test: WEIGHT, result: vit.WT, unit: vit.WTU, standard: kg, decimals: 1}
  - {test: TEMP, result: vit.TEMP, unit: C}
variables:
  VSDTC:    {collect: vit.DT, date: edc}
  VISITNUM: {absent: "Not collected"}
"""
ADVS = """\
dataset: ADVS
label: Vital Signs Analysis Dataset
class: BDS
from: VS
copy: [ADSL.SEX]
rows:
  ADT: {derive: "date(VS.VSDTC)"}
parameters:
  WEIGHT: {param: Weight (kg), rows: "VS.VSTESTCD = 'WEIGHT'", value: VS.VSSTRESN}
  TEMP:   {param: Temperature (C), rows: "VS.VSTESTCD = 'TEMP'", value: VS.VSSTRESN}
variables:
  ADY: {derive: "study_day(ADT, ADSL.TRTSDT)"}
sort: [PARAMCD, ADT]
"""
TA = """\
domain: TA
structure: One record per planned element per arm
variables:
  TABRANCH: {absent: "There is one way through the study."}
  TATRANS:  {absent: "There is one way through the study."}
rows:
  - {ARMCD: A, ARM: Arm A, TAETORD: 1, ETCD: SCR, ELEMENT: Screening, EPOCH: SCREENING}
  - {ARMCD: A, ARM: Arm A, TAETORD: 2, ETCD: TRT, ELEMENT: Treatment, EPOCH: TREATMENT}
"""
LONG = "Headache of the kind that no word of one line can hold " * 5
"""A text that is continued in a qualifier; one subject alone has it."""


def files(subjects: int) -> dict[str, str]:
    """Specs and raw tables of a sound study."""
    numbers = range(1, subjects + 1)
    demog = [f"{n:03},05-JUN-19{50 + n},{1 + n % 2},01-FEB-2020" for n in numbers]
    dose = [f"{n:03},{day},{9 + day:02}-FEB-2020,{5 * day}" for n in reversed(numbers) for day in (1, 2)]
    events = [
        f"{n:03},{k},Pain {k},{1 + k % 3},{k:02}-FEB-2020," for n in numbers for k in range(1, 1 + n % 4)
    ]
    events.append(f"{subjects:03},9,{LONG.strip()},1,20-FEB-2020,")
    vitals = [
        f"{subjects * k + n},{n:03},{10 + k}-FEB-2020,{100 * n + k / 4:g},{'lb' if n % 2 else 'kg'},3{k}.5"
        for k in (2, 1, 3)
        for n in reversed(numbers)
    ]
    return {
        **FILES,
        "mappings/study.yaml": STUDY + "text: split\n",
        "mappings/sources.yaml": SOURCES + TABLES,
        "mappings/sdtm/ta.yaml": TA,
        "mappings/sdtm/vs.yaml": VS,
        "mappings/adam/advs.yaml": ADVS,
        "raw/vit.csv": "\n".join(["VITID,SUBJ,DT,WT,WTU,TEMP", *vitals, ""]),
        "mappings/sdtm/ae.yaml": AE + "supp:\n  AEDAY: {label: Number of the Report, collect: ae.AENO}\n"
        'checks: ["AEENDTC >= AESTDTC"]\n',
        "raw/demog.csv": "\n".join(["SUBJ,BRTHDAT,SEX,ICFDT", *demog, ""]),
        "raw/dose.csv": "\n".join(["SUBJ,DAY,DOSDT,DOSE", *dose, ""]),
        "raw/ae.csv": "\n".join(["SUBJ,AENO,TERM,SEV,START,STOP", *events, ""]),
    }


def write(folder: Path, content: Mapping[str, str]) -> Path:
    """The files below a folder."""
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def built(folder: Path, name: str, **way: Any) -> Build:
    """A build of a study into ``name``, without the check."""
    specs = {one: folder / one for one in ("mappings", "define")}
    return build(folder / "raw", folder / name, **specs, check=False, **way)


def said(folder: Path, name: str, **way: Any) -> list[str]:
    """What a build says, whether it stops or not, with the records."""
    try:
        found = built(folder, name, **way).findings
    except Stopped as stopped:
        found = stopped.findings
    return [str(one) for one in found.sorted()]


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def workers() -> list[int]:
    """The processes of ours that this one has started, and none of the libraries' own."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it is gone already
            for child in (task / "children").read_text().split():
                if b"ced_cdisc" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found
