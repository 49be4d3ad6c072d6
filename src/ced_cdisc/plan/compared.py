"""Constants that conditions compare with: one that the other side never is makes the condition a dud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, one_of
from ced_cdisc.expr import tree
from ced_cdisc.expr.habits import iso_of
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.forms import is_iso
from ced_cdisc.plan.known_texts import UNSCHEDULED, KnownTexts, has, visit_names
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.expressions import Compiled
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.raw import AskedText, VisitPlan

_NEVER = "a comparison with it is never true"


def check_compared(
    compiled: Iterable[Compiled],
    plans: Mapping[str, DatasetPlan],
    visits: tuple[VisitPlan | None, Iterable[VisitPlan]],
    codelists: Codelists,
    findings: Findings,
) -> tuple[AskedText, ...]:
    """Report constants that a compared value never is.

    That is an empty text, or ``missing`` (CED110); beside a date a text that is not ISO 8601 (CED115); no
    term of the variable's closed codelist (CED021); no visit (CED113); else any other text that the variable
    never has (CED110), among them those of another variable or raw column that it is compared with. What a
    variable can have is known where all its lines give written texts only. What comes from raw columns is not
    known before the data are read, but for the names of visits, and codes of which a written table has all.

    Args:
        compiled: the expressions of one study.
        plans: the datasets that they read.
        visits: the visits of that study, and those of the studies that it pools.
        codelists: the lists of the study.
        findings: receives what is found.

    Returns:
        What only the data can tell.
    """
    own = [visits[0]] if visits[0] is not None else []
    known = KnownTexts(plans, [*own, *visits[1]])
    names = _visit_names(own)
    codes = _codes(plans.values(), own)
    asked: dict[AskedText, None] = {}
    for one in compiled:
        for problem in _no_values(one):
            findings.add(problem)
        for column, literal in _pairs(one.node):
            if not _check(one, column, literal, known, names, codelists, findings):
                name = f"{column.owner or one.dataset}.{column.short}"
                where = one.text.locate(literal.at)
                asked[AskedText(one.dataset, name, str(literal.value), where)] = None
        for pair in _alike(one.node):
            for column, other in (pair, pair[::-1]):
                _check_alike(one, column, other, known, codes, findings)
    return tuple(asked)


def _check(
    one: Compiled,
    column: tree.Column,
    literal: tree.Literal,
    known: KnownTexts,
    names: Mapping[str, set[str]],
    codelists: Codelists,
    findings: Findings,
) -> bool:
    """One variable beside one text; whether the specs tell what the variable can have."""
    owner, name, text = column.owner or one.dataset, column.short, str(literal.value)
    if column.name in names and not has(names[column.name], text):
        hint = did_you_mean(text, names[column.name] - {UNSCHEDULED})
        problem = f"'{text}' is no visit of visits.yaml"
        findings.add(Finding("CED113", problem, one.text.locate(literal.at), hint=hint))
    had = known.texts(owner, name)
    variable = known.variable(owner, name)
    closed = variable is not None and variable.closed
    if had is not None and has(had, text):
        return True
    if not closed and not had:
        return column.name in names or (variable is not None and had is not None)
    if variable is not None and any(text == term.value for own in variable.lists for term in own.terms):
        return True
    where, shown = one.text.locate(literal.at), f"{owner}.{name}"
    if variable is not None and variable.closed:
        codelists.check(variable.codelist, text, where, shown)
    elif had:
        hint = did_you_mean(text, had - {UNSCHEDULED}) or f"it has {one_of(sorted(had))}"
        findings.add(Finding("CED110", f"{shown} is never '{text}'", where, hint=hint))
    return True


def _check_alike(
    one: Compiled,
    column: tree.Column,
    other: tree.Column,
    known: KnownTexts,
    codes: Mapping[str, set[tuple[str, str]]],
    findings: Findings,
) -> None:
    """One raw column beside one variable that has the terms of its codes, or none of the codes."""
    here = other.owner or one.dataset
    had = known.texts(here, other.short) if other.name not in codes else None
    given = codes.get(column.name)
    if not had or not given:
        return
    never = {code for code, term in given if has(had, term) and not has(had, code)}
    if never or not any(has(had, code) for code, _ in given):
        code = min(never or {code for code, _ in given})
        problem = f"{column.name} has '{code}', which {here}.{other.short} never is"
        hint = f"compare it with a raw column, as `on {column.name}` does among the rows of {column.owner}"
        findings.add(Finding("CED110", problem, one.text.locate(column.at), hint=hint))


def _alike(node: tree.Node) -> Iterator[tuple[tree.Column, tree.Column]]:
    """Pairs of columns and variables that are compared, or matched by ``on``."""
    for below in tree.walk(node):
        if isinstance(below, tree.Compare) and below.op in ("=", "!="):
            if isinstance(below.left, tree.Column) and isinstance(below.right, tree.Column):
                yield below.left, below.right
        elif isinstance(below, tree.Aggregate) and below.dataset:
            for name in below.on:
                there = below.looked_at(name)
                yield tree.Column(name=name, at=below.at), tree.Column(name=there, at=below.at)


def _codes(plans: Iterable[DatasetPlan], visits: Iterable[VisitPlan]) -> dict[str, set[tuple[str, str]]]:
    """Raw columns of which the specs list all texts, each with what it means: names of visits, and codes."""
    found: dict[str, set[tuple[str, str]]] = {}
    for dataset in plans:
        for made in (line.tree for block in dataset.blocks for line in block.lines):
            if not isinstance(made, tree.Recode) or not isinstance(made.of, tree.Column):
                continue
            if made.otherwise is None and not made.terms and not made.ignore_case:
                found.setdefault(made.of.name, set()).update(made.pairs)
    for one in visits:
        names = {(raw, visit.name) for visit in one.planned for raw in visit.raw}
        found |= {f"{table}.{name}": names for table, name, _ in one.tables}
    return found


def _visit_names(visits: Iterable[VisitPlan]) -> dict[str, set[str]]:
    """The names that visits.yaml gives to visits.VISIT and to the raw columns of visit names."""
    found: dict[str, set[str]] = {}
    for one in visits:
        raw = {name for visit in one.planned for name in visit.raw} | {*one.unscheduled}
        found |= {f"{table}.{name}": raw for table, name, _ in one.tables}
        found["visits.VISIT"] = visit_names(one)
    return found


def _comparisons(node: tree.Node) -> Iterator[tuple[tree.Node, tree.Literal, str]]:
    """Values beside the constants that they are compared with, and how."""
    for below in tree.walk(node):
        if isinstance(below, tree.Compare):
            for of, literal in ((below.left, below.right), (below.right, below.left)):
                if isinstance(literal, tree.Literal):
                    yield of, literal, below.op
        elif isinstance(below, tree.Member):
            yield from ((below.of, value, "in") for value in below.values)


def _pairs(node: tree.Node) -> Iterator[tuple[tree.Column, tree.Literal]]:
    """Variables beside the texts that they are compared with."""
    for of, literal, op in _comparisons(node):
        texts = of.type is Type.TEXT and literal.type is Type.TEXT and bool(literal.value)
        if texts and op in ("=", "!=", "in") and isinstance(of, tree.Column):
            yield of, literal


def _no_values(one: Compiled) -> Iterator[Finding]:
    """Constants that are no values, such as an empty text; and texts that are to be dates and are none."""
    for of, literal, op in _comparisons(one.node):
        if literal.value not in (None, ""):
            continue
        asked = f"{of.name if isinstance(of, tree.Column) else '..'} is "
        asked += "present" if op == "!=" else "missing"
        hint = f"take it out, and write `or {asked}`" if op == "in" else f"write `{asked}`"
        shown = "missing" if literal.value is None else "''"
        yield Finding("CED110", f"{shown} is no value: {_NEVER}", one.text.locate(literal.at), hint=hint)
    for below in tree.walk(one.node):
        if isinstance(below, tree.Literal) and below.type is Type.DTC and below.value:
            text = str(below.value)
            if not is_iso(text):
                hint = f"write '{iso_of(text) or '2018-03-15'}'"
                yield Finding("CED115", f"'{text}' is no ISO 8601 date", one.text.locate(below.at), hint=hint)
