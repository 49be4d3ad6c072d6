"""A whole study's specs to its plan, with all faults in one pass and no data read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Document, Standard
from ced_cdisc.expr import tree
from ced_cdisc.plan.account import with_readers
from ced_cdisc.plan.adam.figures import check_figures
from ced_cdisc.plan.adam.parts import sources_of
from ced_cdisc.plan.adam.planner import AnalysisPlanner
from ced_cdisc.plan.adam.results import plan_displays
from ced_cdisc.plan.compared import check_compared
from ced_cdisc.plan.forms import check_forms
from ced_cdisc.plan.idle import check_idle
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.dates import date_formats, named_formats
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.origins import Origins
from ced_cdisc.plan.language.units import study_units
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.order import dataset_order, read_by_rows, read_late, referred
from ced_cdisc.plan.sdtm.declare import declare
from ced_cdisc.plan.sdtm.domain import SINGLE, Domain
from ced_cdisc.plan.sdtm.planner import DomainPlanner
from ced_cdisc.plan.sdtm.standard import made_late
from ced_cdisc.plan.tables import plan_tables, plan_visits
from ced_cdisc.plan.texts import text_policy
from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import load_adamig
from ced_cdisc.standards.ct import CtPackage, Publisher, ct_versions, load_ct
from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.standards.tables import DamagedTable, UnknownStandard

_OWNER = re.compile(r"\b([A-Z][A-Z0-9]{1,7})\.[A-Z]")
# The order in which a reviewer meets the classes (SDTM metadata submission guideline).
_CLASSES = (
    "Trial Design",
    "Special-Purpose",
    "Interventions",
    "Events",
    "Findings",
    "Findings About",
    "Relationship",
    "Study Reference",
)


def plan_study(specs: Specs, findings: Findings) -> StudyPlan | None:
    """The plan of a study, or None where the specs have faults (then ``findings`` has errors).

    All faults that can be known without data are reported.
    """
    packages = _standards(specs, findings)
    if packages is None:
        return None
    formats = named_formats(specs.study, findings)
    tables = plan_tables(specs.sources, formats, findings)
    codelists = Codelists(packages, specs.define, findings)
    expressions = Expressions(findings, study_units(specs.study.units, specs.sources, codelists, findings))
    crf = next((str(name) for name, doc in specs.define.documents.items() if doc.kind == "acrf"), "")
    origins = Origins({str(k): v for k, v in specs.sources.tables.items()}, specs.sources.defaults, crf)
    usubjid = _usubjid(specs, expressions)
    if usubjid is None:  # the rest is planned with the subject alone
        alone = Text("SUBJECT", specs.study.usubjid.where)
        specs = replace(specs, study=specs.study.model_copy(update={"usubjid": alone}))
    policy = text_policy(specs.study.text, specs.study.place, findings)
    lines = Lines(expressions, codelists, origins, formats, findings, policy)
    catalogue = Catalogue(tables={name: table.columns for name, table in tables.items()})
    visits = plan_visits(
        specs.visits,
        specs.sources,
        date_formats(specs.visits.date, formats, findings) if specs.visits else (),
        findings,
        formats.pivot,
    )

    domains = _domains(specs, findings)
    for domain in domains:
        _choose_lists(domain, codelists)
        catalogue.datasets[domain.name] = domain.names | (
            {"USUBJID": tree.Type.TEXT} if "USUBJID" in domain.names else {}
        )
        catalogue.late[domain.name] = made_late(domain)
        catalogue.qualifiers[domain.name] = {str(key) for rows in domain.rows for key in rows.supp}
        if domain.name != domain.code:
            catalogue.parts.setdefault(domain.code, []).append(domain.name)
    for parts in catalogue.parts.values():
        parts.sort()
    catalogue.single.update(name for name in SINGLE if name in catalogue.datasets)
    plans: dict[str, DatasetPlan] = {}
    for domain in domains:
        plans[domain.name] = DomainPlanner(domain, specs, catalogue, lines, findings).plan()
    ordered = _sdtm_order(plans, findings)

    adam: dict[str, DatasetPlan] = {}
    for analysis in _adam_order(specs, findings):
        name = str(analysis.dataset)
        if name in catalogue.datasets:
            findings.add(Finding("CED029", f"a second spec for {name}", analysis.dataset.where))
            continue
        plan = AnalysisPlanner(analysis, specs, catalogue, lines, findings, plans | adam).plan()
        adam[name] = plan
        catalogue.datasets[name] = {v.name: v.kind for v in plan.variables}
        if plan.one_per_subject:
            catalogue.single.add(name)
    if not specs.sdtm and not specs.adam:
        hint = "write a spec in mappings/sdtm or mappings/adam"
        findings.add(Finding("CED032", "the study has no dataset", specs.study.place, hint=hint))
    _unused_codelists(specs, codelists)
    displays = plan_displays(specs.define, adam, findings)
    check_figures(adam, findings)
    check_compared(expressions.compiled, plans | adam, visits, codelists, findings)
    if not findings.errors:
        check_forms(specs, plans, findings)
        check_idle(specs, plans | adam, findings)
    snapshot = _snapshot(specs, findings)
    tables = with_readers(tables, visits, (*ordered, *adam.values()), specs.sources, findings)
    if findings.errors or usubjid is None or snapshot is None:
        return None
    info = specs.study.study
    return StudyPlan(
        study_id=str(info.id),
        study_name=str(info.name),
        study_title=str(info.title),
        protocol=str(info.protocol),
        snapshot=snapshot,
        tables=tables,
        usubjid=usubjid,
        visits=visits,
        datasets=(*ordered, *adam.values()),
        sdtm_standards=_cited(specs, "SDTM"),
        adam_standards=_cited(specs, "ADaM"),
        sdtm_documents=_documents(specs, "sdtm"),
        adam_documents=_documents(specs, "adam"),
        sequence=specs.study.sequence,
        displays=displays,
        versions={
            "SDTMIG": str(specs.study.standards.sdtmig),
            "SDTM": str(specs.study.standards.sdtm),
            "ADaMIG": str(specs.study.standards.adamig),
            **{f"{name} CT": str(version) for name, version in specs.study.standards.ct.items()},
        },
    )


def _standards(specs: Specs, findings: Findings) -> dict[str, CtPackage] | None:
    """The pinned packages; one that is not shipped is CED028 and ends the planning."""
    standards = specs.study.standards
    packages: dict[str, CtPackage] = {}
    good = True
    for text, load in ((standards.sdtmig, load_sdtmig), (standards.adamig, load_adamig)):
        try:
            load(str(text))
        except UnknownStandard as error:
            findings.add(Finding("CED028", str(error), text.where))
            good = False
    folder, shown = specs.terminology or (None, "mappings/ct")
    for publisher, version in standards.ct.items():
        try:
            packages[str(publisher)] = load_ct(cast(Publisher, str(publisher)), str(version), folder)
        except UnknownStandard as error:
            own = ct_versions(str(publisher), folder) if folder is not None else []
            there = f"{shown} has {', '.join(own)}; " if own else ""
            hint = f"{there}import its file with ced-cdisc ct import FILE --to {shown}"
            findings.add(Finding("CED028", str(error), version.where, hint=hint))
            good = False
        except DamagedTable as error:
            hint = f"import it again with ced-cdisc ct import FILE --to {shown}"
            findings.add(Finding("CED082", f"{shown}/{error}", version.where, hint=hint))
            good = False
    return packages if good else None


def _domains(specs: Specs, findings: Findings) -> list[Domain]:
    found: dict[str, Domain] = {}
    for spec in specs.sdtm:
        name = spec.dataset if spec.dataset is not None else spec.domain
        if str(name) in found:
            findings.add(Finding("CED029", f"a second spec for {name}", name.where))
            continue
        domain = declare(spec, specs, findings)
        if domain is not None:
            found[domain.name] = domain
    return list(found.values())


def _choose_lists(domain: Domain, codelists: Codelists) -> None:
    """Of several lists that the guide names for the tests of a domain, the first that has all of them."""
    codes, names = (domain.ig.variable(domain.full(name)) for name in ("--TESTCD", "--TEST"))
    tests = {str(rows.test.test) for rows in domain.rows if rows.test is not None}
    if codes is None or names is None or len(codes.codelists) < 2 or not tests:
        return
    for code, name in zip(codes.codelists, names.codelists, strict=False):
        published = codelists.published(code)
        if published is not None and tests.issubset(published[1].values):
            codelists.choose(codes.name, code)
            codelists.choose(names.name, name)
            return


def _sdtm_order(plans: dict[str, DatasetPlan], findings: Findings) -> list[DatasetPlan]:
    """Domains in the order in which their rows can be made, else in the order of a submission."""
    shown = sorted(
        plans.values(),
        key=lambda p: (_CLASSES.index(p.class_name) if p.class_name in _CLASSES else 9, p.name),
    )
    needs = {plan.name: (read_by_rows(plan.blocks) | referred(plan)) - {plan.name} for plan in shown}
    for plan in shown:  # lines that wait for another dataset's study days, numbers and so on to be finished
        needs[plan.name] |= read_late(plan, plans)
    names = dataset_order(needs, {p.name: p.where for p in shown}, findings)
    return [plans[name] for name in names]


def _adam_order(specs: Specs, findings: Findings) -> list[AnalysisSpec]:
    """Analysis datasets so that each follows those its texts name; ADSL goes first by custom."""
    listed = sorted(specs.adam, key=lambda s: (s.class_ != "ADSL", str(s.dataset)))
    names = [str(s.dataset) for s in listed]
    needs: dict[str, set[str]] = {}
    for spec in listed:
        owners = {owner for text in _texts(spec) for owner in _OWNER.findall(text)} | sources_of(spec)
        needs.setdefault(str(spec.dataset), set()).update(owners & set(names) - {str(spec.dataset)})
    order = dataset_order(needs, {str(s.dataset): s.dataset.where for s in listed}, findings)
    return sorted(listed, key=lambda s: order.index(str(s.dataset)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, dict):
        for item in cast("dict[Any, Any]", value).values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _texts(item)


def _unused_codelists(specs: Specs, codelists: Codelists) -> None:
    """Look every sponsor codelist up once, so that a fault in one that nothing uses is found too."""
    for name, spec in specs.define.codelists.items():
        codelists.find(str(spec.extends) if spec.extends is not None else str(name))


def _usubjid(specs: Specs, expressions: Expressions) -> tree.Node | None:
    names = RowNames(Catalogue(tables={}), "", {"SUBJECT": tree.Type.TEXT})
    return expressions.compile(specs.study.usubjid, names)


def _snapshot(specs: Specs, findings: Findings) -> datetime | None:
    text: Text = specs.study.snapshot
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
        Document(str(name), str(doc.title), str(doc.href), doc.kind)
        for name, doc in documents
        if doc.package in (package, "both")
    )
