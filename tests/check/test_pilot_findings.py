"""The findings in the pilot files that a person looked up: each is found, and the page tells them all."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from ced_cdisc.conformance.check import check_folder

HERE = Path(__file__).parent
HOME = HERE.parents[1]
TRANSPORT = HOME.parent / "shared" / "reference" / "xpt"
sys.path.insert(0, str(HOME / "scripts"))

from draw_findings import draw, findings  # noqa: E402

VERDICTS: dict[str, str] = yaml.safe_load((HERE / "pilot_verdicts.yaml").read_text("utf-8"))


def test_each_has_a_verdict_of_its_own_and_a_line_on_the_page() -> None:
    said = (HOME / "docs" / "pilot-findings.md").read_text("utf-8")
    assert len(VERDICTS) == 50
    assert re.findall(r"^(\d+)\. \*\*", said, re.MULTILINE) == [str(n) for n in range(1, 51)]
    for verdict in VERDICTS.values():
        assert verdict.startswith("True. ")
        assert verdict in said


@pytest.mark.skipif(not TRANSPORT.is_dir(), reason="the reference files are not beside the repository")
def test_each_is_found_and_the_draw_is_the_same_each_time() -> None:
    result = check_folder(TRANSPORT, records=1_000_000)
    found = {one.key for listed in findings(result).values() for one in listed}
    assert VERDICTS.keys() <= found
    assert draw(result, 50) == draw(result, 50)
    assert {one.rule.id for one in draw(result, 50)} == {r.rule.id for r in result.failed}
