"""A part of a plan: the datasets asked for and all that they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.order import read_by_rows, referred


def restrict(plan: StudyPlan, names: Iterable[str], findings: Findings) -> StudyPlan:
    """The plan with the named datasets and those they need; an unknown name is CED031."""
    by_name = {dataset.name: dataset for dataset in plan.datasets}
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        if name not in by_name:
            findings.add(
                Finding(
                    "CED031",
                    f"there is no dataset {name} in this study",
                    Location("--only"),
                    hint=did_you_mean(name, by_name),
                )
            )
            continue
        wanted.add(name)
        asked = needed(by_name[name])
        waiting.extend(sorted(d.name for d in plan.datasets if d.name in asked or d.domain in asked))
    if (
        any(d.kind == "sdtm" and not d.reference_data for d in plan.datasets if d.name in wanted)
        and "DM" in by_name
    ):
        wanted.add("DM")
        wanted |= _closure(by_name, "DM")
    return replace(plan, datasets=tuple(d for d in plan.datasets if d.name in wanted))


def needed(dataset: DatasetPlan) -> set[str]:
    """The datasets whose records a dataset's rows and lines read."""
    found = read_by_rows(dataset.blocks)
    for line in (*dataset.lines, *(line for c in dataset.computed for line in c.lines)):
        found |= {n.dataset for n in tree.walk(line.tree) if isinstance(n, tree.Aggregate) and n.dataset}
        found |= {c.owner for c in columns(line.tree) if c.scope is tree.Scope.DATASET and c.owner}
    return (found | referred(dataset)) - {dataset.name}


def _closure(by_name: dict[str, DatasetPlan], name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found and current in by_name:
            found.add(current)
            waiting.extend(needed(by_name[current]))
    return found
