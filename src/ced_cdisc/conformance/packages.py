"""Which package of a study a dataset of a folder is of: ``sdtm``, ``adam``, ``controls/sdtm``.

In a build the place below build.json says so; elsewhere the end of the path is compared with the packages
that findings.yaml names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ced_cdisc.build_file import build_above, mapping

_DEFINE = "/define.xml"
_FILES = "datasets"  # analysis/adam/datasets holds the files of the package adam


class Build(Struct, frozen=True):
    """A build by this tool.

    Attributes:
        folder: where its build.json is.
        inputs: the SHA-256 of each file that it was made of.
        packages: those with a define.xml.
        whole: whether every dataset of the study is there; with ``--only`` some may be missing.
    """

    folder: Path
    inputs: dict[str, str]
    packages: tuple[str, ...]
    whole: bool

    def is_of(self, mappings: Path) -> bool:
        """Whether it was made of the study whose specs lie there, as they are now."""
        try:
            text = (mappings / "study.yaml").read_bytes()
        except OSError:
            return False
        return self.inputs.get("mappings/study.yaml") == hashlib.sha256(text).hexdigest()


def build_of(folder: Path) -> Build | None:
    """The build that a folder is of, or None."""
    found = build_above(folder)
    if found is None:
        return None
    root, said = found
    inputs = {name: str(value) for name, value in mapping(said, "inputs").items()}
    made = (name.removesuffix(_DEFINE) for name in mapping(said, "outputs") if name.endswith(_DEFINE))
    return Build(root, inputs, tuple(sorted(made)), said.get("partial") is False)


def package_of(folder: Path, file: str, build: Build | None, named: Collection[str]) -> str:
    """The package of a file below a folder; empty where it is not known.

    Args:
        folder: the folder that is checked.
        file: the dataset's file, below the folder.
        build: the build that the folder is of.
        named: the packages that findings.yaml names.
    """
    place = (folder.resolve() / file).parent
    if build is not None:
        return place.relative_to(build.folder).as_posix() if place != build.folder else ""
    parts = place.parts[:-1] if place.name == _FILES else place.parts
    for size in range(len(parts), 0, -1):
        if (tail := "/".join(parts[-size:])) in named:
            return PurePosixPath(tail).as_posix()
    return ""
