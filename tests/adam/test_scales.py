"""Scores of an instrument: mean or sum, reversed, prorated, rescaled, and the fewest answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysis_study import build, messages, rows, variable

QS = """\
domain: QS
from: quest
sort: [QSTESTCD, QSDTC]
omit: [EPOCH]
items: {instrument: well, result: "quest.{column}"}
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
  WELL01: {label: WELL01-Sleep, column: Q1}
  WELL02: {label: WELL01-Worry, column: Q2}
  WELL03: {label: WELL01-Energy, column: Q3}
scales:
"""

SCALES = """\
  MEANS: {label: Mean, items: [WELL01, WELL02, WELL03], lowest: 1, highest: 5, least: 2}
  SUMS:  {label: Sum, score: sum, items: [WELL01, WELL02, WELL03], lowest: 1, highest: 5, reverse: [WELL02], least: 3}
  PRO:   {label: Prorated Sum, score: sum, prorate: yes, items: [WELL01, WELL02, WELL03], least: "60%"}
  RANGE: {label: Sum 10 to 50, score: sum, items: [WELL01, WELL02, WELL03], lowest: 1, highest: 5, least: 3, to: 10..50}
  RAW:   {label: Mean as Answered, items: [WELL01, WELL02], least: 1, to: as answered}
"""

ADQS = """\
dataset: ADQS
label: Well-Being
class: BDS
from: QS
where: "QS.QSSTRESN is present"
rows:
  ADT: {derive: "date(QS.QSDTC)"}
parameters:
  WELL01: {param: Sleep, rows: "QS.QSTESTCD = 'WELL01'", value: QS.QSSTRESN}
  WELL02: {param: Worry, rows: "QS.QSTESTCD = 'WELL02'", value: QS.QSSTRESN}
  WELL03: {param: Energy, rows: "QS.QSTESTCD = 'WELL03'", value: QS.QSSTRESN}
scales: {instrument: well, by: [ADT]}
sort: [PARAMN]
"""


def study(scales: str = SCALES) -> tuple[dict[str, str], dict[str, str]]:
    from analysis_study import SOURCE

    from small_study import FILES

    source = "  quest: {file: quest.csv, key: [SUBJ], page: 5, columns: [SUBJ, DAT, Q1, Q2, Q3]}\n"
    files = {
        "mappings/sdtm/qs.yaml": QS,
        "mappings/instruments/well.yaml": INSTRUMENT + scales,
        "mappings/sources.yaml": FILES["mappings/sources.yaml"] + SOURCE + source,
        "define/define.yaml": DEFINE,
        "raw/quest.csv": "SUBJ,DAT,Q1,Q2,Q3\n001,01-FEB-2020,4,2,5\n002,03-FEB-2020,3,,5\n",
    }
    return {"ADQS": ADQS}, files


def test_scores_follow_the_rule_of_their_yaml(tmp_path: Path) -> None:
    made = build(tmp_path, *study())
    found = {
        (u, c): v for u, c, v in rows(made, "ADQS", "USUBJID", "PARAMCD", "AVAL") if not c.startswith("WELL")
    }
    assert found == {
        ("T1-001", "MEANS"): pytest.approx(100 * ((4 + 2 + 5) / 3 - 1) / 4),
        ("T1-001", "SUMS"): 4 + (6 - 2) + 5,
        ("T1-001", "PRO"): 11,
        ("T1-001", "RANGE"): pytest.approx(10 + 40 * (11 - 3) / 12),
        ("T1-001", "RAW"): 3,
        ("T1-002", "MEANS"): 75,
        ("T1-002", "PRO"): 3 * 4,
        ("T1-002", "RAW"): 3,
    }
    texts = {
        v.where[0].values[0]: v.method.text for v in variable(made, "ADQS", "AVAL").value_level if v.method
    }
    items = "WELL01, WELL02, WELL03"
    assert texts == {
        "MEANS": f"Mean of the answered items among {items}, rescaled from 1-5 to 0-100, "
        "if at least 2 of 3 are answered, otherwise missing.",
        "SUMS": f"Sum of the answered items among {items}, if at least 3 of 3 are answered, otherwise missing; "
        "an answer of WELL02 counts as 6 minus the answer.",
        "PRO": f"Sum of the answered items among {items}, times 3 and divided by the number answered, "
        "if at least 2 of 3 are answered, otherwise missing.",
        "RANGE": f"Sum of the answered items among {items}, rescaled from 3-15 to 10-50, "
        "if at least 3 of 3 are answered, otherwise missing.",
        "RAW": "Mean of the answered items among WELL01, WELL02, "
        "if at least 1 of 2 is answered, otherwise missing.",
    }


def test_numbers_of_a_rule_keep_their_digits(tmp_path: Path) -> None:
    scales = """\
  FINE: {label: Fine, items: [WELL01], lowest: 1.1234567, highest: 5.7654321, least: 1, reverse: WELL01, to: as answered}
  CODE: {label: Code, items: [WELL02], least: 1, recode: [{code: 9999999, to: 0}], to: as answered}
"""
    adam, files = study(scales)
    files["raw/quest.csv"] = "SUBJ,DAT,Q1,Q2,Q3\n001,01-FEB-2020,4,9999999,5\n"
    made = build(tmp_path, adam, files)
    found = [v for c, v in rows(made, "ADQS", "PARAMCD", "AVAL") if not c.startswith("WELL")]
    assert found == [6.8888888 - 4, 0]
    texts = [v.method.text for v in variable(made, "ADQS", "AVAL").value_level if v.method]
    assert texts == [
        "WELL02 as answered; an answer 9999999 counts as 0.",
        "WELL01 as answered; an answer of WELL01 counts as 6.8888888 minus the answer.",
    ]


FAULTS = [
    (
        "items: [WELL01], least: 2, to: as answered",
        ":47 CED037 'least' of scale A is a number from 1 to 1 or a share such as 50%",
    ),
    ("items: [WELL01], least: 1", ":3 CED037 scale A needs 'lowest' and 'highest' to rescale it"),
    (
        "items: [WELL01], least: 1, score: sum, reverse: WELL01",
        ":3 CED037 scale A needs 'lowest' and 'highest' to reverse items",
    ),
    (
        "items: [WELL01], least: 1, score: sum, reverse: WELL02",
        ":71 CED037 scale A reverses WELL02, which is no item of it",
    ),
    (
        "items: [WELL01], least: 1, lowest: 1, highest: 5, prorate: yes",
        ":3 CED037 'prorate' of scale A goes with score: sum",
    ),
    (
        "items: [WELL01], least: 1, to: 100",
        ":54 CED037 'to' of scale A is from..to, such as 0..100, or: as answered",
    ),
]


@pytest.mark.parametrize(("rule", "wanted"), FAULTS)
def test_a_rule_that_cannot_be_is_told(tmp_path: Path, rule: str, wanted: str) -> None:
    adam, files = study(f"  A: {{label: A score, {rule}}}\n")
    assert f"mappings/instruments/well.yaml:8{wanted}" in messages(tmp_path, adam, files)
