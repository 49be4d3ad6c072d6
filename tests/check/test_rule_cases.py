"""Every rule on its own cases: it passes what it should, and finds what it should."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

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


def test_rules_that_were_read_before_need_no_parser(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from ced_cdisc.conformance.rule import all_rules\n"
        "told = [(one.text, one.needs, one.versions, one.scope) for one in all_rules()]\n"
        "print(told)\n"
        "print('yaml' in sys.modules)\n"
    )

    def told(cache: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"CED_CDISC_CACHE": cache},
            capture_output=True,
            text=True,
            check=True,
        )
        texts, loaded = done.stdout.splitlines()
        return texts, loaded

    first, again, without = told(f"{tmp_path}"), told(f"{tmp_path}"), told("off")
    assert first == without and first[1] == "True"
    assert again == (first[0], "False")
    (entry,) = (tmp_path / "tool").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1])
    assert told(f"{tmp_path}") == first, "an entry that is cut off is read anew"


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
