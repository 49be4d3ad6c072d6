"""What a name means for a record of a dataset being built.

``X`` is the dataset's own variable, missing where no line of the record's block gave it; USUBJID is always
known, from the source. A name that no line of the dataset gives is, in blocks made from a dataset, a
variable of the source record.

``T.X`` is a column of the block's source; else of a look-up of the block; else of the visit; else of the
one record of T with the same subject, so that lines over the whole dataset can name DM or ADSL. It is
missing for records that come from elsewhere than T where T is the source of another block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ced_cdisc.expr.tree import Node
from ced_cdisc.plan.model import DatasetPlan, Lookup
from ced_cdisc.recompute.evaluate import Names, evaluate
from ced_cdisc.recompute.records import SUBJECT, Record, Table, has_subject, variables_of
from ced_cdisc.recompute.values import DataFault, Key, Value, as_text
from ced_cdisc.recompute.visits import Visits

VISITS = "visits"
"""The source of visits, and the owner of their columns."""


class Scope:
    """The names that records of one dataset see, over the tables as they stand when a name is asked for."""

    def __init__(self, dataset: DatasetPlan, tables: Mapping[str, Table], visits: Visits | None) -> None:
        self._dataset = dataset
        self._tables = tables
        self._visits = visits
        self._own = frozenset(variables_of(dataset))
        self.with_subject = has_subject(dataset)

    def of(self, record: Record) -> Names:
        """The names for a record."""
        return lambda name: self._value(record, name)

    def inside(self, dataset: str, here: Names, record: Record) -> Names:
        """The names inside an aggregate over ``dataset``, for a record of it; ``here`` are those outside."""
        if not dataset:
            return self.of(record)

        def names(name: str) -> Value:
            owner, _, column = name.rpartition(".")
            return record.column(column) if owner == dataset else here(name)

        return names

    def _value(self, record: Record, name: str) -> Value:
        if name in record.values:
            return record.values[name]
        owner, _, column = name.rpartition(".")
        block = record.block
        if not owner:
            if name == SUBJECT:
                return record.subject
            if name in self._own or block is None or record.source is None or block.kind != "dataset":
                return None
            return record.source.column(name)
        if block is not None and owner == (block.source or "rows") and record.source is not None:
            return record.source.column(column)
        found = self._look_up(record, owner)
        return None if found is None else found.get(column)

    def origin(self, record: Record, name: str) -> tuple[Record, str] | None:
        """The record that has the value of a name, and the name there; None where no single one has."""
        if name in record.values:
            return record, name
        owner, _, column = name.rpartition(".")
        block = record.block
        if not owner:
            elsewhere = name not in self._own and block is not None and block.kind == "dataset"
            return (record.source, name) if elsewhere and record.source is not None else None
        if block is not None and owner == (block.source or "rows") and record.source is not None:
            return record.source, column
        if lookup := next((lookup for lookup in self._lookups(record) if lookup.name == owner), None):
            found: Sequence[Record] = self._found(record, lookup)
        elif owner in (VISITS, "supp") or any(owner == other.source for other in self._dataset.blocks):
            return None
        elif owner == self._dataset.name:
            return record, column
        else:
            table = self._tables[owner]
            found = table.of(record.subject) if table.with_subject else table.records
        return (found[0], column) if len(found) == 1 else None

    def _look_up(self, record: Record, owner: str) -> Mapping[str, Value] | None:
        """The columns of the record of another table that goes with a record."""
        block = record.block
        if owner == "supp":
            return None
        if lookup := next((lookup for lookup in self._lookups(record) if lookup.name == owner), None):
            return None if lookup.many else self._joined(record, lookup)
        if owner == VISITS and block is not None and block.visit is not None:
            assert self._visits is not None and record.source is not None
            name, date = (
                as_text(record.source.column(column.rpartition(".")[2])) if column else None
                for column in block.visit
            )
            return self._visits.find(record.subject, name, date)
        if owner == self._dataset.name:
            return record.values
        if any(owner == other.source for other in self._dataset.blocks):
            return None
        table = self._tables[owner]
        found = [*table.of(record.subject)] if record.subject is not None else []
        return self._single(
            owner, found if table.with_subject else table.records, f"USUBJID {record.subject}"
        )

    def _lookups(self, record: Record) -> Sequence[Lookup]:
        """The block's look-ups; for a computed record those of any block that need only variables."""
        if record.block is not None:
            return record.block.lookups
        every = (lookup for block in self._dataset.blocks for lookup in block.lookups)
        return [lookup for lookup in every if all("." not in reference for reference, _ in lookup.on)]

    def matches(self, record: Record, lookup: Lookup) -> list[tuple[Key, dict[str, Value]]]:
        """The keys and columns of all records that a look-up finds, or nothing once where it finds none."""
        found = self._found(record, lookup)
        keyed = sorted(((one.key, one) for one in found), key=lambda pair: pair[0])
        made: list[tuple[Key, dict[str, Value]]] = [
            (key, {f"{lookup.name}.{name}": value for name, value in one.columns().items()})
            for key, one in keyed
        ]
        return made or [((), {})]

    def _joined(self, record: Record, lookup: Lookup) -> Mapping[str, Value] | None:
        """The record whose columns have the values of the references; a missing one equals nothing."""
        on = [pair for pair in lookup.on if pair != (SUBJECT, SUBJECT)]
        key = ", ".join(f"{column} {self._value(record, reference)}" for reference, column in on)
        found = self._found(record, lookup)
        if lookup.one and not found and not lookup.accepted:
            raise DataFault(f"no record of {lookup.name} goes with one record ({key})")
        return self._single(lookup.name, found, key)

    def _found(self, record: Record, lookup: Lookup) -> list[Record]:
        table = self._tables[lookup.name]
        pairs = [(self._value(record, reference), column) for reference, column in lookup.on]
        subject = (SUBJECT, SUBJECT) in lookup.on
        candidates: Sequence[Record] = table.records
        if subject and table.with_subject:
            candidates = table.of(record.subject) if record.subject is not None else ()
        if subject:
            pairs = [pair for pair, on in zip(pairs, lookup.on, strict=True) if on != (SUBJECT, SUBJECT)]
        found = [
            candidate
            for candidate in candidates
            if all(value is not None and candidate.column(column) == value for value, column in pairs)
        ]
        return found if lookup.keep is None else self._meeting(record, lookup, lookup.keep, found)

    def _meeting(self, record: Record, lookup: Lookup, keep: Node, found: list[Record]) -> list[Record]:
        """The records that meet the condition of a look-up, which must be known of each."""
        here = self.of(record)
        held = [evaluate(keep, self.inside(lookup.name, here, one)) for one in found]
        if None in held and not (lookup.accepted and True not in held):
            raise DataFault(f"whether a record of {lookup.name} goes with one record is unknown")
        return [one for one, holds in zip(found, held, strict=True) if holds is True]

    def _single(self, name: str, found: Sequence[Record], key: str) -> Mapping[str, Value] | None:
        if len(found) > 1:
            raise DataFault(f"{len(found)} records of {name} go with one record ({key})")
        if not found:
            return None
        return found[0].columns()
