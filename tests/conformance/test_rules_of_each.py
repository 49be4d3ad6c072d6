"""Rules that look at each dataset by itself say of one the same, whatever else they look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pytest

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.folder import read_folder
from ced_cdisc.conformance.look_digest import LookDigests
from ced_cdisc.conformance.rule import Rule, all_rules
from ced_cdisc.conformance.run import run_rule, run_rules
from ced_cdisc.conformance.submission import LookUp, Submission
from ced_cdisc.core.conformance import Failure, RuleResult
from rule_cases import submission_of
from shared_builds import Made

OF_EACH = [rule for rule in all_rules() if rule.scope == "each"]
WITH_OTHERS = [rule for rule in all_rules() if rule.scope == "each with others"]


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
    assert len(OF_EACH) > len(all_rules()) * 3 / 4
    assert len(OF_EACH) + len(WITH_OTHERS) > len(all_rules()) * 19 / 20


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


def looked(
    study: Submission, rules: Iterable[Rule], chosen: Iterable[Dataset]
) -> tuple[Mapping[str, list[str | None]], Mapping[str, set[LookUp]]]:
    """By dataset the looks of rules that look up others, as what they ask, and what was looked up for it."""
    noted: dict[str, set[LookUp]] = {}
    some = study.with_others(chosen, noted)
    digests = LookDigests({data: name for name, data in study.datasets.items()})
    found: dict[str, list[str | None]] = defaultdict(list)
    for rule in rules:
        some.begin()
        for look in rule.check(some):
            found[look.dataset.name].append(digests.of(look, rule.text.id))
    return found, noted


def check_apart(study: Submission, rules: Iterable[Rule]) -> int:
    """A dataset has the same looks among all and as the only one, and all is noted that it looks up then."""
    rules = list(rules)
    together, noted = looked(study, rules, study.datasets.values())
    for name, data in study.datasets.items():
        apart, looked_up = looked(study, rules, [data])
        assert set(apart) <= {name}
        assert sorted(map(str, apart[name])) == sorted(map(str, together[name])), name
        assert looked_up.get(name, set()) <= noted.get(name, set()), name
    return sum(map(len, together.values()))


@pytest.mark.parametrize("rule", WITH_OTHERS, ids=lambda rule: rule.text.id)
def test_the_cases_of_a_rule_that_looks_up_others(rule: Rule) -> None:
    cases = [*rule.cases["passes"], *rule.cases["fails"]]
    assert sum(check_apart(submission_of(case), [rule]) for case in cases), "no case has a look"


def test_the_example_where_others_are_looked_up(example_build: Made, second_example: Made) -> None:
    (_, out), (_, second) = example_build, second_example
    for folder in (out, out / "controls", second):
        assert check_apart(read_folder(folder).submission, WITH_OTHERS) > 50
