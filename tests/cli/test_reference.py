"""docs/reference.md is written from the classes and functions of the language, and lacks nothing."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.spec.words import AGGREGATES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> dict[str, object]:
    return runpy.run_path(str(ROOT / "scripts" / "make_reference.py"))


def test_the_page_is_current(script: dict[str, object]) -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert page == script["page"](), "run scripts/make_reference.py"  # type: ignore[operator]


def test_every_key_says_what_it_means(script: dict[str, object]) -> None:
    models = {
        below
        for _, model in script["FILES"]  # type: ignore[attr-defined]
        for below in (model, *script["_below"](model))  # type: ignore[operator]
    }
    silent = [
        f"{m.__name__}.{n}" for m in models for n, field in m.model_fields.items() if not field.description
    ]
    assert silent == []
    assert len(models) > 35


def test_every_link_of_the_page_has_its_heading() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    headings = {
        line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("###")
    }
    linked = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert len(linked) > 25
    assert linked <= headings


def test_every_key_and_function_stands_in_the_page(script: dict[str, object]) -> None:
    """Also what is written by hand there: the functions over several records."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| (?:\*\*)?`(\w+)`", page, flags=re.MULTILINE))
    models = {
        below
        for _, model in script["FILES"]  # type: ignore[attr-defined]
        for below in (model, *script["_below"](model))  # type: ignore[operator]
    }
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert len(keys) > 150
    assert keys - rows == set()
    called = set(re.findall(r"`(\w+)\(", page))
    assert len(FUNCTIONS) > 30
    assert {*FUNCTIONS, *AGGREGATES} - called == set()
