"""A whole study's specs to its plan, with all faults in one pass and no data read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Document, Standard
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.account import with_readers
from ced_cdisc.plan.adam.figures import check_figures
from ced_cdisc.plan.adam.numbers import check_treatments
from ced_cdisc.plan.adam.parts import sources_of
from ced_cdisc.plan.adam.planner import AnalysisPlanner
from ced_cdisc.plan.adam.results import plan_displays
from ced_cdisc.plan.adam.templates import written_out
from ced_cdisc.plan.analyses import DisplayPlan
from ced_cdisc.plan.compared import check_compared
from ced_cdisc.plan.crf_pages import check_pages
from ced_cdisc.plan.derivations import check_groups
from ced_cdisc.plan.forms import check_forms
from ced_cdisc.plan.guides import check_guides
from ced_cdisc.plan.idle import check_idle
from ced_cdisc.plan.iso_dates import iso_dates
from ced_cdisc.plan.labels import check_labels
from ced_cdisc.plan.line_lists import with_line_lists
from ced_cdisc.plan.model import SUPP, DatasetPlan, StudyPlan
from ced_cdisc.plan.order import dataset_order
from ced_cdisc.plan.percentages import check_percentages
from ced_cdisc.plan.persons import Persons
from ced_cdisc.plan.pool import Pool, check_split, pool
from ced_cdisc.plan.raw import AskedText
from ced_cdisc.plan.tabulations import Tabulations, plan_tabulations
from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.load import FOLDERS, Specs
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.study import PersonsSpec

_OWNER = re.compile(r"\b([A-Z][A-Z0-9]{1,7})\.[A-Z]")


def plan_study(specs: Specs, findings: Findings) -> StudyPlan | None:
    """The plan of a study and of those that it pools, or None where the specs have faults.

    All faults that can be known without data are reported in ``findings``.
    """
    own = plan_tabulations(specs, findings)
    others = {name: plan_tabulations(other, findings, name) for name, other in specs.pooled}
    pooled = {name: other for name, other in others.items() if other is not None}
    if own is None or len(pooled) < len(others):
        return None
    asked: dict[str, tuple[AskedText, ...]] = {}
    for name, other in pooled.items():
        asked[name] = _check(other, other.plans, findings)
        _can_be_pooled(name, other, own, findings)
    pooling = pool(own, pooled)
    adam = _analyses(own, pooling, findings)
    if adam is None:
        return None
    check_split(adam, own, pooled, findings)
    if not specs.sdtm and not specs.adam:
        hint = "write a spec in mappings/sdtm or mappings/adam"
        findings.add(Finding("CED032", "the study has no dataset", specs.study.place, hint=hint))
    displays = plan_displays(specs.define, adam, findings)
    declared = {str(r.id) for spec in specs.adam for r in written_out(spec.results, Findings())}
    check_figures(adam, declared, findings)
    asked[""] = _check(own, own.plans | adam, findings, pooling.plans | adam, pooled.values())
    plans = [_study_plan(one, one.ordered, findings, name, asked[name]) for name, one in pooled.items()]
    plan = _study_plan(own, (*own.ordered, *adam.values()), findings, "", asked[""], plans, displays)
    return None if findings.errors else plan


def _analyses(own: Tabulations, pooling: Pool, findings: Findings) -> dict[str, DatasetPlan] | None:
    """The analysis datasets by name, each after those it reads; None where they go in a circle."""
    specs, catalogue = own.specs, pooling.catalogue
    listed = _adam_order(specs, findings)
    if listed is None:
        return None
    for name, qualifiers in catalogue.qualifiers.items():  # analysis datasets read them like variables
        kinds = {qualifier: _kind(pooling.plans[name], qualifier) for qualifier in sorted(qualifiers)}
        catalogue.datasets[name] = catalogue.datasets[name] | kinds
    check_treatments(listed, findings)
    adam: dict[str, DatasetPlan] = {}
    for analysis in listed:
        name = str(analysis.dataset)
        if name in catalogue.datasets:
            findings.add(Finding("CED029", f"a second spec for {name}", analysis.dataset.where))
            continue
        planner = AnalysisPlanner(analysis, specs, catalogue, own.lines, findings, pooling.plans | adam)
        plan = with_line_lists(planner.plan())
        adam[name] = plan
        catalogue.datasets[name] = {v.name: v.kind for v in plan.variables}
        if plan.one_per_subject:
            catalogue.single.add(name)
    return adam


def _kind(plan: DatasetPlan, qualifier: str) -> Type:
    """QVAL is text, and a date in ISO 8601 where all lines of the qualifier give one."""
    lines = (*(line for block in plan.blocks for line in block.lines), *plan.lines)
    kinds = {line.tree.type for line in lines if line.variable == SUPP + qualifier and line.verb != "absent"}
    return Type.DTC if kinds == {Type.DTC} else Type.TEXT


def _check(
    study: Tabulations,
    plans: Mapping[str, DatasetPlan],
    findings: Findings,
    read: Mapping[str, DatasetPlan] | None = None,
    pooled: Iterable[Tabulations] = (),
) -> tuple[AskedText, ...]:
    """What can be said of a study's specs as a whole; ``read`` are the datasets that its lines read.

    They may be those of the ``pooled`` studies, too. What only the data can tell is returned.
    """
    _unused_codelists(study)
    check_guides(study.specs.define, {one.kind for one in plans.values()}, findings)
    check_pages(study.specs.define, study.tables, plans.values(), findings)
    labels = {str(spec.dataset or spec.domain): spec.label for spec in study.specs.sdtm}
    labels |= {str(spec.dataset): spec.label for spec in study.specs.adam}
    for plan in plans.values():
        check_groups(plan, findings)
        check_labels(plan, labels.get(plan.name), findings)
    compiled = study.lines.expressions.compiled
    visits = study.visits, [one.visits for one in pooled if one.visits is not None]
    asked = check_compared(compiled, read or plans, visits, study.codelists, findings)
    every_visit = [one for one in (study.visits, *visits[1]) if one is not None]
    check_percentages(plans, read or plans, every_visit, findings)
    if not findings.errors:
        check_forms(study.specs, plans, findings)
        check_idle(study.specs, plans, findings)
    return asked


def _can_be_pooled(name: str, other: Tabulations, own: Tabulations, findings: Findings) -> None:
    """CED046: a pooled study has SDTM only, a STUDYID of its own, and numbers its records in their order."""
    study = other.specs.study
    where = next(text.where for text in own.specs.study.pool if text == name)
    if other.specs.adam:
        analysis = other.specs.adam[0].dataset
        problem = f"the analysis datasets of the pooled study {name} are those of the study that pools it"
        findings.add(Finding("CED046", problem, analysis.where, hint="move the spec to mappings/adam"))
    if study.pool:
        problem = f"the pooled study {name} pools others itself"
        hint = "name them all in the study that has the analysis datasets"
        findings.add(Finding("CED046", problem, study.pool[0].where, hint=hint))
    if str(study.study.id) == str(own.specs.study.study.id):
        problem = f"the pooled study {name} has the id of this one: {study.study.id}"
        findings.add(Finding("CED046", problem, where, hint="each study has a STUDYID of its own"))
    if study.sequence == "pinned":
        problem = f"the pooled study {name} pins its numbers, which only the study that pools it can"
        findings.add(Finding("CED046", problem, where, hint="take 'sequence: pinned' out of it"))


def _study_plan(
    study: Tabulations,
    datasets: tuple[DatasetPlan, ...],
    findings: Findings,
    folder: str,
    asked: tuple[AskedText, ...],
    pooled: list[StudyPlan | None] | None = None,
    displays: tuple[DisplayPlan, ...] = (),
) -> StudyPlan | None:
    specs = study.specs
    snapshot = _moment(specs.study.snapshot, findings)
    created = snapshot if specs.study.created is None else _moment(specs.study.created, findings)
    tables = with_readers(study.tables, study.visits, datasets, study.usubjid, specs.sources, findings)
    if findings.errors or study.usubjid is None or snapshot is None or created is None:
        return None
    info = specs.study.study
    return StudyPlan(
        study_id=str(info.id),
        study_name=str(info.name),
        study_title=str(info.title),
        protocol=str(info.protocol),
        snapshot=snapshot,
        created=created,
        tables=tables,
        usubjid=study.usubjid,
        visits=study.visits,
        datasets=datasets,
        sdtm_standards=_cited(specs, "SDTM"),
        adam_standards=_cited(specs, "ADaM"),
        sdtm_documents=_documents(specs, "sdtm"),
        adam_documents=_documents(specs, "adam"),
        sequence=specs.study.sequence,
        profile=specs.profile,
        displays=displays,
        versions={
            "SDTMIG": str(specs.study.standards.sdtmig),
            "SDTM": str(specs.study.standards.sdtm),
            "ADaMIG": str(specs.study.standards.adamig),
            **{f"{name} CT": str(version) for name, version in specs.study.standards.ct.items()},
        },
        pooled=tuple(plan for plan in pooled or () if plan is not None),
        folder=folder,
        persons=_persons(specs.study.persons),
        derivations=tuple(study.derivations.values()),
        iso_dates=tuple(iso_dates(datasets)),
        asked=asked,
        specs=_folder(specs, folder),
    )


def _persons(spec: PersonsSpec) -> Persons:
    words = (spec.chain, spec.empty, spec.unmatched, spec.studies)
    return Persons(*(word is not None for word in words))


def _folder(specs: Specs, folder: str) -> tuple[str, str]:
    """How messages name the folder of a study's specs, and how outputs do."""
    named = posixpath.join(FOLDERS[0], folder).rstrip("/")
    return (named if specs.terminology is None else posixpath.dirname(specs.terminology[1])), named


