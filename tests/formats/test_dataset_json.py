"""Dataset-JSON: against the published schema and files, odmlib as a second reader, any data and back."""

from __future__ import annotations

import json
import random
import zlib
from datetime import date, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator
from msgspec.structs import asdict
from odmlib.dataset_json_1_1.model import DatasetJSON

from ced_cdisc.core.datafile import FileDataset, FileVariable, JsonType
from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.moments import Moment, has_text, moment_texts, number_of
from ced_cdisc.read.dataset_json import DatasetJsonFile, read_dataset_json
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.write.dataset_json import Form, write_dataset_json

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "dataset-json"
published = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published schema and files are not here")
FORMS: tuple[Form, ...] = ("json", "ndjson", "dsjc")

DATASET = FileDataset(
    name="ADXX",
    label='A "label" of é',
    variables=(
        FileVariable("USUBJID", "Subject", "Char", "string", length=9, key=1),
        FileVariable("AVAL", "Value", "Num", "double", format="8.2"),
        FileVariable("ADT", "Day", "Num", "date", "integer", format="DATE9."),
        FileVariable("ADTM", "Moment", "Num", "datetime", "integer", format="E8601DT."),
        FileVariable("ATM", "Time", "Num", "time", "integer", format="TIME8."),
        FileVariable("AEXACT", "Decimal", "Num", "decimal", "decimal"),
    ),
    created="2020-12-01T00:00:00",
)
NAMES = [variable.name for variable in DATASET.variables]
TYPES = [pl.String, *[pl.Float64] * 5]


def written(frame: pl.DataFrame, form: Form, dataset: FileDataset = DATASET) -> bytes:
    stream = BytesIO()
    write_dataset_json(stream, dataset, len(frame), [frame[:1], frame[1:]], form)
    return stream.getvalue()


def table(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, dict(zip(NAMES, TYPES, strict=True)), orient="row")


def schema() -> Draft201909Validator:
    data = (REFERENCE / "dataset.schema.json").read_bytes()
    return Draft201909Validator(json.loads(data))


ROWS = [
    ("S-1", 0.1 + 0.2, 21915.0, 1893456000.25, 30060.0, 30.8983333232059),
    (None, None, None, None, None, None),
    ('q"\\\n\t\x1f\u2028é', -0.0, -715509.0, -1.0, 0.0, 1e-7),
    ("S-4", 2.0**53, 0.0, 0.0, 86399.5, 1e22),
]


def test_every_byte_of_a_file() -> None:
    text = written(table(ROWS), "json").decode()
    head, *rows = text.splitlines()  # the separator U+2028 within a text ends a line for Python
    assert head == (
        '{"datasetJSONCreationDateTime":"2020-12-01T00:00:00","datasetJSONVersion":"1.1.0",'
        '"itemGroupOID":"IG.ADXX","records":4,"name":"ADXX","label":"A \\"label\\" of é","columns":['
        '{"itemOID":"IT.ADXX.USUBJID","name":"USUBJID","label":"Subject","dataType":"string","length":9,'
        '"keySequence":1},'
        '{"itemOID":"IT.ADXX.AVAL","name":"AVAL","label":"Value","dataType":"double","displayFormat":"8.2"},'
        '{"itemOID":"IT.ADXX.ADT","name":"ADT","label":"Day","dataType":"date","targetDataType":"integer",'
        '"displayFormat":"DATE9."},'
        '{"itemOID":"IT.ADXX.ADTM","name":"ADTM","label":"Moment","dataType":"datetime",'
        '"targetDataType":"integer","displayFormat":"E8601DT."},'
        '{"itemOID":"IT.ADXX.ATM","name":"ATM","label":"Time","dataType":"time","targetDataType":"integer",'
        '"displayFormat":"TIME8."},'
        '{"itemOID":"IT.ADXX.AEXACT","name":"AEXACT","label":"Decimal","dataType":"decimal",'
        '"targetDataType":"decimal"}],"rows":['
    )
    assert "\n".join(rows) == (
        '["S-1",0.30000000000000004,"2020-01-01","2020-01-01T00:00:00.25","08:21:00","30.8983333232059"],\n'
        "[null,null,null,null,null,null],\n"
        '["q\\"\\\\\\n\\t\\u001f\né",-0.0,"0001-01-01","1959-12-31T23:59:59","00:00:00","0.0000001"],\n'
        '["S-4",9007199254740992.0,"1960-01-01","1960-01-01T00:00:00","23:59:59.5","10000000000000000000000"]\n'
        "]}"
    )


@published
@pytest.mark.parametrize("rows", [ROWS, ROWS[:0]])
def test_what_is_written_is_valid_by_the_published_schema(rows: list[tuple[Any, ...]]) -> None:
    validator = schema()
    document = json.loads(written(table(rows), "json"))
    assert list(validator.iter_errors(document)) == []
    document["columns"][0]["dataType"] = "text"
    assert len(list(validator.iter_errors(document))) == 1, "the schema would not notice"


