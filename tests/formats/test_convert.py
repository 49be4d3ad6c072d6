"""``ced-cdisc convert``: values and metadata that are kept, losses that are named, files that are refused."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest
from convert_command import run
from hypothesis import given, settings
from hypothesis import strategies as st

import ced_cdisc
from ced_cdisc.core.ibm import IBM_LIMIT, IBM_SMALLEST
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.xpt import read_special_missing, read_xpt
from ced_cdisc.stages.file_conversion import convert_file
from ced_cdisc.write.xpt import write_xpt
from small_study import write_study

STAMP = "15OCT12:22:56:22"
VARIABLES = (
    XptVariable("USUBJID", "Subject", "Char", 12),
    XptVariable("AVAL", "Value", "Num", 8, "", 8, 2),
    XptVariable("ADT", "Day", "Num", 8, "DATE", 9),
    XptVariable("ADTM", "Moment", "Num", 8, "E8601DT"),
    XptVariable("ATM", "Time of day", "Num", 8, "TIME", 8),
)
ROWS: list[tuple[Any, ...]] = [
    ("S-1", 0.1 + 0.2, 19246.0, 1662850582.5, 30060.0),
    ('a,"b"', None, None, None, None),
    ("S-3", -5.4e-79, -1.0, 0.0, 0.0),
]


def xpt(rows: list[tuple[Any, ...]], codes: dict[str, list[str | None]] | None = None, **more: Any) -> bytes:
    member = XptMember(
        **{
            "name": "ADXX",
            "label": "Results",
            "variables": VARIABLES,
            "created": STAMP,
            "modified": STAMP,
            **more,
        }
    )
    schema = {v.name: pl.String if v.type == "Char" else pl.Float64 for v in member.variables}
    stream = BytesIO()
    special = {name: pl.Series(values, dtype=pl.String) for name, values in (codes or {}).items()}
    write_xpt(stream, pl.DataFrame(rows, schema, orient="row"), member, special)
    return stream.getvalue()


def put(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("form", ["json", "ndjson", "dsjc"])
def test_a_transport_file_comes_back_byte_for_byte(here: Path, form: str) -> None:
    put(here / "adxx.xpt", xpt(ROWS))
    assert run("adxx.xpt", f"adxx.{form}") == (0, [f"ADXX: 3 records of 5 variables in adxx.{form}"])
    code, said = run(f"adxx.{form}", "back.xpt")
    assert (code, said[1:]) == (
        0,
        [
            "back.xpt CED732 XPT v5 has no place for OIDs of ADXX",
            "ADXX: 3 records of 5 variables in back.xpt",
        ],
    )
    assert (here / "back.xpt").read_bytes() == (here / "adxx.xpt").read_bytes()


def test_the_second_reader_sees_the_same_after_a_way_through_json(here: Path) -> None:
    put(here / "a.xpt", xpt(ROWS))
    run("a.xpt", "a.ndjson")
    run("a.ndjson", "b.xpt")
    one, other = (pyreadstat.read_xport(str(here / name)) for name in ("a.xpt", "b.xpt"))
    assert one[0].equals(other[0])
    for known in ("column_names", "column_labels", "original_variable_types", "file_label", "table_name"):
        assert getattr(one[1], known) == getattr(other[1], known), known


def test_csv_of_a_transport_file(here: Path) -> None:
    put(here / "adxx.xpt", xpt(ROWS, {"AVAL": [None, "A", None]}))
    assert run("adxx.xpt", "adxx.csv") == (
        0,
        [
            "1 note in the output",
            "adxx.csv CED732 CSV has no place for labels, types, lengths, formats, the time of creation of ADXX",
            "ADXX: 3 records of 5 variables in adxx.csv",
        ],
    )
    with (here / "adxx.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["USUBJID", "AVAL", "ADT", "ADTM", "ATM"],
            ["S-1", "0.30000000000000004", "2012-09-10", "2012-09-09T22:56:22.5", "08:21:00"],
            ['a,"b"', ".A", "", "", ""],
            ["S-3", "-5.4e-79", "1959-12-31", "1960-01-01T00:00:00", "00:00:00"],
        ]


def test_csv_is_text_without_define(here: Path) -> None:
    put(here / "x.csv", "A,B\n001,1E5\nNA,\n")
    code, _ = run("x.csv", "x.json")
    document = json.loads((here / "x.json").read_bytes())
    assert (code, document["rows"]) == (0, [["001", "1E5"], ["NA", None]])
    assert [column["dataType"] for column in document["columns"]] == ["string", "string"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_study(tmp_path_factory.mktemp("built"))
    ced_cdisc.build(
        folder / "raw",
        folder / "out",
        mappings=folder / "mappings",
        define=folder / "define",
        formats="xpt,json",
        check=False,
    )
    return folder / "out"


@pytest.mark.parametrize("path", ["sdtm/dm", "sdtm/ex", "sdtm/ae", "adam/adsl"])
def test_csv_with_define_becomes_the_dataset_of_the_build(built: Path, here: Path, path: str) -> None:
    define, name = built / path.split("/")[0] / "define.xml", path.split("/")[1]
    run(built / f"{path}.xpt", f"{name}.csv")
    code, _ = run(f"{name}.csv", "new.xpt", "--define", define, "--name", name.upper())
    assert code == 0
    read, member = read_xpt(here / "new.xpt")
    expected, original = read_xpt(built / f"{path}.xpt")
    assert read.equals(expected)
    assert (member.name, member.label, member.created) == (original.name, original.label, original.created)
    for one, other in zip(member.variables, original.variables, strict=True):
        assert (one.name, one.label, one.type, one.format_text) == (
            other.name, other.label, other.type, other.format_text,
        )  # fmt: skip


def test_a_transport_file_with_define_becomes_the_json_of_the_build(built: Path, here: Path) -> None:
    for path in ("sdtm/ae", "adam/adsl"):
        define, name = built / path.split("/")[0] / "define.xml", path.split("/")[1]
        assert run(built / f"{path}.xpt", f"{name}.json", "--define", define)[0] == 0
        ours, of_build = (
            json.loads(p.read_bytes()) for p in (here / f"{name}.json", built / "json" / f"{path}.json")
        )
        for document in (ours, of_build):
            for key in ("fileOID", "sourceSystem", "metaDataRef"):
                document.pop(key, None)
        assert ours == of_build


number = st.one_of(
    st.none(), st.floats(IBM_SMALLEST, IBM_LIMIT / 2), st.integers(-(2**53), 2**53).map(float), st.just(0.5)
)
word = st.one_of(
    st.none(),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(
        lambda t: t.rstrip(" ") or None
    ),
)
code = st.sampled_from([None, "A", "Z", "_"])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.just("S-1") | word, number, number, number, number, code), min_size=1, max_size=6),
    st.sampled_from(("json", "ndjson", "dsjc")),
)
def test_any_data_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: list[tuple[Any, ...]], form: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    data[-1] = ("S-last", *data[-1][1:])
    special = [row[5] if row[1] is None else None for row in data]
    content = xpt([row[:5] for row in data], {"AVAL": special})
    source = put(folder / "a.xpt", content)
    convert_file(source, folder / "b.xpt")
    assert (folder / "b.xpt").read_bytes() == content
    convert_file(source, folder / f"a.{form}", allowed=["special-missing"])
    convert_file(folder / f"a.{form}", folder / "c.xpt")
    assert read_xpt(folder / "c.xpt")[0].equals(read_xpt(source)[0])
    assert [v.format_text for v in read_xpt(folder / "c.xpt")[1].variables] == [
        v.format_text for v in VARIABLES
    ]


def test_special_missing_values_are_kept_or_named(here: Path) -> None:
    put(here / "a.xpt", xpt(ROWS, {"AVAL": [None, "A", None], "ADT": [None, "_", None]}))
    assert run("a.xpt", "b.xpt") == (0, ["ADXX: 3 records of 5 variables in b.xpt"])
    assert read_special_missing(here / "b.xpt")["AVAL"].to_list() == [None, "A", None]
    lines = [
        "a.json CED730 ADXX.ADT row 2: Dataset-JSON has no special missing values, ._ becomes missing",
        "a.json CED730 ADXX.AVAL row 2: Dataset-JSON has no special missing values, .A becomes missing",
    ]
    hint = "; allow it with --allow special-missing"
    assert run("a.xpt", "a.json") == (12, ["2 errors in the output", *(line + hint for line in lines)])
    assert not (here / "a.json").exists()
    assert run("a.xpt", "a.json", "--allow", "special-missing") == (
        0,
        ["2 warnings in the output", *lines, "ADXX: 3 records of 5 variables in a.json"],
    )


def long_label(here: Path) -> None:
    put(here / "a.xpt", xpt(ROWS))
    run("a.xpt", "a.json")
    text = (here / "a.json").read_text(encoding="utf-8")
    put(here / "a.json", text.replace('"label":"Day"', '"label":"' + "Day of " * 6 + '"'))


def test_labels_are_cut_only_where_that_is_allowed(here: Path) -> None:
    long_label(here)
    line = (
        "b.xpt CED731 the label of ADXX.ADT has 42 bytes, XPT v5 holds 40: "
        "'Day of Day of Day of Day of Day of Day of ' becomes 'Day of Day of Day of Day of Day of Day o'"
    )
    code, said = run("a.json", "b.xpt")
    assert (code, said[-1]) == (12, f"{line}; allow it with --allow labels")
    code, said = run("a.json", "b.xpt", "--allow", "labels")
    assert code == 0 and line in said
    assert read_xpt(here / "b.xpt")[1].variables[2].label == "Day of Day of Day of Day of Day of Day o"


def test_what_transport_files_cannot_hold_is_refused_and_nothing_is_left(here: Path) -> None:
    head = {
        "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": 1,
        "name": "ADXX",
        "label": "",
        "columns": [{"itemOID": "IT.A", "name": "LONGVARNAME", "label": "", "dataType": "string"}],
        "rows": [["é" + "x" * 300]],
    }
    put(here / "a.json", json.dumps(head))
    assert run("a.json", "a.xpt") == (
        12,
        [
            "1 error in the output",
            'a.xpt CED301 variable name "LONGVARNAME" of ADXX has 11 bytes, XPT v5 holds 8; '
            "rename it, or write XPT v8 with --xpt-version 8",
        ],
    )
    head["columns"][0]["name"] = "TEXT"  # type: ignore[index]
    put(here / "a.json", json.dumps(head))
    code, said = run("a.json", "a.xpt")
    assert (code, [line.split()[1] for line in said[1:]]) == (12, ["CED305", "CED307"])
    assert [path.name for path in here.iterdir()] == ["a.json"]


def test_dates_without_a_text_stay_numbers(here: Path) -> None:
    put(here / "a.xpt", xpt([*ROWS, ("S-4", 1.0, 0.5, None, 90000.0)]))
    assert run("a.xpt", "a.json") == (
        0,
        [
            "2 notes in the output",
            "a.json CED733 ADXX.ADT row 4: 0.5 is no date of ISO 8601, the variable is written as numbers",
            "a.json CED733 ADXX.ATM row 4: 90000.0 is no time of ISO 8601, the variable is written as numbers",
            "ADXX: 4 records of 5 variables in a.json",
        ],
    )
    run("a.json", "b.xpt")
    assert (here / "b.xpt").read_bytes() == (here / "a.xpt").read_bytes()


def test_metadata_without_a_place_are_named(here: Path) -> None:
    variables = (
        XptVariable("A", "", "Char", 3, informat="$", informat_width=3),
        XptVariable("B", "", "Num", 3),
    )
    content = xpt([("x", 1.0)], variables=variables, dataset_type="CORR", modified="16OCT12:00:00:00")
    put(here / "a.xpt", content)
    assert run("a.xpt", "b.xpt")[0] == 0
    assert (here / "b.xpt").read_bytes() == content
    assert run("a.xpt", "a.json") == (
        0,
        [
            "1 note in the output",
            "a.json CED732 Dataset-JSON has no place for the lengths of the numbers B, informats, the type CORR, "
            "the time of the last change of ADXX",
            "ADXX: 1 records of 2 variables in a.json",
        ],
    )


def test_the_time_of_creation(here: Path) -> None:
    put(here / "x.csv", "A\nx\n")
    line = "x.csv does not say when it was made, 1960-01-01T00:00:00 is written; name another time with --created"
    assert run("x.csv", "x.json")[1][1] == f"x.json CED734 {line}"
    assert run("x.csv", "x.xpt", "--created", "2021-02-03T04:05:06") == (
        0,
        ["X: 1 records of 1 variables in x.xpt"],
    )
    assert read_xpt(here / "x.xpt")[1].created == "03FEB21:04:05:06"
    assert run("x.csv", "y.xpt", "--created", "yesterday") == (
        2,
        ["Error: --created yesterday: expected a time such as 2020-12-01T00:00:00"],
    )


def test_encodings(here: Path) -> None:
    put(here / "x.csv", "A\nGröße\n".encode("windows-1252"))
    assert run("x.csv", "x.json") == (
        11,
        [
            "1 error in the raw data",
            "x.csv CED720 x.csv is not utf-8; name its encoding, such as --encoding windows-1252",
        ],
    )
    assert run("x.csv", "x.json", "--encoding", "windows-1252")[0] == 0
    assert json.loads((here / "x.json").read_bytes())["rows"] == [["Größe"]]
    code, said = run("x.json", "x.xpt")
    assert (code, said[-1]) == (
        12,
        "x.xpt CED307 X.A row 1: the character 'ö' (U+00F6) in \"Größe\"; XPT v5 holds printable ASCII characters only",
    )
    assert run("x.json", "x.xpt", "--encoding", "windows-1252")[0] == 0
    assert read_xpt(here / "x.xpt", encoding="windows-1252")[0]["A"].to_list() == ["Größe"]
    put(here / "y.csv", "A\n\u03b1\n")
    run("y.csv", "y.json")
    assert run("y.json", "z.csv", "--encoding", "windows-1252") == (
        12,
        ["1 error in the output", "z.csv CED737 z.csv cannot be written in windows-1252, which lacks 'α'"],
    )
    assert run("y.csv", "q.json", "--encoding", "utf-16")[1] == [
        "Error: utf-16 is no encoding that a file of datasets can have"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no name for each of its columns in its first line"),
        ("A,\n1,2\n", "has no name for each of its columns in its first line"),
        ("A,A\n1,2\n", "has two columns named A"),
        ("A,B\n1\n", "has 1 cells in line 2, expected 2"),
        (
            "A\n1\n\n2\n",
            'has one column and the blank line 3; write "" there for a record without a value, or delete it',
        ),
        ('A,B\n1,"2\n', "is no CSV: unexpected end of data"),
        ("A\n" + "x" * 1048577 + "\n", "is no CSV: field larger than field limit (1048576)"),
    ],
)
def test_csv_that_cannot_be_read(here: Path, content: str, message: str) -> None:
    put(here / "x.csv", content)
    code, said = run("x.csv", "x.json")
    assert (code, len(said)) == (11, 2)
    assert said[1].split(" CED720 ")[1] == f"x.csv {message}"


def test_cells_that_are_not_what_define_says(built: Path, here: Path) -> None:
    define = built / "adam" / "define.xml"
    names = [v.name for v in read_xpt(built / "adam/adsl.xpt")[1].variables]
    number = next(v.name for v in read_xpt(built / "adam/adsl.xpt")[1].variables if v.type == "Num")
    cells = [{number: "1,5"}.get(name, "") for name in names]
    with (here / "adsl.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([names, cells])
    code, said = run("adsl.csv", "a.json", "--define", define)
    assert (code, said[1]) == (11, f"adsl.csv:2 CED722 {number} holds '1,5' in line 2, which is no integer")
    put(here / "adsl.csv", "USUBJD\nx\n")
    code, said = run("adsl.csv", "a.json", "--define", define)
    shown = define.as_posix()
    assert (code, said[1]) == (
        11,
        f"{shown} CED721 {shown} has no variable USUBJD in ADSL; did you mean USUBJID?",
    )
    code, said = run("adsl.csv", "a.json", "--define", define, "--name", "ADLS")
    assert said[1] == f"{shown} CED721 {shown} describes no dataset ADLS; did you mean ADSL?"


def test_digits_that_a_double_does_not_hold(built: Path, here: Path) -> None:
    head = {
        "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": 2,
        "name": "X",
        "label": "",
        "columns": [{"itemOID": "IT.X.A", "name": "A", "label": "", "dataType": "integer"}],
        "rows": [[1], [9007199254740993]],
    }
    put(here / "a.json", json.dumps(head))
    line = "a.json CED723 X.A row 2: 9007199254740993 has more digits than a number of SAS holds"
    assert run("a.json", "b.ndjson") == (
        11,
        ["1 error in the raw data", f"{line}; allow it with --allow digits"],
    )
    assert run("a.json", "b.ndjson", "--allow", "digits")[1][1] == line


def test_a_type_that_values_do_not_have(here: Path) -> None:
    content = (
        '{"datasetJSONCreationDateTime":"x","datasetJSONVersion":"1.1.0","itemGroupOID":"I","records":1,'
        '"name":"X","label":"","columns":[{"itemOID":"I.A","name":"A","label":"","dataType":"integer"}],'
        '"rows":[[1.5]]}'
    )
    put(here / "a.json", content)
    assert run("a.json", "b.json") == (
        0,
        [
            "2 notes in the output",
            "b.json CED734 a.json does not say when it was made, 1960-01-01T00:00:00 is written; "
            "name another time with --created",
            "b.json CED735 X.A row 1: 1.5 is not whole, its type becomes float",
            "X: 1 records of 1 variables in b.json",
        ],
    )


def test_a_type_that_values_do_not_have_is_said_of_a_transport_file_too(here: Path) -> None:
    content = (
        '{"datasetJSONCreationDateTime":"2020-01-01T00:00:00","datasetJSONVersion":"1.1.0","itemGroupOID":"I",'
        '"records":2,"name":"X","label":"","columns":[{"itemOID":"I.A","name":"A","label":"",'
        '"dataType":"integer"}],"rows":[[1],[1.5]]}'
    )
    put(here / "a.json", content)
    code, said = run("a.json", "a.xpt")
    assert (code, [line for line in said if "CED735" in line]) == (
        0,
        ["a.xpt CED735 X.A row 2: 1.5 is not of its type, integer; the value is kept"],
    )
    assert read_xpt(here / "a.xpt")[0]["A"].to_list() == [1.0, 1.5]


def test_csv_has_no_types_that_values_could_not_have(here: Path) -> None:
    content = (
        '{"datasetJSONCreationDateTime":"2020-01-01T00:00:00","datasetJSONVersion":"1.1.0","itemGroupOID":"I",'
        '"records":2,"name":"X","label":"","columns":['
        '{"itemOID":"I.A","name":"A","label":"","dataType":"integer"},'
        '{"itemOID":"I.B","name":"B","label":"","dataType":"decimal","targetDataType":"decimal"}],'
        '"rows":[[1.5,"1000"],[2,"-0.50"]]}'
    )
    put(here / "a.json", content)
    assert run("a.json", "a.csv") == (
        0,
        [
            "1 note in the output",
            "a.csv CED732 CSV has no place for types, the time of creation, OIDs of X",
            "X: 2 records of 2 variables in a.csv",
        ],
    )
    assert (here / "a.csv").read_text() == "A,B\n1.5,1000\n2,-0.5\n"
    run("a.json", "b.json")
    assert json.loads((here / "b.json").read_bytes())["rows"] == [[1.5, "1000"], [2, "-0.5"]]


def test_labels_are_measured_in_the_encoding_of_the_file(here: Path) -> None:
    label, variables = "é" * 40, (XptVariable("A", "é" * 39 + "A", "Char", 8),)
    content = xpt([("x",)], variables=variables, label=label, encoding="windows-1252")
    put(here / "a.xpt", content)
    for name in ("b.json", "b.parquet", "b.xpt"):
        assert run("a.xpt", name, "--encoding", "windows-1252") == (
            0,
            [f"ADXX: 1 records of 1 variables in {name}"],
        )
    assert (here / "b.xpt").read_bytes() == content
    assert run("b.parquet", "c.xpt", "--encoding", "windows-1252")[0] == 0
    assert (here / "c.xpt").read_bytes() == content
    assert run("b.json", "d.xpt", "--encoding", "utf-8") == (
        12,
        [
            "1 note in the output",
            "d.xpt CED732 XPT v5 has no place for OIDs of ADXX",
            "2 errors in the output",
            f"d.xpt CED731 the label of ADXX has 80 bytes, XPT v5 holds 40: {label!r} becomes {'é' * 20!r}; "
            "allow it with --allow labels",
            f"d.xpt CED731 the label of ADXX.A has 79 bytes, XPT v5 holds 40: {variables[0].label!r} "
            f"becomes {'é' * 20!r}; allow it with --allow labels",
        ],
    )
    assert run("b.json", "e.xpt")[1][1:3] == [
        f'e.xpt CED303 label of ADXX.A has 79 bytes, XPT v5 holds 40: "{variables[0].label}"',
        f'e.xpt CED304 label of dataset ADXX has 80 bytes, XPT v5 holds 40: "{label}"',
    ]


def test_targets_that_are_refused(here: Path) -> None:
    put(here / "a.xpt", xpt(ROWS))
    put(here / "b.json", "mine")
    (here / "c.json").mkdir()
    there = "is there already; name another file, or replace it with --replace"
    assert run("a.xpt", "b.json") == (12, ["1 error in the output", f"b.json CED736 b.json {there}"])
    assert run("a.xpt", "c.json", "--replace")[1][1] == (
        "c.json CED736 c.json is there already and no file; name another file, or replace it with --replace"
    )
    assert run("a.xpt", "a.xpt", "--replace") == (2, ["Error: IN and OUT are the same file"])
    assert run("a.xpt", "b.json", "--replace")[0] == 0
    assert json.loads((here / "b.json").read_bytes())["records"] == 3
    assert run("a.xpt", "no/b.json")[1][1] == (
        "no/b.json CED737 no/b.json cannot be written: No such file or directory"
    )
    assert run("a.doc", "b.json") == (
        2,
        [
            "Error: a.doc: expected a name that ends with one of .xpt, .json, .ndjson, .dsjc, .parquet, .csv, .sas7bdat"
        ],
    )
    assert run("z.xpt", "b.json") == (2, ["Error: there is no file z.xpt"])


@pytest.mark.parametrize(("name", "code"), [("a.xpt", "CED330"), ("a.json", "CED605"), ("a.dsjc", "CED605")])
def test_a_file_of_rubbish_has_one_message(here: Path, name: str, code: str) -> None:
    put(here / name, b"\x00\xff rubbish" * 50)
    status, said = run(name, "b.csv")
    assert (status, len(said), said[1].split()[1]) == (11, 2, code)


def test_the_same_bytes_again(here: Path) -> None:
    put(here / "a.xpt", xpt(ROWS * 40000))
    for form in ("json", "ndjson", "dsjc", "csv"):
        run("a.xpt", f"a.{form}")
        run("a.xpt", f"b.{form}")
        assert (here / f"a.{form}").read_bytes() == (here / f"b.{form}").read_bytes()
    assert datetime.fromisoformat(json.loads((here / "a.json").read_bytes())["datasetJSONCreationDateTime"])
