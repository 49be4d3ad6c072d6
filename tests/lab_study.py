"""A small laboratory study: tests in columns and in rows, several units, ranges, flags and comparators."""

from __future__ import annotations

from pathlib import Path

from small_study import write_study

UNITS = """\
units:
  TABL: TABLET
  LB: {to: kg, factor: 0.4536}
"""

SOURCES = """\
  lab:   {file: lab.csv, key: [SUBJ, TEST, DT], recorded_by: Vendor,
          columns: [SUBJ, TEST, DT, RES, UNIT, LO, HI]}
  panel: {file: panel.csv, key: [SUBJ, DT], decimal: comma, thousands: yes, recorded_by: Vendor,
          columns: [SUBJ, DT, GLU, GLUC_LO, GLUC_HI, PLT, PH]}
  vit:   {file: vit.csv, key: [SUBJ, DT], page: 4, columns: [SUBJ, DT, WT, WTU, TEMP, LO]}
"""

LB = """\
domain: LB
sort: [LBTESTCD, LBDTC]
stack:
  - from: lab                     # tests in rows
    test:
      collect: lab.TEST
      ct: {GLU: GLUC, CREA: CREAT, K: K, WBC: WBC, HB: HGB, CRP: CRP, UPROT: PROT, OLD: ""}
    result: lab.RES
    unit:   lab.UNIT
    range:  {low: lab.LO, high: lab.HI}
    flags:  {H: HIGH, L: LOW}
    tests:
      GLUC:  {standard: mmol/L, decimals: 2}
      CREAT: {standard: umol/L, decimals: 0}
      K:     {standard: mmol/L}
      WBC:   {standard: 10^9/L}
      HGB:   {standard: g/L}
      CRP:   {standard: mg/L}
      PROT:  {kind: text}
    variables:
      LBDTC: {collect: lab.DT, date: ISO}
  - from: panel                   # tests in columns
    range: {low: "panel.{test}_LO", high: "panel.{test}_HI"}
    long:
      - {test: GLUC, result: panel.GLU, unit: mg/dL, standard: mmol/L, decimals: 2}
      - {test: PLAT, result: panel.PLT, unit: 10^9/L, range: {low: {assign: "150"}}}
      - {test: PH, result: panel.PH, range: {}}
    variables:
      LBDTC: {collect: panel.DT, date: ISO}
      LBNAM: {assign: HOSPITAL}       # tells its units from those that are collected
variables:
  LBCAT:    {assign: CHEMISTRY}
  VISITNUM: {absent: "Not collected"}
  LBSPEC:   {absent: "Not collected"}
  LBMETHOD: {absent: "Not collected"}
"""

VS = """\
domain: VS
from: vit
long:
  - {test: WEIGHT, result: vit.WT, unit: vit.WTU, standard: kg, decimals: 2}
  - test: TEMP
    result: vit.TEMP
    unit: F
    standard: C
    decimals: 1
    range: {low: vit.LO, high: {assign: "99.5"}}
variables:
  VISITNUM: {absent: "Not collected"}
  VSDTC: {collect: vit.DT, date: ISO}
"""

LAB = """\
SUBJ,TEST,DT,RES,UNIT,LO,HI
001,GLU,2020-02-10,90,mg/dl,70,99
001,GLU,2020-02-11,<10,mg/dL,70,99
001,GLU,2020-02-12,6.1 H,mmol/l,3.9,5.5
001,CREA,2020-02-10,1.1,MG/DL,0.6,1.2
001,K,2020-02-10,5.9,mEq/L,3.5,5.1
001,WBC,2020-02-10,3.2,x10(9)/L,4,11
001,WBC,2020-02-11,5200,/uL,4000,11000
001,HB,2020-02-10,14.1,g/dL,,15.5
001,CRP,2020-02-10,>=200,mg/L,,5
001,UPROT,2020-02-10,1+,,,
001,OLD,2020-02-10,7,mg/L,,
002,HB,2020-02-12,8.7,mmol/L,,
"""
PANEL = "SUBJ;DT;GLU;GLUC_LO;GLUC_HI;PLT;PH\n002;2020-02-12;99,5;70;99,5;1.150;5,5\n"
VIT = "SUBJ,DT,WT,WTU,TEMP,LO\n001,2020-02-10,150,lb,98.6,96\n001,2020-02-11,150,kg,95,96\n"


def lab_study(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the study; each change replaces a text of a file, which must occur once, by another."""
    write_study(folder)
    study, sources = folder / "mappings/study.yaml", folder / "mappings/sources.yaml"
    study.write_text(study.read_text() + UNITS)
    sources.write_text(
        sources.read_text() + SOURCES.replace("decimal: comma", 'delimiter: ";", decimal: comma')
    )
    (folder / "mappings/sdtm/lb.yaml").write_text(LB)
    (folder / "mappings/sdtm/vs.yaml").write_text(VS)
    (folder / "raw/lab.csv").write_text(LAB)
    (folder / "raw/panel.csv").write_text(PANEL)
    (folder / "raw/vit.csv").write_text(VIT)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, (name, old, text.count(old))
        (folder / name).write_text(text.replace(old, new))
    return folder
