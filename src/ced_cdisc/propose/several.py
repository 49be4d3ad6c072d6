"""A domain that is proposed from several tables: each is a block of its stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_OPEN = re.compile("  # [A-Z]+: [?]")
_OF_TABLE = re.compile("no column of [^ ]+")


def stacked(proposals: Sequence[Sequence[str]], common: str) -> Iterator[str]:
    """The lines of several proposals as one, below the code of the domain.

    A proposal that is a stack itself gives its blocks, each with the lines that it has for all of them.
    What every proposal says of the whole domain stands once, above the blocks; remarks on columns stand at
    the end.

    Args:
        proposals: of each table its lines, indented by two blanks a level.
        common: what the line begins with that is no matter of a block.
    """
    parts = [[line for line in lines if not line.startswith("# ")] for lines in proposals]
    sort = next((line for lines in parts for line in lines if line.startswith("sort:")), None)
    if sort is not None:
        yield sort
    whole = next((line for lines in parts for line in lines if line.startswith(f"  {common}")), None)
    open_: dict[str, str] = {}
    if whole is not None:
        open_ = _open_in_all(parts)
        yield from ("variables:", whole, *open_.values())
    yield "stack:"
    for lines in parts:
        own = [line for line in lines if not line.startswith(("sort:", f"  {common}", *open_))]
        for block in _blocks(own):
            yield f"  - {block[0]}"
            yield from (f"    {line}" for line in block[1:])
    yield from (line for lines in proposals for line in lines if line.startswith("# "))


def _open_in_all(parts: Sequence[Sequence[str]]) -> dict[str, str]:
    """Of the lines that are still to be written in each proposal: how they begin, and one for all."""
    begins = [{line.partition(":")[0] + ":": line for line in part if _OPEN.match(line)} for part in parts]
    return {
        begin: _OF_TABLE.sub("no column", line)
        for begin, line in begins[0].items()
        if all(begin in other for other in begins)
    }


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The blocks of one proposal, without the key ``variables`` where nothing is left of it."""
    if "stack:" not in lines:
        yield _without_empty(lines)
        return
    at = lines.index("stack:")
    shared = _without_empty(lines[:at])
    block: list[str] = []
    for line in (*lines[at + 1 :], "  - "):
        if line.startswith("  - ") and block:
            yield _joined(block, shared)
            block = []
        block.append(line[4:])


def _joined(block: list[str], shared: list[str]) -> list[str]:
    """A block with the variables that hold for all."""
    if not shared:
        return block
    at = block.index("variables:") if "variables:" in block else len(block)
    return [*block[:at], *shared, *block[at + 1 :]]


def _without_empty(lines: Sequence[str]) -> list[str]:
    made = [line for line in lines if line != "# variables:"]
    if "variables:" in made:
        below = made[made.index("variables:") + 1 :]
        if not any(line.startswith("  ") and not line.startswith("  #") for line in below):
            made.remove("variables:")
    return made
