"""A known finding, read before the data: nothing here loads polars, so that a build may still fork."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Known(Struct, frozen=True):
    """A known finding of a conformance checker.

    Attributes:
        rule: its identifiers, with blanks between.
        package: the folder that it is of; empty for every one that has the dataset.
        dataset: the dataset; empty where it is of the study as a whole.
        records: a number or ``any``.
    """

    rule: str
    package: str
    dataset: str
    variable: str
    where: tuple[tuple[str, str], ...]
    records: str
    reason: str

    @property
    def place(self) -> str:
        """Dataset and variable."""
        return ".".join(part for part in (self.dataset, self.variable) if part) or "the study"

    def is_of(self, package: str, datasets: Iterable[str]) -> bool:
        """Whether it is of a package with these datasets."""
        return self.package == package or (not self.package and self.dataset in ("", *datasets))
