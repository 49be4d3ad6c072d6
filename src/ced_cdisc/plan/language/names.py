"""The names that an expression of one dataset may use, and what they stand for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, field

from ced_cdisc.core.findings import did_you_mean
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr.tree import Node, Scope, Type

VISIT_COLUMNS: Mapping[str, Type] = {
    "VISITNUM": Type.NUMBER,
    "VISIT": Type.TEXT,
    "VISITDY": Type.NUMBER,
    "MODE": Type.TEXT,
    "PLANNED": Type.TEXT,
    "START": Type.DTC,
    "END": Type.DTC,
}
"""Columns of the pseudo-table ``visits``."""


EACH_COLUMNS: Mapping[str, Type] = {"TEXT": Type.TEXT, "NUMBER": Type.NUMBER}
"""Columns of the parts of a text list."""


class Catalogue(Struct):
    """What exists in the study: raw tables with their columns, datasets with their variables' types.

    ``single`` names the datasets with one record a subject (DM, ADSL): their variables can be used anywhere
    as ``DM.RFSTDTC``, without a look-up.
    """

    tables: Mapping[str, tuple[str, ...]]
    datasets: dict[str, dict[str, Type]] = field(default_factory=dict[str, dict[str, Type]])
    single: set[str] = field(default_factory=set[str])
    qualifiers: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """The supplemental qualifiers of each domain."""
    parts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The datasets of each split domain, in order."""
    late: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """The variables of each domain that are made when the rows of all domains are (--SEQ, --DY, EPOCH)."""
    looked_up_once: set[str] = field(default_factory=set[str])
    """The raw tables that one look-up reads, and nothing else."""
    without_subjects: frozenset[str] = frozenset()
    """The raw tables whose records are of no subject."""
    derivations: Mapping[str, Derivation] = field(default_factory=dict[str, Derivation])
    """The plug-ins by name."""

    def is_qualifier(self, owner: str, name: str) -> bool:
        """Whether a domain has it as a qualifier alone; for analysis datasets it is a variable."""
        return name in self.qualifiers.get(owner, ()) and name not in self.datasets.get(owner, {})


