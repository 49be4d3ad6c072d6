"""The whole plan, carried out one record at a time.

Its only purpose is to agree with :mod:`ced_cdisc.convert`, which it shares nothing with but the plan: it is
the second programmer of a double programming. It is slow and says each rule once, as plainly as it can.

The order of work: raw tables and visits; every SDTM dataset's blocks, in plan order (a block sees the
stacked datasets before it); every SDTM dataset's lines, in plan order (a line sees the datasets before it
finished, those after it as stacked); long texts are split; every ADaM dataset whole, in plan order.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Aggregate, Node
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Line, StudyPlan
from ced_cdisc.recompute.aggregate import Memo, aggregate
from ced_cdisc.recompute.evaluate import Names, Outside, evaluate
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
from ced_cdisc.recompute.relations import related
from ced_cdisc.recompute.texts import in_ascii, split_texts
from ced_cdisc.recompute.values import DataFault, Fault, Key, Value, as_text, in_order
from ced_cdisc.recompute.visits import Visits

_COMPUTED = 10_000
"""Keys of computed records begin above those of every block."""
_POOLED = 1_000_000
"""Keys of a pooled study's records begin above those of the studies before it."""


class Step(Struct, frozen=True):
    """One computed node of one line for one record.

    ``records`` are those that an aggregate's value comes from. ``variable`` is empty for a choice of records.
    """

    dataset: str
    variable: str
    record: Record
    node: Node
    value: Value
    records: tuple[Record, ...] = ()


class Rebuilt(Struct, frozen=True):
    """What came out.

    Attributes:
        datasets: the finished records of each dataset in order, by qualified name.
        faults: all faults of the data.
        tables: the records of raw tables, visits and datasets as they stood at the end, by qualified name.
        scopes: what names mean for the records of each dataset, by qualified name.
    """

    datasets: Mapping[str, Sequence[Record]]
    faults: Sequence[Fault]
    tables: Mapping[str, Table]
    scopes: Mapping[str, Scope]


def recompute(
    plan: StudyPlan,
    tables: Mapping[str, Sequence[Mapping[str, str | None]]],
    outside: Outside | None = None,
) -> tuple[dict[str, list[dict[str, Value]]], list[Fault]]:
    """The rows of every dataset of a plan, and the faults of the data.

    Args:
        plan: what to build.
        tables: the raw tables by qualified name, as read: rows of text.
        outside: runs plug-ins; without it there must be none.

    Returns:
        Rows by qualified dataset in their final order, each with every variable that any line of the
        dataset gives (supplemental qualifiers under ``supp.QNAM``).
    """
    done = rebuild(plan, tables, outside=outside)
    return {name: [record.values for record in records] for name, records in done.datasets.items()}, [
        *done.faults
    ]


def rebuild(
    plan: StudyPlan,
    tables: Mapping[str, Sequence[Mapping[str, str | None]]],
    trace: Callable[[Step], None] | None = None,
    outside: Outside | None = None,
) -> Rebuilt:
    """As :func:`recompute`, with keys and sources of the records, and every step told to ``trace``."""
    studies = [_Study(one, one.own(tables), trace, outside) for one in plan.studies]
    for study in studies:
        study.tabulate()
    done = {
        study.plan.qualified(dataset.name): study.tables[dataset.name].records
        for study in studies
        for dataset in study.plan.datasets
        if dataset.kind == "sdtm"
    }
    main, *others = studies
    tables_of = {one.plan.qualified(name): table for one in studies for name, table in one.tables.items()}
    having = {dataset.name for dataset in plan.datasets}
    for number, other in enumerate(others, 1):
        main.pool(other, number, having)
        having |= {dataset.name for dataset in other.plan.datasets}
    for dataset in plan.datasets:
        if dataset.kind == "adam":
            main.stack(dataset)
            main.finish(dataset)
            done[dataset.name] = main.tables[dataset.name].records
            tables_of[dataset.name] = main.tables[dataset.name]
    scopes = {one.plan.qualified(name): scope for one in studies for name, scope in one.scopes.items()}
    return Rebuilt(done, [fault for study in studies for fault in study.faults], tables_of, scopes)


