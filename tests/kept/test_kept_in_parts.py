"""Builds in parts of the subjects take what is kept, and keep what they make: no byte hangs on it."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kept_builds import a_link, change, cut, files, flipped

from ced_cdisc.core.findings import Stopped
from ced_cdisc.pipeline import Build, build
from ced_cdisc.stages import packaging
from ced_cdisc.stages import parts as stages_parts
from ced_cdisc.write.kept_files import KeptBody
from edited_study import EDITS, Started, Study, both
from small_study import write_study

WAYS: list[dict[str, int]] = [{"parts": 1}, {"parts": 2}, {"parts": 3}, {"parts": 0}]
AGAIN = "kept, and made again in parts for what reads it"
OF_PARTS = "kept by a build in parts, which gives no order of records that others could read"


@pytest.fixture
def edited(tmp_path: Path) -> Study:
    return Study(tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_any_parts_give_what_a_full_build_does(
    edited: Study, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Each build has its own number of parts, or is whole."""
    chance = random.Random(seed)
    both(edited, monkeypatch, parts=2)
    whole = 0
    for _ in range(8):
        chosen = chance.sample(sorted(EDITS), chance.choice((1, 1, 1, 2, 3)))
        for name in chosen:
            EDITS[name](edited)
        ended = both(edited, monkeypatch, **chance.choice(WAYS))
        whole += ended
        for name in chosen if not ended else ():
            EDITS[name](edited)
    assert whole > 0


STARTED = Started(parts=2)


