"""The page of an error code, for the terminal."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

WIDTH = 100

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_LAST = "[All codes]"


def code_page(code: str) -> str | None:
    """The page of a code as plain text: headings alone on their line, examples and what they print indented.

    Pages lie in an installed package, or in ``docs/errors`` of the source tree. None if there is none.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_code_pages", package.parent.parent / "docs" / "errors"):
        page = folder / f"{code}.md"
        if page.is_file():
            return _plain(page.read_text(encoding="utf-8"))
    return None


def _plain(markdown: str) -> str:
    """Markdown of such a page without its marks."""
    parts: list[str] = []
    for number, part in enumerate(re.split(r"^```.*\n", markdown, flags=re.MULTILINE)):
        if number % 2:
            parts.append(textwrap.indent(part.rstrip("\n"), "    "))
        else:
            parts += [_paragraph(text) for text in part.strip("\n").split("\n\n")]
    return "\n\n".join(part for part in parts if part) + "\n"


def _paragraph(text: str) -> str:
    if text.startswith(("<!--", _LAST)):
        return ""
    return textwrap.fill(
        _LINK.sub(r"\1", text.lstrip("# ")), WIDTH, break_long_words=False, break_on_hyphens=False
    )
