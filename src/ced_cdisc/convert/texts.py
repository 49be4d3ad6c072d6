"""Texts that no transport file can hold, found where the spec line and the raw record are still known."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from ced_cdisc.convert.faults import records_of
from ced_cdisc.convert.sources import World
from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import XPT_TEXT_BYTES
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.model import SUPP, DatasetPlan

FEW = 4096
"""Rows up to which plain Python finds a value at fault faster than polars sets out to look."""
_SHOWN = 40
_LONG_HINT = "move the rest to a supplemental qualifier or to a further variable"


def check_texts(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED266 for texts over 200 bytes, CED267 for characters beyond printable ASCII.

    One finding for each variable and value. Copies from other datasets are spared: the fault is there.
    """
    named = [(v.name, v.where) for v in dataset.variables if v.kind is Type.TEXT and _is_own(v.origin.type)]
    named += [(SUPP + q.name, q.where) for q in dataset.supplemental]
    if frame.height <= FEW:
        named = [(name, where) for name, where in named if _is_suspect(frame[name].to_list())]
    if not named or frame.is_empty():
        return
    too_long = [pl.col(name).str.len_bytes() > XPT_TEXT_BYTES for name, _ in named]
    foreign = [pl.col(name).str.contains(r"[^ -~]") for name, _ in named]
    found = frame.select(one.any().alias(f"{i}") for i, one in enumerate((*too_long, *foreign))).row(0)
    for i, (name, where) in enumerate(named):
        if found[i]:
            _report("CED266", frame.filter(too_long[i]), name, where, dataset, world)
        if found[len(named) + i]:
            _report("CED267", frame.filter(foreign[i]), name, where, dataset, world)


def _is_suspect(values: Collection[str | None]) -> bool:
    together = "".join([value for value in values if value])
    longest = max((len(value) for value in values if value), default=0)
    return longest > XPT_TEXT_BYTES or not (together.isascii() and together.isprintable())


def _is_own(origin: str) -> bool:
    return origin != "Predecessor"


def _report(
    code: str, bad: pl.DataFrame, name: str, where: Location, dataset: DatasetPlan, world: World
) -> None:
    owner = f"SUPP{dataset.name}" if name.startswith(SUPP) else dataset.name
    label = f"{owner}.{name.removeprefix(SUPP)}"
    for (value,), rows in bad.group_by(name, maintain_order=True):
        say = _long if code == "CED266" else _foreign
        message, hint = say(str(value))
        world.faults.add(code, f"{label}: {message}", where, hint, records_of(rows))


def _long(value: str) -> tuple[str, str]:
    size = len(value.encode())
    message = f"text of {size} bytes, a transport file holds {XPT_TEXT_BYTES}: '{value[:_SHOWN]}...'"
    return message, _LONG_HINT


def _foreign(value: str) -> tuple[str, str]:
    character = next(c for c in value if not " " <= c <= "~")
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
    message = f"{character!r} (U+{ord(character):04X}) in {shown!r} is not printable ASCII"
    if not character.isprintable():
        return message, "a transport file holds nothing else: take it out in this line"
    return (
        message,
        f"a transport file holds nothing else: write replace(.., '{character}', '..') in this line",
    )
