"""A reviewer's guide as a PDF: title, contents with page numbers, sections; letter pages, standard fonts.

The pages are laid out first, as lists of strokes, so that the contents know the page of each section; then
all are drawn. Each section is a named destination, by its key, which define.xml may cite. Lengths are in
points from the lower left corner.
"""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from msgspec import Struct, field

from ced_cdisc.core.guide import Block, Guide, Paragraph, Place, Points, Run, Runs, Section, Table, plain
from ced_cdisc.write.guides.pdf_lines import SetLine, line_width, literal_lines, set_lines
from ced_cdisc.write.pdf_canvas import pdf_canvas

Colour = tuple[float, float, float]
_WIDTH, _HEIGHT = 612.0, 792.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 554.0, 730.0, 58.0
_INK: Colour = (0.07, 0.09, 0.13)
_BLUE: Colour = (0.12, 0.23, 0.37)
_GREY: Colour = (0.37, 0.41, 0.45)
_RULE: Colour = (0.73, 0.75, 0.79)
_FILL: Colour = (0.90, 0.92, 0.945)
_PLACE: Colour = (1.0, 0.95, 0.70)
_PLACE_INK: Colour = (0.48, 0.29, 0.0)
_LITERAL: Colour = (0.95, 0.955, 0.965)
_BODY, _CELL, _LEAD = 9.5, 7.8, 1.32
_HEADINGS = {1: (16.0, 26.0), 2: (12.5, 18.0), 3: (10.8, 14.0)}  # size, and space before
_KEPT = 10  # rows of a table that stay together
_ENTRIES = 42  # of the contents on a page


class _Page(Struct):
    """What is drawn on a page: filled boxes, ruled lines, lines of text."""

    boxes: list[tuple[float, float, float, float, Colour]] = field(default_factory=list[Any])
    rules: list[tuple[float, float, float, float]] = field(default_factory=list[Any])
    texts: list[tuple[float, float, SetLine, float, Colour]] = field(default_factory=list[Any])
    marks: list[tuple[Section, float]] = field(default_factory=list[Any])


class _Begun(NamedTuple):
    """How high the beginning of a table is, and its first rows, cell by cell in lines."""

    height: float
    rows: list[list[list[SetLine]]]


def guide_pdf(guide: Guide) -> bytes:
    """The PDF; the same guide gives the same bytes. Its date is that of the data."""
    layout = _Layout()
    for number, section in enumerate(guide.sections):
        layout.section(section, guide.sections[number + 1 :])
    stream = io.BytesIO()
    canvas = pdf_canvas(
        stream,
        (_WIDTH, _HEIGHT),
        title=f"{guide.title}, {guide.study}",
        subject=guide.study_title,
        author=guide.study,
        created=guide.created,
        compressed=True,
    )
    _Drawing(canvas, guide, layout.pages).draw()
    canvas.save()
    return stream.getvalue()


