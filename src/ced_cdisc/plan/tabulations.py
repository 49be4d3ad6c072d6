"""The SDTM of one study planned: what its analysis datasets, and those of a study that pools it, build on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import aggregates
from ced_cdisc.plan.crf_pages import made_document
from ced_cdisc.plan.derivations import plan_derivations
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.dates import date_formats, named_formats
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.identifiers import identifier
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.origins import Origins
from ced_cdisc.plan.language.units import study_units
from ced_cdisc.plan.line_lists import with_line_lists
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.order import dataset_order, read_by_rows, read_late, referred
from ced_cdisc.plan.persons import looked_up
from ced_cdisc.plan.raw import RawTable, VisitPlan
from ced_cdisc.plan.sdtm.declare import declare
from ced_cdisc.plan.sdtm.domain import SINGLE, Domain
from ced_cdisc.plan.sdtm.lists_of_tests import choose_lists
from ced_cdisc.plan.sdtm.notation import note_notations
from ced_cdisc.plan.sdtm.planner import DomainPlanner
from ced_cdisc.plan.sdtm.relations import choose_domains
from ced_cdisc.plan.sdtm.standard import made_late
from ced_cdisc.plan.tables import plan_tables, plan_visits, with_exclusions, with_subjects
from ced_cdisc.plan.texts import text_policy
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import load_adamig
from ced_cdisc.standards.ct import CtPackage, Publisher, ct_versions, load_ct
from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.standards.tables import DamagedTable, UnknownStandard

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


class Tabulations(Struct, frozen=True):
    """The SDTM datasets of a study as planned, and what its other lines are planned with.

    Attributes:
        specs: the study's specs.
        tables: its raw tables.
        visits: its visits.
        usubjid: USUBJID over SUBJECT and raw tables; None where its text is at fault.
        catalogue: the names that expressions may use.
        codelists: its lists.
        lines: makes lines; ``lines.expressions`` compiles.
        plans: the datasets by name, in the order of the specs.
        ordered: the same in the order in which they can be built.
        derivations: its plug-ins by name.
    """

    specs: Specs
    tables: dict[str, RawTable]
    visits: VisitPlan | None
    usubjid: tree.Node | None
    catalogue: Catalogue
    codelists: Codelists
    lines: Lines
    plans: dict[str, DatasetPlan]
    ordered: tuple[DatasetPlan, ...]
    derivations: dict[str, Derivation]


def plan_tabulations(specs: Specs, findings: Findings, folder: str = "") -> Tabulations | None:
    """The SDTM of a study, or None where a standard that it pins is not there.

    Args:
        specs: the study's specs.
        findings: receives every fault that can be known without data.
        folder: where the raw tables of a pooled study stand below RAW.
    """
    packages = _standards(specs, findings)
    if packages is None:
        return None
    formats = named_formats(specs.study, findings)
    tables = {
        name: replace(table, file=f"{folder}/{table.file}") if folder else table
        for name, table in plan_tables(specs.sources, formats, findings).items()
    }
    codelists = Codelists(packages, specs.define, findings)
    derivations = plan_derivations(specs.study.derivations, specs.derivations, findings)
    units = study_units(specs.study.units, specs.sources, codelists, findings)
    expressions = Expressions(findings, units, derivations)
    tables = with_subjects(tables, specs.sources, expressions, findings)
    tables = with_exclusions(tables, specs.sources, expressions, findings)
    crf = next((str(name) for name, doc in specs.define.documents.items() if doc.kind == "acrf"), "")
    made = made_document(specs.define)
    origins = Origins(
        {str(k): v for k, v in specs.sources.tables.items()}, specs.sources.defaults, crf, made=bool(made)
    )
    usubjid = _usubjid(specs, tables, expressions, findings)
    if usubjid is None:  # the rest is planned with the subject alone
        alone = Text("SUBJECT", specs.study.usubjid.where)
        specs = replace(specs, study=specs.study.model_copy(update={"usubjid": alone}))
    policy = text_policy(specs.study.text, specs.study.place, findings)
    lines = Lines(expressions, codelists, origins, formats, findings, policy)
    catalogue = Catalogue(
        tables={name: table.columns for name, table in tables.items()},
        derivations=derivations,
        without_subjects=specs.sources.without_subjects,
    )
    visits = plan_visits(
        specs.visits,
        specs.sources,
        date_formats(specs.visits.date, formats, findings) if specs.visits else (),
        findings,
        formats.pivot,
    )

    domains = _domains(specs, findings)
    for domain in domains:
        choose_lists(domain, codelists)
        _choose_units(domain, codelists)
        _join_lists(domain, codelists)
        catalogue.datasets[domain.name] = domain.names | (
            {"USUBJID": tree.Type.TEXT} if "USUBJID" in domain.names else {}
        )
        catalogue.late[domain.name] = made_late(domain)
        catalogue.qualifiers[domain.name] = {str(key) for rows in domain.rows for key in rows.supp}
        if domain.name != domain.code:
            catalogue.parts.setdefault(domain.code, []).append(domain.name)
    catalogue.looked_up_once.update(_looked_up_once(domains))
    for parts in catalogue.parts.values():
        parts.sort()
    for domain in domains:
        choose_domains(domain.spec, catalogue, codelists)
    note_notations(domains, expressions)
    catalogue.single.update(name for name in SINGLE if name in catalogue.datasets)
    plans = {
        domain.name: with_line_lists(DomainPlanner(domain, specs, catalogue, lines, findings).plan())
        for domain in domains
    }
    ordered = tuple(_sdtm_order(plans, findings))
    return Tabulations(
        specs, tables, visits, usubjid, catalogue, codelists, lines, plans, ordered, derivations
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


def _choose_units(domain: Domain, codelists: Codelists) -> None:
    """Several lists that the guide names for units, as for PPORRESU, are bound together."""
    tests = [rows.test for rows in domain.rows if rows.test is not None]
    written = {str(test.standard) for test in tests if test.standard is not None}
    for test in tests:
        if test.unit is not None:
            words = (test.unit.assign, test.unit.collect, *(test.unit.ct or {}).values())
            written |= {str(word) for word in words if word is not None and "." not in word}
    for variable in filter(None, (domain.ig.variable(domain.full(n)) for n in ("--ORRESU", "--STRESU"))):
        if len(variable.codelists) > 1:
            codelists.choose_together(variable.name, variable.codelists, written)


def _join_lists(domain: Domain, codelists: Codelists) -> None:
    """A variable of several lists, as RSCAT, has the terms of all of them, where a line chooses none."""
    lines = [(key, line) for rows in domain.rows for key, line in rows.variables.items()]
    written = [key for key, line in lines if line.codelist is None and line.absent is None]
    for key in (*written, *(key for row in domain.spec.rows or () for key in row)):
        found = domain.ig.variable(domain.full(str(key)))
        if found is not None and len(found.codelists) > 1:
            codelists.join(found.name, found.codelists)


def _looked_up_once(domains: Iterable[Domain]) -> set[str]:
    """What one look-up reads, and no block takes its records from."""
    specs = [rows.spec for domain in domains for rows in domain.rows]
    sources = {str(spec.from_) for spec in specs}
    places = {(str(name), name.where) for spec in specs for name in spec.with_}
    times = Counter(name for name, _ in places)
    return {name for name, count in times.items() if count == 1 and name not in sources}


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


def _usubjid(
    specs: Specs, tables: dict[str, RawTable], expressions: Expressions, findings: Findings
) -> tree.Node | None:
    """USUBJID; CED155 where it goes over several records, CED018 where ``persons`` has nothing to say."""
    known = {name: table.columns for name, table in tables.items() if table.subject}
    names = RowNames(Catalogue(tables=known), "", {"SUBJECT": tree.Type.TEXT}, tuple(known))
    text, spec = specs.study.usubjid, specs.study.persons
    made = expressions.compile(text, names)
    if made is None:
        return None
    if several := aggregates(made):
        message = "usubjid reads one record of a raw table, and this goes over several"
        hint = "name the column alone: the record of the subject is looked up"
        findings.add(Finding("CED155", message, text.locate(several[0].at), hint=hint))
        return None
    given = spec.model_fields_set - {"studies"}
    if given and not looked_up(made):
        message = f"'{min(given)}' does not go with a usubjid that reads no raw table"
        findings.add(Finding("CED018", message, spec.place))
    if spec.studies is not None and not specs.study.pool:
        message = "'studies' does not go with a study that pools no others"
        findings.add(Finding("CED018", message, spec.place, hint="write it in the study that does"))
    return identifier(made, ("SUBJECT",))
