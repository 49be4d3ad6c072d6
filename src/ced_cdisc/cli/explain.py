"""``ced-cdisc explain``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ced_cdisc.cli.planned import planned
from ced_cdisc.cli.usage import put_out, usage_error


@click.command()
@click.argument("name", metavar="DATASET.VARIABLE|CODE")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
def explain(name: str, mappings: Path | None, define: Path | None, profile: str | None) -> None:
    """Say how a variable is made, down to the raw columns, with the line of the specs at each step.

    Needs no data. A raw column, such as ae.SEV, is told with all that reads it; an error code, such as
    CED012, with why it is an error, an example, and what to do; a rule of `check`, such as CED-L041, with
    what has to hold.

    \b
    Example:
      ced-cdisc explain AE.AESTDY
    """
    if re.fullmatch(r"(?i)CED\d+", name):
        _explain_code(name.upper())
        return
    if re.fullmatch(r"(?i)CED-[A-Z]\d+", name):
        _explain_rule(name.upper())
        return
    from ced_cdisc.describe.chain import Chains, UnknownName
    from ced_cdisc.report.chain_text import chain_text

    plan = planned(mappings, define, profile)
    try:
        steps = Chains(plan).chain(name)
    except UnknownName as error:
        usage_error(str(error))
    put_out(chain_text(steps))


def _explain_code(code: str) -> None:
    """Print the page of an error code."""
    from ced_cdisc.core.codes import CODES
    from ced_cdisc.core.findings import did_you_mean
    from ced_cdisc.report.code_page import code_page

    if code not in CODES:
        hint = did_you_mean(code, CODES)
        usage_error(f"there is no code {code}" + (f"; {hint}" if hint else ""))
    page = code_page(code)
    if page is None:  # a package without its pages
        entry = CODES[code]
        page = f"{code}: {entry.title}\n\nWhat to do: {entry.remedy}\n"
    put_out(page)


def _explain_rule(identifier: str) -> None:
    """Print what a rule of the check says."""
    from ced_cdisc.conformance.rule import all_rules
    from ced_cdisc.core.findings import did_you_mean
    from ced_cdisc.report.rule_page import rule_page

    rules = {rule.text.id: rule.text for rule in all_rules()}
    if identifier not in rules:
        hint = did_you_mean(identifier, rules)
        usage_error(f"there is no rule {identifier}" + (f"; {hint}" if hint else ""))
    put_out(rule_page(rules[identifier]))
