"""Domains that go into one: the spec of each as blocks, and their specs as one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.spec.layers import Part
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, entry, key_of, mapping_like, sequence_at

_BLOCK = (
    *(
        "from",
        "with",
        "each",
        "where",
        "unknown",
        "for",
        "visit",
        "long",
        "test",
        "tests",
        "result",
        "unit",
        "range",
    ),
    *("flags", "items", "not_done", "variables", "supp"),
)
_OF_ALL = ("variables", "supp", "tests", "unit", "range", "flags")  # what blocks of a stack take from above
_ALIKE = ("omit", "baseline")
_FILLED_IN = ("--SEQ", "--LOBXFL", "--DY", "--STDY", "--ENDY", "EPOCH")
"""What is filled in over a whole domain where no line says otherwise."""


class Domain(Struct, frozen=True):
    """The spec of a domain that goes into another one, or that others go into."""

    part: Part
    prefix: str = ""

    @property
    def code(self) -> str:
        """The prefix of its variables: that of its code, or of the domain it went into."""
        return self.prefix or self.part.name

    @property
    def blocks(self) -> list[Mapping]:
        """Its blocks, each with what holds for all of them."""
        tree = self.part.tree
        stack = entry(tree, "stack")
        if not isinstance(stack, Sequence):
            return [mapping_like(tree, {key: value for key, value in tree.items() if key in _BLOCK})]
        above = {key: value for key, value in tree.items() if key in _OF_ALL}
        return [_below(above, block, self._full) for block in stack if isinstance(block, Mapping)]

    def constant(self, name: str) -> str | None:
        """The one value that a variable (--CAT) has, empty where it has none; None where values vary."""
        found: set[str | None] = set()
        for block in self.blocks:
            own = self._said(block, name)
            tests = entry(block, "long")
            below = (
                [test for test in tests if isinstance(test, Mapping)] if isinstance(tests, Sequence) else []
            )
            found |= {
                _constant(said if (said := self._said(test, name)) else own) for test in below or [block]
            }
            if entry(block, "items") is not None or entry(block, "tests") is not None:
                found.add(None)
        return next(iter(found)) if len(found) == 1 else None

    def line(self, name: str) -> Text | None:
        """The first key that writes a variable, in a block or for a test."""
        for block in self.blocks:
            tests = entry(block, "long")
            for node in (block, *(tests if isinstance(tests, Sequence) else ())):
                lines = entry(node, "variables")
                if (key := key_of(lines, self._full(name)) or key_of(lines, name)) is not None:
                    return key
        return None

    def _full(self, name: str) -> str:
        """--SCAT as QSSCAT."""
        return self.code[:2] + name[2:] if name.startswith("--") else name

    def _said(self, node: Node, name: str) -> Node:
        lines = entry(node, "variables")
        return entry(lines, self._full(name)) or entry(lines, name)


def _constant(line: Node) -> str | None:
    if line is None:
        return ""
    value = entry(line, "assign")
    plain = isinstance(line, Mapping) and set(line) <= {"assign", "comment"}
    return str(value) if plain and isinstance(value, Text) and "{" not in value else None


def _below(above: dict[Text, Node], block: Mapping, full: Callable[[str], str]) -> Mapping:
    made = mapping_like(block)
    for key, value in above.items():
        mine = entry(block, key)
        if isinstance(value, Mapping) and isinstance(mine, Mapping) and key in ("variables", "supp", "tests"):
            given = {full(name) for name in mine}
            left = {k: v for k, v in value.items() if full(k) not in given}
            made[key] = mapping_like(mine, left | dict(mine))
        else:
            made[key] = value if mine is None else mine
    return mapping_like(block, dict(made) | {key: value for key, value in block.items() if key not in made})


def together(target: str, domains: list[Domain], where: Location, findings: Findings) -> Part:
    """One spec of several (already renamed): their blocks one below the other.

    What is of the whole domain is joined (`sort`, `structure`, `comment`, `checks`) or must be the same in
    all of them (`omit`, `baseline`); class, label and the like are those of the domain that was there before.
    """
    first = domains[0].part
    before = first.tree if first.name == target else Mapping()
    tree = mapping_like(first.tree, {Text("domain", where): Text(target, where)})
    tree.update({k: v for k, v in before.items() if k not in (*_BLOCK, *_ALIKE, "domain", "stack")})
    for domain in domains:
        for word in ("rows", "relate", "dataset"):
            if (key := key_of(domain.part.tree, word)) is not None:
                message = f"{domain.part.name} and others cannot be one domain where it has '{word}'"
                findings.add(Finding("CED049", message, key.where))
    for name in _FILLED_IN:
        lines = [domain.line(name) for domain in domains]
        line = next((line for line in lines if line is not None), None)
        if line is not None and None in lines:
            without = domains[lines.index(None)].part.name
            message = f"{without} has no line for {name}, and would have none filled in beside this one"
            findings.add(Finding("CED049", message, line.where, hint="write a line for each or for none"))
    for word in _ALIKE:
        said = [entry(domain.part.tree, word) for domain in domains]
        odd = next((d for d, value in zip(domains, said, strict=True) if value != said[0]), None)
        if odd is not None:
            message = f"{odd.part.name} and {first.name} cannot be one domain: their '{word}' is not the same"
            findings.add(Finding("CED049", message, (key_of(odd.part.tree, word) or odd.part.tree).where))
        elif said[0] is not None:
            tree[Text(word, where)] = said[0]
    for word, between in (("structure", "; "), ("comment", " ")):
        texts = [text for d in domains if isinstance(text := entry(d.part.tree, word), Text)]
        if texts:
            tree[Text(word, where)] = Text(between.join(dict.fromkeys(map(str, texts))), texts[0].where)
    sorts = [_items(domain, "sort") for domain in domains]
    if any(sorts):
        tree[Text("sort", where)] = sequence_at(where, _order(sorts))
    checks = [check for domain in domains for check in _items(domain, "checks")]
    if checks:
        tree[Text("checks", where)] = sequence_at(where, checks)
    stack = [block for domain in domains for block in domain.blocks]
    tree[Text("stack", where)] = sequence_at(where, stack)
    files = tuple(file for domain in domains for file in domain.part.files)
    return replace(first, name=target, tree=tree, files=files)


def _items(domain: Domain, word: str) -> list[Node]:
    found = entry(domain.part.tree, word)
    return list(found) if isinstance(found, Sequence) else [found] if found is not None else []


def _order(lists: list[list[Node]]) -> list[Node]:
    """One order of several: the longest; a key that it lacks goes after the one before it in its own list."""
    made = list(max(lists, key=len))
    for keys in lists:
        for before, key in zip([None, *keys], keys, strict=False):
            if key not in made:
                made.insert(made.index(before) + 1 if before in made else 0, key)
    return made
