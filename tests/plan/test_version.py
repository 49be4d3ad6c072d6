"""The version stands in two places, which must agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import ced_cdisc


def test_the_version_is_that_of_pyproject() -> None:
    content = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert ced_cdisc.__version__ == tomllib.loads(content)["project"]["version"]
