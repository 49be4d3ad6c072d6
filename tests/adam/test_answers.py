"""Answers that a form offers: the codelist of a test's results, and a fault where another one comes."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysis_study import SOURCE, build, refused

from small_study import FILES

QS = """\
domain: QS
sort: [QSTESTCD, QSDTC]
omit: [EPOCH]
stack:
  - from: quest
    items: {instrument: well, result: "quest.{column}"}
  - from: quest
    long:
      - {test: MOOD, label: Mood, result: quest.Q4, kind: text, answers: [Good, Bad]}
      - {test: SLEEP, label: Sleep, result: {collect: quest.Q5, ct: {Y: Well, N: Badly}}, kind: text, answers: [Well, Badly]}
variables:
  QSCAT: {assign: WELL}
  QSDTC: {collect: quest.DAT, date: edc}
  VISITNUM: {derive: number('1')}
  VISIT: {assign: DAY 1}
"""

DEFINE = """\
documents:
  acrf: {title: Annotated CRF, href: acrf.pdf, kind: acrf, package: sdtm}
codelists:
  QSCAT: {extends: C100129, terms: {WELL: Well-being}}
"""

INSTRUMENT = """\
instrument: well
category: WELL
items:
  WELL01: {label: WELL01-Rest, column: Q1, answers: [0, 1, 2]}
  WELL02: {label: WELL01-Worry, column: Q2, answers: [0, 1, 2]}
  WELL03: {label: WELL01-Energy, column: Q3, answers: [1, 2, 3, 4]}
"""

QUEST = "  quest: {file: quest.csv, key: [SUBJ], page: 5, columns: [SUBJ, DAT, Q1, Q2, Q3, Q4, Q5]}\n"
HEAD = "SUBJ,DAT,Q1,Q2,Q3,Q4,Q5\n"


def study(row: str, qs: str = QS, instrument: str = INSTRUMENT) -> dict[str, str]:
    return {
        "mappings/sdtm/qs.yaml": qs,
        "mappings/instruments/well.yaml": instrument,
        "mappings/sources.yaml": FILES["mappings/sources.yaml"] + SOURCE + QUEST,
        "define/define.yaml": DEFINE,
        "raw/quest.csv": HEAD + row,
    }


def test_tests_with_the_same_answers_share_a_codelist(tmp_path: Path) -> None:
    made = build(tmp_path, {}, study("001,01-FEB-2020,0,1,4,Bad,Y\n002,03-FEB-2020,2,,1,Good,N\n"))
    dataset = next(d for d in made.packages["sdtm"].datasets if d.name == "QS")
    levels = {variable.name: variable.value_level for variable in dataset.variables}
    found = {
        name: {
            level.where[0].values: (level.codelist.id, [term.value for term in level.codelist.terms])
            for level in levels[name]
            if level.codelist is not None
        }
        for name in ("QSORRES", "QSSTRESC")
    }
    lists = {
        ("MOOD",): ("QS.MOOD", ["Good", "Bad"]),
        ("SLEEP",): ("QS.SLEEP", ["Well", "Badly"]),
        ("WELL01", "WELL02"): ("QS.WELL01", ["0", "1", "2"]),
        ("WELL03",): ("QS.WELL03", ["1", "2", "3", "4"]),
    }
    assert found == {"QSORRES": lists, "QSSTRESC": lists}


FAULTS = [
    (
        "7,1,4,Bad,Y",
        "QS.QSORRES: raw value '7' of quest.Q1 has no term by submission value of codelist QS.WELL01; it has 0, 1, 2",
    ),
    (
        "0,1,4,bad,Y",
        "QS.QSORRES: raw value 'bad' of quest.Q4 has no term by submission value of codelist QS.MOOD; 'case: ignore' takes it as Bad",
    ),
]


@pytest.mark.parametrize(("row", "wanted"), FAULTS)
def test_an_answer_that_the_form_does_not_offer_is_a_fault(tmp_path: Path, row: str, wanted: str) -> None:
    (found,) = refused(tmp_path, {}, study(f"001,01-FEB-2020,{row}\n"))
    assert found.split(" ", 2)[1:] == ["CED250", f"{wanted}\n    quest.csv line 2, subject T1-001"]


def test_a_decoded_answer_is_one_of_the_list(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, {}, study("001,01-FEB-2020,0,1,4,Bad,Y\n", QS.replace("N: Badly", "N: Bad")))
    assert found == (
        "mappings/sdtm/qs.yaml:10:82 CED021 'Bad' is no term of codelist QS.SLEEP of QS.QSORRES; "
        "did you mean Badly?"
    )
