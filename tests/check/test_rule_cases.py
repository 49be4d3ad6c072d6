"""Every rule on its own cases: it passes what it should, and finds what it should."""

from __future__ import annotations

import re

import pytest

from ced_cdisc.conformance.rule import FAMILIES, Rule, all_rules, family_yaml
from rule_cases import failures_of

RULES = all_rules()
NO_VERB = "with|without|of|before|after|at|on|from|above|below|beyond|earlier|like"
"""What may follow the number of records: a verb would agree with one record or with several alone."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.text.id)
def test_a_rule_passes_and_fails_its_cases(rule: Rule) -> None:
    assert rule.cases and rule.cases["passes"] and rule.cases["fails"], "a passing and a failing case"
    for case in rule.cases["passes"]:
        assert failures_of(rule, case) == ("passed", []), case
    for case in rule.cases["fails"]:
        status, found = failures_of(rule, case)
        assert status == "failed", case
        if "found" in case:
            wanted = case["found"]
            assert found == ([wanted] if isinstance(wanted, str) else wanted), case


@pytest.mark.parametrize("family", FAMILIES)
def test_without_their_cases_rules_say_the_same(family: str) -> None:
    whole, texts = family_yaml(family, cases=True), family_yaml(family)
    for rule in whole["rules"].values():
        assert rule.pop("passes") and rule.pop("fails")
    assert texts == whole


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.text.id)
def test_the_texts_of_a_rule(rule: Rule) -> None:
    text = rule.text
    assert re.fullmatch(r"CED-[A-Z]\d{3}", text.id)
    assert not text.title.endswith(".") and not text.says.endswith(".") and not text.do.endswith(".")
    if "{records}" in text.says:
        assert re.search(rf"\{{records\}}( ({NO_VERB})\b|$)", text.says), (
            "a sentence for 1 record and for many"
        )
    for public in text.public:
        assert re.fullmatch(r"CORE-\d{6}|CG\d{4}|FB\d{4}|SD\d{4}|AD\d{1,4}|DD\d{4}|SDTM-\d{3}", public), (
            public
        )
