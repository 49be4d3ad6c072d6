"""The layout of the Pinnacle-21-style workbook: sheets and columns as the Define-XML 2.1 template names them.

The 2.0 template has the same sheets with fewer columns, ``Study`` in place of ``Define``, ``Description`` in
place of ``Label``, and where clauses on a sheet of their own. Sources: the header rows of both templates.
"""

from __future__ import annotations

from msgspec import Struct


class Column(Struct, frozen=True):
    """A column: its name in the 2.1 template, the names it has elsewhere, its width and its choices.

    ``old`` marks a column of the 2.0 template that 2.1 has no more; ``text`` one whose blanks count.
    """

    name: str
    aliases: tuple[str, ...] = ()
    width: int = 12
    choices: tuple[str, ...] = ()
    text: bool = False
    new: bool = False
    """Needed for Define-XML 2.1 and unknown to the 2.0 template; its header is highlighted."""
    old: bool = False


class SheetLayout(Struct, frozen=True):
    """A sheet: its columns in order, and those that name a row.

    ``required`` sheets are those without which a workbook says nothing.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    required: bool = False
    old: bool = False

    def column(self, header: str) -> Column | None:
        """The column that a header cell names, whatever its case, blanks and underscores."""
        wanted = plain(header)
        for column in self.columns:
            if wanted in map(plain, (column.name, *column.aliases)):
                return column
        return None


def plain(name: str) -> str:
    """A name as it is compared: ``Key Variables``, ``KEY_VARIABLES`` and ``keyvariables`` are one."""
    return "".join(char for char in name.casefold() if char.isalnum())


YES_NO = ("Yes", "No")
DATA_TYPES = (
    "text",
    "integer",
    "float",
    "datetime",
    "date",
    "time",
    "partialDate",
    "partialTime",
    "partialDatetime",
    "incompleteDatetime",
    "durationDatetime",
    "intervalDatetime",
)
LIST_TYPES = ("text", "integer", "float")
ORIGINS = ("Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available")
SOURCES = ("Subject", "Investigator", "Vendor", "Sponsor")
METHOD_TYPES = ("Computation", "Imputation")
COMPARATORS = ("EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOTIN")

_LABEL = Column("Label", ("Description",), 40, text=True)
_ITEM = (
    Column("Data Type", ("Type",), 14, DATA_TYPES),
    Column("Length", (), 8),
    Column("Significant Digits", (), 10),
    Column("Format", ("Display Format",), 12),
    Column("Mandatory", (), 10, YES_NO),
    Column("Assigned Value", (), 16, text=True, new=True),
    Column("Codelist", ("Code List",), 16),
)
_ORIGIN = (
    Column("Origin", ("Origin Type",), 12, ORIGINS),
    Column("Source", ("Origin Source",), 12, SOURCES, new=True),
    Column("Pages", ("Page",), 10),
    Column("Method", (), 22),
    Column("Predecessor", (), 20, text=True),
)
_COMMENT = Column("Comment", (), 22)
_NOTES = Column("Developer Notes", (), 24, text=True)
_DOCUMENT = (Column("Document", (), 14), Column("Pages", ("Page",), 12))

SHEETS = (
    SheetLayout(
        "Define",
        (Column("Attribute", (), 20), Column("Value", (), 80, text=True)),
        ("Attribute",),
        ("Study",),
    ),
    SheetLayout(
        "Datasets",
        (
            Column("Dataset", ("Domain", "Name"), 12),
            _LABEL,
            Column("Class", (), 24),
            Column("SubClass", (), 20, new=True),
            Column("Structure", (), 40, text=True),
            Column("Purpose", (), 12, ("Tabulation", "Analysis"), old=True),
            Column("Key Variables", ("Keys",), 40),
            Column("Standard", (), 16, new=True),
            Column("Has No Data", (), 10, YES_NO, new=True),
            Column("Repeating", (), 10, YES_NO),
            Column("Reference Data", ("Is Reference Data",), 10, YES_NO),
            _COMMENT,
            _NOTES,
        ),
        ("Dataset",),
        required=True,
    ),
    SheetLayout(
        "Variables",
        (
            Column("Order", ("Order Number",), 7),
            Column("Dataset", ("Domain",), 10),
            Column("Variable", ("Name",), 12),
            _LABEL,
            *_ITEM,
            Column("Common", (), 10, YES_NO, new=True),
            *_ORIGIN,
            Column("Role", (), 22),
            Column("Has No Data", (), 10, YES_NO, new=True),
            _COMMENT,
            _NOTES,
        ),
        ("Dataset", "Variable"),
        required=True,
    ),
    SheetLayout(
        "ValueLevel",
        (
            Column("Order", ("Order Number",), 7),
            Column("Dataset", ("Domain",), 10),
            Column("Variable", (), 12),
            Column("Where Clause", (), 40, text=True),
            _LABEL,
            *_ITEM,
            *_ORIGIN,
            _COMMENT,
            _NOTES,
        ),
        ("Dataset", "Variable", "Where Clause"),
        ("Value Level", "VLM", "Value Level Metadata"),
    ),
    SheetLayout(
        "WhereClauses",
        (
            Column("ID", ("Where Clause",), 40),
            Column("Dataset", ("Domain",), 10),
            Column("Variable", (), 12),
            Column("Comparator", (), 10, COMPARATORS),
            Column("Value", ("Values",), 30, text=True),
            _COMMENT,
        ),
        ("ID", "Dataset", "Variable", "Comparator", "Value"),
        ("Where Clauses",),
        old=True,
    ),
    SheetLayout(
        "Codelists",
        (
            Column("ID", ("OID",), 18),
            Column("Name", (), 32, text=True),
            Column("NCI Codelist Code", (), 12),
            Column("Data Type", ("Type",), 10, LIST_TYPES),
            Column("Terminology", ("Standard",), 20, new=True),
            Column("Comment", (), 30, new=True),
            Column("Order", ("Order Number",), 7),
            Column("Term", ("Coded Value",), 30, text=True),
            Column("NCI Term Code", (), 12),
            Column("Decoded Value", ("Decode",), 40, text=True),
        ),
        ("ID", "Term"),
        ("Codelist", "Code Lists"),
    ),
    SheetLayout(
        "Dictionaries",
        (
            Column("ID", ("OID",), 18),
            Column("Name", (), 40, text=True),
            Column("Data Type", ("Type",), 10, LIST_TYPES),
            Column("Dictionary", (), 20),
            Column("Version", (), 14),
            _COMMENT,
        ),
        ("ID",),
        ("Dictionary",),
    ),
    SheetLayout(
        "Methods",
        (
            Column("ID", ("OID",), 22),
            Column("Name", (), 40, text=True),
            Column("Type", (), 14, METHOD_TYPES),
            Column("Description", (), 80, text=True),
            Column("Expression Context", (), 18, text=True),
            Column("Expression Code", (), 60, text=True),
            *_DOCUMENT,
        ),
        ("ID",),
        ("Method",),
    ),
    SheetLayout(
        "Comments",
        (Column("ID", ("OID",), 22), Column("Description", (), 80, text=True), *_DOCUMENT),
        ("ID",),
    ),
    SheetLayout(
        "Documents",
        (Column("ID", ("OID",), 16), Column("Title", (), 50, text=True), Column("Href", (), 30, text=True)),
        ("ID",),
    ),
    SheetLayout(
        "Analysis Displays",
        (Column("ID", ("OID",), 18), Column("Title", (), 60, text=True), *_DOCUMENT),
        ("ID",),
    ),
    SheetLayout(
        "Analysis Results",
        (
            Column("Display", (), 18),
            Column("ID", ("OID",), 18),
            Column("Description", (), 60, text=True),
            Column("Variables", (), 30),
            Column("Reason", (), 24),
            Column("Purpose", (), 28),
            Column("Selection Criteria", (), 40, text=True),
            Column("Join Comment", (), 30, text=True),
            Column("Documentation", (), 60, text=True),
            Column("Documentation Refs", (), 20),
            Column("Programming Context", (), 18, text=True),
            Column("Programming Code", (), 60, text=True),
            Column("Programming Document", (), 20),
            Column("Pages", (), 12),
        ),
        ("Display", "ID"),
    ),
)
"""All sheets in the order of the template; ``WhereClauses`` is of 2.0 alone."""


def layout(name: str) -> SheetLayout | None:
    """The layout of a sheet by any of its names, or None."""
    wanted = plain(name)
    for sheet in SHEETS:
        if wanted in map(plain, (sheet.name, *sheet.aliases)):
            return sheet
    return None
