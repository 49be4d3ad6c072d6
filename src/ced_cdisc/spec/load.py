"""A folder of specs to models, with every fault of the loading reported in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.spec import models
from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.define import DefineSpec
from ced_cdisc.spec.derivation_files import derivation_files
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.layers import Folder, Part, read_parts, with_layers
from ced_cdisc.spec.parse import parse_file, validate
from ced_cdisc.spec.profiles import OPTION, Chosen, with_profile
from ced_cdisc.spec.source import Mapping, load_yaml
from ced_cdisc.spec.stray import check_stray, is_misnamed
from ced_cdisc.spec.study import SourcesSpec, StudySpec, VisitsSpec
from ced_cdisc.standards.ct import ct_files

LACKS_SPECS = ("CED040", "CED041", "CED185")
FOLDERS = ("mappings", "define")
NOTHING: AbstractMapping[Path, str] = MappingProxyType({})
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

M = TypeVar("M", bound=Model)


class Specs(Struct, frozen=True):
    """All specs of one study, layers merged in.

    ``files`` are the files that they were read from, by name below ``mappings`` and ``define``; those of
    layers by their path from there. ``parts`` are the same specs as trees with places. ``layers`` are the
    folders of all layers.
    """

    study: StudySpec
    sources: SourcesSpec
    visits: VisitsSpec | None
    instruments: AbstractMapping[str, InstrumentSpec]
    sdtm: tuple[models.DomainSpec, ...]
    adam: tuple[AnalysisSpec, ...]
    define: DefineSpec
    files: AbstractMapping[str, Path]
    parts: tuple[Part, ...]
    layers: tuple[Path, ...] = ()
    """Other folders that specs were read from: of layers, of pooled studies, and of their layers."""
    terminology: tuple[Path, str] | None = None
    """The folder of the study's own CT packages, and how messages name it."""
    pooled: tuple[tuple[str, Specs], ...] = ()
    """The studies that ``pool`` names, by their folder; those that could be read."""
    profile: str = ""
    """The profile in use, empty where the study has none."""
    derivations: AbstractMapping[str, Path] = field(default_factory=dict[str, Path])
    """The files of plug-ins, by their names in study.yaml."""
    unread: tuple[Part, ...] = ()
    """The files with faults of form, so that nothing is known of what they declare."""

    @property
    def standards_version(self) -> str:
        """The SDTMIG version that study.yaml pins."""
        return str(self.study.standards.sdtmig)


def load_specs(
    mappings: Path,
    define: Path,
    findings: Findings,
    shown: tuple[str, str] = FOLDERS,
    profile: str | None = None,
    edited: AbstractMapping[Path, str] = NOTHING,
) -> Specs | None:
    """Read all specs of a study, of the layers that it builds on, and of the studies that it pools.

    Args:
        mappings: the folder with study.yaml, sources.yaml, visits.yaml, sdtm/, adam/, instruments/.
        define: the folder with define.yaml.
        findings: receives every fault.
        shown: how the two folders are named in messages.
        profile: the profile in which the study is read; None: the one that study.yaml names, if it does.
        edited: texts to read in place of those of files, by resolved path: an edit is tried before it is
            written.

    Returns:
        The specs, or None if a file or layer that everything hangs on could not be read.
    """
    return _load(study_folder(mappings, define, shown), findings, profile, edited)


