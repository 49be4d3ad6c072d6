"""The expression in words, for define.xml and the reviewer: one sentence from the same tree as the value."""

from __future__ import annotations

import re
from collections.abc import Callable

from ced_cdisc.expr import tree
from ced_cdisc.expr.conditions import NOT, apart, bare, closed, is_plain, joined, presence, settled, unless
from ced_cdisc.expr.imputation_words import imputed
from ced_cdisc.expr.signature import Registry
from ced_cdisc.expr.unit_words import moved, rests_on

_COMPARE = {
    "=": "equals", "!=": "differs from", "<": "is below", "<=": "is at most",
    ">": "is above", ">=": "is at least",
}  # fmt: skip
_COMPARE_DATE = {
    "=": "equals", "!=": "differs from", "<": "is before", "<=": "is on or before",
    ">": "is after", ">=": "is on or after",
}  # fmt: skip
_DATES = (tree.Type.DTC, tree.Type.DATE, tree.Type.DATETIME)
# How tightly an operator binds, for brackets only where they are needed.
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_AGGREGATE = {
    "first": "the first", "last": "the last", "min": "the smallest", "max": "the largest",
    "sum": "the sum of", "mean": "the mean of", "only": "the", "same": "the common",
    "next": "the", "previous": "the",
}  # fmt: skip
_NOTATIONS = {
    "comma": "a decimal comma",
    "either": "a decimal point or comma",
    "groups": "thousands separators",
}
_EARLIEST = {"min": "the earliest", "max": "the latest"}
_HALVES = ", halves away from zero"
_SEPARATORS = {"": "without a separator", "-": "with a hyphen", " ": "with a blank"}
# Functions that make a number of a text: to compare or convert the number, the variable's name says enough.
_NUMBER_OF = ("number", "numeric")


def sentence(node: tree.Node, registry: Registry) -> str:
    """The value of a tree as one sentence, with a capital and a full stop."""
    text = phrase(node, registry)
    if isinstance(node, tree.Column):
        text = f"equal to {text}"
    return f"{text[:1].upper()}{text[1:]}."


def phrase(node: tree.Node, registry: Registry) -> str:
    """The tree in words, as all that is said up to the next full stop."""
    return _English(registry).whole(node)


def clause(node: tree.Node, registry: Registry) -> str:
    """The tree in words, to stand inside another sentence."""
    return _English(registry).say(node)


