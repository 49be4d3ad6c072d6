"""SDTM datasets: the rows of all first, so that any may look at any, then the lines over whole datasets."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from ced_cdisc.convert.blocks import add_records_computed, stack_blocks
from ced_cdisc.convert.finish import sort_and_keep
from ced_cdisc.convert.kept import begun, noting
from ced_cdisc.convert.numbers import add_whole_lines
from ced_cdisc.convert.relations import add_related
from ced_cdisc.convert.sources import Watch, World
from ced_cdisc.convert.visits import Visits
from ced_cdisc.plan.model import DatasetPlan


def build_sdtm(datasets: Sequence[DatasetPlan], world: World, visits: Visits | None, watch: Watch) -> None:
    """Build SDTM datasets into ``world.frames``; ``watch`` is told of each finished one.

    One that is lent stands there as it would if it were built, begun and then finished.
    """
    spent: dict[str, float] = {}
    for dataset in datasets:
        if dataset.name in world.lent:
            world.frames[dataset.name] = begun(dataset, world.lent[dataset.name])
            continue
        start = perf_counter()
        with noting(world, dataset.name):
            rows = stack_blocks(dataset, world, visits)
            world.frames[dataset.name] = add_records_computed(rows, dataset, world)
        spent[dataset.name] = perf_counter() - start
    for dataset in datasets:
        if dataset.name in world.lent:
            world.frames[dataset.name] = world.lent[dataset.name]
            continue
        start = perf_counter()
        with noting(world, dataset.name):
            rows = add_related(world.frames[dataset.name], dataset, world)
            rows = add_whole_lines(rows, dataset, world)
            world.frames[dataset.name] = sort_and_keep(rows, dataset, world)
        watch(dataset.name, spent[dataset.name] + perf_counter() - start)
