"""What the plan of a dataset says of each variable, found by its name: a plan has its lines by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ced_cdisc.core.metadata import Codelist
from ced_cdisc.plan.branches import STUDY, Branch, by_variable, of_block, of_computed
from ced_cdisc.plan.model import Block, DatasetPlan, Line


class ByVariable:
    """The lines and codelists of a dataset's plan by variable.

    Attributes:
        branches: its blocks and computed records.
        dividers: by variable the one by whose values its metadata differ, where there is one.
    """

    def __init__(self, plan: DatasetPlan) -> None:
        self.branches: list[Branch] = []
        self._in_blocks: dict[str, list[tuple[Line, Block]]] = {}
        self._computed: dict[str, list[Line]] = {}
        self._over_all = by_variable(plan.lines)
        self._value_lists: dict[str, dict[str, Codelist]] = {}
        self.dividers: Mapping[str, str] = dict(reversed(plan.value_level))  # of several, the first counts
        self._also = plan.value_level_also
        for block in plan.blocks:
            branch = of_block(block)
            self.branches.append(branch)
            for name, own in branch.lines.items():
                self._in_blocks.setdefault(name, []).extend((line, block) for line in own)
        for computed in plan.computed:
            self.branches.append(of_computed(computed))
            for line in (*computed.first, *computed.lines):
                self._computed.setdefault(line.variable, []).append(line)
        for (name, value), codelist in plan.value_lists.items():
            self._value_lists.setdefault(name, {})[value] = codelist

    def also(self, variable: str) -> str:
        """The second variable that tells its records apart: STUDYID, unless the plan has another one."""
        return self._also.get(variable, STUDY)

    def in_blocks(self, variable: str) -> Sequence[tuple[Line, Block]]:
        """The lines of blocks, each with its block."""
        return self._in_blocks.get(variable, ())

    def over_all(self, variable: str) -> Sequence[Line]:
        """The lines over the whole dataset."""
        return self._over_all.get(variable, ())

    def every(self, variable: str) -> Iterator[tuple[Line, Block | None]]:
        """All lines, those of computed records among them."""
        yield from self.in_blocks(variable)
        for line in (*self._computed.get(variable, ()), *self.over_all(variable)):
            yield line, None

    def value_lists(self, variable: str) -> Mapping[str, Codelist]:
        """The codelists of a variable by the value of the variable that divides it."""
        return self._value_lists.get(variable, {})
