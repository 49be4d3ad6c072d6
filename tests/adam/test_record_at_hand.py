"""Values over records of the own dataset that are compared with the record at hand: nadirs, running sums."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, VITALS, build, messages, refused, rows, variable

from small_study import FILES

HEAD, *_ = VITALS.splitlines()


def derived(name: str, expression: str, more: str = "") -> dict[str, str]:
    line = f'{name}: {{derive: "{expression}", label: A Value{more}}}'
    return {"ADVS": BDS.replace("variables:\n", f"variables:\n  {line}\n")}


@pytest.mark.parametrize(
    ("expression", "first", "second"),
    [
        # SYSBP of subject 001: 120, 124, 140, 130 on four days, of 002: 110, 150, 155 on three.
        ("min(ADVS.AVAL where ADVS.ADT < ADT on PARAMCD)", [None, 120, 120, 120], [None, 110, 110]),
        ("max(ADVS.AVAL where ADVS.ADT <= ADT on PARAMCD)", [120, 124, 140, 140], [110, 150, 155]),
        ("sum(ADVS.AVAL where ADVS.ADT <= ADT on PARAMCD)", [120, 244, 384, 514], [110, 260, 415]),
        (
            "count(where days_between(ADVS.ADT, ADT) between 0 and 8 and ADVS.PARAMCD = PARAMCD)",
            [1, 2, 2, 2],
            [1, 1, 2],
        ),
        (
            "last(ADVS.AVAL where ADVS.ADT < ADT and ADVS.AVAL < AVAL on PARAMCD order by ADVS.ADT)",
            [None, 120, 124, 124],
            [None, 110, 150],
        ),
        ("first(ADVS.AVAL - AVAL on PARAMCD order by ADVS.ADT)", [0, -4, -20, -10], [0, -40, -45]),
        (
            "max(ADVS.AVAL where ADVS.ADT < ADT and ADVS.PARAMCD = 'PULSE')",
            [None, 70, 70, 80],
            [None, 60, 90],
        ),
        ("count(where ADVS.ADT < ADSL.TRTSDT and ADVS.PARAMCD = PARAMCD)", [2, 2, 2, 2], [1, 1, 1]),
    ],
)
def test_names_without_the_dataset_are_of_the_record_at_hand(
    tmp_path: Path, expression: str, first: list[float | None], second: list[float | None]
) -> None:
    made = build(tmp_path, derived("RUN", expression))
    for subject, values in (("T1-001", first), ("T1-002", second)):
        chosen = (pl.col("PARAMCD") == "SYSBP") & (pl.col("USUBJID") == subject)
        assert rows(made, "ADVS", "RUN", where=chosen) == [(value,) for value in values]


def test_what_is_missing_equals_nothing_in_a_condition_and_itself_in_on(tmp_path: Path) -> None:
    lines = (
        'KEY: {derive: "if(AVAL > 120, missing, AVAL)", label: A Key}\n'
        '  SAME: {derive: "count(where ADVS.KEY = KEY)", label: A Value}\n'
        '  ALIKE: {derive: "count(where ADVS.ADT <= ADT on KEY)", label: A Value}'
    )
    spec = {"ADVS": BDS.replace("variables:\n", f"variables:\n  {lines}\n")}
    made = build(tmp_path, spec)
    chosen = (pl.col("PARAMCD") == "SYSBP") & (pl.col("USUBJID") == "T1-001")
    assert rows(made, "ADVS", "KEY", "SAME", "ALIKE", where=chosen) == [
        (120, 1, 1),
        (None, 0, 1),
        (None, 0, 2),
        (None, 0, 3),
    ]


def test_the_method_tells_the_two_records_apart(tmp_path: Path) -> None:
    made = build(tmp_path, derived("NADIR", "min(ADVS.AVAL where ADVS.ADT < ADT on PARAMCD)"))
    method = variable(made, "ADVS", "NADIR").method
    words = "The smallest AVAL of the subject's records with the same PARAMCD where ADT is before ADT of the record at hand."
    assert method.text == words


def test_a_record_for_which_it_is_unknown_is_named(tmp_path: Path) -> None:
    spec = derived("N", "count(where ADVS.XADTC < XADTC on PARAMCD)")
    spec["ADVS"] = spec["ADVS"].replace(
        '  ADT: {derive: "date(VS.VSDTC)"}\n',
        '  ADT: {derive: "date(VS.VSDTC)"}\n  XADTC: {derive: VS.VSDTC, label: A Date}\n',
    )
    vitals = f"{HEAD}\n001,1,01-FEB-2020,1,120,\n001,2,UN-MAR-2020,1,124,\n001,3,17-MAR-2020,2,140,\n"
    made = build(tmp_path, spec, {"raw/vitals.csv": vitals})
    assert rows(made, "ADVS", "N") == [(1,), (0,), (1,)]  # of the partial date first, which has no ADT
    assert [str(one) for one in made.findings if one.code == "CED270"] == [
        f"{tmp_path}/mappings/adam/advs.yaml:12:16 CED270 ADVS.N: the condition is neither true nor false, so "
        "that the record does not count; say what holds where a value is missing or partial, or accept it with "
        "unknown: accept\n"
        "    vitals.csv line 3, subject T1-001\n"
        "    vitals.csv line 4, subject T1-001"
    ]


def test_a_fault_in_a_pair_of_records_is_told_with_its_record(tmp_path: Path) -> None:
    spec = derived("V", "only(ADVS.AVAL where ADVS.ADT < ADT on PARAMCD)")
    assert refused(tmp_path, spec) == [
        "mappings/adam/advs.yaml:11:16 CED256 ADVS.V: only(AVAL) finds more than one record with a value; "
        "first, last, min or max choose one\n"
        "    vitals.csv line 4, subject T1-001\n"
        "    vitals.csv line 5, subject T1-001\n"
        "    vitals.csv line 8, subject T1-002"
    ]


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("min(ADVS.AVAX where ADVS.ADT < ADT)", "11:22 CED012 unknown variable AVAX; did you mean AVAL?"),
        ("count(where ADVS.ADT < ADX)", "11:41 CED012 unknown variable ADX; did you mean ADT or ADY?"),
        (
            "ADVS.AVAL + 1",
            "11:18 CED012 ADVS.AVAL is a variable of the dataset at hand, whose name it does not bear; write AVAL",
        ),
        (
            "previous(ADVS.AVAL order by ADT)",
            "11:27 CED012 ADVS.AVAL is a variable of the dataset at hand, whose name it does not bear; write AVAL",
        ),
        (
            "min(least(ADVS.RUN, ADVS.AVAL) where ADVS.ADT < ADT)",
            "11:8 CED025 ADVS.RUN is computed from itself",
        ),
    ],
)
def test_what_it_cannot_mean_is_told(tmp_path: Path, expression: str, problem: str) -> None:
    assert messages(tmp_path, derived("RUN", expression)) == [f"mappings/adam/advs.yaml:{problem}"]


def test_computed_records_are_none_of_the_dataset_yet(tmp_path: Path) -> None:
    line = '  LOW: {param: Low, computed: "min(ADVS.AVAL where ADVS.ADT < ADT)", by: [ADT]}\nvariables:\n'
    problem = "ADVS.AVAL is a variable of the dataset at hand, whose name it does not bear; write AVAL"
    assert messages(tmp_path, {"ADVS": BDS.replace("variables:\n", line)}) == [
        f"mappings/adam/advs.yaml:10:36 CED012 {problem}"
    ]


def test_a_domain_sums_up_to_the_record_at_hand(tmp_path: Path) -> None:
    line = 'EXVAMT: {derive: "sum(EX.EXDOSE where EX.EXSTDTC <= EXSTDTC)"}'
    spec = FILES["mappings/sdtm/ex.yaml"].replace("variables:\n", f"variables:\n  {line}\n")
    made = build(tmp_path, {"ADVS": BDS}, {"mappings/sdtm/ex.yaml": spec})
    assert rows(made, "EX", "USUBJID", "EXDOSE", "EXVAMT") == [
        ("T1-001", 5, 5),
        ("T1-001", 5, 10),
        ("T1-002", 2.5, 2.5),
    ]
