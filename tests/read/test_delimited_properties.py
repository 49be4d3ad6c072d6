"""Generated tables, hostile rows and any bytes: read as Python reads them, or refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from raw_folder import AE, given_file, read, rows, said

from ced_cdisc.core.findings import Severity
from ced_cdisc.read import scan as scan_module
from ced_cdisc.read.contract import SPREADSHEET_ERRORS
from ced_cdisc.read.scan import Fault, Layout, scan
from ced_cdisc.read.tables import read_table

CELL = st.text(
    st.one_of(st.sampled_from('",\n\r;ab \ufeff'), st.characters(exclude_characters="\0", codec="utf-8")),
    max_size=12,
).filter(
    lambda cell: cell.strip() not in SPREADSHEET_ERRORS
)  # these are refused (CED242), and drawn at times
TABLE = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=8))
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(
    TABLE, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.booleans()
)
def test_whatever_python_writes_is_read_back(
    cells: list[list[str]], end: str, quoting: int, last_end: bool
) -> None:
    """Oracle: Python's csv module; rows without a filled cell are left out."""
    width = len(cells[0]) if cells else 2
    names = tuple(f"C{n}" for n in range(width))
    if any("\r" in cell for row in cells for cell in row):
        quoting = csv.QUOTE_ALL  # before 3.13 Python leaves a carriage return unquoted, which we refuse
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end, quoting=quoting).writerows([names, *cells])
    text = buffer.getvalue() if last_end else buffer.getvalue().removesuffix(end)
    table = read(text, replace(AE, columns=names))
    wanted = [tuple(c or None for c in row) for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert [row[:-1] for row in rows(table)] == [row for row in wanted if any(row)]
    lines = text.encode().split(b"\n")
    for *_, first, line in [(row[0] or "", row[-1]) for row in rows(table)]:
        start = lines[line - 1].decode().lstrip('"')
        assert start.startswith(first.replace('"', '""').split("\n")[0].lstrip('"').rstrip("\r"))


@settings(RELAXED, max_examples=500)
@given(st.text(st.sampled_from('a,"\n\r;'), max_size=24), st.integers(1, 7))
def test_hostile_rows_are_refused_or_read_as_python_reads_them(body: str, block: int) -> None:
    data = f"A,B\n{body}".encode()
    layout = scan(data, ord(","), block)
    assert repr(layout) == repr(scan(data, ord(",")))
    given_file(data)
    table, found = read_table(Path("raw"), replace(AE, columns=("A", "B")))
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    if isinstance(layout, Fault):
        assert table is None
        return
    wanted = [row for row in csv.reader(io.StringIO(data.decode(), newline=""), strict=True) if row][1:]
    assert [len(row) for row in wanted] == layout.cells[1:].tolist()
    if table is not None:
        read_rows = [tuple(c or None for c in row) for row in wanted]
        assert [row[:-1] for row in rows(table)] == [row for row in read_rows if any(row)]


@RELAXED
@given(st.binary(max_size=60))
def test_any_bytes_give_a_table_or_an_error(content: bytes) -> None:
    said(content)
    said(b"SUBJ,TERM,SEV\n" + content)
    said(b"SUBJ,TERM,SEV\n" + content, replace(AE, encoding="latin-1", trim=True, missing=(".",)))


def test_the_scan_gives_the_same_for_every_block_size() -> None:
    data = b'A,B\r\n"x\r\n""y""",2\r\n\r\n3,"4"\n'
    whole = scan(data, ord(","))
    assert isinstance(whole, Layout)
    assert whole.lines.tolist() == [1, 2, 5]
    assert whole.blank_lines.tolist() == [4]
    for block in range(1, len(data)):
        assert repr(scan(data, ord(","), block)) == repr(whole)
    assert scan_module.scan(b"", ord(",")).starts.tolist() == []
