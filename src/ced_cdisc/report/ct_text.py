"""The comparison of two packages of terminology as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ced_cdisc.report.ct_impact import Concern
from ced_cdisc.standards.ct_diff import Comparison, ListChange, TermChange


def comparison_text(change: Comparison) -> str:
    """All changes, list by list; one line a change."""
    head = f"{change.old.publisher} CT {change.old.version} -> {change.new.version}"
    if not change.lists and not change.terms:
        return f"{head}: no change\n"
    lines = [head, f"  codelists: {_counted(change.lists)}", f"  terms: {_counted(change.terms)}"]
    for one in change.lists:
        lines.append(f"codelist {change.name(one.code)} {_said(one)}")
    last = ""
    for term in change.terms:
        if term.codelist != last:
            lines.append(f"terms of {change.name(term.codelist)}")
            last = term.codelist
        lines.append(f"  {_term(term)}")
    return "\n".join(lines) + "\n"


def concerns_text(found: Sequence[Concern], study: str) -> str:
    """The changes that concern the study: places in the specs, then the records of each variable."""
    if not found:
        return f"nothing concerns study {study}\n"
    return (
        "\n".join([f"{_number(len(found), 'change')} of concern to study {study}", *_concerns(found)]) + "\n"
    )


def _concerns(found: Sequence[Concern]) -> Iterator[str]:
    for one in found:
        yield one.text
        yield from (f"    {place} {name}" for place, name in sorted(one.places))
        yield from (f"    {name}: {_number(count, 'record')}" for name, count in sorted(one.records.items()))


def _counted(changes: Sequence[ListChange | TermChange]) -> str:
    kinds = [change.kind for change in changes]
    words = ("added", "removed", "renamed", "recoded", "extensible")
    said = [f"{kinds.count(kind)} {kind}" for kind in words if kind in kinds]
    return ", ".join(said).replace("extensible", "with another extensibility") or "no change"


def _said(change: ListChange) -> str:
    if change.kind == "extensible":
        return f"extensible: {change.before} -> {change.after}"
    return f"renamed to {change.after}" if change.kind == "renamed" else change.kind


def _term(term: TermChange) -> str:
    if term.kind == "renamed":
        return f"renamed {term.before} -> {term.after} ({term.code})"
    if term.kind == "recoded":
        return f"recoded {term.before} -> {term.after}"
    return f"{term.kind} {term.before or term.after} ({term.code})"


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
