"""A file of the Pinnacle-21-style workbook as its cells; what stands in the way is one finding a cause."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from ced_cdisc.core.findings import Finding, Findings, Location, one_of
from ced_cdisc.read.sheet_cells import PackageFault, SheetCells, damage, opened, package_fault, read_cells
from ced_cdisc.workbook.model import Sheet, Workbook

_SHOWN = 5
_CORE = "docProps/core.xml"
_CREATED = re.compile(rb"<dcterms:created[^>]*>([^<]*)")


def read_workbook(raw: bytes, shown: str, findings: Findings) -> Workbook | None:
    """All sheets of an xlsx file, their cells as texts; numbers and dates as :mod:`read.xlsx` writes them.

    Args:
        raw: the bytes of the file.
        shown: how messages name the file.
        findings: receives CED560 to CED563.

    Returns:
        The workbook, or None where it cannot be read or where cells hold errors or formulas without a value.
    """
    fault = package_fault(raw)
    if fault is None:
        try:
            with opened(raw) as book:
                sheets = _sheets(book, shown, findings)
            return None if sheets is None else Workbook(sheets, _created(raw))
        except MemoryError:
            raise
        except Exception as error:  # openpyxl, zipfile and expat raise anything on a damaged file
            fault = damage(error)
    findings.add(_fault_finding(fault, shown))
    return None


def _fault_finding(fault: PackageFault, shown: str) -> Finding:
    code = {"foreign": "CED560", "locked": "CED561", "damaged": "CED562", "big": "CED562"}[fault.kind]
    return Finding(code, f"the workbook {fault.what}", Location(shown), hint=fault.hint)


def _sheets(book: Any, shown: str, findings: Findings) -> tuple[Sheet, ...] | None:
    made: list[Sheet] = []
    clean = True
    for worksheet in book.worksheets:
        name = str(worksheet.title)
        cells = read_cells(book, worksheet)
        clean &= _report(cells, f"{shown}[{name}]", findings)
        rows = {number: dict(row) for number, row in cells.rows.items() if row}
        hidden = str(getattr(worksheet, "sheet_state", "visible")) != "visible"
        made.append(Sheet(name, rows, tuple(cells.merged), hidden))
    return tuple(made) if clean else None


def _created(raw: bytes) -> datetime | None:
    """When the file says it was made; openpyxl gives the present time where it says nothing."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        core = package.read(_CORE) if _CORE in package.namelist() else b""
    match = _CREATED.search(core)
    try:
        return datetime.fromisoformat(match[1].decode().strip()) if match is not None else None
    except ValueError:
        return None


def _report(cells: SheetCells, where: str, findings: Findings) -> bool:
    """CED563 for cells that hold no text; whether there are none."""
    for listed, one, many, hint in (
        (cells.errors, "cell holds an error", "cells hold errors", "correct the formula or the value"),
        (
            cells.unstored,
            "formula has no stored value",
            "formulas have no stored value",
            "open and save the workbook in a spreadsheet program",
        ),
    ):
        if listed:
            text = f"{len(listed)} {one if len(listed) == 1 else many}: {one_of(listed, _SHOWN)}"
            findings.add(Finding("CED563", text, Location(where), hint=hint))
    return not cells.errors and not cells.unstored
