"""A raw table as a whole, and all tables together: keys, subjects, visits, units, and what stays hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import polars as pl
from msgspec.structs import replace

from ced_cdisc.propose import words
from ced_cdisc.propose.columns import ColumnTally
from ced_cdisc.propose.profile import FEW, ColumnProfile, KeyFound, Role, TableProfile
from ced_cdisc.standards.units import known_unit

MOST_ROWS = 500_000
"""Keys are looked for in so many rows at most."""
_MOST_COLUMNS = 10
_FEW_REPEATED = 0.05
_FIRST_VISIT = 3
"""Visits that are numbers alone begin with this one at the latest."""
_ROW = "__row"


class TableTally:
    """One raw table, whose rows come in blocks of columns ``c0``, ``c1``, .. and ``__row``."""

    def __init__(self, header: Sequence[str]) -> None:
        self.names = distinct_names(header)
        self._columns = [ColumnTally(name) for name in self.names]
        self._rows = 0
        self._hashes: list[pl.DataFrame] = []

    def add(self, block: pl.DataFrame) -> None:
        """Count further rows."""
        for at, column in enumerate(self._columns):
            column.add(block[f"c{at}"])
        if self._rows < MOST_ROWS:
            cells = [f"c{at}" for at in range(len(self._columns))]
            hashed = block.select(pl.col(_ROW), pl.col(cells).str.strip_chars().hash(7))
            self._hashes.append(hashed)
        self._rows += len(block)

    def columns(self) -> tuple[ColumnProfile, ...]:
        """The columns, before they are seen with other tables."""
        return tuple(column.profile() for column in self._columns)

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self._rows

    def key(self, columns: Sequence[ColumnProfile]) -> KeyFound | None:
        """The fewest columns that tell the rows apart; None without rows, or where nothing comes near.

        Columns that name something (subject, visit, test, number) go before dates, and dates before the
        rest. A few rows that have the key of an earlier one are duplicates, and no reason for a longer key.
        """
        if not self._rows:
            return None
        rows = pl.concat(self._hashes)
        ranks = {at: _key_rank(column) for at, column in enumerate(columns) if _may_be_key(column)}
        subject = [at for at in ranks if columns[at].role == "subject"]
        best: tuple[int, list[int]] | None = None
        for most in (2, 4, 9):
            others = sorted(
                (at for at in ranks if at not in subject and ranks[at] <= most),
                key=lambda at: (ranks[at], at),
            )
            near = _nearest(rows, subject, others[:_MOST_COLUMNS])
            if near is not None and (best is None or near[0] < best[0]):
                best = near
            if best is not None and best[0] <= _FEW_REPEATED * len(rows):
                break
        if best is None:
            return None
        repeated, wanted = best
        found = tuple(columns[at].name for at in wanted)
        if not repeated:
            return KeyFound(found)
        names = [f"c{at}" for at in wanted]
        twice = rows.filter(pl.struct(names).is_duplicated())
        first = twice.row(0, named=True)
        alike = twice.filter(*(pl.col(name) == first[name] for name in names))[_ROW].to_list()
        return KeyFound(found, repeated, (alike[0], alike[1]))


def _nearest(rows: pl.DataFrame, subject: list[int], others: list[int]) -> tuple[int, list[int]] | None:
    """The columns, the subject's first, that leave the fewest rows repeated, and how many these are."""
    best: tuple[int, list[int]] | None = None
    for size in range(0 if subject else 1, 4):
        for chosen in combinations(others, size):
            wanted = [*subject, *chosen]
            repeated = len(rows) - rows.select(pl.struct([f"c{at}" for at in wanted]).n_unique()).item()
            if best is None or repeated < best[0]:
                best = (repeated, wanted)
            if not repeated:
                return best
    return best


def distinct_names(header: Sequence[str]) -> list[str]:
    """The names of a header, blank ones by their place, the second of two alike with a number."""
    names: list[str] = []
    for at, cell in enumerate(header, 1):
        name = cell.strip() or f"(cell {at})"
        number = 2
        made = name
        while made in names:
            made = f"{name} ({number})"
            number += 1
        names.append(made)
    return names


def _may_be_key(column: ColumnProfile) -> bool:
    whole = not column.empty and column.filled and column.longest <= 60
    tells = column.distinct != 1 or column.filled == 1
    return bool(whole) and column.kind not in ("decimal", "decimal comma") and tells


def _key_rank(column: ColumnProfile) -> int:
    """Columns that name something go before numbers and dates."""
    said = words.concepts(column.name)
    if column.role == "subject":
        return 0
    if column.role == "visit" or "test" in said:
        return 1
    if "number" in said or "repeat" in said:
        return 2
    if "technical" in said:
        return 9
    if column.role == "visit date" or column.is_date or column.kind == "time":
        return 4
    return 3 if column.kind in ("text", "integer") and not said & {"unit", "result", "comment"} else 6


