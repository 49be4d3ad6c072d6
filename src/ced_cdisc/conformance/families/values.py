"""Values: terminology, dates and durations, flags, codes, numeric texts and units."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.submission import Submission


def no_leading_blank(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in study.datasets.values():
        for name in data.texts():
            yield data.values_wrong(name, pl.col("value").str.starts_with(" "))
