"""A column counted block by block, in bounded memory, and what it then is."""

from __future__ import annotations

from collections import Counter

import polars as pl
from msgspec.structs import replace

from ced_cdisc.core.dates import read_date
from ced_cdisc.propose import words
from ced_cdisc.propose.profile import FEW, ColumnProfile, DateForm
from ced_cdisc.propose.shapes import (
    Parts,
    date_forms,
    has_parts,
    kind_of,
    shape_of,
    time_form,
    without_midnight,
)

MOST_VALUES = 20_000
"""More distinct values are not told apart."""
_MOST_LETTERS = 4_000_000
_MOST_SHAPES = 400
_REST = "~"
_MONTHS_AND_YEARS = ("99.9999", "9.9999")
_DATED = {"date", "birth", "start", "end", "death", "consent"}
_LATE = r"(?:^|[ T])(?:2[4-9]|[3-9][0-9]):[0-5][0-9](?::[0-5][0-9])?$"
"""A time of a day that is over."""
_PLAIN = r"^[+-]?[0-9]*[.,]?[0-9]+$"


class ColumnTally:
    """One column, whose cells come in blocks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._filled = self._empty = self._padded = self._longest = 0
        self._values: Counter[str] | None = Counter()
        self._letters = 0
        self._shapes: Counter[str] = Counter()
        self._parts: dict[str, list[int]] = {}
        self._low: float | None = None
        self._high: float | None = None
        self._late = 0
        self._compact = True
        """Whether all whole numbers of eight digits are dates."""
        self._months = True
        """Whether all numbers such as 12.2012 are months of years."""

    def add(self, cells: pl.Series) -> None:
        """Count further cells: texts, null where they are empty."""
        counted = cells.drop_nulls().value_counts(name="n").rename({cells.name: "raw"})
        told = (
            counted.lazy()
            .with_columns(text=pl.col("raw").str.strip_chars())
            .with_columns(shape=shape_of(pl.col("text")), padded=pl.col("raw") != pl.col("text"))
            .filter(pl.col("text") != "")
            .collect()
        )
        filled = int(told["n"].sum())
        self._filled += filled
        self._empty += len(cells) - filled
        if not filled:
            return
        self._padded += int(told.filter("padded")["n"].sum())
        self._longest = max(self._longest, int(told["text"].str.len_chars().max() or 0))  # type: ignore[arg-type]
        self._count_values(told)
        for shape, count in told.group_by("shape").agg(pl.col("n").sum()).sort("shape").iter_rows():
            known = shape in self._shapes or len(self._shapes) < _MOST_SHAPES
            self._shapes[shape if known else _REST] += count
        self._late += int(told.filter(pl.col("text").str.contains(_LATE))["n"].sum())
        self._count_dates(told)
        self._count_numbers(told)

    def _count_values(self, told: pl.DataFrame) -> None:
        if self._values is None:
            return
        if len(told) > MOST_VALUES:
            self._values = None
            return
        for text, count in told.select("text", "n").iter_rows():
            if text not in self._values:
                self._letters += len(text)
            self._values[text] += count
        if len(self._values) > MOST_VALUES or self._letters > _MOST_LETTERS:
            self._values = None

    def _count_dates(self, told: pl.DataFrame) -> None:
        shapes = [shape for shape in told["shape"].unique().sort() if has_parts(shape)]
        if shapes:
            numbers = (
                told.filter(pl.col("shape").is_in(shapes))
                .with_columns(pl.col("text").str.extract_groups(r"^([0-9]+)[^0-9]([0-9]+)").struct.unnest())
                .with_columns(pl.col("1").cast(pl.Int64), pl.col("2").cast(pl.Int64))
            )
            found = numbers.group_by("shape").agg(
                pl.col("1").max(),
                pl.col("2").max(),
                pl.col("n").filter(pl.col("1") > 12).sum().alias("over 1"),
                pl.col("n").filter(pl.col("2") > 12).sum().alias("over 2"),
            )
            for shape, first, second, over_first, over_second in found.sort("shape").iter_rows():
                had = self._parts.setdefault(shape, [0, 0, 0, 0])
                self._parts[shape] = [
                    max(had[0], first),
                    max(had[1], second),
                    had[2] + over_first,
                    had[3] + over_second,
                ]
        months = told.filter(pl.col("shape").is_in(_MONTHS_AND_YEARS))["text"]
        if len(months):
            parted = months.str.split_exact(".", 1).struct.unnest()
            good = parted["field_0"].cast(pl.Int64).is_between(1, 12)
            good &= parted["field_1"].cast(pl.Int64).is_between(1900, 2100)
            self._months = self._months and bool(good.all())

    def _count_numbers(self, told: pl.DataFrame) -> None:
        plain = told.filter(pl.col("text").str.contains(_PLAIN))["text"]
        if not len(plain):
            return
        numbers = plain.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        low, high = float(numbers.min()), float(numbers.max())  # type: ignore[arg-type]
        self._low = low if self._low is None else min(self._low, low)
        self._high = high if self._high is None else max(self._high, high)
        eight = plain.filter(plain.str.contains("^[0-9]{8}$"))
        if len(eight):
            days = eight.str.to_date("%Y%m%d", strict=False)
            good = days.is_not_null() & days.dt.year().is_between(1900, 2100)
            self._compact = self._compact and bool(good.all())

    def profile(self) -> ColumnProfile:
        """What was found."""
        shapes = without_midnight(self._shapes)
        kinds: Counter[str] = Counter()
        dated: dict[str, int] = {}
        compact = self._compact and "99999999" in shapes
        for shape, count in shapes.items():
            kind = "date" if compact and shape == "99999999" else kind_of(shape)
            kinds[kind] += count
            if kind.startswith("date"):
                dated[shape] = count
        if not any("9" in shape for shape in dated) and not words.concepts(self.name) & _DATED:
            # ND or UNK alone is part of a date only where there are dates.
            kinds["text"] += sum(dated.values())
            del kinds["date"]
            dated.clear()
        self._years_and_clocks(shapes, kinds, dated)
        parts = {shape: Parts(*numbers) for shape, numbers in self._parts.items()}
        forms = date_forms(dated, parts)
        times = sorted({time_form(s) for s in shapes if kind_of(s) == "time"})
        if "time" in kinds and not times:
            times = ["HHMM"]
        values = _by_count(self._values) if self._values is not None else ()
        low, high = self._limits(kinds, forms)
        made = ColumnProfile(
            self.name,
            self._filled,
            self._empty,
            len(self._values) if self._values is not None else None,
            _by_count(kinds),
            forms,
            tuple(times),
            values,
            _by_count(Counter(shapes)),
            low,
            high,
            self._longest,
            self._padded,
        )
        is_clock = made.is_date or made.kind == "time"
        return replace(made, missing=_missing(made), late=self._late if is_clock else 0)

    def _years_and_clocks(self, shapes: dict[str, int], kinds: Counter[str], dated: dict[str, int]) -> None:
        """Numbers that the name or the other cells of the column make years, months of years, or times."""
        said = words.concepts(self.name)
        whole = shapes.get("9999", 0)
        if dated or said & _DATED:
            for shape in _MONTHS_AND_YEARS:
                if self._months and shape in shapes:
                    kinds["decimal"] -= shapes[shape]
                    kinds["date"] += shapes[shape]
                    dated[shape] = shapes[shape]
            if whole and self._years():
                kinds["integer"] -= whole
                kinds["date"] += whole
                dated["9999"] = whole
        elif whole and "time" in said and (self._high or 0) < 2400:
            kinds["integer"] -= whole
            kinds["time"] += whole
        for kind in [kind for kind, count in kinds.items() if count <= 0]:
            del kinds[kind]

    def _years(self) -> bool:
        """Whether all whole numbers of four digits may be years."""
        whole = [value for value in self._values or () if len(value) == 4 and value.isdigit()]
        return all(1900 <= int(value) <= 2100 for value in whole)

    def _limits(self, kinds: Counter[str], forms: tuple[DateForm, ...]) -> tuple[str, str]:
        most = kinds.most_common(1)[0][0] if kinds else ""
        if most.startswith("date"):
            return self._days(forms)
        if self._low is None or self._high is None or most == "text":
            return "", ""
        return f"{self._low:.15g}", f"{self._high:.15g}"

    def _days(self, forms: tuple[DateForm, ...]) -> tuple[str, str]:
        """The first and last day of dates whose order is certain, as ISO 8601."""
        if self._values is None or any(form.open for form in forms):
            return "", ""
        written = tuple(form.formats[0] for form in forms)
        read = (read_date(value, None, written).dtc for value in self._values)
        days = sorted(dtc[:10] for dtc in read if dtc is not None and dtc[:1] != "-")
        return (days[0], days[-1]) if days else ("", "")


def _by_count(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _missing(column: ColumnProfile) -> tuple[str, ...]:
    """Texts of a column of numbers, dates or codes that are known to say that there is no value."""
    others = sum(count for kind, count in column.kinds if kind != "text")
    few = column.distinct is not None and column.distinct <= FEW
    if not others and not few:
        return ()
    return tuple(value for value, _ in column.values if value.casefold() in words.NO_VALUE)
