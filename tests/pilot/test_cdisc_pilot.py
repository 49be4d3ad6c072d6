"""The third example against an oracle of other hands: the datasets that CDISC published of its pilot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import Build, build
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "examples" / "cdisc_pilot"
PUBLISHED = ROOT.parent / "shared" / "reference" / "xpt"
there = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the reference files are not beside the repository")

TABLES = ("dm", "suppdm", "ds", "suppds", "se", "ex", "ae")
NOT_TAKEN_OVER = {"AELLTCD", "AEPTCD", "AEHLTCD", "AEHLGTCD", "AEBDSYCD", "AESOCCD", "AEACN", "RFICDTC"}
"""Columns of the raw tables that are empty."""
OF_OTHER_DOMAINS = {
    *("BMIBL", "BMIBLGR1", "HEIGHTBL", "WEIGHTBL"),  # VS
    *("DISONSDT", "DURDIS", "DURDSGR1"),  # MH
    *("EDUCLVL", "MMSETOT"),  # SC, QS
}


def test_the_specs_are_in_order() -> None:
    """Without the data, too."""
    findings = Findings()
    plan, _ = make_plan(find_study(HOME / "mappings", HOME / "define", ROOT), findings)
    assert [dataset.name for dataset in plan.datasets] == [
        "DM",
        "SE",
        "EX",
        "AE",
        "DS",
        "ADSL",
        "ADAE",
        "ADTTE",
    ]
    assert list(findings) == []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    home = tmp_path_factory.mktemp("pilot")
    raw = home / "raw"
    raw.mkdir()
    for name in TABLES:
        shutil.copy(PUBLISHED / f"{name}.xpt", raw)
    options = {"mappings": HOME / "mappings", "define": HOME / "define"}
    return home / "out", build(raw, home / "out", verify=True, **options)


def read(path: Path) -> pd.DataFrame:
    frame, _ = pyreadstat.read_xport(path, encoding="cp1252")
    return frame.map(lambda value: value.strip() if isinstance(value, str) else value)


def differing(ours: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> dict[str, int]:
    """By variable of both, in how many records the values differ; a missing value is like another."""
    ours, theirs = ours.set_index(keys), theirs.set_index(keys)
    assert ours.index.is_unique
    assert set(ours.index) == set(theirs.index)
    ours = ours.loc[theirs.index]
    found: dict[str, int] = {}
    for name in theirs.columns.intersection(ours.columns):
        mine, other = ours[name].replace("", None), theirs[name].replace("", None)
        alike = (mine == other) | (mine.isna() & other.isna())
        found[name] = int((~alike).sum())
    return found


@there
@pytest.mark.parametrize(("name", "variables"), [("adsl", 38), ("adtte", 25)])
def test_analysis_datasets_are_those_that_were_published(
    made: tuple[Path, Build], name: str, variables: int
) -> None:
    """All subjects, and all variables that come from the domains at hand, beside the key."""
    ours, theirs = read(made[0] / "adam" / f"{name}.xpt"), read(PUBLISHED / f"{name}.xpt")
    assert len(theirs) == 254
    found = differing(ours, theirs, ["USUBJID"])
    assert set(theirs.columns) - set(found) - {"USUBJID"} == (OF_OTHER_DOMAINS if name == "adsl" else set())
    assert found == dict.fromkeys(found, 0)
    assert len(found) == variables


@there
@pytest.mark.parametrize("name", ["dm", "se", "ex", "ds", "ae"])
def test_domains_are_taken_over_with_their_numbers(made: tuple[Path, Build], name: str) -> None:
    """Study days are counted by the build: they are those that were published, but for one that is wrong.

    An event on 2013-05-09 of a subject whose study began on that day has the day 366.
    """
    ours, theirs = read(made[0] / "sdtm" / f"{name}.xpt"), read(PUBLISHED / f"{name}.xpt")
    keys = ["USUBJID", *([f"{name.upper()}SEQ"] if name != "dm" else [])]
    found = differing(ours, theirs.drop(columns=list(NOT_TAKEN_OVER & {*theirs.columns})), keys)
    assert set(theirs.columns) - set(found) <= {*keys, *NOT_TAKEN_OVER}
    assert {one: count for one, count in found.items() if count} == ({"AESTDY": 1} if name == "ae" else {})


@there
@pytest.mark.parametrize("name", ["suppdm", "suppds"])
def test_qualifiers_are_taken_over(made: tuple[Path, Build], name: str) -> None:
    """All but the words for their origin, which are of another version of the standard."""
    ours, theirs = read(made[0] / "sdtm" / f"{name}.xpt"), read(PUBLISHED / f"{name}.xpt")
    found = differing(ours, theirs, ["USUBJID", "QNAM"])
    assert {one for one, count in found.items() if count} == {"QORIG"}
    assert set(theirs.columns) - set(found) == {"USUBJID", "QNAM"}


@there
def test_both_engines_agree(made: tuple[Path, Build]) -> None:
    verified = made[1].verified
    assert verified is not None
    assert verified.values > 140_000
