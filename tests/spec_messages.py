"""What the tool says of the specs of a study."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs


def messages(folder: Path) -> list[str]:
    """All findings of the specs below a folder, in their order."""
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    if specs is not None:
        plan_study(specs, findings)
    return [str(finding) for finding in findings.sorted()]
