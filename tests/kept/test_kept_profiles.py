"""Two profiles of one study, built in turn: each keeps its own, and what both make alike is kept once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ced_cdisc.pipeline import Build, build
from small_study import write_study

PROFILES = "profile: own\nprofiles:\n  own: {}\n  guide: {into: {EX: EC}}\nstudy: {id"
OF_EX = {"own": "EX", "guide": "EC"}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    study = write_study(tmp_path / "study")
    change(study / "mappings/study.yaml", "study: {id", PROFILES)
    return study


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FULL: dict[tuple[str | bytes, ...], tuple[dict[str, bytes], Build]] = {}
"""What a full build makes of a profile and of the files that are edited here; many begin alike."""


def in_full(study: Path, profile: str) -> tuple[dict[str, bytes], Build]:
    """The files of a full build of a profile, and what it handed out."""
    edited = ("mappings/study.yaml", "raw/dose.csv")
    given = (profile, *((study / name).read_bytes() for name in edited))
    if given not in FULL:
        made = carried_out(study, "full", profile)
        assert made.findings.sorted() == []  # they would name the folder of one test
        FULL[given] = files(study / f"full-{profile}"), made
    return FULL[given]


def carried_out(study: Path, out: str, profile: str, **way: Any) -> Build:
    specs = {one: study / one for one in ("mappings", "define")}
    return build(study / "raw", study / f"{out}-{profile}", **specs, profile=profile, check=True, **way)


def built(study: Path, profile: str, parts: int | None) -> Build:
    """An incremental build of a profile; its output must be that of a full one."""
    made = carried_out(study, "out", profile, parts=parts, incremental=True)
    written, full = in_full(study, profile)
    assert files(study / f"out-{profile}") == written
    assert made.findings.sorted() == full.findings.sorted()
    assert [one.rules for one in made.checked] == [one.rules for one in full.checked]
    return made


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("parts", [None, 2])
def test_profiles_in_turn(study: Path, parts: int | None) -> None:
    first = {profile: built(study, profile, parts).reasons for profile in OF_EX}
    assert set(first["own"].values()) == {"nothing kept of it"}
    assert OF_EX["guide"] in first["guide"] and OF_EX["own"] not in first["guide"]
    assert first["guide"]["EC"] == "nothing kept of it"
    for profile in OF_EX:
        assert set(built(study, profile, parts).reasons.values()) == {"kept"}, profile
    change(study / "raw/dose.csv", "1,10-FEB-2020", "1,09-FEB-2020")
    for profile, name in OF_EX.items():
        reasons = built(study, profile, parts).reasons
        assert reasons[name] == "raw/dose.csv changed", profile
    change(study / "raw/dose.csv", "1,09-FEB-2020", "1,10-FEB-2020")
    for profile in OF_EX:
        assert set(built(study, profile, parts).reasons.values()) == {"kept"}, profile


def test_a_line_of_one_profile(study: Path) -> None:
    """What only one profile has of study.yaml makes nothing of the other one anew."""
    for profile in OF_EX:
        built(study, profile, None)
    change(study / "mappings/study.yaml", "guide: {into: {EX: EC}}", "guide: {}")
    assert set(built(study, "own", None).reasons.values()) == {"kept"}
    assert "EX" in built(study, "guide", None).reasons
