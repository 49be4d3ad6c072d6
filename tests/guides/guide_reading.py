"""Guides read back by libraries that know nothing of how they were written."""

from __future__ import annotations

import io
import re

import docx
import pypdf
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from markdown_it import MarkdownIt


def squeezed(text: str) -> str:
    """The text without blanks: line ends of a PDF may stand anywhere."""
    return re.sub(r"\s+", "", text)


def docx_document(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def docx_blocks(content: bytes) -> list[Paragraph | Table]:
    """Paragraphs and tables of the body in their order."""
    document = docx_document(content)
    made: list[Paragraph | Table] = []
    for child in document.element.body:
        if child.tag == qn("w:p"):
            made.append(Paragraph(child, document))
        elif child.tag == qn("w:tbl"):
            made.append(Table(child, document))
    return made


def docx_texts(content: bytes) -> list[str]:
    """The texts of all paragraphs and cells behind the table of contents."""
    made: list[str] = []
    for block in docx_blocks(content):
        if isinstance(block, Table):
            made += [cell.text for row in block.rows for cell in row.cells]
        elif not (block.style.name or "").lower().startswith("toc"):
            made.append(block.text.replace("\t", " "))
    return made


def pdf_pages(content: bytes) -> list[str]:
    """The text of each page, without its head and foot."""
    pages: list[str] = []
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(content)).pages):
        lines = page.extract_text().split("\n")
        kept = [line for line in lines if not re.fullmatch(r"Page \d+ of \d+", line.strip())]
        pages.append("\n".join(kept if number == 0 else kept[:]))
    return pages


def markdown_texts(content: bytes) -> list[str]:
    """The texts of all inline tokens and fences."""
    made: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(content.decode()):
        if token.type in ("fence", "code_block"):
            made.append(token.content)
        elif token.type == "inline":
            made.append("".join(part.content for part in token.children or () if "html" not in part.type))
    return made
