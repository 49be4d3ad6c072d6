"""Rows: blocks, look-ups, conditions, stacking, computed records, order."""

from __future__ import annotations

import polars as pl
import pytest
from convert_plan import Study, block, computed, look_up, raw, subjects


def test_raw_rows_become_records_in_the_order_of_the_sort() -> None:
    study = Study(ae=subjects("2", "1", "1", TERM=["Rash", "Pain", "Ache"]))
    study.add("AE", [raw("ae", AETERM="ae.TERM")], sort=["USUBJID", "AETERM"], extra=["USUBJID"])
    assert study.rows("AE", "USUBJID", "AETERM") == [("S1-1", "Ache"), ("S1-1", "Pain"), ("S1-2", "Rash")]


def test_missing_values_sort_first_and_text_by_character_code() -> None:
    study = Study(ae=subjects(*"12345", TERM=["b", "B", None, "~", "10"]))
    study.add("AE", [raw("ae", AETERM="ae.TERM")], sort=["AETERM"])
    assert study.rows("AE") == [(None,), ("10",), ("B",), ("b",), ("~",)]


def test_ties_are_broken_by_block_and_key_never_by_place() -> None:
    study = Study()
    study.table("ae", [{"SUBJ": "1", "NO": n} for n in ("3", "1", "2")], key=["SUBJ", "NO"])
    study.table("ce", [{"SUBJ": "1", "NO": n} for n in ("5", "4")], key=["NO"])
    study.add("AE", [raw("ce", AESPID="ce.NO"), raw("ae", AESPID="ae.NO")], sort=["USUBJID"])
    wanted = [("4",), ("5",), ("1",), ("2",), ("3",)]
    assert study.rows("AE") == wanted
    assert study.shuffled(3).rows("AE") == wanted


def test_stacked_blocks_have_every_variable_of_the_plan() -> None:
    study = Study(ae=subjects("1", TERM=["Rash"]))
    study.add("AE", [raw("ae", AETERM="ae.TERM"), raw("ae", AESTDTC="missing")], extra=["AESEQ"])
    frames, _ = study.build()
    assert frames["AE"].rows() == [("Rash", None, None), (None, None, None)]
    assert list(frames["AE"].schema.values()) == [pl.String, pl.String, pl.Float64]


def test_keep_takes_rows_for_which_it_is_true() -> None:
    study = Study(ae=subjects(*"123", SER=["1", "0", None]))
    study.add("AE", [block("ae", "raw", {"AESPID": "ae.SUBJ"}, keep="ae.SER = '1'")])
    study.add("CE", [block("ae", "raw", {"CESPID": "ae.SUBJ"}, keep="ae.SER != '1' or missing = 1")])
    assert study.rows("AE") == [("1",)]
    assert study.rows("CE") == [("2",)]


def test_keep_may_need_the_lines_of_the_block() -> None:
    study = Study(ae=subjects("1", "2", SER=["1", "x"]))
    study.add("AE", [block("ae", "raw", {"AESER": "ae.SER", "N": "number(ae.SER)"}, keep="AESER = '1'")])
    assert study.rows("AE") == [("1", 1.0)], "the row that is not kept is no fault"


def test_lines_use_earlier_lines() -> None:
    study = Study(ae=subjects("1", TERM=["rash"]))
    study.add(
        "AE", [raw("ae", AETERM="ae.TERM", AEDECOD="upper(AETERM)", AEMODIFY="join('!', AEDECOD, AETERM)")]
    )
    assert study.rows("AE") == [("rash", "RASH", "RASH!rash")]


def test_a_look_up_joins_one_record_at_most() -> None:
    study = Study(
        ae=subjects("1", "2", "3", NO=["a", "b", None]),
        lab=[{"SUBJ": "1", "NO": "a", "VAL": "5"}, {"SUBJ": "2", "NO": "a", "VAL": "6"}],
    )
    study.add(
        "AE",
        [
            block(
                "ae",
                "raw",
                {"AETERM": "lab.VAL"},
                lookups=(look_up("lab", ("USUBJID", "USUBJID"), ("ae.NO", "NO")),),
            )
        ],
    )
    assert study.rows("AE") == [("5",), (None,), (None,)]


