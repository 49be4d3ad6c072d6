"""Computed parameters: which records a group has, and what they may read."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, build, messages, refused, rows, variable

DOSES = """\
dataset: ADEX
label: Exposure Analysis Dataset
class: BDS
from: EX
rows:
  TRTSDT: {copy: ADSL.TRTSDT}
  ADT: {derive: "date(EX.EXSTDTC)"}
parameters:
  DOSE: {param: Dose (mg), value: EX.EXDOSE}
  FIRST: {param: First Day, computed: "min(days_between(TRTSDT, ADT)) + 1", by: [TRTSDT], variables: {ADT: {assign: 2020-05-01}}}
  LAST: {param: Last Day, computed: "max(days_between(TRTSDT, ADT)) + 1", by: [TRTSDT]}
  COUNT: {param: Number of Doses, computed: "count(ADT)", variables: {SPAN: {derive: "count(AVAL)", label: Values}}}
sort: [PARAMCD, ADT]
""".replace("{assign: 2020-05-01}", "{derive: \"date('2020-05-01')\"}")


def test_a_function_that_names_no_parameter_goes_over_the_records_of_the_sources(tmp_path: Path) -> None:
    """Subject 2 has one record of EX: what was computed from it is none."""
    made = build(tmp_path, {"ADEX": DOSES})
    assert rows(made, "ADEX", "PARAMCD", "ADT", "AVAL", "SPAN", where=pl.col("USUBJID") == "T1-002") == [
        ("COUNT", "02-12", 1.0, 1.0),
        ("DOSE", "02-12", 2.5, None),
        ("FIRST", "05-01", 1.0, None),
        ("LAST", "02-12", 1.0, None),
    ]
    level = variable(made, "ADEX", "AVAL").value_level
    group = "The records are those with the same USUBJID"
    others = "Where no parameter is named, computed records do not count."
    assert {one.where[0].values[0]: one.method.text for one in level if one.method is not None} == {
        "FIRST": f"(the smallest calendar days from TRTSDT to ADT) + 1. {group} and TRTSDT. {others}",
        "LAST": f"(the largest calendar days from TRTSDT to ADT) + 1. {group} and TRTSDT. {others}",
        "COUNT": f"The number of records with ADT. {group}. {others}",
    }
    assert variable(made, "ADEX", "SPAN").method.text == (
        f"The number of the subject's records with a value of AVAL. {others}"
    )


def test_a_function_that_names_a_computed_parameter_goes_over_its_records(tmp_path: Path) -> None:
    text = DOSES.replace(
        '"count(ADT)"', "\"count(AVAL where PARAMCD in ('FIRST', 'LAST')) + 10 * sum(DOSE)\""
    )
    made = build(tmp_path, {"ADEX": text})
    assert rows(made, "ADEX", "USUBJID", "AVAL", where=pl.col("PARAMCD") == "COUNT") == [
        ("T1-001", 102.0),
        ("T1-002", 27.0),
    ]


def test_computed_records_make_no_group_unless_their_parameter_is_named(tmp_path: Path) -> None:
    """The record of TOTAL has no ADT: no group of a later parameter is formed of it."""
    text = BDS.replace(
        "variables:\n",
        "  TOTAL: {param: Number of Values, computed: count(AVAL)}\n"
        "  DAYS: {param: Number of Values of the Day, computed: count(AVAL), by: [ADT]}\n"
        "  SHARE: {param: Share, computed: \"DAYS / max(AVAL where PARAMCD = 'DAYS')\", by: [ADT]}\n"
        "  BIG: {param: Twice the Total, computed: TOTAL * 2, by: [ADT]}\nvariables:\n",
    )
    made = build(tmp_path, {"ADVS": text})
    two = pl.col("USUBJID") == "T1-002"
    computed = pl.col("PARAMCD").is_in(["TOTAL", "DAYS", "SHARE", "BIG"])
    assert rows(made, "ADVS", "PARAMCD", "ADT", "AVAL", where=two & computed) == [
        ("BIG", None, 12.0),
        ("DAYS", "02-03", 2.0),
        ("DAYS", "03-12", 2.0),
        ("DAYS", "03-14", 2.0),
        ("SHARE", "02-03", 1.0),
        ("SHARE", "03-12", 1.0),
        ("SHARE", "03-14", 1.0),
        ("TOTAL", None, 6.0),
    ]


def test_a_parameter_s_own_lines_have_a_value_level(tmp_path: Path) -> None:
    """What a parameter says of a date does not hold for the others; the decimals are those of AVAL alone."""
    text = DOSES.replace('"count(ADT)"', '"count(ADT)", decimals: 0').replace(
        "value: EX", "decimals: 1, value: EX"
    )
    made = build(tmp_path, {"ADEX": text})
    levels = variable(made, "ADEX", "ADT").value_level
    assert [(one.where[0].values, one.method.text) for one in levels] == [
        (("COUNT", "DOSE", "LAST"), "The date part of EX.EXSTDTC."),
        (("FIRST",), 'The date part of "2020-05-01".'),
    ]
    assert variable(made, "ADEX", "SPAN").value_level == ()


WHOLE = """\
variables:
  DAY: {derive: "days_between(TRTSDT, ADT) + 1", label: Day}
