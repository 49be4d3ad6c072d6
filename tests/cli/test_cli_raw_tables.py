"""Raw tables that cannot be read end a build with exit code 11 and leave the former output as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from command_line import RAW_AE, SOURCES, SPECS, Run, ced, given_build, spoil, tree

from small_study import FILES

ONE = "1 error in the raw data\n"
TWO = "2 errors in the raw data\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("3,14-FEB-2020,14-FEB-2020", "3,14-FEB-2020"),
            "raw/ae.csv:4 CED216 1 row of table ae has fewer cells than the header (6); "
            "the row may be cut, or a line end within a cell is not quoted\n"
            "    ae line 4: 5 cells: 002,1,Nausea,3,14-FEB-2020\n",
        ),
        (
            ("3,14-FEB-2020,14-FEB-2020", "3,14-FEB-2020,14-FEB-2020,Y"),
            "raw/ae.csv:4 CED217 1 row of table ae has more cells than the header (6); "
            "a cell that holds ',' must be quoted\n"
            "    ae line 4: 7 cells: 002,1,Nausea,3,14-FEB-2020,14-FEB-2020,Y\n",
        ),
        (
            ("Bone pain", '"Bone pain'),
            'raw/ae.csv:3:7 CED213 a quoted cell of table ae is never closed: "Bone pain,2,UN-FEB-...; '
            "add the closing quote, or take the opening one away\n",
        ),
    ],
    ids=["short row", "long row", "unclosed row"],
)
def test_a_damaged_csv_table(change: tuple[str, str], said: str) -> None:
    before = given_build()
    spoil(RAW_AE, *change)
    assert ced("build", "raw", "out") == Run(11, SPECS + ONE + said)
    assert tree("out") == before


def test_a_header_that_is_not_as_declared() -> None:
    before = given_build()
    spoil(RAW_AE, "SEV", "SEVR")
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + TWO
        + "mappings/sources.yaml:5:81 CED220 column ae.SEV is not in the header of raw/ae.csv; "
        + "did you mean SEVR?\n"
        + "raw/ae.csv:1:4 CED221 column SEVR is not among the columns of table ae; did you mean SEV?\n",
    )
    assert tree("out") == before


def test_a_missing_file() -> None:
    before = given_build()
    Path(RAW_AE).rename("raw/aes.csv")
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + "1 note in the raw data\n"
        + "raw/aes.csv CED235 aes.csv stands in the raw folder, but no table reads it; did you mean ae.csv?\n"
        + ONE
        + "mappings/sources.yaml:5:17 CED202 the file of table ae is missing: raw/ae.csv; "
        + "did you mean aes.csv?\n",
    )
    assert tree("out") == before


def test_an_empty_raw_folder() -> None:
    before = given_build()
    Path("empty").mkdir()
    assert ced("build", "empty", "out") == Run(
        11,
        SPECS
        + ONE
        + "empty CED201 the raw folder empty holds no file; expected demog.csv, dose.csv, ae.csv\n",
    )
    assert tree("out") == before


def workbook(change: Callable[[Any], None]) -> None:
    """The table ae as a workbook, with something done to its sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for line in FILES[RAW_AE].splitlines():
        sheet.append([value or None for value in line.split(",")])
    change(sheet)
    Path(RAW_AE).unlink()
    book.save("raw/ae.xlsx")


def test_an_xlsx_table_gives_the_same_datasets_as_a_csv_table() -> None:
    before = given_build()
    spoil(SOURCES, "ae.csv", "ae.xlsx")
    workbook(lambda sheet: None)
    assert ced("build", "raw", "out").code == 0
    assert {n: d for n, d in tree("out").items() if n != "build.json"} == {
        n: d for n, d in before.items() if n != "build.json"
    }


def test_an_error_cell_in_an_xlsx_table() -> None:
    def spoiled(sheet: Any) -> None:
        sheet["D3"] = "#N/A"
        assert sheet["D3"].data_type == "e"

    before = given_build()
    spoil(SOURCES, "ae.csv", "ae.xlsx")
    workbook(spoiled)
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + ONE
        + "raw/ae.xlsx CED230 1 error in the sheet of table ae: D3 holds #N/A; "
        + "correct the formula or the value\n",
    )
    assert tree("out") == before


def test_an_unreadable_xlsx_table() -> None:
    before = given_build()
    spoil(SOURCES, "ae.csv", "ae.xlsx")
    Path(RAW_AE).rename("raw/ae.xlsx")
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + ONE
        + "raw/ae.xlsx CED225 the file of table ae is no xlsx workbook: it starts with b'SUBJ,AEN'; "
        + "save it as .xlsx, or write format: csv if it is text\n",
    )
    assert tree("out") == before


def test_a_file_of_two_tables_that_is_changed_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else build.json told of one of the two states, and data of both were in the output."""
    before = given_build()
    with Path(SOURCES).open("a") as stream:
        columns = "SUBJ, AENO, TERM, SEV, START, STOP"
        stream.write(f"  more: {{file: ae.csv, key: [SUBJ, AENO], page: 9, columns: [{columns}]}}\n")
    read, count = Path.read_bytes, iter(range(9))

    def changing(path: Path) -> bytes:
        content = read(path)
        return content + b"\n" * next(count) if path == Path(RAW_AE) else content

    monkeypatch.setattr(Path, "read_bytes", changing)
    run = ced("build", "raw", "out")
    assert run.code == 11
    assert "raw/ae.csv CED859 this file was changed while its tables were read; build again\n" in run.err
    assert tree("out") == before
