"""A reviewer's guide as a Word document (Office Open XML, ECMA-376), written part by part.

Headings have the styles of Word, so that its navigation and the table of contents find them. The table of
contents holds the titles; Word fills in the page numbers when it opens the file. Times in the archive are
fixed, and no library's template is in it: the same guide gives the same bytes.
"""
# ruff: noqa: E501  (markup reads better unbroken)

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from html import escape

from ced_cdisc.core.guide import Block, Guide, Paragraph, Place, Points, Run, Runs, Section, Table
from ced_cdisc.core.version import VERSION
from ced_cdisc.write.guides.docx_parts import PARTS, core_properties, footer, header

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WIDTH = 9860  # of the text, in twentieths of a point
_EPOCH = (1980, 1, 1, 0, 0, 0)


def guide_docx(guide: Guide) -> bytes:
    """The document; its dates are those of the data."""
    parts = {
        **PARTS,
        "docProps/core.xml": core_properties(guide, f"ced-cdisc {VERSION}"),
        "word/header1.xml": header(guide),
        "word/footer1.xml": footer(),
        "word/document.xml": _document(guide),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, content.encode())
    return stream.getvalue()


def _document(guide: Guide) -> str:
    body = [_styled("Title", guide.title), _styled("Subtitle", guide.study_title)]
    body += [_paragraph((Run(f"{name}: ", bold=True), Run(value))) for name, value in guide.front]
    body += _contents(guide)
    marks = {section.key: number for number, section in enumerate(guide.sections)}
    for section in guide.sections:
        body.append(_heading(section, marks[section.key]))
        for block in section.blocks:
            body += _block(block)
    body.append(
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1300" w:right="1190" w:bottom="1200" w:left="1190" '
        'w:header="620" w:footer="560" w:gutter="0"/></w:sectPr>'
    )
    return f"{_HEAD}<w:document {_W} {_R}><w:body>{''.join(body)}</w:body></w:document>"


def bookmark(section: Section) -> str:
    """The name of a section's bookmark: a letter first, no hyphens, at most 40 characters."""
    return f"s_{section.key.replace('-', '_')}"[:40]


def _contents(guide: Guide) -> Iterator[str]:
    yield _styled("TOCHeading", "Contents")
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-3" \\h \\z \\u </w:instrText></w:r>'
    last = len(guide.sections) - 1
    for number, section in enumerate(guide.sections):
        before = field.format("begin") + code + field.format("separate") if number == 0 else ""
        after = field.format("end") if number == last else ""
        link = f'<w:hyperlink w:anchor="{bookmark(section)}" w:history="1">{_run(Run(section.heading))}</w:hyperlink>'
        yield f'<w:p><w:pPr><w:pStyle w:val="TOC{section.level}"/></w:pPr>{before}{link}{after}</w:p>'


def _heading(section: Section, number: int) -> str:
    start = f'<w:bookmarkStart w:id="{number}" w:name="{bookmark(section)}"/>'
    end = f'<w:bookmarkEnd w:id="{number}"/>'
    style = f'<w:pPr><w:pStyle w:val="Heading{section.level}"/></w:pPr>'
    return f"<w:p>{style}{start}{_run(Run(section.heading))}{end}</w:p>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Place():
            yield _styled("Place", block.text)
        case Paragraph(runs, style):
            named = {"minor": "Heading4", "literal": "Literal", "quote": "Quote"}.get(style, "")
            yield _paragraph(runs, named)
        case Points(items):
            for item in items:
                indent = 360 * (item.depth + 1)
                mark = f"{_run(Run(item.mark))}<w:r><w:tab/></w:r>" if item.mark else ""
                hanging = 'w:hanging="360"' if item.mark else 'w:hanging="0"'
                ruled = (
                    f'<w:pPr><w:pStyle w:val="ListParagraph"/><w:ind w:left="{indent}" {hanging}/></w:pPr>'
                )
                yield f"<w:p>{ruled}{mark}{''.join(map(_run, item.runs))}</w:p>"
        case Table():
            yield _table(block)
            yield '<w:p><w:pPr><w:spacing w:before="0" w:after="60"/></w:pPr></w:p>'


def _table(block: Table) -> str:
    widths = [round(_WIDTH * share) for share in block.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    properties = (
        f'<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    rows = [_row(block.header, widths, head=True), *(_row(row, widths) for row in block.rows)]
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _row(cells: tuple[Runs, ...], widths: list[int], *, head: bool = False) -> str:
    ruled = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else ""
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="E6EBF1"/>' if head else ""
    made: list[str] = []
    for width, runs in zip(widths, cells, strict=True):
        shown = tuple(Run(run.text, True, run.italic, run.code) for run in runs) if head else runs
        made.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr>{_paragraph(shown, "Cell")}</w:tc>'
        )
    return f"<w:tr>{ruled}{''.join(made)}</w:tr>"


def _styled(style: str, words: str) -> str:
    return _paragraph((Run(words),), style)


def _paragraph(runs: Runs, style: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}{''.join(map(_run, runs))}</w:p>"


def _run(run: Run) -> str:
    parts = '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>' if run.code else ""
    parts += "<w:b/>" * run.bold + "<w:i/>" * run.italic
    ruled = f"<w:rPr>{parts}</w:rPr>" if parts else ""
    lines = [f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>' for line in run.text.split("\n")]
    return f"<w:r>{ruled}{'<w:br/>'.join(lines)}</w:r>"
