"""Identifiers of persons in what people read: subjects and the values of identifying columns.

A subject becomes a short digest that is the same wherever it occurs in one run, so that two messages about
one person can be told to be so. Its key are the data themselves: who has them finds the person by the line
that stands beside it, who has not can try no list of numbers. A value becomes its shape.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings

DIGITS = 6
UNKNOWN = "***"
"""Stands for a subject where nothing is known of the data, as before they are read."""
NOTICE = "identifiers are masked; --show-ids shows them"
"""What a command says where it masked something."""
_LONGEST = 24
SUBJECTS = ("USUBJID", "SUBJID", "RSUBJID", "APID")
"""Variables of SDTM and ADaM that hold a subject or an associated person."""
IDENTIFYING = ("BRTHDTC", "BRTHDT", "BRTHDTM", "INVNAM")
"""Other variables of SDTM and ADaM that tell who somebody is."""
_MOST_PIECES = 24


class Mask:
    """Masks for one run.

    >>> Mask([b"01-001"]).subject("01-001") == Mask([b"01-001"]).subject("01-001")
    True
    """

    def __init__(self, data: Iterable[bytes | str]) -> None:
        """Of the data, or digests of them, in an order that depends on them alone; looked at when needed."""
        self._data = data

    @cached_property
    def _key(self) -> bytes:
        made = hashlib.sha256()
        for part in self._data:
            made.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
        return made.digest()

    def subject(self, text: str) -> str:
        """What stands for a subject: ``#3fa2c1``."""
        return "#" + hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:DIGITS]


