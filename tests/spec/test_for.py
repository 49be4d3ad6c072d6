"""``for``: sets of names and texts, or lists of such sets, which are crossed."""

from __future__ import annotations

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.models import BlockSpec
from ced_cdisc.spec.parse import validate
from ced_cdisc.spec.source import load_yaml


def read(text: str) -> tuple[object, list[str]]:
    findings = Findings()
    tree = load_yaml(f"from: ae\nfor: {text}\n", "ae.yaml", findings)
    assert tree is not None
    block = validate(tree, BlockSpec, findings)
    return block.for_ if block is not None else None, [str(finding) for finding in findings]


def test_sets_stay_as_they_are() -> None:
    assert read("[{k: 1}, {k: 2, t: A}]") == ([{"k": "1"}, {"k": "2", "t": "A"}], [])


def test_lists_of_sets_are_crossed_the_first_outermost() -> None:
    crossed = [{"k": k, "s": s, "t": "X"} for k in "12" for s in "ab"]
    assert read("[[{k: 1}, {k: 2}], [{s: a}, {s: b}], [{t: X}]]") == (crossed, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[{k: 1}], [{s: a, k: 2}]]", "two of its lists give k"),
        ("[[{k: 1}], [a]]", "each of its lists holds sets of names, such as {arm: 1}"),
        ("[[{k: 1}], [{s: [a]}]]", "s needs a text"),
    ],
)
def test_lists_that_cannot_be_crossed(text: str, said: str) -> None:
    message = f"ae.yaml:2:6 CED009 this cannot be the value of 'for': {said}"
    assert read(text) == (None, [message])


def test_sets_and_lists_are_not_mixed() -> None:
    assert read("[{k: 1}, [{s: a}]]") == (
        None,
        ["ae.yaml:2:15 CED009 'for' needs keys and values, not a list"],
    )
