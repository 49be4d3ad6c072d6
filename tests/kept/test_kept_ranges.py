"""A table without subjects in builds that keep, in parts and by several processes, and in what is told of values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kept_builds import built, change, files

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Stopped
from ced_cdisc.pipeline import Build
from ranges_study import write_ranges_study

METHOD = (
    "LOW (ranges) if LBORRES is present; otherwise missing. The record of ranges is the one where LAB (ranges) equals LAB (lab) "
    "and TEST (ranges) equals TEST (lab) and SEX (ranges) equals DM.SEX and UNIT (ranges) equals UNIT (lab) and the completed "
    "years from DM.BRTHDTC to LBDTC is from AGE_LOW (ranges) to AGE_HIGH (ranges)."
)
RAW = "raw/ranges.csv"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    return write_ranges_study(tmp_path / "study")


def quiet(study: Path, out: str = "out", **words: Any) -> Build:
    return built(study, out, check=False, **words)


def ran(study: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.chdir(study)
    return CliRunner().invoke(main, [*words], prog_name="ced-cdisc").output


def test_a_changed_table_makes_its_readers_anew_and_nothing_else(study: Path) -> None:
    quiet(study)
    assert {*quiet(study).reasons.values()} == {"kept"}
    change(study / RAW, "A,ALT,F,18,120,10,40", "A,ALT,F,18,120,10,55")
    made = quiet(study)
    assert [name for name, reason in made.reasons.items() if reason != "kept"] == ["LB"]
    assert made["LB"]["LBORNRHI"].to_list() == ["60", "17.5", "55", "16"]
    quiet(study, "whole", incremental=False)
    assert files(study)["sdtm/lb.xpt"] == files(study, "whole")["sdtm/lb.xpt"]


@pytest.mark.parametrize("words", [{"parts": 2}, {"workers": 2}])
def test_it_goes_whole_to_each_part(study: Path, words: dict[str, Any]) -> None:
    quiet(study, incremental=False)
    quiet(study, "parts", incremental=False, **words)
    one, other = files(study), files(study, "parts")
    assert {name for name in one if one[name] != other[name]} <= {"build.json"}


@pytest.mark.parametrize("words", [{"parts": 2}, {"workers": 2}])
def test_what_is_at_fault_is_told_alike_in_parts(study: Path, words: dict[str, Any]) -> None:
    """A bound that both subjects ask for is told once, and records are counted together."""
    change(study / RAW, "A,ALT,F,18,120,10,40,U/L", "A,ALT,F,18y,120,10,40,U/L")
    change(study / RAW, "A,HB", "A,HX")
    change(study / RAW, "A,HB", "A,HX")
    change(study / "raw/demog.csv", "05-JUN-1970,1", "05-JUN-1970,2")
    told: list[list[str]] = []
    for more in ({}, words):
        with pytest.raises(Stopped) as stopped:
            quiet(study, incremental=False, **more)
        told.append([str(one) for one in stopped.value.findings.sorted()])
    assert told[0] == told[1]
    assert [line.partition(" LB: ")[2].partition(";")[0] for line in told[0]] == [
        "ranges has no record for 2 records with lab.LAB 'A', lab.TEST 'HB', DM.SEX 'F', lab.UNIT 'g/dL', the first with DM.BRTHDTC '1966-07-07', LBDTC '2020-02-12'",
        "'18y' of ranges.AGE_LOW is not a number",
    ]
    assert told[0][1].endswith("\n    ranges.csv line 4")


def test_define_says_which_record_it_is(study: Path) -> None:
    made = quiet(study, verify=True)
    assert made.findings.sorted() == []
    define = files(study)["sdtm/define.xml"].decode()
    assert METHOD in define
    item = define.partition('<ItemDef OID="IT.LB.LBORNRLO"')[2].partition("</ItemDef>")[0]
    assert '<def:Origin Type="Derived" Source="Sponsor"/>' in item


def test_explain_and_why(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    explained = ran(study, monkeypatch, "explain", "LB.LBORNRLO")
    assert METHOD in explained
    read = (
        "    from LB.LBORRES, DM.SEX, DM.BRTHDTC, LB.LBDTC, ranges.LOW, lab.LAB, ranges.LAB, ranges.TEST, lab.TEST, ranges.SEX, "
        "ranges.UNIT, lab.UNIT, ranges.AGE_LOW, ranges.AGE_HIGH\n"
    )
    assert read in explained
    assert "read by LB with, key\n" in explained
    assert ran(study, monkeypatch, "why", "LB", "USUBJID=T1-002", "LBTESTCD=ALT", "LBORNRLO") == (
        "specs from mappings and define\n"
        "LB.LBORNRLO = '10'  (LBTESTCD ALT, LBDTC 2020-02-12)  mappings/sdtm/lb.yaml:11\n"
        "  LB.LBORRES = '50'  mappings/sdtm/lb.yaml:9\n"
        "    lab.RES = '50'  line 4 of lab.csv\n"
        "  ranges.LOW = '10'  line 4 of ranges.csv\n"
    )


def test_why_tells_what_the_second_engine_refuses(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("why", "LB", "USUBJID=T1-002", "LBTESTCD=ALT", "LBORNRLO")
    change(study / RAW, "A,ALT,F", "A,ALT,X")
    assert "no record of ranges goes with one record (LAB A)" in ran(study, monkeypatch, *asked)
    change(study / RAW, "A,ALT,X,18,120", "A,ALT,F,18,")
    assert "whether a record of ranges goes with one record is unknown" in ran(study, monkeypatch, *asked)


def test_who_somebody_is_stays_unsaid(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(study / "mappings/sources.yaml", "demog: {", "demog: {identifying: [BRTHDAT], ")
    change(study / RAW, "A,HB,F", "A,HB,X")
    printed = ran(study, monkeypatch, "build", "raw", "out")
    assert "CED841" in printed and "1966" not in printed and "T1-002" not in printed
