"""What tells one installation of a library from another, without loading it or reading all of its files.

An installer writes a record of each distribution that it installs (``openpyxl-3.1.5.dist-info/RECORD``), and
writes it anew whatever it changes. So the record stands for all files of a library that lies beside it. One
that lies elsewhere, as a checkout on PYTHONPATH does, is looked at file by file.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from ced_cdisc.core.version import LOADED

PARSERS: Mapping[str, str] = {"pydantic": "pydantic", "pyyaml": "yaml"}
"""What reads specs: requirements as pyproject.toml has them, without versions, and their packages."""
READERS: Mapping[str, str] = {**PARSERS, "markdown-it-py": "markdown_it"}
"""What reads all that people write."""
ENGINES: Mapping[str, str] = {
    "defineutils": "defineutils",
    "lxml": "lxml",
    "msgspec": "msgspec",
    "numpy": "numpy",
    "odmlib": "odmlib",
    "openpyxl": "openpyxl",
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
    "pyreadstat": "pyreadstat",
    "reportlab[accel]": "reportlab",
    "scipy": "scipy",
    "sqlalchemy": "sqlalchemy",
}
"""What data go through on their way from the raw files to the output."""
_RECORDS = (".dist-info", ".egg-info")
_WITNESSES = ("RECORD", "METADATA", "PKG-INFO")  # systems that install for all users leave RECORD out
_NEEDS = re.compile(rb"^Requires-Dist: *([A-Za-z0-9._-]+) *(?:\[([^\]]*)\])?([^\r\n]*)", re.MULTILINE)
_EXTRA = re.compile(r"""extra *== *["']([^"']+)["']""")
_TICK = 20_000_000  # [ns] clocks of file systems are coarser than the one that LOADED is read from


class Edited(Exception):
    """A file is younger than what was made of it."""


def installations(libraries: Mapping[str, str]) -> Iterator[object]:
    """The state of libraries, and of all that they require.

    Args:
        libraries: requirements, and the package that each of them brings.

    Raises:
        Edited: one was installed after this process had begun to load the tool.
        OSError: what is installed cannot be read.
    """
    records = _records()
    yield from _recorded(libraries, records)
    for needed, package in libraries.items():
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        home = origin.parent if origin.name == "__init__.py" else origin
        record = records.get(_named(needed)[0])
        if record is not None and record.parent == home.parent:
            yield spec.origin, state(origin.stat())
        elif home.is_dir():
            yield home.as_posix(), *files_below(home, ("__pycache__",), LOADED)
        else:
            yield spec.origin, state(origin.stat(), LOADED)


def files_below(folder: Path, left_out: Iterable[str], before: int) -> Iterator[tuple[str, object]]:
    """Each file below a folder by its path there, and its state.

    Args:
        folder: where to look.
        left_out: names of files and folders that do not count.
        before: when the files were loaded [ns since 1970].

    Raises:
        Edited: a file has changed since.
    """
    waiting = [(str(folder), "")]
    while waiting:
        current, below = waiting.pop()
        with os.scandir(current) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name in left_out:
                    continue
                name = f"{below}/{entry.name}"
                if entry.is_dir():
                    waiting.append((entry.path, name))
                    continue
                yield name, state(entry.stat(), before)


def state(stat: os.stat_result, before: int | None = None) -> tuple[int, int, int]:
    """Size and times of change of a file.

    Raises:
        Edited: it has changed since ``before``.
    """
    if before is not None and max(stat.st_mtime_ns, stat.st_ctime_ns) >= before - _TICK:
        raise Edited
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _records() -> dict[str, Path]:
    """The records of what is installed, by the name of the distribution; of two, that which Python loads."""
    found: dict[str, Path] = {}
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                names = [entry.name for entry in entries]
        except OSError:  # it is not there, or an archive
            continue
        for name in names:
            if name.endswith(_RECORDS):
                found.setdefault(_canonical(name.partition("-")[0].removesuffix(".egg")), Path(folder, name))
    return found


def _recorded(libraries: Iterable[str], records: Mapping[str, Path]) -> Iterator[object]:
    """The records of libraries and of all that they require; one that is missing counts as that."""
    waiting = [_named(one) for one in libraries]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        record = records.get(name)
        if record is None:
            yield name
            continue
        yield str(record), _witness(record)
        waiting += _required(record, extras)


def _witness(record: Path) -> object:
    for name in _WITNESSES:
        try:
            return name, state((record / name).stat(), LOADED)
        except OSError:
            continue
    return state(record.stat(), LOADED)


def _required(record: Path, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """What a distribution requires with some of its extras, on any system: what is not there is told, too."""
    for name in _WITNESSES[1:]:
        try:
            content = (record / name).read_bytes()
        except OSError:
            continue
        head = content.partition(b"\n\n")[0] if b"\nRequires-Dist:" in content else b""
        for needed, more, rest in _NEEDS.findall(head):
            asked = {_canonical(one) for one in _EXTRA.findall(rest.decode())}
            if not asked or asked & extras:
                yield _named(f"{needed.decode()}[{more.decode()}]")
        return


def _named(requirement: str) -> tuple[str, frozenset[str]]:
    """The name and the extras of a requirement without version."""
    name, _, extras = requirement.removesuffix("]").partition("[")
    return _canonical(name), frozenset(_canonical(one.strip()) for one in extras.split(",") if one.strip())


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
