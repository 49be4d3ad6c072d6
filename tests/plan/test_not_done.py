"""``not_done``: a condition that is unknown, as with an empty raw column, does not take a result away."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ced_cdisc.stages.reading import read_raw
from small_study import write_study

VS = """\
domain: VS
from: dose
long:
  - {test: WEIGHT, result: dose.DOSE, unit: kg}
not_done: {when: "dose.ND = 'Y'"}
variables:
  VISITNUM: {absent: No visits}
  VSDTC: {collect: dose.DOSDT, date: edc}
"""


def test_a_test_is_done_unless_the_condition_is_true(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {"mappings/sources.yaml": ("DOSDT, DOSE]", "DOSDT, DOSE, ND]")})
    (folder / "mappings/sdtm/vs.yaml").write_text(VS)
    (folder / "raw/dose.csv").write_text(
        "SUBJ,DAY,DOSDT,DOSE,ND\n001,1,10-FEB-2020,5,\n001,2,11-FEB-2020,6,N\n002,1,12-FEB-2020,,Y\n"
    )
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert plan is not None, [str(f) for f in findings]
    frames, _ = build_datasets(plan, read_raw(folder / "raw", plan, findings))
    assert frames["VS"].select("VSORRES", "VSSTRESN", "VSSTAT").rows() == [
        ("5", 5.0, None),
        ("6", 6.0, None),
        (None, None, "NOT DONE"),
    ]
