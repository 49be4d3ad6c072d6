"""The small study with a laboratory and its reference ranges: a table without subjects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ced_cdisc.pipeline import Build, build
from small_study import write_study

SOURCES = """\
  lab:
    file: lab.csv
    recorded_by: Vendor
    key: [SUBJ, TEST, DT]
    columns: [SUBJ, LAB, TEST, DT, RES, UNIT]
  ranges:
    file: ranges.csv
    subject: none
    key: [LAB, TEST, SEX, AGE_LOW]
    columns: [LAB, TEST, SEX, AGE_LOW, AGE_HIGH, LOW, HIGH, UNIT]
"""

WHERE = (
    "ranges.TEST = lab.TEST and ranges.SEX = DM.SEX and ranges.UNIT = lab.UNIT and "
    "age(DM.BRTHDTC, LBDTC) between number(ranges.AGE_LOW) and number(ranges.AGE_HIGH)"
)

LB = f"""\
domain: LB
from: lab
sort: [LBTESTCD, LBDTC]
with:
  ranges:
    on: LAB
    where: "{WHERE}"
test:   {{collect: lab.TEST, ct: {{ALT: ALT, HB: HGB}}}}
result: lab.RES
unit:   lab.UNIT
range:  {{low: ranges.LOW, high: ranges.HIGH}}
tests:
  ALT: {{standard: U/L}}
  HGB: {{standard: g/L}}
variables:
  LBDTC:    {{collect: lab.DT, date: ISO}}
  LBCAT:    {{assign: CHEMISTRY}}
  VISITNUM: {{absent: "Not collected"}}
  LBSPEC:   {{absent: "Not collected"}}
  LBMETHOD: {{absent: "Not collected"}}
baseline: "LBDTC <= DM.RFXSTDTC"
"""

LAB = """\
SUBJ,LAB,TEST,DT,RES,UNIT
001,A,ALT,2020-02-10,50,U/L
001,A,HB,2020-02-10,14,g/dL
002,A,ALT,2020-02-12,50,U/L
002,A,HB,2020-02-12,11,g/dL
"""

RANGES = """\
LAB,TEST,SEX,AGE_LOW,AGE_HIGH,LOW,HIGH,UNIT
A,ALT,M,0,17,5,30,U/L
A,ALT,M,18,120,10,60,U/L
A,ALT,F,18,120,10,40,U/L
A,HB,M,18,120,13.5,17.5,g/dL
A,HB,F,18,120,12,16,g/dL
"""


def write_ranges_study(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the study; each change is a file, a text in it, and another one in its place."""
    write_study(folder, {"raw/demog.csv": ("UN-UNK-1966", "07-JUL-1966")})
    sources = folder / "mappings/sources.yaml"
    sources.write_text(sources.read_text() + SOURCES)
    (folder / "mappings/sdtm/lb.yaml").write_text(LB)
    (folder / "raw/lab.csv").write_text(LAB)
    (folder / "raw/ranges.csv").write_text(RANGES)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert old in text, (name, old)
        (folder / name).write_text(text.replace(old, new, 1))
    return folder


def built(folder: Path, **words: Any) -> Build:
    """The study in a folder, built."""
    return build(
        folder / "raw",
        folder / "out",
        mappings=folder / "mappings",
        define=folder / "define",
        check=False,
        **words,
    )
