"""The output folder: written beside OUT and exchanged with it at the end, so that OUT is always whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import cast

from msgspec.structs import replace

from ced_cdisc.build_file import NAME as BUILD_FILE
from ced_cdisc.build_file import TOOL, NotABuild, read_build_file
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage, Stopped, one_of
from ced_cdisc.write.exchange import Holder

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)
_LEFT_BY_DESKTOPS = {".DS_Store", "Thumbs.db", "desktop.ini"}


class OutputFolder:
    """A place to write a build in; nothing of it shows in OUT before :meth:`commit`.

    Without a commit (an error, a finding, an interrupt) leaving the block throws the work away. A kill at any
    moment leaves the former OUT whole, at the latest once the next run has called :meth:`prepare`.

        folder, findings = OutputFolder.prepare(Path("out"), protected=[Path("raw"), Path("mappings")])
        with folder as work:
            (work / "build.json").write_text(...)
            findings += folder.commit()
    """

    def __init__(self, out: Path, shown: str) -> None:
        self._out, self._shown = out, shown
        self._holder: Holder | None = None
        self._committed = False

    @classmethod
    def prepare(cls, out: Path, protected: Sequence[Path] = ()) -> tuple[OutputFolder | None, list[Finding]]:
        """Clear up after killed runs, then ask whether OUT may be replaced; it is not touched.

        Args:
            out: the folder to write, as the user wrote it. A link to a folder means that folder.
            protected: folders of the user's input (RAW, mappings): OUT may not be, hold or lie in one.

        Returns:
            The folder to enter, or None where a finding (stage OUTPUT) refuses.
        """
        shown = out.as_posix()
        try:
            real = _followed(out)
            if real is None:
                return None, [_refused("CED414", f"{shown} is a link that leads nowhere", shown)]
            fault = _misplaced(real, shown, protected) or _clear_up(real, shown) or _not_ours(real, shown)
        except OSError as error:
            return None, [
                _refused("CED408", f"{shown} cannot be looked at: {error.strerror or error}", shown)
            ]
        return (None, [fault]) if fault else (cls(real, shown), [])

    def __enter__(self) -> Path:
        """Make the working folder and return its path.

        Raises:
            Stopped: the parent of OUT does not allow it (CED407).
        """
        try:
            self._holder = Holder.create(self._out)
        except OSError as error:
            raise _stopped(_unwritable(self._out, self._shown, error.strerror or str(error))) from error
        return self._holder.new

    @property
    def is_committed(self) -> bool:
        """Whether OUT is what was written here; true from the exchange on, whatever comes after it."""
        return self._committed or (self._holder is not None and self._holder.is_published)

    def commit(self) -> list[Finding]:
        """Put the written files in the place of OUT, on disk and in one step.

        Returns:
            A warning (CED419) where OUT is exchanged and the system cannot say that the disk has it.

        Raises:
            Stopped: OUT has changed since it was looked at, or the system refuses; OUT is left as it was.
        """
        holder = self._holder
        if holder is None:
            raise RuntimeError("commit outside the with block")
        fault = _not_ours(self._out, self._shown)
        if fault:
            raise _stopped(fault)
        try:
            failed = holder.publish()
        except OSError as error:
            text = f"the finished output cannot take the place of {self._shown}: {error.strerror or error}"
            hint = "the former output is untouched; write to another folder"
            raise _stopped(_refused("CED413", text, self._shown, hint)) from error
        if failed is None:
            return []
        text = f"{self._shown} is written, but may not be on the disk yet: {failed.strerror or failed}"
        hint = "look at the disk, then build again: a power cut may bring the former output back"
        return [replace(_refused("CED419", text, self._shown, hint), severity=Severity.WARNING)]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw away what is left in the working folder.

        Raises:
            Stopped: in place of an OSError that says that the working folder cannot be written (CED412); not
                after a commit, when nothing is written there any more.
        """
        holder = self._holder
        if holder is None:
            return
        self._committed, self._holder = holder.is_published, None
        try:
            if holder.restore():
                holder.discard()
        finally:
            holder.release()
        if isinstance(error, OSError) and not self._committed and _is_ours(error, holder.path):
            text = f"the output for {self._shown} cannot be written: {error.strerror or error}"
            hint = "the former output is untouched; make room or write to another folder"
            raise _stopped(_refused("CED412", text, self._shown, hint)) from error


class BuildInterrupted(KeyboardInterrupt):
    """The user stopped a build whose output is in its place: without a result, but OUT is the new one."""


@contextmanager
def told_if_written(folder: OutputFolder | None) -> Generator[None]:
    """Tell an interrupt after a commit, to the end of the block, from one that leaves OUT as it was.

    Raises:
        BuildInterrupted: in place of a KeyboardInterrupt after the commit.
    """
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None and folder.is_committed:
            raise BuildInterrupted from None
        raise


def _refused(code: str, message: str, shown: str, hint: str = "") -> Finding:
    return Finding(code, message, Location(shown), hint, Stage.OUTPUT)


