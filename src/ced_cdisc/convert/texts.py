"""Texts that no transport file can hold: written in ASCII or split where the plan says so, else faults that
name the spec line and the raw record."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from ced_cdisc.convert.faults import COUNT, FIRST, Faults, Place, records_of, value_in_words
from ced_cdisc.convert.made_by import by_line
from ced_cdisc.convert.sources import World
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.characters import IN_ASCII
from ced_cdisc.core.findings import Location, Severity, Stage
from ced_cdisc.core.metadata import XPT_TEXT_BYTES
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.model import SUPP, DatasetPlan
from ced_cdisc.plan.texts import TextChanges, part_column, split_variables

FEW = 4096
"""Rows up to which plain Python finds a value at fault faster than polars sets out to look."""
_SHOWN = 40
_LAST_BLANK = re.compile(r"(.*[^ ]) ", re.DOTALL)
_UNBROKEN_HINT = "it has no blank within 200 bytes at which it could be split"
_SPLIT_HINT = "write `text: split` in this line"
_LONG_HINT = "make a further variable of the rest with extract(..)"


def in_ascii(frame: pl.DataFrame, variable: str, place: Place, dataset: str, world: World) -> pl.DataFrame:
    """The frame with the texts of a variable in ASCII characters, as far as the table has them.

    Every changed value is a note, CED240. A text of which nothing is left is missing.
    """
    if frame.schema[variable] != pl.String:
        return frame
    changed: dict[str, str] = {}
    for value in frame[variable].drop_nulls().to_list():
        if not value.isascii() and value not in changed:
            after = "".join([IN_ASCII.get(character, character) for character in value])
            if after != value:
                changed[value] = after
    if not changed:
        return frame
    world.changes.in_ascii.add((dataset, variable))
    for before, after in changed.items():
        records = records_of(frame.filter(pl.col(variable) == before))
        message = f"{place.label}: '{before}' is written '{after}'"
        world.faults.add("CED240", message, place.where, "", records, Severity.NOTE)
    written = pl.col(variable).replace(changed)
    return frame.with_columns(pl.when(written != "").then(written).alias(variable))


def parts_of(text: str) -> list[str]:
    """A text over 200 bytes in parts; blanks at its end are lost, as a transport file loses them.

    Each part ends before the last blank that leaves it at most 200 bytes and no blank at its end; that blank
    is in no part. Where there is none, the text is the only part.
    """
    rest = text.rstrip(" ")
    parts: list[str] = []
    while len(rest.encode()) > XPT_TEXT_BYTES:
        head = rest.encode()[: XPT_TEXT_BYTES + 1].decode(errors="ignore")
        match = _LAST_BLANK.match(head)
        if match is None:
            return [text]
        parts.append(match[1])
        rest = rest[match.end() :]
    return [*parts, rest]


def split_texts(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> pl.DataFrame:
    """The finished dataset with long texts in parts, where the plan says so; CED241 where a name is taken."""
    taken = {v.name for v in dataset.variables} | {q.name for q in dataset.supplemental}
    for variable, where in split_variables(dataset):
        values: list[str | None] = frame[variable].to_list()
        long = {v: parts_of(v) for v in values if v is not None and len(v.encode()) > XPT_TEXT_BYTES}
        count = max((len(parts) for parts in long.values()), default=1) - 1
        columns = {variable: [long[v][0] if v in long else v for v in values]}
        for number in range(1, count + 1):
            column = part_column(variable, number)
            if (name := column.removeprefix(SUPP)) in taken:
                _taken(dataset, variable, column, where, world.faults)
                return frame
            taken.add(name)
            columns[column] = [
                long[v][number] if v is not None and number < len(long.get(v, ())) else None for v in values
            ]
        if count:
            world.changes.parts[dataset.name, variable] = count
        if long:
            frame = frame.with_columns(pl.Series(n, c, dtype=pl.String) for n, c in columns.items())
    return frame


def check_parts(dataset: DatasetPlan, changes: TextChanges, faults: Faults) -> None:
    """CED241 where parts of texts that different subjects have take each other's name."""
    taken = {v.name for v in dataset.variables} | {q.name for q in dataset.supplemental}
    for variable, where in split_variables(dataset):
        for number in range(1, changes.parts.get((dataset.name, variable), 0) + 1):
            column = part_column(variable, number)
            if (name := column.removeprefix(SUPP)) in taken:
                _taken(dataset, variable, column, where, faults)
                return
            taken.add(name)


def _taken(dataset: DatasetPlan, variable: str, column: str, where: Location, faults: Faults) -> None:
    name = column.removeprefix(SUPP)
    owner = dataset.name if name == column else f"SUPP{dataset.name}"
    label = f"{dataset.name}.{variable.removeprefix(SUPP)}"
    message = f"{label}: a long text continues in {owner}.{name}, which is taken"
    faults.add("CED241", message, where, "rename what has this name")


class Different:
    """The different values of the columns of a dataset, each column looked at once."""

    def __init__(self, data: Blocks) -> None:
        self._data = data
        self._known: dict[str, frozenset[Any]] = {}

    def of(self, name: str) -> frozenset[Any]:
        """The values of a column, None among them where one is missing."""
        if name not in self._known:
            self._known[name] = frozenset(self._data.column(name).to_list())
        return self._known[name]


