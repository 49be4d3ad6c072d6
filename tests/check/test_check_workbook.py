"""The workbook of a check: its sheets, cells that look like formulas, and the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace
from openpyxl.utils.escape import unescape
from report_results import SHOWN, empty_result, failure, full_result, hostile_result, rule_text
from small_folder import run, small_folder

from ced_cdisc.core.conformance import CheckResult, Record, RuleResult
from ced_cdisc.write import check_workbook as module
from ced_cdisc.write.check_workbook import check_workbook

Rows = list[tuple[Any, ...]]


def sheets(content: bytes) -> dict[str, Rows]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def column(rows: Rows, name: str) -> list[Any]:
    return [row[rows[0].index(name)] for row in rows[1:]]


def test_the_sheets() -> None:
    read = sheets(check_workbook(full_result()))
    assert list(read) == ["Summary", "Findings", "Records", "Rules"]
    assert [row[:2] for row in read["Summary"]] == [
        ("Folder", "out/sdtm"),
        ("Standard", "SDTMIG 3.4 (define.xml)"),
        ("Errors", 2),
        ("Warnings", 4),
        ("Notes", 1),
        ("Accepted findings", 2),
        ("Rules passed", 1),
        ("Rules failed", 4),
        ("Rules not applicable", 1),
        ("Rules not run", 1),
        ("CDISC CORE engine", "0.17.1 (Python 3.12.1), SDTMIG 3.4"),
        ("Engine rules: issues", 1),
        ("Engine rules: passed", 1),
        ("Engine rules: skipped", 1),
        ("Engine rules: execution error", 2),
        ("Engine rules: out of scope", 1),
        (None, None),
        ("Dataset", "File"),
        ("AE", "ae.xpt"),
        ("DM", "dm.xpt"),
    ]
    assert read["Summary"][-1] == ("DM", "dm.xpt", 3, 6, "SDTM")


def test_findings() -> None:
    findings = sheets(check_workbook(full_result()))["Findings"]
    assert findings[0] == (
        "Severity", "Rule", "Title", "Dataset", "Variable", "Finding", "Records", "Spec", "File",
        "What to do", "Standing", "Reason", "Person", "Until", "Entry", "Public ids", "Digest",
    )  # fmt: skip
    assert findings[3] == (
        "error", "CED-V001", "title of CED-V001", "AE", "AEENDTC", "AE.AESTDTC: 3 records of no date", 3,
        "mappings/sdtm/ae.yaml:31", "out/sdtm/ae.xpt", "correct CED-V001", "accepted", "as collected",
        "A. Reader", "2026-12-31", "define/findings.yaml:12", "CG0001", f"{2:064x}",
    )  # fmt: skip
    assert column(findings, "Rule") == [
        "CED605", "CED-V001", "CED-V001", "CED-V006", "CED-V002", "CED-V002", "CED-V003", "CORE-000001",
        "CORE-000006",
    ]  # fmt: skip


def test_records_and_how_many_are_not_listed() -> None:
    records = sheets(check_workbook(full_result()))["Records"]
    assert records[0] == (
        "Severity", "Rule", "Dataset", "Variable", "Row", "Subject", "Sequence", "Values", "Standing", "Spec",
    )  # fmt: skip
    assert records[1:3] == [
        ("error", "CED-V001", "AE", "AESTDTC", 1, "S1-1", "7", "AESTDTC=2020-02-30 AEENDTC=(missing)", "new",
         "mappings/sdtm/ae.yaml:31"),
        ("error", "CED-V001", "AE", "AESTDTC", None, None, None, "and 1 more", "new",
         "mappings/sdtm/ae.yaml:31"),
    ]  # fmt: skip
    unlisted = RuleResult(rule_text("CED-V001"), "failed", failures=(failure(1, count=1200, records=()),))
    made = sheets(check_workbook(replace(full_result(), rules=(unlisted,))))["Records"]
    assert column(made, "Values")[0] == "1,200 records"


def test_rules() -> None:
    rules = sheets(check_workbook(full_result()))["Rules"]
    assert rules[0] == (
        "Rule", "Status", "Severity", "Title", "Family", "Looked at", "Findings", "Reason", "Standard",
        "Section", "Public ids", "What to do",
    )  # fmt: skip
    assert rules[6] == (
        "CED-V005", "not run", "error", "title of CED-V005", "values", 0, 0, "AESTDTC is a number", "SDTMIG",
        "4.1", "CG0001", "correct CED-V005",
    )  # fmt: skip
    assert rules[8][:8] == (
        "CORE-000001", "issues", "warning", "a date", "CDISC CORE engine", None, 1, None,
    )  # fmt: skip
    assert [row[7] for row in rules[10:]] == [
        "DM: Column not found: DMXX", "DM: KeyError: x", None, "AE: y",
    ]  # fmt: skip


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "#N/A", "\t=1", "001", "2020-01-01", "TRUE")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_a_text_whatever_it_looks_like(text: str) -> None:
    bad = failure(text=text, dataset=text, variable=text, records=(Record(1, text, text, ((text, text),)),))
    made = check_workbook(
        CheckResult(text, rules=(RuleResult(rule_text("CED-V001"), "failed", 1, text, (bad,)),))
    )
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        parts = [package.read(n).decode() for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(parts) == 4
    assert not any("<f>" in part or 't="e"' in part or 't="b"' in part for part in parts)
    book = openpyxl.load_workbook(io.BytesIO(made))
    shown = text.replace("\t", "\\t")
    for sheet, place in (("Summary", "B1"), ("Findings", "D2"), ("Records", "F2"), ("Records", "G2")):
        cell = book[sheet][place]
        assert (cell.value, cell.data_type, cell.number_format) == (shown, "s", "@")
    assert book["Records"]["H2"].value == f"{shown}={shown}"


def test_characters_that_a_workbook_cannot_hold() -> None:
    read = sheets(check_workbook(hostile_result()))
    assert column(read["Findings"], "Finding")[0] == SHOWN
    assert column(read["Findings"], "Reason")[2] == SHOWN
    assert column(read["Records"], "Subject")[0] == SHOWN


@pytest.mark.parametrize("text", ["_x0041_", "\U0001f600", "x" * 40_000])
def test_texts_that_excel_would_read_otherwise(text: str) -> None:
    rules = (RuleResult(rule_text("CED-V001"), "failed", failures=(failure(text=text),)),)
    (found,) = column(sheets(check_workbook(CheckResult("f", rules=rules)))["Findings"], "Finding")
    assert unescape(found) == (text if len(text) < 100 else "x" * (32_767 - 6) + " [cut]")


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 5)
    findings = sheets(check_workbook(full_result()))["Findings"]
    assert len(findings) == 5
    assert findings[-1][0] == "6 more rows than a sheet holds; the JSON report has them"


def test_an_empty_result() -> None:
    read = sheets(check_workbook(empty_result()))
    assert [len(read[name]) for name in ("Findings", "Records", "Rules")] == [1, 1, 1]


def test_the_same_bytes_whatever_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = check_workbook(full_result())
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert check_workbook(full_result()) == first


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study").mkdir()
    small_folder(tmp_path / "study")
    monkeypatch.chdir(tmp_path)
    ran = run("study", "--standard", "CT=2024-09-27", "--out", "check.xlsx")
    assert ran.exit_code == 1
    assert column(sheets(Path("check.xlsx").read_bytes())["Findings"], "Rule") == [
        "CED-C001", "CED-S003", "CED-V008", "CED-S026",
    ]  # fmt: skip
