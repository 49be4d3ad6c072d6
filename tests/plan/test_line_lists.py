"""Lines that name a codelist of their own: each holds the values of its records, and of no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ced_cdisc.stages.reading import read_raw
from small_study import write_study

AE, ADSL, DEFINE = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml", "define/define.yaml"
LISTS = """\
codelists:
  L1: {name: List one, terms: {1: One, 3: Three}}
  L2: {name: List two, terms: {2: Two}}
documents:"""
BLOCKS = """\
sort: [AESTDTC, AETERM]
stack:
  - {from: ae, where: "ae.SEV != '3'", variables: {AECAT: {collect: ae.SEV, codelist: L1}}}
  - {from: ae, where: "ae.SEV = '3'", variables: {AECAT: {collect: ae.SEV, codelist: L2}}}
"""
GUIDE = (
    "Severity/Intensity Scale for Adverse Events (C66769), on 1 record; "
    "CT has it as a synonym of MODERATE; match: synonym takes it"
)
PLACE = "from: ae\nsort: [AESTDTC, AETERM]\n"


def said(folder: Path, ae: tuple[str, str], adsl: tuple[str, str] = ("label:", "label:")) -> list[str]:
    """What a build says of the study; nothing where it is built."""
    write_study(folder, {AE: ae, ADSL: adsl, DEFINE: ("documents:", LISTS)})
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None
    plan = plan_study(specs, findings)
    assert plan is not None
    assert list(findings) == []
    try:
        build_datasets(plan, read_raw(folder / "raw", plan, Findings()))
    except Stopped as stopped:
        return [str(one).replace(f"{folder}/", "").split("\n")[0] for one in stopped.findings]
    return []


def test_each_line_has_its_list(tmp_path: Path) -> None:
    """Both values are terms of the list of another line."""
    assert said(tmp_path, (PLACE, BLOCKS)) == [
        f"{AE}:4:59 CED264 AE.AECAT: '2' is not in the codelist List one, on 1 record; it has 1, 3",
        f"{AE}:5:58 CED264 AE.AECAT: '3' is not in the codelist List two, on 1 record; it has 2",
    ]


def test_a_supplemental_qualifier(tmp_path: Path) -> None:
    supp = f"{PLACE}supp:\n  AEWARD: {{collect: ae.SEV, codelist: L1, label: Ward}}\n"
    assert said(tmp_path, (PLACE, supp)) == [
        f"{AE}:5:11 CED264 SUPPAE.AEWARD: '2' is not in the codelist List one, on 1 record; it has 1, 3"
    ]


def test_an_analysis_variable(tmp_path: Path) -> None:
    line = '  GROUP: {derive: "text(NAE)", codelist: L1, label: Group}\nsort:'
    assert said(tmp_path, ("domain:", "domain:"), ("sort:", line)) == [
        f"{ADSL}:9:10 CED264 ADSL.GROUP: '2' is not in the codelist List one, on 1 record; it has 1, 3"
    ]


@pytest.mark.parametrize("own", [True, False])
def test_a_list_beside_that_of_the_guide(tmp_path: Path, own: bool) -> None:
    """AESEV is 2 in the records of one line alone; the other has the terms of the guide."""
    other = ", codelist: L2" if own else ""
    blocks = (
        "sort: [AESTDTC, AETERM]\nstack:\n"
        "  - {from: ae, where: \"ae.SEV = '2'\", variables: {AESEV: {collect: ae.SEV" + other + "}}}\n"
        "  - from: ae\n    where: \"ae.SEV != '2'\"\n"
        "    variables: {AESEV: {collect: ae.SEV, ct: {1: MILD, 3: SEVERE}}}\n"
    )
    write_study(tmp_path)
    text = (tmp_path / AE).read_text()
    kept = text.replace("  AESEV:    {collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}\n", "")
    checks = "checks: [\"AESEV in ('2', 'MILD', 'SEVERE')\"]\n" if own else ""
    found = said(tmp_path, (text, kept.replace(PLACE, blocks) + checks))
    assert found == ([] if own else [f"{AE}:4:58 CED264 AE.AESEV: '2' is not in the codelist {GUIDE}"])
