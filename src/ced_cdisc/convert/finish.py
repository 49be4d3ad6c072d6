"""The end of a dataset: its order, the records that stay, and what is checked of its values."""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.faults import COUNT, FIRST, SHOWN, Place, records_of, value_in_words
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.lines import filter_true, hold
from ced_cdisc.convert.made_by import by_line
from ced_cdisc.convert.sources import ORDER, World
from ced_cdisc.convert.texts import Different, check_texts
from ced_cdisc.convert.wording import outside
from ced_cdisc.core.blocks import Blocks, as_held, is_unique
from ced_cdisc.core.findings import Severity, Stage
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, Argument
from ced_cdisc.plan.model import KEY, SUPP, DatasetPlan, VariablePlan
from ced_cdisc.plan.persons import looked_up


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


def check_values(data: Blocks, dataset: DatasetPlan, world: World) -> None:
    """CED264 for values outside closed codelists, CED265 for checks, CED266 and CED267 for texts, CED548 for
    keys."""
    frame = data.frame()
    found = Different(data)
    _check_keys(frame, dataset, world)
    _check_codelists(data, found, dataset, world)
    check_texts(data, found, dataset, world)
    _check_conditions(frame, dataset, world)


def _check_keys(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED548: the keys that define.xml declares, at most with the sequence number, must identify a record."""
    choices = dataset.key_choices([v.name for v in dataset.variables if v.name in frame.columns])
    if not choices:
        return
    held = as_held(frame[:, list(choices[-1])])
    if any(is_unique(held[:, list(keys)]) for keys in choices):
        return
    keys = list(choices[-1])
    several = frame.filter(held.is_duplicated())
    values = held.filter(held.is_duplicated()).row(0)
    shown = ", ".join(value_in_words(name, value) for name, value in zip(keys, values, strict=True))
    first = tuple((value is not None, value) for value in values), shown
    message = f"{dataset.name}: the keys do not identify {COUNT}, the first with {FIRST}"
    hint = "add what tells them apart to `sort`, or remove what is there twice"
    if dataset.name == "DM" and looked_up(world.plan.usubjid):
        hint = "choose one enrolment of each person with `where`"
    if is_unique(several[:, keys]):
        hint = "blanks at the end tell them apart, which files do not hold; `trim: yes` takes these away"
    found = records_of(several)
    world.faults.add(
        "CED548", message, dataset.where, hint, found, stage=Stage.CHECK, count=len(found), first=first
    )


def _check_conditions(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """The checks of the spec, CED265, and what every record must meet, such as a date of event."""
    asked = [(Place(dataset.name, demand.where, unknown="accept"), demand.node) for demand in dataset.demands]
    asked += [(Place(dataset.name, words.where, words, "accept"), node) for words, node in dataset.checks]
    held = hold(frame, asked, Scope(world, dataset.name))
    many = len(dataset.demands)
    for demand, meets in zip(dataset.demands, held[:many], strict=True):
        if not meets.all():
            message = f"{dataset.name}: {demand.message}, on {COUNT}"
            found = records_of(frame.filter(~meets))
            kind = demand.severity, Stage.CHECK if demand.severity is Severity.WARNING else Stage.RAW
            world.faults.add(demand.code, message, demand.where, demand.hint, found, *kind, len(found))
    for (words, _), meets in zip(dataset.checks, held[many:], strict=True):
        if not meets.all():
            message = f"{dataset.name}: the check {words} fails on {COUNT}"
            found = records_of(frame.filter(~meets))
            world.faults.add(
                "CED265", message, words.where, "", found, Severity.WARNING, Stage.CHECK, len(found)
            )


class _Bound(Struct, frozen=True):
    """A closed codelist and the values that it binds: those of a variable, or where another has a value."""

    variable: VariablePlan
    codelist: Codelist
    by: str = ""
    value: str = ""

    @property
    def terms(self) -> list[str]:
        return [term.value for term in self.codelist.terms]

    def is_kept(self, found: Different) -> bool:
        """Whether all texts of the variable are terms, so that nothing else need be asked."""
        is_text = self.variable.kind in (Type.TEXT, Type.DTC)
        return is_text and found.of(self.variable.name) <= {None, *self.terms}

    def strange(self, shown: pl.Expr) -> pl.Expr:
        """Whether a value is bound and no term, by the text that it is shown as."""
        bad = shown.is_not_null() & ~shown.is_in(self.terms)
        return bad & pl.col(self.by).eq_missing(self.value) if self.by else bad


def _bound(found: Different, dataset: DatasetPlan) -> list[_Bound]:
    """The closed codelists of a dataset, but those that have all values of their variables.

    Of a variable whose lines have lists of their own, each line has told of its values.
    """
    variables = {one.name: one for one in dataset.variables}
    bound = [_Bound(v, v.codelist) for v in variables.values() if v.closed and v.codelist and not v.lists]
    divided = {name: by for name, by in dataset.value_level if name in variables and by in variables}
    bound += [
        _Bound(variables[name], codelist, divided[name], value)
        for (name, value), codelist in dataset.value_lists.items()
        if name in divided and codelist.is_closed and variables[name].kind is Type.TEXT
        if value in found.of(divided[name])
    ]
    return [one for one in bound if one.terms and not one.is_kept(found)]


def _check_codelists(data: Blocks, found: Different, dataset: DatasetPlan, world: World) -> None:
    """CED264: one finding for each value of a variable that its closed codelist lacks."""
    bound = _bound(found, dataset)
    if not bound or not data.height:
        return
    frame = data.frame()
    values = [text([Argument(pl.col(one.variable.name), one.variable.kind)]) for one in bound]
    strange = [one.strange(value) for one, value in zip(bound, values, strict=True)]
    shows = frame.select(one.any().alias(f"{i}") for i, one in enumerate(strange)).row(0)
    for one, value, bad, any_bad in zip(bound, values, strange, shows, strict=True):
        if not any_bad:
            continue
        shown = frame.filter(bad).with_columns(value.alias(SHOWN))
        for (term,), rows in shown.group_by(SHOWN, maintain_order=True):
            _strange_value(str(term), rows, one, dataset, world)


def _strange_value(value: str, rows: pl.DataFrame, bound: _Bound, dataset: DatasetPlan, world: World) -> None:
    name = bound.variable.name
    message, hint = outside(f"{dataset.name}.{name}", value, bound.codelist, bound.value)
    for where, made in by_line(name, rows, dataset, bound.variable.where):
        records = records_of(made)
        world.faults.add("CED264", f"{message}, on {COUNT}", where, hint, records, count=made.height)


def shown_columns(dataset: DatasetPlan) -> list[str]:
    """The variables of the plan in its order, then supplemental qualifiers; where numbers are pinned, KEY."""
    names = [variable.name for variable in dataset.variables]
    pinned = [KEY] if dataset.pinned is not None else []
    return [*names, *(SUPP + one.name for one in dataset.supplemental), *pinned]
