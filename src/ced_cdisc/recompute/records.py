"""Records and tables of the second engine: dictionaries that know their key and subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, StudyPlan
from ced_cdisc.recompute.duplicates import kept_rows
from ced_cdisc.recompute.persons import number_of, persons
from ced_cdisc.recompute.values import DataFault, Key, Value, as_text, filled, in_order

SUBJECT = "USUBJID"
"""The variable that says whose a record is; every raw record with a subject has it as well."""


class Record(Struct, eq=False):
    """A record of a raw table, of the visits, or of a dataset.

    Attributes:
        values: by the names of columns or variables.
        key: tells it from the others of its table.
        subject: its USUBJID, also where no variable holds that yet.
        source: the record it was made from.
        block: the block of the plan that made it; None for raw and for computed records.
    """

    values: dict[str, Value]
    key: Key
    subject: str | None
    source: Record | None = None
    block: Block | None = None

    def column(self, name: str) -> Value:
        """The value of a column, or of a supplemental qualifier; missing if there is none of that name."""
        if name in self.values:
            return self.values[name]
        return self.subject if name == SUBJECT else as_text(self.values.get(SUPP + name))

    def columns(self) -> dict[str, Value]:
        """All values by the names of columns and of supplemental qualifiers, which are text."""
        named: dict[str, Value] = {SUBJECT: self.subject}
        for name, value in self.values.items():
            named[name.removeprefix(SUPP)] = as_text(value) if name.startswith(SUPP) else value
        return named


class Table:
    """The records of a raw table or a dataset.

    ``with_subject`` is false for trial design: nothing is then matched by subject.
    """

    def __init__(self, records: Iterable[Record], *, with_subject: bool) -> None:
        self.with_subject = with_subject
        self.records: list[Record] = []
        self._by_subject: dict[str | None, list[Record]] = {}
        self.append(records)

    def append(self, records: Iterable[Record]) -> None:
        """Add records at the end."""
        self.replace([*self.records, *records])

    def replace(self, records: Iterable[Record]) -> None:
        """Hold these records, in this order, instead."""
        self.records = list(records)
        self._by_subject = {}
        for record in self.records:
            self._by_subject.setdefault(record.subject, []).append(record)

    def of(self, subject: str | None) -> Sequence[Record]:
        """The records of a subject; those without one for None."""
        return self._by_subject.get(subject, ())


def variables_of(dataset: DatasetPlan) -> list[str]:
    """Every variable that the dataset's rows get, in the order in which they do: USUBJID from the source,
    the others from blocks, computed records and lines.
    """
    names: dict[str, None] = {}
    if any(variable.name == SUBJECT for variable in dataset.variables):
        names[SUBJECT] = None
    for block in dataset.blocks:
        names |= dict.fromkeys(name for row in block.rows for name in row)
        names |= dict.fromkeys(line.variable for line in block.lines)
    for computed in dataset.computed:
        names |= dict.fromkeys(line.variable for line in computed.first)
        names |= dict.fromkeys(computed.by)
        names |= dict.fromkeys(line.variable for line in computed.lines)
    names |= dict.fromkeys(line.variable for line in dataset.lines)
    if dataset.relations:
        names |= dict.fromkeys(variable.name for variable in dataset.variables)
    return [*names]


def has_subject(dataset: DatasetPlan) -> bool:
    """Whether a dataset has USUBJID."""
    return SUBJECT in variables_of(dataset)


def raw_tables(
    plan: StudyPlan,
    tables: Mapping[str, Sequence[Mapping[str, str | None]]],
    report: Callable[[str, DataFault], None] = lambda name, fault: None,
) -> dict[str, Table]:
    """The raw tables of the plan, each record with its key and subject, without the duplicates that the
    contract drops; ``report`` is told, by table, of those of which none can be chosen.

    The subject is missing where the column is that the table names. A table that is not given is empty; empty
    text is missing.
    """
    done: dict[str, Table] = {}
    person = persons(plan, tables)
    for name, table in plan.tables.items():
        records: list[Record] = []
        for row in kept_rows(table, tables.get(name, ()), partial(report, name)):
            values: dict[str, Value] = {column: filled(text) for column, text in row.items()}
            key = tuple(as_text(values.get(column)) or "" for column in table.key)
            records.append(Record(values, key, person(number_of(table, row) if table.subject else None)))
        done[name] = Table(records, with_subject=bool(table.subject))
    return done


def sorted_by(
    records: Iterable[Record],
    orders: Sequence[tuple[Callable[[Record], Value], bool]],
    *,
    keys_fall: bool = False,
) -> list[Record]:
    """Records in the order of several values, each rising or (True) falling, and last by their keys.

    Missing comes first when rising and last when falling; text goes by code point.
    """
    done = sorted(records, key=lambda record: record.key, reverse=keys_fall)
    for value_of, falling in reversed(orders):
        done.sort(key=lambda record, of=value_of: in_order(of(record)), reverse=falling)
    return done
