"""Value-level metadata: what differs between the records of one variable, told apart by another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.metadata import Codelist, Comment, Method, Origin, RangeCheck, ValueLevel, merge_origins
from ced_cdisc.describe.by_variable import ByVariable
from ced_cdisc.describe.held import Held
from ced_cdisc.describe.types import Measured, all_of, measure, measure_results
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.branches import STUDY, Branch
from ced_cdisc.plan.by_source import inside, merge_comments, merge_methods
from ced_cdisc.plan.model import DatasetPlan, Line, VariablePlan

_MISSING = "MISSING"
"""Stands for a missing value in identifiers."""
_Place = tuple[str | None, str | None]
"""A value of the dividing variable and one of the second, None for a missing one, "" for any."""


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
    derived = _derived_records(plan, held, variable.name, by) if by != "DTYPE" else {}
    found = _values(plan, spec, held, variable, by, derived)
    numbers = [v.measured for v in found if v.measured.type in ("integer", "float")]
    planned = _decimals(plan, variable, by) and numbers and len(numbers) == len(found)
    whole = all_of(numbers) if planned else None
    if len({(_likeness(v), v.second) for v in found}) < 2:
        codelist = _common_codelist(spec, held.values(by), variable)
        if not found:
            return ByValue((), codelist, whole)
        words = found[0].words
        other = (words.origin.type, words.origin.source) != (variable.origin.type, variable.origin.source)
        if not other and not any(derived.values()):
            return ByValue((), codelist, whole)
        return ByValue((), codelist, whole, words.origin, _named(words.method, plan.name, variable.name))
    labels = _labels(plan, by)
    rows: dict[object, list[_Value]] = {}
    for value in found:
        rows.setdefault((_likeness(value), _text_length(variable, value), value.second), []).append(value)
    divided = _Divided(plan, variable, by, spec.also(variable.name), held)
    made = [_level(divided, sorted(alike, key=lambda v: v.name or ""), labels) for alike in rows.values()]
    levels = tuple(sorted(made, key=lambda level: [check.values for check in level.where]))
    return ByValue(levels, None, whole)


def _labels(plan: DatasetPlan, by: str) -> dict[str, str]:
    """Labels of value-level rows: the names of tests and parameters, of which a value is one.

    The decodes of other dividing variables, such as DTYPE, name something else than the value.
    """
    divider = next((v for v in plan.variables if v.name == by), None)
    if divider is None or divider.codelist is None or not by.endswith(("TESTCD", "PARAMCD", "PARMCD")):
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
    for name, second, present in _groups(held, variable.name, (by, spec.also(variable.name)), said):
        decimals = _decimals(plan, variable, by).get(name or "")
        measured = measure(present, variable.kind, variable.name, sdtm=plan.kind == "sdtm", decimals=decimals)
        if measured.empty:
            continue
        words = said.get((name, second)) or said.get((name, ""))
        words = words or _Said(variable.origin, variable.method, variable.codelist, None)
        words = _with_derived(words, derived.get(name or "", {}), by_lines=given)
        codelist = bound.get(name or "", words.codelist or variable.codelist)
        if codelist is not words.codelist:
            words = replace(words, codelist=codelist)
        if variable.name.endswith("ORRES") and codelist is None:
            measured = measure_results(present) or measured
        shown = decimals if measured.type in ("integer", "float") else None
        found.append(_Value(name, measured, words, second, shown))
    return found


def _decimals(plan: DatasetPlan, variable: VariablePlan, by: str) -> Mapping[str, int]:
    """The decimals of a variable's values by parameter; a date or a count beside AVAL has none of its."""
    return plan.decimals if by == "PARAMCD" and variable.name in ("AVAL", "BASE", "CHG") else {}


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
    """One value of the dividing variable: what was measured on its records and what the spec says of them.

    ``name`` is None for records in which that variable is missing.
    """

    name: str | None
    measured: Measured
    words: _Said
    second: str | None = ""
    """That of the second variable, where the records come about differently by it; else empty."""
    decimals: int | None = None
    """Those that the spec gives, with which its numbers are shown; the values may have more."""


class _Divided(Struct, frozen=True):
    """A variable of a dataset, and the two by whose values its metadata differ."""

    plan: DatasetPlan
    variable: VariablePlan
    by: str
    second: str
    held: Held

    def check(self, name: str, values: Sequence[str | None]) -> RangeCheck:
        """The records in which a variable has one of the values; with a missing one, none of the others."""
        texts = tuple(value for value in values if value is not None)
        if len(texts) < len(values):
            others = {str(value) for value in self.held.values(name) - {None}} - {*texts}
            return RangeCheck(self.plan.name, name, "NOTIN", tuple(sorted(others)))
        return RangeCheck(self.plan.name, name, "EQ" if len(texts) == 1 else "IN", texts)


def _likeness(value: _Value) -> object:
    """What two values must share to be described by one row."""
    measured, words = value.measured, value.words
    return (
        measured.type if not value.decimals else "number",
        value.decimals or measured.significant_digits,
        words.origin,
        words.method.text if words.method else "",
        words.codelist.id if words.codelist else "",
        words.comment.text if words.comment else "",
    )


def _text_length(variable: VariablePlan, value: _Value) -> int:
    """The length that rows of a text do not share; results differ in it by chance."""
    is_text = value.measured.type == "text" and not variable.name.endswith("ORRES")
    return value.measured.length if is_text else 0


