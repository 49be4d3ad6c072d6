"""Of several lists that the guide names for --TESTCD, the one that has the tests."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import write_study

EG = """\
domain: EG
from: dose
long:
  - {test: TEST, result: dose.DOSE, unit: ms}
variables:
  EGDTC: {collect: dose.DOSDT, date: edc}
  VISITNUM: {absent: No visits}
"""


def test_the_list_that_has_all_tests_is_bound(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    (folder / "mappings/sdtm/eg.yaml").write_text(EG.replace("TEST,", "PRAG,"))
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert plan is not None, [str(finding) for finding in findings]
    bound = {v.name: v.codelist for v in plan.dataset("EG").variables}
    found = tuple(codelist.code for name in ("EGTESTCD", "EGTEST") if (codelist := bound[name]) is not None)
    assert found == ("C71153", "C71152")


DS = """\
domain: DS
from: demog
variables:
  DSTERM: {assign: Completed}
  DSDECOD: {collect: demog.SEX, ct: {1: COMPLETED, 2: DEATH}, codelist: C66727}
  DSCAT: {assign: DISPOSITION EVENT}
  DSSTDTC: {collect: demog.ICFDT, date: edc}
"""
STACKED = """\
domain: DS
stack:
  - {from: demog, variables: {DSDECOD: {assign: COMPLETED, codelist: C66727}}}
  - {from: demog, variables: {DSDECOD: {assign: INFORMED CONSENT OBTAINED, codelist: C114118}}}
variables:
  DSTERM: {assign: Completed}
  DSCAT: {assign: DISPOSITION EVENT}
  DSSTDTC: {collect: demog.ICFDT, date: edc}
"""


def test_the_list_that_all_lines_name_is_that_of_the_variable(tmp_path: Path) -> None:
    found: list[tuple[str, bool]] = []
    for name, spec in (("one", DS), ("several", STACKED)):
        folder = write_study(tmp_path / name)
        (folder / "mappings/sdtm/ds.yaml").write_text(spec)
        findings = Findings()
        specs = load_specs(folder / "mappings", folder / "define", findings)
        plan = plan_study(specs, findings) if specs is not None else None
        assert plan is not None, [str(finding) for finding in findings]
        variable = next(v for v in plan.dataset("DS").variables if v.name == "DSDECOD")
        found.append((variable.codelist.code if variable.codelist else "", variable.closed))
    assert found == [("C66727", True), ("", False)]
