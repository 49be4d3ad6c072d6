"""Words of the expression language that also the loader must know."""

from __future__ import annotations

AGGREGATES = (
    "first", "last", "min", "max", "sum", "mean", "count", "only", "same", "rank", "next", "previous",
)  # fmt: skip
"""Functions over several records; every other name is a function of one record."""

OWN_RECORDS = ("rank", "next", "previous")
"""Of these, those that only go over the records of the dataset being built."""
