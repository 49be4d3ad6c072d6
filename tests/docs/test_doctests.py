"""What the docstrings show comes out."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

import ced_cdisc

SOURCES = Path(ced_cdisc.__file__).parents[1]
SHOWN = [
    ".".join(path.relative_to(SOURCES).with_suffix("").parts)
    for path in sorted(SOURCES.rglob("ced_cdisc/**/*.py"))
    if re.search("^ +>>> ", path.read_text(encoding="utf-8"), re.MULTILINE)
]


def test_that_there_are_some() -> None:
    assert len(SHOWN) > 40


@pytest.mark.parametrize("name", SHOWN)
def test_a_module(name: str) -> None:
    found = doctest.testmod(import_module(name))
    assert (found.failed, found.attempted > 0) == (0, True)
