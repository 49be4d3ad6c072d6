"""A made study of any size: specs, and raw tables of vital signs, of laboratory results, or of many domains.

Vital signs have one raw row for each subject, visit and position, with six tests in columns; laboratory
results one for each subject and visit, with twenty. A wide study has 60 SDTM domains, each of a raw table of
its own with one row for each subject and visit: small data, many specs. The values come from the row number:
the same size gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

VISITS = 17
POSITIONS = ("STANDING", "SITTING", "SUPINE")
SIGNS = {
    "SYSBP": ("Systolic Blood Pressure (mmHg)", "mmHg", 90, 80),
    "DIABP": ("Diastolic Blood Pressure (mmHg)", "mmHg", 50, 50),
    "PULSE": ("Pulse Rate (beats/min)", "beats/min", 50, 60),
    "RESP": ("Respiratory Rate (breaths/min)", "breaths/min", 10, 12),
    "TEMP": ("Temperature (C)", "C", 36, 3),
    "WEIGHT": ("Weight (kg)", "kg", 50, 60),
}
ANALYTES = {
    "ALB": "g/L",
    "ALP": "U/L",
    "ALT": "U/L",
    "AST": "U/L",
    "BILI": "umol/L",
    "CA": "mmol/L",
    "CHOL": "mmol/L",
    "CK": "U/L",
    "CL": "mmol/L",
    "CREAT": "umol/L",
    "GGT": "U/L",
    "GLUC": "mmol/L",
    "HCT": "%",
    "HGB": "g/L",
    "K": "mmol/L",
    "PLAT": "10^9/L",
    "PROT": "g/L",
    "SODIUM": "mmol/L",
    "UREAN": "mmol/L",
    "WBC": "10^9/L",
}
WIDE_DOMAINS = tuple(f"{first}{second}" for first in "XYZ" for second in "ABCDEFGHIJKLMNOPQRST")[:59]
"""Domains of the sponsor's own, beside DM."""
WIDE_TESTS = {"ALPHA": "mm", "BETA": "mm", "GAMMA": "mm"}

STUDY = """\
study: {id: BENCH, name: BENCH, title: A Made Study of Any Size, protocol: BENCH}
standards:
  sdtmig: "3.4"
  sdtm: "2.0"
  adamig: "1.3"
  ct: {SDTM: 2024-09-27, ADaM: 2024-09-27, DEFINE-XML: 2024-09-27}
snapshot: 2026-01-01T00:00:00
usubjid: "join('-', 'BENCH', SUBJECT)"
formats: {ISO: YYYY-MM-DD}
"""

DM = """\
domain: DM
from: subj
structure: One record per subject
variables:
  SUBJID: subj.SUBJ
  RFICDTC: {absent: "Not collected"}
  DTHDTC: {absent: "No subject died"}
  DTHFL: {absent: "No subject died"}
  SITEID: {assign: "01"}
  RFSTDTC: {collect: subj.TRTDT, date: ISO}
  RFENDTC: {collect: subj.ENDDT, date: ISO}
  RFXSTDTC: {derive: RFSTDTC}
  RFXENDTC: {derive: RFENDTC}
  RFPENDTC: {derive: RFENDTC}
  AGE: {derive: number(subj.AGE)}
  AGEU: {assign: YEARS}
  SEX: subj.SEX
  RACE: {assign: WHITE}
  ARMCD: {assign: A}
  ARM: {assign: Arm A}
  ACTARMCD: {assign: A}
  ACTARM: {assign: Arm A}
  ARMNRS: {absent: "All subjects were assigned to the arm."}
  ACTARMUD: {absent: "All subjects were treated as planned."}
  COUNTRY: {assign: USA}
"""

ADSL = """\
dataset: ADSL
label: Subject-Level Analysis Dataset
class: ADSL
from: DM
copy: [DM.SUBJID, DM.SITEID, DM.AGE, DM.AGEU, DM.SEX, DM.RACE, DM.ARM]
variables:
  TRT01P: {derive: DM.ARM}
  SAFFL: {derive: "if(DM.RFXSTDTC is present, 'Y', 'N')"}
  TRTSDT: {derive: "date(DM.RFXSTDTC)"}
  TRTEDT: {derive: "date(DM.RFXENDTC)"}
sort: [USUBJID]
"""

BDS = """\
from: {domain}
where: "{domain}.{domain}STRESN is present"
copy: [ADSL.TRT01P, ADSL.SAFFL, ADSL.TRTSDT, {domain}.VISITNUM, {domain}.VISIT{more}]
trace: yes
rows:
  ADT: {{derive: "date({domain}.{domain}DTC)"}}
  AVISIT: {{derive: {domain}.VISIT}}
  AVISITN: {{derive: {domain}.VISITNUM}}
{basetype}parameters:
{parameters}
variables:
  ADY: {{derive: "study_day(ADT, ADSL.TRTSDT)"}}
  ABLFL: {{flag: last, where: "ADY <= 1", by: [PARAMCD{by}], order: [ADT]}}
  BASE: {{derive: "only(AVAL where ABLFL = 'Y' on PARAMCD{on})"}}
  CHG: {{derive: "AVAL - BASE", when: "ADY > 1"}}
  PCHG: {{derive: "100 * CHG / BASE", when: "BASE != 0"}}
sort: [PARAMCD, AVISITN{by}]
"""


