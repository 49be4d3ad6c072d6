"""Structure: names, labels, types, order and keys of datasets and variables, and what has to be there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.submission import Submission

_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")


def variable_names(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in study.datasets.values():
        for name in data.columns:
            yield data.fact(not _NAME.fullmatch(name), name)


def required_variables(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in study.sdtm():
        for variable in data.ig.variables if data.ig else ():
            if variable.core == "Req":
                yield data.fact(variable.name not in data.columns, variable.name)


def sequence_unique(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in study.having("USUBJID", "--SEQ"):
        seq = data.v("--SEQ")
        yield data.records(pl.struct("USUBJID", seq).is_duplicated(), seq)
