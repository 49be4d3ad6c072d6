"""The texts that variables can have, as far as the lines of the specs tell before any data are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ced_cdisc.expr import tree
from ced_cdisc.plan.model import SUPP, DatasetPlan, VariablePlan
from ced_cdisc.plan.raw import VisitPlan
from ced_cdisc.plan.references import lines_of

UNSCHEDULED = "UNSCHEDULED n.nn"
"""Stands for the names of unscheduled visits, which the data number."""
_NUMBERED = re.compile(r"UNSCHEDULED [0-9]+\.[0-9]{2}")
_CHOOSING = ("first", "last", "min", "max", "only", "same")


def has(texts: set[str], text: str) -> bool:
    """Whether a text is among those that a variable can have."""
    return text in texts or (UNSCHEDULED in texts and _NUMBERED.fullmatch(text) is not None)


def visit_names(visits: VisitPlan) -> set[str]:
    """What VISIT can be: the planned visits, and UNSCHEDULED where the study has such."""
    return {visit.name for visit in visits.planned} | ({UNSCHEDULED} if visits.unscheduled else set())


class KnownTexts:
    """The texts that variables and supplemental qualifiers can have; None where the plan does not tell.

    Args:
        plans: the datasets by name; of several studies, joined.
        visits: the visits of these studies.
    """

    def __init__(self, plans: Mapping[str, DatasetPlan], visits: Iterable[VisitPlan]) -> None:
        self._variables = {(d.name, v.name): v for d in plans.values() for v in d.variables}
        self._visits = {name for one in visits for name in visit_names(one)}
        self._lines: dict[tuple[str, str], list[tree.Node]] = {}
        self._rows: dict[tuple[str, str], set[str]] = {}
        self._found: dict[tuple[str, str], set[str] | None] = {}
        for dataset in plans.values():
            for line in lines_of(dataset):
                key = dataset.name, line.variable.removeprefix(SUPP)
                self._lines.setdefault(key, []).append(line.tree)
            for row in (row for block in dataset.blocks for row in block.rows):
                for name, value in row.items():
                    self._rows.setdefault((dataset.name, name), set()).add(str(value or ""))

    def variable(self, owner: str, name: str) -> VariablePlan | None:
        """A variable of the study; None for a qualifier and for all else."""
        return self._variables.get((owner, name))

    def texts(self, owner: str, name: str) -> set[str] | None:
        """The texts of a variable; a circle adds nothing.

        Of a variable with a closed codelist these are its terms at most: any other text stops the build.
        """
        key = (owner, name)
        if key not in self._found:
            self._found[key] = set()
            found = self._all(owner, self._lines.get(key, ()), self._rows.get(key, set()))
            variable = self._variables.get(key)
            if found is None and variable is not None and variable.closed and variable.codelist is not None:
                found = {term.value for one in (variable.codelist, *variable.lists) for term in one.terms}
            self._found[key] = found
        return self._found[key]

    def given(self, owner: str, nodes: Iterable[tree.Node]) -> set[str] | None:
        """The texts that lines of a dataset give."""
        return self._all(owner, nodes, set())

    def _all(self, owner: str, nodes: Iterable[tree.Node], found: set[str]) -> set[str] | None:
        for node in nodes:
            more = self._of(owner, node)
            if more is None:
                return None
            found = found | more
        return found

    def _of(self, owner: str, node: tree.Node) -> set[str] | None:
        """The texts that a tree can give in a dataset."""
        if isinstance(node, tree.Literal):
            return {str(node.value)} if node.value else set()
        if isinstance(node, tree.Recode):
            given = [*(term for _, term in node.pairs), *(term for term, _ in node.terms), node.otherwise]
            return {term for term in given if term}
        if isinstance(node, tree.Call) and node.name in ("if", "coalesce"):
            return self._all(owner, node.args[1:] if node.name == "if" else node.args, set())
        if isinstance(node, tree.Column):
            if node.name == "visits.VISIT":
                return self._visits
            key = (node.owner or owner, node.short)
            return self.texts(*key) if key in self._variables or key in self._lines else None
        if isinstance(node, tree.Aggregate) and node.func in _CHOOSING and node.of is not None:
            return self._of(owner, node.of)
        return None
