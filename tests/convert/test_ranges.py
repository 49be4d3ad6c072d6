"""Reference ranges: one record of a table without subjects for each result, by sex, age, unit and date."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ced_cdisc.core.findings import Stopped
from ranges_study import WHERE, built, write_ranges_study

SPEC, RAW, DEMOG, LAB = "mappings/sdtm/lb.yaml", "raw/ranges.csv", "raw/demog.csv", "raw/lab.csv"
SOURCES = "mappings/sources.yaml"
PLACE = "mappings/sdtm/lb.yaml:5:3"
OF_HB = "lab.LAB 'A', lab.TEST 'HB', DM.SEX 'F', lab.UNIT 'g/dL'"
BORN = "the first with DM.BRTHDTC '1966-07-07', LBDTC '2020-02-12'"
AGES = "between number(ranges.AGE_LOW) and number(ranges.AGE_HIGH)"
OR_ACCEPT = "or accept it with unmatched: accept"
HB = "A,HB,F,18,120,12,16,g/dL\n"


def limits(
    folder: Path,
    *changes: tuple[str, str, str],
    shown: str = "LBORNRLO LBORNRHI LBNRIND",
    verify: bool = False,
) -> list[str]:
    frame: pd.DataFrame = built(write_ranges_study(folder, *changes), verify=verify)["LB"]
    rows = (
        frame[["SUBJID" if "SUBJID" in frame else "USUBJID", "LBTESTCD", *shown.split()]].to_numpy().tolist()
    )
    return [" ".join("-" if value is None or value != value else str(value) for value in row) for row in rows]


def said(folder: Path, *changes: tuple[str, str, str]) -> list[str]:
    """What is told of a build, errors and notes."""
    write_ranges_study(folder, *changes)
    try:
        findings = built(folder).findings
    except Stopped as stopped:
        findings = stopped.findings
    return [str(finding).replace(f"{folder}/", "") for finding in findings.sorted()]


def test_by_sex_and_age(tmp_path: Path) -> None:
    assert limits(tmp_path) == [
        "T1-001 ALT 10 60 NORMAL",
        "T1-001 HGB 13.5 17.5 NORMAL",
        "T1-002 ALT 10 40 HIGH",
        "T1-002 HGB 12 16 LOW",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("on: LAB", "on: [LAB, TEST]"),
        ("on: LAB", "on: [LAB, LAB]"),
        ("ranges.TEST = lab.TEST", "ranges.TEST = lab.TEST and lab.TEST = ranges.TEST"),
        ("ranges.UNIT = lab.UNIT", "ranges.UNIT = lab.UNIT and ranges.UNIT = LBORRESU"),
    ],
)
def test_a_column_that_is_compared_twice(tmp_path: Path, old: str, new: str) -> None:
    """Also in 'on' and in 'where': a join takes each column once."""
    assert limits(tmp_path, (SPEC, old, new), verify=True) == limits(tmp_path / "once")


def test_a_column_that_two_of_the_table_have_to_equal(tmp_path: Path) -> None:
    """Told once; of the table none has it in both."""
    both = (SPEC, "ranges.TEST = lab.TEST", "ranges.TEST = lab.TEST and ranges.LOW = lab.TEST")
    assert len(found := said(tmp_path, both)) == 4
    assert any(
        f"CED841 LB: ranges has no record for 1 record with {OF_HB}, {BORN}; add one" in one for one in found
    )


def test_a_condition_by_the_range_says_which_record(tmp_path: Path) -> None:
    """In the comment of a value that is assigned, as in a method."""
    old, new = 'LBSPEC:   {absent: "Not collected"}', "LBSPEC: {assign: BLOOD, when: \"ranges.LOW = '12'\"}"
    write_ranges_study(tmp_path, (SPEC, old, new))
    built(tmp_path)
    define = (tmp_path / "out/sdtm/define.xml").read_text()
    assert (
        '>Given only if LOW (ranges) is "12". The record of ranges is the one where LAB (ranges) equals LAB (lab) and '
        "TEST (ranges) equals TEST (lab) and SEX (ranges) equals DM.SEX and UNIT (ranges) equals UNIT (lab) and the "
        "completed years from DM.BRTHDTC to LBDTC is from AGE_LOW (ranges) to AGE_HIGH (ranges).<"
    ) in define.replace("&quot;", '"')


@pytest.mark.parametrize(("born", "high"), [("10-FEB-2002", "60"), ("11-FEB-2002", "30")])
def test_on_the_birthday_the_next_band_begins(tmp_path: Path, born: str, high: str) -> None:
    found = limits(tmp_path, (DEMOG, "05-JUN-1970", born), (RAW, "A,HB,M,18", "A,HB,M,0"))
    assert found[0].split()[3] == high


def test_an_end_that_does_not_count(tmp_path: Path) -> None:
    """At 53 years the band that ends there does not hold, and the one that begins there does."""
    half_open = "age(DM.BRTHDTC, LBDTC) >= number(ranges.AGE_LOW) and age(DM.BRTHDTC, LBDTC) < number(ranges.AGE_HIGH)"
    bands = "A,HB,F,18,53,1,2,g/dL\nA,HB,F,53,121,12,16,g/dL\n"
    changes = (SPEC, f"age(DM.BRTHDTC, LBDTC) {AGES}", half_open), (RAW, HB, bands)
    assert limits(tmp_path, *changes)[3] == "T1-002 HGB 12 16 LOW"


def test_an_open_end_that_the_spec_names(tmp_path: Path) -> None:
    ages = "age(DM.BRTHDTC, LBDTC) >= number(ranges.AGE_LOW) and (ranges.AGE_HIGH is missing or age(DM.BRTHDTC, LBDTC) <= number(ranges.AGE_HIGH))"
    changes = (SPEC, f"age(DM.BRTHDTC, LBDTC) {AGES}", ages), (RAW, HB, HB.replace("120", ""))
    assert limits(tmp_path, *changes)[3] == "T1-002 HGB 12 16 LOW"


def test_between_two_dates(tmp_path: Path) -> None:
    """The laboratory changed its method on a day. A date that is not of ISO 8601 says nothing."""
    changes = (
        (SOURCES, "[LAB, TEST, SEX, AGE_LOW, AGE_HIGH, LOW", "[LAB, TEST, SEX, FROM, TO, LOW"),
        (SOURCES, "key: [LAB, TEST, SEX, AGE_LOW]", "key: [LAB, TEST, SEX, FROM]"),
        (RAW, "AGE_LOW,AGE_HIGH", "FROM,TO"),
        (RAW, "M,0,17,5,30", "F,2019-01-01,2020-02-11,5,30"),
        (RAW, "F,18,120,10,40", "F,2020-02-12,2029-12-31,6,33"),
        (RAW, HB, HB.replace("18,120", "2019-01-01,2029-12-31")),
        (SPEC, f"age(DM.BRTHDTC, LBDTC) {AGES}", "LBDTC between ranges.FROM and ranges.TO"),
        (LAB, "001,A,ALT,2020-02-10,50,U/L\n001,A,HB,2020-02-10,14,g/dL\n", ""),
        (LAB, "002,A,ALT,2020-02-12", "002,A,ALT,2020-02-11,20,U/L\n002,A,ALT,2020-02-12"),
    )
    assert limits(tmp_path, *changes) == [
        "T1-002 ALT 5 30 NORMAL",
        "T1-002 ALT 6 33 HIGH",
        "T1-002 HGB 12 16 LOW",
    ]
    (found,) = said(tmp_path / "again", *changes, (RAW, "2019-01-01,2029-12-31", "2019-01-01,31-DEC-2029"))
    assert "CED842 LB: whether ranges has one record is unknown for 1 record with" in found
    assert "the first with LBDTC '2020-02-12', in ranges.csv line 6" in found


def test_in_any_expression(tmp_path: Path) -> None:
    """Also where that chooses the rows, by a variable that the block makes."""
    changes = (
        (SPEC, "ranges.TEST = lab.TEST", "ranges.TEST = if(LBTESTCD = 'HGB', 'HB', LBTESTCD)"),
        (
            SPEC,
            'LBSPEC:   {absent: "Not collected"}',
            "LBSPEC:   {derive: \"if(ranges.LOW = '12', 'BLOOD', 'SERUM')\"}",
        ),
        (SPEC, "with:\n", 'where: "number(ranges.HIGH) < 50"\nwith:\n'),
    )
    assert limits(tmp_path, *changes, shown="LBSPEC LBORNRHI") == [
        "T1-001 HGB SERUM 17.5",
        "T1-002 ALT SERUM 40",
        "T1-002 HGB BLOOD 16",
    ]


def test_by_equal_columns_alone(tmp_path: Path) -> None:
    text = "    on: [LAB, TEST, UNIT]\n"
    changes = (SPEC, "    on: LAB\n", text), (RAW, "A,ALT,M,0,17,5,30,U/L\nA,ALT,M,18,120,10,60,U/L\n", "")
    write_ranges_study(tmp_path, *changes, (RAW, "A,HB,M,18,120,13.5,17.5,g/dL\n", ""))
    spec = (tmp_path / SPEC).read_text()
    lines = [line for line in spec.splitlines(keepends=True) if not line.startswith("    where:")]
    (tmp_path / SPEC).write_text("".join(lines))
    sources = (tmp_path / SOURCES).read_text()
    unused = "    exclude: {AGE_HIGH: Not needed}\n    columns: [LAB, TEST, SEX"
    (tmp_path / SOURCES).write_text(sources.replace("    columns: [LAB, TEST, SEX", unused))
    assert built(tmp_path)["LB"]["LBORNRHI"].to_list() == ["40", "16", "40", "16"]


def test_no_record(tmp_path: Path) -> None:
    """A key that the table lacks, and an age; of each key the first record stands for all."""
    changes = (
        (RAW, "A,HB,F", "A,HB,X"),
        (RAW, "A,ALT,M,18", "A,ALT,M,60"),
        (LAB, "002,A,HB", "002,A,HB,2020-02-13,11,g/dL\n002,A,HB"),
    )
    assert said(tmp_path, *changes) == [
        f"{PLACE} CED841 LB: ranges has no record for 1 record with lab.LAB 'A', lab.TEST 'ALT', DM.SEX 'M', lab.UNIT 'U/L', "
        "the first with DM.BRTHDTC '1970-06-05', LBDTC '2020-02-10'; add one, correct the condition, "
        f"{OR_ACCEPT}\n    lab.csv line 2, subject T1-001",
        f"{PLACE} CED841 LB: ranges has no record for 2 records with {OF_HB}, {BORN}; add one, correct the condition, "
        f"{OR_ACCEPT}\n    lab.csv line 5, subject T1-002\n    lab.csv line 6, subject T1-002",
    ]


def test_no_record_that_is_accepted(tmp_path: Path) -> None:
    changes = (RAW, "A,HB,F", "A,HB,X"), (SPEC, "    on: LAB\n", "    on: LAB\n    unmatched: accept\n")
    assert limits(tmp_path, *changes)[3] == "T1-002 HGB - - -"
    assert said(tmp_path / "again", *changes) == []


def test_a_record_that_nothing_is_read_of_is_none_that_lacks(tmp_path: Path) -> None:
    """A test that was not done has no range, and no unit to find it by."""
    changes = (
        (SPEC, "unit:   lab.UNIT\n", "unit:   lab.UNIT\nnot_done: {when: lab.RES is missing}\n"),
        (LAB, "002,A,HB,2020-02-12,11,g/dL", "002,A,HB,2020-02-12,,"),
    )
    assert limits(tmp_path, *changes)[3] == "T1-002 HGB - - -"
    assert said(tmp_path / "again", *changes) == []


def test_ranges_that_overlap(tmp_path: Path) -> None:
    """Also for who accepts that there is none."""
    overlap = (RAW, HB, f"{HB}A,HB,F,50,70,11,17,g/dL\n")
    expected = [
        f"{PLACE} CED257 LB: ranges has more than one record for 1 record with {OF_HB}, {BORN}, in ranges.csv lines 6 and 7; "
        "correct the table, or say more in 'where'\n    lab.csv line 5, subject T1-002"
    ]
    assert said(tmp_path, overlap) == expected
    accepted = (SPEC, "    on: LAB\n", "    on: LAB\n    unmatched: accept\n")
    assert said(tmp_path / "again", overlap, accepted) == expected


def test_a_bound_that_is_no_number(tmp_path: Path) -> None:
    """It is told at its own line, and not again for each result that it was to be for."""
    assert said(tmp_path, (RAW, "A,HB,F,18", "A,HB,F,18y")) == [
        "mappings/sdtm/lb.yaml:7:122 CED253 LB: '18y' of ranges.AGE_LOW is not a number; extract(..) takes the number "
        "out, and its unit for a line of its own\n    ranges.csv line 6"
    ]


def test_a_bound_that_no_result_asks_for(tmp_path: Path) -> None:
    assert said(tmp_path, (RAW, HB, f"{HB}A,OTHER,F,x,y,11,17,g/dL\n")) == []


def test_a_limit_that_is_no_number_is_told_as_any(tmp_path: Path) -> None:
    found = said(tmp_path, (RAW, ",12,16,", ",low,16,"))
    assert found == [
        "mappings/sdtm/lb.yaml:14:3 CED253 LB.LBSTNRLO: 'low' of LBORNRLO is not a number; correct the data, or tell the reason "
        "under `not_done`; numeric(..) loses the text\n    lab.csv line 5, subject T1-002"
    ]


def test_what_is_unknown(tmp_path: Path) -> None:
    """A bound that is missing, alone and beside another range, and an age that nobody knows."""
    whether = "LB: whether ranges has one record is unknown for 1 record with"
    hint = "say in 'where' what holds where a value is missing or partial"
    assert said(tmp_path, (RAW, "A,HB,F,18,120", "A,HB,F,18,")) == [
        f"{PLACE} CED842 {whether} {OF_HB}, {BORN}, in ranges.csv line 6; {hint}, {OR_ACCEPT}\n    lab.csv line 5, subject T1-002"
    ]
    assert said(tmp_path / "b", (RAW, HB, f"{HB}A,HB,F,19,,11,17,g/dL\n")) == [
        f"{PLACE} CED842 {whether} {OF_HB}, {BORN}, in ranges.csv lines 6 and 7; {hint}\n    lab.csv line 5, subject T1-002"
    ]
    born = (
        (DEMOG, "07-JUL-1966", "UN-JUL-1966"),
        (LAB, "002,A,ALT,2020-02-12,50,U/L\n", ""),
        (LAB, "2020-02-12", "2020-07-12"),
    )
    (found,) = [one for one in said(tmp_path / "c", *born) if "CED842" in one]
    assert "the first with DM.BRTHDTC '1966-07', LBDTC '2020-07-12', in ranges.csv line 6" in found
    far = (RAW, HB, f"{HB}A,HB,F,60,,11,17,g/dL\n")
    assert said(tmp_path / "d", far) == []  # below 60 it is another one, however far that goes


def test_what_would_choose_rows_is_told_too(tmp_path: Path) -> None:
    """The row would be left out without a word: nothing is no SERUM. Not of rows that are left out anyway."""
    changes = (
        (RAW, "A,HB,F", "A,HB,X"),
        (SPEC, "with:\n", "where: \"ranges.UNIT = 'U/L' and lab.RES != '0'\"\nwith:\n"),
    )
    (found,) = said(tmp_path, *changes)
    assert "CED841 LB: ranges has no record for 1 record with" in found
    left = (LAB, "002,A,HB,2020-02-12,11,", "002,A,HB,2020-02-12,0,")
    assert said(tmp_path / "again", *changes, left) == []
    made = (SPEC, "ranges.TEST = lab.TEST", "ranges.TEST = if(LBTESTCD = 'HGB', 'HB', LBTESTCD)")
    (found,) = said(tmp_path / "made", *changes, made)
    assert "CED841 LB: ranges has no record for 1 record with" in found


def test_what_would_choose_rows_by_collected_columns_is_told_too(tmp_path: Path) -> None:
    changes = (
        (SPEC, WHERE, "ranges.TEST = lab.TEST and number(ranges.AGE_HIGH) > 17 and ranges.SEX in ('F', 'X')"),
        (SPEC, "with:\n", "where: \"ranges.UNIT = 'U/L' and lab.RES != '0'\"\nwith:\n"),
        (RAW, "A,HB,F", "A,HC,F"),
        (LAB, "001,A,HB,2020-02-10,14,", "001,A,HB,2020-02-10,0,"),
    )
    assert said(tmp_path, *changes) == [
        f"mappings/sdtm/lb.yaml:6:3 CED841 LB: ranges has no record for 1 record with lab.LAB 'A', lab.TEST 'HB'; add one, correct the condition, {OR_ACCEPT}\n"
        "    lab.csv line 5, subject T1-002"
    ]
