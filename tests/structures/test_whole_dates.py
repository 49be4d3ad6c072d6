"""Functions that need a whole date and are given a partial one: a value that is lost is told, wherever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES
from structures import made, rows, said

ADSL, ADAE = "mappings/adam/adsl.yaml", "mappings/adam/adae.yaml"
PARTIAL = "a date is partial where a whole one is needed"
SAY = "say what holds where a value is missing or partial, or accept it with unknown: accept"
HINT = "look at the dates, impute them, or accept it with unknown: accept"
SUBJECT, SECOND = "\n    demog.csv line 2, subject T1-001", "\n    ae.csv line 3, subject T1-001"
"""The record of ADSL, and that of AE with a partial date, 2020-02; the last dose was on 2020-02-11."""


def with_line(expression: str, words: str = "") -> dict[str, str]:
    """The small study with a variable of ADSL."""
    return {
        ADSL: FILES[ADSL].replace("sort:", f'  X: {{derive: "{expression}"{words}, label: Extra}}\nsort:')
    }


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sum(days_between('2020-01-31', AE.AESTDTC))", 10),
        ("max(study_day(AE.AESTDTC, '2020-02-01'))", 10),
        ("count(date(AE.AESTDTC))", 1),
        ("mean(AE.AESEQ * hours_between(AE.AESTDTC, '2020-02-10T00:00'))", None),
    ],
)
def test_a_record_that_has_no_value_for_a_partial_date_is_named(
    tmp_path: Path, expression: str, value: float | None
) -> None:
    done = made(tmp_path, with_line(expression))
    func = expression.partition("(")[0]
    named = "\n    ae.csv line 2, subject T1-001" * (func == "mean") + SECOND
    named += "\n    ae.csv line 4, subject T1-002" * (func == "mean")
    assert rows(done, "ADSL", "X")[0] == (value,)
    assert [str(one) for one in done.findings] == [
        f"{tmp_path}/{ADSL}:9:16 CED883 ADSL.X: {PARTIAL}, and the record of AE has no value in {func}(); {HINT}{named}"
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "sum(days_between(AE.AESTDTC, AE.AEENDTC) where AE.AESEV = 'MILD')",  # another record
        "sum(days_between('2020-02-20', AE.AEENDTC))",  # missing, not partial
        "sum(if(AE.AESEQ = 2, days_between('2020-01-31', AE.AESTDTC), 0))",  # a branch of other records
        "sum(coalesce(days_between('2020-01-31', AE.AESTDTC), 0))",  # the spec says what counts then
        "count(where date(AE.AESTDTC) is missing)",
    ],
)
def test_a_record_whose_value_lacks_nothing_is_not_named(tmp_path: Path, expression: str) -> None:
    assert said(tmp_path, with_line(expression)) == []


@pytest.mark.parametrize(
    "condition",
    [
        "date(AE.AESTDTC) <= TRTSDT",
        "days_between(TRTSDT, AE.AESTDTC) + 1 > 0",
        "AE.AESER = 'Y' or not date(AE.AESTDTC) > TRTSDT",
    ],
)
def test_a_condition_over_whole_dates_is_unknown_for_a_partial_one(tmp_path: Path, condition: str) -> None:
    files = with_line(f"count(AE.AESEQ where {condition})")
    what = "the condition is neither true nor false, so that the record of AE does not count"
    assert said(tmp_path, files) == [f"{ADSL}:9:16 CED270 ADSL.X: {what}; {SAY}{SECOND}"]


FIRST = {"raw/dose.csv": FILES["raw/dose.csv"].replace("10-FEB-2020", "UN-FEB-2020")}


def test_a_date_that_is_lost_is_told_where_the_safety_population_would_be_wrong(tmp_path: Path) -> None:
    safe = "  SAFFL: {cases: [{when: TRTSDT is present, then: \"'Y'\"}, {else: \"'N'\"}]}\nsort:"
    done = made(tmp_path, {**FIRST, ADSL: FILES[ADSL].replace("sort:", safe)})
    assert rows(done, "ADSL", "TRTSDT", "SAFFL")[0] == (None, "N")
    assert [str(one) for one in done.findings if one.code == "CED883"] == [
        f"{tmp_path}/{ADSL}:7:11 CED883 ADSL.TRTSDT: {PARTIAL}, and a function has no value; {HINT}{SUBJECT}"
    ]


@pytest.mark.parametrize(("word", "severity"), [("", "note"), ("report", "warning"), ("accept", None)])
@pytest.mark.parametrize("expression", ["date(DM.RFXSTDTC)", "sum(days_between('2020-01-31', AE.AESTDTC))"])
def test_the_word_of_the_line_says_how_loud_that_is(
    tmp_path: Path, expression: str, word: str, severity: str | None
) -> None:
    files = {**FIRST, **with_line(expression, f", unknown: {word}" * bool(word))}
    done = made(tmp_path, {**files, ADSL: files[ADSL].replace('date(DM.RFXSTDTC)"}', 'date(DM.RFICDTC)"}')})
    found = [one.severity.value for one in done.findings if "ADSL.X" in str(one)]
    assert found == [severity] * (severity is not None)


def test_a_line_that_is_a_study_day_has_none_for_a_partial_date(tmp_path: Path) -> None:
    done = made(tmp_path, {})
    assert ("2020-02", None) in rows(done, "AE", "AESTDTC", "AESTDY")
    assert [str(one) for one in done.findings] == []
