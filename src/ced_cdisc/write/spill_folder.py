"""The temporary folder of a build in parts, which holds data of subjects: it goes with the build.

A build that is killed cannot take its folder away. So each build that begins takes away those that nobody
holds any more: a lock on the marker inside tells that a build is alive. A folder gets its name once its
marker is locked, so that none that is just being made is taken for one that was left.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from weakref import finalize

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.write.advisory import Lock, try_lock

MARKER = "ced-cdisc-spill"
_PREFIX, _BEGUN = "ced-cdisc-", ".begun"
_CONTENT = b"ced-cdisc\n"
_YOUNG = 60.0  # seconds in which a folder without its name may be one that is just being made


class Spill:
    """A temporary folder for the frames of one build; it goes when nobody holds it any more.

    It stands where the system has its temporary files; the environment variable TMPDIR names another place.

    Raises:
        Stopped: it cannot be made (CED451).
    """

    def __init__(self) -> None:
        try:
            self.folder, lock = _made()
        except OSError as error:
            # Where no folder can be written at all, the system has none for temporary files.
            raise Stopped(Findings([no_room(tempfile.tempdir or "", error)])) from error
        self._end = finalize(self, _discard, self.folder, lock)

    def close(self) -> None:
        """Take the folder away."""
        self._end()


def sweep() -> None:
    """Take away the folders that killed builds of this user left; what cannot be is left to a later build."""
    for path in _ours():
        if path.name.endswith(_BEGUN):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _YOUNG:
                    shutil.rmtree(path, ignore_errors=True)
            continue
        try:
            handle = os.open(path / MARKER, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            continue  # not ours, or gone meanwhile
        # Where there are no locks, it cannot be told that nobody is alive.
        if try_lock(handle) is Lock.HAD and os.read(handle, len(_CONTENT) + 1) == _CONTENT:
            _discard(path, handle)
        else:
            os.close(handle)


def no_room(folder: str, error: Exception) -> Finding:
    """CED451: what stops a build that cannot write its temporary files."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    text = f"the data cannot be kept in temporary files{f' in {folder}' * bool(folder)}: {reason}"
    hint = "make room, or name a folder on another disk in TMPDIR; the former output is untouched"
    return Finding("CED451", text, Location("TMPDIR"), hint, Stage.OUTPUT)


def _made() -> tuple[Path, int]:
    """A new folder, and the handle that holds the lock on its marker."""
    begun = Path(tempfile.mkdtemp(prefix=_PREFIX, suffix=_BEGUN))
    handle = -1
    try:
        handle = os.open(begun / MARKER, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, _CONTENT)
        if try_lock(handle) is Lock.NONE:  # nobody will look; Windows renames no folder with an open file
            os.close(handle)
            handle = -1
        folder = begun.with_name(begun.name.removesuffix(_BEGUN))
        begun.rename(folder)
    except BaseException:
        _discard(begun, handle)
        raise
    return folder, handle


def _discard(folder: Path, handle: int) -> None:
    """Take a folder away, its marker last: while a worker that lost its build still writes, it stays."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name == MARKER:
                continue
            with suppress(OSError):
                path.unlink()
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] in ([], [MARKER]):
            shutil.rmtree(folder, ignore_errors=True)
    if handle >= 0:
        os.close(handle)


def _ours() -> Iterator[Path]:
    """The folders of this user among the temporary files that have such a name."""
    try:
        found = sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))
    except OSError:  # there is no place for temporary files at all
        return
    for path in found:
        with suppress(OSError):
            state = path.lstat()
            if stat.S_ISDIR(state.st_mode) and (not hasattr(os, "getuid") or state.st_uid == os.getuid()):
                yield path
