"""What the plan of a dataset says of each variable, found by its name: a plan has its lines by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr import tree
from ced_cdisc.plan.by_source import source_in_words
from ced_cdisc.plan.model import Block, DatasetPlan, Line

STUDY = "STUDYID"


class Part(NamedTuple):
    """Records that have lines of their own: those of a block, or computed ones.

    Attributes:
        source: where they come from, in words; empty for computed ones.
        study: the one STUDYID that they are of, where the spec takes those of one study alone.
        lines: their lines by variable.
    """

    source: str
    study: str
    lines: Mapping[str, Sequence[Line]]


class ByVariable:
    """The lines and codelists of a dataset's plan by variable.

    Attributes:
        parts: its blocks and computed records.
        dividers: by variable the one by whose values its metadata differ, where there is one.
    """

    def __init__(self, plan: DatasetPlan) -> None:
        self.parts: list[Part] = []
        self._in_blocks: dict[str, list[tuple[Line, Block]]] = {}
        self._computed: dict[str, list[Line]] = {}
        self._over_all = _by_variable(plan.lines)
        self._value_lists: dict[str, dict[str, Codelist]] = {}
        self.dividers: Mapping[str, str] = dict(reversed(plan.value_level))  # of several, the first counts
        for block in plan.blocks:
            lines = _by_variable(block.lines)
            self.parts.append(Part(source_in_words(block), _study(block.keep), lines))
            for name, own in lines.items():
                self._in_blocks.setdefault(name, []).extend((line, block) for line in own)
        for computed in plan.computed:
            self.parts.append(Part("", "", _by_variable(computed.lines)))
            for line in (*computed.first, *computed.lines):
                self._computed.setdefault(line.variable, []).append(line)
        for (name, value), codelist in plan.value_lists.items():
            self._value_lists.setdefault(name, {})[value] = codelist

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


def _by_variable(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.variable, []).append(line)
    return found


def _study(keep: tree.Node | None) -> str:
    """The one STUDYID of the records that a condition takes, if it names one."""
    if isinstance(keep, tree.Both):
        return _study(keep.left) or _study(keep.right)
    if isinstance(keep, tree.Compare) and keep.op == "=":
        for one, other in ((keep.left, keep.right), (keep.right, keep.left)):
            if isinstance(one, tree.Column) and one.short == STUDY and isinstance(other, tree.Literal):
                return str(other.value)
    return ""
