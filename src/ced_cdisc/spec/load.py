"""A folder of specs to models, with every fault of the loading reported in one pass."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.spec import models
from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, load_yaml
from ced_cdisc.standards.ct import ct_files

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Specs:
    """All specs of one study. ``files`` are the paths read, for the account of inputs."""

    study: models.StudySpec
    sources: models.SourcesSpec
    visits: models.VisitsSpec | None
    instruments: AbstractMapping[str, models.InstrumentSpec]
    sdtm: tuple[models.DomainSpec, ...]
    adam: tuple[AnalysisSpec, ...]
    define: models.DefineSpec
    files: tuple[Path, ...]
    terminology: tuple[Path, str] | None = None
    """The folder of the study's own CT packages, and how messages name it."""

    @property
    def standards_version(self) -> str:
        """The SDTMIG version that study.yaml pins."""
        return str(self.study.standards.sdtmig)


def load_specs(
    mappings: Path, define: Path, findings: Findings, shown: tuple[str, str] = ("mappings", "define")
) -> Specs | None:
    """Read all specs of a study.

    Args:
        mappings: the folder with study.yaml, sources.yaml, visits.yaml, sdtm/, adam/, instruments/.
        define: the folder with define.yaml.
        findings: receives every fault.
        shown: how the two folders are named in messages.

    Returns:
        The specs, or None if a file that everything hangs on could not be read.
    """
    reader = _Reader(findings)

    def one(folder: Path, show: str, name: str, model: type[M], *, needed: bool = True) -> M | None:
        return reader.read(folder / name, f"{show}/{name}", model, needed=needed)

    def many(folder: str, model: type[M]) -> list[M]:
        files = sorted((mappings / folder).glob("*.yaml")) if (mappings / folder).is_dir() else []
        found = [reader.read(path, f"{shown[0]}/{folder}/{path.name}", model) for path in files]
        return [item for item in found if item is not None]

    study = one(mappings, shown[0], "study.yaml", models.StudySpec)
    sources = one(mappings, shown[0], "sources.yaml", models.SourcesSpec)
    visits = one(mappings, shown[0], "visits.yaml", models.VisitsSpec, needed=False)
    extra = one(define, shown[1], "define.yaml", models.DefineSpec, needed=False)
    instruments = many("instruments", models.InstrumentSpec)
    sdtm = many("sdtm", models.DomainSpec)
    adam = many("adam", AnalysisSpec)
    if study is None or sources is None:
        return None
    terminology = mappings / "ct"
    pinned = study.standards.ct.items()
    packages = [path for who, date in pinned for path in ct_files(str(who), str(date), terminology)]
    return Specs(
        study=study,
        sources=sources,
        visits=visits,
        instruments={str(item.instrument): item for item in instruments},
        sdtm=tuple(sdtm),
        adam=tuple(adam),
        define=extra or models.DefineSpec(),
        files=(*reader.files, *packages),
        terminology=(terminology, f"{shown[0]}/ct"),
    )


class _Reader:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.files: list[Path] = []

    def read(self, path: Path, shown: str, model: type[M], *, needed: bool = True) -> M | None:
        """One file as a model, or None with findings."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            if needed:
                self._findings.add(Finding("CED010", "this file is needed and is not there", Location(shown)))
            return None
        except UnicodeDecodeError as error:
            self._findings.add(
                Finding(
                    "CED011",
                    f"this file is not UTF-8: byte {error.start + 1} cannot be read",
                    Location(shown),
                )
            )
            return None
        except OSError as error:
            self._findings.add(
                Finding("CED011", f"this file cannot be read: {error.strerror}", Location(shown))
            )
            return None
        self.files.append(path)
        tree = load_yaml(text, shown, self._findings)
        return None if tree is None else self.validate(tree, model)

    def validate(self, tree: Mapping, model: type[M]) -> M | None:
        """The tree as a model; a fault in one place leaves the rest of the file unread."""
        try:
            return model.model_validate(tree, context={"findings": self._findings})
        except ValidationError as error:
            for item in error.errors(include_url=False):
                self._findings.add(_finding(item, tree))
            return None


def _finding(error: ErrorDetails, tree: Mapping) -> Finding:
    node, where, key = _find(tree, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    shown = f"'{node}'" if isinstance(node, Text) else "this"
    if kind == "missing":
        return Finding("CED007", f"the key '{error['loc'][-1]}' is missing", where)
    if kind in ("literal_error", "enum"):
        options = str(context.get("expected", ""))
        words = [word.strip(" '") for word in options.replace(" or ", ",").split(",")]
        hint = did_you_mean(str(node), words) or f"one of {', '.join(words)}"
        return Finding("CED008", f"{shown} is not a value of '{key}'", where, hint=hint)
    expected = {
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "float_parsing": "a number",
        "float_type": "a number",
        "is_instance_of": "a text",
        "list_type": "a list",
        "dict_type": "keys and values",
        "model_type": "keys and values",
        "model_attributes_type": "keys and values",
        "bool_type": "yes or no",
        "bool_parsing": "yes or no",
    }.get(kind)
    if expected is None:
        message = str(context.get("error", error["msg"]))
        return Finding("CED009", f"{shown} cannot be the value of '{key}': {message}", where)
    what = (
        shown
        if isinstance(node, Text)
        else "nothing"
        if node is None
        else "a list"
        if isinstance(node, list)
        else "keys and values"
    )
    return Finding("CED009", f"'{key}' needs {expected}, not {what}", where)


def _find(tree: Node, path: tuple[Any, ...]) -> tuple[Node, Location, str]:
    """The deepest node on pydantic's path, its place, and the name of the key that leads to it."""
    node: Node = tree
    where = tree.where if tree is not None else Location("")
    key = ""
    for step in path:
        if isinstance(node, Mapping):
            match = next((k for k in node if k == step), None)
            if match is None:
                continue
            node, key = node[match], str(match)
            where = match.where if node is None else node.where
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
            node = node[step]
            where = where if node is None else node.where
    return node, where, key
