"""Two packages of terminology compared: codelists and terms added, removed and renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ced_cdisc.standards.ct import CtCodelist

Kind = Literal["added", "removed", "renamed", "recoded", "extensible"]


class Edition(Struct, frozen=True):
    """One package to compare: its codelists by NCI code."""

    publisher: str
    version: str
    lists: Mapping[str, CtCodelist]


class ListChange(Struct, frozen=True):
    """A codelist that was added, removed, renamed (short name), or became extensible or not (Yes, No)."""

    kind: Kind
    code: str
    before: str
    after: str


class TermChange(Struct, frozen=True):
    """A term added, removed, renamed (same code) or recoded (same value) in a list of both packages."""

    kind: Kind
    codelist: str
    code: str
    before: str
    after: str


class Comparison(Struct, frozen=True):
    """What changed from one package to the other, by short name of the list, kind and value."""

    old: Edition
    new: Edition
    lists: tuple[ListChange, ...]
    terms: tuple[TermChange, ...]

    def name(self, codelist: str) -> str:
        """A codelist in messages: ``AESEV (C66769)``, by its old name."""
        listed = self.old.lists.get(codelist) or self.new.lists[codelist]
        return f"{listed.short_name} ({codelist})"


def compare(old: Edition, new: Edition) -> Comparison:
    """The changes from one package to another of the same standard."""
    lists: list[ListChange] = []
    terms: list[TermChange] = []
    for code in sorted({*old.lists, *new.lists}, key=lambda c: (_any(old, new, c).short_name, c)):
        before, after = old.lists.get(code), new.lists.get(code)
        if before is None:
            lists.append(ListChange("added", code, "", _any(old, new, code).short_name))
        elif after is None:
            lists.append(ListChange("removed", code, before.short_name, ""))
        else:
            if before.short_name != after.short_name:
                lists.append(ListChange("renamed", code, before.short_name, after.short_name))
            if before.extensible != after.extensible:
                lists.append(ListChange("extensible", code, _word(before), _word(after)))
            terms += _terms(before, after)
    return Comparison(old, new, tuple(lists), tuple(terms))


def moved(old: CtCodelist, new: CtCodelist, what: str) -> list[tuple[str, str, str]]:
    """Texts that mean another term than before: the text, and the terms before and after.

    A text that means no term in one of the lists is left out: a build says so itself.

    Args:
        old: the list before.
        new: the list after.
        what: ``synonym`` or ``preferred term``.
    """
    before, after = _meant(old, what), _meant(new, what)
    both = sorted(text for text in before.keys() & after.keys() if before[text] != after[text])
    said = [(text, _said(old, before[text]), _said(new, after[text])) for text in both]
    return [one for one in said if one[1] != one[2]]


def _meant(codelist: CtCodelist, what: str) -> dict[str, set[str]]:
    made: dict[str, set[str]] = {}
    for term in codelist.terms:
        others = term.synonyms if what == "synonym" else (term.preferred_term,)
        for text in {term.submission_value, *others}:
            made.setdefault(text, set()).add(term.code)
    return made


def _said(codelist: CtCodelist, codes: set[str]) -> str:
    return ", ".join(sorted(term.submission_value for term in codelist.terms if term.code in codes))


def _any(old: Edition, new: Edition, code: str) -> CtCodelist:
    return old.lists.get(code) or new.lists[code]


def _word(codelist: CtCodelist) -> str:
    return "Yes" if codelist.extensible else "No"


def _terms(old: CtCodelist, new: CtCodelist) -> list[TermChange]:
    made: list[TermChange] = []
    taken: set[str] = set()
    for term in old.terms:
        same, alike = new.by_code(term.code), new.term(term.submission_value)
        if same is not None:
            if same.submission_value != term.submission_value:
                made.append(_change("renamed", old, term.code, term.submission_value, same.submission_value))
        elif alike is not None and old.by_code(alike.code) is None:
            made.append(_change("recoded", old, term.code, term.code, alike.code))
            taken.add(alike.code)
        else:
            made.append(_change("removed", old, term.code, term.submission_value, ""))
    for term in new.terms:
        if old.by_code(term.code) is None and term.code not in taken:
            made.append(_change("added", old, term.code, "", term.submission_value))
    return sorted(made, key=lambda change: (change.kind, change.before, change.after, change.code))


def _change(kind: Kind, codelist: CtCodelist, code: str, before: str, after: str) -> TermChange:
    return TermChange(kind, codelist.code, code, before, after)
