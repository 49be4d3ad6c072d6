"""ADaM datasets: each made whole, from finished SDTM and earlier ADaM datasets."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from ced_cdisc.convert.blocks import add_records_computed, stack_blocks
from ced_cdisc.convert.finish import sort_and_keep
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.kept import noting
from ced_cdisc.convert.lines import add_lines, kinds_of
from ced_cdisc.convert.sources import Watch, World
from ced_cdisc.convert.units import check_units, with_units
from ced_cdisc.convert.visits import Visits
from ced_cdisc.plan.model import DatasetPlan


def build_adam(datasets: Sequence[DatasetPlan], world: World, visits: Visits | None, watch: Watch) -> None:
    """Build ADaM datasets, in their order, into ``world.frames``; ``watch`` is told of each."""
    for dataset in datasets:
        start = perf_counter()
        with noting(world, dataset.name):
            blocks = stack_blocks(with_units(dataset, world), world, visits)
            rows = add_records_computed(blocks, dataset, world)
            rows = add_lines(rows, dataset.lines, Scope(world, dataset.name), kinds_of(dataset))
            rows = sort_and_keep(rows, dataset, world)
            world.frames[dataset.name] = check_units(rows, dataset, world.faults)
        watch(dataset.name, perf_counter() - start)
