"""The catalogue of codes is complete, and every code is seen in a test; tests/docs holds its pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ced_cdisc.core.codes import CODES
from ced_cdisc.core.findings import Stage

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\bCED\d{3}\b")
CATALOGUE = sorted((ROOT / "src" / "ced_cdisc" / "core" / "codes").glob("*.py"))


def codes_in(folder: Path, *without: Path) -> set[str]:
    files = [path for path in folder.rglob("*") if path.suffix in (".py", ".yaml") and path not in without]
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_the_catalogue_holds_the_codes_of_the_source_and_no_others() -> None:
    used = codes_in(ROOT / "src", *CATALOGUE)
    assert len(CODES) > 400
    assert sorted(used - set(CODES)) == []
    assert sorted(set(CODES) - used) == []


def test_every_code_is_seen_in_a_test() -> None:
    seen = codes_in(ROOT / "tests", Path(__file__))
    assert sorted(set(CODES) - seen) == []


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CODES["CED999"] = CODES["CED001"]  # pyright: ignore[reportIndexIssue]


def test_titles_are_short_and_remedies_say_what_to_do() -> None:
    for code, entry in CODES.items():
        assert entry.title == entry.title.strip(), code
        assert 0 < len(entry.title) <= 100, code
        assert 0 < len(entry.remedy) <= 100, code
        assert not entry.title.endswith("."), code
        assert not entry.remedy.endswith("."), code


def test_the_hundreds_say_the_stage() -> None:
    """0, 1 specs, 2 raw data, 3 transport files (33x, 34x: read), 4 folders, 5, 6 checks, 7 files, 8 raw."""
    for code, entry in CODES.items():
        stages = {
            "0": Stage.SPEC,
            "1": Stage.SPEC,
            "2": Stage.RAW,
            "3": Stage.OUTPUT,
            "4": Stage.OUTPUT,
            "5": Stage.CHECK,
            "6": Stage.CHECK,
            "7": Stage.CHECK,
            "8": Stage.RAW,
        }
        expected = stages[code[3]]
        if code == "CED265":  # a check of the user, carried out on the data
            expected = Stage.CHECK
        elif code == "CED295":  # what the data were numbered by, written with the output
            expected = Stage.OUTPUT
        elif code.startswith(("CED33", "CED34", "CED72")) or code in (
            "CED714",
            "CED715",
            "CED716",
        ):  # files read
            expected = Stage.RAW
        # what a workbook, or the format of a converted file, cannot hold
        elif code in ("CED570", "CED575") or code.startswith("CED73"):
            expected = Stage.OUTPUT
        elif code.startswith(("CED56", "CED57")) or code == "CED817":  # a workbook is a specification
            expected = Stage.SPEC
        elif code.startswith("CED76"):  # raw files of which nothing is known yet
            expected = Stage.RAW
        elif code.startswith("CED77"):  # what is proposed from them
            expected = Stage.OUTPUT if code == "CED770" else Stage.SPEC
        elif code.startswith(("CED74", "CED75")):  # commands around the specs, and the files that they write
            expected = Stage.SPEC if code < "CED750" else Stage.OUTPUT
        elif code in ("CED780", "CED781"):  # a plug-in at fault with the data
            expected = Stage.RAW
        elif code == "CED785":  # tests of specs are specs
            expected = Stage.SPEC
        assert entry.stage is expected, code
