"""SAS datasets as raw tables: real files against another reader, and values through a stand-in for the file.

Nothing here can write a SAS7BDAT. What always runs reads transport files through the same library, in place of
SAS datasets; the tests of real files skip where there are none (tests/read/sas_files.py).
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyreadstat
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from sas_files import sas_file

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.core.xpt import XptMember, XptVariable, split_format
from ced_cdisc.read import sas7bdat
from ced_cdisc.read.tables import RawTable, TableContract, read_table
from ced_cdisc.write.xpt import write_xpt

SPEC = Location("mappings/sources.yaml", 4, 3)
LAB = TableContract("lab", "lab.sas7bdat", "sas7bdat", ("SUBJ", "RES"), SPEC, encoding="")
STAMP = "01JAN20:00:00:00"
REAL = [*(f"test{n}" for n in range(1, 17)), "airline", "productsales", "test_12659"]


def read(content: bytes, contract: TableContract = LAB) -> RawTable:
    Path("raw", contract.file).write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    return table


def said(content: bytes, contract: TableContract = LAB) -> list[str]:
    Path("raw", contract.file).write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    assert all(f.stage.value == 11 for f in found)
    return [str(f) for f in found]


def stand_in(monkeypatch: pytest.MonkeyPatch, special: dict[tuple[str, int], str] | None = None) -> None:
    """Transport files are read in place of SAS datasets, with special missing values in some cells."""

    def opened(source: Any, *, user_missing: bool = False, row_offset: int = 0, **more: Any) -> Any:
        data, said = pyreadstat.read_xport(source, row_offset=row_offset, **more)
        for (name, row), code in (special or {}).items() if user_missing else ():
            if name in data and 0 <= row - row_offset < len(data[name]):
                data[name][row - row_offset] = code
        # of a transport file ReadStat does not know how many rows there are
        said.number_rows = 4
        return data, said

    monkeypatch.setattr(pyreadstat, "read_sas7bdat", opened)


def transport(results: list[float | None], form: str, subjects: list[str | None] | None = None) -> bytes:
    subjects = subjects or ["001", " 2", "003", "004"]
    variables = (XptVariable("SUBJ", "", "Char", 6), XptVariable("RES", "", "Num", 8, *split_format(form)))
    data = pl.DataFrame(
        {"SUBJ": pl.Series(subjects, dtype=pl.String), "RES": pl.Series(results, dtype=pl.Float64)}
    )
    stream = BytesIO()
    write_xpt(stream, data, XptMember("LAB", "", variables, STAMP, STAMP))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("form", "values", "texts"),
    [
        ("", [424.0, 2.22, 1.2e8, None], ["424", "2.22", "120000000", None]),
        ("8.2", [0.1 + 0.2, -0.5, 7.0, 0.0], ["0.30000000000000004", "-0.5", "7", "0"]),
        ("DATE9.", [21000.0, -1.0, None, 0.0], ["2017-06-30", "1959-12-31", None, "1960-01-01"]),
        ("E8601DA10.", [21000.0] * 4, ["2017-06-30"] * 4),
        ("DATETIME20.", [1814400001.25, 0.0, None, None], ["2017-06-30T00:00:01.25", "1960-01-01T00:00:00", None, None]),
        ("TIME5.", [30060.0, 93784.0, None, 0.0], ["08:21:00", "26:03:04", None, "00:00:00"]),
        ("MONYY5.", [21000.0] * 4, ["21000"] * 4),
    ],
)  # fmt: skip
def test_numbers_become_the_text_that_they_stand_for(
    monkeypatch: pytest.MonkeyPatch, form: str, values: list[float | None], texts: list[str | None]
) -> None:
    stand_in(monkeypatch)
    table = read(transport(values, form))
    assert table.frame.columns == ["SUBJ", "RES", "__row"]
    assert table.frame["SUBJ"].to_list() == ["001", " 2", "003", "004"]
    assert table.frame["RES"].to_list() == texts
    assert table.frame["__row"].to_list() == [1, 2, 3, 4]


def test_special_missing_values_are_a_fault_until_listed_and_blocks_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, {("RES", 1): "A", ("RES", 3): "_"})
    content = transport([5.5, None, 7.0, None], "")
    for cells in (1 << 22, 2, 1):  # all at once, and a row a block
        monkeypatch.setattr(sas7bdat, "_CELLS", cells)
        assert said(content) == [
            "raw/lab.sas7bdat:2 CED243 column lab.RES holds the special missing value .A, in row 2; "
            "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
            "for lines that read '.A'",
            "raw/lab.sas7bdat:4 CED243 column lab.RES holds the special missing value ._, in row 4; "
            "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
            "for lines that read '._'",
        ]
        contract = replace(LAB, missing=(".A", "._"))
        assert read(content, contract).frame["RES"].to_list() == ["5.5", None, "7", None]


def test_half_a_day_and_blank_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    assert said(transport([None, 21000.5, None, None], "DATE9.")) == [
        "raw/lab.sas7bdat:2 CED244 column lab.RES holds 21000.5, in row 2, which its format DATE9. cannot show; "
        "correct it, or take the format away"
    ]
    content = transport([1.0, None, 2.0, 3.0], "", ["1", None, "3", "4"])
    assert said(content) == ["raw/lab.sas7bdat:2 CED218 1 blank row of table lab left out: 2"]
    table, _ = read_table(Path("raw"), replace(LAB, columns=("NR", "RES"), names={"NR": "SUBJ"}))
    assert table is not None and table.frame.rows() == [("1", "1", 1), ("3", "2", 3), ("4", "3", 4)]


def test_the_columns_are_compared_with_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    assert said(transport([1.0] * 4, ""), replace(LAB, columns=("SUBJ", "RES", "UNIT"))) == [
        "mappings/sources.yaml:4:3 CED220 column lab.UNIT is not in the header of raw/lab.sas7bdat; "
        "the header has SUBJ, RES"
    ]


def test_what_is_no_sas_dataset() -> None:
    broken = "raw/lab.sas7bdat CED246 the file of table lab is damaged or no SAS dataset: {}; copy it again; if texts are the reason, write its encoding at mappings/sources.yaml:4:3"
    assert said(b"SUBJ,RES\n001,x\n" * 100) == [
        broken.format("Invalid file, or file has unsupported features")
    ]
    assert said(b"x") == [broken.format("Unable to read from file")]


def test_the_package_is_named_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sas7bdat, "find_spec", lambda name: None)
    assert said(b"x") == [
        "mappings/sources.yaml:4:3 CED247 table lab is a SAS dataset, and the package that reads those is not "
        "installed; pip install 'ced-cdisc[sas]'"
    ]
    Path("lab.sas7bdat").write_bytes(b"x")
    done = CliRunner().invoke(main, ["convert", "lab.sas7bdat", "lab.xpt"])
    assert done.exit_code == 11
    assert (
        "CED247 lab.sas7bdat is a SAS dataset, and the package that reads those is not installed; pip"
        in done.output
    )


def test_convert_says_what_is_no_sas_dataset() -> None:
    Path("lab.sas7bdat").write_bytes(b"x")
    done = CliRunner().invoke(main, ["convert", "lab.sas7bdat", "lab.xpt"])
    assert done.exit_code == 11
    assert (
        "lab.sas7bdat CED246 lab.sas7bdat is damaged or no SAS dataset: Unable to read from file; copy it again"
        in " ".join(done.output.split())
    )


@pytest.mark.parametrize("name", REAL)
def test_real_files_agree_with_pandas(name: str) -> None:
    """pandas reads the format with code of its own; its dates are checked as days since 1960."""
    file = sas_file(f"{name}.sas7bdat")
    theirs = pd.read_sas(file, encoding="infer")
    columns = tuple(str(column) for column in theirs.columns)
    contract = replace(LAB, file=f"{name}.sas7bdat", columns=columns)
    table = read(file.read_bytes(), contract)
    rows = [row - 1 for row in table.frame["__row"].to_list()]
    for column in columns:
        assert table.frame[column].to_list() == [
            text_of(theirs[column].iloc[row], shown=name != "productsales") for row in rows
        ], column


def text_of(value: Any, shown: bool) -> str | None:
    """What a value of pandas must be; a month alone (productsales) stays the number of the day."""
    if value is None or value is pd.NaT or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        assert value == value.normalize()
        return value.date().isoformat() if shown else str((value.date() - date(1960, 1, 1)).days)
    return value if isinstance(value, str) else np.format_float_positional(value, trim="-")


def test_special_missing_values_of_a_real_file() -> None:
    """The first missing number of a file is made a special one, as SAS stores .A: one byte."""
    content = sas_file("test16.sas7bdat").read_bytes()
    names = tuple(f"Column{n}" for n in range(1, 101))
    contract = replace(LAB, columns=names)
    assert read(content, contract).frame["Column8"][0] is None
    content = content[: 10864 + 5] + b"\xfd" + content[10864 + 6 :]
    assert said(content, contract) == [
        "raw/lab.sas7bdat:1 CED243 column lab.Column8 holds the special missing value .A, in row 1; "
        "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
        "for lines that read '.A'"
    ]


@pytest.mark.parametrize("left", [400, 5000, 70_000])
def test_a_real_file_that_is_cut(left: int) -> None:
    content = sas_file("test1.sas7bdat").read_bytes()[:left]
    contract = replace(LAB, columns=tuple(f"Column{n}" for n in range(1, 101)))
    assert said(content, contract) == [
        "raw/lab.sas7bdat CED246 the file of table lab is damaged or no SAS dataset: Unable to read from file; "
        "copy it again; if texts are the reason, write its encoding at mappings/sources.yaml:4:3"
    ]


def test_an_encoding_that_a_real_file_does_not_have() -> None:
    content = sas_file("test1.sas7bdat").read_bytes()
    contract = replace(LAB, columns=("Column1",), column_policy="ignore", encoding="klingon")
    (one,) = said(content, contract)
    assert "damaged or no SAS dataset: File has an unsupported character set; copy it again" in one


def test_a_real_file_is_converted() -> None:
    """The day of MMDDYY10. is a date of Dataset-JSON; a month stays the number that it is."""
    Path("sales.sas7bdat").write_bytes(sas_file("productsales.sas7bdat").read_bytes())
    done = CliRunner().invoke(main, ["convert", "sales.sas7bdat", "sales.xpt"])
    assert done.exit_code == 0, done.output
    data, said = pyreadstat.read_xport("sales.xpt", disable_datetime_conversion=True)
    assert data["MONTH"].iloc[0] == (date(1993, 1, 1) - date(1960, 1, 1)) // timedelta(days=1)
    assert said.original_variable_types["ACTUAL"] == "DOLLAR12.2"
    assert said.column_names_to_labels["ACTUAL"] == "Actual Sales"
    assert len(data) == 1440
