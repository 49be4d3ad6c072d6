"""What points at records of other domains: RELREC's relations, and RDOMAIN with IDVAR in written rows."""

from __future__ import annotations

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Term
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import SUPP, Relation, Side, prefix_of
from ced_cdisc.plan.sdtm.domain import DOMAINS
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.spec.source import Text


def plan_relations(spec: DomainSpec, catalogue: Catalogue, findings: Findings) -> tuple[Relation, ...]:
    """The relations of ``relate:``.

    Faults: CED016 an unknown dataset, CED012 an unknown variable, CED029 an id given twice, CED163 ids that
    can give one RELID.
    """
    made: list[Relation] = []
    seen: set[str] = set()
    _check_ids(spec, findings)
    for relation in spec.relate or []:
        if str(relation.id) in seen:
            message = f"the relation {relation.id} is given twice"
            findings.add(Finding("CED029", message, relation.id.where))
        seen.add(str(relation.id))
        one = _side(relation.from_, relation.idvar, catalogue, findings)
        other = _side(relation.to, relation.idvar, catalogue, findings)
        if one is not None and other is not None:
            separator = str(relation.by or "")
            made.append(Relation(str(relation.id), one, other, separator, relation.place))
    return tuple(made)


def _check_ids(spec: DomainSpec, findings: Findings) -> None:
    """CED163: RELID is the id and a number, so that R with 11 would be the relationship of R1 with 1."""
    ids = [relation.id for relation in spec.relate or []]
    written = [value for row in spec.rows or [] for key, value in row.items() if key == "RELID" and value]
    for other in (*ids, *written):
        for one in ids:
            number = str(other).removeprefix(str(one))
            if number != str(other) and number.isdecimal():
                message = f"RELID of the relation {one} and {other} can be alike"
                hint = f"it is {one} and a number; name one of them otherwise"
                findings.add(Finding("CED163", message, other.where, hint=hint))


def _side(text: Text, idvar: Text | None, catalogue: Catalogue, findings: Findings) -> Side | None:
    owner, _, column = str(text).partition(".")
    variables = catalogue.datasets.get(owner)
    if variables is None:
        hint = did_you_mean(owner, catalogue.datasets) or "write DATASET.VARIABLE"
        findings.add(Finding("CED016", f"unknown dataset {owner}", text.where, hint=hint))
        return None
    qualifiers = catalogue.qualifiers.get(owner, set())
    if column not in variables and column not in qualifiers:
        hint = did_you_mean(column, [*variables, *qualifiers])
        findings.add(Finding("CED012", f"{owner} has no variable {column}", text.where, hint=hint))
        return None
    domain = next((code for code, parts in catalogue.parts.items() if owner in parts), owner)
    word = str(idvar or "--SEQ")
    name = prefix_of(domain) + word[2:] if word.startswith("--") else word
    if name not in variables:
        where = idvar.where if idvar is not None else text.where
        hint = did_you_mean(name, variables)
        findings.add(Finding("CED012", f"{owner} has no variable {name} to be IDVAR", where, hint=hint))
        return None
    return Side(owner, domain, column if column in variables else SUPP + column, name)


def choose_domains(spec: DomainSpec, catalogue: Catalogue, codelists: Codelists) -> None:
    """RDOMAIN of RELREC may name a part of FA that a relationship between datasets is of: FACE.

    The domain FA names it as well (SDTMIG 3.4, 4.1.7, of splitting domains).
    """
    listed = codelists.of_variable("RDOMAIN", (DOMAINS,), "RELREC")
    if spec.domain != "RELREC" or listed is None:
        return
    written = {str(value) for row in spec.rows or [] for key, value in row.items() if key == "RDOMAIN"}
    named = written & set(catalogue.parts.get("FA", [])) - {term.value for term in listed.terms}
    added = [Term(part, decode=part, extended=True) for part in sorted(named)]
    if added:
        name, terms = f"{listed.name}, with Parts of FA", (*listed.terms, *added)
        own = replace(listed, id="RELREC.RDOMAIN", name=name, terms=terms)
        codelists.bind("RELREC.RDOMAIN", own, listed.code)


def check_references(spec: DomainSpec, catalogue: Catalogue, findings: Findings) -> None:
    """Written rows with RDOMAIN and IDVAR: CED016 an unknown dataset, CED012 an unknown variable of it."""
    for row in spec.rows or []:
        values = {str(key): value for key, value in row.items() if value}
        domain, name = values.get("RDOMAIN"), values.get("IDVAR")
        if domain is None:
            continue
        owners = catalogue.parts.get(str(domain)) or [str(domain)]
        known = [variables for o in owners if (variables := catalogue.datasets.get(o)) is not None]
        if not known:
            hint = did_you_mean(str(domain), catalogue.datasets)
            findings.add(Finding("CED016", f"unknown dataset {domain}", domain.where, hint=hint))
        elif name is not None and not any(str(name) in variables for variables in known):
            hint = did_you_mean(str(name), known[0])
            findings.add(Finding("CED012", f"{domain} has no variable {name}", name.where, hint=hint))


def hint_of_part(name: str, catalogue: Catalogue) -> str:
    """What to write as RDOMAIN for a part of a split domain; empty where it is none."""
    whole = next((code for code, parts in catalogue.parts.items() if name in parts), "")
    return f"{name} is a part of {whole}: write {whole}" if whole else ""
