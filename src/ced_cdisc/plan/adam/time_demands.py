"""What the records of a time to event must meet."""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.core.findings import Severity
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.expressions import literal
from ced_cdisc.plan.model import Demand
from ced_cdisc.spec.analysis import CandidateSpec
from ced_cdisc.spec.source import Text


def own(name: str, kind: Type) -> tree.Column:
    """A variable of the record."""
    return tree.Column(name=name, scope=Scope.VARIABLE, type=kind)


def demands_of(
    code: Text, events: Sequence[tuple[str, CandidateSpec]], censor: tree.Node
) -> tuple[Demand, ...]:
    """A start and an end in their order, and a date for each event, which comes with its hidden name.

    An event later than ``censor``, the date of censoring, is told: it counts, and may not be meant to.
    """
    other = tree.Compare(op="!=", left=own("PARAMCD", Type.TEXT), right=literal(str(code)), type=Type.TRUTH)

    def needed(variable: str, what: str, mend: str) -> Demand:
        there = tree.IsMissing(of=own(variable, Type.DATE), negated=True, type=Type.TRUTH)
        return Demand(
            code="CED283",
            message=f"{code} has no {what}",
            where=code.where,
            node=tree.Either(left=other, right=there, type=Type.TRUTH),
            hint=f"{mend}, or leave such subjects out with 'where', "
            "which a block of 'stack' has for its parameters alone",
        )

    def dated(hidden: str, event: CandidateSpec) -> Demand:
        column = own(f"{hidden}_undated", Type.NUMBER)
        none = tree.Compare(op="=", left=column, right=literal(0), type=Type.TRUTH)
        return Demand(
            code="CED283",
            message=f"{code} has an event without date ({event.describe})",
            where=event.date.where,
            node=tree.Either(left=other, right=none, type=Type.TRUTH),
            hint=f"impute the date, or leave such events out: where: {event.date} is present",
        )

    start = needed("STARTDT", "start", "name a start that all subjects have")
    end = needed("ADT", "event and no censoring date", "add a censoring date")
    late = tree.Compare(op=">=", left=own("ADT", Type.DATE), right=own("STARTDT", Type.DATE), type=Type.TRUTH)
    in_time = Demand(
        code="CED890",
        message=f"{code} ends before it starts",
        where=code.where,
        node=tree.Either(left=other, right=late, type=Type.TRUTH),
        hint="leave earlier dates out with 'where', or name an earlier start",
        severity=Severity.WARNING,
    )
    happened = own("__event", Type.DATE)
    within = [
        tree.IsMissing(of=happened, type=Type.TRUTH),
        tree.IsMissing(of=censor, type=Type.TRUTH),
        tree.Compare(op="<=", left=happened, right=censor, type=Type.TRUTH),
    ]
    met: tree.Node = other
    for one in within:
        met = tree.Either(left=met, right=one, type=Type.TRUTH)
    beyond = Demand(
        code="CED846",
        message=f"{code} has an event after the date of censoring, and the event counts",
        where=code.where,
        node=met,
        hint="where later events do not count, leave them out with 'where'",
        severity=Severity.NOTE,
    )
    return start, end, in_time, beyond, *(dated(hidden, event) for hidden, event in events)
