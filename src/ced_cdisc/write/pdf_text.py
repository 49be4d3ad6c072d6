"""Lines of text in the standard fonts of PDF: how wide they are, and the operators that show them.

The library makes an object for each line, asks for its font three times and puts its text into the encoding
of the font letter by letter. A package has ten thousand lines, almost all of printable ASCII, which is the
same in these encodings: their operators are written here. The bytes are those of the library; a test holds
them to it.

Source: ISO 32000-1, 8.6.8 (colour), 9.3 (state of text) and 9.4 (text objects).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from reportlab.lib import rl_accel
from reportlab.pdfbase.pdfmetrics import getFont, stringWidth

Colour = tuple[float, float, float]

_numbers = cast("Callable[..., str]", rl_accel.fp_str)  # pyright: ignore[reportUnknownMemberType]
_escaped = cast("Callable[[str], str]", rl_accel.escapePDF)  # pyright: ignore[reportUnknownMemberType]


def is_plain(text: str) -> bool:
    """Whether a text is the same in the encodings of all standard fonts of text."""
    return text.isascii() and text.isprintable()


def text_width(text: str, font: str, size: float) -> float:
    """The width of a text [points]."""
    if not is_plain(text):
        return float(stringWidth(text, font, size))
    return sum(map(getFont(font).widths.__getitem__, text.encode())) * 0.001 * size


class Operators:
    """The operators of one canvas, whose fonts have names of their own in its file."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._fonts: dict[tuple[str, float], str] = {}
        self._colours: dict[Colour, str] = {}

    def font(self, name: str, size: float) -> str:
        """What chooses a font, with the leading of the library."""
        known = self._fonts.get((name, size))
        if known is None:
            asked = self._canvas.beginText(0, 0)
            asked.setFont(name, size)
            known = asked.getCode().removeprefix("BT 1 0 0 1 0 0 Tm ").removesuffix(" ET")
            self._fonts[name, size] = known
        return known

    def colour(self, colour: Colour) -> str:
        """What chooses the colour of text and of filled areas."""
        known = self._colours.get(colour)
        if known is None:
            known = self._colours[colour] = f"{_numbers(*colour)} rg"
        return known

    @staticmethod
    def at(x: float, y: float) -> str:
        """What moves to the beginning of a line."""
        return f"1 0 0 1 {_numbers(x, y)} Tm"

    @staticmethod
    def words(text: str) -> str:
        """What shows a plain text; nothing does an empty one."""
        return f"({_escaped(text)}) Tj" if text else ""
