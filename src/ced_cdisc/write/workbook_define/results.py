"""Analysis displays and results of a workbook as Analysis Results Metadata."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.define.datasets import WhereClauseRef
from ced_cdisc.define.results import (
    AnalysisDataset,
    AnalysisDatasets,
    AnalysisResult,
    AnalysisResultDisplays,
    AnalysisVariable,
    Code,
    Documentation,
    ProgrammingCode,
    ResultDisplay,
)
from ced_cdisc.workbook.model import Record
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.parts import description
from ced_cdisc.write.workbook_define.cells import Cells
from ced_cdisc.write.workbook_define.items import Items

_SHEET = "Analysis Results"


def displays(cells: Cells, items: Items) -> AnalysisResultDisplays | None:
    """The result displays with their results, or None where the workbook has none."""
    made = [_display(cells, items, one) for one in cells.tables.records("Analysis Displays")]
    known = {one["ID"] for one in cells.tables.records("Analysis Displays")}
    for one in cells.tables.records(_SHEET):
        if one["Display"] not in known:
            cells.fault(
                "CED568", _SHEET, one, f"Display {one['Display']} is not on the sheet Analysis Displays"
            )
    return AnalysisResultDisplays(displays=tuple(made)) if made else None


def _display(cells: Cells, items: Items, display: Record) -> ResultDisplay:
    shown = [one for one in cells.tables.records(_SHEET) if one["Display"] == display["ID"]]
    return ResultDisplay(
        oid=oids.display(display["ID"].replace(" ", "_")),
        name=display["ID"],
        description=description(display["Title"]),
        documents=cells.documents("Analysis Displays", display),
        results=tuple(_result(cells, items, one) for one in shown),
    )


def _result(cells: Cells, items: Items, one: Record) -> AnalysisResult:
    selected = _selected(cells, one)
    parameter = next(
        (
            oids.item(name, "PARAMCD")
            for name, checks in selected.items()
            if any(c.variable == "PARAMCD" for c in checks)
        ),
        None,
    )
    refs = cells.documents(_SHEET, one, "Documentation Refs")
    return AnalysisResult(
        oid=oids.result(one["ID"]),
        parameter_oid=parameter,
        analysis_reason=one["Reason"],
        analysis_purpose=one["Purpose"],
        description=description(one["Description"]),
        datasets=AnalysisDatasets(
            comment_oid=cells.comment(_SHEET, one, "Join Comment"),
            datasets=tuple(_datasets(cells, items, one, selected)),
        ),
        documentation=Documentation(description=description(one["Documentation"]), documents=refs)
        if one["Documentation"] or refs
        else None,
        programming_code=_program(cells, one),
    )


def _program(cells: Cells, one: Record) -> ProgrammingCode | None:
    code, context = one["Programming Code"], one["Programming Context"]
    documents = cells.documents(_SHEET, one, "Programming Document")
    if not (code or context or documents):
        return None
    return ProgrammingCode(
        context=context or None, code=Code(text=code) if code else None, documents=documents
    )


def _selected(cells: Cells, one: Record) -> dict[str, list[RangeCheck]]:
    """The datasets of a result in order, each with the conditions of its records."""
    made: dict[str, list[RangeCheck]] = {}
    for part in _parts(one["Selection Criteria"]):
        if part.isalnum():
            made.setdefault(part, [])
            continue
        for clause in cells.clauses(_SHEET, one, part, "")[:1]:
            made.setdefault(clause[0].dataset, []).extend(clause)
    for name in one["Variables"].replace(",", " ").split():
        made.setdefault(name.rpartition(".")[0], [])
    return made


def _parts(text: str) -> Iterator[str]:
    """The parts of a cell between semicolons that stand outside quotes."""
    part, quoted = "", False
    for char in text:
        quoted ^= char == '"'
        if char == ";" and not quoted:
            yield part.strip()
            part = ""
        else:
            part += char
    if part.strip():
        yield part.strip()


def _datasets(
    cells: Cells, items: Items, one: Record, selected: dict[str, list[RangeCheck]]
) -> Iterator[AnalysisDataset]:
    names = [name.rpartition(".") for name in one["Variables"].replace(",", " ").split()]
    for dataset, _, variable in names:
        if not cells.has_variable(dataset, variable):
            cells.fault("CED568", _SHEET, one, f"{dataset}.{variable} is not on the sheet Variables")
    for dataset, checks in selected.items():
        where = items.where_oid(dataset, checks) if checks else None
        used = [oids.item(dataset, variable) for owner, _, variable in names if owner == dataset]
        yield AnalysisDataset(
            item_group_oid=oids.item_group(dataset),
            where_clauses=(WhereClauseRef(where_clause_oid=where),) if where else (),
            variables=tuple(AnalysisVariable(item_oid=oid) for oid in used),
        )
