"""Codelists as define.xml shows them: of a long published list, the values that the study can hold."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.core.metadata import Codelist, RangeCheck, Term
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.model import Line


class UsedTerms(Struct):
    """The values of each codelist that the specs or the data of a package name.

    ``used`` has them by id of the list; ``apart`` by id and the value level of which alone they are known.
    """

    used: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    apart: dict[tuple[str, str], set[str]] = field(default_factory=dict[tuple[str, str], set[str]])

    def note(self, codelist: Codelist | None, values: Iterable[str]) -> None:
        """Remember values of a list."""
        if codelist is not None:
            self.used.setdefault(codelist.id, set()).update(values)

    def note_apart(self, codelist: Codelist, place: str, values: Iterable[str]) -> None:
        """Remember all values of a list that one value level can have: it shows no others."""
        self.apart.setdefault((codelist.id, place), set()).update(values)

    def update(self, other: UsedTerms) -> None:
        """Remember what was noted elsewhere."""
        for name, values in other.used.items():
            self.used.setdefault(name, set()).update(values)
        for place, values in other.apart.items():
            self.apart.setdefault(place, set()).update(values)


class ShownLists:
    """The codelists of a package as define.xml shows them, once all of their values are noted."""

    def __init__(self, used: UsedTerms) -> None:
        self._used = used
        self._shown: dict[int, tuple[Codelist, Codelist | None]] = {}  # by identity: many variables share one

    def show(self, codelist: Codelist | None) -> Codelist | None:
        """The list with the noted values only, and decodes where they say more than the value."""
        if codelist is None:
            return None
        if id(codelist) not in self._shown:
            wanted = self._used.used.get(codelist.id, set())
            self._shown[id(codelist)] = codelist, _cut(codelist, wanted)
        return self._shown[id(codelist)][1]

    def show_level(self, codelist: Codelist | None, variable: str, where: RangeCheck) -> Codelist | None:
        """The list of a value level: that of the package, or a list of its own if it has fewer values."""
        whole = self.show(codelist)
        if codelist is None or whole is None:
            return whole
        apart = self._used.apart.get((codelist.id, level_place(variable, where)))
        own = _cut(codelist, apart) if apart is not None else None
        if own is None or own.terms == whole.terms:
            return whole
        named = f"{codelist.name}, {variable} where {where.variable} is {listed(list(where.values))}"
        return replace(own, id=f"{codelist.id}.{level_place(variable, where)}", name=named)


def _cut(codelist: Codelist, wanted: set[str]) -> Codelist | None:
    if codelist.dictionary:
        return codelist
    terms = codelist.terms
    published = any(term.code for term in terms)  # as a list, or as a list with the terms of several
    if published:
        terms = tuple(term for term in terms if term.value in wanted)
    if codelist.open:
        known = {term.value for term in terms}
        terms = (*terms, *(Term(value) for value in sorted(wanted - known)))
    if not terms:
        return None
    if published and not _needs_decodes(codelist, [term.value for term in terms]):
        terms = tuple(replace(term, decode="") if term.decode else term for term in terms)
    return codelist if terms == codelist.terms else replace(codelist, terms=terms)


def level_place(variable: str, where: RangeCheck) -> str:
    """A value level in an identifier: ``TS.TSVAL.DOSU``; of several values the first stands for all."""
    first = "".join(char if char.isascii() and char.isalnum() else "_" for char in where.values[0])
    first = f"NOT_{first}" if where.comparator == "NOTIN" else first
    return f"{where.dataset}.{variable}.{first}"


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


def written_values(lines: Iterable[Line]) -> set[str]:
    """The values that lines write out."""
    return set[str]().union(*(possible_values(line.tree) for line in lines))
