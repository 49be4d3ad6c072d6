"""The annotations of a check: whole lines, what is escaped, and how many there are."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from report_results import HOSTILE, SHOWN, empty_result, failure, full_result, hostile_result, rule_text

from ced_cdisc.core.conformance import CheckResult, RuleResult
from ced_cdisc.core.findings import Finding, Location, Severity, Stage
from ced_cdisc.report.check_github import check_github

LINES = """\
::error file=out/sdtm/lb.json,title=CED605 a Dataset-JSON file is no JSON::lb.json is no JSON\
%0Ado: write it again
::error file=mappings/sdtm/ae.yaml,line=31,title=CED-V001 title of CED-V001::AE.AESTDTC: 2 records of no date\
%0Aedit mappings/sdtm/ae.yaml:31%0A  row 1 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)%0A  and 1 more\
%0Ado: correct CED-V001
::warning file=out/sdtm/dm.xpt,title=CED-V002 title of CED-V002::AE.AESTDTC: 4 records of no date\
%0Achanged: it was otherwise when it was accepted by A. Reader (define/findings.yaml:20): as collected\
%0Ado: correct CED-V002
::warning file=out/sdtm/ae.xpt,title=CED-V002 title of CED-V002::AE.AESTDTC: 5 records of no date\
%0A  row 4 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)%0A  and 4 more\
%0Aexpired on 2026-12-31, accepted by A. Reader (define/findings.yaml:12): as collected\
%0Ado: correct CED-V002
::warning file=out/sdtm/ae.xpt,title=CORE-000001 a date::AE.AESTDTC: 7 records of no date: 7 records\
%0A  row 6 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)%0A  and 6 more
::warning file=out/sdtm/ae.xpt,title=CORE-000006 m6::AE.AESTDTC: 8 records of no date: 1 record\
%0A  row 7 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
::notice file=out/sdtm,title=CED-V003 title of CED-V003::AE.AESTDTC: 6 records of no date\
%0A  row 5 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)%0A  and 5 more%0Ado: correct CED-V003
::notice title=ced-cdisc check::2 errors, 4 warnings, 1 note; 1 rules passed, 4 failed \
(1 with accepted findings only), 1 not applicable\
%0A2 accepted findings not shown
"""
COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:]*,?)+)::(.*)")


def test_the_whole_text() -> None:
    assert check_github(full_result()) == LINES


def test_of_an_empty_result() -> None:
    assert check_github(empty_result()) == (
        "::notice title=ced-cdisc check::no findings; 0 rules passed, 0 failed, 0 not applicable\n"
    )


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner takes it apart; its only escapes are those of URIs."""
    match = COMMAND.fullmatch(line)
    assert match is not None, line
    properties = dict(one.split("=", 1) for one in match[2].split(","))
    return match[1], {name: unquote(value) for name, value in properties.items()}, unquote(match[3])


def test_texts_of_the_data_start_no_command_and_end_no_line() -> None:
    text = check_github(hostile_result())
    assert [c for c in text if c != "\n" and not c.isprintable()] == []
    lines = text.splitlines()
    assert len(lines) == 4
    kind, properties, message = as_the_runner_reads(lines[1])
    assert (kind, properties) == (
        "error",
        {"file": SHOWN, "line": "7", "title": "CED-V001 title of CED-V001"},
    )
    assert message.split("\n") == [
        SHOWN,
        f"edit {SHOWN}:7",
        f"  row 1 {SHOWN} seq {SHOWN}: {SHOWN}={SHOWN} X=(missing)",
        "  and 1 more",
        "do: correct CED-V001",
    ]
    assert as_the_runner_reads(lines[0])[1]["file"] == f"f,o:{SHOWN}/{SHOWN}"


def test_marks_in_the_name_of_a_file() -> None:
    rules = (RuleResult(rule_text("CED-V001"), "failed", 1, failures=(failure(text="a%b:c,d"),)),)
    (first, _) = check_github(replace(hostile_result(), folder="f,o:", rules=rules, reading=(), engine=None))[
        :-1
    ].split("\n")
    head = "::error file=f%2Co%3A/a%3Ae%2C%25.xpt,title=CED-V001 title of CED-V001::a%25b:c,d%0A"
    assert first.startswith(head)


@pytest.mark.parametrize(
    ("errors", "notes", "shown", "said"),
    [
        (10, 9, 19, ""),
        (11, 9, 19, "%0A1 more error not shown"),
        (12, 12, 19, "%0A2 more errors and 3 more notes not shown"),
        (0, 10, 9, "%0A1 more note not shown"),
    ],
)
def test_no_more_than_github_shows(errors: int, notes: int, shown: int, said: str) -> None:
    rules = (
        *(RuleResult(rule_text(f"CED-V{n:03}"), "failed", failures=(failure(n),)) for n in range(errors)),
        *(
            RuleResult(rule_text(f"CED-W{n:03}", Severity.NOTE), "failed", failures=(failure(n),))
            for n in range(notes)
        ),
    )
    lines = check_github(CheckResult("out", rules=rules)).splitlines()
    assert len(lines) == shown + 1
    end = said and f"{said}: GitHub shows 10 of a kind; --out FILE has them all"
    assert lines[-1].endswith(f" failed, 0 not applicable{end}")


def test_no_rule_takes_the_place_of_another() -> None:
    many = RuleResult(rule_text("CED-V001"), "failed", failures=tuple(failure(n) for n in range(15)))
    one = RuleResult(rule_text("CED-V002"), "failed", failures=(failure(20),))
    lines = check_github(CheckResult("out", rules=(many, one))).splitlines()
    titles = [as_the_runner_reads(line)[1]["title"].split()[0] for line in lines[:-1]]
    assert titles == [*["CED-V001"] * 9, "CED-V002"]


def test_the_hostile_text_holds_what_matters() -> None:
    assert "\r\n::" in HOSTILE and "%0A" in HOSTILE and "," in HOSTILE


@pytest.mark.parametrize(
    ("code", "file", "shown"),
    [
        ("CED605", "lb.json", "out/lb.json"),
        ("CED601", "out/sdtm", "out/sdtm"),
        ("CED600", "out", "out"),
        ("CED609", "sdtm/define.xml", "out/sdtm/define.xml"),
        ("CED609", "specs/define.xml", "specs/define.xml"),
        ("CED683", "cache", "cache"),
    ],
)
def test_a_file_at_fault_is_named_from_the_working_folder(code: str, file: str, shown: str) -> None:
    """A fault names a file of the folder as seen from it, and what the user named as it was written."""
    fault = Finding(code, "bad", Location(file), stage=Stage.CHECK)
    (line, _) = check_github(CheckResult("out", reading=(fault,))).splitlines()
    assert as_the_runner_reads(line)[1]["file"] == shown
