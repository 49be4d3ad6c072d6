"""Aggregates that can be computed together: one join or one grouping instead of one for each.

Only the plainest are taken: ``only(DM.RFSTDTC)`` from a dataset with one record a subject, and ``same(X)``
over the dataset being built. They are also by far the most frequent.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from ced_cdisc.convert.faults import SUBJECT
from ced_cdisc.convert.sources import Records, World
from ced_cdisc.expr.compile import MANY
from ced_cdisc.expr.tree import Aggregate, Column, Type
from ced_cdisc.expr.values import DTYPES, computed


def add_together(
    frame: pl.DataFrame, names: dict[Aggregate, str], world: World, records: pl.DataFrame | None
) -> tuple[pl.DataFrame, set[Aggregate]]:
    """The frame with the hidden columns of those aggregates that go together, and which they are.

    Args:
        frame: the rows at hand.
        names: every wanted aggregate and the name of its column.
        world: tables and datasets.
        records: the dataset's records where they are not the rows at hand.
    """
    done: set[Aggregate] = set()
    rows = frame.lazy()
    groups: dict[tuple[str, str, tuple[str, ...]], list[Aggregate]] = {}
    for node in names:
        if node.where is None and not node.order and isinstance(node.of, Column):
            groups.setdefault((node.func, node.dataset, node.on), []).append(node)
    for (func, dataset, on), nodes in groups.items():
        if func == "only" and dataset and not on and SUBJECT in frame.columns:
            known = world.records(dataset)
            if _one_per_subject(known):
                rows = _copied(rows, known, nodes, names)
                done.update(nodes)
        elif func == "same" and not dataset and records is not None and SUBJECT in frame.columns:
            rows = _shared(rows, records, (SUBJECT, *on), nodes, names)
            done.update(nodes)
    return computed(rows) if done else frame, done


def _one_per_subject(known: Records) -> bool:
    return known.subject is not None and known.frame[known.subject].n_unique() == known.frame.height


def _copied(
    rows: pl.LazyFrame, known: Records, nodes: Iterable[Aggregate], names: dict[Aggregate, str]
) -> pl.LazyFrame:
    assert known.subject is not None
    wanted = [pl.col(_name(node)).cast(DTYPES[node.type or Type.TEXT]).alias(names[node]) for node in nodes]
    many = [pl.lit(1, dtype=pl.UInt32).alias(names[node] + MANY) for node in nodes]
    others = known.frame.lazy().select(pl.col(known.subject).alias(SUBJECT), *wanted, *many)
    return rows.join(others, on=SUBJECT, how="left", maintain_order="left")


def _shared(
    rows: pl.LazyFrame,
    records: pl.DataFrame,
    keys: tuple[str, ...],
    nodes: Iterable[Aggregate],
    names: dict[Aggregate, str],
) -> pl.LazyFrame:
    values = [
        pl.when(pl.col(_name(node)).n_unique() == 1)
        .then(pl.col(_name(node)).first())
        .cast(DTYPES[node.type or Type.TEXT])
        .alias(names[node])
        for node in nodes
    ]
    reduced = records.lazy().group_by(list(dict.fromkeys(keys)), maintain_order=True).agg(values)
    return rows.join(
        reduced, on=list(dict.fromkeys(keys)), how="left", nulls_equal=True, maintain_order="left"
    )


def _name(node: Aggregate) -> str:
    assert isinstance(node.of, Column)
    return node.of.name
