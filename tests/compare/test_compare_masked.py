"""Who somebody is stands in no report of a comparison, unless it is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ced_cdisc.cli import main

HEAD = "USUBJID,LBSEQ,LBREFID,AVAL\n"
WHO = re.compile(r"\b9?10[1-9]\b|S1-00|197[0-9]")


@pytest.fixture(autouse=True)
def _sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects of LB are texts, and of DM are numbers alone, which stand in no list of words."""
    monkeypatch.chdir(tmp_path)
    for side, rows in (
        ("a", "S1-001,1,S1-001-A,5\nS1-001,2,S1-001-B,6\nS1-002,1,x,7\nS1-003,1,x,7\nS1-003,2,x,7\n"),
        ("b", "S1-001,1,S1-001-C,5\nS1-001,2,S1-001-B,9\nS1-003,1,x,7\nS1-009,1,x,7\n"),
    ):
        Path(side).mkdir()
        Path(side, "lb.csv").write_text(HEAD + rows, encoding="utf-8")
    for side, born in (("a", "1970-01-01"), ("b", "1970-01-02")):
        rows = "".join(f"{101 + n},{born},Anna {n},M\n" for n in range(4))
        Path(side, "adsl.csv").write_text("USUBJID,BRTHDTC,INVNAM,SEX\n" + rows, encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["compare", "a", "b", *arguments], prog_name="ced-cdisc")


def test_the_text() -> None:
    result = run("--keys", "LB=USUBJID,LBSEQ", "--keys", "ADSL=USUBJID", "--records", "1")
    assert result.exit_code == 1
    words = list(dict.fromkeys(re.findall("#[0-9a-f]{6}", result.stdout)))
    born, gone, more, new, one = words
    told = re.sub("  CED712 .*\n", "", result.stdout)  # what CSV does not know
    assert told.split("\n\n", 2)[2] == (
        "ADSL: 1 variable with other values\n"
        "  CED700 BRTHDTC differs in 4 of 4 records\n"
        "      '9999-99-99' -> '9999-99-99': 4\n"
        f"      USUBJID={born}: A '9999-99-99', B '9999-99-99'\n"
        "      and 3 more\n"
        "\n"
        "LB: 2 variables with other values, 3 records on one side only\n"
        f"  CED701 1 subject only in A, with 1 record: {gone} (1 record)\n"
        "  CED701 1 record only in A\n"
        f"      by subject: {more} (1)\n"
        f"      USUBJID={more} LBSEQ=2\n"
        f"  CED701 1 subject only in B, with 1 record: {new} (1 record)\n"
        "  CED701 note: 1 record only in A and as many only in B have the same keys but for USUBJID\n"
        f"      LBSEQ=1: A {gone}, B {new}\n"
        "  CED700 LBREFID differs in 1 of 3 records\n"
        f"      USUBJID={one} LBSEQ=1: A '{one}-A', B '{one}-C'\n"
        "  CED700 AVAL differs in 1 of 3 records\n"
        f"      USUBJID={one} LBSEQ=2: A '6', B '9'\n"
        "\n"
        "2 of 2 datasets differ\n"
    )
    assert result.stderr == "identifiers are masked; --show-ids shows them\n"


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_no_format_names_anybody(form: str) -> None:
    shown = run("--format", form, "--show-ids")
    assert {"101", "S1-00"} <= set(WHO.findall(shown.stdout)), "or nothing is tried here"
    assert shown.stderr == ""
    assert not WHO.search(run("--format", form).stdout)
    run("--format", form, "--out", "report")
    assert not WHO.search(Path("report").read_text(encoding="utf-8"))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_subjects_with_letters_beyond_ascii(encoding: str) -> None:
    for side in "ab":
        rows = f"USUBJID,AESEQ,AETERM\nSÉ-001,1,{side} SÉ-001-X\n"
        Path(side, "ae.csv").write_bytes(rows.encode(encoding))
    arguments = ("--encoding", encoding, "--dataset", "AE", "--keys", "USUBJID,AESEQ")
    assert "A 'a SÉ-001-X', B 'b SÉ-001-X'" in run(*arguments, "--show-ids").stdout
    masked = run(*arguments).stdout
    assert re.search("A 'a (#[0-9a-f]{6})-X', B 'b \\1-X'", masked)
    assert "001" not in masked


def test_a_record_in_json() -> None:
    said = json.loads(run("--format", "json", "--keys", "ADSL=USUBJID").stdout)
    (born,) = (one for one in said["datasets"][0]["differences"] if one["code"] == "CED700")
    assert re.fullmatch("#[0-9a-f]{6}", born["records"][0]["keys"].pop("USUBJID"))
    assert born["records"][0] == {"keys": {}, "a": "'9999-99-99'", "b": "'9999-99-99'"}
    assert born["details"] == ["'9999-99-99' -> '9999-99-99': 4"]


def test_repeated_keys_and_places_that_are_subjects() -> None:
    for side, value in (("a", "1"), ("b", "2")):
        rows = "".join(f"{101 + n % 4},{value if n % 4 == 1 else 0},v\n" for n in range(24))
        Path(side, "adsl.csv").write_text("USUBJID,AVAL,X\n" + rows, encoding="utf-8")
    arguments = ("--dataset", "ADSL", "--keys", "USUBJID", "--records", "0")
    shown, masked = run(*arguments, "--show-ids").stdout, run(*arguments).stdout
    assert "      such as USUBJID=101\n" in shown
    assert "exactly the records with USUBJID=102\n" in shown
    assert re.search("      such as USUBJID=#[0-9a-f]{6}\n", masked)
    assert re.search("exactly the records with USUBJID=#[0-9a-f]{6}\n", masked)
    assert not WHO.search(masked)
