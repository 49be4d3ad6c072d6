"""The rows that a query of a database gives, through SQLAlchemy, as a raw table.

The address of the database stands in an environment variable and in no message: it may hold a password. The
query cannot change the database where that can be had: PostgreSQL takes it in a read-only transaction, an
SQLite file is opened for reading, and no transaction is committed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
from msgspec import Struct

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.read.cell_text import NoText, value_text
from ced_cdisc.read.contract import ROW, TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.finish import finished_table, no_numbers, no_text

INSTALL = "pip install 'ced-cdisc[sql]'"
_ROWS = 1 << 14
_VALUE = re.compile(r': "([^"]+)"$')
"""A value of the data at the end of what a driver says."""
_SECONDS = 10
"""How long a server may take to answer at all."""


class QueryRows(Struct, frozen=True):
    """What a query gave.

    Attributes:
        frame: as ``read_delimited`` gives it; ``__row`` is the number of the row as sorted.
        new: columns that the contract does not list.
        sha256: digest of all rows: the names of the columns, then each row, as a JSON array a line.
    """

    frame: pl.DataFrame
    new: tuple[str, ...]
    sha256: str


class _Refused(Exception):
    def __init__(self, code: str, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.code, self.text, self.hint = code, text, hint


def read_query(query: str, contract: TableContract, shown: str) -> tuple[QueryRows | None, list[Finding]]:
    """Send the query of a table to its database.

    The rows are sorted by the key of the contract, then by all other columns, as texts by code point: a
    server may give them in any order.

    Args:
        query: one statement that gives rows.
        contract: the declared table.
        shown: how findings name the query.

    Returns:
        The rows, or None where a finding is an error; and the findings.
    """
    where = Location(shown)
    try:
        header, columns = _fetched(query, contract)
    except _Refused as refused:
        place = where if refused.code == "CED286" else contract.where
        quotes = _VALUE.findall(refused.text)
        return None, [raw_finding(refused.code, refused.text, place, refused.hint, quotes=quotes)]
    header = contract.renamed(header)
    found = compare_header(header, contract, where)
    cells: dict[str, pl.Series] = {}
    if not any(finding.severity is Severity.ERROR for finding in found):
        for name, values in zip(header, columns, strict=True):
            try:
                cells[name] = pl.Series(
                    [None if v is None else value_text(v) for v in values], dtype=pl.String
                )
            except NoText as error:
                found.append(no_text(name, str(error), contract, shown))
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, found
    order = [*(name for name in contract.key if name in cells), *(n for n in header if n not in contract.key)]
    whole = pl.DataFrame(cells).sort(order) if cells else pl.DataFrame()
    for name, values in zip(header, columns, strict=True):
        if any(isinstance(value, float) for value in values) and name in contract.columns:
            found += no_numbers(name, whole[name], contract, shown)
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, found
    rows = pl.int_range(1, len(whole) + 1, dtype=pl.Int64, eager=True).alias(ROW)
    frame, notes = finished_table(whole.to_dict(), rows, contract, shown)
    return QueryRows(frame, new_columns(header, contract), _digest(whole)), [*found, *notes]


def _digest(rows: pl.DataFrame) -> str:
    digest = hashlib.sha256()
    for row in (tuple(rows.columns), *rows.iter_rows()):
        digest.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def _fetched(query: str, contract: TableContract) -> tuple[list[str], list[list[Any]]]:
    """The names of the columns of the result, and their values."""
    if find_spec("sqlalchemy") is None:
        text = f"table {contract.name} is a query, and the package that asks databases is not installed"
        raise _Refused("CED247", text, INSTALL)
    sa: Any = import_module("sqlalchemy")
    url = _address(sa, contract)
    table = contract.name
    try:
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=_waiting(url))
        connection = engine.connect()
    except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
        text = f"the database of table {table} cannot be reached: {_said(error, url)}"
        raise _Refused(
            "CED282", text, f"look at the server, and at the address in {contract.database}"
        ) from None
    with connection:
        try:
            if url.get_backend_name() == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
                connection.exec_driver_sql("SET TIME ZONE 'UTC'")
            options = {"no_parameters": True, "stream_results": True}
            result = connection.exec_driver_sql(query, execution_options=options)
            if not result.returns_rows:
                text = f"the query of table {table} gives no rows: it is no SELECT"
                raise _Refused("CED287", text, "write one SELECT statement")
            names = [str(name) for name in tuple(result.keys())]
            columns: list[list[Any]] = [[] for _ in names]
            while rows := result.fetchmany(_ROWS):
                for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                    column.extend(values)
        except (sa.exc.SQLAlchemyError, ValueError) as error:
            text = f"the query of table {table} fails: {_said(error, url)}"
            raise _Refused("CED286", text, "correct the query, or what it reads") from None
    return names, columns


def _address(sa: Any, contract: TableContract) -> Any:
    """The address of the database."""
    variable = contract.database
    text = os.environ.get(variable, "")
    if not text:
        said = f"table {contract.name} needs the environment variable {variable}, which is not set"
        raise _Refused("CED281", said, "set it to the address of the database")
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        said = f"the environment variable {variable} of table {contract.name} holds no address of a database"
        hint = "its form is dialect+driver://user:password@host:port/database"
        raise _Refused("CED281", said, hint) from None
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return url
    # SQLite would make a file that is not there, and write beside one that is.
    if not Path(name).is_file():
        said = f"the database of table {contract.name} cannot be reached: there is no file {name}"
        raise _Refused("CED282", said, f"look at the address in {variable}")
    path = quote(Path(name).resolve().as_posix())
    return url.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})


def _waiting(url: Any) -> Mapping[str, Any]:
    """A limit to the time that connecting takes, where the address has none."""
    if url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query:
        return {"connect_timeout": _SECONDS}
    return {}


def _said(error: Exception, url: Any) -> str:
    """The first line of what the driver said, without the password."""
    cause: object = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    text = lines[0].strip().rstrip(".") if lines else type(cause).__name__
    password = str(url.password or "")
    return text.replace(password, "***") if password else text
