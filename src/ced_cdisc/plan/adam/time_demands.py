"""What the records of a time to event must meet."""

from __future__ import annotations

from collections.abc import Sequence

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
    code: Text, events: Sequence[tuple[str, CandidateSpec]], censors: Sequence[str], rule: str
) -> tuple[Demand, ...]:
    """A start and an end in their order, and a date for each event, which comes with its hidden name.

    An event that is later than the date of censoring is told: it counts, and may not be meant to.
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
        warns=True,
    )
    happened = own("__event", Type.DATE)
    dates = [own(hidden, Type.DATE) for hidden in censors]
    function = {"earliest": "least", "latest": "greatest"}.get(rule, "coalesce")
    counts = tree.Call(name=function, args=tuple(dates), type=Type.DATE) if len(dates) > 1 else dates[0]
    within = [
        tree.IsMissing(of=happened, type=Type.TRUTH),
        tree.IsMissing(of=counts, type=Type.TRUTH),
        tree.Compare(op="<=", left=happened, right=counts, type=Type.TRUTH),
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
        tells=True,
    )
    return start, end, in_time, beyond, *(dated(hidden, event) for hidden, event in events)
