"""The analysis results of a finished build."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from ced_cdisc.analyse.table import JSON, Document
from ced_cdisc.build_file import NAME as BUILD_FILE


class NoResults(Exception):
    """A folder holds no results; the text says why (exit code 2)."""


def read_results(out: Path) -> Document:
    """The content of ``adam/results.json`` in a folder that a build wrote.

    Raises:
        NoResults: the folder is not there, or no build, or one without results, or the file was damaged.
    """
    shown = out.as_posix()
    if not out.is_dir():
        raise NoResults(f"there is no folder {shown}")
    if not (out / BUILD_FILE).is_file():
        raise NoResults(f"{shown} is no output of a build: it has no {BUILD_FILE}")
    try:
        found: Any = json.loads((out / JSON).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoResults(f"{shown} holds no results: the specs of its build have no 'results'") from None
    except (OSError, ValueError):
        raise NoResults(f"{shown}/{JSON} cannot be read: build again") from None
    if not isinstance(found, dict) or "displays" not in found:
        raise NoResults(f"{shown}/{JSON} cannot be read: build again")
    return cast("Document", found)
