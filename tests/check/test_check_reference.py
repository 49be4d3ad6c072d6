"""The pilot's transport files and Dataset-JSON samples: what is found there was looked at by hand."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from shutil import copy

import pytest
from openpyxl import load_workbook
from report_readers import cases_of, faults

from ced_cdisc.conformance.check import check_folder
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Severity
from ced_cdisc.report.check_github import check_github
from ced_cdisc.report.check_junit import check_junit
from ced_cdisc.report.check_sarif import check_sarif
from ced_cdisc.write.check_workbook import check_workbook

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
TRANSPORT, JSON = REFERENCE / "xpt", REFERENCE / "dataset-json"
needs_files = pytest.mark.skipif(
    not TRANSPORT.is_dir(), reason="the reference files are not beside the repository"
)
needs_json = pytest.mark.skipif(not JSON.is_dir(), reason="the reference files are not beside the repository")


FAMILIES = ("structure", "values", "terminology")


def found(result: CheckResult, severity: str) -> set[str]:
    """Failures of the families that were looked at here."""
    return {
        f"{r.rule.id} {f.dataset}.{f.variable} {f.count}"
        for r in result.failed
        for f in r.failures
        if r.rule.severity.value == severity and r.rule.family in FAMILIES
    }


@needs_files
def test_the_pilot_files() -> None:
    result = check_folder(TRANSPORT)
    unlabelled = {f"CED-S006 {d.name}. 0" for d in result.datasets}
    assert found(result, "error") == unlabelled | {"CED-V001 DS.DSSPID 58", "CED-V001 RELREC.IDVARVAL 234"}
    assert found(result, "warning") == {"CED-S025 AE.AEDY 0", "CED-S025 DS.DSDY 0", "CED-V004 TS.TSVAL 3"}
    assert [f.code for f in result.reading] == ["CED608"]
    assert result.with_status("not run") == ()


@needs_files
def test_the_reports_of_the_pilot_files_count_alike() -> None:
    result = check_folder(TRANSPORT, standard=["SDTMIG=3.2"])
    every = sum(len(rule.failures) for rule in result.failed) + len(result.reading)
    sarif = check_sarif(result)
    assert faults(sarif) == []
    (one,) = json.loads(sarif)["runs"]
    assert len(one["results"]) == every
    levels = Counter(found["level"] for found in one["results"])
    assert levels == {severity.value: result.count(severity) for severity in Severity}
    cases = cases_of(check_junit(result, "warning")).values()
    failing = [case for case in cases if case.result and not case.is_skipped]
    grave = [rule for rule in result.failed if rule.rule.severity is not Severity.NOTE]
    assert len(failing) == len(grave) + len(result.reading)
    book = load_workbook(io.BytesIO(check_workbook(result)))
    assert [book[name].max_row - 1 for name in ("Findings", "Rules")] == [every, len(result.rules)]
    lines = check_github(result).splitlines()
    assert Counter(line.split()[0] for line in lines) == {"::error": 10, "::warning": 5, "::notice": 10}


@needs_json
@pytest.mark.parametrize("suffix", ["json", "ndjson", "xpt"])
def test_json_and_transport_files_of_the_same_data_have_the_same_findings(
    tmp_path: Path, suffix: str
) -> None:
    for name in ("adsl", "dm"):
        copy(JSON / f"{name}.{suffix}", tmp_path)
    result = check_folder(tmp_path, standard=["SDTMIG=3.3"])
    assert [(d.name, d.records) for d in result.datasets] == [("ADSL", 254), ("DM", 18)]
    assert found(result, "error") == set()
    assert result.reading == ()
