"""Expressions of the language at random, as text: every function of the catalogue with the types it takes.

New functions are covered by their signatures alone. The letter of a name is its type: T text, N number, D ISO
8601 date of any precision, X date, Y date-time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr.parse import AGGREGATES
from ced_cdisc.expr.signature import Parameter, Signature
from ced_cdisc.expr.tree import Type
from ced_cdisc.spec.words import OWN_RECORDS

LETTERS = {"T": Type.TEXT, "N": Type.NUMBER, "D": Type.DTC, "X": Type.DATE, "Y": Type.DATETIME}
OWN = ("T1", "T2", "N1", "N2", "D1", "D2", "X1", "Y1")
KINDS = (Type.TEXT, Type.NUMBER, Type.DTC, Type.DATE, Type.DATETIME, Type.TRUTH)
VALUES = KINDS[:5]
_ORDERED = (Type.NUMBER, Type.DTC, Type.DATE, Type.DATETIME)

TEXTS = ("a", "A", "ab", "b a", " a ", "ä", "ß", "İi", "ﬁ", "Σς", "it's", "x,y", "12", "-0.5", "1e3", "٣", "kg", "g",
         "cm", "F", "C", "7:04", "2 h", "2018-03", "2018-03-15", "\u00a0a", "a\nb", "😀", "long " * 30)  # fmt: skip
DATES = ("2016", "2016-02", "2016-02-29", "2018", "2018-03", "2018-03-15", "2018-03-16", "2018-03-15T09",
         "2018-03-15T09:30", "2018-03-15T09:30:15", "2018-03-15T09:30:15.25", "2018---15", "0001-01-01",
         "9999-12-31", "2017-12-31T23:59",
         "2018-02-30", "2018-1-5", "unknown")  # fmt: skip
NUMBERS = ("0", "1", "2", "3", "7", "10", "0.1", "0.2", "0.3", "2.5", "2.675", "4.35", "1000000", "123456789.123",
           "1e15", "9007199254740993", "1e-7", "1e300", "1e-300")  # fmt: skip
PATTERNS = ("a", "^a", "b$", "[0-9]+", "([0-9]+)", "(a)|b", "^$", ".", "(?i)A", "(.*)")


@dataclass(frozen=True)
class Names:
    """The names at hand: ``here`` of the record, ``inner`` of the records of an aggregate around it."""

    here: tuple[str, ...] = OWN
    inner: str | None = None
    aggregates: bool = True

    def of(self, kind: Type) -> list[str]:
        """The names of a type."""
        found = [name for name in self.here if LETTERS[name.rpartition(".")[2][0]] is kind]
        if self.inner:
            found += [f"{self.inner}.{name}" for name in OWN if LETTERS[name[0]] is kind] * 2
        return found


def quoted(text: str) -> str:
    """A text literal."""
    return "'" + text.replace("'", "''") + "'"


class Writer:
    """Writes one random expression."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def pick(self, options: Any) -> Any:
        """One of several."""
        return self._draw(st.sampled_from(list(options)))

    def chance(self, of: int) -> bool:
        """True once in so many."""
        return self._draw(st.integers(1, of)) == of

    def expression(self, kind: Type, names: Names, depth: int) -> str:
        """An expression of a type."""
        if depth <= 0 or (kind is not Type.TRUTH and self.chance(4)):
            return self.leaf(kind, names)
        ways = [self.call, self.call]
        ways += {Type.TRUTH: [self.truth] * 4, Type.NUMBER: [self.arithmetic] * 2}.get(kind, [])
        if names.aggregates and kind is not Type.TRUTH:
            ways += [self.aggregate] * 3
        return self.pick(ways)(kind, names, depth - 1)

    def leaf(self, kind: Type, names: Names) -> str:
        """A name, a literal or ``missing``."""
        if kind is Type.TRUTH:
            of = self.pick(VALUES)
            return f"{self.leaf(of, names)} is {self.pick(['missing', 'present'])}"
        if self.chance(15):
            return "missing"
        known = names.of(kind)
        if self.chance(3) or not known:
            if kind is Type.NUMBER:
                return self.pick(NUMBERS)
            if kind in (Type.TEXT, Type.DTC):
                return quoted(self.pick(TEXTS if kind is Type.TEXT else DATES))
        return self.pick(known) if known else "missing"

    def call(self, kind: Type, names: Names, depth: int) -> str:
        """A function of the catalogue that gives the type."""
        fit = [
            s for s in FUNCTIONS.values() if s.result is kind or (s.result is None and self.takes(s, kind))
        ]
        if not fit:
            return self.leaf(kind, names)
        signature = self.pick(fit)
        parameters = list(signature.parameters)
        if signature.repeats:
            parameters += [parameters[-1]] * self._draw(st.integers(0, 2))
        args = [
            self.argument(
                p, kind if signature.result is None and self.is_same(signature, i) else None, names, depth
            )
            for i, p in enumerate(parameters)
        ]
        return f"{signature.name}({', '.join(args)})"

    def is_same(self, signature: Signature, place: int) -> bool:
        """Whether the argument at a place has the type of the result."""
        return min(place, len(signature.parameters) - 1) in signature.same

    def takes(self, signature: Signature, kind: Type) -> bool:
        """Whether the result can have a type."""
        return all(kind in signature.parameters[place].types for place in signature.same)

    def argument(self, parameter: Parameter, kind: Type | None, names: Names, depth: int) -> str:
        """An argument for a parameter."""
        kind = kind or self.pick(parameter.types)
        if not parameter.literal:
            return self.expression(kind, names, depth)
        if kind is Type.NUMBER:
            return self.pick(["0", "1", "2", "3", "6"])
        return quoted(self.pick(PATTERNS if parameter.name == "pattern" else TEXTS))

    def arithmetic(self, kind: Type, names: Names, depth: int) -> str:
        """A sum, product, power or negative."""
        if self.chance(6):
            return f"-({self.expression(kind, names, depth)})"
        left, right = self.expression(kind, names, depth), self.expression(kind, names, depth)
        return f"(({left}) {self.pick(['+', '-', '*', '/', '**'])} ({right}))"

    def truth(self, kind: Type, names: Names, depth: int) -> str:
        """A comparison, membership or logical combination."""
        way = self.pick(["compare", "compare", "member", "between", "missing", "and", "or", "not"])
        if way in ("and", "or"):
            left, right = self.expression(kind, names, depth), self.expression(kind, names, depth)
            return f"(({left}) {way} ({right}))"
        if way == "not":
            return f"not ({self.expression(kind, names, depth)})"
        of = self.pick(VALUES if way in ("compare", "missing") else _ORDERED)
        one = self.expression(of, names, depth)
        if way == "missing":
            return f"(({one}) is {self.pick(['missing', 'present'])})"
        if way == "between":
            return f"(({one}) between ({self.expression(of, names, depth)}) and ({self.expression(of, names, depth)}))"
        if way == "member":
            # dates are left out: the engines differ on `in` with partial dates
            of = self.pick([Type.TEXT, Type.NUMBER])
            pool = [quoted(t) for t in TEXTS] if of is Type.TEXT else [*NUMBERS, *(f"-{n}" for n in NUMBERS)]
            values = ", ".join(self._draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3)))
            return f"(({self.expression(of, names, depth)}) {self.pick(['in', 'not in'])} ({values}))"
        ops = ["=", "!="] if of is Type.TEXT else ["=", "!=", "<", "<=", ">", ">="]
        return f"(({one}) {self.pick(ops)} ({self.expression(of, names, depth)}))"

    def aggregate(self, kind: Type, names: Names, depth: int) -> str:
        """A function over several records, of the own dataset, which may be named, or of YY."""
        if kind is Type.NUMBER:
            func = self.pick(AGGREGATES)
        else:
            func = self.pick(["first", "last", "min", "max", "only", "same"])
        own = func == "rank" or self.chance(2)
        named = own and func not in OWN_RECORDS and self.chance(2)
        inside = replace(names, inner="XX" if named else None if own else "YY", aggregates=False)
        value = "" if func == "rank" else self.value(func, kind, inside, depth)
        clauses = [self.clause(word, func, inside, depth) for word in ("where", "on", "order")]
        self_draw = self._draw(st.permutations([c for c in clauses if c]))
        return f"{func}({' '.join([value, *self_draw]).strip()})"

    def value(self, func: str, kind: Type, inside: Names, depth: int) -> str:
        """What an aggregate goes over; of another dataset it starts with a name of it."""
        if func == "count":
            kind = self.pick(VALUES)
        if inside.inner and self.chance(2):
            return self.pick([n for n in inside.of(kind) if n.startswith(inside.inner)])
        if not inside.inner:
            return self.expression(kind, inside, min(depth, 1))
        name = self.pick([n for n in inside.of(kind) if n.startswith(inside.inner)])
        return f"coalesce({name}, {self.expression(kind, inside, min(depth, 1))})"

    def clause(self, word: str, func: str, inside: Names, depth: int) -> str:
        """One clause, or nothing."""
        if word == "where":
            return f"where {self.expression(Type.TRUTH, inside, min(depth, 2))}" if self.chance(2) else ""
        if word == "on":
            on = self._draw(st.lists(st.sampled_from(OWN), min_size=1, max_size=2, unique=True))
            return f"on {', '.join(on)}" if self.chance(3) else ""
        if func not in ("first", "last", "rank") and not self.chance(4):
            return ""
        keys = [
            self.expression(self.pick(VALUES), inside, min(depth, 1)) + self.pick(["", " desc"])
            for _ in range(self._draw(st.integers(1, 2)))
        ]
        return f"order by {', '.join(keys)}"


@st.composite
def expressions(draw: Any, here: tuple[str, ...] = OWN) -> tuple[Type, str]:
    """A type and an expression of it; a condition is asked whether it is true, false or unknown."""
    kind = draw(st.sampled_from(KINDS))
    text = Writer(draw).expression(kind, Names(here=here), 3)
    if kind is Type.TRUTH:
        return Type.TEXT, f"if({text}, 'true', if(not ({text}), 'false', 'unknown'))"
    return kind, text
