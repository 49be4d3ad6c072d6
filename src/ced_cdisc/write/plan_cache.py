"""Plans that were made before, kept in the user's cache folder.

A plan is made of specs and the tool alone, so the same ones give the same plan: it is kept in parts
(:mod:`ced_cdisc.write.plan_parts`) under a key that stands for all of them, as an entry of the cache
(:mod:`ced_cdisc.write.cache_entries`).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ced_cdisc.write.cache_entries import VARIABLE, CacheEntries, cache_folder
from ced_cdisc.write.plan_parts import KnownPlan, PlanParts, packed

__all__ = ["VARIABLE", "KnownPlan", "cache_folder", "keep_plan", "known_dataset", "known_plan"]

_KEPT = 8


def known_plan(folder: Path, key: str) -> KnownPlan | None:
    """The entry of a key, or None. One that is damaged or not ours is thrown away."""
    return _entries(folder).read(key, lambda index, body: PlanParts(index, body).whole())


def known_dataset(folder: Path, key: str, name: str) -> KnownPlan | None:
    """As :func:`known_plan` with one dataset and those that it needs, without codelists.

    None also where the plan has no dataset of the name; what is damaged beside it is not looked at.
    """
    return _entries(folder).read(key, lambda index, body: PlanParts(index, body).of_dataset(name))


def keep_plan(folder: Path, key: str, known: KnownPlan) -> None:
    """Keep a plan under its key, if the folder can be written, and the newest of the others."""
    with suppress(RecursionError):
        _entries(folder).keep(key, *packed(known))


def _entries(folder: Path) -> CacheEntries:
    return CacheEntries(folder, "plan", _KEPT)
