"""What a build keeps for the next one: files in the user's cache folder, a folder for each study.

An entry stands under a key that stands for all that it was made of. Its first line says whose it is, its key,
and what the rest must hash to: a JSON value, and bytes. Files of an output may stand beside it, and its value
says what they must hash to. What is damaged, of another version or another user, or no ordinary file, is
thrown away and told of; nothing in it is ever executed or unpickled. All is written beside its place and put
there in one step, so that a kill leaves nothing half written, and two builds at a time at most write the same
bytes twice. The store never makes a build fail.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, TypeVar
from weakref import finalize

from msgspec import Struct, field

from ced_cdisc.core.version import VERSION

T = TypeVar("T")

MOST_BYTES = 4 << 30
"""What all studies together may take; the entries that were not used for longest go first."""
_ROOM = 1 << 30  # bytes of the disk that stay free
_LEFT = 600.0  # seconds after which an unfinished file is one that a killed build left
_SUFFIX, _BESIDE = ".kept", ".file"
_LONGEST_HEAD = 1 << 12
_PIECE = 1 << 20
_HELD = 4 << 20  # bytes of an entry up to which they are held, not read when they are asked for
_OTHER = re.compile(r"[^A-Za-z0-9_]")


class KeptFiles:
    """The entries of one study.

    Attributes:
        damaged: the names of entries that were thrown away.
    """

    def __init__(self, folder: Path, tool: str, *, most: int = MOST_BYTES) -> None:
        self._folder, self._tool, self._most = folder, tool, most
        self.damaged: set[str] = set()

    @classmethod
    def of_study(cls, base: Path, study: str, tool: str) -> KeptFiles | None:
        """The entries of a study, by the digest that stands for it; None where the folders are not ours."""
        folder = base / study[:32]
        for one in (base, folder):
            try:
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not _is_own(one.lstat(), stat.S_ISDIR):
                    return None
            except OSError:
                return None
        return cls(folder, tool)

    def read(self, name: str, key: str) -> tuple[Any, bytes] | None:
        """An entry: its JSON value and bytes, or None where there is none that holds."""

        def whole(file: BinaryIO) -> tuple[bytes, str]:
            body = file.read()
            return body, digest_of(body)

        return self._entry(name, key, whole)

    def open(self, name: str, key: str) -> tuple[Any, KeptBody] | None:
        """As :meth:`read`, with bytes that stay in the file where they are many."""

        def in_place(file: BinaryIO) -> tuple[KeptBody, str]:
            body = KeptBody(file)
            return body, body.digest

        return self._entry(name, key, in_place)

    def _entry(self, name: str, key: str, take: Callable[[BinaryIO], tuple[T, str]]) -> tuple[Any, T] | None:
        """An entry, with what ``take`` makes of its bytes and their digest; one that does not hold goes."""
        path = self._path(name, key)
        try:
            with _opened(path) as file:
                head = file.readline(_LONGEST_HEAD).rstrip(b"\n")
                size = int(head.rpartition(b" ")[2])
                if not 0 <= size <= os.fstat(file.fileno()).st_size:
                    raise ValueError(f"there are no {size} bytes")
                meta = file.read(size)
                body, digest = take(file)
                if head == self._head(name, key, meta, digest):
                    value = json.loads(meta)
                    with suppress(OSError):
                        # The newest are kept. Windows sets no times of an open file.
                        os.utime(file.fileno() if os.utime in os.supports_fd else path)
                    return value, body
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            pass
        self.throw_away(name, key)
        return None

    def throw_away(self, name: str, key: str) -> None:
        """Delete an entry that does not hold, and remember its name."""
        self.damaged.add(name)
        path = self._path(name, key)
        with suppress(OSError):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def has(self, name: str, key: str) -> bool:
        """Whether there is an entry, sound or not."""
        return self._path(name, key).is_file()

    def has_any(self, name: str) -> bool:
        """Whether this version of the tool left an entry of that name, under whatever key."""
        ours = f"{self._who(name)} ".encode("utf-8", "backslashreplace")
        for path in self._folder.glob(f"{_OTHER.sub('-', name)}-*{_SUFFIX}"):
            with suppress(OSError), _opened(path) as file:
                if file.read(len(ours)) == ours:
                    return True
        return False

    def write(self, name: str, key: str, value: object, body: bytes = b"", digest: str = "") -> None:
        """Keep an entry, if the folder can be written; ``digest`` is that of the body, where it is known."""
        meta = _json(value)

        def fill(file: BinaryIO) -> None:
            file.write(self._head(name, key, meta, digest or digest_of(body)) + b"\n")
            file.write(meta)
            file.write(body)

        self._put(name, key, len(meta) + len(body), fill)

    def write_files(self, name: str, key: str, value: object, sources: Sequence[Path]) -> None:
        """Keep an entry whose bytes are those of files, one after the other, if the folder can be written."""
        meta, found = _json(value), hashlib.sha256()

        def fill(file: BinaryIO) -> None:
            file.write(self._head(name, key, meta, found.hexdigest()) + b"\n")
            file.write(meta)
            for source in sources:
                with source.open("rb") as read:
                    while piece := read.read(_PIECE):
                        found.update(piece)
                        file.write(piece)
            file.seek(0)
            file.write(self._head(name, key, meta, found.hexdigest()))  # as long as the one before

        with suppress(OSError):
            self._put(name, key, sum(one.stat().st_size for one in sources), fill)

    def _put(self, name: str, key: str, size: int, fill: Callable[[BinaryIO], None]) -> None:
        path = self._path(name, key)
        new = _unfinished(path)
        try:
            if not self._has_room(size):
                return
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                fill(file)
            new.replace(path)
        except OSError:
            with suppress(OSError):
                new.unlink()

    def write_beside(self, name: str, key: str, number: int, source: Path) -> None:
        """Keep a file of an output beside an entry, if the folder can be written.

        It is the same file where the file system can, which takes no time and no room: whatever is done to
        the output changes what it hashes to.
        """
        if self.share_beside(name, key, number, source):
            return
        path = self._beside(name, key, number)
        new = _unfinished(path)
        with suppress(OSError):
            if self._has_room(source.stat().st_size):
                shutil.copyfile(source, new)
                new.replace(path)
        with suppress(OSError):
            new.unlink()

    def share_beside(self, name: str, key: str, number: int, source: Path) -> bool:
        """Let a file of an output itself stand beside an entry; gives False where it cannot."""
        path = self._beside(name, key, number)
        new = _unfinished(path)
        try:
            os.link(source, new)
            new.replace(path)
        except OSError:
            return False
        finally:
            with suppress(OSError):
                new.unlink()  # where it was the same file already: that replaces nothing
        return True

    def copy_beside(
        self, name: str, key: str, number: int, digest: str, stream: BinaryIO, former: Path | None = None
    ) -> bool:
        """Write what stands beside an entry into a new file of an output.

        Where it is the very file that the output had there, the output gets that again. Else a copy goes
        into it, so that no two outputs share a file.

        Args:
            name: of the entry.
            key: of the entry.
            number: of the file.
            digest: what it must hash to.
            stream: the new file, open.
            former: the file of the output that the new one is to replace.

        Returns:
            False where it does not hash to that, or is not there: the stream may have a part of it.
        """
        path, found = self._beside(name, key, number), hashlib.sha256()
        if not os.path.lexists(path):
            return False
        if former is not None and _given_back(path, digest, stream, former):
            return True
        for piece in _pieces(path):
            found.update(piece)
            stream.write(piece)
        if found.hexdigest() == digest:
            return True
        self.damaged.add(name)
        with suppress(OSError):
            path.unlink()
        return False

    def sweep(self) -> None:
        """Throw away what was not used for longest, of all studies, and what killed builds left."""
        now = time.time()
        groups: dict[Path, _Group] = {}  # an entry, and what stands beside it
        with suppress(OSError):
            for path in self._folder.parent.glob("*/*"):
                with suppress(OSError):
                    state = path.lstat()
                    if path.suffix == ".new" and now - state.st_ctime > _LEFT:
                        path.unlink()
                    elif path.suffix in (_SUFFIX, _BESIDE):
                        group = groups.setdefault(path.with_name(path.name.partition(".")[0]), _Group())
                        group.files.append(path)
                        # What an output still has takes no more room for standing here, too.
                        group.size += state.st_size if state.st_nlink == 1 else 0
                        if path.suffix == _SUFFIX:
                            group.used = state.st_mtime
        taken = 0
        for group in sorted(groups.values(), key=lambda one: one.used, reverse=True):
            taken += group.size
            for path in group.files if taken > self._most else ():
                with suppress(OSError):
                    path.unlink()

    def _has_room(self, size: int) -> bool:
        room = os.statvfs(self._folder) if hasattr(os, "statvfs") else None
        return room is None or room.f_bavail * room.f_frsize >= size + _ROOM

    def _path(self, name: str, key: str) -> Path:
        return self._folder / f"{_OTHER.sub('-', name)}-{key[:40]}{_SUFFIX}"

    def _beside(self, name: str, key: str, number: int) -> Path:
        return self._path(name, key).with_suffix(f".{number}{_BESIDE}")

    def _who(self, name: str) -> str:
        return f"ced-cdisc kept {VERSION} {self._tool} {name}"

    def _head(self, name: str, key: str, meta: bytes, body: str) -> bytes:
        return f"{self._who(name)} {key} {digest_of(meta)} {body} {len(meta)}".encode(
            "utf-8", "backslashreplace"
        )


class _Group(Struct):
    """An entry and the files beside it; without an entry they are nobody's, and go first."""

    used: float = 0.0
    size: int = 0
    files: list[Path] = field(default_factory=list[Path])


