"""Numbers and moments of Dataset-JSON and CSV: none gets a digit that its file lacks, or loses one."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from convert_command import run
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.datafile import FileDataset, FileVariable
from ced_cdisc.core.exactness import moment_is_held
from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.moments import Moment, has_text, moment_texts, number_of
from ced_cdisc.read.datafiles import open_datafile
from ced_cdisc.read.xpt import read_xpt

HINTS = {
    "date": "a date with a numeric target is a whole one, such as 2020-01-31",
    "datetime": "a datetime with a numeric target is a whole one without zone, such as 2020-01-31T08:21:00",
    "time": "a time with a numeric target is a whole one without zone, such as 08:21:00",
}


def put(path: Path, kind: str, *values: Any) -> None:
    column = {"itemOID": "IT.T.A", "name": "A", "label": "", "dataType": kind}
    if kind in HINTS:
        column |= {
            "targetDataType": "integer",
            "displayFormat": f"E8601{ {'date': 'DA', 'datetime': 'DT'}.get(kind, 'TM') }.",
        }
    head = {
        "datasetJSONCreationDateTime": "2020-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.T",
        "records": len(values),
        "name": "T",
        "label": "",
        "columns": [column],
        "rows": [[value] for value in values],
    }
    path.write_text(json.dumps(head), encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(
            ("date", value)
            for value in ("2020", "2020-01", "20200101", "2020-W01-1", "2020-02-30", "2020-01-01T10:00:00")
        ),
        *(
            ("datetime", value)
            for value in (
                "2020-01-01",
                "2020-01-01T10",
                "2020-01-01T10:30",
                "2020-01-01 10:30:00",
                "20200101T103000",
                "2020-01-01T10:30:00Z",
                "2020-01-01T10:30:00.5+01:00",
            )
        ),
        *(
            ("time", value)
            for value in ("10", "10:30", "T10:30:00", "103000", "24:00:00", "10:30:00.", "10:30:00Z")
        ),
    ],
)
def test_a_moment_that_is_not_whole_is_refused(here: Path, kind: str, value: str) -> None:
    put(here / "x.json", kind, None, value)
    message = f"x.json CED606 x.json has '{value}' in A row 2, which is no {kind}; {HINTS[kind]}"
    assert run("x.json", "y.xpt") == (11, ["1 error in the raw data", message])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("datetime", "2020-01-01T00:00:00.123456789"),
        ("datetime", "9999-12-31T23:59:59.999999"),
        ("datetime", "2505-01-01T00:00:00.00001"),
        ("time", "08:21:00.1234567890123456789"),
        ("double", 9007199254740993),
        ("float", -9007199254740993),
        ("double", 12345678901234567891),
        ("integer", 9007199254740993),
        ("integer", 12345678901234567000),
    ],
)
def test_digits_that_a_double_does_not_hold_are_named(here: Path, kind: str, value: Any) -> None:
    put(here / "x.json", kind, None, value)
    line = f"x.json CED723 T.A row 2: {value} has more digits than a number of SAS holds"
    code, said = run("x.json", "y.json")
    assert (code, said[-2:]) == (11, ["1 error in the raw data", f"{line}; allow it with --allow digits"])
    code, said = run("x.json", "y.json", "--allow", "digits")
    assert (code, line in said) == (0, True)


@pytest.mark.parametrize("kind", ["float", "double", "integer", "decimal", "string"])
@pytest.mark.parametrize("text", ["1e-400", "-1.5E-0400", "0." + "0" * 400 + "1", "1.23456e-320"])
def test_a_number_too_near_to_0_is_refused(here: Path, kind: str, text: str) -> None:
    put(here / "x.json", kind, None, 12345.5)
    content = (here / "x.json").read_text(encoding="utf-8").replace("12345.5", text)
    (here / "x.json").write_text(content, encoding="utf-8")
    message = f"x.json CED606 x.json has {text[:60]} in A row 2, which is no {kind}"
    assert run("x.json", "y.json") == (11, ["1 error in the raw data", message])


@pytest.mark.parametrize(
    ("text", "number"), [("0e-400", 0.0), ("-0." + "0" * 400, -0.0), ("5e-324", 5e-324), ("2E-300", 2e-300)]
)
def test_a_number_near_to_0_that_a_double_holds(here: Path, text: str, number: float) -> None:
    put(here / "x.json", "double", 12345.5)
    content = (here / "x.json").read_text(encoding="utf-8").replace("12345.5", text)
    (here / "x.json").write_text(content, encoding="utf-8")
    assert run("x.json", "y.parquet")[0] == 0
    assert [pl.concat(b.frame for b in open_datafile(here / "y.parquet").blocks())["A"][0]] == [number]


@pytest.mark.parametrize("kind", ["float", "double", "integer", "boolean"])
def test_an_empty_text_is_no_missing_number(here: Path, kind: str) -> None:
    put(here / "x.json", kind, None, "")
    message = f"x.json CED606 x.json has '' in A row 2, which is no {kind}"
    assert run("x.json", "y.json") == (11, ["1 error in the raw data", message])


@pytest.mark.parametrize("kind", ["decimal", "date", "datetime", "time"])
def test_an_empty_text_is_missing_where_values_are_exchanged_as_texts(here: Path, kind: str) -> None:
    put(here / "x.json", kind, "")
    assert run("x.json", "y.xpt")[0] == 0
    assert read_xpt(here / "y.xpt")[0]["A"].to_list() == [None]


@pytest.mark.parametrize(
    ("kind", "value", "number"),
    [
        ("datetime", "2020-01-01T00:00:00.1234560000", 1893456000.123456),
        ("datetime", "2020-01-01T00:00:00,5", 1893456000.5),
        ("time", "08:21:00.000001", 30060.000001),
        ("double", 2**60, 2.0**60),
        (
            "double",
            12345678901234567000,
            12345678901234567000.0,
        ),  # as JavaScript writes 1.2345678901234567e19
        ("double", 0.1 + 0.2, 0.30000000000000004),
        ("float", 7, 7.0),
    ],
)
def test_digits_that_a_double_holds(here: Path, kind: str, value: Any, number: float) -> None:
    put(here / "x.json", kind, value)
    assert run("x.json", "y.xpt")[0] == 0
    assert read_xpt(here / "y.xpt")[0]["A"].to_list() == [number]


def test_a_moment_finer_than_a_microsecond_is_written_as_a_number(here: Path) -> None:
    put(here / "x.json", "time", "00:00:01.0000001")
    assert run("x.json", "y.json") == (
        0,
        [
            "1 note in the output",
            "y.json CED733 T.A row 1: 1.0000001 is no time of ISO 8601, the variable is written as numbers",
            "T: 1 records of 1 variables in y.json",
        ],
    )


@given(st.datetimes(), st.text("0123456789", max_size=12), st.sampled_from(("time", "datetime")))
def test_a_moment_counts_as_held_if_its_number_has_its_digits(
    moment: datetime, digits: str, kind: Moment
) -> None:
    whole = moment.replace(microsecond=0).isoformat()
    midnight = datetime.fromisoformat("1960-01-01" if kind == "datetime" else whole[:10])
    seconds = moment.replace(microsecond=0) - midnight
    text = (whole if kind == "datetime" else whole[11:]) + (f".{digits}" if digits else "")
    number = number_of(text, kind)
    exact = (seconds.days * 86400 + seconds.seconds) + Fraction(int(digits or 0), 10 ** len(digits))
    assert number == float(exact)
    unit = 10 ** max(6, len(digits.rstrip("0")))
    is_held = moment_is_held(number, text, kind)
    micro = Fraction(round(Fraction(number) * 10**6), 10**6)
    is_other = unit > 10**6 and float(micro) == number  # written to the microsecond, digits would be lost
    assert is_held == (not is_other and round(Fraction(number) * unit) == exact * unit)
    numbers = pl.Series([number])
    if is_held and has_text(numbers, kind)[0]:
        assert moment_texts(numbers, kind)[0] == (text.rstrip("0").rstrip(".") if digits else text)


DEFINED = FileDataset("X", "", (FileVariable("ADTM", "", "Num", "datetime", "integer", format="E8601DT."),))


def test_cells_of_csv_that_are_moments(here: Path) -> None:
    texts = [
        "2020-01-01T10:30:00",
        "2020-01-01T00:00:00.1234567",
        "2020-01-01T00:00:00.123456789",
        "1893456000.5",
    ]
    (here / "x.csv").write_text("\n".join(["ADTM", *texts, ""]), encoding="utf-8")
    file = open_datafile(Path("x.csv"), defined=DEFINED)
    (block,) = file.blocks()
    assert block.frame["ADTM"].to_list() == [
        1893493800.0,
        1893456000.1234567,
        1893456000.1234567,
        1893456000.5,
    ]
    assert file.rounded == {"ADTM": (3, texts[2])}


@pytest.mark.parametrize("cell", ["2020-01-01", "2020-01-01T10:30", "2020-01-01 10:30:00"])
def test_cells_of_csv_that_are_no_whole_moment(here: Path, cell: str) -> None:
    (here / "x.csv").write_text(f"ADTM\n{cell}\n", encoding="utf-8")
    with pytest.raises(Stopped) as stopped:
        list(open_datafile(Path("x.csv"), defined=DEFINED).blocks())
    (finding,) = stopped.value.findings
    assert (finding.code, finding.message) == (
        "CED722",
        f"ADTM holds '{cell}' in line 2, which is no datetime",
    )


@pytest.mark.parametrize(("cell", "is_held"), [("1e-400", False), ("1.23456e-320", False), ("1.5E-3", True)])
def test_a_number_too_small_for_a_double_is_named(here: Path, cell: str, is_held: bool) -> None:
    (here / "x.csv").write_text(f"AVAL\n{cell}\n", encoding="utf-8")
    defined = FileDataset("X", "", (FileVariable("AVAL", "", "Num", "double"),))
    file = open_datafile(Path("x.csv"), defined=defined)
    list(file.blocks())
    assert file.rounded == ({} if is_held else {"AVAL": (1, cell)})


@pytest.mark.parametrize("cell", ["\u0661\u0662", "\uff11", "1\u0660e1"])
def test_digits_of_other_scripts_are_no_number(here: Path, cell: str) -> None:
    (here / "x.csv").write_text(f"AVAL\n{cell}\n", encoding="utf-8")
    defined = FileDataset("X", "", (FileVariable("AVAL", "", "Num", "double"),))
    with pytest.raises(Stopped) as stopped:
        list(open_datafile(Path("x.csv"), defined=defined).blocks())
    message = f"AVAL holds '{cell}' in line 2, which is no double"
    assert [(one.code, one.message) for one in stopped.value.findings] == [("CED722", message)]
