"""The lines of the specs behind the rows of a workbook, found in the trees that the specs are read into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.spec.layers import Part
from ced_cdisc.spec.source import Mapping, Node, Text, entry, key_of
from ced_cdisc.spec.source import Sequence as NodeSequence
from ced_cdisc.workbook.where import NoClause, parse_clauses

_HOLDERS = ("variables", "rows", "supp")
_SUPP = "SUPP"


class SpecLine(Struct, frozen=True):
    """One entry of a spec: its key with its place, and its value: a text, or keys and values."""

    key: Text
    value: Text | Mapping

    def text(self, key: str) -> Text | None:
        """What the line has under a key."""
        found = entry(self.value, key)
        return found if isinstance(found, Text) else None


class SpecTrees:
    """The trees of a study's specs, asked by names of datasets and variables."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def top(self, kind: str) -> Mapping | None:
        """The tree of ``study`` or ``define``."""
        return next((part.tree for part in self._parts if part.kind == kind), None)

    def dataset(self, name: str) -> Mapping | None:
        """The tree that makes a dataset; of supplemental qualifiers, that of their parent."""
        for part in self._parts:
            if part.kind in ("sdtm", "adam"):
                made = entry(part.tree, "dataset") or entry(part.tree, "domain")
                if str(made) in (name, name.removeprefix(_SUPP)):
                    return part.tree
        return None

    def variable(self, dataset: str, variable: str) -> list[SpecLine]:
        """The lines of a variable, in the order of the file."""
        tree = self.dataset(dataset)
        if tree is None or dataset.startswith(_SUPP):
            return []
        domain = str(entry(tree, "domain") or "")
        names = {variable}
        if domain and variable.startswith(prefix := domain[-2:]):
            names.add("--" + variable.removeprefix(prefix))
        return [line for holder, line in _lines(tree) if holder != "supp" and str(line.key) in names]

    def value(self, dataset: str, variable: str, clause: str) -> list[SpecLine]:
        """The lines behind a row of value-level metadata: of a qualifier, or of a parameter."""
        tree = self.dataset(dataset)
        try:
            clauses = parse_clauses(clause)
        except NoClause:
            return []
        if tree is None or len(clauses) != 1 or len(clauses[0]) != 1 or len(clauses[0][0].values) != 1:
            return []
        condition = clauses[0][0]
        wanted = condition.values[0]
        if condition.variable == "QNAM" and dataset.startswith(_SUPP):
            return [line for holder, line in _lines(tree) if holder == "supp" and str(line.key) == wanted]
        if condition.variable == "PARAMCD" and variable in ("AVAL", "AVALC"):
            return [
                SpecLine(key, node)
                for holder in _mappings(tree, "parameters")
                for key, node in holder.items()
                if str(key) == wanted and isinstance(node, Mapping)
            ]
        return []

    def defined(self, kind: str, name: str) -> Mapping | None:
        """An entry of define.yaml: of ``codelists``, ``documents`` or ``displays``."""
        top = self.top("define")
        found = entry(entry(top, kind), name)
        return found if isinstance(found, Mapping) else None

    def result(self, identifier: str) -> Mapping | None:
        """A result of an analysis dataset by its id."""
        for part in self._parts:
            listed = entry(part.tree, "results") if part.kind == "adam" else None
            items: list[Node] = list(listed) if isinstance(listed, NodeSequence) else []
            for one in items:
                if isinstance(one, Mapping) and str(entry(one, "id")) == identifier:
                    return one
        return None


def place(node: Mapping | None, key: str) -> Location:
    """The place of a key, of its mapping where it has no such key, or none."""
    found = key_of(node, key)
    return found.where if found is not None else node.where if node is not None else Location("")


def _lines(tree: Node) -> Iterator[tuple[str, SpecLine]]:
    for holder in _HOLDERS:
        for mapping in _mappings(tree, holder):
            for key, value in mapping.items():
                if isinstance(value, Text | Mapping):
                    yield holder, SpecLine(key, value)


def _mappings(node: Node, key: str) -> Iterator[Mapping]:
    """The mappings that stand under a key, at any depth."""
    if isinstance(node, NodeSequence):
        for item in node:
            yield from _mappings(item, key)
    elif isinstance(node, Mapping):
        for name, value in node.items():
            if name == key and isinstance(value, Mapping):
                yield value
            yield from _mappings(value, key)
