"""Of several lists that the guide names for --TESTCD, the one that has the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.model import StudyPlan
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


RS = """\
domain: RS
stack:
  - {from: dose, long: [TESTS], variables: {RSCAT: {assign: RECIST 1.1}}}
  - {from: dose, long: [{test: ECOG101, result: dose.DOSE}], variables: {RSCAT: {assign: ECOG}}}
variables:
  RSDTC: {collect: dose.DOSDT, date: edc}
  VISITNUM: {absent: No visits}
"""
RECIST = "{test: OVRLRESP, kind: text, result: dose.DOSE}"
BOUND = "codelists:\n  ECOG1: {extends: C101815, variables: RSTESTCD}\n"


def planned(folder: Path, spec: str, define: str = "") -> tuple[StudyPlan | None, list[str]]:
    (folder / f"mappings/sdtm/{spec[8:10].lower()}.yaml").write_text(spec)
    if define:
        (folder / "define").mkdir(exist_ok=True)
        (folder / "define/define.yaml").write_text(define)
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    return plan_study(specs, findings) if specs is not None else None, [str(one) for one in findings]


@pytest.mark.parametrize("define", ["", BOUND])
def test_tests_of_several_published_lists_have_the_terms_of_all(tmp_path: Path, define: str) -> None:
    plan, said = planned(write_study(tmp_path), RS.replace("TESTS", RECIST), define)
    assert plan is not None, said
    bound = {v.name: v.codelist for v in plan.dataset("RS").variables}
    for name, tests in (
        ("RSTESTCD", {"OVRLRESP": "C96613", "ECOG101": "C102408"}),
        ("RSTEST", {"Overall Response": "C96613", "ECOG1-Performance Status": "C102408"}),
    ):
        codelist = bound[name]
        assert codelist is not None and (codelist.id, codelist.code) == (name, "")
        found = {term.value: term.code for term in codelist.terms}
        assert {test: found.get(test) for test in tests} == tests


def test_the_one_list_that_has_all_tests_is_bound_though_the_guide_names_another(tmp_path: Path) -> None:
    spec = RS.replace("TESTS", "{test: ECOG101, result: dose.DOSE}").replace("RECIST 1.1", "ECOG")
    plan, said = planned(write_study(tmp_path), spec)
    assert plan is not None, said
    codes = {v.name: v.codelist.code for v in plan.dataset("RS").variables if v.codelist is not None}
    assert (codes["RSTESTCD"], codes["RSTEST"]) == ("C101815", "C101816")


@pytest.mark.parametrize(
    ("first", "bound"),
    [
        ("assign: ECOG", ("CCCAT", "C118971")),
        ("assign: RECIST 1.1, codelist: C124298", ("ONCRSCAT_CCCAT", "")),
        ("assign: RECIST 1.1", ("ONCRSCAT_CCCAT", "")),
        ("collect: dose.DOSE", ("ONCRSCAT_CCCAT", "")),
    ],
)
def test_a_variable_of_several_lists_has_the_one_with_all_that_lines_write_or_the_terms_of_all(
    tmp_path: Path, first: str, bound: tuple[str, str]
) -> None:
    spec = RS.replace("TESTS", RECIST).replace("assign: RECIST 1.1", first)
    plan, said = planned(write_study(tmp_path), spec)
    assert plan is not None, said
    variable = next(v for v in plan.dataset("RS").variables if v.name == "RSCAT")
    codelist = variable.codelist
    assert codelist is not None and variable.closed and (codelist.id, codelist.code) == bound
    terms = {term.value: term.code for term in codelist.terms}
    assert terms["ECOG"] == "C102116"
    assert terms.get("RECIST 1.1") == (None if bound[1] else "C124415")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("HAMD17", "did you mean HAMD 17?"),
        (
            "ZUNG",
            "the list is extensible: declare the term in define/define.yaml under codelists, "
            "extends: C124298 or C118971",
        ),
    ],
)
def test_a_text_that_none_of_several_lists_has_is_a_fault_of_its_line(
    tmp_path: Path, text: str, hint: str
) -> None:
    spec = RS.replace("TESTS", RECIST).replace("assign: ECOG", f"assign: {text}")
    _, said = planned(write_study(tmp_path), spec)
    assert said == [
        f"mappings/sdtm/rs.yaml:4:90 CED021 '{text}' is no term of codelist ONCRSCAT (C124298) or "
        f"CCCAT (C118971) of RS.RSCAT; {hint}"
    ]


def test_written_records_are_held_against_all_of_several_lists(tmp_path: Path) -> None:
    rows = "domain: RELSPEC\nrows: [{USUBJID: T1-001, REFID: A, SPEC: BLOODY, PARENT: '', LEVEL: 1}]\n"
    folder = write_study(tmp_path)
    (folder / "mappings/sdtm/relspec.yaml").write_text(rows)
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None
    plan_study(specs, findings)
    assert [str(finding) for finding in findings if finding.code == "CED021"] == [
        "mappings/sdtm/relspec.yaml:2:42 CED021 'BLOODY' is no term of codelist SPECTYPE (C78734) or "
        "GENSMP (C111114) of RELSPEC.SPEC; did you mean BLOOD?"
    ]


def test_a_test_that_no_list_has_is_a_fault_of_the_spec_also_with_a_label(tmp_path: Path) -> None:
    _, said = planned(
        write_study(tmp_path), RS.replace("TESTS", "{test: OWN, label: Own, result: dose.DOSE}")
    )
    assert said == [
        "mappings/sdtm/rs.yaml:3:32 CED021 'OWN' is no term of codelist RSTESTCD of RS.RSTESTCD; the list is "
        "extensible: declare the term in define/define.yaml under codelists, extends: C96782"
    ]


QS = """\
domain: QS
from: dose
long: [{test: ADCCMD01, result: dose.DOSE}]
variables:
  QSCAT: {assign: ADAS-COG CDISC VERSION}
  QSDTC: {collect: dose.DOSDT, date: edc}
  VISITNUM: {absent: No visits}
"""


def test_where_the_guide_names_no_list_the_message_names_the_list_that_has_the_test(tmp_path: Path) -> None:
    _, said = planned(write_study(tmp_path), QS)
    assert said[:1] == [
        "mappings/sdtm/qs.yaml:3:15 CED021 the terminology has no name for test ADCCMD01; ADCTC (C100132) "
        "has it: bind the list to QSTESTCD in define/define.yaml under codelists"
    ]
