"""Layers: folders of specs that a study builds on, named by ``extends`` in study.yaml.

A layer holds what a folder of mappings holds (study.yaml, sources.yaml, visits.yaml, instruments/, sdtm/,
adam/), each as far as it likes, and define/define.yaml. It may itself extend others. Everything above the
loader sees one merged study.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Severity, did_you_mean, one_of
from ced_cdisc.spec.at_hand import for_datasets
from ced_cdisc.spec.merge import merge
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, entry
from ced_cdisc.spec.stray import check_stray

NAMED = {"instruments": "instrument", "sdtm": "domain", "adam": "dataset"}
"""Folders with one file a thing, and the key that names it."""
_DATASETS = ("sdtm", "adam")
_BESIDE = ("tests", "ct")
_BESIDE_DEFINE = ("findings.yaml", "csdrg.md", "adrg.md")
"""What a study has beside its specs, and no layer gives it."""


class Part(Struct, frozen=True):
    """One file of specs as a tree: its kind (``study``, ``sdtm``), what it is of (``AE``), and its files.

    ``files`` are those that the tree was merged of, by the name under which build.json lists them. The last
    one is the study's, if ``own``.
    """

    kind: str
    name: str
    tree: Mapping
    file: str
    files: tuple[tuple[str, Path], ...]
    own: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What is merged by name; of a split domain each part has a name of its own."""
        part = entry(self.tree, "dataset") if self.kind == "sdtm" else None
        return self.kind, str(part or self.name)


class Folder(Struct, frozen=True):
    """A folder of mappings: where it is, how messages name it, and how build.json does."""

    path: Path
    shown: str
    named: str
    define: tuple[Path, str, str]

    def pooled(self, name: str) -> Folder:
        """The folder of a study that is pooled with this one."""
        define, shown, named = self.define
        inner = (define / name, f"{shown}/{name}", f"{named}/{name}")
        return Folder(self.path / name, f"{self.shown}/{name}", f"{self.named}/{name}", inner)

    def below(self, text: str) -> Folder:
        """A layer by its path relative to this folder."""
        path, shown, named = (
            self.path / text,
            posixpath.normpath(posixpath.join(self.shown, text)),
            posixpath.normpath(posixpath.join(self.named, text)),
        )
        return Folder(path, shown, named, (path / "define", f"{shown}/define", f"{named}/define"))


Parse = Callable[[Path, str], Mapping | None]
"""Reads a file, by its path and the path to show; None where it is not there or cannot be read."""


def read_parts(folder: Folder, parse: Parse, *, own: bool = False) -> list[Part]:
    """Every spec file of a folder, in the order of names; ``own`` if it is the study's."""
    made: list[Part] = []

    def add(kind: str, path: Path, shown: str, named: str) -> None:
        tree = parse(path, shown)
        if tree is not None:
            name = str(entry(tree, NAMED[kind]) or "") if kind in NAMED else ""
            made.append(Part(kind, name, tree, path.name, ((named, path),), own))

    for kind in ("study", "sources", "visits"):
        file = f"{kind}.yaml"
        add(kind, folder.path / file, f"{folder.shown}/{file}", f"{folder.named}/{file}")
    define, shown, named = folder.define
    add("define", define / "define.yaml", f"{shown}/define.yaml", f"{named}/define.yaml")
    for kind in NAMED:
        place = folder.path / kind
        for path in sorted(place.glob("[!.]*.yaml")) if place.is_dir() else []:
            below = f"{kind}/{path.name}"
            add(kind, path, f"{folder.shown}/{below}", f"{folder.named}/{below}")
    return made


def with_layers(
    own: list[Part], folder: Folder, parse: Parse, findings: Findings
) -> tuple[list[Part], list[Path]]:
    """The parts of a study over those of its layers, and the folders of the layers as they are named.

    Of the layers' datasets those are there that the study has a file of, or that ``datasets`` names; of their
    tables those that the study's sources.yaml names. What a layer's define.yaml says of other datasets is
    left out.

    Args:
        own: the study's own parts.
        folder: the study's folder of mappings.
        parse: reads a file of a layer.
        findings: receives CED040 to CED044, and CED007 and CED029 for files of a layer.
    """
    layers = _Layers(parse, findings)
    layers.follow(own, folder, ())
    base: dict[tuple[str, str], Part] = {}
    for parts in layers.found:
        seen: set[tuple[str, str]] = set()
        for part in parts:
            if not _is_new(part, seen, findings):
                continue
            base[part.key] = _over(base.get(part.key), part, findings)
            seen.add(part.key)
    made: dict[tuple[str, str], Part] = {}
    again: list[Part] = []
    for part in own:
        key = part.key
        if key in made:
            again.append(part)  # told by the plan, as in a study without layers
            continue
        lower = base.get(key)
        made[key] = _over(_tables_of(part.tree, lower) if part.kind == "sources" else lower, part, findings)
    wanted = _asked(made, base, findings)
    for key, part in base.items():
        if key not in made and (part.kind not in _DATASETS or key in wanted) and part.kind != "sources":
            made[key] = part
    if (define := made.get(("define", ""))) is not None:
        others = [part.tree for key, part in base.items() if key not in made and part.kind in _DATASETS]
        taken = [part.tree for part in made.values() if part.kind in _DATASETS]
        file = next((part.tree.where.file for part in own if part.kind == "define"), "")
        made[define.key] = replace(define, tree=for_datasets(define.tree, file, taken, others))
    return sorted([*made.values(), *again], key=lambda part: part.file), layers.named


