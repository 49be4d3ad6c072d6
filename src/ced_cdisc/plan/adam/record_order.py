"""What derived records read before they are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import own_columns
from ced_cdisc.plan.adam.kinds import WINDOW_KINDS
from ced_cdisc.plan.adam.record_words import Entry
from ced_cdisc.plan.model import Line

_OF_VISIT = ("AVISIT", "AVISITN")


def needed(entry: Entry, rest: Mapping[str, Line], whole: Mapping[str, Line]) -> set[str]:
    """The lines that must stand before the entry's records are made."""
    trees = [line.tree for line in entry.lines.values()]
    trees += [entry.where] if entry.where is not None else []
    trees += [one.of for one in entry.order]
    waiting = [*entry.by, *entry.lines, *(name for name in rest if name in WINDOW_KINDS)]
    waiting += _OF_VISIT if entry.spec.fill is not None else ()
    waiting += [name for node in trees for name in _read(node)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in whole and name not in found:
            found.add(name)
            waiting += _read(whole[name].tree)
    return found


def check_own_value(entry: Entry, early: set[str], whole: Mapping[str, Line], findings: Findings) -> None:
    """CED147: records with an AVAL of their own that would carry what others have made of theirs.

    Such a line stands before the records, for the entry reads it or a line that it overrules does.
    """
    if "AVAL" not in entry.lines:
        return
    of_value = {"AVAL"}
    while more := {
        name for name in whole if name not in of_value and of_value & {*_of_row(whole[name].tree)}
    }:
        of_value |= more
    for name in whole:
        if name in early & of_value and name not in entry.lines and whole[name].verb != "flag":
            problem = (
                f"the records {entry.spec.dtype} have an AVAL of their own, and {name} would be of another"
            )
            problem += " one, for it is read before they are made"
            hint = "leave out what reads it, in variables, too; cases of a line can ask for DTYPE"
            findings.add(Finding("CED147", problem, entry.spec.dtype.where, hint=hint))
            return


def _of_row(node: tree.Node) -> Iterator[str]:
    """The variables of the record at hand that a tree reads, not those of several records."""
    if isinstance(node, tree.Column):
        yield node.name
    elif not isinstance(node, tree.Aggregate):
        for one in tree.children(node):
            yield from _of_row(one)


def _read(node: tree.Node) -> list[str]:
    groups = [name for n in tree.walk(node) if isinstance(n, tree.Aggregate) for name in n.on]
    return [*(column.name for column in own_columns(node)), *groups]
