"""One variable of several origins: a value level by what tells the records apart, or a fault of the specs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.metadata import Variable
from ced_cdisc.pipeline import Build
from structures import made, said

VIT = "  vit: {file: vit.csv, key: [SUBJ, VSDT], page: 5, columns: [SUBJ, VSDT, SBP, POS, STEPSBP]}\n"
VIT_CSV = {"raw/vit.csv": "SUBJ,VSDT,SBP,POS,STEPSBP\n001,10-FEB-2020,120,1,130\n002,11-FEB-2020,118,2,\n"}
Files = dict[str, str]


def vs(step: str = "      VSTPT: {assign: STEP 1}\n", pos: str = "protocol: SUPINE") -> Files:
    """Blood pressure of a form with the position, and at a step of a procedure for which it is planned."""
    text = f"""\
domain: VS
sort: [VSTESTCD, VSDTC]
stack:
  - from: vit
    long: [{{test: SYSBP, result: vit.SBP, unit: mmHg}}]
    variables:
      VSPOS: {{collect: vit.POS, ct: {{1: SITTING, 2: STANDING}}}}
  - from: vit
    long: [{{test: SYSBP, result: vit.STEPSBP, unit: mmHg}}]
    variables:
{step}      VSPOS: {{{pos}}}
variables:
  VSDTC: {{collect: vit.VSDT, date: edc}}
  VSLOC: {{absent: "Not collected"}}
  VISITNUM: {{absent: "Not collected"}}
"""
    return {**VIT_CSV, "mappings/sdtm/vs.yaml": text}


def told(done: Build, dataset: str, name: str) -> list[tuple[list[tuple[object, ...]], object]]:
    """The value level of a variable: conditions, and the origin of each row."""
    found: Variable = next(
        variable
        for package in done.packages.values()
        for one in package.datasets
        if one.name == dataset
        for variable in one.variables
        if variable.name == name
    )
    if not found.value_level:
        return [([], found.origin and (found.origin.type, found.origin.source))]
    assert found.origin is None or all(row.origin is not None for row in found.value_level)
    return [
        (
            [(check.variable, check.comparator, *check.values) for check in row.where],
            row.origin and (row.origin.type, row.origin.source),
        )
        for row in found.value_level
    ]


def test_a_text_of_some_records_tells_their_origin_from_that_of_the_others(tmp_path: Path) -> None:
    assert told(made(tmp_path, vs(), VIT), "VS", "VSPOS") == [
        ([("VSTPT", "NOTIN", "STEP 1")], ("Collected", "Investigator")),
        ([("VSTPT", "EQ", "STEP 1")], ("Protocol", "Sponsor")),
    ]


def test_one_test_of_two_origins_is_told_apart_by_a_second_variable(tmp_path: Path) -> None:
    files = vs()
    text = files["mappings/sdtm/vs.yaml"]
    text = text.replace(
        "vit.SBP, unit: mmHg}", "vit.SBP, unit: {collect: vit.POS, ct: {1: mmHg, 2: mmHg}}, standard: mmHg}"
    )
    files["mappings/sdtm/vs.yaml"] = text
    assert told(made(tmp_path, files, VIT), "VS", "VSORRESU") == [
        ([("VSTESTCD", "EQ", "SYSBP"), ("VSTPT", "NOTIN", "STEP 1")], ("Collected", "Investigator")),
        ([("VSTESTCD", "EQ", "SYSBP"), ("VSTPT", "EQ", "STEP 1")], ("Assigned", "Sponsor")),
    ]


def test_an_origin_without_values_is_not_that_of_the_variable(tmp_path: Path) -> None:
    files = vs() | {"raw/vit.csv": "SUBJ,VSDT,SBP,POS,STEPSBP\n001,10-FEB-2020,120,,130\n"}
    assert told(made(tmp_path, files, VIT), "VS", "VSPOS") == [([], ("Protocol", "Sponsor"))]


def test_lines_of_one_origin_have_no_value_level(tmp_path: Path) -> None:
    same = "collect: vit.POS, ct: {1: SUPINE, 2: SUPINE}"
    assert told(made(tmp_path, vs(pos=same), VIT), "VS", "VSPOS") == [([], ("Collected", "Investigator"))]


@pytest.mark.parametrize(
    "step",
    ["", "      VSTPT: {collect: vit.VSDT}\n", "      VSTPT: {assign: STEP 1, when: \"VSORRES = '130'\"}\n"],
    ids=["nothing", "a text of the data", "a text of some of them"],
)
def test_records_of_two_origins_that_nothing_tells_apart_are_a_fault(tmp_path: Path, step: str) -> None:
    line = 11 + (step != "")
    assert said(tmp_path, vs(step), VIT) == [
        f"mappings/sdtm/vs.yaml:{line}:14 CED058 VS.VSPOS is Protocol (Sponsor) here and Collected "
        "(Investigator) at mappings/sdtm/vs.yaml:7:14, and no variable tells these records apart; assign each "
        "kind of record a text of its own, as of --CAT or --TPT, or give both lines one origin"
    ]


def test_a_line_over_all_records_has_one_origin(tmp_path: Path) -> None:
    files = vs(pos="derive: \"if(count(VSSEQ) > 0, 'SUPINE', missing)\"")
    assert said(tmp_path, files, VIT) == [
        "mappings/sdtm/vs.yaml:12:14 CED058 VS.VSPOS is Derived (Sponsor) here and Collected "
        "(Investigator) at mappings/sdtm/vs.yaml:7:14, and no variable tells these records apart; assign each "
        "kind of record a text of its own, as of --CAT or --TPT, or give both lines one origin"
    ]


def test_a_qualifier_has_one_origin(tmp_path: Path) -> None:
    files = vs()
    text = files["mappings/sdtm/vs.yaml"].replace("VSPOS: ", "supp.VSX: ")
    for old, label in (("collect: vit.POS", "X"), ("protocol: SUPINE", "X")):
        text = text.replace(f"      supp.VSX: {{{old}", f"    supp:\n      VSX: {{label: {label}, {old}")
    text = text.replace("    variables:\n    supp", "    supp").replace(
        "    variables:\n      VSTPT: {assign: STEP 1}\n", "    variables: {VSTPT: {assign: STEP 1}}\n"
    )
    files["mappings/sdtm/vs.yaml"] = text
    assert said(tmp_path, files, VIT) == [
        "mappings/sdtm/vs.yaml:12:12 CED058 VS.VSX is Protocol (Sponsor) here and Collected (Investigator) at "
        "mappings/sdtm/vs.yaml:7:12, and a qualifier has one origin; make two qualifiers of it, or give both "
        "lines one origin"
    ]
