"""What was made of each part of the subjects, as one dataset in the order of its keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.write.spill import FileBlock, write_block

SUBJECT = "USUBJID"
_ROWS = 1 << 17
_AT = "__at"


def merged(
    name: str, blocks: Sequence[FileBlock], columns: Sequence[str], sort: Sequence[str], folder: Path
) -> Blocks:
    """One dataset of the blocks of all parts.

    Where the subjects of a part come one after the other in the dataset, that is one block after the other.
    Otherwise the rows are merged by the keys; rows with the same keys are of one part, and keep their order.

    Args:
        name: of the dataset, for files.
        blocks: what each part has of it, in the order of the parts.
        columns: all its columns in their order. A text that no record of a part has may lack in its block.
        sort: the variables that it is sorted by, of which one is the subject.
        folder: for files.

    Raises:
        Stopped: the folder cannot be written.
    """
    types: dict[str, pl.DataType] = {}
    for block in blocks:
        types = {**block.schema, **types}
    schema = {column: types[column] for column in columns}
    held = tuple(block for block in blocks if block.height) or tuple(blocks[:1])
    whole = Blocks(schema, held, SUBJECT if SUBJECT in schema else "")
    if _is_in_order(held):
        return whole
    keys = [column for column in sort if column in schema]
    return Blocks(schema, tuple(_by_keys(name, whole, keys, folder)))


def _is_in_order(blocks: Sequence[FileBlock]) -> bool:
    edges = [block.edges for block in blocks if block.edges is not None]
    return all(one[1] <= other[0] for one, other in pairwise(edges))


def _by_keys(name: str, data: Blocks, keys: Sequence[str], folder: Path) -> Iterator[FileBlock]:
    """The rows in the order of the keys, in blocks: of each part the next rows are taken, never all."""
    order = data.frame(keys).with_row_index(_AT).sort(keys, nulls_last=False, maintain_order=True)[_AT]
    starts = [0]
    for part in data.parts:
        starts.append(starts[-1] + part.height)
    for number, wanted in enumerate(order.to_frame().iter_slices(_ROWS)):
        rows = wanted.with_row_index("__to")
        found: list[pl.DataFrame] = []
        for place, frame in enumerate(data.blocks()):
            own = rows.filter(pl.col(_AT).is_between(starts[place], starts[place + 1], closed="left"))
            if own.height:
                taken = frame[own[_AT] - starts[place]]
                found.append(taken.with_columns(own["__to"]))
        block = pl.concat(found).sort("__to").drop("__to")
        yield write_block(folder, f"merged-{name}-{number}", block)
