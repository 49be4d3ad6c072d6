"""Each fault of the data, with its whole text."""

from __future__ import annotations

import pytest
from convert_plan import Study, block, computed, ct, look_up, raw, read_date, subjects

from ced_cdisc.convert.faults import Faults
from ced_cdisc.core.findings import Location, Severity, Stopped

NONE_OF_IT = "correct the data; rows that are none of the study are taken away with 'exclude_rows'"


def test_a_raw_value_without_a_term() -> None:
    study = Study(ae=subjects(*"12345", SEV=["7", "1", "7", "7", "7"]))
    study.add("AE", [raw("ae", AESEV=ct("ae.SEV", ("1", "MILD"), ("2", "MODERATE")))])
    assert study.faults() == [
        "spec.yaml:7 CED250 AE.AESEV: raw value '7' of ae.SEV has no term in ct; ct has 1, 2\n"
        "    ae.csv line 2, subject S1-1\n"
        "    ae.csv line 4, subject S1-3\n"
        "    ae.csv line 5, subject S1-4\n"
        "    and 1 more"
    ]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("moderate", "'case: ignore' takes it as Moderate"),
        ("MILD", "MILD is a term itself, which 'match: submission value' takes beside ct"),
        ("Mild", "it is the term MILD with 'match: submission value' and 'case: ignore'"),
        ("MILDD", "did you mean MILD?"),
        ("9", "ct has Mod, Moderate"),
    ],
)
def test_the_nearest_code_or_term_is_proposed(value: str, hint: str) -> None:
    study = Study(ae=subjects("1", SEV=[value]))
    study.add("AE", [raw("ae", AESEV=ct("ae.SEV", ("Mod", "MILD"), ("Moderate", "M")))])
    [fault] = study.faults()
    said = f"spec.yaml:7 CED250 AE.AESEV: raw value '{value}' of ae.SEV has no term in ct; {hint}"
    assert fault.partition("\n")[0] == said


def test_dates_and_times() -> None:
    rows = [
        ("31-FEB-2020", None),
        ("soon", None),
        ("01-FEB-2020", "25:00"),
        ("FEB-2020", "10:00"),
        (None, "11:00"),
    ]
    study = Study(ae=[{"SUBJ": str(i), "DAY": d, "TIME": t} for i, (d, t) in enumerate(rows)])
    date = read_date("ae.DAY", "DD-MON-YYYY", "MON-YYYY", time="ae.TIME", times=["HH:MM"])
    study.add("AE", [raw("ae", AESTDTC=date)])
    assert study.faults() == [
        "spec.yaml:7 CED251 AE.AESTDTC: date '31-FEB-2020' of ae.DAY "
        "fits none of the formats DD-MON-YYYY, MON-YYYY; "
        "the calendar has no such day\n    ae.csv line 2, subject S1-0",
        "spec.yaml:7 CED251 AE.AESTDTC: date 'soon' of ae.DAY "
        "fits none of the formats DD-MON-YYYY, MON-YYYY\n"
        "    ae.csv line 3, subject S1-1",
        "spec.yaml:7 CED252 AE.AESTDTC: time '10:00' of ae.TIME has no complete date beside it\n"
        "    ae.csv line 5, subject S1-3",
        "spec.yaml:7 CED252 AE.AESTDTC: time '11:00' of ae.TIME has no complete date beside it\n"
        "    ae.csv line 6, subject S1-4",
        "spec.yaml:7 CED252 AE.AESTDTC: time '25:00' of ae.TIME fits none of the formats HH:MM; "
        "HH+:MM reads a time past midnight, as one of the day after\n"
        "    ae.csv line 4, subject S1-2",
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("number(vs.RES)", "CED253 VS.AVAL: '<5' of vs.RES is not a number; "
         "numeral(..) reads its number, and comparator(..) what stands before it"),
        ("number(upper(vs.RES))", "CED253 VS.AVAL: '<5' is not a number; "
         "numeral(..) reads its number, and comparator(..) what stands before it"),
        ("seconds(vs.RES)", "CED254 VS.AVAL: '<5' of vs.RES is not a duration; "
         "a duration is written M:SS, H:MM:SS, or with sec, min or h"),
        ("convert(5, vs.UNIT, 'kg')", "CED255 VS.AVAL: unit 'kilo' of vs.UNIT has no conversion to kg"),
    ],
)  # fmt: skip
def test_numbers(expression: str, message: str) -> None:
    study = Study(vs=subjects("1", RES=["<5"], UNIT=["kilo"]))
    study.add("VS", [raw("vs", AVAL=expression)])
    assert study.faults() == [f"spec.yaml:7:5 {message}\n    vs.csv line 2, subject S1-1"]