class RowNames(Struct):
    """Names for the lines of a block, or of a whole dataset (then ``tables`` and ``sources`` are empty).

    Attributes:
        dataset: the dataset being built.
        own: its variables so far known, with types.
        tables: raw tables whose columns the row carries.
        sources: datasets whose variables the row carries (source and look-ups).
        visits: whether the row carries the columns of ``visits``.
    """

    catalogue: Catalogue
    dataset: str
    own: Mapping[str, Type]
    tables: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    visits: bool = False
    each: str = ""
    """The raw column of a text list that the block takes apart into ``each.TEXT`` and ``each.NUMBER``."""
    resolved: dict[str, Node] | None = None
    """The trees of texts that were resolved with these names, where the names stay what they are: blocks of
    one dataset share them, and say much alike."""
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    """Which record of a looked up table without subjects the row carries, as a sentence, by the table."""
    verbs: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the table without subjects that records are made of, the verb whose origin its columns have."""
    carried: Collection[str] = ()
    """Over a whole dataset, what its records are made of: lines of each record read it."""
    at_hand: bool = True
    """Whether a function over records of the own dataset may name the dataset, so that other names are of the
    record at hand. Records that are computed are none of them yet."""

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type] | None:
        """Scope and type of a name; see :class:`ced_cdisc.expr.resolve.Names`."""
        owner, _, short = name.rpartition(".")
        if not owner:
            return self._bare(name)
        if inside and owner == inside:
            return self._record(owner, short)
        if owner == "visits" and self.visits:
            kind = VISIT_COLUMNS.get(short)
            return (Scope.RAW, kind) if kind else None
        if owner == "each" and self.each:
            kind = EACH_COLUMNS.get(short)
            return (Scope.RAW, kind) if kind else None
        if owner in self.tables:
            return (Scope.RAW, Type.TEXT) if short in self.catalogue.tables[owner] else None
        variables = self.catalogue.datasets.get(owner, {})
        if short not in variables:
            return None
        if owner in self.sources:
            return Scope.DATASET, variables[short]
        if owner in self.catalogue.single and owner != self.dataset:
            return Scope.VARIABLE, variables[short]
        return None

    def _bare(self, name: str) -> tuple[Scope, Type] | None:
        kind = self.own.get(name)
        return (Scope.VARIABLE, kind) if kind else None

    def _record(self, owner: str, short: str) -> tuple[Scope, Type] | None:
        if owner in self.catalogue.datasets:
            kind = self.catalogue.datasets[owner].get(short)
            return (Scope.DATASET, kind) if kind else None
        if short in self.catalogue.tables.get(owner, ()):
            return Scope.RAW, Type.TEXT
        return None

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        """Message and hint for a name that :meth:`find` does not know."""
        owner, _, short = name.rpartition(".")
        tables, datasets = self.catalogue.tables, self.catalogue.datasets
        if self.catalogue.is_qualifier(owner or self.dataset, short):
            hint = "read what its line reads; analysis datasets read qualifiers, under the name of the parent"
            return f"{name} is a supplemental qualifier, which no line of SDTM reads", hint
        if not owner:
            return f"unknown variable {name}", self._hint(name)
        if owner == self.dataset and short in self.own:
            message = f"{name} is a variable of the dataset at hand, whose name it does not bear"
            return message, f"write {short}"
        if owner == "visits" and self.visits:
            return f"unknown column {name}", did_you_mean(name, [f"visits.{c}" for c in VISIT_COLUMNS])
        if owner == "each" and self.each:
            return f"unknown column {name}", did_you_mean(name, [f"each.{c}" for c in EACH_COLUMNS])
        if owner in self.carried and short in (tables.get(owner) or datasets.get(owner, ())):
            return f"{owner} is read by lines of 'rows'", "move the line there, or give the value one there"
        if owner in tables:
            if short in tables[owner]:
                by = "{where: ..}" if owner in self.catalogue.without_subjects else "subject"
                return f"{owner} is not looked up here", f"add it: with: {{{owner}: {by}}}"
            return f"unknown column {name}", did_you_mean(name, [f"{owner}.{c}" for c in tables[owner]])
        if owner in datasets:
            if short in datasets[owner]:
                return (
                    f"{owner} is not looked up here",
                    f"add it: with: {{{owner}: USUBJID}}, or use first(), max() .. over it",
                )
            return f"unknown variable {name}", did_you_mean(name, [f"{owner}.{v}" for v in datasets[owner]])
        near = did_you_mean(
            name, [f"{o}.{c}" for o in (*self.tables, *self.sources) for c in self._columns(o)]
        )
        return f"unknown column {name}", near or did_you_mean(owner, [*tables, *datasets])

    def _hint(self, name: str) -> str:
        """What may be meant by a bare name: a variable of this dataset or another, nothing, or a text."""
        if name.lower() in ("na", "null"):
            return "a value that is not there is written `missing`, and asked for with `is missing`"
        near = did_you_mean(name, [*self.own, "missing"])
        if near:
            return near
        owners = [*self.sources, *sorted(self.catalogue.single - {self.dataset})]
        owner = next((o for o in owners if name in self.catalogue.datasets.get(o, {})), None)
        return f"did you mean {owner}.{name}?" if owner else f"a text stands in single quotes: '{name}'"

    def _columns(self, owner: str) -> Iterable[str]:
        return self.catalogue.tables.get(owner) or self.catalogue.datasets.get(owner, ())

    def is_dataset(self, owner: str) -> bool:
        """Whether an aggregate may go over this dataset or table."""
        if owner == self.dataset:
            return False
        return owner in self.catalogue.datasets or owner in self.catalogue.tables

    def is_own(self, owner: str) -> bool:
        """Whether this is the dataset being built."""
        return owner == self.dataset and self.at_hand
