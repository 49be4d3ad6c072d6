"""Raw tables spoilt in one place: every run ends in findings, or in values that both engines give."""

from __future__ import annotations

import os
import random

import pytest
from fuzz_raw import BAD, CELLS, Result, Study, cell_fault, planted, tiny

RUNS = int(os.environ.get("CED_PROOF_RUNS", "60"))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return tiny(tmp_path_factory.mktemp("tiny"))


def test_a_result_counts_as_done_where_the_column_of_not_done_is_empty(study: Study) -> None:
    done = [row["VSORRES"] for row in study.before["VS"] if row["VSSTAT"] is None]
    assert sorted(map(str, done)) == ["118", "120", "125", "131", "36.9", "37.1", "98.6"]


def bad(results: list[Result]) -> list[str]:
    return [f"{r.fault} {r.outcome} {r.detail}" for r in results if r.outcome in BAD]


def test_random_faults(study: Study) -> None:
    dice = random.Random(20)
    results = [study.run(*planted(study, dice)) for _ in range(RUNS)]
    assert bad(results) == []
    assert {"told", "lineage", "same"} <= {result.outcome for result in results}


# One fault for each kind of raw column: what it must end in.
PLANTED = [
    ("ae", "SEV", "unlisted code", "told", "CED250"),
    ("ae", "START", "impossible date", "told", "CED251"),
    ("vitals", "SBP", "text in a number", "told", "CED253"),
    ("dose", "DOSE", "text in a number", "told", "CED253"),
    ("ae", "SUBJ", "orphan subject", "told", "CED260"),
    ("vitals", "TEMPU", "unknown unit", "told", "CED250"),
    ("ae", "TERM", "over-long text", "told", "CED266"),
    ("ae", "TERM", "not ASCII", "told", "CED267"),
    ("vitals", "VISITNM", "unlisted code", "told", "CED261"),
    ("vitals", "VSTM", "text in a number", "told", "CED252"),
    ("demog", "SUBJ", "empty cell", "told", "CED258"),
    ("demog", "SEX", "blank padding", "same", ""),
    ("vitals", "PAGE", "unlisted code", "same", ""),
    ("demog", "BRTHDAT", "empty cell", "lineage", "ADSL.AGE, DM.AGE, DM.AGEU, DM.BRTHDTC"),
]


@pytest.mark.parametrize(("table", "column", "kind", "outcome", "detail"), PLANTED)
def test_planted_fault(study: Study, table: str, column: str, kind: str, outcome: str, detail: str) -> None:
    assert kind in CELLS
    at = study.grids[table][0].index(column)
    result = study.run(*cell_fault(study, table, kind, 1, at, random.Random(4)))
    shown = ", ".join(sorted(result.detail.split(", "))) if outcome == "lineage" else result.detail
    assert (result.outcome, shown) == (outcome, detail), [str(f) for f in result.findings]
    if outcome == "told":
        said = "\n".join(str(finding) for finding in result.findings)
        assert study.plan.tables[table].file in said
        assert all(finding.where.line for finding in result.findings)
