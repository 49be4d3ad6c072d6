"""The files of a build, on disk as soon as they are made: no more than one of them is ever in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO


@contextmanager
def nowhere() -> Generator[Path]:
    """A folder for files of a build that is going to be refused."""
    with TemporaryDirectory(prefix="ced-cdisc-") as folder:
        yield Path(folder)


class OutputFiles:
    """Where the files of a build go, and their digests.

    Args:
        folder: where to; None in a second process, which hands its files to the first.
        former: the folder that this one is going to replace.

    Attributes:
        digests: SHA-256 of each file that was written, hexadecimal, by its path.
        kept: the files by path where there is no folder: those that a second process hands to the first.
    """

    def __init__(self, folder: Path | None, former: Path | None = None) -> None:
        self._folder, self._former = folder, former
        self.digests: dict[str, str] = {}
        self.kept: dict[str, bytes] = {}

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write whole files.

        Raises:
            OSError: a file cannot be written.
        """
        for name, content in files.items():
            if self._folder is None:
                self.kept[name] = content
                continue
            self._path(name).write_bytes(content)
            self.digests[name] = hashlib.sha256(content).hexdigest()

    def path(self, name: str) -> Path:
        """The place of a file that was written, until the build is at its end."""
        assert self._folder is not None, "a second process has no folder"
        return self._folder / name

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """A binary stream that is the file of that path once the block ends.

        Raises:
            OSError: the file cannot be written.
        """
        if self._folder is None:
            held = io.BytesIO()
            yield held
            self.kept[name] = held.getvalue()
            return
        with self._path(name).open("w+b") as stream:
            yield stream
            stream.seek(0)
            self.digests[name] = hashlib.file_digest(stream, "sha256").hexdigest()

    def take(self, name: str, copy: Callable[[BinaryIO, Path | None], str]) -> bool:
        """Have a file copied whose digest is known once it is copied; it is not read again.

        Args:
            name: its path.
            copy: writes it into a stream, or puts it in its place, and gives its digest, or an empty text
                where there is none; told of the file that is going to be replaced, if there may be one.

        Returns:
            Whether there was one.

        Raises:
            OSError: the file cannot be written.
        """
        with self._path(name).open("wb") as stream:
            digest = copy(stream, None if self._former is None else self._former / name)
        if digest:
            self.digests[name] = digest
        return bool(digest)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
