"""The lines that some variables need, and no others: to compute one value, and not all of its datasets."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ced_cdisc.expr import tree
from ced_cdisc.plan.model import SUPP, DatasetPlan, Line, StudyPlan
from ced_cdisc.plan.references import lines_of

_Place = tuple[str, str]
"""A dataset: the folder of its study, and its name."""


def lines_for(plan: StudyPlan, dataset: str, variables: Iterable[str]) -> StudyPlan:
    """The plan with the datasets and lines that variables of a dataset need; their values are the same.

    What chooses, matches and orders records is needed for all of them: conditions, look-ups, groups, sorting.

    Args:
        plan: a study.
        dataset: the dataset by its qualified name.
        variables: its variables.
    """
    folder, _, name = dataset.rpartition("/")
    need = _Need(plan)
    for variable in variables:
        need.variable((folder, name), variable)
        need.variable((folder, name), SUPP + variable)
    need.follow()
    studies = [need.part(study) for study in plan.studies]
    return replace(studies[0], pooled=tuple(studies[1:]))


class _Need:
    def __init__(self, plan: StudyPlan) -> None:
        self._datasets = {
            (study.folder, dataset.name): dataset for study in plan.studies for dataset in study.datasets
        }
        self._folders = [study.folder for study in plan.studies]
        self._wanted: dict[_Place, set[str]] = {}
        self._waiting: list[tuple[_Place, str]] = []

    def variable(self, place: _Place, name: str) -> None:
        if place in self._datasets and name not in self._wanted.setdefault(place, set()):
            self._wanted[place].add(name)
            self._waiting.append((place, name))

    def follow(self) -> None:
        """Want what is read by what is wanted, until nothing is added."""
        touched: set[_Place] = set()
        while self._waiting:
            place, name = self._waiting.pop()
            dataset = self._datasets[place]
            if place not in touched:
                touched.add(place)
                self._records(place, dataset)
            for line in lines_of(dataset):
                if line.variable == name:
                    self._tree(place, dataset, line.tree)

    def part(self, study: StudyPlan) -> StudyPlan:
        """The study with what is wanted of it."""
        places = {dataset.name: (study.folder, dataset.name) for dataset in study.datasets}
        kept = tuple(
            _only(dataset, self._wanted[places[dataset.name]])
            for dataset in study.datasets
            if places[dataset.name] in self._wanted
        )
        return replace(study, datasets=kept)

    def _records(self, place: _Place, dataset: DatasetPlan) -> None:
        """Want what chooses, matches and orders the records of a dataset."""
        for name in (dataset.person, "USUBJID", *dataset.sort):
            self._name(place, dataset, name)
        self._tree(place, dataset, dataset.keep)
        for block in dataset.blocks:
            self._tree(place, dataset, block.keep)
            for one in self._places(place, dataset, block.source):
                self.variable(one, "USUBJID")
            for lookup in block.lookups:
                self._tree(place, dataset, lookup.keep)
                for reference, column in lookup.on:
                    self._name(place, dataset, reference)
                    self._name(place, dataset, f"{lookup.name}.{column}")
        for computed in dataset.computed:
            self._tree(place, dataset, computed.keep)
            for name in (*computed.by, computed.present):
                self._name(place, dataset, name)
        for relation in dataset.relations:
            for side in (relation.one, relation.other):
                for name in (side.column, side.idvar, self._datasets[place[0], side.dataset].sequence):
                    self._name(place, dataset, f"{side.dataset}.{name}")

    def _tree(self, place: _Place, dataset: DatasetPlan, node: tree.Node | None) -> None:
        for below in tree.walk(node) if node is not None else ():
            if isinstance(below, tree.Column):
                self._name(place, dataset, below.name)
            elif isinstance(below, tree.Aggregate):
                for one in self._places(place, dataset, below.dataset or dataset.name):
                    self.variable(one, "USUBJID")
                for name in below.on:
                    self._name(place, dataset, name)
                    self._name(
                        place, dataset, below.looked_at(name) if below.dataset else f"{dataset.name}.{name}"
                    )

    def _name(self, place: _Place, dataset: DatasetPlan, name: str) -> None:
        """Want all that a name read in a dataset may stand for."""
        self.variable(place, name)
        owner, _, short = name.partition(".")
        if not short:
            for block in dataset.blocks:  # a name that no line gives is one of the source's
                for one in self._places(place, dataset, block.source):
                    self.variable(one, name)
            return
        for one in self._places(place, dataset, owner):
            self.variable(one, short)
            self.variable(one, SUPP + short)

    def _places(self, place: _Place, dataset: DatasetPlan, name: str) -> list[_Place]:
        folders = self._folders if dataset.kind == "adam" else [place[0]]
        return [(folder, name) for folder in folders if (folder, name) in self._datasets]


def _only(dataset: DatasetPlan, names: set[str]) -> DatasetPlan:
    def some(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(line for line in lines if line.variable in names)

    return replace(
        dataset,
        blocks=tuple(replace(block, lines=some(block.lines)) for block in dataset.blocks),
        computed=tuple(
            replace(one, first=some(one.first), lines=some(one.lines)) for one in dataset.computed
        ),
        lines=some(dataset.lines),
    )
