"""What a change of terminology means for one study: lines that use a term, and records that hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl
from msgspec import Struct, field

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.describe.lists import possible_values
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import SUPP, DatasetPlan, Line, StudyPlan
from ced_cdisc.spec.define import CodelistSpec
from ced_cdisc.spec.load import Specs
from ced_cdisc.standards.ct_diff import Comparison, moved


class Concern(Struct):
    """One change that concerns the study: ``places`` use it, ``records`` hold it (by DATASET.VARIABLE)."""

    text: str
    places: set[tuple[Location, str]] = field(default_factory=set[tuple[Location, str]])
    records: dict[str, int] = field(default_factory=dict[str, int])


_Add = Callable[..., Concern]


class _Bound(Struct, frozen=True):
    """Values of a variable that are bound to a codelist, where the divider (if any) has that value."""

    dataset: str
    variable: str
    codelist: str
    divider: tuple[str, str] | None = None

    @property
    def shown(self) -> str:
        supp = self.variable.startswith(SUPP)
        return (
            f"SUPP{self.dataset}.{self.variable.removeprefix(SUPP)}"
            if supp
            else f"{self.dataset}.{self.variable}"
        )


def concerns(
    change: Comparison, specs: Specs, plan: StudyPlan, frames: Mapping[str, pl.DataFrame]
) -> list[Concern]:
    """The changes that concern a study and those that it pools, by codelist and value.

    Args:
        change: the packages compared.
        specs: the study's specs.
        plan: their plan.
        frames: finished datasets by qualified name, SUPPxx included; none if there is no build to look at.
    """
    found: dict[tuple[str, str], Concern] = {}
    pooled = dict(specs.pooled)
    for study in plan.studies:
        _add_concerns(
            change, pooled[study.folder] if study.folder else specs, study, study.own(frames), found
        )
    return [found[key] for key in sorted(found)]


def _add_concerns(
    change: Comparison,
    specs: Specs,
    plan: StudyPlan,
    frames: Mapping[str, pl.DataFrame],
    found: dict[tuple[str, str], Concern],
) -> None:
    lost = _lost(change)

    def concern(codelist: str, value: str, text: str = "") -> Concern:
        said = f"{change.name(codelist)}: {text or lost[codelist][value]}"
        return found.setdefault((said, value), Concern(said))

    for dataset in plan.datasets:
        bound = list(_bound(dataset))
        for line in _lines(dataset):
            for codelist in _codes(line, bound):
                place = (line.where, f"{dataset.name}.{line.variable}".replace(f".{SUPP}", "."))
                if line.variable.startswith(SUPP):
                    place = (line.where, f"SUPP{place[1]}")
                for value in possible_values(line.tree) & lost.get(codelist, {}).keys():
                    concern(codelist, value).places.add(place)
                for text in _moved(change, codelist, line):
                    concern(codelist, "", text).places.add(place)
        for one in bound:
            held = _held(one, lost.get(one.codelist, {}), frames)
            for value, count in held.items():
                records, shown = concern(one.codelist, value).records, plan.qualified(one.shown)
                records[shown] = records.get(shown, 0) + count
        _written_rows(dataset, bound, specs, lost, concern)
    _declared(change, specs, lost, concern)


def _lost(change: Comparison) -> dict[str, dict[str, str]]:
    """By codelist, the values that are no terms any more, and what became of them."""
    made: dict[str, dict[str, str]] = {}
    for gone in change.lists:
        if gone.kind == "removed":
            values = change.old.lists[gone.code].values
            made[gone.code] = {value: f"{value} is removed with its codelist" for value in values}
    for term in change.terms:
        if term.kind == "removed":
            made.setdefault(term.codelist, {})[term.before] = f"{term.before} is removed"
        elif term.kind == "renamed":
            made.setdefault(term.codelist, {})[term.before] = f"{term.before} is renamed to {term.after}"
    return made


def _bound(dataset: DatasetPlan) -> Iterator[_Bound]:
    divided = dict(dataset.value_level)
    for variable in dataset.variables:
        if code := _code(variable.codelist):
            yield _Bound(dataset.name, variable.name, code)
    for qualifier in dataset.supplemental:
        if code := _code(qualifier.codelist):
            yield _Bound(dataset.name, SUPP + qualifier.name, code)
    for (variable, value), codelist in dataset.value_lists.items():
        if (code := _code(codelist)) and variable in divided:
            yield _Bound(dataset.name, variable, code, (divided[variable], value))


def _code(codelist: Codelist | None) -> str:
    return codelist.code if codelist is not None else ""


def _lines(dataset: DatasetPlan) -> Iterator[Line]:
    for block in dataset.blocks:
        yield from block.lines
    yield from dataset.lines
    for computed in dataset.computed:
        yield from computed.lines


def _codes(line: Line, bound: list[_Bound]) -> list[str]:
    own = _code(line.codelist)
    return sorted(
        {one.codelist for one in bound if one.variable == line.variable} | ({own} if own else set())
    )


def _moved(change: Comparison, codelist: str, line: Line) -> Iterator[str]:
    """Texts of a line that matches terms, which would silently come to mean another term."""
    old, new = change.old.lists.get(codelist), change.new.lists.get(codelist)
    if old is None or new is None:
        return
    for node in tree.walk(line.tree):
        if isinstance(node, tree.Recode) and node.match in ("synonym", "preferred term"):
            for text, before, after in moved(old, new, node.match):
                yield f"'{text}' as {node.match} meant {before}, and means {after}"


def _held(one: _Bound, lost: Mapping[str, str], frames: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """How many records hold each lost value."""
    supp = one.variable.startswith(SUPP)
    frame = frames.get(f"SUPP{one.dataset}" if supp else one.dataset)
    if frame is None or not lost:
        return {}
    column = "QVAL" if supp else one.variable
    divider = ("QNAM", one.variable.removeprefix(SUPP)) if supp else one.divider
    if column not in frame.columns or (divider is not None and divider[0] not in frame.columns):
        return {}
    rows = frame if divider is None else frame.filter(pl.col(divider[0]).cast(pl.String) == divider[1])
    values = rows.get_column(column).cast(pl.String).to_list()
    return {value: values.count(value) for value in lost if value in values}


def _written_rows(
    dataset: DatasetPlan,
    bound: list[_Bound],
    specs: Specs,
    lost: Mapping[str, Mapping[str, str]],
    concern: _Add,
) -> None:
    """Values of records that a spec writes out."""
    spec = next((one for one in specs.sdtm if str(one.domain) == dataset.name), None)
    for row in (spec.rows or []) if spec is not None else []:
        words = {str(name): value for name, value in row.items()}
        for one in bound:
            value = words.get(one.variable)
            if value is None or str(value) not in lost.get(one.codelist, {}):
                continue
            if one.divider is None or str(words.get(one.divider[0])) == one.divider[1]:
                concern(one.codelist, str(value)).places.add((value.where, one.shown))


def _declared(change: Comparison, specs: Specs, lost: Mapping[str, Mapping[str, str]], concern: _Add) -> None:
    """What define.yaml takes from a published list, or adds to it."""
    closed = {one.code for one in change.lists if one.kind == "extensible" and one.after == "No"}
    for name, spec in specs.define.codelists.items():
        codelist = _extended(change, spec)
        if codelist is None or spec.extends is None:
            continue
        for value in spec.subset:
            if str(value) in lost.get(codelist, {}):
                concern(codelist, str(value)).places.add((value.where, str(name)))
        new = change.new.lists.get(codelist)
        old = change.old.lists.get(codelist)
        for value in spec.terms:
            if new is not None and new.term(str(value)) and not (old and old.term(str(value))):
                text = f"{value}, which the sponsor added, is published"
                concern(codelist, str(value), text).places.add((value.where, str(name)))
        if codelist in closed and spec.terms and spec.exception is None:
            text = "is not extensible any more, and the sponsor added terms"
            concern(codelist, "", text).places.add((spec.extends.where, str(name)))
        if new is None and old is not None:
            concern(codelist, "", "is removed").places.add((spec.extends.where, str(name)))


def _extended(change: Comparison, spec: CodelistSpec) -> str | None:
    for edition in (change.old, change.new):
        for code, listed in edition.lists.items():
            if str(spec.extends) in (code, listed.short_name):
                return code
    return None
