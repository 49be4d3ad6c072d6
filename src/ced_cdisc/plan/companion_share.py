"""Which SDTM datasets the companion of a small build makes, before there is anything to be packaged."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.only import closure, needed


class CompanionShare(Struct, frozen=True):
    """Names of datasets.

    Attributes:
        built: by the companion: those that it hands over and what they need.
        handed: those that it hands over, which no dataset of the other process needs.
    """

    built: frozenset[str] = frozenset()
    handed: frozenset[str] = frozenset()


def companion_share(datasets: Sequence[DatasetPlan]) -> CompanionShare:
    """What of the SDTM datasets of a study the companion builds: half of them, by cost.

    What the datasets of both need, such as DM, both build: that is sooner done than waited for.
    """
    by_name = {dataset.name: dataset for dataset in datasets}
    costs = {dataset.name: cost(dataset) for dataset in datasets}
    needs = {dataset.name: needed(dataset) for dataset in datasets}
    closures = {name: closure(by_name, [name], lambda dataset: needs[dataset.name]) for name in by_name}
    read = {other for name, found in closures.items() for other in found - {name}}
    ends = list(costs.keys() - read)
    for name in sorted(costs):
        if not any(name in closures[other] for other in ends):  # datasets that read each other, as DM and EX
            ends.append(name)
    ends.sort(key=lambda name: (-sum(costs[n] for n in closures[name]), name))
    ours, theirs = set[str](), set[str]()
    for name in ends:
        wider = [sum(costs[n] for n in part | closures[name]) for part in (ours, theirs)]
        (theirs if wider[1] < wider[0] else ours).update(closures[name])
    return CompanionShare(frozenset(theirs), frozenset(theirs - ours)) if theirs - ours else CompanionShare()


def cost(dataset: DatasetPlan) -> int:
    """How many columns are computed for it, in each block anew: small datasets take time by the column."""
    blocks = sum(len(block.lines) for block in dataset.blocks)
    return blocks + sum(len(computed.lines) for computed in dataset.computed) + len(dataset.lines) + 10
