"""The annotated CRF as a PDF: fields at the left, annotations in boxes beside them, one colour a dataset.

Lengths are in points, from the lower left corner of a letter page. Where the annotations of a page need more
room its type is smaller, and if that does not do, the page is longer: no field leaves the page that
define.xml cites.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ced_cdisc.describe.annotated_crf import AnnotatedCrf, CrfPage
from ced_cdisc.plan.crf_pages import CONTENTS
from ced_cdisc.write.crf_layout import (
    BOLD,
    ITALIC,
    LEFT,
    PLAIN,
    RIGHT,
    Colour,
    SetField,
    ascii_text,
    set_field,
    width_of,
    wrapped,
)
from ced_cdisc.write.crf_outline import bookmarks, named_dataset
from ced_cdisc.write.pdf_canvas import pdf_canvas

_WIDTH, _HEIGHT = 612.0, 792.0
_TOP, _BOTTOM = 40.0, 44.0  # margins above and below
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.65)
_INK: Colour = (0.07, 0.09, 0.13)
_GREY: Colour = (0.38, 0.41, 0.46)
_RULE: Colour = (0.82, 0.84, 0.87)
_SHARED: Colour = (1.0, 1.0, 1.0)
_COLOURS: tuple[Colour, ...] = (
    (0.75, 0.90, 1.00),
    (1.00, 0.95, 0.65),
    (0.80, 0.94, 0.78),
    (1.00, 0.84, 0.76),
    (0.88, 0.84, 0.98),
    (0.74, 0.94, 0.92),
    (0.99, 0.84, 0.92),
    (0.90, 0.88, 0.74),
    (0.86, 0.89, 0.94),
    (0.93, 0.97, 0.62),
)
_HOW_TO_READ = (
    "Each form shows the fields of one raw table, in the order of its columns. A box beside a field names "
    "the variable that holds it, in the colour of its dataset; the datasets of a page are named at its top.",
    "AE.AESEV is the variable AESEV of the dataset AE. SUPPAE.X is the supplemental qualifier with QNAM X.",
    "'where' says which records hold the field, where other fields of the form go into the same variable.",
    "Codes of the form stand below the variable with what is submitted for them: 1 = MILD.",
    "(assigned): the sponsor gave the value, such as a code of a dictionary. (derived): the variable is "
    "computed from this and other fields. The methods are in define.xml.",
    "[NOT SUBMITTED]: the field goes into no variable, for the reason given.",
    "Boxes with a dashed edge hold for several datasets, or for none.",
)


def annotated_crf_pdf(crf: AnnotatedCrf) -> bytes:
    """The PDF; the same document gives the same bytes. Its date is the one that the study gives its files."""
    stream = io.BytesIO()
    canvas = pdf_canvas(
        stream,
        (_WIDTH, _HEIGHT),
        title=ascii_text(f"{crf.title}, {crf.study}"),
        subject=ascii_text(crf.study_title),
        author=ascii_text(crf.study),
        created=crf.created,
        compressed=False,
    )
    pages = {page.number: page for page in crf.pages}
    drawing = _Drawing(canvas, crf, max([crf.first - 1, *pages]))
    drawing.title()
    drawing.contents()
    colours = _colours(crf)
    for number in range(crf.first, drawing.last + 1):
        if number in pages:
            drawing.form(pages[number], colours[pages[number].table])
        else:
            drawing.blank(number)
    canvas.showOutline()
    canvas.save()
    return stream.getvalue()


def _colours(crf: AnnotatedCrf) -> dict[str, dict[str, Colour]]:
    """The colour of each dataset by table, in the order in which they come on the pages of the form."""
    made: dict[str, dict[str, Colour]] = {}
    for page in crf.pages:
        known = made.setdefault(page.table, {"": _SHARED})
        for name, _ in page.datasets:
            known.setdefault(name, _COLOURS[(len(known) - 1) % len(_COLOURS)])
    return made


def _key(number: int) -> str:
    return f"page{number}"


class _Drawing:
    """Draws page after page."""

    def __init__(self, canvas: Any, crf: AnnotatedCrf, last: int) -> None:
        self._canvas = canvas
        self._crf = crf
        self.last = last
        self._height = _HEIGHT
        self._entries: dict[int, list[str]] = {}
        for number, entry in enumerate(bookmarks(crf)):  # the library wants a place of its own for each
            key = f"bookmark{number}"
            self._entries.setdefault(entry.page, []).append(key)
            canvas.addOutlineEntry(ascii_text(entry.title), key, level=entry.level, closed=entry.level > 0)

    def title(self) -> None:
        """The first page: whose it is, and how to read it."""
        self._begin(1)
        crf = self._crf
        y = _HEIGHT - 190
        for text, font, size in (
            (crf.title, BOLD, 24.0),
            (crf.study_title, PLAIN, 12.0),
        ):
            for line in wrapped(ascii_text(text), font, size, RIGHT - LEFT):
                self._text(LEFT, y, line, font, size)
                y -= size * 1.35
            y -= 8
        facts = (
            ("Study", crf.study),
            ("Protocol", crf.protocol),
            ("Standard", crf.standard),
            ("Data as of", crf.snapshot.date().isoformat()),
        )
        for name, text in facts:
            self._text(LEFT, y, name, PLAIN, 10, _GREY)
            self._text(LEFT + 80, y, ascii_text(text), PLAIN, 10)
            y -= 15
        y -= 26
        self._text(LEFT, y, "How to read it", BOLD, 11)
        y -= 18
        for text in _HOW_TO_READ:
            for line in wrapped(text, PLAIN, 9.5, RIGHT - LEFT):
                self._text(LEFT, y, line, PLAIN, 9.5)
                y -= 13
            y -= 4
        self._end(1)

    def contents(self) -> None:
        """The table of contents: form, raw table, datasets, page."""
        forms = [page for page in self._crf.pages if page.part == 1]
        for number in range(2, self._crf.first):
            self._begin(number)
            self._text(LEFT, self._height - 78, "Contents", BOLD, 16)
            y = self._height - 102
            for x, text in ((LEFT, "Form"), (290.0, "Datasets")):
                self._text(x, y, text, BOLD, 8, _GREY)
            self._right(RIGHT, y, "Page", BOLD, 8, _GREY)
            self._rule(y - 5)
            for page in forms[(number - 2) * CONTENTS : (number - 1) * CONTENTS]:
                y -= 15.5
                self._content(page, y)
            self._end(number)

    def _content(self, page: CrfPage, y: float) -> None:
        named = {name: None for one in self._crf.pages if one.table == page.table for name, _ in one.datasets}
        self._text(LEFT, y, _shortened(ascii_text(page.title), PLAIN, 9.5, 240), PLAIN, 9.5)
        self._text(290, y, _shortened(ascii_text(", ".join(named)), PLAIN, 8.5, 240), PLAIN, 8.5, _GREY)
        self._right(RIGHT, y, str(page.number), PLAIN, 9.5)
        self._canvas.linkRect("", _key(page.number), (LEFT, y - 4, RIGHT, y + 11), thickness=0)

    def blank(self, number: int) -> None:
        """A page to which no form was given."""
        self._begin(number)
        self._text(LEFT, self._height - 120, "This page holds no form.", ITALIC, 10, _GREY)
        self._end(number)

    def form(self, page: CrfPage, colours: Mapping[str, Colour]) -> None:
        """A page of a form."""
        legend = self._legend_rows(page)
        above = _TOP + 66 + 17 * len(legend)
        fields: list[SetField] = []
        for scale in _SCALES:
            fields = [set_field(field, colours, scale) for field in page.fields]
            needed = above + sum(field.height for field in fields) + _BOTTOM
            if needed <= _HEIGHT:
                break
        self._begin(page.number, max(_HEIGHT, above + sum(field.height for field in fields) + _BOTTOM))
        y = self._height - _TOP - 34
        self._text(LEFT, y, ascii_text(page.title), BOLD, 15)
        if page.parts > 1:
            self._right(RIGHT, y, f"page {page.part} of {page.parts} of this form", PLAIN, 8.5, _GREY)
        y -= 13
        self._text(LEFT, y, f"Raw table {ascii_text(page.table)} ({ascii_text(page.file)})", PLAIN, 8, _GREY)
        y -= 6
        for row in legend:
            y -= 17
            x = LEFT
            for name, width in row:
                self._box(x, y, width, 13.5, colours[name.partition(" ")[0]])
                self._text(x + 5, y + 3.8, name, BOLD, 8)
                x += width + 5
        y -= 9
        self._rule(y)
        for field in fields:
            self._field(field, y)
            y -= field.height
            self._rule(y, 0.3)
        self._end(page.number)

    def _legend_rows(self, page: CrfPage) -> list[list[tuple[str, float]]]:
        """The datasets of a page with the widths of their boxes, in rows."""
        rows: list[list[tuple[str, float]]] = []
        used = 0.0
        for name, label in page.datasets:
            text = ascii_text(named_dataset(name, label))
            width = width_of(text, BOLD, 8) + 10
            if not rows or used + width > RIGHT - LEFT:
                rows.append([])
                used = 0.0
            rows[-1].append((text, width))
            used += width + 5
        return rows

    def _field(self, field: SetField, top: float) -> None:
        y = top - 3
        for line in field.name:
            y -= line.size * 1.15
            self._text(LEFT, y, line.text, line.font, line.size)
        for box in field.boxes:
            bottom = top - box.down - box.height
            self._box(box.x, bottom, box.width, box.height, box.colour, dashed=box.dashed)
            y = top - box.down - 1
            for line in box.lines:
                y -= line.size * 1.2
                self._text(box.x + 3.5, y + line.size * 0.22, line.text, line.font, line.size)

    def _begin(self, number: int, height: float = _HEIGHT) -> None:
        self._height = height
        self._canvas.setPageSize((_WIDTH, height))
        for key in (_key(number), *self._entries.get(number, ())):
            self._canvas.bookmarkPage(key)

    def _end(self, number: int) -> None:
        """The head and foot of a page; the study's name is on each."""
        crf = self._crf
        y = self._height - 34
        if number > 1:
            self._text(LEFT, y, _shortened(ascii_text(crf.study), BOLD, 8, 250), BOLD, 8, _GREY)
            self._right(RIGHT, y, _shortened(ascii_text(crf.title), PLAIN, 8, 250), PLAIN, 8, _GREY)
            self._rule(y - 6)
        self._text(LEFT, 24, f"{ascii_text(crf.protocol)}, {crf.standard}", PLAIN, 7.5, _GREY)
        self._right(RIGHT, 24, f"Page {number} of {self.last}", PLAIN, 7.5, _GREY)
        self._canvas.showPage()

    def _text(self, x: float, y: float, text: str, font: str, size: float, colour: Colour = _INK) -> None:
        self._canvas.setFillColorRGB(*colour)
        self._canvas.setFont(font, size)
        self._canvas.drawString(x, y, text)

    def _right(self, x: float, y: float, text: str, font: str, size: float, colour: Colour = _INK) -> None:
        self._text(x - width_of(text, font, size), y, text, font, size, colour)

    def _rule(self, y: float, width: float = 0.6) -> None:
        self._canvas.setStrokeColorRGB(*_RULE)
        self._canvas.setLineWidth(width)
        self._canvas.line(LEFT, y, RIGHT, y)

    def _box(
        self, x: float, y: float, width: float, height: float, colour: Colour, *, dashed: bool = False
    ) -> None:
        self._canvas.setFillColorRGB(*colour)
        self._canvas.setStrokeColorRGB(*(part * 0.62 for part in colour))
        self._canvas.setLineWidth(0.5)
        self._canvas.setDash([2, 2] if dashed else [])
        self._canvas.rect(x, y, width, height, stroke=1, fill=1)
        self._canvas.setDash([])


def _shortened(text: str, font: str, size: float, width: float) -> str:
    lines: Sequence[str] = wrapped(text, font, size, width - width_of(" ...", font, size))
    return text if len(lines) == 1 or width_of(text, font, size) <= width else f"{lines[0]} ..."
