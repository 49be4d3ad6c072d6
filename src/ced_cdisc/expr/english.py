"""The expression in words, for define.xml and the reviewer: one sentence from the same tree as the value."""

from __future__ import annotations

import re
from collections.abc import Callable

from ced_cdisc.core.imputation import PARTS, Imputation
from ced_cdisc.expr import tree
from ced_cdisc.expr.signature import Registry
from ced_cdisc.standards.units import conversion, substances

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
_NOTATIONS = {
    "comma": "a decimal comma",
    "either": "a decimal point or comma",
    "groups": "thousands separators",
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

    def _selected(self, node: tree.Selected) -> str:
        """Only where its name is none: a fault that is reported where names are resolved."""
        return node.name if node.where is None else f"{node.name}[{self.say(node.where)}]"

    def _call(self, node: tree.Call) -> str:
        signature = self._registry.get(node.name)
        least = len(signature.parameters) - signature.optional if signature is not None else 0
        if signature is None or len(node.args) < least:  # a fault that is reported where names are resolved
            return f"{node.name}({', '.join(map(self.say, node.args))})"
        if node.name == "if":
            return self._branches(node)
        said = [self.say(arg) for arg in node.args]
        if node.name == "coalesce":
            return "; if missing, ".join(said)
        if node.name == "round":
            return f"{said[0]}, rounded to {_decimals(node.args[1])}, halves away from zero"
        if node.name == "signif":
            digits = f"{said[1]} significant digit{'' if said[1] == '1' else 's'}"
            return f"{said[0]}, rounded to {digits}, halves away from zero"
        if node.name == "decimal":
            words = str(node.args[1].value).split() if isinstance(node.args[1], tree.Literal) else []
            return f"{said[0]} (with {listed([_NOTATIONS[word] for word in words if word in _NOTATIONS])})"
        if node.name == "convert":
            said[1:] = [_bare(arg, text) for arg, text in zip(node.args[1:], said[1:], strict=True)]
            return f"{said[0]}, converted from {said[1]} to {said[2]}{_by(node, said[3:])}"
        if node.name == "study_day":
            return self._study_day(node.args, said)
        template = signature.english
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
        if isinstance(node.of, tree.Literal):
            return f"-{self.say(node.of)}"
        return f"minus {self._inner(node.of, _BINDS['*'])}"

    def _compare(self, node: tree.Compare) -> str:
        constant = node.right.of if isinstance(node.right, tree.Negative) else node.right
        if node.op in ("=", "!=") and isinstance(constant, tree.Literal):
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
        shown = pairs if len(pairs) <= 12 else [*pairs[:12], "and so on"]
        ways = [f"as {', '.join(shown)}"] if shown else []
        if node.match:
            ways.append(f"{'else ' * bool(ways)}by {node.match} of codelist {node.codelist}")
        if node.otherwise is not None:
            ways.append(f'{"as " * (not ways)}any other = "{node.otherwise}"')
        case = ", ignoring letter case" if node.ignore_case else ""
        return f"{self.say(node.of)} decoded {', '.join(ways)}{case}"

    def _readdate(self, node: tree.ReadDate) -> str:
        time = f" and {self.say(node.time)}" if node.time is not None else ""
        return f"{self.say(node.date)}{time} in ISO 8601"

    def _impute(self, node: tree.Impute) -> str:
        of, rule = self.say(node.of), node.rule
        text = f"the {'date and time' if rule.moment else 'date'} of {of}"
        text += "".join(f"; {step}" for step in _imputed(rule))
        for word, bounds in (("before", node.not_before), ("after", node.not_after)):
            if bounds:
                said = listed([self.say(bound) for bound in bounds], "or")
                text += f"; not {word} {said}, as far as {of} allows"
        return text

    def _readnumber(self, node: tree.ReadNumber) -> str:
        return f"{self.say(node.of)} as a number"


_OF_DAY = {"first": "the first day of the month", "last": "the last day of the month"}
_OF_YEAR = {"first": "1 January", "last": "31 December", "mid": "30 June"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _imputed(rule: Imputation) -> list[str]:
    """What is imputed for which missing part, and where the value stays missing."""
    highest = PARTS.index(rule.highest)
    steps: list[str] = []
    if rule.moment and highest:
        names = ("seconds", "minutes and seconds", "parts of the time")[min(highest, 3) - 1]
        steps.append(f"missing {names} imputed as those of {rule.clock}")
    if highest >= PARTS.index("day"):
        steps.append(f"a missing day imputed as {_OF_DAY.get(rule.to) or f'day {int(rule.only_day)}'}")
    if highest >= PARTS.index("month"):
        month, day = rule.month_and_day
        written = _OF_YEAR.get(rule.to) or f"{int(day)} {_MONTHS[int(month) - 1]}"
        steps.append(f"a missing month and day as {written}")
    if rule.highest == "year":
        steps.append(f"a missing date as the {'latest' if rule.to == 'first' else 'earliest'} of the bounds")
        return steps
    above = PARTS[highest + 1 if rule.moment else max(highest, PARTS.index("hour")) + 1]
    return [*steps, f"missing if the {above} is missing"]


def _decimals(digits: tree.Node) -> str:
    """What a number is rounded to."""
    said = digits.digits if isinstance(digits, tree.Literal) else ""
    if said == "0":
        return "a whole number"
    return f"{said} decimal{'' if said == '1' else 's'}"


def _by(node: tree.Call, more: list[str]) -> str:
    """What a conversion rests on besides the units: molar mass, valence, units of the study."""
    known = substances().get(next((word for word in more if " = " not in word), ""))
    start, to = (arg.value if isinstance(arg, tree.Literal) else None for arg in node.args[1:3])
    rules = tuple(word for word in more if " = " in word)
    found = conversion(str(start), str(to), known.testcd, rules) if known and start is not None else None
    words: list[str] = []
    if known is not None and (start is None or (found is not None and found.by_mass)):
        words.append(f"molar mass of {known.name} {known.molar_mass} g/mol")
    if known is not None and known.valence and (start is None or (found is not None and found.by_valence)):
        words.append(f"valence {known.valence}")
    words += [f"with 1 {rule}" for rule in rules if start is None or rule.startswith(f"{start} = ")]
    return f" ({', '.join(words)})" if words else ""


def _bare(node: tree.Node, said: str) -> str:
    """A written text without its quotation marks, such as a unit."""
    return str(node.value) if isinstance(node, tree.Literal) else said


def listed(words: list[str], last: str = "and") -> str:
    """Words as an enumeration: A, B and C."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
