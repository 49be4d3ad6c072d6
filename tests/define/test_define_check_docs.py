"""docs/define-check.md has the table that the catalogue makes, and each id stands in the row of its code."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "make_define_check_docs.py"))
SOURCE = ROOT / "src" / "ced_cdisc" / "check" / "define"
ID = r"(?:DD|OD|SD|CG)\d{4}"


def test_the_table_of_rules_is_current() -> None:
    text = SCRIPT["PAGE"].read_text(encoding="utf-8")
    assert text == SCRIPT["page"](), "run scripts/make_define_check_docs.py"


def test_an_id_that_a_planted_fault_shows_stands_in_the_row_of_its_code() -> None:
    cases = yaml.load(
        (Path(__file__).parent / "lint_cases.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    seen = 0
    for finding in (text for case in cases for text in case["findings"]):
        shown = re.match(r"(CED\d{3}) \[(.*?)\]", finding)
        if shown:
            seen += 1
            assert set(shown[2].split(", ")) <= set(SCRIPT["public_ids"](shown[1])), finding
    assert seen > 50


def test_an_id_that_a_rule_writes_itself_is_in_the_table() -> None:
    rows = {one for number in SCRIPT["RANGE"] for one in SCRIPT["public_ids"](f"CED{number}")}
    for path in SOURCE.glob("*.py"):
        assert set(re.findall(rf'"({ID})"', path.read_text(encoding="utf-8"))) <= rows, path.name
