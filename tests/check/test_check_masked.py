"""Who somebody is stands in no report of a check, unless it is asked for."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from held_folder import digests
from small_folder import AE, DM, run, small_folder, write_dataset

CT = ("--standard", "CT=2024-09-27")
WORD = "#[0-9a-f]{6}"
WHO = re.compile(r"S1-[12]|1970|NN-1[12]\b|'1[12]'")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each subject has a SUBJID; one birth date is no date, and terms have subjects in them."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "study"
    folder.mkdir()
    small_folder(folder)
    born = ["1970-02-30", "1971"]
    write_dataset(
        folder, "DM",
        [{**row, "SUBJID": f"NN-1{n + 1}", "BRTHDTC": born[n]} for n, row in enumerate(DM)],
    )  # fmt: skip
    write_dataset(folder, "AE", [{**row, "AETERM": f" Fall of {row['USUBJID']}-X"} for row in AE])


def written(kind: str, *more: str) -> str:
    """A report as it goes to a file, whatever its kind, as one text."""
    report = Path(f"report.{kind}")
    assert run("study", *CT, "--out", f"{report}", *more).exit_code == 1
    if kind != "xlsx":
        return report.read_text(encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(report.read_bytes()))
    return "\n".join(str(c.value) for sheet in book for row in sheet for c in row if c.value is not None)


def test_the_text_and_the_word_that_says_so() -> None:
    result = run("study", *CT)
    first, second = dict.fromkeys(re.findall(WORD, result.stdout[result.stdout.index("CED-S003") :]))
    body = result.stdout.partition("CT=2024-09-27\n")[2].partition("\nwarning")[0]
    assert body == (
        "\n"
        "error CED-C001  A variable with a codelist that cannot be extended has its terms alone\n"
        "  DM.SEX: 1 record with a value that is no term of SEX (C66731), which cannot be extended\n"
        f"      row 2 {second}: SEX=Male\n"
        "  do: take a term of the codelist\n"
        "\n"
        "error CED-S003  --SEQ is unique within a subject [CORE-000544 CG0028]\n"
        "  AE.AESEQ: 2 records with the number of another record of the subject\n"
        f"      row 1 {first} seq 1: AESEQ=1\n"
        f"      row 2 {first} seq 1: AESEQ=1\n"
        "  do: number the records anew\n"
        "\n"
        "error CED-V001  No text begins with a blank [CORE-000867 FB1501]\n"
        "  AE.AETERM: 3 records with a blank at the beginning\n"
        f"      row 1 {first} seq 1: AETERM= Fall of {first}-X\n"
        f"      row 2 {first} seq 1: AETERM= Fall of {first}-X\n"
        f"      row 3 {second} seq 1: AETERM= Fall of {second}-X\n"
        "  do: take the blanks away\n"
        "\n"
        "error CED-V008  Dates and times are ISO 8601, of days that exist\n"
        "  AE.AESTDTC: 2 records with a text that is no date of ISO 8601, or a day that does not exist\n"
        f"      row 1 {first} seq 1: AESTDTC=2020-02-30\n"
        f"      row 3 {second} seq 1: AESTDTC=MAR2020\n"
        "  DM.BRTHDTC: 1 record with a text that is no date of ISO 8601, or a day that does not exist\n"
        f"      row 1 {first}: BRTHDTC=9999-99-99\n"
        "  do: write the date as YYYY-MM-DD, as far as it is known\n"
    )
    assert result.stderr.endswith("identifiers are masked; --show-ids shows them\n")
    whole = run("study", *CT, "--show-ids")
    assert "      row 1 S1-1: BRTHDTC=1970-02-30\n" in whole.stdout
    assert "masked" not in whole.stderr


@pytest.mark.parametrize("kind", ["txt", "json", "xml", "sarif", "xlsx"])
def test_no_report_in_a_file_names_anybody(kind: str) -> None:
    said = written(kind)
    assert not WHO.search(said)
    assert len(set(re.findall(WORD, said))) == 2
    assert {"S1-1", "S1-2", "1970"} <= set(WHO.findall(written(kind, "--show-ids")))


def test_annotations_name_nobody() -> None:
    assert not WHO.search(run("study", *CT, "--format", "github").stdout)
    assert WHO.search(run("study", *CT, "--format", "github", "--show-ids").stdout)


def test_a_record_in_json() -> None:
    said = json.loads(run("study", *CT, "--format", "json").stdout)
    dates = next(rule for rule in said["rules"] if rule["id"] == "CED-V008")["failures"]
    who = dates[0]["records"][0].pop("subject")
    assert re.fullmatch(WORD, who)
    assert dates[0]["records"][0] == {"row": 1, "sequence": "1", "values": {"AESTDTC": "2020-02-30"}}
    assert dates[1]["records"] == [
        {"row": 1, "subject": who, "sequence": "", "values": {"BRTHDTC": "9999-99-99"}}
    ]


def test_what_is_accepted_is_known_by_its_whole_values() -> None:
    """The digests are the same with and without names, and other people behind them are a change."""
    whole = json.loads(run("study", *CT, "--format", "json", "--show-ids").stdout)
    shown = {f["digest"] for rule in whole["rules"] for f in rule["failures"]}
    assert set(digests().values()) == shown
    accepted = run(
        "study", *CT, "--findings", "findings.yaml", "--accept", "CED-V008:DM.BRTHDTC",
        "--person", "A. Bee", "--reason", "S1-1 has no other date", "--all",
    )  # fmt: skip
    assert "accepted by A. Bee" in accepted.stdout
    assert not WHO.search(accepted.stdout)
    assert "S1-1 has no other date" in Path("findings.yaml").read_text(encoding="utf-8")
    again = run("study", *CT, "--findings", "findings.yaml")
    assert "1 accepted" in again.stdout
    people = [{**row, "USUBJID": f"S1-{n + 5}"} for n, row in enumerate(DM)]
    write_dataset(
        Path("study"), "DM",
        [{**row, "SUBJID": f"NN-1{n}", "BRTHDTC": "1970-02-31"} for n, row in enumerate(people)],
    )  # fmt: skip
    assert "0 accepted" in run("study", *CT, "--findings", "findings.yaml").stdout


def test_the_same_data_give_the_same_word_and_others_another() -> None:
    one = run("study", *CT).stdout
    assert run("study", *CT).stdout == one
    write_dataset(Path("study"), "AE", AE)
    assert set(re.findall(WORD, one)).isdisjoint(re.findall(WORD, run("study", *CT).stdout))