def seen_together(tables: Sequence[TableProfile]) -> Iterator[TableProfile]:
    """The tables with the roles of their columns, and with what is not to be shown of them."""
    subjects = _subjects(tables)
    ids = {value for table, name in subjects.items() for value in _values(tables[table], name)}
    for at, table in enumerate(tables):
        columns = list(table.columns)
        roles: dict[str, Role] = {}
        if at in subjects:
            roles[subjects[at]] = "subject"
        visit = _visit(columns, roles)
        if visit is not None:
            roles[visit.name] = "visit"
        if date := _visit_date(columns, visit):
            roles[date.name] = "visit date"
        units = _units(columns, roles)
        roles |= dict.fromkeys(units, "unit")
        made = [
            replace(column, role=roles.get(column.name, ""), unit_of=units.get(column.name, ()))
            for column in columns
        ]
        made = [replace(column, hidden=_hidden(column, ids)) for column in made]
        yield replace(table, columns=tuple(made))


def _values(table: TableProfile, name: str) -> set[str]:
    column = table.column(name)
    return {value for value, _ in column.values} if column else set()


def _subjects(tables: Sequence[TableProfile]) -> dict[int, str]:
    """The column of the subject in each table: by its name, by the tables that have it, and by its values."""
    had = Counter(
        column.name.casefold()
        for table in tables
        for column in table.columns
        if column.filled and not column.empty
    )
    found: dict[int, str] = {}
    for at, table in enumerate(tables):
        best: tuple[int, int, int] | None = None
        for place, column in enumerate(table.columns):
            if table.rows and (not column.filled or (column.distinct == 1 and column.filled > 3)):
                continue
            said = "subject" in words.concepts(column.name)
            shared = had[column.name.casefold()]
            if not said or column.is_date or column.empty > column.filled / 10:
                continue
            score = (shared, -place, 0)
            if best is None or score > best:
                best, found[at] = score, column.name
    master = {value for at, name in found.items() for value in _values(tables[at], name)}
    for at, table in enumerate(tables):
        if at in found or not master:
            continue
        for column in table.columns:
            values = _values(table, column.name)
            if len(values) > 2 and column.kind == "text" and len(values & master) > 0.8 * len(values):
                found[at] = column.name
                break
    return found


def _visit(columns: Sequence[ColumnProfile], roles: dict[str, Role]) -> ColumnProfile | None:
    """The column that names the visit."""
    best: tuple[float, ColumnProfile] | None = None
    for column in columns:
        if column.name in roles or not column.filled or column.is_date or column.distinct is None:
            continue
        if column.distinct > 100:
            continue
        said = "visit" in words.concepts(column.name)
        named = [value for value, _ in column.values if words.VISITS.match(value)]
        counted = [int(match[1]) for value in named if (match := words.NUMBERED_VISIT.fullmatch(value))]
        if not said and len(counted) == len(named) and min(counted, default=0) > _FIRST_VISIT:
            continue  # V30, V31: codes of something else
        share = len(named) / len(column.values)
        score = said + share + (column.kind == "text") / 2
        if (said or share > 0.6) and (best is None or score > best[0]):
            best = (score, column)
    return best[1] if best else None


def _visit_date(columns: Sequence[ColumnProfile], visit: ColumnProfile | None) -> ColumnProfile | None:
    """The date of the visit: called so, else the first date behind the visit's name."""
    if visit is None:
        return None
    dates = [column for column in columns if column.is_date and _may_be_of_visit(column)]
    named = [column for column in dates if "visit" in words.concepts(column.name)]
    behind = [column for column in dates if columns.index(column) > columns.index(visit)]
    filled = [column for column in (*named, *behind) if column.filled > 0.9 * (column.filled + column.empty)]
    return filled[0] if filled else None


def _may_be_of_visit(column: ColumnProfile) -> bool:
    """Whether a date may be that of a visit: not one of birth, nor the start or end of something else."""
    said = words.concepts(column.says)
    return "birth" not in said and ("visit" in said or not said & {"start", "end"})


def _units(columns: Sequence[ColumnProfile], roles: dict[str, Role]) -> dict[str, tuple[str, ...]]:
    """The columns of units, each with the column of numbers that it goes with."""
    found: dict[str, tuple[str, ...]] = {}
    for at, column in enumerate(columns):
        if column.name in roles or column.kind != "text" or not column.values or (column.distinct or 99) > 60:
            continue
        known = sum(count for value, count in column.values if known_unit(value))
        speaks = words.concepts(column.name)
        said = "unit" in speaks
        if "flag" in speaks:
            continue
        if known < (0.5 if said else 0.8) * column.filled:
            continue
        if not said and not (at and columns[at - 1].is_number):
            continue
        numbers = [other for other in columns[:at] if other.is_number]
        stem = [other.name for other in numbers if column.name.casefold().startswith(other.name.casefold())]
        found[column.name] = tuple(stem[-1:] or [other.name for other in numbers[-1:]])
    return found


def _hidden(column: ColumnProfile, ids: set[str]) -> str:
    """Why the values of a column are not shown; empty where they are."""
    said = words.concepts(column.name)
    if column.role == "subject":
        return "subject"
    if "birth" in said:
        return "date of birth"
    if said & {"name", "investigator"}:
        return "person"
    if column.role in ("visit", "unit") or column.is_number or column.kind == "time":
        values = {value for value, _ in column.values}
        alike = values & ids
        return "subject" if column.role == "" and len(alike) > max(3, 0.8 * len(values)) else ""
    if column.is_date:
        return ""
    if len({value for value, _ in column.values} & ids) > max(2, 0.5 * len(column.values)):
        return "subject"
    if column.kind == "text" and not column.is_coded:
        if column.longest > 15:
            return "free text"
        return "not repeated" if column.distinct is not None and column.distinct <= FEW else "many values"
    return ""