@published
def test_the_head_of_ndjson_is_valid_by_the_schema_of_json() -> None:
    # The published schema of NDJSON refers to a definition that it lacks ($defs/Column).
    head, *rows = written(table(ROWS), "ndjson").split(b"\n")[:-1]
    assert list(schema().iter_errors(json.loads(head))) == []
    assert [len(json.loads(row)) for row in rows] == [6] * 4


def test_odmlib_reads_what_is_written(tmp_path: Path) -> None:
    for form in ("json", "ndjson"):
        path = tmp_path / f"adxx.{form}"
        path.write_bytes(written(table(ROWS), form))
        read = (DatasetJSON.read_json if form == "json" else DatasetJSON.read_ndjson)(str(path))
        assert (read.name, read.label, read.records, read.column_names) == (
            "ADXX",
            'A "label" of é',
            4,
            NAMES,
        )
        assert [row[:2] for row in read.rows] == [list(row[:2]) for row in ROWS]


def test_compressed_files_are_one_zlib_stream_of_the_ndjson() -> None:
    assert zlib.decompress(written(table(ROWS), "dsjc")) == written(table(ROWS), "ndjson")


@published
@pytest.mark.parametrize("name", ["dm", "adsl"])
@pytest.mark.parametrize("form", FORMS)
def test_published_files_hold_what_their_transport_files_hold(name: str, form: Form) -> None:
    frame, dataset = read_dataset_json(REFERENCE / f"{name}.{form}")
    expected, member = read_xpt(REFERENCE / f"{name}.xpt")
    assert frame.equals(expected.cast({c: frame.schema[c] for c in frame.columns}))
    assert [(v.name, v.label, v.type) for v in dataset.variables] == [
        (v.name, v.label, v.type) for v in member.variables
    ]
    told = json.loads((REFERENCE / f"{name}.json").read_bytes())
    again = json.loads(written(frame, "json", dataset))
    rows = [[None if value == "" else value for value in row] for row in told.pop("rows")]
    assert again.pop("rows") == rows
    if form == "dsjc":  # these were made later, with another program
        for document in (told, again):
            for key in ("datasetJSONCreationDateTime", "fileOID", "sourceSystem"):
                document.pop(key, None)
    assert list(again.items()) == list((told | {"datasetJSONVersion": "1.1.0"}).items())


days = st.integers(-715509, 2936549).map(float)
seconds = st.one_of(
    st.integers(-60_000_000_000, 250_000_000_000).map(float),
    st.floats(-1e9, 1e10).map(lambda x: round(x, 3)),
)
clock = st.one_of(st.integers(0, 86399).map(float), st.integers(0, 86_399_999_999).map(lambda x: x / 1e6))
plain = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda t: t.rstrip(" ") or None)
rows_of = st.lists(
    st.tuples(
        *(st.one_of(st.none(), kind) for kind in (texts, plain, days, seconds, clock, plain)),
    ),
    max_size=8,
)


@given(rows_of, st.sampled_from(FORMS))
def test_any_data_come_back(rows: list[tuple[Any, ...]], form: Form) -> None:
    frame = table(rows)
    path = cast(Path, Scratch(f"x.{form}", written(frame, form)))
    read, dataset = read_dataset_json(path)
    # Text of -0.0 as a decimal is "-0", which a double reads as -0.0.
    assert read.rows() == frame.rows()
    assert [str(x) for x in read["AVAL"].to_list()] == [str(x) for x in frame["AVAL"].to_list()]
    assert dataset.variables == tuple(
        FileVariable(**{**asdict(v), "oid": f"IT.ADXX.{v.name}"}) for v in DATASET.variables
    )


