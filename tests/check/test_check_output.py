"""``ced-cdisc check`` as a user sees it: whole texts, JSON and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_folder import AE, DM, run, small_folder, write_dataset

TEXT = """\
study: 3 datasets (AE 3, DM 2, TS 1)
standards: SDTMIG (not told), SDTM CT 2024-09-27 (--standard)
  tell them with --standard, such as --standard SDTMIG=3.4 --standard CT=2024-09-27

error CED-C001  A variable with a codelist that cannot be extended has its terms alone
  DM.SEX: 1 record with a value that is no term of SEX (C66731), which cannot be extended
      row 2 S1-2: SEX=Male
  do: take a term of the codelist

error CED-S003  --SEQ is unique within a subject [CORE-000544 CG0028]
  AE.AESEQ: 2 records with the number of another record of the subject
      row 1 S1-1 seq 1: AESEQ=1
      and 1 more
  do: number the records anew

error CED-V008  Dates and times are ISO 8601, of days that exist
  AE.AESTDTC: 2 records with a text that is no date of ISO 8601, or a day that does not exist
      row 1 S1-1 seq 1: AESTDTC=2020-02-30
      and 1 more
  do: write the date as YYYY-MM-DD, as far as it is known

warning CED-S026  A start comes with its study day [CORE-000328 FB3202]
  AE has AESTDTC and no AESTDY
  do: derive the study day
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_folder(tmp_path / "study")


def test_the_text(folder: Path) -> None:
    result = run("study", "--standard", "CT=2024-09-27", "--records", "1", "--show-ids")
    findings, _, end = result.output.partition("\nnot applicable: ")
    assert findings == TEXT
    assert " rules, the version of SDTMIG is not told\n" in end
    assert end.splitlines()[-1].startswith("3 errors, 1 warning; ")
    assert result.exit_code == 1


def test_the_text_of_a_folder_without_findings(folder: Path) -> None:
    write_dataset(
        folder, "AE", [{**row, "AESEQ": n + 1.0, "AESTDTC": "2020-03-10"} for n, row in enumerate(AE)]
    )
    result = run("study", "--fail-on", "none")
    assert "CED-S026" in result.output and "error" not in result.output
    (folder / "ae.xpt").unlink()
    result = run("study", "--fail-on", "warning")
    assert result.output.splitlines()[-1].startswith("no findings; ")
    assert result.exit_code == 0


@pytest.mark.parametrize(("least", "code"), [("error", 0), ("warning", 1), ("none", 0)])
def test_exit_codes(folder: Path, least: str, code: int) -> None:
    """The only finding left is a warning."""
    write_dataset(
        folder, "AE", [{**row, "AESEQ": n + 1.0, "AESTDTC": "2020-03-10"} for n, row in enumerate(AE)]
    )
    assert run("study", "--fail-on", least).exit_code == code


def test_the_json(folder: Path) -> None:
    arguments = ("study", "--format", "json", "--standard", "CT=2024-09-27", "--records", "1", "--show-ids")
    result = run(*arguments)
    said = json.loads(result.output)
    assert [(d["name"], d["records"], d["variables"]) for d in said["datasets"]] == [
        ("AE", 3, 6),
        ("DM", 2, 6),
        ("TS", 1, 6),
    ]
    rules = {rule["id"]: rule for rule in said["rules"]}
    dates = rules["CED-V008"]
    assert (dates["status"], dates["looked"], dates["severity"]) == ("failed", 3, "error")
    (failure,) = dates["failures"]
    assert len(failure.pop("digest")) == 64
    assert failure == {
        "dataset": "AE",
        "variable": "AESTDTC",
        "text": "AE.AESTDTC: 2 records with a text that is no date of ISO 8601, or a day that does not exist",
        "count": 2,
        "spec": "",
        "standing": "new",
        "acceptance": None,
        "records": [{"row": 1, "subject": "S1-1", "sequence": "1", "values": {"AESTDTC": "2020-02-30"}}],
    }
    assert rules["CED-S002"]["status"] == "not applicable"
    assert rules["CED-S002"]["reason"] == "the version of SDTMIG is not told"
    assert (rules["CED-V001"]["status"], rules["CED-V001"]["looked"]) == ("passed", 30)
    assert run(*arguments).output == result.output


def test_the_digest_covers_records_that_are_not_listed(folder: Path) -> None:
    def digest() -> str:
        said = json.loads(run("study", "--format", "json", "--records", "0").output)
        return next(r for r in said["rules"] if r["id"] == "CED-V008")["failures"][0]["digest"]

    before = digest()
    write_dataset(folder, "AE", list(reversed(AE)))
    assert digest() == before, "the order of records is no matter"
    write_dataset(folder, "AE", [*AE[:2], {**AE[2], "AESTDTC": "APR2020"}])
    assert digest() != before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "Error: there is no folder nowhere\n"),
        (["study", "--define", "nothing.xml"], "Error: there is no file nothing.xml\n"),
        (["study", "--records", "-1"], "Error: --records needs a whole number from 0\n"),
        (
            ["study", "--standard", "SDTMIG=9"],
            "Error: SDTMIG=9 is no standard that can be named: SDTMIG 3.1.2, 3.1.3, 3.2, 3.3, 3.4; "
            "ADaMIG 1.0, 1.1, 1.2, 1.3; CT and its date\n",
        ),
        (
            ["study", "--standard", "CT=2015-01-01"],
            "Error: CT=2015-01-01: no CT of 2015-01-01; shipped: 2024-09-27\n",
        ),
    ],
)
def test_wrong_calls(folder: Path, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.output, result.exit_code) == (message, 2)


def test_a_variable_of_another_type_does_not_stop_the_rules(folder: Path) -> None:
    write_dataset(folder, "DM", [{**row, "AGE": "40", "SEX": 1.0} for row in DM])
    said = json.loads(run("study", "--format", "json", "--standard", "CT=2024-09-27").output)
    found = {f"{r['id']} {f['dataset']}.{f['variable']}" for r in said["rules"] for f in r["failures"]}
    assert {"CED-S013 DM.AGE", "CED-S013 DM.SEX"} <= found
    assert [r["id"] for r in said["rules"] if r["status"] == "not run"] == []
