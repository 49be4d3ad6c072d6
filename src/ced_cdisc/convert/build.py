"""A study's plan and raw tables to its datasets, and those of the studies that it pools."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

import polars as pl
from msgspec import Struct, field

from ced_cdisc.convert.adam import build_adam
from ced_cdisc.convert.faults import ROW, TABLE, Faults, Found, uncounted
from ced_cdisc.convert.finish import check_values, shown_columns
from ced_cdisc.convert.held import Held
from ced_cdisc.convert.kept import Keeper, KeptDataset, lent, noting, take_over, to_build
from ced_cdisc.convert.over_subjects import check_alike, check_pooled_units
from ced_cdisc.convert.pool import pool_frames
from ced_cdisc.convert.relations import check_references
from ced_cdisc.convert.sdtm import build_sdtm
from ced_cdisc.convert.sources import RawFrame, Watch, World, check_in_dm, raw_records
from ced_cdisc.convert.supp import check_identified
from ced_cdisc.convert.texts import split_texts
from ced_cdisc.convert.visits import Visits, study_visits
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.plan.companion_share import companion_share
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges, as_written

Promised = Callable[[], Mapping[str, KeptDataset]]
"""Gives datasets by name that are built elsewhere meanwhile."""
Finished = Callable[[StudyPlan, DatasetPlan, pl.DataFrame], None]
"""Given a dataset, all its columns, once nothing changes it any more; its faults are not told yet."""


def _to_nobody(study: StudyPlan, dataset: DatasetPlan, frame: pl.DataFrame) -> None:
    """Nobody takes finished datasets."""


def build_datasets(
    plan: StudyPlan,
    tables: Mapping[str, RawFrame],
    watch: Watch = lambda name, seconds: None,
    changes: Mapping[str, TextChanges] | None = None,
    finished: Finished = _to_nobody,
    keeper: Keeper | None = None,
    promised: Promised | None = None,
) -> tuple[Held, Findings]:
    """Carry the plan out.

    Args:
        plan: what is to be built.
        tables: the raw tables by qualified name: text columns and ``__row``.
        watch: told of each finished dataset.
        changes: by folder of the study, told of texts that were split or written in ASCII, where the plan
            says so.
        finished: given each dataset that was built here, as soon as nothing changes it any more.
        keeper: who keeps datasets from build to build, if any; where some are promised, it has none to give.
        promised: gives what :func:`build_promised` makes elsewhere, if anybody does; the result is the same.

    Returns:
        The datasets by qualified name, in the order of the plan and then of the pooled studies, each with
        the variables of its plan and then its supplemental qualifiers (``supp.QNAM``), those that are kept
        not read unless something looked at them; and the warnings.

    Raises:
        Stopped: data at fault; carries all that could be found in one pass, warnings included.
    """
    changes = changes if changes is not None else {one.folder: TextChanges() for one in plan.studies}
    studies = [
        _Study.begun(one, tables, changes[one.folder], keeper=keeper, finished=finished)
        for one in plan.studies
    ]
    studies[0].promised = promised
    _carry_out(studies, watch)
    shown = Held()
    findings = Findings()
    for study in studies:
        for name, data in study.shown().items():
            shown[name] = data
    check_pooled_units(plan, shown.blocks, studies[0].world.faults)
    for study in studies:
        study.finish()
        findings.extend(study.world.faults.findings())
    if findings.errors:
        raise Stopped(findings)
    return shown, findings


class Share(Struct, frozen=True):
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
        is at fault in no dataset; and by qualified name what is at fault in each that was built. Who hands a
        dataset over counts its records.
    """
    studies = [_Study.begun(one, records, changes[one.folder], share) for one in plan.studies]
    _carry_out(studies, watch)
    shown: dict[str, Blocks] = {}
    noted: dict[str, Found] = {}
    for study in studies:
        shown |= study.shared(share)
        for name, one in study.world.noted.items():
            qualified = study.plan.qualified(name)
            noted[qualified] = one.found() if qualified in share.given else uncounted(one.found())
    return shown, {study.plan.folder: study.world.faults.found() for study in studies}, noted


