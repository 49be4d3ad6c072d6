"""All lines and expressions of a dataset's plan, and what they name: tables, datasets and plug-ins."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.findings import Location
from ced_cdisc.derivations.record import Source
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan, Line


def lines_of(dataset: DatasetPlan) -> Iterator[Line]:
    """Every line of a dataset."""
    for block in dataset.blocks:
        yield from block.lines
    for computed in dataset.computed:
        yield from (*computed.first, *computed.lines)
    yield from dataset.lines


def trees_of(dataset: DatasetPlan) -> Iterator[tree.Node]:
    """Every expression of a dataset."""
    for line in lines_of(dataset):
        yield from (line.tree, *(report.node for report in line.reports))
    for block in dataset.blocks:
        yield from (report.node for report in block.reports)
        yield from (lookup.keep for lookup in block.lookups if lookup.keep is not None)
    keeps = (dataset.keep, *(b.keep for b in dataset.blocks), *(c.keep for c in dataset.computed))
    yield from (keep for keep in keeps if keep is not None)
    yield from (node for _, node in dataset.checks)
    yield from (demand.node for demand in dataset.demands)


def sources_of(dataset: DatasetPlan) -> list[str]:
    """What the blocks take their records from; an empty name for records that the spec writes out."""
    return ["" if block.kind == "rows" else block.source for block in dataset.blocks]


def names_in(dataset: DatasetPlan) -> list[str]:
    """The tables and datasets that look-ups, expressions and relations read, in their order."""
    found: list[str] = []
    for block in dataset.blocks:
        for lookup in block.lookups:
            found.append(lookup.name)
            found += [reference.partition(".")[0] for reference, _ in lookup.on if "." in reference]
    for node in trees_of(dataset):
        for below in tree.walk(node):
            if isinstance(below, tree.Aggregate):
                found += [below.dataset] if below.dataset else []
                found += [name.partition(".")[0] for name in below.on if "." in name]
            elif isinstance(below, tree.Column) and below.owner:
                found.append(below.owner)
    for relation in dataset.relations:
        found += [relation.one.dataset, relation.other.dataset]
    return [name for name in dict.fromkeys(found) if name != dataset.name]


def columns_in(dataset: DatasetPlan) -> dict[str, Location]:
    """The variables of other datasets that lines read, as ``VS.VSSTRESN``, and where that is said first."""
    found: dict[str, Location] = {}
    for line in lines_of(dataset):
        for below in tree.walk(line.tree):
            if isinstance(below, tree.Column) and below.owner:
                found.setdefault(below.name, line.where)
    return found


def texts_in(dataset: DatasetPlan) -> set[str]:
    """The texts that expressions name."""
    below = (one for node in trees_of(dataset) for one in tree.walk(node))
    return {one.value for one in below if isinstance(one, tree.Literal) and isinstance(one.value, str)}


def plug_ins_of(dataset: DatasetPlan) -> list[Source]:
    """Where the plug-ins are declared that a dataset calls, by their names in messages."""
    called = {
        below.derivation.source.shown: below.derivation.source
        for node in trees_of(dataset)
        for below in tree.walk(node)
        if isinstance(below, tree.Plugin)
    }
    return [called[shown] for shown in sorted(called)]
