"""The rows of a small dataset: each column is looked at and encoded in one step, by plain Python and numpy.

A study is many small datasets. What sets up the ways of the large ones (:mod:`.xpt_rows`), which share
memory and write as they read, takes longer than all of the rows here. The bytes are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.core.ibm import IBM_LIMIT, ieee_to_ibm, in_range
from ced_cdisc.core.xpt import LONGEST_NUMBER, XptMember, XptVariable
from ced_cdisc.write.xpt_values import sas_numbers, sas_text, sas_type

FEW = 4096
"""Rows up to which a dataset is small."""
_BLANK = 0x20


def small_rows(frame: pl.DataFrame, member: XptMember) -> bytes | None:
    """The rows as bytes; None where there is anything that the file may not hold, for others to say what.

    Args:
        frame: the data, one column per variable of the member in any order.
        member: headers without faults, of a file in ASCII.
    """
    planned = {variable.name: variable for variable in member.variables}
    columns = {column.name: column for column in frame.iter_columns()}
    if columns.keys() != planned.keys():
        return None
    if any(sas_type(columns[name].dtype) != variable.type for name, variable in planned.items()):
        return None
    encoded = _numbers(columns, [variable for variable in member.variables if variable.type == "Num"])
    if encoded is None:
        return None
    rows = np.empty((frame.height, member.record_length), np.uint8)
    for variable, start in zip(member.variables, member.positions, strict=True):
        items = encoded.get(variable.name)
        if items is None:
            items = _texts(sas_text(columns[variable.name]).to_list(), variable.length)
        if items is None:
            return None
        rows[:, start : start + variable.length].view(items.dtype)[:, 0] = items
    vanishes = frame.height > 0 and member.version == 5 and bool((rows[-1] == _BLANK).all())
    return None if vanishes else rows.tobytes()


def _texts(values: Sequence[str | None], length: int) -> NDArray[np.void] | None:
    """Texts with blanks behind them; each different one is looked at and padded once."""
    padded = {value: (value or "").ljust(length) for value in set(values)}
    together = "".join(padded.values())
    if len(together) > length * len(padded) or not (together.isascii() and together.isprintable()):
        return None
    return np.frombuffer("".join(map(padded.__getitem__, values)).encode("ascii"), f"V{length}")


def _numbers(
    columns: Mapping[str, pl.Series], variables: Sequence[XptVariable]
) -> dict[str, NDArray[np.void]] | None:
    """Numbers by variable, all of them turned into those of IBM together."""
    own = [columns[variable.name] for variable in variables]
    if not own:
        return {}
    values = np.concatenate([sas_numbers(column).to_numpy() for column in own])
    missing = np.isnan(values)
    if np.count_nonzero(missing) != sum(column.null_count() for column in own):
        return None
    if any(column.dtype.is_integer() for column in own) or not in_range(values[~missing], IBM_LIMIT):
        return None  # a whole number may be more than a double holds
    held = ieee_to_ibm(values).byteswap().view(np.uint8).reshape(len(own), -1, LONGEST_NUMBER)
    found: dict[str, NDArray[np.void]] = {}
    for variable, items in zip(variables, held, strict=True):
        if items[:, variable.length :].any():
            return None
        cut = np.ascontiguousarray(items[:, : variable.length])
        found[variable.name] = cut.view(f"V{variable.length}")[:, 0]
    return found
