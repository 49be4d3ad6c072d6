"""The visit of records whose table names none: it is computed from their day, and define.xml says how."""

from __future__ import annotations

from ced_cdisc.core.metadata import Method
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.language.origins import derivation
from ced_cdisc.plan.tables import table_visit
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec
from ced_cdisc.spec.study import VisitsSpec

_MADE = {"VISITNUM": "The number", "VISIT": "The name"}
_ELSE = {
    "VISITNUM": "that of the last planned visit of the subject that began by then, and 0.01 for each such "
    "day since, in their order",
    "VISIT": "UNSCHEDULED and VISITNUM",
}


def visit_method(variable: str, dataset: str, spec: BlockSpec, specs: Specs) -> Method | None:
    """How VISITNUM or VISIT of a block comes about by the day; None where its table names the visits."""
    table = next((one for name, one in specs.sources.tables.items() if name == spec.from_), None)
    if specs.visits is None or table is None or variable not in _MADE:
        return None
    defaults = specs.sources.defaults
    columns = table_visit(table, defaults, {str(c) for c in defaults.columns_of(table)})
    if columns is None or columns[0]:
        return None
    return derivation(dataset, variable, _words(variable, specs.visits), "")


def _words(variable: str, visits: VisitsSpec) -> str:
    planned = [f"{visit.visit} on {_days(str(visit.days))}" for visit in visits.visits if visit.days]
    texts = [
        f"{_MADE[variable]} of the planned visit that the study day of the collected date means: "
        f"{listed(planned)}. Day 1 is the earliest date in {visits.day1}."
    ]
    if visits.unscheduled:
        texts.append(f"On another day {_ELSE[variable]}.")
    if visits.untreated:
        named = [visit.visit for visit in visits.visits if visits.untreated in (visit.raw or [visit.visit])]
        texts.append(f"Without day 1 it is {named[0] if named else 'unscheduled'}.")
    return " ".join(texts)


def _days(text: str) -> str:
    """The days of a visit in words.

    >>> _days("..-1"), _days("6..10"), _days("15..15"), _days("29..")
    ('days up to -1', 'days 6 to 10', 'day 15', 'days from 29 on')
    """
    first, _, last = text.partition("..")
    if first == last:
        return f"day {first}"
    if first and last:
        return f"days {first} to {last}"
    return f"days up to {last}" if last else f"days from {first} on"
