"""Why a value is what it is: the values that it was computed from, down to raw cells.

The second engine tells each node that it computes; here these steps are put together again, from one value
to those that its line looked at. A name that a line read leads to the record that had the value; a function
over several records leads to the records that its value comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ced_cdisc.expr import tree
from ced_cdisc.plan.model import SUPP, Line, StudyPlan
from ced_cdisc.plan.persons import looked_up
from ced_cdisc.recompute.build import Rebuilt, Step, rebuild
from ced_cdisc.recompute.evaluate import Outside
from ced_cdisc.recompute.names import VISITS
from ced_cdisc.recompute.persons import number_of
from ced_cdisc.recompute.records import SUBJECT, Record
from ced_cdisc.recompute.values import Value


class Reason(Struct, frozen=True):
    """One value on the way to another.

    Attributes:
        table: the dataset or raw table, with the folder of a pooled study; empty for what no record has.
        record: its record; None for what no record has, such as the number of a visit.
        name: the variable or column.
        value: what it is; text of a raw cell.
        line: the line of the specs that made it; None of a raw cell, and where no line did.
        over: the functions over several records that the line used, each with how many its value comes from.
        parts: what the line looked at, in its order; a branch that was not taken is not there.
    """

    table: str
    record: Record | None
    name: str
    value: Value
    line: Line | None = None
    over: tuple[tuple[str, int], ...] = ()
    parts: tuple[Reason, ...] = ()


class Reasons:
    """The reasons of all values of a plan carried out.

    Args:
        plan: what to build; the less it builds, the sooner it is done.
        tables: the raw tables by qualified name, as rows of text; those of one subject are enough for the
            values of one subject.
        outside: runs plug-ins; without it there must be none.
    """

    def __init__(
        self,
        plan: StudyPlan,
        tables: Mapping[str, Sequence[Mapping[str, str | None]]],
        outside: Outside | None = None,
    ) -> None:
        self._steps: dict[tuple[int, str], list[Step]] = {}
        self._built: Rebuilt = rebuild(plan, tables, self._note, outside)
        self._owners: dict[int, str] = {}
        for name, table in self._built.tables.items():
            for record in table.records:
                self._owners.setdefault(id(record), name)
        self._raw = {s.qualified(name): (s, table) for s in plan.studies for name, table in s.tables.items()}
        self._lines: dict[tuple[str, str, int, int | None], Line] = {}
        for study in plan.studies:
            for dataset in study.datasets:
                name = study.qualified(dataset.name)
                for block in dataset.blocks:  # lines of two blocks may share one tree
                    for line in block.lines:
                        self._lines[name, line.variable, id(line.tree), block.number] = line
                computed = (line for one in dataset.computed for line in (*one.first, *one.lines))
                for line in (*computed, *dataset.lines):
                    self._lines[name, line.variable, id(line.tree), None] = line
        self._made: dict[tuple[int, str], Reason] = {}

    @property
    def datasets(self) -> Mapping[str, Sequence[Record]]:
        """The finished records of each dataset, by qualified name."""
        return self._built.datasets

    @property
    def faults(self) -> list[str]:
        """What the data refuse, so that values are missing which a build would stop at."""
        return [fault.message for fault in self._built.faults]

    def of(self, record: Record, name: str) -> Reason:
        """Why a variable of a record, or a raw cell, is what it is."""
        if name not in record.values and SUPP + name in record.values:
            name = SUPP + name
        key = id(record), name
        if key not in self._made:
            self._made[key] = self._reason(record, name)
        return self._made[key]

    def _note(self, step: Step) -> None:
        if step.variable:
            self._steps.setdefault((id(step.record), step.variable), []).append(step)

    def _reason(self, record: Record, name: str) -> Reason:
        steps = self._steps.get((id(record), name), [])
        table = self._owners.get(id(record)) or (steps[0].dataset if steps else self._dataset_of(record))
        value = record.column(name)
        if not steps:
            return Reason(table, record, name, value, parts=tuple(self._whose(record, name)))
        line = self._line(table, name, steps[-1])
        parts = tuple(dict.fromkeys(self._parts(table, steps)))
        over = tuple(
            (step.node.func, len(step.records)) for step in steps if isinstance(step.node, tree.Aggregate)
        )
        return Reason(table, record, name, value, line, tuple(dict.fromkeys(over)), parts)

    def _whose(self, record: Record, name: str) -> Iterator[Reason]:
        """The raw cells that USUBJID comes from, of a record that is made of a raw one."""
        source = record.source
        owner = self._owners.get(id(source)) if name == SUBJECT and source is not None else None
        if source is None or owner not in self._raw:
            return
        study, table = self._raw[owner]
        yield from (self.of(source, column) for column in table.subject_columns)
        for leading, columns in looked_up(study.usubjid).items():
            for row in self._built.tables[study.qualified(leading)].of(record.subject):
                of_row = number_of(study.tables[leading], row.values)
                if study.persons.chain or of_row == number_of(table, source.values):
                    yield from (self.of(row, column) for column in columns)

    def _line(self, table: str, name: str, step: Step) -> Line | None:
        """The line that a step is the last one of: of the record's block, or over records of all blocks."""
        block = step.record.block
        places = (None,) if block is None else (block.number, None)
        found = (self._lines.get((table, name, id(step.node), place)) for place in places)
        return next(filter(None, found), None)

    def _dataset_of(self, record: Record) -> str:
        """The dataset of a record that only fed others, and is in no table."""
        return next(
            (steps[0].dataset for (known, _), steps in self._steps.items() if known == id(record)), ""
        )

    def _parts(self, table: str, steps: list[Step]) -> Iterator[Reason]:
        scope = self._built.scopes.get(table)
        for step in steps:
            if scope is None:
                return
            if isinstance(step.node, tree.Column):
                found = scope.origin(step.record, step.node.name)
                if found is None:
                    yield self._elsewhere(step, step.node)
                elif step.node.short != SUBJECT and found != (step.record, step.variable):
                    yield from self._own(self.of(*found))
            elif isinstance(step.node, tree.Aggregate) and step.node.of is not None:
                names = _looked_at(step.node)
                alike = step.node.func == "same"  # its records share the value: one of them says all
                for record in step.records[:1] if alike else step.records:
                    for one in names:
                        if step.node.dataset:
                            found = (record, one.short) if one.owner == step.node.dataset else None
                        else:
                            found = scope.origin(record, one.name)
                        if found is not None:
                            yield from self._own(self.of(*found))

    def _own(self, reason: Reason) -> Iterator[Reason]:
        """The reason; for a value that was only fetched from another dataset (``ADSL.TRTSDT``) that one's."""
        fetched = reason.record is not None and "." in reason.name and not reason.name.startswith(SUPP)
        yield from reason.parts if fetched and reason.parts else (reason,)

    def _elsewhere(self, step: Step, node: tree.Column) -> Reason:
        """A value that no record has: the number of a visit leads to the raw columns that name it."""
        block, source = step.record.block, step.record.source
        parts: list[Reason] = []
        if node.owner == VISITS and block is not None and block.visit is not None and source is not None:
            parts = [self.of(source, column.rpartition(".")[2]) for column in block.visit if column]
        return Reason("", None, node.name, step.value, parts=tuple(parts))


def _looked_at(node: tree.Aggregate) -> list[tree.Column]:
    """What an aggregate takes of a record; of one that it picks, the dates of its condition too."""
    taken = _columns_in(node.of)
    if node.func in ("first", "last"):
        taken += [one for one in _columns_in(node.where) if one.type is tree.Type.DTC and not one.here]
    return taken


def _columns_in(node: tree.Node | None) -> list[tree.Column]:
    return [one for one in tree.walk(node) if isinstance(one, tree.Column)] if node is not None else []
