"""Numbers of a SAS dataset as the texts that they stand for, in a transport file and in a SAS7BDAT alike.

Numbers become the shortest text that reads back. Where the format of a variable shows days or times, the
number is one and becomes ISO 8601: SAS counts days and seconds from 1960-01-01. Formats that show a part of a
date only (``MONYY5.``, ``YEAR4.``) and those of the user change nothing: the number stays a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite

import polars as pl

from ced_cdisc.core.decimals import shortest
from ced_cdisc.core.findings import Finding
from ced_cdisc.core.moments import moment_of
from ced_cdisc.read.contract import TableContract
from ced_cdisc.read.finish import cells_at_fault


def sas_texts(
    values: pl.Series, codes: pl.Series | None, form: str, contract: TableContract, shown: str, said: str = ""
) -> tuple[pl.Series, list[Finding]]:
    """The column of a numeric variable as texts.

    Args:
        values: Float64 by its name in the table, null where missing.
        codes: the special missing values: ``A`` to ``Z`` or ``_`` where the value is one, else null; or None.
        form: the name of the variable's format, without width: ``DATE``.
        contract: the declared table.
        shown: the path of the file as findings show it.
        said: the format with its width, for messages.

    Returns:
        The texts, a special missing value as ``.A``; and CED244 for numbers that the format cannot show,
        CED243 for special missing values that the contract lists neither as missing nor as such.
    """
    texts, unshown = _texts(values, _word(form))
    hint = "correct it, or take the format away"
    which = "{}, {}, which its format " + (said or form) + " cannot show"
    found = cells_at_fault("CED244", values.name, unshown, which, hint, contract, shown)
    if codes is not None:
        marked = pl.select(pl.when(codes.is_not_null()).then("." + codes).otherwise(texts)).to_series()
        texts = marked.alias(values.name)
        refused: dict[str, list[tuple[int, str]]] = {}
        for row, code in enumerate(codes.to_list(), 1):
            if code is not None and f".{code}" not in (*contract.missing, *contract.special_missing):
                refused.setdefault(f".{code}", []).append((row, f".{code}"))
        which = "the special missing value {}, {}"
        for word, cells in refused.items():
            hint = "correct it, or list it in sources.yaml: under 'missing', or under 'special_missing' "
            hint += f"for lines that read '{word}'"
            found += cells_at_fault("CED243", values.name, cells, which, hint, contract, shown)
    return texts, found


def _texts(values: pl.Series, word: Callable[[float], str | None]) -> tuple[pl.Series, list[tuple[int, str]]]:
    """The texts of numbers; and the row and number of those that are none of what the format shows."""
    known = values.drop_nulls().unique()
    texts = [word(value) for value in known.to_list()]
    column = values.replace_strict(known, pl.Series(texts, dtype=pl.String), default=None)
    column = column.cast(pl.String)  # of a column without a value the type is not told
    rows = (column.is_null() & values.is_not_null()).arg_true().to_list()
    return column, [(row + 1, shortest(values[row])) for row in rows]


def _word(name: str) -> Callable[[float], str | None]:
    """How a number of a variable with this format is written."""
    words: Mapping[str, Callable[[float], str | None]] = {
        "date": _day,
        "datetime": _date_time,
        "time": _time,
    }
    return words.get(moment_of(name), shortest)


def _day(value: float) -> str | None:
    """A day counted from 1960-01-01; None for a part of a day and beyond the years 1 to 9999.

    >>> _day(0.0), _day(21000.0), _day(0.5)
    ('1960-01-01', '2017-06-30', None)
    """
    try:
        return (date(1960, 1, 1) + timedelta(days=int(value))).isoformat() if value == int(value) else None
    except OverflowError:
        return None


def _date_time(value: float) -> str | None:
    """Seconds counted from 1960-01-01, with the fraction that the number has.

    >>> _date_time(0.0), _date_time(1814400001.25), _date_time(1e15)
    ('1960-01-01T00:00:00', '2017-06-30T00:00:01.25', None)
    """
    if not isfinite(value):
        return None
    whole = int(Decimal(repr(value)).to_integral_value("ROUND_FLOOR"))
    fraction = Decimal(repr(value)) - whole
    try:
        moment = datetime(1960, 1, 1) + timedelta(seconds=whole)  # noqa: DTZ001 - SAS knows no zone
    except OverflowError:
        return None
    return moment.isoformat() + _digits(fraction)


def _time(value: float) -> str | None:
    """Seconds as a time of day; hours may pass 24, as in a span of time.

    >>> _time(30060.0), _time(93784.0), _time(-0.5)
    ('08:21:00', '26:03:04', '-00:00:00.5')
    """
    if not isfinite(value):
        return None
    number = Decimal(repr(abs(value)))
    whole = int(number)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{_digits(number - whole)}"


def _digits(fraction: Decimal) -> str:
    return f"{fraction:f}"[1:].rstrip("0") if fraction else ""