class _English:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._records = ""  # the dataset whose records the aggregate around a name goes over
        self._shared: set[str] = set()  # variables that it reads of those records and of the record at hand

    def whole(self, node: tree.Node) -> str:
        """A value that is all of its sentence."""
        method: Callable[[tree.Node], str] = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

    def say(self, node: tree.Node, ends: str = "[;,] ") -> str:
        """A value as a part of what is said around it, in brackets where it would run on into that.

        Args:
            node: the value.
            ends: what ends a part of the sentence around it; a value that has it inside needs brackets.
        """
        if isinstance(node, tree.Call) and node.name == "coalesce" and len(node.args) > 1:
            return f"({' or, if missing, '.join(map(self.say, node.args))})"
        text = self.whole(node)
        if not isinstance(node, tree.Call | tree.Plugin | tree.Aggregate | tree.Recode | tree.Impute):
            return text
        return f"({text})" if re.search(ends, bare(text)) else text

    def _part(self, node: tree.Node) -> str:
        """A value, or a condition, between the semicolons of a sentence."""
        return self.say(node, "; ")

    def _inner(self, node: tree.Node, binds: int, *, right: bool = False) -> str:
        """An operand, in brackets where it binds less than its operator does (at the right: no more)."""
        text = self.say(node)
        if isinstance(node, tree.Negative):
            return f"({text})"
        if isinstance(node, tree.Arithmetic):
            own = _BINDS[node.op]
            return f"({text})" if own < binds or (own == binds and right) else text
        words = isinstance(node, tree.Call | tree.Plugin | tree.Aggregate | tree.Recode)
        return f"({text})" if words and " " in text and bare(text) else text

    def _literal(self, node: tree.Literal) -> str:
        if node.value is None:
            return "missing"
        return f'"{node.value}"' if isinstance(node.value, str) else node.digits

    def _column(self, node: tree.Column) -> str:
        if node.here:
            return f"{node.name} of the record at hand"
        if node.scope is tree.Scope.RAW:
            return f"{node.short} ({node.owner})" if node.owner else node.name
        if node.owner and node.owner == self._records:
            return node.name if node.short in self._shared else node.short
        return f"{node.name} of this record" if node.name in self._shared else node.name

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
        if signature.derivation is not None:
            said = map(self.say, node.args)
            return signature.derivation.words(dict(zip(signature.derivation.names, said, strict=False)))
        if node.name == "coalesce":
            return "; if missing, ".join(map(self._part, node.args))
        said = [self.say(arg) for arg in node.args]
        if node.name == "round":
            return f"{self._and_then(node.args[0])} rounded to {_decimals(node.args[1])}{_HALVES}"
        if node.name == "signif":
            digits = f"{said[1]} significant digit{'' if said[1] == '1' else 's'}"
            return f"{self._and_then(node.args[0])} rounded to {digits}{_HALVES}"
        if node.name == "decimal":
            words = str(node.args[1].value).split() if isinstance(node.args[1], tree.Literal) else []
            shown = listed([_NOTATIONS[word] for word in words if word in _NOTATIONS])
            return f"{said[0]} (written with {shown})"
        if node.name == "convert":
            said[1:] = [_bare(arg, text) for arg, text in zip(node.args[1:], said[1:], strict=True)]
            start = said[1] if isinstance(node.args[1], tree.Literal) else f"the unit in {said[1]}"
            of = self._number(node.args[0])
            return f"{of}, converted from {start} to {said[2]}{rests_on(node, said[3:])}"
        if node.name == "join":
            return self._joined(node.args)
        template = signature.english
        if node.name in ("study_day", "days_between"):
            template = template.replace("the date part of ", "")
            said = [_day(arg, text) for arg, text in zip(node.args, said, strict=True)]
        said = apart(node.name, said, template)
        if node.name == "add_days":
            return moved(*said)
        text = template.replace("{*}", listed(said)).replace("{1*}", listed(said[1:]))
        return re.sub(r"\{(\d)\}", lambda match: said[int(match[1])], text)

    def _and_then(self, node: tree.Node) -> str:
        """A value, and what leads on to a step done with it: a second of one sentence after a conversion."""
        converted = isinstance(node, tree.Call) and node.name == "convert"
        return f"{self.whole(node)} and" if converted else f"{self.say(node)},"

    def _plugin(self, node: tree.Plugin) -> str:
        return node.derivation.words(dict(zip(node.derivation.names, map(self.say, node.args), strict=True)))

    def _number(self, node: tree.Node) -> str:
        """A text whose number is compared or converted, by its name alone; any other value in words."""
        if isinstance(node, tree.ReadNumber):
            node = node.of
        elif isinstance(node, tree.Call) and node.name in _NUMBER_OF and node.args:
            node = node.args[0]
        return closed(self.say(node))

    def _joined(self, args: tuple[tree.Node, ...]) -> str:
        """The parts of a text and what stands between them; that numbers are written as text goes unsaid."""
        parts = [
            a.args[0] if isinstance(a, tree.Call) and a.name == "text" and a.args else a for a in args[1:]
        ]
        between = args[0].value if isinstance(args[0], tree.Literal) else None
        ways = _SEPARATORS.get(str(between)) or f"with {self.say(args[0])}"
        return f"{listed([self.say(part) for part in parts])} joined {ways}"

    def _branches(self, node: tree.Call) -> str:
        """A chain of ifs as: x if a; y if b; otherwise z; one inside another stands after its condition."""
        parts: list[str] = []
        rest: tree.Node = node
        while isinstance(rest, tree.Call) and rest.name == "if":
            condition, then, rest = rest.args
            if _is_chain(then) and not parts and _is_missing(rest):
                return f"only where {self._part(condition)}: {self.whole(then)}"
            said = self._part(then)
            comma = "," if isinstance(then, tree.Call | tree.Aggregate | tree.Recode) and " " in said else ""
            parts.append(f"{said}{comma} if {self._part(condition)}")
        parts.append(f"otherwise {self._part(rest)}")
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
        undone = unless(node)
        if undone is not None:
            return self._not_true(undone)
        constant = node.right.of if isinstance(node.right, tree.Negative) else node.right
        if node.op in ("=", "!=") and isinstance(constant, tree.Literal):
            return f"{self._number(node.left)} is {'' if node.op == '=' else 'not '}{self.say(node.right)}"
        words = _COMPARE_DATE if node.left.type in _DATES else _COMPARE
        return f"{self._number(node.left)} {words[node.op]} {self._number(node.right)}"

    def _member(self, node: tree.Member) -> str:
        values = [self._literal(value) for value in node.values]
        if not node.negated or len(values) == 1:
            return f"{self._number(node.of)} is {'not ' if node.negated else ''}{listed(values, 'or')}"
        if len(values) == 2:
            return f"{self._number(node.of)} is neither {values[0]} nor {values[1]}"
        return f"{self._number(node.of)} is none of {listed(values, 'and')}"

    def _between(self, node: tree.Between) -> str:
        return f"{self._number(node.of)} is {self._range(node)}"

    def _range(self, node: tree.Between) -> str:
        return f"from {self._number(node.low)} to {self._number(node.high)}"

    def _ismissing(self, node: tree.IsMissing) -> str:
        return presence(node, self.say)

    def _both(self, node: tree.Both) -> str:
        return " and ".join(
            f"({text})" if isinstance(part, tree.Either) else text
            for part, text in self._conditions(joined(node, tree.Both), "and")
        )

    def _either(self, node: tree.Either) -> str:
        said = self._conditions(joined(node, tree.Either), "or")
        return (", or " if any(isinstance(part, tree.Both) for part, _ in said) else " or ").join(
            text for _, text in said
        )

    def _conditions(self, parts: list[tree.Node], word: str) -> list[tuple[tree.Node, str]]:
        """Conditions in words; several names that are present, or missing, share one verb."""
        said: list[tuple[tree.Node, str]] = []
        done: set[bool] = set()
        for part in parts:
            if not is_plain(part):
                said.append((part, self.say(part)))
                continue
            alike = [one for one in parts if is_plain(one) and one.negated == part.negated]
            if part.negated not in done:
                names = listed([closed(self.say(one.of)) for one in alike], word)
                verb = "are" if len(alike) > 1 and word == "and" else "is"
                said.append((part, f"{names} {verb} {'present' if part.negated else 'missing'}"))
            done.add(part.negated)
        return said

    def _negated(self, node: tree.Negated) -> str:
        said, of = settled(node), node.of
        if said is not node:
            return self.say(said)
        if isinstance(of, tree.Between):
            return f"{self._number(of.of)} is not {self._range(of)}"
        if isinstance(of, tree.Call) and of.name in NOT:
            return NOT[of.name].format(*map(self.say, of.args))
        return self._not_true(of)

    def _not_true(self, node: tree.Node) -> str:
        """That a condition is false or, unless it stands behind ``not``, unknown."""
        text = self.say(node)
        compound = isinstance(settled(node), tree.Both | tree.Either)
        return f"it is not true that {f'({text})' if compound else text}"

    def _ordering(self, node: tree.Ordering) -> str:
        return f"{'descending ' if node.falling else ''}{self.say(node.of)}"

    def _aggregate(self, node: tree.Aggregate) -> str:
        if node.func == "group" and node.of is not None:
            return self.whole(node.of)
        if (
            node.func == "only"
            and node.dataset
            and node.of is not None
            and not node.on
            and node.where is None
        ):
            return self.whole(node.of)
        read = [below for below in tree.walk(node) if isinstance(below, tree.Column) and node.dataset]
        self._records, outer = node.dataset, self._records
        self._shared = {c.short for c in read if c.owner == node.dataset} & {c.name for c in read}
        try:
            return self._over_records(node)
        finally:
            self._records, self._shared = outer, set()

    def _over_records(self, node: tree.Aggregate) -> str:
        records = f"the subject's {'record' if node.func == 'only' else 'records'}"
        records += f" in {node.dataset}" if node.dataset else ""
        if node.on:
            same = [
                f"{name.rpartition('.')[2]} ({node.dataset})" if "." in name else name for name in node.on
            ]
            records += f" with the same {listed(same)}"
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
            if node.where is None:
                return f"the {what} of {records.replace(' records', f' {node.func} record', 1)}{order}"
            others = "missing where this record is none of them"
            return f"the {what} of the {node.func} of {records}{order}; {others}"
        return f"{words[node.func]} {what.removeprefix('the ')} of {records}{order}"

    def _recode(self, node: tree.Recode) -> str:
        pairs = [f'{code} = "{term}"' if term else f"{code} = missing" for code, term in node.pairs]
        shown = pairs if len(pairs) <= 12 else [*pairs[:12], "and so on"]
        ways = [f"as {', '.join(shown)}"] if shown else []
        if node.match:
            ways.append(f"{'else ' * bool(ways)}by {node.match} of codelist {node.codelist}")
        if node.otherwise is not None:
            ways.append(f'{"as " * (not ways)}any other = "{node.otherwise}"')
        if not ways:  # no code has a term: of a test that was not done
            return f"missing, and a value of {self.say(node.of)} is refused"
        case = ", ignoring letter case" if node.ignore_case else ""
        return f"{self.say(node.of)} decoded {', '.join(ways)}{case}"

    def _readdate(self, node: tree.ReadDate) -> str:
        time = f" and {self.say(node.time)}" if node.time is not None else ""
        return f"{self.say(node.date)}{time} in ISO 8601"

    def _impute(self, node: tree.Impute) -> str:
        of, rule = self.say(node.of), node.rule
        text = f"the {'date and time' if rule.moment else 'date'} of {of}"
        text += "".join(f"; {step}" for step in imputed(rule))
        limits = [
            f"not {word} {listed([self.say(bound) for bound in bounds], 'or')}"
            for word, bounds in (("before", node.not_before), ("after", node.not_after))
            if bounds
        ]
        if limits:
            text += f"; what is imputed is {listed(limits)}, as far as the parts in {of} allow"
        return text

    def _readnumber(self, node: tree.ReadNumber) -> str:
        return f"{self.say(node.of)} as a number"


def _is_chain(node: tree.Node) -> bool:
    return isinstance(node, tree.Call) and node.name == "if"


def _is_missing(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and node.value is None


def _day(node: tree.Node, said: str) -> str:
    """A day that is counted from or to; the time beside it, if it has one, does not count."""
    return (
        said
        if node.type in (tree.Type.DATE, None)  # of a formula in codes no type is known
        else f"the date part of {said.removeprefix('the date and time of ')}"
    )


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