@pytest.fixture
def started(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Study:
    return STARTED.study(tmp_path_factory, monkeypatch)


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_in_parts(started: Study, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    EDITS[name](started)
    both(started, monkeypatch, parts=3)
    EDITS[name](started)
    assert both(started, monkeypatch, parts=2)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    return write_study(tmp_path / "study")


def built(study: Path, out: str = "out", *, incremental: bool = True, **words: Any) -> Build:
    specs = {one: study / one for one in ("mappings", "define")}
    return build(study / "raw", study / out, **specs, check=False, incremental=incremental, **words)


def test_what_did_not_change_is_not_built(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(study, parts=2)
    assert set(first.reasons.values()) == {"nothing kept of it"}
    whole = files(study)

    def not_again(*_: object, **__: object) -> None:
        raise AssertionError("it is made again")

    for module, name in (
        (stages_parts, "_carrier"),
        (packaging, "describe_dataset"),
        (packaging, "_write_transport"),
    ):
        monkeypatch.setattr(module, name, not_again)
    again = built(study, parts=3)
    assert set(again.reasons.values()) == {"kept"}
    assert files(study) == whole
    assert {name: frame.to_dicts() for name, frame in again.frames.items()} == {
        name: frame.to_dicts() for name, frame in first.frames.items()
    }


def test_what_is_said_of_each_dataset(study: Path) -> None:
    built(study, parts=2)
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    assert built(study, parts=1).reasons == {
        "EX": AGAIN,
        "DM": AGAIN,
        "AE": "raw/ae.csv changed",
        "ADSL": "AE, which it reads, changed",
    }
    change(study / "mappings/adam/adsl.yaml", "Number of Adverse", "Count of Adverse")
    assert built(study, parts=3).reasons == {
        "EX": AGAIN,
        "DM": AGAIN,
        "AE": AGAIN,
        "ADSL": f"{study.as_posix()}/mappings/adam/adsl.yaml: NAE changed",
    }
    assert built(study, "few", parts=2, only="EX,DM").reasons == {"EX": "kept", "DM": "kept"}


def test_a_whole_build_keeps_for_parts_and_not_the_other_way_round(study: Path) -> None:
    built(study)
    whole = files(study)
    assert set(built(study, parts=2).reasons.values()) == {"kept"}
    assert files(study) == whole
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    built(study, parts=2)
    assert built(study).reasons == {"EX": "kept", "DM": "kept", "AE": OF_PARTS, "ADSL": OF_PARTS}
    change(study / "raw/ae.csv", "Dizziness", "Nausea")
    assert built(study).reasons == {
        "EX": "kept",
        "DM": "kept",
        "AE": "raw/ae.csv changed",
        "ADSL": "AE, which it reads, changed",
    }
    change(study / "raw/ae.csv", "Nausea", "Cough")  # the last build was whole, this one is not
    made = built(study, parts=2)
    assert made.reasons["AE"] == "raw/ae.csv changed"
    built(study, "full", incremental=False)
    assert files(study) == files(study, "full")


def test_faults_of_kept_datasets_stay_and_those_over_all_subjects(study: Path) -> None:
    """Of a dataset with faults that is kept, of visits and of subjects that DM lacks, all is said again."""
    change(study / "raw/ae.csv", "STOP\n", "STOP\n009,9,Fever,7,13-FEB-2020,\n")

    def said(**words: Any) -> list[str]:
        with pytest.raises(Stopped) as caught:
            built(study, **words)
        return [str(one) for one in caught.value.findings.sorted()]

    full = said(incremental=False)
    assert {"CED250", "CED260"} <= {one.split()[1] for one in full}
    assert said(parts=2) == said(parts=3) == said() == said(parts=1) == full
    change(study / "raw/dose.csv", "1,10-FEB-2020", "1,09-FEB-2020")
    assert said(parts=2) == said(incremental=False)


def no_pieces(path: Path) -> None:
    """An entry with a head that holds, whose bytes are no Arrow files."""
    head, _, rest = path.read_bytes().partition(b"\n")
    path.write_bytes(head.replace(b"ced-cdisc kept ", b"ced-cdisc kept 99.", 1) + b"\n" + rest)


DAMAGES: list[Callable[[Path], None]] = [flipped, cut, a_link, no_pieces]


@pytest.mark.parametrize("held", [0, 1 << 20], ids=["in its file", "in memory"])
def test_entries_that_do_not_hold(study: Path, monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    monkeypatch.setattr("ced_cdisc.write.kept_files._HELD", held)
    built(study, parts=2)
    whole = files(study)
    for damage in DAMAGES:
        (entry,) = study.parent.glob("cache/kept/*/AE-*.kept")
        damage(entry)
        again = built(study, parts=3)
        assert again.reasons["AE"] == "the kept data were damaged", damage
        assert {again.reasons[one] for one in ("DM", "EX")} <= {"kept", AGAIN}
        assert files(study) == whole
        assert set(built(study, parts=2).reasons.values()) == {"kept"}, damage


def test_an_entry_is_read_from_its_file_though_another_takes_its_place(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ced_cdisc.write.kept_files._HELD", 0)
    first = built(study, parts=2)
    again = built(study, parts=2)
    for entry in study.parent.glob("cache/kept/*/*.kept"):
        entry.unlink()
        entry.write_bytes(b"something else")
    assert again.frames["AE"].equals(first.frames["AE"])


def test_nothing_large_is_held(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is kept, no more than a block is ever read."""
    monkeypatch.setattr("ced_cdisc.write.kept_files._HELD", 0)
    built(study, parts=3)
    read: list[int] = []
    whole = KeptBody.read

    def noted(self: KeptBody, start: int, size: int) -> bytes:
        read.append(size)
        assert size < self.size  # the three subjects' rows stand in blocks of their own
        return whole(self, start, size)

    monkeypatch.setattr(KeptBody, "read", noted)
    made = built(study, "other", parts=3)
    assert made.reasons["DM"] == "kept"
    assert read
    assert files(study) == files(study, "other")


def test_a_worker_that_is_killed(study: Path) -> None:
    """What the lost worker had is built again, and kept as by any other."""
    built(study, parts=2)
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    killed: list[int] = []

    def kill(name: str, done: int, total: int) -> None:
        for task in Path("/proc/self/task").iterdir() if not killed else ():
            for child in (task / "children").read_text().split():
                if b"part_worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    killed.append(int(child))
                    os.kill(int(child), signal.SIGKILL)

    made = built(study, parts=3, workers=2, watch=kill)
    assert killed and made.reasons["AE"] == "raw/ae.csv changed"
    built(study, "full", incremental=False)
    assert files(study) == files(study, "full")
    assert set(built(study, parts=1).reasons.values()) == {"kept"}


def test_a_part_that_is_lost_keeps_nothing(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(study / "gone"))
    with pytest.raises(Stopped, match="CED450"):
        built(study, parts=2, workers=2)
    monkeypatch.undo()
    monkeypatch.setenv("CED_CDISC_CACHE", str(study.parent / "cache"))
    assert set(built(study, parts=2).reasons.values()) == {"nothing kept of it"}


def test_with_other_options(study: Path) -> None:
    built(study, parts=2)
    lock = study / "mappings/sequence.lock"
    change(study / "mappings/study.yaml", "usubjid:", "sequence: pinned\nusubjid:")
    ways: list[dict[str, Any]] = [
        {},
        {"only": "AE"},
        {"renumber": True},
        {"formats": "xpt,json"},
        {"formats": "json"},
        {"verify": True},
    ]
    for number, words in enumerate(ways):
        before = lock.read_bytes() if lock.is_file() else None
        built(study, f"out{number}", parts=1 + number % 3, **words)
        numbers = lock.read_bytes()
        lock.unlink() if before is None else lock.write_bytes(before)
        built(study, f"whole{number}", incremental=False, **words)
        assert files(study, f"out{number}") == files(study, f"whole{number}"), words
        assert lock.read_bytes() == numbers, words
