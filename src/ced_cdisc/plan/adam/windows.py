"""Analysis windows: AVISIT and its companions from a day count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, Severity
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause, listed
from ced_cdisc.expr.tree import Type, both
from ced_cdisc.plan.adam.kinds import WINDOW_KINDS
from ced_cdisc.plan.language.expressions import Expressions, literal, missing
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.origins import DERIVED, derivation
from ced_cdisc.plan.language.reports import check_unknown
from ced_cdisc.plan.language.unknowns import unknown_among
from ced_cdisc.plan.model import Demand, Line
from ced_cdisc.plan.told import Asked, Report
from ced_cdisc.spec.analysis import Window, WindowsSpec
from ced_cdisc.spec.source import Text

_RANGE = re.compile(r"(-?\d+)?\.\.(-?\d+)?")


def window_lines(
    windows: WindowsSpec,
    dataset: str,
    names: RowNames,
    expressions: Expressions,
    findings: Findings,
    moved: Sequence[str] = (),
) -> dict[str, Line]:
    """AVISIT, AVISITN, AWTARGET, AWLO, AWHI, AWRANGE, AWU and AWTDIFF from a table of windows.

    Args:
        windows: the table.
        dataset: the dataset's name.
        names: the names that the windows' conditions may use.
        expressions: compiles the conditions.
        findings: receives CED023 for what is no range of days, and CED017 for an empty window.
        moved: DTYPE of the records that are made for a visit, whatever their day.

    Returns:
        The lines by variable; none where a condition has a fault.
    """
    days = with_days(windows, findings)
    if days is None:
        return {}
    windows = days
    _check_overlaps(windows, findings)
    check_unknown(windows, any(one.where is not None for one in windows.visits.values()), findings)
    choices: list[_Choice] = []
    for name, window in windows.visits.items():
        condition = _condition(name, window, windows.on, findings)
        if condition is None:
            continue
        test = expressions.condition(condition, names)
        if test is None:
            return {}
        choices.append(_Choice(test, _values(name, window, windows.unit), condition.where))
    where = windows.on.where
    shown = [f"{choice.values['AVISIT']} if {clause(choice.test, FUNCTIONS)}" for choice in choices]
    those = f"records with DTYPE {listed(list(moved), 'or')}"
    text = f"Analysis window, the first that applies: {'; '.join(shown)}."
    text += f" On {those} the visit that they are made for." if moved else ""
    line = _line(dataset, "AVISIT", _first_of(choices, "AVISIT"), text, where)
    reports = tuple(_reports(choices, windows.unknown))
    made = {"AVISIT": replace(line, unknown=windows.unknown or "", reports=reports)}
    for variable, text in _texts(choices, windows.unit):
        made[variable] = _line(dataset, variable, _first_of(choices, variable), text, where)
    difference = Text(f"abs({windows.on} - AWTARGET)", where)
    node = expressions.compile(difference, names)
    if node is not None:
        text = f"Absolute difference of {windows.on} and AWTARGET{f'; missing on {those}' if moved else ''}."
        made["AWTDIFF"] = _line(dataset, "AWTDIFF", node, text, where, str(difference))
    return made


def with_days(windows: WindowsSpec, findings: Findings) -> WindowsSpec | None:
    """The windows with the days of those that have a target alone: all days to which it is the nearest.

    None, with CED033, where the targets do not rise.
    """
    by_target = {n: w for n, w in windows.visits.items() if w.days is None and w.where is None}
    if windows.nearest is None or any(window.target is None for window in by_target.values()):
        return windows
    names = list(by_target)
    targets = [window.target or 0 for window in by_target.values()]
    for name, one, other in zip(names[1:], targets[:-1], targets[1:], strict=True):
        if other <= one:
            problem = f"the target of {name} is not after that of the window before it"
            findings.add(Finding("CED033", problem, name.where))
            return None
    # A day halfway between two targets belongs to the one that `nearest` names.
    lasts = [
        (one + other - (windows.nearest == "later" and (one + other) % 2 == 0)) // 2
        for one, other in pairwise(targets)
    ]
    made = dict(windows.visits)
    for i, name in enumerate(names):
        low = "" if i == 0 else str(lasts[i - 1] + 1)
        high = str(lasts[i]) if i < len(lasts) else ""
        made[name] = by_target[name].model_copy(update={"days": Text(f"{low}..{high}", name.where)})
    return windows.model_copy(update={"visits": made})


def _check_overlaps(windows: WindowsSpec, findings: Findings) -> None:
    """CED033: two windows share days, and neither has a condition that tells them apart."""
    seen: list[tuple[Text, float, float]] = []
    for name, window in windows.visits.items():
        match = _RANGE.fullmatch(window.days) if window.days is not None and window.where is None else None
        if match is None or window.days is None:
            continue
        low, high = float(match[1] or "-inf"), float(match[2] or "inf")
        if low > high:
            findings.add(
                Finding(
                    "CED033", f"the days {window.days} of {name} end before they begin", window.days.where
                )
            )
        for other, first, last in seen:
            if low <= last and first <= high:
                problem = f"the windows {other} and {name} share day {max(low, first):g}"
                findings.add(Finding("CED033", problem, window.days.where))
        seen.append((name, low, high))


def whole_days(windows: WindowsSpec, names: RowNames, expressions: Expressions) -> tuple[Demand, ...]:
    """CED856 where a value between two windows of which one begins the day after the other is in none."""
    made = with_days(windows, Findings()) or windows
    days = [match for one in made.visits.values() if one.days and (match := _RANGE.fullmatch(one.days))]
    firsts = {int(one[1]) for one in days if one[1]}
    gaps = [last for last in sorted({int(one[2]) for one in days if one[2]}) if last + 1 in firsts]
    if not gaps:
        return ()
    outside = " and ".join(f"({windows.on} <= {last} or {windows.on} >= {last + 1})" for last in gaps)
    text = Text(f"AVISIT is present or {windows.on} is missing or ({outside})", windows.on.where)
    node = expressions.condition(text, names)
    message = f"{windows.on} lies between two windows and is in none"
    hint = f"windows take whole days: round {windows.on}, or write the windows with 'where'"
    return (
        (Demand("CED856", message, windows.on.where, node, hint, severity=Severity.WARNING),)
        if node is not None
        else ()
    )


class _Choice(Struct, frozen=True):
    """A window: the condition on a record, and the values of the variables where it is met."""

    test: tree.Node
    values: Mapping[str, str | float | None]
    where: Location


def _reports(choices: Sequence[_Choice], unknown: Asked | None) -> Iterator[Report]:
    """What is told of records for which a window's condition is unknown, and which no earlier window has."""
    earlier: tree.Node | None = None
    for choice in choices:
        node = unknown_among([choice.test], unknown)
        if node is not None:
            yield Report("unknown", both(earlier, node) or node, choice.where, unknown == "report")
        earlier = both(earlier, tree.Negated(of=choice.test, type=Type.TRUTH))


