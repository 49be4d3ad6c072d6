"""The SDTM of several studies as one: what analysis datasets read where studies are pooled.

A dataset that several studies have holds the records of all of them; a variable that only some have is
missing in the others' records. STUDYID tells whose a record is.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Severity
from ced_cdisc.expr.english import listed as words_listed
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.references import names_in, sources_of
from ced_cdisc.plan.tabulations import Tabulations


class Pool(Struct, frozen=True):
    """The datasets of all studies, each name once, and the names that analysis lines may use."""

    plans: dict[str, DatasetPlan]
    catalogue: Catalogue


def pool(own: Tabulations, others: Mapping[str, Tabulations]) -> Pool:
    """The datasets of a study with those of the studies that it pools, by their folders.

    A variable keeps the metadata of the first study that has it; its type is the standard's in all of them.
    """
    if not others:
        return Pool(own.plans, own.catalogue)
    plans = dict(own.plans)
    datasets = {name: dict(kinds) for name, kinds in own.catalogue.datasets.items()}
    qualifiers = {name: set(listed) for name, listed in own.catalogue.qualifiers.items()}
    single = set(own.catalogue.single)
    for other in others.values():
        for name, plan in other.plans.items():
            plans[name] = _joined(plans[name], plan) if name in plans else plan
        for name, kinds in other.catalogue.datasets.items():
            datasets[name] = kinds | datasets.get(name, {})
        for name, listed in other.catalogue.qualifiers.items():
            qualifiers.setdefault(name, set()).update(listed)
        single |= other.catalogue.single
    catalogue = replace(own.catalogue, datasets=datasets, qualifiers=qualifiers, single=single)
    return Pool(plans, catalogue)


def check_split(
    adam: Mapping[str, DatasetPlan], own: Tabulations, others: Mapping[str, Tabulations], findings: Findings
) -> None:
    """CED164: one study has a domain whole, another one has it in parts, and an analysis dataset reads only
    one of the two: a name means the records of the studies that have a dataset of this name.
    """
    domains: dict[str, dict[str, list[str]]] = {}
    for study, tabulations in {"this study": own, **others}.items():
        for plan in tabulations.plans.values():
            domains.setdefault(plan.domain, {}).setdefault(study, []).append(plan.name)
    for domain, studies in domains.items():
        whole = {study: domain in names for study, names in studies.items()}
        if len(set(whole.values())) == 1:
            continue
        for reader in adam.values():
            read = {*sources_of(reader), *names_in(reader)}
            seen = {study: sorted(read.intersection(names)) for study, names in studies.items()}
            known = next((study for study, names in seen.items() if names), None)
            if known is None:
                continue
            for study in (one for one, names in seen.items() if not names and whole[one] != whole[known]):
                has_it = "whole" if whole[study] else f"in the parts {words_listed(sorted(studies[study]))}"
                message = (
                    f"{reader.name} reads {words_listed(seen[known])}, and nothing of {domain} in {study}"
                )
                hint = "a name means the datasets of that name alone; read both, as with 'stack'"
                found = Finding("CED164", f"{message}, which has it {has_it}", reader.where, hint)
                findings.add(replace(found, severity=Severity.WARNING))


def _joined(plan: DatasetPlan, other: DatasetPlan) -> DatasetPlan:
    """One dataset of two studies, as far as analysis lines ask: its variables, and how values come about."""
    known = {variable.name: variable for variable in other.variables}
    known |= {variable.name: variable for variable in plan.variables}
    qualifiers = {one.name: one for one in (*other.supplemental, *plan.supplemental)}
    return replace(
        plan,
        variables=tuple(known.values()),
        supplemental=tuple(qualifiers.values()),
        blocks=(*plan.blocks, *other.blocks),
        computed=(*plan.computed, *other.computed),
        lines=(*plan.lines, *other.lines),
    )