def _stopped(finding: Finding) -> Stopped:
    return Stopped(Findings([finding]))


def _is_ours(error: OSError, folder: Path) -> bool:
    name = error.filename
    within = isinstance(name, str | os.PathLike) and folder in Path(cast("str", name)).absolute().parents
    return within or error.errno in _FULL


def _unwritable(out: Path, shown: str, reason: str) -> Finding:
    text = f"the folder around {shown} cannot be written, so OUT cannot be exchanged: {reason}"
    return _refused(
        "CED407", text, shown, f"write to another folder, or allow writing in {out.parent.as_posix()}"
    )


def _followed(out: Path) -> Path | None:
    """The folder that a path means, which need not exist; None where a link leads nowhere."""
    if out.is_symlink() and not out.exists():
        return None
    try:
        return out.resolve()
    except RuntimeError:  # a loop of links, up to Python 3.12
        return None


def _misplaced(out: Path, shown: str, protected: Sequence[Path]) -> Finding | None:
    """CED401, CED403 to CED407: OUT is no folder, or one whose place forbids the exchange."""
    if out.exists() and not out.is_dir():
        return _refused("CED401", f"{shown} is a file, not a folder", shown, "name another folder")
    for path in protected:
        relation = _overlap(out, path.resolve())
        if relation:
            hint = "name a folder beside it: OUT is replaced as a whole"
            return _refused("CED404", f"{shown} {relation} the input folder {path.as_posix()}", shown, hint)
    if os.path.ismount(out):
        text = f"{shown} is a mount point, which cannot be exchanged"
        return _refused("CED403", text, shown, f"name a folder in it, as {shown.rstrip('/')}/build")
    if _overlap(out, Path.cwd()) in ("is", "holds"):
        text = f"{shown} is the working folder or holds it"
        return _refused("CED405", text, shown, "change to another folder first")
    if not out.parent.is_dir():
        text = f"the folder {Path(shown).parent.as_posix()} around {shown} does not exist"
        return _refused("CED406", text, shown, "make it first")
    if not os.access(out.parent, os.W_OK | os.X_OK):
        return _unwritable(out, shown, "no permission")
    return None


def _overlap(out: Path, other: Path) -> str:
    """How a folder lies to another: ``is``, ``lies in``, ``holds`` or nothing; links hide none."""
    if _same(out, other):
        return "is"
    if any(_same(parent, other) for parent in out.parents):
        return "lies in"
    return "holds" if any(_same(out, parent) for parent in other.parents) else ""


def _same(one: Path, other: Path) -> bool:
    return one == other or (one.exists() and other.exists() and one.samefile(other))


def _clear_up(out: Path, shown: str) -> Finding | None:
    """Restore and delete what killed runs left; CED410 for a living run, CED411 for what is not decidable."""
    dead, alive = Holder.left(out)
    fault = None
    for holder in dead:
        if holder.restore():
            holder.discard()
            continue
        holder.release()
        text = (
            f"a killed run left the former output in {holder.old.as_posix()}, and {shown} was made anew since"
        )
        fault = _refused("CED411", text, shown, "move one of them away, then build again")
    if alive:
        hint = "wait for it, or write to another folder"
        return _refused("CED410", f"another run is writing {shown}", shown, hint)
    return fault


def _not_ours(out: Path, shown: str) -> Finding | None:
    """CED401, CED402, CED408 or CED409 unless OUT is absent, empty or a former build with nothing added."""
    if not out.exists():
        return None
    if not out.is_dir():
        return _refused("CED401", f"{shown} is a file, not a folder", shown, "name another folder")
    names = sorted(entry.name for entry in out.iterdir())
    if not names:
        return None
    text = f"{shown} is not empty and not a former build"
    hint = f"name a new folder; this one is left alone with its {one_of(names, 5)}"
    if BUILD_FILE not in names:
        return _refused("CED402", f"{text}: it has no {BUILD_FILE}", shown, hint)
    try:
        build = read_build_file(out)
    except OSError as error:
        text = f"{shown}/{BUILD_FILE} cannot be read: {error.strerror or error}"
        return _refused("CED408", text, shown, "name a new folder; this one is left alone")
    except NotABuild:
        return _refused("CED402", f"{text}: its {BUILD_FILE} was not written by {TOOL}", shown, hint)
    added = _added_files(out, build.get("outputs"))
    if added:
        text = f"{shown} is a former build with files that it did not write: {one_of(added, 5)}"
        return _refused("CED409", text, shown, "move them away: OUT is replaced as a whole")
    return None


def _added_files(out: Path, outputs: object) -> list[str]:
    """Files in a former build that its ``outputs`` (paths, or a mapping by path) does not name."""
    if not isinstance(outputs, list | dict):
        return []
    written = {str(path) for path in cast("list[object]", outputs)} | {BUILD_FILE}
    found: list[str] = []
    for path, _, files in os.walk(out):
        found += [Path(path, name).relative_to(out).as_posix() for name in files]
    return sorted(name for name in found if name not in written and Path(name).name not in _LEFT_BY_DESKTOPS)
