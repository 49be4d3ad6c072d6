"""A number of a spec is the one that its digits show, or none: every scalar of a file is text until then."""

from __future__ import annotations

from typing import TypeVar

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.analysis import Window
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.parse import validate
from ced_cdisc.spec.source import load_yaml

M = TypeVar("M", bound=Model)


def read(text: str, model: type[M]) -> tuple[M | None, list[str]]:
    """A file as a model, and what is said of it."""
    findings = Findings()
    tree = load_yaml(text, "x.yaml", findings)
    assert tree is not None
    return validate(tree, model, findings), [str(finding) for finding in findings]


@pytest.mark.parametrize(
    ("number", "target"), [("1", "10"), ("1.50", "010"), ("-3", "-3"), ("+2", "+2"), (".5", "'7 '")]
)
def test_decimal_digits_are_the_number(number: str, target: str) -> None:
    window, said = read(f"number: {number}\ntarget: {target}\n", Window)
    assert (window is not None, said) == (True, [])
    assert window is not None and (window.number, window.target) == (float(number), int(target.strip("'")))


@pytest.mark.parametrize(
    "text", ["1_0", "0x10", "0o10", "1:30", "nan", "inf", "1e3", "1,5", "9007199254740993"]
)
def test_another_writing_is_no_number(text: str) -> None:
    _, said = read(f"number: {text}\n", Window)
    assert said == [f"x.yaml:1:9 CED009 'number' needs a number, not '{text}'"]


@pytest.mark.parametrize("text", ["1_0", "0x10", "0o10", "1:30", "10.0", "1e3", "1" * 19])
def test_another_writing_is_no_whole_number(text: str) -> None:
    _, said = read(f"number: 1\ntarget: {text}\n", Window)
    assert said == [f"x.yaml:2:9 CED009 'target' needs a whole number, not '{text}'"]


def test_no_key_reads_a_text_as_pydantic_would() -> None:
    class Bare(Model):
        number: int

    _, said = read("number: 10\n", Bare)
    assert said == ["x.yaml:1:9 CED009 'number' needs a whole number, not '10'"]