def build_promised(plan: StudyPlan, tables: Mapping[str, RawFrame]) -> dict[str, KeptDataset]:
    """Build what a companion builds of the SDTM datasets of a study, values checked, by name.

    What must hold among all subjects is not looked at, nor what is at fault in no dataset: the other process
    does both.

    Args:
        plan: the whole plan.
        tables: the raw tables of all studies by qualified name.
    """
    share = companion_share([dataset for dataset in plan.datasets if dataset.kind == "sdtm"])
    named, changes = plan.qualified, TextChanges()
    study = _Study.begun(plan, tables, changes)
    study.share = Share(frozenset(map(named, share.built)), frozenset(map(named, share.handed)))
    study.tabulate(lambda name, seconds: None)
    study.check_values("sdtm")
    noted, spent = study.world.noted, study.spent
    return {
        name: KeptDataset(study.world.frames.of(name), noted[name].found(), changes.of(name), spent[name])
        for name in sorted(share.handed)
    }


def faults_of(plan: StudyPlan, tables: Mapping[str, RawFrame]) -> Faults:
    """A collection for the faults of a study, which knows the files of its raw tables and of those it pools.

    Args:
        plan: the study.
        tables: the raw tables of all studies by qualified name.
    """
    named = {one.qualified(n): t for one in plan.pooled for n, t in one.tables.items()}
    files = {name: table.file for name, table in {**tables, **plan.own(tables)}.items()}
    return Faults({**plan.tables, **named}, files)


def _carry_out(studies: Sequence[_Study], watch: Watch) -> None:
    main, *pooled = studies
    for study in (*pooled, main):
        study.tabulate(watch)
    main.analyse(pool_frames(studies), watch)
    for study in studies:
        study.check()


