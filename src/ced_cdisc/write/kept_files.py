"""What a build keeps for the next one: files in the user's cache folder, a folder for each study.

An entry stands under a key that stands for all that it was made of. Its first line says whose it is, its key,
and what the rest must hash to: a JSON value, and bytes. One that is damaged, of another version or another
user, or no ordinary file, is thrown away and told of; nothing in it is ever executed or unpickled. Entries
are written beside their place and put there in one step, so that a kill leaves none half written, and two
builds at a time at most write the same bytes twice. The store never makes a build fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ced_cdisc.core.version import VERSION

MOST_BYTES = 4 << 30
"""What all studies together may take; the entries that were not used for longest go first."""
_ROOM = 1 << 30  # bytes of the disk that stay free
_LEFT = 600.0  # seconds after which an unfinished file is one that a killed build left
_SUFFIX = ".kept"
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
        path = self._path(name, key)
        try:
            content = _content(path)
            head, _, rest = content.partition(b"\n")
            start = self._head(name, key, rest)
            if head.startswith(start):
                size = int(head[len(start) :])
                value = json.loads(rest[:size])
                with suppress(OSError):
                    os.utime(path, follow_symlinks=False)  # the newest are kept
                return value, rest[size:]
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

    def write(self, name: str, key: str, value: object, body: bytes = b"") -> None:
        """Keep an entry, if the folder can be written."""
        path = self._path(name, key)
        new = path.with_suffix(f".{os.getpid()}.new")
        meta = json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")
        rest = meta + body
        try:
            room = os.statvfs(self._folder) if hasattr(os, "statvfs") else None
            if room is not None and room.f_bavail * room.f_frsize < len(rest) + _ROOM:
                return
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(self._head(name, key, rest) + b"%d\n" % len(meta))
                file.write(rest)
            new.replace(path)
        except OSError:
            with suppress(OSError):
                new.unlink()

    def sweep(self) -> None:
        """Throw away what was not used for longest, of all studies, and what killed builds left."""
        now = time.time()
        listed: list[tuple[float, int, Path]] = []
        with suppress(OSError):
            for path in self._folder.parent.glob("*/*"):
                with suppress(OSError):
                    state = path.lstat()
                    if path.suffix == ".new" and now - state.st_mtime > _LEFT:
                        path.unlink()
                    elif path.suffix == _SUFFIX:
                        listed.append((state.st_mtime, state.st_size, path))
        taken = 0
        for _, size, path in sorted(listed, key=lambda one: one[0], reverse=True):
            taken += size
            if taken > self._most:
                with suppress(OSError):
                    path.unlink()

    def _path(self, name: str, key: str) -> Path:
        return self._folder / f"{_OTHER.sub('-', name)}-{key[:40]}{_SUFFIX}"

    def _head(self, name: str, key: str, rest: bytes) -> bytes:
        digest = hashlib.sha256(rest).hexdigest()
        return f"ced-cdisc kept {VERSION} {self._tool} {name} {key} {digest} ".encode()


def _content(path: Path) -> bytes:
    """The bytes of a file of ours.

    Raises:
        OSError: it is a link, no ordinary file, or somebody else's.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not _is_own(os.fstat(file.fileno()), stat.S_ISREG):
            raise PermissionError(f"{path} is no file of this user")
        return file.read()


def _is_own(state: os.stat_result, kind: Any) -> bool:
    return kind(state.st_mode) and (not hasattr(os, "getuid") or state.st_uid == os.getuid())
