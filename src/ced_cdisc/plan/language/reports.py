"""What a line tells of its records: conditions that are unknown, cases that leave gaps or overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.expr import tree
from ced_cdisc.expr.doubts import left_out, lost, partly_left_out, to_tell, unequal
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.unknowns import unknown_of
from ced_cdisc.plan.told import Asked, Report
from ced_cdisc.spec.analysis import AnalysisBlock, CandidateSpec, DerivedSpec, WindowsSpec
from ced_cdisc.spec.models import BlockSpec, LineSpec
from ced_cdisc.spec.source import Text

_SHOWN = 3
"""Columns whose values a message gives, at most."""


def reports_of(
    spec: LineSpec, verb: str, value: tree.Node, node: tree.Node, findings: Findings
) -> tuple[Report, ...]:
    """The reports of a line.

    Args:
        spec: the line.
        verb: its verb.
        value: the value that the verb stands for.
        node: the value of the line, terms decoded and ``when`` in it.
        findings: receives CED065.
    """
    made: list[Report] = []
    unknown = unknown_of(spec, verb, node, findings)
    if unknown is not None:
        made.append(Report("unknown", unknown, spec.place, spec.unknown == "report"))
    partial = None if _is_study_day(value) else lost(node, spec.unknown or "")
    if partial is not None:
        made.append(Report("lost", partial, spec.place, spec.unknown == "report"))
    if verb != "flag" and (other := unequal(node, spec.unknown or "")) is not None:
        made.append(Report("unequal", other[0], spec.place, shown=_columns(other[1])))
    if verb == "cases" and spec.cases:
        made += _of_cases(spec, value, node)
    if spec.when is not None and spec.never is None:
        made.append(Report("idle", _condition_of(node), spec.when.where))
    return tuple(made)


def reports_of_rows(
    spec: BlockSpec | AnalysisBlock,
    where: tree.Node | None,
    more: tree.Node | None,
    rows: tuple[Text, tree.Node] | None,
    findings: Findings,
) -> tuple[Report, ...]:
    """The reports of a block: records that are left out since its condition is unknown.

    Args:
        spec: the block.
        where: its condition.
        more: what else chooses its records.
        rows: the condition of a parameter, which chooses among records that others may take: of that, only
            comparisons of partial dates are told.
        findings: receives CED065 for ``unknown`` without a condition.
    """
    check_unknown(spec, spec.where is not None, findings)
    if spec.unknown == "accept":
        return ()
    asked, made = spec.unknown == "report", list[Report]()
    if spec.where is not None and (node := left_out(where, more)) is not None:
        made.append(Report("left out", node, spec.where.where, asked))
    if rows is not None and (node := partly_left_out(rows[1], where)) is not None:
        made.append(Report("left out", node, rows[0].where, asked))
    return tuple(made)


def check_unknown(
    spec: BlockSpec | AnalysisBlock | DerivedSpec | CandidateSpec | WindowsSpec,
    chooses: bool,
    findings: Findings,
) -> None:
    """CED065 for ``unknown`` beside nothing that chooses records."""
    if spec.unknown is not None and not chooses:
        problem = f"'unknown: {spec.unknown}' needs a condition that chooses the rows"
        findings.add(Finding("CED065", problem, spec.place, hint="the condition stands in where"))


def reports_of_choice(
    where: Text | None, condition: tree.Node | None, unknown: Asked | None, more: tree.Node | None = None
) -> tuple[Report, ...]:
    """The reports of a condition that chooses among records that others take, too; see :func:`to_tell`."""
    if where is None or condition is None:
        return ()
    node = to_tell(condition, more, unknown or "")
    return () if node is None else (Report("left out", node, where.where, unknown == "report"),)


def within(condition: tree.Node, reports: Sequence[Report]) -> list[Report]:
    """Reports of those records alone for which a condition is true."""
    return [replace(one, node=_all([condition, one.node])) for one in reports]


def _of_cases(spec: LineSpec, value: tree.Node, node: tree.Node) -> Iterator[Report]:
    assert spec.cases is not None
    has_else = spec.cases[-1].else_ is not None
    branches = list(_branches(value, len(spec.cases) - has_else))
    asked = _condition_of(node) if spec.when is not None else None
    shown = _columns([condition for condition, _ in branches])
    if len(spec.cases) > 1 and not has_else and spec.gaps is None:  # one case alone is a condition
        none: list[tree.Node] = [tree.Negated(of=one, type=Type.TRUTH) for one, _ in branches]
        gap = _all([*([asked] if asked is not None else []), *none])
        yield Report("gap", gap, spec.place, shown=shown)
    if spec.overlaps is not None:
        return
    doubly: list[tree.Node] = []
    for place, (condition, then) in enumerate(branches):
        earlier = [one for one, other in branches[:place] if other != then]
        if earlier:
            doubly.append(_all([_any(earlier), condition]))
    if doubly:
        overlap = _all([*([asked] if asked is not None else []), _any(doubly)])
        yield Report("overlap", overlap, spec.place, shown=shown)


def _branches(value: tree.Node, count: int) -> Iterator[tuple[tree.Node, tree.Node]]:
    """The condition and the value of each case."""
    for _ in range(count):
        assert isinstance(value, tree.Call)
        condition, then, value = value.args
        yield condition, then


def _is_study_day(value: tree.Node) -> bool:
    """Whether a line gives a study day, of which the guides say that a partial date has none."""
    return isinstance(value, tree.Call) and value.name == "study_day"


def _condition_of(node: tree.Node) -> tree.Node:
    assert isinstance(node, tree.Call)
    return node.args[0]


def _columns(conditions: Sequence[tree.Node]) -> tuple[tree.Column, ...]:
    """The first columns of the row at hand that conditions read."""
    found: dict[str, tree.Column] = {}
    waiting = list(reversed(conditions))
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Column):
            found.setdefault(node.name, node)
        elif not isinstance(node, tree.Aggregate):
            waiting += reversed(tree.children(node))
    return tuple(found.values())[:_SHOWN]


def _all(conditions: Sequence[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Both(left=one, right=other, type=Type.TRUTH), conditions)


def _any(conditions: Sequence[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Either(left=one, right=other, type=Type.TRUTH), conditions)
