"""Whole small studies: how the plan's parts make rows."""

from __future__ import annotations

from recompute_language import (
    WHERE,
    block,
    built,
    dataset,
    line,
    lines,
    raw,
    shown,
    study,
    table,
    tree_of,
    variable,
)

from ced_cdisc.expr import tree
from ced_cdisc.plan.model import Computed, Lookup, StudyPlan
from ced_cdisc.recompute import Fault, Step, rebuild, recompute


def test_blocks_are_stacked_kept_and_sorted() -> None:
    tables = [raw("med", "SUBJ NO DRUG", key="SUBJ NO"), raw("diary", "SUBJ DAY N", key="SUBJ DAY")]
    cm = dataset(
        "CM",
        block(
            1,
            "med",
            lines=lines(USUBJID="USUBJID", CMTRT="upper(med.DRUG)", CMLEN="text(1)"),
            keep=tree_of("med.DRUG is present"),
        ),
        block(
            2,
            "diary",
            lines=lines(USUBJID="USUBJID", CMTRT="'NTG'", CMDOSE="number(diary.N)"),
            keep=tree_of("diary.N != '0'"),
        ),
        sort=("USUBJID", "CMTRT"),
        lines=lines(XXSEQ="rank(order by CMTRT)"),
    )
    done = built(
        study(tables, cm),
        {
            "med": table("SUBJ NO DRUG", "2 1 zocor", "1 2 aspirin", "1 1 zocor", "1 3 ."),
            "diary": table("SUBJ DAY N", "1 2 2", "1 1 1", "1 3 0", "1 4 ."),
        },
    )
    assert shown(done["CM"], "USUBJID CMTRT CMLEN CMDOSE XXSEQ") == [
        "S-1 ASPIRIN 1 . 1.0",
        "S-1 NTG . 1.0 2.0",
        "S-1 NTG . 2.0 3.0",
        "S-1 ZOCOR 1 . 4.0",
        "S-2 ZOCOR 1 . 1.0",
    ]
    assert list(done["CM"][0]) == ["USUBJID", "CMTRT", "CMLEN", "CMDOSE", "XXSEQ"]


def test_usubjid_comes_from_the_source_where_the_dataset_has_it() -> None:
    has_it = (variable("USUBJID"),)
    xx = dataset("XX", block(1, "xx", lines=lines(X="xx.N")), variables=has_it)
    yy = dataset("YY", block(1, "XX", "dataset", lines=lines(Y="XX.X")), variables=has_it, kind="adam")
    n = Computed(by=(), keep=None, lines=lines(Y="'sum'"), where=WHERE)
    zz = dataset(
        "ZZ", block(1, "YY", "dataset"), computed=(n,), variables=has_it, kind="adam", sort=("USUBJID", "Y")
    )
    done = built(study([raw("xx", "SUBJ N")], xx, yy, zz), {"xx": table("SUBJ N", "2 b", "1 a")})
    assert shown(done["XX"], "USUBJID X") == ["S-1 a", "S-2 b"]
    assert shown(done["YY"], "USUBJID Y") == ["S-1 a", "S-2 b"]
    assert shown(done["ZZ"], "USUBJID Y") == ["S-1 .", "S-1 sum", "S-2 .", "S-2 sum"]


def test_records_that_only_fed_others_are_dropped_last() -> None:
    xx = dataset(
        "XX",
        block(1, "xx", lines=lines(USUBJID="USUBJID", AVAL="number(xx.N)")),
        lines=lines(X="sum(AVAL)"),
        keep=tree_of("AVAL > 1"),
    )
    done = built(study([raw("xx", "SUBJ N", key="SUBJ N")], xx), {"xx": table("SUBJ N", "1 1", "1 2", "1 .")})
    assert shown(done["XX"], "AVAL X") == ["2.0 3.0"]


