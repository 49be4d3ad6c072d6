"""The order in which lines and datasets can be computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import cast

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import aggregates, columns, own_columns
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import Block, DatasetPlan, Line, Lookup


def in_order(
    lines: Iterable[Line], findings: Findings, dataset: str, lookups: Iterable[Lookup] = ()
) -> tuple[Line, ...]:
    """The lines so that each comes after those it reads; a circle is CED025. Otherwise as given.

    A line that reads of a look-up comes after those that the look-up reads.
    """
    looked = {lookup.name: lookup.reads for lookup in lookups if lookup.keep is not None}
    listed = list(lines)
    places = {line.variable: i for i, line in enumerate(listed)}
    graph: dict[int, set[int]] = {}
    for i, line in enumerate(listed):
        needed = {places[name] for name in _names_read(line.tree, looked) if name in places}
        graph[i] = needed - {i}
        if i in needed:
            findings.add(Finding("CED025", f"{dataset}.{line.variable} is computed from itself", line.where))
    try:
        return tuple(listed[i] for i in stable_order(graph))
    except CycleError as error:
        circle = [listed[i] for i in cast("list[int]", error.args[1])]
        names = " -> ".join(line.variable for line in circle)
        where = circle[0].where
        findings.add(Finding("CED025", f"the lines of {dataset} go in a circle: {names}", where))
        return tuple(listed)


def stable_order(graph: Mapping[int, set[int]]) -> list[int]:
    """Nodes so that each follows what it needs, else by number.

    Raises:
        CycleError: the graph has a circle.
    """
    if list(graph) == list(range(len(graph))) and all(
        max(needed, default=-1) < n for n, needed in graph.items()
    ):
        return list(graph)
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ready: list[int] = []
    done: list[int] = []
    while sorter.is_active():
        ready.extend(sorter.get_ready())
        ready.sort()
        node = ready.pop(0)
        done.append(node)
        sorter.done(node)
    return done


def single_lines(lines: Iterable[Line], catalogue: Catalogue, lookups: Iterable[Lookup] = ()) -> list[Line]:
    """Hidden lines that fetch the variables of one-record datasets (DM.RFSTDTC) which lines and look-ups
    read."""
    wanted: dict[str, Line] = {}
    read = [(one.keep, one.where) for one in lookups if one.keep is not None]
    for node, where in (*read, *((line.tree, line.where) for line in lines)):
        for column in columns(node):
            if column.scope is tree.Scope.VARIABLE and column.owner and column.name not in wanted:
                kind = catalogue.datasets[column.owner][column.short]
                source = replace(column, scope=tree.Scope.DATASET, type=kind)
                node = tree.Aggregate(func="only", of=source, dataset=column.owner, type=kind)
                wanted[column.name] = Line(
                    variable=column.name,
                    tree=node,
                    type=kind,
                    verb="copy",
                    where=where,
                    origin=Origin("Predecessor", description=column.name),
                )
    return list(wanted.values())


def dataset_order(
    needs: Mapping[str, set[str]], places: Mapping[str, Location], findings: Findings
) -> list[str]:
    """Dataset names so that each follows those whose records its rows are made from; a circle is CED025."""
    names = list(needs)
    numbers = {name: i for i, name in enumerate(names)}
    graph = {
        numbers[n]: {numbers[m] for m in needed if m in numbers and m != n} for n, needed in needs.items()
    }
    try:
        return [names[i] for i in stable_order(graph)]
    except CycleError as error:
        circle = [names[i] for i in cast("list[int]", error.args[1])]
        findings.add(Finding("CED025", f"datasets need each other: {' -> '.join(circle)}", places[circle[0]]))
        return names


def read_by_rows(blocks: Iterable[Block]) -> set[str]:
    """The tables and datasets that blocks read: their sources, look-ups, and what their lines go over."""
    found: set[str] = set()
    for block in blocks:
        if block.kind == "dataset":
            found.add(block.source)
        found |= {lookup.name for lookup in block.lookups}
        nodes = [line.tree for line in block.lines] + ([block.keep] if block.keep is not None else [])
        for node in nodes:
            found |= {one.dataset for one in aggregates(node) if one.dataset}
    return found


def referred(dataset: DatasetPlan) -> set[str]:
    """The datasets and domains whose records a dataset points at: by relations, or by RDOMAIN."""
    found = {side.dataset for relation in dataset.relations for side in (relation.one, relation.other)}
    for block in dataset.blocks:
        found |= {str(row["RDOMAIN"]) for row in block.rows if row.get("RDOMAIN")}
        nodes = (line.tree for line in block.lines if line.variable == "RDOMAIN")
        found |= {str(node.value) for node in nodes if isinstance(node, tree.Literal) and node.value}
    return found


def read_late(dataset: DatasetPlan, plans: Mapping[str, DatasetPlan]) -> set[str]:
    """The datasets of which the lines over a whole dataset read what is made as late as they are."""
    found: set[str] = set()
    for line in dataset.lines:
        for column in columns(line.tree):
            owner = plans.get(column.owner)
            if owner is not None and owner.name != dataset.name:
                found |= {owner.name} & {owner.name for made in owner.lines if made.variable == column.short}
    return found


def _names_read(node: tree.Node, looked: Mapping[str, Collection[str]]) -> set[str]:
    """The names that a tree reads of the row at hand or of other rows of its own dataset."""
    found = {column.name for column in own_columns(node)}
    if looked:
        found.update(name for column in columns(node) for name in looked.get(column.owner, ()))
    for one in aggregates(node):
        found.update(one.on)
    return found


def check_alone(dataset: str, variable: str, node: tree.Node, where: Location, findings: Findings) -> None:
    """CED052: a row of a source is made by itself, before there are others of its dataset to look at.

    Args:
        dataset: the dataset.
        variable: what the row's line makes; empty for the condition that chooses the row.
        node: a line of the row, or the condition that chooses it.
        where: its place in the spec.
        findings: receives CED052.
    """
    for one in aggregates(node):
        if not one.dataset and one.func != "group":  # CED154
            reader = f"{dataset}.{variable}" if variable else "the choice of records"
            problem = f"{reader} looks at several records of {dataset}, which are not all there yet"
            hint = "name the dataset whose records are meant"
            hint += ", or write the line under 'variables'" if variable else ""
            findings.add(Finding("CED052", problem, where, hint=hint))