class _Layout:
    """Puts block below block, and begins a page where there is no room."""

    def __init__(self) -> None:
        self.pages: list[_Page] = []
        self._y = 0.0
        self._begun: dict[int, _Begun] = {}

    def section(self, section: Section, following: tuple[Section, ...]) -> None:
        """A section; its heading stands on one page with what follows it."""
        size, before = _HEADINGS[section.level]
        lines = set_lines((Run(section.heading, bold=True),), size, _RIGHT - _LEFT)
        self._room(self._wanted(section, following))
        if self._y < _TOP:
            self._y -= before
        self.pages[-1].marks.append((section, self._y))
        self._write(lines, size, colour=_BLUE)
        self._y -= 4
        for block in section.blocks:
            self._block(block)

    def _wanted(self, section: Section, following: tuple[Section, ...]) -> float:
        """The room for a heading, the headings right below it, and the beginning of the first block."""
        size, before = _HEADINGS[section.level]
        lines = set_lines((Run(section.heading, bold=True),), size, _RIGHT - _LEFT)
        heading = before + len(lines) * size * _LEAD + 8
        if section.blocks or not following:
            first = section.blocks[0] if section.blocks else None
            return heading + (self._height(first) if isinstance(first, Table) else 40)
        return heading + self._wanted(following[0], following[1:])

    def _room(self, height: float) -> None:
        if not self.pages or self._y - height < _BOTTOM:
            self.pages.append(_Page())
            self._y = _TOP

    def _write(
        self,
        lines: list[SetLine],
        size: float,
        *,
        x: float = _LEFT,
        colour: Colour = _INK,
        fill: Colour | None = None,
    ) -> None:
        for line in lines:
            self._room(size * _LEAD)
            self._y -= size * _LEAD
            if fill is not None:
                down = size * 0.3
                self.pages[-1].boxes.append((x - 4, self._y - down, _RIGHT - x + 8, size * _LEAD, fill))
            self.pages[-1].texts.append((x, self._y, line, size, colour))

    def _block(self, block: Block) -> None:
        width = _RIGHT - _LEFT
        match block:
            case Place():
                words = (Run(block.text, bold=True),)
                self._write(set_lines(words, _BODY, width), _BODY, colour=_PLACE_INK, fill=_PLACE)
            case Paragraph(runs, "minor"):
                bold = tuple(Run(run.text, True, run.italic, run.code) for run in runs)
                self._room(44)
                self._y -= 5
                self._write(set_lines(bold, 10, width), 10, colour=_BLUE)
                self._y += 3
            case Paragraph(runs, "literal"):
                self._write(literal_lines(plain(runs), 8, width), 8, fill=_LITERAL)
            case Paragraph(runs, "quote"):
                self._write(set_lines(runs, _BODY, width - 40), _BODY, x=_LEFT + 20, colour=_GREY)
            case Paragraph(runs):
                self._write(set_lines(runs, _BODY, width), _BODY)
            case Points():
                self._points(block)
            case Table():
                self._table(block)
        self._y -= 6

    def _points(self, block: Points) -> None:
        for item in block.items:
            x = _LEFT + 14 * (item.depth + 1) + 2
            lines = set_lines(item.runs, _BODY, _RIGHT - x)
            self._room(_BODY * _LEAD)
            if item.mark:
                (mark,) = set_lines((Run(item.mark),), _BODY, 40)
                at = x - max(11.0, line_width(mark, _BODY) + 3)
                self.pages[-1].texts.append((at, self._y - _BODY * _LEAD, mark, _BODY, _INK))
            self._write(lines, _BODY, x=x)
            self._y -= 2

    def _table(self, block: Table) -> None:
        widths = [share * (_RIGHT - _LEFT) for share in block.widths]
        header = self._cells(
            tuple(tuple(Run(r.text, True, r.italic, r.code) for r in cell) for cell in block.header), widths
        )
        self._room(self._height(block))
        self._y -= 2
        self._rows(header, widths, head=True)
        first = self._beginning(block).rows
        for number, row in enumerate(block.rows):
            cells = first[number] if number < len(first) else self._cells(row, widths)
            height = max(map(len, cells))
            while height:
                free = int((self._y - _BOTTOM - 5) / (_CELL * 1.25))
                if free < min(height, 3):
                    self._room(_HEIGHT)
                    self._rows(header, widths, head=True)
                    continue
                taken = min(height, free)
                self._rows([lines[:taken] for lines in cells], widths)
                cells = [lines[taken:] for lines in cells]
                height -= taken
        self._y -= 4

    def _height(self, block: Table) -> float:
        """The room that a table wants below it before it begins: all that it needs, if that is little."""
        needed = self._beginning(block).height
        return needed if len(block.rows) <= _KEPT and needed < 260 else 80

    def _beginning(self, block: Table) -> _Begun:
        """The beginning of a table, which headings before it ask for, too."""
        known = self._begun.get(id(block))
        if known is None:
            widths = [share * (_RIGHT - _LEFT) for share in block.widths]
            header, *rows = [self._cells(row, widths) for row in (block.header, *block.rows[:_KEPT])]
            height = 8 + sum(max(map(len, cells)) * _CELL * 1.25 + 5 for cells in (header, *rows))
            known = self._begun[id(block)] = _Begun(height, rows)
        return known

    @staticmethod
    def _cells(row: tuple[Runs, ...], widths: list[float]) -> list[list[SetLine]]:
        return [set_lines(cell, _CELL, width - 8) for cell, width in zip(row, widths, strict=True)]

    def _rows(self, cells: list[list[SetLine]], widths: list[float], *, head: bool = False) -> None:
        """A row of a table, or the part of it that goes on this page."""
        leading = _CELL * 1.25
        height = max(map(len, cells)) * leading + 5
        page, top, x = self.pages[-1], self._y, _LEFT
        if head:
            page.boxes.append((_LEFT, top - height, _RIGHT - _LEFT, height, _FILL))
            page.rules.append((_LEFT, top, _RIGHT, top))
        for lines, width in zip(cells, widths, strict=True):
            for number, line in enumerate(lines, 1):
                page.texts.append((x + 4, top - number * leading, line, _CELL, _INK))
            page.rules.append((x, top, x, top - height))
            x += width
        page.rules.append((_RIGHT, top, _RIGHT, top - height))
        page.rules.append((_LEFT, top - height, _RIGHT, top - height))
        self._y = top - height


