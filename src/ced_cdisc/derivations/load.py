"""Plug-ins from the files and packages that study.yaml names: this runs their Python.

Specs alone run no code: only ``derivations`` in study.yaml names what is imported here.
"""

from __future__ import annotations

import hashlib
import importlib
import linecache
import sys
import traceback
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean, one_of
from ced_cdisc.derivations.declare import MARK, Declared, faults_of
from ced_cdisc.derivations.record import Derivation, Frames, Source

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

GROUP = "ced_cdisc.derivations"
"""The group of entry points."""


def file_source(path: Path, name: str, shown: str) -> Source:
    """The source of a study's own file.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is not UTF-8.
    """
    content = path.read_bytes()
    return Source(name, shown, hashlib.sha256(content).hexdigest(), content.decode("utf-8"))


def package_source(name: str) -> Source | None:
    """The source behind an entry point; None where no installed package has it."""
    found = _entry(name)
    if found is None or find_spec(found.module.partition(".")[0]) is None:
        return None
    version = f"{found.dist.name} {found.dist.version}" if found.dist is not None else name
    digest = hashlib.sha256(f"{version} {found.value}".encode())
    for file in _files(found.module):
        digest.update(f"{file.name} ".encode() + file.read_bytes())
    return Source(name, f"{version} ({found.module})", digest.hexdigest(), module=found.module)


def missing_package(name: str) -> str:
    """The hint beside an entry point that is not there."""
    known = sorted({one.name for one in _entries()})
    return did_you_mean(name, known) or (
        f"installed are {one_of(known)}" if known else f"no installed package has an entry point in {GROUP}"
    )


def _entry(name: str) -> EntryPoint | None:
    return next((one for one in _entries() if one.name == name), None)


def _entries() -> EntryPoints:
    from importlib.metadata import entry_points  # few studies call what an installed package has

    return entry_points(group=GROUP)


def _files(module: str) -> list[Path]:
    """The Python files of the package that a module belongs to."""
    spec = find_spec(module.partition(".")[0])
    if spec is None:
        return []
    if spec.submodule_search_locations:
        return sorted(f for folder in spec.submodule_search_locations for f in Path(folder).rglob("*.py"))
    return [Path(spec.origin)] if spec.origin else []


class CannotImport(Exception):
    """The Python of a plug-in stops while it is imported; the text says where and why."""

    def __init__(self, source: Source, error: BaseException) -> None:
        self.line = line_of(source, error)
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        super().__init__(f"{type(error).__name__}: {text}")


def line_of(source: Source, error: BaseException) -> int:
    """The last line of a source that an exception came through; 0 where it came through none."""
    if isinstance(error, SyntaxError) and error.filename == source.shown:
        return error.lineno or 0
    files = {source.shown} if not source.module else {str(file) for file in _files(source.module)}
    steps = traceback.extract_tb(error.__traceback__)
    return next((step.lineno or 0 for step in reversed(steps) if step.filename in files), 0)


@lru_cache(maxsize=32)
def module_of(source: Source) -> ModuleType:
    """The module of a source, run once in a process.

    Raises:
        CannotImport: it stops.
    """
    try:
        if source.module:
            return importlib.import_module(source.module)
        module = ModuleType(f"ced_cdisc_study_{source.digest[:16]}")
        module.__file__ = source.shown
        sys.modules[module.__name__] = module  # dataclasses look their module up
        lines = source.text.splitlines(keepends=True)
        linecache.cache[source.shown] = (len(source.text), None, lines, source.shown)
        exec(compile(source.text, source.shown, "exec", dont_inherit=True), module.__dict__)
        return module
    except Exception as error:
        raise CannotImport(source, error) from error


def declared_in(source: Source) -> list[Declared]:
    """The declarations of a source, in the order of their lines.

    Raises:
        CannotImport: its Python stops.
    """
    values = cast("dict[str, object]", vars(module_of(source))).values()
    found = {id(value): getattr(value, MARK) for value in values if hasattr(value, MARK)}
    return sorted((one for one in found.values() if isinstance(one, Declared)), key=lambda one: one.line)


def derivations_of(source: Source, where: Location, findings: Findings) -> list[Derivation]:
    """The plug-ins of a source; what is wrong with it or with them is found (CED150, CED151)."""
    try:
        declared = declared_in(source)
    except CannotImport as error:
        at = Location(source.shown, error.line) if error.line else where
        hint = f"{where} names it"
        findings.add(Finding("CED150", f"the derivations of {source.shown} stop: {error}", at, hint=hint))
        return []
    if not declared:
        hint = "declare one with @derivation, or take the file out of study.yaml"
        findings.add(Finding("CED151", f"{source.shown} declares no derivation", where, hint=hint))
    made: list[Derivation] = []
    for one in declared:
        faults = faults_of(one)
        for message, hint in faults:
            place = Location(source.shown, one.line)
            findings.add(Finding("CED151", f"derivation {one.name}: {message}", place, hint=hint))
        if not faults:
            made.append(
                Derivation(
                    one.name,
                    tuple(one.inputs.items()),
                    one.output,
                    one.method.strip(),
                    cast("Frames", one.frames),
                    one.group,
                    source,
                    one.line,
                )
            )
    return made
