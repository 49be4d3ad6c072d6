"""The raw columns that lines read as ISO 8601, of which the build looks at the times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ced_cdisc.core.dates import ISO
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.raw import IsoDate
from ced_cdisc.plan.references import lines_of


def iso_dates(datasets: Iterable[DatasetPlan]) -> Iterator[IsoDate]:
    """Those of the datasets of a study, line by line."""
    for dataset in datasets:
        for line in lines_of(dataset):
            for node in tree.walk(line.tree):
                if (
                    isinstance(node, tree.ReadDate)
                    and ISO in node.formats
                    and isinstance(node.date, tree.Column)
                ):
                    yield IsoDate(dataset.name, line.variable, node.date.name, line.where)
