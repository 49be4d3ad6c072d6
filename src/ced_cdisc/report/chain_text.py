"""A chain from a variable to raw columns as text: a paragraph for each step."""

from __future__ import annotations

from collections.abc import Iterable

from ced_cdisc.core.findings import Location
from ced_cdisc.describe.chain import Step, Way

_MOST = 4
"""How many ways at one place of the specs are written out; a repeated block has one for each repetition."""


def chain_text(steps: Iterable[Step]) -> str:
    """The steps, each with what it is, what makes it and where, and what it is made of."""
    return "\n".join(_step(step) for step in steps)


def _step(step: Step) -> str:
    text = f"{step.name}: {step.about}\n" if step.about else f"{step.name}\n"
    if not step.ways:
        text += f"    {step.where.file}:{step.where.line}\n"
        return text + (f"    read by {', '.join(step.read_by)}\n" if step.read_by else "")
    rows = {way.rows for way in step.ways}
    places: dict[Location, list[Way]] = {}
    for way in step.ways:
        places.setdefault(way.where, []).append(way)
    for where, ways in places.items():
        text += f"    {where.file}:{where.line}\n"
        if len({way.words for way in ways}) == 1:  # alike in all blocks: what they are of says nothing
            alike = {way.rows for way in ways}
            ways = [Way(where, ways[0].words, rows=ways[0].rows if len(alike) == 1 else "")]
        for way in ways[:_MOST]:
            text += f"        {_said(way, with_rows=len(rows) > 1)}\n"
        if len(ways) > _MOST:
            text += f"        and {len(ways) - _MOST} more of this place\n"
    if len(rows) == 1 and (only := rows.pop()):
        text += f"    {only}\n"
    return text + (f"    from {', '.join(step.reads)}\n" if step.reads else "")


def _said(way: Way, *, with_rows: bool) -> str:
    of = f"{way.of}: " if way.of else ""
    rows = f" ({way.rows})" if with_rows and way.rows else ""
    return f"{of}{way.words}{rows}"
