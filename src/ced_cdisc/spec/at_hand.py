"""What define.yaml of a layer says of datasets that a study does not take: at hand, and of no concern to it.

A library has codelists for all its datasets and displays for all its results. A study that takes some of
them would be told of each of the others that no dataset has them. What the study's own define.yaml says
stays, since there it would be a slip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, entry, mapping_like, sequence_at


def for_datasets(define: Mapping, file: str, taken: Iterable[Mapping], others: Iterable[Mapping]) -> Mapping:
    """The tree of define.yaml without what layers say of datasets that are not taken.

    Args:
        define: the merged tree.
        file: the study's own define.yaml, as messages name it; empty where it has none.
        taken: the specs of the study's datasets.
        others: those of the layers' datasets that it does not take.
    """
    others = list(others)
    names, shown, needed = set(map(_name, others)), _displays(others), _displays(taken)
    made = mapping_like(define)
    for key, value in define.items():
        if isinstance(value, Mapping) and key == "codelists":
            lists = {
                name: _codelist(one, names) if _of_layer(name, file) else one for name, one in value.items()
            }
            made[key] = mapping_like(value, lists)
        elif isinstance(value, Mapping) and key == "displays":
            gone = {name for name in value if _of_layer(name, file) and name in shown - needed}
            made[key] = mapping_like(value, {name: one for name, one in value.items() if name not in gone})
        else:
            made[key] = value
    return made


def _of_layer(name: Text, file: str) -> bool:
    return name.where.file != file


def _name(tree: Mapping) -> str:
    return str(entry(tree, "dataset") or entry(tree, "domain") or "")


def _displays(trees: Iterable[Mapping]) -> set[str]:
    """The displays that results of these datasets stand in."""
    results = [entry(tree, "results") for tree in trees]
    found = [entry(one, "display") for some in results if isinstance(some, Sequence) for one in some]
    return {str(name) for name in found if isinstance(name, Text)}


def _codelist(spec: Node, names: Collection[str]) -> Node:
    """A codelist without its variables of those datasets."""
    if not isinstance(spec, Mapping):
        return spec
    made = mapping_like(spec)
    for key, value in spec.items():
        if key in ("variables", "names") and value is not None:
            texts = list(value) if isinstance(value, Sequence) else [value]
            kept = [one for one in texts if not (isinstance(one, Text) and _is_of(one, names))]
            if not kept:
                continue
            made[key] = value if len(kept) == len(texts) else sequence_at(value.where, kept)
        else:
            made[key] = value
    return made


def _is_of(variable: Text, names: Collection[str]) -> bool:
    """Whether VS.VSPOS, VSPOS or VSTESTCD.TEMP is of one of the datasets, such as VS."""
    owner = variable.partition(".")[0]
    return owner in names or (len(owner) > 2 and owner[:2] in names)
