"""``ced-cdisc check --out``: which files it writes, which it leaves alone, and what it says."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from lxml import etree
from report_results import SHOWN, full_result, hostile_result
from small_folder import run as masked_run
from small_folder import small_folder

from ced_cdisc.report.check_text import check_text


def run(*words: str) -> Result:
    """A check that names subjects: what is masked is tested in test_check_masked.py."""
    return masked_run(*words, "--show-ids")


EXPECTED = (
    "expected a file that ends in .txt, .json, .xml (JUnit), .sarif or .xlsx, or FORMAT=FILE with one of "
    "text, json, junit, sarif, xlsx"
)
READ = "a check of study would read this file as data"
TOLD = ("--standard", "CT=2024-09-27")


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_folder(tmp_path / "study")


def kind(file: str) -> str:
    """Which report a file holds, by reading it."""
    content = Path(file).read_bytes()
    if content.startswith(b"PK"):
        return "xlsx" if "Findings" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames else "?"
    if content.startswith(b"<?xml"):
        return etree.fromstring(content).tag
    if content.startswith(b"{"):
        return "sarif" if "runs" in json.loads(content) else "json"
    return "text"


def test_several_reports_beside_the_text() -> None:
    alone = run("study", *TOLD)
    outs = ["a.txt", "a.json", "a.xml", "a.sarif", "b.sarif.json", "reports/ci/a.XLSX"]
    ran = run("study", *TOLD, *(word for out in outs for word in ("--out", out)))
    assert ran.stdout == alone.stdout
    assert ran.stderr == "".join(f"{out} written\n" for out in outs)
    assert ran.exit_code == 1
    assert [kind(out) for out in outs] == ["text", "json", "testsuites", "sarif", "sarif", "xlsx"]
    assert Path("a.txt").read_text(encoding="utf-8") == alone.stdout


@pytest.mark.parametrize("format_", ["text", "json", "junit", "sarif", "xlsx"])
def test_the_format_can_be_named(format_: str) -> None:
    assert run("study", *TOLD, "--out", f"{format_}=report.out").exit_code == 1
    assert kind("report.out") == {"junit": "testsuites"}.get(format_, format_)


@pytest.mark.parametrize("format_", ["json", "junit", "sarif"])
def test_a_file_has_what_standard_output_has(format_: str) -> None:
    assert run("study", *TOLD, "--out", f"{format_}=report").exit_code == 1
    assert Path("report").read_bytes() == run("study", *TOLD, "--format", format_).stdout_bytes


def test_a_former_report_is_replaced() -> None:
    outs = ["a.txt", "a.json", "a.xml", "a.sarif", "a.xlsx"]
    words = [word for out in outs for word in ("--out", out)]
    assert run("study", *TOLD, *words).exit_code == 1
    before = {out: Path(out).read_bytes() for out in outs}
    (Path("study") / "ae.xpt").unlink()
    assert run("study", *TOLD, *words).exit_code == 1
    assert all(Path(out).read_bytes() != before[out] for out in outs)
    Path("empty.xml").touch()
    assert run("study", *TOLD, "--out", "empty.xml").stderr == "empty.xml written\n"
    assert run("nowhere", "--out", "a.txt").exit_code == 2


def test_a_report_may_stand_beside_the_data() -> None:
    assert run("study", *TOLD, "--out", "study/check.sarif", "--out", "study/check.xml").exit_code == 1
    ran = run("study", *TOLD, "--out", "study/check.sarif", "--out", "study/check.xml")
    assert ran.stderr == "study/check.sarif written\nstudy/check.xml written\n"
    assert "CED6" not in ran.stdout


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("report", f"--out report: {EXPECTED}"),
        ("report.html", f"--out report.html: {EXPECTED}"),
        ("html=report.html", f"--out html=report.html: {EXPECTED}"),
        ("github=a.txt.gh", f"--out github=a.txt.gh: {EXPECTED}"),
        ("json=", f"--out json=: {EXPECTED}"),
        ("", f"--out : {EXPECTED}"),
        (".sarif", f"--out .sarif: {EXPECTED}"),
        ("study/ae.json", f"--out study/ae.json: {READ}"),
        ("study/new/ae.json", f"--out study/new/ae.json: {READ}"),
        ("text=study/ae.xpt", f"--out study/ae.xpt: {READ}"),
        ("x/../study/define.xml", f"--out x/../study/define.xml: {READ}"),
        ("define.xml", "--out define.xml: it is there, and no report of a check; name another file"),
        ("raw.txt", "--out raw.txt: it is there, and no report of a check; name another file"),
        ("lb.json", "--out lb.json: it is there, and no report of a check; name another file"),
        ("specs.xlsx", "--out specs.xlsx: it is there, and no report of a check; name another file"),
        ("no.xlsx", "--out no.xlsx: it is there, and no report of a check; name another file"),
        ("json=other", "--out other: it is a folder; name another file"),
        ("json=raw.txt/a", "--out raw.txt/a: cannot be looked at: Not a directory"),
    ],
)  # fmt: skip
def test_what_is_refused_before_anything_is_read(out: str, message: str) -> None:
    Path("define.xml").write_text("<?xml version='1.0'?><ODM/>")
    Path("raw.txt").write_text("SUBJ,AE: 2 datasets\n")
    Path("lb.json").write_text('{"datasetJSONVersion": "1.1.0"}')
    Path("no.xlsx").write_bytes(b"PK\x03\x04 none")
    Path("other").mkdir()
    openpyxl.Workbook().save("specs.xlsx")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    ran = run("study", "--out", out)
    assert (ran.stdout, ran.stderr, ran.exit_code) == ("", f"Error: {message}\n", 2)
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_one_file_cannot_hold_two_reports() -> None:
    ran = run("study", "--out", "a.json", "--out", "sarif=./a.json")
    assert (ran.output, ran.exit_code) == ("Error: --out names a.json twice\n", 2)


def test_a_workbook_is_not_printed() -> None:
    ran = run("study", "--format", "xlsx")
    assert ran.output == "Error: a workbook is not written to standard output: use --out FILE.xlsx\n"
    assert ran.exit_code == 2


@pytest.mark.skipif(os.name != "posix", reason="links need no privilege on POSIX alone")
def test_a_link_to_data_is_not_written_through() -> None:
    Path("report.json").symlink_to("study/dm.xpt")
    before = Path("study/dm.xpt").read_bytes()
    ran = run("study", "--out", "report.json")
    assert ran.output == "Error: --out report.json: a check of study would read this file as data\n"
    assert Path("study/dm.xpt").read_bytes() == before
    Path("loop.json").symlink_to("loop.json")
    ran = run("study", "--out", "loop.json")
    assert ran.output == "Error: --out loop.json: cannot be looked at: Too many levels of symbolic links\n"


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="a device that is always full is there on Linux only"
)
def test_a_device_is_no_report_to_be_written_over() -> None:
    Path("a.sarif").symlink_to("/dev/full")
    ran = run("study", *TOLD, "--out", "a.sarif")
    assert ran.output == "Error: --out a.sarif: it is there, and no report of a check; name another file\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the administrator may write anywhere")
def test_a_folder_that_cannot_be_written() -> None:
    Path("shut").mkdir(mode=0o500)
    ran = run("study", *TOLD, "--out", "shut/a.sarif")
    assert ran.stderr == "Error: shut/a.sarif cannot be written: Permission denied\n"


def test_what_cannot_be_written_is_told_after_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ran = run("study", *TOLD, "--out", "a.sarif")
    assert ran.stdout.startswith("study: 3 datasets (AE 3, DM 2, TS 1)\n")
    assert ran.stderr == "Error: a.sarif cannot be written: No space left on device\n"
    assert ran.exit_code == 2


def test_findings_of_one_rule_name_the_line_to_edit() -> None:
    assert (
        "error CED-V001  title of CED-V001 [CG0001]\n"
        "  AE.AESTDTC: 2 records of no date\n"
        "    edit mappings/sdtm/ae.yaml:31\n"
        "      row 1 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)\n"
        "      and 1 more\n"
    ) in check_text(full_result())


def test_the_text_has_printable_lines_alone() -> None:
    text = check_text(hostile_result())
    assert (
        f"  {SHOWN}\n    edit {SHOWN}:7\n      row 1 {SHOWN} seq {SHOWN}: {SHOWN}={SHOWN} X=(missing)\n"
        in text
    )
    assert {char for char in text if not char.isprintable()} == {"\n"}
