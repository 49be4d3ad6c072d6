"""Why values differ: each differing record gets one cause, and a cause is claimed only where it holds.

What can be seen in one record (case, blanks, a cut text, a missing value, the sign) is told record by record.
What needs several (a factor, an offset, rounding) is claimed for at least three records with at least two
different values, and the records in which it does not hold are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from ced_cdisc.compare.showing import number_text, text_text
from ced_cdisc.compare.values import PLAIN_NUMBER, Differing
from ced_cdisc.core.moments import Moment

_LEAST = 3
_LISTED = 5
_CLOSE = 1e-9
_MOST_DECIMALS = 10


class Cause(Struct, frozen=True):
    """A group of differing records with one cause.

    Attributes:
        kind: a word for programs.
        text: what stands after "in 12 of 40 records: "; empty if no cause is known.
        rows: places in the :class:`Differing` from 0, ascending.
        details: the most frequent pairs of values, where there are few.
    """

    kind: str
    text: str
    rows: NDArray[np.int64]
    details: tuple[str, ...] = ()


def causes(found: Differing, kind: Moment = "") -> list[Cause]:
    """The causes of all differing records, the largest group first; together they are all records."""
    made = list(_of_numbers(found, kind) if found.a.dtype == pl.Float64 else _of_texts(found))
    return sorted(made, key=lambda cause: (not cause.text, -len(cause.rows), cause.kind))


def _of_texts(found: Differing) -> Iterator[Cause]:
    a, b = found.a.fill_null(""), found.b.fill_null("")
    left = np.ones(len(a), np.bool_)
    for kind, text, holds in _TEXT_CAUSES:
        here = left & holds(a, b).fill_null(False).to_numpy()
        if here.any():
            yield Cause(kind, text, np.flatnonzero(here), _pairs(found, here) if kind == "cut" else ())
            left &= ~here
    if left.any():
        yield Cause("other", "", np.flatnonzero(left), _pairs(found, left))


def _unblanked(text: pl.Series) -> pl.Series:
    return text.str.replace_all(r"\s+", "")


def _number(text: pl.Series) -> pl.Series:
    plain = text.str.contains(PLAIN_NUMBER) & text.str.contains(r"\d")
    return text.set(~plain, None).cast(pl.Float64, strict=False)


def _cut(whole: pl.Series, part: pl.Series) -> pl.Series:
    both = pl.DataFrame({"whole": whole, "part": part})
    begins = pl.col("whole").str.starts_with(pl.col("part"))
    return both.select(begins & (pl.col("part").str.len_chars() >= 8)).to_series()


_Holds = Callable[[pl.Series, pl.Series], pl.Series]
_TEXT_CAUSES: tuple[tuple[str, str, _Holds], ...] = (
    ("missing in A", "missing in A", lambda a, b: a == ""),
    ("missing in B", "missing in B", lambda a, b: b == ""),
    (
        "trailing blanks",
        "trailing blanks only",
        lambda a, b: a.str.strip_chars_end(" ") == b.str.strip_chars_end(" "),
    ),
    ("leading blanks", "leading blanks only", lambda a, b: a.str.strip_chars(" ") == b.str.strip_chars(" ")),
    ("blanks", "blanks and other white space only", lambda a, b: _unblanked(a) == _unblanked(b)),
    ("case", "upper and lower case only", lambda a, b: a.str.to_lowercase() == b.str.to_lowercase()),
    (
        "case and blanks",
        "case and blanks only",
        lambda a, b: _unblanked(a).str.to_lowercase() == _unblanked(b).str.to_lowercase(),
    ),
    ("number format", "the same number, written otherwise", lambda a, b: _number(a) == _number(b)),
    ("cut", "B is the beginning of A", _cut),
    ("cut", "A is the beginning of B", lambda a, b: _cut(b, a)),
)


def _of_numbers(found: Differing, kind: Moment) -> Iterator[Cause]:
    x, y = found.a.to_numpy().astype(np.float64), found.b.to_numpy().astype(np.float64)
    no_a, no_b = found.a.is_null().to_numpy(), found.b.is_null().to_numpy()
    left = np.ones(len(x), np.bool_)
    for name, text, here in (
        ("special missing", "missing values of different codes", no_a & no_b),
        ("missing in A", "missing in A", no_a & ~no_b),
        ("missing in B", "missing in B", no_b & ~no_a),
    ):
        if here.any():
            yield Cause(name, text, np.flatnonzero(here), _pairs(found, here, kind))
            left &= ~here
    with np.errstate(all="ignore"):
        explained = _explained(x, y, left, kind)
    if explained is not None:
        name, text, here = explained
        yield Cause(name, text, np.flatnonzero(here))
        left &= ~here
    if left.any():
        yield Cause("other", _largest(x, y, left, kind), np.flatnonzero(left), _pairs(found, left, kind))


def _explained(
    x: NDArray[np.float64], y: NDArray[np.float64], among: NDArray[np.bool_], kind: Moment
) -> tuple[str, str, NDArray[np.bool_]] | None:
    """The relation of B to A that holds in most of the records, at least in half; or none.

    Where two relations hold in the same records, both are named, since the records cannot tell them apart.
    """
    rows = np.flatnonzero(among & np.isfinite(x) & np.isfinite(y))
    if len(rows) < _LEAST:
        return None
    a, b = x[rows], y[rows]
    candidates = [*_sign(a, b), *_factors(a, b, kind), *_offsets(a, b, kind), *_roundings(a, b, kind)]
    holding = [
        (name, text, fits)
        for name, text, fits in candidates
        if fits.sum() >= max(_LEAST, len(rows) / 2) and len(np.unique(a[fits])) > 1
    ]
    if not holding:
        return None
    most = max(fits.sum() for _, _, fits in holding)
    best = [one for one in holding if one[2].sum() == most]
    first = best[0]
    texts = [text for _, text, fits in best if np.array_equal(fits, first[2])]
    here = np.zeros(len(x), np.bool_)
    here[rows[first[2]]] = True
    return first[0], ", and also ".join(texts), here


_Candidates = Iterator[tuple[str, str, NDArray[np.bool_]]]


def _close(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.abs(one - other) <= _CLOSE * np.maximum(np.abs(one), np.abs(other))


def _mode(values: NDArray[np.float64]) -> float | None:
    """The most frequent of finite values that agree in ten digits; of equally frequent ones the smallest."""
    finite = values[np.isfinite(values) & (values != 0)]
    if not len(finite):
        return None
    scale = 10.0 ** (9 - np.floor(np.log10(np.abs(finite))))
    distinct, first, counts = np.unique(
        np.round(finite * scale) / scale, return_index=True, return_counts=True
    )
    if not len(distinct):
        return None
    best = int(np.argmax(counts))
    return _tidy(float(finite[first[best]]))


def _tidy(value: float) -> float:
    """The value without the noise of its last digits."""
    return float(f"{value:.10g}")


def _sign(a: NDArray[np.float64], b: NDArray[np.float64]) -> _Candidates:
    yield "sign", "B has the opposite sign of A", a == -b


def _factors(a: NDArray[np.float64], b: NDArray[np.float64], kind: Moment) -> _Candidates:
    if kind:
        return  # a date times something means nothing
    up, down = _mode(b / a), _mode(a / b)
    if up is not None and down is not None and up != -1:
        if abs(up) >= 1:
            yield "factor", f"B = A x {number_text(up)}", _close(a * up, b) & (a != 0)
        else:
            yield "factor", f"A = B x {number_text(down)}", _close(b * down, a) & (b != 0)


def _offsets(a: NDArray[np.float64], b: NDArray[np.float64], kind: Moment) -> _Candidates:
    step = _mode(b - a)
    if step is None:
        return
    # The difference of two numbers has the error of the larger one.
    fits = np.abs(b - a - step) <= _CLOSE * abs(step) + 1e-14 * np.maximum(np.abs(a), np.abs(b))
    size, sign = number_text(abs(step)), "+" if step > 0 else "-"
    if kind:
        unit = "day" if kind == "date" else "second"
        text = f"B is {size} {unit}{'' if size == '1' else 's'} {'after' if step > 0 else 'before'} A"
    else:
        text = f"B = A {sign} {size}"
    yield "offset", text, fits


def _roundings(a: NDArray[np.float64], b: NDArray[np.float64], kind: Moment) -> _Candidates:
    if kind:
        return
    for one, other, name, base in ((a, b, "B", "A"), (b, a, "A", "B")):
        for decimals in range(_MOST_DECIMALS + 1):
            scale = 10.0**decimals
            step = np.abs(other * scale - np.round(other * scale)) <= 1e-6
            gap = np.abs(one - other) * scale
            noise = 1e-6 + 1e-12 * np.abs(one) * scale
            word = "decimal" if decimals == 1 else "decimals"
            if step.sum() < max(_LEAST, len(a) / 2):
                continue
            rounded = step & (gap <= 0.5 + noise)
            yield "rounded", f"{name} is {base} rounded to {decimals} {word}", rounded
            cut = step & (gap < 1 - 1e-9) & (np.abs(other) <= np.abs(one))
            if not rounded.all():
                yield "truncated", f"{name} is {base} cut to {decimals} {word}", cut
            if max(rounded.sum(), cut.sum()) >= max(_LEAST, len(a) / 2):
                break  # more decimals may hold as well, and say less


def _largest(x: NDArray[np.float64], y: NDArray[np.float64], among: NDArray[np.bool_], kind: Moment) -> str:
    with np.errstate(all="ignore"):
        gaps = np.abs(y[among] - x[among])
    finite = gaps[np.isfinite(gaps)]
    if not len(finite) or len(gaps) < 2:
        return ""
    unit = {"date": " days", "datetime": " seconds", "time": " seconds"}.get(kind, "")
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return f"by {high:.6g}{unit}"
    return f"by {low:.6g} to {high:.6g}{unit}"


def _pairs(found: Differing, here: NDArray[np.bool_], kind: Moment = "") -> tuple[str, ...]:
    """The most frequent pairs of values, where a few say it all: at most five, in at least three records."""
    rows = pl.Series(np.flatnonzero(here))
    if len(rows) < _LEAST:
        return ()
    columns = {"a": found.a.gather(rows), "b": found.b.gather(rows)}
    if found.special_a is not None and found.special_b is not None:
        columns |= {"sa": found.special_a.gather(rows), "sb": found.special_b.gather(rows)}
    counts = pl.DataFrame(columns).group_by(list(columns)).len()
    if counts.height > _LISTED or counts.height == len(rows):
        return ()
    listed = [
        (-int(row["len"]), _shown(row["a"], kind, row.get("sa")), _shown(row["b"], kind, row.get("sb")))
        for row in counts.to_dicts()
    ]
    return tuple(f"{a} -> {b}: {-count:,}" for count, a, b in sorted(listed))


def _shown(value: object, kind: Moment, special: str | None) -> str:
    if isinstance(value, float):
        return number_text(value, kind)
    return f".{special}" if special else text_text(value if isinstance(value, str) else None)


def shown_values(found: Differing, row: int, kind: Moment = "") -> tuple[str, str]:
    """Both values of one differing record as people read them."""
    special_a = None if found.special_a is None else found.special_a[row]
    special_b = None if found.special_b is None else found.special_b[row]
    if special_a and not special_b and found.b[row] is None:
        return f".{special_a}", "."
    if special_b and not special_a and found.a[row] is None:
        return ".", f".{special_b}"
    return _shown(found.a[row], kind, special_a), _shown(found.b[row], kind, special_b)
