"""What is compared, and what a comparison says.

A table gives its columns when asked, so that two files of any number of columns are compared with a few of
them in memory at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import polars as pl
from msgspec import Struct, field
from numpy.typing import NDArray

from ced_cdisc.core.findings import Severity, counted

Rows = NDArray[np.uint32] | None
"""Rows from 0, in any order; None for all."""
Attribute = Literal["labels", "types", "lengths", "formats"]
ATTRIBUTES: tuple[Attribute, ...] = ("labels", "types", "lengths", "formats")


class ComparedVariable(Struct, frozen=True):
    """A variable as its file describes it; what the kind of file does not know is empty or 0.

    Attributes:
        type: ``Any`` is a text of a CSV file, which may stand for a number.
        length: bytes of a value in the file.
        format: SAS format such as ``DATE9.``
    """

    name: str
    type: Literal["Char", "Num", "Any"]
    label: str = ""
    length: int = 0
    format: str = ""


class ComparedTable(Protocol):
    """One side of a comparison."""

    @property
    def shown(self) -> str:
        """The file as messages name it."""
        ...

    @property
    def name(self) -> str:
        """The name of the dataset, in capitals."""
        ...

    @property
    def label(self) -> str:
        """The label of the dataset."""
        ...

    @property
    def rows(self) -> int:
        """How many records it has."""
        ...

    @property
    def variables(self) -> Sequence[ComparedVariable]:
        """All variables in order, names in capitals and unique."""
        ...

    @property
    def knows(self) -> frozenset[Attribute]:
        """What the kind of file says of variables."""
        ...

    def column(self, name: str, rows: Rows = None) -> pl.Series:
        """The values: Float64 (dates as SAS numbers) or String, null where missing; of all rows or of some.

        Raises:
            Stopped: the column cannot be read.
        """
        ...

    def unequal(
        self, other: ComparedTable, mine: Rows = None, theirs: Rows = None
    ) -> Mapping[str, NDArray[np.uint32]]:
        """The pairs in which a variable may differ, ascending, as far as it is known without decoding values.

        Args:
            other: the other side.
            mine: the row of each pair; None for row i in pair i.
            theirs: likewise on the other side.
        """
        ...

    def special_missing(self, name: str, rows: Rows = None) -> pl.Series | None:
        """The codes of special missing values (``_``, ``A`` to ``Z``) or null, or None if it has none; of all
        rows or of some.
        """
        ...


class Tolerance(Struct, frozen=True):
    """When two numbers are equal: ``|A - B|`` is at most ``absolute``, or at most ``relative`` of the larger.

    The mappings hold limits of single variables, by ``VARIABLE`` or ``DATASET.VARIABLE``.
    """

    relative: float = 1e-12
    absolute: float = 0.0
    relative_of: Mapping[str, float] = field(default_factory=dict[str, float])
    absolute_of: Mapping[str, float] = field(default_factory=dict[str, float])

    def of(self, dataset: str, variable: str) -> tuple[float, float]:
        """The relative and the absolute limit of a variable; one that has a limit of its own has no other."""
        for name in (f"{dataset}.{variable}", variable):
            if name in self.relative_of or name in self.absolute_of:
                return self.relative_of.get(name, 0.0), self.absolute_of.get(name, 0.0)
        return self.relative, self.absolute


class Record(Struct, frozen=True):
    """A record as a difference shows it: keys (or the row from 1) with their values, and both values."""

    keys: tuple[tuple[str, str], ...]
    a: str = ""
    b: str = ""

    @property
    def place(self) -> str:
        """The keys as one text."""
        return " ".join(f"{name}={value}" for name, value in self.keys)


class Difference(Struct, frozen=True):
    """One thing that differs, with its cause.

    Attributes:
        code: CED700 to CED713.
        message: what differs, in how many records, and the cause.
        variable: the variable concerned; empty for the dataset as a whole.
        cause: a word for programs, such as ``factor``, ``case`` or ``only in A``.
        count: records (or variables) concerned.
        severity: only errors make two datasets differ; a warning or a note says what was done.
        details: further facts, each a text of its own.
        records: the first few records.
    """

    code: str
    message: str
    variable: str = ""
    cause: str = ""
    count: int = 0
    severity: Severity = Severity.ERROR
    details: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


class DatasetComparison(Struct, frozen=True):
    """Two datasets compared, or one that stands on one side only.

    Attributes:
        name: as the summary shows it, with its folder where several have the name.
        a, b: the files; empty where there is none.
        rows_a, rows_b: records of each side; None where there is no file.
        paired: records that stand on both sides.
        compared: variables whose values were compared.
        keys: the key variables; empty where records were paired by position.
        keys_from: where the keys come from.
    """

    name: str
    a: str = ""
    b: str = ""
    rows_a: int | None = None
    rows_b: int | None = None
    paired: int = 0
    compared: int = 0
    keys: tuple[str, ...] = ()
    keys_from: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not any(d.severity is Severity.ERROR for d in self.differences)

    @property
    def result(self) -> str:
        """The result in a few words."""
        if self.rows_a is None:
            return "only in B"
        if self.rows_b is None:
            return "only in A"
        if self.equal:
            return "equal"
        errors = [d for d in self.differences if d.severity is Severity.ERROR]
        values = len({d.variable for d in errors if d.code == "CED700"})
        records = sum(d.count for d in errors if d.code == "CED701")
        other = any(d.code not in ("CED700", "CED701") for d in errors)
        parts = [
            counted(values, "variable") + " with other values" if values else "",
            counted(records, "record") + " on one side only" if records else "",
            "metadata" if other else "",
        ]
        return ", ".join(part for part in parts if part)


class Comparison(Struct, frozen=True):
    """All datasets of two files or folders, by name; ``notes`` concern both as a whole."""

    a: str
    b: str
    tolerance: Tolerance
    datasets: tuple[DatasetComparison, ...]
    notes: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether nothing differs in any dataset."""
        return all(dataset.equal for dataset in self.datasets)


def tolerance_text(tolerance: Tolerance) -> str:
    """One sentence on when two numbers are equal."""
    single = [
        f"{name} {word} {limit:g}"
        for word, limits in (("relative", tolerance.relative_of), ("absolute", tolerance.absolute_of))
        for name, limit in sorted(limits.items())
    ]
    parts = [
        f"by at most {tolerance.relative:g} of the larger one" if tolerance.relative else "",
        f"by at most {tolerance.absolute:g}" if tolerance.absolute else "",
    ]
    limits = " or ".join(part for part in parts if part)
    said = (
        f"numbers are equal if they differ {limits}" if limits else "numbers are equal if they are the same"
    )
    return said + (f"; {', '.join(single)}" if single else "")
