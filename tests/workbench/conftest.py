"""The folder that commands of the workbench are called in."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def empty_raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder holds an empty folder of raw tables, and nothing else."""
    monkeypatch.chdir(tmp_path)
    Path("raw").mkdir()
