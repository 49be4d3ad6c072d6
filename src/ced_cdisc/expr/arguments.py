"""What the arguments of functions must be beside their types."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ced_cdisc.core.findings import did_you_mean
from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import ExpressionError
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.standards.units import substances

_SAME_TEXT = ("if", "coalesce", "trim", "upper", "lower")
"""Functions that give one of their texts, but for blanks and case."""
_WAYS = ("comma", "either", "groups", "comma groups")
"""Notations of numbers: a decimal comma, a point or a comma, and separators of thousands."""
_PATTERNS = ("matches", "extract")
_DIGITS = {"round": 0, "signif": 1}
"""The fewest digits that a function rounds to."""


def misfit(message: str, at: int, hint: str = "") -> ExpressionError:
    """Types that do not fit."""
    return ExpressionError(message, at, hint, "CED014")


def check_digits(function: str, args: list[tree.Node]) -> None:
    """Digits to round to are a whole number that doubles can have."""
    if function not in _DIGITS or not isinstance(args[1], tree.Literal) or args[1].value is None:
        return
    least, value = _DIGITS[function], args[1].value
    if not isinstance(value, float) or not value.is_integer() or not least <= value <= 15:
        message = f"digits of {function}() must be a whole number from {least} to 15, not {args[1].digits}"
        raise misfit(message, args[1].at)


def check_ordered(nodes: Iterable[tree.Node], what: str) -> None:
    """A raw cell is text, and has no order before the spec says what it is: as characters 9 is above 10."""
    for node in nodes:
        cell = _cell(node)
        if cell is not None:
            hint = "number(..) reads a number, a line with 'date' a date, and text(..) goes by the characters"
            message = f"{what} needs numbers or dates, and {cell.name} is the text of a raw column"
            raise misfit(message, node.at, hint)


def _cell(node: tree.Node) -> tree.Column | None:
    """The raw column whose text a value is, or may be; None where a function made something of it."""
    if isinstance(node, tree.Column):
        is_cell = node.scope is Scope.RAW and node.type is Type.TEXT and node.owner != "visits"
        return node if is_cell else None
    if isinstance(node, tree.Call) and node.name in _SAME_TEXT:
        values = node.args[1:] if node.name == "if" else node.args
        return next(filter(None, map(_cell, values)), None)
    return None


def check_apart(left: tree.Node, right: tree.Node, op: str, inside: str | None, *, own: bool) -> None:
    """A value is compared with another one. Most often the second is meant to be of the record at hand.

    Args:
        left: one side, resolved.
        right: the other.
        op: the comparison.
        inside: the dataset of the enclosing function over several records, empty where it is not named, or
            None outside of one.
        own: whether that dataset is the one being built.
    """
    if left != right or not any(isinstance(node, tree.Column) for node in tree.walk(left)):
        return
    name = left.name if isinstance(left, tree.Column) else ""
    short = left.short if isinstance(left, tree.Column) else "a name"
    holds = "holds wherever there is a value" if op in ("=", "<=", ">=") else "never holds"
    hint = ""
    if inside and own:
        hint = f"{inside}.{short} is of the records looked at, and {short} alone of the record at hand"
    elif inside:
        hint = (
            f"a name with {inside} is of the records looked at; "
            "give the record at hand a line with its value, and compare with that"
        )
    elif inside is not None:
        hint = (
            "without the name of this dataset every name is of the records looked at; "
            f"write it before theirs, and {short} alone is of the record at hand"
        )
    message = f"{name or 'a value'} is compared with itself, which {holds}"
    raise ExpressionError(message, left.at, hint, "CED171")


def check_substance(function: str, args: list[tree.Node]) -> None:
    """What a conversion names besides the units is a test whose substance is known."""
    if function != "convert" or len(args) < 4 or not isinstance(args[3], tree.Literal):
        return
    if args[3].value not in substances():
        hint = did_you_mean(str(args[3].value), substances())
        raise ExpressionError(f"no molar mass of {args[3].value} is known", args[3].at, hint, "CED012")


def check_notation(function: str, args: list[tree.Node]) -> None:
    """A notation of numbers is one of the ways that a table may write them."""
    if function != "decimal" or not isinstance(args[1], tree.Literal):
        return
    if str(args[1].value).removeprefix("decimal ") not in _WAYS:
        message = f"'{args[1].value}' is no notation of numbers"
        raise ExpressionError(message, args[1].at, f"it is one of {', '.join(_WAYS)}", "CED014")


def check_pattern(function: str, args: list[tree.Node]) -> None:
    """A pattern is a regular expression, and one that takes a part of a text says which."""
    if function not in _PATTERNS or not isinstance(args[1], tree.Literal):
        return
    pattern = args[1].value if isinstance(args[1].value, str) else ""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ExpressionError(f"'{pattern}' is no regular expression: {error}", args[1].at) from error
    if function == "extract" and not groups:
        hint = f"'({pattern})' gives all that fits"
        raise ExpressionError(
            f"'{pattern}' has no part in parentheses for extract() to give", args[1].at, hint
        )
