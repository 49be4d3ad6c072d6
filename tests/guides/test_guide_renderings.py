"""The three renderings of a guide say the same in the same order, whatever people write."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pypdf
import pytest
from guide_reading import docx_blocks, docx_document, docx_texts, markdown_texts, pdf_pages, squeezed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ced_cdisc.core.findings import Findings
from ced_cdisc.core.guide import Guide, Paragraph, Place, Run, Section, Table, block_texts, table
from ced_cdisc.spec.guide_words import read_words
from ced_cdisc.write.guides.docx import guide_docx
from ced_cdisc.write.guides.markdown import guide_markdown
from ced_cdisc.write.guides.pdf import guide_pdf
from shared_builds import Made

GUIDES = ("csdrg", "controls/csdrg", "adrg")


def paths(name: str) -> tuple[str, str, str]:
    """PDF, docx and Markdown of a guide in a build of the example."""
    place, _, kind = name.rpartition("/")
    start = f"{place}/" if place else ""
    package = "adam" if kind == "adrg" else "sdtm"
    return f"{start}{package}/{kind}.pdf", f"{start}guides/{kind}.docx", f"{start}guides/{kind}.md"


@pytest.mark.parametrize("name", GUIDES)
def test_docx_pdf_and_markdown_say_the_same_in_the_same_order(guided: Made, name: str) -> None:
    _, out = guided
    pdf, word, marked = ((out / path).read_bytes() for path in paths(name))
    from_docx = [squeezed(text) for text in docx_texts(word) if squeezed(text)]
    from_markdown = [squeezed(text) for text in markdown_texts(marked) if squeezed(text)]
    assert from_docx[0] == from_markdown[0]  # the title
    body = next(i for i, text in enumerate(from_docx) if text == "1Introduction")
    start = next(i for i, text in enumerate(from_markdown) if text == "1Introduction")
    assert [text.lstrip("•") for text in from_docx[body:]] == from_markdown[start:]
    assert len(from_docx) > 100
    printed = "".join(squeezed(page) for page in pdf_pages(pdf))
    for text in from_docx[body:]:
        # a cell may go on over two pages: then its parts are there
        assert text in printed or all(part in printed for part in (text[:12], text[-12:])), text


@pytest.mark.parametrize("name", GUIDES)
def test_headings_of_the_pdf_stand_on_the_pages_that_its_contents_name(guided: Made, name: str) -> None:
    _, out = guided
    pdf, word, _ = ((out / path).read_bytes() for path in paths(name))
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    headings = [
        block.text
        for block in docx_blocks(word)
        if isinstance(block, docx.text.paragraph.Paragraph)
        and (block.style.name or "") in ("Heading 1", "Heading 2", "Heading 3")
    ]
    outline: list[str] = []

    def walk(items: list[object]) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item)
            else:
                outline.append(item.title)  # type: ignore[attr-defined]
                page = pages[reader.get_destination_page_number(item)]  # type: ignore[arg-type, index]
                assert squeezed(item.title) in page  # type: ignore[attr-defined]

    walk(list(reader.outline))
    assert outline == headings
    contents = pages[1] + pages[2]
    for title in headings:
        number = next(
            n for n, page in enumerate(pages, 1) if n > 3 - (name != "csdrg") and squeezed(title) in page
        )
        assert f"{squeezed(title)}{number}" in contents


@pytest.mark.parametrize("name", GUIDES)
def test_head_rows_repeat_and_pages_are_numbered(guided: Made, name: str) -> None:
    _, out = guided
    pdf, word, _ = ((out / path).read_bytes() for path in paths(name))
    document = docx_document(word)
    for one in document.tables:
        assert one.rows[0]._tr.trPr.xpath("./w:tblHeader")
    assert "PAGE" in document.sections[0].footer.part.blob.decode()
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()


def test_dates_are_those_of_the_study_and_nothing_of_the_clock(guided: Made) -> None:
    _, out = guided
    pdf, word, _ = ((out / path).read_bytes() for path in paths("csdrg"))
    properties = docx_document(word).core_properties
    assert properties.created == properties.modified
    assert str(properties.created).startswith("2024-12-02")
    assert {one.date_time for one in zipfile.ZipFile(io.BytesIO(word)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    information = pypdf.PdfReader(io.BytesIO(pdf)).metadata
    assert information is not None and "20241202" in str(information.get("/CreationDate"))


def guide(*blocks: object) -> Guide:
    section = Section(1, "1", "one", "One", tuple(blocks))  # type: ignore[arg-type]
    return Guide(
        "csdrg",
        "A Guide",
        "S1",
        "A study",
        "P1",
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2020, 1, 2, tzinfo=UTC),
        (section,),
    )


def test_the_same_guide_gives_the_same_bytes() -> None:
    made = guide(Paragraph((Run("bold", bold=True), Run(" and not"))), table(("A", "B"), [("1", "2")]))
    for write in (guide_pdf, guide_docx, guide_markdown):
        assert write(made) == write(made)


def test_a_row_longer_than_a_page_goes_on_with_the_head_row_above_it() -> None:
    long = " ".join(f"word{number}" for number in range(3000))
    content = guide_pdf(guide(table(("Head of one", "Head of two"), [("short", long)])))
    pages = pdf_pages(content)[2:]
    assert len(pages) > 2
    assert all("Head of one" in page for page in pages)
    assert squeezed(long) in squeezed(
        "".join(
            p.replace("Head of one", "").replace("Head of two", "").replace("A Guide", "").replace("S1", "")
            for p in pages
        )
    )


@pytest.mark.parametrize("lines", range(30, 56, 2))
def test_a_heading_without_text_stands_on_the_page_of_what_follows(lines: int) -> None:
    """A part whose first section follows at once, begun at any height of the page."""
    words = Paragraph((Run("\n".join("filling" for _ in range(lines))),), "literal")
    made = guide(words)
    more = (
        Section(1, "2", "two", "A part of its own", ()),
        Section(2, "2.1", "deep", "Its first section", (table(("Head", "Other"), [("first", "row")]),)),
    )
    pages = pdf_pages(guide_pdf(replace(made, sections=(*made.sections, *more))))[2:]
    (part,) = [number for number, page in enumerate(pages) if "A part of its own" in page]
    assert "Its first section" in pages[part] and "first" in pages[part].partition("Its first section")[2]


def test_signs_of_the_symbol_font_and_of_western_letters_are_read_back() -> None:
    text = "β ≥ 50 % and QTcF ≤ 450 ms – café, 18.2 µg/mL, “so”"
    made = guide(Paragraph((Run(text),)))
    assert squeezed(text) in squeezed("".join(pdf_pages(guide_pdf(made))))
    assert text in docx_texts(guide_docx(made))
    assert text in markdown_texts(guide_markdown(made))


WORDS = st.text(
    alphabet=st.sampled_from("abcXYZ 0123456789.,;:!?()[]{}<>|*_`#+-=~&\\/'\"%@$^éüß±µ≥β–"),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip())


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, min_size=1, max_size=4), st.booleans(), st.booleans())
def test_no_text_is_changed_by_a_rendering(texts: list[str], bold: bool, italic: bool) -> None:
    texts = [" ".join(text.split()) for text in texts]
    runs = tuple((Run(text, bold, italic),) for text in texts)
    cells = Table(tuple(runs[:1]), tuple((cell,) for cell in runs), (1.0,))
    made = guide(*(Paragraph(one) for one in runs), cells, Place("something"))
    expected = [text for block in made.sections[0].blocks for text in block_texts(block)]
    assert markdown_texts(guide_markdown(made))[-len(expected) :] == expected
    assert [text for text in docx_texts(guide_docx(made)) if text][-len(expected) :] == expected
    printed = squeezed("".join(pdf_pages(guide_pdf(made))))
    assert all(squeezed(text) in printed for text in texts)


SENTENCE = st.text(alphabet="abcdefgh XYZ019,.", min_size=3, max_size=40).map(
    lambda s: f"w{' '.join(s.split())}w"
)
FORMS = st.sampled_from(
    (
        "{}",
        "- {}",
        "1. {}",
        "**{}**",
        "*{}*",
        "`{}`",
        "> {}",
        "### {}",
        "| a |\n|---|\n| {} |",
        "```\n{}\n```",
        "- x\n  - {}",
        "1. x\n\n   {}",
        "[{}](https://example.org/a)",
    )
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(SENTENCE, FORMS), min_size=1, max_size=6))
def test_every_sentence_that_a_person_writes_is_in_every_rendering(
    tmp_path: Path, written: list[tuple[str, str]]
) -> None:
    file = tmp_path / "csdrg.md"
    body = "\n\n<!-- a note -->\n\n".join(form.format(sentence) for sentence, form in written)
    file.write_text(f"## Overview\n\n{body}\n", encoding="utf-8")
    findings = Findings()
    words = read_words(file, "define/csdrg.md", findings)
    assert not findings and words is not None
    made = guide(*words.sections[0].blocks)
    renderings = (
        squeezed("".join(docx_texts(guide_docx(made)))),
        squeezed("".join(markdown_texts(guide_markdown(made)))),
        squeezed("".join(pdf_pages(guide_pdf(made)))),
    )
    for sentence, _ in written:
        for rendering in renderings:
            assert squeezed(sentence) in rendering
