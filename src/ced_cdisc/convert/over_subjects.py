"""What must hold among the records of all subjects, looked at when the last of them is built."""

from __future__ import annotations

from collections.abc import Container, Mapping
from itertools import combinations

import polars as pl

from ced_cdisc.convert.faults import ROW, SUBJECT, TABLE, Faults, records_of
from ced_cdisc.convert.held import Held
from ced_cdisc.convert.pool import check_subjects
from ced_cdisc.convert.sources import World, check_in_dm
from ced_cdisc.convert.units import without_units
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import one_of
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.references import columns_in, texts_in

_PAIR: tuple[str, ...] = ("PARAMCD", "AVAL", "AVALC")


def check_alike(data: Blocks, dataset: DatasetPlan, faults: Faults) -> None:
    """CED275 for the standard units of a test, CED284 for pairs of AVAL and AVALC."""
    _check_standard_units(data, dataset, faults)
    _check_pairs(data, dataset, faults)


def columns_alike(dataset: DatasetPlan, columns: Container[str]) -> tuple[str, ...]:
    """The columns that are looked at side by side, of SDTM the test first and the unit last; or none."""
    if dataset.kind == "adam":
        return _PAIR if all(name in columns for name in _PAIR) else ()
    prefix = dataset.name[:2]
    code, unit = f"{prefix}TESTCD", f"{prefix}STRESU"
    if code not in columns or unit not in columns:
        return ()
    return (code, *(f"{prefix}{n}" for n in ("CAT", "SPEC", "METHOD") if f"{prefix}{n}" in columns), unit)


def check_dm(
    plan: StudyPlan,
    raw: Mapping[str, pl.DataFrame],
    data: Mapping[str, Blocks],
    faults: Mapping[str, Faults],
) -> None:
    """CED249 for subjects of several studies, CED260 for raw rows whose subject is not in DM.

    Args:
        plan: the study.
        raw: the raw records of all studies by qualified name.
        data: the finished datasets by qualified name.
        faults: by folder of the study.
    """
    before: list[World] = []
    for study in plan.studies:
        dm = data.get(study.qualified("DM"))
        frames = {} if dm is None else {"DM": dm.frame([SUBJECT, TABLE, ROW])}
        world = World(study, faults[study.folder], study.own(raw), frames=Held(frames))
        check_in_dm(world)
        if not plan.persons.studies:
            check_subjects(before, world)
        before.append(world)


def check_pooled_units(plan: StudyPlan, data: Mapping[str, Blocks], faults: Faults) -> None:
    """CED855: a standard unit that a test has in one pooled study and not in another one.

    An analysis dataset that reads the numbers and not the unit takes them for those of one unit. Where it
    names tests, it is asked for those alone. An AVAL that is such a number was looked at record by record.

    Args:
        plan: the study that pools others.
        data: the finished datasets by qualified name.
        faults: of that study.
    """
    if not plan.pooled:
        return
    for reader in plan.datasets:
        columns = columns_in(reader) if reader.kind == "adam" else {}
        for name, where in columns_in(without_units(reader)).items() if columns else ():
            dataset, _, variable = name.partition(".")
            if variable[2:] != "STRESN" or f"{name[:-1]}U" in columns:
                continue
            found = [
                (study, _units(data[study.qualified(dataset)], dataset))
                for study in plan.studies
                if study.qualified(dataset) in data
            ]
            named = {test for _, units in found for test in units} & texts_in(reader)
            for (study, units), (other, theirs) in combinations(found, 2):
                for test in sorted(units.keys() & theirs.keys()):
                    own, more = units[test], theirs[test]
                    if (named and test not in named) or own <= more or more <= own:
                        continue
                    here = f"{one_of(sorted(own))} in {study.folder or 'this study'}"
                    there = f"{one_of(sorted(more))} in {other.folder}"
                    message = f"{reader.name} reads {name}, which of {test} is in {here} and in {there}"
                    hint = f"give the test one 'standard' unit in both, or read {name[:-1]}U too"
                    faults.add("CED855", message, where, hint)


def _units(data: Blocks, dataset: str) -> dict[str, set[str]]:
    """The standard units of each test of a dataset."""
    code, unit = (f"{dataset[:2]}{name}" for name in ("TESTCD", "STRESU"))
    if code not in data.schema or unit not in data.schema:
        return {}
    pairs = data.values(code, unit).drop_nulls().unique().sort(code, unit)
    return {str(test): set(units) for test, units in pairs.group_by(code).agg(unit).iter_rows()}


def _with_records(data: Blocks, names: list[str]) -> pl.DataFrame:
    hidden = [name for name in (TABLE, ROW, SUBJECT) if name in data.schema]
    return data.frame([*names, *(name for name in hidden if name not in names)])


def _check_pairs(data: Blocks, dataset: DatasetPlan, faults: Faults) -> None:
    """CED284: within a parameter, AVAL and AVALC of the records with both must be one to one."""
    if dataset.kind != "adam" or not columns_alike(dataset, data.schema):
        return
    names = list(_PAIR)
    both = pl.col("AVAL").is_not_null() & pl.col("AVALC").is_not_null()
    pairs = data.values(*names).filter(both).unique().sort(names)
    where = next(variable.where for variable in dataset.variables if variable.name == "AVALC")
    for one, other in (("AVAL", "AVALC"), ("AVALC", "AVAL")):
        groups = pairs.group_by("PARAMCD", one, maintain_order=True).agg(other)
        for code, value, others in groups.filter(pl.col(other).list.len() > 1).iter_rows():
            shown = one_of([_shown(x) for x in sorted(others)])
            rows = _with_records(data, names).filter(
                both & (pl.col("PARAMCD") == code) & (pl.col(one) == value)
            )
            message = f"{dataset.name}: {code} has {one} {_shown(value)} with {other} {shown}"
            hint = "within a parameter each AVAL has one AVALC, and each AVALC one AVAL"
            faults.add("CED284", message, where, hint, records_of(rows))


def _shown(value: str | float) -> str:
    return f"'{value}'" if isinstance(value, str) else f"{value:g}"


def _check_standard_units(data: Blocks, dataset: DatasetPlan, faults: Faults) -> None:
    """CED275: records of one test, category, specimen and method with different standard units."""
    columns = columns_alike(dataset, data.schema)
    if dataset.kind != "sdtm" or not columns:
        return
    *keys, unit = columns
    code = keys[0]
    known = pl.col(unit).is_not_null() & pl.col(code).is_not_null()
    units = data.values(*keys, unit).filter(known).group_by(keys)
    mixed = units.agg(pl.col(unit).n_unique().alias("__n")).filter(pl.col("__n") > 1)
    if mixed.is_empty():
        return
    where = next(v.where for v in dataset.variables if v.name == unit)
    records = _with_records(data, [*keys, unit]).filter(known)
    for values, rows in records.join(mixed, on=keys, how="semi", nulls_equal=True).group_by(keys):
        found = rows.group_by(unit).len().sort(["len", unit], descending=[True, False])[unit].to_list()
        message = f"{dataset.name}.{unit}: test {values[0]} has the standard units {one_of(found)}"
        hint = "a test has one standard unit: 'standard' of the test names it"
        others = rows.filter(pl.col(unit) != found[0])
        faults.add("CED275", message, where, hint, records_of(others))
