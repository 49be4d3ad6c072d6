"""An incremental build says and writes what a full one does, whatever was changed since the last."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from edited_study import EDITS, Started, Study, both


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


@pytest.mark.parametrize(("seed", "checked"), [(0, False), (1, False), (2, True), (3, True)])
def test_incremental_and_full_builds_are_the_same(
    study: Study, monkeypatch: pytest.MonkeyPatch, seed: int, checked: bool
) -> None:
    study.checked = checked
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


STARTED = Started()


@pytest.fixture
def started(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Study:
    return STARTED.study(tmp_path_factory, monkeypatch)


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_and_its_undoing(started: Study, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    EDITS[name](started)
    both(started, monkeypatch)
    EDITS[name](started)
    assert both(started, monkeypatch)
