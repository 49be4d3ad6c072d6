"""The fields of a page of the annotated CRF set in lines and boxes, before they are drawn.

Lengths are in points. Texts are in the standard fonts and printable ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from reportlab.pdfbase.pdfmetrics import stringWidth

from ced_cdisc.core.characters import IN_ASCII
from ced_cdisc.describe.annotated_crf import CrfField
from ced_cdisc.describe.crf_annotations import Annotation

PLAIN, BOLD, ITALIC = "Helvetica", "Helvetica-Bold", "Helvetica-Oblique"
Colour = tuple[float, float, float]

LEFT, RIGHT = 40.0, 572.0
BOXES = 150.0
"""Where annotations begin; field names stand before."""
_APART = 4.0  # between boxes
_PADDING = 3.5  # within a box, at its sides
_SIZE = 7.6  # of the type of annotations
_NAME = 8.6  # of the type of field names
_LEADING = 1.2
_NONE: Colour = (0.95, 0.95, 0.95)


class Line(Struct, frozen=True):
    """A line of text."""

    font: str
    size: float
    text: str


class Box(Struct, frozen=True):
    """An annotation: its left edge, its upper edge below that of its field, its size, and its lines."""

    x: float
    down: float
    width: float
    height: float
    lines: tuple[Line, ...]
    colour: Colour
    dashed: bool = False


class SetField(Struct, frozen=True):
    """A field: its name, its boxes, and its height."""

    name: tuple[Line, ...]
    boxes: tuple[Box, ...]
    height: float


def set_field(field: CrfField, colours: Mapping[str, Colour], scale: float) -> SetField:
    """A field with its annotations, side by side as far as there is room.

    Args:
        field: the field.
        colours: the colour of each dataset.
        scale: of the type, 1 for its usual size.
    """
    size = _SIZE * scale
    boxes: list[Box] = []
    x, down, row = BOXES, 3.0 * scale, 0.0
    for lines, colour, dashed in _texts(field, colours, size):
        width = max(width_of(one.text, one.font, one.size) for one in lines) + 2 * _PADDING
        height = sum(one.size * _LEADING for one in lines) + 2.6 * scale
        if boxes and x + width > RIGHT:
            x, down, row = BOXES, down + row + 2.5 * scale, 0.0
        boxes.append(Box(x, down, width, height, lines, colour, dashed))
        x, row = x + width + _APART, max(row, height)
    name = _set(ascii_text(field.column), BOLD, _NAME * scale, BOXES - LEFT - 8)
    named = sum(one.size * _LEADING for one in name) + 4.0 * scale
    return SetField(name, tuple(boxes), max(down + row, named) + 3.0 * scale)


def _texts(
    field: CrfField, colours: Mapping[str, Colour], size: float
) -> list[tuple[tuple[Line, ...], Colour, bool]]:
    room = RIGHT - BOXES - 2 * _PADDING
    if not field.annotations:
        text = f"[NOT SUBMITTED] {ascii_text(field.not_submitted)}"
        return [(_set(text, ITALIC, size, room), _NONE, True)]
    made: list[tuple[tuple[Line, ...], Colour, bool]] = []
    for one in field.annotations:
        lines = _set(ascii_text(one.text), PLAIN, size, room)
        codes = _codes(one)
        if codes:
            small = size * 0.88
            lines += tuple(Line(PLAIN, small, text) for text in _in_lines(codes, small, room))
        made.append((lines, colours.get(one.dataset, _NONE), not one.dataset))
    return made


def _codes(annotation: Annotation) -> list[str]:
    """Raw codes with their terms; those that are their terms, alone, and those that look alike once."""
    pairs = [(ascii_text(raw), ascii_text(term)) for raw, term in annotation.codes]
    shown = [raw if raw == term else f"{raw} = {term or '(blank)'}" for raw, term in pairs]
    made = list(dict.fromkeys(shown))
    return [*(f"{one};" for one in made[:-1]), *made[-1:]]


def _in_lines(codes: Sequence[str], size: float, room: float) -> Sequence[str]:
    """Codes in lines of about two thirds of the room; one longer than all of it is broken."""
    lines: list[str] = []
    for code in codes:
        longer = f"{lines[-1]}  {code}" if lines else code
        if lines and width_of(longer, PLAIN, size) <= room * 0.66:
            lines[-1] = longer
        else:
            lines += wrapped(code, PLAIN, size, room)
    return lines


def ascii_text(text: str) -> str:
    """The text in printable ASCII; a character that has no other way of writing as its number."""
    if text.isascii() and text.isprintable():
        return text
    written = "".join(IN_ASCII.get(character, character) for character in text)
    return "".join(c if " " <= c <= "~" else f"<U+{ord(c):04X}>" for c in written)


def _set(text: str, font: str, size: float, width: float) -> tuple[Line, ...]:
    return tuple(Line(font, size, line) for line in wrapped(text, font, size, width))


def wrapped(text: str, font: str, size: float, width: float) -> Sequence[str]:
    """The text in lines of that width; a word that is longer is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, font, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width_of(line, font, size) > width and len(line) > 1:
            fits = next(
                n for n in range(len(line) - 1, 0, -1) if n == 1 or width_of(line[:n], font, size) <= width
            )
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line] if line or not lines else lines


@lru_cache(maxsize=4096)
def _unit(text: str, font: str) -> float:
    return float(stringWidth(text, font, 1))


def width_of(text: str, font: str, size: float) -> float:
    """The width of a text."""
    return _unit(text, font) * size
