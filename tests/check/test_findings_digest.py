"""The digest of a finding: another one for other records or values, and for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from held_folder import digests
from small_folder import AE, run, small_folder, write_dataset


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_folder(tmp_path / "study")


def test_the_digest_hangs_on_the_records_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests()
    # Another order, and so other rows; and a record more that is not at fault.
    write_dataset(
        folder, "AE", [{**AE[0], "AESEQ": 5.0, "USUBJID": "S1-2", "AESTDTC": "2020"}, *reversed(AE)]
    )
    assert digests() == before
    # Another wording of every rule.
    from ced_cdisc.conformance import rule

    real = rule.family_yaml

    def reworded(family: str) -> dict[str, Any]:
        said = real(family)
        for one in said["rules"].values():
            one["says"] = "In {dataset}, " + one["says"]
        return said

    monkeypatch.setattr(rule, "family_yaml", reworded)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    rule.all_rules.cache_clear()
    try:
        assert run("study").output.count("In AE, AE") > 1
        assert digests() == before
    finally:
        rule.all_rules.cache_clear()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([{"A": None, "B": "x"}], [{"A": "x", "B": None}]),
        ([{"A": "x\ty", "B": "z"}], [{"A": "x", "B": "y\tz"}]),
        ([{"A": "1:x", "B": "y"}], [{"A": "1", "B": "x1:y"}]),
        ([{"A": "-", "B": "y"}], [{"A": None, "B": "y"}]),
        ([{"A": "x", "B": "y"}], [{"A": "x", "C": "y"}]),
        ([{"A": "x\n1:z", "B": "y"}], [{"A": "x", "B": "y"}, {"A": "z", "B": "y"}]),
        ([{"A": 1.5, "B": "y"}], [{"A": 1.25, "B": "y"}]),
        ([{"A": "x", "B": "y"}] * 2, [{"A": "x", "B": "y"}]),
    ],
)
def test_other_values_have_another_digest(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    import polars as pl

    from ced_cdisc.conformance.classify import make_dataset
    from ced_cdisc.conformance.look import ROW, Answer
    from ced_cdisc.conformance.rule import Rule
    from ced_cdisc.conformance.run import run_rule
    from ced_cdisc.conformance.standard import governing
    from ced_cdisc.conformance.submission import Submission
    from ced_cdisc.core.conformance import RuleText
    from ced_cdisc.core.findings import Severity

    def digest(rows: list[dict[str, Any]], identifier: str = "CED-X001", **words: str) -> str:
        bad = pl.DataFrame(rows).with_row_index(ROW, 1)
        data = make_dataset("AE", "", bad, [])
        text = RuleText(identifier, "x", "t", "{records}", "d", Severity.ERROR, "SDTMIG")
        rule = Rule(text, lambda _: [Answer(data, "A", 1, True, bad, words)])
        (failure,) = run_rule(Submission({}, governing([], [])), rule).failures
        return failure.digest

    assert digest(left) != digest(right)
    assert digest(left) == digest(list(reversed(left)))
    assert digest(left, "CED-X002") != digest(left), "the rule"
    assert digest(left, said="1") != digest(left, said="2"), "what the rule says besides"
