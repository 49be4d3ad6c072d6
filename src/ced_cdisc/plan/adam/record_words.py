"""What define.xml says of derived records."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.conditions import settled
from ced_cdisc.expr.english import clause, listed
from ced_cdisc.plan.language.origins import order_in_words
from ced_cdisc.plan.model import Line
from ced_cdisc.spec.analysis import DerivedSpec


class Entry(Struct, frozen=True):
    """An entry of ``records`` whose words are parsed and fit."""

    number: int
    spec: DerivedSpec
    by: tuple[str, ...]
    where: tree.Node | None
    order: tuple[tree.Ordering, ...]
    lines: Mapping[str, Line]

    @property
    def pick(self) -> str:
        """The hidden variable that ranks the records to take, for its first visit or alone."""
        return f"__take{self.number}"


def in_words(entry: Entry) -> str:
    """On which records DTYPE stands."""
    spec = entry.spec
    group = listed(["subject", "PARAMCD", *entry.by])
    if spec.value is not None:
        those = f" where {clause(entry.where, FUNCTIONS)}" if entry.where is not None else ""
        text = f"{spec.dtype} on the one record that is derived for each {group} from its records{those}"
        value = tree.walk(entry.lines["AVAL"].tree)
        if any(isinstance(one, tree.Call) and one.name == "if" for one in value):  # a least number of records
            text += ", if that gives an AVAL"
        return f"{text}; it has the values that they share{_assigned(entry)}."
    text = f"{spec.dtype} on a record that repeats {taken_in_words(entry, 'each')}"
    if spec.fill is not None:
        text += f"; made for {listed([str(name) for name in spec.fill])} where AVAL is missing there"
    return f"{text}{_assigned(entry)}."


def taken_in_words(entry: Entry, whose: str) -> str:
    """The record that is repeated: of ``each`` subject, or of ``the same`` subject as the new record."""
    spec = entry.spec
    text = f"the {spec.take} record with AVAL, in the order of {order_in_words(spec.order or ())}, "
    text += f"of {whose} {listed(['subject', 'PARAMCD', *entry.by])}"
    conditions = ["the analysis visit is an earlier one"] if spec.fill is not None else []
    if entry.where is not None:
        said, either = clause(entry.where, FUNCTIONS), isinstance(settled(entry.where), tree.Either)
        conditions.append(f"({said})" if conditions and either else said)
    return f"{text}, among those where {' and '.join(conditions)}" if conditions else text


def _assigned(entry: Entry) -> str:
    lines = [line for line in entry.lines.values() if isinstance(line.tree, tree.Literal)]
    said = [f"{line.variable} = {clause(line.tree, FUNCTIONS)}" for line in lines]
    return f", with {listed(said)}" if said else ""
