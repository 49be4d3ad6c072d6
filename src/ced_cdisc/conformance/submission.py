"""A submission as the rules see it: its datasets, and the standards that govern them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import polars as pl
from msgspec import Struct

from ced_cdisc.conformance.beside import with_columns
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Beside
from ced_cdisc.conformance.packages import build_of
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.standard import Governing

if TYPE_CHECKING:
    from ced_cdisc.check.define.document import DefineDocument


T = TypeVar("T")


class _Subjects:
    """Which of the subjects of DM each record of a block is about; asked once a block."""

    def __init__(self, known: pl.DataFrame) -> None:
        self._known = known
        self._found = WeakKeyDictionary[Block, pl.Series]()

    def made_of(self) -> object:
        """What the answers hang on, as :class:`~ced_cdisc.conformance.look_digest.MadeOf` has it."""
        return self._known

    def places(self, block: Block) -> pl.Series:
        """The place of the subject of each record; null where DM has it not."""
        if block not in self._found:
            here = block.frame[["USUBJID"]]
            found = here.join(self._known, on="USUBJID", how="left", maintain_order="left")
            self._found[block] = found["place"]
        return self._found[block]


class Datasets(Struct, eq=False, dict=True):
    """Datasets, and the standards that govern them.

    A rule that takes these, and no :class:`Submission`, looks at each dataset by itself: what it says of one
    hangs on this one, its define.xml and the standards. So it need not be asked of all of them together.
    """

    datasets: dict[str, Dataset]
    governing: Governing

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

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What several rules make of the datasets, made once."""
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    @cached_property
    def _held(self) -> dict[str, Any]:
        return {}


class Submission(Datasets, eq=False, dict=True):
    """All datasets of a folder, and the standards that govern them."""

    defines: tuple[DefineDocument, ...] = ()
    folder: Path | None = None

    @cached_property
    def is_whole(self) -> bool:
        """Whether all datasets of the study are to be expected: not in a build of some of them."""
        build = build_of(self.folder) if self.folder is not None else None
        return build is None or build.whole

    def get(self, name: str) -> Dataset | None:
        """The dataset of that name."""
        return self.datasets.get(name)

    def some(self, chosen: Iterable[Dataset]) -> Datasets:
        """Some of the datasets, for rules that look at each by itself."""
        names = {data.name for data in chosen}
        return Datasets({name: data for name, data in self.datasets.items() if name in names}, self.governing)

    @cached_property
    def subjects(self) -> pl.DataFrame:
        """DM with one record a subject (the first), or a frame with USUBJID alone and no records."""
        dm = self.get("DM")
        if dm is None or "USUBJID" not in dm.texts():
            return pl.DataFrame(schema={"USUBJID": pl.String})
        return dm.frame.filter(pl.col("USUBJID").is_not_null()).unique(
            "USUBJID", keep="first", maintain_order=True
        )

    @cached_property
    def subject_names(self) -> frozenset[str]:
        """The subjects of DM."""
        return frozenset(self.subjects["USUBJID"].to_list())

    def with_dm(self, *names: str | pl.Expr) -> Beside:
        """Gives records variables of DM as ``DM.RFSTDTC``, null where DM has none.

        Args:
            names: variables of DM, and what is made of these under other names.
        """
        texts = [one for one in names if isinstance(one, str)]
        made = [one for one in names if isinstance(one, pl.Expr)]
        key = f"DM {texts} {[one.meta.output_name() for one in made]}"
        return self.once(key, lambda: self._beside_dm(texts, made))

    def _beside_dm(self, names: Sequence[str], made: Sequence[pl.Expr]) -> Beside:
        absent = [pl.lit(None, pl.String).alias(n) for n in names if n not in self.subjects.columns]
        dm = self.subjects.with_columns(absent)
        named = (pl.col(n).alias(f"DM.{n}") for n in names)
        right, subjects = dm.select("USUBJID", *named, *made).drop("USUBJID"), self._in_dm

        def found(block: Block) -> pl.DataFrame:
            return with_columns(block.frame, right[subjects.places(block)].get_columns())

        return found

    @cached_property
    def _in_dm(self) -> _Subjects:
        return _Subjects(self.subjects[["USUBJID"]].with_row_index("place"))
