"""Results and figures that ``for`` writes once for several, filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.plan.analyses import BARE, VALUES
from ced_cdisc.plan.language.templates import entries_of, fill, texts_of, unfilled
from ced_cdisc.spec.results import FigureSpec, ResultSpec

S = TypeVar("S", ResultSpec, FigureSpec)


def written_out(specs: Iterable[S], findings: Findings) -> list[S]:
    """Each result or figure as often as its ``for`` says; without those at fault.

    A {name} that nothing fills in is CED012. The braces of ``show`` are told by its own reader.
    """
    made: list[S] = []
    for spec in specs:
        if _is_taken(spec, findings):
            continue
        for constants in entries_of(spec.for_, [spec], findings):
            filled = fill(spec, constants)
            if not unfilled(texts_of(filled, but=("show", "for_")), findings):
                made.append(filled)
    return made


def _is_taken(spec: ResultSpec | FigureSpec, findings: Findings) -> bool:
    """CED141: a name of ``for`` that ``show`` prints: {n} would be its text, and not the number."""
    if not isinstance(spec, ResultSpec):
        return False
    printed = {name: one.method for one in (*spec.sensitivity[::-1], spec) for name in VALUES[one.method]}
    name = next((name for entry in spec.for_ or () for name in entry if name in BARE & printed.keys()), None)
    if name is None:
        return False
    message = f"the name {name} of this 'for' is taken: {{{name}}} in 'show' is what {printed[name]} gives"
    findings.add(Finding("CED141", message, name.where, hint="give it another name"))
    return True


def second(what: str, name: str, place: Location, first: Location) -> Finding:
    """CED029: two results or figures have one name; at one place they are of one ``for``."""
    hint = "write a {name} of its 'for' into the id" if place == first else ""
    return Finding("CED029", f"a second {what} {name}", place, hint=hint)
