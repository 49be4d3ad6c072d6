"""The value of an expression for one record, computed node by node.

The rules (:mod:`ced_cdisc.derive.catalogue` has the functions' in words):

* Missing is not a value: a comparison, ``in`` or ``between`` with a missing operand is unknown; ``is
  missing`` and ``is present`` never are. ``and``, ``or`` and ``not`` follow Kleene: unknown stays unknown
  unless the other side decides. An unknown condition is not true: ``if`` then takes its last value.
* Numbers are double precision. A missing operand, a division by zero, a complex or infinite result give
  missing.
* Texts compare by ``=`` alone, exactly. ISO 8601 dates, where one side is known to be one, compare as
  intervals (:func:`ced_cdisc.recompute.partial.compare_dtc`); ``in`` is several ``=`` joined by ``or``.
* Only what is needed is computed: one branch of ``if``, the values of ``coalesce`` up to the first that is
  there, the right side of ``and`` and ``or`` only where the left does not decide. So a fault counts only
  where its value would.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Node, Type
from ced_cdisc.recompute.collected import read_number, recode
from ced_cdisc.recompute.functions import FUNCTIONS
from ced_cdisc.recompute.imputation import impute
from ced_cdisc.recompute.partial import Day, compare_dtc, extreme
from ced_cdisc.recompute.values import DataFault, Value, as_text, finite
from ced_cdisc.recompute.written import read_date

Names = Callable[[str], Value]
"""The value of a name (``AESTDTC``, ``ae.AETERM``, ``DM.RFSTDTC``) for the record at hand."""

Over = Callable[[tree.Aggregate, Names], Value]
"""The value over several records, for the record at hand."""

Trace = Callable[[Node, Value], None]
"""Is told each node that was computed, after those below it, with its value."""


Outside = Callable[[Derivation, Sequence[tuple[Value, ...]]], Sequence[Value]]
"""Runs a plug-in on records, or on those of one group: it cannot be computed again in another way.

Raises:
    DataFault: it stops, or gives what is no value.
