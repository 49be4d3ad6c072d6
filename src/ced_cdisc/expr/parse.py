"""Text of an expression to syntax tree, by a LALR grammar."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from ced_cdisc.core.findings import did_you_mean
from ced_cdisc.expr import tree
from ced_cdisc.spec.words import AGGREGATES

_WORDS = {
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "COMMA": "','",
    "$END": "the end",
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a text in quotes",
    "COMPARE": "a comparison",
}


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


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
_KEYWORDS = frozenset(
    ["and", "or", "not", "in", "is", "between", "missing", "present", "where", "on", "order", "by", "desc"]
)
_KEYWORD_OF = {"DESC": "desc"} | {f"_{word.upper()}": word for word in _KEYWORDS}


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files("ced_cdisc.expr").joinpath("grammar.lark").read_text(encoding="utf-8")
    # Nodes are built while parsing; their places come from the tokens.
    return Lark(grammar, parser="lalr", transformer=_Build(), maybe_placeholders=False)


@lru_cache(maxsize=4096)
def parse(text: str) -> tree.Node:
    """The tree of an expression, without types.

    Raises:
        ExpressionError: the text is not in the language; says where and what was expected.
    """
    if _PLAIN.fullmatch(text) and text not in _KEYWORDS:
        return tree.Column(name=text)  # most expressions are one name, and need no parser
    try:
        return cast(tree.Node, _parser().parse(text))  # pyright: ignore[reportUnknownMemberType]
    except UnexpectedToken as error:
        token: Token = error.token
        if token.type == "$END":
            raise ExpressionError(
                "the expression ends too early", len(text.rstrip()), _expected(error.expected)
            ) from None
        at = token.start_pos or 0
        if str(token) == "=" and text[at - 1 : at] == "=":
            raise ExpressionError("'==' cannot stand here", at - 1, "equality is written =") from None
        if str(token).lower() in _SAS:
            raise ExpressionError(
                f"'{token}' cannot stand here", at, f"did you mean {_SAS[token.lower()]}?"
            ) from None
        words = [word for name in error.expected if (word := _KEYWORD_OF.get(name))]
        hint = did_you_mean(str(token), words) or _expected(error.expected)
        raise ExpressionError(f"'{token}' cannot stand here", at, hint) from None
    except UnexpectedCharacters as error:
        position = cast(int, error.pos_in_stream)
        char = text[position]
        if char == "'":
            raise ExpressionError("a text in quotes has no end", position) from None
        hint = "texts stand in single quotes" if char == '"' else ""
        raise ExpressionError(f"'{char}' cannot stand here", position, hint) from None
    except UnexpectedEOF:  # pragma: no cover - LALR reports the end as a token
        raise ExpressionError("the expression ends too early", len(text)) from None


_SAS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "==": "="}
"""Operators as SAS writes them."""


def _expected(names: set[str]) -> str:
    words = sorted(_WORDS[name] for name in names if name in _WORDS)
    return f"expected {' or '.join(words)}" if words else ""


def _text(token: Token) -> str:
    return str(token)[1:-1].replace("''", "'")


class _Build(Transformer[Any, Any]):
    """Turns lark's tree into ours; each method is one rule of the grammar."""

    def start(self, items: list[Any]) -> tree.Node:
        return items[0]

    def _fold(self, items: list[Any], make: type[tree.Both] | type[tree.Either]) -> tree.Node:
        left = items[0]
        for right in items[1:]:
            left = make(left=left, right=right, at=left.at)
        return left

    def disjunction(self, items: list[Any]) -> tree.Node:
        return self._fold(items, tree.Either)

    def conjunction(self, items: list[Any]) -> tree.Node:
        return self._fold(items, tree.Both)

    def negated(self, items: list[Any]) -> tree.Node:
        return tree.Negated(of=items[0], at=items[0].at)

    def compare(self, items: list[Any]) -> tree.Node:
        left, op, right = items
        return tree.Compare(op=str(op), left=left, right=right, at=left.at)

    def member(self, items: list[Any]) -> tree.Node:
        return tree.Member(of=items[0], values=tuple(items[1:]), at=items[0].at)

    def not_member(self, items: list[Any]) -> tree.Node:
        return replace(self.member(items), negated=True)  # type: ignore[type-var]

    def between(self, items: list[Any]) -> tree.Node:
        return tree.Between(of=items[0], low=items[1], high=items[2], at=items[0].at)

    def is_missing(self, items: list[Any]) -> tree.Node:
        return tree.IsMissing(of=items[0], at=items[0].at)

    def is_present(self, items: list[Any]) -> tree.Node:
        return tree.IsMissing(of=items[0], negated=True, at=items[0].at)

    def _arithmetic(self, items: list[Any]) -> tree.Node:
        left = items[0]
        for op, right in zip(items[1::2], items[2::2], strict=True):
            left = tree.Arithmetic(op=str(op), left=left, right=right, at=left.at)
        return left

    sum = product = power = _arithmetic

    def signed(self, items: list[Any]) -> tree.Node:
        sign, of = items
        return tree.Negative(of=of, at=sign.start_pos) if str(sign) == "-" else of

    def number(self, items: list[Any]) -> tree.Node:
        token = items[0]
        return tree.Literal(value=float(token), digits=str(token), at=token.start_pos)

    def signed_number(self, items: list[Any]) -> tree.Node:
        sign, token = items
        digits = str(token) if str(sign) == "+" else f"-{token}"
        return tree.Literal(value=float(digits), digits=digits, at=sign.start_pos)

    def string(self, items: list[Any]) -> tree.Node:
        return tree.Literal(value=_text(items[0]), at=items[0].start_pos)

    def missing(self, items: list[Any]) -> tree.Node:
        return tree.Literal(value=None)

    def column(self, items: list[Any]) -> tree.Node:
        return tree.Column(name=str(items[0]), at=items[0].start_pos)

    def selected(self, items: list[Any]) -> tree.Node:
        return tree.Selected(name=str(items[0]), where=items[1], at=items[0].start_pos)

    def arguments(self, items: list[Any]) -> tuple[tree.Node, ...]:
        return tuple(items)

    def where(self, items: list[Any]) -> tuple[str, Any]:
        return ("where", items[0])

    def on(self, items: list[Any]) -> tuple[str, Any]:
        return ("on", tuple(str(name) for name in items))

    def order(self, items: list[Any]) -> tuple[str, Any]:
        return ("order", tuple(items))

    def ordering(self, items: list[Any]) -> tree.Node:
        return tree.Ordering(of=items[0], falling=len(items) > 1, at=items[0].at)

    def call(self, items: list[Any]) -> tree.Node:
        name, at = str(items[0]), items[0].start_pos
        rest = items[1:]
        args: tuple[tree.Node, ...] = ()
        if rest and isinstance(rest[0], tuple) and (not rest[0] or isinstance(rest[0][0], tree.Node)):
            args = cast("tuple[tree.Node, ...]", rest[0])
            rest = rest[1:]
        clauses: dict[str, Any] = {}
        for word, value in rest:
            if word in clauses:
                raise ExpressionError(f"'{word}' is given twice in {name}()", at)
            clauses[word] = value
        if name not in AGGREGATES:
            if clauses:
                raise ExpressionError(
                    f"'{next(iter(clauses))}' cannot be used in {name}()",
                    at,
                    "it belongs to first, last, min, max, sum, mean, count, only, same, rank, "
                    "next and previous",
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
