"""SDTM datasets: the rows of all first, so that any may look at any, then the lines over whole datasets."""

from __future__ import annotations

from time import perf_counter

from ced_cdisc.convert.blocks import add_records_computed, stack_blocks
from ced_cdisc.convert.finish import sort_and_keep
from ced_cdisc.convert.numbers import add_whole_lines
from ced_cdisc.convert.sources import Watch, World
from ced_cdisc.convert.visits import Visits


def build_sdtm(world: World, visits: Visits | None, watch: Watch) -> None:
    """Build every SDTM dataset of the plan into ``world.frames``; ``watch`` is told of each finished one."""
    datasets = [dataset for dataset in world.plan.datasets if dataset.kind == "sdtm"]
    spent: dict[str, float] = {}
    for dataset in datasets:
        start = perf_counter()
        rows = stack_blocks(dataset, world, visits)
        world.frames[dataset.name] = add_records_computed(rows, dataset, world)
        spent[dataset.name] = perf_counter() - start
    for dataset in datasets:
        start = perf_counter()
        rows = add_whole_lines(world.frames[dataset.name], dataset, world)
        world.frames[dataset.name] = sort_and_keep(rows, dataset, world)
        watch(dataset.name, spent[dataset.name] + perf_counter() - start)