def check_texts(data: Blocks, found: Different, dataset: DatasetPlan, world: World) -> None:
    """CED266 for texts over 200 bytes, CED267 for characters beyond printable ASCII: one finding for each
    variable and value. CED872 for texts that end in a blank: a warning for each variable.

    Copies from other datasets are spared: the fault is there.
    """
    splits = {name for name, _ in split_variables(dataset)}
    named = [(v.name, v.where) for v in dataset.variables if v.kind is Type.TEXT and _is_own(v.origin.type)]
    named += [(SUPP + q.name, q.where) for q in dataset.supplemental]
    named = [(name, where) for name, where in named if _is_suspect(name, data, found)]
    if not named or not data.height:
        return
    frame = data.frame()
    too_long = [_too_long(name) for name, _ in named]
    foreign = [_foreign_to_ascii(name) for name, _ in named]
    padded = [_ends_in_blank(name) for name, _ in named]
    asked = (*too_long, *foreign, *padded)
    shows = frame.select(one.any().alias(f"{i}") for i, one in enumerate(asked)).row(0)
    for i, (name, where) in enumerate(named):
        if shows[i]:
            _report("CED266", frame.filter(too_long[i]), name, where, dataset, world, name in splits)
        if shows[len(named) + i]:
            _report("CED267", frame.filter(foreign[i]), name, where, dataset, world)
        if shows[2 * len(named) + i]:
            _tell_padded(frame.filter(padded[i]), name, where, dataset, world)


def _too_long(name: str) -> pl.Expr:
    return pl.col(name).str.len_bytes() > XPT_TEXT_BYTES


def _foreign_to_ascii(name: str) -> pl.Expr:
    return pl.col(name).str.contains(r"[^ -~]")


def _ends_in_blank(name: str) -> pl.Expr:
    return pl.col(name).str.ends_with(" ")


def _is_suspect(name: str, data: Blocks, found: Different) -> bool:
    if not data.is_small and len(values := data.column(name)) > FEW:
        asked = _too_long(name) | _foreign_to_ascii(name) | _ends_in_blank(name)
        return bool(values.to_frame().select(asked.any()).item())
    present = [value for value in found.of(name) if value]
    together = "".join(present)
    longest = max(map(len, present), default=0)
    if longest > XPT_TEXT_BYTES or not (together.isascii() and together.isprintable()):
        return True
    return any(value[-1] == " " for value in present)


def _is_own(origin: str) -> bool:
    return origin != "Predecessor"


def _tell_padded(bad: pl.DataFrame, name: str, where: Location, dataset: DatasetPlan, world: World) -> None:
    """CED872: lines, and groups of records, take the text for another one than without its blanks, and files
    hold one. A text of blanks alone counts as a value there, and is missing in files."""
    owner, short = f"SUPP{dataset.name}" if name.startswith(SUPP) else dataset.name, name.removeprefix(SUPP)
    what = f"the text of {COUNT} ends in a blank, which transport files do not hold"
    message = f"{owner}.{short}: {what}, the first with {FIRST}"
    hint = "`trim: yes` of the raw table takes blanks away, and so does trim(..) in this line"
    for place, rows in by_line(name, bad, dataset, where):
        least = min(rows[name].to_list())
        first = ((True, least),), value_in_words(short, least)
        found = records_of(rows)
        told = (Severity.WARNING, Stage.CHECK, len(found), first)
        world.faults.add("CED872", message, place, hint, found, *told)


def _report(
    code: str,
    bad: pl.DataFrame,
    name: str,
    where: Location,
    dataset: DatasetPlan,
    world: World,
    is_split: bool = False,
) -> None:
    owner = f"SUPP{dataset.name}" if name.startswith(SUPP) else dataset.name
    label = f"{owner}.{name.removeprefix(SUPP)}"
    for (value,), rows in bad.group_by(name, maintain_order=True):
        if is_split and len(parts_of(str(value))) > 1:
            continue  # a part's name is taken: CED241
        message, hint = (
            _foreign(str(value)) if code == "CED267" else _long(str(value), is_split, dataset.kind == "sdtm")
        )
        for place, made in by_line(name, rows, dataset, where):
            world.faults.add(code, f"{label}: {message}", place, hint, records_of(made))


def _long(value: str, is_split: bool, has_home: bool) -> tuple[str, str]:
    size = len(value.encode())
    message = f"text of {size} bytes, a transport file holds {XPT_TEXT_BYTES}: '{value[:_SHOWN]}...'"
    return message, _UNBROKEN_HINT if is_split else _SPLIT_HINT if has_home else _LONG_HINT


def _foreign(value: str) -> tuple[str, str]:
    character = next(c for c in value if not " " <= c <= "~")
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
    message = f"{character!r} (U+{ord(character):04X}) in {shown!r} is not printable ASCII"
    if not character.isprintable():
        return message, "a transport file holds nothing else: take it out in this line"
    known = all(one.isascii() or one in IN_ASCII for one in value)
    way = "`text: transliterate`" if known else f"replace(.., '{character}', '..')"
    return message, f"a transport file holds nothing else: write {way} in this line"
