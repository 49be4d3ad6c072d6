"""A syntax tree to a polars expression, with the places where a value of the data could not be taken.

The functions are handed in, so that the language knows no derivation. Aggregates are computed beforehand into
hidden columns by the caller, who says which column holds which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache, reduce
from typing import Any, NoReturn

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.dates import read_date
from ced_cdisc.core.imputation import impute
from ced_cdisc.expr import intervals, tree
from ced_cdisc.expr.fault import Fault
from ced_cdisc.expr.marks import LACKING, OPEN, TIED, marks
from ced_cdisc.expr.matching import spellings
from ced_cdisc.expr.near import by_last_digits, may_be_near
from ced_cdisc.expr.plugins import plugin
from ced_cdisc.expr.signature import signature_of
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import (
    DTYPES,
    Argument,
    Function,
    column,
    each,
    each_pair,
    each_row,
    missing,
    power,
    quotient,
    text_of,
    true,
    written,
)

MANY = "_many"
"""Suffix of the hidden column that counts the records an ``only`` found."""

TIE, IN_DOUBT, NEAR, NOT_THERE = "tie", "in doubt", "near", "not there"
"""Kinds of what is no fault: a note tells of it."""
_UNSETTLED = {TIED: TIE, OPEN: IN_DOUBT, LACKING: NOT_THERE}

BESIDE = "\x1f"
"""Between the date and the time in the value that a fault of a date shows."""


class Compiled(Struct, frozen=True):
    """An expression and its possible faults."""

    expr: pl.Expr
    faults: tuple[Fault, ...]


def compile_node(
    node: tree.Node,
    functions: Mapping[str, Function],
    columns: Collection[str],
    aggregates: Mapping[tree.Aggregate, str] | None = None,
) -> Compiled:
    """The polars expression of a tree.

    Args:
        node: a resolved tree: every node has its type.
        functions: what computes each :class:`tree.Call`, and ``number`` for :class:`tree.ReadNumber`.
        columns: the columns of the frame; a variable of the own dataset that is not there is
            missing on every row.
        aggregates: the hidden column of each aggregate in the tree.
    """
    if isinstance(node, tree.Literal) and _is_typed(node):
        return Compiled(written(node.value, node.type), ())
    compiler = _Compiler(functions, columns, aggregates or {})
    expr = compiler.visit(node)
    if node.type in (None, Type.MISSING):
        return Compiled(expr, tuple(compiler.faults))
    return Compiled(expr.cast(DTYPES[node.type]), tuple(compiler.faults))


def _is_typed(node: tree.Literal) -> bool:
    """Whether a literal's expression has the type of the node as it is: the most frequent of all lines."""
    return node.value in (None, "") or node.type is (
        Type.TEXT if isinstance(node.value, str) else Type.NUMBER
    )