class _Study(Struct):
    """One study on its way: its world, and of which datasets the values are checked here.

    ``share`` is None where all of it is built. Of datasets in ``alike``, built elsewhere, only what must hold
    among all subjects is looked at here.
    """

    world: World
    visits: Visits | None
    own: set[str]
    share: Share | None = None
    keeper: Keeper | None = None
    finished: Finished = _to_nobody
    promised: Promised | None = None
    spent: dict[str, float] = field(default_factory=dict[str, float])
    alike: set[str] = field(default_factory=set[str])
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
        finished: Finished = _to_nobody,
    ) -> _Study:
        own = plan.own(tables)
        faults = faults_of(plan, tables)
        if share is None:
            raw = raw_records(plan, own, faults)
        else:
            raw = {name: table.frame for name, table in own.items()}
        world, visits = World(plan, faults, raw, changes), study_visits(plan, raw, faults)
        return cls(world, visits, set(), share, keeper, finished)

    def _datasets(self, kind: str) -> list[DatasetPlan]:
        """The datasets of a kind that are built here."""
        named = self.plan.qualified
        return [
            dataset
            for dataset in self.plan.datasets
            if dataset.kind == kind and (self.share is None or named(dataset.name) in self.share.built)
        ]

    def tabulate(self, watch: Watch) -> None:
        """Build the SDTM datasets."""
        datasets = self._datasets("sdtm")
        known: Mapping[str, KeptDataset] = {}
        chosen: Sequence[DatasetPlan] = datasets
        if self.promised is not None:
            handed = companion_share(datasets).handed
            chosen = [dataset for dataset in datasets if dataset.name not in handed]
        elif self.keeper is not None:
            known = self.keeper.tabulated(self.plan)
            self.world.lent = lent(datasets, known)
            chosen = to_build(datasets, known, self.plan.digests, self.world.lent) if known else datasets
        split: dict[str, pl.DataFrame] = {}

        def made(dataset: DatasetPlan) -> None:
            # Whatever is still built reads the texts whole.
            with noting(self.world, dataset.name):
                split[dataset.name] = split_texts(self.world.frames[dataset.name], dataset, self.world)
            self.finished(self.plan, dataset, split[dataset.name])

        self._build(build_sdtm, chosen, made, known)
        if self.promised is not None:
            known = self.promised()
            self.alike.update(known)
            for dataset in datasets:
                if self.keeper is not None and dataset.name in known:
                    self.keeper.made(self.plan, dataset, known[dataset.name].data.frame())
        self._take(known, datasets, watch)
        for dataset in datasets:
            if dataset.name not in known:
                self._made(dataset, split[dataset.name])

    def analyse(self, frames: Held, watch: Watch) -> None:
        """Build the analysis datasets from the frames of all studies; the study's own SDTM stays."""
        datasets = self._datasets("adam")
        tabulated = self.world.frames
        self.world.frames = frames

        def made(dataset: DatasetPlan) -> None:
            self._made(dataset, frames[dataset.name])
            self.finished(self.plan, dataset, frames[dataset.name])

        for dataset in datasets:
            known = self.keeper.analysed(dataset) if self.keeper is not None else None
            if known is None:
                self._build(build_adam, [dataset], made)
            self._take({} if known is None else {dataset.name: known}, [dataset], watch)
        self.check_values("adam")
        self.world.frames = tabulated.copy()
        for dataset in datasets:
            self.world.frames[dataset.name] = frames.as_held(dataset.name)

    def check(self) -> None:
        """Note what is at fault in the finished datasets."""
        check_in_dm(self.world)
        if self.share is None:
            check_references(self.plan, self.world.frames.blocks, self.world.faults)
        self.check_values("sdtm")

    def shown(self) -> dict[str, Blocks]:
        """The finished datasets by qualified name."""
        written = as_written(self.plan, self.world.changes).datasets
        return {self.plan.qualified(d.name): self._shown(d.name, shown_columns(d)) for d in written}

    def _shown(self, name: str, columns: list[str]) -> Blocks:
        """A finished dataset with these columns, of whose rows it can still be read what they come from."""
        held = self.world.frames.as_held(name)
        if isinstance(held, Blocks):
            return held.select(columns)
        origin = [column for column in (TABLE, ROW) if column in held.columns]
        return Blocks.of(held[:, [*columns, *origin]]).select(columns)

    def shared(self, share: Share) -> dict[str, Blocks]:
        """The finished datasets that are handed over, each with what is known of its values by now."""
        written = as_written(self.plan, self.world.changes).datasets
        return {
            self.plan.qualified(d.name): self.looked_at[d.name].select([*shown_columns(d), TABLE, ROW])
            for d in written
            if self.plan.qualified(d.name) in share.given
        }

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

    def check_values(self, kind: str) -> None:
        """Note what is at fault in the values of datasets of a kind, as far as nobody else looks at them."""
        for dataset in self._datasets(kind):
            name = dataset.name
            given = self.share is None or self.plan.qualified(name) in self.share.given
            if name not in self.own | self.alike or not given:
                continue
            frame = self.world.frames[name]
            data = Blocks.of(frame)
            with noting(self.world, name):
                if name in self.own:
                    check_values(data, dataset, self.world)
                    check_identified(frame, dataset, self.world.faults)
                if self.share is None:
                    check_alike(data, dataset, self.world.faults)
                else:
                    self.looked_at[name] = data

    def _build(
        self,
        build: Callable[[Sequence[DatasetPlan], World, Visits | None, Watch], None],
        chosen: Sequence[DatasetPlan],
        made: Callable[[DatasetPlan], None],
        known: Container[str] = (),
    ) -> None:
        """Build datasets; ``made`` is told of each, as it is finished, that is not known for all that."""
        by_name = {dataset.name: dataset for dataset in chosen if dataset.name not in known}

        def finished(name: str, seconds: float) -> None:
            self.spent[name] = seconds
            if name in by_name:
                made(by_name[name])

        build(chosen, self.world, self.visits, finished)
        self.own.update(by_name)

    def _take(self, known: Mapping[str, KeptDataset], datasets: Iterable[DatasetPlan], watch: Watch) -> None:
        """Take what was made elsewhere, upon which all datasets are finished."""
        take_over(known, self.world, self.spent)
        for dataset in datasets:
            watch(self.plan.qualified(dataset.name), self.spent[dataset.name])
