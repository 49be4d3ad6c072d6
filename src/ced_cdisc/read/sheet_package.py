"""The package of an xlsx workbook: its parts, its sheets by name, its texts and the formats of its cells.

No part may declare a document type, and so no entity can be expanded; all parts together are bounded in size.
Source: ECMA-376 parts 1 and 2. Elements are known by their local names, so that the transitional and the
strict form are read alike.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import field
from datetime import datetime
from typing import IO, Any, Literal, cast
from xml.etree.ElementTree import Element, XMLPullParser, fromstring
from xml.parsers import expat

from ced_cdisc.core.frozen import frozen
from ced_cdisc.read.sheet_formats import CellFormat, cell_format

MAX_UNPACKED = 1 << 30
"""Most bytes that the parts of a workbook may unpack to, together."""

_OLE = bytes.fromhex("D0CF11E0")
_CHUNK = 1 << 16
_WORKBOOK = (
    "spreadsheetml.sheet.main+xml",
    "spreadsheetml.template.main+xml",
    "ms-excel.sheet.macroEnabled.main+xml",
    "ms-excel.template.macroEnabled.main+xml",
)
"""How the content types of a workbook's main part end."""
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001


@frozen
class PackageFault:
    """Why a file cannot be read as a workbook; ``said`` is the detail for the message."""

    kind: Literal["foreign", "locked", "damaged", "big"]
    said: str = ""

    @property
    def what(self) -> str:
        """What is wrong, in words that follow the name of the file."""
        return {
            "foreign": f"is no xlsx workbook: it starts with {self.said}",
            "locked": "is password-protected or an old .xls",
            "damaged": f"is damaged or no workbook: {self.said}",
            "big": f"unpacks to {self.said}",
        }[self.kind]

    @property
    def hint(self) -> str:
        """What to do."""
        return {
            "foreign": "save it as .xlsx",
            "locked": "save it as .xlsx without a password",
            "damaged": "open it in a spreadsheet program and save it as .xlsx again",
            "big": "take out what is not needed, or export so big a table as CSV",
        }[self.kind]


def package_fault(raw: bytes) -> PackageFault | None:
    """What makes a file no workbook, or too big a one; its sheets are not looked at."""
    if raw.startswith(_OLE):
        return PackageFault("locked")
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return PackageFault("foreign", repr(raw[:8]))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        return damage(error)
    if any(entry.flag_bits & 1 for entry in entries):
        return PackageFault("locked")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        return PackageFault("big", f"{unpacked} bytes, more than {MAX_UNPACKED}")
    return None


def damage(error: Exception) -> PackageFault:
    """What zipfile, expat or we said of a damaged file, on one line."""
    return PackageFault("damaged", " ".join(str(error).split()) or type(error).__name__)


@frozen
class Worksheet:
    """A sheet of cells: its title, its part of the package, and whether people see it."""

    title: str
    part: str
    hidden: bool


@frozen
class Book:
    """An open workbook.

    Attributes:
        archive: the package.
        worksheets: the sheets of cells, in the order of the workbook.
        epoch: the day from which dates are counted.
        texts: those that cells share.
        formats: of the styles of cells, by index.
    """

    archive: zipfile.ZipFile
    worksheets: tuple[Worksheet, ...]
    epoch: datetime
    texts: list[str] = field(default_factory=list[str])
    formats: list[CellFormat] = field(default_factory=list[CellFormat])

    def format_of(self, style: int) -> CellFormat:
        """The format of a style; plain where the workbook does not have it."""
        return self.formats[style] if 0 <= style < len(self.formats) else CellFormat()


