"""Names of domains that go into another one: in the texts of specs, with each text knowing its place still.

Domain codes have two letters, so that a name keeps its length. What is put in beside, a condition that keeps
the records of the others out, is marked as added (:class:`~ced_cdisc.spec.source.Text`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from ced_cdisc.spec.source import Text
from ced_cdisc.spec.words import AGGREGATES, OWN_RECORDS
from ced_cdisc.standards.model import GENERAL_CLASSES, general_variable

_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?|\S", re.ASCII)
_WORD = re.compile(r"(?<![\w.'])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?", re.ASCII)
_CLAUSES = ("where", "on", "order")


class Group(Struct, frozen=True):
    """The records of one domain within the domain that it goes into.

    Attributes:
        code: the code that the specs write.
        target: the domain that holds the records; for those that were its own, ``code``.
        marks: --CAT or --SCAT, or both, with the value that no other group has; None: it is missing.
    """

    code: str
    target: str
    marks: tuple[tuple[str, str | None], ...] = ()

    def condition(self, *, owned: bool) -> str:
        """What holds for these records alone; ``owned`` where names stand after the dataset's."""
        return " and ".join(
            f"{self._name(name, owned)} is missing"
            if value is None
            else f"{self._name(name, owned)} = {_quoted(value)}"
            for name, value in self.marks
        )

    def otherwise(self) -> str:
        """What holds for the records of all others."""
        return " or ".join(
            f"{self._name(name, False)} is present"
            if value is None
            else f"{self._name(name, False)} is missing or {self._name(name, False)} != {_quoted(value)}"
            for name, value in self.marks
        )

    def _name(self, name: str, owned: bool) -> str:
        return f"{self.target}." * owned + self.target + name[2:]


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Names(Struct, frozen=True):
    """The groups by the code that specs write, and the datasets of the study as they are written."""

    groups: Mapping[str, Group]
    datasets: Collection[str]

    def moved(self, name: str) -> Group | None:
        """The group whose domain is gone, of a domain code or of a variable with its prefix."""
        group = self.groups.get(name[:2])
        if group is None or group.target == group.code:
            return None
        return group if name == group.code or _is_variable(name, group.code) else None

    def word(self, word: str) -> str:
        """A name in the profile: XC, XCTESTCD, XC.XCTESTCD, SUPPXC, XCTESTCD.APVEL, ADCF.XCTESTCD."""
        first, dot, rest = word.partition(".")
        if self.moved(first) is None and dot and first in self.datasets:
            return first + dot + self._plain(rest)
        if first in self.groups:
            return self._plain(first) + dot + self._plain(rest)
        return self._plain(first) + dot + rest

    def _plain(self, name: str) -> str:
        if name.startswith("SUPP") and (group := self.moved(name[4:])) is not None and name[4:] == group.code:
            return "SUPP" + group.target
        found = self.moved(name)
        return name if found is None else found.target + name[2:]

    def prose(self, text: Text) -> Text:
        """A text for readers, with every name in it renamed."""
        made = _WORD.sub(lambda match: self.word(match[0]), text)
        return text if made == text else Text(made, text.where, text.span, text.added)

    def expression(self, text: Text, own: Group | None = None) -> Text:
        """An expression with its names renamed, constants in quotes left alone.

        A function over several records sees the group alone, where it goes over a domain of several; ``own``
        is the group whose spec the text stands in, of which names without a dataset are.
        """
        tokens = list(_TOKEN.finditer(text))
        puts: list[tuple[int, str]] = []
        for number, token in enumerate(tokens):
            if token[0] in AGGREGATES and number + 1 < len(tokens) and tokens[number + 1][0] == "(":
                puts += self._kept_apart(tokens, number, own)
        renamed = list(text)
        for token in tokens:
            if token[0][0].isalpha():
                renamed[token.start() : token.end()] = self.word(token[0])
        return _with(text, "".join(renamed), sorted(puts))

    def _kept_apart(
        self, tokens: list[re.Match[str]], number: int, own: Group | None
    ) -> Iterator[tuple[int, str]]:
        """What is put into the call at ``number`` so that it sees the records of one group alone."""
        end, clauses = _call(tokens, number + 1)
        first = min(clauses.values(), default=end)
        argument = tokens[number + 2 : first]
        reach = argument or tokens[number + 2 : end]
        owners = (token[0].partition(".")[0] for token in reach if "." in token[0])
        owner = (
            "" if tokens[number][0] in OWN_RECORDS else next((o for o in owners if o in self.datasets), "")
        )
        group = self.groups.get(owner) if owner else own
        if group is None or not group.marks:
            return
        condition = group.condition(owned=bool(owner))
        if "where" in clauses:
            start = clauses["where"]
            stop = min((at for at in clauses.values() if at > start), default=end)
            yield tokens[start + 1].start(), f"{condition} and ("
            yield tokens[stop - 1].end(), ")"
        elif argument:
            yield tokens[first - 1].end(), f" where {condition}"
        else:
            yield tokens[number + 1].end(), f"where {condition}" + " " * (first < end)

    def narrowed(self, where: Text | None, group: Group, at: Text, *, owned: bool) -> Text:
        """The condition ``where`` (already renamed), or none, for the records of the group alone."""
        condition = group.condition(owned=owned)
        if where is None:
            return Text(condition, at.where)
        return _with(where, str(where), [(0, "("), (len(where), f") and {condition}")])

    def check(self, check: Text, group: Group) -> Text:
        """A check (already renamed) that holds for the records of all other groups."""
        return _with(check, str(check), [(0, f"{group.otherwise()} or ("), (len(check), ")")])


def _is_variable(name: str, code: str) -> bool:
    return len(name) > 2 and any(general_variable(of, name, code) is not None for of in GENERAL_CLASSES)


def _call(tokens: list[re.Match[str]], start: int) -> tuple[int, dict[str, int]]:
    """Of a call whose bracket opens at ``start``: where it closes, and where its clauses begin."""
    depth, clauses = 0, dict[str, int]()
    for number in range(start, len(tokens)):
        word = tokens[number][0]
        depth += (word in "([") - (word in ")]")
        if depth == 0:
            return number, clauses
        if depth == 1 and word in _CLAUSES:
            clauses.setdefault(word, number)
    return len(tokens), clauses


def _with(text: Text, renamed: str, puts: list[tuple[int, str]]) -> Text:
    """The renamed text of a text, with pieces put in at offsets in rising order."""
    if not puts:
        return text if renamed == text else Text(renamed, text.where, text.span, text.added)
    made, added, last = "", list[tuple[int, int]](), 0
    old = {i for start, end in text.added for i in range(start, end)}
    for at, piece in [*puts, (len(renamed), "")]:
        for i in range(last, at):
            if i in old:
                added.append((len(made) + i - last, len(made) + i - last + 1))
        made += renamed[last:at]
        if piece:
            added.append((len(made), len(made) + len(piece)))
        made, last = made + piece, at
    return Text(made, text.where, text.span, tuple(added))
