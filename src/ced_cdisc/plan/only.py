"""A part of a plan: the datasets asked for and all that they need."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.guide import GUIDES
from ced_cdisc.core.metadata import Document
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.model import SUPP, DatasetPlan, StudyPlan
from ced_cdisc.plan.order import read_by_rows, referred
from ced_cdisc.plan.texts import part_column, split_variables


def restrict(plan: StudyPlan, names: Iterable[str], findings: Findings) -> StudyPlan:
    """The plan with the named datasets and those they need; an unknown name is CED031.

    A dataset of a pooled study is named with its folder (``controls/DM``), and needed by the analysis
    datasets that read one of its name. Supplemental qualifiers (``SUPPAE``) are made with their dataset.
    """
    known = {study.qualified(d.name) for study in plan.studies for d in study.datasets}
    parents = with_qualifiers(plan)
    asked = [parents.get(name, name) for name in names]
    for name in asked:
        if name not in known:
            hint = did_you_mean(name, known) or without_qualifiers(name, known)
            message = f"there is no dataset {name} in this study"
            findings.add(Finding("CED031", message, Location("--only"), hint=hint))
    chosen = _chosen(plan, {name for name in asked if name in known}, needed)
    own, *pooled = (
        _without_guides(replace(study, datasets=tuple(d for d in study.datasets if d.name in names)))
        for study, names in zip(plan.studies, chosen, strict=True)
    )
    return replace(own, pooled=tuple(pooled))


def with_qualifiers(plan: StudyPlan) -> dict[str, str]:
    """The datasets that may have supplemental qualifiers, by the names of these; all names are qualified."""
    return {
        study.qualified(f"SUPP{d.name}"): study.qualified(d.name)
        for study in plan.studies
        for d in study.datasets
        if d.supplemental or any(part_column(name, 1).startswith(SUPP) for name, _ in split_variables(d))
    }


def without_qualifiers(name: str, known: Container[str]) -> str:
    """The hint for a name such as SUPPAE, of a dataset that has no qualifiers; else an empty text."""
    folder, slash, short = name.rpartition("/")
    parent = f"{folder}{slash}{short.removeprefix('SUPP')}"
    return f"{parent} has no supplemental qualifiers" if parent != name and parent in known else ""


def needed_for_each(plan: StudyPlan) -> dict[str, list[str]]:
    """For each dataset of the studies the datasets that :func:`restrict` keeps for it, by qualified names."""
    known = {id(d): needed(d) for study in plan.studies for d in study.datasets}
    made: dict[str, list[str]] = {}
    for name in (study.qualified(d.name) for study in plan.studies for d in study.datasets):
        chosen = _chosen(plan, {name}, lambda dataset: known[id(dataset)])
        pairs = zip(plan.studies, chosen, strict=True)
        made[name] = sorted(study.qualified(one) for study, names in pairs for one in names)
    return made


_Needs = Callable[[DatasetPlan], set[str]]


def _chosen(plan: StudyPlan, wanted: set[str], needs: _Needs) -> list[set[str]]:
    """Of each study the names of the datasets that are wanted, by qualified names, and of what they need."""
    own = _needed_by(plan, {name for name in wanted if "/" not in name}, needs)
    read = {name for d in plan.datasets if d.kind == "adam" and d.name in own for name in needs(d)}
    found = [own]
    for study in plan.pooled:
        there = {d.name for d in study.datasets}
        named = {d.name for d in study.datasets if study.qualified(d.name) in wanted}
        found.append(_needed_by(study, named | (read & there), needs))
    return found


def _without_guides(plan: StudyPlan) -> StudyPlan:
    """The plan without reviewer's guides to be made: they are of whole packages."""

    def named_only(documents: tuple[Document, ...]) -> tuple[Document, ...]:
        return tuple(replace(one, made=one.made and one.kind not in GUIDES) for one in documents)

    return replace(
        plan,
        sdtm_documents=named_only(plan.sdtm_documents),
        adam_documents=named_only(plan.adam_documents),
    )


def _needed_by(plan: StudyPlan, names: Iterable[str], needs: _Needs) -> set[str]:
    """The named datasets and all they need; with subjects' data also DM, against which they are checked."""
    by_name = {dataset.name: dataset for dataset in plan.datasets}
    found = closure(by_name, names, needs)
    if any(by_name[n].kind == "sdtm" and not by_name[n].reference_data for n in found) and "DM" in by_name:
        found |= closure(by_name, ["DM"], needs)
    return found


def needed(dataset: DatasetPlan) -> set[str]:
    """The datasets whose records a dataset's rows and lines read."""
    found = read_by_rows(dataset.blocks)
    for line in (*dataset.lines, *(line for c in dataset.computed for line in (*c.first, *c.lines))):
        found |= {n.dataset for n in tree.walk(line.tree) if isinstance(n, tree.Aggregate) and n.dataset}
        found |= {c.owner for c in columns(line.tree) if c.scope is tree.Scope.DATASET and c.owner}
    return (found | referred(dataset)) - {dataset.name}


def closure(by_name: Mapping[str, DatasetPlan], names: Iterable[str], needs: _Needs = needed) -> set[str]:
    """The named datasets and those of ``by_name`` that they need, directly or not; of a split domain all."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        current = waiting.pop()
        if current not in found and current in by_name:
            found.add(current)
            asked = needs(by_name[current])
            waiting.extend(one.name for one in by_name.values() if one.name in asked or one.domain in asked)
    return found
