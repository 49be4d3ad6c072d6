"""What a value hangs on: the names that a tree reads."""

from __future__ import annotations

from ced_cdisc.expr import tree


def columns(node: tree.Node, *, inside_aggregates: bool = True) -> list[tree.Column]:
    """The columns that a tree reads, in order of appearance.

    With ``inside_aggregates`` false, columns that an aggregate reads from its records are left out.
    """
    found: list[tree.Column] = []
    _collect(node, found, inside_aggregates)
    return found


def _collect(node: tree.Node, found: list[tree.Column], inside: bool) -> None:
    if isinstance(node, tree.Column):
        found.append(node)
        return
    if isinstance(node, tree.Aggregate) and not inside:
        # An outer name inside an aggregate over another dataset is read from the row at hand.
        if node.dataset:
            for child in tree.children(node):
                found.extend(c for c in columns(child) if c.owner != node.dataset)
        return
    for child in tree.children(node):
        _collect(child, found, inside)


def datasets(node: tree.Node) -> set[str]:
    """The other datasets that the aggregates of a tree go over."""
    return {n.dataset for n in tree.walk(node) if isinstance(n, tree.Aggregate) and n.dataset}


def looks_at_own_records(node: tree.Node) -> bool:
    """Whether the tree holds an aggregate over the dataset that is being built."""
    return any(isinstance(n, tree.Aggregate) and not n.dataset for n in tree.walk(node))
