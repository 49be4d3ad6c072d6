"""The document of results, and the table that people read. Nothing here needs the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

JSON = "adam/results.json"
TEXT = "adam/results.txt"
"""Where the document and its table stand in OUT."""

Document = Mapping[str, Any]
"""results.json: ``study``, and ``displays`` with their ``results``; plain values only."""


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
