"""The lineage of variables: the lines of the specs that make them, and what these lines read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import DatasetMetadata, Lineage, ValueLevel, Variable
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Line, StudyPlan

_VISITS = "visits"
_EACH = "each"
_BLOCK = "block."
_HIDDEN = "__"
"""What the names of variables begin with that only others are made of."""


def named_place(where: Location, shown: str, named: str) -> str:
    """A line of a spec as outputs name it: relative to what holds the specs, on every machine the same.

    Args:
        where: the place as messages show it.
        shown: the folder of the study's specs as messages show it.
        named: that folder as outputs name it.

    >>> named_place(Location("/any/where/sdtm/ae.yaml", 20, 3), "/any/where", "mappings")
    'mappings/sdtm/ae.yaml:20'
    >>> named_place(Location("/any/library/sdtm/ae.yaml", 4), "/any/where", "mappings")
    'library/sdtm/ae.yaml:4'
    """
    if not where.file:
        return ""
    file = _named_file(where.file, shown, named)
    return f"{file}:{where.line}" if where.line else file


@cache
def _named_file(file: str, shown: str, named: str) -> str:
    if posixpath.isabs(file) == posixpath.isabs(shown):
        return posixpath.normpath(posixpath.join(named, posixpath.relpath(file, shown)))
    return posixpath.basename(file)  # a layer that is named by a path of its own from the root


class Trace:
    """The lineage of one dataset's variables and of its supplemental qualifiers."""

    def __init__(self, plan: DatasetPlan, study: StudyPlan) -> None:
        self._plan = plan
        self._study = study
        self._made: dict[str, list[tuple[Line, Block | None]]] = {}
        self._all: dict[str, list[tuple[Line, Block | None]]] = {}
        self._reads: dict[str, list[tuple[str, bool]]] = {}
        for line, block in self._lines():
            self._all.setdefault(line.variable, []).append((line, block))
            if line.verb != "absent":
                self._made.setdefault(line.variable, []).append((line, block))

    def dataset(self, described: DatasetMetadata) -> DatasetMetadata:
        """The dataset, its variables with their lineage."""
        places = {variable.name: variable.where for variable in self._plan.variables}
        traced = [
            replace(v, lineage=self.lineage(v.name, places.get(v.name, self._plan.where)))
            for v in described.variables
        ]
        return replace(described, variables=tuple(traced))

    def qualifiers(self, described: DatasetMetadata) -> DatasetMetadata:
        """The dataset of supplemental qualifiers; each qualifier has the lineage of its own lines."""
        places = {qualifier.name: qualifier.where for qualifier in self._plan.supplemental}

        def level(row: ValueLevel) -> ValueLevel:
            name = row.where[0].values[0]
            return replace(row, lineage=self.lineage(SUPP + name, places.get(name, self._plan.where)))

        def variable(one: Variable) -> Variable:
            own = Lineage(places=self._places([self._plan.where]))
            if any(v.name == one.name for v in self._plan.variables) and one.name != "STUDYID":
                own = replace(own, variables=(f"{self._plan.name}.{one.name}",))
            return replace(one, lineage=own, value_level=tuple(level(row) for row in one.value_level))

        return replace(described, variables=tuple(variable(one) for one in described.variables))

    def _lines(self) -> Iterator[tuple[Line, Block | None]]:
        for block in self._plan.blocks:
            yield from ((line, block) for line in block.lines)
        for computed in self._plan.computed:
            yield from ((line, None) for line in (*computed.first, *computed.lines))
        yield from ((line, None) for line in self._plan.lines)

    def lines(self, variable: str) -> list[tuple[Line, Block | None]]:
        """The lines of a variable, those too that say why it holds nothing, each with its block."""
        return list(self._all.get(variable, []))

    def lineage(self, variable: str, where: Location) -> Lineage:
        """The lines that make a variable, and what they read; ``where`` stands for one without lines."""
        made = self._made.get(variable, [])
        places = self._places([line.where for line, _ in made]) or self._places([where])
        read: dict[tuple[str, bool], None] = {}
        self._note_read(variable, read, set())
        if not made and variable == self._plan.person:
            read = dict.fromkeys((name, True) for name in self._subjects())
        own = f"{self._plan.name}.{variable.removeprefix(SUPP)}"
        return Lineage(
            places,
            tuple(name for name, raw in read if not raw and name != own),
            tuple(name for name, raw in read if raw),
        )

    def _places(self, places: list[Location]) -> tuple[str, ...]:
        return tuple(filter(None, dict.fromkeys(named_place(one, *self._study.specs) for one in places)))

    def _note_read(self, variable: str, noted: dict[tuple[str, bool], None], seen: set[str]) -> None:
        """Note what the lines of a variable read; of hidden variables, what these read in turn, once."""
        for name, raw in self._read_by(variable):
            hidden = name if name.startswith(_BLOCK) else name.rpartition(".")[2]
            if not hidden.startswith((_HIDDEN, _BLOCK)):
                noted[name, raw] = None
            elif hidden not in seen:
                seen.add(hidden)
                self._note_read(hidden, noted, seen)

    def _read_by(self, variable: str) -> list[tuple[str, bool]]:
        """What the lines of a variable read, each name once."""
        if variable not in self._reads:
            made = self._made.get(variable, [])
            self._reads[variable] = list(dict.fromkeys(n for one in made for n in self._read(*one)))
        return self._reads[variable]

    def _read(self, line: Line, block: Block | None) -> Iterator[tuple[str, bool]]:
        """The names that a line reads, and whether each is a raw column's."""
        for column in columns(line.tree):
            owner = column.owner
            if owner == _VISITS and block is not None and block.visit is not None:
                yield from ((f"{block.source}.{name}", True) for name in block.visit)
            elif owner == _EACH and block is not None and block.each is not None:
                yield block.each[0], True
            elif column.scope is tree.Scope.RAW:
                yield column.name, True
            elif owner and owner != SUPP.rstrip("."):
                yield column.name, False
            else:
                yield f"{self._plan.name}.{column.short}", False

    def _subjects(self) -> Iterator[str]:
        """The columns that hold the subject in the raw tables that the dataset is made of."""
        for block in self._plan.blocks:
            if block.kind == "raw" and block.source in self._study.tables:
                yield f"{block.source}.{self._study.tables[block.source].subject}"