def test_a_look_up_may_wait_for_a_variable() -> None:
    study = Study(ae=subjects("1", "2", SITE=["a", "b"]), site=[{"ID": "A", "NAME": "Ulm"}])
    lines = {"SITEID": "upper(ae.SITE)", "AELOC": "site.NAME"}
    study.add("AE", [block("ae", "raw", lines, lookups=(look_up("site", ("SITEID", "ID")),))])
    study.add(
        "CE",
        [
            block(
                "ae", "raw", lines, lookups=(look_up("site", ("SITEID", "ID")),), keep="site.NAME is present"
            )
        ],
    )
    assert study.rows("AE") == [("A", "Ulm"), ("B", None)]
    assert study.rows("CE") == [("A", "Ulm")]


def test_rows_of_a_dataset_are_seen_in_its_order() -> None:
    study = Study(vs=subjects("1", "1", RES=["9", "10"]))
    study.add("VS", [raw("vs", VSORRES="vs.RES", AVAL="number(vs.RES)")], sort=["AVAL"])
    study.add("ADVS", [block("VS", "dataset", {"AVAL": "VS.AVAL", "USUBJID": "USUBJID"})])
    assert study.rows("ADVS") == [(9.0, "S1-1"), (10.0, "S1-1")]


def test_a_dataset_is_looked_up_by_subject() -> None:
    study = Study(demog=subjects("1", "2", SEX=["M", "F"]), vs=subjects("2", RES=["9"]))
    study.add("DM", [raw("demog", SEX="demog.SEX")])
    study.add("VS", [raw("vs", VSORRES="vs.RES")])
    lookup = look_up("DM", ("USUBJID", "USUBJID"))
    study.add("ADVS", [block("VS", "dataset", {"AVALC": "VS.VSORRES", "SEX": "DM.SEX"}, lookups=(lookup,))])
    assert study.rows("ADVS") == [("9", "F")]


def test_written_rows() -> None:
    study = Study()
    study.add(
        "TV",
        [block("", "rows", {}, rows=({"VISIT": "Day 1", "VISITNUM": 1.0}, {"VISIT": "", "VISITNUM": 2.0}))],
    )
    assert study.rows("TV") == [("Day 1", 1.0), (None, 2.0)]


def test_computed_records_come_one_for_each_group_in_the_order_of_the_groups() -> None:
    rows = [("1", "b", "5"), ("1", "a", "3"), ("1", "a", "4"), ("2", "a", None), ("2", "a", "7")]
    study = Study(vs=[{"SUBJ": s, "DAY": d, "RES": r} for s, d, r in rows])
    study.add("VS", [raw("vs", AVISIT="vs.DAY", AVAL="number(vs.RES)", PARAMCD="'P'")], sort=["USUBJID"])
    study.add(
        "ADVS",
        [
            block(
                "VS",
                "dataset",
                {"USUBJID": "USUBJID", "AVISIT": "VS.AVISIT", "AVAL": "VS.AVAL", "PARAMCD": "VS.PARAMCD"},
            )
        ],
        computed=[
            computed(
                ["AVISIT"], "PARAMCD = 'P'", PARAMCD="'SUM'", AVAL="sum(AVAL where PARAMCD = 'P' on AVISIT)"
            ),
            computed(
                ["AVISIT"],
                "PARAMCD = 'SUM'",
                PARAMCD="'TWICE'",
                AVAL="only(AVAL where PARAMCD = 'SUM' on AVISIT) * 2",
            ),
        ],
        keep="PARAMCD != 'P'",
    )
    assert study.rows("ADVS", "USUBJID", "AVISIT", "PARAMCD", "AVAL") == [
        ("S1-1", "a", "SUM", 7.0),
        ("S1-1", "b", "SUM", 5.0),
        ("S1-2", "a", "SUM", 7.0),
        ("S1-1", "a", "TWICE", 14.0),
        ("S1-1", "b", "TWICE", 10.0),
        ("S1-2", "a", "TWICE", 14.0),
    ]


