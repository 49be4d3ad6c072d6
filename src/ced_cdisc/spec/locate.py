"""Where the specs of a run come from: named folders, the working folder, or the shipped study."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class StudyFolders(Struct, frozen=True):
    """The two spec folders, how messages name them, and a notice for the user."""

    mappings: Path
    define: Path
    shown: tuple[str, str]
    shipped: bool
    notice: str


class MissingFolder(Exception):
    """A folder that the user named, or half of a pair, is not there (exit code 2)."""


def find_study(mappings: Path | None, define: Path | None, working: Path) -> StudyFolders:
    """The spec folders: as named, else those of the working folder, else the shipped study.

    Raises:
        MissingFolder: a named folder does not exist, or one of the pair stands without the other.
    """
    own = (working / "mappings", working / "define")
    if mappings is None and define is None and not own[0].is_dir() and not own[1].is_dir():
        shipped = shipped_study()
        if shipped is None:
            raise MissingFolder("no mappings/ here, and this installation carries no example study")
        return StudyFolders(
            *shipped, ("mappings", "define"), True, "no mappings/ here, used the shipped example"
        )
    chosen = (mappings or own[0], define or own[1])
    shown = (_show(mappings, "mappings"), _show(define, "define"))
    for named, folder, text, option in zip(
        (mappings, define), chosen, shown, ("--mappings", "--define"), strict=True
    ):
        if named is not None and not folder.is_dir():
            raise MissingFolder(f"there is no folder {text}")
        if not folder.is_dir():
            other = shown[1] if folder is chosen[0] else shown[0]
            raise MissingFolder(
                f"{other} is there without {text}: make the folder {text} or name it with {option}"
            )
    return StudyFolders(*chosen, shown, False, f"specs from {shown[0]} and {shown[1]}")


def _show(folder: Path | None, name: str) -> str:
    return name if folder is None else folder.as_posix()


def shipped_study() -> tuple[Path, Path] | None:
    """The example's specs: inside an installed package, or in the source tree of an editable install."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_default_study"
    if (inside / "mappings" / "study.yaml").is_file():
        return inside / "mappings", inside / "define"
    tree = package.parent.parent
    if (tree / "pyproject.toml").is_file() and (tree / "mappings" / "study.yaml").is_file():
        return tree / "mappings", tree / "define"
    return None
