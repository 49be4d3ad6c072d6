"""The records of a finished dataset that a where clause holds of."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping

import polars as pl
from msgspec import Struct

from ced_cdisc.core.metadata import RangeCheck

Value = str | float | int | None

_ORDER: Mapping[str, Callable[[str | float, str | float], bool]] = {
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}


class Records(Struct, frozen=True):
    """Selected records: the subject of each, and its values by variable, all in the order of the dataset."""

    subjects: tuple[str, ...]
    columns: Mapping[str, tuple[Value, ...]]

    def __len__(self) -> int:
        return len(self.subjects)

    def twice(self, by: str = "") -> list[str]:
        """Subjects with several records, of one value of the variable ``by`` where one is named."""
        seen: set[tuple[str, Value]] = set()
        keys = zip(self.subjects, self.columns[by] if by else (None,) * len(self), strict=True)
        return sorted({key[0] for key in keys if key in seen or seen.add(key)})


def select(frame: pl.DataFrame, where: Iterable[RangeCheck], variables: Iterable[str]) -> Records:
    """The records for which every check holds; a missing value meets no check, as in the datasets' language.

    Args:
        frame: a finished dataset with USUBJID.
        where: the checks.
        variables: the variables wanted; one that was left out as it holds nothing is missing throughout.
    """
    checks = list(where)
    names = dict.fromkeys(["USUBJID", *(c.variable for c in checks), *variables])
    columns: dict[str, list[Value]] = {
        name: frame[name].to_list() if name in frame.columns else [None] * len(frame) for name in names
    }
    kept = list(range(len(frame)))
    for check in checks:
        values = columns[check.variable]
        meets = {value: holds(check, value) for value in set(values)}
        kept = [i for i in kept if meets[values[i]]]
    return Records(
        tuple(str(columns["USUBJID"][i]) for i in kept),
        {name: tuple(values[i] for i in kept) for name, values in columns.items()},
    )


def holds(check: RangeCheck, value: Value) -> bool:
    """Whether a value meets a check: numbers as numbers, texts by character code."""
    if value is None:
        return False
    others: list[str | float] = (
        list(check.values) if isinstance(value, str) else [float(text) for text in check.values]
    )
    if check.comparator in ("EQ", "IN"):
        return value in others
    if check.comparator in ("NE", "NOTIN"):
        return value not in others
    return _ORDER[check.comparator](value, others[0])
