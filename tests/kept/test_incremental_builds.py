"""An incremental build says and writes what a full one does, whatever was changed since the last."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from edited_study import EDITS, Study, both


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_incremental_and_full_builds_are_the_same(
    study: Study, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    both(study, monkeypatch)
    whole = 0
    for _ in range(8):
        chosen = chance.sample(sorted(EDITS), chance.choice((1, 1, 1, 2, 3)))
        for name in chosen:
            EDITS[name](study)
        ended = both(study, monkeypatch)
        whole += ended
        for name in chosen if not ended else ():  # else all that follow would end in the same faults
            EDITS[name](study)
    assert whole > 0  # not every build ended in faults


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_and_its_undoing(study: Study, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert both(study, monkeypatch)
    EDITS[name](study)
    both(study, monkeypatch)
    EDITS[name](study)
    assert both(study, monkeypatch)