class _Drawing:
    """Draws the title, the contents, and the pages."""

    def __init__(self, canvas: Any, guide: Guide, pages: list[_Page]) -> None:
        self._canvas = canvas
        self._guide = guide
        self._pages = pages
        self._contents = -(-len(guide.sections) // _ENTRIES)
        self._last = 1 + self._contents + len(pages)
        self._number = 1

    def draw(self) -> None:
        self._title()
        self._list()
        for page in self._pages:
            self._page(page)
        self._canvas.showOutline()

    def _title(self) -> None:
        y = _HEIGHT - 200
        for words, size, bold, colour in (
            (self._guide.title, 25.0, True, _BLUE),
            (self._guide.study_title, 12.5, False, _INK),
        ):
            for line in set_lines((Run(words, bold=bold),), size, _RIGHT - _LEFT):
                self._line(_LEFT, y, line, size, colour)
                y -= size * _LEAD
            y -= 12
        for name, value in self._guide.front:
            self._text(_LEFT, y, f"{name}:", 10, _GREY)
            for line in set_lines((Run(value),), 10, _RIGHT - _LEFT - 100):
                self._line(_LEFT + 100, y, line, 10, _INK)
                y -= 15
        self._end()

    def _list(self) -> None:
        """The contents: title, dots, page; each line leads to its section."""
        at = {s.key: n for n, page in enumerate(self._pages, self._contents + 2) for s, _ in page.marks}
        listed = self._guide.sections
        for start in range(0, len(listed), _ENTRIES):
            self._text(_LEFT, _TOP - 8, "Contents", 16, _BLUE, bold=True)
            y = _TOP - 32
            for section in listed[start : start + _ENTRIES]:
                x = _LEFT + 14 * (section.level - 1)
                words = (Run(section.heading, bold=section.level == 1),)
                lines = set_lines(words, 9, _RIGHT - x - 40)
                line = lines[0] if len(lines) == 1 else (*lines[0], (" ...", "Helvetica"))
                number = str(at[section.key])
                self._line(x, y, line, 9, _INK)
                self._right(y, number, 9, _INK)
                self._canvas.setStrokeColorRGB(*_RULE)
                self._canvas.setDash([0.6, 2.4])
                self._canvas.line(x + line_width(line, 9) + 5, y, _RIGHT - 5 * len(number) - 5, y)
                self._canvas.setDash([])
                self._canvas.linkRect("", section.key, (x, y - 3, _RIGHT, y + 10), thickness=0)
                y -= 15.4
            self._end()

    def _page(self, page: _Page) -> None:
        canvas = self._canvas
        for section, y in page.marks:
            canvas.bookmarkHorizontal(section.key, 0, y + 8)
            level = section.level - 1
            canvas.addOutlineEntry(section.heading, section.key, level=level, closed=level > 0)
        for x, y, width, height, colour in page.boxes:
            canvas.setFillColorRGB(*colour)
            canvas.rect(x, y, width, height, stroke=0, fill=1)
        canvas.setStrokeColorRGB(*_RULE)
        canvas.setLineWidth(0.5)
        canvas.lines(page.rules)
        for x, y, line, size, colour in page.texts:
            self._line(x, y, line, size, colour)
        self._end()

    def _end(self) -> None:
        if self._number > 1:
            self._text(_LEFT, _HEIGHT - 36, self._guide.study, 8, _GREY)
            self._right(_HEIGHT - 36, self._guide.title, 8, _GREY)
            self._canvas.setStrokeColorRGB(*_RULE)
            self._canvas.line(_LEFT, _HEIGHT - 42, _RIGHT, _HEIGHT - 42)
        self._right(32, f"Page {self._number} of {self._last}", 8, _GREY)
        self._canvas.showPage()
        self._number += 1

    def _line(self, x: float, y: float, line: SetLine, size: float, colour: Colour) -> None:
        drawn = self._canvas.beginText(x, y)
        drawn.setFillColorRGB(*colour)
        for words, font in line:
            drawn.setFont(font, size)
            drawn.textOut(words)
        self._canvas.drawText(drawn)

    def _text(
        self, x: float, y: float, words: str, size: float, colour: Colour, *, bold: bool = False
    ) -> None:
        (line, *_) = set_lines((Run(words, bold=bold),), size, _WIDTH)
        self._line(x, y, line, size, colour)

    def _right(self, y: float, words: str, size: float, colour: Colour) -> None:
        (line, *_) = set_lines((Run(words),), size, _WIDTH)
        self._line(_RIGHT - line_width(line, size), y, line, size, colour)