CUT = {
    "9007199254740993": "9007199254740992",
    "12345678901234567": "12345678901234568",
    "123456789012345678901": "123456789012345680000",
    "-9007199254740993.0": "-9007199254740992",
    "0." + "0" * 400 + "1": "0",
}
HELD = [
    "9007199254740994",
    "98.600000000000009",
    "0.1000000000000000055511151231257827",
    "1" + "0" * 22,
    "123456789012345680000",
]


@pytest.mark.parametrize("text", CUT)
def test_digits_that_a_number_cannot_have(text: str) -> None:
    study = Study(vs=subjects("1", "2", RES=["5", text]))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)")])
    assert study.faults() == [
        f"spec.yaml:7:5 CED253 VS.AVAL: '{text}' of vs.RES has more digits than a number of a dataset can "
        f"have; it would be {CUT[text]}; keep it as text\n    vs.csv line 3, subject S1-2"
    ]


def test_digits_that_a_number_has() -> None:
    study = Study(vs=subjects(*"12345", RES=HELD))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)")])
    assert study.faults() == []


def test_more_than_one_record_for_only() -> None:
    study = Study(demog=subjects("1", "2"), vs=subjects("1", "1", "2", "2", RES=["5", "5", "6", None]))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)")])
    study.add("DM", [raw("demog", SUBJID="demog.SUBJ")], {"AVAL": "only(VS.AVAL)"})
    assert study.faults() == [
        "spec.yaml:7:5 CED256 DM.AVAL: only(VS.AVAL) finds more than one record with a value; "
        "first, last, min or max choose one\n    demog.csv line 2, subject S1-1"
    ]


def test_more_than_one_record_for_a_look_up() -> None:
    sites = [
        {"ID": "a", "NAME": "Ulm"},
        {"ID": "a", "NAME": "Bonn"},
        {"ID": "b", "NAME": "x"},
        {"ID": "b", "NAME": "y"},
    ]
    study = Study(ae=subjects("1", "2", "3", SITE=["a", "b", "c"]), site=sites)
    lookup = look_up("site", ("ae.SITE", "ID"))
    study.add("AE", [block("ae", "raw", {"AELOC": "site.NAME"}, lookups=(lookup,), keep="ae.SITE != 'b'")])
    assert study.faults() == [
        "spec.yaml:4 CED257 AE: site has 2 records for ID 'a'; "
        "a look-up finds one record at most; name more columns that match\n"
        "    site.csv line 2\n    site.csv line 3"
    ]


def test_rows_without_subject_and_repeated_keys() -> None:
    study = Study()
    study.table(
        "ae",
        [{"SUBJ": None, "NO": "1"}, {"SUBJ": "1", "NO": None}, {"SUBJ": "1", "NO": None}],
        key=["SUBJ", "NO"],
    )
    study.table("lb", [{"SUBJ": "1"}] * 3, key=["SUBJ"], form="xlsx")
    study.add("AE", [raw("ae", AESPID="ae.NO")])
    assert study.faults() == [
        "sources.yaml:1 CED258 ae.csv: SUBJ is empty, so the row has no subject; "
        + NONE_OF_IT
        + "\n    ae.csv line 2",
        "sources.yaml:1 CED259 ae.csv: lines 3 and 4 have the same key SUBJ '1', NO empty; "
        "the key of a table stands in sources.yaml\n    ae.csv line 3, subject S1-1\n"
        "    ae.csv line 4, subject S1-1",
        "sources.yaml:2 CED259 lb.xlsx: rows 2, 3 and 4 have the same key SUBJ '1'; "
        "the key of a table stands in sources.yaml\n    lb.xlsx row 2, subject S1-1"
        "\n    lb.xlsx row 3, subject S1-1\n    lb.xlsx row 4, subject S1-1",
    ]


