"""``not_done``: a condition that is unknown, as with an empty raw column, does not take a result away."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.describe.chain import Chains
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import recompute
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


def planned(tmp_path: Path, spec: str, rows: str) -> tuple[StudyPlan, Path]:
    """The small study with this VS, its dosing table with a column ND and these rows."""
    folder = write_study(tmp_path, {"mappings/sources.yaml": ("DOSDT, DOSE]", "DOSDT, DOSE, ND]")})
    (folder / "mappings/sdtm/vs.yaml").write_text(spec)
    (folder / "raw/dose.csv").write_text("SUBJ,DAY,DOSDT,DOSE,ND\n" + rows)
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert plan is not None, [str(f) for f in findings]
    return plan, folder


def test_a_test_is_done_unless_the_condition_is_true(tmp_path: Path) -> None:
    rows = "001,1,10-FEB-2020,5,\n001,2,11-FEB-2020,6,N\n002,1,12-FEB-2020,,Y\n"
    plan, folder = planned(tmp_path, VS, rows)
    frames, _ = build_datasets(plan, read_raw(folder / "raw", plan, Findings()))
    assert frames["VS"].select("VSORRES", "VSSTRESN", "VSSTAT").rows() == [
        ("5", 5.0, None),
        ("6", 6.0, None),
        (None, None, "NOT DONE"),
    ]


def test_a_result_of_a_test_that_was_not_done_is_a_fault(tmp_path: Path) -> None:
    plan, folder = planned(tmp_path, VS, "001,1,10-FEB-2020,5,Y\n002,1,12-FEB-2020,,Y\n")
    with pytest.raises(Stopped) as stopped:
        build_datasets(plan, read_raw(folder / "raw", plan, Findings()))
    assert [str(finding).replace(f"{folder}/", "") for finding in stopped.value.findings] == [
        "mappings/sdtm/vs.yaml:4:28 CED285 VS.VSORRES: '5' of dose.DOSE is a result of a test that was not "
        "done; correct the data, or the condition of 'not_done'\n    dose.csv line 2, subject T1-001"
    ]


def test_the_method_says_that_a_result_of_a_test_that_was_not_done_is_refused(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, VS, "001,1,10-FEB-2020,5,\n")
    step = Chains(plan).step("VS.VSORRES")
    assert [way.words for way in step.ways] == [
        'DOSE (dose) if it is not true that ND (dose) is "Y"; '
        "otherwise missing, and a value of DOSE (dose) is refused."
    ]


def test_a_result_may_itself_say_that_the_test_was_not_done(tmp_path: Path) -> None:
    spec = VS.replace("dose.ND = 'Y'", "dose.ND = 'LOST'").replace("result: dose.DOSE", "result: dose.ND")
    plan, folder = planned(tmp_path, spec, "001,1,10-FEB-2020,5,LOST\n002,1,12-FEB-2020,5,70\n")
    frames, _ = build_datasets(plan, read_raw(folder / "raw", plan, Findings()))
    assert frames["VS"].select("VSORRES", "VSSTAT").rows() == [(None, "NOT DONE"), ("70", None)]


@pytest.mark.parametrize("decoded", ["", ", ct: {5: FIVE, 6: SIX}"])
def test_a_result_under_a_condition_makes_no_record_where_that_does_not_hold(
    tmp_path: Path, decoded: str
) -> None:
    line = f"{{collect: dose.DOSE, when: \"dose.ND != 'N'\"{decoded}}}, kind: text, unit: kg"
    spec = VS.replace("result: dose.DOSE, unit: kg", f"result: {line}")
    spec = spec.replace("not_done: {when: \"dose.ND = 'Y'\"}\n", "")
    rows = "001,1,10-FEB-2020,5,X\n001,2,11-FEB-2020,6,N\n002,1,12-FEB-2020,5,\n"
    plan, folder = planned(tmp_path, spec, rows)
    tables = read_raw(folder / "raw", plan, Findings())
    frames, _ = build_datasets(plan, tables)
    assert frames["VS"]["VSORRES"].to_list() == ["FIVE" if decoded else "5"]
    second, _ = recompute(plan, {n: t.frame.drop(ROW).to_dicts() for n, t in tables.items()})
    assert [record["VSORRES"] for record in second["VS"]] == frames["VS"]["VSORRES"].to_list()


def test_a_fault_names_the_line_of_the_test_that_made_the_value(tmp_path: Path) -> None:
    long = (
        "  - {test: WEIGHT, result: dose.DOSE, unit: kg}\n"
        "  - {test: HEIGHT, result: dose.DAY, unit: cm}\n"
        '  - {test: TEMP, result: dose.DAY, unit: {derive: "lower(dose.ND)"}, standard: C}\n'
    )
    spec = VS.replace("  - {test: WEIGHT, result: dose.DOSE, unit: kg}\n", long)
    spec = spec.replace("dose.ND = 'Y'", "dose.DAY = '9'")
    plan, folder = planned(tmp_path, spec, "001,1,10-FEB-2020,5,x\n")
    with pytest.raises(Stopped) as stopped:
        build_datasets(plan, read_raw(folder / "raw", plan, Findings()))
    places = {str(f.where).replace(f"{folder}/", "") for f in stopped.value.findings if f.code == "CED264"}
    assert places == {"mappings/sdtm/vs.yaml:6:42"}


@pytest.mark.parametrize(
    "decoded", ['ct: {X: HEAVY, N: ""}', 'ct: {X: HEAVY}, else: ""', 'ct: {x: HEAVY, n: ""}, case: ignore']
)
@pytest.mark.parametrize("not_done", ["", "not_done: {when: \"dose.ND = 'Y'\"}\n"])
def test_a_code_without_a_term_makes_no_record(tmp_path: Path, decoded: str, not_done: str) -> None:
    spec = VS.replace("not_done: {when: \"dose.ND = 'Y'\"}\n", not_done)
    spec = spec.replace(
        "result: dose.DOSE, unit: kg", f"result: {{collect: dose.ND, {decoded}}}, kind: text, unit: kg"
    )
    plan, folder = planned(
        tmp_path, spec, "001,1,10-FEB-2020,5,X\n001,2,11-FEB-2020,6,N\n002,1,12-FEB-2020,5,\n"
    )
    tables = read_raw(folder / "raw", plan, Findings())
    frames, _ = build_datasets(plan, tables)
    assert frames["VS"]["VSORRES"].to_list() == ["HEAVY"]
    second, _ = recompute(plan, {n: t.frame.drop(ROW).to_dicts() for n, t in tables.items()})
    assert [record["VSORRES"] for record in second["VS"]] == ["HEAVY"]


def test_a_code_that_ct_lacks_is_a_fault_beside_one_without_a_term(tmp_path: Path) -> None:
    result = 'result: {collect: dose.ND, ct: {X: HEAVY, N: ""}}, kind: text, unit: kg'
    spec = VS.replace("result: dose.DOSE, unit: kg", result)
    plan, folder = planned(tmp_path, spec, "001,1,10-FEB-2020,5,Z\n002,1,12-FEB-2020,5,N\n")
    with pytest.raises(Stopped) as stopped:
        build_datasets(plan, read_raw(folder / "raw", plan, Findings()))
    assert [finding.code for finding in stopped.value.findings] == ["CED250"]


REASON = VS.replace("dose.ND = 'Y'\"}", "dose.DAY = '9'\", reason: dose.ND}")


def reasons_at_fault(tmp_path: Path, spec: str, rows: str) -> list[str]:
    plan, folder = planned(tmp_path, spec, rows)
    tables = read_raw(folder / "raw", plan, Findings())
    _, second = recompute(plan, {n: t.frame.drop(ROW).to_dicts() for n, t in tables.items()})
    try:
        build_datasets(plan, tables)
    except Stopped as stopped:
        assert second
        return [str(finding).replace(f"{folder}/", "") for finding in stopped.findings.errors]
    assert second == []
    return []


def test_a_reason_beside_a_result_is_a_fault(tmp_path: Path) -> None:
    rows = "001,1,10-FEB-2020,5,Refused\n001,9,11-FEB-2020,,Lost\n002,1,12-FEB-2020,5,\n"
    rows += "002,2,12-FEB-2020,,Asleep\n"
    assert reasons_at_fault(tmp_path, REASON, rows) == [
        "mappings/sdtm/vs.yaml:5:44 CED840 VS.VSREASND: 'Refused' of dose.ND is a reason of 'not_done' "
        "beside results alone; correct the data, or tell in the line of the reason 'when' it is one\n"
        "    dose.csv line 2, subject T1-001"
    ]


def test_a_reason_may_be_that_of_another_test_of_the_row(tmp_path: Path) -> None:
    two = "  - {test: HEIGHT, result: dose.DAY, unit: cm}\n"
    two += "not_done: {when: \"{result} = '9'\", reason: dose.ND}\n"
    spec = VS.replace("not_done: {when: \"dose.ND = 'Y'\"}\n", two)
    assert reasons_at_fault(tmp_path, spec, "001,9,10-FEB-2020,5,Refused\n002,1,12-FEB-2020,9,Lost\n") == []
    found = reasons_at_fault(tmp_path, spec, "001,1,10-FEB-2020,5,Refused\n")
    assert [one.partition(":")[2].partition(" VS")[0] for one in found] == ["6:44 CED840"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reason: dose.ND", "reason: {collect: dose.ND, when: \"dose.DAY = '9'\"}"),
        ("dose.DAY = '9'", "dose.ND = 'Refused' and dose.DOSE is missing"),
    ],
)
def test_a_reason_whose_condition_is_written_is_none_elsewhere(tmp_path: Path, old: str, new: str) -> None:
    assert reasons_at_fault(tmp_path, REASON.replace(old, new), "001,1,10-FEB-2020,5,Refused\n") == []
