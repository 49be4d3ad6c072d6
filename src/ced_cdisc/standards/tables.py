"""Reading the packaged tables, and those of a study in the same form (columns: data/README.md)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path

_DATA = Path(__file__).parent / "data"


class UnknownStandard(KeyError):
    """A standard, version, codelist or dataset that is not shipped; the text names what is."""

    def __str__(self) -> str:
        return str(self.args[0])


class DamagedTable(Exception):
    """A table beside the specs that cannot be read; the text names it."""


def unknown(kind: str, word: str, known: Iterable[str]) -> UnknownStandard:
    """The error for a word that is not among the shipped ones."""
    return UnknownStandard(f"unknown {kind} {word}; shipped: {', '.join(known)}")


def read_bytes(name: str, folder: Path | None = None) -> bytes:
    """The decompressed bytes of one table, packaged or in a folder.

    Raises:
        DamagedTable: the folder has no such table, or it is not compressed.
    """
    path = (folder or _DATA) / f"{name}.tsv.gz"
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise DamagedTable(f"{path.name} cannot be read: {said}") from error


def read_table(name: str, folder: Path | None = None) -> list[dict[str, str]]:
    """The rows of one table, packaged or in a folder, every cell as text.

    Raises:
        DamagedTable: it cannot be read.
    """
    try:
        lines = read_bytes(name, folder).decode().splitlines()
        header = lines[0].split("\t")
        return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]
    except (ValueError, IndexError) as error:
        raise DamagedTable(f"{name}.tsv.gz is no table of this tool") from error


def read_text(name: str) -> str:
    """A packaged plain text file, such as units.csv."""
    return (_DATA / name).read_text(encoding="utf-8")


def table_names(prefix: str, suffix: str, folder: Path | None = None) -> list[str]:
    """The middle parts of the names of all tables ``prefix...suffix``, sorted; none where no folder is."""
    folder = folder or _DATA
    if not folder.is_dir():
        return []
    end = f"{suffix}.tsv.gz"
    names = [entry.name for entry in folder.iterdir()]
    return sorted(n[len(prefix) : -len(end)] for n in names if n.startswith(prefix) and n.endswith(end))
