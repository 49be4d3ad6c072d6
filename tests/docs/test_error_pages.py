"""Every code has its page, each page is current, and each example says what the tool says."""

from __future__ import annotations

import ast
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from ced_cdisc.core.codes import CODES
from page_examples import carry_out, findings_of

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "make_error_docs.py"))
EXAMPLES: dict[str, dict[str, Any]] = SCRIPT["examples"]()
CARRIED_OUT = [code for code in EXAMPLES if "run" in EXAMPLES[code]]
QUOTED = [code for code in EXAMPLES if "quoted" in EXAMPLES[code]]
LINKS = {code for code in CARRIED_OUT if any("link_to" in e for e in EXAMPLES[code].get("edits", []))}


def test_every_code_has_a_reason_and_an_example_and_no_other_has() -> None:
    hint = "add the code to scripts/error_pages"
    assert sorted(set(CODES) ^ set(SCRIPT["whys"]())) == [], hint
    assert sorted(set(CODES) ^ set(EXAMPLES)) == [], hint


def test_every_page_is_current_and_there_is_no_other() -> None:
    pages: dict[Path, str] = SCRIPT["pages"]()
    stale = [p.name for p, text in pages.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    assert stale == [], "run scripts/make_error_docs.py"
    assert sorted(set((ROOT / "docs" / "errors").iterdir()) - set(pages)) == []


def test_most_examples_are_carried_out() -> None:
    assert len(CARRIED_OUT) > 0.55 * len(EXAMPLES)


@pytest.mark.parametrize("code", CARRIED_OUT)
def test_the_example_says_what_its_page_says(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32" and (code in LINKS or code == "CED403"):
        pytest.skip("links and mount points are those of Unix")
    monkeypatch.chdir(tmp_path)
    printed = carry_out(tmp_path, EXAMPLES[code])
    assert EXAMPLES[code]["says"] in findings_of(printed, code), printed


@pytest.mark.parametrize("code", QUOTED)
def test_a_quoted_message_is_one_that_its_test_shows(code: str) -> None:
    """Messages are put together in many ways, so that pieces of the test's texts are looked for."""
    tree = ast.parse((ROOT / EXAMPLES[code]["quoted"]).read_text(encoding="utf-8"))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    pieces = {
        piece.strip() for text in texts for piece in re.split(r"[{}\n]|<bytes>|PYTHON|CACHE|RULES", text)
    }
    assert any(len(piece) > 12 and piece in EXAMPLES[code]["says"] for piece in pieces)


def test_a_page_shows_what_was_written_and_what_is_sound() -> None:
    page: str = SCRIPT["pages"]()[ROOT / "docs" / "errors" / "CED250.md"]
    assert "\n```text\n001,2,Bone pain,4,UN-FEB-2020,\n```\n" in page
    assert "CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; ct has 1, 2, 3\n    ae.csv" in page
    assert page.index("```text\n001,2,Bone pain,2") > page.index("## What to do")
