"""Codelists as define.xml shows them: of a long published list, the values that the study can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ced_cdisc.core.metadata import Codelist, Term
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan


@dataclass
class UsedTerms:
    """The values of each codelist that the specs or the data of a package name."""

    used: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def note(self, codelist: Codelist | None, values: Iterable[str]) -> None:
        """Remember values of a list."""
        if codelist is not None:
            self.used.setdefault(codelist.id, set()).update(values)

    def show(self, codelist: Codelist | None) -> Codelist | None:
        """The list with the remembered values only, and decodes where they say more than the value."""
        if codelist is None or codelist.dictionary:
            return codelist
        terms = codelist.terms
        if codelist.code:
            wanted = self.used.get(codelist.id, set())
            terms = tuple(term for term in terms if term.value in wanted)
        if codelist.open:
            known = {term.value for term in terms}
            found = sorted(self.used.get(codelist.id, set()) - known)
            terms = (*terms, *(Term(value) for value in found))
        if not terms:
            return None
        if codelist.code and not _needs_decodes(codelist, [term.value for term in terms]):
            terms = tuple(replace(term, decode="") for term in terms)
        return replace(codelist, terms=terms)


def _needs_decodes(codelist: Codelist, values: list[str]) -> bool:
    """Codes of tests and of a letter or two mean nothing by themselves."""
    return codelist.id.endswith(("TESTCD", "PARMCD", "TC")) or all(len(value) <= 2 for value in values)


def possible_values(node: tree.Node) -> set[str]:
    """The texts that a tree can give, as far as they are written in it."""
    if isinstance(node, tree.Literal):
        return {node.value} if isinstance(node.value, str) and node.value else set()
    if isinstance(node, tree.Recode):
        values = {term for _, term in node.pairs if term}
        return values | ({node.otherwise} if node.otherwise else set())
    if isinstance(node, tree.Call) and node.name in ("if", "coalesce"):
        branches = node.args[1:] if node.name == "if" else node.args
        return set[str]().union(*(possible_values(branch) for branch in branches))
    return set()


def written_values(plan: DatasetPlan, variable: str) -> set[str]:
    """The values of a variable that the lines of a dataset write out."""
    lines = [
        *(x for b in plan.blocks for x in b.lines),
        *plan.lines,
        *(x for c in plan.computed for x in (*c.first, *c.lines)),
    ]
    return set[str]().union(*(possible_values(line.tree) for line in lines if line.variable == variable))
