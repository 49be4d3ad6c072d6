"""Texts that conditions compare variables with: one that the variable never has makes the condition a dud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, one_of
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.expressions import Compiled
from ced_cdisc.plan.model import DatasetPlan, VariablePlan
from ced_cdisc.plan.raw import VisitPlan

_CHOOSING = ("first", "last", "min", "max", "only", "same")


def check_compared(
    compiled: Iterable[Compiled],
    plans: Mapping[str, DatasetPlan],
    visits: VisitPlan | None,
    codelists: Codelists,
    findings: Findings,
) -> None:
    """Report texts that a variable never has: no term of its closed codelist (CED021), else CED110.

    What a variable can have is known where all its lines give written texts only. What comes from raw columns
    is not known before the data are read.
    """
    known = _Known(plans)
    names = _visit_names(visits)
    for one in compiled:
        for column, literal in _pairs(one.node):
            owner, name = column.owner or one.dataset, column.short
            if column.name in names and str(literal.value) not in names[column.name]:
                hint = did_you_mean(str(literal.value), names[column.name])
                problem = f"'{literal.value}' is no visit of visits.yaml"
                findings.add(Finding("CED113", problem, one.text.locate(literal.at), hint=hint))
            variable = known.variable(owner, name)
            if variable is None:
                continue
            text = str(literal.value)
            had = known.texts(owner, name)
            if had is not None and text in had:
                continue
            shown = f"{owner}.{name}"
            if not variable.closed and not had:
                continue
            where = one.text.locate(literal.at)
            if variable.closed:
                codelists.check(variable.codelist, text, where, shown)
            elif had:
                hint = did_you_mean(text, had) or f"it has {one_of(sorted(had))}"
                findings.add(Finding("CED110", f"{shown} is never '{text}'", where, hint=hint))


def _visit_names(visits: VisitPlan | None) -> dict[str, list[str]]:
    """The names that visits.yaml gives to visits.VISIT and to the raw columns of visit names."""
    if visits is None:
        return {}
    raw = [name for visit in visits.planned for name in visit.raw] + [*visits.unscheduled]
    found = {f"{table}.{name}": raw for table, name, _ in visits.tables}
    return found | {"visits.VISIT": [visit.name for visit in visits.planned]}


def _pairs(node: tree.Node) -> Iterator[tuple[tree.Column, tree.Literal]]:
    """Variables beside the texts that they are compared with."""
    for below in tree.walk(node):
        if isinstance(below, tree.Compare) and below.op in ("=", "!="):
            sides = [(below.left, below.right), (below.right, below.left)]
        elif isinstance(below, tree.Member):
            sides = [(below.of, value) for value in below.values]
        else:
            continue
        for column, literal in sides:
            if not isinstance(column, tree.Column) or not isinstance(literal, tree.Literal):
                continue
            if column.type is Type.TEXT and literal.type is Type.TEXT and literal.value:
                yield column, literal


class _Known:
    """The texts that variables can have; None where the plan does not tell."""

    def __init__(self, plans: Mapping[str, DatasetPlan]) -> None:
        self._variables = {(d.name, v.name): v for d in plans.values() for v in d.variables}
        self._lines: dict[tuple[str, str], list[tree.Node]] = {}
        self._rows: dict[tuple[str, str], set[str]] = {}
        self._found: dict[tuple[str, str], set[str] | None] = {}
        for dataset in plans.values():
            parts = (*dataset.blocks, *dataset.computed)
            for line in (*(line for part in parts for line in part.lines), *dataset.lines):
                self._lines.setdefault((dataset.name, line.variable), []).append(line.tree)
            for row in (row for block in dataset.blocks for row in block.rows):
                for name, value in row.items():
                    self._rows.setdefault((dataset.name, name), set()).add(str(value or ""))

    def variable(self, owner: str, name: str) -> VariablePlan | None:
        """A variable of the study."""
        return self._variables.get((owner, name))

    def texts(self, owner: str, name: str) -> set[str] | None:
        """The texts of a variable; a circle adds nothing."""
        key = (owner, name)
        if key not in self._found:
            self._found[key] = set()
            self._found[key] = self._all(owner, self._lines.get(key, ()), self._rows.get(key, set()))
        return self._found[key]

    def _all(self, owner: str, nodes: Iterable[tree.Node], found: set[str]) -> set[str] | None:
        for node in nodes:
            more = self._of(owner, node)
            if more is None:
                return None
            found = found | more
        return found

    def _of(self, owner: str, node: tree.Node) -> set[str] | None:
        """The texts that a tree can give in a dataset."""
        if isinstance(node, tree.Literal):
            return {str(node.value)} if node.value else set()
        if isinstance(node, tree.Recode):
            return {term for _, term in node.pairs if term} | ({node.otherwise} if node.otherwise else set())
        if isinstance(node, tree.Call) and node.name in ("if", "coalesce"):
            return self._all(owner, node.args[1:] if node.name == "if" else node.args, set())
        if isinstance(node, tree.Column):
            from_ = node.owner or owner
            return self.texts(from_, node.short) if (from_, node.short) in self._variables else None
        if isinstance(node, tree.Aggregate) and node.func in _CHOOSING and node.of is not None:
            return self._of(owner, node.of)
        return None
