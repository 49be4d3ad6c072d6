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


def demands_of(code: Text, events: Sequence[tuple[str, CandidateSpec]]) -> tuple[Demand, ...]:
    """A start and an end in their order, and a date for each event, which comes with its hidden name."""
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
    return start, end, in_time, *(dated(hidden, event) for hidden, event in events)
