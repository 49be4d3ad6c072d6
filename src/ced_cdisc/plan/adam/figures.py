"""The figures of an analysis dataset to their plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.plan.adam.results import Results, quantile_type
from ced_cdisc.plan.adam.selections import selection
from ced_cdisc.plan.adam.templates import second, written_out
from ced_cdisc.plan.analyses import SHOWN, TESTS, AnalysisMethod, FigurePlan, PanelPlan, print_format
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.spec.results import FigureSpec
from ced_cdisc.spec.source import Text

VISIT = "AVISIT"
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def plan_figures(specs: Iterable[FigureSpec], results: Results) -> tuple[FigurePlan, ...]:
    """The figures of one dataset that have no faults; the others have findings."""
    made = [_figure(spec, results) for spec in written_out(specs, results.findings)]
    return tuple(one for one in made if one is not None)


def _figure(spec: FigureSpec, results: Results) -> FigurePlan | None:
    before = len(results.findings.errors)

    def fault(message: str, hint: str = "", at: Text | None = None) -> None:
        where = at.where if at is not None else spec.id.where
        results.findings.add(Finding("CED125", message, where, hint=hint))

    if not _FILE.fullmatch(spec.id):
        fault(f"'{spec.id}' cannot be the name of a file", "take letters, digits, points, - and _")
    if len(spec.visits) != 2 or len(set(spec.visits)) != 2:
        fault(f"a paired change has two visits, not {len(set(spec.visits))}")
    is_median = spec.centre == "median and quartiles"
    if is_median and spec.quantiles is None:
        fault("the figure marks quartiles and needs 'quantiles'", "such as 'type 7' or 'SAS 5'")
    if not is_median and spec.quantiles is not None:
        fault("'quantiles' does not go with mean and SD")
    if spec.limits is not None and (len(spec.limits) != 2 or spec.limits[0] >= spec.limits[1]):
        fault("'limits' are two numbers, the lower one first")
    if spec.panels is not None and spec.result is not None:
        fault("'result' stands in each panel where there are several", at=spec.result)
    results.variable(spec.variable)
    if results.variable(Text(VISIT, spec.id.where), numeric=False):
        for name in spec.visits:
            results.compared(VISIT, name)
    base = selection(spec.data, results.names, results.expressions, results.findings)
    visits = RangeCheck(results.names.dataset, VISIT, "IN", tuple(str(name) for name in spec.visits))
    panels: list[PanelPlan] = []
    if spec.panels is None:
        panels.append(_panel(spec.result, "", (*(base or ()), visits), spec.id))
    for panel in spec.panels or []:
        own = selection(panel.data, results.names, results.expressions, results.findings) or ()
        panels.append(_panel(panel.result, str(panel.title or ""), (*own, *(base or ()), visits), spec.id))
    if len(results.findings.errors) > before:
        return None
    return FigurePlan(
        id=str(spec.id),
        dataset=results.names.dataset,
        what=str(spec.what),
        variable=str(spec.variable),
        visits=(str(spec.visits[0]), str(spec.visits[1])),
        axis=str(spec.axis),
        centre=AnalysisMethod(
            name=spec.centre,
            show=print_format(SHOWN[spec.centre], spec.centre),
            quantiles=quantile_type(spec.quantiles),
        ),
        panels=tuple(panels),
        place=spec.id.where,
        limits=(spec.limits[0], spec.limits[1]) if spec.limits is not None else None,
        ticks=tuple(spec.ticks or ()),
    )


def _panel(result: Text | None, title: str, where: tuple[RangeCheck, ...], figure: Text) -> PanelPlan:
    return PanelPlan(where, title, str(result or ""), (result if result is not None else figure).where)


def check_figures(plans: Mapping[str, DatasetPlan], declared: Set[str], findings: Findings) -> None:
    """Two figures of one name (CED029), results that are none (CED123), or no test (CED125).

    A result that is ``declared`` and not among the plans has a fault of its own, which is told there.
    """
    tests = {r.id: r.method.name in TESTS for plan in plans.values() for r in plan.results}
    seen: dict[str, Location] = {}
    for figure in (figure for plan in plans.values() for figure in plan.figures):
        name = figure.id.casefold()
        if name in seen:
            findings.add(second("figure", figure.id, figure.place, seen[name]))
        seen.setdefault(name, figure.place)
        for panel in (panel for panel in figure.panels if panel.result):
            is_test = tests.get(panel.result)
            if is_test is None and panel.result not in declared:
                hint = did_you_mean(panel.result, tests)
                message = f"unknown result {panel.result}"
                findings.add(Finding("CED123", message, panel.place, hint=hint))
            elif is_test is False:
                message = f"{panel.result} is no test, so that the figure cannot print its P value"
                findings.add(Finding("CED125", message, panel.place))
