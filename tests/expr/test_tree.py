"""Nodes of expressions as values: what two of them are compared by, and what goes with one that is kept."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Column, Compare, Literal, Type
from ced_cdisc.write.pickled import pickled, unpickled

SEVERE = Compare(op="=", left=Column(name="AESEV", at=0), right=Literal(value="SEVERE", at=8), at=6)


def test_neither_place_nor_type_tells_two_nodes_apart() -> None:
    other = Compare(op="=", left=Column(name="AESEV", at=3, type=Type.TEXT), right=Literal(value="SEVERE"))
    assert other == SEVERE
    assert not other != SEVERE  # noqa: SIM202 # a Struct answers this apart from the former
    assert hash(other) == hash(SEVERE)


@pytest.mark.parametrize(
    "other",
    [
        replace(SEVERE, op="!="),
        replace(SEVERE, left=Column(name="AEOUT")),
        tree.Both(left=SEVERE.left, right=SEVERE.right),
        "AESEV = 'SEVERE'",
    ],
)
def test_all_else_does(other: object) -> None:
    assert other != SEVERE
    assert not other == SEVERE  # noqa: SIM201


def test_a_node_is_kept_with_all_its_fields_and_without_what_is_known_of_it() -> None:
    below = tree.walk(SEVERE)
    assert vars(SEVERE)
    kept = unpickled(pickled(SEVERE))
    assert not vars(kept)
    assert [(type(one), one.at, one) for one in tree.walk(kept)] == [
        (type(one), one.at, one) for one in below
    ]
    assert not vars(replace(SEVERE, op="<"))