def _level(divided: _Divided, alike: list[_Value], labels: dict[str, str]) -> ValueLevel:
    plan, variable, by = divided.plan, divided.variable, divided.by
    names = [value.name for value in alike]
    words, second = alike[0].words, alike[0].second
    first, apart = names[0] or _MISSING, "" if second == "" else second or _MISSING
    identifier = f"{plan.name}.{variable.name}.{_plain(first)}" + f".{_plain(apart)}" * bool(apart)
    sourced = (("", value.words.method) for value in alike)
    method = merge_methods(sourced) if words.origin.type == "Derived" else None
    if method is not None:
        method = replace(
            method,
            id=identifier,
            name=f"Derivation of {variable.name} for {listed([name or f'no {by}' for name in names])}"
            + f" of {second or f'no {divided.second}'}" * bool(apart),
        )
    comment = words.comment
    if comment is not None:
        comment = replace(comment, id=identifier)
    one = len(names) == 1
    decimals = next((value.decimals for value in alike if value.decimals is not None), None)
    if decimals is None:
        measured = max((value.measured for value in alike), key=lambda found: found.length)
    else:
        measured = all_of([value.measured for value in alike])
    where = (divided.check(by, names),)
    return ValueLevel(
        where=(*where, divided.check(divided.second, [second])) if apart else where,
        label=labels.get(first, variable.label) if one else variable.label,
        type=measured.type,
        length=measured.length,
        significant_digits=measured.significant_digits,
        display_format=variable.format or _display_format(measured, decimals),
        origin=words.origin,
        method=method,
        codelist=words.codelist,
        comment=comment,
    )


def _display_format(measured: Measured, decimals: int | None) -> str:
    """The SAS format of numbers whose decimals the spec gives, such as 6.2; the values may have more."""
    if decimals is None:
        return ""
    whole = measured.length - (measured.significant_digits or 0) - (measured.type == "float")
    return f"{whole + 1 + decimals}.{decimals}" if decimals else f"{whole}."


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
    apart = any(second != "" for _, second in _said_by_value(spec, variable, by))
    return tuple(dict.fromkeys([by, spec.also(variable), variable] if apart else [by, variable]))


def _groups(
    held: Held, variable: str, by: tuple[str, str], said: Mapping[_Place, _Said]
) -> Iterator[tuple[str | None, str | None, AbstractSet[Any]]]:
    """What each value of the divider has of the variable; by the second one where that tells them apart."""
    apart = {name for name, second in said if second != ""}
    lacking = any(name is None for name, _ in said)
    together: dict[_Place, set[Any]] = {}
    for (value, *others), values in held.groups(by if apart else by[:1], variable):
        if value is None and not lacking:
            continue
        name = None if value is None else str(value)
        if not apart:
            yield name, "", values - {None}
            continue
        second = None if others[0] is None else str(others[0])
        together.setdefault((name, second if name in apart else ""), set()).update(values - {None})
    yield from ((name, second, values) for (name, second), values in together.items())


def _said_by_value(spec: ByVariable, variable: str, by: str) -> dict[_Place, _Said]:
    """What each value of the divider means, for all of its records ("") or by the second one.

    The second one tells apart where it is known of the records that give the variable another origin; the
    object of a finding also where it is all else that is said of its values.
    """
    found: dict[str | None, dict[str | None, list[tuple[str, Line]]]] = {}
    kinds: dict[str | None, dict[str | None, set[object]]] = {}
    for branch in spec.branches:
        own = [(branch.source, x) for x in branch.lines.get(variable, ()) if x.verb != "absent"]
        also = spec.also(variable)
        seconds = {branch.study} if also == STUDY else branch.texts(also) or {""}
        for value in _in_order(branch.texts(by) or ()):
            for second in _in_order(seconds):
                found.setdefault(value, {}).setdefault(second, []).extend(own)
                if own and also.endswith("OBJ"):
                    kinds.setdefault(value, {}).setdefault(second, set()).update(_kinds(own, branch))
    said: dict[_Place, _Said] = {}
    for value, seconds in found.items():
        lines = [line for own in seconds.values() for line in own]
        origins = {replace(line.origin, documents=()) for _, line in lines}
        by_object = kinds.get(value, {})
        differ = "" not in by_object and len({frozenset(said) for said in by_object.values()}) > 1
        if len(origins) > 1 or differ:
            said |= {(value, second): _merged(own) for second, own in seconds.items() if own}
        elif lines:
            said[value, ""] = _merged(lines)
    return said


def _kinds(own: Sequence[tuple[str, Line]], branch: Branch) -> Iterator[object]:
    """What is said of a variable's values in some records, and whether their results are numbers."""
    number = any(name.endswith("STRESN") for name in branch.lines)
    for _, line in own:
        method, codelist, comment = line.method, line.codelist, line.comment
        yield number, method and method.text, codelist and codelist.id, comment and comment.text


def _in_order(texts: Iterable[str | None]) -> list[str | None]:
    return sorted(texts, key=lambda text: text or "")


def _merged(lines: list[tuple[str, Line]]) -> _Said:
    first = lines[0][1]
    method = merge_methods((source, line.method) for source, line in lines)
    comment = merge_comments((source, line.comment) for source, line in lines)
    return _Said(merge_origins(line.origin for _, line in lines), method, first.codelist, comment)
