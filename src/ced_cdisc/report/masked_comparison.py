"""A comparison without what tells who somebody is: what its writers are given."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ced_cdisc.compare.model import Comparison, Difference, Record
from ced_cdisc.compare.showing import MISSING
from ced_cdisc.core.masking import IDENTIFYING, SUBJECTS, Identifiers

_NAMES = frozenset((*SUBJECTS, *IDENTIFYING))
_LISTED = re.compile(r"(?:'(?P<quoted>[^']*)'|(?P<plain>[^\s',]+)) (?P<count>\([\d,]+(?: records?)?\))")
_PAIR = re.compile(r"(?P<a>.+) -> (?P<b>.+): (?P<count>[\d,]+)")
_SEVERAL = re.compile(r"\b(?P<name>[A-Z][A-Z0-9_]*) in \((?P<values>[^)]*)\)")
_LISTED_VALUE = re.compile(r"'[^']*'|[^\s,']+")


def masked_comparison(comparison: Comparison, identifiers: Identifiers) -> Comparison:
    """The same comparison with masked subjects and values; numbers of rows, --SEQ and counts stay."""
    datasets = tuple(
        replace(one, differences=tuple(_difference(d, identifiers) for d in one.differences))
        for one in comparison.datasets
    )
    return replace(comparison, datasets=datasets)


def _difference(difference: Difference, identifiers: Identifiers) -> Difference:
    name = difference.variable if difference.variable in _NAMES else ""

    def shown(text: str) -> str:
        if difference.code == "CED701":
            text = _LISTED.sub(
                lambda m: f"{identifiers.subject(m['quoted'] or m['plain'] or '')} {m['count']}", text
            )
        elif name and (pair := _PAIR.fullmatch(text)):
            a, b = (_value(name, pair[side], identifiers) for side in "ab")
            return f"{a} -> {b}: {pair['count']}"
        return identifiers.assigned(_SEVERAL.sub(several, text))

    def several(found: re.Match[str]) -> str:
        listed = _LISTED_VALUE.sub(lambda m: _value(found["name"], m[0], identifiers), found["values"])
        return f"{found['name']} in ({listed})" if found["name"] in _NAMES or identifiers.unread else found[0]

    return replace(
        difference,
        message=shown(difference.message),
        details=tuple(map(shown, difference.details)),
        records=tuple(_record(record, difference.variable, identifiers) for record in difference.records),
    )


def _record(record: Record, name: str, identifiers: Identifiers) -> Record:
    return Record(
        tuple((key, _value(key, text, identifiers)) for key, text in record.keys),
        _value(name, record.a, identifiers),
        _value(name, record.b, identifiers),
    )


def _value(name: str, text: str, identifiers: Identifiers) -> str:
    """A value as a report shows it, in quotes or not."""
    if text in ("", MISSING):
        return text
    quote = "'" if len(text) > 1 and text[0] == text[-1] == "'" else ""
    return quote + identifiers.value(name, text[1:-1] if quote else text) + quote
