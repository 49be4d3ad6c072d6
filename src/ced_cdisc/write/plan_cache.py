"""Plans that were made before, kept in the user's cache folder.

A plan is made of specs and the tool alone, so the same ones give the same plan: it is pickled under a key
that stands for all of them. An entry says in its first line whose it is and what the rest must hash to, and
is looked at no further where that does not fit. The cache never makes a run fail, and no byte of an output
depends on it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Any

from ced_cdisc.core.findings import Finding
from ced_cdisc.core.version import VERSION
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.text import Text

VARIABLE = "CED_CDISC_CACHE"
"""The environment variable that names the cache folder, or is ``off``."""
_KEPT = 8


@dataclass(frozen=True)
class KnownPlan:
    """A plan, and what was found and read in making it.

    Attributes:
        plan: the plan of the whole study.
        findings: warnings and notes.
        files: the path of each file of specs, by the name under which build.json lists it.
        layers: the folders of the layers.
        layers_state: the digest of what stood in them.
    """

    plan: StudyPlan
    findings: tuple[Finding, ...]
    files: Mapping[str, str]
    layers: tuple[str, ...]
    layers_state: str = ""


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
    path = _path(folder, key)
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        if head == _head(key, body):
            found = _Unpickler(BytesIO(body)).load()
            if isinstance(found, KnownPlan):
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
        body = pickle.dumps(known, pickle.HIGHEST_PROTOCOL)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.write_bytes(_head(key, body) + b"\n" + body)
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


def _head(key: str, body: bytes) -> bytes:
    return f"ced-cdisc plan {VERSION} {key} {hashlib.sha256(body).hexdigest()}".encode()


class _Unpickler(pickle.Unpickler):
    """Makes values of plans only: our own records, enumerations and texts, and date-times."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        found = super().find_class(module_name, global_name) if _may_hold(module_name) else None
        if isinstance(found, type) and (
            found in (Text, datetime) or is_dataclass(found) or issubclass(found, Enum)
        ):
            return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a plan")


def _may_hold(module: str) -> bool:
    return module == "datetime" or module.startswith("ced_cdisc.")
