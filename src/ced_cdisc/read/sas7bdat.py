"""SAS datasets (SAS7BDAT) by ReadStat, as pyreadstat binds it: numbers as they are, and their formats.

pyreadstat is taken because it leaves the numbers of dates and times alone: readers that make dates of them
drop the half day that a number may have, and make a date of what shows a month only. Its lists cost memory,
so a file is read in blocks.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import polars as pl
from msgspec import Struct

from ced_cdisc.core.datafile import Rows
from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.read.contract import TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.finish import finished_table, numbered
from ced_cdisc.read.sas_cells import sas_texts

INSTALL = "pip install 'ced-cdisc[sas]'"
_CELLS = 1 << 22
"""So many values are held as Python objects at a time; each block costs a walk over the rows before it."""
_WIDTH = re.compile(r"\d*\.?\d*$")


class Unreadable(Exception):
    """The file cannot be read; the argument says why."""


class NotInstalled(Exception):
    """The package that reads SAS datasets is not there."""


class SasColumn(Struct, frozen=True):
    """A variable of a SAS dataset; ``format`` has the width and no dot at its end: ``DATE9``, ``8.2``."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    length: int
    format: str

    @property
    def format_name(self) -> str:
        """The format without its width."""
        return _WIDTH.sub("", self.format)

    @property
    def format_text(self) -> str:
        """The format as SAS programs write it: ``DATE9.``"""
        return self.format if not self.format or "." in self.format else f"{self.format}."


class Sas7bdatFile:
    """An open SAS dataset, whose rows are read in blocks, again each time.

    Args:
        source: the file, or its bytes.
        encoding: of its texts; empty for the one that the file names.

    Attributes:
        name, label: of the dataset.
        columns: its variables.
        rows: how many there are.
        created, modified: when, as the file says.

    Raises:
        Unreadable: the file is damaged or no SAS dataset.
        NotInstalled: pyreadstat is not there.
    """

    def __init__(self, source: Path | bytes, encoding: str = "") -> None:
        if find_spec("pyreadstat") is None:
            raise NotInstalled
        self._source, self._encoding = source, encoding
        _, said = self._read(metadataonly=True)
        self.name, self.label = str(said.table_name or ""), str(said.file_label or "")
        self.rows = int(said.number_rows)
        self.created: datetime | None = said.creation_time
        self.modified: datetime | None = said.modification_time
        labels: Sequence[str | None] = said.column_labels
        self.columns = tuple(
            SasColumn(
                name,
                label or "",
                "Char" if said.readstat_variable_types[name] == "string" else "Num",
                int(said.variable_storage_width[name]),
                str(said.original_variable_types[name] or "").replace("NULL", ""),
            )
            for name, label in zip(said.column_names, labels, strict=True)
        )

    def blocks(self, names: Collection[str] | None = None) -> Iterator[Rows]:
        """The rows of some variables (None: all), with the special missing values among them.

        Raises:
            Unreadable: the rows are damaged.
        """
        chosen = [column for column in self.columns if names is None or column.name in names]
        size = max(1, _CELLS // max(1, len(chosen)))
        for first in range(0, self.rows, size) if chosen else ():
            limit = min(size, self.rows - first)
            wanted = [column.name for column in chosen]
            data, _ = self._read(usecols=wanted, row_offset=first, row_limit=limit, user_missing=True)
            if any(len(data[column.name]) != limit for column in chosen):
                raise Unreadable(f"it holds fewer rows than the {self.rows} that it says")
            frame: dict[str, pl.Series] = {}
            codes: dict[str, pl.Series] = {}
            for column in chosen:
                values: list[Any] = data.pop(column.name)
                if column.type == "Char":
                    frame[column.name] = pl.Series([v or None for v in values], dtype=pl.String)
                    continue
                if any(isinstance(value, str) for value in values):
                    special = [value if isinstance(value, str) else None for value in values]
                    codes[column.name] = pl.Series(special, dtype=pl.String)
                    values = [None if isinstance(value, str) else value for value in values]
                frame[column.name] = pl.Series(values, dtype=pl.Float64).fill_nan(None)
            yield Rows(pl.DataFrame(frame), codes)

    def _read(self, **more: Any) -> tuple[dict[str, list[Any]], Any]:
        pyreadstat: Any = import_module("pyreadstat")
        source = io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source
        try:
            return pyreadstat.read_sas7bdat(
                source,
                output_format="dict",
                disable_datetime_conversion=True,
                encoding=self._encoding or None,
                **more,
            )
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, ValueError) as error:
            raise Unreadable(" ".join(str(error).split()).rstrip(".")) from None


def read_sas7bdat(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read a SAS dataset; the arguments and the result are those of ``read_delimited``.

    Texts, numbers, special missing values and ``__row`` are those of a transport file.
    """
    try:
        file = Sas7bdatFile(raw, contract.encoding)
        header = contract.renamed(column.name for column in file.columns)
        found = compare_header(header, contract, Location(shown))
        if any(finding.severity is Severity.ERROR for finding in found):
            return None, (), found
        kept = set(contract.columns)
        columns = {n: column for n, column in zip(header, file.columns, strict=True) if n in kept}
        blocks = list(file.blocks({column.name for column in columns.values()}))
    except NotInstalled:
        text = f"table {contract.name} is a SAS dataset, and the package that reads those is not installed"
        return None, (), [raw_finding("CED247", text, contract.where, INSTALL)]
    except Unreadable as error:
        text = f"the file of table {contract.name} is damaged or no SAS dataset: {error}"
        hint = f"copy it again; if texts are the reason, write its encoding at {contract.where}"
        return None, (), [raw_finding("CED246", text, Location(shown), hint)]
    cells: dict[str, pl.Series] = {}
    for name, column in columns.items():
        values = _joined([block.frame[column.name] for block in blocks], column).alias(name)
        if column.type == "Num":
            codes = _codes(column.name, blocks)
            values, faults = sas_texts(values, codes, column.format_name, contract, shown, column.format_text)
            found += faults
        cells[name] = values
    frame, notes = finished_table(cells, numbered(file.rows), contract, shown)
    return frame, new_columns(header, contract), [*found, *notes]


def _joined(parts: list[pl.Series], column: SasColumn) -> pl.Series:
    return pl.concat([pl.Series(dtype=pl.String if column.type == "Char" else pl.Float64), *parts])


def _codes(name: str, blocks: list[Rows]) -> pl.Series | None:
    """The special missing values of a column over all blocks; None where it has none."""
    if not any(name in block.codes for block in blocks):
        return None
    none = [pl.Series([None] * len(block.frame), dtype=pl.String) for block in blocks]
    return pl.concat([block.codes.get(name, empty) for block, empty in zip(blocks, none, strict=True)])
