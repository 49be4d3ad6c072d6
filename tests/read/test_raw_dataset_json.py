"""Dataset-JSON files as raw tables: JSON, by lines, and compressed; every fault is said in full."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.read.tables import TableContract, read_table

SPEC = Location("mappings/sources.yaml", 4, 3)
LAB = TableContract("lab", "lab.json", "json", ("SUBJ", "RES"), SPEC)


def written(rows: list[Any], kind: str = "string", **more: Any) -> bytes:
    """A whole file by the published attributes, made by hand."""
    columns = [
        {"itemOID": "IT.SUBJ", "name": "SUBJ", "label": "Subject", "dataType": "string"},
        {"itemOID": "IT.RES", "name": "RES", "label": "Result", "dataType": kind},
    ]
    head: dict[str, Any] = {
        "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
    }
    head |= {
        "itemGroupOID": "IG.LAB",
        "records": len(rows),
        "name": "LAB",
        "label": "Lab",
        "columns": columns,
    }
    return json.dumps(head | {"rows": rows} | more).encode()


def by_lines(content: bytes) -> bytes:
    head = json.loads(content)
    rows = head.pop("rows")
    return b"".join(json.dumps(part).encode() + b"\n" for part in (head, *rows))


def read(content: bytes, contract: TableContract = LAB) -> list[tuple[Any, ...]]:
    Path("raw", contract.file).write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert not found
    return table.frame.rows()


def said(content: bytes, contract: TableContract = LAB) -> list[str]:
    Path("raw", contract.file).write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    assert all(f.stage.value == 11 for f in found)
    return [str(f) for f in found]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("string", "001", "001"),
        ("string", " a ", " a "),
        ("string", "", None),
        ("string", None, None),
        ("integer", 7, "7"),
        ("integer", 7.0, "7"),
        ("integer", 10**21, "1" + "0" * 21),
        ("double", 7.0, "7"),
        ("double", 2.50, "2.5"),
        ("float", 1e21, "1" + "0" * 21),
        ("decimal", "12345678901234567890.1230", "12345678901234567890.123"),
        ("decimal", "1,234.50", "1234.5"),
        ("boolean", True, "TRUE"),
        ("boolean", False, "FALSE"),
        ("date", "2017-06-30", "2017-06-30"),
        ("datetime", "2017-06-30T08:21:00", "2017-06-30T08:21:00"),
    ],
)
def test_values_become_the_text_that_they_stand_for(kind: str, value: Any, text: str | None) -> None:
    assert read(written([["1", value]], kind)) == [("1", text, 1)]


def test_all_three_forms_hold_the_same() -> None:
    content = written([["1", 2.5], ["2", None]], "double")
    rows = [("1", "2.5", 1), ("2", None, 2)]
    assert read(content) == rows
    assert read(by_lines(content), replace(LAB, file="lab.ndjson")) == rows
    assert read(zlib.compress(by_lines(content)), replace(LAB, file="lab.dsjc")) == rows


def test_names_and_blank_rows() -> None:
    content = written([["1", "x"], ["", None], ["3", "y"]])
    contract = replace(LAB, columns=("PATNR", "RES"), names={"PATNR": "SUBJ"})
    assert said(content, contract) == ["raw/lab.json:2 CED218 1 blank row of table lab left out: 2"]
    table, _ = read_table(Path("raw"), contract)
    assert table is not None and table.frame.rows() == [("1", "x", 1), ("3", "y", 3)]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("integer", "7", "'7'"),
        ("integer", 1.5, "1.5"),
        ("integer", "", "''"),
        ("double", True, "True"),
        ("decimal", "1.2.3", "'1.2.3'"),
        ("decimal", "1E999999999", "'1E999999999'"),
        ("boolean", 1, "1"),
        ("string", 7, "7"),
        ("date", 7, "7"),
    ],
)
def test_a_value_that_is_not_of_its_type(kind: str, value: Any, shown: str) -> None:
    assert said(written([["1", None], ["2", value]], kind)) == [
        f"raw/lab.json:2 CED606 raw/lab.json has {shown} in RES row 2, which is no {kind}; export the table again"
    ]


@pytest.mark.parametrize("kind", ["integer", "float", "double", "decimal", "string"])
@pytest.mark.parametrize("form", ["lab.json", "lab.ndjson"])
def test_a_number_too_near_to_0(kind: str, form: str) -> None:
    content = written([["1", None], ["2", 12345.5]], kind)
    content = (content if form == "lab.json" else by_lines(content)).replace(b"12345.5", b"1e-400")
    assert said(content, replace(LAB, file=form)) == [
        f"raw/{form}:2 CED606 raw/{form} has 1e-400 in RES row 2, which is no {kind}; export the table again"
    ]


def test_damaged_files() -> None:
    content = written([["1", "x"]])
    lines = replace(LAB, file="lab.ndjson")
    packed = replace(LAB, file="lab.dsjc")
    assert said(content[:-3]) == [
        "raw/lab.json CED605 raw/lab.json is no JSON: Expecting ',' delimiter in line 1 column "
        f"{len(content) - 2}; write it again"
    ]
    assert said(b'{"a": ' + b"[" * 100_000) == [
        "raw/lab.json CED605 raw/lab.json is no JSON: it is nested too deeply; write it again"
    ]
    assert said(content.replace(b'"x"', b'"\xe4"')) == [
        f"raw/lab.json CED605 raw/lab.json is not UTF-8 at byte {content.rindex(b'x')}; save it as UTF-8"
    ]
    assert said(b"[1, 2]") == [
        "raw/lab.json CED606 raw/lab.json is no Dataset-JSON: it has no columns; Dataset-JSON 1.1 is read"
    ]
    assert said(written([["1", "x"], ["2"]])) == [
        "raw/lab.json CED606 raw/lab.json has no list of 2 values for row 2"
    ]
    assert said(written([["1", "x"]], records=3)) == [
        "raw/lab.json CED607 raw/lab.json says 3 records and holds 1; write it again"
    ]
    assert said(by_lines(content) + b"[1", lines) == [
        "raw/lab.ndjson CED605 raw/lab.ndjson is no JSON: Expecting ',' delimiter in line 3 column 3; write it again"
    ]
    assert said(zlib.compress(by_lines(content))[:-5], packed) == [
        "raw/lab.dsjc CED605 raw/lab.dsjc is cut: its compressed data have no end; copy it again"
    ]
    assert said(b"PK\x03\x04", packed) == [
        "raw/lab.dsjc CED605 raw/lab.dsjc is no data compressed by zlib or gzip; write it again"
    ]


def test_the_columns_are_compared_with_the_contract() -> None:
    assert said(written([["1", "x"]]), replace(LAB, columns=("SUBJ", "RES", "UNIT"))) == [
        "mappings/sources.yaml:4:3 CED220 column lab.UNIT is not in the header of raw/lab.json; "
        "the header has SUBJ, RES"
    ]
