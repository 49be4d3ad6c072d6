"""A define.xml, alone or of a build, as a workbook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten

from msgspec import Struct

from ced_cdisc.build_file import read_build_file
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage
from ced_cdisc.define import Odm, read_define, write_define
from ced_cdisc.read.workbook import read_workbook
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.workbook.define_view import DefineView, attribute, walk
from ced_cdisc.workbook.export import export
from ced_cdisc.workbook.facts import Fact, facts
from ced_cdisc.workbook.model import Tables, Workbook
from ced_cdisc.workbook.tables import tables_of
from ced_cdisc.write.sequence_lock import NAME as SEQUENCE_LOCK
from ced_cdisc.write.workbook_define import define_of

DEFINE = "define.xml"
_MOST = 80  # characters of an example
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


class NoSource(Exception):
    """A path that is neither a define.xml nor a build, or a build with several packages (exit code 2)."""


class Source(Struct, frozen=True):
    """A define.xml: where it lies, how messages name it, and the package of a build that it is of."""

    path: Path
    shown: str
    package: str


def find_source(path: Path, package: str | None) -> Source:
    """The define.xml that a path means: the file itself, or that of a package of a build.

    Args:
        path: a define.xml, or the folder OUT of a build.
        package: ``sdtm``, ``adam``, ``controls/sdtm``; needed where OUT holds several.

    Raises:
        NoSource: there is none, or more than one.
    """
    if path.is_file():
        return Source(path, path.as_posix(), package or "")
    if not path.is_dir():
        raise NoSource(f"there is neither a define.xml nor a build at {path.as_posix()}")
    held = sorted(p.parent.relative_to(path).as_posix() for p in path.rglob(DEFINE))
    if package is not None and package not in held:
        raise NoSource(f"{path.as_posix()} holds no package {package}; it holds {', '.join(held) or 'none'}")
    if package is None and len(held) != 1:
        if not held:
            raise NoSource(f"{path.as_posix()} holds no define.xml")
        raise NoSource(f"{path.as_posix()} holds {', '.join(held)}: name one with --package")
    chosen = package if package is not None else held[0]
    found = path / chosen / DEFINE
    return Source(found, found.as_posix(), "" if chosen == "." else chosen)


def read_source(source: Source) -> Odm:
    """The model of a define.xml.

    Raises:
        Stopped: the file cannot be read as Define-XML 2.1 or 2.0.
    """
    return read_define(source.path.read_bytes(), source.shown)


def created(root: Odm) -> datetime:
    """The CreationDateTime of a define.xml, the one time that its workbook shows; else 1980."""
    try:
        return datetime.fromisoformat(attribute(root, "CreationDateTime"))
    except ValueError:
        return _EARLIEST


def exported(root: Odm, shown: str, findings: Findings) -> tuple[Workbook, Tables | None]:
    """The workbook of a define.xml, and its tables for a comparison."""
    workbook = export(root)
    return workbook, tables_of(workbook, shown, findings)


def define_bytes(file: Path, findings: Findings) -> bytes:
    """The define.xml of a workbook; its time is when the workbook was made.

    Raises:
        Stopped: the workbook cannot be read, or its cells contradict each other.
    """
    shown = file.as_posix()
    workbook = read_workbook(file.read_bytes(), shown, findings)
    tables = tables_of(workbook, shown, findings) if workbook is not None else None
    stop_on_errors(findings)
    assert workbook is not None and tables is not None
    root = define_of(tables, workbook.created or _EARLIEST, findings)
    stop_on_errors(findings)
    return write_define(root)


def losses(root: Odm, tables: Tables) -> list[Finding]:
    """CED575, notes: what a define.xml says and a workbook has no cell for, one note a kind.

    The workbook is turned into a define.xml again, and what that one lacks is told: so nothing is left out.
    """
    again = define_of(tables, created(root), Findings())
    lost: dict[str, list[Fact]] = {}
    for fact, count in (facts(root) - facts(again)).items():
        lost.setdefault(fact.place, []).extend([fact] * count)
    made: list[Finding] = []
    for place, listed in lost.items():
        if not any(len(lost.get(above, ())) >= len(listed) for above in _above(place)):
            first = sorted(listed, key=lambda one: (one.owner, one.value))[0]
            said = shorten(first.value, _MOST, placeholder=" ...")
            example = ": ".join(filter(None, (first.owner, said)))
            text = f"a workbook has no cell for {place}: {len(listed)}" + f", such as {example}" * bool(
                example
            )
            made.append(_no_cell(text, tables))
    if count := len(_oids(root) - _oids(again)):
        text = f"a workbook has no cell for OIDs: {count} would be made anew of names"
        made.append(_no_cell(text, tables))
    return made


def _no_cell(text: str, tables: Tables) -> Finding:
    return Finding("CED575", text, Location(tables.shown), stage=Stage.OUTPUT, severity=Severity.NOTE)


def _above(place: str) -> list[str]:
    """The places of the elements that hold an attribute, a text or an element."""
    parts = place.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _oids(root: Odm) -> set[str]:
    return {attribute(one, name) for one in walk(root) for name in ("OID", "ID")} - {""}


def kind_of(source: Source, root: Odm) -> str:
    """The package of a define.xml: as named, else ``adam`` where its datasets are for analysis."""
    if source.package:
        return source.package
    purposes = {attribute(one, "Purpose") for one in DefineView(root).datasets}
    return "adam" if "Analysis" in purposes else "sdtm"


class BuiltFrom(Struct, frozen=True):
    """What build.json says of the inputs of a build: their digests by name, and the profile."""

    digests: dict[str, str]
    profile: str | None


def built_from(out: Path) -> BuiltFrom | None:
    """What a build was made of; None where ``out`` is no build."""
    try:
        said = read_build_file(out)
        return BuiltFrom(dict(said["inputs"]), said["profile"] or None)
    except (OSError, ValueError, KeyError, TypeError):  # of which NotABuild is one
        return None


def stale(out: Path, built: BuiltFrom, digests: dict[str, str]) -> Finding | None:
    """CED572, a warning: the specs are others than those that the build was made of."""
    before = {
        name: value
        for name, value in built.digests.items()
        if not name.startswith("raw/") and not name.endswith(SEQUENCE_LOCK)
    }
    changed = sorted(name for name in {*before, *digests} if before.get(name) != digests.get(name))
    if not changed:
        return None
    text = f"the specs changed after this build: {', '.join(changed[:3])}{' and others' * (len(changed) > 3)}"
    return Finding("CED572", text, Location(out.as_posix()), "build again first", severity=Severity.WARNING)