def test_sorting_puts_missing_first_and_breaks_ties_by_block_and_key() -> None:
    xx = dataset(
        "XX",
        block(2, "xx", lines=lines(USUBJID="USUBJID", K="xx.K", FROM="'second'")),
        block(1, "xx", lines=lines(USUBJID="USUBJID", K="xx.K", FROM="'first'")),
        sort=("USUBJID", "K"),
    )
    done = built(study([raw("xx", "SUBJ K", key="SUBJ K")], xx), {"xx": table("SUBJ K", "1 b", "1 B", "1 .")})
    assert shown(done["XX"], "K FROM") == [
        ". first",
        ". second",
        "B first",
        "B second",
        "b first",
        "b second",
    ]


def _looked_up(rows: list[dict[str, str | None]]) -> tuple[list[str], list[Fault]]:
    look = Lookup("weight", (("USUBJID", "USUBJID"), ("ex.VIS", "VIS")), WHERE)
    ex = dataset(
        "EX",
        block(1, "ex", lines=lines(USUBJID="USUBJID", VIS="ex.VIS", X="weight.KG"), lookups=(look,)),
        sort=("USUBJID", "VIS"),
    )
    tables = [raw("ex", "SUBJ VIS", key="SUBJ VIS"), raw("weight", "SUBJ VIS KG", key="SUBJ VIS")]
    done, faults = recompute(
        study(tables, ex), {"ex": table("SUBJ VIS", "1 a", "1 b", "1 .", "2 a"), "weight": rows}
    )
    return shown(done["EX"], "USUBJID VIS X"), faults


def test_a_lookup_joins_one_record_at_most_and_missing_joins_nothing() -> None:
    rows, faults = _looked_up(table("SUBJ VIS KG", "1 a 70", "1 . 71", "2 b 72"))
    assert rows == ["S-1 . .", "S-1 a 70", "S-1 b .", "S-2 a ."]
    assert faults == []


def test_two_records_for_one_are_a_fault_where_a_row_needs_them() -> None:
    rows, faults = _looked_up(table("SUBJ VIS KG", "1 a 70", "1 a 71", "2 c 72", "2 c 72"))
    assert rows == ["S-1 . .", "S-1 a .", "S-1 b .", "S-2 a ."]
    assert [(f.message, f.dataset, f.variable, f.subject, f.key) for f in faults] == [
        ("2 records of weight go with one record (VIS a)", "EX", "X", "S-1", (1, ("1", "a")))
    ]


def test_a_fault_blanks_its_value_and_the_work_goes_on() -> None:
    ae = dataset(
        "AE", block(1, "ae", lines=lines(USUBJID="USUBJID", N="number(ae.SEV)", M="number(ae.SEV) + 1"))
    )
    done, faults = recompute(study([raw("ae", "SUBJ SEV")], ae), {"ae": table("SUBJ SEV", "1 x", "2 2")})
    assert shown(done["AE"], "USUBJID N M") == ["S-1 . .", "S-2 2.0 3.0"]
    assert [(f.variable, f.subject, f.message) for f in faults] == [
        ("N", "S-1", "'x' is no number"),
        ("M", "S-1", "'x' is no number"),
    ]


def test_lines_see_earlier_datasets_finished_and_later_ones_as_stacked() -> None:
    dm = dataset(
        "DM",
        block(1, "dm", lines=lines(USUBJID="USUBJID", ARM="dm.ARM")),
        lines=lines(RFDTC="min(EX.EXDTC)", SEEN="max(EX.EXSEEN)"),
    )
    ex = dataset(
        "EX",
        block(1, "ex", lines=lines(USUBJID="USUBJID", EXDTC="ex.DAT", EXSEEN="'stacked'")),
        lines=lines(EXSEEN="'finished'", XXSEQ="rank(order by EXDTC)", EXRF="DM.RFDTC"),
        sort=("USUBJID", "EXDTC"),
    )
    done = built(
        study([raw("dm", "SUBJ ARM"), raw("ex", "SUBJ DAT", key="SUBJ DAT")], dm, ex),
        {
            "dm": table("SUBJ ARM", "1 A", "2 B"),
            "ex": table("SUBJ DAT", "1 2018-02", "1 2018-01", "3 2018-05"),
        },
    )
    assert shown(done["DM"], "USUBJID ARM RFDTC SEEN") == ["S-1 A 2018-01 stacked", "S-2 B . ."]
    assert shown(done["EX"], "USUBJID EXDTC XXSEQ EXRF EXSEEN") == [
        "S-1 2018-01 1.0 2018-01 finished",
        "S-1 2018-02 2.0 2018-01 finished",
        "S-3 2018-05 1.0 . finished",
    ]


