"""Texts of a raw column that lines of the plan will refuse, known before they are built with.

Each part of a line that looks at one raw column alone is computed of these texts by themselves: what it says
of one it will say of every record that gets there. What several columns decide together is not foreseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert.faults import SHOWN, Place
from ced_cdisc.convert.wording import worded
from ced_cdisc.core.findings import Location, Severity, did_you_mean, one_of
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.plan.model import DatasetPlan, Line, StudyPlan, VariablePlan


class Foreseen(Struct, frozen=True):
    """A text that a line will refuse: the text, what will be said of it, and where."""

    value: str
    message: str
    hint: str
    where: Location


class _Part(Struct, frozen=True):
    """A part of a line that one raw column decides."""

    place: Place
    node: tree.Node


class Lines:
    """The parts of the lines of a study, by the raw column that each looks at."""

    def __init__(self, plan: StudyPlan) -> None:
        self._plan = plan
        self._parts: dict[str, list[_Part]] = {}
        self._closed: dict[str, list[tuple[Place, VariablePlan, Codelist]]] = {}
        for dataset in plan.datasets:
            bound = {v.name: (v, v.codelist) for v in dataset.variables if v.closed and v.codelist}
            for line in _lines(dataset):
                place = Place.of_line(dataset.name, line)
                for column, node in _of_one_column(line.tree, plan):
                    self._parts.setdefault(column, []).append(_Part(place, node))
                    variable, codelist = bound.get(line.variable, (None, None))
                    if isinstance(node, tree.Column) and node is line.tree and variable and codelist:
                        self._closed.setdefault(column, []).append((place, variable, codelist))

    def coded(self, table: str) -> frozenset[str]:
        """The columns of a table that a line turns into terms, and that of the visit's name."""
        visits = self._plan.visits.tables if self._plan.visits is not None else ()
        names = {name for owner, name, _ in visits if owner == table and name}
        return frozenset(names | {column for column, _ in self._holding(table, tree.Recode)})

    def dates(self, table: str) -> dict[str, tuple[tuple[str, ...], int | None]]:
        """The formats and the pivot of the columns that a line reads as dates."""
        made: dict[str, tuple[tuple[str, ...], int | None]] = {}
        for column, node in self._holding(table, tree.ReadDate):
            if isinstance(node, tree.ReadDate) and isinstance(node.date, tree.Column):
                formats, _ = made.get(column, ((), None))
                made[column] = (tuple(dict.fromkeys((*formats, *node.formats))), node.pivot)
        return made

    def refused(
        self, table: str, column: str, texts: pl.Series, shown: Callable[[str], str]
    ) -> Sequence[Foreseen]:
        """What will be refused of some texts, each once, in the order of the lines and texts."""
        if texts.is_empty():
            return []
        name = f"{table}.{column}"
        found = list(self._visits(table, column, texts, shown))
        frame = texts.alias(name).to_frame()
        for part in self._parts.get(name, ()):
            for fault in compile_node(part.node, FUNCTIONS, [name]).faults:
                if part.place.severity(fault) is not Severity.ERROR:
                    continue
                rows = frame.filter(fault.bad).with_columns(fault.shown.alias(SHOWN))
                for text, value in rows.select(name, SHOWN).sort(name).iter_rows():
                    said = shown(text) if value == text else "" if value is None else shown(str(value))
                    _, message, hint = worded(part.place.label, fault, said)
                    found.append(Foreseen(text, message, hint, part.place.at(fault.node)))
        for place, variable, codelist in self._closed.get(name, ()):
            terms = [term.value for term in codelist.terms]
            for text in texts.filter(~texts.is_in(terms)).sort().to_list() if terms else ():
                message = f"{place.label}: '{shown(text)}' is not in the codelist {codelist.name}"
                hint = did_you_mean(text, terms) or f"it has {one_of(terms)}"
                found.append(Foreseen(text, message, hint, variable.where))
        return list(dict.fromkeys(found))

    def _visits(
        self, table: str, column: str, texts: pl.Series, shown: Callable[[str], str]
    ) -> Iterator[Foreseen]:
        visits = self._plan.visits
        if visits is None or not any(one[:2] == (table, column) for one in visits.tables):
            return
        known = [*(raw for visit in visits.planned for raw in visit.raw), *visits.unscheduled]
        for text in texts.filter(~texts.is_in(known)).sort().to_list():
            message = f"raw visit '{shown(text)}' of {table}.{column} is no visit of visits.yaml"
            hint = did_you_mean(text, known)
            yield Foreseen(text, message, hint, self._plan.tables[table].where)

    def _holding(self, table: str, kind: type[tree.Node]) -> Iterator[tuple[str, tree.Node]]:
        for name, parts in self._parts.items():
            owner, _, column = name.partition(".")
            if owner == table:
                for part in parts:
                    yield from ((column, node) for node in tree.walk(part.node) if isinstance(node, kind))


def _lines(dataset: DatasetPlan) -> Iterator[Line]:
    blocks = (line for block in dataset.blocks for line in block.lines)
    later = (line for one in dataset.computed for line in (*one.first, *one.lines))
    yield from (*blocks, *later, *dataset.lines)


def _of_one_column(node: tree.Node, plan: StudyPlan) -> Iterator[tuple[str, tree.Node]]:
    """The largest parts of a tree that look at one raw column and no other value."""
    below = tree.walk(node)
    names = {one.name for one in below if isinstance(one, tree.Column)}
    alone = len(names) == 1 and not any(isinstance(one, tree.Aggregate | tree.Selected) for one in below)
    if alone and next(iter(names)).partition(".")[0] in plan.tables:
        yield next(iter(names)), node
        return
    if isinstance(node, tree.ReadDate) and node.time is not None:  # the date by itself, without its time
        yield from _of_one_column(replace(node, time=None, time_formats=()), plan)
        return
    for child in tree.children(node):
        yield from _of_one_column(child, plan)
