"""Comparisons that the last digits of computed numbers decide are told: 0.14 * 5 is above 0.7 as a double."""

from __future__ import annotations

from pathlib import Path

import pytest

from structures import made, said

PLACE = "mappings/adam/adex.yaml"
SPEC = """\
dataset: ADEX
label: Exposure
class: BDS
from: EX
rows: {ADT: {derive: "date(EX.EXSTDTC)"}}
parameters: {DOSE: {param: Dose (mg), value: "EX.EXDOSE * 0.14"}}
variables:
  CRIT1FL: {derive: "CONDITION"WORD}
  CRIT1: {assign: Criterion}
sort: [PARAMCD, ADT]
"""
HINT = "round them, as round(.., 6), or accept it with unknown: accept"


def with_condition(condition: str, word: str = "") -> dict[str, str]:
    """Doses of 5, 5 and 2.5, of which AVAL is 0.7000000000000001 and 0.35000000000000003."""
    line = f"if({condition}, 'Y', 'N')"
    return {PLACE: SPEC.replace("CONDITION", line).replace("WORD", word)}


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("AVAL > 0.7", True),
        ("AVAL <= 0.7", True),
        ("AVAL = 0.7", True),
        ("AVAL != 0.7", True),
        ("0.7 < AVAL", True),
        ("AVAL between 0.1 and 0.7", True),
        ("AVAL >= 0.7", False),  # it is so for equal numbers, too
        ("AVAL < 0.7", False),
        ("AVAL between 0.7 and 9", False),
        ("AVAL > 0.69", False),
        ("round(AVAL, 6) > 0.7", False),
        ("ASEQ = 99 and AVAL > 0.7", False),  # the other part settles it
        ("AVAL > 0.7 and ASEQ = 99", False),
        ("AVAL > 0.7 or PARAMCD = 'DOSE'", False),
        ("PARAMCD = 'DOSE' and AVAL > 0.7", True),
        ("AVAL > 0.7 or ASEQ = 99", True),
        ("ASEQ + 1000000000 > 1000000001", False),  # whole numbers
        ("AVAL > 0.35 * 2", True),
        ("AVAL - 0.7 > AVAL - AVAL", True),  # nothing is written that tells their size
        ("AVAL * 1000000000000 > AVAL * 1000000000001", False),
    ],
)
def test_a_comparison_that_last_digits_decide_is_told(tmp_path: Path, condition: str, told: bool) -> None:
    found = said(tmp_path, with_condition(condition))
    assert len(found) == told
    assert all(one.startswith(f"{PLACE}:8:") and "CED882 ADEX.CRIT1FL: " in one for one in found)


def test_the_whole_message(tmp_path: Path) -> None:
    assert said(tmp_path, with_condition("AVAL > 0.7")) == [
        f"{PLACE}:8:25 CED882 ADEX.CRIT1FL: the last digits of computed numbers decide a comparison at 0.7; {HINT}\n"
        "    dose.csv line 2, subject T1-001\n"
        "    dose.csv line 3, subject T1-001"
    ]


def test_of_a_difference_from_zero_and_in_an_aggregate(tmp_path: Path) -> None:
    zero = said(tmp_path, with_condition("AVAL - 0.7 > 0"))
    assert [one.partition(";")[0] for one in zero] == [
        f"{PLACE}:8:25 CED882 ADEX.CRIT1FL: the last digits of computed numbers decide a comparison at 0"
    ]
    among = said(tmp_path, with_condition("count(AVAL where AVAL > 0.7) > 0"))
    assert [one.split()[1] for one in among] == ["CED882"]


@pytest.mark.parametrize(("word", "severity"), [("", "note"), ("report", "warning"), ("accept", None)])
def test_the_word_of_the_line_says_how_loud_that_is(tmp_path: Path, word: str, severity: str | None) -> None:
    done = made(tmp_path, with_condition("AVAL > 0.7", f", unknown: {word}" * bool(word)))
    assert [one.severity.value for one in done.findings] == [severity] * (severity is not None)