def test_written_rows_and_trial_design_without_subjects() -> None:
    tv = dataset(
        "TV",
        block(
            1,
            "",
            "rows",
            rows=({"VISITNUM": 2.0, "VISIT": "B"}, {"VISITNUM": 1.0, "VISIT": ""}),
            lines=lines(X="join('', 'V', VISITNUM)"),
        ),
        sort=("VISITNUM",),
    )
    look = Lookup("TV", (("VISITNUM", "VISITNUM"),), WHERE)
    xx = dataset(
        "XX",
        block(
            1,
            "xx",
            lines=lines(USUBJID="USUBJID", VISITNUM="number(xx.V)", VISIT="TV.VISIT", N="count(TV.VISITNUM)"),
            lookups=(look,),
        ),
    )
    ts = dataset(
        "TS",
        block(1, "", "rows", rows=({"TSPARMCD": "ACTSUB"},), lines=lines(TSVAL="text(count(XX.VISITNUM))")),
        sort=(),
    )
    done = built(study([raw("xx", "SUBJ V")], tv, xx, ts), {"xx": table("SUBJ V", "1 2", "2 1")})
    assert shown(done["TV"], "VISITNUM VISIT X") == ["1.0 . V1", "2.0 B V2"]
    assert shown(done["XX"], "USUBJID VISIT N") == ["S-1 B 2.0", "S-2 . 2.0"]
    assert shown(done["TS"], "TSPARMCD TSVAL") == ["ACTSUB 2"]


XC = dataset(
    "XC",
    block(1, "xc", lines=lines(USUBJID="USUBJID", XCTEST="xc.TEST", XCTPT="xc.TPT", AVAL="number(xc.RES)")),
    lines=lines(XXSEQ="rank(order by XCTEST, XCTPT)"),
    sort=("USUBJID", "XCTEST", "XCTPT"),
)
XC_RAW = [raw("xc", "SUBJ TEST TPT RES", key="SUBJ TEST TPT"), raw("dm", "SUBJ ARM")]


def _adcf() -> StudyPlan:
    adsl = dataset(
        "ADSL", block(1, "DM", "dataset", lines=lines(USUBJID="DM.USUBJID", TRT01P="DM.ARM")), kind="adam"
    )
    dm = dataset("DM", block(1, "dm", lines=lines(USUBJID="USUBJID", ARM="dm.ARM")))
    look = Lookup("ADSL", (("USUBJID", "USUBJID"),), WHERE)
    of = lines(
        USUBJID="XC.USUBJID",
        TRTP="ADSL.TRT01P",
        ATPT="XC.XCTPT",
        PARAMCD="XC.XCTEST",
        AVAL="XC.AVAL",
        SRCSEQ="XC.XXSEQ",
    )
    of = (*of, line("supp.NOTE", "XCTEST"))

    def of_parameter(name: str) -> tree.Aggregate:
        where = tree.Compare(op="=", left=tree.Column(name="PARAMCD"), right=tree.Literal(value=name))
        return tree.Aggregate(func="only", of=tree.Column(name="AVAL"), where=where, on=("ATPT",))

    product = tree.Arithmetic(op="*", left=of_parameter("APV"), right=of_parameter("DIAM"))
    flow = Computed(
        by=("ATPT",),
        keep=tree_of("PARAMCD in ('APV', 'DIAM')"),
        lines=(line("PARAMCD", "'CBF'"), line("AVAL", product), line("TRTP", "ADSL.TRT01P")),
        where=WHERE,
        present="AVAL",
    )
    count = Computed(by=(), keep=None, lines=(line("PARAMCD", "'N'"), line("AVAL", "count()")), where=WHERE)
    adcf = dataset(
        "ADCF",
        block(1, "XC", "dataset", lines=of, lookups=(look,), keep=tree_of("XC.XCTEST != 'X'")),
        kind="adam",
        computed=(flow, count),
        lines=lines(BASE="first(AVAL where ATPT is present on PARAMCD order by ATPT)"),
        sort=("USUBJID", "PARAMCD", "ATPT"),
    )
    return study(XC_RAW, XC, dm, adsl, adcf)


