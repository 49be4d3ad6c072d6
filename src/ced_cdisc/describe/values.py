"""Value-level metadata: what differs between the records of one variable, told apart by another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.metadata import Codelist, Comment, Method, Origin, RangeCheck, ValueLevel, merge_origins
from ced_cdisc.describe.by_variable import STUDY, ByVariable
from ced_cdisc.describe.held import Held
from ced_cdisc.describe.types import Measured, all_of, measure, measure_results, with_decimals
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.by_source import inside, merge_methods
from ced_cdisc.plan.model import DatasetPlan, Line, VariablePlan


class _Said(Struct, frozen=True):
    """What the spec says of a variable's values in some records."""

    origin: Origin
    method: Method | None
    codelist: Codelist | None
    comment: Comment | None


class ByValue(Struct, frozen=True):
    """What differs between the records of a variable, or holds for all of them.

    Attributes:
        levels: its value level; nothing where all records are alike.
        codelist: that of all records, where there is no value level.
        measured: numbers as wide and fine as those of any value, where the spec gives decimals of some.
        origin, method: where derived records are among those that are alike; None where there are none.
    """

    levels: tuple[ValueLevel, ...] = ()
    codelist: Codelist | None = None
    measured: Measured | None = None
    origin: Origin | None = None
    method: Method | None = None


def by_value(plan: DatasetPlan, spec: ByVariable, held: Held, variable: VariablePlan) -> ByValue:
    """What is said of a variable's records by the value of the variable that divides them.

    Values of the dividing variable of which the same is said share a row, and a variable of which the same is
    said for all of them has no value level: neither has one that differs in the lengths of its texts alone.
    The results of a test are described as the numbers that they are. A value whose records hold nothing of
    the variable is left out. One that comes about otherwise in a pooled study has a row for each study.
    """
    by = spec.dividers.get(variable.name)
    if by is None or by not in held or variable.name not in held:
        return ByValue()
    derived = _derived_records(plan, held, variable.name, by)
    found = _values(plan, spec, held, variable, by, derived)
    numbers = [v.measured for v in found if v.measured.type in ("integer", "float")]
    planned = by == "PARAMCD" and plan.decimals and numbers and len(numbers) == len(found)
    whole = all_of(numbers) if planned else None
    if len({(_likeness(v), v.study) for v in found}) < 2:
        codelist = _common_codelist(spec, held.values(by), variable)
        if not found or not any(derived.values()):
            return ByValue((), codelist, whole)
        words = found[0].words
        return ByValue((), codelist, whole, words.origin, _named(words.method, plan.name, variable.name))
    labels = _labels(plan, by)
    rows: dict[object, list[_Value]] = {}
    for value in found:
        rows.setdefault((_likeness(value), _text_length(variable, value), value.study), []).append(value)
    made = [
        _level(plan, variable, by, sorted(alike, key=lambda v: v.name), labels) for alike in rows.values()
    ]
    levels = tuple(sorted(made, key=lambda level: [check.values for check in level.where]))
    return ByValue(levels, None, whole)


def _labels(plan: DatasetPlan, by: str) -> dict[str, str]:
    """Labels of value-level rows: the decodes of the dividing variable's codelist."""
    divider = next((v for v in plan.variables if v.name == by), None)
    if divider is None or divider.codelist is None:
        return {}
    return {term.value: term.decode for term in divider.codelist.terms if term.decode}


def _values(
    plan: DatasetPlan,
    spec: ByVariable,
    held: Held,
    variable: VariablePlan,
    by: str,
    derived: Mapping[str, dict[str, str]],
) -> list[_Value]:
    """The values of the dividing variable, with what was measured and is said of each."""
    said = _said_by_value(spec, variable.name, by)
    bound = spec.value_lists(variable.name)
    given = any(line.variable == "DTYPE" for block in plan.blocks for line in block.lines)
    found: list[_Value] = []
    for name, study, present in _groups(held, variable.name, by, said):
        measured = measure(present, variable.kind, variable.name, sdtm=plan.kind == "sdtm")
        if measured.empty:
            continue
        words = said.get((name, study)) or said.get((name, ""))
        words = words or _Said(variable.origin, variable.method, variable.codelist, None)
        words = _with_derived(words, derived.get(name, {}), by_lines=given)
        codelist = bound.get(name, words.codelist or variable.codelist)
        if codelist is not words.codelist:
            words = replace(words, codelist=codelist)
        if variable.name.endswith("ORRES") and codelist is None:
            measured = measure_results(present) or measured
        decimals = plan.decimals.get(name) if by == "PARAMCD" else None
        if decimals is not None and measured.type in ("integer", "float"):
            measured = with_decimals(measured, decimals)
        found.append(_Value(name, measured, words, study))
    return found


