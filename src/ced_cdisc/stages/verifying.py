"""Double programming: every dataset is computed again, one record at a time, and compared cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import polars as pl
from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.read.tables import ROW, RawTable
from ced_cdisc.recompute import Difference, Value, as_text, compare, qualifiers, recompute
from ced_cdisc.stages.plugging import of_plugins, run_again

_LISTED = 5
_HINT = "nothing was written; please report this as a bug, with the line"
_HANGS = "the value of a plug-in must hang on its declared inputs alone: no clock, chance or other records"
Rows = Sequence[Mapping[str, Value]]


class Verified(Struct, frozen=True):
    """What was compared: datasets, with those of supplemental qualifiers, and their values.

    ``rerun`` are the values of plug-ins, which are not among ``values``: they were only run again.
    """

    datasets: int
    values: int
    rerun: int = 0

    def __str__(self) -> str:
        text = f"verified: both engines agree on {self.values:,} values of {self.datasets} datasets"
        if self.rerun:
            text += f"; not verified: {self.rerun:,} values of plug-ins, which no second engine can compute "
            text += "(run again, they came out the same)"
        return text


def verify(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    frames: Mapping[str, pl.DataFrame],
    findings: Findings,
) -> Verified:
    """Compute all again with the second engine; each variable on which the two differ is a finding.

    Args:
        plan: the plan as it was carried out.
        tables: the raw tables as read.
        frames: the datasets, and the supplemental qualifiers that there are, by qualified name.
        findings: gets CED590 (values), CED591 (records) and CED592 (faults of the second engine alone).
    """
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in tables.items()}
    again, faults = recompute(plan, texts, run_again())
    for fault in faults:
        place = f"{fault.dataset}.{fault.variable}" if fault.variable else fault.dataset
        message = f"{place}: the second engine alone says: {fault.message}"
        records = () if fault.subject is None else (f"subject {fault.subject}",)
        findings.add(_finding("CED592", message, fault.where, records))
    datasets = values = rerun = 0
    for study in plan.studies:
        for dataset in study.datasets:
            name = study.qualified(dataset.name)
            supp = study.qualified(f"SUPP{dataset.name}")
            rows = again[name]
            for shown, frame, other in (
                (name, frames[name], rows),
                (supp, frames.get(supp, pl.DataFrame()), qualifiers(dataset, rows)),
            ):
                if frame.is_empty() and not other:
                    continue
                findings.extend(_differences(shown, dataset, frame, other))
                datasets += 1
                again_only = _of_plugins(dataset, frame, shown == supp)
                values += frame.height * frame.width - again_only
                rerun += again_only
    return Verified(datasets, values, rerun)


def _of_plugins(dataset: DatasetPlan, frame: pl.DataFrame, supplemental: bool) -> int:
    """How many values of a dataset, or of its supplemental qualifiers, come from plug-ins."""
    names = of_plugins(dataset)
    if supplemental:
        return frame.filter(pl.col("QNAM").is_in(list(names))).height if names else 0
    return frame.height * len(names.keys() & set(frame.columns))


def _differences(name: str, dataset: DatasetPlan, frame: pl.DataFrame, other: Rows) -> list[Finding]:
    mine = frame.to_dicts()
    if len(mine) != len(other):
        message = f"{name} has {len(mine)} records, computed again {len(other)}"
        return [_finding("CED591", message, dataset.where)]
    lines = {variable.name: variable.where for variable in dataset.variables}
    found: list[Finding] = []
    differing = sorted(compare(mine, other, frame.columns, name), key=lambda one: one.variable)
    for variable, group in groupby(differing, key=lambda one: one.variable):
        cells = list(group)
        message = f"{name}.{variable} differs in {len(cells)} of {len(mine)} records"
        code, hint = "CED590", _HINT
        if used := of_plugins(dataset).get(variable):
            calls = " and ".join(f"{one}()" for one in used)
            message = f"{message} when {calls} {'is' if len(used) == 1 else 'are'} run again"
            code, hint = "CED782", _HANGS
        records = tuple(_record(cell, mine[cell.row], dataset.person) for cell in cells[:_LISTED])
        found.append(_finding(code, message, lines.get(variable, dataset.where), records, hint))
    return found


def _record(cell: Difference, row: Mapping[str, Value], person: str) -> str:
    subject = row.get(person)
    who = f", subject {subject}" if isinstance(subject, str) else ""
    return f"record {cell.row + 1}{who}: {_shown(cell.mine)}, computed again {_shown(cell.theirs)}"


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return "missing" if value is None else as_text(value) or ""


def _finding(
    code: str, message: str, where: Location, records: tuple[str, ...] = (), hint: str = _HINT
) -> Finding:
    return Finding(code, message, where, hint, Stage.CHECK, Severity.ERROR, records)
