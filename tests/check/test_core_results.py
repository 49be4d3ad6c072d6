"""What the CORE engine said, recorded from real runs, as result, text and JSON, and the command around it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from core_study import RECORDED, answering, core_study

from ced_cdisc.check.core.answer import engine_result, read_answer
from ced_cdisc.check.core.report import read_report
from ced_cdisc.check.core.run import CoreSettings, CoreStudy, run_core
from ced_cdisc.check.core.wrong import WrongAnswer
from ced_cdisc.cli import main
from ced_cdisc.conformance.second_opinion import with_ours
from ced_cdisc.core.conformance import CheckResult, EngineResult, EngineRule, RuleText
from ced_cdisc.core.findings import Severity
from ced_cdisc.report.check_json import check_json
from ced_cdisc.report.engine_text import engine_lines


def answered() -> EngineResult:
    return engine_result(read_answer(RECORDED / "answer.json"), "SDTMIG 3.4")


def outcome(status: str, cause: str = "", dataset: str = "DM") -> dict[str, Any]:
    made: dict[str, Any] = {"dataset": dataset, "status": status, "cause": cause, "reason": "so"}
    return {**made, "variables": [], "count": int(status == "issues"), "digest": "", "issues": []}


def one_rule(tmp_path: Path, *outcomes: dict[str, Any]) -> EngineRule:
    rule = {"id": "CORE-000001", "public": [], "message": "m", "description": "d", "outcomes": outcomes}
    answer = {"schema": 1, "engine": "0", "python": "3", "lacking": [], "rules": [rule]}
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer))
    return engine_result(read_answer(path), "SDTMIG 3.4").rules[0]


def test_text_of_the_recorded_answer() -> None:
    assert list(engine_lines(answered())) == [
        "CDISC CORE engine 0.17.1 (Python 3.12.1), SDTMIG 3.4: 5 rules",
        "  1 passed, 1 with findings, 1 skipped, 1 not carried out, 1 out of scope",
        "warning CEDX-000001 (engine)  AGE is 40 or more [OWN0001]",
        "  DM: AGE is 40 or more: 3 records",
        "      row 2 S1-01-002: AGE=40 AGEU=YEARS",
        "      row 3 S1-01-003: AGE=41 AGEU=YEARS",
        "      and 1 more",
        "skipped by the engine, so not checked:",
        "  CEDX-000003  DM: Column not found in data: DMXX",
        "not carried out by the engine, so not checked:",
        "  CEDX-000004  DM: Rule format error: Rule contains invalid operator",
        "out of the scope of every dataset: CEDX-000005",
    ]


def test_text_of_the_recorded_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(RECORDED)
    assert list(engine_lines(read_report(Path("report.json"), records=1))) == [
        "CDISC CORE engine 0.17.1 (report report.json), SDTMIG 3.4: 5 rules",
        "  1 passed, 1 with findings, 2 skipped, 1 not carried out, 0 out of scope",
        "warning CEDX-000001 (engine)  AGE is 40 or more",
        "  DM: AGE is 40 or more: 3 records",
        "      row 2 S1-01-002: AGE=40.0 AGEU=YEARS",
        "      and 2 more",
        "skipped by the engine, so not checked:",
        "  CEDX-000003  the report does not say why",
        "  CEDX-000005  the report does not say why",
        "not carried out by the engine, so not checked:",
        "  CEDX-000004  DM: rule execution error - Rule format error: Rule contains invalid operator",
    ]


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((outcome("passed"), outcome("skipped", "Outside scope", "AE")), "passed"),
        ((outcome("passed"), outcome("skipped", "Column not found in data", "AE")), "skipped"),
        ((outcome("passed"), outcome("error", "KeyError", "AE")), "execution error"),
        ((outcome("issues"), outcome("error", "KeyError", "AE")), "execution error"),
        ((outcome("issues"), outcome("skipped", "Empty dataset", "AE")), "issues"),
        ((outcome("skipped", "Outside scope"),), "out of scope"),
        ((), "out of scope"),
    ],
)
def test_only_what_was_wholly_checked_is_passed(
    tmp_path: Path, outcomes: tuple[dict[str, Any], ...], status: str
) -> None:
    rule = one_rule(tmp_path, *outcomes)
    assert rule.status == status
    told = {o["dataset"] for o in outcomes if o["status"] == "error" or o["cause"][:3] in ("Col", "Emp")}
    assert {note.dataset for note in (*rule.skips, *rule.errors)} == told


def test_skips_for_one_reason_stand_on_a_line(tmp_path: Path) -> None:
    empty = [
        outcome("skipped", "Empty dataset", name)
        | {"reason": f"no rows. rule id=CORE-000001, dataset={name}"}
        for name in ("AE", "LB")
    ]
    rule = one_rule(tmp_path, *empty, outcome("skipped", "Column not found in data", "DM"))
    assert list(engine_lines(EngineResult("0", "SDTMIG 3.4", "Python 3", (rule,))))[2:] == [
        "skipped by the engine, so not checked:",
        "  CORE-000001  AE, LB: Empty dataset: no rows. rule id=CORE-000001",
        "  CORE-000001  DM: Column not found in data: so",
    ]


def test_our_rules_of_the_same_public_id_stand_beside(tmp_path: Path) -> None:
    rule = one_rule(tmp_path, outcome("issues"))
    ours = RuleText("CED-X001", "x", "t", "s", "d", Severity.ERROR, "SDTMIG", public=("CORE-000001",))
    other = RuleText("CED-X002", "x", "t", "s", "d", Severity.ERROR, "SDTMIG", public=("CORE-000002",))
    named = with_ours(EngineResult("0", "SDTMIG 3.4", "Python 3", (rule,)), [ours, other])
    assert list(engine_lines(named))[2] == "warning CORE-000001 (engine)  m [= CED-X001]"


def test_json_has_all_that_the_text_has() -> None:
    data = json.loads(check_json(CheckResult("f", engine=answered())))["engine"]
    assert [r["status"] for r in data["rules"]] == [
        "issues", "passed", "skipped", "execution error", "out of scope",
    ]  # fmt: skip
    assert data["rules"][2]["skips"] == [
        {"dataset": "DM", "cause": "Column not found in data", "reason": "DMXX"}
    ]
    assert data["rules"][0]["failures"][0]["count"] == 3


def test_findings_of_the_engine_count_as_warnings_and_the_rest_as_nothing() -> None:
    result = CheckResult("f", engine=answered())
    assert result.count(Severity.WARNING) == 1
    assert (result.exit_code("error"), result.exit_code("warning")) == (0, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Rules_Report": None}, "is not of the form: Rules_Report: Input should be a valid array"),
        ({"Issue_Details": [{}]}, "is not of the form: Issue_Details.0.core_id: Field required"),
        ({"Conformance_Details": []}, "is not of the form: Conformance_Details: Input should be an object"),
    ],
)
def test_a_report_that_is_none(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    report = json.loads((RECORDED / "report.json").read_text())
    path = tmp_path / "report.json"
    path.write_text(json.dumps({**report, **change}))
    with pytest.raises(WrongAnswer) as told:
        read_report(path, records=5)
    assert str(told.value) == message


def command(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["check", str(folder), *map(str, arguments)])


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
def test_command_runs_the_engine_beside_our_rules(tmp_path: Path) -> None:
    core_study(tmp_path / "sdtm")
    python = answering(tmp_path)
    arguments = ("--core", "--core-python", python, "--core-rules", RECORDED / "rules")
    result = command(
        tmp_path / "sdtm", *arguments, "--standard", "SDTMIG=3.4", "--fail-on", "none", "--show-ids"
    )
    assert result.exit_code == 0
    assert "\n".join(engine_lines(answered())) in result.output
    assert "2 datasets (AE 4, DM 4)" in result.output


def test_without_a_version_of_the_guide_the_engine_is_not_run(tmp_path: Path) -> None:
    core_study(tmp_path / "sdtm")
    arguments = ("--core", "--core-python", "no/python", "--core-rules", RECORDED / "rules")
    result = command(tmp_path / "sdtm", *arguments)
    assert result.exit_code == 1
    place = (tmp_path / "sdtm").as_posix()
    assert (
        f"error CED684  the version of SDTMIG of {place} is not told, which the CORE engine needs\n"
        "  do: name it with --standard, such as --standard SDTMIG=3.4\n"
    ) in result.output


def test_command_reads_a_report(tmp_path: Path) -> None:
    core_study(tmp_path)
    result = command(tmp_path, "--core-report", RECORDED / "report.json", "--fail-on", "none")
    assert result.exit_code == 0
    assert "warning CEDX-000001 (engine)  AGE is 40 or more\n" in result.output


def test_a_fault_of_the_engine_fails_the_check(tmp_path: Path) -> None:
    core_study(tmp_path)
    arguments = ("--core", "--core-python", "no/python", "--core-cache", "no/cache")
    result = command(tmp_path, *arguments, "--standard", "SDTMIG=3.4")
    assert result.exit_code == 1
    assert (
        "error CED683  no/cache is no folder, so the CORE engine has no cache\n  do: name the folder\n"
        in result.output
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--core",), "--core needs --core-python, the Python that has cdisc-rules-engine"),
        (
            ("--core", "--core-python", "p"),
            "--core needs --core-cache, the folder of the engine's rules, or --core-rules",
        ),
        (
            ("--core", "--core-report", "r"),
            "--core runs the engine, --core-report reads what it wrote: take one of them",
        ),
        (
            ("--core-python", "p"),
            "--core-python, --core-cache, --core-rules and --core-timeout go with --core",
        ),
        (
            ("--core-report", "no/report"),
            "no/report is no report of the CORE engine that can be read: it cannot be read: "
            "No such file or directory",
        ),
    ],
)
def test_a_wrong_call(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    core_study(tmp_path)
    result = command(tmp_path, *arguments)
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")


def test_the_engine_itself_says_what_is_recorded(tmp_path: Path) -> None:
    python = os.environ.get("CED_CDISC_CORE_PYTHON")
    if not python:
        pytest.skip("CED_CDISC_CORE_PYTHON names no Python with cdisc-rules-engine")
    study = CoreStudy("3.4", core_study(tmp_path / "sdtm"))
    result, findings = run_core(CoreSettings(Path(python), rules=RECORDED / "rules"), study, records=2)
    assert findings == []
    assert result is not None
    assert result.rules == answered().rules
