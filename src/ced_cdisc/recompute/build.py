"""The whole plan, carried out one record at a time.

Its only purpose is to agree with :mod:`ced_cdisc.convert`, which it shares nothing with but the plan: it is
the second programmer of a double programming. It is slow and says each rule once, as plainly as it can.

The order of work: raw tables and visits; every SDTM dataset's blocks, in plan order (a block sees the
stacked datasets before it); every SDTM dataset's lines, in plan order (a line sees the datasets before it
finished, those after it as stacked); every ADaM dataset whole, in plan order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ced_cdisc.core.findings import Location
from ced_cdisc.expr.tree import Aggregate, Node
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Line, StudyPlan
from ced_cdisc.recompute.aggregate import Memo, aggregate
from ced_cdisc.recompute.evaluate import Names, evaluate
from ced_cdisc.recompute.names import VISITS, Scope
from ced_cdisc.recompute.numbers import pin_numbers
from ced_cdisc.recompute.records import (
    SUBJECT,
    Record,
    Table,
    has_subject,
    raw_tables,
    sorted_by,
    variables_of,
)
from ced_cdisc.recompute.values import DataFault, Fault, Key, Value, in_order
from ced_cdisc.recompute.visits import Visits

_COMPUTED = 10_000
"""Keys of computed records begin above those of every block."""


@dataclass(frozen=True)
class Step:
    """One computed node of one line for one record.

    ``records`` are those that an aggregate's value comes from. ``variable`` is empty for a choice of records.
    """

    dataset: str
    variable: str
    record: Record
    node: Node
    value: Value
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Rebuilt:
    """What came out: the finished records of each dataset in order, and all faults of the data."""

    datasets: Mapping[str, Sequence[Record]]
    faults: Sequence[Fault]


def recompute(
    plan: StudyPlan, tables: Mapping[str, Sequence[Mapping[str, str | None]]]
) -> tuple[dict[str, list[dict[str, Value]]], list[Fault]]:
    """The rows of every dataset of a plan, and the faults of the data.

    Args:
        plan: what to build.
        tables: the raw tables by name, as read: rows of text.

    Returns:
        Rows by dataset in their final order, each with every variable that any line of the dataset gives
        (supplemental qualifiers under ``supp.QNAM``).
    """
    done = rebuild(plan, tables)
    return {name: [record.values for record in records] for name, records in done.datasets.items()}, [
        *done.faults
    ]


def rebuild(
    plan: StudyPlan,
    tables: Mapping[str, Sequence[Mapping[str, str | None]]],
    trace: Callable[[Step], None] | None = None,
) -> Rebuilt:
    """As :func:`recompute`, with keys and sources of the records, and every step told to ``trace``."""
    study = _Study(plan, tables, trace)
    for dataset in plan.datasets:
        if dataset.kind == "sdtm":
            study.stack(dataset)
    for dataset in plan.datasets:
        if dataset.kind == "sdtm":
            study.finish(dataset)
    for dataset in plan.datasets:
        if dataset.kind == "adam":
            study.stack(dataset)
            study.finish(dataset)
    return Rebuilt(
        {dataset.name: study.tables[dataset.name].records for dataset in plan.datasets}, study.faults
    )


class _Study:
    """The tables so far, by name: raw tables, visits, and datasets as they stand."""

    def __init__(
        self,
        plan: StudyPlan,
        tables: Mapping[str, Sequence[Mapping[str, str | None]]],
        trace: Callable[[Step], None] | None,
    ) -> None:
        self.faults: list[Fault] = []
        self.tables = raw_tables(plan, tables)
        self._trace = trace
        self._memo: Memo = {}
        self._visits: Visits | None = None
        if plan.visits is not None:
            self._visits = Visits(plan.visits, self.tables, self._report_witness)
            self.tables[VISITS] = self._visits.table()

    def stack(self, dataset: DatasetPlan) -> None:
        """The rows of all blocks, then those computed from them."""
        scope = Scope(dataset, self.tables, self._visits)
        records = [record for block in dataset.blocks for record in self._block(dataset, block, scope)]
        self.tables[dataset.name] = Table(records, with_subject=has_subject(dataset))
        for index, computed in enumerate(dataset.computed):
            self.tables[dataset.name].append(self._computed(dataset, computed, index, scope))
            self._memo.clear()

    def finish(self, dataset: DatasetPlan) -> None:
        """The lines over the whole, each for all records before the next; then choice and order."""
        table = self.tables[dataset.name]
        scope = Scope(dataset, self.tables, self._visits)
        for line in dataset.lines:
            values = [self._line(dataset, line, record, scope) for record in table.records]
            for record, value in zip(table.records, values, strict=True):
                record.values[line.variable] = value
                _settle(record)
            if dataset.pinned is not None and line.variable == dataset.pinned.variable:
                pin_numbers(table.records, dataset.pinned, self._reporter(dataset, line))
            table.replace(table.records)
            self._memo.clear()
        kept = [
            record
            for record in table.records
            if self._kept(dataset, dataset.keep, record, scope, dataset.where)
        ]
        names = variables_of(dataset)
        for record in kept:
            record.values = {name: record.values.get(name) for name in names}
        self._memo.clear()
        table.replace(sorted_by(kept, [(_of(name), False) for name in dataset.sort]))

    def _block(self, dataset: DatasetPlan, block: Block, scope: Scope) -> Iterable[Record]:
        """The rows of one block: of each source record that is kept, the lines in order."""
        for source, key in self._sources(block):
            values = dict(source.values) if block.kind == "rows" else {}
            if scope.with_subject:
                values.setdefault(SUBJECT, source.subject)
            record = Record(values, (block.number, key), source.subject, source, block)
            if not self._kept(dataset, block.keep, record, scope, block.where):
                continue
            for line in block.lines:
                record.values[line.variable] = self._line(dataset, line, record, scope)
            _settle(record)
            yield record

    def _sources(self, block: Block) -> Iterable[tuple[Record, int | Key]]:
        if block.kind == "rows":
            for index, row in enumerate(block.rows):
                values: dict[str, Value] = {
                    name: value if value != "" else None for name, value in row.items()
                }
                subject = values.get(SUBJECT)
                yield Record(values, (index,), subject if isinstance(subject, str) else None), index
            return
        for index, source in enumerate(self.tables[block.source].records):
            yield source, index if block.kind == "dataset" else source.key

    def _computed(self, dataset: DatasetPlan, computed: Computed, index: int, scope: Scope) -> list[Record]:
        """One record for each subject and values of ``by`` among the records so far, in their order."""
        groups: dict[Key, tuple[str | None, tuple[Value, ...]]] = {}
        for record in self.tables[dataset.name].records:
            if self._kept(dataset, computed.keep, record, scope, computed.where):
                by = tuple(record.values.get(name) for name in computed.by)
                groups[in_order(record.subject), *map(in_order, by)] = record.subject, by
        done: list[Record] = []
        for key in sorted(groups):
            subject, by = groups[key]
            values: dict[str, Value] = dict(zip(computed.by, by, strict=True))
            if scope.with_subject:
                values[SUBJECT] = subject
            record = Record(values, (_COMPUTED + index, key), subject)
            for line in computed.lines:
                record.values[line.variable] = self._line(dataset, line, record, scope)
            if not computed.present or record.values.get(computed.present) is not None:
                done.append(record)
        return done

    def _line(self, dataset: DatasetPlan, line: Line, record: Record, scope: Scope) -> Value:
        """The value of a line for a record; missing, and a fault noted, where the data refuse one."""
        try:
            return self._evaluate(dataset, line.tree, line.variable, record, scope)
        except DataFault as fault:
            where = line.text.locate(fault.at or 0) if line.text is not None else line.where
            self._report(fault, dataset.name, line.variable, record, where)
            return None

    def _kept(
        self, dataset: DatasetPlan, keep: Node | None, record: Record, scope: Scope, where: Location
    ) -> bool:
        """Whether a condition is true for a record; unknown is not true, nor is one that the data refuse."""
        if keep is None:
            return True
        try:
            return self._evaluate(dataset, keep, "", record, scope) is True
        except DataFault as fault:
            self._report(fault, dataset.name, "", record, where)
            return False

    def _evaluate(
        self, dataset: DatasetPlan, node: Node, variable: str, record: Record, scope: Scope
    ) -> Value:
        used: list[Record] = []

        def over(part: Aggregate, names: Names) -> Value:
            outcome = aggregate(
                part,
                record,
                names,
                self.tables[part.dataset or dataset.name],
                lambda other: scope.inside(part.dataset, names, other),
                lambda inner, inner_names: evaluate(inner, inner_names),
                with_subject=scope.with_subject,
                memo=self._memo,
            )
            used[:] = outcome.records
            return outcome.value

        def told(part: Node, value: Value) -> None:
            if self._trace is not None:
                records = tuple(used) if isinstance(part, Aggregate) else ()
                self._trace(Step(dataset.name, variable, record, part, value, records))

        return evaluate(node, scope.of(record), over, told if self._trace is not None else None)

    def _report(self, fault: DataFault, dataset: str, variable: str, record: Record, where: Location) -> None:
        found = Fault(fault.message, dataset, variable, record.subject, record.key, where)
        if found not in self.faults:
            self.faults.append(found)

    def _reporter(self, dataset: DatasetPlan, line: Line) -> Callable[[DataFault, Record], None]:
        return lambda fault, record: self._report(fault, dataset.name, line.variable, record, line.where)

    def _report_witness(self, fault: DataFault, record: Record) -> None:
        self._report(fault, VISITS, "", record, Location(""))


def _of(name: str) -> Callable[[Record], Value]:
    return lambda record: record.values.get(name)


def _settle(record: Record) -> None:
    """From when USUBJID is computed, that is the record's subject."""
    subject = record.values.get(SUBJECT)
    if isinstance(subject, str):
        record.subject = subject