def test_computed_records_without_a_value_are_left_out() -> None:
    study = Study(vs=subjects("1", "2", RES=["5", None]))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)", PARAMCD="'P'", USUBJID="USUBJID")])
    study.add(
        "ADVS",
        [block("VS", "dataset", {"USUBJID": "USUBJID", "AVAL": "VS.AVAL", "PARAMCD": "VS.PARAMCD"})],
        computed=[computed([], None, "AVAL", PARAMCD="'X'", AVAL="max(AVAL)")],
    )
    assert study.rows("ADVS", "USUBJID", "PARAMCD") == [("S1-1", "P"), ("S1-2", "P"), ("S1-1", "X")]


def test_lines_of_a_dataset_see_other_datasets_whole_or_as_their_rows() -> None:
    study = Study(demog=subjects("1"), ex=subjects("1", "1", DAY=["2020-01-05", "2020-01-02"]))
    study.add("DM", [raw("demog", SUBJID="demog.SUBJ")], {"RFSTDTC": "min(EX.EXSTDTC)", "N": "sum(EX.EXSEQ)"})
    lines = {
        "EXSEQ": "rank(order by EXSTDTC)",
        "EXSTDY": "study_day(EXSTDTC, first(DM.RFSTDTC order by DM.RFSTDTC))",
    }
    study.add("EX", [raw("ex", EXSTDTC="coalesce(missing, ex.DAY)")], lines)
    assert study.rows("DM", "RFSTDTC", "N") == [("2020-01-02", None)], "EXSEQ came later"
    assert study.rows("EX", "EXSEQ", "EXSTDY") == [(1.0, 1.0), (2.0, 4.0)]


def test_keep_of_a_dataset_drops_records_that_only_fed_others() -> None:
    study = Study(vs=subjects("1", "1", RES=["5", "6"]))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)")], {"TOTAL": "sum(AVAL)"}, keep="AVAL = 6")
    assert study.rows("VS") == [(6.0, 11.0)]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_raw_rows_changes_nothing(seed: int) -> None:
    study = Study()
    rows = [{"SUBJ": str(i % 3), "NO": str(i), "RES": str(i * 7 % 5 + 0.1)} for i in range(20)]
    study.table("vs", rows, key=["SUBJ", "NO"])
    lines = {"RANK": "rank(order by AVAL desc)", "BASE": "first(AVAL order by AVISIT)", "TOTAL": "mean(AVAL)"}
    study.add(
        "VS", [raw("vs", AVAL="number(vs.RES)", AVISIT="'x'", VSSEQ="number(vs.NO)")], lines, sort=["AVISIT"]
    )
    assert study.shuffled(seed).rows("VS") == study.rows("VS")


def test_empty_tables_give_empty_datasets() -> None:
    study = Study()
    study.table("ae", [], key=[])
    study.tables["ae"] = study.tables["ae"].__class__(
        "ae", "ae.csv", "csv", ("SUBJ", "TERM"), ("SUBJ",), "SUBJ", study.tables["ae"].where
    )
    study.raw["ae"] = study.raw["ae"].__class__(
        pl.DataFrame(schema={"SUBJ": pl.String, "TERM": pl.String, "__row": pl.Int64}), "ae.csv"
    )
    lines = {"AESEQ": "rank(order by AETERM)", "N": "count(AETERM)", "TOTAL": "count(DM.USUBJID)"}
    study.add("DM", [raw("ae", USUBJID="USUBJID")])
    study.add("AE", [raw("ae", AETERM="upper(ae.TERM)", AESTDTC="missing")], lines, sort=["AETERM"])
    assert study.rows("AE") == []
