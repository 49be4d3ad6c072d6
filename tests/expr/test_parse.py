"""The parser against one that lark generates of the grammar, and its messages."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import ExpressionError, parse

GRAMMAR = Lark(
    Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
    parser="lalr",
    maybe_placeholders=False,
)
KNOWN = (
    "AESTDTC",
    "a + b * -c ** 2 - 1.50e3 / (d - 4)",
    "not a = 'x' and b != 'it''s' or c between 1 and 2 + x or not (d is missing)",
    "SEX in ('M', 'F') and AGE not in (1, -2, +3) and ADT is present",
    "first(EX.EXSTDTC where EX.EXDOSE > 0 on USUBJID, VISITNUM order by EX.EXSTDTC desc, EX.EXSEQ)",
    "count(where A <= 1) + count() + rank(order by A)",
    "if(a < b, missing, VS[VSTESTCD = 'SYSBP'])",
    "order = on and desc >= by",
    "f() - -g(h(1), 'a, b')",
)
WORDS = (
    *("A", "B.C", "order", "by", "on", "desc", "where", "and", "or", "not", "in", "is", "between", "missing"),
    *("present", "(", ")", "[", "]", ",", "1", "2.5", "'x'", "'it''s'", "+", "-", "*", "/", "**", "=", "!="),
    *("<", "<=", "eq", "first", "f", "count", "rank", "min", '"', "$", "presnt", "adn", "'"),
)
FOLDED = {"disjunction": "or", "conjunction": "and"}
MEANT = re.compile(r"takes (no|one) value|is given twice|cannot be used in")
"""What the grammar lets pass and the language refuses."""


def theirs(found: Any) -> Any:
    """A tree of lark as nested tuples."""
    if isinstance(found, Token):
        return str(found)
    kind, below = str(found.data), found.children
    parts = [theirs(one) for one in below]
    if kind in ("column", "number", "string"):
        return kind, parts[0], below[0].start_pos
    if kind in ("start", "disjunction", "conjunction"):
        made = parts[0]
        for one in parts[1:]:
            made = (FOLDED[kind], made, one)
        return made
    if kind in ("sum", "product", "power"):
        made = parts[0]
        for operator, one in zip(parts[1::2], parts[2::2], strict=True):
            made = (operator, made, one)
        return made
    if kind == "signed":
        return ("negative", parts[1]) if parts[0] == "-" else parts[1]
    if kind == "signed_number":
        return "number", parts[0].replace("+", "") + parts[1], below[0].start_pos
    if kind == "call":
        clauses = {one.data: theirs(one)[1:] for one in below[1:] if one.data != "arguments"}
        args = next((theirs(one)[1:] for one in below[1:] if one.data == "arguments"), ())
        return "call", parts[0], args, dict(sorted(clauses.items()))
    return (kind, *parts)


def ours(node: tree.Node) -> Any:
    """A tree of ours as the same tuples."""
    match node:
        case tree.Column(name=name, at=at):
            return "column", name, at
        case tree.Literal(value=None):
            return ("missing",)
        case tree.Literal(value=str(text), at=at):
            return "string", "'" + text.replace("'", "''") + "'", at
        case tree.Literal(digits=digits, at=at, value=value):
            assert value == float(digits)
            return "number", digits, at
        case tree.Either(left=left, right=right):
            return "or", ours(left), ours(right)
        case tree.Both(left=left, right=right):
            return "and", ours(left), ours(right)
        case tree.Negated(of=of):
            return "negated", ours(of)
        case tree.Compare(op=op, left=left, right=right):
            return "compare", ours(left), op, ours(right)
        case tree.Member(of=of, values=values, negated=negated):
            return ("not_member" if negated else "member", ours(of), *map(ours, values))
        case tree.Between(of=of, low=low, high=high):
            return "between", ours(of), ours(low), ours(high)
        case tree.IsMissing(of=of, negated=negated):
            return "is_present" if negated else "is_missing", ours(of)
        case tree.Arithmetic(op=op, left=left, right=right):
            return op, ours(left), ours(right)
        case tree.Negative(of=of):
            return "negative", ours(of)
        case tree.Selected(name=name, where=where):
            return "selected", name, ours(where)
        case tree.Ordering(of=of, falling=falling):
            return ("ordering", ours(of), "desc") if falling else ("ordering", ours(of))
        case tree.Call(name=name, args=args):
            return "call", name, tuple(map(ours, args)), {}
        case tree.Aggregate(func=name, of=of, where=where, on=on, order=order):
            clauses = {"where": (ours(where),)} if where is not None else {}
            clauses |= {"on": on} if on else {}
            clauses |= {"order": tuple(map(ours, order))} if order else {}
            return "call", name, () if of is None else (ours(of),), dict(sorted(clauses.items()))
        case _:
            raise AssertionError(node)


def expected(text: str) -> Any:
    """The tree as lark has it, or the place of its fault."""
    try:
        found: Tree[Any] = GRAMMAR.parse(text)
    except UnexpectedToken as error:
        return len(text.rstrip()) if error.token.type == "$END" else error.token.start_pos
    except UnexpectedCharacters as error:
        return error.pos_in_stream
    except UnexpectedInput as error:  # pragma: no cover
        raise AssertionError(text) from error
    return theirs(found)


def found(text: str) -> Any:
    """The tree as we have it, or the place of the fault; None for what is no matter of the grammar."""
    try:
        return ours(parse(text))
    except ExpressionError as error:
        if MEANT.search(error.message):
            return None
        return error.at + (error.message.startswith("'=='") and text[error.at : error.at + 2] == "==")


@pytest.mark.parametrize("text", KNOWN)
def test_the_tree_is_that_of_the_grammar(text: str) -> None:
    assert isinstance(expected(text), tuple)
    assert found(text) == expected(text)


@pytest.mark.parametrize("seed", range(4))
def test_any_text_has_the_tree_or_the_fault_of_the_grammar(seed: int) -> None:
    chance = random.Random(seed)
    accepted = 0
    for _ in range(2500):
        if chance.random() < 0.6:
            words = re.findall(r"'[^']*'|[\w.]+|\S", chance.choice(KNOWN))
            at = chance.randrange(len(words))
            words[at : at + chance.choice((0, 1))] = [chance.choice(WORDS)] * chance.choice((0, 1))
        else:
            words = [chance.choice(WORDS) for _ in range(chance.randrange(1, 9))]
        text = " ".join(words)
        mine = found(text)
        if mine is not None:
            accepted += isinstance(mine, tuple)
            assert mine == expected(text), text
    assert accepted > 300


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("", 0, "the expression ends too early", "expected '(' or a name or a number or a text in quotes"),
        ("a+", 2, "the expression ends too early", "expected '(' or a name or a number or a text in quotes"),
        ("f(a", 3, "the expression ends too early", "expected '(' or ')' or ',' or '[' or a comparison"),
        ("a b", 2, "'b' cannot stand here", "expected '(' or '[' or a comparison or the end"),
        ("a in (b)", 6, "'b' cannot stand here", "expected a number or a text in quotes"),
        ("a is presnt", 5, "'presnt' cannot stand here", "did you mean present?"),
        ("a adn b", 2, "'adn' cannot stand here", "did you mean and?"),
        ("a ge b", 2, "'ge' cannot stand here", "did you mean >=?"),
        ("a == b", 2, "'==' cannot stand here", "equality is written ="),
        ("a = 'x", 4, "a text in quotes has no end", ""),
        ('a = "x"', 4, "'\"' cannot stand here", "texts stand in single quotes"),
        ("a = b; c", 5, "';' cannot stand here", ""),
        ("A missing.x", 2, "'missing.x' cannot stand here", "expected '(' or '[' or a comparison or the end"),
        ("min(a, b)", 0, "min() takes one value", "the least or greatest of several values of one record: "
         "least(), greatest()"),
        ("rank(a)", 0, "rank() takes no value", ""),
        ("f(a on b)", 0, "'on' cannot be used in f()", "it belongs to first, last, min, max, sum, mean, "
         "count, only, same, rank, next and previous"),
        ("first(a on b on c)", 0, "'on' is given twice in first()", ""),
        ("(" * 2000 + "a" + ")" * 2000, 0, "the expression is nested too deeply", "divide it among several "
         "variables"),
    ],
)  # fmt: skip
def test_messages(text: str, at: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert (error.at, error.message, error.hint, error.code) == (at, message, hint, "CED015")
