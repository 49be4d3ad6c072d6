"""The lineage of variables: the lines of the specs that make them, and what these lines read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cache

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import Lineage
from ced_cdisc.describe.by_variable import ByVariable
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Line, StudyPlan
from ced_cdisc.plan.persons import looked_up

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
    file = named_file(where.file, shown, named)
    return f"{file}:{where.line}" if where.line else file


@cache
def named_file(file: str, shown: str, named: str) -> str:
    """A file of specs as outputs name it; see :func:`named_place`."""
    if posixpath.isabs(file) == posixpath.isabs(shown):
        return posixpath.normpath(posixpath.join(named, posixpath.relpath(file, shown)))
    return posixpath.basename(file)  # a layer that is named by a path of its own from the root


class Trace:
    """The lineage of one dataset's variables and of its supplemental qualifiers."""

    def __init__(self, plan: DatasetPlan, study: StudyPlan) -> None:
        self._plan = plan
        self._study = study
        self._spec = ByVariable(plan)
        self._where = {variable.name: variable.where for variable in plan.variables}
        self._made: dict[str, list[tuple[Line, Block | None]]] = {}
        self._reads: dict[str, list[tuple[str, bool]]] = {}

    def of_variable(self, name: str) -> Lineage:
        """The lineage of a variable of the dataset."""
        return self.lineage(name, self._where.get(name, self._plan.where))

    def of_supplemental(self, name: str) -> Lineage:
        """The lineage of a variable of SUPPxx: of those that the dataset has too, that variable."""
        held = name in self._where and name != "STUDYID"
        return Lineage(self._places([self._plan.where]), (f"{self._plan.name}.{name}",) if held else ())

    def of_qualifier(self, name: str) -> Lineage:
        """The lineage of a supplemental qualifier, which has lines of its own."""
        where = next((one.where for one in self._plan.supplemental if one.name == name), self._plan.where)
        return self.lineage(SUPP + name, where)

    def lines(self, variable: str) -> list[tuple[Line, Block | None]]:
        """The lines of a variable, those too that say why it holds nothing, each with its block."""
        return list(self._spec.every(variable))

    def lineage(self, variable: str, where: Location) -> Lineage:
        """The lines that make a variable, and what they read; ``where`` stands for one without lines."""
        made = self._making(variable)
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

    def _making(self, variable: str) -> list[tuple[Line, Block | None]]:
        if variable not in self._made:
            every = self._spec.every(variable)
            self._made[variable] = [one for one in every if one[0].verb != "absent"]
        return self._made[variable]

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
            read: dict[tuple[str, bool], None] = {}
            for line, block in self._making(variable):
                read.update(dict.fromkeys(self._read(line, block)))
            self._reads[variable] = list(read)
        return self._reads[variable]

    def _read(self, line: Line, block: Block | None) -> Iterator[tuple[str, bool]]:
        """The names that a line reads, and whether each is a raw column's; of a table without subjects also
        those by which its record was found."""
        read = list(columns(line.tree))
        for lookup in block.lookups if block is not None else ():
            if lookup.one and any(column.owner == lookup.name for column in read):
                found = [name for mine, theirs in lookup.on for name in (mine, f"{lookup.name}.{theirs}")]
                read += [self._named(name) for name in found]
                read += columns(lookup.keep) if lookup.keep is not None else ()
        for column in read:
            owner = column.owner
            if owner == _VISITS and block is not None and block.visit is not None:
                yield from ((f"{block.source}.{name}", True) for name in block.visit if name)
            elif owner == _EACH and block is not None and block.each is not None:
                yield block.each[0], True
            elif column.scope is tree.Scope.RAW:
                yield column.name, True
            elif owner and owner != SUPP.rstrip("."):
                yield column.name, False
            else:
                yield f"{self._plan.name}.{column.short}", False

    def _named(self, name: str) -> tree.Column:
        raw = name.partition(".")[0] in self._study.tables
        return tree.Column(name=name, scope=tree.Scope.RAW if raw else tree.Scope.DATASET)

    def _subjects(self) -> Iterator[str]:
        """The columns that hold the subject in the raw tables that the dataset is made of."""
        for block in self._plan.blocks:
            if block.kind == "raw" and block.source in self._study.tables:
                own = self._study.tables[block.source].subject_columns
                yield from (f"{block.source}.{column}" for column in own)
        for name, short in looked_up(self._study.usubjid).items():
            yield from (f"{name}.{column}" for column in short)
