"""A hook of mkdocs: in the site, a link to a file of the repository that is no page becomes its name.

In the repository such links work. A link to a file that is not there stays, and ``mkdocs build`` refuses it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#]+)(?:#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The text of a page, called by mkdocs before it is rendered."""
    folder = (ROOT / "docs" / page.file.src_uri).parent

    def named(link: re.Match[str]) -> str:
        target = (folder / link.group(2)).resolve()
        if not target.is_file() or target.is_relative_to(ROOT / "docs"):
            return link.group(0)
        return f"{link.group(1)} (`{target.relative_to(ROOT).as_posix()}`)"

    return LINK.sub(named, markdown)
