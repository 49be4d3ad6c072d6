"""The forms in which NCI EVS publishes terminology: text, CSV, xlsx and ODM XML, read into rows of cells.

Text, CSV and xlsx have one row a codelist (without codelist code) and one a term; columns go by their names.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, time
from importlib import import_module
from typing import Any

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Findings, Location, one_of

COLUMNS = {
    "code": "Code",
    "codelist": "Codelist Code",
    "extensible": "Codelist Extensible (Yes/No)",
    "name": "Codelist Name",
    "value": "CDISC Submission Value",
    "synonyms": "CDISC Synonym(s)",
    "preferred_term": "NCI Preferred Term",
}
"""The columns that are taken, by their published names; definitions are left where they are."""
_STANDARD_AND_DATE = "standard and date"
_OLE = bytes.fromhex("D0CF11E0")
_NCI = "{http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC}"
_MAX_UNPACKED = 1 << 30


class Row(Struct, frozen=True):
    """One published row: a codelist if ``codelist`` is empty, else a term of it. ``line`` counts from 1."""

    line: int
    code: str
    codelist: str
    extensible: str
    name: str
    value: str
    synonyms: str
    preferred_term: str


class Content(Struct):
    """What a file holds, and the texts in it that may tell the standard and the date."""

    rows: list[Row] = field(default_factory=list[Row])
    titles: list[str] = field(default_factory=list[str])


def read_form(raw: bytes, shown: str, findings: Findings) -> Content:
    """The rows of a published file, by what the bytes are, not by the name.

    Findings are CED083 (the file is none of the forms) and CED084 (a row that is malformed).
    """
    where = Location(shown)
    if raw.startswith(_OLE):
        hint = "take the .txt or .odm.xml file of that release, or save it as .xlsx in a spreadsheet program"
        findings.add(Finding("CED083", "an old .xls workbook cannot be read", where, hint=hint))
        return Content()
    if raw.startswith(b"PK"):
        return _xlsx(raw, shown, findings)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start + 1} is not UTF-8"
        findings.add(Finding("CED083", message, Location(shown, line), hint="save the file as UTF-8"))
        return Content()
    if text.lstrip().startswith("<"):
        return _odm(raw, shown, findings)
    head = text.partition("\n")[0]
    rows = _tabbed(text) if "\t" in head else _commas(text, shown, findings)
    return _table(rows, shown, findings)


def _tabbed(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.removesuffix("\r").split("\t")


def _commas(text: str, shown: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            findings.add(Finding("CED084", f"this is no CSV: {error}", Location(shown, line)))
            return
        if any(cells):
            yield line, cells


def _table(
    rows: Iterator[tuple[int, list[str]]], shown: str, findings: Findings, titles: Sequence[str] = ()
) -> Content:
    """Rows of cells under a header to published rows."""
    content = Content(titles=list(titles))
    line, header = next(rows, (0, list[str]()))
    names = [name.strip().lower() for name in header]
    missing = [column for column in COLUMNS.values() if column.lower() not in names]
    if missing:
        message = f"this is no published terminology: the header lacks {one_of(missing)}"
        hint = f"the columns are {', '.join(COLUMNS.values())}"
        findings.add(Finding("CED083", message, Location(shown, line), hint=hint))
        return content
    places = {key: names.index(column.lower()) for key, column in COLUMNS.items()}
    dated = names.index(_STANDARD_AND_DATE) if _STANDARD_AND_DATE in names else None
    for number, cells in rows:
        if len(cells) != len(names):
            message = f"{len(cells)} cells, where the header has {len(names)}"
            findings.add(Finding("CED084", message, Location(shown, number)))
            continue
        content.rows.append(Row(line=number, **{key: cells[at].strip() for key, at in places.items()}))
        if dated is not None and cells[dated].strip() not in ("", *content.titles):
            content.titles.append(cells[dated].strip())
    return content


def _xlsx(raw: bytes, shown: str, findings: Findings) -> Content:
    """The one sheet that has the published header."""
    where = Location(shown)
    openpyxl: Any = import_module("openpyxl")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            if sum(entry.file_size for entry in package.infolist()) > _MAX_UNPACKED:
                raise ValueError("it unpacks to more than a gigabyte")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about looks and unknown extensions
            book: Any = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheets = {str(sheet.title): list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    except MemoryError:
        raise
    except Exception as error:  # openpyxl, zipfile and expat raise anything on a damaged file
        said = " ".join(str(error).split()) or type(error).__name__
        findings.add(Finding("CED083", f"the workbook cannot be read: {said}", where))
        return Content()
    fitting = [
        title
        for title, rows in sheets.items()
        if rows and COLUMNS["codelist"].lower() in (str(cell).strip().lower() for cell in rows[0])
    ]
    if len(fitting) != 1:
        several = f"{len(fitting)} sheets hold terminology: {one_of(fitting)}"
        message = several if fitting else f"no sheet holds terminology: {one_of(list(sheets))}"
        hint = f"it has one sheet with the columns {', '.join(COLUMNS.values())}"
        findings.add(Finding("CED083", message, where, hint=hint))
        return Content()
    return _table(_filled(sheets[fitting[0]], shown, findings), shown, findings, fitting)


def _filled(rows: list[tuple[Any, ...]], shown: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    width = max(place for place, cell in enumerate(rows[0], start=1) if cell is not None)
    for number, cells in enumerate(rows, start=1):
        if any(cell is not None for cell in cells):
            if any(isinstance(cell, date | time) for cell in cells):
                message = "a cell is a date, which the spreadsheet program has made of a text"
                findings.add(Finding("CED084", message, Location(shown, number)))
                continue
            texts = [_text(cell) for cell in cells] + [""] * (width - len(cells))
            yield number, texts[:width] if not any(texts[width:]) else texts


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _odm(raw: bytes, shown: str, findings: Findings) -> Content:
    etree: Any = import_module("lxml.etree")
    content = Content()
    try:
        parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
        root: Any = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        findings.add(Finding("CED083", f"this is no XML: {error.msg}", Location(shown, error.lineno or 0)))
        return content
    if root.getroottree().docinfo.doctype:
        findings.add(Finding("CED083", "a document type is declared, which is not read", Location(shown)))
        return content
    lists = root.findall(".//{*}CodeList")
    if not lists:
        message = "this is no published terminology: the XML has no CodeList"
        findings.add(Finding("CED083", message, Location(shown)))
    if root.get("FileOID"):
        content.titles.append(root.get("FileOID"))
    for one in lists:
        code = one.get(_NCI + "ExtCodeID", "").strip()
        content.rows.append(
            Row(
                one.sourceline or 0,
                code,
                "",
                one.get(_NCI + "CodeListExtensible", "").strip(),
                one.get("Name", "").strip(),
                _child(one, "CDISCSubmissionValue"),
                "",
                _child(one, "PreferredTerm"),
            )
        )
        for item in one.iterfind("{*}EnumeratedItem", None):
            content.rows.append(_odm_term(item, code))
        for item in one.iterfind("{*}CodeListItem", None):
            content.rows.append(_odm_term(item, code))
    return content


def _odm_term(item: Any, codelist: str) -> Row:
    synonyms = [(node.text or "").strip() for node in item.iterfind(_NCI + "CDISCSynonym")]
    return Row(
        item.sourceline or 0,
        item.get(_NCI + "ExtCodeID", "").strip(),
        codelist or "?",
        "",
        "",
        item.get("CodedValue", "").strip(),
        "; ".join(filter(None, synonyms)),
        _child(item, "PreferredTerm"),
    )


def _child(node: Any, name: str) -> str:
    return (node.findtext(_NCI + name) or "").strip()
