"""The tables of a raw folder of which nothing is known yet: no contract, no encoding, no delimiter.

Unlike the readers that a contract governs, nothing here refuses a file for what stands in its cells: a scan
is there to be looked at, and says what it stumbled over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.core.rawformat import RawFormat
from ced_cdisc.read.cell_text import NO_NUMBER
from ced_cdisc.read.contract import ROW, TableContract, raw_finding, shown_path
from ced_cdisc.read.tables import read_table


class FoundTable(Struct):
    """One table of a raw folder.

    Attributes:
        file: the file below the raw folder, with slashes.
        format: as sources.yaml names it.
        header: the names of the columns, in order, as they stand there; they may be blank or alike.
        blocks: frames of String columns ``c0``, ``c1``, .. (null = empty) and ``__row``, to be read once.
        encoding: a Python codec name, of text only.
        delimiter: one character, of text only.
        sheet: the sheet, where a workbook has several.
        group: the ItemGroupOID of the records, of ODM-XML only.
        titles: rows above the header that seem to be no part of the table, csv and xlsx only.
        why: how encoding and delimiter were found, a sentence each.
        remarks: what a contract's reader would refuse; complete when the blocks have been read.
    """

    file: str
    format: RawFormat
    header: tuple[str, ...]
    blocks: Iterator[pl.DataFrame]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    group: str = ""
    titles: int = 0
    why: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list[str])


_MOST_TITLES = 9

Reader = Callable[[Path, str], Iterator["FoundTable | Finding"]]
"""The raw folder and a file below it: its tables, or why it has none."""


def find_tables(folder: Path) -> Iterator[FoundTable | Finding]:
    """The tables of a raw folder and of its subfolders, in the order of their paths."""
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).parts):
        file = path.relative_to(folder).as_posix()
        if any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts):
            continue
        if not path.is_file():
            continue
        reader = READERS.get(path.suffix.lower().lstrip("."))
        shown = shown_path(folder, file)
        if reader is None:
            hint = f"files of raw tables end in {', '.join(f'.{ending}' for ending in READERS)}"
            yield _passed_over(shown, "no reader for a file of this ending", hint)
            continue
        try:
            if path.stat().st_size == 0:
                yield _empty(shown)
                continue
            yield from reader(folder, file)
        except OSError as error:
            text = f"{shown} cannot be read: {error.strerror or error}"
            yield raw_finding("CED761", text, Location(shown), "look at its permissions")


def _passed_over(shown: str, why: str, hint: str) -> Finding:
    text = f"{shown} is passed over: {why}"
    return raw_finding("CED760", text, Location(shown), hint, Severity.NOTE)


def _empty(shown: str, what: str = "the file", why: str = "is empty: not even a header") -> Finding:
    text = f"{what} {why}"
    return raw_finding("CED762", text, Location(shown), "nothing is proposed for it", Severity.WARNING)


def _text(folder: Path, file: str) -> Iterator[FoundTable | Finding]:
    """Delimited text."""
    from ced_cdisc.read.discover_text import found_text

    found = found_text(folder / file, file)
    shown = shown_path(folder, file)
    if isinstance(found, str):
        yield raw_finding("CED761", f"{shown} is no text: {found}", Location(shown), "export it again")
    else:
        yield found if found.header else _empty(shown)


def _workbook(folder: Path, file: str) -> Iterator[FoundTable | Finding]:
    """Every sheet of a workbook."""
    from ced_cdisc.read.sheet_cells import damage, last_row, opened, package_fault, read_cells

    shown = shown_path(folder, file)
    raw = (folder / file).read_bytes()
    fault = package_fault(raw)
    found: list[FoundTable | Finding] = []
    if fault is None:
        try:
            with opened(raw) as book:
                for sheet in book.worksheets:
                    cells = read_cells(book, sheet)
                    title = str(sheet.title) if len(book.worksheets) > 1 else ""
                    titles = titles_above([len(cells.rows.get(at, ())) for at in range(1, _MOST_TITLES + 2)])
                    if cells.rows.get(titles + 1):
                        cells.merged = [one for one in cells.merged if last_row(one) > titles]
                        found.append(_sheet(file, title, cells.rows, _sheet_remarks(cells), titles))
                    elif cells.rows:
                        text = f"row 1 of the sheet {sheet.title} is empty, where the header must stand"
                        where = Location(shown, 1)
                        found.append(raw_finding("CED761", text, where, "delete the rows above the header"))
                    else:
                        found.append(_empty(shown, f"the sheet {sheet.title}"))
        except MemoryError:
            raise
        except Exception as error:  # openpyxl, zipfile and expat raise anything on a damaged file
            fault = damage(error)
    if fault is not None:
        yield raw_finding("CED761", f"{shown} {fault.what}", Location(shown), fault.hint)
        return
    yield from found


def _sheet_remarks(cells: object) -> list[str]:
    kinds = (
        ("errors", "errors of formulas"),
        ("unstored", "formulas without a value"),
        ("merged", "merged"),
        ("otherwise", "shown otherwise than held"),
    )
    remarks: list[str] = []
    for name, words in kinds:
        places = [str(place).split()[0] for place in getattr(cells, name)]
        if places:
            more = f" and {len(places) - 3} more" if len(places) > 3 else ""
            remarks.append(f"{words}: {', '.join(places[:3])}{more}; a build refuses them")
    return remarks


def titles_above(filled: Sequence[int]) -> int:
    """How many rows seem to stand above the header: each of one cell at most, and then one of three or more.

    Args:
        filled: how many cells of each of the first rows are filled.
    """
    head = next((at for at, count in enumerate(filled[: _MOST_TITLES + 1]) if count > 1), 0)
    return head if head < len(filled) and filled[head] > 2 else 0


def _sheet(
    file: str, title: str, rows: dict[int, dict[int, str]], remarks: list[str], titles: int
) -> FoundTable:
    head = rows[titles + 1]
    filled = {number: cells for number, cells in sorted(rows.items()) if cells and number > titles + 1}
    width = max(head)
    beyond = sum(any(column > width for column in cells) for cells in filled.values())
    if beyond:
        remarks.append(f"{beyond} rows have cells to the right of the header; a build refuses them")
    columns = {
        f"c{at - 1}": pl.Series([cells.get(at) for cells in filled.values()], dtype=pl.String)
        for at in range(1, width + 1)
    }
    frame = pl.DataFrame({**columns, ROW: pl.Series(list(filled), dtype=pl.Int64)})
    header = tuple(head.get(at, "") for at in range(1, width + 1))
    return FoundTable(file, "xlsx", header, iter([frame]), sheet=title, remarks=remarks, titles=titles)


def _by_contract(
    form: RawFormat, missing: Sequence[str] = (), encodings: Sequence[str] = ("utf-8",)
) -> Reader:
    """A reader of a format whose files tell their columns: as a build reads it, by a contract made of these.

    Args:
        form: the format, as sources.yaml names it.
        missing: texts of cells that no contract can foresee, taken as empty.
        encodings: those that are tried, in this order.
    """

    def found(folder: Path, file: str) -> Iterator[FoundTable | Finding]:
        told: list[Finding] = []
        for encoding in encodings:
            none = replace(_no_contract(folder, file, form), encoding=encoding, missing=tuple(missing))
            table, told = read_table(folder, none)  # it names the columns that the contract does not
            if table is None:
                continue
            names = table.new
            table, told = read_table(folder, replace(none, columns=names))
            if table is not None:
                coding = "" if encoding == encodings[0] else encoding
                yield FoundTable(file, form, names, _numbered(table.frame), encoding=coding)
                return
        yield from (replace(one, records=()) for one in told)  # records show cells

    return found


def _no_contract(folder: Path, file: str, form: RawFormat) -> TableContract:
    """A contract that promises no column, and holds none against a file."""
    return TableContract(
        name=file,
        file=file,
        format=form,
        columns=(),
        where=Location(shown_path(folder, file)),
        column_policy="ignore",
        needed=frozenset(),
    )


def _numbered(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    names = [name for name in frame.columns if name != ROW]
    return iter([frame.rename({name: f"c{at}" for at, name in enumerate(names)})])


def _odm(folder: Path, file: str) -> Iterator[FoundTable | Finding]:
    """Every item group of an ODM-XML file that has records."""
    from ced_cdisc.read.odm import KEYS, LARGEST_ODM, OdmFault, read_odm
    from ced_cdisc.read.raw_odm import fault_finding, group_items, odm_table

    none = _no_contract(folder, file, "odm")
    shown = shown_path(folder, file)
    if (folder / file).stat().st_size > LARGEST_ODM:
        yield from read_table(folder, none)[1]
        return
    try:
        data = read_odm((folder / file).read_bytes())
    except OdmFault as fault:
        if fault.kind == "foreign":
            yield _passed_over(shown, f"the XML {fault.said}", fault.hint)
        else:
            yield fault_finding(fault, none, shown)
        return
    for group in data.known:
        columns = (*KEYS, *group_items(data, group))
        frame, _, told = odm_table(data, replace(none, name=group, group=group, columns=columns), shown)
        yield from (replace(one, records=()) for one in told if one.severity is Severity.ERROR)
        if frame is not None and len(frame):
            yield FoundTable(file, "odm", columns, _numbered(frame), group=group)
        elif frame is not None:
            yield _empty(shown, f"the item group {group}", "has no records")


def _json(folder: Path, file: str) -> Iterator[FoundTable | Finding]:
    """Dataset-JSON; JSON that does not say to be it is passed over."""
    for table in _DATASET_JSON(folder, file):
        if (
            isinstance(table, Finding)
            and table.code == "CED606"
            and _VERSION not in (folder / file).read_bytes()
        ):
            why = "the JSON is no Dataset-JSON"
            yield _passed_over(shown_path(folder, file), why, "Dataset-JSON 1.1 is read")
        else:
            yield table


_VERSION = b'"datasetJSONVersion"'
_SPECIAL = (".", "._", *(f".{letter}" for letter in ascii_uppercase))
"""The special missing values of SAS."""
_DATASET_JSON = _by_contract("json")

READERS: Mapping[str, Reader] = {
    "csv": _text,
    "tsv": _text,
    "txt": _text,
    "dat": _text,
    "psv": _text,
    "xlsx": _workbook,
    "xpt": _by_contract("xpt", _SPECIAL, ("utf-8", "cp1252")),
    "sas7bdat": _by_contract("sas7bdat", _SPECIAL, ("",)),  # without an encoding: as the file says
    "parquet": _by_contract("parquet", NO_NUMBER),
    "json": _json,
    "ndjson": _json,
    "dsjc": _DATASET_JSON,
    "xml": _odm,
}
"""The reader for each ending of a file."""
