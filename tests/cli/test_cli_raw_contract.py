"""The contract with the raw tables: its columns, the account of each of them, and records with one key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import BUILT, RAW_AE, RAW_EX, SOURCES, SPECS, Run, ced, given, spoil

from ced_cdisc.core.findings import Findings
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import recompute
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from ced_cdisc.stages.reading import read_raw

ONE = "1 error in the raw data\n"
DONE = "4 datasets and 2 define.xml written to out\n"
MAPPED = "14 of 14 mapped, 0 excluded, 0 left over"
AE_COLUMNS = "columns: [SUBJ, AENO, TERM, SEV, START, STOP]"


def raw_account() -> dict[str, Any]:
    """The account of the raw tables in build.json."""
    content: dict[str, Any] = json.loads(Path("out/build.json").read_bytes())["raw"]
    return content


def with_columns(names: str, words: str = "") -> None:
    """The table ae declares these columns and words."""
    spoil(SOURCES, AE_COLUMNS, f"{words}columns: [{names}]")


# what a column is that only the file, or only the contract, has

EXTRA = ("SUBJ,AENO,TERM,SEV,START,STOP\n", "SUBJ,AENO,TERM,SEV,START,STOP,XX\n")
NEW_COLUMN = "raw/ae.csv:1:7 CED221 column XX is not among the columns of table ae; list it under columns at "


def given_a_new_column(policy: str) -> None:
    given()
    spoil(SOURCES, "key: [SUBJ, AENO]", f"key: [SUBJ, AENO], policy: {policy}")
    text = Path(RAW_AE).read_text(encoding="utf-8").replace("\n", ",x\n").replace("STOP,x", "STOP,XX")
    Path(RAW_AE).write_text(text, encoding="utf-8")


def test_strict_a_new_column_stops_the_build() -> None:
    given_a_new_column("strict")
    assert ced("build", "raw", "out") == Run(
        11, SPECS + ONE + NEW_COLUMN + "mappings/sources.yaml:5:17, or delete it\n"
    )
    assert not Path("out").exists()


def test_warn_a_new_column_is_a_warning_and_accounted_for() -> None:
    given_a_new_column("warn")
    assert ced("build", "raw", "out") == Run(
        0,
        SPECS
        + BUILT.replace(MAPPED, "14 of 15 mapped, 0 excluded, 0 left over, 1 not in the contract")
        + "1 warning in the raw data\n"
        + NEW_COLUMN
        + "mappings/sources.yaml:5:17, or delete it\n"
        + DONE,
    )
    assert raw_account()["tables"]["ae"]["columns"]["XX"] == {"status": "not in the contract"}


def test_ignore_a_new_column_is_accounted_for_and_nothing_is_said() -> None:
    given_a_new_column("ignore")
    assert ced("build", "raw", "out") == Run(
        0,
        SPECS
        + BUILT.replace(MAPPED, "14 of 15 mapped, 0 excluded, 0 left over, 1 not in the contract")
        + DONE,
    )
    assert raw_account()["columns"] == {
        "total": 15,
        "mapped": 14,
        "excluded": 0,
        "left over": 0,
        "not in the contract": 1,
    }


@pytest.mark.parametrize("policy", ["strict", "warn", "ignore"])
def test_a_missing_column_that_a_line_reads_always_stops_the_build(policy: str) -> None:
    given()
    with_columns("SUBJ, AENO, TERM, SEV, START, STOP", f"policy: {policy}, ")
    spoil(RAW_AE, "AENO,TERM,SEV", "AENO,TERM,AESEV")
    new = (
        ""
        if policy == "ignore"
        else "raw/ae.csv:1:4 CED221 column AESEV is not among the columns of table ae; did you mean SEV?\n"
    )
    column = 81 + len(f"policy: {policy}, ")
    missing = (
        f"mappings/sources.yaml:5:{column} CED220 column ae.SEV is not in the header of raw/ae.csv; "
        "did you mean AESEV?\n"
    )
    said = {
        "strict": "2 errors in the raw data\n" + missing + new,
        "warn": "1 warning in the raw data\n" + new + ONE + missing,
        "ignore": ONE + missing,
    }[policy]
    assert ced("build", "raw", "out") == Run(11, SPECS + said)


@pytest.mark.parametrize("policy", ["strict", "warn", "ignore"])
def test_a_missing_column_that_nothing_reads(policy: str) -> None:
    given()
    with_columns("SUBJ, AENO, TERM, SEV, START, STOP, XX", f"exclude: {{XX: Unused}}, policy: {policy}, ")
    column = 99 + len(f"exclude: {{XX: Unused}}, policy: {policy}, ")
    missing = (
        f"mappings/sources.yaml:5:{column} CED220 column ae.XX is not in the header of raw/ae.csv; "
        "the header has SUBJ, AENO, TERM, SEV, START, STOP\n"
    )
    run = ced("build", "raw", "out")
    if policy == "strict":
        assert run == Run(11, SPECS + ONE + missing)
    else:
        built = BUILT.replace(MAPPED, "14 of 15 mapped, 1 excluded, 0 left over")
        assert run == Run(0, SPECS + built + "1 warning in the raw data\n" + missing + DONE)


# the account


def test_every_column_is_mapped_excluded_or_left_over() -> None:
    given()
    with_columns("SUBJ, AENO, TERM, SEV, START, STOP, NOTE, BATCH", "exclude: {BATCH: No study data}, ")
    text = Path(RAW_AE).read_text(encoding="utf-8").replace("\n", ",,B1\n")
    text = text.replace("STOP,,B1", "STOP,NOTE,BATCH").replace("10-FEB-2020,12-FEB-2020,", "10-FEB-2020,,see")
    Path(RAW_AE).write_text(text, encoding="utf-8")
    assert ced("build", "raw", "out") == Run(
        0,
        SPECS
        + BUILT.replace(MAPPED, "14 of 16 mapped, 1 excluded, 1 left over")
        + "1 note in the raw data\n"
        + "mappings/sources.yaml:5:132 CED236 nothing reads the column ae.NOTE, which has 1 filled cell; "
        + "map it, or write under 'exclude' why it is left out\n"
        + DONE,
    )
    made = raw_account()
    assert list(made) == ["columns", "tables"]
    assert made["columns"] == {
        "total": 16,
        "mapped": 14,
        "excluded": 1,
        "left over": 1,
        "not in the contract": 0,
    }
    assert made["tables"]["ae"] == {
        "records": 3,
        "duplicates left out": 0,
        "columns": {
            "SUBJ": {"status": "mapped", "read by": ["subject", "key"]},
            "AENO": {"status": "mapped", "read by": ["AE.AESPID", "key"]},
            "TERM": {"status": "mapped", "read by": ["AE.AETERM"]},
            "SEV": {"status": "mapped", "read by": ["AE.AESEV"]},
            "START": {"status": "mapped", "read by": ["AE.AESTDTC"]},
            "STOP": {"status": "mapped", "read by": ["AE.AEENDTC"]},
            "NOTE": {"status": "left over", "filled cells": 1},
            "BATCH": {"status": "excluded", "reason": "No study data"},
        },
    }


def test_a_part_of_a_study_has_the_account_of_the_whole() -> None:
    given()
    assert ced("build", "raw", "out").code == 0
    whole = raw_account()
    assert ced("build", "raw", "part", "--only", "DM").code == 0
    part: dict[str, Any] = json.loads(Path("part/build.json").read_bytes())["raw"]
    assert part == whole


def test_a_column_that_is_excluded_and_read_is_a_fault_of_the_spec() -> None:
    given()
    with_columns("SUBJ, AENO, TERM, SEV, START, STOP", "exclude: {SEV: No data, SUBJ: No data}, ")
    assert ced("build", "raw", "out") == Run(
        10,
        SPECS
        + "2 errors in the specs\n"
        + "mappings/sources.yaml:5:63 CED090 ae.SEV is excluded, but read by AE.AESEV; "
        + "take it from 'exclude', or do not read it\n"
        + "mappings/sources.yaml:5:77 CED090 ae.SUBJ is excluded, but read by subject, key; "
        + "take it from 'exclude', or do not read it\n",
    )


def test_an_exclusion_of_the_defaults_holds_where_nothing_reads_the_column() -> None:
    given()
    spoil(SOURCES, "trim: yes}", "trim: yes, exclude: {SEV: Not graded, DAY: x}}")
    assert ced("build", "raw", "out") == Run(0, SPECS + BUILT + DONE)


# records with one key


def given_duplicates(word: str, *rows: str) -> None:
    """The table dose has records with one key, and says what to do with them."""
    given()
    spoil(
        SOURCES,
        "columns: [SUBJ, DAY, DOSDT, DOSE]",
        f"duplicates: {word}, columns: [SUBJ, DAY, DOSDT, DOSE, M]",
    )
    lines = Path(RAW_EX).read_text(encoding="utf-8").splitlines()
    text = "".join(f"{line},{'M' if i == 0 else ''}\n" for i, line in enumerate(lines))
    Path(RAW_EX).write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def both_engines_agree(dataset: str = "EX") -> list[tuple[object, ...]]:
    """Start date and dose of a built EX, which the second engine has as well."""
    import ced_cdisc

    findings = Findings()
    plan, _ = make_plan(find_study(None, None, Path()), findings)
    texts = {n: t.frame.drop(ROW).to_dicts() for n, t in read_raw(Path("raw"), plan, findings).items()}
    rows, faults = recompute(plan, texts)
    assert faults == []
    second = [(row["USUBJID"], row["EXSTDTC"], row["EXDOSE"]) for row in rows[dataset]]
    built = ced_cdisc.build("raw", "out", check=False)
    first = built.frames[dataset].select("USUBJID", "EXSTDTC", "EXDOSE").rows()
    assert first == second
    return first


@pytest.mark.parametrize(
    ("word", "values", "kept"),
    [
        ("{keep: latest, by: M}", ("2020-03-01", "2020-03-02T10:00:00", "2020-02"), "7"),
        ("{keep: earliest, by: M}", ("2020-03-01", "2020-02-29T10:00:00", "2020-03-02"), "7"),
        ("{keep: latest, by: M, date: edc}", ("UN-JAN-2020", "01-MAR-2020", "28-FEB-2020"), "7"),
        ("{keep: last, by: M}", ("9", "10", "-1"), "7"),
        ("{keep: first, by: M}", ("9", "-1.5", "10"), "7"),
    ],
)
def test_one_of_the_records_with_a_key_is_kept(word: str, values: tuple[str, ...], kept: str) -> None:
    doses = ("6", kept, "8")
    given_duplicates(
        word, *(f"002,2,13-FEB-2020,{dose},{value}" for dose, value in zip(doses, values, strict=True))
    )
    policy = word.strip("{}").split(",")[0].removeprefix("keep: ")
    note = (
        "mappings/sources.yaml:4:66 CED237 dose.csv: line {} left out: it has the key SUBJ '002', DAY '2' of "
        f"line 6, which has the {policy} M\n    dose.csv line {{}}, subject T1-002\n"
    )
    run = ced("build", "raw", "out")
    assert run.code == 0
    assert "2 notes in the raw data\n" + note.format(5, 5) + note.format(7, 7) in run.err
    assert raw_account()["tables"]["dose"]["duplicates left out"] == 2
    assert raw_account()["tables"]["dose"]["records"] == 6
    assert ("T1-002", "2020-02-13", float(kept)) in both_engines_agree()
    assert len(both_engines_agree()) == 4


def test_identical_records_are_one() -> None:
    given_duplicates("identical", "002,2,13-FEB-2020,6,x", "002,2,13-FEB-2020,6,x")
    run = ced("build", "raw", "out")
    assert run.code == 0
    assert (
        "mappings/sources.yaml:4:66 CED237 dose.csv: line 6 left out: it has the key SUBJ '002', DAY '2' of "
        "line 5, which is identical\n    dose.csv line 6, subject T1-002\n"
    ) in run.err
    assert raw_account()["tables"]["dose"]["duplicates left out"] == 1
    assert ("T1-002", "2020-02-13", 6.0) in both_engines_agree()


@pytest.mark.parametrize("word", ["{keep: latest, by: M}", "{keep: earliest, by: M}"])
def test_identical_records_are_one_also_where_another_word_chooses(word: str) -> None:
    policy = word.strip("{}").split(",")[0].removeprefix("keep: ")
    other = "2020-03-01" if policy == "latest" else "2020-03-03"
    row = "002,2,13-FEB-2020,6,2020-03-02"
    given_duplicates(word, row, f"002,2,13-FEB-2020,7,{other}", row)
    run = ced("build", "raw", "out")
    assert run.code == 0
    note = (
        "mappings/sources.yaml:4:66 CED237 dose.csv: line {} left out: it has the key SUBJ '002', DAY '2' of "
        "line 5, which {}\n    dose.csv line {}, subject T1-002\n"
    )
    assert note.format(6, f"has the {policy} M", 6) in run.err
    assert note.format(7, "is identical", 7) in run.err
    assert ("T1-002", "2020-02-13", 6.0) in both_engines_agree()


def test_records_with_one_key_that_differ_are_no_identical_ones() -> None:
    given_duplicates("identical", "002,2,13-FEB-2020,6,x", "002,2,13-FEB-2020,6,x", "002,2,13-FEB-2020,6,y")
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + "1 note in the raw data\n"
        + "mappings/sources.yaml:4:66 CED237 dose.csv: line 6 left out: it has the key SUBJ '002', DAY '2' "
        + "of line 5, which is identical\n    dose.csv line 6, subject T1-002\n"
        + ONE
        + "mappings/sources.yaml:4:17 CED259 dose.csv: lines 5 and 7 have the same key SUBJ '002', DAY '2'; "
        + "the key of a table stands in sources.yaml\n    dose.csv line 5, subject T1-002\n"
        + "    dose.csv line 7, subject T1-002\n",
    )


@pytest.mark.parametrize(
    ("word", "values", "shown", "hint"),
    [
        (
            "{keep: latest, by: M}",
            ("2020-03-01", "2020-03-01"),
            "line 5 '2020-03-01', line 6 '2020-03-01'",
            0,
        ),
        ("{keep: latest, by: M}", ("2020-03", "2020-03-01"), "line 5 '2020-03', line 6 '2020-03-01'", 0),
        ("{keep: latest, by: M}", ("2020-03-01", ""), "line 5 '2020-03-01', line 6 empty", 0),
        ("{keep: latest, by: M}", ("2020-03-01", "1.3.20"), "line 5 '2020-03-01', line 6 '1.3.20'", 0),
        ("{keep: first, by: M}", ("1", "1.0"), "line 5 '1', line 6 '1.0'", 1),
        ("{keep: first, by: M}", ("1", "two"), "line 5 '1', line 6 'two'", 1),
    ],
)
def test_records_of_which_none_can_be_chosen(
    word: str, values: tuple[str, str], shown: str, hint: int
) -> None:
    given_duplicates(word, *(f"002,2,13-FEB-2020,{6 + i},{value}" for i, value in enumerate(values)))
    keep = "first" if hint else "latest"
    needs = "each needs a number, one of them below all others"
    if not hint:
        needs = "each needs a date (ISO), one of them later than all others"
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + ONE
        + "mappings/sources.yaml:4:66 CED238 dose.csv: lines 5 and 6 have the same key SUBJ '002', DAY '2', "
        + f"and the {keep} M chooses none: {shown}; {needs}\n    dose.csv line 5, subject T1-002\n"
        + "    dose.csv line 6, subject T1-002\n",
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("latest", "66 CED007 'duplicates: latest' needs 'by', the column that decides"),
        (
            "{keep: identical, by: DAY}",
            "66 CED018 'by' does not go with 'duplicates: identical'; "
            "it goes with latest, earliest, last, first",
        ),
        (
            "{keep: last, by: DAY, date: ISO}",
            "66 CED018 'date' does not go with 'duplicates: last'; it goes with latest, earliest",
        ),
        ("{keep: last, by: DAYS}", "83 CED012 table dose lists no column DAYS; did you mean DAY?"),
        ("identcal", "66 CED008 'identcal' is not a value of 'duplicates'; did you mean identical?"),
        ("{keep: latest, by: DAY, date: edcc}", "96 CED023 'edcc' is no date format; did you mean edc?"),
    ],
)
def test_words_of_duplicates_that_are_wrong(word: str, said: str) -> None:
    given()
    spoil(SOURCES, "columns: [SUBJ, DAY", f"duplicates: {word}, columns: [SUBJ, DAY")
    assert ced("build", "raw", "out") == Run(
        10, SPECS + "1 error in the specs\n" + f"mappings/sources.yaml:4:{said}\n"
    )
