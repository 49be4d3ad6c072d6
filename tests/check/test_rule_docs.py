"""docs/conformance-rules.md is the page that the YAML of the families makes."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_rules_is_current() -> None:
    text: str = runpy.run_path(str(ROOT / "scripts" / "make_rule_docs.py"))["page"]()
    page = ROOT / "docs" / "conformance-rules.md"
    assert page.read_text(encoding="utf-8") == text, "run scripts/make_rule_docs.py"
