"""One sheet of an xlsx workbook as columns of text, each compared with its contract; no frame is made."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Location, Severity, did_you_mean, one_of
from ced_cdisc.read.contract import (
    TableContract,
    compare_header,
    empty_file,
    new_columns,
    raw_finding,
    skipped_rows,
)
from ced_cdisc.read.sheet_cells import (
    PackageFault,
    SheetCells,
    damage,
    last_row,
    opened,
    package_fault,
    read_cells,
)

_SHOWN = 5
_OTHERWISE = "write what is shown as text; what a cell holds is read, not what its format makes of it"
_BESIDE = "what a cell holds is read alone, so that 5% is 0.05 and 007 is 7"


class SheetTable(Struct, frozen=True):
    """The records of a sheet.

    Attributes:
        columns: by name in the contract's order, the text of each record as it stands there; None for an
            empty cell.
        rows: the row of each record.
    """

    columns: dict[str, list[str | None]]
    rows: list[int]


def read_sheet(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[SheetTable | None, tuple[str, ...], list[Finding]]:
    """Read one sheet; arguments and result are those of ``read_delimited``, but that no frame is made.

    Row 1 is the header, but for ``titles``. Numbers become the shortest text that reads back (``424``,
    ``2.22``), booleans ``TRUE``/``FALSE``, dates ``YYYY-MM-DD``, date-times ``YYYY-MM-DDTHH:MM:SS``, times
    ``HH:MM:SS``. Nothing is trimmed.
    """
    fault = package_fault(raw)
    if fault:
        return None, (), [_fault_finding(fault, contract, shown)]
    try:
        with opened(raw) as book:
            sheet = _load(book, contract, shown)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl, zipfile and expat raise anything on a damaged file
        return None, (), [_fault_finding(damage(error), contract, shown)]
    if isinstance(sheet, Finding):
        return None, (), [sheet]
    return _table(sheet, contract, shown)


def _fault_finding(fault: PackageFault, contract: TableContract, shown: str) -> Finding:
    """CED225, CED226, CED227 or CED233: what is no workbook, or too big a one."""
    code = {"foreign": "CED225", "locked": "CED226", "damaged": "CED227", "big": "CED233"}[fault.kind]
    hint = fault.hint + ", or write format: csv if it is text" * (fault.kind == "foreign")
    return raw_finding(code, f"the file of table {contract.name} {fault.what}", Location(shown), hint)


def _load(book: Any, contract: TableContract, shown: str) -> SheetCells | Finding:
    sheets = {str(sheet.title): sheet for sheet in book.worksheets}
    titles = list(sheets)
    if contract.sheet and contract.sheet not in sheets:
        hint = did_you_mean(contract.sheet, titles) or f"the workbook has {one_of(titles)}"
        text = f"no sheet {contract.sheet} in {shown} for table {contract.name}"
        return raw_finding("CED228", text, contract.where, hint)
    if not contract.sheet and len(titles) != 1:
        text = f"table {contract.name} names no sheet, and the workbook has {len(titles)}: {one_of(titles)}"
        return raw_finding("CED229", text, contract.where, "write sheet: with one of them")
    return read_cells(book, sheets[contract.sheet or titles[0]])


def _table(
    sheet: SheetCells, contract: TableContract, shown: str
) -> tuple[SheetTable | None, tuple[str, ...], list[Finding]]:
    table, where = contract.name, Location(shown)
    header_row, at, filled = _below(sheet, contract)
    merged = [cells for cells in sheet.merged if last_row(cells) >= at]
    found = [
        *_cell_findings("CED230", "error", sheet.errors, "correct the formula or the value", table, where),
        *_cell_findings(
            "CED231",
            "unstored formula",
            sheet.unstored,
            "open and save the workbook, so that values are stored",
            table,
            where,
        ),
        *_cell_findings("CED232", "merged range", merged, "unmerge and fill each cell", table, where),
        *_cell_findings(
            "CED838", "cell| shown otherwise than held", sheet.otherwise, _OTHERWISE, table, where
        ),
        *(
            replace(finding, severity=Severity.WARNING)
            for finding in _cell_findings(
                "CED839", "cell| shown with text of the format", sheet.beside, _BESIDE, table, where
            )
        ),
    ]
    if not header_row and not filled and not found:
        return None, (), [empty_file(contract, shown)]
    header = [header_row.get(number, "") for number in range(1, max(header_row, default=0) + 1)]
    if contract.trim:
        header = [name.strip() for name in header]
    header = contract.renamed(header)
    found += compare_header(header, contract, Location(shown, at))
    found += _beyond_header(filled, len(header), table, where)
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, (), found
    place = {name: number for number, name in enumerate(header, 1)}
    columns = {
        name: [cells.get(place.get(name, 0)) for cells in filled.values()] for name in contract.columns
    }
    first, last = at + contract.labels + 1, max(filled, default=1)
    found += skipped_rows([n for n in range(first, last) if n not in filled], "row", contract, shown)
    return SheetTable(columns, list(filled)), new_columns(header, contract), found


def _below(
    sheet: SheetCells, contract: TableContract
) -> tuple[dict[int, str], int, dict[int, dict[int, str]]]:
    """The cells of the header, its row, and those of the records, without titles and labels."""
    at = 1 + contract.titles
    first = at + contract.labels + 1
    filled = {number: cells for number, cells in sorted(sheet.rows.items()) if cells and number >= first}
    return sheet.rows.get(at, {}), at, filled


def _cell_findings(
    code: str, word: str, cells: list[str], hint: str, table: str, where: Location
) -> list[Finding]:
    """One finding for all cells of a kind; a bar in the word marks where its plural s goes."""
    if not cells:
        return []
    first, _, rest = word.partition("|")
    count = f"{len(cells)} {first}{'s' * (len(cells) > 1)}{rest}"
    text = f"{count} in the sheet of table {table}: {one_of(cells, _SHOWN)}"
    return [raw_finding(code, text, where, hint)]


def _beyond_header(
    filled: dict[int, dict[int, str]], width: int, table: str, where: Location
) -> list[Finding]:
    """CED234: cells to the right of the last header cell."""
    letter: Any = import_module("openpyxl.utils.cell").get_column_letter
    outside = [
        f"{letter(column)}{number} holds {cells[column]}"
        for number, cells in filled.items()
        for column in sorted(cells)
        if column > width
    ]
    hint = "give the column a header or clear the cells"
    found = _cell_findings("CED234", "cell| without header", outside, hint, table, where)
    return [replace(finding, quotes=tuple(outside[:_SHOWN])) for finding in found]
