"""Expressions as a pattern: every word before a bracket is a function, every ``table.column`` is known.

The grammar itself is no regular language: whether an expression is well formed, ``check-spec`` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.schema.scalars import Schema
from ced_cdisc.spec.words import AGGREGATES

_KEYWORDS = ("and", "or", "not", "in", "between", "where", "on", "order", "by", "is", "desc")
_STRING = "'(?:[^']|'')*'"
_MESSAGE = (
    "a function, raw column or variable in this expression is not known; ced-cdisc check-spec says which"
)


def expression(
    known: Mapping[str, Iterable[str]], numeric: bool = True, plug_ins: Iterable[str] = ()
) -> Schema:
    """An expression whose functions and names are known.

    Args:
        known: columns or variables by table or dataset; names of other owners are not looked at.
        numeric: whether it may be a number, as a plain scalar is to an editor.
        plug_ins: functions that the study brings along.
    """
    return {
        "type": ["string", "number"] if numeric else "string",
        "pattern": pattern(known, plug_ins),
        "patternErrorMessage": _MESSAGE,
    }


def pattern(known: Mapping[str, Iterable[str]], plug_ins: Iterable[str] = ()) -> str:
    """The pattern of :func:`expression`: a text of tokens, of which no two begin alike.

    >>> import re
    >>> bool(re.search(pattern({"ae": ["TERM"]}), "upper(ae.TERM) = 'ae.TREM'"))
    True
    >>> bool(re.search(pattern({"ae": ["TERM"]}), "upper(ae.TREM) = 'x'"))
    False
    >>> bool(re.search(pattern({}), "uper(TERM)"))
    False
    """
    calls = "|".join(
        sorted((*FUNCTIONS, *plug_ins, *AGGREGATES, *_KEYWORDS), key=lambda word: (-len(word), word))
    )
    owners = {
        owner: sorted(set(names), key=lambda name: (-len(name), name)) for owner, names in known.items()
    }
    tokens = [_STRING, rf"(?:{calls})\s*\("]
    tokens += [
        rf"{owner}\.(?:(?:{'|'.join(names)})(?![\w{{]|\s*\()|\w*\{{)"
        for owner, names in owners.items()
        if names
    ]
    others = f"(?!(?:{'|'.join(owners)})\\.)" if owners else ""
    tokens += [rf"{others}[A-Za-z_][\w.]*(?![\w.]|\s*\()", "[^A-Za-z_']"]
    return f"^(?:{'|'.join(tokens)})*$"
