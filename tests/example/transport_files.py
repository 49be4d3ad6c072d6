"""Transport files as pyreadstat reads them; nothing of ced_cdisc is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyreadstat

Row = dict[str, Any]


@dataclass(frozen=True)
class Dataset:
    """One transport file: dates are SAS numbers, and what is missing is None."""

    name: str
    kind: str
    label: str
    labels: dict[str, str]
    types: dict[str, str]
    formats: dict[str, str]
    rows: list[Row]

    @property
    def variables(self) -> list[str]:
        return list(self.labels)

    def where(self, **values: Any) -> list[Row]:
        """The rows that have all these values."""
        return [row for row in self.rows if all(row[name] == value for name, value in values.items())]

    def present(self, name: str) -> Iterator[Row]:
        """The rows that have a value of a variable; none where the dataset has no such variable."""
        return (row for row in self.rows if row.get(name) is not None)


def read_file(path: Path) -> Dataset:
    """Read one transport file."""
    columns, metadata = pyreadstat.read_xport(path, output_format="dict", disable_datetime_conversion=True)
    names = metadata.column_names
    rows = [
        dict(zip(names, map(_value, values), strict=True))
        for values in zip(*(columns[name] for name in names), strict=True)
    ]
    return Dataset(
        name=metadata.table_name,
        kind=path.parent.name,
        label=metadata.file_label,
        labels=dict(zip(names, metadata.column_labels, strict=True)),
        types={n: "Char" if metadata.readstat_variable_types[n] == "string" else "Num" for n in names},
        formats=dict(metadata.original_variable_types),
        rows=rows,
    )


def read_folder(out: Path) -> dict[str, Dataset]:
    """Every transport file of a build, by the name of its dataset."""
    return {data.name: data for data in map(read_file, sorted(out.glob("*/*.xpt")))}


def _value(value: Any) -> Any:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else float(value)
