"""A sample of the words of the example's specs, each misspelt: the planner tells, or cannot know."""

from __future__ import annotations

import os

import pytest
from mutate_specs import Specs, Word, reason, sample

SIZE = int(os.environ.get("CED_PROOF_WORDS", "45"))
"""0 asks for all of them."""


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Specs:
    """Both tests leave them as they were."""
    return Specs(tmp_path_factory.mktemp("specs"))


@pytest.fixture(scope="module")
def every(specs: Specs) -> list[Word]:
    """Every word of the specs; to find them takes as long as to plan."""
    return specs.words()


def test_no_misspelt_word_of_the_specs_passes_silently(specs: Specs, every: list[Word]) -> None:
    plan = specs.unspoilt()
    words = sample([word for word in every if not word.role.startswith("free")], SIZE)
    results = list(specs.results(words))
    silent = [str(r) for r in results if r.outcome == "silent" and not reason(r.word, r.wrong, plan)]
    assert silent == []
    keys = [r for r in results if r.word.role == "key"]
    assert len(results) >= SIZE / 2
    assert [str(r) for r in keys if not r.said] == []


def test_every_finding_of_a_misspelt_word_says_where_to_edit(specs: Specs, every: list[Word]) -> None:
    words = sample([word for word in every if word.role in ("name", "owner")], SIZE // 4)
    for result in specs.results(words):
        assert result.said, str(result)
        assert all(f.where.line and f.where.column for f in result.said), str(result)
        assert result.outcome in ("exact", "placed"), str(result)
