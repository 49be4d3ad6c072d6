"""The end of a dataset: its order, the records that stay, and what is checked of its values."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.aggregates import Scope
from ced_cdisc.convert.faults import Place, records_of
from ced_cdisc.convert.lines import filter_true, holds
from ced_cdisc.convert.sources import ORDER, World
from ced_cdisc.convert.texts import FEW, check_texts
from ced_cdisc.core.findings import Severity, Stage, did_you_mean, one_of
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, Argument
from ced_cdisc.plan.model import KEY, SUPP, DatasetPlan, VariablePlan
from ced_cdisc.standards.ct import load_ct


def sort_and_keep(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> pl.DataFrame:
    """Records by the plan's sort (missing first, text by character code), then key; those that only fed
    others are dropped."""
    names = [name for name in dataset.sort if name in frame.columns]
    ordered = frame.sort([*names, ORDER], nulls_last=False, maintain_order=True)
    scope = Scope(world, dataset.name)
    return _qualifiers_as_text(filter_true(ordered, dataset.keep, Place(dataset.name, dataset.where), scope))


def _qualifiers_as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """QVAL is text: qualifiers that are numbers or dates become their text."""
    names = [name for name in frame.columns if name.startswith(SUPP)]
    kinds = {DTYPES[kind]: kind for kind in (Type.NUMBER, Type.DATE, Type.DATETIME)}
    others = [(name, kinds[frame.schema[name]]) for name in names if frame.schema[name] in kinds]
    if not others:
        return frame
    return frame.with_columns(text([Argument(pl.col(name), kind)]).alias(name) for name, kind in others)


def check_values(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED264 for values outside closed codelists, CED265 for checks, CED266 and CED267 for texts, CED275,
    CED548 for keys."""
    _check_keys(frame, dataset, world)
    _check_codelists(frame, dataset, world)
    _check_standard_units(frame, dataset, world)
    check_texts(frame, dataset, world)
    _check_demands(frame, dataset, world)
    _check_pairs(frame, dataset, world)
    for words, node in dataset.checks:
        place = Place(dataset.name, words.where, words)
        failed = frame.filter(~holds(frame, node, place, Scope(world, dataset.name)))
        if failed.height:
            message = f"{dataset.name}: the check {words} fails on {_count(failed.height)}"
            world.faults.add(
                "CED265", message, words.where, "", records_of(failed), Severity.WARNING, Stage.CHECK
            )