class Scratch:
    """A file in memory, as far as the reader asks for it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.suffix = Path(name).suffix
        self._content = content

    def open(self, mode: str) -> BytesIO:
        return BytesIO(self._content)

    def stat(self) -> Any:
        class Size:
            st_size = len(self._content)

        return Size()

    def read_text(self, encoding: str) -> str:
        return self._content.decode(encoding)


def exact_text(number: float, kind: Moment) -> str:
    """The text of the nearest day or microsecond, counted exactly; empty where the calendar has none."""
    try:
        ticks = round(Fraction(number) * (1 if kind == "date" else 10**6))
        if kind == "date":
            return (date(1960, 1, 1) + timedelta(days=ticks)).isoformat()
        moment = datetime(1960, 1, 1) + timedelta(microseconds=ticks)  # noqa: DTZ001 - SAS knows no zone
    except OverflowError:
        return ""
    if kind == "time":
        return moment.time().isoformat() if moment.date() == date(1960, 1, 1) else ""
    return moment.isoformat()


@given(
    st.one_of(st.floats(allow_nan=False), days, seconds, clock), st.sampled_from(("date", "datetime", "time"))
)
def test_a_number_has_a_text_if_and_only_if_the_text_gives_it_back(number: float, kind: Moment) -> None:
    numbers = pl.Series([number])
    text = exact_text(number, kind)
    comes_back = text != "" and repr(number_of(text, kind)) == repr(number)
    assert has_text(numbers, kind)[0] == comes_back
    if comes_back:
        assert repr(number_of(moment_texts(numbers, kind)[0], kind)) == repr(number)


@pytest.mark.parametrize(
    ("kind", "texts_", "others"),
    [
        ("date", ["0001-01-01", "1959-12-31", "1960-01-01", "9999-12-31"], [0.5, 2936550.0, -715510.0]),
        ("datetime", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"], [1e-7, 2936550 * 86400.0]),
        ("time", ["00:00:00", "23:59:59.999999"], [86400.0, -1.0]),
    ],
)
def test_days_and_moments_at_the_ends_of_the_calendar(
    kind: Moment, texts_: list[str], others: list[float]
) -> None:
    numbers = pl.Series([number_of(text, kind) for text in texts_])
    assert has_text(numbers, kind).all()
    assert moment_texts(numbers, kind).to_list() == texts_
    assert not has_text(pl.Series(others), kind).any()


def refusal(path: Path) -> str:
    with pytest.raises(Stopped) as stopped:
        read_dataset_json(path, shown=path.name)
    (finding,) = stopped.value.findings
    return f"{finding.code} {finding.message}; {finding.hint}"


def test_compressed_files_that_are_damaged(tmp_path: Path) -> None:
    whole = written(table(ROWS * 50), "dsjc")
    path = tmp_path / "x.dsjc"
    for content, message in (
        (whole[:-40], "CED605 x.dsjc is cut: its compressed data have no end; copy it again"),
        (b"\x00" + whole, "CED605 x.dsjc is no data compressed by zlib or gzip; write it again"),
        (whole + b"x", "CED605 x.dsjc has bytes after the end of its compressed data; write it again"),
        (b"", "CED605 x.dsjc is cut: its compressed data have no end; copy it again"),
        (zlib.compress(b""), "CED606 x.dsjc is no Dataset-JSON: it has no columns; Dataset-JSON 1.1 is read"),
        (
            zlib.compress(b"1" * (1 << 26)),
            "CED605 x.dsjc has more than 16,777,216 characters in line 1; ",
        ),
    ):
        path.write_bytes(content)
        assert refusal(path) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"2020-01-01T00:00:00Z"', "in ADTM row 1, which is no datetime"),
        ('"2020-01-01T25:00:00"', "in ADTM row 1, which is no datetime"),
        ("7", "in ADTM row 1, which is no datetime"),
    ],
)
def test_moments_that_sas_has_no_number_for(tmp_path: Path, value: str, message: str) -> None:
    head = written(table([]), "ndjson").replace(b'"records":0', b'"records":1')
    path = tmp_path / "x.ndjson"
    path.write_bytes(head + f"[null,null,null,{value},null,null]\n".encode())
    assert refusal(path).startswith(f"CED606 x.ndjson has {value.replace(chr(34), chr(39))} {message}")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(
            pytest.param(kind, "true", id=f"true as {kind}")
            for kind in ("integer", "float", "double", "decimal")
        ),
        *(pytest.param("boolean", value, id=f"{value} as boolean") for value in ("2", "1", "0.0", '"true"')),
    ],
)
def test_true_and_false_are_values_of_boolean_columns_alone(
    tmp_path: Path, kind: JsonType, value: str
) -> None:
    dataset = FileDataset(name="XX", label="", variables=(FileVariable("FLAG", "", "Num", kind),))
    frame = pl.DataFrame({"FLAG": [1.0, 0.0]})
    path = tmp_path / "x.json"
    path.write_bytes(written(frame, "json", dataset))
    assert read_dataset_json(path)[0].equals(frame)
    spoilt = json.loads(path.read_bytes())
    spoilt["rows"][1] = [json.loads(value)]
    path.write_text(json.dumps(spoilt))
    said = repr(json.loads(value))
    assert refusal(path) == f"CED606 x.json has {said} in FLAG row 2, which is no {kind}; "


def test_decimals_with_more_digits_than_a_double_are_known(tmp_path: Path) -> None:
    head = written(table([]), "ndjson").replace(b'"records":0', b'"records":3')
    rows = "".join(
        f'[null,null,null,null,null,"{text}"]\n' for text in ("1,234.50", "0.1", "0.12345678901234567890123")
    )
    path = tmp_path / "x.ndjson"
    path.write_bytes(head + rows.encode())
    file = DatasetJsonFile(path)
    assert pl.concat(file.blocks())["AEXACT"].to_list() == [1234.5, 0.1, 0.12345678901234568]
    assert file.rounded == {"AEXACT": (3, "0.12345678901234567890123")}


def test_a_number_of_rows_that_was_not_announced() -> None:
    with pytest.raises(ValueError, match="2 records were announced, 1 came"):
        write_dataset_json(BytesIO(), DATASET, 2, [table(ROWS[:1])])


def test_blocks_of_any_size_give_the_same_bytes() -> None:
    frame = table([(f"S-{n}", n / 7, float(n), None, None, None) for n in range(1000)])
    cuts = sorted(random.Random(1).sample(range(1000), 7))
    blocks = [frame[a:b] for a, b in zip([0, *cuts], [*cuts, 1000], strict=True)]
    for form in FORMS:
        stream = BytesIO()
        write_dataset_json(stream, DATASET, 1000, blocks, form)
        assert stream.getvalue() == written(frame, form)
