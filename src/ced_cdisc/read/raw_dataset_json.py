"""A Dataset-JSON file as a raw table: texts as they stand there, numbers in their shortest form."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from msgspec.structs import replace

from ced_cdisc.core.datafile import FileVariable
from ced_cdisc.core.decimals import decimal_text, shortest
from ced_cdisc.core.findings import Finding, Location, Severity, Stage, Stopped
from ced_cdisc.read.cell_text import boolean_text
from ced_cdisc.read.contract import TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.dataset_json import DECIMAL, DatasetJsonFile
from ced_cdisc.read.finish import finished_table, numbered

_DIGITS = 400
"""More digits than a double has, on either side of the point; a text such as 1E999999 stands for so many."""


def read_raw_dataset_json(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read a file of Dataset-JSON 1.1; the arguments and the result are those of ``read_delimited``.

    The ending of its name says if it is JSON, NDJSON or DSJC. ``__row`` is the number of the row, from 1.
    """
    try:
        file = DatasetJsonFile(Path(contract.file), shown=shown, data=raw)
        variables = file.dataset.variables
        header = contract.renamed(variable.name for variable in variables)
        found = compare_header(header, contract, Location(shown))
        if any(finding.severity is Severity.ERROR for finding in found):
            return None, (), found
        wanted = set(contract.columns)
        places = [place for place, name in enumerate(header) if name in wanted]
        texts: dict[int, list[str | None]] = {place: [] for place in places}
        words = {place: _word(variables[place]) for place in places}
        height = 0
        for block, before in file.as_written():
            height += len(block)
            for place, column in texts.items():
                word = words[place]
                for number, row in enumerate(block, before + 1):
                    try:
                        column.append(None if row[place] is None else word(row[place]))
                    except ValueError:
                        return None, (), [_refused(variables[place], row[place], number, shown)]
    except Stopped as stopped:
        return None, (), [replace(finding, stage=Stage.RAW) for finding in stopped.findings]
    cells = {header[place]: pl.Series(column, dtype=pl.String) for place, column in texts.items()}
    frame, notes = finished_table(cells, numbered(height), contract, shown)
    return frame, new_columns(header, contract), [*found, *notes]


def _word(variable: FileVariable) -> Callable[[Any], str]:
    """How a value of a column is written; it raises ValueError for one that is not of the column's type."""
    if variable.data_type == "boolean":
        return _boolean
    if variable.data_type == "decimal":
        return _decimal
    if variable.data_type == "integer":
        return _whole
    return _number if variable.data_type in ("float", "double") else _text


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _boolean(value: Any) -> str:
    if not isinstance(value, bool):
        raise ValueError
    return boolean_text(value)


def _whole(value: Any) -> str:
    if isinstance(value, float) and not value.is_integer():  # 7.0 is whole, as programs write it
        raise ValueError
    return _number(value)


def _number(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError
    return shortest(value)


def _decimal(value: Any) -> str:
    """Decimals are exchanged as texts, so that no digit is lost."""
    if not isinstance(value, str):
        return _number(value)
    if not value:
        return value
    number = Decimal(value.replace(",", "")) if DECIMAL.fullmatch(value) else Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        raise ValueError
    return decimal_text(number)


def _refused(variable: FileVariable, value: object, row: int, shown: str) -> Finding:
    """CED606, as the reader of datasets says it."""
    said = repr(value)[:60]
    text = f"{shown} has {said} in {variable.name} row {row}, which is no {variable.data_type}"
    return raw_finding("CED606", text, Location(shown, row), "export the table again", quotes=[said])