class Identifiers:
    """Whom the data of a run are about, and what messages about them say instead.

    Messages name a value with its column (``'5' of ae.SEV``, ``SUBJ '001'``) and a person as ``subject``. A
    subject whose identifier is more than a number is found wherever it stands.
    """

    def __init__(
        self,
        mask: Mask,
        people: Callable[[], Mapping[str, str]],
        subjects: Collection[str] = (),
        columns: Collection[str] = (),
        variables: Collection[str] = (),
        unread: Collection[str] = (),
    ) -> None:
        """Of a run.

        Args:
            mask: of its data.
            people: gives the person (USUBJID) of every text that names one; asked when it is needed.
            subjects: columns of subjects, with and without their table: ``ae.SUBJ``, ``SUBJ``, ``USUBJID``.
            columns: likewise of other columns that tell who somebody is.
            variables: what is made of these, such as ``DM.BRTHDTC``: a message about one quotes its values,
                one that names it with a value (``DM.BRTHDTC '1970'``) quotes those of others too.
            unread: files that ``people`` could not read, known once it was asked: whom they are about is not
                known, so that any text may name somebody.
        """
        self._unread = unread
        self._mask, self._asked = mask, people
        self._subjects, self._columns = frozenset(subjects), frozenset(columns)
        self._variables = frozenset(variables)

    @cached_property
    def _people(self) -> Mapping[str, str]:
        return self._asked()

    @property
    def unread(self) -> Collection[str]:
        """Files that tell whom the data are about, and cannot be read: if any, all values are hidden."""
        _ = self._people  # whoever gives them finds out
        return self._unread

    @cached_property
    def _cells(self) -> re.Pattern[str]:
        names = sorted(
            {*self._subjects, *self._columns, *self._variables}, key=lambda name: (-len(name), name)
        )
        listed = "|".join(map(re.escape, names)) or "(?!)"
        before = rf"'(?! of )(?P<value>(?:(?!' of ).)*)' of (?P<of>{listed})(?!\w)"
        return re.compile(rf"{before}|(?<!\w)(?P<by>{listed}) '(?P<cell>.*?)'(?!\w)")

    def subject(self, text: str) -> str:
        """What stands for a subject, however a column writes it; what is masked stays."""
        return text if _MASKED.fullmatch(text) else self._mask.subject(self._people.get(text, text))

    def is_about_values(self, message: str) -> bool:
        """Whether a message is about a variable whose values tell who somebody is."""
        without = self._named.sub("", message) if message.count("'") % 2 == 0 else message
        return not self._variables.isdisjoint(_WORD.findall(without))

    @cached_property
    def _named(self) -> re.Pattern[str]:
        listed = "|".join(map(re.escape, sorted(self._variables))) or "(?!)"
        return re.compile(rf"(?<!\w)(?:no (?:{listed})(?!\w)|(?:{listed}) '[^']*'(?!\w))")

    def cells(self, message: str) -> list[str]:
        """The values of identifying columns that a message names."""
        return [
            found["value"] if found["of"] else found["cell"]
            for found in self._cells.finditer(message)
            if (found["of"] or found["by"]) not in self._subjects
        ]

    def masked(self, text: str) -> str:
        """A text of a message without what tells who somebody is."""
        text = self._of_several_words(self._cells.sub(self._cell, text))
        text = _SUBJECT.sub(lambda m: f"{m[1]} {self.subject(m[3])}" if m[3] in self._people else m[0], text)
        text = _RANGE.sub(lambda m: f"{m[1]}{self._known(m[2])} to {self._known(m[3])}", text)
        text = _WORD.sub(lambda m: self._word(m[0]), text)
        return _QUOTES.sub(lambda m: _hidden_text(m[0]), text) if self.unread else text

    def value(self, name: str, text: str) -> str:
        """A value of a variable or column: a subject's word, a shape, or a text without subjects in it."""
        if name in self._subjects:
            return self.subject(text)
        if name in self._columns:
            return shape(text)
        return _hidden_text(self.masked(text)) if self.unread else self.masked(text)

    def assigned(self, text: str) -> str:
        """A text that also has values as ``USUBJID=01-001`` or ``BRTHDTC='1970'``."""
        return self.masked(self._assignments.sub(self._assignment, self._of_several_words(text)))

    @cached_property
    def _assignments(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted({*self._subjects, *self._columns})))
        if self.unread:
            names = "[A-Z][A-Z0-9_]*"
        return re.compile(rf"(?<!\w)(?P<name>{names})=(?P<quote>'?)(?P<value>.*?)(?P=quote)(?=[ ,;)]|$)")

    def _assignment(self, found: re.Match[str]) -> str:
        shown = self.value(found["name"], found["value"])
        return f"{found['name']}={found['quote']}{shown}{found['quote']}"

    def _word(self, word: str) -> str:
        """A word without the subjects in it, such as that of the specimen ``01-001-S1``; dates stay."""
        if self._is_distinct(word):
            return self.subject(word)
        pieces = _BREAKS.split(word)
        if len(pieces) == 1 or len(pieces) > _MOST_PIECES or _DATE.match(word):
            return word
        for size in range(len(pieces) - 2, 0, -2):
            for first in range(0, len(pieces) - size + 1, 2):
                part = "".join(pieces[first : first + size])
                if self._is_distinct(part):
                    before, after = "".join(pieces[:first]), "".join(pieces[first + size :])
                    return self._word(before) + self.subject(part) + self._word(after)
        return word

    def _cell(self, found: re.Match[str]) -> str:
        name, text = found["of"] or found["by"], found["value"] if found["of"] else found["cell"]
        shown = self.subject(text) if name in self._subjects else shape(text)
        return f"'{shown}' of {name}" if found["of"] else f"{name} '{shown}'"

    def _known(self, text: str) -> str:
        return self.subject(text) if text in self._people else text

    @cached_property
    def _several_words(self) -> tuple[frozenset[str], int]:
        """The subjects that are no one word, such as ``01 001``, and the most words that one has."""
        found = frozenset(one for one in self._people if not _WORD.fullmatch(one))
        return found, max((len(_WORD.findall(one)) for one in found), default=0)

    def _of_several_words(self, text: str) -> str:
        """A text without the subjects that are no one word."""
        people, most = self._several_words
        words = list(_WORD.finditer(text)) if people else []
        made, done, first = "", 0, 0
        while first < len(words):
            last = first
            for at in range(min(first + most, len(words)) - 1, first, -1):
                part = text[words[first].start() : words[at].end()]
                if part in people and len(part) > 3:
                    made += text[done : words[first].start()] + self.subject(part)
                    done, last = words[at].end(), at
                    break
            first = last + 1
        return made + text[done:]

    def _is_distinct(self, word: str) -> bool:
        return len(word) > 3 and not word.isdigit() and word in self._people