def test_notes_that_may_follow_from_an_error_are_not_told_beside_it() -> None:
    """Those of conditions and orders, where all their subjects have an error; not those of raw tables."""
    faults = Faults({}, {})

    def note(code: str, *subjects: str) -> None:
        records = [("", 0, subject) for subject in subjects]
        faults.add(code, f"of {subjects}", Location("a.yaml"), "", records, Severity.NOTE)

    note("CED833", "1")
    note("CED833", "1", "2")
    note("CED237", "1")
    note("CED270")
    assert len(faults.findings()) == 4
    faults.add("CED250", "no term", Location("a.yaml"), records=[("", 0, "1")])
    assert [(one.code, one.message) for one in faults.findings()] == [
        ("CED237", "of ('1',)"),
        ("CED250", "no term"),
        ("CED270", "of ()"),
        ("CED833", "of ('1', '2')"),
    ]


def test_a_subject_that_is_not_in_dm() -> None:
    study = Study(demog=subjects("1"), ae=subjects("2", "1", "2", "3"))
    study.add("DM", [raw("demog", USUBJID="USUBJID")])
    assert study.faults() == [
        f"sources.yaml:2 CED260 subject S1-2 of ae.csv line 2 is not in DM; {NONE_OF_IT}",
        f"sources.yaml:2 CED260 subject S1-3 of ae.csv line 5 is not in DM; {NONE_OF_IT}",
    ]


def test_a_table_of_which_no_subject_is_in_dm() -> None:
    study = Study(demog=subjects("1"), ae=subjects("01", "02", "01"))
    study.add("DM", [raw("demog", USUBJID="USUBJID")])
    assert study.faults() == [
        "sources.yaml:2 CED260 none of the 2 subjects of ae.csv is in DM; "
        "`subject` of the table has to name them as in the table that DM is made of\n"
        "    ae.csv line 2, subject S1-01\n"
        "    ae.csv line 3, subject S1-02"
    ]


def test_a_value_outside_a_closed_codelist() -> None:
    study = Study(ae=subjects("1", "2", "3", "4", SER=["y", "Y", None, "Q"]))
    study.add("AE", [raw("ae", AESER="ae.SER")], closed={"AESER": ["Y", "N"]})
    assert study.faults() == [
        "spec.yaml:6 CED264 AE.AESER: 'Q' is not in the codelist List of AESER (C1), on 1 record; "
        "it has Y, N\n"
        "    ae.csv line 5, subject S1-4",
        "spec.yaml:6 CED264 AE.AESER: 'y' is not in the codelist List of AESER (C1), on 1 record; "
        "did you mean Y?\n"
        "    ae.csv line 2, subject S1-1",
    ]


def test_a_check_that_fails_is_a_warning() -> None:
    days = {"START": ["2020-01-05", "2020-01-05", "2020-01"], "STOP": ["2020-01-04", "2020-01-06", "2020-01"]}
    study = Study(ae=subjects("1", "2", "3", **days))
    lines = {"AESTDTC": "coalesce(missing, ae.START)", "AEENDTC": "coalesce(missing, ae.STOP)"}
    study.add("AE", [raw("ae", lines)], checks=["AEENDTC >= AESTDTC"])
    _, findings = study.build()
    assert [str(one) for one in findings] == [
        "spec.yaml:9 CED265 AE: the check AEENDTC >= AESTDTC fails on 1 record\n"
        "    ae.csv line 2, subject S1-1"
    ]
    assert findings.exit_code() == 0