class _Study:
    """The tables so far, by name: raw tables, visits, and datasets as they stand."""

    def __init__(
        self,
        plan: StudyPlan,
        tables: Mapping[str, Sequence[Mapping[str, str | None]]],
        trace: Callable[[Step], None] | None,
        outside: Outside | None,
    ) -> None:
        self._outside = outside
        self.faults: list[Fault] = []
        self.scopes: dict[str, Scope] = {}
        self.plan = plan
        self.tables = raw_tables(plan, tables, self._report_table)
        self._trace = trace
        self._memo: Memo = {}
        self._visits: Visits | None = None
        if plan.visits is not None:
            blocks = [block for dataset in plan.datasets for block in dataset.blocks]
            used = [(block.source, *block.visit) for block in blocks if block.visit is not None]
            self._visits = Visits(plan.visits, self.tables, self._report_witness, used)
            self.tables[VISITS] = self._visits.table()

    def tabulate(self) -> None:
        """The SDTM datasets."""
        datasets = [dataset for dataset in self.plan.datasets if dataset.kind == "sdtm"]
        for dataset in datasets:
            self.stack(dataset)
        for dataset in datasets:
            self.finish(dataset)
        for dataset in datasets:
            split_texts(dataset, self.tables[dataset.name])

    def pool(self, other: _Study, number: int, having: Container[str]) -> None:
        """Add the SDTM records of another study behind those there are, of the datasets ``having`` names."""
        for dataset in other.plan.datasets:
            theirs = other.tables[dataset.name]
            for record in theirs.records:
                block, *rest = record.key
                record.key = (_POOLED * number + int(block), *rest)
            mine = self.tables.get(dataset.name) if dataset.name in having else None
            if mine is None:
                self.tables[dataset.name] = theirs
            else:
                self.tables[dataset.name] = Table(
                    [*mine.records, *theirs.records], with_subject=mine.with_subject
                )

    def stack(self, dataset: DatasetPlan) -> None:
        """The rows of all blocks, then those computed from them."""
        scope = Scope(dataset, self.tables, self._visits)
        records = [record for block in dataset.blocks for record in self._block(dataset, block, scope)]
        self.tables[dataset.name] = Table(records, with_subject=has_subject(dataset))
        for index, computed in enumerate(dataset.computed):
            self._whole(dataset, computed.first, scope)
            self.tables[dataset.name].append(self._computed(dataset, computed, index, scope))
            self._memo.clear()

    def finish(self, dataset: DatasetPlan) -> None:
        """The lines over the whole, each for all records before the next; then choice and order."""
        table = self.tables[dataset.name]
        table.append(related(dataset, self.plan, self.tables, self._report_relation))
        scope = self.scopes[dataset.name] = Scope(dataset, self.tables, self._visits)
        self._whole(dataset, dataset.lines, scope)
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

    def _whole(self, dataset: DatasetPlan, lines: Iterable[Line], scope: Scope) -> None:
        """The values of lines over the records so far, each line for all records before the next."""
        table = self.tables[dataset.name]
        for line in lines:
            values = [self._line(dataset, line, record, scope) for record in table.records]
            for record, value in zip(table.records, values, strict=True):
                record.values[line.variable] = value
                _settle(record)
            if dataset.pinned is not None and line.variable == dataset.pinned.variable:
                pin_numbers(table.records, dataset.pinned, self._reporter(dataset, line))
            table.replace(table.records)
            self._memo.clear()

    def _block(self, dataset: DatasetPlan, block: Block, scope: Scope) -> Iterable[Record]:
        """The rows of one block: of each source record that is kept, the lines in order."""
        for source, key, beside in self._repeated(block, scope):
            values = dict(source.values) if block.kind == "rows" else beside
            if scope.with_subject:
                values.setdefault(SUBJECT, source.subject)
            record = Record(values, (block.number, key), source.subject, source, block)
            holds = self._kept_of_block(dataset, block, record, scope)
            if block.each is not None and record.values["each.TEXT"] is None:
                if holds is not False:
                    fault = DataFault(f"{block.each[0]} has no part")
                    self._report(fault, dataset.name, "", record, block.each_where)
                continue
            if holds is not True:
                continue
            for line in block.lines:
                record.values[line.variable] = self._line(dataset, line, record, scope)
            _settle(record)
            yield record

    def _kept_of_block(self, dataset: DatasetPlan, block: Block, record: Record, scope: Scope) -> bool | None:
        """Whether a block's condition is true; where it reads the block's lines, these are tried first.

        What the data refuse in a line of a record that is not kept is no fault.
        """
        made = {line.variable for line in block.lines} - {SUBJECT}
        if block.keep is None or not any(column.name in made for column in columns(block.keep)):
            return self._holds(dataset, block.keep, record, scope, block.where)
        tried = Record(dict(record.values), record.key, record.subject, record.source, block)
        before, trace, self._trace = len(self.faults), self._trace, None
        for line in block.lines:
            tried.values[line.variable] = self._line(dataset, line, tried, scope)
        del self.faults[before:]
        self._trace = trace
        return self._holds(dataset, block.keep, tried, scope, block.where)

    def _repeated(self, block: Block, scope: Scope) -> Iterator[tuple[Record, int | Key, dict[str, Value]]]:
        """The source's records, repeated for each match of ``many`` look-ups and each part of a text list;
        where a list has no part, once with none."""
        for source, key in self._sources(block):
            made: list[tuple[tuple[object, ...], dict[str, Value]]] = [((), {})]
            for lookup in (one for one in block.lookups if one.many):
                record = Record({}, (), source.subject, source, block)
                matches = scope.matches(record, lookup)
                made = [((*k, place), v | columns) for k, v in made for place, columns in matches]
            if block.each is not None:
                made = [
                    ((*k, number), v | {"each.TEXT": part, "each.NUMBER": float(number) if part else None})
                    for k, v in made
                    for number, part in enumerate(self._parts(source, block, scope, v) or [None], 1)
                ]
            for places, beside in made:
                yield source, (key, *places) if places else key, beside

    def _parts(self, source: Record, block: Block, scope: Scope, beside: dict[str, Value]) -> list[str]:
        assert block.each is not None
        column, by = block.each
        text = as_text(scope.of(Record(beside, (), source.subject, source, block))(column))
        return [] if text is None else [part for part in map(_bare, text.split(by)) if part]

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
            value = self._evaluate(dataset, line.tree, line.variable, record, scope)
            return in_ascii(value) if line.policy.transliterate and isinstance(value, str) else value
        except DataFault as fault:
            where = line.text.locate(fault.at or 0) if line.text is not None else line.where
            self._report(fault, dataset.name, line.variable, record, where)
            return None

    def _kept(
        self, dataset: DatasetPlan, keep: Node | None, record: Record, scope: Scope, where: Location
    ) -> bool:
        """Whether a condition is true for a record; unknown is not true."""
        return self._holds(dataset, keep, record, scope, where) is True

    def _holds(
        self, dataset: DatasetPlan, keep: Node | None, record: Record, scope: Scope, where: Location
    ) -> bool | None:
        """Whether a condition is true for a record, None where it is unknown; one that the data refuse is
        false."""
        if keep is None:
            return True
        try:
            value = self._evaluate(dataset, keep, "", record, scope)
            return value if isinstance(value, bool) else None
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
                lambda inner, inner_names: evaluate(inner, inner_names, outside=self._outside),
                with_subject=scope.with_subject,
                memo=self._memo,
                outside=self._outside,
            )
            used[:] = outcome.records
            return outcome.value

        def told(part: Node, value: Value) -> None:
            if self._trace is not None:
                records = tuple(used) if isinstance(part, Aggregate) else ()
                self._trace(Step(dataset.name, variable, record, part, value, records))

        trace = told if self._trace is not None else None
        return evaluate(node, scope.of(record), over, trace, self._outside)

    def _report(self, fault: DataFault, dataset: str, variable: str, record: Record, where: Location) -> None:
        found = Fault(fault.message, dataset, variable, record.subject, record.key, where)
        if found not in self.faults:
            self.faults.append(found)

    def _report_table(self, table: str, fault: DataFault) -> None:
        self.faults.append(Fault(fault.message, table))

    def _reporter(self, dataset: DatasetPlan, line: Line) -> Callable[[DataFault, Record], None]:
        return lambda fault, record: self._report(fault, dataset.name, line.variable, record, line.where)

    def _report_witness(self, fault: DataFault, record: Record) -> None:
        self._report(fault, VISITS, "", record, Location(""))

    def _report_relation(self, fault: DataFault, record: Record, where: Location) -> None:
        self._report(fault, "RELREC", "RELID", record, where)


def _bare(text: str) -> str:
    return text.strip(" ")


def _of(name: str) -> Callable[[Record], Value]:
    return lambda record: record.values.get(name)


def _settle(record: Record) -> None:
    """From when USUBJID is computed, that is the record's subject."""
    subject = record.values.get(SUBJECT)
    if isinstance(subject, str):
        record.subject = subject
