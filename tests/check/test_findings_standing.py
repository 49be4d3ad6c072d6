"""A check held against findings.yaml, as a user sees it: what is accepted, new, changed, expired or gone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from held_folder import CALL, DATES, SEX, body, ending, failures, write
from small_folder import AE, DM, run, small_folder, write_dataset


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_folder(tmp_path / "study")


SEQUENCE = """\

error CED-S003  --SEQ is unique within a subject [CORE-000544 CG0028]
  AE.AESEQ: 2 records with the number of another record of the subject
      row 1 S1-1 seq 1: AESEQ=1
      row 2 S1-1 seq 1: AESEQ=1
  do: number the records anew
"""
DAY = """\

warning CED-S026  A start comes with its study day [CORE-000328 FB3202]
  AE has AESTDTC and no AESTDY
  do: derive the study day
"""


def test_accepted_findings_are_counted_and_not_listed(folder: Path) -> None:
    write(DATES, SEX)
    result = run(*CALL)
    assert body(result.output) == "held against findings.yaml\n" + SEQUENCE + DAY
    standings, summary = ending(result.output)
    assert standings == "2 accepted (2 errors), 2 new, 0 changed, 0 expired (--all lists them all)"
    assert re.fullmatch(
        r"1 error, 1 warning; \d+ rules passed, 4 failed \(2 with accepted findings only\), .*",
        summary,
    )
    assert result.exit_code == 1


def test_all_lists_them_with_person_and_reason(folder: Path) -> None:
    write(DATES, SEX)
    result = run(*CALL, "--all", "--records", "1")
    assert (
        "error CED-C001  A variable with a codelist that cannot be extended has its terms alone\n"
        "  DM.SEX: 1 record with a value that is no term of SEX (C66731), which cannot be extended\n"
        "      accepted by C. Dee (findings.yaml:10): Codes of the site: see the plan.\n"
        "      row 2 S1-2: SEX=Male\n"
        "  do: take a term of the codelist\n"
    ) in result.output
    assert (
        "  AE.AESTDTC: 2 records with a text that is no date of ISO 8601, or a day that does not exist\n"
        "      accepted by A. Bee until 2026-02-01 (findings.yaml:2): Dates as collected.\n"
        "      row 1 S1-1 seq 1: AESTDTC=2020-02-30\n"
        "      and 1 more\n"
    ) in result.output
    assert ending(result.output)[0] == "2 accepted (2 errors), 2 new, 0 changed, 0 expired"


def test_an_entry_holds_to_the_end_of_its_last_day(folder: Path) -> None:
    write(DATES)
    assert "expired on" not in run(*CALL, "--today", "2026-02-01").output
    result = run(*CALL, "--today", "2026-02-02", "--records", "0")
    assert (
        "error CED-V008  Dates and times are ISO 8601, of days that exist\n"
        "  AE.AESTDTC: 2 records with a text that is no date of ISO 8601, or a day that does not exist\n"
        "      expired on 2026-02-01, accepted by A. Bee (findings.yaml:2): Dates as collected.\n"
        "  do: write the date as YYYY-MM-DD, as far as it is known\n"
    ) in result.output
    assert ending(result.output)[0] == "0 accepted, 3 new, 0 changed, 1 expired"


def test_the_clock_decides_where_no_day_is_given(folder: Path) -> None:
    write(DATES.replace("2026-02-01", "1999-12-31"), SEX)
    call = [one for one in CALL if one not in ("--today", "2026-01-10")]
    assert ending(run(*call).output)[0].startswith("1 accepted (1 error), 2 new, 0 changed, 1 expired")


def test_other_records_are_a_changed_finding(folder: Path) -> None:
    write(DATES)
    write_dataset(folder, "AE", [*AE, {**AE[2], "AESEQ": 2.0, "AESTDTC": "APR2020"}])
    result = run(*CALL, "--records", "0")
    assert (
        "  AE.AESTDTC: 3 records with a text that is no date of ISO 8601, or a day that does not exist\n"
        "      changed: 2 records were accepted by A. Bee (findings.yaml:2): Dates as collected.\n"
    ) in result.output
    assert ending(result.output)[0] == "0 accepted, 3 new, 1 changed, 0 expired"


def test_another_value_in_as_many_records_is_a_changed_finding(folder: Path) -> None:
    write(DATES)
    write_dataset(folder, "AE", [*AE[:2], {**AE[2], "AESTDTC": "APR2020"}])
    assert (
        "      changed: other records or values were accepted by A. Bee (findings.yaml:2): Dates as "
        "collected.\n"
    ) in run(*CALL).output


def test_a_fact_that_is_another_one_is_changed(folder: Path) -> None:
    entry = "rule: CED-S026, dataset: AE, variable: AESTDY, digest: 0123456789abcdef, person: A, reason: S."
    write(f"  - {{{entry}}}\n")
    result = run(*CALL)
    assert (
        "  AE has AESTDTC and no AESTDY\n"
        "      changed: it was otherwise when it was accepted by A (findings.yaml:2): S.\n"
    ) in result.output


def test_any_number_of_records_stays_accepted(folder: Path) -> None:
    write(SEX)
    write_dataset(folder, "DM", [{**row, "SEX": "Female"} for row in DM])
    assert failures(*CALL)["CED-C001 DM.SEX"]["standing"] == "accepted"


def test_the_json_says_the_same(folder: Path) -> None:
    write(DATES, SEX)
    said = json.loads(run(*CALL, "--format", "json").stdout)
    assert said["findings file"] == {
        "file": "findings.yaml",
        "packages": [],
        "standings": {"new": 2, "accepted": 2, "changed": 0, "expired": 0},
    }
    found = failures(*CALL)
    assert found["CED-V008 AE.AESTDTC"]["standing"] == "accepted"
    assert found["CED-V008 AE.AESTDTC"]["acceptance"] == {
        "reason": "Dates as collected.",
        "person": "A. Bee",
        "until": "2026-02-01",
        "where": "findings.yaml:2",
        "records": "2",
    }
    assert found["CED-S003 AE.AESEQ"]["standing"] == "new"
    assert found["CED-S003 AE.AESEQ"]["acceptance"] is None
    assert run(*CALL, "--format", "json").stdout == run(*CALL, "--format", "json").stdout


def test_exit_codes_look_at_what_is_not_accepted(folder: Path) -> None:
    sequence = "  - {rule: CED-S003, dataset: AE, variable: AESEQ, records: any, person: A, reason: So.}\n"
    day = "  - {rule: CED-S026, dataset: AE, variable: AESTDY, records: any, person: A, reason: So.}\n"
    write(DATES, SEX, sequence)
    assert run(*CALL).exit_code == 0
    assert run(*CALL, "--fail-on", "warning").exit_code == 1
    write(DATES, SEX, sequence, day)
    result = run(*CALL, "--fail-on", "warning")
    assert result.exit_code == 0
    assert re.match(
        r"no findings but accepted ones; \d+ rules passed, 4 failed \(4 with", ending(result.output)[1]
    )
    assert run(*CALL, "--today", "2026-02-02").exit_code == 1


def test_an_entry_that_explains_nothing_is_told_and_lets_a_strict_check_fail(folder: Path) -> None:
    write(DATES, SEX.replace("CED-C001", "[CED-C001, SD0037]"))
    write_dataset(folder, "DM", [DM[0], {**DM[1], "SEX": "M"}])
    write_dataset(folder, "AE", [{**row, "AESEQ": n + 1.0} for n, row in enumerate(AE)])
    result = run(*CALL)
    assert body(result.output).startswith(
        "held against findings.yaml\n\n"
        "warning CED625  findings.yaml:10:5: CED-C001 finds nothing in DM.SEX any more\n"
        "  do: take CED-C001 out of the entry\n"
    )
    write_dataset(folder, "AE", [{**row, "AESEQ": n + 1.0, "AESTDTC": "2020-03"} for n, row in enumerate(AE)])
    result = run(*CALL)
    assert "findings.yaml:2:5: CED-V008 finds nothing in AE.AESTDTC any more\n  do: take the entry out\n" in (
        result.output
    )
    assert result.exit_code == 0
    assert run(*CALL, "--fail-on", "warning").exit_code == 1


def test_nothing_is_called_gone_that_the_check_cannot_know(folder: Path) -> None:
    """Of another folder, of a rule that needs tables that are not there, or of a file that cannot be read."""
    other = SEX.replace("dataset: DM", "dataset: LB")
    packaged = SEX.replace("dataset: DM", "dataset: DM\n    package: controls/sdtm").replace("SEX", "RACE")
    tables = SEX.replace("CED-C001", "CED-S002").replace("SEX", "AGE")
    foreign = SEX.replace("CED-C001", "FB2201").replace("SEX", "RFICDTC")
    write(SEX, other, packaged, tables, foreign)
    assert "CED625" not in run(*CALL).output
    write_dataset(folder, "DM", [DM[0], {**DM[1], "SEX": "M"}])
    assert "CED625" in run(*CALL).output
    (folder / "ae.xpt").write_bytes(b"no transport file")
    assert "CED625" not in run(*CALL).output
