"""Which columns of a dataset are looked at together once it is finished: known from the plan alone.

Who has a part of the records in hand can note what these hold, so that the records need not be read again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ced_cdisc.describe.by_variable import ByVariable
from ced_cdisc.describe.values import columns_of_level
from ced_cdisc.plan.model import DatasetPlan


def columns_looked_at(plan: DatasetPlan, columns: Collection[str]) -> list[tuple[str, ...]]:
    """The columns whose values describe a dataset, alone and side by side.

    Args:
        plan: the dataset.
        columns: those that it has.
    """
    wanted = dict.fromkeys(_columns(plan))
    return [names for names in wanted if all(name in columns for name in names)]


def _columns(plan: DatasetPlan) -> Iterator[tuple[str, ...]]:
    for variable in plan.variables:
        yield (variable.name,)
    spec = ByVariable(plan)
    for name, by in plan.value_level:
        yield columns_of_level(spec, name, by)
        if by != "DTYPE":
            yield by, "DTYPE"
