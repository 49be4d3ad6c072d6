"""The cells of a workbook as parts of define.xml; one that refers to nothing is a finding."""

from __future__ import annotations

import re
from functools import cached_property
from typing import get_args

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import Comparator, RangeCheck
from ced_cdisc.define.shared import DocumentRef, PDFPageRef
from ced_cdisc.workbook.compare import where_clauses
from ced_cdisc.workbook.define_view import PREFIXES
from ced_cdisc.workbook.export import GUIDES
from ced_cdisc.workbook.model import Record, Tables
from ced_cdisc.workbook.where import NoClause, parse_clauses
from ced_cdisc.write.define.oids import document_leaf, plain

_PUBLISHERS = ("SDTM", "ADaM", "SEND", "CDASH", "DEFINE-XML", "PROTOCOL", "COA", "MRCT")
_NUMBER = re.compile(r"\d+")
_PAGE_RANGE = re.compile(r"(\d+)-(\d+)")
_WITH_PAGES = re.compile(r"(.*?)\s*(?:\(([^()]*)\))?")
_ACRF = re.compile(r"acrf|blankcrf|annotated (crf|case report form)", re.IGNORECASE)


class Cells:
    """The tables of a workbook with what their cells refer to.

    Args:
        tables: the workbook, 2.1 or 2.0.
        findings: receives CED567 to CED569.
    """

    def __init__(self, tables: Tables, findings: Findings) -> None:
        self.tables = tables
        self._findings = findings
        self._clauses = where_clauses(tables)

    def fault(self, code: str, sheet: str, record: Record, text: str, hint: str = "") -> None:
        """A finding at the row of a record."""
        table = self.tables.tables[sheet]
        where = Location(f"{self.tables.shown}[{table.name}]", record.row)
        self._findings.add(Finding(code, text, where, hint=hint))

    def chosen(self, sheet: str, record: Record, column: str) -> str | None:
        """A cell of a column with choices: one of them, or None for an empty cell; else CED567."""
        text = record[column]
        layout = self.tables.tables[sheet].layout
        choices = next(one.choices for one in layout.columns if one.name == column)
        if text and text not in choices:
            hint = did_you_mean(text, choices) or f"one of {', '.join(choices)}"
            self.fault("CED567", sheet, record, f"'{text}' is no {column}", hint)
        return text or None

    def number(self, sheet: str, record: Record, column: str) -> str | None:
        """A cell that holds a whole number, or None for an empty one; else CED567."""
        text = record[column]
        if text and not _NUMBER.fullmatch(text):
            self.fault("CED567", sheet, record, f"'{text}' is no whole number, as {column} is")
        return text or None

    def reference(self, sheet: str, record: Record, column: str, *targets: str) -> str | None:
        """The OID of what a cell names by its ID, or None for an empty cell; CED568 where nothing has it."""
        name = record[column]
        if not name:
            return None
        for target in targets:
            if name in self._ids.get(target, ()):
                return f"{_OIDS[target]}{name}"
        known = [one for target in targets for one in self._ids.get(target, ())]
        text = f"{column} {name} is not on the sheet {' or '.join(targets)}"
        self.fault("CED568", sheet, record, text, did_you_mean(name, known))
        return None

    def comment(self, sheet: str, record: Record, column: str = "Comment") -> str | None:
        """The OID of a comment by its ID; on Codelists and results a text may stand in its place."""
        name = record[column]
        if name and name not in self._ids.get("Comments", ()) and sheet in ("Codelists", "Analysis Results"):
            return f"{_OIDS['Comments']}{self.free[name]}"
        return self.reference(sheet, record, column, "Comments")

    @cached_property
    def free(self) -> dict[str, str]:
        """IDs for comments that stand in cells as texts."""
        known = self._ids.get("Comments", set())
        made: dict[str, str] = {}
        for sheet, column, named in (
            ("Codelists", "Comment", "CL"),
            ("Analysis Results", "Join Comment", "AR"),
        ):
            for record in self.tables.records(sheet):
                if record[column] and record[column] not in known:
                    made.setdefault(record[column], f"{named}.{plain(record['ID'])}")
        return made

    @cached_property
    def _ids(self) -> dict[str, set[str]]:
        return {sheet: {one["ID"] for one in self.tables.records(sheet)} for sheet in _OIDS}

    def documents(self, sheet: str, record: Record, column: str = "Document") -> tuple[DocumentRef, ...]:
        """The document references of a row with their pages; several are separated by semicolons."""
        named = [part.strip() for part in record[column].split(";")]
        pages = [part.strip() for part in record["Pages"].split(";")]
        if column == "Documentation Refs":
            matches = [_WITH_PAGES.fullmatch(part) for part in named]
            named, pages = [m[1] if m else "" for m in matches], [(m[2] or "") if m else "" for m in matches]
        made: list[DocumentRef] = []
        for at, name in enumerate(named):
            one = Record(record.row, {column: name})
            oid = self.reference(sheet, one, column, "Documents")
            if oid is not None:
                made.append(document_ref(document_leaf(name), pages[at] if at < len(pages) else ""))
        return tuple(made)

    @cached_property
    def acrf(self) -> str:
        """The ID of the annotated CRF, to which pages of origins refer; empty where there is none."""
        for record in self.tables.records("Documents"):
            if _ACRF.search(record["ID"]) or _ACRF.search(record["Title"]) or _ACRF.search(record["Href"]):
                return record["ID"]
        return ""

    def clauses(self, sheet: str, record: Record, text: str, own: str) -> list[list[RangeCheck]]:
        """The where clauses of a cell, joined by OR; CED569 where they cannot be read."""
        try:
            parsed = parse_clauses(self._clauses.get(text, text))
        except NoClause as error:
            self.fault("CED569", sheet, record, f"'{text}' is no where clause: {error} was expected")
            return []
        made: list[list[RangeCheck]] = []
        for clause in parsed:
            checks: list[RangeCheck] = []
            for one in clause:
                dataset = one.dataset or own
                if (dataset, one.variable) not in self._variables:
                    known = [v for d, v in self._variables if d == dataset]
                    text = f"{dataset} has no variable {one.variable}"
                    self.fault("CED568", sheet, record, text, did_you_mean(one.variable, known))
                comparator = next(c for c in get_args(Comparator) if c == one.comparator)
                checks.append(RangeCheck(dataset, one.variable, comparator, one.values))
            made.append(checks)
        return made

    @cached_property
    def _variables(self) -> set[tuple[str, str]]:
        return {(one["Dataset"], one["Variable"]) for one in self.tables.records("Variables")}

    def has_variable(self, dataset: str, variable: str) -> bool:
        """Whether the sheet Variables has the variable."""
        return (dataset, variable) in self._variables


