"""Queries of databases as raw tables: SQLite, and a real PostgreSQL; passwords are in no message."""

from __future__ import annotations

import hashlib
import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from msgspec.structs import replace
from postgres_server import PASSWORD, USER, server

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.read import query as query_module
from ced_cdisc.read.tables import RawTable, TableContract, read_table, read_tables

SPEC = Location("mappings/sources.yaml", 4, 3)
LAB = TableContract(
    "lab",
    "query:lab",
    "sql",
    ("SUBJ", "RES"),
    SPEC,
    database="TRIAL_DB",
    query="SELECT SUBJ, RES FROM lab",
    key=("SUBJ",),
)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of SQLite, whose rows stand in no order of their own."""
    path = Path("trial data.db").resolve()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE lab (SUBJ TEXT, RES, UNIT TEXT)")
        rows = [
            ("003", 1.0, "x"),
            ("001", "ND", "y"),
            ("002", None, "z"),
            ("001", 2.50, "w"),
            (None, None, None),
        ]
        connection.executemany("INSERT INTO lab VALUES (?, ?, ?)", rows)
    connection.close()
    monkeypatch.setenv("TRIAL_DB", f"sqlite:///{path}")
    return path


def read(contract: TableContract = LAB) -> RawTable:
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert all(f.severity is Severity.NOTE for f in found)
    return table


def said(contract: TableContract = LAB) -> list[str]:
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    assert all(f.stage.value == 11 for f in found)
    return [str(f) for f in found]


def test_rows_are_sorted_by_the_key_and_then_by_all_columns(database: Path) -> None:
    assert read().frame.rows() == [("001", "2.5", 2), ("001", "ND", 3), ("002", None, 4), ("003", "1", 5)]
    assert said() == ["query:lab:1 CED218 1 blank row of table lab left out: 1"]
    backwards = read(replace(LAB, query="SELECT SUBJ, RES FROM lab ORDER BY RES DESC, SUBJ DESC;\n"))
    assert backwards.frame.equals(read().frame)
    assert backwards.rows_sha256 == read().rows_sha256


def test_the_digest_is_that_of_the_rows(database: Path) -> None:
    rows = [["SUBJ", "RES"], [None, None], ["001", "2.5"], ["001", "ND"], ["002", None], ["003", "1"]]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    assert read().inputs == {"rows of lab": hashlib.sha256(lines.encode()).hexdigest()}
    Path("raw/lab.sql").write_bytes(LAB.query.encode())
    written = read(replace(LAB, file="lab.sql", query=""))
    assert written.inputs == {
        "raw/lab.sql": hashlib.sha256(LAB.query.encode()).hexdigest(),
        "rows of lab": read().rows_sha256,
    }
    assert written.frame.equals(read().frame)


def test_names_and_columns_that_the_contract_leaves_out(database: Path) -> None:
    contract = replace(
        LAB, query="SELECT *, '% :x' AS PCT FROM lab", columns=("PATNR", "RES", "PCT"), key=("PATNR",)
    )
    contract = replace(contract, names={"PATNR": "SUBJ"}, column_policy="ignore", missing=("ND",))
    table, found = read_table(Path("raw"), contract)
    assert table is not None and found == []
    assert table.frame.rows()[1:3] == [("001", "2.5", "% :x", 2), ("001", None, "% :x", 3)]
    assert table.new == ("UNIT",)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "SELECT SUBJ, RES FROM labs",
            "query:lab CED286 the query of table lab fails: no such table: labs; correct the query, or what it reads",
        ),
        (
            "SELEC 1",
            'query:lab CED286 the query of table lab fails: near "SELEC": syntax error; correct the query, or what it reads',
        ),
        (
            "SELECT 1; SELECT 2",
            "query:lab CED286 the query of table lab fails: You can only execute one statement at a time; "
            "correct the query, or what it reads",
        ),
        (
            "DELETE FROM lab",
            "query:lab CED286 the query of table lab fails: attempt to write a readonly database; "
            "correct the query, or what it reads",
        ),
        (
            "BEGIN",
            "mappings/sources.yaml:4:3 CED287 the query of table lab gives no rows: it is no SELECT; "
            "write one SELECT statement",
        ),
        (
            "SELECT SUBJ, x'00FF' AS RES FROM lab",
            "query:lab CED239 column lab.RES is of the type bytes, which has no text; export it as text, or take it "
            "out of the table",
        ),
        (
            "SELECT SUBJ, 9e999 AS RES FROM lab",
            "query:lab:1 CED224 column lab.RES holds Infinity, which is no number, in 5 cells, first in row 1; "
            "correct it, or list it under 'missing' in sources.yaml",
        ),
        (
            "SELECT SUBJ, UNIT AS RES, UNIT AS RES FROM lab",
            "query:lab CED222 column RES stands twice in the header of table lab, in cells 2 and 3; rename one of them",
        ),
        (
            "SELECT SUBJ, '#N/A' AS RES FROM lab",
            "query:lab:1 CED242 column lab.RES holds #N/A, an error of a spreadsheet, in 5 cells, first in row 1; "
            "correct it, or list it under 'missing' in sources.yaml",
        ),
    ],
)
def test_queries_that_fail(database: Path, sql: str, message: str) -> None:
    before = database.read_bytes()
    assert said(replace(LAB, query=sql)) == [message]
    assert database.read_bytes() == before


def test_the_columns_are_compared_with_the_contract(database: Path) -> None:
    assert said(replace(LAB, query="SELECT SUBJ FROM lab")) == [
        "mappings/sources.yaml:4:3 CED220 column lab.RES is not in the header of query:lab; the header has SUBJ"
    ]


def test_what_is_wrong_with_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    place = "mappings/sources.yaml:4:3"
    assert said() == [
        f"{place} CED281 table lab needs the environment variable TRIAL_DB, which is not set; "
        "set it to the address of the database"
    ]
    for wrong in ("secret", "postgresql://u:secret@host:port/db"):
        monkeypatch.setenv("TRIAL_DB", wrong)
        assert said() == [
            f"{place} CED281 the environment variable TRIAL_DB of table lab holds no address of a database; "
            "its form is dialect+driver://user:password@host:port/database"
        ]
    monkeypatch.setenv("TRIAL_DB", "sqlite:///nowhere.db")
    assert said() == [
        f"{place} CED282 the database of table lab cannot be reached: there is no file nowhere.db; "
        "look at the address in TRIAL_DB"
    ]
    assert not Path("nowhere.db").exists()
    monkeypatch.setenv("TRIAL_DB", "klingon://u:secret@host/db")
    assert said() == [
        f"{place} CED282 the database of table lab cannot be reached: Can't load plugin: "
        "sqlalchemy.dialects:klingon; look at the server, and at the address in TRIAL_DB"
    ]
    Path("text.db").write_text("no database, but a text that is long enough to be read as one\n" * 20)
    monkeypatch.setenv("TRIAL_DB", "sqlite:///text.db")
    assert said() == [
        "query:lab CED286 the query of table lab fails: file is not a database; correct the query, or what it reads"
    ]


def test_the_package_is_named_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_module, "find_spec", lambda name: None)
    assert said() == [
        "mappings/sources.yaml:4:3 CED247 table lab is a query, and the package that asks databases is not installed; "
        "pip install 'ced-cdisc[sql]'"
    ]


def test_files_of_queries(database: Path) -> None:
    contract = replace(LAB, file="lab.sql", query="")
    assert said(contract) == [
        "mappings/sources.yaml:4:3 CED202 the file of table lab is missing: raw/lab.sql"
    ]
    Path("raw/lab.sql").write_bytes(b"")
    assert said(contract)[0].startswith("raw/lab.sql CED205 the file of table lab is empty")
    Path("raw/lab.sql").write_bytes(b"SELECT '\xe4' AS SUBJ")
    assert said(contract)[0].startswith("raw/lab.sql:1:9 CED209 table lab is not utf-8: byte 0xE4")
    Path("raw/lab.sql").write_bytes("-- Übersicht\r\nSELECT SUBJ, RES FROM lab\r\n".encode())
    assert read(contract).frame.equals(read().frame)


def test_a_folder_without_files_is_none_where_all_tables_are_queries(database: Path) -> None:
    tables, found = read_tables(Path("raw"), [LAB, replace(LAB, name="again", file="query:again")])
    assert list(tables) == ["lab", "again"]
    assert [finding.code for finding in found] == ["CED218", "CED218"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as number:
        import psycopg

        with psycopg.connect(address(number).replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS lab")
            connection.execute(TYPED)
        yield number


def address(port: int, password: str = PASSWORD) -> str:
    return f"postgresql+psycopg://{USER}:{quote_plus(password)}@127.0.0.1:{port}/postgres"


TYPED = """
CREATE TABLE lab (subj varchar(8), i integer, b bigint, n numeric(30, 4), f double precision, r real, t boolean,
  d date, ts timestamp, tz timestamptz, tm time, iv interval, u uuid, c char(5));