def _adam_order(specs: Specs, findings: Findings) -> list[AnalysisSpec] | None:
    """Analysis datasets so that each follows those its texts name; ADSL goes first by custom.

    None where they go in a circle: what is read of a dataset that is not planned yet would be unknown.
    """
    listed = sorted(specs.adam, key=lambda s: (s.class_ != "ADSL", str(s.dataset)))
    names = [str(s.dataset) for s in listed]
    needs: dict[str, set[str]] = {}
    for spec in listed:
        owners = {owner for text in _texts(spec) for owner in _OWNER.findall(text)} | sources_of(spec)
        needs.setdefault(str(spec.dataset), set()).update(owners & set(names) - {str(spec.dataset)})
    before = len(findings)
    order = dataset_order(needs, {str(s.dataset): s.dataset.where for s in listed}, findings)
    if len(findings) > before:
        return None
    return sorted(listed, key=lambda s: order.index(str(s.dataset)))


def _texts(value: Any) -> list[str]:
    """All texts below a part of a spec, but for keys, in no order that counts."""
    found: list[str] = []
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, BaseModel):
            waiting += filter(None, part.__dict__.values())
        elif isinstance(part, dict):
            waiting += cast("dict[Any, Any]", part).values()
        elif isinstance(part, list):
            waiting += cast("list[Any]", part)
    return found


