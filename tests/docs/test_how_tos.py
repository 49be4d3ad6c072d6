"""Every how-to is what comes of carrying it out, and is reached from the list of all."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "make_how_tos.py"))
PAGES = sorted(path for path in (ROOT / "docs" / "how-to").glob("*.md") if path.name != "index.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_comes_of_it(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text == SCRIPT["filled"](text, tmp_path), f"run scripts/make_how_tos.py docs/how-to/{page.name}"


def test_a_page_has_a_spec_and_its_result_and_is_in_the_list() -> None:
    listed = (ROOT / "docs" / "how-to" / "index.md").read_text(encoding="utf-8")
    for page in PAGES:
        titles = [title for _, title, _ in SCRIPT["BLOCK"].findall(page.read_text(encoding="utf-8"))]
        assert any("mappings/" in title or "raw/" in title for title in titles), page.name
        assert any(
            SCRIPT["RECORDS"].fullmatch(title) or title.startswith("ced-cdisc ") or "define.xml" in title
            for title in titles
        ), page.name
        assert f"({page.name})" in listed
    assert len(PAGES) >= 20
    assert f": {len(PAGES)} common jobs" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_lines_replace_those_of_their_name() -> None:
    text = "a: 1\nvariables:\n  X: {p: 1,\n      q: 2}\n  Y: 2\nsort: [X]\n"
    made = SCRIPT["with_lines"](text, "variables:\n  X: 3\n  Z: 4\nb: 5\nsort: [Y]\n")
    assert made == "a: 1\nvariables:\n  X: 3\n  Y: 2\n  Z: 4\nsort: [Y]\nb: 5\n"
