"""Differences of metadata: labels, types, lengths, formats, order, and variables on one side only."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence

from ced_cdisc.compare.model import Attribute, ComparedTable, ComparedVariable, Difference
from ced_cdisc.core.findings import Severity, counted, did_you_mean, one_of

_CODES: dict[Attribute, tuple[str, str, str]] = {
    "labels": ("CED704", "label", "the labels differ"),
    "types": ("CED705", "type", "the types differ"),
    "lengths": ("CED706", "length", "the lengths differ [bytes]"),
    "formats": ("CED707", "format", "the formats differ"),
}


def attribute_differences(
    a: ComparedTable, b: ComparedTable, ignore: Collection[str]
) -> Iterator[Difference]:
    """What the two files say otherwise of the dataset and its variables.

    Args:
        a: side A.
        b: side B.
        ignore: words of :data:`IGNORABLE`.
    """
    yield from _one_sided(a, b)
    theirs = {variable.name: variable for variable in b.variables}
    shared = [(one, theirs[one.name]) for one in a.variables if one.name in theirs]
    both = a.knows & b.knows
    if "labels" in both and "labels" not in ignore and a.label != b.label:
        message = f"the label of the dataset differs: A '{a.label}', B '{b.label}'"
        yield Difference("CED704", message, cause="dataset label", count=1)
    for attribute, (code, word, text) in _CODES.items():
        if attribute in both and attribute not in ignore:
            pairs = [(v.name, *_values(word, v, w)) for v, w in shared]
            different = [(name, x, y) for name, x, y in pairs if x != y]
            if different:
                details = tuple(f"{name}: A {x or 'none'}, B {y or 'none'}" for name, x, y in different)
                if attribute == "types":
                    text += ", the values are compared by meaning"
                message = f"{text} in {counted(len(different), 'variable')}"
                yield Difference(code, message, cause=word, count=len(different), details=details)
    if "order" not in ignore:
        yield from _order([v.name for v, _ in shared], [v.name for v in b.variables if v.name in _names(a)])
    unknown = [word for word in _CODES if word not in both]
    if unknown:
        sides = [
            f"{table.shown} ({side}) has no {', '.join(missing)}"
            for side, table in (("A", a), ("B", b))
            if (missing := [word for word in _CODES if word not in table.knows])
        ]
        yield Difference("CED712", f"{'; '.join(sides)}: not compared", severity=Severity.NOTE)


def _names(table: ComparedTable) -> set[str]:
    return {variable.name for variable in table.variables}


def _values(word: str, a: ComparedVariable, b: ComparedVariable) -> tuple[str, str]:
    if word == "length":
        return str(a.length), str(b.length)
    if word == "label":
        return f"'{a.label}'" * bool(a.label), f"'{b.label}'" * bool(b.label)
    return (a.type, b.type) if word == "type" else (a.format, b.format)


def _one_sided(a: ComparedTable, b: ComparedTable) -> Iterator[Difference]:
    for side, one, other in (("A", a, b), ("B", b, a)):
        alone = [v.name for v in one.variables if v.name not in _names(other)]
        if alone:
            hints = [
                f"{name}: {hint.replace('did you mean', 'is it')}"
                for name in alone
                if (hint := did_you_mean(name, _names(other) - _names(one)))
            ]
            message = f"{counted(len(alone), 'variable')} only in {side}: {one_of(alone)}"
            yield Difference(
                "CED702", message, cause=f"only in {side}", count=len(alone), details=tuple(hints)
            )


def _order(a: Sequence[str], b: Sequence[str]) -> Iterator[Difference]:
    """The fewest variables whose moving makes the orders equal."""
    if a == b:
        return
    place = {name: i for i, name in enumerate(b)}
    kept = _longest_rising([place[name] for name in a])
    moved = [name for name in a if place[name] not in kept]
    details = tuple(f"{name}: {_after(name, a)} in A, {_after(name, b)} in B" for name in moved)
    message = f"the order of the variables differs: {counted(len(moved), 'variable')} moved"
    yield Difference("CED708", message, cause="order", count=len(moved), details=details)


def _after(name: str, names: Sequence[str]) -> str:
    at = names.index(name)
    return "first" if at == 0 else f"after {names[at - 1]}"


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The members of a longest rising subsequence."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    kept: set[int] = set()
    last: int | None = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
