"""docs/tutorial.md is carried out as it stands, and leads to the values of the finished study."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tutorial_page import carried_out, fits

import ced_cdisc

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "vitals_labs"


def test_the_tutorial_is_true_and_leads_to_vs_and_lb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "examples" / "vitals_labs" / "raw"
    raw.mkdir(parents=True)
    for path in (EXAMPLE / "raw").iterdir():
        (raw / path.name).write_bytes(path.read_bytes())
    ran = []
    for one in carried_out((ROOT / "docs" / "tutorial.md").read_text("utf-8"), tmp_path, monkeypatch):
        ran.append(one.command)
        assert (one.code, fits(one.shown, one.printed)) == (one.shown_code, True), "\n".join(
            [one.command, *one.printed]
        )
    asked = " ".join(command.split()[1] for command in ran if command.startswith("ced-cdisc"))
    assert asked == "scan new init check-spec init check-spec build init init ct check-spec build why"

    study = tmp_path / "VL-77"
    made = ced_cdisc.build(
        raw, tmp_path / "again", mappings=study / "mappings", define=study / "define", check=False
    )
    finished = ced_cdisc.build(
        EXAMPLE / "raw",
        tmp_path / "finished",
        mappings=EXAMPLE / "mappings",
        define=EXAMPLE / "define",
        only="VS,LB",
        check=False,
    )
    for name in ("VS", "LB"):
        keys = ["USUBJID", f"{name}TESTCD", "VISITNUM", *(["VSREPNUM"] if name == "VS" else [])]
        values = [f"{name}{part}" for part in ("DTC", "ORRES", "ORRESU")]
        values += [f"{name}LOBXFL", f"{name}DY"]
        values += ["LBSPEC", "LBCAT", "LBREASND"] if name == "LB" else ["VSPOS", "VSSTRESN", "VSSTRESU"]
        mine, theirs = (
            built.frames[name].select(*keys, *values, "VISIT").sort(keys) for built in (made, finished)
        )
        assert mine.equals(theirs), name
    standard = ["USUBJID", "LBTESTCD", "VISITNUM", "LBSTRESC", "LBSTRESU", "LBNRIND"]
    # Glucose and haemoglobin are proposed with other decimals and another unit than the study chose.
    others = ~pl.col("LBTESTCD").is_in(["GLUC", "HGB"])
    mine, theirs = (
        built.frames["LB"].filter(others).select(standard).sort(standard[:3]) for built in (made, finished)
    )
    assert mine.equals(theirs)


def test_a_page_is_compared_line_by_line() -> None:
    assert fits(["a", "..", "d"], ["a", "b", "c", "d"])
    assert fits(["  a ..", "b"], ["  a 0.4 s", "b"])
    assert not fits(["a", "d"], ["a", "b", "d"])
    assert not fits(["a ..", "c"], ["b", "c"])
    assert not fits(["a"], ["a", "b"])
