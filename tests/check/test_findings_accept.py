"""``ced-cdisc check --accept``: entries written into findings.yaml, and nothing else in it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_folder import AE, small_folder, write_dataset
from small_folder import run as masked_run

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.edit import CannotEdit
from ced_cdisc.spec.findings_edit import edited
from ced_cdisc.spec.known_findings import KnownFinding
from ced_cdisc.write.readings import read_known


def run(*words: str) -> Result:
    """A check that names subjects: what is masked is tested in test_check_masked.py."""
    return masked_run(*words, "--show-ids")


CALL = ("study", "--standard", "CT=2024-09-27", "--findings", "findings.yaml", "--today", "2026-01-10")
BY = ("--person", "A. Bee", "--reason", "Dates as collected: see the plan.")
FILE = Path("findings.yaml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_folder(tmp_path / "study")


def accept(*arguments: str) -> Result:
    return run(*CALL, *(part for one in arguments for part in ("--accept", one)))


def entries() -> list[dict[str, Any]]:
    return yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)["findings"]


def test_a_new_file(folder: Path) -> None:
    result = run(*CALL, *BY, "--accept", "CED-V008", "--accept", "CED-S026:AE", "--until", "2026-03-01")
    assert result.stderr == (
        "findings.yaml: 2 added, 0 renewed\n"
        "  added    warning CED-S026 in AE.AESTDY\n"
        "  added    error CED-V008 in AE.AESTDTC\n"
    )
    day, dates = (one["digest"] for one in entries())
    assert [len(day), len(dates)] == [16, 16]
    assert FILE.read_text(encoding="utf-8") == (
        "# Findings of checks that are known and may stand, each with the reason; see docs/findings.md of "
        "ced-cdisc.\n"
        "findings:\n"
        "  - rule: CED-S026\n"
        "    dataset: AE\n"
        "    variable: AESTDY\n"
        f'    digest: "{day}"\n'
        "    person: A. Bee\n"
        "    until: 2026-03-01\n"
        '    reason: "Dates as collected: see the plan."\n'
        "  - rule: CED-V008\n"
        "    dataset: AE\n"
        "    variable: AESTDTC\n"
        "    records: 2\n"
        f'    digest: "{dates}"\n'
        "    person: A. Bee\n"
        "    until: 2026-03-01\n"
        '    reason: "Dates as collected: see the plan."\n'
    )
    assert "\n2 accepted (1 error), 2 new, 0 changed, 0 expired (--all lists them all)\n" in result.stdout
    assert run(*CALL).stdout == result.stdout


def test_all_stands_for_warnings_and_never_for_errors(folder: Path) -> None:
    result = run(*CALL, *BY, "--accept", "all")
    assert result.stderr == (
        "findings.yaml: 1 added, 0 renewed\n"
        "  added    warning CED-S026 in AE.AESTDY\n"
        "3 errors are not accepted; an error is accepted by its rule alone, such as --accept CED-C001\n"
    )
    assert [one["rule"] for one in entries()] == ["CED-S026"]
    assert result.exit_code == 1


def test_a_fault_of_reading_is_never_accepted(folder: Path) -> None:
    (folder / "lb.xpt").write_bytes(b"no transport file")
    result = run(*CALL, *BY, "--accept", "all", "--accept", "CED-S003", "--accept", "CED-V008")
    assert [one["rule"] for one in entries()] == ["CED-S003", "CED-S026", "CED-V008"]
    assert result.exit_code == 1
    before = FILE.read_bytes()
    result = run(*CALL, *BY, "--accept", "CED301")
    assert result.stderr == "Error: --accept CED301: the fault of a file cannot be accepted; mend the file\n"
    assert FILE.read_bytes() == before


def test_a_changed_finding_is_renewed_in_place_with_its_reason(folder: Path) -> None:
    run(*CALL, *BY, "--accept", "CED-V008", "--accept", "CED-S026", "--until", "2026-03-01")
    text = FILE.read_text(encoding="utf-8").replace(
        "    until: 2026-03-01\n", "    until: 2026-03-01  # for now\n"
    )
    FILE.write_text("# ours\n" + text + "  # the end\n", encoding="utf-8")
    before = FILE.read_text(encoding="utf-8")
    write_dataset(folder, "AE", [*AE, {**AE[2], "AESEQ": 2.0, "AESTDTC": "APR2020"}])
    result = run(*CALL, "--accept", "CED-V008", "--person", "C. Dee", "--reason", "Another one.")
    assert result.stderr == (
        "findings.yaml: 0 added, 1 renewed\n  renewed  error CED-V008 in AE.AESTDTC; its reason stays\n"
    )
    old, new = before.splitlines(), FILE.read_text(encoding="utf-8").splitlines()
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b and "digest" not in a] == [
        ("    records: 2", "    records: 3"),
        ("    person: A. Bee", "    person: C. Dee"),
    ]
    assert sum(a != b for a, b in zip(old, new, strict=True)) == 3
    assert "2 accepted (1 error), 2 new, 0 changed" in result.stdout


def test_an_expired_one_is_renewed_with_another_day(folder: Path) -> None:
    run(*CALL, *BY, "--accept", "CED-S026", "--until", "2026-03-01")
    later = (*CALL, "--today", "2026-03-02", "--accept", "all", "--person", "A. Bee")
    assert run(*later).stderr == (
        "Error: CED-S026 in AE.AESTDY was accepted until 2026-03-01; say with "
        "--until how long it may stand now\n"
    )
    assert run(*later, "--until", "2026-03-01").stderr == (
        "Error: --until 2026-03-01 is past; today is 2026-03-02\n"
    )
    before = FILE.read_text(encoding="utf-8")
    assert run(*later, "--until", "2026-06-01").exit_code == 1
    assert FILE.read_text(encoding="utf-8") == before.replace("2026-03-01", "2026-06-01")


def test_any_number_stays_any_number(folder: Path) -> None:
    text = (
        "findings:\n"
        "- rule: CED-V008\n  dataset: AE\n  variable: AESTDTC\n  records: any\n  person: A\n"
        "  until: 2025-01-01\n  reason: >-\n    Dates as\n    collected.\n"
    )
    FILE.write_text(text, encoding="utf-8")
    run(*CALL, "--accept", "CED-V008", "--person", "B", "--until", "2027-01-01")
    assert FILE.read_text(encoding="utf-8") == text.replace("2025", "2027").replace("person: A", "person: B")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["CED-V009", *BY], "--accept CED-V009: the check finds nothing of CED-V009; did you mean CED-V008?"),
        (["CED-V008:DM", *BY], "--accept CED-V008:DM: CED-V008 finds nothing in DM; it does in AE.AESTDTC"),
        (["CED-S003", "--person", "A"], "--accept needs --reason for what is new: CED-S003 in AE.AESEQ"),
        (["CED-S026", *BY], "--accept CED-S026: it is accepted already"),
        (["all", *BY], "--accept all: no warning is new, changed or expired"),
        (["CED-S003", *BY, "--until", "2026-01-09"], "--until 2026-01-09 is past; today is 2026-01-10"),
    ],
)
def test_what_cannot_be_accepted(folder: Path, arguments: list[str], message: str) -> None:
    run(*CALL, *BY, "--accept", "CED-S026")
    before = FILE.read_bytes()
    result = run(*CALL, "--accept", *arguments)
    assert (result.output, result.exit_code) == (f"Error: {message}\n", 2)
    assert FILE.read_bytes() == before


def test_a_file_with_faults_is_not_written_to(folder: Path) -> None:
    text = "findings:\n- {rule: CED-S026, dataset: AE, variable: AESTDY, records: any, reason: So.}\n"
    FILE.write_text(text, encoding="utf-8")
    assert run(*CALL, *BY, "--accept", "CED-V008").output == (
        "Error: findings.yaml has faults; mend them first:\n"
        "  findings.yaml:2:3 CED622 the entry of CED-S026 does not say who accepts the finding; write "
        "person: and a name\n"
    )
    assert FILE.read_text(encoding="utf-8") == text


def test_a_list_under_its_former_name_is_told(folder: Path) -> None:
    Path("findings.yaml").write_text("findings: []\n", encoding="utf-8")
    Path("known_findings.yaml").write_text("findings: []\n", encoding="utf-8")
    result = run(*CALL)
    assert result.exit_code == 1
    assert (
        "error CED817  nothing reads known_findings.yaml: findings that may stand are read from "
        "findings.yaml\n  do: take its entries there, and delete it\n"
    ) in result.stdout


def test_a_list_in_brackets_is_told(folder: Path) -> None:
    text = "findings: [{rule: FB1, dataset: AE, reason: So.}]\n"
    FILE.write_text(text, encoding="utf-8")
    assert run(*CALL, *BY, "--accept", "CED-V008").output == (
        "Error: findings.yaml cannot be written to: its list stands in brackets; write each "
        "entry under a dash\n"
    )
    assert FILE.read_text(encoding="utf-8") == text


# The text of the file

NEW = {
    "rule": "CED-S026", "package": "", "dataset": "AE", "variable": "AESTDY", "digest": "0123456789012345",
    "person": "A. Bee", "until": "", "reason": "So it is.",
}  # fmt: skip
LINES = (
    '- rule: CED-S026\n  dataset: AE\n  variable: AESTDY\n  digest: "0123456789012345"\n  person: A. Bee\n'
    "  reason: So it is.\n"
)


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("findings: []\n", "findings:\n" + indented(LINES, 2)),
        ("findings: []  # none\n", "findings:  # none\n" + indented(LINES, 2)),
        ("findings:\n- {rule: A, reason: So.}", "findings:\n- {rule: A, reason: So.}\n" + LINES),
        (
            "findings:\n    - rule: A\n      reason: |\n        So.\n\n        # no comment\n",
            "findings:\n    - rule: A\n      reason: |\n        So.\n\n        # no comment\n"
            + indented(LINES, 4),
        ),
        (
            "findings:\r\n- rule: A\r\n  reason: So.  # c\r\n",
            "findings:\r\n- rule: A\r\n  reason: So.  # c\r\n" + LINES.replace("\n", "\r\n"),
        ),
    ],
)  # fmt: skip
def test_an_entry_is_written_as_the_others_are(text: str, made: str) -> None:
    assert edited(text, [NEW], []) == made


def test_a_second_document_is_not_written_into() -> None:
    with pytest.raises(CannotEdit, match="its form does not let the entries be added; write them by hand"):
        edited("findings:\n- {rule: A, reason: So.}\n...\n", [NEW], [])


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)
comments = st.lists(
    st.sampled_from(["", "# a comment", "    # deep", "#- rule: no", "  # 'quoted' \"twice\": [", "\t"]),
    max_size=3,
)
reasons = st.sampled_from(
    [
        "reason: So it is.",
        "reason: 'It''s so: yes'  # why",
        'reason: "a \\"b\\" # c"',
        "reason: >-\n    folded\n    text",
        "reason: |\n    kept\n\n    # text",
        "reason: plain\n    over lines",
    ]
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A findings.yaml with up to three entries, comments and blank lines anywhere, of one style of list."""
    lines = [*draw(comments), f"findings:{draw(st.sampled_from(['', '  # list']))}"]
    for number in range(draw(st.integers(1, 3))):
        keys = [f"rule: CED-V00{number + 1}", "dataset: AE", "digest: '00112233aabbccdd'", "person: A. Bee"]
        keys += draw(st.sampled_from([[], ["until: 2026-01-01"], ["records: 17  # many"]]))
        keys.append(draw(reasons))
        lines += draw(comments)
        for at, key in enumerate(keys):
            lines.append(f"{'- ' if at == 0 else '  '}{key}")
            if "\n" not in key:
                lines += draw(comments) if at < len(keys) - 1 else []
    lines += draw(comments)
    return "\n".join(line if line != "\t" else "" for line in lines) + draw(
        st.sampled_from(["\n", "", "\n\n"])
    )