class KeptBody:
    """The bytes of an entry, of which any stretch can be read; many stay in the file, which may be replaced.

    Attributes:
        digest: the SHA-256 of all of them.
        size: how many.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._start, self._lock = file.tell(), Lock()
        found, self.size = hashlib.sha256(), 0
        while piece := file.read(_PIECE):
            found.update(piece)
            self.size += len(piece)
        self.digest = found.hexdigest()
        file.seek(self._start)
        if self.size <= _HELD:
            self._start, self._file = 0, io.BytesIO(file.read())
        else:
            self._file = os.fdopen(os.dup(file.fileno()), "rb")
        self._end = finalize(self, self._file.close)

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from ``start`` on."""
        with self._lock:
            self._file.seek(self._start + start)
            return self._file.read(size)

    def close(self) -> None:
        """Nothing will be read any more."""
        self._end()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")


def digest_of(content: bytes) -> str:
    """The SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _opened(path: Path) -> Generator[io.BufferedReader]:
    """A file of ours, to be read.

    Raises:
        OSError: it is a link, no ordinary file, or somebody else's.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not _is_own(os.fstat(file.fileno()), stat.S_ISREG):
            raise PermissionError(f"{path} is no file of this user")
        yield file


def _given_back(path: Path, digest: str, stream: BinaryIO, former: Path) -> bool:
    """Put a file of ours in the place of an empty one that is open, if it hashes to ``digest``.

    That is done only where it is ``former`` as well and has no third name, since whoever has that would share
    the file with the output, and where it may be read and written by whom the empty one may.
    """
    target = Path(stream.name)
    new = target.with_name(f"{target.name}.new")
    with suppress(OSError), _opened(path) as file:
        state, empty = os.fstat(file.fileno()), os.fstat(stream.fileno())
        alike = (state.st_mode, state.st_gid) == (empty.st_mode, empty.st_gid)
        if not alike or state.st_nlink != 2 or not os.path.samestat(state, former.lstat()):
            return False
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            return False
        try:
            os.link(path, new)
            if os.path.samestat(state, new.lstat()):  # else another build has put its own there
                new.replace(target)
                return True
        finally:
            new.unlink(missing_ok=True)
    return False


def _unfinished(path: Path) -> Path:
    """Where a file is written before it is put in its place; of each process another."""
    return path.with_suffix(f".{os.getpid()}.new")


def _pieces(path: Path) -> Iterator[bytes]:
    """What can be read of a file of ours."""
    with suppress(OSError), _opened(path) as file:
        while piece := file.read(_PIECE):
            yield piece


def _is_own(state: os.stat_result, kind: Any) -> bool:
    return kind(state.st_mode) and (not hasattr(os, "getuid") or state.st_uid == os.getuid())
