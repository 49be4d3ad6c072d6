"""Every function of one record by name, on polars columns; ``if`` and ``coalesce`` belong to the compiler."""

from __future__ import annotations

from ced_cdisc.derive.fast import choices, dates, durations, numbers, text
from ced_cdisc.expr.values import Function

FUNCTIONS: dict[str, Function] = {
    "join": text.join,
    "upper": text.upper,
    "lower": text.lower,
    "trim": text.trim,
    "contains": text.contains,
    "starts": text.starts,
    "ends": text.ends,
    "matches": text.matches,
    "extract": text.extract,
    "replace": text.replace,
    "text": text.text,
    "numeric": numbers.numeric,
    "number": numbers.number,
    "seconds": numbers.seconds,
    "comparator": numbers.comparator,
    "numeral": numbers.numeral,
    "decimal": numbers.decimal,
    "round": numbers.round_,
    "signif": numbers.signif,
    "floor": numbers.floor,
    "abs": numbers.absolute,
    "sqrt": numbers.sqrt,
    "convert": numbers.convert,
    "unit": numbers.unit,
    "least": choices.least,
    "greatest": choices.greatest,
    "date": dates.date,
    "datetime": dates.datetime,
    "day": dates.day,
    "until": dates.until,
    "iso": dates.iso,
    "study_day": dates.study_day,
    "days_between": dates.days_between,
    "age": dates.age,
    "starts_by": dates.starts_by,
    "date_flag": dates.date_flag,
    "time_flag": dates.time_flag,
    "duration": durations.duration,
    "duration_of": durations.duration_of,
    "duration_between": durations.duration_between,
}
"""Function name to implementation; the names and types are those of :mod:`ced_cdisc.derive.catalogue`."""
