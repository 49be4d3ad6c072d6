"""The canvas that all PDFs are drawn on: its version, date and words, the same for the same document."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import IO, Any

from reportlab.pdfgen.canvas import Canvas

from ced_cdisc.core.version import VERSION

PDF_VERSION = (1, 4)
"""The lowest that agencies take (FDA, Portable Document Format Specifications: 1.4 to 1.7, or PDF/A)."""


def pdf_canvas(
    stream: IO[bytes],
    size: tuple[float, float],
    *,
    title: str,
    subject: str,
    author: str,
    created: datetime,
    compressed: bool,
) -> Any:
    """An empty PDF with pages of ``size`` [points]. Its date is ``created``: no clock is read.

    Its fonts are Helvetica, Courier and Symbol, three of the standard ones that every reader has; none is
    embedded.
    """
    canvas: Any = Canvas(
        stream, pagesize=size, invariant=1, pageCompression=int(compressed), pdfVersion=PDF_VERSION
    )
    canvas.setDateFormatter(partial(_constant, created.strftime("D:%Y%m%d%H%M%S+00'00'")))
    canvas.setTitle(title)
    canvas.setSubject(subject)
    canvas.setAuthor(author)
    canvas.setCreator(f"ced-cdisc {VERSION}")
    return canvas


def _constant(date: str, *_: int) -> str:
    return date
