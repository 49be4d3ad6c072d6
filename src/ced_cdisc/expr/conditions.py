"""Conditions as they are said: for ``not`` the contrary, and brackets where more would run into them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeGuard

from msgspec.structs import replace

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type

NOT = {
    "contains": "{0} does not contain {1}",
    "starts": "{0} does not start with {1}",
    "ends": "{0} does not end with {1}",
    "matches": "{0} does not match the pattern {1}",
}
"""Functions that are a condition, before which ``not`` stands."""
_PRESENCE = {
    "numeric": ("{0} is missing or no number", "{0} is a number"),
    "comparator": ("{0} has no comparator", "{0} has a comparator"),
}
"""Functions of which it is asked whether they have a value: what it means that they have none, and one."""
# What is no part of the sentence's own punctuation: a text of the data, and what stands in brackets already.
_CLOSED = re.compile(r'"[^"]*"|\([^()]*\)')
_CONTRARY = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def settled(node: tree.Node) -> tree.Node:
    """The condition without ``not`` in front, where another one says the same, of what is unknown too."""
    if not isinstance(node, tree.Negated):
        return node
    of = settled(node.of)
    if isinstance(of, tree.Negated):
        return settled(of.of)
    if isinstance(of, tree.Compare) and unless(of) is None:
        return replace(of, op=_CONTRARY[of.op])
    if isinstance(of, tree.Member | tree.IsMissing):
        return replace(of, negated=not of.negated)
    if isinstance(of, tree.Both | tree.Either):
        other = tree.Either if isinstance(of, tree.Both) else tree.Both
        left, right = (tree.Negated(of=one, type=Type.TRUTH) for one in (of.left, of.right))
        return other(left=left, right=right, type=Type.TRUTH)
    return node


def is_plain(node: tree.Node) -> TypeGuard[tree.IsMissing]:
    """Whether a condition is that something is present, or missing, in these words."""
    return isinstance(node, tree.IsMissing) and _of_its_own(node.of) is None


def presence(node: tree.IsMissing, say: Callable[[tree.Node], str]) -> str:
    """That something is missing or, negated, present."""
    call = _of_its_own(node.of)
    if call is not None:
        return _PRESENCE[call.name][node.negated].format(*map(say, call.args))
    return f"{closed(say(node.of))} is {'present' if node.negated else 'missing'}"


def _of_its_own(node: tree.Node) -> tree.Call | None:
    return node if isinstance(node, tree.Call) and node.name in _PRESENCE else None


def joined(node: tree.Node, kind: type[tree.Both] | type[tree.Either]) -> list[tree.Node]:
    """The conditions that a chain of ``and``, or of ``or``, joins, in their order."""
    node = settled(node)
    if isinstance(node, tree.Both | tree.Either) and isinstance(node, kind):
        return [*joined(node.left, kind), *joined(node.right, kind)]
    return [node]


def unless(node: tree.Compare) -> tree.Node | None:
    """The condition of ``if(condition, 0, 1) = 1``, which holds also where the condition is unknown."""
    left = node.left
    if not isinstance(left, tree.Call) or left.name != "if" or node.op != "=":
        return None
    said = [one.value if isinstance(one, tree.Literal) else None for one in (*left.args[1:], node.right)]
    return left.args[0] if said == [0, 1, 1] else None


def bare(text: str) -> str:
    """What of a text stands neither in brackets nor in quotation marks."""
    left = _CLOSED.sub("", text)
    return left if left == text else bare(left)


def closed(text: str) -> str:
    """A value in a condition, in brackets where it has one or an order of its own: more would run into it."""
    return f"({text})" if re.search(" where |, ordered by ", bare(text)) else text


def apart(name: str, said: list[str], template: str) -> list[str]:
    """What a function takes, in brackets where the words of the function would run into it."""
    if name == "add_days" and " and " in bare(said[0]):
        return [f"({said[0]})", *map(closed, said[1:])]
    return said if len(said) == 1 and template.endswith("{0}") else [closed(one) for one in said]
