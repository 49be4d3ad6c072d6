"""What stands in a PDF for a line of text is what its library writes for it."""

from __future__ import annotations

import io
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ced_cdisc.write.pdf_text import Operators, is_plain, text_width

FONTS = (
    "Helvetica",
    "Helvetica-Bold",
    "Helvetica-Oblique",
    "Helvetica-BoldOblique",
    "Courier",
    "Courier-Bold",
)
PLAIN = "".join(chr(code) for code in range(32, 127))
TEXTS = st.text(PLAIN, max_size=40)


def canvas() -> Any:
    return Canvas(io.BytesIO(), invariant=1, pageCompression=0)


@settings(max_examples=200)
@given(TEXTS, st.sampled_from(FONTS), st.floats(1, 40), st.floats(-900, 900), st.floats(0, 900))
def test_a_line_has_the_operators_of_the_library(
    text: str, font: str, size: float, x: float, y: float
) -> None:
    page, colour = canvas(), (0.07, 0.9, 1.0)
    drawn = page.beginText(x, y)
    drawn.setFillColorRGB(*colour)
    drawn.setFont(font, size)
    drawn.textOut(text)
    made = Operators(page)
    parts = ["BT", made.at(x, y), made.colour(colour), made.font(font, size), made.words(text), "ET"]
    assert " ".join(parts) == drawn.getCode()


@settings(max_examples=200)
@given(TEXTS, st.sampled_from(FONTS), st.floats(1, 40))
def test_the_width_is_that_of_the_library_to_the_last_bit(text: str, font: str, size: float) -> None:
    assert text_width(text, font, size) == stringWidth(text, font, size)


def test_each_printable_character_is_the_same_in_each_font() -> None:
    assert is_plain(PLAIN)
    for font in FONTS:
        page = canvas()
        drawn = page.beginText(0, 0)
        drawn.setFont(font, 10)
        drawn.textOut(PLAIN)
        assert drawn.getCode().count(" Tf ") == 1  # no letter is taken from another font
        assert Operators.words(PLAIN) in drawn.getCode()


@pytest.mark.parametrize("text", ["\t", "\n", "\u00b5g", "\u2022", "a\x7f"])
def test_others_are_left_to_the_library(text: str) -> None:
    assert not is_plain(text)
    assert text_width(f"{text}{string.ascii_letters}", "Helvetica", 9) == stringWidth(
        f"{text}{string.ascii_letters}", "Helvetica", 9
    )
