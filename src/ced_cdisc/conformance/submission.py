"""A submission as the rules see it: its datasets, and the standards that govern them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.standard import Governing

if TYPE_CHECKING:
    from ced_cdisc.check.define.document import DefineDocument


@dataclass(eq=False)
class Submission:
    """All datasets of a folder and the standards that govern them."""

    datasets: dict[str, Dataset]
    governing: Governing
    defines: tuple[DefineDocument, ...] = ()
    _places: dict[str, pl.Series] = field(default_factory=dict[str, pl.Series])

    def get(self, name: str) -> Dataset | None:
        """The dataset of that name."""
        return self.datasets.get(name)

    def sdtm(self, *classes: str) -> Iterator[Dataset]:
        """The SDTM datasets, all or those of these classes (``Findings`` takes in Findings About)."""
        for data in self.datasets.values():
            name = "Findings" if data.class_name == "Findings About" and "Findings" in classes else ""
            if data.kind == "SDTM" and (not classes or data.class_name in classes or name):
                yield data

    def adam(self, *structures: str) -> Iterator[Dataset]:
        """The ADaM datasets, all or those of these structures."""
        for data in self.datasets.values():
            if data.kind == "ADaM" and (not structures or data.class_name in structures):
                yield data

    def having(self, *names: str, among: Iterator[Dataset] | None = None) -> Iterator[Dataset]:
        """The SDTM datasets (or those of ``among``) that have all these variables, ``--`` allowed."""
        for data in self.sdtm() if among is None else among:
            if data.has(*names):
                yield data

    def domain(self, code: str) -> list[Dataset]:
        """The datasets of a domain: one, or several where it is split."""
        return [d for d in self.sdtm() if d.domain == code and not d.is_supplemental and d.name[:2] != "AP"]

    @cached_property
    def subjects(self) -> pl.DataFrame:
        """DM with one record a subject (the first), or a frame with USUBJID alone and no records."""
        dm = self.get("DM")
        if dm is None or "USUBJID" not in dm.texts():
            return pl.DataFrame(schema={"USUBJID": pl.String})
        return dm.frame.filter(pl.col("USUBJID").is_not_null()).unique("USUBJID", keep="first")

    def with_dm(self, data: Dataset, *names: str, **made: pl.Expr) -> pl.DataFrame:
        """The records of a dataset with variables of DM as ``DM.RFSTDTC``, null where DM has none.

        The order of the records stays, so that the frame can be given to :meth:`Dataset.records`.

        Args:
            data: the dataset.
            names: variables of DM.
            made: further columns, made of these.
        """
        absent = [pl.lit(None, pl.String).alias(n) for n in names if n not in self.subjects.columns]
        dm = self.subjects.with_columns(absent)
        right = dm.select("USUBJID", *(pl.col(n).alias(f"DM.{n}") for n in names), **made).drop("USUBJID")
        places = self._places_in_dm(data)
        return data.frame.with_columns([column.gather(places) for column in right.get_columns()])

    def _places_in_dm(self, data: Dataset) -> pl.Series:
        """For each record of a dataset the row of its subject in ``subjects``, or null."""
        if data.name not in self._places:
            known = self.subjects.select("USUBJID").with_row_index("place")
            found = data.frame.select("USUBJID").join(known, on="USUBJID", how="left", maintain_order="left")
            self._places[data.name] = found["place"]
        return self._places[data.name]
