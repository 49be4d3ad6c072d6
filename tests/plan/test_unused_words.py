"""Words of a spec that would have no effect are faults, with what to write instead."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from small_study import write_study
from spec_messages import messages

AE, ADSL, TA = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml", "mappings/sdtm/ta.yaml"
WRITTEN = """\
domain: TA
structure: One record per planned element per arm
variables:
  TABRANCH: {absent: "There is one way through the study."}
  TATRANS:  {absent: "There is one way through the study."}
rows:
  - {ARMCD: A, ARM: Arm A, TAETORD: 1, ETCD: SCR, ELEMENT: Screening, EPOCH: SCREENING, TABRANCH: ""}
"""
BESIDE = "has no effect beside 'rows', which holds the records as they are; take it out, or write a 'stack' in place of 'rows'"
OF = "has no effect beside 'rows'; values stand in each of the 'rows'; here say 'absent', why there are none, or 'text'"


def of_ta(folder: Path, text: str) -> list[str]:
    write_study(folder)
    (folder / TA).write_text(text, encoding="utf-8")
    return messages(folder)


def test_written_records_with_what_goes_with_them(tmp_path: Path) -> None:
    more = "label: Trial Arms\norigin: Protocol\nsort: [ARMCD, TAETORD]\ncomment: Written.\n"
    assert of_ta(tmp_path, more + WRITTEN) == []


@pytest.mark.parametrize(
    ("more", "place", "word"),
    [
        ("from: ae\n", "1:7", "from"),
        ("with: {demog: subject}\n", "1:8", "with"),
        ('where: "ae.SEV = 1"\n', "1:8", "where"),
        ("unknown: accept\n", "4:9", "unknown"),
        ("visit: yes\n", "4:9", "visit"),
        ("for: [{k: 1}]\n", "1:8", "for"),
        ("stack: [{from: ae}]\n", "1:9", "stack"),
        ("omit: [EPOCH]\n", "1:8", "omit"),
        ("baseline: EPOCH = 'SCREENING'\n", "1:11", "baseline"),
        ("supp: {TAX: {assign: X, label: X}}\n", "1:8", "supp"),
    ],
)
def test_what_makes_records_says_nothing_of_written_ones(
    tmp_path: Path, more: str, place: str, word: str
) -> None:
    place = "2:9" if place == "4:9" else place
    assert of_ta(tmp_path, more + WRITTEN) == [f"{TA}:{place} CED128 '{word}' {BESIDE}"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("TAETORD: {assign: 1}", [f"'assign' of TA.TAETORD {OF}"]),
        ("TAETORD: ae.AENO", [f"'collect' of TA.TAETORD {OF}"]),
        ("ELEMENT: {length: 30, label: X}", [f"'label' of TA.ELEMENT {OF}", f"'length' of TA.ELEMENT {OF}"]),
        (
            'ELEMENT: {absent: "None"}',
            ["TA.ELEMENT is 'absent', and 'rows' has values of it; take one of them out"],
        ),
    ],
)
def test_lines_beside_written_records(tmp_path: Path, line: str, said: list[str]) -> None:
    text = WRITTEN.replace("variables:\n", f"variables:\n  {line}\n")
    assert of_ta(tmp_path, text) == [f"{TA}:4:3 CED128 {one}" for one in said]


def test_the_origin_of_written_records_needs_some(tmp_path: Path) -> None:
    write_study(tmp_path, {AE: ("from: ae", "origin: Assigned\nfrom: ae")})
    assert messages(tmp_path) == [
        f"{AE}:1:9 CED128 'origin' of a domain is for written 'rows', and there are none; each line has an origin: its verb"
    ]


def test_a_line_of_a_test_has_no_words_of_a_variable(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "mappings/sdtm/vs.yaml").write_text(
        "domain: VS\n"
        "from: dose\n"
        "for: [{k: 1}, {k: 2}]\n"
        "long:\n"
        "  - test: WEIGHT\n"
        "    result: {collect: dose.DOSE, label: Dose}\n"
        "    unit: {assign: kg, length: 9}\n"
        "variables: {VSDTC: {collect: dose.DOSDT, date: edc}, VISITNUM: {absent: Not collected}, VSCAT: {assign: 'C{k}'}}\n",
        encoding="utf-8",
    )
    hint = "stands in the line of a variable; take it out here"
    assert messages(tmp_path) == [
        f"mappings/sdtm/vs.yaml:6:41 CED128 'label' has no effect in the line of 'result'; 'label' {hint}",
        f"mappings/sdtm/vs.yaml:7:11 CED128 'length' has no effect in the line of 'unit'; 'length' {hint}",
    ]


NUMBER = "a number has 8 bytes, and the digits that the data show; take 'length' out; 'decimals' plans its decimals"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            AE,
            "AETERM:   ae.TERM",
            "AETERM:   ae.TERM\n  AESTDY: {derive: '1', length: 3}",
            f"7:11 CED056 AE.AESTDY cannot have a length: {NUMBER}",
        ),
        (
            AE,
            "AETERM:   ae.TERM",
            "AETERM:   {collect: ae.TERM, decimals: 2}",
            "6:13 CED056 AE.AETERM cannot have decimals: it is text; take 'decimals' out",
        ),
        (
            AE,
            "variables:",
            "supp: {AEX: {assign: X, label: X, length: 3}}\nvariables:",
            "4:13 CED056 AE.AEX cannot have a length: all qualifiers stand in QVAL, which is as long as the longest; take it out",
        ),
        (
            AE,
            "AETERM:   ae.TERM",
            "AETERM:   {collect: ae.TERM, evaluator: INVESTIGATOR}",
            "6:43 CED018 'evaluator' of AE.AETERM goes with supplemental qualifiers only; take it out",
        ),
        (
            AE,
            "AETERM:   ae.TERM",
            "AETERM:   {collect: ae.TERM, idvar: AESEQ}",
            "6:39 CED018 'idvar' of AE.AETERM goes with supplemental qualifiers only; take it out",
        ),
        (
            ADSL,
            "variables:\n",
            "variables:\n  XDT: {derive: 'date(DM.RFSTDTC)', label: X, length: 8}\n",
            "CED056 ADSL.XDT cannot have a length: a date has 8 bytes, and the digits that the data show; take 'length' out",
        ),
    ],
)
def test_a_word_that_a_variable_of_its_kind_cannot_have(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    (found,) = messages(write_study(tmp_path, {file: (old, new)}))
    assert found.startswith(f"{file}:") and found.endswith(said)


def test_there_are_no_negative_decimals(tmp_path: Path) -> None:
    line = "AETERM:   {collect: ae.TERM, decimals: -1}"
    found = messages(write_study(tmp_path, {AE: ("AETERM:   ae.TERM", line)}))
    assert found[-1] == (
        f"{AE}:6:42 CED009 '-1' cannot be the value of 'decimals': Input should be greater than or equal to 0"
    )


CASES = """{cases: [{when: "ae.SEV = '1'", then: "'A'"}, {else: "'B'"}], gaps: accept}"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "{collect: ae.TERM, else: X}",
            "CED018 'else' of AE.AETERM says nothing without 'ct' or 'match' or 'case'; take 'else' out",
        ),
        (
            "{collect: ae.TERM, time: ae.STOP}",
            "CED018 'time' of AE.AETERM says nothing without 'date' or 'impute'; take 'time' out",
        ),
        (
            "{collect: ae.TERM, times: HHMM}",
            "CED018 'times' of AE.AETERM says nothing without 'date'; take 'times' out",
        ),
        (CASES, "CED018 'gaps' of AE.AETERM says nothing beside 'else', which leaves none; take 'gaps' out"),
        (
            "{absent: Not there, comment: Why}",
            "CED018 'comment' does not go with 'absent' in the line of AE.AETERM; "
            "it goes with collect, assign, protocol, derive, cases, copy, flag, impute, ticks",
        ),
        (
            "{collect: ae.TERM, unknown: accept}",
            "CED065 'unknown: accept' needs a condition that decides the value; "
            "a condition stands in when, cases, where or if(..)",
        ),
    ],
)
def test_a_word_that_needs_another(tmp_path: Path, line: str, said: str) -> None:
    (found,) = messages(write_study(tmp_path, {AE: ("AETERM:   ae.TERM", f"AETERM:   {line}")}))
    assert found == f"{AE}:6:13 {said}"


