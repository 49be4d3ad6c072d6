"""sequence.lock: the numbers of records that a study keeps from build to build.

A text file beside the specs, one line a record, sorted, made to be committed: dataset, USUBJID, number, state
(``used``, or ``retired`` where the record is no longer in the data), and the record's identity. Columns are
parted by tabs; tabs, line ends and backslashes within are written ``\\t``, ``\\n``, ``\\r`` and ``\\\\``.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage
from ced_cdisc.plan.model import Identity
from ced_cdisc.write.advisory import Lock, try_lock
from ced_cdisc.write.exchange import sync_file

NAME = "sequence.lock"
_TITLE = "# Numbers of records, kept from build to build by ced-cdisc. Commit this file; do not edit it."
_HEADER = "dataset\tUSUBJID\tnumber\tstate\trecord"
_STATES = ("used", "retired")
_MARKERS = ("<<<<<<< ", "||||||| ", "=======", ">>>>>>> ")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_SHOWN = 3


class Entry(Struct, frozen=True, order=True):
    """The number of one record; ``used`` is false where the record is no longer in the data."""

    dataset: str
    subject: str
    number: int
    identity: str
    used: bool = True


class SequenceLock:
    """The lock of one build: what the file says, and what it is to say after the build."""

    def __init__(self, path: Path, shown: str, before: bytes | None, entries: Iterable[Entry]) -> None:
        self._path = path
        self.shown = shown
        self._before = before
        self._entries = list(entries)
        self._after: bytes | None = None  # once it may stand in the place of the lock
        self._new: Path | None = None  # what it is written in, beside the lock
        self._folder = -1

    @classmethod
    def open(
        cls, folder: Path, shown: str, findings: Findings, renumbered: Iterable[str] | None
    ) -> SequenceLock:
        """The lock of a folder of mappings; one that is not there is empty.

        Args:
            folder: the folder of mappings.
            shown: how messages name it.
            findings: receives CED290 to CED292, with the file's line.
            renumbered: the datasets that are numbered anew, whose entries are left out; None if none is.
        """
        path, name = folder / NAME, f"{shown}/{NAME}"
        try:
            before = path.read_bytes()
        except FileNotFoundError:
            return cls(path, name, None, ())
        except OSError as error:
            findings.add(_fault("CED290", f"the file cannot be read: {error.strerror}", Location(name)))
            return cls(path, name, None, ())
        anew = frozenset(renumbered or ())
        found = Findings()
        entries = parse_lock(before, name, found)
        if not (renumbered is not None and all(entry.dataset in anew for entry in entries)):
            findings.extend(found)
        return cls(path, name, before, (entry for entry in entries if entry.dataset not in anew))

    def known(self) -> dict[str, dict[Identity, int]]:
        """By dataset, the number of each record."""
        made: dict[str, dict[Identity, int]] = {}
        for one in self._entries:
            made.setdefault(one.dataset, {})[one.subject, one.identity] = one.number
        return made

    def highest(self) -> dict[str, dict[str, int]]:
        """By dataset and subject, the highest number ever given."""
        made: dict[str, dict[str, int]] = {}
        for one in self._entries:
            of = made.setdefault(one.dataset, {})
            of[one.subject] = max(of.get(one.subject, 0), one.number)
        return made

    def take(self, dataset: str, records: Iterable[tuple[str, str, int]], findings: Findings) -> None:
        """Take over the records of a built dataset: subject, identity and number.

        Records that the lock has and the data have not are retired; they are told in a note (CED294).
        """
        used = {Entry(dataset, subject, number, identity) for subject, identity, number in records}
        others = [one for one in self._entries if one.dataset != dataset]
        mine = [replace(one, used=True) for one in self._entries if one.dataset == dataset]
        gone = sorted(one for one in mine if one not in used)
        self._entries = [*others, *used, *(replace(one, used=False) for one in gone)]
        if gone:
            many = "1 record is" if len(gone) == 1 else f"{len(gone)} records are"
            message = f"{dataset}: {many} no longer in the data; a number once given is not given again"
            words = [f"subject {one.subject}, number {one.number}: {one.identity}" for one in gone[:_SHOWN]]
            words += [f"and {len(gone) - _SHOWN} more"] * (len(gone) > _SHOWN)
            note = Finding("CED294", message, Location(self.shown), records=tuple(words))
            findings.add(replace(note, stage=Stage.RAW, severity=Severity.NOTE))

    def content(self) -> bytes:
        """The file after the build: the same for the same records."""
        lines = [_line(one) for one in sorted(self._entries)]
        return ("\n".join([_TITLE, _HEADER, *lines]) + "\n").encode()

    def keep(self, *, shipped: bool, findings: Findings) -> None:
        """Put what is to be kept in the place of the lock, where it differs; CED295 where that cannot be.

        It comes before the output that has these numbers. So a kill between them leaves numbers that no
        output has, of which none is given again, and never an output whose numbers are not kept. Until
        :meth:`release` no other build can do so, where the file system has locks.
        """
        after = self.content()
        if after == self._before:
            self._sweep()
            return
        hint = "copy the specs into folders of your own" if shipped else "allow writing there"
        try:
            if shipped or not os.access(self._path.parent, os.W_OK):
                raise PermissionError(0, "it belongs to the installation" if shipped else "no permission")
            had = self._lock_folder()
            if had is Lock.TAKEN:
                hint = "build again"
                raise PermissionError(0, "another build is changing it")
            self._new = self._left if had is Lock.HAD else self._beside(f".{secrets.token_hex(4)}")
            self._write(after)
            if self._now() != self._before:
                hint = "build again"
                raise PermissionError(0, "another build has changed it")
            self._after = after
            self._put()
        except OSError as error:
            findings.add(self._unwritten(error.strerror or str(error), hint))

    def take_back(self) -> None:
        """Undo :meth:`keep`, since there is no output; what cannot be taken back is given to no record."""
        if self._after is None or self._new is None:
            return
        with suppress(OSError):
            if self._now() != self._after:
                return
            if self._before is None:
                self._path.unlink()
            else:
                self._write(self._before)
                self._put()

    def release(self) -> None:
        """Take away what :meth:`keep` wrote beside the lock, and let other builds have it."""
        if self._new is not None:
            self._new.unlink(missing_ok=True)
        if self._folder >= 0:
            os.close(self._folder)
        self._new, self._folder = None, -1

    def _write(self, content: bytes) -> None:
        assert self._new is not None
        self._new.write_bytes(content)
        sync_file(self._new)

    def _put(self) -> None:
        assert self._new is not None
        self._new.replace(self._path)
        if self._folder >= 0:
            sync_file(self._path.parent)

    def _sweep(self) -> None:
        """Take away what a killed build left beside the lock."""
        with suppress(OSError):
            if self._left.exists() and self._lock_folder() is Lock.HAD:
                self._left.unlink()

    @property
    def _left(self) -> Path:
        return self._beside("")

    def _beside(self, own: str) -> Path:
        return self._path.with_name(f".{NAME}{own}.new")

    def _now(self) -> bytes | None:
        return self._path.read_bytes() if self._path.exists() else None

    def _lock_folder(self) -> Lock:
        """Lock the folder of the file, which itself is replaced; released by :meth:`release`."""
        try:
            self._folder = os.open(self._path.parent, os.O_RDONLY)
        except OSError:  # Windows opens no folder
            return Lock.NONE
        return try_lock(self._folder)

    def _unwritten(self, reason: str, hint: str) -> Finding:
        """CED295."""
        text = f"the numbers of this build cannot be kept in {self.shown}: {reason}"
        return Finding("CED295", text, Location(self.shown), hint, Stage.OUTPUT)


def parse_lock(content: bytes, shown: str, findings: Findings) -> list[Entry]:
    """The entries of a lock; faults are CED290 (a line), CED291 (a merge) and CED292 (a contradiction)."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        findings.add(_fault("CED290", f"byte {error.start + 1} is not UTF-8", Location(shown)))
        return []
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    merge = [n for n, line in enumerate(lines, 1) if line.startswith(_MARKERS)]
    if merge:
        message = f"a merge was left unfinished: conflict markers in lines {', '.join(map(str, merge))}"
        hint = "take the lock of one side; the next build numbers the records of the other"
        findings.add(_fault("CED291", message, Location(shown, merge[0], 1), hint))
        return []
    if lines[:2] != [_TITLE, _HEADER] or lines[-1] != "":
        message = "this is not the whole of a lock: its first two lines or its last line end are missing"
        findings.add(_fault("CED290", message, Location(shown), _RESTORE))
        return []
    entries: list[Entry] = []
    first: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[2:-1], 3):
        entry = _entry(line)
        where = Location(shown, number, 1)
        if entry is None:
            findings.add(_fault("CED290", f"'{line}' is no line of a lock", where, _RESTORE))
            continue
        subject = f"{entry.dataset}, subject {entry.subject}" if entry.subject else entry.dataset
        for what in (f"number {entry.number}", f"the record {entry.identity}"):
            at = first.setdefault((entry.dataset, entry.subject, what), number)
            if at != number:
                message = f"{subject}: {what} stands twice, first in line {at}"
                hint = "delete the later line; the next build numbers its record"
                findings.add(_fault("CED292", message, where, hint))
        entries.append(entry)
    return entries


_RESTORE = "take the file back from version control, or number anew with --renumber"


def _entry(line: str) -> Entry | None:
    cells = line.split("\t")
    if len(cells) != len(_HEADER.split("\t")) or not cells[0] or cells[3] not in _STATES:
        return None
    if re.fullmatch(r"[1-9][0-9]{0,8}", cells[2]) is None:
        return None
    return Entry(cells[0], _plain(cells[1]), int(cells[2]), _plain(cells[4]), cells[3] == "used")


def _line(entry: Entry) -> str:
    state = _STATES[not entry.used]
    cells = (entry.dataset, _escaped(entry.subject), str(entry.number), state, _escaped(entry.identity))
    return "\t".join(cells)


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in text)


def _plain(text: str) -> str:
    back = {escape: char for char, escape in _ESCAPES.items()}
    return re.sub(r"\\[\\tnr]", lambda found: back[found[0]], text)


def _fault(code: str, message: str, where: Location, hint: str = "") -> Finding:
    return Finding(code, message, where, hint, Stage.RAW)