_OIDS = {
    "Codelists": PREFIXES["CodeList"],
    "Dictionaries": PREFIXES["CodeList"],
    "Methods": PREFIXES["MethodDef"],
    "Comments": PREFIXES["CommentDef"],
    "Documents": PREFIXES["leaf"],
}


def document_ref(leaf: str, pages: str) -> DocumentRef:
    """A document reference: numbers are physical pages, ``3-7`` is a range, other words are destinations."""
    words = pages.replace(",", " ").split()
    ranges = [match for word in words if (match := _PAGE_RANGE.fullmatch(word))]
    numbers = [word for word in words if _NUMBER.fullmatch(word)]
    refs: list[PDFPageRef] = []
    if len(ranges) + len(numbers) < len(words):
        refs.append(PDFPageRef(type="NamedDestination", page_refs=" ".join(words)))
    else:
        if numbers:
            refs.append(PDFPageRef(type="PhysicalRef", page_refs=" ".join(numbers)))
        refs += [PDFPageRef(type="PhysicalRef", first_page=m[1], last_page=m[2]) for m in ranges]
    return DocumentRef(leaf_id=leaf, pages=tuple(refs))


def standard_name(text: str) -> tuple[str, str, str]:
    """Name, publishing set (of terminology) and version of a standard as a cell names it.

    >>> standard_name("SDTM-IG 3.4"), standard_name("SDTM 2024-09-27")
    (('SDTMIG', '', '3.4'), ('CDISC/NCI', 'SDTM', '2024-09-27'))
    """
    name, _, version = text.strip().rpartition(" ")
    name = name.strip()
    if name in _PUBLISHERS:
        return "CDISC/NCI", name, version
    return next((known for known, shown in GUIDES.items() if shown == name), name), "", version


def standard_oid(text: str) -> str:
    """The OID of a standard."""
    name, publisher, version = standard_name(text)
    return "STD." + plain(f"{publisher or name}.{version}")