def _check_keys(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED548: the keys that define.xml declares, at most with the sequence number, must identify a record."""
    choices = dataset.key_choices([v.name for v in dataset.variables if v.name in frame.columns])
    if not choices or any(frame.select(keys).is_unique().all() for keys in choices):
        return
    keys = list(choices[-1])
    several = frame.filter(pl.struct(keys).is_duplicated())
    shown = ", ".join(
        _key_value(name, value) for name, value in several.select(keys).row(0, named=True).items()
    )
    message = f"{dataset.name}: the keys do not identify {_count(several.height)}, the first with {shown}"
    hint = "add what tells them apart to `sort`, or remove what is there twice"
    world.faults.add("CED548", message, dataset.where, hint, records_of(several), stage=Stage.CHECK)


def _key_value(name: str, value: object) -> str:
    if value is None:
        return f"no {name}"
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} '{value}'"


def _check_demands(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """What every record must meet, such as a date of event or censoring."""
    for demand in dataset.demands:
        failed = frame.filter(
            ~holds(frame, demand.node, Place(dataset.name, demand.where), Scope(world, dataset.name))
        )
        if failed.height:
            message = f"{dataset.name}: {demand.message}, on {_count(failed.height)}"
            world.faults.add(demand.code, message, demand.where, demand.hint, records_of(failed))


def _check_pairs(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED284: within a parameter, AVAL and AVALC of the records with both must be one to one."""
    if dataset.kind != "adam" or not {"PARAMCD", "AVAL", "AVALC"} <= set(frame.columns):
        return
    both = frame.filter(pl.col("AVAL").is_not_null() & pl.col("AVALC").is_not_null())
    pairs = both.select("PARAMCD", "AVAL", "AVALC").unique().sort("PARAMCD", "AVAL", "AVALC")
    where = next(variable.where for variable in dataset.variables if variable.name == "AVALC")
    for one, other in (("AVAL", "AVALC"), ("AVALC", "AVAL")):
        groups = pairs.group_by("PARAMCD", one, maintain_order=True).agg(other)
        for code, value, others in groups.filter(pl.col(other).list.len() > 1).iter_rows():
            shown = one_of([_shown(x) for x in sorted(others)])
            rows = both.filter((pl.col("PARAMCD") == code) & (pl.col(one) == value))
            message = f"{dataset.name}: {code} has {one} {_shown(value)} with {other} {shown}"
            hint = "within a parameter each AVAL has one AVALC, and each AVALC one AVAL"
            world.faults.add("CED284", message, where, hint, records_of(rows))


def _shown(value: str | float) -> str:
    return f"'{value}'" if isinstance(value, str) else f"{value:g}"


def _check_codelists(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED264: one finding for each value of a variable that its closed codelist lacks."""
    bound = [(v, v.codelist) for v in dataset.variables if v.closed and v.codelist and v.codelist.terms]
    if frame.height <= FEW:
        bound = [
            (v, c) for v, c in bound if v.kind not in (Type.TEXT, Type.DTC) or _is_strange(frame[v.name], c)
        ]
    if not bound or frame.is_empty():
        return
    values = [text([Argument(pl.col(variable.name), variable.kind)]) for variable, _ in bound]
    strange = [
        value.is_not_null() & ~value.is_in([term.value for term in codelist.terms])
        for value, (_, codelist) in zip(values, bound, strict=True)
    ]
    found = frame.select(one.any().alias(f"{i}") for i, one in enumerate(strange)).row(0)
    for (variable, codelist), value, bad, any_bad in zip(bound, values, strange, found, strict=True):
        if not any_bad:
            continue
        shown = frame.filter(bad).with_columns(value.alias("__shown"))
        for (term,), rows in shown.group_by("__shown", maintain_order=True):
            _strange_value(str(term), rows, variable, codelist, dataset, world)


def _is_strange(texts: pl.Series, codelist: Codelist) -> bool:
    return not {None, *(term.value for term in codelist.terms)}.issuperset(texts.to_list())


def _strange_value(
    value: str,
    rows: pl.DataFrame,
    variable: VariablePlan,
    codelist: Codelist,
    dataset: DatasetPlan,
    world: World,
) -> None:
    terms = [term.value for term in codelist.terms]
    code = f" ({codelist.code})" if codelist.code else ""
    listed = f"'{value}' is not in the codelist {codelist.name}{code}"
    message = f"{dataset.name}.{variable.name}: {listed}, on {_count(rows.height)}"
    hint = _synonym(value, codelist) or did_you_mean(value, terms) or f"it has {one_of(terms)}"
    world.faults.add("CED264", message, variable.where, hint, records_of(rows))


def _synonym(value: str, codelist: Codelist) -> str:
    """The hint for a value that the terminology knows by another name, before any that only looks alike."""
    published = load_ct("SDTM")
    if codelist.code not in published:
        return ""
    term = published.codelist(codelist.code).by_synonym(value)
    return f"CT has it as a synonym of {term.submission_value}; match: synonym takes it" if term else ""


def _check_standard_units(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED275: records of one test, category, specimen and method with different standard units."""
    prefix = dataset.name[:2]
    code, unit = f"{prefix}TESTCD", f"{prefix}STRESU"
    if dataset.kind != "sdtm" or not {code, unit} <= set(frame.columns):
        return
    keys = [code, *(f"{prefix}{n}" for n in ("CAT", "SPEC", "METHOD") if f"{prefix}{n}" in frame.columns)]
    known = frame.filter(pl.col(unit).is_not_null() & pl.col(code).is_not_null())
    mixed = known.group_by(keys).agg(pl.col(unit).n_unique().alias("__n")).filter(pl.col("__n") > 1)
    if mixed.is_empty():
        return
    where = next(v.where for v in dataset.variables if v.name == unit)
    for values, rows in known.join(mixed, on=keys, how="semi", nulls_equal=True).group_by(keys):
        found = rows.group_by(unit).len().sort(["len", unit], descending=[True, False])[unit].to_list()
        message = f"{dataset.name}.{unit}: test {values[0]} has the standard units {one_of(found)}"
        hint = "a test has one standard unit: 'standard' of the test names it"
        others = rows.filter(pl.col(unit) != found[0])
        world.faults.add("CED275", message, where, hint, records_of(others))


def _count(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"


def shown_columns(frame: pl.DataFrame, dataset: DatasetPlan) -> pl.DataFrame:
    """The variables of the plan in its order, then supplemental qualifiers; where numbers are pinned, KEY."""
    names = [variable.name for variable in dataset.variables]
    pinned = [KEY] if dataset.pinned is not None else []
    return frame.select(*names, *(SUPP + one.name for one in dataset.supplemental), *pinned)
