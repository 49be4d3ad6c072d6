"""Datasets in two parts of like cost, so that two processes can build them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.only import closure


@dataclass(frozen=True)
class Half:
    """What one of the two builds, and what of it the other takes over."""

    built: frozenset[str]
    handed: frozenset[str]


def halves(datasets: Sequence[DatasetPlan], beside: Sequence[DatasetPlan] = ()) -> tuple[Half, Half]:
    """The two parts: handed over is each dataset once. The second builds those ``beside`` as well.

    What nothing else reads is shared out by cost. What both parts need, such as DM, both build: that is
    sooner done than waited for.
    """
    by_name = {dataset.name: dataset for dataset in datasets}
    costs = {dataset.name: cost(dataset) for dataset in datasets}
    closures = {name: closure(by_name, [name]) for name in by_name}
    read = {other for name, found in closures.items() for other in found - {name}}
    ends = list(costs.keys() - read)
    for name in sorted(costs):
        if not any(name in closures[other] for other in ends):  # datasets that read each other, as DM and EX
            ends.append(name)
    ends.sort(key=lambda name: (-sum(costs[n] for n in closures[name]), name))
    parts: tuple[set[str], set[str]] = (set(), set())
    more = (0, sum(map(cost, beside)))
    for name in ends:
        wider = [
            m + sum(costs[n] for n in part | closures[name]) for m, part in zip(more, parts, strict=True)
        ]
        parts[int(wider[1] < wider[0])].update(closures[name])
    first, second = parts
    return Half(frozenset(first), frozenset(first)), Half(frozenset(second), frozenset(second - first))


def cost(dataset: DatasetPlan) -> int:
    """How many columns are computed for it, in each block anew: small datasets take time by the column."""
    blocks = sum(len(block.lines) for block in dataset.blocks)
    return blocks + sum(len(computed.lines) for computed in dataset.computed) + len(dataset.lines) + 10
