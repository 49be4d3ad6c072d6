"""Results of checks that are made by hand, with texts that a report has to write with care."""

from __future__ import annotations

from ced_cdisc.core.conformance import (
    Acceptance,
    CheckResult,
    DatasetSummary,
    EngineNote,
    EngineResult,
    EngineRule,
    Failure,
    Record,
    RuleResult,
    RuleText,
)
from ced_cdisc.core.findings import Finding, Location, Severity, Stage

HOSTILE = "\x00\x1b[31m]]>&<\"'\r\n::error::x%0A,\ufffe\U0001f600{0} [a](b) =A1"
SHOWN = "\\x00\\x1b[31m]]>&<\"'\\r\\n::error::x%0A,\\ufffe\U0001f600{0} [a](b) =A1"
"""The same as a line of printable characters."""


def rule_text(id_: str, severity: Severity = Severity.ERROR, family: str = "values") -> RuleText:
    return RuleText(
        id_, family, f"title of {id_}", "says", f"correct {id_}", severity, "SDTMIG", "4.1", ("CG0001",)
    )


def failure(number: int = 1, **changes: object) -> Failure:
    made: dict[str, object] = {
        "dataset": "AE",
        "variable": "AESTDTC",
        "text": f"AE.AESTDTC: {number + 1} records of no date",
        "count": number + 1,
        "records": (Record(number, "S1-1", "7", (("AESTDTC", "2020-02-30"), ("AEENDTC", None))),),
        "digest": f"{number:064x}",
    }
    return Failure(**{**made, **changes})  # type: ignore[arg-type]


PLACE = "mappings/sdtm/ae.yaml:31"
ENTRY = Acceptance("as collected", "A. Reader", "2026-12-31", "define/findings.yaml:12")
OPEN = Acceptance("as collected", "A. Reader", "", "define/findings.yaml:20")


def full_result() -> CheckResult:
    """A rule of each status, failures of each standing, a fault of a file, and the CORE engine."""
    accepted = failure(2, standing="accepted", acceptance=ENTRY, place=PLACE, variable="AEENDTC")
    rules = (
        RuleResult(rule_text("CED-S001", family="structure"), "passed", 12),
        RuleResult(rule_text("CED-V001"), "failed", 9, failures=(failure(1, place=PLACE), accepted)),
        RuleResult(
            rule_text("CED-V002", Severity.WARNING),
            "failed",
            9,
            failures=(
                failure(
                    3, standing="changed", acceptance=OPEN, dataset="DM", variable="", count=0, records=()
                ),
                failure(4, standing="expired", acceptance=ENTRY),
            ),
        ),
        RuleResult(rule_text("CED-V003", Severity.NOTE), "failed", 1, failures=(failure(5, dataset="ZZ"),)),
        RuleResult(rule_text("CED-V004"), "not applicable", reason="no tables of SDTMIG 3.2"),
        RuleResult(rule_text("CED-V005"), "not run", reason="AESTDTC is a number"),
        RuleResult(rule_text("CED-V006"), "failed", 9, failures=(accepted,)),
    )
    fault = Finding(
        "CED605", "lb.json is no JSON", Location("lb.json"), "write it again", Stage.CHECK, Severity.ERROR
    )
    engine = EngineResult(
        "0.17.1",
        "SDTMIG 3.4",
        "Python 3.12.1",
        (
            EngineRule("CORE-000001", "a date", "issues", ("CG0002",), ("CED-V001",), (failure(6),)),
            EngineRule("CORE-000002", "holds", "passed"),
            EngineRule("CORE-000003", "m3", "skipped", skips=(EngineNote("DM", "Column not found", "DMXX"),)),
            EngineRule("CORE-000004", "m4", "execution error", errors=(EngineNote("DM", "KeyError", "x"),)),
            EngineRule("CORE-000005", "m5", "out of scope"),
            EngineRule(
                "CORE-000006", "m6", "execution error", failures=(failure(7, count=1),),
                errors=(EngineNote("AE", "", "y"),),
            ),
        ),
    )  # fmt: skip
    return CheckResult(
        "out/sdtm",
        ("SDTMIG 3.4 (define.xml)",),
        (DatasetSummary("AE", "ae.xpt", 9, 6, "SDTM"), DatasetSummary("DM", "dm.xpt", 3, 6, "SDTM")),
        (fault,),
        rules,
        engine,
    )


def hostile_result() -> CheckResult:
    """Control characters, quotes, line ends and the marks of every format in all texts that data reach."""
    records = (Record(1, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE), ("X", None))),)
    entry = Acceptance(HOSTILE, HOSTILE, "2026-12-31", f"{HOSTILE}:3")
    bad = failure(1, text=HOSTILE, dataset=HOSTILE, variable=HOSTILE, records=records, place=f"{HOSTILE}:7")
    kept = failure(2, text=HOSTILE, records=records, standing="accepted", acceptance=entry)
    note = EngineNote(HOSTILE, HOSTILE, HOSTILE)
    return CheckResult(
        f"f,o:{HOSTILE}",
        (HOSTILE,),
        (DatasetSummary(HOSTILE, HOSTILE, 1, 1, "SDTM"), DatasetSummary("AE", "a:e,%.xpt", 1, 1, "SDTM")),
        (Finding("CED605", HOSTILE, Location(HOSTILE), HOSTILE, Stage.CHECK, Severity.ERROR),),
        (
            RuleResult(rule_text("CED-V001"), "failed", 1, failures=(bad, kept)),
            RuleResult(rule_text("CED-V002"), "not run", reason=HOSTILE),
        ),
        EngineResult(
            HOSTILE, HOSTILE, HOSTILE,
            (EngineRule("CORE-000001", HOSTILE, "issues", (HOSTILE,), (), (bad,), (note,), (note,)),),
        ),
    )  # fmt: skip


def empty_result() -> CheckResult:
    """Of a folder that holds nothing to read and has no fault."""
    return CheckResult("empty")
