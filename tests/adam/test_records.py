"""Records derived within a parameter: averages, values carried forward, endpoints, and what they carry."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, VITALS, build, messages, rows, variable

from small_study import FILES

WINDOWS = """\
windows:
  on: ADY
  unit: DAYS
  visits:
    Baseline: {number: 0, where: "ADT < ADSL.TRTSDT"}
    Week 1: {number: 1, days: 1..10, target: 8}
    Week 2: {number: 2, days: 11..20, target: 15}
    Week 4: {number: 4, days: 21..40, target: 29}
"""
BASE = """\
  ABLFL: {flag: last, where: "AVISITN = 0 and DTYPE is missing", by: [PARAMCD], order: [ADT]}
  BASE:  {derive: "only(AVAL where ABLFL = 'Y' on PARAMCD)"}
  CHG:   {derive: "AVAL - BASE", when: "AVISITN > 0"}
"""
SYSBP = pl.col("PARAMCD") == "SYSBP"


def advs(records: str, variables: str = "", windows: str = WINDOWS) -> dict[str, str]:
    text = BDS.replace("variables:\n", f"{windows}records:\n{records}variables:\n{variables}")
    return {"ADVS": text}


def test_an_average_is_a_record_that_holds_what_its_records_share(tmp_path: Path) -> None:
    made = build(
        tmp_path, advs('  - {dtype: AVERAGE, by: [AVISIT], where: "AVISITN = 0", value: mean(AVAL)}\n')
    )
    derived = rows(
        made,
        "ADVS",
        "USUBJID",
        "AVISIT",
        "AVISITN",
        "ADT",
        "AVAL",
        "PARAM",
        where=SYSBP & pl.col("DTYPE").is_not_null(),
    )
    name = "Systolic Blood Pressure (mmHg)"
    assert derived == [
        ("T1-001", "Baseline", 0.0, None, 122.0, name),
        ("T1-002", "Baseline", 0.0, "02-03", 110.0, name),
    ]


def test_a_value_carried_forward_fills_the_visits_without_one(tmp_path: Path) -> None:
    records = (
        '  - {dtype: LOCF, take: last, order: [ADT], fill: [Week 1, Week 2, Week 4], where: "AVISITN > 0"}\n'
    )
    made = build(tmp_path, advs(records, BASE))
    names = ("USUBJID", "AVISIT", "AVISITN", "ADT", "AVAL", "DTYPE", "AWTARGET", "AWTDIFF", "BASE", "CHG")
    # Subject 2 has nothing between baseline and week 4: no value after baseline to carry forward.
    assert rows(made, "ADVS", *names, where=SYSBP) == [
        ("T1-001", "Baseline", 0.0, "02-01", 120.0, None, None, None, 124.0, None),
        ("T1-001", "Baseline", 0.0, "02-09", 124.0, None, None, None, 124.0, None),
        ("T1-001", "Week 1", 1.0, "02-17", 140.0, None, 8.0, 0.0, 124.0, 16.0),
        ("T1-001", "Week 2", 2.0, "02-24", 130.0, None, 15.0, 0.0, 124.0, 6.0),
        ("T1-001", "Week 4", 4.0, "02-24", 130.0, "LOCF", 29.0, None, 124.0, 6.0),
        ("T1-002", "Baseline", 0.0, "02-03", 110.0, None, None, None, 110.0, None),
        ("T1-002", "Week 4", 4.0, "03-12", 150.0, None, 29.0, 1.0, 110.0, 40.0),
        ("T1-002", "Week 4", 4.0, "03-14", 155.0, None, 29.0, 3.0, 110.0, 45.0),
    ]


def test_baseline_and_worst_values_are_carried_by_the_same_words(tmp_path: Path) -> None:
    records = (
        "  - {dtype: BLOCF, take: last, order: [ADT], fill: [Week 1], where: \"ABLFL = 'Y'\"}\n"
        "  - {dtype: WOC, take: first, order: [AVAL desc], fill: [Week 4]}\n"
    )
    made = build(tmp_path, advs(records, BASE))
    derived = rows(
        made,
        "ADVS",
        "USUBJID",
        "AVISIT",
        "DTYPE",
        "AVAL",
        "CHG",
        "ABLFL",
        where=SYSBP & pl.col("DTYPE").is_not_null(),
    )
    # A flag stays on the one record that has it.
    assert derived == [
        ("T1-001", "Week 4", "WOC", 140.0, 16.0, None),
        ("T1-002", "Week 1", "BLOCF", 110.0, 0.0, None),
    ]


def test_extremes_and_endpoints_are_records_of_their_own(tmp_path: Path) -> None:
    end = "variables: {AVISIT: {assign: Endpoint}, AVISITN: {assign: 99}}"
    records = (
        f'  - {{dtype: MAXIMUM, where: "AVISITN > 0", value: max(AVAL), {end}}}\n'
        f'  - {{dtype: LOV, take: last, order: [ADT], where: "DTYPE is missing", {end}}}\n'
    )
    made = build(tmp_path, advs(records, BASE))
    names = ("USUBJID", "AVISIT", "AVISITN", "DTYPE", "AVAL", "ADT", "CHG", "AWTARGET")
    assert rows(made, "ADVS", *names, where=SYSBP & (pl.col("AVISITN") == 99)) == [
        ("T1-001", "Endpoint", 99.0, "MAXIMUM", 140.0, None, 16.0, None),
        ("T1-001", "Endpoint", 99.0, "LOV", 130.0, "02-24", 6.0, None),
        ("T1-002", "Endpoint", 99.0, "MAXIMUM", 155.0, None, 45.0, None),
        ("T1-002", "Endpoint", 99.0, "LOV", 155.0, "03-14", 45.0, None),
    ]
    visits = variable(made, "ADVS", "AVISITN").codelist
    assert [(t.value, t.decode) for t in visits.terms][-1] == ("99", "Endpoint")


def test_visits_without_windows_are_filled_by_name_and_number(tmp_path: Path) -> None:
    records = "  - {dtype: LOCF, take: last, order: [ADT], fill: {WEEK 3: 3}}\n"
    visits = "  AVISIT: {derive: VISIT}\n  AVISITN: {derive: VISITNUM}\n"
    text = advs(records, visits, "")["ADVS"].replace("rows:\n", "copy: [VS.VISIT, VS.VISITNUM]\nrows:\n", 1)
    made = build(tmp_path, {"ADVS": text})
    derived = rows(
        made,
        "ADVS",
        "USUBJID",
        "AVISIT",
        "AVISITN",
        "VISIT",
        "AVAL",
        where=SYSBP & (pl.col("DTYPE") == "LOCF"),
    )
    assert derived == [
        ("T1-001", "WEEK 3", 3.0, "WEEK 2", 140.0),
        ("T1-002", "WEEK 3", 3.0, "SCREENING", 110.0),
    ]


def test_the_trace_of_derived_records_is_missing(tmp_path: Path) -> None:
    spec = advs('  - {dtype: AVERAGE, by: [AVISIT], where: "AVISITN = 0", value: mean(AVAL)}\n')["ADVS"]
    made = build(tmp_path, {"ADVS": spec.replace("rows:\n", "trace: yes\nrows:\n", 1)})
    found = set(rows(made, "ADVS", "DTYPE", "SRCDOM", "SRCVAR"))
    assert found == {(None, "VS", "VSSTRESN"), ("AVERAGE", None, None)}
    assert all((d is None) == (s is not None) for d, s in rows(made, "ADVS", "DTYPE", "SRCSEQ"))


def test_a_source_record_may_have_a_dtype_of_its_own(tmp_path: Path) -> None:
    """Such as HALFLLOQ for a value below the limit of quantification; derived records keep theirs."""
    spec = advs("  - {dtype: MAXIMUM, by: [AVISIT], value: max(AVAL)}\n")["ADVS"]
    line = "rows:\n  DTYPE: {derive: \"if(VS.VSSTRESN = 60, 'HALFLLOQ', missing)\"}\n"
    made = build(tmp_path, {"ADVS": spec.replace("rows:\n", line, 1)})
    values = rows(made, "ADVS", "DTYPE", "AVAL", where=pl.col("DTYPE").is_not_null())
    assert {d for d, _ in values} == {"HALFLLOQ", "MAXIMUM"}
    assert [value for dtype, value in values if dtype == "HALFLLOQ"] == [60.0]
    levels = variable(made, "ADVS", "AVAL").value_level
    assert [level.where[0].values for level in levels] == [("PULSE",), ("SYSBP",)]
    for level in levels:
        assert level.method.text.startswith(
            "Where DTYPE is not MAXIMUM: VS.VSSTRESN. Where DTYPE is MAXIMUM: "
        )


def test_define_says_that_records_made_for_a_visit_have_it_whatever_their_day(tmp_path: Path) -> None:
    entries = (
        "  - {dtype: LOCF, take: last, order: [ADT], fill: [Week 4]}\n"
        "  - {dtype: LOV, take: last, order: [ADT], variables: {AVISIT: {assign: Endpoint}, AVISITN: {assign: 99}}}\n"
        "  - {dtype: AVERAGE, by: [AVISIT], value: mean(AVAL)}\n"
    )
    made = build(tmp_path, advs(entries))
    assert variable(made, "ADVS", "AVISIT").method.text.endswith(
        "Week 4 if ADY is from 21 to 40. On records with DTYPE LOCF or LOV the visit that they are made for."
    )
    assert variable(made, "ADVS", "AWTDIFF").method.text == (
        "Absolute difference of ADY and AWTARGET; missing on records with DTYPE LOCF or LOV."
    )
    moved = pl.col("DTYPE").is_in(["LOCF", "LOV"])
    assert set(rows(made, "ADVS", "AWTDIFF", where=moved)) == {(None,)}


def test_a_value_reads_what_the_subject_has(tmp_path: Path) -> None:
    value = "mean(AVAL where ADT > ADSL.TRTSDT) - days_between(DM.RFICDTC, ADSL.TRTSDT)"
    made = build(tmp_path, advs(f'  - {{dtype: AVERAGE, value: "{value}"}}\n'))
    where = SYSBP & (pl.col("DTYPE") == "AVERAGE")
    assert rows(made, "ADVS", "AVAL", where=where) == [(126.0,), (143.5,)]


def test_which_record_is_taken_goes_by_what_the_subject_has(tmp_path: Path) -> None:
    entry = "take: first, where: ADT > ADSL.TRTSDT, order: ['abs(days_between(DM.RFICDTC, ADT) - 23)']"
    text = BDS.replace("variables:\n", f"records:\n  - {{dtype: LOV, {entry}}}\nvariables:\n")
    made = build(tmp_path, {"ADVS": text.replace("study_day(ADT, ADSL.TRTSDT)", "1")})
    where = SYSBP & (pl.col("DTYPE") == "LOV")
    assert rows(made, "ADVS", "ADT", where=where) == [("02-24",), ("03-12",)]


def test_conditions_joined_by_or_stand_in_brackets_beside_the_earlier_visit(tmp_path: Path) -> None:
    entry = 'take: last, order: [ADT], fill: [Week 4], where: "AVISITN > 0 or AVAL > 100"'
    made = build(tmp_path, advs(f"  - {{dtype: LOCF, {entry}}}\n"))
    assert variable(made, "ADVS", "DTYPE").method.text == (
        "LOCF on a record that repeats the last record with AVAL, in the order of ADT, of each subject and PARAMCD, "
        "among those where the analysis visit is an earlier one and (AVISITN is above 0 or AVAL is above 100); "
        "made for Week 4 where AVAL is missing there. Missing on all other records."
    )


def test_define_says_of_both_kinds_of_records_where_values_come_from(tmp_path: Path) -> None:
    made = build(tmp_path, advs('  - {dtype: LOV, take: last, order: [ADT], where: "AVISITN > 0"}\n'))
    aval = variable(made, "ADVS", "AVAL")
    assert [(one.origin.type, one.method.id) for one in aval.value_level] == [
        ("Derived", "ADVS.AVAL.PULSE"),
        ("Derived", "ADVS.AVAL.SYSBP"),
    ]
    assert aval.value_level[0].method.text == aval.value_level[1].method.text
    assert aval.value_level[0].method.text == (
        "Where DTYPE is missing: VS.VSSTRESN. Where DTYPE is LOV: AVAL of the last record with AVAL, in the order "
        "of ADT, of the same subject and PARAMCD, among those where AVISITN is above 0."
    )
    dtype = variable(made, "ADVS", "DTYPE")
    assert dtype.origin.type == "Derived"
    assert dtype.method.text == (
        "LOV on a record that repeats the last record with AVAL, in the order of ADT, of each subject and "
        "PARAMCD, among those where AVISITN is above 0. Missing on all other records."
    )


FAULTS = [
    (
        "{dtype: LOCF}",
        "13 CED036 the records LOCF need either 'value' or 'take'; value: mean(AVAL), or take: last",
    ),
    ("{dtype: LOCF, take: last}", "13 CED036 'take' of the records LOCF needs 'order'; order: [ADT]"),
    (
        "{dtype: AVERAGE, value: mean(AVAL), order: [ADT]}",
        "13 CED036 'order' of the records AVERAGE goes with 'take'",
    ),
    (
        "{dtype: LOCF, take: last, order: [ADT], fill: Wek 1}",
        "51 CED036 Wek 1 is no analysis visit of the windows; did you mean Week 1?",
    ),
    (
        "{dtype: LOCFF, take: last, order: [ADT]}",
        "13 CED021 'LOCFF' is no term of codelist DTYPE (C81224) of ADVS.DTYPE; did you mean LOCF?",
    ),
    (
        "{dtype: LOCF, take: last, order: [ADT], where: AVISITN > 0, held: accept}",
        "13 CED036 'held' of the records LOCF goes with 'fill' and 'where'",
    ),
    (
        "{dtype: LOCF, take: last, order: [ADT], fill: [Week 4], held: accept}",
        "13 CED036 'held' of the records LOCF goes with 'fill' and 'where'",
    ),
    ("{dtype: LOV, take: last, order: [ADTT]}", "38 CED012 unknown variable ADTT; did you mean ADT?"),
    (
        "{dtype: AVERAGE, by: [AVISITT], value: mean(AVAL)}",
        "27 CED012 unknown variable AVISITT; did you mean AVISIT?",
    ),
    ("{dtype: AVERAGE, value: mean(AVALL)}", "34 CED012 unknown variable AVALL; did you mean AVAL?"),
    ("{dtype: AVERAGE, value: mean(AVAL), where: AVAL}", "48 CED014 a condition is needed here"),
]


@pytest.mark.parametrize(("entry", "message"), FAULTS)
def test_misuse_of_records_is_told(tmp_path: Path, entry: str, message: str) -> None:
    assert messages(tmp_path, advs(f"  - {entry}\n")) == [f"mappings/adam/advs.yaml:19:{message}"]


def held(tmp_path: Path, entry: str) -> list[str]:
    """What is told of visits that are not filled."""
    made = build(tmp_path, advs(f"  - {{dtype: LOCF, take: last, order: [ADT], {entry}}}\n"))
    return [str(one).partition("adam/")[2] for one in made.findings.sorted() if one.code == "CED843"]


def test_a_value_that_is_left_out_keeps_its_visit_and_that_is_told(tmp_path: Path) -> None:
    """Of subject 1 week 2 has 130 alone, and 140 of week 1 would be carried into it."""
    where = "where: \"AVISITN > 0 and (AVAL > 135 or PARAMCD != 'SYSBP')\", fill: [Week 2, Week 4]"
    assert held(tmp_path / "1", where) == [
        "advs.yaml:19:113 CED843 ADVS: no LOCF is made for Week 2, where a record that 'where' leaves out has AVAL, "
        "on 1 record; let a parameter of its own hold the values that count, or accept it with held: accept\n"
        "    vitals.csv line 4, subject T1-001"
    ]
    assert held(tmp_path / "2", f"{where}, held: accept") == []
    assert held(tmp_path / "3", "fill: [Week 2, Week 4]") == []


def test_a_value_of_its_own_fills_no_visit_that_has_one(tmp_path: Path) -> None:
    """As 0 of a non-responder; subject 2 has values of week 4, and subject 1 none."""
    entry = '  - {dtype: LOCF, take: last, order: [ADT], fill: [Week 2, Week 4], variables: {AVAL: {derive: "0"}}}\n'
    made = build(tmp_path, advs(entry, BASE))
    names = ("USUBJID", "AVISIT", "ADT", "AVAL", "BASE", "CHG")
    assert rows(made, "ADVS", *names, where=SYSBP & (pl.col("DTYPE") == "LOCF")) == [
        ("T1-001", "Week 4", "02-24", 0.0, 124.0, -124.0),
        ("T1-002", "Week 2", "02-03", 0.0, 110.0, -110.0),
    ]


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        ('{dtype: AVERAGE, by: [AVISIT], where: "CHG > 0", value: mean(AVAL)}', "CHG"),
        (
            '{dtype: LOCF, take: last, order: [ADT], fill: [Week 4], variables: {AVAL: {derive: "0"}, CRIT1FL: {assign: N}}}',
            "CHG",
        ),
        ('{dtype: LOCF, take: last, order: [CHG], variables: {AVAL: {derive: "0"}}}', "CHG"),
        ("{dtype: LOCF, take: last, order: [ADT], fill: [Week 4], variables: {CRIT1FL: {assign: N}}}", ""),
        ("{dtype: LOCF, take: last, order: [CHG]}", ""),
        ("{dtype: AVERAGE, by: [AVISIT], where: \"ABLFL = 'Y' or BASE > 0\", value: mean(AVAL)}", ""),
    ],
)
def test_no_record_with_a_value_of_its_own_has_a_change_of_another(
    tmp_path: Path, entry: str, read: str
) -> None:
    criterion = (
        "  CRIT1: {assign: Rise}\n"
        "  CRIT1FL: {cases: [{when: CHG > 0, then: \"'Y'\"}, {when: CHG <= 0, then: \"'N'\"}], gaps: accept}\n"
    )
    dtype = "LOCF" if "LOCF" in entry else "AVERAGE"
    assert messages(tmp_path, advs(f"  - {entry}\n", BASE + criterion)) == (
        [
            f"mappings/adam/advs.yaml:19:13 CED147 the records {dtype} have an AVAL of their own, and {read} would be of "
            "another one, for it is read before they are made; leave out what reads it, in variables, too; cases of a "
            "line can ask for DTYPE"
        ]
        if read
        else []
    )


def test_a_line_that_an_entry_overrules_keeps_its_texts(tmp_path: Path) -> None:
    """CRIT1FL of the entry is N alone, and that of the dataset Y too."""
    entry = "  - {dtype: LOCF, take: last, order: [ADT], fill: [Week 4], variables: {CRIT1FL: {assign: N}}}\n"
    more = (
        "  CRIT1: {assign: High}\n"
        "  CRIT1FL: {cases: [{when: AVAL > 100, then: \"'Y'\"}, {else: \"'N'\"}]}\n"
        "  PCRITFL: {derive: \"if(CRIT1FL = 'Y', 'Y', 'N')\", label: High}\n"
    )
    assert messages(tmp_path, advs(entry, more)) == []


def test_records_that_a_condition_may_not_give_say_so(tmp_path: Path) -> None:
    entry = '  - {dtype: AVERAGE, by: [AVISIT], value: "if(count(AVAL) >= 2, mean(AVAL), missing)"}\n'
    made = build(tmp_path, advs(entry))
    assert made.frames["ADVS"].filter(SYSBP & pl.col("DTYPE").is_not_null()).height == 2
    method = variable(made, "ADVS", "DTYPE").method
    assert method is not None
    assert method.text == (
        "AVERAGE on the one record that is derived for each subject, PARAMCD and AVISIT from its records, if that "
        "gives an AVAL; it has the values that they share. Missing on all other records."
    )


def test_a_visit_needs_a_number_where_no_window_gives_it(tmp_path: Path) -> None:
    spec = advs(
        "  - {dtype: LOCF, take: last, order: [ADT], fill: [WEEK 3]}\n", "  AVISIT: {assign: X}\n", ""
    )
    assert messages(tmp_path, spec) == [
        "mappings/adam/advs.yaml:11:13 CED036 'fill' needs a line for AVISITN, or windows",
        "mappings/adam/advs.yaml:11:52 CED036 the number of WEEK 3 is unknown, for the dataset has no windows; "
        "fill: {WEEK 3: 1} gives its AVISITN",
    ]


def test_an_unpublished_derivation_needs_a_declared_term(tmp_path: Path) -> None:
    records = '  - {dtype: FOCF, take: first, order: [ADT], where: "AVISITN > 0", fill: [Week 4]}\n'
    define = (
        FILES["define/define.yaml"]
        + "codelists:\n  DTYPE: {extends: C81224, terms: {FOCF: First Observation Carried Forward}}\n"
    )
    assert messages(tmp_path / "1", advs(records)) == [
        "mappings/adam/advs.yaml:19:13 CED021 'FOCF' is no term of codelist DTYPE (C81224) of ADVS.DTYPE; did you mean WOCF?"
    ]
    made = build(tmp_path / "2", advs(records), {"define/define.yaml": define})
    assert made.frames["ADVS"]["DTYPE"].drop_nulls().to_list() == ["FOCF", "FOCF"]


def test_no_record_depends_on_the_order_of_raw_rows(tmp_path: Path) -> None:
    records = (
        '  - {dtype: AVERAGE, by: [AVISIT], where: "AVISITN = 0", value: mean(AVAL)}\n'
        "  - {dtype: LOCF, take: last, order: [AVISITN], fill: [Week 1, Week 2, Week 4]}\n"
    )
    head, *lines = VITALS.splitlines(keepends=True)
    made = [
        build(tmp_path / str(number), advs(records, BASE), {"raw/vitals.csv": "".join([head, *order])})
        for number, order in enumerate((lines, lines[::-1], lines[3:] + lines[:3]))
    ]
    assert all(one.frames["ADVS"].equals(made[0].frames["ADVS"]) for one in made)
