"""CED844: texts of conditions that the data have in another spelling only."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ced_cdisc.pipeline import build
from small_study import write_study

LINE = "  AESER:    {assign: N}\n"


def told(
    tmp_path: Path, line: str, more: dict[str, tuple[str, str]] | None = None, **words: Any
) -> list[str]:
    changes = {"mappings/sdtm/ae.yaml": (LINE, line), **(more or {})}
    study = write_study(tmp_path / "study", changes)
    made = build(
        study / "raw",
        tmp_path / "out",
        mappings=study / "mappings",
        define=study / "define",
        check=False,
        **words,
    )
    return [str(one).partition("mappings/")[2] for one in made.findings.sorted() if one.code == "CED844"]


@pytest.mark.parametrize("words", [{}, {"parts": 2}])
def test_a_raw_text_in_another_case(tmp_path: Path, words: dict[str, Any]) -> None:
    line = "  AESER:    {derive: \"if(ae.TERM = 'Bone Pain', 'Y', 'N')\"}\n"
    assert told(tmp_path, line, **words) == [
        "sdtm/ae.yaml:20:36 CED844 no record has ae.TERM 'Bone Pain', and some have ae.TERM 'Bone pain'; "
        "write the text as the data have it"
    ]


@pytest.mark.parametrize(
    ("condition", "near"),
    [
        ("ae.TERM = 'Bone-pain'", "Bone pain"),
        ("ae.TERM in ('Headache', 'Nausae')", "Nausea"),
        ("ae.TERM != 'Headace'", "Headache"),
        ("ae.SEV = '01'", "1"),
        ("AETERM = 'nausea'", "Nausea"),
        ("count(ae.AENO where ae.TERM = 'NAUSEA') > 0", "Nausea"),
        ("ae.TERM = 'Rash'", ""),
        ("ae.SEV = '4'", ""),
        ("ae.TERM = 'Headache' or upper(ae.TERM) = 'NAUSEA'", ""),
    ],
)
def test_what_is_another_spelling(tmp_path: Path, condition: str, near: str) -> None:
    found = told(tmp_path, f"  AESER:    {{derive: \"if({condition}, 'Y', 'N')\"}}\n")
    assert [one.partition("and some have ")[2].partition(";")[0].partition(" ")[2] for one in found] == (
        [f"'{near}'"] if near else []
    )


def test_a_variable_that_an_analysis_dataset_compares(tmp_path: Path) -> None:
    adsl = "mappings/adam/adsl.yaml"
    more = {adsl: ("count(AE.AESEQ)", "count(AE.AESEQ where AE.AETERM = 'Bone  pain')")}
    assert told(tmp_path, LINE, more) == [
        "adam/adsl.yaml:8:54 CED844 no record has AE.AETERM 'Bone  pain', and some have AE.AETERM 'Bone pain'; "
        "write the text as the data have it"
    ]


def test_a_condition_that_goes_into_others_is_told_once(tmp_path: Path) -> None:
    line = "  AESER:    {cases: [{when: \"ae.TERM = 'nausea'\", then: \"'Y'\"}, {else: \"'N'\"}]}\n"
    assert len(told(tmp_path, line)) == 1


def test_a_dataset_that_is_not_built_tells_nothing(tmp_path: Path) -> None:
    line = "  AESER:    {derive: \"if(ae.TERM = 'nausea', 'Y', 'N')\"}\n"
    assert told(tmp_path, line, only="EX") == []
