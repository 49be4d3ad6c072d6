"""One build of the example study for all tests of its reviewer's guides."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.pipeline import Build, build

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def guided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    out = tmp_path_factory.mktemp("guides") / "out"
    made = build(
        ROOT / "examples" / "improve_ced" / "raw", out, mappings=ROOT / "mappings", define=ROOT / "define"
    )
    return made, out
