"""Another opinion on the SDTM datasets: the SDTMIG 3.4 rules of the package pointblank.

A lenient checker: a rule passes where it finds no variable to look at, so that a clean run proves little.
What it finds has to be in define/findings.yaml, with its reason, and an entry there has to be found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conformance_checks import KNOWN, Failure, ids, put, unexplained, without
from conformance_study import Study

metadata = pytest.importorskip(
    "pointblank.metadata", reason="pointblank, which has the rules, is not installed (extra dev)"
)
import polars as pl  # noqa: E402

PACKAGES = ("study", "controls", "ig34")


def found(study: Study, define: Path) -> list[Failure]:
    """What the rules find: a failure a record, or one of a dataset where a rule is about no record."""
    frames = {
        data.name: pl.DataFrame(
            {name: [row[name] for row in data.rows] for name in data.labels},
            schema={name: pl.String if kind == "Char" else pl.Float64 for name, kind in data.types.items()},
        )
        for data in study.files.values()
    }
    result: Any = metadata.validate_sdtmig(frames, version="3.4", define_xml=str(define)).native_result
    assert len(result.rule_results) >= 362
    assert {one.status for one in result.rule_results} <= {"pass", "fail"}  # none in error or left out
    failures: list[Failure] = []
    for one in result.rules("fail"):
        if not one.row_findings:
            failures.append(Failure(one.rule_id, study.package, one.dataset, "", {}, one.description))
        assert one.n_issues == max(1, len(one.row_findings)), f"{one.rule_id}: not every record is listed"
        for finding in one.row_findings:
            record = study.files[finding.dataset].rows[finding.row]
            variable = finding.checked_column or ""
            failures.append(
                Failure(one.rule_id, study.package, finding.dataset, variable, record, one.description)
            )
    return failures


@pytest.fixture(scope="module")
def unspoilt(studies: dict[str, Study], folders: dict[str, Path]) -> dict[str, list[Failure]]:
    """What the rules find in each package as it was built."""
    return {name: found(studies[name], folders[name] / "define.xml") for name in PACKAGES}


@pytest.mark.parametrize("name", PACKAGES)
def test_the_rules_find_nothing_that_is_not_known(
    name: str, studies: dict[str, Study], unspoilt: dict[str, list[Failure]]
) -> None:
    study = studies[name]
    known = [one for one in KNOWN if ids(one)[0].startswith("SDTM-") and one["package"] == study.package]
    assert unexplained(unspoilt[name], known) == []


@pytest.mark.parametrize(
    ("spoil", "dataset"),
    [
        pytest.param(put("AE", AESEV="VERY SEVERE"), "AE", id="term"),
        pytest.param(put("VS", STUDYID="ANOTHER"), "VS", id="study"),
        pytest.param(put("LB", LBDTC="10 JAN 2019"), "LB", id="date"),
        pytest.param(without("DM"), "DM", id="dataset"),
    ],
)
def test_the_rules_find_what_is_planted(
    spoil: Any,
    dataset: str,
    studies: dict[str, Study],
    folders: dict[str, Path],
    unspoilt: dict[str, list[Failure]],
) -> None:
    spoilt = studies["study"].copy()
    spoil(spoilt)
    before = [str(one) for one in unspoilt["study"]]
    after = found(spoilt, folders["study"] / "define.xml")
    assert dataset in {one.dataset for one in after if str(one) not in before}
