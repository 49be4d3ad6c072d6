"""A study's plan and raw tables to its datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from ced_cdisc.convert.adam import build_adam
from ced_cdisc.convert.faults import Faults
from ced_cdisc.convert.finish import check_values, shown_columns
from ced_cdisc.convert.partner import Partner
from ced_cdisc.convert.relations import check_references
from ced_cdisc.convert.sdtm import build_sdtm
from ced_cdisc.convert.sources import RawFrame, Watch, World, check_in_dm, raw_records
from ced_cdisc.convert.supp import check_identified
from ced_cdisc.convert.texts import split_texts
from ced_cdisc.convert.visits import Visits, study_visits
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.plan.halves import halves
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges, as_written


def build_datasets(
    plan: StudyPlan,
    tables: Mapping[str, RawFrame],
    watch: Watch = lambda name, seconds: None,
    changes: TextChanges | None = None,
    partner: Partner | None = None,
) -> tuple[dict[str, pl.DataFrame], Findings]:
    """Carry the plan out.

    Args:
        plan: what is to be built.
        tables: the raw tables by name: text columns and ``__row``.
        watch: told of each finished dataset.
        changes: told of texts that were split or written in ASCII, where the plan says so.
        partner: who does the other half, if any; the result is the same.

    Returns:
        The datasets in the order of the plan, each with the variables of its plan and then its supplemental
        qualifiers (``supp.QNAM``), and the warnings found.

    Raises:
        Stopped: data at fault; carries all that could be found in one pass, warnings included.
        PartnerLost: the partner is gone.
    """
    faults = Faults(plan.tables, {name: table.file for name, table in tables.items()})
    raw = raw_records(plan, tables, faults)
    world = World(plan, faults, raw, changes if changes is not None else TextChanges())
    visits = study_visits(plan, raw, faults)
    own: set[str] = set()
    for kind, build in (("sdtm", build_sdtm), ("adam", build_adam)):
        datasets = [dataset for dataset in plan.datasets if dataset.kind == kind]
        if partner is None:
            build(datasets, world, visits, watch)
            own.update(dataset.name for dataset in datasets)
        else:
            own |= _side_by_side(build, datasets, world, visits, watch, partner)
        if kind == "sdtm":
            for dataset in datasets:
                world.frames[dataset.name] = split_texts(world.frames[dataset.name], dataset, world)
    check_in_dm(world)
    check_references(world)
    shown: dict[str, pl.DataFrame] = {}
    for dataset in as_written(plan, world.changes).datasets:
        frame = world.frames[dataset.name]
        if dataset.name in own:
            check_values(frame, dataset, world)
            check_identified(frame, dataset, faults)
        shown[dataset.name] = shown_columns(frame, dataset)
    if partner is not None:
        found, theirs = partner.swap((faults.found(), world.changes))
        faults.update(found)
        world.changes.update(theirs)
    findings = faults.findings()
    if findings.errors:
        raise Stopped(findings)
    return shown, findings


def _side_by_side(
    build: Callable[[Sequence[DatasetPlan], World, Visits | None, Watch], None],
    datasets: Sequence[DatasetPlan],
    world: World,
    visits: Visits | None,
    watch: Watch,
    partner: Partner,
) -> frozenset[str]:
    """Build our half and take the other from the partner; gives the names of ours."""
    half = halves(datasets)[partner.half]
    spent: dict[str, float] = {}
    build([d for d in datasets if d.name in half.built], world, visits, spent.__setitem__)
    theirs = partner.swap({name: (world.frames[name], spent[name]) for name in sorted(half.handed)})
    for name, (frame, seconds) in theirs.items():
        world.frames[name], spent[name] = frame, seconds
    for dataset in datasets:
        watch(dataset.name, spent[dataset.name])
    return half.handed