def write_study(folder: Path, kind: str, rows: int) -> None:
    """Specs in ``mappings`` and ``define``, raw tables in ``raw``.

    Args:
        folder: where to; new or empty.
        kind: ``vitals``, ``labs`` or ``wide``.
        rows: raw rows of the large table; of a wide study, of each of its tables.
    """
    per = VISITS * (len(POSITIONS) if kind == "vitals" else 1)
    subjects = -(-rows // per)
    files = {"vitals": _vitals, "labs": _labs, "wide": _wide}[kind]()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "raw").mkdir()
    number = pl.int_range(subjects)
    pl.select(
        SUBJ=(number + 100_001).cast(pl.String),
        SEX=pl.when(number % 2 == 0).then(pl.lit("F")).otherwise(pl.lit("M")),
        AGE=(number * 7 % 50 + 20).cast(pl.String),
        TRTDT=pl.lit("2020-01-01"),
        ENDDT=pl.lit("2021-06-01"),
    ).write_csv(folder / "raw" / "subj.csv")
    tables = [name.lower() for name in WIDE_DOMAINS] if kind == "wide" else [kind]
    for place, name in enumerate(tables):
        _large(kind, rows, per, place).write_csv(folder / "raw" / f"{name}.csv")


def add_domain(folder: Path, rows: int) -> str:
    """Add a small domain of a raw table of its own to a study of vital signs or laboratory results.

    Returns:
        The name of the raw table.
    """
    name, table = WIDE_DOMAINS[0], WIDE_DOMAINS[0].lower()
    sources = folder / "mappings" / "sources.yaml"
    columns = ", ".join(("SUBJ", "VISIT", "DT", *WIDE_TESTS))
    line = f"  {table}: {{file: {table}.csv, key: [SUBJ, VISIT], page: 3, columns: [{columns}]}}\n"
    sources.write_text(sources.read_text(encoding="utf-8") + line, encoding="utf-8")
    (folder / "mappings" / "sdtm" / f"{table}.yaml").write_text(_wide_domain(name, table), encoding="utf-8")
    _large("wide", rows, VISITS, 0).write_csv(folder / "raw" / f"{table}.csv")
    return table


