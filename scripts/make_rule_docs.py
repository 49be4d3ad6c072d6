"""Write docs/conformance-rules.md from the YAML of the families of rules.

python scripts/make_rule_docs.py
"""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.conformance.rule import FAMILIES, family_rules, family_yaml

PAGE = Path(__file__).parents[1] / "docs" / "conformance-rules.md"

HEAD = """\
# Conformance rules

<!-- Written by scripts/make_rule_docs.py from src/ced_cdisc/conformance/families/*.yaml; do not edit. -->

The rules of `ced-cdisc check`. An id keeps its meaning for good. The public ids name rules of other lists
about the same matter: CORE (CDISC CORE), CG (CDISC conformance rules), FB (FDA business rules), AD (ADaM
conformance rules), SD and DD (validator rules). "Needs" names the tables that a rule reads: where a study is
of another version than the shipped one, or does not tell it, the rule is reported as not applicable.
"""


def page() -> str:
    """The whole page: one table a family."""
    parts = [HEAD]
    for family in FAMILIES:
        parts.append(f"\n## {family.replace('_', ' ').capitalize()}\n\n{family_yaml(family)['about']}\n\n")
        parts.append("| id | what has to hold | severity | standard | needs | public ids |\n")
        parts.append("|---|---|---|---|---|---|\n")
        for rule in sorted(family_rules(family), key=lambda rule: rule.text.id):
            text = rule.text
            standard = f"{text.standard} {text.section}".strip()
            cells = (text.id, text.title, text.severity.value, standard, rule.needs, " ".join(text.public))
            parts.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
