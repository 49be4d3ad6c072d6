"""EPOCH of a record: the last element that had begun by its date, and for which records that is open."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.expr import tree
from ced_cdisc.expr.marks import OPEN, TIED, UNCOUNTED
from ced_cdisc.expr.tree import Type, both
from ced_cdisc.plan.language.expressions import choose
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import DomainSpec


def epoch_date(domain: Domain) -> str:
    """The date that tells the epoch of a record."""
    start, date = domain.full("--STDTC"), domain.full("--DTC")
    return start if start in domain.names and domain.ig.class_name in ("Interventions", "Events") else date


def rule_of(date: str, elements: Collection[str]) -> tuple[str, str]:
    """The expression of EPOCH, and its method text; ``elements`` are the variables of SE."""
    order = ", ".join(
        f"SE.{name}" for name in ("SESTDTC", "TAETORD") if name == "SESTDTC" or name in elements
    )
    return (
        f"last(SE.EPOCH where starts_by(SE.SESTDTC, {date}) order by {order})",
        f"EPOCH of the last element in SE that starts on or before {date}, "
        f"compared as far as both dates are given; missing where {date} is not a complete date.",
    )


def without_epoch(place: Location) -> Finding:
    """CED012: no EPOCH can be filled in, since SE has none."""
    message = "EPOCH is filled in from SE.EPOCH, which SE does not have"
    return Finding("CED012", message, place, hint="write EPOCH in the spec of SE, or omit: [EPOCH] here")


def of_complete_dates(line: Line, specs: Specs) -> Line:
    """EPOCH, missing beside a date that is not complete, so that nobody is told of it there.

    Unless SE says ``same_day: begun``, the line tells of the records that would have another epoch if only
    elements counted that have begun by the date for certain: on the day on which an element begins, the time
    of one of the two is not known.
    """
    known = line.tree
    assert isinstance(known, tree.Aggregate) and isinstance(known.where, tree.Call)
    start, at = known.where.args
    assert isinstance(at, tree.Column)
    day = tree.Call(name="date", args=(at,), type=Type.DATE)
    complete = tree.IsMissing(of=day, negated=True, type=Type.TRUTH)
    line = replace(line, tree=choose(complete, known))
    if any(spec.same_day is not None for spec in specs.sdtm):
        return line
    surely = both(known.where, tree.Compare(op="<=", left=start, right=at, type=Type.TRUTH))
    certain = replace(known, where=surely, untold=(TIED, OPEN, UNCOUNTED))
    there = tree.IsMissing(of=known, negated=True, type=Type.TRUTH)
    other = tree.Either(
        left=tree.IsMissing(of=certain, type=Type.TRUTH),
        right=tree.Compare(op="!=", left=known, right=certain, type=Type.TRUTH),
        type=Type.TRUTH,
    )
    node = both(complete, both(there, other))
    assert node is not None
    return replace(line, reports=(*line.reports, Report("same day", node, line.where, shown=(at,))))


def check_same_day(spec: DomainSpec, findings: Findings) -> None:
    """CED018 for ``same_day`` in another domain than SE, whose elements it is about."""
    if spec.same_day is not None and str(spec.domain) != "SE":
        problem = f"'same_day' goes with the elements of SE, not with {spec.domain}"
        findings.add(Finding("CED018", problem, spec.place, hint="write it in se.yaml, for all domains"))
