"""Which raw columns a variable comes from, and which variables of two builds differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ced_cdisc.expr import tree
from ced_cdisc.plan.model import StudyPlan


class Lineage:
    """Which raw columns each variable of each dataset can come from."""

    def __init__(self, plan: StudyPlan) -> None:
        self._reads: dict[str, set[str]] = {}
        witnesses = (
            {f"{t}.{c}" for t, *columns in plan.visits.tables for c in columns} if plan.visits else set()
        )
        names = {dataset.name for dataset in plan.datasets}
        subjects = {f"{t.name}.{t.subject}" for t in plan.tables.values()}
        for dataset in plan.datasets:
            rows = self._of(f"{dataset.name}.*")
            for block in dataset.blocks:
                rows |= subjects if block.kind != "rows" else set()
                rows |= {f"{block.source}.*"} if block.kind == "dataset" else set()
                rows |= {f"{block.source}.{c}" for c in block.visit or ()}
                rows |= {f"{block.source}.{c}" for c in getattr(plan.tables.get(block.source), "key", ())}
                rows |= witnesses if block.kind == "visits" or block.visit else set()
                for lookup in block.lookups:
                    rows |= {f"{lookup.name}.{c}" for _, c in lookup.on} | {r for r, _ in lookup.on}
                rows |= self._names(block.keep, dataset.name)
            rows |= self._names(dataset.keep, dataset.name)
            for computed in dataset.computed:
                rows |= self._names(computed.keep, dataset.name) | {
                    f"{dataset.name}.{b}" for b in computed.by
                }
            parts = (*dataset.blocks, *dataset.computed)
            for line in (*(line for part in parts for line in part.lines), *dataset.lines):
                fetched = line.variable.partition(".")[0] in names  # DM.RFSTDTC
                name = line.variable if fetched else f"{dataset.name}.{line.variable}"
                self._of(name).update(self._names(line.tree, dataset.name), {f"{dataset.name}.*"})
        self._all: dict[str, set[str]] = {}

    def _of(self, name: str) -> set[str]:
        return self._reads.setdefault(name, set())

    def _names(self, node: tree.Node | None, dataset: str) -> set[str]:
        found: set[str] = set()
        for below in tree.walk(node) if node is not None else ():
            if isinstance(below, tree.Column):
                found.add(below.name if "." in below.name else f"{dataset}.{below.name}")
            elif isinstance(below, tree.Aggregate):
                owner = below.dataset or dataset
                found |= {f"{owner}.*", *(f"{owner}.{name}" for name in below.on)}
        return found

    def of(self, variable: str) -> set[str]:
        """Every name that a variable comes from, directly or not."""
        seen: set[str] = set()
        waiting = [variable]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(self._reads.get(name, {f"{name.partition('.')[0]}.*"} & set(self._reads)))
        return seen


def changed_variables(
    before: Mapping[str, Sequence[Mapping[str, object]]], after: Mapping[str, Sequence[Mapping[str, object]]]
) -> list[str]:
    """The variables of which a value changed; all of a dataset whose number of records did as ``AE.*``."""
    found: list[str] = []
    for name, rows in after.items():
        if len(rows) != len(before[name]):
            found.append(f"{name}.*")
            continue
        differ = {k for one, two in zip(before[name], rows, strict=True) for k in two if one.get(k) != two[k]}
        sorting = any(k.endswith("SEQ") for k in differ) or len(differ) > 12
        found += [f"{name}.*"] if sorting else [f"{name}.{k}" for k in sorted(differ)]
    return found
