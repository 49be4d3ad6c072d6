"""Comparisons that can never be true: the whole message of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import write_study
from spec_messages import messages

AE, ADSL, SOURCES = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml", "mappings/sources.yaml"
VISITS = """\
date: edc
unscheduled: [UNPLANNED]
visits:
  - {number: 1, visit: SCREENING, raw: Scr}
  - {number: 2, visit: WEEK 4, raw: Week 4}
"""
ADAE = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: OCCDS
from: AE
copy: [AE.AETERM, AE.AEDECOD, AE.AEBODSYS, AE.AESEV, AE.VISIT, AE.AESTDTC, ADSL.TRTSDT, ADSL.TRT01P]
rows:
  ASTDT: {derive: "date(AE.AESTDTC)"}
variables:
  ANL01FL: {assign: Y, when: "CONDITION"}
sort: [ASTDT, AETERM]
"""


def study(folder: Path, condition: str) -> Path:
    changes = {
        AE: ("from: ae\n", "from: ae\nvisit: yes\n"),
        SOURCES: ("page: 3,", "page: 3, visit: {name: TERM, date: START},"),
        ADSL: ("variables:\n", "variables:\n  TRT01P: {cases: [{when: \"SEX = 'M'\", then: \"'Drug'\"}]}\n"),
    }
    write_study(folder, changes)
    (folder / "mappings/visits.yaml").write_text(VISITS)
    (folder / "mappings/adam/adae.yaml").write_text(ADAE.replace("CONDITION", condition))
    return folder


LINE = "mappings/adam/adae.yaml:9"
CASES = {
    "ASTDT >= '01FEB2023'": "31 CED014 date and text do not go together; write date('2023-02-01')",
    "iso(ASTDT) >= '01FEB2023'": "45 CED115 '01FEB2023' is no ISO 8601 date; write '2023-02-01'",
    "AESTDTC > '2023-2-1'": "41 CED115 '2023-2-1' is no ISO 8601 date; write '2023-02-01'",
    "date('1.2.2023') = ASTDT": "36 CED115 '1.2.2023' is no ISO 8601 date; write '2023-02-01'",
    "AESTDTC between '2023' and 'later'": "58 CED115 'later' is no ISO 8601 date; write '2018-03-15'",
    "VISIT = 'Week 4'": "39 CED110 ADAE.VISIT is never 'Week 4'; did you mean WEEK 4?",
    "VISIT = 'UNSCHEDULED'": "39 CED110 ADAE.VISIT is never 'UNSCHEDULED'; "
    "it has SCREENING, UNSCHEDULED n.nn, WEEK 4",
    "count(where VISIT in ('SCREENING', 'Week4')) > 0": "66 CED110 ADAE.VISIT is never 'Week4'; "
    "did you mean WEEK 4?",
    "TRT01P = 'drug'": "40 CED110 ADAE.TRT01P is never 'drug'; did you mean Drug?",
    "AESEV = 'Severe'": "39 CED021 'Severe' is no term of codelist AESEV (C66769) of ADAE.AESEV; "
    "did you mean SEVERE?",
    "AETERM = ''": "40 CED110 '' is no value: a comparison with it is never true; write `AETERM is missing`",
    "AETERM != ''": "41 CED110 '' is no value: a comparison with it is never true; write `AETERM is present`",
    "upper(AETERM) = ''": "47 CED110 '' is no value: a comparison with it is never true; "
    "write `.. is missing`",
    "AETERM in ('4', '')": "47 CED110 '' is no value: a comparison with it is never true; "
    "take it out, and write `or AETERM is missing`",
    "TRTSDT != missing": "41 CED110 missing is no value: a comparison with it is never true; "
    "write `TRTSDT is present`",
    "ASTDT >= TRTEDT": "40 CED012 unknown variable TRTEDT; did you mean TRTSDT?",
    "AESEV = MILD": "39 CED012 unknown variable MILD; a text stands in single quotes: 'MILD'",
    "AGE > 1": "31 CED012 unknown variable AGE; did you mean ADSL.AGE?",
    "AETERM = NA": "40 CED012 unknown variable NA; a value that is not there is written `missing`, "
    "and asked for with `is missing`",
}


@pytest.mark.parametrize(("condition", "said"), CASES.items(), ids=list(CASES))
def test_what_is_never_true(tmp_path: Path, condition: str, said: str) -> None:
    assert messages(study(tmp_path, condition)) == [f"{LINE}:{said}"]


@pytest.mark.parametrize(
    "condition",
    [
        "AESTDTC >= '2023-02' or AESTDTC = '2023---01' or iso(ASTDT) < '2023-02-01T10:30'",
        "VISIT in ('SCREENING', 'UNSCHEDULED 1.01')",
        "TRT01P = 'Drug' and AETERM = 'Headache'",
        "AETERM is missing or join('', AETERM, AESEV) = 'x'",
    ],
)
def test_what_may_be_true(tmp_path: Path, condition: str) -> None:
    assert messages(study(tmp_path, condition)) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('TRTSDT: {derive: "DM.RFXSTDTC"}', "18 CED014 ADSL.TRTSDT is date, but this gives ISO 8601 date; "
         "date(..) gives the date"),
        ('TRTSDTM: {derive: "DM.RFXSTDTC"}', "22 CED014 ADSL.TRTSDTM is date-time, but this gives ISO 8601 "
         "date; datetime(..) gives the date and time"),
    ],
)  # fmt: skip
def test_a_date_of_another_type(tmp_path: Path, line: str, said: str) -> None:
    changes = {ADSL: ('TRTSDT: {derive: "date(DM.RFXSTDTC)"}', line)}
    found = messages(write_study(tmp_path, changes))
    assert any(one.startswith(f"{ADSL}:7:") and one.endswith(said.partition(" ")[2]) for one in found), found


def test_a_date_in_a_text_is_written_in_iso_8601(tmp_path: Path) -> None:
    changes = {AE: ('{derive: "upper(AETERM)"}', '{derive: "date(AESTDTC)"}')}
    assert messages(write_study(tmp_path, changes)) == [
        f"{AE}:9:23 CED014 AE.AEDECOD is text, but this gives date; iso(..) writes a date in ISO 8601"
    ]