class _Compiler:
    def __init__(
        self,
        functions: Mapping[str, Function],
        columns: Collection[str],
        aggregates: Mapping[tree.Aggregate, str],
    ) -> None:
        self._functions = functions
        self._columns = columns
        self._aggregates = aggregates
        self._path: list[pl.Expr] = []
        self.faults: list[Fault] = []

    def visit(self, node: tree.Node) -> pl.Expr:
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _fault(self, node: tree.Node, kind: str, bad: pl.Expr, shown: pl.Expr) -> None:
        self.faults.append(Fault(node, kind, bad, shown, tuple(self._path)))

    @contextmanager
    def _branch(self, condition: pl.Expr):
        self._path.append(condition)
        yield
        self._path.pop()

    # leaves

    def _literal(self, node: tree.Literal) -> pl.Expr:
        return written(node.value, node.type)

    def _column(self, node: tree.Column) -> pl.Expr:
        if node.key not in self._columns and not node.owner:
            return missing(node.type)
        return column(node.key)

    def _aggregate(self, node: tree.Aggregate) -> pl.Expr:
        name = self._aggregates[node]
        if node.func == "only":
            self._fault(node, "only", pl.col(name + MANY) > 1, missing(Type.TEXT))
        shown = pl.col(name) if node.func in ("min", "max") else missing(Type.TEXT)
        for mark in marks(node):
            self._fault(node, _UNSETTLED[mark], pl.col(name + mark), shown)
        return pl.col(name)

    def _selected(self, node: tree.Selected) -> NoReturn:
        raise TypeError(f"{node.name}[..] must be an aggregate by now")

    # logic

    def _truth(self, node: tree.Node) -> pl.Expr:
        return missing(Type.TRUTH) if node.type is Type.MISSING else self.visit(node)

    def _both(self, node: tree.Both) -> pl.Expr:
        left, right = self._sides(node, settled=False)
        return left & right

    def _either(self, node: tree.Either) -> pl.Expr:
        left, right = self._sides(node, settled=True)
        return left | right

    def _sides(self, node: tree.Both | tree.Either, *, settled: bool) -> tuple[pl.Expr, pl.Expr]:
        """Both sides; what last digits decide in one of them matters where the other one settles nothing."""
        start, left = len(self.faults), self._truth(node.left)
        middle, right = len(self.faults), self._truth(node.right)
        for place in range(start, len(self.faults)):
            if (fault := self.faults[place]).kind == NEAR:
                open_ = (right if place < middle else left).ne_missing(pl.lit(settled))
                self.faults[place] = replace(fault, wrong=fault.wrong & open_)
        return left, right

    def _negated(self, node: tree.Negated) -> pl.Expr:
        return ~self._truth(node.of)

    def _ismissing(self, node: tree.IsMissing) -> pl.Expr:
        of = self.visit(node.of)
        return of.is_not_null() if node.negated else of.is_null()

    def _compared(
        self, at: tree.Node, op: str, left: tree.Node, right: tree.Node, lhs: pl.Expr, rhs: pl.Expr
    ) -> pl.Expr:
        kinds = {left.type, right.type}
        if Type.MISSING in kinds:
            return missing(Type.TRUTH)
        if Type.DTC in kinds:
            return intervals.compare(op, lhs, rhs)
        holds = _COMPARED[op](lhs, rhs)
        if may_be_near(left, right):
            self._fault(at, NEAR, by_last_digits(op, (left, right), lhs, rhs), rhs.cast(pl.String))
        return holds

    def _compare(self, node: tree.Compare) -> pl.Expr:
        left, right = self.visit(node.left), self.visit(node.right)
        return self._compared(node, node.op, node.left, node.right, left, right)

    def _between(self, node: tree.Between) -> pl.Expr:
        of, low, high = self.visit(node.of), self.visit(node.low), self.visit(node.high)
        above = self._compared(node, ">=", node.of, node.low, of, low)
        return above & self._compared(node, "<=", node.of, node.high, of, high)

    def _member(self, node: tree.Member) -> pl.Expr:
        of = self.visit(node.of)
        if node.of.type is Type.MISSING:
            return missing(Type.TRUTH)
        if node.of.type is Type.DTC:
            equal = [intervals.compare("=", of, self.visit(value)) for value in node.values]
            found = reduce(lambda one, other: one | other, equal)
            return ~found if node.negated else found
        values = [v.value for v in node.values if v.value is not None]
        found = _is_in(of, pl.Series(values, dtype=DTYPES[node.of.type or Type.TEXT]))
        found = pl.when(of.is_not_null()).then(found)
        return ~found if node.negated else found

    # numbers

    def _arithmetic(self, node: tree.Arithmetic) -> pl.Expr:
        value = self._unbounded(node)
        return pl.when(value.is_finite()).then(value)

    def _unbounded(self, node: tree.Arithmetic) -> pl.Expr:
        """The value, which may be infinite: a sum or product of such a number is no finite one either."""
        if Type.MISSING in (node.left.type, node.right.type):
            return missing(Type.NUMBER)
        is_plain = node.op in ("+", "-", "*")
        left, right = (
            self._unbounded(side) if is_plain and isinstance(side, tree.Arithmetic) else self.visit(side)
            for side in (node.left, node.right)
        )
        if node.op == "**":
            return each_pair(left, right, power, Type.NUMBER)
        if node.op == "/":
            return quotient(left, right)
        return {"+": left.add, "-": left.sub, "*": left.mul}[node.op](right)

    def _negative(self, node: tree.Negative) -> pl.Expr:
        return missing(Type.NUMBER) if node.of.type is Type.MISSING else -self.visit(node.of)

    # calls

    def _call(self, node: tree.Call) -> pl.Expr:
        if node.name == "if":
            return self._if(node)
        if node.name == "coalesce":
            return self._coalesce(node)
        return self._apply(node, node.name, node.args)

    def _apply(self, node: tree.Node, name: str, args: tuple[tree.Node, ...]) -> pl.Expr:
        result = self._functions[name]([self._argument(arg) for arg in args])
        if isinstance(result, pl.Expr):
            return result
        self._fault(node, result.kind, result.bad, result.shown)
        return result.value

    def _plugin(self, node: tree.Plugin) -> pl.Expr:
        kinds = [parameter.types[0] for parameter in signature_of(node.derivation).parameters]
        args = [self._typed(arg, kind) for arg, kind in zip(node.args, kinds, strict=True)]
        result = plugin(node.derivation, args, node.type or Type.TEXT)
        self._fault(node, result.kind, result.bad, result.shown)
        return result.value

    def _argument(self, node: tree.Node) -> Argument:
        value = node.value if isinstance(node, tree.Literal) else None
        return Argument(self.visit(node), node.type or Type.MISSING, value)

    def _typed(self, node: tree.Node, kind: Type | None) -> pl.Expr:
        return missing(kind) if node.type is Type.MISSING else self.visit(node)

    def _if(self, node: tree.Call) -> pl.Expr:
        condition, then, other = node.args
        holds = self._truth(condition)
        with self._branch(holds):
            yes = self._typed(then, node.type)
        with self._branch(~true(holds)):
            no = self._typed(other, node.type)
        return pl.when(holds).then(yes).otherwise(no)

    def _coalesce(self, node: tree.Call) -> pl.Expr:
        values: list[pl.Expr] = []
        for arg in node.args:
            if not values:
                values.append(self._typed(arg, node.type))
                continue
            with self._branch(pl.coalesce(values).is_null()):
                values.append(self._typed(arg, node.type))
        return pl.coalesce(values)

    # what reads raw text

    def _text(self, node: tree.Node) -> pl.Expr:
        """A raw value as text; a number as its text."""
        if node.type is Type.NUMBER:
            return self._functions["text"]([self._argument(node)])  # type: ignore[return-value]
        return self._typed(node, Type.TEXT)

    def _recode(self, node: tree.Recode) -> pl.Expr:
        of = self._text(node.of)
        if node.match or node.ignore_case:
            return self._matched(node, of)
        terms: dict[str, str | None] = {}
        for code, term in node.pairs:
            terms.setdefault(code, term or None)
        old = pl.Series(list(terms), dtype=pl.String)
        if node.otherwise is None:
            self._fault(node, "recode", ~_is_in(of, old), of)
            rest = missing(Type.TEXT)
        else:
            rest = pl.when(of.is_not_null()).then(pl.lit(node.otherwise or None, dtype=pl.String))
        if not terms:
            return rest
        new = pl.Series(list(terms.values()), dtype=pl.String)
        value = of.replace_strict(old, new, default=None, return_dtype=pl.String)
        return value if node.otherwise is None else pl.when(_is_in(of, old)).then(value).otherwise(rest)

    def _matched(self, node: tree.Recode, of: pl.Expr) -> pl.Expr:
        """Codes by table and terms, as they are spelt and then with case ignored."""
        exact, folded = spellings(node)
        lower = of.str.to_lowercase()
        steps = [(of, exact)] + [(lower, folded)] * node.ignore_case
        known, several = pl.lit(False), pl.lit(False)
        value = (
            missing(Type.TEXT) if node.otherwise is None else pl.lit(node.otherwise or None, dtype=pl.String)
        )
        for text, meant in reversed(steps):
            one = {spelt: terms[0] or None for spelt, terms in meant.items() if len(terms) == 1}
            two = [spelt for spelt, terms in meant.items() if len(terms) > 1]
            here = text.is_in(pl.Series(list(meant), dtype=pl.String).implode())
            new = pl.Series(list(one.values()), dtype=pl.String)
            old = pl.Series(list(one), dtype=pl.String)
            found = text.replace_strict(old, new, default=None, return_dtype=pl.String) if one else None
            value = pl.when(here).then(missing(Type.TEXT) if found is None else found).otherwise(value)
            known |= here
            several = (
                pl.when(here).then(text.is_in(pl.Series(two, dtype=pl.String).implode())).otherwise(several)
            )
        self._fault(node, "several", several, of)
        if node.otherwise is None:
            self._fault(node, "recode", ~known, of)
        return pl.when(of.is_not_null()).then(value)

    def _readnumber(self, node: tree.ReadNumber) -> pl.Expr:
        return self._apply(node, "number", (node.of,))

    def _readdate(self, node: tree.ReadDate) -> pl.Expr:
        day, how = self._text(node.date), (node.formats, node.time_formats, node.pivot)
        if node.time is None:
            read = each(day, lambda d: _read(d, None, *how), Type.DTC)
            shown = day
        else:
            time = self._text(node.time)
            read = each_pair(day, time, lambda d, t: _read(d, t, *how), Type.DTC)
            shown = day.fill_null("") + text_of(BESIDE) + time.fill_null("")
        bad = read == text_of(_TROUBLE)
        self._fault(node, "date", bad, shown)
        return pl.when(~bad).then(read)

    def _impute(self, node: tree.Impute) -> pl.Expr:
        kind, rule, lows = node.type or Type.DATE, node.rule, len(node.not_before)
        read = datetime.fromisoformat if rule.moment else date.fromisoformat

        def imputed(dtc: str | None, *bounds: str | None) -> date | None:
            made = impute(dtc, rule, bounds[:lows], bounds[lows:])
            return None if made is None else read(made)

        of = self._typed(node.of, Type.DTC)
        if rule.moment:
            self._apply(node, "datetime", (node.of,))  # its faults are those of the collected moment
        written = [self._date_text(bound) for bound in (*node.not_before, *node.not_after)]
        return each_row([of, *written], imputed, kind)

    def _date_text(self, node: tree.Node) -> pl.Expr:
        """A date as ISO 8601 text."""
        return self._functions["text"]([self._argument(node)])  # type: ignore[return-value]


_TROUBLE = "\x00"
"""Stands in a column of dates for one that could not be read."""

_COMPARED: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": pl.Expr.eq, "!=": pl.Expr.ne, "<": pl.Expr.lt, "<=": pl.Expr.le, ">": pl.Expr.gt, ">=": pl.Expr.ge,
}  # fmt: skip


def _is_in(of: pl.Expr, values: pl.Series) -> pl.Expr:
    """Whether a value is one of several.

    A series beside a value that is the same for all rows would make one row of them all.
    """
    if of.meta.root_names():
        return of.is_in(pl.Series([values], dtype=pl.List(values.dtype)))
    return reduce(lambda one, other: one | other, (of == value for value in values.to_list()), of != of)


@lru_cache(maxsize=200_000)
def _read(
    date: Any, time: Any, formats: tuple[str, ...], time_formats: tuple[str, ...], pivot: int | None
) -> str | None:
    """ISO 8601 text, or that it could not be read: one look gives the value and whether it is at fault."""
    reading = read_date(date, time, formats, time_formats, pivot)
    return _TROUBLE if reading.trouble else reading.dtc