XC_ROWS = {
    "xc": table(
        "SUBJ TEST TPT RES",
        "1 APV post 20",
        "1 APV pre 10",
        "1 DIAM pre 2",
        "1 DIAM post 3",
        "1 X pre 9",
        "2 APV pre 5",
    ),
    "dm": table("SUBJ ARM", "1 CELLS", "2 NONE"),
}


def test_computed_records_come_from_the_records_so_far() -> None:
    done = built(_adcf(), XC_ROWS)
    assert shown(done["ADCF"], "USUBJID TRTP PARAMCD ATPT AVAL BASE SRCSEQ supp.NOTE") == [
        "S-1 CELLS APV post 20.0 20.0 1.0 APV",
        "S-1 CELLS APV pre 10.0 20.0 2.0 APV",
        "S-1 CELLS CBF post 60.0 60.0 . .",
        "S-1 CELLS CBF pre 20.0 60.0 . .",
        "S-1 CELLS DIAM post 3.0 3.0 3.0 DIAM",
        "S-1 CELLS DIAM pre 2.0 3.0 4.0 DIAM",
        "S-1 . N . 6.0 . . .",
        "S-2 NONE APV pre 5.0 5.0 1.0 APV",
        "S-2 . N . 1.0 . . .",
    ]


def test_records_know_their_key_and_source() -> None:
    done = rebuild(_adcf(), XC_ROWS).datasets["ADCF"]
    assert [record.key[0] for record in done] == [1, 1, 10_000, 10_000, 1, 1, 10_001, 1, 10_001]
    source = done[0].source
    assert source is not None and source.source is not None
    assert source.source.key == ("1", "APV", "post")


def test_the_order_of_raw_rows_changes_nothing() -> None:
    turned = {name: rows[::-1] for name, rows in XC_ROWS.items()}
    assert built(_adcf(), turned) == built(_adcf(), XC_ROWS)


def test_every_step_of_the_build_can_be_watched() -> None:
    seen: list[Step] = []
    done = rebuild(_adcf(), XC_ROWS, seen.append)
    record = done.datasets["ADCF"][2]
    steps = [step for step in seen if step.record is record and step.variable == "AVAL"]
    assert [(type(step.node).__name__, step.value) for step in steps] == [
        ("Aggregate", 20.0),
        ("Aggregate", 3.0),
        ("Arithmetic", 60.0),
    ]
    assert [step.records for step in steps] == [(done.datasets["ADCF"][0],), (done.datasets["ADCF"][4],), ()]


def test_bare_names_of_the_source_give_way_to_variables_of_the_dataset() -> None:
    src = dataset("SRC", block(1, "xc", lines=lines(USUBJID="USUBJID", A="'source'", B="'source'")))
    out = dataset(
        "OUT",
        block(1, "SRC", "dataset", lines=lines(USUBJID="USUBJID", X="B")),
        block(2, "SRC", "dataset", lines=lines(USUBJID="USUBJID", A="'own'")),
        kind="adam",
        lines=lines(Y="A"),
    )
    done = built(study(XC_RAW, src, out), {"xc": table("SUBJ TEST TPT RES", "1 APV pre 1")})
    assert shown(done["OUT"], "X A Y") == ["source . .", ". own own"]
