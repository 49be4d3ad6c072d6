"""Findings of the CDISC CORE engine held against findings.yaml, by the ids of its rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from core_study import RECORDED, core_study
from small_folder import run

from ced_cdisc.check.core.driver import outcome

FILE = Path("findings.yaml")
CALL = (
    "study",
    "--findings",
    "findings.yaml",
    "--core-report",
    "report.json",
    "--records",
    "1",
    "--show-ids",
)
LISTED = (
    "warning CEDX-000001 (engine)  AGE is 40 or more\n"
    "  DM: AGE is 40 or more: 3 records\n"
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    core_study(Path("study"))
    report(lambda _: None)


def report(change: Callable[[dict[str, Any]], object]) -> None:
    """The recorded report with a change, beside the folder."""
    told = json.loads((RECORDED / "report.json").read_text(encoding="utf-8"))
    change(told)
    Path("report.json").write_text(json.dumps(told), encoding="utf-8")


def write(entry: str) -> None:
    FILE.write_text(f"findings:\n- {{{entry}}}\n", encoding="utf-8")


def accepted() -> Result:
    return run(*CALL, "--accept", "CEDX-000001", "--person", "A. Bee", "--reason", "All are adults.")


def standing() -> str:
    said = json.loads(run(*CALL, "--format", "json").stdout)
    (failure,) = (f for rule in said["engine"]["rules"] for f in rule["failures"])
    return failure["standing"]


def test_a_finding_of_the_engine_is_accepted() -> None:
    FILE.write_text("findings: []\n", encoding="utf-8")
    assert LISTED in run(*CALL).output
    assert accepted().stderr == ("findings.yaml: 1 added, 0 renewed\n  added    warning CEDX-000001 in DM\n")
    text = FILE.read_text(encoding="utf-8")
    assert text.startswith("findings:\n  - rule: CEDX-000001\n    dataset: DM\n    records: 3\n    digest: ")
    result = run(*CALL)
    assert LISTED not in result.output and "\n1 accepted, " in result.output
    assert (
        LISTED
        + "      accepted by A. Bee (findings.yaml:2): All are adults.\n      row 2 S1-01-002: AGE=40.0"
    ) in run(*CALL, "--all").output
    assert standing() == "accepted"


def test_all_stands_for_its_findings_too() -> None:
    FILE.write_text("findings: []\n", encoding="utf-8")
    run(*CALL, "--accept", "all", "--person", "A. Bee", "--reason", "So it is.")
    assert standing() == "accepted"


def moved(told: dict[str, Any]) -> None:
    """Another order, other rows, another wording."""
    issues = told["Issue_Details"]
    issues[0], issues[2] = issues[2], issues[0]
    for number, issue in enumerate(issues[:3]):
        issue["row"] = 10 - number
        issue["message"] = "The age is 40 or above"
        issue["variables"].reverse()
        issue["values"].reverse()


def test_neither_rows_nor_order_nor_wording_change_it() -> None:
    FILE.write_text("findings: []\n", encoding="utf-8")
    accepted()
    report(moved)
    assert standing() == "accepted"


def test_another_value_or_record_changes_it() -> None:
    FILE.write_text("findings: []\n", encoding="utf-8")
    accepted()
    report(lambda told: told["Issue_Details"][0]["values"].__setitem__(1, "44.0"))
    assert standing() == "changed"
    report(lambda told: (told["Issue_Details"].pop(0), told["Issue_Summary"][0].update(issues=2)))
    assert "      changed: 3 records were accepted by A. Bee (findings.yaml:2): All are adults.\n" in (
        run(*CALL).output
    )


def test_an_entry_without_a_digest_counts_the_records() -> None:
    """As a list of known findings of other checkers has it; the variable is not the engine's to name."""
    write("rule: CEDX-000001, dataset: DM, variable: AGE, records: 3, reason: So it is.")
    assert standing() == "accepted"
    write("rule: CEDX-000001, dataset: DM, records: 2, reason: So it is.")
    assert standing() == "changed"
    write("rule: CEDX-000001, dataset: DM, records: any, reason: So it is.")
    assert standing() == "accepted"
    write("rule: CEDX-000001, dataset: DM, records: 3, where: {USUBJID: A}, reason: So it is.")
    assert standing() == "new"


def test_beside_a_rule_of_ours_the_digest_is_not_the_engines() -> None:
    entry = (
        "findings:\n- rule: [CED-S012, CEDX-000001]\n  dataset: DM\n  records: {}\n"
        "  digest: 0123456789abcdef\n  person: A\n  reason: So it is.\n"
    )
    FILE.write_text(entry.format(3), encoding="utf-8")
    assert standing() == "accepted"
    FILE.write_text(entry.format(2), encoding="utf-8")
    assert standing() == "changed"
    assert accepted().stderr.startswith("findings.yaml: 1 added, 0 renewed\n"), "an entry of its own"
    assert standing() == "accepted"


def test_an_entry_that_the_engine_passes_is_gone() -> None:
    write("rule: CEDX-000002, dataset: DM, reason: So it is.")
    assert "findings.yaml:2:3: CEDX-000002 finds nothing in DM any more\n" in run(*CALL).output
    write("rule: CEDX-000003, dataset: DM, reason: So it is.")
    assert "CED625" not in run(*CALL).output, "it was skipped"
    write("rule: CEDX-000002, dataset: DM, reason: So it is.")
    assert "CED625" not in run("study", "--findings", "findings.yaml").output, "the engine was not run"


def test_the_driver_leaves_out_rows_and_order() -> None:
    def errors(*ages: int, first: int = 1) -> dict[str, Any]:
        found = [
            {"row": first + n, "USUBJID": f"S-{age}", "SEQ": None, "value": {"AGE": age}}
            for n, age in enumerate(ages)
        ]
        return {"dataset": "DM", "executionStatus": "issue reported", "errors": found}

    digest = outcome(errors(40, 41), 1)["digest"]
    assert outcome(errors(41, 40, first=7), 2)["digest"] == digest
    assert outcome(errors(40, 42), 1)["digest"] != digest