def _condition(name: Text, window: Window, day: Text, findings: Findings) -> Text | None:
    """The condition that a record is in a window, or None with a finding."""
    parts: list[str] = []
    if window.where is not None:
        parts.append(f"({window.where})")
    if window.days is not None:
        match = _RANGE.fullmatch(window.days)
        if match is None:
            problem, hint = f"'{window.days}' is no range of days", "write from..to, such as 15..60"
            findings.add(Finding("CED023", problem, window.days.where, hint=hint))
            return None
        if match[1] and match[1] == match[2]:
            parts.append(f"{day} = {match[1]}")
        elif match[1] and match[2]:
            parts.append(f"{day} between {match[1]} and {match[2]}")
        else:
            parts += [f"{day} >= {match[1]}"] if match[1] else []
            parts += [f"{day} <= {match[2]}"] if match[2] else []
    if not parts:
        hint = "nearest: later takes the days from the targets" if window.target is not None else ""
        findings.add(Finding("CED017", f"window {name} needs 'days' or 'where'", window.place, hint=hint))
        return None
    return Text(" and ".join(parts), window.where.where if window.where is not None else name.where)


def window_values(windows: WindowsSpec, name: Text) -> dict[str, str | float | None]:
    """AVISIT and its companions, but for AWTDIFF, in the window of that name."""
    days = with_days(windows, Findings()) or windows
    return _values(name, days.visits[name], windows.unit)


def _values(name: Text, window: Window, unit: Text) -> dict[str, str | float | None]:
    """What the variables hold in a window; one without days of its own carries no range."""
    match = _RANGE.fullmatch(window.days) if window.days is not None else None
    low, high = (float(end) if end else None for end in match.groups()) if match else (None, None)
    ends = f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}".strip()
    return {
        "AVISIT": str(name),
        "AVISITN": window.number,
        "AWTARGET": None if window.target is None else float(window.target),
        "AWLO": low,
        "AWHI": high,
        "AWRANGE": ends if match else None,
        "AWU": str(unit) if match else None,
    }


def _first_of(choices: list[_Choice], variable: str) -> tree.Node:
    """The variable's value in the first window that applies."""
    node: tree.Node = missing()
    for choice in reversed(choices):
        value = choice.values[variable]
        then = missing() if value is None else literal(value)
        node = tree.Call(name="if", args=(choice.test, then, node), type=WINDOW_KINDS[variable])
    return node


def _texts(choices: Sequence[_Choice], unit: Text) -> Iterator[tuple[str, str]]:
    """The companions of AVISIT in words: the method of AVISIT has the days, a codelist the numbers."""
    yield "AVISITN", "Number of the analysis window of AVISIT."
    targets = [(one.values["AVISIT"], one.values["AWTARGET"]) for one in choices]
    named = [f"{day:g} for {visit}" for visit, day in targets if isinstance(day, float)]
    shown = f": {listed(named)}" if named else ""
    rest = "; missing for the others" if named and len(named) < len(choices) else ""
    yield "AWTARGET", f"Target day of the analysis window of AVISIT{shown}{rest}."
    yield "AWLO", "First day of the analysis window of AVISIT; missing where the window has none."
    yield "AWHI", "Last day of the analysis window of AVISIT; missing where the window has none."
    yield (
        "AWRANGE",
        "First and last day of the analysis window of AVISIT with 'to' between them; an end that it does not "
        "have is left out.",
    )
    yield "AWU", f"{unit} where the analysis window of AVISIT is one of days, otherwise missing."


def _line(
    dataset: str, variable: str, node: tree.Node, text: str, where: Location, formula: str = ""
) -> Line:
    return Line(
        variable=variable,
        tree=node,
        type=WINDOW_KINDS[variable],
        verb="window",
        where=where,
        origin=DERIVED,
        method=derivation(dataset, variable, text, formula),
        unknown="accept",
    )
