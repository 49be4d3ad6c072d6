"""Analysis displays and results of a workbook as Analysis Results Metadata."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.workbook.model import Record
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.markup import Element, description, element
from ced_cdisc.write.workbook_define.cells import Cells
from ced_cdisc.write.workbook_define.items import Items

_SHEET = "Analysis Results"


def displays(cells: Cells, items: Items) -> Element | None:
    """The result displays with their results, or None where the workbook has none."""
    made = [_display(cells, items, one) for one in cells.tables.records("Analysis Displays")]
    known = {one["ID"] for one in cells.tables.records("Analysis Displays")}
    for one in cells.tables.records(_SHEET):
        if one["Display"] not in known:
            cells.fault(
                "CED568", _SHEET, one, f"Display {one['Display']} is not on the sheet Analysis Displays"
            )
    return element("arm:AnalysisResultDisplays", {}, *made) if made else None


def _display(cells: Cells, items: Items, display: Record) -> Element:
    return element(
        "arm:ResultDisplay",
        {"OID": oids.display(display["ID"].replace(" ", "_")), "Name": display["ID"]},
        description(display["Title"]),
        *cells.documents("Analysis Displays", display),
        *(
            _result(cells, items, one)
            for one in cells.tables.records(_SHEET)
            if one["Display"] == display["ID"]
        ),
    )


def _result(cells: Cells, items: Items, one: Record) -> Element:
    selected = _selected(cells, one)
    parameter = next(
        (
            oids.item(name, "PARAMCD")
            for name, checks in selected.items()
            if any(c.variable == "PARAMCD" for c in checks)
        ),
        None,
    )
    code = one["Programming Code"]
    programs = cells.documents(_SHEET, one, "Programming Document")
    return element(
        "arm:AnalysisResult",
        {
            "OID": oids.result(one["ID"]),
            "ParameterOID": parameter,
            "AnalysisReason": one["Reason"],
            "AnalysisPurpose": one["Purpose"],
        },
        description(one["Description"]),
        element(
            "arm:AnalysisDatasets",
            {"def:CommentOID": cells.comment(_SHEET, one, "Join Comment")},
            *_datasets(cells, items, one, selected),
        ),
        element(
            "arm:Documentation",
            {},
            description(one["Documentation"]),
            *cells.documents(_SHEET, one, "Documentation Refs"),
        )
        if one["Documentation"] or one["Documentation Refs"]
        else None,
        element(
            "arm:ProgrammingCode",
            {"Context": one["Programming Context"] or None},
            element("arm:Code", {}, text=code) if code else None,
            *programs,
        )
        if code or programs or one["Programming Context"]
        else None,
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
) -> Iterator[Element]:
    names = [name.rpartition(".") for name in one["Variables"].replace(",", " ").split()]
    for dataset, _, variable in names:
        if not cells.has_variable(dataset, variable):
            cells.fault("CED568", _SHEET, one, f"{dataset}.{variable} is not on the sheet Variables")
    for dataset, checks in selected.items():
        where = items.where_oid(dataset, checks) if checks else None
        yield element(
            "arm:AnalysisDataset",
            {"ItemGroupOID": oids.item_group(dataset)},
            element("def:WhereClauseRef", {"WhereClauseOID": where}) if where else None,
            *(
                element("arm:AnalysisVariable", {"ItemOID": oids.item(dataset, variable)})
                for owner, _, variable in names
                if owner == dataset
            ),
        )
