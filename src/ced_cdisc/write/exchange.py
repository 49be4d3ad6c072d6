"""Putting a finished folder in the place of another, so that a kill at any moment leaves one of them whole.

Work goes on in a holder beside OUT: ``.out.ced-cdisc-XXXX/`` with our marker, ``new/`` (the output to be)
and, where the system cannot exchange two folders at once, ``old/`` for a moment. What a killed run leaves is
read off the holder: ``old`` and ``new`` together mean that it died between the two renames.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import Any

from ced_cdisc.write.advisory import Lock, try_lock

MARKER = "ced-cdisc-holder.json"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_CANNOT_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)
_YOUNG = 60.0  # seconds in which an empty holder, or an empty marker, may be one that is just being made
_TRIES = 10


class Holder:
    """The folder beside OUT that one run works in; a lock on its marker tells that the run is alive."""

    def __init__(self, path: Path, out: Path, lock: int) -> None:
        self.path, self.out, self._lock = path, out, lock
        self.new, self.old = path / "new", path / "old"
        self._made: os.stat_result | None = None  # the folder ``new``, wherever it is moved
        self._published = False

    @classmethod
    def create(cls, out: Path) -> Holder:
        """Make a holder with an empty ``new`` inside.

        Another run that looks at the marker holds its lock at that moment, and could not tell this run from a
        dead one: then it is begun anew.

        Raises:
            OSError: the parent does not allow it, or other runs look each time.
        """
        for _ in range(_TRIES):
            holder = cls(Path(tempfile.mkdtemp(prefix=_prefix(out), dir=out.parent)), out, -1)
            try:
                if holder._begin():
                    return holder
            except BaseException:
                holder.discard()
                raise
            holder.discard()
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def _begin(self) -> bool:
        """Lock and write the marker, and make ``new``; False where another run has the lock."""
        self._lock = os.open(self.path / MARKER, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if not _lock(self._lock):
            return False
        os.write(self._lock, json.dumps({"tool": "ced-cdisc", "out": self.out.name}).encode())
        self.new.mkdir()
        self._made = self.new.stat()
        return True

    @classmethod
    def left(cls, out: Path) -> tuple[list[Holder], bool]:
        """The holders that killed runs for this OUT left, and whether a living run has one.

        One that is just being made is neither.
        """
        dead: list[Holder] = []
        alive = False
        for path in sorted(out.parent.glob(f"{_glob_safe(_prefix(out))}*")):
            if path.is_symlink() or not path.is_dir():
                continue
            marker = path / MARKER
            try:
                lock = os.open(marker, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            except OSError:
                _remove_if_empty(path)
                continue
            if not _lock(lock):
                alive = alive or _made_for(lock, out)
                os.close(lock)
                continue
            if not _just_begun(lock) and _made_for(lock, out):
                dead.append(cls(path, out, lock))
            else:
                os.close(lock)
        return dead, alive

    @property
    def is_published(self) -> bool:
        """Whether OUT is the folder that this run made.

        It is asked of the system, too, since an interrupt may come between an exchange and the next line.
        """
        if self._published or self._made is None:
            return self._published
        try:
            return os.path.samestat(self.out.stat(), self._made)
        except OSError:
            return False

    def publish(self) -> OSError | None:
        """Put ``new`` in the place of OUT and wait until the disk has both.

        After an interrupt, :attr:`is_published` tells which of the two OUT is.

        Returns:
            What went wrong once OUT was exchanged: it is the new one, but may not be on the disk. Else None.

        Raises:
            OSError: OUT cannot be exchanged; it is what it was before.
        """
        if self.out.exists():
            shutil.copymode(self.out, self.new)
        _sync_tree(self.new)
        self._put_in_place()
        self._published = True
        try:
            _sync_folder(self.out.parent)
            _sync_folder(self.path)
        except OSError as error:
            return error
        return None

    def _put_in_place(self) -> None:
        if not self.out.exists() or not any(self.out.iterdir()):
            _move_into_place(self.new, self.out)
        elif not exchange(self.new, self.out):
            try:
                _rename(self.out, self.old)
                _rename(self.new, self.out)
            except BaseException:
                self.restore()
                raise

    def restore(self) -> bool:
        """Bring the former output back if a run died between its two renames.

        Returns:
            False if OUT has been made anew by someone else since; both are then left as they are.
        """
        if not self.old.is_dir():
            return True
        if not self.out.exists():
            _rename(self.old, self.out)
            _sync_folder(self.out.parent)
        elif self.new.is_dir():
            if not self.out.is_dir() or any(self.out.iterdir()):
                return False
            _move_into_place(self.old, self.out)
            _sync_folder(self.out.parent)
        return True

    def discard(self) -> None:
        """Delete the holder, marker last; what cannot be deleted stays for the next run."""
        for folder in (self.new, self.old):
            shutil.rmtree(folder, ignore_errors=True)
        try:
            if self.new.exists() or self.old.exists():
                return
            (self.path / MARKER).unlink(missing_ok=True)
            self.path.rmdir()
        except OSError:
            return
        finally:
            self.release()

    def release(self) -> None:
        """Give the lock back and leave the holder where it is."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux, renameat2); False where system or file system cannot."""
    try:
        renameat2: Any = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    ctypes.set_errno(0)
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _lock(handle: int) -> bool:
    """Lock a marker; False if a living run holds it.

    Where there are no locks, nobody does: a second run at the same time then sweeps the first one's work; OUT
    stays whole.
    """
    return try_lock(handle) is not Lock.TAKEN


def _rename(source: Path, target: Path) -> None:
    source.rename(target)


def _move_into_place(source: Path, target: Path) -> None:
    """Rename onto nothing or an empty folder; POSIX replaces that in one step, Windows does not."""
    if os.name == "nt" and target.exists():
        target.rmdir()
    _rename(source, target)


def _prefix(out: Path) -> str:
    return f".{out.name[:60]}.ced-cdisc-"


def _glob_safe(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _made_for(lock: int, out: Path) -> bool:
    """Whether a marker is ours and names this OUT; an unfinished one belongs to a holder still empty."""
    content = os.pread(lock, 4096, 0) if hasattr(os, "pread") else os.read(lock, 4096)
    if not content:
        return True
    try:
        return json.loads(content) == {"tool": "ced-cdisc", "out": out.name}
    except ValueError:
        return False


def _just_begun(lock: int) -> bool:
    """Whether a marker that nobody has locked may be one that its run is just about to lock and write."""
    state = os.fstat(lock)
    return state.st_size == 0 and time.time() - state.st_mtime <= _YOUNG


def _remove_if_empty(path: Path) -> None:
    try:
        if time.time() - path.stat().st_mtime > _YOUNG:
            path.rmdir()
    except OSError:
        return


def _sync_tree(folder: Path) -> None:
    for path, _, files in os.walk(folder):
        for name in files:
            file = Path(path, name)
            if stat.S_ISREG(file.lstat().st_mode):
                sync_file(file)
        _sync_folder(Path(path))


def _sync_folder(folder: Path) -> None:
    if os.name != "nt":
        sync_file(folder)


def sync_file(path: Path) -> None:
    """Wait until the disk has a file, or a folder, where the file system can do so."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
            raise
    finally:
        os.close(handle)