def _unused_codelists(study: Tabulations) -> None:
    """Look every sponsor codelist up once, so that a fault in one that nothing uses is found too."""
    for name, spec in study.specs.define.codelists.items():
        for one in (name, spec.extends):
            if one is not None:
                study.codelists.find(str(one))


def _moment(text: Text, findings: Findings) -> datetime | None:
    """A date-time of the study, or None with a finding (CED023)."""
    try:
        made = datetime.fromisoformat(str(text))
    except ValueError:
        findings.add(
            Finding("CED023", f"'{text}' is no date-time", text.where, hint="write YYYY-MM-DDTHH:MM:SS")
        )
        return None
    return made.replace(tzinfo=None)


def _cited(specs: Specs, package: str) -> tuple[Standard, ...]:
    standards = specs.study.standards
    guide = (
        Standard("SDTMIG", "SDTMIG", "IG", str(standards.sdtmig))
        if package == "SDTM"
        else Standard("ADAMIG", "ADaMIG", "IG", str(standards.adamig))
    )
    wanted = ("SDTM", "DEFINE-XML") if package == "SDTM" else ("ADaM", "SDTM", "DEFINE-XML")
    made = [guide]
    for publisher in wanted:
        version = next((v for p, v in standards.ct.items() if p == publisher), None)
        if version is not None:
            made.append(
                Standard(f"CT.{publisher}", "CDISC/NCI", "CT", str(version), publishing_set=publisher)
            )
    return tuple(made)


def _documents(specs: Specs, package: str) -> tuple[Document, ...]:
    documents = specs.define.documents.items()
    return tuple(
        Document(str(name), str(doc.title), str(doc.href), doc.kind, doc.made, str(doc.file or ""))
        for name, doc in documents
        if doc.package in (package, "both")
    )
