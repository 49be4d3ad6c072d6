"""How missing parts of a date are imputed, in words."""

from __future__ import annotations

from ced_cdisc.core.imputation import PARTS, Imputation

_OF_DAY = {"first": "the first day of the month", "last": "the last day of the month"}
_OF_YEAR = {"first": "1 January", "last": "31 December", "mid": "30 June"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def imputed(rule: Imputation) -> list[str]:
    """What is imputed for which missing part, and where the value stays missing."""
    highest = PARTS.index(rule.highest)
    steps: list[str] = []
    if rule.moment and highest:
        names = ("seconds", "minutes and seconds", "parts of the time")[min(highest, 3) - 1]
        steps.append(f"missing {names} imputed as those of {rule.clock}")
    if highest >= PARTS.index("day"):
        steps.append(f"a missing day imputed as {_OF_DAY.get(rule.to) or f'day {int(rule.only_day)}'}")
    if highest >= PARTS.index("month"):
        month, day = rule.month_and_day
        written = _OF_YEAR.get(rule.to) or f"{int(day)} {_MONTHS[int(month) - 1]}"
        steps.append(f"a missing month and day as {written}")
    if rule.highest == "year":
        steps.append(f"a missing date as the {'latest' if rule.to == 'first' else 'earliest'} of the bounds")
        return steps
    above = PARTS[highest + 1 if rule.moment else max(highest, PARTS.index("hour")) + 1]
    return [*steps, f"missing if the {above} is missing"]