def _load(
    folder: Folder,
    findings: Findings,
    profile: str | None,
    edited: AbstractMapping[Path, str],
    *,
    pooled: bool = False,
) -> Specs | None:
    loaded = load_parts(folder, findings, profile, pooled=pooled, edited=edited)
    parts, chosen = loaded.parts, loaded.profile
    if any(finding.code in LACKS_SPECS for finding in findings):
        return None  # most lines may stand in what is not read: what is said of the rest would mislead

    unread: list[Part] = []

    def made(kind: str, model: type[M]) -> list[M]:
        found = [(part, validate(part.tree, model, findings)) for part in parts if part.kind == kind]
        unread.extend(part for part, item in found if item is None)
        return [item for _, item in found if item is not None]

    study = made("study", StudySpec)
    sources = made("sources", SourcesSpec)
    visits = made("visits", VisitsSpec)
    extra = made("define", DefineSpec)
    instruments = made("instruments", InstrumentSpec)
    sdtm = made("sdtm", models.DomainSpec)
    adam = made("adam", AnalysisSpec)
    if not study or not sources:
        return None
    if study[0].sequence == "pinned" and not chosen.usual:
        message = f"sequence.lock keeps the numbers of another profile than {chosen.name}"
        hint = "write `sequence: sorted`, or take the profile that study.yaml names"
        findings.add(Finding("CED049", message, Location(OPTION), hint=hint))
    terminology = folder.path / "ct"
    packages = {
        f"{folder.named}/ct/{path.name}": path
        for who, date in study[0].standards.ct.items()
        for path in ct_files(str(who), str(date), terminology)
    }
    plug_ins = derivation_files(
        study[0].derivations, (folder.shown, folder.path), reversed(loaded.layers), findings
    )
    others = _pooled(study[0], folder, findings, chosen.name, edited)
    if len(others) < len(study[0].pool):
        return None  # analysis datasets read what is not there: what is said of them would mislead
    return Specs(
        study=study[0],
        sources=sources[0],
        visits=visits[0] if visits else None,
        instruments={str(item.instrument): item for item in instruments},
        sdtm=tuple(sdtm),
        adam=tuple(adam),
        define=extra[0] if extra else DefineSpec(),
        files=dict(file for part in parts for file in part.files)
        | packages
        | {f"{folder.named}/{name}": path for name, path in plug_ins.items()}
        | {name: path for _, specs in others for name, path in specs.files.items()},
        parts=tuple(parts),
        layers=(*loaded.layers, *_folders(others, folder)),
        terminology=(terminology, f"{folder.shown}/ct"),
        pooled=others,
        profile=chosen.name,
        derivations=plug_ins,
        unread=tuple(unread),
    )


def _pooled(
    study: StudySpec,
    folder: Folder,
    findings: Findings,
    profile: str,
    edited: AbstractMapping[Path, str],
) -> tuple[tuple[str, Specs], ...]:
    """The specs of the studies that ``pool`` names: CED046 for one that is not there, or stands elsewhere.

    They are read in the profile of the study that pools them, where they have it.
    """
    found: dict[str, Specs] = {}
    for text in study.pool:
        name = str(text)
        if name in found:
            findings.add(Finding("CED029", f"the study {name} is pooled twice", text.where))
        elif not _FOLDER.fullmatch(name):
            problem = f"'{name}' is no folder below {folder.shown}: letters, digits, - and _"
            findings.add(Finding("CED046", problem, text.where))
        elif not (folder.path / name / "study.yaml").is_file():
            there = sorted(path.parent.name for path in folder.path.glob("*/study.yaml"))
            problem = f"there is no {folder.shown}/{name}/study.yaml of a study to pool"
            findings.add(Finding("CED046", problem, text.where, hint=did_you_mean(name, there)))
        else:
            specs = _load(folder.pooled(name), findings, profile, edited, pooled=True)
            if specs is not None:
                found[name] = specs
    return tuple(found.items())


def _folders(pooled: tuple[tuple[str, Specs], ...], folder: Folder) -> Iterator[Path]:
    for name, specs in pooled:
        inner = folder.pooled(name)
        yield from (path for path in (inner.path, inner.define[0]) if path.is_dir())
        yield from specs.layers


class Loaded(Struct, frozen=True):
    """The files of a study over those of its layers, as trees in its profile; the folders of the layers."""

    parts: list[Part]
    layers: list[Path]
    profile: Chosen


def study_folder(mappings: Path, define: Path, shown: tuple[str, str] = FOLDERS) -> Folder:
    """The two folders of a study's specs, and how messages name them."""
    return Folder(mappings, shown[0], FOLDERS[0], (define, shown[1], FOLDERS[1]))


def load_parts(
    folder: Folder,
    findings: Findings,
    profile: str | None = None,
    *,
    pooled: bool = False,
    edited: AbstractMapping[Path, str] = NOTHING,
) -> Loaded:
    """The files of a study as trees.

    Args:
        folder: the study's folders.
        findings: receives what cannot be read.
        profile: as for :func:`load_specs`.
        pooled: whether another study pools this one; it need not have that study's profile.
        edited: as for :func:`load_specs`.
    """

    def parse(path: Path, name: str) -> Mapping | None:
        text = edited.get(path.resolve()) if edited else None
        return parse_file(path, name, findings) if text is None else load_yaml(text, name, findings)

    own = read_parts(folder, parse, own=True)
    check_stray((folder.path, folder.shown), folder.define[:2], findings)
    for name in ("study.yaml", "sources.yaml"):
        if not (folder.path / name).exists() and not is_misnamed(folder.path, name):
            where = Location(f"{folder.shown}/{name}")
            findings.add(Finding("CED010", "this file is needed and is not there", where))
    merged, layers = with_layers(own, folder, parse, findings)
    parts, chosen = with_profile(merged, profile, findings, pooled=pooled)
    return Loaded(parts, layers, chosen)
