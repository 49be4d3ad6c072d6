"""Text of an expression to syntax tree, by recursive descent: a method for each level of precedence.

A word is a keyword only where the language has one, so that a raw table may have a column ``order``. The
grammar as such stands beside the tests, which hold this parser against one that is generated of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from ced_cdisc.core.findings import did_you_mean
from ced_cdisc.expr import tree
from ced_cdisc.expr.habits import habit_at, written_for
from ced_cdisc.spec.words import AGGREGATES

_TOKEN = re.compile(
    r"""[ \t\f\r\n]*(?:
        (?P<NAME>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)
        |(?P<NUMBER>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
        |(?P<STRING>'(?:[^']|'')*')
        |(?P<COMPARE><=|>=|!=|=|<|>)|(?P<POWER>\*\*)|(?P<TIMES>[*/])|(?P<SIGN>[+-])
        |(?P<LPAR>\()|(?P<RPAR>\))|(?P<LSQB>\[)|(?P<RSQB>\])|(?P<COMMA>,)|(?P<END>\Z)|(?P<STRANGE>.))""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "COMMA": "','",
    "END": "the end",
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a text in quotes",
    "COMPARE": "a comparison",
}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
_KEYWORDS = frozenset(
    ["and", "or", "not", "in", "is", "between", "missing", "present", "where", "on", "order", "by", "desc"]
)


class ExpressionError(Exception):
    """The text is no expression.

    Attributes:
        message: what is wrong.
        at: offset of the offending character in the text.
        hint: what was expected there.
        code: CED012 an unknown name, CED013 an unknown function, CED014 types that do not fit, else CED015.
    """

    def __init__(self, message: str, at: int, hint: str = "", code: str = "CED015") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint
        self.code = code


@lru_cache(maxsize=4096)
def parse(text: str) -> tree.Node:
    """The tree of an expression, without types.

    Raises:
        ExpressionError: the text is not in the language; says where and what was expected.
    """
    if _PLAIN.fullmatch(text) and text not in _KEYWORDS:
        return tree.Column(name=text)  # most expressions are one name, and need no parser
    try:
        return _Parser(text).whole()
    except RecursionError:
        hint = "divide it among several variables"
        raise ExpressionError("the expression is nested too deeply", 0, hint) from None


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterable[_Token]:
    at, kind = 0, ""
    while kind not in ("END", "STRANGE"):  # what follows a strange character is not looked at
        match = _TOKEN.match(text, at)
        assert match is not None and match.lastgroup is not None  # any character is a token
        kind, at = match.lastgroup, match.end()
        yield _Token(kind, match[kind], match.start(kind))


