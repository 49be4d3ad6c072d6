"""The raw columns read as ISO 8601, or as times of any form, of which the build looks at the times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ced_cdisc.core.dates import ISO
from ced_cdisc.expr import tree
from ced_cdisc.plan.language.dates import TIME_FORMATS
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.raw import IsoDate
from ced_cdisc.plan.references import lines_of


def iso_dates(datasets: Iterable[DatasetPlan]) -> Iterator[IsoDate]:
    """Those of the datasets of a study, line by line; and those of times that no line says the form of."""
    for dataset in datasets:
        for line in lines_of(dataset):
            for node in tree.walk(line.tree):
                if not isinstance(node, tree.ReadDate):
                    continue
                if ISO in node.formats and isinstance(node.date, tree.Column):
                    yield IsoDate(dataset.name, line.variable, node.date.name, line.where)
                if node.time_formats == TIME_FORMATS and isinstance(node.time, tree.Column):
                    yield IsoDate(dataset.name, line.variable, node.time.name, line.where, is_clock=True)
