"""The analysis results on a terminal."""

from __future__ import annotations

from typing import cast

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ced_cdisc.analyse.table import HEADS, Document, rows


def print_results(results: Document, console: Console | None = None) -> None:
    """A table for each display; sensitivity analyses stand dimmed below their result."""
    console = console or Console(highlight=False)
    for display in cast("list[Document]", results["displays"]):
        heading = Text(f"{display['id']}  {display['title']}")
        table = Table(title=heading, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for name in HEADS:
            table.add_column(name, justify="right" if name == HEADS.n else "left")
        for row in rows(display):
            table.add_row(*(Text(cell) for cell in row), style=None if row.id else "dim")
        console.print(table)
