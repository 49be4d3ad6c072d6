"""An incremental build says and writes what a full one does, whatever was changed since the last."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from edited_study import EDITS, Study, both


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


STARTED: list[tuple[Study, tuple[tuple[str, bytes], ...]]] = []


@pytest.fixture
def started(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study that was built before: that of the last test, unless it was not left as it had been."""
    if not STARTED or STARTED[0][0].files() != STARTED[0][1]:
        new = Study(tmp_path_factory.mktemp("started"))
        assert both(new, monkeypatch)
        STARTED[:] = [(new, new.files())]
    return STARTED[0][0]


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_and_its_undoing(started: Study, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    EDITS[name](started)
    both(started, monkeypatch)
    EDITS[name](started)
    assert both(started, monkeypatch)
