"""Entries of the user's cache: one file each, under the key that stands for all that it was made of.

The first line of an entry says whose it is, its key, and what the second line must hash to; that line is an
index of the rest and says what its parts must hash to. An entry is looked at no further where that does not
fit, and is thrown away. The cache never makes a run fail, and no byte of an output depends on it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from ced_cdisc.core.version import VERSION

__all__ = ["VARIABLE", "CacheEntries", "cache_folder"]

T = TypeVar("T")

VARIABLE = "CED_CDISC_CACHE"
"""The environment variable that names the cache folder, or is ``off``."""


def cache_folder(name: str = "plans") -> Path | None:
    """The folder of plans, or another: below CED_CDISC_CACHE, else the user's cache folder; None if off."""
    named = os.environ.get(VARIABLE, "")
    if named.lower() == "off":
        return None
    if named:
        return Path(named) / name
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # as the XDG specification has it
        try:
            base = Path.home() / ".cache"
        except RuntimeError:
            return None
    return base / "ced-cdisc" / name


class CacheEntries(Struct, frozen=True):
    """The entries of one kind in one folder.

    Attributes:
        folder: which one; it is made where the first entry is kept.
        kind: the word for them, in the first line and as the ending of their names.
        most: how many are kept.
    """

    folder: Path
    kind: str
    most: int

    def read(self, key: str, take: Callable[[bytes, memoryview], T]) -> T | None:
        """What ``take`` makes of the index and the rest of an entry, or None where there is none.

        Where it raises anything, the entry is damaged, and goes.
        """
        path = self._path(key)
        try:
            content = path.read_bytes()
            head = content.find(b"\n")
            end = content.find(b"\n", head + 1)
            index = content[head + 1 : end]
            if end > 0 and content[:head] == self._head(key, index):
                made = take(index, memoryview(content)[end + 1 :])
                with suppress(OSError):
                    os.utime(path)  # the newest are kept
                return made
        except FileNotFoundError:
            return None
        except Exception:  # whatever the bytes are, all can be made without them
            pass
        with suppress(OSError):
            path.unlink()
        return None

    def keep(self, key: str, index: bytes, body: bytes) -> None:
        """Keep an entry under its key, if the folder can be written, and the newest of the others.

        Args:
            key: what stands for all that it was made of.
            index: one line without its end, by which ``take`` of :meth:`read` knows the rest.
            body: the rest.
        """
        path = self._path(key)
        new = path.with_suffix(f".{os.getpid()}.new")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_bytes(b"\n".join((self._head(key, index), index, body)))
            new.replace(path)
            listed = [one for one in self.folder.iterdir() if one.suffix in (path.suffix, ".new")]
            listed.sort(key=lambda one: one.stat().st_mtime_ns, reverse=True)
            for old in listed[self.most :]:
                old.unlink()
        except OSError:
            with suppress(OSError):
                new.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.{self.kind}"

    def _head(self, key: str, index: bytes) -> bytes:
        return f"ced-cdisc {self.kind} {VERSION} {key} {hashlib.sha256(index).hexdigest()}".encode()
