"""Value-level metadata: what differs between the records of one variable, told apart by another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from ced_cdisc.core.metadata import Codelist, Comment, Method, Origin, RangeCheck, ValueLevel
from ced_cdisc.describe.types import measure
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan, Line, VariablePlan


@dataclass(frozen=True)
class _Said:
    """What the spec says of a variable's values in some records."""

    origin: Origin
    method: Method | None
    codelist: Codelist | None
    comment: Comment | None


def value_levels(
    plan: DatasetPlan, frame: pl.DataFrame, variable: VariablePlan, labels: dict[str, str]
) -> tuple[ValueLevel, ...]:
    """The value level of a variable, or nothing where all its records are alike and it holds no results.

    One row a value of the dividing variable, in the order of the data; a row with no value of the variable
    is left out.
    """
    dividers = [by for name, by in plan.value_level if name == variable.name]
    if not dividers or dividers[0] not in frame.columns or variable.name not in frame.columns:
        return ()
    by = dividers[0]
    groups = (
        frame.select(by, variable.name).drop_nulls(by).partition_by(by, as_dict=True, maintain_order=True)
    )
    said = _said_by_value(plan, variable.name, by)
    made: list[ValueLevel] = []
    for (value,), part in groups.items():
        measured = measure(part[variable.name], variable.kind, variable.name, sdtm=plan.kind == "sdtm")
        if measured.empty:
            continue
        words = said.get(str(value)) or _Said(variable.origin, variable.method, variable.codelist, None)
        method = words.method
        if method is not None and words.origin.type == "Derived":
            method = replace(
                method,
                id=f"{plan.name}.{variable.name}.{_plain(value)}",
                name=f"Derivation of {variable.name} for {value}",
            )
        made.append(
            ValueLevel(
                where=(RangeCheck(plan.name, by, "EQ", (str(value),)),),
                label=labels.get(str(value), variable.label),
                type=measured.type,
                length=measured.length,
                significant_digits=measured.significant_digits,
                display_format=variable.format,
                origin=words.origin,
                method=method if words.origin.type == "Derived" else None,
                codelist=words.codelist,
                comment=words.comment,
            )
        )
    made.sort(key=lambda v: v.where[0].values)
    is_result = variable.name == "AVAL" or variable.name.endswith("ORRES")
    return tuple(made) if is_result or _tells_something(made) else ()


def _plain(value: object) -> str:
    """A value as part of an identifier."""
    return re.sub(r"[^A-Za-z0-9]+", "_", str(value)).strip("_")


def _tells_something(made: list[ValueLevel]) -> bool:
    kinds = {
        (
            v.type,
            v.length,
            v.significant_digits,
            v.origin,
            v.method.text if v.method else "",
            v.codelist.id if v.codelist else "",
        )
        for v in made
    }
    return len(made) > 1 and len(kinds) > 1


def _said_by_value(plan: DatasetPlan, variable: str, by: str) -> dict[str, _Said]:
    """What each value of the divider means: the lines of the blocks that assign it."""
    found: dict[str, list[Line]] = {}
    for lines in (*(b.lines for b in plan.blocks), *(c.lines for c in plan.computed)):
        divider = next((x for x in lines if x.variable == by and isinstance(x.tree, tree.Literal)), None)
        if divider is None or not isinstance(divider.tree, tree.Literal):
            continue
        own = [x for x in lines if x.variable == variable and x.verb != "absent"]
        found.setdefault(str(divider.tree.value), []).extend(own)
    return {value: _merged(lines) for value, lines in found.items() if lines}


def _merged(lines: list[Line]) -> _Said:
    first = lines[0]
    method = merge_methods(line.method for line in lines)
    return _Said(merge_origins(line.origin for line in lines), method, first.codelist, first.comment)


def merge_methods(methods: Iterable[Method | None]) -> Method | None:
    """The methods of several sources of one variable as one: each text and each formula once."""
    listed = [method for method in methods if method is not None]
    if not listed:
        return None
    texts = list(dict.fromkeys(method.text for method in listed))
    formulas = list(dict.fromkeys(method.formula for method in listed if method.formula))
    text = texts[0]
    if len(texts) > 1:
        numbered = " ".join(f"({i}) {words}" for i, words in enumerate(texts, 1))
        text = f"By the source of the record, in the order of the mapping: {numbered}"
    return replace(listed[0], text=text, formula="\n".join(formulas))


def merge_origins(origins: Iterable[Origin]) -> Origin:
    """Origins of one type and source as one, with all their pages; of different types, the first."""
    listed = list(origins)
    first = listed[0]
    if any(
        (o.type, o.source, o.description) != (first.type, first.source, first.description) for o in listed
    ):
        return first
    pages: dict[str, set[int]] = {}
    for origin in listed:
        for ref in origin.documents:
            pages.setdefault(ref.document, set()).update(ref.pages)
    refs = tuple(replace(ref, pages=tuple(sorted(pages[ref.document]))) for ref in first.documents)
    return replace(first, documents=refs)
