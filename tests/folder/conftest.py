"""Each test of the output folder works in a folder of its own, and in both ways of the exchange."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.write import exchange


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of putting the new folder in place."""
    if request.param == "two renames":
        monkeypatch.setattr(exchange, "exchange", lambda one, other: False)
    return str(request.param)
