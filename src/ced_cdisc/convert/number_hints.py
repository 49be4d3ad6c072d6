"""What to do about a text that is no number, by its form: never to make it missing without a word."""

from __future__ import annotations

import re

_NUMBER = r"[-+]?[0-9]+(?:[.,][0-9]+)?"
_COMPARED = re.compile(rf"(?:<|>|<=|>=|≤|≥|=) *{_NUMBER}")
_GROUPS = r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})"
_GROUP_OR_COMMA = re.compile(_GROUPS)
_THOUSANDS = re.compile(rf"{_GROUPS}+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_BESIDE = re.compile(rf"{_NUMBER} *[^0-9,. ].*")
_POWER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)? *[eE][-+]?[0-9]+")
_LIMIT = re.compile(
    r"[<>]? *(?:b\.?l\.?q\.?|b\.?q\.?l\.?|[bal]?[lu]?loq|auloq|alq|aql|bdl|bld|lod)"
    r"|(?:below|above|under|over) .*|not (?:detected|detectable|quantifiable)",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"nd|n\.d\.|na|n\.a\.|n/a|nk|unk|unknown|missing|none|null|[-.?*]+"
    r"|not (?:done|known|available|applicable)",
    re.IGNORECASE,
)


def number_hint(value: str) -> str:
    """The next step beside ``'81.2 kg' is not a number``; it does not quote the value.

    >>> number_hint("ND")
    'list it under `missing` in sources.yaml, or write `not_done` where a test was not done'
    """
    if _COMPARED.fullmatch(value):
        return "numeral(..) reads its number, and comparator(..) what stands before it"
    if _GROUP_OR_COMMA.fullmatch(value):  # read the wrong way, it is a thousand times too great or too small
        return (
            "write for the table in sources.yaml `thousands: yes` if the comma separates thousands, "
            "`decimal: comma` if it is the decimal sign"
        )
    if _THOUSANDS.fullmatch(value):
        return "write `thousands: yes` for the table in sources.yaml"
    if _COMMA.fullmatch(value):
        return "write `decimal: comma` for the table in sources.yaml"
    if _POWER.fullmatch(value):
        return "`ct` gives the plain digits of a power of ten, as {2.5E11: 250000000000}"
    if _BESIDE.fullmatch(value):
        return "extract(..) takes the number out, and its unit for a line of its own"
    if _LIMIT.fullmatch(value):
        return 'it is no missing result: value: "numeric({result})" of its test keeps it in --STRESC'
    if _NOTHING.fullmatch(value):
        return "list it under `missing` in sources.yaml, or write `not_done` where a test was not done"
    return "correct the data, or tell the reason under `not_done`; numeric(..) loses the text"
