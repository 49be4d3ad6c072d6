"""A submission as the rules see it: its datasets, and the standards that govern them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args
from weakref import WeakKeyDictionary

import polars as pl
from msgspec import Struct

from ced_cdisc.conformance.beside import with_columns
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Beside, Look
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


Kind = Literal["name", "domain", "reference", "names"]
KINDS: Mapping[str, Kind] = {one: one for one in get_args(Kind)}
"""The kinds of :class:`LookUp`."""


class LookUp(Struct, frozen=True):
    """What a rule looked up beside the dataset that it looks at.

    Attributes:
        kind: how: a dataset by its ``name``, the parts of a ``domain``, what RDOMAIN means by a code
            (``reference``), or only the ``names`` and domains that there are.
        code: the name or code; empty for all.
    """

    kind: Kind
    code: str = ""

    def among(self, datasets: Mapping[str, Dataset]) -> list[Dataset]:
        """The datasets that it finds."""
        match self.kind:
            case "name":
                one = datasets.get(self.code)
                return [] if one is None else [one]
            case "domain":
                return [data for data in datasets.values() if _is_of_domain(data, self.code)]
            case "reference":
                return [data for data in datasets.values() if _is_referred(data, self.code)]
            case "names":
                return list(datasets.values())


class Datasets(Struct, eq=False, dict=True):
    """Datasets, and the standards that govern them.

    A rule that takes these looks at each dataset by itself: what it says of one hangs on this one, its
    define.xml and the standards. So it need not be asked of all of them together.
    """

    datasets: dict[str, Dataset]
    governing: Governing

    def get(self, name: str) -> Dataset | None:
        """The dataset of that name."""
        return self.datasets.get(name)

    def each(self) -> Iterator[Dataset]:
        """All of them."""
        yield from self.datasets.values()

    def sdtm(self, *classes: str) -> Iterator[Dataset]:
        """The SDTM datasets, all or those of these classes (``Findings`` takes in Findings About)."""
        for data in self.each():
            name = "Findings" if data.class_name == "Findings About" and "Findings" in classes else ""
            if data.kind == "SDTM" and (not classes or data.class_name in classes or name):
                yield data

    def adam(self, *structures: str) -> Iterator[Dataset]:
        """The ADaM datasets, all or those of these structures."""
        for data in self.each():
            if data.kind == "ADaM" and (not structures or data.class_name in structures):
                yield data

    def having(self, *names: str, among: Iterator[Dataset] | None = None) -> Iterator[Dataset]:
        """The SDTM datasets (or those of ``among``) that have all these variables, ``--`` allowed."""
        for data in self.sdtm() if among is None else among:
            if data.has(*names):
                yield data

    def domain(self, code: str) -> Iterator[Dataset]:
        """The datasets of a domain: one, or several where it is split."""
        for data in self.sdtm():
            if _is_of_domain(data, code):
                yield data

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What several rules make of the datasets, made once."""
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    @cached_property
    def _held(self) -> dict[str, Any]:
        return {}


def _is_of_domain(data: Dataset, code: str) -> bool:
    is_of_study = not data.is_supplemental and data.name[:2] != "AP"
    return data.kind == "SDTM" and data.domain == code and is_of_study


def _is_referred(data: Dataset, code: str) -> bool:
    return data.kind == "SDTM" and not data.is_supplemental and code in (data.domain, data.name)


