"""Plug-ins for the second engine, which cannot compute them in another way: they are run again."""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.derivations.record import Derivation
from ced_cdisc.derivations.run import Runner
from ced_cdisc.plan.derivations import plugins_in
from ced_cdisc.plan.model import SUPP, DatasetPlan
from ced_cdisc.recompute import DataFault, Outside, Value


def run_again() -> Outside:
    """Runs plug-ins anew, each record alone and groups in the opposite order."""
    runner = Runner(again=True)

    def run(derivation: Derivation, rows: Sequence[tuple[Value, ...]]) -> list[Value]:
        records = [tuple(same_type(value) for value in row) for row in rows]
        outcomes = (runner.rows if derivation.group is None else runner.group)(derivation, records)
        for outcome in outcomes:
            if outcome.trouble:
                raise DataFault(outcome.trouble)
        return [outcome.value for outcome in outcomes]

    return run


def same_type(value: Value) -> Value:
    """A whole number as the engines hold it, any other value as it is."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def of_plugins(dataset: DatasetPlan) -> dict[str, tuple[str, ...]]:
    """The variables (qualifiers: QNAM) whose own lines call plug-ins, and the names of these."""
    found: dict[str, dict[str, None]] = {}
    lines = [line for block in dataset.blocks for line in block.lines]
    lines += [line for one in dataset.computed for line in (*one.first, *one.lines)]
    for line in (*lines, *dataset.lines):
        names = dict.fromkeys(one.name for one in plugins_in(line.tree))
        if names:
            found.setdefault(line.variable.removeprefix(SUPP), {}).update(names)
    return {name: tuple(used) for name, used in found.items()}
