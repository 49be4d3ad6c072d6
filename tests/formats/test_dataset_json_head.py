"""What Dataset-JSON says of itself: what breaks the schema is refused, what has no place is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from convert_command import run
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.findings import Stopped
from ced_cdisc.read.json_text import parsed_json

COLUMN = {"itemOID": "IT.T.A", "name": "A", "label": "", "dataType": "string"}


def head(column: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "datasetJSONCreationDateTime": "2020-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.T",
        "records": 1,
        "name": "T",
        "label": "",
        "columns": [COLUMN | column],
        **more,
    }


def put(path: Path, value: Any = "x", /, column: dict[str, Any] | None = None, **more: Any) -> None:
    path.write_text(json.dumps(head(column or {}, **more) | {"rows": [[value]]}), encoding="utf-8")


TARGETS = "; one of integer, decimal"
COUNTED = "for A, which is no whole number from 1 on"


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"length": True}, f"has the length True {COUNTED}"),
        ({"length": -1}, f"has the length -1 {COUNTED}"),
        ({"length": 1.5}, f"has the length 1.5 {COUNTED}"),
        ({"length": "8"}, f"has the length '8' {COUNTED}"),
        ({"keySequence": True}, f"has the keySequence True {COUNTED}"),
        ({"keySequence": -1}, f"has the keySequence -1 {COUNTED}"),
        ({"keySequence": [1]}, f"has the keySequence [1] {COUNTED}"),
        ({"displayFormat": 8}, "has the displayFormat 8 for A, which is no text"),
        ({"itemOID": ["A"]}, "has the itemOID ['A'] for A, which is no text"),
        ({"targetDataType": "double"}, f"has the targetDataType 'double' for A{TARGETS}"),
        ({"targetDataType": 1}, f"has the targetDataType 1 for A{TARGETS}"),
    ],
)
def test_attributes_of_a_column_that_break_the_schema(
    here: Path, column: dict[str, Any], message: str
) -> None:
    put(here / "x.json", column=column)
    assert run("x.json", "y.json") == (11, ["1 error in the raw data", f"x.json CED606 x.json {message}"])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"originator": 1}, "CED606 x.json has the originator 1, which is no text"),
        ({"studyOID": {"a": 1}}, "CED606 x.json has the studyOID {'a': 1}, which is no text"),
        ({"sourceSystem": "SAS"}, "CED606 x.json has the sourceSystem 'SAS', which has no name and version"),
        ({"sourceSystem": {"name": 9}}, "CED606 x.json has the name 9, which is no text"),
        ({"records": True}, "CED607 x.json says True records and holds 1; write it again"),
    ],
)
def test_attributes_of_a_dataset_that_break_the_schema(
    here: Path, more: dict[str, Any], message: str
) -> None:
    put(here / "x.json", **more)
    assert run("x.json", "y.json") == (11, ["1 error in the raw data", f"x.json {message}"])


def test_what_says_nothing_is_read_as_such(here: Path) -> None:
    said = {"length": 0, "keySequence": None, "displayFormat": None, "targetDataType": None}
    put(here / "x.json", column=said, originator=None, sourceSystem=None)
    assert run("x.json", "y.json") == (0, ["T: 1 records of 1 variables in y.json"])
    put(here / "x.json", column={"length": 8.0})
    assert run("x.json", "z.json")[0] == 0
    assert json.loads((here / "z.json").read_bytes())["columns"] == [COLUMN | {"length": 8}]


@pytest.mark.parametrize(
    ("ending", "form"), [("json", "Dataset-JSON"), ("parquet", "Parquet"), ("xpt", "XPT v5"), ("csv", "CSV")]
)
def test_attributes_that_no_format_has_are_named(here: Path, ending: str, form: str) -> None:
    put(
        here / "x.json",
        column={"targetDataType": "integer", "unit": "kg"},
        isReferenceData=True,
        sourceSystem={"name": "EDC", "version": "1", "vendor": "V"},
        dbLastModifiedDateTime="2020-01-01",
    )
    names = (
        "the attributes isReferenceData, vendor of sourceSystem, dbLastModifiedDateTime '2020-01-01', "
        "unit of A, targetDataType of A of T"
    )
    code, said = run("x.json", f"y.{ending}")
    (note,) = [line for line in said if "CED732" in line]
    assert (code, note.startswith(f"y.{ending} CED732 {form} has no place for "), note.endswith(names)) == (
        0, True, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "target", "form", "is_lost"),
    [
        ("date", "integer", "", True),
        ("date", "integer", "8.", True),
        ("date", "integer", "DATE9.", False),
        ("datetime", "integer", "DATE9.", True),
        ("time", "integer", "TIME8.", False),
        ("double", "", "DATE9.", True),  # read back, it would be a date
        ("double", "decimal", "", True),
        ("double", "", "8.2", False),
    ],
)
def test_types_that_a_transport_file_would_not_give_back(
    here: Path, kind: str, target: str, form: str, is_lost: bool
) -> None:
    column = {"dataType": kind, "targetDataType": target or None, "displayFormat": form or None}
    put(here / "x.json", None, column=column, itemGroupOID="")
    code, said = run("x.json", "x.xpt")
    more = ", the data types of A" if is_lost else ""
    assert (code, said) == (
        0,
        [
            "1 note in the output",
            f"x.xpt CED732 XPT v5 has no place for OIDs{more} of T",
            "T: 1 records of 1 variables in x.xpt",
        ],
    )
    assert run("x.xpt", "y.json")[0] == 0
    (back,) = json.loads((here / "y.json").read_bytes())["columns"]
    assert is_lost == ((back["dataType"], back.get("targetDataType", "")) != (kind, target))


@pytest.mark.parametrize(
    ("year", "is_kept"), [("1959", False), ("1960", True), ("2059", True), ("2070", False)]
)
def test_a_century_that_a_transport_file_does_not_have(here: Path, year: str, is_kept: bool) -> None:
    put(here / "x.json", datasetJSONCreationDateTime=f"{year}-02-03T04:05:06")
    more = "" if is_kept else f", the century of the time of creation, {year}"
    assert run("x.json", "x.xpt")[1][1] == f"x.xpt CED732 XPT v5 has no place for OIDs{more} of T"
    run("x.xpt", "y.json")
    told = json.loads((here / "y.json").read_bytes())["datasetJSONCreationDateTime"]
    assert (told == f"{year}-02-03T04:05:06") == is_kept


@pytest.mark.parametrize(
    "text", ["2020-01-01", "2020-01-01T10:30", "20200101T103000", "2020-02-30T00:00:00", "x"]
)
def test_a_time_of_creation_that_is_none_by_the_schema(here: Path, text: str) -> None:
    put(here / "x.json", datasetJSONCreationDateTime=text)
    line = "y.json CED734 x.json does not say when it was made, 1960-01-01T00:00:00 is written"
    assert run("x.json", "y.json")[1][1] == f"{line}; name another time with --created"


HALF = "\\ud800"


@pytest.mark.parametrize("where", ["value", "label of the dataset", "name of the column"])
@pytest.mark.parametrize("ending", ["json", "ndjson", "xpt", "parquet", "csv"])
def test_half_of_a_character_is_refused_with_its_place(here: Path, where: str, ending: str) -> None:
    value, label, name = ("HERE" if where.startswith(part) else "A" for part in ("value", "label", "name"))
    put(here / "x.json", value, column={"name": name}, label=label)
    text = (here / "x.json").read_text(encoding="utf-8").replace("HERE", HALF)
    (here / "x.json").write_text("\n" + text, encoding="utf-8")
    column = text.index(HALF) + 1
    message = f"x.json CED605 x.json is no JSON: {HALF} is half of a character in line 2 column {column}"
    assert run("x.json", f"y.{ending}") == (11, ["1 error in the raw data", f"{message}; write it again"])


def test_half_of_a_character_in_a_line_of_ndjson(here: Path) -> None:
    (here / "x.ndjson").write_text(json.dumps(head({})) + '\n["\\uDFFF"]\n', encoding="utf-8")
    message = "x.ndjson CED605 x.ndjson is no JSON: \\uDFFF is half of a character in line 2 column 3"
    assert run("x.ndjson", "y.csv")[1][1] == f"{message}; write it again"


@given(
    st.lists(
        st.sampled_from(["\\ud83d", "\\uDE00", "\\\\", "\\n", "\\u00e9", "u", "d800", '\\"', "ud83d"]),
        max_size=8,
    )
)
def test_halves_are_found_wherever_they_stand(parts: list[str]) -> None:
    text = f'["{"".join(parts)}"]'
    try:
        json.loads(text)[0].encode()
        is_whole = True
    except UnicodeEncodeError:
        is_whole = False
    try:
        assert parsed_json(text, "x") == json.loads(text)
        assert is_whole
    except Stopped:
        assert not is_whole


@pytest.mark.parametrize("ending", ["json", "ndjson"])
@pytest.mark.parametrize("name", ["records", "columns"])
def test_two_values_of_one_name_are_refused(here: Path, ending: str, name: str) -> None:
    head = {
        "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": 0,
        "name": "X",
        "label": "",
        "columns": [{"itemOID": "I.A", "name": "A", "label": "", "dataType": "string"}],
    }
    again = f', "{name}": {json.dumps(head[name])}}}'
    (here / f"a.{ending}").write_text(json.dumps(head)[:-1] + again, encoding="utf-8")
    where = " in line 1" if ending == "ndjson" else ""
    message = (
        f"a.{ending} CED605 a.{ending} has two values named '{name}'{where} in one object; write it again"
    )
    assert run(f"a.{ending}", "b.xpt") == (11, ["1 error in the raw data", message])


def test_a_name_that_no_file_can_hold(here: Path) -> None:
    put(here / "x.json")
    assert run("x.json", "y.ndjson", "--name", "T\udc80") == (
        12,
        [
            "1 error in the output",
            "y.ndjson CED737 y.ndjson cannot be written in utf-8, which lacks '\\udc80'",
        ],
    )


def test_metadata_of_parquet_with_what_no_text_can_hold(here: Path) -> None:
    put(here / "x.json")
    run("x.json", "x.parquet")
    table = pq.read_table(here / "x.parquet")
    told = {key.decode(): text.decode() for key, text in table.schema.metadata.items()}
    for key, text in (
        ("dataset-json", told["dataset-json"].replace('"label":""', f'"label":"{HALF}"')),
        ("sas", '{"modified":"yesterday"}'),
    ):
        pq.write_table(table.replace_schema_metadata(told | {key: text}), here / "y.parquet")
        message = "y.parquet CED720 y.parquet has metadata of a dataset that cannot be read"
        assert run("y.parquet", "y.xpt") == (11, ["1 error in the raw data", message])