@contextmanager
def opened(raw: bytes) -> Generator[Book, None, None]:
    """The workbook of these bytes; anything may be raised on a damaged file."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        main = _main_part(archive)
        tree = _tree(archive, main)
        related = _related(archive, main)
        names = set(archive.namelist())
        properties = next(children(tree, "workbookPr"), None)
        since_1904 = properties is not None and properties.get("date1904", "0") in ("1", "true", "on")
        yield Book(
            archive,
            tuple(_worksheets(tree, related, names)),
            _EPOCHS[since_1904],
            _texts(archive, _of_type(related, "sharedStrings")),
            _formats(archive, [part for part in _of_type(related, "styles") if part in names]),
        )


def elements(part: IO[bytes]) -> Iterator[Element]:
    """The elements of a part as they end, the inner ones first.

    Raises:
        ParseError: it is no XML.
        ValueError: it declares a document type.
    """
    guard = _Guard()
    parser: XMLPullParser[Any] = XMLPullParser(("end",))
    while chunk := part.read(_CHUNK):
        guard.look(chunk)
        parser.feed(chunk)
        yield from _ended(parser)
    parser.close()
    yield from _ended(parser)


def _ended(parser: XMLPullParser[Any]) -> Iterator[Element]:
    return (element for _, element in cast("Iterator[tuple[str, Element]]", parser.read_events()))


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of that local name."""
    return (child for child in element if local(child) == name)


def text_of(element: Element) -> str:
    """The text of an ``si`` or ``is``: plain, or in runs; how it is spoken is no part of it."""
    found: list[str] = []
    for child in element:
        runs = (child,) if local(child) == "t" else children(child, "t") if local(child) == "r" else ()
        found.extend(run.text or "" for run in runs)
    return "".join(found)


class _Guard:
    """Looks at the beginning of a part, up to its first element, for a document type."""

    def __init__(self) -> None:
        self._begun = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin

    def look(self, chunk: bytes) -> None:
        if not self._begun:
            try:
                self._parser.Parse(chunk, False)
            except expat.ExpatError:
                self._begun = True  # the parser says it again, in its own words

    def _begin(self, *_: object) -> None:
        self._begun = True
        self._parser.StartElementHandler = None

    def _refuse(self, *_: object) -> None:
        raise ValueError("a part declares a document type")


def _tree(archive: zipfile.ZipFile, part: str) -> Element:
    data = archive.read(part)
    _Guard().look(data)
    return fromstring(data)


def _main_part(archive: zipfile.ZipFile) -> str:
    types = _tree(archive, "[Content_Types].xml")
    for child in children(types, "Override"):
        if child.get("ContentType", "").endswith(_WORKBOOK):
            return child.get("PartName", "").removeprefix("/")
    if any(child.get("ContentType", "").endswith(_WORKBOOK) for child in children(types, "Default")):
        return "xl/workbook.xml"
    raise ValueError("it contains no workbook part")


def _related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """By id, the types and the names of the parts that a part names."""
    folder, name = posixpath.split(part)
    tree = _tree(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        one.get("Id", ""): (one.get("Type", ""), _target(folder, one.get("Target", "")))
        for one in children(tree, "Relationship")
        if one.get("TargetMode") != "External"
    }


def _target(folder: str, target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _of_type(related: dict[str, tuple[str, str]], kind: str) -> list[str]:
    return [part for told, part in related.values() if told.rpartition("/")[2] == kind]


def _worksheets(tree: Element, related: dict[str, tuple[str, str]], names: set[str]) -> Iterator[Worksheet]:
    for listed in children(tree, "sheets"):
        for sheet in children(listed, "sheet"):
            ids = [value for key, value in sheet.items() if key.endswith("}id")]
            if not ids:
                continue
            kind, part = related[ids[0]]
            if part in names and "chartsheet" not in kind:
                hidden = sheet.get("state", "visible") != "visible"
                yield Worksheet(sheet.get("name", ""), part, hidden)


def _texts(archive: zipfile.ZipFile, parts: list[str]) -> list[str]:
    found: list[str] = []
    for name in parts:
        with archive.open(name) as part:
            for element in elements(part):
                if local(element) == "si":
                    found.append(text_of(element))
                    element.clear()
    return found


def _formats(archive: zipfile.ZipFile, parts: list[str]) -> list[CellFormat]:
    found: list[CellFormat] = []
    for name in parts:
        tree = _tree(archive, name)
        own = {
            int(one.get("numFmtId", "")): one.get("formatCode", "")
            for listed in children(tree, "numFmts")
            for one in children(listed, "numFmt")
        }
        ids = [
            int(one.get("numFmtId", "0"))
            for listed in children(tree, "cellXfs")
            for one in children(listed, "xf")
        ]
        known = {number: cell_format(number, own) for number in dict.fromkeys(ids)}
        found += [known[number] for number in ids]
    return found