def _common_codelist(spec: ByVariable, dividers: AbstractSet[Any], variable: VariablePlan) -> Codelist | None:
    """The codelist that the spec binds to every value of the dividing variable, if it is one and the same.

    It is that of the variable where the value level would say the same of all records, and so is left out.
    """
    if None in dividers:
        return None
    lists = spec.value_lists(variable.name)
    bound = [lists.get(str(value)) for value in dividers]
    return bound[0] if bound and all(one is not None and one == bound[0] for one in bound) else None


class _Value(Struct, frozen=True):
    """One value of the dividing variable: what was measured on its records and what the spec says of them."""

    name: str
    measured: Measured
    words: _Said
    study: str = ""
    """STUDYID of the records, where those of the value come about differently by study."""


def _likeness(value: _Value) -> object:
    """What two values must share to be described by one row."""
    measured, words = value.measured, value.words
    return (
        measured.type,
        measured.significant_digits,
        words.origin,
        words.method.text if words.method else "",
        words.codelist.id if words.codelist else "",
        words.comment.text if words.comment else "",
    )


def _text_length(variable: VariablePlan, value: _Value) -> int:
    """The length that rows of a text do not share; results differ in it by chance."""
    is_text = value.measured.type == "text" and not variable.name.endswith("ORRES")
    return value.measured.length if is_text else 0


def _level(
    plan: DatasetPlan, variable: VariablePlan, by: str, alike: list[_Value], labels: dict[str, str]
) -> ValueLevel:
    names = tuple(value.name for value in alike)
    words, study = alike[0].words, alike[0].study
    identifier = f"{plan.name}.{variable.name}.{_plain(names[0])}" + f".{_plain(study)}" * bool(study)
    sourced = (("", value.words.method) for value in alike)
    method = merge_methods(sourced) if words.origin.type == "Derived" else None
    if method is not None:
        method = replace(
            method,
            id=identifier,
            name=f"Derivation of {variable.name} for {listed(list(names))}" + f" of {study}" * bool(study),
        )
    comment = words.comment
    if comment is not None:
        comment = replace(comment, id=identifier)
    one = len(names) == 1
    where = (RangeCheck(plan.name, by, "EQ" if one else "IN", names),)
    return ValueLevel(
        where=(*where, RangeCheck(plan.name, STUDY, "EQ", (study,))) if study else where,
        label=labels.get(names[0], variable.label) if one else variable.label,
        type=alike[0].measured.type,
        length=max(value.measured.length for value in alike),
        significant_digits=alike[0].measured.significant_digits,
        display_format=variable.format or _display_format(plan, by, alike),
        origin=words.origin,
        method=method,
        codelist=words.codelist,
        comment=comment,
    )


def _display_format(plan: DatasetPlan, by: str, alike: list[_Value]) -> str:
    """The SAS format of numbers whose decimals the spec gives, such as 6.2."""
    decimals = plan.decimals.get(alike[0].name) if by == "PARAMCD" else None
    if decimals is None or alike[0].measured.type not in ("integer", "float"):
        return ""
    return f"{max(value.measured.length for value in alike)}.{decimals or ''}"


