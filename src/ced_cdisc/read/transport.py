"""A SAS transport file as a raw table: every cell the text of what stands in the file.

Numbers become the shortest text that reads back. Where the format of a variable shows days or times, the
number is one and becomes ISO 8601: SAS counts days and seconds from 1960-01-01. Formats that show a part of a
date only (``MONYY5.``, ``YEAR4.``) and those of the user change nothing: the number stays a number.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import polars as pl

from ced_cdisc.core.findings import Finding, Location, Severity, Stopped
from ced_cdisc.core.xpt import XptVariable
from ced_cdisc.read.cell_text import duration_text, number_text
from ced_cdisc.read.contract import ROW, TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.delimited import finish_cells, skipped_rows
from ced_cdisc.read.xpt import read_special_missing, read_xpt

_DAYS = re.compile(
    "DATE|[EB]8601DA|IS8601DA|(DDMMYY|MMDDYY|YYMMDD)[BCDNPS]?|JULIAN|NLDATE|WEEKDAT[EX]|WORDDAT[EX]"
)
_DATE_TIMES = re.compile("DATETIME|DATEAMPM|MDYAMPM|DTDATE|NLDATM|([EB]8601|IS8601)D[TN]")
_TIMES = re.compile("TIME|TIMEAMPM|TOD|HHMM|MMSS|([EB]8601|IS8601)TM")


def read_transport(
    raw: bytes, contract: TableContract, shown: str, needed: Collection[str] | None = None
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read a transport file of one dataset; the arguments and the result are those of ``read_delimited``.

    ``__row`` is the number of the row, from 1. A missing number is an empty cell, a special missing value
    the text ``.A``, which is a fault unless the contract lists it as missing. Blanks at the end of a text
    are not kept: the file does not tell them from its padding.
    """
    fault = _unusable_encoding(contract)
    if fault:
        return None, (), [fault]
    try:
        data, member = read_xpt(raw, encoding=contract.encoding, shown=shown)
    except Stopped as stopped:
        return None, (), [_in_sources(finding, contract) for finding in stopped.findings]
    header = [variable.name for variable in member.variables]
    found = compare_header(header, contract, Location(shown))
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, (), found
    special = read_special_missing(raw, encoding=contract.encoding)
    variables = {variable.name: variable for variable in member.variables}
    cells: dict[str, pl.Series] = {}
    for name in (name for name in contract.columns if needed is None or name in needed):
        if name not in variables:
            cells[name] = pl.Series([None] * len(data), dtype=pl.String)
        elif variables[name].type == "Char":
            cells[name] = data[name]
        else:
            texts, unshown = _texts(data[name], variables[name])
            found += _findings(unshown, "CED244", contract, variables[name], shown)
            codes = special.get(name)
            if codes is not None:
                marked = pl.select(pl.when(codes.is_not_null()).then("." + codes).otherwise(texts))
                texts = marked.to_series()
                refused = [
                    (row, f".{code}")
                    for row, code in enumerate(codes.to_list(), 1)
                    if code is not None and f".{code}" not in contract.missing
                ]
                found += _findings(refused, "CED243", contract, variables[name], shown)
            cells[name] = texts
    frame = pl.DataFrame({**cells, ROW: pl.int_range(1, len(data) + 1, dtype=pl.Int64, eager=True)})
    if cells:
        frame = finish_cells(frame, contract)
    if cells:
        blank = frame.filter(pl.all_horizontal(pl.exclude(ROW).is_null()))[ROW].to_list()
        frame = frame.filter(~pl.col(ROW).is_in(blank))
        found += skipped_rows(blank, "row", contract, shown)
    return frame, new_columns(header, contract), found


def _unusable_encoding(contract: TableContract) -> Finding | None:
    """CED207: no encoding, or one in which ASCII is not itself."""
    try:
        fits = codecs.encode("A1 ", contract.encoding) == b"A1 "
    except (LookupError, ValueError, TypeError):
        fits = False
    if fits:
        return None
    text = f"the encoding {contract.encoding} of table {contract.name} is none that a transport file can have"
    return raw_finding("CED207", text, contract.where, "usual ones are utf-8, cp1252 and latin-1")


def _in_sources(finding: Finding, contract: TableContract) -> Finding:
    """A finding of the reader, with the word of sources.yaml that answers it."""
    if finding.code != "CED337":
        return finding
    hint = f"write the encoding of the file at {contract.where}, such as encoding: cp1252"
    return replace(finding, hint=hint)


def _texts(column: pl.Series, variable: XptVariable) -> tuple[pl.Series, list[tuple[int, str]]]:
    """The texts of numbers; and the row and number of those that are none of what the format shows."""
    word = _word(variable.format)
    known: dict[float, str | None] = {}
    texts: list[str | None] = []
    unshown: list[tuple[int, str]] = []
    for row, value in enumerate(column.to_list(), 1):
        if value is None:
            texts.append(None)
            continue
        if value not in known:
            known[value] = word(value)
        texts.append(known[value])
        if known[value] is None:
            unshown.append((row, number_text(value)))
    return pl.Series(column.name, texts, pl.String), unshown


def _word(name: str) -> Callable[[float], str | None]:
    """How a number of a variable with this format is written."""
    for pattern, word in ((_DAYS, _day), (_DATE_TIMES, _date_time), (_TIMES, _time)):
        if pattern.fullmatch(name.upper()):
            return word
    return number_text


def _day(value: float) -> str | None:
    """A day counted from 1960-01-01; None for a part of a day and beyond the years 1 to 9999.

    >>> _day(0.0), _day(21000.0), _day(0.5)
    ('1960-01-01', '2017-06-30', None)
    """
    try:
        return (date(1960, 1, 1) + timedelta(days=int(value))).isoformat() if value == int(value) else None
    except OverflowError:
        return None


def _date_time(value: float) -> str | None:
    """Seconds counted from 1960-01-01, with the fraction that the number has.

    >>> _date_time(0.0), _date_time(1814400001.25), _date_time(1e15)
    ('1960-01-01T00:00:00', '2017-06-30T00:00:01.25', None)
    """
    whole = int(Decimal(repr(value)).to_integral_value("ROUND_FLOOR"))
    fraction = Decimal(repr(value)) - whole
    try:
        moment = datetime(1960, 1, 1) + timedelta(seconds=whole)  # noqa: DTZ001 - SAS knows no zone
    except OverflowError:
        return None
    return moment.isoformat() + (f"{fraction:f}"[1:].rstrip("0") if fraction else "")


def _time(value: float) -> str | None:
    """Seconds as a time of day; hours may pass 24, as in a span of time.

    >>> _time(30060.0), _time(93784.0)
    ('08:21:00', '26:03:04')
    """
    try:
        return duration_text(timedelta(seconds=value))
    except OverflowError:
        return None


def _findings(
    cells: list[tuple[int, str]], code: str, contract: TableContract, variable: XptVariable, shown: str
) -> list[Finding]:
    """One finding for all cells of a column, if there are any."""
    if not cells:
        return []
    row, value = cells[0]
    where = f"in {len(cells)} cells, first in row {row}" if len(cells) > 1 else f"in row {row}"
    column = f"column {contract.name}.{variable.name}"
    if code == "CED243":
        text = f"{column} holds the special missing value {value}, {where}"
        hint = "correct it, or list it under 'missing' in sources.yaml"
    else:
        text = f"{column} holds {value}, {where}, which its format {variable.format_text} cannot show"
        hint = "correct it, or take the format away"
    return [raw_finding(code, text, Location(shown, row), hint)]
