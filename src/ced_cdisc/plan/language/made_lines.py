"""Lines that no spec writes: the planner's own spec lines, constants, and record numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.marks import OPEN, TIED
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.expressions import literal
from ced_cdisc.plan.language.origins import ASSIGNED, DERIVED, derivation
from ced_cdisc.plan.model import Line
from ced_cdisc.spec.models import Case, LineSpec
from ced_cdisc.spec.source import Text

_EMPTY = LineSpec.model_construct()
_NUMBER = "Number of the record within the subject, from 1, in the order of the key variables."


def spec_line(where: Location, /, **values: Text | list[Text] | list[Case] | str | None) -> LineSpec:
    """A spec line made by the planner, as if it stood at ``where``.

    Args:
        where: the place for messages.
        **values: the words of the line by attribute (``derive``, ``copy_``, ``as_``); all others are absent.
    """
    return _EMPTY.model_copy(update=values).at(where)


def constant(variable: str, value: str | float, where: Location, origin: Origin = ASSIGNED) -> Line:
    """A line with a constant."""
    node = literal(value)
    assert node.type is not None
    return Line(variable=variable, tree=node, type=node.type, verb="assign", where=where, origin=origin)


def numbered(
    dataset: str,
    variable: str,
    keys: Iterable[str],
    kinds: Mapping[str, Type],
    where: Location,
    keep: tree.Node | None = None,
) -> Line:
    """The line that numbers a subject's records in the order of the keys: --SEQ and ASEQ.

    Args:
        dataset: the dataset's name.
        variable: the variable that holds the number.
        keys: the key variables, in order.
        kinds: the types of the dataset's variables.
        where: the place for messages.
        keep: which records are numbered; all if None.
    """
    order = tuple(
        tree.Ordering(of=tree.Column(name=name, scope=Scope.VARIABLE, type=kinds[name]), type=kinds[name])
        for name in keys
    )
    node = tree.Aggregate(
        func="rank", of=None, order=order, type=Type.NUMBER, where=keep, untold=(TIED, OPEN)
    )
    return Line(
        variable=variable,
        tree=node,
        type=Type.NUMBER,
        verb="derive",
        where=where,
        origin=DERIVED,
        method=derivation(dataset, variable, _NUMBER),
    )