ON_NO_FORM = (
    "has no effect, since the value is on no form; "
    "take it out, or say with 'source' who wrote the form: Subject or Investigator"
)
LB = """\
domain: LB
from: ae
sort: [LBTESTCD, LBDTC]
long:
  - {test: GLUC, result: {collect: ae.SEV, page: 8}, unit: {collect: ae.AENO, never: accept}, standard: mg/dL}
variables:
  LBDTC: {collect: ae.START, date: edc}
  LBCAT: {assign: CHEMISTRY}
  VISITNUM: {absent: "Not collected"}
  LBORNRLO: {absent: "No limits"}
  LBORNRHI: {absent: "No limits"}
  LBSTNRLO: {absent: "No limits"}
  LBSTNRHI: {absent: "No limits"}
  LBNRIND: {absent: "No limits"}
"""


@pytest.mark.parametrize(("source", "told"), [("Vendor", True), ("Sponsor", True), ("Subject", False)])
def test_the_page_of_a_value_that_stands_on_no_form(tmp_path: Path, source: str, told: bool) -> None:
    line = f"AESPID:   {{collect: ae.AENO, page: 9, source: {source}}}"
    write_study(tmp_path, {AE: ("AESPID:   ae.AENO", line)})
    assert messages(tmp_path) == [f"{AE}:5:13 CED128 'page' of AE.AESPID {ON_NO_FORM}"] * told


