"""Which datasets can be made of the records of some subjects at a time: decided from the plan alone.

A dataset is subject-local if each of its records is made of raw records of one subject and of what is the
same for all subjects. So is nearly everything; what is not is built from the records of all subjects, and so
is what reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan, Line, StudyPlan

SUBJECT = "USUBJID"
VISITS = "visits"


class Parting(Struct, frozen=True):
    """How the datasets of a plan can be built, by qualified name.

    Attributes:
        local: made of the records of some subjects at a time.
        shared: without subjects, and so the same whichever subjects are looked at: trial design.
        whole: made of the records of all subjects, and why.
        needed: what must be built from the records of all subjects, as ``whole`` reads it.
    """

    local: frozenset[str]
    shared: frozenset[str]
    whole: Mapping[str, str]
    needed: frozenset[str]


def parting(plan: StudyPlan) -> Parting:
    """How each dataset of a study, and of those that it pools, can be built."""
    datasets = {study.qualified(d.name): (study, d) for study in plan.studies for d in study.datasets}
    whole: dict[str, str] = {}
    for name, (study, dataset) in datasets.items():
        if reason := _reason(plan, study, dataset):
            whole[name] = reason
    reads = {name: _datasets_read(plan, study, d, datasets) for name, (study, d) in datasets.items()}
    while True:
        more = {
            name: f"it reads {one}, which is built from the records of all subjects"
            for name, found in reads.items()
            if name not in whole
            for one in sorted(found)
            if one in whole
        }
        if not more:
            break
        whole |= more
    needed = set(whole)
    waiting = list(whole)
    while waiting:
        for one in reads[waiting.pop()] - needed:
            needed.add(one)
            waiting.append(one)
    local = {n for n, (_, d) in datasets.items() if n not in whole and _has_subject(d)}
    return Parting(frozenset(local), frozenset(datasets.keys() - whole - local), whole, frozenset(needed))


def _has_subject(dataset: DatasetPlan) -> bool:
    """Whether its records belong to subjects; written ones, such as relations of whole datasets, do not."""
    is_written = not dataset.relations and all(block.kind == "rows" for block in dataset.blocks)
    return not is_written and any(variable.name == SUBJECT for variable in dataset.variables)


def _reason(plan: StudyPlan, study: StudyPlan, dataset: DatasetPlan) -> str:
    """Why the dataset itself cannot be made of the records of some subjects; empty where it can."""
    if dataset.person != SUBJECT:
        return f"its records are about {dataset.person}, not about subjects"
    sources = [(name, _is_of_subjects(plan, study, dataset, name)) for name in _row_sources(dataset)]
    others = [name for name in _names_read(dataset) if _is_of_subjects(plan, study, dataset, name)]
    if not _has_subject(dataset):
        found = [name for name, of_subjects in sources if of_subjects] + others
        return (
            f"its records belong to no subject, and it reads {found[0]}, which has subjects" if found else ""
        )
    for name, of_subjects in sources:
        if not of_subjects:
            return f"it takes records of {name}, which has no subjects" if name else "it has written records"
    if SUBJECT not in dataset.sort:
        return "the order of its records does not go by subject"
    if any(line.variable == SUBJECT for line in _lines(dataset)):
        return f"a line makes {SUBJECT}"
    for block in dataset.blocks:
        for lookup in block.lookups:
            of_subjects = _is_of_subjects(plan, study, dataset, lookup.name)
            if of_subjects and (SUBJECT, SUBJECT) not in lookup.on:
                return f"it looks {lookup.name} up by other columns than the subject"
    return ""


def _row_sources(dataset: DatasetPlan) -> list[str]:
    """What the blocks take their records from; an empty name for records that the spec writes out."""
    return ["" if block.kind == "rows" else block.source for block in dataset.blocks]


def _is_of_subjects(plan: StudyPlan, study: StudyPlan, dataset: DatasetPlan, name: str) -> bool:
    """Whether a raw table, or a dataset, that a dataset reads has subjects."""
    if name == VISITS:
        return True
    if name in study.tables:
        return bool(study.tables[name].subject)
    return any(_has_subject(d) or d.person != SUBJECT for _, d in _of_name(plan, study, dataset, name))


def _of_name(
    plan: StudyPlan, study: StudyPlan, reader: DatasetPlan, name: str
) -> Iterator[tuple[StudyPlan, DatasetPlan]]:
    """The datasets that a name means to a reader: analysis datasets read those of the pooled studies too."""
    for one in plan.studies if reader.kind == "adam" else (study,):
        for dataset in one.datasets:
            if name and name in (dataset.name, dataset.domain):
                yield one, dataset


def _datasets_read(plan: StudyPlan, study: StudyPlan, dataset: DatasetPlan, known: Iterable[str]) -> set[str]:
    names = {*_row_sources(dataset), *_names_read(dataset)}
    found = {
        one.qualified(other.name) for name in names for one, other in _of_name(plan, study, dataset, name)
    }
    return (found & set(known)) - {study.qualified(dataset.name)}


def _names_read(dataset: DatasetPlan) -> list[str]:
    """The tables and datasets that look-ups, expressions and relations read, in their order."""
    found = [lookup.name for block in dataset.blocks for lookup in block.lookups]
    for node in _trees(dataset):
        for below in tree.walk(node):
            if isinstance(below, tree.Aggregate) and below.dataset:
                found.append(below.dataset)
            elif isinstance(below, tree.Column) and below.owner:
                found.append(below.owner)
    for relation in dataset.relations:
        found += [relation.one.dataset, relation.other.dataset]
    return [name for name in dict.fromkeys(found) if name != dataset.name]


def _lines(dataset: DatasetPlan) -> Iterator[Line]:
    for block in dataset.blocks:
        yield from block.lines
    for computed in dataset.computed:
        yield from (*computed.first, *computed.lines)
    yield from dataset.lines


def _trees(dataset: DatasetPlan) -> Iterator[tree.Node]:
    """Every expression of a dataset."""
    for line in _lines(dataset):
        yield from (line.tree, *(report.node for report in line.reports))
    for block in dataset.blocks:
        yield from (report.node for report in block.reports)
    keeps = (dataset.keep, *(b.keep for b in dataset.blocks), *(c.keep for c in dataset.computed))
    yield from (keep for keep in keeps if keep is not None)
    yield from (node for _, node in dataset.checks)
    yield from (demand.node for demand in dataset.demands)


def cells_by_row(plan: StudyPlan) -> dict[str, int]:
    """How many cells of datasets a row of each raw table may come to, by qualified name: what a build costs.

    Blocks that choose among the rows of one source are taken to share them.
    """
    made: dict[str, int] = {}
    records: dict[str, dict[str, int]] = {}
    for study in (*plan.pooled, plan):
        for dataset in study.datasets:
            own: dict[str, int] = {}
            chosen: set[str] = set()
            for block in dataset.blocks:
                if block.source in chosen:
                    continue
                if block.kind == "dataset" or _chooses(block.keep):
                    chosen.add(block.source)
                if block.kind == "raw":
                    table = study.qualified(block.source)
                    own[table] = own.get(table, 0) + 1
                for one, other in _of_name(plan, study, dataset, block.source):
                    for table, count in records.get(one.qualified(other.name), {}).items():
                        own[table] = own.get(table, 0) + count
            records[study.qualified(dataset.name)] = own
            for table, count in own.items():
                made[table] = made.get(table, 0) + count * len(dataset.variables)
    return made


def _chooses(keep: tree.Node | None) -> bool:
    nodes = tree.walk(keep) if keep is not None else ()
    return any(isinstance(node, tree.Compare | tree.Member) for node in nodes)
