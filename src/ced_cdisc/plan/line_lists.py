"""Codelists of single lines: where a variable has not one list for all records, each line has its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import is_closed
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Line
from ced_cdisc.plan.references import lines_of
from ced_cdisc.plan.told import Report

Part = TypeVar("Part", Block, Computed)


def with_line_lists(plan: DatasetPlan) -> DatasetPlan:
    """The plan of a dataset, of which each line with a codelist of its own tells what is no term of it.

    So do the other lines of such a variable, with the list of the variable. A list that all lines name is
    that of the variable, whose values are looked at together; a qualifier has none but those of its lines.
    """
    whole = {variable.name: variable.codelist for variable in plan.variables}
    lines: dict[str, list[Line]] = {}
    for line in lines_of(plan):
        if line.verb != "absent":
            lines.setdefault(line.variable, []).append(line)
    apart = {
        name: whole.get(name)
        for name, made in lines.items()
        if any(one.codelist is not None and one.codelist != whole.get(name) for one in made)
    }
    if not apart:
        return plan
    variables = [
        replace(one, lists=tuple(found))
        if one.name in apart and (found := _lists(lines[one.name], one.codelist))
        else one
        for one in plan.variables
    ]
    return replace(
        plan,
        blocks=tuple(_held(part, apart) for part in plan.blocks),
        computed=tuple(_held(part, apart) for part in plan.computed),
        lines=tuple(_line(line, apart) for line in plan.lines),
        variables=tuple(variables),
    )


def _lists(lines: list[Line], usual: Codelist | None) -> list[Codelist]:
    found = [line.codelist or usual for line in lines]
    return [one for one in dict.fromkeys(found) if one is not None]


def _held(part: Part, apart: Mapping[str, Codelist | None]) -> Part:
    return replace(part, lines=tuple(_line(line, apart) for line in part.lines))


def _line(line: Line, apart: Mapping[str, Codelist | None]) -> Line:
    """The line, which tells of values outside its list, unless it writes what the plan has looked up."""
    if line.variable not in apart or isinstance(line.tree, tree.Literal | tree.Recode):
        return line
    listed = line.codelist or apart[line.variable]
    if listed is None or not listed.terms or not is_closed(listed, line.type):
        return line
    terms = tuple(tree.Literal(value=term.value, at=line.tree.at, type=Type.TEXT) for term in listed.terms)
    inside = tree.Member(of=line.tree, values=terms, at=line.tree.at, type=Type.TRUTH)
    outside = tree.Negated(of=inside, at=line.tree.at, type=Type.TRUTH)
    return replace(line, reports=(*line.reports, Report("unlisted", outside, line.where, codelist=listed)))
