"""docs/follow-one-subject.md quotes what the example study holds; what it says about numbers is true."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from transport_files import Dataset

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "follow-one-subject.md"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "make_tutorial.py"))


def test_the_page_is_current(script: dict[str, Any], out: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == script["page"](out, text), "run scripts/make_tutorial.py on a build of the example"


def test_every_block_is_filled_by_the_script(script: dict[str, Any]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = script["BLOCK"].findall(text)
    assert len(blocks) * 2 == text.count("```")
    assert {kind for kind, *_ in blocks} == set(script["KINDS"])
    assert len(text.splitlines()) < 200


def test_the_sums_by_hand_are_the_analysis_values(script: dict[str, Any], out: Path) -> None:
    asked = [
        asked.split(" | ")
        for kind, asked, _ in script["BLOCK"].findall(PAGE.read_text(encoding="utf-8"))
        if kind == "hand"
    ]
    flow, response = (script["worked_out"](*one) for one in asked)
    records = script["records"](out, "adam/adcf.xpt")
    baseline = {(row["PARAMCD"], row["ATPTN"]): row["AVAL"] for row in records if row["AVISITN"] == 0}
    assert flow == pytest.approx(baseline["CBF", 3], rel=1e-12)
    values = [row["AVAL"] for row in records if row["PARAMCD"] == "CBFPCT" and row["AVISITN"] == 0]
    assert values == [pytest.approx(response, rel=1e-12)]


def test_the_response_of_most_others_rose(files: dict[str, Dataset]) -> None:
    changes = {
        row["USUBJID"]: row["CHG"]
        for row in files["ADCF"].rows
        if (row["PARAMCD"], row["AVISIT"], row["ANL01FL"], row["CELLFL"]) == ("CBFPCT", "Month 6", "Y", "Y")
    }
    assert changes.pop("IMPROVECED-01-003") < 0
    assert sum(change > 0 for change in changes.values()) > len(changes) / 2