def test_such_words_in_a_test(tmp_path: Path) -> None:
    write_study(tmp_path, {"mappings/sources.yaml": ("page: 3", "page: 3, recorded_by: Vendor")})
    (tmp_path / "mappings/sdtm/lb.yaml").write_text(LB, encoding="utf-8")
    assert messages(tmp_path) == [
        f"mappings/sdtm/lb.yaml:5:26 CED128 'page' of LB.LBORRES {ON_NO_FORM}",
        "mappings/sdtm/lb.yaml:5:60 CED018 'never' of LB.LBORRESU says nothing without 'when'; take 'never' out",
    ]


def test_a_variable_has_one_label_whichever_line_gives_it(tmp_path: Path) -> None:
    write_study(tmp_path)
    block = "  - from: ae\n    variables: {{CETERM: ae.TERM, CESPID: {{collect: ae.AENO, label: {}}}, CEDTC: {{absent: Not asked}}}}\n"
    (tmp_path / "mappings/sdtm/ce.yaml").write_text(
        "domain: CE\nsort: [CETERM]\nstack:\n" + block.format("Number") + block.format("Number on the Form"),
        encoding="utf-8",
    )
    assert [text for text in messages(tmp_path) if "CED128" in text] == [
        "mappings/sdtm/ce.yaml:7:68 CED128 'label' of CE.CESPID is 'Number on the Form' here and 'Number' in "
        "mappings/sdtm/ce.yaml:5:68; a variable has one label"
    ]


ADEX = """\
dataset: ADEX
label: Exposure Analysis Dataset
class: BDS
from: EX
parameters:
  DOSE:
    param: Dose (mg)
    rows: "EX.EXTRT = 'DRUG'"
    value: EX.EXDOSE
    variables: {{XNOTE: {{assign: One, {one}}}}}
  TOTAL:
    param: Total Dose (mg)
    computed: "sum(DOSE)"
    variables: {{XNOTE: {{assign: Two, {two}}}}}
sort: [PARAMCD]
"""


def test_words_of_a_later_line_of_an_analysis_variable_count(tmp_path: Path) -> None:
    write_study(tmp_path)
    spec = tmp_path / "mappings/adam/adex.yaml"
    spec.write_text(ADEX.format(one="length: 3", two="label: A Note, length: 9"), encoding="utf-8")
    assert messages(tmp_path) == []
    folder = find_study(tmp_path / "mappings", tmp_path / "define", tmp_path)
    plan, _ = make_plan(folder, Findings())
    note = next(v for d in plan.datasets if d.name == "ADEX" for v in d.variables if v.name == "XNOTE")
    assert (note.label, note.length) == ("A Note", 9)
    spec.write_text(ADEX.format(one="label: A Note", two="label: Another"), encoding="utf-8")
    assert messages(tmp_path) == [
        "mappings/adam/adex.yaml:14:45 CED128 'label' of ADEX.XNOTE is 'Another' here and 'A Note' in "
        "mappings/adam/adex.yaml:10:45; a variable has one label"
    ]