_SUBJECT = re.compile(r"\b(subject|USUBJID) ('?)([^\s']+?)\2(?=[,;:.)]*(?:\s|$))")
_RANGE = re.compile(r"\b(subjects )([^\s,]+) to ([^\s,)]+)")
_MASKED = re.compile(rf"#[0-9a-f]{{{DIGITS}}}")
_WORD = re.compile(r"[^\s'\",;:()=]+")
_BREAKS = re.compile(r"([\W_]+)")
_DATE = re.compile(r"\d{4}-\d\d(?:-|$)")
_QUOTED = re.compile(r"'(.*?)'(?= is written ')|['\"](.*)['\"]", re.DOTALL)
"""A quoted value to its last quote, since a value may hold some; CED240 quotes two."""


_QUOTES = re.compile(r"'.*'|\".*\"", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")


def _hidden_text(text: str) -> str:
    """A text that may name somebody, each word as its shape that could be taken for a subject elsewhere."""
    return _WORD.sub(lambda m: m[0] if _tells_nobody(m[0]) else shape(m[0]), text)


def _tells_nobody(word: str) -> bool:
    return len(word) <= 3 or bool(_MASKED.fullmatch(word) or _NUMBER.fullmatch(word) or _DATE.match(word))


def notice(identifiers: Identifiers | None = None) -> str:
    """What a command says where it masked something."""
    if identifiers is None or not identifiers.unread:
        return NOTICE
    why = f"as the subjects of {', '.join(identifiers.unread)} are not known"
    return f"identifiers are masked, and all texts, {why}; --show-ids shows them"


def masked(findings: Findings) -> Findings:
    """The findings as they are shown without identifiers; those of a run know whom its data are about."""
    return Findings(_masked(finding, findings.identifiers) for finding in findings)


def _masked(finding: Finding, identifiers: Identifiers | None) -> Finding:
    whole = identifiers is not None and identifiers.is_about_values(finding.message)
    hidden = [m[1] if m[1] is not None else m[2] for m in _QUOTED.finditer(finding.message)] if whole else []
    if identifiers is not None:
        hidden += identifiers.cells(finding.message)

    def shown(text: str) -> str:
        for quote in finding.quotes:
            text = _without(text, quote)
        if whole:
            text = _QUOTED.sub(lambda m: f"'{shape(m[1] if m[1] is not None else m[2])}'", text)
        return _unknown(text) if identifiers is None else identifiers.assigned(text)

    hint = finding.hint
    for value in hidden:  # a hint may say again what the message says
        value = value.removesuffix("...")
        hint = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", lambda m: shape(m[0]), hint) if value else hint
    return replace(
        finding,
        message=shown(finding.message),
        hint=shown(hint),
        records=tuple(shown(record) for record in finding.records),
        quotes=(),
    )


def _without(text: str, quote: str) -> str:
    """A text without a piece of a raw file, which stands at its end, in quotes, or with its cell."""
    place, holds, value = quote.rpartition(" holds ")
    if text.endswith(quote) or quote.startswith(("'", '"')) or holds:
        before, found, after = text.rpartition(quote)
        return before + place + holds + shape(value) + after if found else text
    return text


def _unknown(text: str) -> str:
    """Where nothing is known of the subjects, what follows their word and has a digit is taken for one."""
    return _SUBJECT.sub(lambda m: f"{m[1]} {UNKNOWN}" if any(c.isdigit() for c in m[3]) else m[0], text)


def shape(text: str) -> str:
    """What stands for a value of a person: letters and digits are hidden, the rest and the length stay.

    >>> shape("10-FEB-1970"), shape("O'Neill")
    ('99-AAA-9999', "A'Aaaaa")
    """
    shown = "".join(map(_hidden, text[:_LONGEST]))
    return shown + (".." if len(text) > _LONGEST else "")


def _hidden(char: str) -> str:
    if char.isdigit():
        return "9"
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return char
