"""What a findings.yaml can say wrongly, each with its whole text; the finding then counts as new."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_folder import run, small_folder

from ced_cdisc.core.findings import Findings
from ced_cdisc.write.readings import read_known

RULES = ("CED-C001", "CED-S003", "CED-V008")
GOOD = "{rule: CED-C001, dataset: DM, variable: SEX, records: any, person: A. Bee, reason: So it is.}"


def said(tmp_path: Path, *entries: str) -> tuple[int, list[str]]:
    """How many entries are said right, and what is told of the others."""
    file = tmp_path / "findings.yaml"
    file.write_text("findings:\n" + "".join(f"- {one}\n" for one in entries), encoding="utf-8")
    findings = Findings()
    known = read_known(file, "findings.yaml", findings, rules=RULES)
    return len(known), [str(one) for one in findings.sorted()]


FAULTS = [
    (
        GOOD.replace("CED-C001", "CED-C010"),
        "findings.yaml:2:10 CED620 the check has no rule CED-C010; did you mean CED-C001?",
    ),
    (
        GOOD.replace("CED-C001", "CDE-C001"),
        "findings.yaml:2:10 CED620 the check has no rule CDE-C001; did you mean CED-C001?",
    ),
    (
        GOOD.replace("CED-C001", "CED-Z999"),
        "findings.yaml:2:10 CED620 the check has no rule CED-Z999; docs/conformance-rules.md lists them",
    ),
    (
        GOOD.replace("CED-C001", "CED604"),
        "findings.yaml:2:10 CED620 CED604 is a fault of a file, not of what it says, and cannot be accepted; "
        "mend the file",
    ),
    (
        GOOD.replace("person", "until: 2025-02-29, person"),
        "findings.yaml:2:69 CED621 until is '2025-02-29'; write a day of the calendar as YYYY-MM-DD",
    ),
    (
        GOOD.replace("person", "until: 20250228, person"),
        "findings.yaml:2:69 CED621 until is '20250228'; write a day of the calendar as YYYY-MM-DD",
    ),
    (
        GOOD.replace("person: A. Bee, ", ""),
        "findings.yaml:2:3 CED622 the entry of CED-C001 does not say who accepts the finding; write "
        "person: and a name",
    ),
    (
        GOOD.replace("A. Bee", "' '"),
        "findings.yaml:2:3 CED622 the entry of CED-C001 does not say who accepts the finding; write "
        "person: and a name",
    ),
    (
        GOOD.replace("So it is.", "''"),
        "findings.yaml:2:3 CED622 the entry gives no reason; say why it may stand",
    ),
    (
        GOOD.replace(", reason: So it is.", ""),
        "findings.yaml:2:3 CED007 the key 'reason' is missing",
    ),
    (
        GOOD.replace("records: any, ", ""),
        "findings.yaml:2:3 CED623 the entry of CED-C001 does not say what it covers; delete it and have it "
        "written with --accept, or write records: any",
    ),
    (
        GOOD.replace("records: any", "digest: 0123456789ABCDEF"),
        "findings.yaml:2:56 CED623 '0123456789ABCDEF' is no digest; write 16 of the digits that the check "
        "gives, as --accept does",
    ),
    (
        GOOD.replace("records: any", "digest: 0123"),
        "findings.yaml:2:56 CED623 '0123' is no digest; write 16 of the digits that the check gives, as "
        "--accept does",
    ),
    (
        GOOD.replace("person", "where: {USUBJID: A1}, person"),
        "findings.yaml:2:3 CED626 the entry of CED-C001 is about some records only, which a digest cannot "
        "tell; take `where` out; the digest covers all records of the finding",
    ),
    (
        GOOD.replace("CED-C001", "[CED-C001, CED-S003]"),
        "findings.yaml:2:3 CED627 the entry is of several rules of the check: CED-C001, CED-S003; write an "
        "entry for each",
    ),
    (
        GOOD.replace("any", "many"),
        "findings.yaml:2:57 CED137 records is 'many'; write a whole number, or any",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "message"), FAULTS)
def test_an_entry_that_is_not_said_right(tmp_path: Path, entry: str, message: str) -> None:
    known, told = said(tmp_path, entry, GOOD.replace("SEX", "RACE"))
    assert told == [message]
    assert known == (0 if "CED007" in message else 1), "the other entries count"


def test_an_entry_about_the_same_is_told(tmp_path: Path) -> None:
    digest = "records: any", "digest: '{}'"
    first, longer, other = (
        GOOD.replace(digest[0], digest[1].format(one)) for one in ("a" * 16, "a" * 64, "b" * 16)
    )
    assert said(tmp_path, first, longer, other) == (
        2,
        [
            "findings.yaml:3:3 CED624 the entry is about the same as the one in line 2: CED-C001 in DM.SEX; "
            "keep one of them"
        ],
    )
    packages = (GOOD.replace("dataset", f"package: {one}, dataset") for one in ("sdtm", "adam"))
    assert said(tmp_path, *packages) == (2, [])
    foreign = "{{rule: FB1, dataset: DM, where: {{USUBJID: {}}}, reason: So it is.}}"
    assert said(tmp_path, foreign.format(1), foreign.format(2)) == (2, [])


def test_rules_of_other_checkers_need_a_reason_alone(tmp_path: Path) -> None:
    ids = ("CORE-000321", "CG0041", "FB3103", "AD46", "SDTM-029", "SD0037", "DD0061")
    assert said(tmp_path, *(f"{{rule: {one}, dataset: DM, reason: So it is.}}" for one in ids)) == (7, [])
    assert said(tmp_path, "{rule: CORE-000001, reason: Of the study as a whole.}") == (1, [])


def test_the_check_tells_the_fault_and_counts_the_finding_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    small_folder(Path("study"))
    Path("findings.yaml").write_text(f"findings:\n- {GOOD.replace('A. Bee', '')}\n", encoding="utf-8")
    call = ("study", "--standard", "CT=2024-09-27", "--findings", "findings.yaml")
    result = run(*call)
    assert (
        "held against findings.yaml\n\n"
        "error CED622  findings.yaml:2:3: the entry of CED-C001 does not say who accepts the finding\n"
        "  do: write person: and a name\n"
    ) in result.output
    assert "\n0 accepted, 4 new, 0 changed, 0 expired\n" in result.output
    for path in Path("study").glob("*.xpt"):
        path.unlink()
    Path("findings.yaml").write_text("findings: [\n", encoding="utf-8")
    assert "CED001" in run(*call).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--findings", "nothing.yaml"], "there is no file nothing.yaml"),
        (["--today", "10.1.2026"], "--today needs a day as YYYY-MM-DD, not 10.1.2026"),
        (["--package", "sdtm"], "--package goes with --findings: no findings.yaml is read"),
        (["--reason", "So."], "--reason goes with --accept"),
        (["--until", "2026-01-01"], "--until goes with --accept"),
        (["--accept", "all"], "--accept needs --person, who says that the findings may stand"),
        (
            ["--accept", "all", "--person", "A", "--until", "2026"],
            "--until needs a day as YYYY-MM-DD, not 2026",
        ),
        (
            ["--accept", "all", "--person", "A"],
            "name the file to write to with --findings, such as --findings findings.yaml",
        ),
        (
            ["--accept", "all", "--person", "A", "--findings", "no/findings.yaml"],
            "there is no folder no",
        ),
    ],
)
def test_wrong_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    small_folder(Path("study"))
    result = run("study", *arguments)
    assert (result.output, result.exit_code) == (f"Error: {message}\n", 2)
