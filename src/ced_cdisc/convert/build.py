"""A study's plan and raw tables to its datasets, and those of the studies that it pools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ced_cdisc.convert.adam import build_adam
from ced_cdisc.convert.faults import ROW, TABLE, Faults, Found
from ced_cdisc.convert.finish import check_values, shown_columns
from ced_cdisc.convert.held import Held
from ced_cdisc.convert.kept import Keeper, KeptDataset, noting, take_over, to_build
from ced_cdisc.convert.over_subjects import check_alike
from ced_cdisc.convert.pool import pool_frames
from ced_cdisc.convert.relations import check_references
from ced_cdisc.convert.sdtm import build_sdtm
from ced_cdisc.convert.sources import RawFrame, Watch, World, check_in_dm, raw_records
from ced_cdisc.convert.supp import check_identified
from ced_cdisc.convert.texts import split_texts
from ced_cdisc.convert.visits import Visits, study_visits
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.partner import Partner
from ced_cdisc.plan.halves import Half, halves
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges, as_written


def build_datasets(
    plan: StudyPlan,
    tables: Mapping[str, RawFrame],
    watch: Watch = lambda name, seconds: None,
    changes: Mapping[str, TextChanges] | None = None,
    partner: Partner | None = None,
    keeper: Keeper | None = None,
) -> tuple[Held, Findings]:
    """Carry the plan out.

    Args:
        plan: what is to be built.
        tables: the raw tables by qualified name: text columns and ``__row``.
        watch: told of each finished dataset.
        changes: by folder of the study, told of texts that were split or written in ASCII, where the plan
            says so.
        partner: who does the other half, if any; the result is the same.
        keeper: who keeps datasets from build to build, if any; with a partner, all are built.

    Returns:
        The datasets by qualified name, in the order of the plan and then of the pooled studies, each with
        the variables of its plan and then its supplemental qualifiers (``supp.QNAM``), those that are kept
        not read unless something looked at them; and the warnings.

    Raises:
        Stopped: data at fault; carries all that could be found in one pass, warnings included.
        PartnerLost: the partner is gone.
    """
    changes = changes if changes is not None else {one.folder: TextChanges() for one in plan.studies}
    studies = [_Study.begun(one, tables, changes[one.folder], keeper=keeper) for one in plan.studies]
    _carry_out(studies, watch, partner)
    shown = Held()
    findings = Findings()
    for study in studies:
        for name, data in study.shown().items():
            shown.put(name, data)
        if partner is not None:
            study.join(partner)
        study.finish()
        findings.extend(study.world.faults.findings())
    if findings.errors:
        raise Stopped(findings)
    return shown, findings


@dataclass(frozen=True)
class Share:
    """What is made of the records of some subjects, by qualified name.

    Attributes:
        built: the datasets to be built.
        given: those of them that are handed over; the values of these alone are checked.
    """

    built: frozenset[str]
    given: frozenset[str]


def build_share(
    plan: StudyPlan,
    records: Mapping[str, RawFrame],
    share: Share,
    watch: Watch,
    changes: Mapping[str, TextChanges],
) -> tuple[dict[str, Blocks], dict[str, Found], dict[str, Found]]:
    """Carry a part of the plan out on the records of some subjects, or all of it on those of all.

    What must hold among all subjects is not looked at.

    Args:
        plan: the whole plan.
        records: of each raw table by qualified name, as :func:`.sources.raw_records` gives them.
        share: the datasets.
        watch: told of each finished dataset.
        changes: by folder of the study, told of texts that were split or written in ASCII.

    Returns:
        The datasets by qualified name, with the raw table and row of each record at the end; by folder what
        is at fault in no dataset; and by qualified name what is at fault in each that was built.
    """
    studies = [_Study.begun(one, records, changes[one.folder], share) for one in plan.studies]
    _carry_out(studies, watch, None)
    shown: dict[str, Blocks] = {}
    noted: dict[str, Found] = {}
    for study in studies:
        shown |= study.shared(share)
        noted |= {study.plan.qualified(name): one.found() for name, one in study.world.noted.items()}
    return shown, {study.plan.folder: study.world.faults.found() for study in studies}, noted


def faults_of(plan: StudyPlan, tables: Mapping[str, RawFrame]) -> Faults:
    """A collection for the faults of a study, which knows the files of its raw tables and of those it pools.

    Args:
        plan: the study.
        tables: the raw tables of all studies by qualified name.
    """
    named = {one.qualified(n): t for one in plan.pooled for n, t in one.tables.items()}
    files = {name: table.file for name, table in {**tables, **plan.own(tables)}.items()}
    return Faults({**plan.tables, **named}, files)


def _carry_out(studies: Sequence[_Study], watch: Watch, partner: Partner | None) -> None:
    main, *pooled = studies
    for study in pooled:  # their datasets are few: one of the two makes them
        study.tabulate(watch, partner, half=1)
    main.tabulate(watch, partner, beside=[dataset for study in pooled for dataset in study.plan.datasets])
    main.analyse(pool_frames(studies), watch, partner)
    for study in studies:
        study.check()


@dataclass
class _Study:
    """One study on its way: its world, and of which datasets the values are checked here.

    ``share`` is None where all of it is built.
    """

    world: World
    visits: Visits | None
    own: set[str]
    share: Share | None = None
    keeper: Keeper | None = None
    spent: dict[str, float] = field(default_factory=dict[str, float])
    looked_at: dict[str, Blocks] = field(default_factory=dict[str, Blocks])

    @property
    def plan(self) -> StudyPlan:
        return self.world.plan

    @classmethod
    def begun(
        cls,
        plan: StudyPlan,
        tables: Mapping[str, RawFrame],
        changes: TextChanges,
        share: Share | None = None,
        keeper: Keeper | None = None,
    ) -> _Study:
        own = plan.own(tables)
        faults = faults_of(plan, tables)
        if share is None:
            raw = raw_records(plan, own, faults)
        else:
            raw = {name: table.frame for name, table in own.items()}
        return cls(World(plan, faults, raw, changes), study_visits(plan, raw, faults), set(), share, keeper)

    def _datasets(self, kind: str) -> list[DatasetPlan]:
        """The datasets of a kind that are built here."""
        named = self.plan.qualified
        return [
            dataset
            for dataset in self.plan.datasets
            if dataset.kind == kind and (self.share is None or named(dataset.name) in self.share.built)
        ]

    def tabulate(
        self,
        watch: Watch,
        partner: Partner | None,
        *,
        beside: Sequence[DatasetPlan] = (),
        half: int | None = None,
    ) -> None:
        """Build the SDTM datasets: all, our half of them, or those of the partner's ``half`` alone."""
        datasets = self._datasets("sdtm")
        parts = None
        if partner is not None:
            names = frozenset(dataset.name for dataset in datasets)
            parts = _one_side(names, half) if half is not None else halves(datasets, beside)
        known: Mapping[str, KeptDataset] = {}
        if self.keeper is not None and partner is None:
            known = self.keeper.tabulated(self.plan)
        self._build(build_sdtm, datasets, watch, partner, parts, known)
        for dataset in datasets:
            if dataset.name not in known:
                with noting(self.world, dataset.name):
                    frame = split_texts(self.world.frames[dataset.name], dataset, self.world)
                self._made(dataset, frame)

    def analyse(self, frames: Held, watch: Watch, partner: Partner | None) -> None:
        """Build the analysis datasets from the frames of all studies; the study's own SDTM stays."""
        datasets = self._datasets("adam")
        tabulated = self.world.frames
        self.world.frames = frames
        if self.keeper is not None and partner is None:
            for dataset in datasets:
                known = self.keeper.analysed(dataset)
                self._build(
                    build_adam, [dataset], watch, None, None, {} if known is None else {dataset.name: known}
                )
                if known is None:
                    self._made(dataset, frames[dataset.name])
        else:
            self._build(build_adam, datasets, watch, partner, None if partner is None else halves(datasets))
            for dataset in datasets:
                self._made(dataset, frames[dataset.name])
        self._check_values(datasets)
        self.world.frames = tabulated.copy()
        for dataset in datasets:
            self.world.frames.put(dataset.name, frames.as_held(dataset.name))

    def check(self) -> None:
        """Note what is at fault in the finished datasets."""
        check_in_dm(self.world)
        if self.share is None:
            check_references(self.plan, self.world.frames.blocks, self.world.faults)
        self._check_values(self._datasets("sdtm"))

    def shown(self) -> dict[str, pl.DataFrame | Blocks]:
        """The finished datasets by qualified name."""
        written, held = as_written(self.plan, self.world.changes).datasets, self.world.frames.as_held
        return {self.plan.qualified(d.name): held(d.name).select(shown_columns(d)) for d in written}

    def shared(self, share: Share) -> dict[str, Blocks]:
        """The finished datasets that are handed over, each with what is known of its values by now."""
        written = as_written(self.plan, self.world.changes).datasets
        return {
            self.plan.qualified(d.name): self.looked_at[d.name].select([*shown_columns(d), TABLE, ROW])
            for d in written
            if self.plan.qualified(d.name) in share.given
        }

    def join(self, partner: Partner) -> None:
        """Add what the partner found."""
        mine = {name: faults.found() for name, faults in self.world.noted.items()}
        found, noted, theirs = partner.swap((self.world.faults.found(), mine, self.world.changes))
        self.world.faults.update(found)
        self.world.changes.update(theirs)
        for name, found in noted.items():  # what both noted, they noted of the same records
            self.world.noted.setdefault(name, self.world.faults.apart()).override(found)

    def finish(self) -> None:
        """Add what was noted of each dataset to the faults, and have it kept."""
        noted = {name: faults.found() for name, faults in self.world.noted.items()}
        if self.keeper is not None:
            self.keeper.finished(self.plan, noted, self.world.changes, self.spent)
        for found in noted.values():
            self.world.faults.update(found)

    def _made(self, dataset: DatasetPlan, frame: pl.DataFrame) -> None:
        self.world.frames[dataset.name] = frame
        if self.keeper is not None:
            self.keeper.made(self.plan, dataset, frame)

    def _check_values(self, datasets: Sequence[DatasetPlan]) -> None:
        for dataset in datasets:
            name = dataset.name
            if name in self.own and (self.share is None or self.plan.qualified(name) in self.share.given):
                frame = self.world.frames[name]
                data = Blocks.of(frame)
                with noting(self.world, name):
                    check_values(data, dataset, self.world)
                    check_identified(frame, dataset, self.world.faults)
                    if self.share is None:
                        check_alike(data, dataset, self.world.faults)
                    else:
                        self.looked_at[name] = data

    def _build(
        self,
        build: Callable[[Sequence[DatasetPlan], World, Visits | None, Watch], None],
        datasets: Sequence[DatasetPlan],
        watch: Watch,
        partner: Partner | None,
        parts: tuple[Half, Half] | None,
        kept: Mapping[str, KeptDataset] | None = None,
    ) -> None:
        """Build all, or our half, and take the other from the partner; or what is not kept."""
        spent = self.spent
        frames, half = self.world.frames, parts[partner.half] if partner is not None and parts else None
        chosen = [d for d in datasets if half is None or d.name in half.built]
        chosen = to_build(chosen, kept, self.plan.digests) if kept else chosen
        build(chosen, self.world, self.visits, spent.__setitem__)
        take_over(kept or {}, self.world, spent)
        self.own.update(half.handed if half is not None else {d.name for d in chosen} - {*(kept or ())})
        if partner is not None and half is not None:
            theirs = partner.swap({name: (frames[name], spent[name]) for name in sorted(half.handed)})
            for name, (frame, seconds) in theirs.items():
                frames[name], spent[name] = frame, seconds
        for dataset in datasets:
            watch(self.plan.qualified(dataset.name), spent[dataset.name])


def _one_side(names: frozenset[str], half: int) -> tuple[Half, Half]:
    """All datasets on one side."""
    parts = Half(names, names), Half(frozenset(), frozenset())
    return parts if half == 0 else (parts[1], parts[0])
