"""Visits proposed from the names that raw tables give them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from ced_cdisc.propose import words
from ced_cdisc.propose.words import folded

_UNITS = {
    "DAY": ("day", "tag", "jour", "dia", "d", "t"),
    "WEEK": ("week", "woche", "semaine", "semana", "w", "wk"),
    "MONTH": ("month", "monat", "mois", "mes", "m"),
    "CYCLE": ("cycle", "zyklus"),
    "VISIT": ("visit", "visite", "visita", "besuch", "v"),
}
_DAYS = {"DAY": 1, "WEEK": 7, "MONTH": 30}
_CALLED = {
    "SCREENING": ("screening", "screen", "scr", "vorscreening"),
    "BASELINE": ("baseline", "base", "bl", "basis", "basale"),
    "END OF TREATMENT": ("endoftreatment", "eot"),
    "EARLY TERMINATION": ("earlytermination", "earlyterm", "et"),
    "FOLLOW-UP": ("followup", "fu"),
    "END OF STUDY": ("endofstudy", "eos"),
}
"""Names of visits in the order of a study, each with what it is called, folded."""
_LAST = re.compile(r"(?i)follow.?up|nachsorge|abschluss|end of|eos|eot|termination|final|\bfu\b|suivi")
_NUMBERED = re.compile(r"([^\W\d_]+)\s*(-?[0-9]+)")


class ProposedVisit(Struct, frozen=True):
    """A planned visit: its name, its spellings in the raw data, and the day that its name speaks of."""

    name: str
    raw: tuple[str, ...]
    day: int | None = None

    @property
    def joined(self) -> bool:
        """Whether it has names that differ by more than case, blanks and hyphens."""
        return len(set(map(folded, self.raw))) > 1


def proposed_visits(names: Iterable[str]) -> tuple[list[ProposedVisit], list[str]]:
    """The planned visits in their order, and the raw names of visits that were not planned.

    Screening goes first, then baseline, days, weeks and months by their number, then what has no number, and
    follow-up last. A week is seven days, a month thirty.

    >>> [(visit.name, visit.day) for visit in proposed_visits(["Woche 4", "Screening", "Tag 1"])[0]]
    [('SCREENING', None), ('DAY 1', 1), ('WEEK 4', 29)]
    """
    alike: dict[str, list[str]] = {}
    unplanned: list[str] = []
    for name in sorted(set(names)):
        if words.UNPLANNED.search(name):
            unplanned.append(name)
        else:
            alike.setdefault(_called(name), []).append(name)
    made = [ProposedVisit(name, tuple(raw), _day(name)) for name, raw in alike.items()]
    return sorted(made, key=_order), unplanned


def _called(name: str) -> str:
    """The name of the visit in capitals, with the English word for the unit of its number."""
    match = _NUMBERED.fullmatch(" ".join(name.split()))
    if match is not None:
        unit = next((unit for unit, said in _UNITS.items() if match[1].casefold() in said), None)
        if unit is not None:
            return f"{unit} {int(match[2])}"
    plain = " ".join(name.upper().split())
    return next((called for called, said in _CALLED.items() if folded(name) in said), plain)


def _day(name: str) -> int | None:
    unit, _, number = name.partition(" ")
    if unit not in _DAYS or not re.fullmatch("-?[0-9]+", number):
        return None
    days = int(number) * _DAYS[unit]
    return days if unit == "DAY" else days + 1


def _order(visit: ProposedVisit) -> tuple[int, float, str]:
    if visit.name.startswith("SCREEN"):
        return 0, 0, visit.name
    if visit.name == "BASELINE":
        return 1, 0, visit.name
    if _LAST.search(visit.name):
        known = list(_CALLED)
        return 4, known.index(visit.name) if visit.name in known else len(known), visit.name
    if visit.day is not None:
        return 2, visit.day, visit.name
    number = re.search("[0-9]+", visit.name)
    return 3, float(number[0]) if number else float("inf"), visit.name
