"""The texts of a built example beside the review list, read by the script that keeps the list."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "review_methods.py"


def script() -> ModuleType:
    """scripts/review_methods.py as a module."""
    found = importlib.util.spec_from_file_location("review_methods", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def differences(study: str, out: Path) -> list[str]:
    """What the list says wrong of a build: texts it lacks, has unread, has no longer, or counts otherwise."""
    review = script()
    listed, found = review.read(), review.uses(out)
    said: list[str] = []
    for key in sorted(set(found) | set(listed)):
        row = listed.get(key)
        count = found[key]
        if row is None:
            said.append(f"not in the list: {key[1]}")
        elif row["verdict"] in ("", review.UNREAD):
            said.append(f"unread: {key[1]}")
        elif int(row[study]) != count:
            said.append(f"{count} in place of {row[study]}: {key[1]}")
    return said