"""


def evaluate(
    node: Node,
    names: Names,
    records: Over | None = None,
    trace: Trace | None = None,
    outside: Outside | None = None,
) -> Value:
    """The value of an expression.

    Args:
        node: the tree, with types where dates are compared.
        names: gives the value of a name.
        records: computes an aggregate; without it there must be none.
        trace: is told every step.
        outside: runs plug-ins; without it there must be none.

    Raises:
        DataFault: a value that the expression refuses, with the offset of the part that did.
        TypeError: the tree does not fit its values, or is not of this language: a fault of the planner.
    """
    return _Steps(names, records, trace, outside).value(node)


def both(left: bool | None, right: bool | None) -> bool | None:
    """``left and right``: false if one is, else unknown if one is."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """``left or right``: true if one is, else unknown if one is."""
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def negated(truth: bool | None) -> bool | None:
    """``not truth``; unknown stays unknown."""
    return None if truth is None else not truth


def compare(op: str, left: Value, right: Value, *, dates: bool = False) -> bool | None:
    """``left op right``; unknown if one is missing. ``dates``: texts are ISO 8601 dates.

    Texts have no order but that of dates, so an order between texts is taken as one of dates.
    """
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str) and (dates or op not in ("=", "!=")):
        return compare_dtc(op, left, right)
    if _kind(left) is not _kind(right):
        raise TypeError(f"{left!r} {op} {right!r} cannot be compared")
    return _COMPARISONS[op](left, right)


def _kind(value: Value) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def arithmetic(op: str, left: float | None, right: float | None) -> float | None:
    """``left op right`` in double precision; missing where an operand or a finite real result is."""
    if left is None or right is None:
        return None
    try:
        result = _OPERATIONS[op](left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    return None if isinstance(result, complex) else finite(result)


_OPERATIONS: dict[str, Callable[[float, float], float | complex]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right,
    "**": lambda left, right: left**right,
}


class _Steps:
    """One evaluation: what the names mean, and who is told of each step."""

    def __init__(
        self, names: Names, records: Over | None, trace: Trace | None, outside: Outside | None
    ) -> None:
        self._names = names
        self._outside = outside
        self._records = records
        self._trace = trace

    def value(self, node: Node) -> Value:
        try:
            value = self._compute(node)
        except DataFault as fault:
            if fault.at is None:
                fault.at = node.at
            raise
        value = None if value == "" else value
        if self._trace is not None:
            self._trace(node, value)
        return value

    def _compute(self, node: Node) -> Value:
        match node:
            case tree.Literal():
                return node.value
            case tree.Column():
                return self._names(node.key)
            case tree.Call():
                return self._call(node)
            case tree.Plugin():
                if self._outside is None:
                    raise TypeError(f"{node.derivation.name}() needs what runs it")
                return self._outside(node.derivation, [tuple(self.value(arg) for arg in node.args)])[0]
            case tree.Arithmetic():
                return arithmetic(node.op, self._number(node.left), self._number(node.right))
            case tree.Negative():
                number = self._number(node.of)
                return None if number is None else finite(-number)
            case tree.IsMissing():
                return (self.value(node.of) is None) is not node.negated
            case tree.Recode():
                return recode(
                    self._text(node.of), node.pairs, node.otherwise, node.terms, ignore_case=node.ignore_case
                )
            case tree.ReadDate():
                clock = None if node.time is None else self._text(node.time)
                return read_date(self._text(node.date), clock, node.formats, node.time_formats, node.pivot)
            case tree.Impute():
                return impute(
                    self._text(node.of),
                    node.rule,
                    [self._day(bound) for bound in node.not_before],
                    [self._day(bound) for bound in node.not_after],
                )
            case tree.ReadNumber():
                return read_number(self._text(node.of))
            case tree.Aggregate():
                if self._records is None:
                    raise TypeError(f"{node.func}() needs records")
                return self._records(node, self._names)
            case _:
                return self._condition(node)

    def _condition(self, node: Node) -> bool | None:
        match node:
            case tree.Compare():
                return compare(
                    node.op,
                    self.value(node.left),
                    self.value(node.right),
                    dates=_dates(node.left, node.right),
                )
            case tree.Member():
                return self._member(node)
            case tree.Between():
                of, low, high = self.value(node.of), self.value(node.low), self.value(node.high)
                dates = _dates(node.of, node.low, node.high)
                return both(compare("<=", low, of, dates=dates), compare("<=", of, high, dates=dates))
            case tree.Both():
                left = self.truth(node.left)
                return False if left is False else both(left, self.truth(node.right))
            case tree.Either():
                left = self.truth(node.left)
                return True if left is True else either(left, self.truth(node.right))
            case tree.Negated():
                return negated(self.truth(node.of))
            case _:
                raise TypeError(f"a {type(node).__name__} has no value")

    def _member(self, node: tree.Member) -> bool | None:
        of, found = self.value(node.of), False
        for literal in node.values:
            found = either(found, compare("=", of, literal.value, dates=_dates(node.of)))
        return negated(found) if node.negated else found

    def _call(self, node: tree.Call) -> Value:
        if node.name == "if":
            condition, then, otherwise = node.args
            return self.value(then if self.truth(condition) is True else otherwise)
        if node.name == "coalesce":
            for arg in node.args:
                value = self.value(arg)
                if value is not None:
                    return value
            return None
        if node.name in ("least", "greatest") and _dates(*node.args):
            texts = [value for value in map(self._text, node.args) if value is not None]
            return extreme(texts, latest=node.name == "greatest") if texts else None
        return FUNCTIONS[node.name](*(self.value(arg) for arg in node.args))

    def truth(self, node: Node) -> bool | None:
        """The truth of a condition."""
        value = self.value(node)
        if value is None or isinstance(value, bool):
            return value
        raise TypeError(f"{value!r} is no truth")

    def _number(self, node: Node) -> float | None:
        value = self.value(node)
        if value is None or (isinstance(value, float | int) and not isinstance(value, bool)):
            return value
        raise TypeError(f"{value!r} is no number")

    def _day(self, node: Node) -> Day:
        value = self.value(node)
        if value is None or isinstance(value, str | date):
            return value
        raise TypeError(f"{value!r} is no date")

    def _text(self, node: Node) -> str | None:
        return as_text(self.value(node))


def _dates(*nodes: Node) -> bool:
    return any(node.type is Type.DTC for node in nodes)