class _Parser:
    """Reads the tokens from left to right; what was looked for in vain at the next one is its ``_wanted``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rest = iter(_tokens(text))
        self._next = next(self._rest)
        self._wanted: list[str] = []

    def whole(self) -> tree.Node:
        made = self._disjunction()
        if self._next.kind != "END":
            self._wanted.append("END")
            raise self._error()
        return made

    # ------------------------------------------------------------ tokens

    def _advance(self) -> _Token:
        taken = self._next
        self._next = next(self._rest)
        self._wanted.clear()
        return taken

    def _take(self, kind: str) -> _Token | None:
        if self._next.kind == kind:
            return self._advance()
        self._wanted.append(kind)
        return None

    def _word(self, word: str) -> bool:
        if self._next.text == word:
            self._advance()
            return True
        self._wanted.append(word)
        return False

    def _need(self, kind: str) -> _Token:
        token = self._take(kind)
        if token is None:
            raise self._error()
        return token

    def _need_word(self, word: str) -> None:
        if not self._word(word):
            raise self._error()

    def _listed(self, one: Callable[[], Any]) -> tuple[Any, ...]:
        """One or more, with commas between them."""
        found = [one()]
        while self._take("COMMA"):
            found.append(one())
        return tuple(found)

    def _error(self) -> ExpressionError:
        """The next token cannot stand where it stands."""
        kind, word, at = self._next
        expected = " or ".join(sorted({_WORDS[one] for one in self._wanted if one in _WORDS}))
        expected = f"expected {expected}" if expected else ""
        if kind == "END":
            return ExpressionError("the expression ends too early", len(self._text.rstrip()), expected)
        if word == "'":
            return ExpressionError("a text in quotes has no end", at)
        habit = habit_at(self._text, at)
        if word == "=" and self._text[at - 1 : at] == "=":
            return ExpressionError("'==' cannot stand here", at - 1, habit)
        if not habit and kind != "STRANGE":
            habit = did_you_mean(word, sorted(_KEYWORDS.intersection(self._wanted))) or expected
        return ExpressionError(f"'{word}' cannot stand here", at, habit)

    # ------------------------------------------------------------ levels of precedence, the loosest first

    def _disjunction(self) -> tree.Node:
        left = self._conjunction()
        while self._word("or"):
            left = tree.Either(left=left, right=self._conjunction(), at=left.at)
        return left

    def _conjunction(self) -> tree.Node:
        left = self._negation()
        while self._word("and"):
            left = tree.Both(left=left, right=self._negation(), at=left.at)
        return left

    def _negation(self) -> tree.Node:
        if self._word("not"):
            of = self._negation()
            return tree.Negated(of=of, at=of.at)
        return self._comparison()

    def _comparison(self) -> tree.Node:
        left = self._sum()
        at = left.at
        if compared := self._take("COMPARE"):
            return tree.Compare(op=compared.text, left=left, right=self._sum(), at=at)
        if self._word("in"):
            return tree.Member(of=left, values=self._items(), at=at)
        if self._word("not"):
            self._need_word("in")
            return tree.Member(of=left, values=self._items(), negated=True, at=at)
        if self._word("between"):
            low = self._sum()
            self._need_word("and")
            return tree.Between(of=left, low=low, high=self._sum(), at=at)
        if self._word("is"):
            if self._word("missing"):
                return tree.IsMissing(of=left, at=at)
            self._need_word("present")
            return tree.IsMissing(of=left, negated=True, at=at)
        return left

    def _sum(self) -> tree.Node:
        left = self._product()
        while sign := self._take("SIGN"):
            left = tree.Arithmetic(op=sign.text, left=left, right=self._product(), at=left.at)
        return left

    def _product(self) -> tree.Node:
        left = self._unary()
        while times := self._take("TIMES"):
            left = tree.Arithmetic(op=times.text, left=left, right=self._unary(), at=left.at)
        return left

    def _unary(self) -> tree.Node:
        if sign := self._take("SIGN"):
            of = self._unary()
            return tree.Negative(of=of, at=sign.at) if sign.text == "-" else of
        left = self._atom()
        if self._take("POWER"):
            return tree.Arithmetic(op="**", left=left, right=self._unary(), at=left.at)
        return left

    def _atom(self) -> tree.Node:
        at = self._next.at
        if self._word("missing"):
            return tree.Literal(value=None, at=at)
        if name := self._take("NAME"):
            return self._named(name)
        if self._take("LPAR"):
            inner = self._disjunction()
            self._need("RPAR")
            return inner
        return self._value()

    def _value(self) -> tree.Literal:
        if number := self._take("NUMBER"):
            return tree.Literal(value=float(number.text), digits=number.text, at=number.at)
        text = self._need("STRING")
        return tree.Literal(value=text.text[1:-1].replace("''", "'"), at=text.at)

    def _named(self, name: _Token) -> tree.Node:
        if self._take("LSQB"):
            where = self._disjunction()
            self._need("RSQB")
            return tree.Selected(name=name.text, where=where, at=name.at)
        if self._take("LPAR"):
            return self._call(name)
        return tree.Column(name=name.text, at=name.at)

    def _items(self) -> tuple[tree.Literal, ...]:
        self._need("LPAR")
        found = self._listed(self._item)
        self._need("RPAR")
        return found

    def _item(self) -> tree.Literal:
        if sign := self._take("SIGN"):
            digits = sign.text.replace("+", "") + self._need("NUMBER").text
            return tree.Literal(value=float(digits), digits=digits, at=sign.at)
        return self._value()

    # ------------------------------------------------------------ calls

    def _call(self, name: _Token) -> tree.Node:
        """What stands in the parentheses of a call, and the one that closes it."""
        try:
            return self._called(name)
        except ExpressionError as error:
            if written_for(name.text) and (not error.hint or error.hint.startswith("expected")):
                error.hint = f"for {name.text}(..) {written_for(name.text)}"
            raise

    def _called(self, name: _Token) -> tree.Node:
        args: tuple[tree.Node, ...] = ()
        clauses = self._clauses(name)
        if not clauses and self._next.kind != "RPAR":
            args = self._listed(self._disjunction)
            clauses = self._clauses(name)
        self._need("RPAR")
        return _called(name.text, args, clauses, name.at)

    def _clauses(self, name: _Token) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            if self._word("where"):
                word, value = "where", self._disjunction()
            elif self._word("on"):
                word, value = "on", self._listed(lambda: self._need("NAME").text)
            elif self._word("order"):
                self._need_word("by")
                word, value = "order", self._listed(self._ordering)
            else:
                return found
            if word in found:
                raise ExpressionError(f"'{word}' is given twice in {name.text}()", name.at)
            found[word] = value

    def _ordering(self) -> tree.Ordering:
        of = self._sum()
        return tree.Ordering(of=of, falling=self._word("desc"), at=of.at)


def _called(name: str, args: tuple[tree.Node, ...], clauses: dict[str, Any], at: int) -> tree.Node:
    """A function of one record, or an aggregate over several.

    Raises:
        ExpressionError: it has clauses or values that it cannot have.
    """
    if name not in AGGREGATES:
        if clauses:
            raise ExpressionError(
                f"'{next(iter(clauses))}' cannot be used in {name}()",
                at,
                "it belongs to first, last, min, max, sum, mean, count, only, same, rank, next and previous",
            )
        return tree.Call(name=name, args=args, at=at)
    wanted = 0 if name == "rank" else 1
    if len(args) != wanted and not (name == "count" and not args):
        hint = (
            "the least or greatest of several values of one record: least(), greatest()"
            if name in ("min", "max")
            else ""
        )
        raise ExpressionError(f"{name}() takes {'no value' if not wanted else 'one value'}", at, hint)
    return tree.Aggregate(func=name, of=args[0] if args else None, at=at, **clauses)
