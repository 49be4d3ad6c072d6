"""Terminology files in the layouts that NCI EVS publishes, made from this tool's own tables or by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

import openpyxl

from ced_cdisc.standards.ct import CtPackage

HEADER = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
    "CDISC Definition",
    "NCI Preferred Term",
)
Cells = tuple[str, ...]


def rows_of(package: CtPackage, extensible: dict[str, str]) -> list[Cells]:
    """All rows of a package, with empty definitions; ``extensible`` says Yes, No or nothing of each list."""
    rows: list[Cells] = []
    for code in package:
        codelist = package.codelist(code)
        name = codelist.name
        rows.append((code, "", extensible[code], name, codelist.short_name, name, "", f"CDISC {name}"))
        rows += [
            (t.code, code, "", name, t.submission_value, "; ".join(t.synonyms), "", t.preferred_term)
            for t in codelist.terms
        ]
    return rows


SMALL: list[Cells] = [
    ("C66769", "", "No", "Severity", "AESEV", "Severity", "A definition.", "CDISC Severity"),
    ("C41338", "C66769", "", "Severity", "MILD", "1; Grade 1", 'A "definition", too.', "Mild Adverse Event"),
    ("C41339", "C66769", "", "Severity", "MODERATE", "", "", "Moderate Adverse Event"),
    ("C66742", "", "Yes", "No Yes Response", "NY", "", "", "CDISC No Yes"),
    ("C49487", "C66742", "", "No Yes Response", "N", "No", "", "No"),
]


def tabbed(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    return "".join("\t".join(row) + "\r\n" for row in (header, *rows)).encode()


def commas(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def workbook(rows: Iterable[Sequence[object]], title: str = "SDTM Terminology 2025-03-28") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "ReadMe"
    book.active.append(["About this file"])
    sheet = book.create_sheet(title)
    for row in (HEADER, *rows):
        sheet.append([cell or None for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def odm(rows: Iterable[Sequence[str]], file_oid: str = "CDISC_CT.SDTM.2025-03-28") -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
        f'xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" FileOID={quoteattr(file_oid)}>',
        '<Study OID="S"><MetaDataVersion OID="M" Name="Terminology">',
    ]
    end: list[str] = []
    for code, codelist, extensible, name, value, synonyms, definition, preferred in rows:
        if not codelist:
            lines += end
            lines.append(
                f'<CodeList OID="CL.{code}" Name={quoteattr(name)} DataType="text" nciodm:ExtCodeID="{code}"'
                f' nciodm:CodeListExtensible="{extensible}">'
            )
            end = [_nci("CDISCSubmissionValue", value), "</CodeList>"]
            continue
        lines.append(f"<EnumeratedItem CodedValue={quoteattr(value)} nciodm:ExtCodeID={quoteattr(code)}>")
        lines += [_nci("CDISCSynonym", synonym) for synonym in synonyms.split("; ") if synonym]
        lines.append(_nci("CDISCDefinition", definition))
        lines.append(_nci("PreferredTerm", preferred) + "</EnumeratedItem>")
    return "\n".join([*lines, *end, "</MetaDataVersion></Study></ODM>"]).encode()


def _nci(name: str, text: str) -> str:
    return f"<nciodm:{name}>{escape(text)}</nciodm:{name}>"
