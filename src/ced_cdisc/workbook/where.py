"""Where clauses as a person writes them: ``PARAMCD EQ ACITM01 AND AVISIT IN (Week 1, Week 2)``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from ced_cdisc.workbook.layout import COMPARATORS

_TOKEN = re.compile(r"""\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]|[^\s(),"']+|["'])""")
_NAME = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]{0,31}\.)?[A-Za-z_][A-Za-z0-9_]{0,31}")
_PLAIN = re.compile(r"[A-Za-z0-9_.+*%/:^-]+")
_WORDS = {"AND", "OR", "NOT", *COMPARATORS}
_SIGNS = {"=": "EQ", "==": "EQ", "!=": "NE", "<>": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}


class Condition(Struct, frozen=True):
    """One comparison; ``dataset`` is empty where the cell does not name it."""

    dataset: str
    variable: str
    comparator: str
    values: tuple[str, ...]


Clause = tuple[Condition, ...]
"""Conditions joined by AND."""


class NoClause(Exception):
    """A text that is no where clause; the message says what was expected."""


def clauses_text(clauses: Sequence[Clause], own: str) -> str:
    """Clauses joined by OR as a cell holds them; ``own`` is the dataset that need not be named.

    >>> clauses_text([(Condition("AE", "AESEV", "IN", ("MILD", "NOT KNOWN")),)], "AE")
    'AESEV IN (MILD, "NOT KNOWN")'
    """
    return " OR ".join(" AND ".join(_condition_text(one, own) for one in clause) for clause in clauses)


def _condition_text(condition: Condition, own: str) -> str:
    named = condition.dataset and condition.dataset != own
    name = f"{condition.dataset}.{condition.variable}" if named else condition.variable
    values = [_value_text(value) for value in condition.values]
    one = len(values) == 1 and condition.comparator not in ("IN", "NOTIN")
    listed = values[0] if one else f"({', '.join(values)})"
    return f"{name} {condition.comparator} {listed}"


def _value_text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.upper() not in _WORDS:
        return value
    return '"' + value.replace('"', '""') + '"'


def parse_clauses(text: str) -> list[Clause]:
    """The clauses of a cell.

    Values need no quotes, blanks inside them count; ``AND``, ``OR`` and comparators may have any case, and
    ``=``, ``<>``, ``>=`` and ``NOT IN`` are read too.

    Raises:
        NoClause: the text has another form.

    >>> parse_clauses("qnam eq (RACE1)")
    [(Condition(dataset='', variable='qnam', comparator='EQ', values=('RACE1',)),)]
    """
    return _Parser(text).clauses()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, int, int]] = []
        at = 0
        while (match := _TOKEN.match(text, at)) is not None:
            self._tokens.append((match[1], match.start(1), match.end(1)))
            at = match.end()
        self._at = 0

    def clauses(self) -> list[Clause]:
        made: list[Clause] = []
        clause: list[Condition] = []
        while True:
            clause.append(self._condition())
            word = self._word()
            if word != "AND":
                made.append(tuple(clause))
                clause = []
            if not word:
                return made
            self._at += 1  # AND or OR: the values end before nothing else

    def _word(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at][0].upper() if at < len(self._tokens) else ""

    def _comparator(self, ahead: int) -> tuple[str, int]:
        """The comparator at a token, and how many tokens it has; none: an empty text."""
        word = self._word(ahead)
        if word == "NOT" and self._word(ahead + 1) == "IN":
            return "NOTIN", 2
        return (word, 1) if word in COMPARATORS else (_SIGNS.get(word, ""), 1)

    def _condition(self) -> Condition:
        if self._at >= len(self._tokens):
            raise NoClause("a condition such as PARAMCD EQ SYSBP")
        name = self._tokens[self._at][0]
        comparator, width = self._comparator(1)
        if not _NAME.fullmatch(name) or not comparator:
            raise NoClause(
                f"a condition such as PARAMCD EQ SYSBP at '{self._text[self._tokens[self._at][1] :]}'"
            )
        self._at += 1 + width
        dataset, _, variable = name.rpartition(".")
        values = self._list() if self._word() == "(" else [self._value(())]
        return Condition(dataset, variable, comparator, tuple(values))

    def _list(self) -> list[str]:
        self._at += 1
        values: list[str] = []
        while True:
            values.append(self._value((",", ")")))
            if self._at >= len(self._tokens):
                raise NoClause("a closing bracket")
            self._at += 1
            if self._tokens[self._at - 1][0] == ")":
                return values

    def _value(self, ends: tuple[str, ...]) -> str:
        """A quoted text, or everything up to an end, or to AND or OR before the next condition."""
        first = self._at
        while self._at < len(self._tokens) and self._tokens[self._at][0] not in ends:
            joined = not ends and self._word() in ("AND", "OR") and self._comparator(2)[0]
            if joined and _NAME.fullmatch(self._word(1)):
                break
            self._at += 1
        taken = self._tokens[first : self._at]
        if not taken:
            raise NoClause("a value")
        if len(taken) == 1 and len(taken[0][0]) > 1 and taken[0][0][0] in "\"'":
            quote = taken[0][0][0]
            return taken[0][0][1:-1].replace(quote * 2, quote)
        return self._text[taken[0][1] : taken[-1][2]]
