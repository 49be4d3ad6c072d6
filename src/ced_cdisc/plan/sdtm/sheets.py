"""Records of no subject that are made of a raw table of no subject, as a sheet of the trial's design is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ced_cdisc.core.findings import Finding, Location
from ced_cdisc.expr import tree
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.model import Lookup
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.spec.models import BlockSpec

_VERBS = {"Protocol": "protocol", "Assigned": "assign"}
"""The verb of a value whose origin the domain says."""


def sheet_of(spec: BlockSpec, catalogue: Catalogue) -> str:
    """The table of no subject that a block is made of, or an empty text."""
    return str(spec.from_) if spec.from_ in catalogue.without_subjects else ""


def verbs_of(domain: Domain, sheet: str) -> Mapping[str, str]:
    """By the table, the verb whose origin its columns have in the records of a domain."""
    return {sheet: _VERBS[domain.spec.origin or "Protocol"]} if sheet else {}


def check_sheet(domain: Domain, spec: BlockSpec, catalogue: Catalogue) -> Finding | None:
    """CED144: the records of the domain are those of subjects."""
    sheet = sheet_of(spec, catalogue)
    if not sheet or spec.from_ is None or not domain.has_subjects:
        return None
    message = f"{sheet} has no subjects, so that no records of {domain.name} can be made of it"
    hint = f"look its records up: with: {{{sheet}: {{where: ..}}}}"
    return Finding("CED144", message, spec.from_.where, hint=hint)


def check_read(names: RowNames, read: tree.Node, verb: str, where: Location) -> Iterator[Finding]:
    """CED144: a line or condition of a record without subject reads those of one."""
    for node in tree.walk(read) if names.verbs else ():
        what = ""
        if isinstance(node, tree.Aggregate):
            what = verb if verb == "flag" else f"{node.func}()"
        elif isinstance(node, tree.Column) and node.owner and node.scope is tree.Scope.VARIABLE:
            what = node.name
        if what:
            yield _fault(names.dataset, what, where)
            return


def check_lookups(domain: str, lookups: tuple[Lookup, ...], catalogue: Catalogue) -> Iterator[Finding]:
    """CED144: records of subjects are looked up for a record without."""
    for one in lookups:
        has_subjects = one.name in catalogue.tables and one.name not in catalogue.without_subjects
        if has_subjects or "USUBJID" in catalogue.datasets.get(one.name, ()):
            yield _fault(domain, one.name, one.where)


def _fault(domain: str, what: str, where: Location) -> Finding:
    message = f"{domain} has no subjects, so that {what} has no records to go over"
    return Finding("CED144", message, where, hint="write the value into the table, or as a constant")
