"""Cells that are a text listed under ``missing`` but for the case of its letters: they stay what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from ced_cdisc.core.findings import Finding, Severity, Stage, counted
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.read.tables import RawTable


def nearly_missing(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """CED877, a note for each such text of a table, with the columns that hold it and are not excluded."""
    for study in plan.studies:
        read = study.own(tables)
        for name, contract in study.tables.items():
            listed = {word.casefold(): word for word in contract.missing if word.casefold() != word.upper()}
            if name not in read or not listed:
                continue
            found: dict[str, dict[str, int]] = {}
            for column in contract.columns:
                if column not in contract.exclude and column in read[name].frame.columns:
                    for text, count in _alike(read[name].frame[column], listed):
                        found.setdefault(text, {})[column] = count
            for text, columns in sorted(found.items()):
                cells = counted(sum(columns.values()), "cell")
                told = f"{cells} of {', '.join(f'{name}.{column}' for column in columns)}"
                word = listed[text.casefold()]
                message = f"'{text}' in {told} is a value: 'missing' lists '{word}'"
                hint = "list it too, if it means that there is no value"
                yield Finding("CED877", message, contract.where, hint, Stage.RAW, Severity.NOTE)


def _alike(cells: pl.Series, listed: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The texts of a column that are one of those but for case, and how many cells have each."""
    longest = max(len(word.encode()) for word in listed)
    short = cells.filter(cells.str.len_bytes() <= longest)
    alike = short.filter(short.str.to_lowercase().is_in(list(listed)))
    yield from alike.value_counts(name="n").sort(cells.name).iter_rows()
