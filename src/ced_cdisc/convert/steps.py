"""Lines over rows as steps of one query: what each adds is written down, and computed when somebody looks.

A query of polars takes longer than the values of fifty rows. So the lines of a dataset are one query as far
as none must be looked at before the next, and those of all blocks of a source are one. Whether anything is at
fault is a column of it; only where something is, the steps are gone through to say where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert.aggregates import add_aggregates
from ced_cdisc.convert.branches import Use, uses_in
from ced_cdisc.convert.faults import SHOWN, Place
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.reads import names_in
from ced_cdisc.convert.texts import in_ascii
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.fault import Fault, wrong_at_all
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, computed
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.told import Report

_FOUND = "__found"
"""Whether a row shows anything that a step looks for."""
_VALUE = "__value "
"""Begins columns that hold whether a line with a condition gives a value: blocks side by side have a column
for one line, which is missing where a block lacks the line."""


class _Look(Struct, frozen=True):
    """What a step looks for on the rows before it: faults, and records that lines tell of."""

    rows: pl.LazyFrame
    faults: Sequence[tuple[Place, Fault]]
    reports: Sequence[tuple[Report, Place, pl.Expr, pl.Expr]]
    """Each with its condition and the value of the line."""


class _When(Struct, frozen=True):
    """The condition of a line on the rows before it, and the column that tells where the line gives a value.

    The condition itself is looked at only where no value is given.
    """

    rows: pl.LazyFrame
    report: Report
    label: str
    columns: Sequence[str]
    names: Mapping[tree.Aggregate, str]
    variable: str
    marked: bool = False

    @property
    def column(self) -> str:
        """The column in the rows: the variable, or the mark in rows that several blocks share."""
        return f"{_VALUE}{self.variable} {self.report.where}" if self.marked else self.variable

    def held(self, frame: pl.DataFrame) -> bool | None:
        """Whether the condition is true for any of the rows; None where the line has none."""
        values = frame[self.column].drop_nulls()
        if self.marked and not values.len():
            return None
        if values.any() if self.marked else values.len():
            return True
        condition = compile_node(self.report.node, FUNCTIONS, self.columns, self.names).expr
        return bool(computed(self.rows.select(condition.any()))[:, 0].any()) if frame.height else None


class Steps:
    """Rows to which lines add variables."""

    def __init__(
        self, rows: pl.DataFrame, scope: Scope, kinds: Mapping[str, Type], keep: pl.Expr | None = None
    ) -> None:
        """Begin with rows, or with those of them for which ``keep`` is true; ``kinds`` of the variables."""
        self._scope, self._kinds = scope, kinds
        self._rows = rows.lazy() if keep is None else rows.lazy().filter(keep)
        self._known = rows if keep is None else None
        self._columns = dict.fromkeys(rows.columns)
        self._looks: list[_Look] = []
        self._asked: list[_When] = []
        self._in_ascii: dict[str, Place] = {}

    def add(self, lines: Sequence[Line]) -> None:
        """Add a column for each line; the lines are computed in order."""
        for step in _steps(lines):
            self._add(step)

    def rows(self) -> pl.DataFrame:
        """The rows with all that was added; what is at fault is noted."""
        if self._known is None:
            self._take(computed(self._rows))
        assert self._known is not None
        return self._known

    def rows_without_fault(self) -> pl.DataFrame | None:
        """The rows with all that was added; None, and nothing noted, where anything is at fault."""
        if self._known is None:
            frame = computed(self._rows)
            if self._looks and frame[_FOUND].any():
                return None
            self._take(frame)
        return self._known

    def _add(self, lines: Sequence[Line]) -> None:
        """Lines that wait for nothing, in one step."""
        places = [Place.of_line(self._scope.dataset, line) for line in lines]
        uses = [use for line, place in zip(lines, places, strict=True) for use in _uses(line, place)]
        if any(not self._in_ascii.keys().isdisjoint((line.variable, *names_in(line.tree))) for line in lines):
            self.rows()
        names: Mapping[tree.Aggregate, str] = {}
        known = self._columns
        if uses:
            frame, names = add_aggregates(self.rows(), uses, self._scope)
            self._rows, known = frame.lazy(), dict.fromkeys(frame.columns)
        columns: list[pl.Expr] = []
        faults: list[tuple[Place, Fault]] = []
        reports: list[tuple[Report, Place, pl.Expr, pl.Expr]] = []
        for line, place in zip(lines, places, strict=True):
            compiled = compile_node(line.tree, FUNCTIONS, known, names)
            kind = DTYPES[self._kinds.get(line.variable, line.type)]
            expr = compiled.expr if _type_of(line.tree) == kind else compiled.expr.cast(kind)
            columns.append(expr.alias(line.variable))
            faults += [(place, fault) for fault in compiled.faults]
            for report in line.reports:
                if report.kind == "idle":
                    asked = _When(self._rows, report, place.label, list(known), names, line.variable)
                    self._asked.append(asked)
                else:
                    holds = compile_node(report.node, FUNCTIONS, known, names).expr
                    reports.append((report, place, holds, expr))
            if line.policy.transliterate:
                self._in_ascii[line.variable] = place
        if faults or reports:
            found = wrong_at_all([fault for _, fault in faults]) + [
                condition for _, _, condition, _ in reports
            ]
            columns.append(pl.any_horizontal(*found, *([_FOUND] if self._looks else [])).alias(_FOUND))
            self._looks.append(_Look(self._rows, faults, reports))
        self._rows, self._known = self._rows.with_columns(columns), None
        self._columns.update(dict.fromkeys(line.variable for line in lines))

    def _take(self, frame: pl.DataFrame) -> None:
        """Go on from the rows as they were computed."""
        if self._looks and frame[_FOUND].any():
            self._note()
        self._looks.clear()
        for asked in self._asked:
            if (held := asked.held(frame)) is not None:
                self._scope.world.faults.held(asked.label, asked.report.where, int(held))
        self._asked.clear()
        frame = frame[:, list(self._columns)]
        for variable, place in self._in_ascii.items():
            frame = in_ascii(frame, variable, place, self._scope.dataset, self._scope.world)
        self._in_ascii.clear()
        self._known, self._rows = frame, frame.lazy()

    def _note(self) -> None:
        """Note what the rows show, step by step."""
        faults = self._scope.world.faults
        for look in self._looks:
            rows = computed(look.rows)
            faults.in_rows(rows, look.faults)
            for report, place, condition, value in look.reports:
                told = rows.filter(condition)
                if report.kind == "unlisted":
                    told = told.with_columns(value.alias(SHOWN))
                faults.told(told, place.label, report)

    @classmethod
    def of(cls, rows: pl.LazyFrame, columns: Iterable[str], scope: Scope, kinds: Mapping[str, Type]) -> Steps:
        """Begin with rows that are not computed yet, and have these columns."""
        made = cls(pl.DataFrame(), scope, kinds)
        made._rows, made._known, made._columns = rows, None, dict.fromkeys(columns)
        return made

    @classmethod
    def together(cls, several: Sequence[Steps]) -> Steps:
        """The rows of several that began with the same columns, one below the other."""
        if len(several) == 1:
            return several[0]
        for one in several:
            if one._in_ascii:
                one.rows()  # what is changed there are the values of one line
        rows = pl.concat([one._marked() for one in several], how="diagonal")
        columns = (name for one in several for name in one._columns)
        made = cls.of(rows, columns, several[0]._scope, several[0]._kinds)
        made._looks += [look for one in several for look in one._looks]
        made._asked += [replace(asked, marked=True) for one in several for asked in one._asked]
        return made

    def _marked(self) -> pl.LazyFrame:
        """The rows, with the columns that tell where lines with a condition give a value."""
        marks = [
            pl.col(one.variable).is_not_null().alias(replace(one, marked=True).column) for one in self._asked
        ]
        return self._rows.with_columns(marks) if marks else self._rows


def _steps(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in as few steps as their needs allow: a step holds all lines whose needs are made before it.

    A variable that is made twice, or read before it is made, holds all later lines back to keep the order.
    """
    steps: list[list[Line]] = []
    step_of: dict[str, int] = {}
    read: dict[str, int] = {}
    for line in lines:
        names = names_in(line.tree)
        step = max((step_of[name] + 1 for name in names if name in step_of), default=0)
        if line.variable in step_of or line.variable in read:
            step = max(step, step_of.get(line.variable, -1) + 1, read.get(line.variable, 0))
        while len(steps) <= step:
            steps.append([])
        steps[step].append(line)
        step_of[line.variable] = step
        for name in names:
            read[name] = max(read.get(name, 0), step)
    return steps


def _uses(line: Line, place: Place) -> list[Use]:
    """The aggregates of a line, then those that its reports alone look at."""
    uses = uses_in(line.tree, place)
    known = {use.node for use in uses}
    more = (report.node for report in line.reports if report.kind == "same day")
    told = (use for node in more for use in uses_in(node, place))
    return uses + [use for use in told if use.node not in known]


def _type_of(node: tree.Node) -> pl.DataType | None:
    """What the compiled expression of a tree holds for certain."""
    return None if node.type in (None, Type.MISSING) else DTYPES[node.type]
