"""Rules that look at each dataset by itself say of one the same, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ced_cdisc.conformance.folder import read_folder
from ced_cdisc.conformance.rule import Rule, all_rules
from ced_cdisc.conformance.run import run_rule, run_rules
from ced_cdisc.conformance.submission import Submission
from ced_cdisc.core.conformance import Failure, RuleResult
from rule_cases import submission_of
from shared_builds import Made

OF_EACH = [rule for rule in all_rules() if rule.is_of_each]


def alone(study: Submission) -> Iterable[Submission]:
    """Each dataset as if it were the only one of its folder."""
    for name, data in study.datasets.items():
        yield Submission({name: data}, study.governing, study.defines)


def said(results: Iterable[RuleResult]) -> tuple[int, list[Failure], list[str]]:
    """What was looked at, what failed, and why something could not be carried out."""
    listed = list(results)
    failures = [failure for one in listed for failure in one.failures]
    return (
        sum(one.looked for one in listed),
        failures,
        [one.reason for one in listed if one.status == "not run"],
    )


def test_most_rules_look_at_each_dataset_by_itself() -> None:
    assert len(OF_EACH) > len(all_rules()) * 2 / 3


@pytest.mark.parametrize("rule", OF_EACH, ids=lambda rule: rule.text.id)
def test_the_cases_of_a_rule(rule: Rule) -> None:
    for case in (*rule.cases["passes"], *rule.cases["fails"]):
        study = submission_of(case)
        assert said([run_rule(study, rule)]) == said(run_rule(one, rule) for one in alone(study)), case


def test_the_example(example_build: Made, second_example: Made) -> None:
    (_, out), (_, second) = example_build, second_example
    for folder in (out, out / "controls", second):
        study = read_folder(folder).submission
        together = {one.rule.id: one for one in run_rules(study, OF_EACH)}
        assert sum(one.looked for one in together.values()) > 1000
        apart = [{one.rule.id: one for one in run_rules(each, OF_EACH)} for each in alone(study)]
        for name, whole in together.items():
            assert said([whole]) == said(one[name] for one in apart), name