def _large(kind: str, rows: int, per: int, table: int) -> pl.DataFrame:
    number = pl.int_range(rows)
    visit = number % per // (per // VISITS)
    columns = {
        "SUBJ": (number // per + 100_001).cast(pl.String),
        "VISIT": (visit + 1).cast(pl.String),
        "DT": (pl.date(2020, 1, 1) + pl.duration(days=visit * 28)).dt.to_string("%Y-%m-%d"),
    }
    if kind == "vitals":
        columns["POS"] = (number % len(POSITIONS) + 1).cast(pl.String)
        for place, (test, (_, _, low, span)) in enumerate(SIGNS.items()):
            columns[test] = (number * (7919 + 2 * place) % span + low).cast(pl.String)
        return pl.select(**columns)
    for place, test in enumerate(WIDE_TESTS if kind == "wide" else ANALYTES, start=table):
        digits = number * (7919 + 2 * place)
        columns[test] = (digits % 90 + 10).cast(pl.String) + "." + (digits % 9 + 1).cast(pl.String)
    return pl.select(**columns)


def _shared(columns: str, tables: Iterable[str], key: str) -> dict[str, str]:
    return {
        "mappings/study.yaml": STUDY,
        "mappings/sources.yaml": "\n".join(
            (
                "defaults: {subject: SUBJ, recorded_by: Investigator}",
                "tables:",
                "  subj: {file: subj.csv, key: SUBJ, page: 1, columns: [SUBJ, SEX, AGE, TRTDT, ENDDT]}",
                *(
                    f"  {name}: {{file: {name}.csv, key: [{key}], page: {page}, columns: [{columns}]}}"
                    for page, name in enumerate(tables, start=2)
                ),
                "",
            )
        ),
        "mappings/sdtm/dm.yaml": DM,
        "mappings/adam/adsl.yaml": ADSL,
        "define/define.yaml": "\n".join(
            (
                "documents:",
                "  acrf: {title: Annotated CRF, href: acrf.pdf, kind: acrf, package: sdtm}",
                "codelists:",
                "  ARM: {name: Arm, terms: {Arm A: Arm A}, variables: [ARM, ACTARM, TRT01P]}",
                "",
            )
        ),
    }


def _vitals() -> dict[str, str]:
    tests = "\n".join(
        f"  - {{test: {t}, result: vitals.{t}, unit: {u}}}" for t, (_, u, _, _) in SIGNS.items()
    )
    codes = ", ".join(f"{n}: {position}" for n, position in enumerate(POSITIONS, 1))
    parameters = "\n".join(
        f"  {t}: {{param: {label}, rows: \"VS.VSTESTCD = '{t}'\", value: VS.VSSTRESN}}"
        for t, (label, _, _, _) in SIGNS.items()
    )
    vs = f"""\
domain: VS
from: vitals
structure: One record per vital sign measurement per position per visit per subject
sort: [VSTESTCD, VISITNUM, VSPOS]
baseline: "day(VSDTC) <= day(DM.RFXSTDTC)"
omit: [EPOCH]
long:
{tests}
variables:
  VSPOS: {{collect: vitals.POS, ct: {{{codes}}}}}
  VISITNUM: {{derive: number(vitals.VISIT)}}
  VISIT: {{derive: "join(' ', 'VISIT', vitals.VISIT)"}}
  VSDTC: {{collect: vitals.DT, date: ISO}}
"""
    bds = BDS.format(
        domain="VS",
        more=", VS.VSPOS",
        parameters=parameters,
        by=", BASETYPE",
        on=", BASETYPE",
        basetype="  BASETYPE: {derive: VS.VSPOS}\n",
    )
    columns = ", ".join(("SUBJ", "VISIT", "DT", "POS", *SIGNS))
    return _shared(columns, ["vitals"], "SUBJ, VISIT, POS") | {
        "mappings/sdtm/vs.yaml": vs,
        "mappings/adam/advs.yaml": f"dataset: ADVS\nlabel: Vital Signs Analysis Dataset\nclass: BDS\n{bds}",
    }


def _labs() -> dict[str, str]:
    tests = "\n".join(f'  - {{test: {t}, result: labs.{t}, unit: "{u}"}}' for t, u in ANALYTES.items())
    parameters = "\n".join(
        f"  {t}: {{param: {t} ({u}), rows: \"LB.LBTESTCD = '{t}'\", value: LB.LBSTRESN}}"
        for t, u in ANALYTES.items()
    )
    lb = f"""\
domain: LB
from: labs
structure: One record per analyte per visit per subject
sort: [LBTESTCD, VISITNUM]
baseline: "day(LBDTC) <= day(DM.RFXSTDTC)"
omit: [EPOCH]
long:
{tests}
variables:
  LBCAT: {{assign: CHEMISTRY}}
  LBSPEC: {{absent: "Not collected"}}
  LBORNRLO: {{absent: "Not collected"}}
  LBORNRHI: {{absent: "Not collected"}}
  LBSTNRLO: {{absent: "Not collected"}}
  LBSTNRHI: {{absent: "Not collected"}}
  LBNRIND: {{absent: "Not collected"}}
  LBMETHOD: {{absent: "Not collected"}}
  VISITNUM: {{derive: number(labs.VISIT)}}
  VISIT: {{derive: "join(' ', 'VISIT', labs.VISIT)"}}
  LBDTC: {{collect: labs.DT, date: ISO}}
"""
    bds = BDS.format(domain="LB", more="", parameters=parameters, by="", on="", basetype="")
    columns = ", ".join(("SUBJ", "VISIT", "DT", *ANALYTES))
    return _shared(columns, ["labs"], "SUBJ, VISIT") | {
        "mappings/sdtm/lb.yaml": lb,
        "mappings/adam/adlb.yaml": f"dataset: ADLB\nlabel: Laboratory Analysis Dataset\nclass: BDS\n{bds}",
    }


def _wide() -> dict[str, str]:
    tables = {name: name.lower() for name in WIDE_DOMAINS}
    files = {f"mappings/sdtm/{table}.yaml": _wide_domain(name, table) for name, table in tables.items()}
    first = WIDE_DOMAINS[0]
    parameters = "\n".join(
        f"  {t}: {{param: {t.title()} of {first} ({u}), rows: \"{first}.{first}TESTCD = '{t}'\","
        f" value: {first}.{first}STRESN}}"
        for t, u in WIDE_TESTS.items()
    )
    bds = BDS.format(domain=first, more="", parameters=parameters, by="", on="", basetype="")
    columns = ", ".join(("SUBJ", "VISIT", "DT", *WIDE_TESTS))
    adam = f"dataset: AD{first}\nlabel: Analysis of {first}\nclass: BDS\n{bds}"
    shared = _shared(columns, tables.values(), "SUBJ, VISIT")
    return shared | files | {f"mappings/adam/ad{tables[first]}.yaml": adam}


def _wide_domain(name: str, table: str) -> str:
    tests = "\n".join(
        f"  - {{test: {t}, label: {t.title()} of {name}, result: {table}.{t}, unit: {u}}}"
        for t, u in WIDE_TESTS.items()
    )
    return f"""\
domain: {name}
class: Findings
label: Made Findings {name}
from: {table}
structure: One record per test per visit per subject
sort: [{name}TESTCD, VISITNUM]
baseline: "day({name}DTC) <= day(DM.RFXSTDTC)"
omit: [EPOCH]
long:
{tests}
variables:
  VISITNUM: {{derive: number({table}.VISIT)}}
  VISIT: {{derive: "join(' ', 'VISIT', {table}.VISIT)"}}
  {name}DTC: {{collect: {table}.DT, date: ISO}}
"""
