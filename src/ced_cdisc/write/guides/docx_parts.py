"""The parts of a Word document around its text: styles, settings, relations, header and footer."""
# ruff: noqa: E501  (markup reads better unbroken)

from __future__ import annotations

from html import escape

from ced_cdisc.core.guide import Guide

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_BLUE, _GREY = "1F3A5F", "5F6874"


def _style(
    name: str,
    shown: str,
    paragraph: str = "",
    run: str = "",
    follow: str = "",
) -> str:
    nexts = f'<w:next w:val="{follow}"/>' if follow else ""
    inner = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    inner += f"<w:rPr>{run}</w:rPr>" if run else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>'
        f"{nexts}<w:qFormat/>{inner}</w:style>"
    )


def _heading(level: int, size: int, before: int) -> str:
    paragraph = f'<w:keepNext/><w:keepLines/><w:spacing w:before="{before}" w:after="80"/><w:outlineLvl w:val="{level - 1}"/>'
    run = f'<w:b/><w:color w:val="{_BLUE}"/><w:sz w:val="{size}"/>'
    return _style(f"Heading{level}", f"heading {level}", paragraph, run, follow="Normal")


_BORDER = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B9C0C9"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_STYLES = (
    f'{_HEAD}<w:styles xmlns:w="{_MAIN}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:sz w:val="20"/>'
    '<w:lang w:val="en-US"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:before="0" w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
    '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="90" w:type="dxa"/><w:right w:w="90" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
    + _style(
        "Title",
        "Title",
        '<w:spacing w:before="1200" w:after="240"/>',
        f'<w:b/><w:color w:val="{_BLUE}"/><w:sz w:val="48"/>',
    )
    + _style("Subtitle", "Subtitle", '<w:spacing w:after="360"/>', '<w:sz w:val="24"/>')
    + _heading(1, 32, 480)
    + _heading(2, 26, 320)
    + _heading(3, 22, 260)
    + _heading(4, 20, 180)
    + _style(
        "TOCHeading",
        "TOC Heading",
        '<w:pageBreakBefore/><w:spacing w:after="160"/>',
        f'<w:b/><w:color w:val="{_BLUE}"/><w:sz w:val="32"/>',
    )
    + "".join(
        _style(
            f"TOC{level}",
            f"toc {level}",
            f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9860"/></w:tabs><w:spacing w:after="40"/>'
            f'<w:ind w:left="{(level - 1) * 260}"/>',
            "<w:b/>" if level == 1 else "",
        )
        for level in (1, 2, 3)
    )
    + _style("ListParagraph", "List Paragraph", '<w:spacing w:after="60"/>')
    + _style("Quote", "Quote", '<w:ind w:left="480" w:right="480"/>', "<w:i/>")
    + _style(
        "Literal",
        "Literal",
        '<w:shd w:val="clear" w:color="auto" w:fill="F3F4F6"/>',
        '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/><w:sz w:val="17"/>',
    )
    + _style(
        "Place",
        "Place",
        '<w:shd w:val="clear" w:color="auto" w:fill="FFF2B3"/>',
        '<w:b/><w:color w:val="7A4B00"/>',
    )
    + _style(
        "Cell",
        "Cell",
        '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>',
        '<w:sz w:val="16"/>',
    )
    + _style("Header", "header", "", f'<w:color w:val="{_GREY}"/><w:sz w:val="16"/>')
    + _style("Footer", "footer", "", f'<w:color w:val="{_GREY}"/><w:sz w:val="16"/>')
    + '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
    f"<w:tblPr><w:tblBorders>{_BORDER}</w:tblBorders></w:tblPr></w:style></w:styles>"
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/settings" Target="settings.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/header" Target="header1.xml"/>'
    f'<Relationship Id="rId4" Type="{_OFFICE}/footer" Target="footer1.xml"/></Relationships>'
)
PARTS = {
    "[Content_Types].xml": (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{_TYPE}.settings+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{_TYPE}.header+xml"/>'
        f'<Override PartName="/word/footer1.xml" ContentType="{_TYPE}.footer+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": _RELATIONS,
    "word/styles.xml": _STYLES,
    "word/settings.xml": (
        f'{_HEAD}<w:settings xmlns:w="{_MAIN}"><w:updateFields w:val="true"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        "</w:compat></w:settings>"
    ),
}
"""The parts that are the same in every guide, by their names in the archive."""


def core_properties(guide: Guide, tool: str) -> str:
    """Title, study and date."""
    date = f"{guide.created:%Y-%m-%dT%H:%M:%S}Z"
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(guide.title, quote=False)}, {escape(guide.study, quote=False)}</dc:title>"
        f"<dc:subject>{escape(guide.study_title, quote=False)}</dc:subject><dc:creator>{escape(tool, quote=False)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{date}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{date}</dcterms:modified></cp:coreProperties>'
    )


def header(guide: Guide) -> str:
    """The study at the left, the guide at the right."""
    tabs = '<w:tabs><w:tab w:val="right" w:pos="9860"/></w:tabs>'
    return (
        f'{_HEAD}<w:hdr xmlns:w="{_MAIN}"><w:p><w:pPr><w:pStyle w:val="Header"/>{tabs}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(guide.study, quote=False)}</w:t></w:r><w:r><w:tab/></w:r>'
        f'<w:r><w:t xml:space="preserve">{escape(guide.title, quote=False)}</w:t></w:r></w:p></w:hdr>'
    )


def footer() -> str:
    """Page number and number of pages."""
    return (
        f'{_HEAD}<w:ftr xmlns:w="{_MAIN}"><w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="right"/></w:pPr>'
        '<w:r><w:t xml:space="preserve">Page </w:t></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:t xml:space="preserve"> of </w:t></w:r>'
        '<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
    )
