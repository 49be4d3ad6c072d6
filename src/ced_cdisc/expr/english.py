"""The expression in words, for define.xml and the reviewer: one sentence from the same tree as the value."""

from __future__ import annotations

import re
from collections.abc import Callable

from ced_cdisc.expr import tree
from ced_cdisc.expr.signature import Registry

_COMPARE = {
    "=": "equals",
    "!=": "differs from",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
_COMPARE_DATE = {
    "=": "equals",
    "!=": "differs from",
    "<": "is before",
    "<=": "is on or before",
    ">": "is after",
    ">=": "is on or after",
}
_DATES = (tree.Type.DTC, tree.Type.DATE, tree.Type.DATETIME)
_AGGREGATE = {
    "first": "the first",
    "last": "the last",
    "min": "the smallest",
    "max": "the largest",
    "sum": "the sum of",
    "mean": "the mean of",
    "count": "the number of records with",
    "only": "the",
    "same": "the common",
}
_EARLIEST = {"min": "the earliest", "max": "the latest"}


def sentence(node: tree.Node, registry: Registry) -> str:
    """The value of a tree as one sentence, with a capital and a full stop."""
    text = _English(registry).say(node)
    if isinstance(node, tree.Column):
        text = f"equal to {text}"
    return f"{text[:1].upper()}{text[1:]}."


def clause(node: tree.Node, registry: Registry) -> str:
    """The tree in words, to stand inside another sentence."""
    return _English(registry).say(node)


class _English:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._records = ""  # the dataset whose records the aggregate around a name goes over

    def say(self, node: tree.Node) -> str:
        method: Callable[[tree.Node], str] = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

    def _inner(self, node: tree.Node) -> str:
        text = self.say(node)
        return f"({text})" if isinstance(node, tree.Arithmetic | tree.Negative) else text

    def _literal(self, node: tree.Literal) -> str:
        if node.value is None:
            return "missing"
        return f'"{node.value}"' if isinstance(node.value, str) else node.digits

    def _column(self, node: tree.Column) -> str:
        if node.scope is tree.Scope.RAW:
            return f"{node.short} of {node.owner}"
        return node.short if node.owner and node.owner == self._records else node.name

    def _call(self, node: tree.Call) -> str:
        if node.name == "if":
            return self._branches(node)
        said = [self.say(arg) for arg in node.args]
        template = self._registry[node.name].english
        text = template.replace("{*}", _list(said)).replace("{1*}", _list(said[1:]))
        return re.sub(r"\{(\d)\}", lambda match: said[int(match[1])], text)

    def _branches(self, node: tree.Call) -> str:
        """A chain of ifs as: x if a; y if b; otherwise z."""
        parts: list[str] = []
        rest: tree.Node = node
        while isinstance(rest, tree.Call) and rest.name == "if":
            condition, then, rest = rest.args
            parts.append(f"{self.say(then)} if {self.say(condition)}")
        if not (isinstance(rest, tree.Literal) and rest.value is None):
            parts.append(f"otherwise {self.say(rest)}")
        else:
            parts.append("otherwise missing")
        return "; ".join(parts)

    def _arithmetic(self, node: tree.Arithmetic) -> str:
        op = {"**": "to the power of", "*": "x"}.get(node.op, node.op)
        return f"{self._inner(node.left)} {op} {self._inner(node.right)}"

    def _negative(self, node: tree.Negative) -> str:
        return f"minus {self._inner(node.of)}"

    def _compare(self, node: tree.Compare) -> str:
        words = _COMPARE_DATE if node.left.type in _DATES else _COMPARE
        return f"{self.say(node.left)} {words[node.op]} {self.say(node.right)}"

    def _member(self, node: tree.Member) -> str:
        values = _list([self._literal(value) for value in node.values], "or")
        return f"{self.say(node.of)} is {'not ' if node.negated else ''}{values}"

    def _between(self, node: tree.Between) -> str:
        return f"{self.say(node.of)} is from {self.say(node.low)} to {self.say(node.high)}"

    def _ismissing(self, node: tree.IsMissing) -> str:
        return f"{self.say(node.of)} is {'present' if node.negated else 'missing'}"

    def _both(self, node: tree.Both) -> str:
        return f"{self._logic(node.left)} and {self._logic(node.right)}"

    def _either(self, node: tree.Either) -> str:
        return f"{self._logic(node.left)} or {self._logic(node.right)}"

    def _logic(self, node: tree.Node) -> str:
        return f"({self.say(node)})" if isinstance(node, tree.Either) else self.say(node)

    def _negated(self, node: tree.Negated) -> str:
        return f"it is not true that {self.say(node.of)}"

    def _ordering(self, node: tree.Ordering) -> str:
        return f"{self.say(node.of)}{' (falling)' if node.falling else ''}"

    def _aggregate(self, node: tree.Aggregate) -> str:
        if (
            node.func == "only"
            and node.dataset
            and node.of is not None
            and not node.on
            and node.where is None
        ):
            return self.say(node.of)
        self._records, outer = node.dataset, self._records
        try:
            return self._over_records(node)
        finally:
            self._records = outer

    def _over_records(self, node: tree.Aggregate) -> str:
        records = f"the subject's {node.dataset} records" if node.dataset else "the subject's records"
        if node.on:
            records += f" with the same {_list(list(node.on))}"
        if node.where is not None:
            records += f" where {self.say(node.where)}"
        order = f", ordered by {_list([self._ordering(o) for o in node.order])}" if node.order else ""
        if node.func == "rank":
            return f"the position among {records}{order}"
        what = "" if node.of is None else self.say(node.of)
        words = (
            _EARLIEST
            if node.of is not None and node.of.type in _DATES and node.func in _EARLIEST
            else _AGGREGATE
        )
        if node.func == "count" and node.of is None:
            return f"the number of {records}"
        return f"{words[node.func]} {what} of {records}{order}"

    def _recode(self, node: tree.Recode) -> str:
        pairs = [f'{code} = "{term}"' if term else f"{code} = missing" for code, term in node.pairs]
        if node.otherwise is not None:
            pairs.append(f'any other = "{node.otherwise}"')
        shown = pairs if len(pairs) <= 12 else [*pairs[:12], "and so on"]
        return f"{self.say(node.of)} decoded as {', '.join(shown)}"

    def _readdate(self, node: tree.ReadDate) -> str:
        time = f" and {self.say(node.time)}" if node.time is not None else ""
        return f"{self.say(node.date)}{time} in ISO 8601"

    def _readnumber(self, node: tree.ReadNumber) -> str:
        return f"{self.say(node.of)} as a number"


def _list(words: list[str], last: str = "and") -> str:
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
