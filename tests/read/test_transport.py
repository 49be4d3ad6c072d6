"""SAS transport files as raw tables: cells become the text they stand for, every fault is said in full."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest
from msgspec.structs import replace

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.core.moments import Moment, moment_of
from ced_cdisc.core.xpt import XptMember, XptVariable, split_format
from ced_cdisc.read.sas_cells import sas_texts
from ced_cdisc.read.tables import RawTable, TableContract, read_table
from ced_cdisc.write.xpt import write_xpt

SPEC = Location("mappings/sources.yaml", 4, 3)
LAB = TableContract("lab", "lab.xpt", "xpt", ("SUBJ", "RES"), SPEC)
STAMP = "01JAN20:00:00:00"


def number(name: str = "RES", form: str = "", length: int = 8) -> XptVariable:
    return XptVariable(name, "", "Num", length, *split_format(form))


def made(
    subjects: list[str | None], results: list[Any], variable: XptVariable | None = None, **more: Any
) -> bytes:
    """A transport file of two variables; a result is a text unless a variable says otherwise."""
    variable = variable or XptVariable("RES", "", "Char", 12)
    kind = pl.String if variable.type == "Char" else pl.Float64
    data = pl.DataFrame(
        {"SUBJ": pl.Series(subjects, dtype=pl.String), variable.name: pl.Series(results, dtype=kind)}
    )
    encoding = more.pop("encoding", "ascii")
    variables = (XptVariable("SUBJ", "", "Char", 6), variable)
    headers = XptMember("LAB", "", variables, STAMP, STAMP, encoding=encoding)
    stream = BytesIO()
    write_xpt(stream, data, headers, **more)
    return stream.getvalue()


def read(content: bytes, contract: TableContract = LAB) -> RawTable:
    Path("raw/lab.xpt").write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert not [f for f in found if f.severity is not Severity.NOTE]
    return table


def said(content: bytes, contract: TableContract = LAB) -> list[str]:
    Path("raw/lab.xpt").write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    return [str(f) for f in found]


def results(content: bytes, contract: TableContract = LAB) -> list[str | None]:
    return read(content, contract).frame["RES"].to_list()


def test_texts_stay_what_they_are_and_the_rows_are_counted_from_one() -> None:
    table = read(made(["001", "002", "003"], ["1.2E8", " NA", "012"]))
    assert table.frame.rows() == [("001", "1.2E8", 1), ("002", " NA", 2), ("003", "012", 3)]
    assert table.frame.columns == ["SUBJ", "RES", "__row"]


def test_blanks_are_trimmed_and_words_are_missing_where_the_contract_says_so() -> None:
    content = made(["001", "002", "003"], [" 5 ", "ND", None])
    assert results(content) == [" 5", "ND", None]
    assert results(content, replace(LAB, trim=True, missing=("ND",))) == ["5", None, None]


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("", 424.0, "424"),
        ("", 2.22, "2.22"),
        ("", 0.1 + 0.2, "0.30000000000000004"),
        ("", 1e-7, "0.0000001"),
        ("", 1.2e8, "120000000"),
        ("", -118.625, "-118.625"),
        ("8.1", 2.22, "2.22"),
        ("SEXF.", 1.0, "1"),
        ("YEAR4.", 21000.0, "21000"),
        ("MONYY5.", 21000.0, "21000"),
        ("DATE9.", 21000.0, "2017-06-30"),
        ("DATE9.", 0.0, "1960-01-01"),
        ("DATE9.", -1.0, "1959-12-31"),
        ("YYMMDD10.", 21000.0, "2017-06-30"),
        ("YYMMDDN8.", 21000.0, "2017-06-30"),
        ("MMDDYY10.", 21000.0, "2017-06-30"),
        ("E8601DA.", 21000.0, "2017-06-30"),
        ("DATETIME.", 1814400001.0, "2017-06-30T00:00:01"),
        ("DATETIME20.", 1814400001.25, "2017-06-30T00:00:01.25"),
        ("DATETIME20.", -0.5, "1959-12-31T23:59:59.5"),
        ("E8601DT.", 0.0, "1960-01-01T00:00:00"),
        ("TIME5.", 30060.0, "08:21:00"),
        ("TIME8.", 93784.5, "26:03:04.5"),
        ("DATE9.", None, None),
    ],
)
def test_numbers_become_the_text_that_they_stand_for(
    form: str, value: float | None, text: str | None
) -> None:
    assert results(made(["001"], [value], number(form=form))) == [text]


FORMATS: dict[Moment, str] = {
    "date": "DATE DDMMYY DDMMYYD MMDDYY MMDDYYS YYMMDD YYMMDDN JULIAN E8601DA B8601DA IS8601DA NLDATE "
    "WEEKDATE WEEKDATX WORDDATE WORDDATX",
    "datetime": "DATETIME DATEAMPM MDYAMPM DTDATE NLDATM E8601DT B8601DT E8601DN IS8601DT",
    "time": "TIME TIMEAMPM TOD HHMM MMSS E8601TM B8601TM IS8601TM",
    "": "BEST F COMMA YEAR MONYY MONNAME HOUR SEXF $DATE",
}
TEXTS: dict[Moment, str] = {
    "date": "1961-02-28",
    "datetime": "1960-01-01T00:07:04",
    "time": "00:07:04",
    "": "424",
}


@pytest.mark.parametrize(
    ("kind", "form"), [(k, form) for k, forms in FORMATS.items() for form in forms.split()]
)
def test_a_format_means_the_same_to_all_readers(kind: Moment, form: str) -> None:
    assert moment_of(form) == moment_of(f"{form}8.") == kind
    texts, faults = sas_texts(pl.Series("RES", [424.0]), None, form, LAB, "raw/lab.xpt")
    assert (texts.to_list(), faults) == ([TEXTS[kind]], [])


@pytest.mark.parametrize("form", ["DATE", "DATETIME", "TIME"])
def test_a_number_that_is_infinite_is_no_date(form: str) -> None:
    """As a damaged SAS7BDAT may have one."""
    texts, faults = sas_texts(pl.Series("RES", [float("inf")]), None, form, LAB, "raw/lab.sas7bdat")
    assert texts.to_list() == [None]
    assert [one.code for one in faults] == ["CED244"]


def test_a_short_number_is_the_number_that_is_there() -> None:
    assert results(made(["001", "002"], [7.0, None], number(length=3))) == ["7", None]


def test_dates_agree_with_pyreadstat(tmp_path: Path) -> None:
    days = [date(1899, 12, 31), date(1960, 1, 1), date(2000, 2, 29), date(2262, 1, 1)]
    moments = [datetime(1961, 5, 4, 3, 2, 1, tzinfo=UTC).replace(tzinfo=None)] * 4
    frame = pl.DataFrame({"SUBJ": ["1", "2", "3", "4"], "DAY": days, "MOMENT": moments}).to_pandas()
    frame["DAY"] = days
    pyreadstat.write_xport(frame, "raw/lab.xpt", file_format_version=5, table_name="LAB")
    contract = replace(LAB, columns=("SUBJ", "DAY", "MOMENT"))
    table, found = read_table(Path("raw"), contract)
    assert table is not None and not found
    assert table.frame["DAY"].to_list() == [day.isoformat() for day in days]
    assert table.frame["MOMENT"].to_list() == [moment.isoformat() for moment in moments]


def test_a_special_missing_value_is_a_fault_until_it_is_listed() -> None:
    codes = {"RES": pl.Series(["A", None, "_", "A"])}
    content = made(["1", "2", "3", "4"], [None, 5.5, None, None], number(), special_missing=codes)
    assert said(content) == [
        "raw/lab.xpt:1 CED243 column lab.RES holds the special missing value .A, in 2 cells, first in row 1; "
        "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
        "for lines that read '.A'",
        "raw/lab.xpt:3 CED243 column lab.RES holds the special missing value ._, in row 3; "
        "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
        "for lines that read '._'",
    ]
    assert said(content, replace(LAB, missing=(".A",))) == [
        "raw/lab.xpt:3 CED243 column lab.RES holds the special missing value ._, in row 3; "
        "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
        "for lines that read '._'"
    ]
    assert results(content, replace(LAB, missing=(".A", "._"))) == [None, "5.5", None, None]
    kept = replace(LAB, missing=("._",), special_missing=(".A",))
    assert (said(content, kept), results(content, kept)) == ([], [".A", "5.5", None, ".A"])


@pytest.mark.parametrize(
    ("form", "value", "shown"),
    [("DATE9.", 21000.5, "21000.5"), ("DATE9.", 1e9, "1000000000"), ("DATETIME20.", 1e15, "1" + "0" * 15)],
)
def test_a_number_that_is_no_day(form: str, value: float, shown: str) -> None:
    assert said(made(["1", "2"], [None, value], number(form=form))) == [
        f"raw/lab.xpt:2 CED244 column lab.RES holds {shown}, in row 2, which its format {form} cannot show; "
        "correct it, or take the format away"
    ]


def test_blank_rows_are_left_out_with_a_note() -> None:
    content = made(["001", None, "003"], [1.0, None, 3.0], number())
    assert said(content) == ["raw/lab.xpt:2 CED218 1 blank row of table lab left out: 2"]
    assert read(content).frame["__row"].to_list() == [1, 3]


def test_the_columns_are_compared_with_the_contract() -> None:
    content = made(["001"], ["x"])
    assert said(content, replace(LAB, columns=("SUBJ", "UNIT"))) == [
        "mappings/sources.yaml:4:3 CED220 column lab.UNIT is not in the header of raw/lab.xpt; "
        "the header has SUBJ, RES",
        "raw/lab.xpt CED221 column RES is not among the columns of table lab; "
        "list it under columns at mappings/sources.yaml:4:3, or delete it",
    ]
    wider = replace(LAB, columns=("SUBJ", "RES", "UNIT"), column_policy="warn", needed=frozenset({"SUBJ"}))
    Path("raw/lab.xpt").write_bytes(content)
    table, found = read_table(Path("raw"), wider)
    assert table is not None and table.frame["UNIT"].to_list() == [None]
    assert [(one.code, one.severity) for one in found] == [("CED220", Severity.WARNING)]


def test_texts_of_another_encoding() -> None:
    content = made(["001", "002"], ["5", "µg"], encoding="cp1252")
    assert said(content) == [
        "raw/lab.xpt CED337 raw/lab.xpt has at LAB.RES row 2 the text b'\\xb5g', which is not utf-8; "
        "write the encoding of the file at mappings/sources.yaml:4:3, such as encoding: cp1252"
    ]
    assert results(content, replace(LAB, encoding="cp1252")) == ["5", "µg"]


@pytest.mark.parametrize("encoding", ["utf-16", "klingon", "base64"])
def test_an_encoding_that_no_transport_file_has(encoding: str) -> None:
    assert said(made(["001"], ["x"]), replace(LAB, encoding=encoding)) == [
        f"mappings/sources.yaml:4:3 CED207 the encoding {encoding} of table lab is none that a transport "
        "file can have; usual ones are utf-8, cp1252 and latin-1"
    ]


def test_damaged_files() -> None:
    content = made(["001"] * 30, ["x"] * 30)
    further = content[240:]
    begins = "a SAS transport file begins with 'HEADER RECORD*******LIBRARY'"
    assert said(b"SUBJ,RES\n001,x\n") == [
        f"raw/lab.xpt CED330 raw/lab.xpt begins with b'SUBJ,RES\\n001,x\\n', {begins}"
    ]
    assert said(content[:240]) == ["raw/lab.xpt CED332 raw/lab.xpt ends at byte 240, within its headers"]
    assert said(content[:-90]) == [
        "raw/lab.xpt CED335 raw/lab.xpt is cut: its data have 470 bytes, no multiple of 80; copy it anew"
    ]
    assert said(content[:-160]) == [
        "raw/lab.xpt CED335 raw/lab.xpt is cut within row 23 of 18 bytes; copy it anew"
    ]
    name = further[168:176].decode().rstrip()
    other = further[:168] + b"OTHER   " + further[176:]
    assert said(content + other) == [
        f"raw/lab.xpt CED336 raw/lab.xpt holds 2 datasets: {name}, OTHER; "
        "take them apart: ced-cdisc convert raw/lab.xpt FOLDER/"
    ]
    assert said(content + further) == [
        f"raw/lab.xpt CED340 raw/lab.xpt holds two datasets named {name}; export it again"
    ]


def test_errors_of_spreadsheets_are_faults_here_too() -> None:
    assert said(made(["001"], ["#N/A"])) == [
        "raw/lab.xpt:1 CED242 column lab.RES holds #N/A, an error of a spreadsheet, in row 1; "
        "correct it, or list it under 'missing' in sources.yaml"
    ]
