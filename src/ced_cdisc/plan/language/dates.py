"""Formats of collected dates and times: the words of the specs, and which of them are formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.spec.source import Text

TIME_FORMATS = ("HH:MM", "HHMM", "H:MM", "HH:MM:SS")
"""The ways a time may be written; they cannot be mistaken for each other."""

Formats = Mapping[str, tuple[str, ...]]
"""The lists of formats that study.yaml names."""

_PARTS = "parts are YYYY, MON, MM, M, DD, D, UN, UNK; or ISO"


def is_date_format(text: str) -> bool:
    """Whether a text is a date format: parts and separators, with a year."""
    if text == "ISO":
        return True
    rest = re.sub(r"YYYY|MON|UNK|UN|ND|MM|DD|M|D", "", text)
    return "YYYY" in text and re.fullmatch(r"[-/. ,]*", rest) is not None


def named_formats(given: Mapping[Text, list[Text]], findings: Findings) -> Formats:
    """The lists of formats of study.yaml by name; a word that is no format is CED023."""
    for words in given.values():
        for word in words:
            if not is_date_format(str(word)):
                findings.add(_no_format(word, _PARTS))
    return {str(name): tuple(str(word) for word in words) for name, words in given.items()}


def date_formats(words: Iterable[Text], named: Formats, findings: Findings) -> tuple[str, ...]:
    """Formats by name or as written.

    Args:
        words: names of lists in ``named``, or formats.
        named: the lists that study.yaml names.
        findings: receives CED023 for an unknown word, which is left out.

    Returns:
        The formats, in the order in which they are tried.
    """
    found: list[str] = []
    for word in words:
        if str(word) in named:
            found.extend(named[str(word)])
        elif is_date_format(str(word)):
            found.append(str(word))
        else:
            findings.add(_no_format(word, did_you_mean(str(word), named) or _PARTS))
    return tuple(found)


def _no_format(word: Text, hint: str) -> Finding:
    return Finding("CED023", f"'{word}' is no date format", word.where, hint=hint)
