"""A second opinion on the example: the checks that reviewers run, on its transport files and define.xml.

pyreadstat and lxml read the files, and nothing of ced_cdisc is asked. A check is named by its public
identifiers: CORE (CDISC CORE), CG (conformance guide), FB (FDA business rules), AD (ADaM conformance rules),
DD (rules of define.xml), OWN where there is none. What fails has to be in define/findings.yaml, with
its reason.
"""

from __future__ import annotations

from collections.abc import Callable

import analysis_checks
import construction_checks
import define_checks
import findings_checks
import pytest
import relation_checks
import subject_checks
from conformance_checks import CHECKS, KNOWN, Check, Failure, ids, known_to, unexplained
from conformance_study import Study

MODULES = (
    construction_checks,
    subject_checks,
    findings_checks,
    analysis_checks,
    define_checks,
    relation_checks,
)
"""Each registers its checks in CHECKS as it is imported."""

NO_ARM = "the chart review of the controls has no arms, elements and epochs"
NO_TREATMENT = "the controls are not treated in the study"
NO_QUALIFIERS = "the controls have no supplemental qualifiers"
NOT_APPLICABLE = {
    ("AD6 AD7", "adam"): "no dataset has a numeric flag (*FN)",
    ("AD10", "adam"): "no dataset has a numeric flag (*FN)",
    ("AD211", "adam"): "no dataset has a numeric baseline flag (ABLFN)",
    ("CORE-000138 CORE-000139 CG0221 CG0223", "controls"): "no date of the controls is partial",
    ("CORE-000031 CG0659", "controls"): "the controls have no questionnaire",
    ("CORE-000238 CORE-000239 CG0147 CG0148", "controls"): NO_TREATMENT,
    ("CORE-000658 FB3412", "controls"): NO_TREATMENT,
    ("CORE-000047 CORE-000210 CG0516 CG0518", "controls"): NO_ARM,
    ("CORE-000271 CG0009", "controls"): NO_ARM,
    ("CORE-000701 FB2201", "controls"): NO_ARM,
    ("CORE-000022 CG0041", "controls"): "no adverse events are abstracted from the charts",
    ("CORE-000221 CG0417", "controls"): NO_QUALIFIERS,
    ("CORE-000222 CG0416", "controls"): NO_QUALIFIERS,
    ("CORE-000206 CG0371 SUPP", "controls"): NO_QUALIFIERS,
    ("OWN RELSPEC", "controls"): NO_TREATMENT,
    ("OWN RELSPEC REFID", "controls"): NO_TREATMENT,
    ("OWN EX in RFXSTDTC..RFXENDTC", "controls"): NO_TREATMENT,
    ("OWN EPOCH of SE", "controls"): NO_ARM,
    ("OWN SE of TA", "controls"): NO_ARM,
    ("OWN VISITNUM of TV", "controls"): "no visit of the controls was planned by a protocol",
    ("OWN fate of DS DM SE", "controls"): NO_ARM,
}
"""Checks that have nothing to look at, by their identifiers and the package, and why."""

LISTED = {
    "CORE": """
        182 19 594 180 929 1081 544 552 553 138 139 220 199 221 222 867 890 355 356 334 581 575 321
        328 776 351 186 189 190 239 238 711 658 119 45 47 210 252 253 254 201 172 206 502 168 271
        701 22 718 303 200 863 732 699 914 31 560
    """,
    "AD": "1 5 6 7 10 17 19 20 21 22 23 24 25 39 46 53 60 88 89 211",
}
"""The rules that the native checks of the tool are to cover first: each is walked."""

WALKS = [pytest.param(one, name, id=f"{one.rule}-{name}") for one in CHECKS for name in one.of]
SPOILT = [
    pytest.param(one, spoil, id=f"{one.rule}-{number}")
    for one in CHECKS
    for number, spoil in enumerate(one.spoils, 1)
]


@pytest.fixture(scope="session")
def found_before() -> dict[str, int]:
    """How much each check finds in the data as they are, by its identifiers."""
    return {}


@pytest.mark.parametrize(("check", "name"), WALKS)
def test_nothing_is_found_that_is_not_known(
    check: Check, name: str, studies: dict[str, Study], record_property: Callable[[str, object], None]
) -> None:
    report = check(studies[name])
    record_property("looked at", ", ".join(f"{one} {count}" for one, count in sorted(report.looked.items())))
    if (check.rule, name) in NOT_APPLICABLE:
        record_property("not applicable", NOT_APPLICABLE[check.rule, name])
        assert not report.looked, f"applies after all: {report.looked}"
        return
    assert report.looked.total(), "looked at nothing"
    assert unexplained(report.failures, known_to(check.rule, report.package)) == []


@pytest.mark.parametrize(("check", "spoil"), SPOILT)
def test_a_check_finds_what_is_planted(
    check: Check, spoil: Callable[[Study], object], studies: dict[str, Study], found_before: dict[str, int]
) -> None:
    whole = studies[check.of[0]]
    if check.rule not in found_before:
        found_before[check.rule] = len(check(whole).failures)
    spoilt = whole.copy()
    spoil(spoilt)
    assert len(check(spoilt).failures) > found_before[check.rule]


def test_every_check_can_fail_and_has_a_name_of_its_own() -> None:
    assert [one.rule for one in CHECKS if not one.spoils] == []
    assert len({one.rule for one in CHECKS}) == len(CHECKS) > 80
    assert NOT_APPLICABLE.keys() <= {(one.rule, name) for one in CHECKS for name in one.of}


def test_every_rule_that_is_listed_is_walked() -> None:
    rules = {one for check in CHECKS for one in check.rule.split()}
    listed = {f"CORE-{int(number):06}" for number in LISTED["CORE"].split()}
    assert listed | {f"AD{number}" for number in LISTED["AD"].split()} <= rules


def test_an_entry_that_explains_nothing_is_found() -> None:
    entry = {"rule": "R", "package": "sdtm", "dataset": "AE", "variable": "AETERM", "where": {"AESEQ": 1.0}}
    failure = Failure("Q R", "sdtm", "AE", "AETERM", {"AESEQ": 1.0})
    assert unexplained([failure], [entry]) == []
    assert unexplained([], [entry]) == [f"explains 0 failures and not 1: {entry}"]
    several = entry | {"records": "any"}
    assert unexplained([failure, failure], [several]) == []
    assert unexplained([], [several]) == [f"explains 0 failures and not any: {several}"]
    for other in (
        Failure("Q R", "adam", "AE", "AETERM", {"AESEQ": 1.0}),
        Failure("Q R", "sdtm", "AE", "AEDECOD", {"AESEQ": 1.0}),
        Failure("Q", "sdtm", "AE", "AETERM", {"AESEQ": 1.0}),
        Failure("Q R", "sdtm", "AE", "AETERM", {"AESEQ": 2.0}),
    ):
        assert unexplained([failure, other], [entry]) == [str(other)]


def test_every_known_finding_is_of_a_rule_of_these_checks_and_has_a_reason() -> None:
    keys = {"rule", "package", "dataset", "variable", "where", "records", "digest", "person", "reason"}
    rules = {one for check in CHECKS for one in check.rule.split()}
    for entry in KNOWN:
        assert entry.keys() <= keys and {"rule", "package", "dataset", "reason"} <= entry.keys()
        for one in ids(entry):
            assert one in rules or one.startswith(("SDTM-", "CED-")), one
        assert entry["package"] in ("sdtm", "controls/sdtm", "adam")
        assert entry["reason"].endswith(".") and len(entry["reason"]) > 30
