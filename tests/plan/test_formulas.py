"""The formula of a method is the whole line: its condition, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import write_study

DERIVED = 'AEDECOD:  {derive: "upper(AETERM)"}'
WHEN = "when: \"AESEV = 'MILD'\""


@pytest.mark.parametrize(
    ("line", "formula"),
    [
        (DERIVED, "upper(AETERM)"),
        (f'AEDECOD:  {{derive: "upper(AETERM)", {WHEN}}}', "upper(AETERM), where AESEV = 'MILD'"),
        (
            f"AEDECOD:  {{cases: [{{when: AETERM is present, then: upper(AETERM)}}], {WHEN}}}",
            "when AETERM is present then upper(AETERM), where AESEV = 'MILD'",
        ),
    ],
    ids=["derive", "derive with a condition", "cases with a condition"],
)
def test_a_condition_is_part_of_the_formula(tmp_path: Path, line: str, formula: str) -> None:
    folder = write_study(tmp_path, {"mappings/sdtm/ae.yaml": (DERIVED, line)})
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert plan is not None, [str(finding) for finding in findings]
    (variable,) = [v for v in plan.dataset("AE").variables if v.name == "AEDECOD"]
    assert variable.method is not None
    assert variable.method.formula == formula
