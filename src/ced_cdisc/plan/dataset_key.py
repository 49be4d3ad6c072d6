"""What a dataset depends on, in digests: its plan, and the names of all that it may read.

A digest is that of a plan's canonical form: the names of its records and the values of all their fields, in
their order, whatever they are. So a field that a plan gets one day is part of every key from that day on. Two
plans of the same specs have the same digests, whether they were made or unpickled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import Codelist, Comment, Method, Origin
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr.tree import Column, Literal, Node
from ced_cdisc.plan.model import (
    SUPP,
    Block,
    Computed,
    DatasetDigest,
    DatasetPlan,
    Line,
    StudyPlan,
    SupplementalPlan,
    VariablePlan,
)
from ced_cdisc.plan.only import needed
from ced_cdisc.plan.raw import LeftOut, RawTable
from ced_cdisc.plan.references import lines_of, names_in, plug_ins_of, sources_of
from ced_cdisc.spec.text import Span, Text

VISITS = "visits"
"""The name under which lines read the visits of a study."""
_SHORT = 40
_DESCRIPTIVE = (Location, Origin, Method, Comment, Codelist)
"""Of what a dataset's records are made, these say nothing that its lines do not."""
_NOT_MADE_OF: Mapping[type, tuple[str, ...]] = {
    DatasetPlan: (
        *("label", "class_name", "subclass", "structure", "standard", "domain_label", "checks", "demands"),
        *("decimals", "value_level", "value_level_also", "value_lists", "results", "figures"),
    ),
    VariablePlan: ("label", "core", "role", "format", "closed", "length", "decimals"),
    SupplementalPlan: ("label", "evaluator"),
    Line: ("verb", "text", "reports", "unknown"),
    Block: ("reports", "unknown"),
    Computed: ("reports", "unknown"),
    RawTable: ("policy", "page", "form", "exclude", "places", "identifying", "readers", "is_source"),
    LeftOut: ("why",),
}
"""Fields that no record depends on, beside those of descriptive types."""
_APART: Mapping[type, tuple[str, ...]] = {Derivation: ("source", "line")}
"""What is told apart from the plan of a dataset, since it stands in no spec."""
_NOT_OF_DATA = (
    *(
        "study_name",
        "study_title",
        "protocol",
        "tables",
        "visits",
        "datasets",
        "pooled",
        "displays",
        "formats",
        "derivations",
        "iso_dates",
        "asked",
    ),
    *("specs", "profile", "digests", "sdtm_standards", "adam_standards", "sdtm_documents", "adam_documents"),
    "snapshot",
    "created",
)
"""Fields of a study that no dataset's records or findings depend on, or that have digests of their own."""


def with_digests(plan: StudyPlan) -> StudyPlan:
    """The plan, and those of the studies that it pools, with the digests of their datasets."""
    digests = Digests()
    known = {name for one in plan.studies for name in one.tables}
    known |= {
        name for one in plan.studies for dataset in one.datasets for name in (dataset.name, dataset.domain)
    }

    def with_own(one: StudyPlan) -> StudyPlan:
        made = {dataset.name: digests.dataset(dataset, known) for dataset in one.datasets}
        return replace(one, digests=made)

    return replace(with_own(plan), pooled=tuple(with_own(one) for one in plan.pooled))


def is_read(dataset: DatasetPlan, names: Collection[str]) -> bool:
    """Whether a dataset is among names, by its own or by that of its domain."""
    return dataset.name in names or (dataset.domain != "" and dataset.domain in names)


def may_read(
    datasets: Iterable[DatasetPlan], names: Iterable[str], digests: Mapping[str, DatasetDigest]
) -> set[str]:
    """The named datasets and those of ``datasets`` that they may read, directly or not; of a domain all."""
    listed = list(datasets)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(one.name for one in listed if is_read(one, digests[current].reads))
    return found


class Digests:
    """Digests of plans; what several of them hold is walked through once."""

    def __init__(self) -> None:
        self._all = _Forms()
        self._whole = _Forms(fields_out=_APART)
        self._made = _Forms(_DESCRIPTIVE, _NOT_MADE_OF, self._whole)
        self._unplaced = _Forms((Location,), nodes=self._whole)
        self._alive: list[object] = []  # an id means something as long as its object lives

    def of(self, value: object) -> str:
        """The digest of any value of a plan."""
        self._alive.append(value)
        return hashlib.sha256(self._all.form(value)).hexdigest()

    def dataset(self, dataset: DatasetPlan, known: Iterable[str]) -> DatasetDigest:
        """What a dataset's plan comes to; ``known`` are the names of all tables and datasets."""
        self._alive.append(dataset)
        plug_ins = {source.shown: self.of(source) for source in plug_ins_of(dataset)}
        made = self._made.form(dataset) + self._all.form(plug_ins)
        return DatasetDigest(
            hashlib.sha256(self._whole.form(dataset)).hexdigest(),
            hashlib.sha256(made).hexdigest(),
            _reads(dataset, frozenset((*known, VISITS)) - {""}) | needed(dataset),
            plug_ins,
        )

    def table(self, table: RawTable) -> str:
        """Of what a contract says of the records of a table, wherever it stands, and whoever reads them."""
        self._alive.append(table)
        return hashlib.sha256(self._made.form(table)).hexdigest()

    def study(self, plan: StudyPlan) -> str:
        """Of what all datasets of a study depend on, beside its tables, visits and other datasets."""
        return self.of(
            tuple(getattr(plan, name) for name in StudyPlan.__struct_fields__ if name not in _NOT_OF_DATA)
        )

    def parts(self, dataset: DatasetPlan) -> dict[str, str]:
        """Of each variable (``AESEV``, ``supp.X``) and what else there is (``.sort``), wherever it stands.

        Whether records keep their numbers is a part of it, not which numbers they have.
        """
        self._alive.append(dataset)
        found: dict[str, list[object]] = {one.name: [one] for one in dataset.variables}
        for one in dataset.supplemental:
            found.setdefault(SUPP + one.name, []).append(one)
        for line in lines_of(dataset):
            found.setdefault(line.variable, []).append(line)
        for name in DatasetPlan.__struct_fields__:
            if name not in ("blocks", "computed", "lines", "variables", "supplemental"):
                found[f".{name}"] = [getattr(dataset, name)]
        found[".pinned"] = [None if dataset.pinned is None else dataset.pinned.variable]
        found[".records"] = [
            getattr(block, name)
            for block in dataset.blocks
            for name in Block.__struct_fields__
            if name != "lines"
        ]
        found[".records"] += [value for one in dataset.computed for value in (one.by, one.keep)]
        forms = {name: b",".join(map(self._unplaced.form, values)) for name, values in found.items()}
        return {name: hashlib.sha256(form).hexdigest()[:16] for name, form in forms.items()}