def test_a_check_may_name_a_one_record_dataset() -> None:
    study = Study(demog=subjects("1", DAY=["2020-01-05"]), ae=subjects("1", DAY=["2020-01-04"]))
    study.add("DM", [raw("demog", RFSTDTC="coalesce(missing, demog.DAY)", USUBJID="USUBJID")])
    study.add("AE", [raw("ae", AESTDTC="coalesce(missing, ae.DAY)")], checks=["AESTDTC >= DM.RFSTDTC"])
    _, findings = study.build()
    assert [one.message for one in findings] == ["AE: the check AESTDTC >= DM.RFSTDTC fails on 1 record"]


def test_all_faults_of_all_datasets_come_at_once() -> None:
    study = Study(ae=subjects("1", SEV=["7"]), vs=subjects("1", RES=["x"]))
    study.add("AE", [raw("ae", AESEV=ct("ae.SEV", ("1", "MILD")))])
    study.add("VS", [raw("vs", AVAL="number(vs.RES)")])
    study.add(
        "ADVS", [block("VS", "dataset", {"USUBJID": "USUBJID", "AVAL": "VS.AVAL", "AVALC": ct("VS.AVAL")})]
    )
    assert [fault[:19] for fault in study.faults()] == ["spec.yaml:7 CED250 ", "spec.yaml:7:5 CED25"]


def test_faults_count_where_their_value_is_used() -> None:
    study = Study(vs=subjects("1", "2", RES=["x", "y"], DONE=["N", "Y"]))
    study.add(
        "VS",
        [block("vs", "raw", {"AVAL": "if(vs.DONE = 'Y', number(vs.RES), missing)"}, keep="vs.RES != 'y'")],
    )
    assert study.faults() == []
    assert study.rows("VS") == [(None,)]


def test_a_fault_inside_an_aggregate_names_the_record_it_reads() -> None:
    study = Study(demog=subjects("1"), vs=subjects("1", "1", "2", RES=["5", "x", "y"]))
    study.add("DM", [raw("demog", AVAL="max(number(vs.RES))")])
    faults = [fault for fault in study.faults() if "CED253" in fault]
    assert faults == [
        "spec.yaml:7:5 CED253 DM.AVAL: 'x' of vs.RES is not a number; "
        "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        "    vs.csv line 3, subject S1-1"
    ]


def test_a_fault_of_a_computed_record_names_its_subject() -> None:
    study = Study(vs=subjects("1", "1", RES=["5", "6"]))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)", USUBJID="USUBJID")])
    study.add(
        "ADVS",
        [block("VS", "dataset", {"USUBJID": "USUBJID", "AVAL": "VS.AVAL"})],
        computed=[computed([], None, AVAL="only(AVAL)")],
    )
    assert study.faults() == [
        "spec.yaml:7:5 CED256 ADVS.AVAL: only(AVAL) finds more than one record with a value; "
        "first, last, min or max choose one\n    subject S1-1"
    ]


def test_a_supplemental_qualifier_is_named_as_in_its_dataset() -> None:
    study = Study(ae=subjects("1", REL=["7"]))
    study.add("AE", [raw("ae", {"supp.AERELAPH": ct("ae.REL", ("1", "YES"))})])
    with pytest.raises(Stopped, match=r"SUPPAE\.AERELAPH: raw value '7'"):
        study.build()


def test_a_fault_in_the_order_of_a_rank_is_told() -> None:
    study = Study(ae=subjects("1", "2", NO=["1", "x"]))
    study.add("AE", [raw("ae", AETERM="ae.NO")], {"RANK": "rank(order by number(AETERM))"})
    assert study.faults() == [
        "spec.yaml:7:5 CED253 AE.RANK: 'x' of AETERM is not a number; "
        "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        "    ae.csv line 3, subject S1-2"
    ]
