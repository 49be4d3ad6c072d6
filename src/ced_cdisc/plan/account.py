"""The account of every raw column: what reads it, why it is left out, or that nobody asked for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, one_of
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Line, StudyPlan
from ced_cdisc.plan.persons import READER, looked_up
from ced_cdisc.plan.raw import RawTable, VisitPlan

if TYPE_CHECKING:
    from ced_cdisc.spec.study import SourcesSpec

MAPPED, EXCLUDED, LEFT_OVER, NEW = "mapped", "excluded", "left over", "not in the contract"
Status = Literal["mapped", "excluded", "left over", "not in the contract"]
STATUSES: tuple[Status, ...] = (MAPPED, EXCLUDED, LEFT_OVER, NEW)

_Use = tuple[str, str, str]
"""Table, column, and what reads it: ``AE.AESEV``, ``AE where``, ``key``."""


class ColumnAccount(Struct, frozen=True):
    """What becomes of one raw column.

    ``read_by`` names the variables that are made from it (``AE.AESEV``, ``SUPPAE.AERELAPH``), the choice of
    rows (``AE where``), look-ups (``AE with``), lists of texts (``AE each``), visits of rows (``AE visit``),
    checks (``AE checks``), what the table itself reads: ``subject``, ``key``, ``exclude_rows``,
    ``duplicates``, ``visits``, and ``USUBJID``, where it leads to the person.
    """

    status: Status
    read_by: tuple[str, ...] = ()
    reason: str = ""


class TableAccount(Struct, frozen=True):
    """What became of a raw table.

    Attributes:
        records: how many were read.
        excluded: how many of them were left out, by the reason that the contract gives.
        dropped: how many of the others were left out as duplicates.
        columns: the account of each column.
        filled: how many cells a column left over has that are not empty.
    """

    records: int
    excluded: Mapping[str, int]
    dropped: int
    columns: Mapping[str, ColumnAccount]
    filled: Mapping[str, int]


class BuildAccount(Struct, frozen=True):
    """What became of the raw columns of a build.

    Attributes:
        study: the study id.
        partial: the datasets that ``--only`` asked for, none for a full build.
        tables: the account of each raw table, by its name.
    """

    study: str
    partial: tuple[str, ...]
    tables: Mapping[str, TableAccount]


def with_readers(
    tables: Mapping[str, RawTable],
    visits: VisitPlan | None,
    datasets: Collection[DatasetPlan],
    usubjid: tree.Node | None,
    sources: SourcesSpec,
    findings: Findings,
) -> dict[str, RawTable]:
    """The tables with what reads their columns; a column that its table excludes but a line reads is CED090.

    An exclusion of the defaults holds for the tables where nothing reads the column.
    """
    found: dict[str, dict[str, dict[str, None]]] = {name: {} for name in tables}
    for table, column, reader in (*_uses(tables, visits, datasets), *_of_persons(usubjid)):
        if column in tables[table].columns:
            found[table].setdefault(column, {})[reader] = None
    for name, spec in sources.tables.items():
        for column in spec.exclude:
            readers = list(found[str(name)].get(str(column), ()))
            if readers:
                text = f"{name}.{column} is excluded, but read by {one_of(readers, 3)}"
                hint = "take it from 'exclude', or do not read it"
                findings.add(Finding("CED090", text, column.where, hint=hint))
    made_of = {block.source for dataset in datasets for block in dataset.blocks}
    made_of |= {table for table, *_ in visits.tables} if visits is not None else set()
    return {
        name: replace(
            table,
            readers={c: tuple(found[name][c]) for c in table.columns if c in found[name]},
            is_source=name in made_of,
        )
        for name, table in tables.items()
    }


def account(
    plan: StudyPlan, new: Mapping[str, Iterable[str]] | None = None
) -> dict[str, dict[str, ColumnAccount]]:
    """What becomes of each column, by table: those of the contract in its order, then the ``new`` ones.

    Args:
        plan: the study, or a part of it; what reads a column is known for the whole study.
        new: columns by table that files have beyond the contract.
    """
    return {
        name: {column: _column(table, column) for column in table.columns}
        | {column: ColumnAccount(NEW) for column in (new or {}).get(name, ())}
        for name, table in plan.tables.items()
    }


def totals(accounts: Mapping[str, Mapping[str, ColumnAccount]]) -> dict[Status, int]:
    """How many columns there are of each status."""
    listed = [column.status for columns in accounts.values() for column in columns.values()]
    return {status: listed.count(status) for status in STATUSES}


def sentence(counted: Mapping[Status, int]) -> str:
    """The totals in one line: ``raw columns: 312 of 331 mapped, 19 excluded, 0 left over``."""
    text = f"raw columns: {counted[MAPPED]} of {sum(counted.values())} mapped"
    text += f", {counted[EXCLUDED]} excluded, {counted[LEFT_OVER]} left over"
    return text + (f", {counted[NEW]} not in the contract" if counted[NEW] else "")


def _column(table: RawTable, column: str) -> ColumnAccount:
    if column in table.readers:
        return ColumnAccount(MAPPED, table.readers[column])
    if column in table.exclude:
        return ColumnAccount(EXCLUDED, reason=table.exclude[column])
    return ColumnAccount(LEFT_OVER)


def _uses(
    tables: Mapping[str, RawTable], visits: VisitPlan | None, datasets: Iterable[DatasetPlan]
) -> Iterator[_Use]:
    for dataset in datasets:
        yield from _dataset_uses(dataset, tables)
    for table, *columns in visits.tables if visits is not None else ():
        yield from ((table, column, "visits") for column in columns)
    for name, table in tables.items():
        yield from ((name, column, "subject") for column in table.subject_columns)
        yield from ((name, column, "key") for column in table.key)
        if table.duplicates is not None:
            yield name, table.duplicates.by, "duplicates"
        yield from ((name, column, "exclude_rows") for column in table.excluding_columns)


def _of_persons(usubjid: tree.Node | None) -> Iterator[_Use]:
    for table, columns in looked_up(usubjid).items() if usubjid is not None else ():
        yield from ((table, column, READER) for column in columns)


def _dataset_uses(dataset: DatasetPlan, tables: Mapping[str, RawTable]) -> Iterator[_Use]:
    name = dataset.name
    nodes: list[tuple[tree.Node | None, str]] = [(dataset.keep, f"{name} where")]
    for block in dataset.blocks:
        nodes.append((block.keep, f"{name} where"))
        yield from _block_uses(block, name, tables)
    for computed in dataset.computed:
        nodes.append((computed.keep, f"{name} where"))
    lines = (
        *(line for block in dataset.blocks for line in block.lines),
        *(line for computed in dataset.computed for line in computed.lines),
        *dataset.lines,
    )
    nodes += [(line.tree, _of_line(line, name)) for line in lines]
    nodes += [(node, f"{name} checks") for _, node in dataset.checks]
    for node, reader in nodes:
        if node is not None:
            yield from ((table, column, reader) for table, column in _read(node, tables))


def _block_uses(block: Block, name: str, tables: Mapping[str, RawTable]) -> Iterator[_Use]:
    for lookup in block.lookups:
        if lookup.keep is not None:
            yield from ((table, column, f"{name} with") for table, column in _read(lookup.keep, tables))
        for left, right in lookup.on:
            owner, _, column = left.rpartition(".")
            if owner in tables:
                yield owner, column, f"{name} with"
            if lookup.name in tables:
                yield lookup.name, right, f"{name} with"
    if block.each is not None:
        table, _, column = block.each[0].rpartition(".")
        yield table, column, f"{name} each"
        yield from ((table, column, _of_line(line, name)) for line in block.lines if _takes_part(line.tree))
    if block.visit is not None and block.source in tables:
        for column in filter(None, block.visit):
            yield block.source, column.removeprefix(f"{block.source}."), f"{name} visit"


def _of_line(line: Line, dataset: str) -> str:
    """A line as a reader: ``AE.AESEV``, ``SUPPAE.AERELAPH``."""
    short = line.variable.removeprefix(SUPP)
    return f"{dataset}.{short}" if short == line.variable else f"SUPP{dataset}.{short}"


def _takes_part(node: tree.Node) -> bool:
    """Whether a tree reads a part of the block's text list."""
    return any(isinstance(below, tree.Column) and below.owner == "each" for below in tree.walk(node))


def _read(node: tree.Node, tables: Mapping[str, RawTable]) -> Iterator[tuple[str, str]]:
    """The raw columns that a tree reads, and those that its aggregates match by."""
    for below in tree.walk(node):
        if isinstance(below, tree.Column) and below.owner in tables:
            yield below.owner, below.short
        elif isinstance(below, tree.Aggregate) and below.dataset in tables:
            yield from ((below.dataset, name.rpartition(".")[2]) for name in below.on)
