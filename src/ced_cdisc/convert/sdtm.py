"""SDTM datasets: the rows of all first, so that any may look at any, then the lines over whole datasets."""

from __future__ import annotations

from ced_cdisc.convert.aggregates import Scope
from ced_cdisc.convert.blocks import add_records_computed, stack_blocks
from ced_cdisc.convert.finish import sort_and_keep
from ced_cdisc.convert.lines import add_lines, kinds_of
from ced_cdisc.convert.sources import World
from ced_cdisc.convert.visits import Visits


def build_sdtm(world: World, visits: Visits | None) -> None:
    """Build every SDTM dataset of the plan into ``world.frames``."""
    datasets = [dataset for dataset in world.plan.datasets if dataset.kind == "sdtm"]
    for dataset in datasets:
        rows = stack_blocks(dataset, world, visits)
        world.frames[dataset.name] = add_records_computed(rows, dataset, world)
    for dataset in datasets:
        rows = world.frames[dataset.name]
        rows = add_lines(rows, dataset.lines, Scope(world, dataset.name), kinds_of(dataset))
        world.frames[dataset.name] = sort_and_keep(rows, dataset, world)
