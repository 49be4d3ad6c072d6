"""What a figure of paired changes shows: each subject's two values, and their centre and spread."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from msgspec import Struct

from ced_cdisc.analyse.compute import ComputedResult, summary
from ced_cdisc.analyse.methods import TooFew
from ced_cdisc.analyse.numbers import p_value
from ced_cdisc.analyse.selecting import select
from ced_cdisc.core.findings import Finding, Findings, Severity, Stage
from ced_cdisc.plan.analyses import FigurePlan, PanelPlan

_SHOWN_SUBJECTS = 5


class Panel(Struct, frozen=True):
    """One panel.

    Attributes:
        title: its title, or empty.
        pairs: the two values of each subject who has both, in the order of the dataset.
        marks: for each visit centre, lower and upper end: median and quartiles, or mean and mean +- SD.
        unpaired: how many subjects have one of the values only; they are not drawn.
        p: the P value as printed, or empty.
    """

    title: str
    pairs: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, float, float], ...]
    unpaired: int
    p: str


def panels(
    plan: FigurePlan, frame: pl.DataFrame, results: Mapping[str, ComputedResult], findings: Findings
) -> list[Panel]:
    """The panels of a figure from its finished dataset and the results computed.

    Several records of a subject and visit are CED288; values that do not suffice are CED289, a warning.
    """
    return [_panel(plan, panel, frame, results, findings) for panel in plan.panels]


def _panel(
    plan: FigurePlan,
    panel: PanelPlan,
    frame: pl.DataFrame,
    results: Mapping[str, ComputedResult],
    findings: Findings,
) -> Panel:
    records = select(frame, panel.where, ["AVISIT", plan.variable])
    found: tuple[dict[str, float], dict[str, float]] = ({}, {})
    twice: list[str] = []
    visits, values = records.columns["AVISIT"], records.columns[plan.variable]
    for subject, visit, value in zip(records.subjects, visits, values, strict=True):
        if value is None:
            continue
        own = found[plan.visits.index(str(visit))]
        if subject in own:
            twice.append(subject)
        own[subject] = float(value)
    if twice:
        named = tuple(f"subject {name}" for name in sorted(set(twice))[:_SHOWN_SUBJECTS])
        message = f"the figure {plan.id} takes several records of one subject and visit"
        findings.add(Finding("CED288", message, plan.place, stage=Stage.RAW, records=named))
    first, second = found
    both = [subject for subject in first if subject in second]
    pairs = tuple((first[subject], second[subject]) for subject in both)
    marks: list[tuple[float, float, float]] = []
    try:
        for side in (0, 1):
            got = summary(plan.centre, [pair[side] for pair in pairs])
            if "median" in got:
                marks.append((got["median"], got["q1"], got["q3"]))
            else:
                marks.append((got["mean"], got["mean"] - got["sd"], got["mean"] + got["sd"]))
    except TooFew as reason:
        message = f"the figure {plan.id} cannot mark {plan.centre.name}: {reason}"
        findings.add(Finding("CED289", message, plan.place, stage=Stage.RAW, severity=Severity.WARNING))
        marks = []
    test = results.get(panel.result)
    p = p_value(test.primary.values["p"]) if test is not None and "p" in test.primary.values else ""
    return Panel(panel.title, pairs, tuple(marks), len(first.keys() ^ second.keys()), p)