def _derived_records(plan: DatasetPlan, held: Held, variable: str, by: str) -> dict[str, dict[str, str]]:
    """What is said of a variable's values on derived records: by value of the divider, then by DTYPE."""
    if "DTYPE" not in held:
        return {}
    texts: dict[str, list[str]] = {}
    for computed in plan.computed:
        lines = [x for x in computed.lines if x.variable == variable and x.method is not None]
        for line in lines if computed.dtype else ():
            assert line.method is not None
            texts.setdefault(computed.dtype, []).append(line.method.text)
    said = {dtype: " ".join(dict.fromkeys(given)) for dtype, given in texts.items()}
    pairs = {(value, dtype) for value, dtype in held.rows(by, "DTYPE") if None not in (value, dtype)}
    found: dict[str, dict[str, str]] = {}
    for value, dtype in sorted(pairs):
        if dtype in said:
            found.setdefault(str(value), {})[dtype] = said[dtype]
    return found


def _with_derived(words: _Said, derived: dict[str, str], *, by_lines: bool) -> _Said:
    """What the spec says, derived records included; by lines a source record may have a DTYPE as well."""
    if not derived:
        return words
    own = words.method.text if words.method else f"{words.origin.description or words.origin.type}."
    source = f"not {' or '.join(derived)}" if by_lines else "missing"
    texts = [
        f"Where DTYPE is {source}: {inside(own)}",
        *(f"Where DTYPE is {k}: {inside(text)}" for k, text in derived.items()),
    ]
    method = words.method or Method(id="", name="", type="Computation", text="")
    return replace(
        words, origin=Origin("Derived", "Sponsor"), method=replace(method, text=" ".join(texts), formula="")
    )


def _named(method: Method | None, dataset: str, variable: str) -> Method | None:
    """A method as that of a variable."""
    if method is None:
        return None
    return replace(method, id=f"{dataset}.{variable}", name=f"Derivation of {variable}")


def _plain(value: object) -> str:
    """A value as part of an identifier."""
    return re.sub(r"[^A-Za-z0-9]+", "_", str(value)).strip("_")


def columns_of_level(spec: ByVariable, variable: str, by: str) -> tuple[str, ...]:
    """The columns that are read together for the value level of a variable."""
    by_study = any(study for _, study in _said_by_value(spec, variable, by))
    return tuple(dict.fromkeys([by, STUDY, variable] if by_study else [by, variable]))


def _groups(
    held: Held, variable: str, by: str, said: Mapping[tuple[str, str], _Said]
) -> Iterator[tuple[str, str, AbstractSet[Any]]]:
    """What each value of the divider has of the variable; by study as well where one is told apart."""
    apart = {name for name, study in said if study}
    together: dict[tuple[str, str], set[Any]] = {}
    for (value, *studies), values in held.groups((by, STUDY) if apart else (by,), variable):
        if value is None:
            continue
        if not apart:
            yield str(value), "", values - {None}
            continue
        place = str(value), str(studies[0]) if str(value) in apart else ""
        together.setdefault(place, set()).update(values - {None})
    yield from ((name, study, values) for (name, study), values in together.items())


def _said_by_value(spec: ByVariable, variable: str, by: str) -> dict[tuple[str, str], _Said]:
    """What each value of the divider means, in all studies ("") or in one: the lines that assign it.

    A study stands apart where a block takes its records alone and gives the variable another origin.
    """
    found: dict[str, dict[str, list[tuple[str, Line]]]] = {}
    for source, study, lines in spec.parts:
        divider = next((x for x in lines.get(by, ()) if isinstance(x.tree, tree.Literal)), None)
        if divider is None or not isinstance(divider.tree, tree.Literal):
            continue
        own = [(source, x) for x in lines.get(variable, ()) if x.verb != "absent"]
        found.setdefault(str(divider.tree.value), {}).setdefault(study, []).extend(own)
    said: dict[tuple[str, str], _Said] = {}
    for value, studies in found.items():
        lines = [line for own in studies.values() for line in own]
        if len({(line.origin.type, line.origin.description) for _, line in lines}) > 1:
            said |= {(value, study): _merged(own) for study, own in studies.items() if own}
        elif lines:
            said[value, ""] = _merged(lines)
    return said


def _merged(lines: list[tuple[str, Line]]) -> _Said:
    first = lines[0][1]
    method = merge_methods((source, line.method) for source, line in lines)
    return _Said(merge_origins(line.origin for _, line in lines), method, first.codelist, first.comment)
