"""A reviewer's guide as Markdown (CommonMark with tables)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ced_cdisc.core.guide import Block, Guide, Item, Paragraph, Place, Points, Runs, Table, plain

_SPECIAL = re.compile(r"([\\`*_\[\]<>|&~])")
_LEADING = re.compile(r"#{1,6}(\s|$)|[-+](\s|$)|=+\s*$|-{2,}\s*$")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def guide_markdown(guide: Guide) -> bytes:
    """The guide as UTF-8; each heading has an anchor that stays where its number changes."""
    lines = [f"# {_escaped(guide.title)}", "", f"**{_escaped(guide.study_title)}**", ""]
    lines += [f"- {name}: {_escaped(value)}" for name, value in guide.front]
    for section in guide.sections:
        lines += ["", f'<a id="{section.key}"></a>', ""]
        lines += [f"{'#' * (section.level + 1)} {_escaped(section.heading)}"]
        for block in section.blocks:
            lines += ["", *_block(block)]
    return ("\n".join(lines) + "\n").encode()


def _block(block: Block) -> Iterator[str]:
    match block:
        case Place():
            yield f"**{_escaped(block.text)}**"
        case Paragraph(runs, "literal"):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", plain(runs))), default=0))
            yield from (fence, *plain(runs).split("\n"), fence)
        case Paragraph(runs, "minor"):
            yield f"##### {_runs(runs)}"
        case Paragraph(runs, "quote"):
            yield f"> {_start(_runs(runs))}"
        case Paragraph(runs):
            yield _start(_runs(runs))
        case Points(items):
            yield from _points(items)
        case Table(header, rows):
            yield _row(header)
            yield "|" + " --- |" * len(header)
            yield from (_row(row) for row in rows)


def _points(items: tuple[Item, ...]) -> Iterator[str]:
    widths: list[int] = []
    for item in items:
        mark = "-" if item.mark == "•" else item.mark
        indent = sum(widths[: item.depth])
        if item.mark:
            widths[item.depth :] = [len(mark) + 1]
            yield f"{' ' * indent}{mark} {_start(_runs(item.runs))}"
        else:  # a further paragraph of the same point
            yield ""
            yield " " * sum(widths[: item.depth + 1]) + _start(_runs(item.runs))


def _row(cells: tuple[Runs, ...]) -> str:
    return "|" + "".join(f" {_runs(cell)} |" for cell in cells)


def _runs(runs: Runs) -> str:
    made: list[str] = []
    for run in runs:
        inner = run.text.strip()
        if not inner:
            made.append(run.text)
            continue
        before = run.text[: len(run.text) - len(run.text.lstrip())]
        after = run.text[len(run.text.rstrip()) :]
        shown = f"<code>{_escaped(inner)}</code>" if run.code else _escaped(inner)
        mark = "*" * (run.italic + 2 * run.bold)
        made.append(f"{before}{mark}{shown}{mark}{after}")
    return "".join(made)


def _start(text: str) -> str:
    """The text so that its first characters are no mark of a heading or list."""
    if found := _NUMBER.match(text):
        return f"{found.group(1)}\\{found.group(2)}{text[found.end() :]}"
    return f"\\{text}" if _LEADING.match(text) else text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
