"""Texts written in specs for variables that the guide describes as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ced_cdisc.core.dates import bounds
from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.spec.load import Specs
from ced_cdisc.standards.ig import load_sdtmig

_DURATION = re.compile(
    r"-?P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?"
    r"(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+([.,][0-9]+)?S)?)?"
)


def check_forms(specs: Specs, plans: Mapping[str, DatasetPlan], findings: Findings) -> None:
    """CED115: a constant of a line, or a cell of written rows, that is not of the form it must have."""
    for dataset in plans.values():
        if dataset.kind == "sdtm":
            for line in (line for block in dataset.blocks for line in block.lines):
                if isinstance(line.tree, tree.Literal) and isinstance(line.tree.value, str):
                    _check(line.variable, line.tree.value, line.where, findings)
    for domain in specs.sdtm:
        for row in domain.rows or []:
            for name, text in row.items():
                if text:
                    _check(str(name), str(text), text.where, findings)


def is_iso(text: str) -> bool:
    """Whether a text is a date, a duration or an interval of ISO 8601."""
    return _fits(text.split("/"), "ISO 8601 datetime, duration or interval")


def _check(variable: str, text: str, where: Location, findings: Findings) -> None:
    form = _forms().get(variable) or _forms().get(f"--{variable[2:]}", "")
    if form and text and not _fits(text.split("/"), form):
        message = f"{variable}: '{text}' is no {form}"
        hint = "write it like P7D, PT30M or P1M" if "duration" in form else "write it like 2018-03-15T09:30"
        findings.add(Finding("CED115", message, where, hint=hint))


def _fits(parts: Iterable[str], form: str) -> bool:
    """Whether each end of an interval, or the text as it is, is a date or a duration as the form allows."""
    listed = list(parts)
    duration = all(_DURATION.fullmatch(part) for part in listed)
    dated = all(bounds(part) is not None or _DURATION.fullmatch(part) for part in listed)
    if len(listed) > 2 or (len(listed) == 2 and "interval" not in form):
        return False
    return duration if form == "ISO 8601 duration" else duration or dated if "duration" in form else dated


@lru_cache(maxsize=1)
def _forms() -> dict[str, str]:
    """The ISO 8601 form of variables by name, and of those of the general classes by --NAME."""
    made: dict[str, str] = {}
    for dataset in load_sdtmig().datasets:
        for variable in dataset.variables:
            if variable.described.startswith("ISO 8601"):
                made[variable.name] = variable.described
                if variable.name.startswith(dataset.name):
                    made.setdefault(f"--{variable.name[2:]}", variable.described)
    return made
