"""SUPPxx, one record at a time: the qualifiers that stand beside the records of their parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ced_cdisc.plan.model import SUPP, DatasetPlan
from ced_cdisc.recompute.values import Value, as_text, in_order

Row = Mapping[str, Value]


def qualifiers(dataset: DatasetPlan, rows: Sequence[Row]) -> list[dict[str, Value]]:
    """The records of SUPPxx for the finished records of its parent, in the order of its keys.

    Where IDVAR is not --SEQ, the parent's records that share its value share one qualifier.
    """
    keys = ("STUDYID", "RDOMAIN", dataset.person, "IDVAR", "IDVARVAL", "QNAM")
    found = {tuple(record.items()): record for record in _each(dataset, rows)}
    return sorted(found.values(), key=lambda record: [in_order(record[key]) for key in keys])


def _each(dataset: DatasetPlan, rows: Sequence[Row]) -> Iterator[dict[str, Value]]:
    for row in rows:
        for one in dataset.supplemental:
            value = as_text(row.get(SUPP + one.name))
            if value is None:
                continue
            record: dict[str, Value] = {
                "STUDYID": row["STUDYID"],
                "RDOMAIN": dataset.domain,
                dataset.person: row[dataset.person],
                "IDVAR": one.idvar or None,
                "IDVARVAL": as_text(row[one.idvar]) if one.idvar else None,
                "QNAM": one.name,
                "QLABEL": one.label,
                "QVAL": value,
                "QORIG": one.origin.type,
                "QEVAL": one.evaluator or None,
            }
            yield record
