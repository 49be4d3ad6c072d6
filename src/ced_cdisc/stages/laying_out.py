"""Spec files in their canonical form: which files they are, of which kind, and what would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.spec.layout import CannotLayOut, laid_out
from ced_cdisc.spec.layout.order import FILES
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.source import Mapping, load_yaml

_FOLDERS = ("instruments", "sdtm", "adam", "tests", "plug-ins")
_KEYS = {"domain": "sdtm", "dataset": "adam", "instrument": "instruments"}


class LaidOut(Struct, frozen=True):
    """A file and its canonical form: the path, how messages name it, and both texts."""

    path: Path
    shown: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the file is not in its canonical form."""
        return self.before != self.after

    def diff(self) -> str:
        """The change as a unified diff."""
        lines = [text.splitlines(keepends=True) for text in (self.before, self.after)]
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in unified_diff(lines[0], lines[1], self.shown, self.shown)
        )


def lay_out(files: Iterable[tuple[Path, str]], findings: Findings) -> list[LaidOut]:
    """The files in their canonical form; those with faults of YAML, or of no known kind, are left out.

    Args:
        files: paths, and how messages name them.
        findings: receives CED001 to CED005 and CED011 for files that cannot be read, and CED741.
    """
    made: list[LaidOut] = []
    for path, shown in files:
        faults = Findings()
        try:
            before = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"this file is not UTF-8: byte {error.start + 1} cannot be read"
            findings.add(Finding("CED011", message, Location(shown)))
            continue
        except OSError as error:
            findings.add(Finding("CED011", f"this file cannot be read: {error.strerror}", Location(shown)))
            continue
        tree = load_yaml(before, shown, faults)
        findings.extend(faults)
        if tree is None or faults:
            continue
        kind = _kind(path, tree)
        if kind is None:
            message = "nothing says what kind of spec this is"
            hint = "it has none of the keys domain, dataset and instrument, and no name of a spec file"
            findings.add(Finding("CED741", message, Location(shown), hint=hint))
            continue
        try:
            made.append(LaidOut(path, shown, before, laid_out(before, kind)))
        except CannotLayOut as cannot:
            findings.add(Finding("CED741", f"this file cannot be laid out: {cannot}", Location(shown)))
    return made


def files_of(study: StudyFolders) -> Iterator[tuple[Path, str]]:
    """The spec files of a study and of those that it pools, not of layers, and how messages name them."""
    for folder, shown in ((study.mappings, study.shown[0]), (study.define, study.shown[1])):
        for path in sorted(folder.rglob("*.yaml")):
            if path.stem in FILES or path.parent.name in _FOLDERS:
                yield path, f"{shown}/{path.relative_to(folder).as_posix()}"


def _kind(path: Path, tree: Mapping) -> str | None:
    if path.parent.name in _FOLDERS:
        return path.parent.name
    if path.stem in FILES and path.stem not in _FOLDERS:
        return path.stem
    return next((kind for key, kind in _KEYS.items() if any(known == key for known in tree)), None)
