"""build.json, by which a finished build is known; it is read here alone, and by the same rules for all.

It counts where it is a file, or a link to one, that holds a JSON object and says that this tool wrote it. Any
other file of that name is somebody else's, or damaged: neither is a build. A folder of datasets belongs to
the nearest build at or above it.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any, cast

NAME = "build.json"
TOOL = "ced-cdisc"
LARGEST = 1 << 26
"""Of one that is looked for above datasets [bytes]: may be anybody's. 100 datasets take half a megabyte."""
ABOVE = 4
"""How many folders above datasets it may stand; a build writes them three deep: json/controls/sdtm."""


class NotABuild(ValueError):
    """A build.json that this tool did not write, or that is damaged."""


def read_build_file(folder: Path) -> dict[str, Any]:
    """What the build.json of a folder says; by :func:`ced_cdisc.write.manifest.manifest_bytes`.

    Raises:
        OSError: there is none, or it cannot be read.
        NotABuild: it is not ours, or damaged.
    """
    path = folder / NAME
    if not stat.S_ISREG(path.stat().st_mode):  # such as a pipe, which would be waited for
        raise NotABuild
    try:
        said: object = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise NotABuild from None
    if not isinstance(said, dict) or cast("dict[str, Any]", said).get("tool") != TOOL:
        raise NotABuild
    return cast("dict[str, Any]", said)


def build_above(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """The nearest build at or above a folder, and what its build.json says; None where there is none.

    What is no build, cannot be read or is too large is passed over.
    """
    place = folder.resolve()
    for root in (place, *place.parents[:ABOVE]):
        try:
            if (root / NAME).stat().st_size <= LARGEST:
                return root, read_build_file(root)
        except (OSError, NotABuild):
            continue
    return None


def mapping(said: dict[str, Any], key: str) -> dict[str, Any]:
    """The mapping under a key; an empty one where there is none."""
    found: object = said.get(key)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