INSERT INTO lab VALUES
  ('001', 7, 9007199254740993, 12345678901234567890.5000, 1e21, 0.1, true, '2017-06-30', '2017-06-30 08:21:00.25',
   '2017-06-30 08:21:00+02', '08:21', '26 hours 3 minutes', '5f0c4bcb-0000-4000-8000-000000000001', 'ab'),
  ('002', NULL, NULL, 2.50, 'NaN', NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""


def test_every_type_of_postgresql_has_one_text(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAL_DB", address(port))
    names = ("subj", "i", "b", "n", "f", "r", "t", "d", "ts", "tz", "tm", "iv", "u", "c")
    contract = replace(LAB, query="SELECT * FROM lab ORDER BY subj DESC", columns=names, key=("subj",))
    assert said(contract) == [
        "query:lab:2 CED224 column lab.f holds NaN, which is no number, in row 2; "
        "correct it, or list it under 'missing' in sources.yaml"
    ]
    rows = read(replace(contract, missing=("NaN",))).frame.rows()
    # the time zone of the server, Asia/Tokyo, changes nothing
    first = (
        "001",
        "7",
        "9007199254740993",
        "12345678901234567890.5",
        "1" + "0" * 21,
        "0.1",
        "TRUE",
        "2017-06-30",
    )
    second = ("2017-06-30T08:21:00.25", "2017-06-30T06:21:00+00:00", "08:21:00", "26:03:00")
    assert rows[0] == (*first, *second, "5f0c4bcb-0000-4000-8000-000000000001", "ab   ", 1)
    assert rows[1] == ("002", None, None, "2.5", None, None, "FALSE", *[None] * 7, 2)


def test_what_is_wrong_with_a_server_is_said_without_the_password(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, look = "mappings/sources.yaml:4:3", "look at the server, and at the address in TRIAL_DB"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    monkeypatch.setenv("TRIAL_DB", address(closed))
    assert said() == [
        f"{place} CED282 the database of table lab cannot be reached: connection failed: connection to server at "
        f'"127.0.0.1", port {closed} failed: Connection refused; {look}'
    ]
    monkeypatch.setenv("TRIAL_DB", address(port, "not:it@1"))
    (one,) = said()
    assert (
        f'CED282 the database of table lab cannot be reached: connection failed: connection to server at "127.0.0.1", port {port} failed: FATAL:'
        in one
    )
    assert 'password authentication failed for user "tester"' in one
    assert "not:it@1" not in one
    monkeypatch.setenv("TRIAL_DB", address(port))
    wrong = {
        "SELECT SUBJ FROM nowhere": 'relation "nowhere" does not exist',
        "CREATE TABLE mine (a int)": 'syntax error at or near "CREATE"',
        "WITH x AS (DELETE FROM lab RETURNING subj) SELECT * FROM x": "DECLARE CURSOR must not contain "
        "data-modifying statements in WITH",
        f"SELECT '{PASSWORD}'::int": 'invalid input syntax for type integer: "***"',
    }
    for sql, message in wrong.items():
        assert said(replace(LAB, query=sql)) == [
            f"query:lab CED286 the query of table lab fails: {message}; correct the query, or what it reads"
        ]