records:
  - {dtype: LOV, take: last, order: [ADT], variables: {NUMBER: {derive: 1 + 1, label: Number}}}
sort"""

LATE = [
    (
        "  ADT: {",
        '  HIGH: {derive: "if(DAY > 1, 1, 0)", label: High}\n  ADT: {',
        "7:9 CED052 ADEX.HIGH reads DAY, which is made later, when all records are there; "
        "write DAY under 'rows'",
    ),
    (
        "  ADT: {",
        '  NTH: {derive: "rank(order by EX.EXSTDTC)", label: Number of the Dose}\n  ADT: {',
        "7:8 CED052 ADEX.NTH looks at several records of ADEX, which are not all there yet; "
        "name the dataset whose records are meant, or write the line under 'variables'",
    ),
    (
        "value: EX",
        "rows: rank(order by EX.EXSTDTC) = 1, value: EX",
        "9:34 CED052 the choice of records looks at several records of ADEX, which are not all there yet; "
        "name the dataset whose records are meant",
    ),
    (
        "from: EX",
        'from: EX\nwhere: "count(ADT) > 1"',
        "5:8 CED052 the choice of records looks at several records of ADEX, which are not all there yet; "
        "name the dataset whose records are meant",
    ),
    (
        "rows:\n  TRTSDT: {copy: ADSL.TRTSDT}\n",
        "copy: [ADSL.TRTSDT]\nrows:\n",
        "10:3 CED052 'by' names TRTSDT, which is made later, when all records are there; "
        "write TRTSDT: {copy: ADSL.TRTSDT} under 'rows'",
    ),
    (
        "count(ADT)",
        "count(ADT where DAY = 1)",
        "12:45 CED052 ADEX.AVAL reads DAY, which is made later, when all records are there; "
        "write DAY under 'rows'",
    ),
    (
        "count(ADT)",
        "NUMBER + 1",
        "12:45 CED052 ADEX.AVAL reads NUMBER, which these records do not have; write a line for it",
    ),
    (
        '"count(ADT)"',
        '"count(ADT)", rows: ASEQ = 1',
        "12:3 CED052 the choice of records reads ASEQ, which is made later, when all records are there; "
        "take a variable of 'rows'",
    ),
]


@pytest.mark.parametrize(("old", "new", "wanted"), LATE)
def test_what_is_made_later_cannot_be_read(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    text = DOSES.replace("sort", WHOLE).replace(old, new)
    assert f"mappings/adam/adex.yaml:{wanted}" in messages(tmp_path, {"ADEX": text})
    assert messages(tmp_path, {"ADEX": DOSES.replace("sort", WHOLE)}) == []


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("max(SYSBP where ADT > ADSL.TRTSDT)", [140.0, 155.0]),
        ("first(SYSBP order by abs(days_between(ADT, ADSL.TRTSDT)))", [124.0, 110.0]),
        ("max(AVAL where ADT <= ADSL.TRTSDT)", [124.0, 110.0]),
        ("max(SYSBP) - days_between(DM.RFICDTC, ADSL.TRTSDT)", [131.0, 146.0]),
    ],
)
def test_values_of_the_subject_are_read_inside_a_function_over_the_records(
    tmp_path: Path, formula: str, wanted: list[float]
) -> None:
    """No line over the whole dataset reads them, which would bring them along."""
    most = f'  MOST: {{param: Most, computed: "{formula}"}}\nsort'
    text = BDS.replace('variables:\n  ADY: {derive: "study_day(ADT, ADSL.TRTSDT)"}\nsort', most)
    made = build(tmp_path, {"ADVS": text})
    assert rows(made, "ADVS", "AVAL", where=pl.col("PARAMCD") == "MOST") == [(one,) for one in wanted]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("DOSE * 2", "DOSE"),
        ("DOSE[ADT is present] * 2", "DOSE[..]"),
    ],
)
def test_a_name_that_stands_for_several_records_is_told_as_it_is_written(
    tmp_path: Path, formula: str, said: str
) -> None:
    text = DOSES.replace('"count(ADT)"', f'"{formula}"')
    [message] = refused(tmp_path, {"ADEX": text})
    assert message.splitlines()[0] == (
        f"mappings/adam/adex.yaml:12:46 CED256 ADEX.AVAL: {said} finds more than one record with a value; "
        "a condition in DOSE[..], or a further variable in 'by', tells them apart; "
        "last(DOSE order by ..) chooses one"
    )


def test_what_is_written_as_a_function_is_told_as_one(tmp_path: Path) -> None:
    text = DOSES.replace('"count(ADT)"', "\"only(AVAL where PARAMCD = 'DOSE')\"")
    [message] = refused(tmp_path, {"ADEX": text})
    assert message.splitlines()[0] == (
        "mappings/adam/adex.yaml:12:46 CED256 ADEX.AVAL: only(AVAL) finds more than one record with a value; "
        "first, last, min or max choose one"
    )