def read(tmp_path: Path, text: str) -> tuple[KnownFinding, ...]:
    file = tmp_path / "findings.yaml"
    file.write_bytes(text.encode())
    findings = Findings()
    known = read_known(file, "findings.yaml", findings)
    assert not findings, [str(one) for one in findings]
    return known


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=files(), reason=texts, person=texts, data=st.data())
def test_whatever_stands_there_stays(
    tmp_path: Path, text: str, reason: str, person: str, data: st.DataObject
) -> None:
    known = read(tmp_path, text)
    one = data.draw(st.sampled_from(known))
    changes = {"digest": "ffeeddccbbaa9988", "person": "C. Dee", "until": "2030-01-01", "records": "5"}
    made = edited(text, [{**NEW, "reason": reason, "person": person}], [(one, changes)])
    after = read(tmp_path, made)
    *others, last = after
    assert (str(last.reason), str(last.person), str(last.digest)) == (reason, person, NEW["digest"])
    for before, now in zip(known, others, strict=True):
        assert now.reason.rstrip("\n") == before.reason.rstrip("\n")
        changed = before is one
        assert str(now.digest) == ("ffeeddccbbaa9988" if changed else str(before.digest))
        assert str(now.until) == ("2030-01-01" if changed else str(before.until))
        assert str(now.records) == ("5" if changed else str(before.records))
    # Every line of the file is still there, in its order; only lines of the renewed entry have other values.
    values = ("digest:", "person:", "until:", "records:")
    kept = [line for line in text.splitlines() if not line.strip().startswith(values)]
    rest = iter(made.splitlines())
    assert all(any(line == found for found in rest) for line in kept)
    assert "  # many" not in text or made.count("# many") == text.count("# many")