def _texts(tree: Mapping, key: str) -> list[Text]:
    node = entry(tree, key)
    nodes = list(node) if isinstance(node, Sequence) else [node]
    return [item for item in nodes if isinstance(item, Text)]


class _Layers:
    """Follows ``extends``: a layer comes after those it builds on, each once."""

    def __init__(self, parse: Parse, findings: Findings) -> None:
        self._parse = parse
        self._findings = findings
        self._seen: set[Path] = set()
        self.found: list[list[Part]] = []
        self.named: list[Path] = []

    def follow(self, parts: Iterable[Part], folder: Folder, trail: tuple[Folder, ...]) -> None:
        tree = next((part.tree for part in parts if part.kind == "study"), None)
        if trail and tree is not None:
            self._only_texts(entry(tree, "extends"))
        trail = (*trail, folder)
        for text in _texts(tree, "extends") if tree is not None else []:
            layer = folder.below(text)
            real = layer.path.resolve()
            self.named.append(layer.path)
            circle = [step.shown for step in trail]
            at = next((i for i, step in enumerate(trail) if step.path.resolve() == real), None)
            if at is not None:
                names = " -> ".join([*circle[at:], circle[at]])
                self._fault("CED040", f"the layers go in a circle: {names}", text)
            elif not layer.path.is_dir():
                hint = f"'extends' is a path relative to {folder.shown}"
                self._fault("CED041", f"there is no folder {layer.shown} for the layer", text, hint)
            elif real not in self._seen:
                self._seen.add(real)
                own = read_parts(layer, self._parse)
                check_stray((layer.path, layer.shown), layer.define[:2], self._findings)
                if not own:
                    hint = "a layer holds sdtm/, adam/, study.yaml and the like"
                    self._fault("CED041", f"the folder {layer.shown} of the layer holds no specs", text, hint)
                self._tell_of_more(layer, text)
                self.follow(own, layer, trail)
                self.found.append(own)

    def _tell_of_more(self, layer: Folder, text: Text) -> None:
        """CED166: what a layer has beside its specs, which is read of the study alone."""
        define, shown, _ = layer.define
        found = [f"{layer.shown}/{name}" for name in _BESIDE if _holds_files(layer.path / name)]
        found += [f"{shown}/{name}" for name in _BESIDE_DEFINE if (define / name).is_file()]
        if found:
            message = f"the layer {layer.shown} has {one_of(found)}, which no study takes from it"
            hint = (
                "tests, packages of terminology, known findings and words for guides are those of the study"
            )
            self._findings.add(Finding("CED166", message, text.where, hint=hint, severity=Severity.NOTE))

    def _only_texts(self, node: Node) -> None:
        """CED009: the models see the merged study, and so only what the study itself writes there."""
        for item in node if isinstance(node, Sequence) else [node]:
            if isinstance(item, Mapping | Sequence):
                message = "'extends' needs the path of a folder, or a list of them"
                self._findings.add(Finding("CED009", message, item.where))

    def _fault(self, code: str, message: str, text: Text, hint: str = "") -> None:
        self._findings.add(Finding(code, message, text.where, hint=hint))


def _holds_files(folder: Path) -> bool:
    """Whether a folder holds files, itself or below; one that cannot be read holds none."""
    try:
        return any(path.is_file() and not path.name.startswith(".") for path in folder.rglob("*"))
    except OSError:
        return False


def _is_new(part: Part, seen: set[tuple[str, str]], findings: Findings) -> bool:
    if part.kind in NAMED and not part.name:
        findings.add(Finding("CED007", f"the key '{NAMED[part.kind]}' is missing", part.tree.where))
        return False
    if part.key in seen:
        name = entry(part.tree, "dataset") or entry(part.tree, NAMED[part.kind])
        assert isinstance(name, Text)
        findings.add(Finding("CED029", f"a second spec for {name}", name.where))
        return False
    return True


def _over(lower: Part | None, upper: Part, findings: Findings) -> Part:
    tree = merge(upper.kind, lower.tree if lower is not None else None, upper.tree, findings)
    files = (*(lower.files if lower is not None else ()), *upper.files)
    return Part(upper.kind, upper.name, tree, upper.file, files, upper.own)


def _tables_of(own: Mapping, lower: Part | None) -> Part | None:
    """The layer's sources with those tables only that the study names."""
    if lower is None:
        return None
    named = entry(own, "tables")
    tree = Mapping()
    tree.where = lower.tree.where
    for key, value in lower.tree.items():
        if key == "tables" and isinstance(value, Mapping):
            kept = Mapping({k: v for k, v in value.items() if isinstance(named, Mapping) and k in named})
            kept.where = value.where
            value = kept
        tree[key] = value
    return Part(lower.kind, lower.name, tree, lower.file, lower.files)


def _asked(
    made: dict[tuple[str, str], Part], base: dict[tuple[str, str], Part], findings: Findings
) -> set[tuple[str, str]]:
    """The datasets that ``datasets`` names; one that nothing has is CED042."""
    study = made.get(("study", ""))
    by_name = {name: (kind, name) for kind, name in (*base, *made) if kind in _DATASETS}
    found: set[tuple[str, str]] = set()
    for text in _texts(study.tree, "datasets") if study is not None else []:
        if str(text) in by_name:
            found.add(by_name[str(text)])
        else:
            message = f"neither the study nor a layer has a spec for {text}"
            findings.add(Finding("CED042", message, text.where, hint=did_you_mean(text, by_name)))
    return found
