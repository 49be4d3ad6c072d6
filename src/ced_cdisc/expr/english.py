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
# How tightly an operator binds, for brackets only where they are needed.
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_AGGREGATE = {
    "first": "the first",
    "last": "the last",
    "min": "the smallest",
    "max": "the largest",
    "sum": "the sum of",
    "mean": "the mean of",
    "only": "the",
    "same": "the common",
    "next": "the",
    "previous": "the",
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

    def _inner(self, node: tree.Node, binds: int, *, right: bool = False) -> str:
        """An operand, in brackets where it binds less than its operator does (at the right: no more)."""
        text = self.say(node)
        if isinstance(node, tree.Negative):
            return f"({text})"
        if isinstance(node, tree.Arithmetic):
            own = _BINDS[node.op]
            return f"({text})" if own < binds or (own == binds and right) else text
        words = isinstance(node, tree.Call | tree.Aggregate | tree.Recode)
        return f"({text})" if words and " " in text else text

    def _literal(self, node: tree.Literal) -> str:
        if node.value is None:
            return "missing"
        return f'"{node.value}"' if isinstance(node.value, str) else node.digits

    def _column(self, node: tree.Column) -> str:
        if node.scope is tree.Scope.RAW:
            return f"{node.short} ({node.owner})" if node.owner else node.name
        return node.short if node.owner and node.owner == self._records else node.name

    def _call(self, node: tree.Call) -> str:
        if node.name == "if":
            return self._branches(node)
        said = [self.say(arg) for arg in node.args]
        if node.name == "coalesce":
            return "; if missing, ".join(said)
        if node.name == "round":
            return f"{said[0]}, rounded to {_decimals(node.args[1])}, halves away from zero"
        if node.name == "convert":
            said[1:] = [_bare(arg, text) for arg, text in zip(node.args[1:], said[1:], strict=True)]
        if node.name == "study_day":
            return self._study_day(node.args, said)
        template = self._registry[node.name].english
        text = template.replace("{*}", listed(said)).replace("{1*}", listed(said[1:]))
        return re.sub(r"\{(\d)\}", lambda match: said[int(match[1])], text)

    def _study_day(self, args: tuple[tree.Node, ...], said: list[str]) -> str:
        days = [
            text if arg.type is tree.Type.DATE else f"the date part of {text}"
            for arg, text in zip(args, said, strict=True)
        ]
        return f"{days[0]} minus {days[1]} in days, plus 1 if {said[0]} is on or after {said[1]}"

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
        binds = _BINDS[node.op]
        left = self._inner(node.left, binds, right=node.op == "**")
        right = self._inner(node.right, binds, right=node.op in ("-", "/"))
        if node.op == "**":
            return f"{left}^{right}"
        return f"{left} {'x' if node.op == '*' else node.op} {right}"

    def _negative(self, node: tree.Negative) -> str:
        return f"minus {self._inner(node.of, _BINDS['*'])}"

    def _compare(self, node: tree.Compare) -> str:
        if node.op in ("=", "!=") and isinstance(node.right, tree.Literal):
            return f"{self.say(node.left)} is {'' if node.op == '=' else 'not '}{self.say(node.right)}"
        words = _COMPARE_DATE if node.left.type in _DATES else _COMPARE
        return f"{self.say(node.left)} {words[node.op]} {self.say(node.right)}"

    def _member(self, node: tree.Member) -> str:
        values = listed([self._literal(value) for value in node.values], "or")
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
        records = f"the subject's records{f' in {node.dataset}' if node.dataset else ''}"
        if node.on:
            records += f" with the same {listed(list(node.on))}"
        if node.where is not None:
            records += f" where {self.say(node.where)}"
        order = f", ordered by {listed([self._ordering(o) for o in node.order])}" if node.order else ""
        if node.func == "rank":
            return f"the position of the record among {records}{order}"
        what = "" if node.of is None else self.say(node.of)
        words = (
            _EARLIEST
            if node.of is not None and node.of.type in _DATES and node.func in _EARLIEST
            else _AGGREGATE
        )
        if node.func == "count":
            present = f" with a value of {what}" if what else ""
            head, where, condition = records.partition(" where ")
            return f"the number of {head}{present}{where}{condition}"
        if node.func in ("next", "previous"):
            return f"the {what} of the {node.func} one of {records}{order}"
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


def _decimals(digits: tree.Node) -> str:
    """What a number is rounded to."""
    said = digits.digits if isinstance(digits, tree.Literal) else ""
    if said == "0":
        return "a whole number"
    return f"{said} decimal{'' if said == '1' else 's'}"


def _bare(node: tree.Node, said: str) -> str:
    """A written text without its quotation marks, such as a unit."""
    return str(node.value) if isinstance(node, tree.Literal) else said


def listed(words: list[str], last: str = "and") -> str:
    """Words as an enumeration: A, B and C."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
