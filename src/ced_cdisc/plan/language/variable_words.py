"""What a variable has once, though several lines make it: blocks, parameters, derived records."""

from __future__ import annotations

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text


def together(first: LineSpec, line: LineSpec, shown: str, findings: Findings) -> LineSpec:
    """The first line of a variable with the words of a further one: what is planned for the largest value."""
    update: dict[str, object] = {
        "label": once("label", first.label, line.label, shown, findings),
        "format": once("format", first.format, line.format, shown, findings),
        "length": max((n for n in (first.length, line.length) if n is not None), default=None),
        "decimals": max((n for n in (first.decimals, line.decimals) if n is not None), default=None),
    }
    return first.model_copy(update=update)


def once(word: str, first: Text | None, text: Text | None, shown: str, findings: Findings) -> Text | None:
    """The text of a word that one of two lines gives, or both alike; CED128 where they differ."""
    if first is None or text is None:
        return first if text is None else text
    if first != text:
        message = f"'{word}' of {shown} is '{text}' here and '{first}' in {first.where}"
        findings.add(Finding("CED128", message, text.where, hint=f"a variable has one {word}"))
    return first
