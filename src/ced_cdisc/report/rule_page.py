"""What a rule of ``check`` says, for the terminal."""

from __future__ import annotations

import re

from ced_cdisc.core.conformance import RuleText

_FILLED = re.compile(r"\{(\w+)[^}]*\}")


def rule_page(rule: RuleText) -> str:
    """A rule as plain text: what has to hold, where that comes from, what is said, and what to do."""
    source = f"{rule.standard} {rule.section}".rstrip()
    lines = [
        f"{rule.id}: {rule.title}",
        "",
        f"A rule of `ced-cdisc check`: {rule.severity.value}, by {source}.",
    ]
    if rule.public:
        lines.append(f"In public lists: {', '.join(rule.public)}.")
    said, do = (_FILLED.sub(r"<\1>", text) for text in (rule.says, rule.do))
    lines += ["", "Where it does not hold", "", f"    {said}", "", "What to do", "", f"    {do}"]
    return "\n".join(lines) + "\n"
