"""A small study of three raw tables, three domains and two analysis datasets, written into a folder."""

from __future__ import annotations

from pathlib import Path

STUDY = """\
study: {id: T1, name: T1, title: A small study, protocol: T1}
standards: {sdtmig: "3.4", sdtm: "2.0", adamig: "1.3", ct: {SDTM: 2024-09-27, ADaM: 2024-09-27, DEFINE-XML: 2024-09-27}}
snapshot: 2020-12-01T00:00:00
usubjid: "join('-', 'T1', SUBJECT)"
formats: {edc: [DD-MON-YYYY, UN-MON-YYYY, UN-UNK-YYYY]}
"""

SOURCES = """\
defaults: {subject: SUBJ, trim: yes}
tables:
  demog: {file: demog.csv, key: [SUBJ], page: 1, columns: [SUBJ, BRTHDAT, SEX, ICFDT]}
  dose:  {file: dose.csv, key: [SUBJ, DAY], page: 2, columns: [SUBJ, DAY, DOSDT, DOSE]}
  ae:    {file: ae.csv, key: [SUBJ, AENO], page: 3, columns: [SUBJ, AENO, TERM, SEV, START, STOP]}
"""

DM = """\
domain: DM
from: demog
variables:
  SUBJID:   demog.SUBJ
  RFSTDTC:  {derive: "min(EX.EXSTDTC)"}
  RFENDTC:  {derive: "max(EX.EXSTDTC)"}
  RFXSTDTC: {derive: "min(EX.EXSTDTC)"}
  RFXENDTC: {derive: "max(EX.EXSTDTC)"}
  RFICDTC:  {collect: demog.ICFDT, date: edc}
  RFPENDTC: {absent: "Not collected"}
  DTHDTC:   {absent: "No subject died"}
  DTHFL:    {absent: "No subject died"}
  SITEID:   {assign: "01"}
  BRTHDTC:  {collect: demog.BRTHDAT, date: edc}
  AGE:      {derive: "age(BRTHDTC, RFICDTC)", unknown: accept}
  AGEU:     {assign: YEARS, when: "AGE is present"}
  SEX:      {collect: demog.SEX, ct: {1: M, 2: F}}
  RACE:     {absent: "Not collected"}
  ARMCD:    {assign: A}
  ARM:      {assign: Arm A}
  ACTARMCD: {assign: A}
  ACTARM:   {assign: Arm A}
  ARMNRS:   {absent: "All subjects were assigned"}
  ACTARMUD: {absent: "All subjects were treated as planned"}
  COUNTRY:  {assign: USA}
"""

EX = """\
domain: EX
from: dose
sort: [EXSTDTC]
variables:
  EXTRT:    {assign: DRUG}
  EXDOSE:   dose.DOSE
  EXDOSU:   {assign: mg}
  EXDOSFRM: {assign: TABLET}
  EXSTDTC:  {collect: dose.DOSDT, date: edc}
  EXENDTC:  {collect: dose.DOSDT, date: edc}
"""

AE = """\
domain: AE
from: ae
sort: [AESTDTC, AETERM]
variables:
  AESPID:   ae.AENO
  AETERM:   ae.TERM
  AELLT:    {absent: "Not coded"}
  AELLTCD:  {absent: "Not coded"}
  AEDECOD:  {derive: "upper(AETERM)"}
  AEPTCD:   {absent: "Not coded"}
  AEHLT:    {absent: "Not coded"}
  AEHLTCD:  {absent: "Not coded"}
  AEHLGT:   {absent: "Not coded"}
  AEHLGTCD: {absent: "Not coded"}
  AEBODSYS: {absent: "Not coded"}
  AEBDSYCD: {absent: "Not coded"}
  AESOC:    {absent: "Not coded"}
  AESOCCD:  {absent: "Not coded"}
  AESEV:    {collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}
  AESER:    {assign: N}
  AEACN:    {absent: "Not collected"}
  AEREL:    {absent: "Not collected"}
  AESTDTC:  {collect: ae.START, date: edc}
  AEENDTC:  {collect: ae.STOP, date: edc}
"""

ADSL = """\
dataset: ADSL
label: Subject-Level Analysis Dataset
class: ADSL
from: DM
copy: [DM.SUBJID, DM.SEX, DM.AGE, DM.AGEU]
variables:
  TRTSDT: {derive: "date(DM.RFXSTDTC)"}
  NAE:    {derive: "count(AE.AESEQ)", label: Number of Adverse Events}
sort: [USUBJID]
"""

RAW = {
    "demog.csv": "SUBJ,BRTHDAT,SEX,ICFDT\n001,05-JUN-1970,1,01-FEB-2020\n002,UN-UNK-1966,2,03-FEB-2020\n",
    "dose.csv": "SUBJ,DAY,DOSDT,DOSE\n001,1,10-FEB-2020,5\n001,2,11-FEB-2020,5\n002,1,12-FEB-2020,2.5\n",
    "ae.csv": "SUBJ,AENO,TERM,SEV,START,STOP\n001,1,Headache,1,10-FEB-2020,12-FEB-2020\n"
    "001,2,Bone pain,2,UN-FEB-2020,\n002,1,Nausea,3,14-FEB-2020,14-FEB-2020\n",
}

FILES = {
    "mappings/study.yaml": STUDY,
    "mappings/sources.yaml": SOURCES,
    "mappings/sdtm/dm.yaml": DM,
    "mappings/sdtm/ex.yaml": EX,
    "mappings/sdtm/ae.yaml": AE,
    "mappings/adam/adsl.yaml": ADSL,
    "define/define.yaml": "documents:\n  acrf: {title: Annotated CRF, href: acrf.pdf, kind: acrf, package: sdtm}\n",
    **{f"raw/{name}": text for name, text in RAW.items()},
}


def write_study(folder: Path, changes: dict[str, tuple[str, str]] | None = None) -> Path:
    """Write the study; ``changes`` replaces a text by another, which must occur, in a file."""
    files = dict(FILES)
    for name, (old, new) in (changes or {}).items():
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new, 1)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder
