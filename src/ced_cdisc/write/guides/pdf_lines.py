"""Runs of text set in lines of a width, in the standard fonts of PDF. Lengths are in points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from reportlab.pdfbase.pdfmetrics import stringWidth

from ced_cdisc.core.characters import IN_ASCII
from ced_cdisc.core.guide import SYMBOLS, Run, Runs, foreign

_SYMBOLS = SYMBOLS | {"•"}  # readers take the bullet of the other fonts for another character
_ROUNDED = 1e-6
"""More than the sum of the widths of words can differ from that of their text [points]."""
_PARTS = re.compile(r"\s+|[^\s]+")
Piece = tuple[str, str]
"""A text and its font."""

SetLine = tuple[Piece, ...]


@lru_cache(maxsize=65536)
def width_of(text: str, font: str, size: float) -> float:
    """The width of a text."""
    return stringWidth(text, font, size)


def font_of(run: Run) -> str:
    """The font of a run."""
    if run.code:
        return "Courier-Bold" if run.bold else "Courier"
    style = "-" * (run.bold or run.italic) + "Bold" * run.bold + "Oblique" * run.italic
    return f"Helvetica{style}"


def line_width(line: Iterable[Piece], size: float) -> float:
    """The width of a line."""
    width = 0.0
    for text, font in line:
        width += width_of(text, font, size)
    return width


def set_lines(runs: Runs, size: float, width: float) -> list[SetLine]:
    """The runs in lines; they break at blanks, a word longer than a line wherever it must."""
    if len(runs) == 1 and (whole := _one_line(runs[0], size, width)) is not None:
        return [whole]
    lines: list[SetLine] = []
    line: list[Piece] = []
    used = 0.0

    def end() -> None:
        nonlocal line, used
        lines.append(_joined(line))
        line, used = [], 0.0

    for word, blank in _words(runs):
        if word is None:
            end()
            continue
        long = line_width(word, size)
        if blank:
            if line and used + long <= width:
                line += word
                used += long
            continue
        if line and used + long > width:
            end()
        if long <= width:
            line += word
            used += long
            continue
        for piece in _letters(word):
            part = width_of(piece[0], piece[1], size)
            if line and used + part > width:
                end()
            line.append(piece)
            used += part
    if line or not lines:
        end()
    return lines


def _one_line(run: Run, size: float, width: float) -> SetLine | None:
    """A plain text that is shorter than the line, as most cells of tables are; None for any other."""
    text, font = run.text, font_of(run)
    plain = text.isascii() and text.isprintable() and "  " not in text and text.strip() == text
    if not plain or width_of(text, font, size) > width - _ROUNDED:
        return None
    return ((text, font),) if text else ()


def literal_lines(text: str, size: float, width: float) -> list[SetLine]:
    """Text whose line ends and blanks stay, in Courier; longer lines are broken."""
    most = max(8, int(width / width_of("x", "Courier", size)))
    made: list[SetLine] = []
    for line in text.expandtabs(4).split("\n"):
        for at in range(0, max(1, len(line)), most):
            made.append(
                tuple(piece for letter in line[at : at + most] for piece in _pieces(letter, "Courier"))
            )
    return made


def _words(runs: Runs) -> Iterator[tuple[list[Piece] | None, bool]]:
    """Words and blanks, a word over all runs it goes through; None for a line end."""
    word: list[Piece] = []
    for run in runs:
        font = font_of(run)
        for part in _PARTS.findall(run.text):
            if not part.isspace() or part == "\u00a0":
                word += _pieces(part, font)
                continue
            if word:
                yield word, False
                word = []
            if "\n" in part:
                yield None, False
            else:
                yield [(" ", font)], True
    if word:
        yield word, False


@lru_cache(maxsize=65536)
def _pieces(text: str, font: str) -> SetLine:
    """The text by the fonts that have its characters; one that no font has as ASCII or as its number."""
    if text.isascii() and text.isprintable():
        return ((text, font),)
    made: list[Piece] = []
    for character in text:
        if character in _SYMBOLS:
            made.append((character, "Symbol"))
        elif foreign(character):
            made.append((IN_ASCII.get(character, f"<U+{ord(character):04X}>"), font))
        else:
            made.append((character, font))
    return _merged(made)


def _letters(word: list[Piece]) -> Iterator[Piece]:
    for text, font in word:
        yield from ((letter, font) for letter in text)


def _joined(line: list[Piece]) -> SetLine:
    while line and line[-1][0].isspace():
        line = line[:-1]
    return _merged(line)


def _merged(line: Iterable[Piece]) -> SetLine:
    """The line with one piece where several of one font follow each other."""
    made: list[Piece] = []
    for text, font in line:
        if made and made[-1][1] == font:
            made[-1] = made[-1][0] + text, font
        else:
            made.append((text, font))
    return tuple(made)