class WithOthers(Datasets, eq=False, dict=True):
    """Datasets to look at, each by itself, and others that a rule looks up beside it.

    What a rule says of a dataset hangs on this one, its define.xml and the standards, and on what it looked
    up. That is noted: while it has a dataset in its hands, for this one, else for all.

    Attributes:
        everything: all datasets of the submission, by name.
        looked_up: by the name of a dataset to look at, what was looked up for it.
    """

    everything: Mapping[str, Dataset]
    looked_up: dict[str, set[LookUp]]
    _at: str = ""

    def get(self, name: str) -> Dataset | None:
        """The dataset of that name, if it is one to look at."""
        found = self.datasets.get(name)
        self._at = "" if found is None else name
        return found

    def each(self) -> Iterator[Dataset]:
        """All that are to be looked at."""
        for data in self.datasets.values():
            self._at = data.name
            yield data
        self._at = ""

    def begin(self) -> None:
        """Another rule begins: it has no dataset in its hands yet."""
        self._at = ""

    def other(self, name: str) -> Dataset | None:
        """The dataset of that name, to be looked up."""
        return next(iter(self._found(LookUp("name", name))), None)

    def others(self, code: str) -> list[Dataset]:
        """The datasets of a domain, to be looked up: one, or several where it is split."""
        return self._found(LookUp("domain", code))

    def referred(self, code: str) -> list[Dataset]:
        """The datasets that RDOMAIN means by a code: a domain, or an associated-persons dataset."""
        return self._found(LookUp("reference", code))

    def names(self) -> set[str]:
        """The names of all datasets, and the domains of all but supplemental qualifiers."""
        found = self._found(LookUp("names"))
        of_sdtm = {one.domain for one in found if one.kind == "SDTM" and not one.is_supplemental}
        return of_sdtm | {one.name for one in found}

    def _found(self, asked: LookUp) -> list[Dataset]:
        for name in [self._at] if self._at else self.datasets:
            self.looked_up.setdefault(name, set()).add(asked)
        return asked.among(self.everything)

    def not_in(self, other: str, domain: str, name: str, *also: str) -> Iterator[Look]:
        """Looks at the values of a variable of a domain: those that another dataset does not have are wrong.

        Args:
            other: the name of that dataset; where it does not have the variable, nothing is looked at.
            domain: the domain.
            name: the variable of both.
            also: further values that are right.
        """
        for data in self.having(name, among=self.domain(domain)):
            known = self.other(other)
            if known is not None and known.has(name):
                yield data.not_among(name, [*known.values(name), *also])

    @property
    def subjects(self) -> pl.DataFrame:
        """DM with one record a subject (the first), or a frame with USUBJID alone and no records."""
        dm = self.other("DM")
        return self.once("subjects", lambda: _subjects_of(dm))

    @property
    def subject_names(self) -> frozenset[str]:
        """The subjects of DM."""
        subjects = self.subjects
        return self.once("names of subjects", lambda: frozenset(subjects["USUBJID"].to_list()))

    def with_dm(self, *names: str | pl.Expr) -> Beside:
        """Gives records variables of DM as ``DM.RFSTDTC``, null where DM has none.

        Args:
            names: variables of DM, and what is made of these under other names.
        """
        subjects = self.subjects
        texts = [one for one in names if isinstance(one, str)]
        made = [one for one in names if isinstance(one, pl.Expr)]
        places = self.once(
            "places of subjects", lambda: _Subjects(subjects[["USUBJID"]].with_row_index("place"))
        )
        key = f"DM {texts} {[one.meta.output_name() for one in made]}"
        return self.once(key, lambda: _beside_dm(subjects, places, texts, made))


def _subjects_of(dm: Dataset | None) -> pl.DataFrame:
    if dm is None or "USUBJID" not in dm.texts():
        return pl.DataFrame(schema={"USUBJID": pl.String})
    known = dm.frame.filter(pl.col("USUBJID").is_not_null())
    return known.unique("USUBJID", keep="first", maintain_order=True)


def _beside_dm(
    subjects: pl.DataFrame, places: _Subjects, names: Sequence[str], made: Sequence[pl.Expr]
) -> Beside:
    absent = [pl.lit(None, pl.String).alias(n) for n in names if n not in subjects.columns]
    dm = subjects.with_columns(absent)
    named = (pl.col(n).alias(f"DM.{n}") for n in names)
    right = dm.select("USUBJID", *named, *made).drop("USUBJID")

    def found(block: Block) -> pl.DataFrame:
        return with_columns(block.frame, right[places.places(block)].get_columns())

    return found


class Submission(Datasets, eq=False, dict=True):
    """All datasets of a folder, and the standards that govern them."""

    defines: tuple[DefineDocument, ...] = ()
    folder: Path | None = None

    @cached_property
    def is_whole(self) -> bool:
        """Whether all datasets of the study are to be expected: not in a build of some of them."""
        build = build_of(self.folder) if self.folder is not None else None
        return build is None or build.whole

    def some(self, chosen: Iterable[Dataset]) -> Datasets:
        """Some of the datasets, for rules that look at each by itself."""
        return Datasets(self._chosen(chosen), self.governing)

    def with_others(self, chosen: Iterable[Dataset], looked_up: dict[str, set[LookUp]]) -> WithOthers:
        """Some of the datasets, for rules that look at each by itself and others up, which is noted."""
        return WithOthers(self._chosen(chosen), self.governing, self.datasets, looked_up)

    def _chosen(self, chosen: Iterable[Dataset]) -> dict[str, Dataset]:
        names = {data.name for data in chosen}
        return {name: data for name, data in self.datasets.items() if name in names}
