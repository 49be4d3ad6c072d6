"""Whom a report is about is known whatever the encoding of the files, or its texts are hidden."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from small_folder import AE, DM, run, small_folder, write_dataset

CT = ("--standard", "CT=2024-09-27")
WORD = "#[0-9a-f]{6}"
NAME = "NN-~~12"
"""A subject; the two ~ become the bytes of letters beyond ASCII."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("study").mkdir()
    small_folder(Path("study"))


def write(name: str, rows: list[dict[str, object]], letter: bytes, *more: tuple[bytes, bytes]) -> None:
    write_dataset(Path("study"), name, [{k: who(v) for k, v in row.items()} for row in rows])
    path = Path("study", f"{name.lower()}.xpt")
    content = path.read_bytes()
    for old, new in ((b"~~", letter), *more):
        assert old in content and len(old) == len(new)
        content = content.replace(old, new)
    path.write_bytes(content)


def who(value: object) -> object:
    return value.replace("S1-1", NAME) if isinstance(value, str) else value


def people(name: str) -> list[str]:
    """Of the records of a dataset that a report has."""
    said = json.loads(run("study", *CT, "--format", "json").stdout)
    failures = [one for rule in said["rules"] for one in rule["failures"] if one["dataset"] == name]
    return sorted({record["subject"] for one in failures for record in one["records"]})


@pytest.mark.parametrize("of_dm", ["Éa".encode("windows-1252"), "É".encode()])
@pytest.mark.parametrize("of_ae", ["Éa".encode("windows-1252"), "É".encode()])
def test_subjects_with_letters_beyond_ascii(of_dm: bytes, of_ae: bytes) -> None:
    """A SUBJID that AE has in its terms alone is known from DM, in whatever encoding."""
    write("DM", [{**row, "SUBJID": f"S1-1{n}", "SEX": "Male"} for n, row in enumerate(DM)], of_dm)
    write("AE", [{**row, "AETERM": f" Fall of {row['USUBJID']}-X"} for row in AE], of_ae)
    shown, masked = (run("study", *CT, *more) for more in (["--show-ids"], []))
    assert "AETERM= Fall of NN-É" in shown.stdout
    assert not re.search("NN-|É", masked.stdout)
    assert len(set(re.findall(f"AETERM= Fall of {WORD}-X\n", masked.stdout))) == 2
    assert (len({*people("DM"), *people("AE")}) == 2) == (of_dm == of_ae), "one person has one word"


def test_a_file_that_other_texts_make_one_of_windows() -> None:
    """USUBJID is UTF-8 in both, but AE is read as windows-1252 for the sake of a term."""
    letter = "É".encode()
    write("DM", [{**row, "SEX": "Male"} for row in DM], letter)
    write("AE", [{**row, "AETERM": f" Fall@ {row['USUBJID']}"} for row in AE], letter, (b"@", b"\x92"))
    shown, masked = (run("study", *CT, *more) for more in (["--show-ids"], []))
    assert "AETERM= Fall\u2019 NN-Ã‰12" in shown.stdout
    assert not re.search("NN-|É|Ã", masked.stdout)
    assert people("AE") == people("DM")


def test_a_subject_that_shows_the_encoding_of_its_file() -> None:
    write("AE", AE, b"\xc9a")
    said = "warning CED608  ae.xpt has at AE.USUBJID row 1 the text b'{}', which is not utf-8\n"
    assert said.format("NN-\\xc9a12") in run("study", *CT, "--show-ids").stdout
    assert said.format("AA-\\aa9a99") in run("study", *CT).stdout


@pytest.mark.parametrize(
    ("term", "shown", "masked"),
    [("@ Dr. Bee", "'\\xc9 Dr. Bee'", "'\\aa9 Aa. Aaa'"), ("@'s Bee", '"\\xc9\'s Bee"', '"\\aa9\'a Aaa"')],
)
def test_a_term_that_shows_the_encoding_of_its_file(term: str, shown: str, masked: str) -> None:
    write("AE", [{**row, "AETERM": term} for row in AE], b"ab", (b"@", b"\xc9"))
    said = "warning CED608  ae.xpt has at AE.AETERM row 1 the text b{}, which is not utf-8\n"
    assert said.format(shown) in run("study", *CT, "--show-ids").stdout
    assert said.format(masked) in run("study", *CT).stdout


def test_a_value_that_a_json_file_has_of_another_type() -> None:
    name = "A. Bee"
    column = {"itemOID": "A", "name": "AGE", "label": "Age", "dataType": "integer"}
    head = {"datasetJSONVersion": "1.1.0", "records": 1, "name": "DM", "label": "x", "columns": [column]}
    Path("study/dm.json").write_text(json.dumps({**head, "rows": [[name]]}))
    Path("study/dm.xpt").unlink()
    said = "error CED606  dm.json has '{}' in AGE row 1, which is no integer\n"
    assert said.format(name) in run("study", *CT, "--show-ids").stdout
    assert said.format("A. Aaa") in run("study", *CT).stdout


def test_texts_are_hidden_where_the_subjects_cannot_be_read() -> None:
    terms = (" Fall of NN-12-X", " 101 or 2020-03-01", "Dr. Who's Rash")
    write_dataset(Path("study"), "AE", [{**row, "AETERM": t} for row, t in zip(AE, terms, strict=True)])
    notice = (
        "identifiers are masked, and all texts, as the subjects of dm.xpt are not known; --show-ids shows "
        "them\n"
    )
    assert notice not in run("study", *CT).stderr
    dm = Path("study/dm.xpt")
    dm.write_bytes(dm.read_bytes()[:-10])
    result = run("study", *CT)
    assert "AETERM= Aaaa of AA-99-A\n" in result.stdout
    assert "AETERM= 101 or 2020-03-01\n" in result.stdout
    assert result.stderr.endswith(notice)
    assert "AETERM= Fall of NN-12-X\n" in run("study", *CT, "--show-ids").stdout
