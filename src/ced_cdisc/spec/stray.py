"""Files that look like specs and are read by nothing: another ending, another folder, a link to nowhere.

A spec that is not read is not missed either: its dataset would be left out of the submission without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean, one_of

SUFFIX = ".yaml"
ENDINGS = (SUFFIX, ".yml", ".yaml.txt", ".yml.txt")
"""How the names of specs end, and, case ignored, of files that were meant as such."""
_OF_MAPPINGS = ("study", "sources", "visits")
_OF_DEFINE = ("define", "findings")
_FORMER = "known_findings"
"""What findings.yaml was called: that is told where it is read."""
_FOLDERS = ("sdtm", "adam", "instruments", "tests")
_PLUG_INS = "plug-ins"
"""The one folder below another: of the tests of plug-ins."""


def check_stray(mappings: tuple[Path, str], define: tuple[Path, str], findings: Findings) -> None:
    """Report the files and folders that look like specs and are read by nothing (CED129, CED185).

    A folder with a study.yaml and the like is a layer or a study of its own: whether anything reads it hangs
    on the profile.

    Args:
        mappings: the folder of mappings, and how messages name it.
        define: that of define.xml, likewise.
        findings: receives the faults.
    """
    same = mappings[0] == define[0]
    _top(*mappings, (*_OF_MAPPINGS, *(_OF_DEFINE if same else ())), _FOLDERS, findings)
    if not same:
        _top(*define, _OF_DEFINE, (), findings)
    for name in _FOLDERS:
        for path, shown in _of_specs(mappings[0] / name, f"{mappings[1]}/{name}", findings):
            if path.name == _PLUG_INS and name == "tests":
                _of_specs(path, shown, findings)
            elif _holds_specs(path):
                _folder(shown, f"move them to {mappings[1]}/{name}", findings)


def is_misnamed(folder: Path, name: str) -> bool:
    """Whether a file that is not there stands in its folder under a name that is read by nothing."""
    stems = [stem for path in _entries(folder) for stem, ending in [split_name(path.name)] if ending]
    return name.removesuffix(SUFFIX) in map(str.casefold, stems)


def _top(folder: Path, shown: str, files: Sequence[str], folders: Sequence[str], findings: Findings) -> None:
    """What stands directly in a folder of mappings or of define.xml."""
    for path in _entries(folder):
        stem, ending = split_name(path.name)
        if path.is_dir():
            if path.name not in folders and _holds_specs(path) and not _is_known(path, folders):
                hint = did_you_mean(path.name, folders) or "specs of datasets stand in sdtm and adam"
                _folder(f"{shown}/{path.name}", hint, findings)
        elif ending and stem.casefold() in files and (ending != SUFFIX or stem not in files):
            _renamed(path, f"{shown}/{path.name}", stem.casefold(), findings)
        elif ending and stem not in (*files, _FORMER):
            known = [f"{file}{SUFFIX}" for file in files]
            others = f"this folder has {one_of(known)}; specs of datasets stand in sdtm and adam"
            near = did_you_mean(stem, files)
            _told(f"{shown}/{path.name}", near or others, findings)
        elif ending and not path.exists():
            _nowhere(f"{shown}/{path.name}", findings)


def _of_specs(folder: Path, shown: str, findings: Findings) -> list[tuple[Path, str]]:
    """Look through the files of a folder with one spec a file; gives the folders within it."""
    within: list[tuple[Path, str]] = []
    for path in _entries(folder):
        stem, ending = split_name(path.name)
        if path.is_dir() and not ending:
            within.append((path, f"{shown}/{path.name}"))
        elif ending and ending != SUFFIX:
            _renamed(path, f"{shown}/{path.name}", stem, findings)
        elif ending and not path.exists():
            _nowhere(f"{shown}/{path.name}", findings)
    return within


def _entries(folder: Path) -> Iterator[Path]:
    """What a folder holds, in the order of names, but what is hidden."""
    try:
        found = sorted(folder.iterdir())
    except OSError:  # there is none, or it is told where its files are read
        return
    yield from (path for path in found if not path.name.startswith("."))


def split_name(name: str) -> tuple[str, str]:
    """The name of a file, and its ending where it looks like a spec's."""
    low = name.casefold()
    found = next((ending for ending in ENDINGS if low.endswith(ending)), "")
    return (name[: -len(found)], name[-len(found) :]) if found else (name, "")


def _holds_specs(folder: Path) -> bool:
    """Whether files of a folder look like specs, and it is neither a layer nor a study."""
    stems = [stem for path in _entries(folder) for stem, ending in [split_name(path.name)] if ending]
    return bool(stems) and not {*_OF_MAPPINGS, *_OF_DEFINE}.intersection(stems)


def _is_known(folder: Path, known: Sequence[str]) -> bool:
    """Whether the disk takes a folder for one that is read, as those that ignore case do."""
    others = (folder.with_name(name) for name in known)
    return any(other.exists() and other.samefile(folder) for other in others)


def _renamed(path: Path, shown: str, stem: str, findings: Findings) -> None:
    right = path.with_name(f"{stem}{SUFFIX}")
    if right.exists() and right.samefile(path):
        return  # read under the other name, where the disk ignores case
    there = (
        f"{right.name} is there, too: take one of them away"
        if right.exists()
        else f"rename it to {right.name}"
    )
    _told(shown, there, findings)


def _nowhere(shown: str, findings: Findings) -> None:
    hint = "correct the link, or take it away"
    findings.add(Finding("CED129", "this link leads to a file that is not there", Location(shown), hint=hint))


def _told(shown: str, hint: str, findings: Findings) -> None:
    findings.add(Finding("CED129", "this file is read by nothing", Location(shown), hint=hint))


def _folder(shown: str, hint: str, findings: Findings) -> None:
    message = "the specs in this folder are read by nothing"
    findings.add(Finding("CED185", message, Location(shown), hint=hint))
