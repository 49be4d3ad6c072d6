"""Reading the packaged tables (columns: data/README.md)."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

_DATA = Path(__file__).parent / "data"


class UnknownStandard(KeyError):
    """A standard, version, codelist or dataset that is not shipped; the text names what is."""

    def __str__(self) -> str:
        return str(self.args[0])


def unknown(kind: str, word: str, known: Iterable[str]) -> UnknownStandard:
    """The error for a word that is not among the shipped ones."""
    return UnknownStandard(f"unknown {kind} {word}; shipped: {', '.join(known)}")


def read_bytes(name: str) -> bytes:
    """The decompressed bytes of one packaged table."""
    return gzip.decompress((_DATA / f"{name}.tsv.gz").read_bytes())


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one packaged table, every cell as text."""
    lines = read_bytes(name).decode().splitlines()
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def read_text(name: str) -> str:
    """A packaged plain text file, such as units.csv."""
    return (_DATA / name).read_text(encoding="utf-8")


def table_names(prefix: str, suffix: str) -> list[str]:
    """The middle parts of the names of all tables ``prefix...suffix``, sorted."""
    end = f"{suffix}.tsv.gz"
    names = [entry.name for entry in _DATA.iterdir()]
    return sorted(n[len(prefix) : -len(end)] for n in names if n.startswith(prefix) and n.endswith(end))