class _Forms:
    """Canonical forms of values, each object walked through once.

    Args:
        left_out: types of which nothing is said.
        fields_out: fields of records of which nothing is said.
        nodes: who gives the forms of expressions, which hold nothing that could be left out.
    """

    def __init__(
        self,
        left_out: tuple[type, ...] = (),
        fields_out: Mapping[type, tuple[str, ...]] | None = None,
        nodes: _Forms | None = None,
    ) -> None:
        self._left_out, self._fields_out, self._nodes = left_out, fields_out or {}, nodes
        self._seen: dict[int, bytes] = {}
        self._getters: dict[type, _Getter] = {}

    def form(self, value: Any) -> bytes:
        """The canonical form of a value, or a digest of it where it is long."""
        kind = cast("type[Any]", type(value))
        if kind is str or kind in _ATOMS:
            return repr(value).encode("utf-8", "surrogatepass")
        if kind is Column:  # most of all nodes; this and the next are what the general way gives, sooner
            return f"C{value.name!r}{value.at}{_name(value.type)}{_name(value.scope)}".encode()
        if kind is Literal:
            return f"V{value.value!r}{value.digits!r}{value.at}{_name(value.type)}".encode()
        known = self._seen.get(id(value))
        if known is not None:
            return known
        form = b"-" if kind in self._left_out else self._long(value, kind)
        if len(form) > _SHORT:
            form = hashlib.blake2b(form, digest_size=20).digest()
        self._seen[id(value)] = form
        return form

    def _long(self, value: Any, kind: type) -> bytes:
        form = self.form
        if kind is tuple or kind is list:
            return b"(%b)" % b",".join([form(one) for one in value])
        get = self._getters.get(kind)  # of a kind of record that was met before
        if get is not None:
            return kind.__name__.encode() + b"(%b)" % b",".join([form(one) for one in get(value)])
        if kind is Location:
            return f"L{value.file!r}{value.line}:{value.column}".encode("utf-8", "surrogatepass")
        if kind is Text:
            place = "" if Location in self._left_out else f"{value.where!r}{value.added!r}{_source(value)!r}"
            return f"T{str(value)!r}{place}".encode("utf-8", "surrogatepass")
        if isinstance(value, Enum):
            return f"E{kind.__name__}.{value.name}".encode()
        if issubclass(kind, Struct):
            if self._nodes is not None and issubclass(kind, Node):
                return self._nodes.form(value)
            self._getters[kind] = _getter(kind, self._fields_out.get(kind, ()))
            return self._long(value, kind)
        if isinstance(value, Mapping):
            pairs = cast("Mapping[object, object]", value).items()
            return b"{%b}" % b",".join([form(name) + b"=" + form(one) for name, one in pairs])
        if isinstance(value, set | frozenset):
            return b"<%b>" % b",".join(sorted(form(one) for one in cast("set[object]", value)))
        return repr(value).encode("utf-8", "surrogatepass")


_Getter = Callable[[Any], tuple[Any, ...]]
_ATOMS = (type(None), bool, int, float)


def _name(value: Enum | None) -> str:
    return "" if value is None else value.name


@cache
def _getter(kind: type[Struct], left_out: tuple[str, ...] = ()) -> _Getter:
    """What gives the values of the fields of a record."""
    names = [name for name in kind.__struct_fields__ if name not in left_out]
    if len(names) > 1:
        return attrgetter(*names)

    def get(value: Any) -> tuple[Any, ...]:
        return tuple(getattr(value, name) for name in names)

    return get


def _source(text: Text) -> str:
    """What stands in the file, where that is not the text itself: messages point into it."""
    span: Span | None = text.span
    if span is None:
        return ""
    start = span.start + (span.style in ("'", '"'))
    if span.style not in ("|", ">") and span.buffer.startswith(str(text), start):
        return span.style
    # The last character of the text stands no further than where the next scalar or line could begin.
    end = span.start + 2 * len(text) + 2
    while end < len(span.buffer) and text.locate(len(text) - 1) > _place(span, end):
        end *= 2
    return f"{span.style}{span.buffer[span.start : end]}"


def _place(span: Span, position: int) -> Location:
    line = span.buffer.count("\n", 0, position) + 1
    return Location(span.file, line, position - span.buffer.rfind("\n", 0, position))


def _reads(dataset: DatasetPlan, known: frozenset[str]) -> frozenset[str]:
    """The known names that a dataset's plan refers to; the engine knows no other way to records."""
    found = {VISITS} if any(_has_visits(block) for block in dataset.blocks) else set[str]()
    return frozenset(known & {*found, *sources_of(dataset), *names_in(dataset)} - {dataset.name})


def _has_visits(block: Block) -> bool:
    return block.kind == VISITS or block.visit is not None
