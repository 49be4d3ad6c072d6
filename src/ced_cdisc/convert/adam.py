"""ADaM datasets: each made whole, from finished SDTM and earlier ADaM datasets."""

from __future__ import annotations

from time import perf_counter

from ced_cdisc.convert.aggregates import Scope
from ced_cdisc.convert.blocks import add_records_computed, stack_blocks
from ced_cdisc.convert.finish import sort_and_keep
from ced_cdisc.convert.lines import add_lines, kinds_of
from ced_cdisc.convert.sources import Watch, World
from ced_cdisc.convert.visits import Visits


def build_adam(world: World, visits: Visits | None, watch: Watch) -> None:
    """Build every ADaM dataset of the plan into ``world.frames``; ``watch`` is told of each."""
    for dataset in world.plan.datasets:
        if dataset.kind != "adam":
            continue
        start = perf_counter()
        rows = add_records_computed(stack_blocks(dataset, world, visits), dataset, world)
        rows = add_lines(rows, dataset.lines, Scope(world, dataset.name), kinds_of(dataset))
        world.frames[dataset.name] = sort_and_keep(rows, dataset, world)
        watch(dataset.name, perf_counter() - start)
