"""The results of a study as one document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ced_cdisc.analyse.compute import Computed, ComputedResult
from ced_cdisc.analyse.numbers import kept
from ced_cdisc.analyse.table import Document
from ced_cdisc.plan.analyses import COUNTS, DisplayPlan
from ced_cdisc.plan.method_words import title


def document(study: str, displays: Iterable[DisplayPlan], results: Sequence[ComputedResult]) -> Document:
    """The results by display, in the order of the displays and, within, of the specs.

    Numbers have 12 significant digits, so that they do not depend on the machine.
    """
    made: list[Document] = []
    for display in displays:
        own = [_result(one) for one in results if one.plan.display == display.id]
        if own:
            made.append({"id": display.id, "title": display.title, "results": own})
    return {"study": study, "displays": made}


def _result(result: ComputedResult) -> Document:
    return {
        "id": result.plan.id,
        "what": result.plan.what,
        "dataset": result.plan.dataset,
        "data": result.plan.data,
        "variable": result.plan.variable,
        "records": result.records,
        "missing": result.missing,
        **_computed(result.primary, result.plan.variable),
        "sensitivity": [_computed(other, result.plan.variable) for other in result.sensitivity],
    }


def _computed(one: Computed, variable: str) -> Document:
    values = {key: int(v) if key in COUNTS else kept(v) for key, v in one.values.items()}
    made: dict[str, Any] = {
        "method": one.method.name,
        "variant": title(one.method, variable, one.variant),
        "values": values,
        "printed": one.printed,
    }
    return made | {"groups": list(one.groups)} if one.groups else made
