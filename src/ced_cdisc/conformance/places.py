"""The lines of the specs behind findings, for the folders that this tool built.

``build.json`` says which line makes which variable, and the digest of each file. A place is told only of
files that are as they were built: in one that was edited, or lies beside another define.xml, it would lie.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.build_file import build_above, mapping
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.core.conformance import Failure, RuleResult


def with_places(
    results: Iterable[RuleResult], datasets: Mapping[str, Dataset], folder: Path, define: Path | None = None
) -> tuple[RuleResult, ...]:
    """Results whose failures have the line of the spec that makes the variable, as far as a build tells it.

    Args:
        results: of the rules.
        datasets: those that were read, by name.
        folder: where they stand.
        define: the define.xml that was read, if it is not the one beside the datasets.
    """
    listed, here = tuple(results), folder.resolve()
    described = None if define is None else define.resolve()
    built = _built(here) if any(one.failures for one in listed) else None
    if built is None:
        return listed

    def placed(failure: Failure) -> Failure:
        data = datasets.get(failure.dataset)
        return replace(failure, place=built.place(failure, here / data.file, described)) if data else failure

    return tuple(
        replace(one, failures=tuple(map(placed, one.failures))) if one.failures else one for one in listed
    )


class _Build(Struct, eq=False):
    """What a build.json tells: digests by file, and places by package."""

    root: Path
    outputs: Mapping[str, Any]
    places: Mapping[str, Any]
    _same: dict[Path, bool] = field(default_factory=dict[Path, bool])

    def place(self, failure: Failure, file: Path, define: Path | None) -> str:
        """The line behind a failure in a file; that of the dataset where no line makes the variable."""
        described = file.parent / "define.xml" if define is None else define
        package = self._name(file.parent)
        places: object = self.places.get(package)
        if not isinstance(places, dict) or self._name(described.parent) != package:
            return ""
        if not (self._is_as_built(file) and self._is_as_built(described)):
            return ""
        known = cast("dict[str, object]", places)
        found = known.get(f"{failure.dataset}.{failure.variable}", known.get(failure.dataset))
        return found if isinstance(found, str) else ""

    def _is_as_built(self, file: Path) -> bool:
        if file not in self._same:
            said: object = self.outputs.get(self._name(file))
            self._same[file] = isinstance(said, str) and said == _digest(file)
        return self._same[file]

    def _name(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()


def _built(folder: Path) -> _Build | None:
    """What the build that an absolute folder is of tells; None where it is of none."""
    found = build_above(folder)
    if found is None:
        return None
    root, said = found
    return _Build(root, mapping(said, "outputs"), mapping(said, "places"))


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
