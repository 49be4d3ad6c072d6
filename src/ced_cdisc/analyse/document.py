"""The results of a study as one document, and as a table to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from ced_cdisc.analyse.compute import Computed, ComputedResult
from ced_cdisc.analyse.numbers import kept
from ced_cdisc.plan.analyses import COUNTS, DisplayPlan
from ced_cdisc.plan.method_words import title

Document = Mapping[str, Any]
"""results.json: ``study``, and ``displays`` with their ``results``; plain values only."""


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
        **_computed(result.primary),
        "sensitivity": [_computed(other) for other in result.sensitivity],
    }


def _computed(one: Computed) -> Document:
    values = {key: int(v) if key in COUNTS else kept(v) for key, v in one.values.items()}
    made: dict[str, Any] = {
        "method": one.method.name,
        "variant": title(one.method, one.variant),
        "values": values,
        "printed": one.printed,
    }
    return made | {"groups": list(one.groups)} if one.groups else made


class Row(NamedTuple):
    """One line of the table; ``id`` is empty for a sensitivity analysis."""

    id: str
    what: str
    n: str
    value: str
    method: str


def rows(display: Document) -> list[Row]:
    """The lines of one display of a document."""
    made: list[Row] = []
    for result in cast("list[Document]", display["results"]):
        missing = f"; {result['missing']} missing" if result["missing"] else ""
        made.append(
            Row(result["id"], result["what"], _number(result), result["printed"], result["variant"] + missing)
        )
        for other in cast("list[Document]", result["sensitivity"]):
            made.append(Row("", "  sensitivity", _number(other), other["printed"], other["variant"]))
    return made


def _number(result: Document) -> str:
    """How many values a method had: of both groups where there are two, of all where some are counted."""
    values = result["values"]
    if "n1" in values:
        return f"{values['n1']}+{values['n2']}"
    return str(values.get("total", values.get("n", "")))


HEADS = Row("Result", "What", "n", "Value", "Method")


def table(results: Document) -> str:
    """The document as text: a block for each display, columns aligned."""
    blocks: list[str] = []
    for display in cast("list[Document]", results["displays"]):
        lines = [HEADS, *rows(display)]
        widths = [max(len(row[i]) for row in lines) for i in range(len(HEADS))]
        text = [f"{display['id']}  {display['title']}", ""]
        for row in lines:
            cells = [
                cell.rjust(w) if i == 2 else cell.ljust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            ]
            text.append(("  " + "  ".join(cells)).rstrip())
        blocks.append("\n".join(text))
    return f"Analysis results of study {results['study']}\n\n" + "\n\n".join(blocks) + "\n"
