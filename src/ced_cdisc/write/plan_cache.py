"""Plans that were made before, kept in the user's cache folder.

A plan is made of specs and the tool alone, so the same ones give the same plan: it is pickled under a key
that stands for all of them. An entry says in its first line whose it is and what the index of its parts must
hash to (:mod:`ced_cdisc.write.plan_parts`), and is looked at no further where that does not fit. The cache
never makes a run fail, and no byte of an output depends on it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from ced_cdisc.core.version import VERSION
from ced_cdisc.write.plan_parts import KnownPlan, PlanParts, packed

__all__ = ["VARIABLE", "KnownPlan", "cache_folder", "keep_plan", "known_dataset", "known_plan"]

T = TypeVar("T")

VARIABLE = "CED_CDISC_CACHE"
"""The environment variable that names the cache folder, or is ``off``."""
_KEPT = 8


def cache_folder(name: str = "plans") -> Path | None:
    """The folder of plans, or another: below CED_CDISC_CACHE, else the user's cache folder; None if off."""
    named = os.environ.get(VARIABLE, "")
    if named.lower() == "off":
        return None
    if named:
        return Path(named) / name
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # as the XDG specification has it
        try:
            base = Path.home() / ".cache"
        except RuntimeError:
            return None
    return base / "ced-cdisc" / name


def known_plan(folder: Path, key: str) -> KnownPlan | None:
    """The entry of a key, or None. One that is damaged or not ours is thrown away."""
    return _read(folder, key, PlanParts.whole)


def known_dataset(folder: Path, key: str, name: str) -> KnownPlan | None:
    """As :func:`known_plan` with one dataset and those that it needs, without codelists.

    None also where the plan has no dataset of the name; what is damaged beside it is not looked at.
    """
    return _read(folder, key, lambda parts: parts.of_dataset(name))


def _read(folder: Path, key: str, read: Callable[[PlanParts], T]) -> T | None:
    path = _path(folder, key)
    try:
        head, _, rest = path.read_bytes().partition(b"\n")
        index, _, body = rest.partition(b"\n")
        if head == _head(key, index):
            found = read(PlanParts(index, body))
            with suppress(OSError):
                os.utime(path)  # the newest are kept
            return found
    except FileNotFoundError:
        return None
    except Exception:  # whatever the bytes are, the plan can be made without them
        pass
    with suppress(OSError):
        path.unlink()
    return None


def keep_plan(folder: Path, key: str, known: KnownPlan) -> None:
    """Keep a plan under its key, if the folder can be written, and the newest of the others."""
    path = _path(folder, key)
    new = path.with_suffix(f".{os.getpid()}.new")
    try:
        index, body = packed(known)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.write_bytes(b"\n".join((_head(key, index), index, body)))
        new.replace(path)
        listed = [one for one in folder.iterdir() if one.suffix in (".plan", ".new")]
        listed.sort(key=lambda one: one.stat().st_mtime_ns, reverse=True)
        for old in listed[_KEPT:]:
            old.unlink()
    except (OSError, RecursionError):
        with suppress(OSError):
            new.unlink()


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}.plan"


def _head(key: str, index: bytes) -> bytes:
    return f"ced-cdisc plan {VERSION} {key} {hashlib.sha256(index).hexdigest()}".encode()
