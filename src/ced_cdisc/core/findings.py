"""Findings: what the tool says about a fault of the user's input.

A fault of the input is a value, collected and shown with all others; a bug of the tool is an exception.
The text of a finding says what is wrong (with the value and the subject), what was expected, and the
nearest right word where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ced_cdisc.core.masking import Identifiers


class Severity(Enum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Stage(Enum):
    """Where in the way of the data a finding arose; it decides the exit code."""

    SPEC = 10
    RAW = 11
    OUTPUT = 12
    CHECK = 1


class Location(Struct, frozen=True, order=True):
    """A place in a text file: path as the user wrote it, line and column counted from 1 (0 = unknown)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


class Finding(Struct, frozen=True):
    """One fault: a code (CEDnnn), the message, where it is, and what to do about it.

    Attributes:
        code: stable id, listed in :mod:`ced_cdisc.core.codes`.
        message: one sentence with the offending value.
        where: the place to edit (spec line) or the file at fault.
        hint: the nearest right word or the next step; shown after the message.
        stage: decides the exit code of the command.
        severity: an error stops the build; warnings and notes are shown and kept in build.json.
        records: up to a few raw records concerned, as "table row 5, subject 01-003".
        ids: what others call the rule, such as DD0061 of Pinnacle 21.
        quotes: pieces of a raw file that the texts quote without a column: they may hold anything, and are
            masked as a whole (:mod:`ced_cdisc.core.masking`).
    """

    code: str
    message: str
    where: Location
    hint: str = ""
    stage: Stage = Stage.SPEC
    severity: Severity = Severity.ERROR
    records: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def known_as(self) -> str:
        """The code with the ids of others: ``CED516 [DD0061]``."""
        return f"{self.code} [{', '.join(self.ids)}]" if self.ids else self.code

    def __str__(self) -> str:
        text = f"{self.where} {self.known_as} {self.message}"
        if self.hint:
            text += f"; {self.hint}"
        return "\n    ".join((text, *self.records))


class Findings:
    """An append-only list of findings, shared by one run.

    The order of adding does not matter: :meth:`sorted` orders by stage, place, code and text.
    """

    identifiers: Identifiers | None = None
    """Whom the data of the run are about, once they are read."""

    def __init__(self, items: Iterable[Finding] = ()) -> None:
        self._items = dict.fromkeys(items)

    def add(self, finding: Finding) -> None:
        """Append one finding; an exact duplicate is kept once."""
        self._items[finding] = None

    def extend(self, findings: Iterable[Finding]) -> None:
        """Append several findings."""
        self._items.update(dict.fromkeys(findings))

    def sorted(self) -> list[Finding]:
        """All findings in an order that depends on their content alone."""
        return sorted(
            self._items,
            key=lambda f: (f.stage.value, f.where, f.code, f.message, f.records),
        )

    @property
    def errors(self) -> list[Finding]:
        """The findings that stop a build, sorted."""
        return [f for f in self.sorted() if f.severity is Severity.ERROR]

    def exit_code(self) -> int:
        """0 if nothing stops the build, else the stage's code; the earliest of 10, 11, 12, 1 wins."""
        codes = {f.stage.value for f in self._items if f.severity is Severity.ERROR}
        return next((code for code in (10, 11, 12, 1) if code in codes), 0)

    def without(self, others: Findings) -> Findings:
        """Those that are not among others."""
        made = Findings(one for one in self._items if one not in others)
        made.identifiers = self.identifiers
        return made

    def __contains__(self, finding: object) -> bool:
        return finding in self._items

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return bool(self._items)


class Stopped(Exception):
    """Raised by a stage that cannot go on; carries the findings that say why."""

    def __init__(self, findings: Findings) -> None:
        super().__init__("\n".join(str(f) for f in findings.sorted()))
        self.findings = findings


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint "did you mean X?" for the nearest known word, or an empty text.

    Where it is one slip away from two or three words, all of them are named.

    >>> did_you_mean("ae.sevr", ["ae.sev", "ae.ser"])
    'did you mean ae.ser or ae.sev?'
    >>> did_you_mean("Phase I", ["PHASE I TRIAL", "PHASE V TRIAL"])
    'did you mean PHASE I TRIAL?'
    """
    near = _nearest(word, known)
    shown = " or ".join([", ".join(near[:-1]), near[-1]] if near[1:] else near)
    return f"did you mean {shown}?" if near else ""


def misspelt(word: str, hint: str) -> str:
    """The word that a hint of :func:`did_you_mean` offers, where ``word`` is it but for one slip; else empty.

    What is misspelt so is reported, and then read as it was meant: one slip is one error.

    >>> misspelt("asign", "did you mean assign?")
    'assign'
    """
    meant = hint.removeprefix("did you mean ").removesuffix("?")
    low, other = word.casefold(), meant.casefold()
    return meant if meant != hint and (_one_swap(low, other) or _one_edit(low, other)) else ""


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known words that are most like another one, case ignored: ``aesev`` finds ``AESEV``."""
    options = sorted(set(known))
    folded: dict[str, list[str]] = {}
    for option in options:
        folded.setdefault(option.casefold(), []).append(option)
    low = word.casefold()
    slips = [o for o in folded if _one_swap(low, o)] or [o for o in folded if _one_edit(low, o)]
    slips = [o for o in slips if len(o) != len(low)] or slips  # most often a letter is lost, or typed twice
    near = slips if 1 < len(slips) <= 3 else sorted(slips, key=lambda o: (_likeness(low, o), o))[-1:]
    begun = sorted((o for o in folded if o.startswith(f"{low} ")), key=lambda o: (len(o), o))[:1]
    near = near or begun or get_close_matches(low, list(folded), n=1, cutoff=0.6)
    return [max(folded[one], key=lambda option: _likeness(word, option)) for one in near]


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, word, other).ratio()


def _one_swap(word: str, other: str) -> bool:
    """Whether two neighbours changed places, or nothing differs."""
    if len(word) != len(other):
        return False
    places = [i for i, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
    if len(places) != 2 or places[1] != places[0] + 1:
        return not places
    first, second = places
    return word[first] == other[second] and word[second] == other[first]


def _one_edit(word: str, other: str) -> bool:
    """Whether one letter was added, left out or replaced; not between words of two letters."""
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    if len(longer) - len(shorter) > 1 or len(longer) < 3:
        return False
    at = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
    return longer[at + 1 :] == shorter[at + (len(longer) == len(shorter)) :]


def printable(text: str) -> str:
    """A text on one line: line breaks and control characters are shown as programs write them.

    >>> printable("a\\tb\\ncafé")
    'a\\\\tb\\\\ncafé'
    """
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def one_of(words: Sequence[str], most: int = 12) -> str:
    """A short list for a message: all words, or the first ones and how many follow."""
    if len(words) <= most:
        return ", ".join(words)
    return ", ".join(words[:most]) + f" and {len(words) - most} more"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 record``, ``1,204 records``."""
    return f"{number:,} {noun}" + "s" * (number != 1)
