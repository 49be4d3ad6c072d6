"""The order in which lines and datasets can be computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import cast

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns, own_columns
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import Line


def in_order(lines: Iterable[Line], findings: Findings, dataset: str) -> tuple[Line, ...]:
    """The lines so that each comes after those it reads; a circle is CED025. Otherwise as given."""
    listed = list(lines)
    places = {line.variable: i for i, line in enumerate(listed)}
    graph: dict[int, set[int]] = {}
    for i, line in enumerate(listed):
        needed = {places[c.name] for c in own_columns(line.tree) if c.name in places}
        needed |= {
            places[n]
            for a in tree.walk(line.tree)
            if isinstance(a, tree.Aggregate)
            for n in a.on
            if n in places
        }
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


def single_lines(lines: Iterable[Line], catalogue: Catalogue) -> list[Line]:
    """Hidden lines that fetch the variables of one-record datasets (DM.RFSTDTC) which the lines read."""
    wanted: dict[str, Line] = {}
    for line in lines:
        for column in columns(line.tree):
            if column.scope is tree.Scope.VARIABLE and column.owner and column.name not in wanted:
                kind = catalogue.datasets[column.owner][column.short]
                source = replace(column, scope=tree.Scope.DATASET, type=kind)
                node = tree.Aggregate(func="only", of=source, dataset=column.owner, type=kind)
                wanted[column.name] = Line(
                    variable=column.name,
                    tree=node,
                    type=kind,
                    verb="copy",
                    where=line.where,
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
