"""The example study split into a layer and a study by script: the same bytes come out."""

from __future__ import annotations

from pathlib import Path

import ced_cdisc
from ced_cdisc.core.findings import Findings
from ced_cdisc.report.resolved import resolved_yaml
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, load_yaml
from shared_builds import Made

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = ("variables", "supp", "rows", "parameters", "codelists", "documents", "formats")
OF_INSTRUMENT = ("items", "scales")
LISTED = {"long": "test", "visits": "number"}


def like(old: Mapping, items: list[tuple[Text, Node]]) -> Mapping:
    made = Mapping(items)
    made.where = old.where
    return made


def wrong(name: Text) -> Node:
    line = Mapping({Text("assign", name.where): Text("WRONG", name.where)})
    line.where = name.where
    return line


def split(tree: Mapping) -> tuple[Mapping, Mapping]:
    """The layer, with every second line wrong, and the study that puts those right."""
    lower: list[tuple[Text, Node]] = []
    upper: list[tuple[Text, Node]] = []
    for at, (key, value) in enumerate(tree.items()):
        by_name = OF_INSTRUMENT if "instrument" in tree else BY_NAME
        if key in by_name and isinstance(value, Mapping):
            odd = list(value)[1::2]
            lower.append((key, like(value, [(k, wrong(k) if k in odd else v) for k, v in value.items()])))
            if odd:
                upper.append((key, like(value, [(k, value[k]) for k in odd])))
        elif key in LISTED and isinstance(value, Sequence):
            right = Sequence(value[1::2])
            right.where = value.where
            lower.append((key, value))
            upper.append((key, right))
        else:
            lower.append((key, value))
            if at == 0:
                upper.append((key, value))
    return like(tree, lower), like(tree, upper)


def tree_of(path: Path) -> Mapping:
    tree = load_yaml(path.read_text(encoding="utf-8"), path.name, Findings())
    assert tree is not None
    return tree


def write_split(folder: Path) -> int:
    """Write layer, mappings and define below ``folder``; gives the number of lines replaced."""
    replaced = 0
    for root, layer in (("mappings", "company"), ("define", "company/define")):
        for path in sorted((ROOT / root).rglob("*.yaml")):
            name = path.relative_to(ROOT / root)
            if name.parts[0] == "controls":  # a study of its own, which builds on no layer
                (folder / root / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / root / name).write_bytes(path.read_bytes())
                continue
            if name.name == "sources.yaml":
                lower = path.read_text(encoding="utf-8")
                tables = next(value for key, value in tree_of(path).items() if key == "tables")
                assert isinstance(tables, Mapping)
                upper = "tables:\n" + "".join(f"  {table}:\n" for table in tables)
            else:
                below, above = split(tree_of(path))
                lower, upper = resolved_yaml(below), resolved_yaml(above)
                replaced += lower.count("WRONG")
            if name.name == "study.yaml":
                upper = "extends: ../company\ndatasets: [TI, TV]\n" + upper
            for base, text in ((layer, lower), (root, upper)):
                target = folder / base / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
    for path in sorted((ROOT / "define").rglob("*.md")):  # words for the guides are no layer's
        target = folder / "define" / path.relative_to(ROOT / "define")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    for name in ("ti", "tv"):  # of these the study has no file at all
        (folder / f"mappings/sdtm/{name}.yaml").unlink()
    return replaced


def test_the_split_example_builds_the_same_bytes(example_build: Made, tmp_path: Path) -> None:
    assert write_split(tmp_path) > 150
    flat, split = example_build[1], tmp_path / "split"
    folders = {name: tmp_path / name for name in ("mappings", "define")}
    ced_cdisc.build(ROOT / "examples/improve_ced/raw", split, **folders, check=False)
    names = [p.relative_to(flat) for p in sorted(flat.rglob("*")) if p.is_file()]
    assert len(names) > 40
    different = [
        name.as_posix() for name in names if (flat / name).read_bytes() != (split / name).read_bytes()
    ]
    # the one file names the specs, the others say where the line of each variable stands
    assert different == ["adam/define.html", "build.json", "sdtm/define.html"]
