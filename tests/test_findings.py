"""The findings of a run: each once, in the order of adding, however many there are."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.findings import Finding, Findings, Location

FOUND = st.builds(
    Finding, st.sampled_from(["CED201", "CED202"]), st.sampled_from("ab"), st.just(Location("f", 1))
)


@given(st.lists(FOUND), st.lists(FOUND), st.lists(FOUND))
def test_each_is_kept_once_where_it_was_added_first(
    given_: list[Finding], added: list[Finding], more: list[Finding]
) -> None:
    findings = Findings(given_)
    for finding in added:
        findings.add(finding)
    findings.extend(more)
    expected: list[Finding] = []
    for finding in (*given_, *added, *more):
        if finding not in expected:
            expected.append(finding)
    assert list(findings) == expected
    assert len(findings) == len(expected)
    assert bool(findings) == bool(expected)


class Counted:
    """Stands for a finding, and counts how often two are compared."""

    compared = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return isinstance(other, Counted) and other.number == self.number


def test_a_finding_is_not_compared_with_all_others() -> None:
    """A raw table may have a finding for each of a hundred thousand records."""
    findings = Findings()
    for number in range(1000):
        findings.add(cast("Finding", Counted(number)))
    findings.extend([cast("Finding", Counted(number)) for number in range(1000)])
    assert len(findings) == 1000
    assert Counted.compared < 5000
