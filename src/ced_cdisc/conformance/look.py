"""What a rule says of one dataset: how much it looked at, and which records or facts are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from ced_cdisc.conformance.submission import Dataset

ROW = "__row"
"""The row of a record in its file, from 1."""


@dataclass(frozen=True)
class Look:
    """One look of a rule at a dataset and a variable.

    Attributes:
        variable: the variable at fault, or empty.
        looked: how many records were looked at, or 1 for the dataset itself.
        failed: whether something is wrong.
        bad: the records at fault, with ROW and the variables to show; None where no record is.
        words: what fills the braces of the rule's sentence besides dataset and variable.
    """

    dataset: Dataset
    variable: str
    looked: int
    failed: bool
    bad: pl.DataFrame | None = None
    words: Mapping[str, str] = field(default_factory=dict[str, str])
