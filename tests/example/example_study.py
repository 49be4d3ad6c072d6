"""Where the example study stands in the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "examples" / "improve_ced" / "raw"
MAPPINGS = ROOT / "mappings"
DEFINE = ROOT / "define"


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a folder, by path."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }
