"""Two profiles of one study, built in turn: each keeps its own, and what both make alike is kept once."""

from __future__ import annotations

from pathlib import Path

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


def built(study: Path, profile: str, parts: int | None, *, incremental: bool = True) -> Build:
    """A build of a profile; its output must be that of a full one."""
    out = study / f"{'out' if incremental else 'full'}-{profile}"
    specs = {one: study / one for one in ("mappings", "define")}
    made = build(
        study / "raw", out, **specs, profile=profile, parts=parts, check=True, incremental=incremental
    )
    if incremental:
        full = built(study, profile, None, incremental=False)
        assert files(out) == files(study / f"full-{profile}")
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
