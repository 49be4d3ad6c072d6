"""``ced-cdisc check`` of our own packages: no error and no warning without a written reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from conformance_checks import KNOWN

from ced_cdisc.conformance.check import check_folder
from ced_cdisc.core.findings import Severity

PACKAGES = {"study": "sdtm", "controls": "controls/sdtm", "adam": "adam"}


@pytest.mark.parametrize("name", PACKAGES)
def test_our_own_packages_have_no_finding_without_a_reason(folders: dict[str, Path], name: str) -> None:
    reasons = {
        (one["rule"], one["dataset"], one.get("variable", ""))
        for one in KNOWN
        if one["package"] == PACKAGES[name]
    }
    result = check_folder(folders[name])
    unexplained = [
        failure.text
        for rule in result.failed
        for failure in rule.failures
        if rule.rule.severity is not Severity.NOTE
        and not any((i, failure.dataset, failure.variable) in reasons for i in rule.rule.public)
    ]
    assert unexplained == []
    assert result.reading == ()
    assert result.with_status("not run") == ()
