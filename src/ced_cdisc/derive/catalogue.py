"""The registered functions of one record: what they take, give, mean, and whose rule they follow.

Values are computed twice: in :mod:`ced_cdisc.derive.fast` on polars columns, and independently, one record
at a time, in :mod:`ced_cdisc.recompute`. This table is what both, the checker, the English and the docs
share.
"""

from __future__ import annotations

from ced_cdisc.expr.signature import Parameter, Signature
from ced_cdisc.expr.tree import Type

_TEXT = (Type.TEXT,)
_TEXTS = (Type.TEXT, Type.DTC)
_NUMBER = (Type.NUMBER,)
_DTC = (Type.DTC,)
_TRUTH = (Type.TRUTH,)
_DAYS = (Type.DTC, Type.DATE, Type.DATETIME)
_VALUE = (Type.TEXT, Type.NUMBER, Type.DTC, Type.DATE, Type.DATETIME)
_CLOCKS = (Type.DTC, Type.DATETIME)
_ORDERED = (Type.NUMBER, Type.DTC, Type.DATE, Type.DATETIME)


def _p(name: str, types: tuple[Type, ...], *, literal: bool = False) -> Parameter:
    return Parameter(name, types, literal)


_ALL = (
    Signature(
        "if",
        (_p("condition", _TRUTH), _p("then", _VALUE), _p("else", _VALUE)),
        None,
        "{1} if {0}, otherwise {2}",
        same=(1, 2),
    ),
    Signature(
        "coalesce",
        (_p("value", _VALUE),),
        None,
        "{*}, the first that is not missing",
        repeats=True,
        same=(0,),
    ),
    Signature(
        "join",
        (_p("separator", _TEXT, literal=True), _p("part", (*_VALUE[:3],))),
        Type.TEXT,
        "{1*} joined with {0}",
        repeats=True,
    ),
    Signature("upper", (_p("text", _TEXT),), Type.TEXT, "{0} in upper case"),
    Signature("lower", (_p("text", _TEXT),), Type.TEXT, "{0} in lower case"),
    Signature("trim", (_p("text", _TEXT),), Type.TEXT, "{0} without leading and trailing blanks"),
    Signature(
        "contains", (_p("text", _TEXTS), _p("part", _TEXT, literal=True)), Type.TRUTH, "{0} contains {1}"
    ),
    Signature(
        "starts", (_p("text", _TEXTS), _p("part", _TEXT, literal=True)), Type.TRUTH, "{0} starts with {1}"
    ),
    Signature("ends", (_p("text", _TEXTS), _p("part", _TEXT, literal=True)), Type.TRUTH, "{0} ends with {1}"),
    Signature(
        "matches",
        (_p("text", _TEXT), _p("pattern", _TEXT, literal=True)),
        Type.TRUTH,
        "{0} matches the pattern {1}",
    ),
    Signature(
        "extract",
        (_p("text", _TEXT), _p("pattern", _TEXT, literal=True)),
        Type.TEXT,
        "the part of {0} that the pattern {1} captures",
    ),
    Signature(
        "replace",
        (_p("text", _TEXT), _p("old", _TEXT, literal=True), _p("new", _TEXT, literal=True)),
        Type.TEXT,
        "{0} with {1} replaced by {2}",
    ),
    Signature("text", (_p("value", _VALUE),), Type.TEXT, "{0} as text"),
    Signature("numeric", (_p("text", _TEXT),), Type.NUMBER, "{0} as a number, if it is one"),
    Signature("number", (_p("text", _TEXT),), Type.NUMBER, "{0} as a number"),
    Signature("comparator", (_p("text", _TEXT),), Type.TEXT, "the comparator before the number of {0}"),
    Signature("numeral", (_p("text", _TEXT),), Type.NUMBER, "the number of {0}, with or without comparator"),
    Signature(
        "decimal",
        (_p("text", _TEXT), _p("notation", _TEXT, literal=True)),
        Type.TEXT,
        "{0}, read with {1}",
    ),
    Signature("seconds", (_p("text", _TEXT),), Type.NUMBER, "the duration {0} in seconds"),
    Signature(
        "round",
        (_p("number", _NUMBER), _p("digits", _NUMBER, literal=True)),
        Type.NUMBER,
        "{0}, rounded to {1} decimals, halves away from zero",
    ),
    Signature(
        "signif",
        (_p("number", _NUMBER), _p("digits", _NUMBER, literal=True)),
        Type.NUMBER,
        "{0}, rounded to {1} significant digits, halves away from zero",
    ),
    Signature("floor", (_p("number", _NUMBER),), Type.NUMBER, "the greatest whole number not above {0}"),
    Signature("abs", (_p("number", _NUMBER),), Type.NUMBER, "the absolute value of {0}"),
    Signature("sqrt", (_p("number", _NUMBER),), Type.NUMBER, "the square root of {0}"),
    Signature("log", (_p("number", _NUMBER),), Type.NUMBER, "the natural logarithm of {0}"),
    Signature("log10", (_p("number", _NUMBER),), Type.NUMBER, "the logarithm of {0} to base 10"),
    Signature("exp", (_p("number", _NUMBER),), Type.NUMBER, "e to the power of {0}"),
    Signature("least", (_p("value", _ORDERED),), None, "the least of {*}", repeats=True, same=(0,)),
    Signature("greatest", (_p("value", _ORDERED),), None, "the greatest of {*}", repeats=True, same=(0,)),
    Signature(
        "convert",
        (
            _p("number", _NUMBER),
            _p("from", _TEXT),
            _p("to", _TEXT, literal=True),
            _p("test", _TEXT, literal=True),
        ),
        Type.NUMBER,
        "{0}, converted from {1} to {2}",
        optional=True,
    ),
    Signature("unit", (_p("text", _TEXT),), Type.TEXT, "the unit {0} in CDISC terminology"),
    Signature(
        "date",
        (_p("dtc", (Type.DTC, Type.DATETIME)),),
        Type.DATE,
        "the date part of {0}",
        admiral="convert_dtc_to_dt",
    ),
    Signature(
        "datetime",
        (_p("dtc", _DTC),),
        Type.DATETIME,
        "the date and time of {0}",
        admiral="convert_dtc_to_dtm",
    ),
    Signature("day", (_p("dtc", _DTC),), Type.DTC, "the date part of {0}"),
    Signature(
        "until",
        (_p("start", _DTC), _p("time", _TEXT)),
        Type.DTC,
        "the time {1} on the date of {0}, or on the day after where it is before the time of {0}",
    ),
    Signature("iso", (_p("date", (Type.DATE, Type.DATETIME)),), Type.DTC, "{0} in ISO 8601"),
    Signature("add_days", (_p("date", _DAYS), _p("number", _NUMBER)), None, "{0} plus {1} days", same=(0,)),
    Signature(
        "study_day",
        (_p("date", _DAYS), _p("reference", _DAYS)),
        Type.NUMBER,
        "the date part of {0} minus the date part of {1} in days, plus 1 if the difference is 0 or more",
        "SDTMIG 3.4, 4.4.4",
        admiral="derive_vars_dy",
    ),
    Signature(
        "days_between",
        (_p("from", _DAYS), _p("to", _DAYS)),
        Type.NUMBER,
        "the calendar days from the date part of {0} to the date part of {1}",
        admiral="derive_vars_duration",
    ),
    Signature(
        "hours_between",
        (_p("start", _CLOCKS), _p("end", _CLOCKS)),
        Type.NUMBER,
        "the time from {0} to {1} in hours",
        admiral="derive_vars_duration",
    ),
    Signature(
        "minutes_between",
        (_p("start", _CLOCKS), _p("end", _CLOCKS)),
        Type.NUMBER,
        "the time from {0} to {1} in minutes",
        admiral="derive_vars_duration",
    ),
    Signature(
        "age",
        (_p("birth", _DAYS), _p("at", _DAYS)),
        Type.NUMBER,
        "the completed years from {0} to {1}",
        admiral="derive_vars_aage",
    ),
    Signature(
        "starts_by",
        (_p("start", _DTC), _p("at", _DTC)),
        Type.TRUTH,
        "{0} is on or before {1}, compared as far as both are given",
    ),
    Signature(
        "date_flag",
        (_p("dtc", _DTC), _p("imputed", (Type.DATE, Type.DATETIME))),
        Type.TEXT,
        "the highest part of the date that is imputed in {1} because {0} does not have it: Y (year), "
        "M (month) or D (day); missing if no part is",
        "ADaMIG 1.3, 3.1.3",
        admiral="derive_vars_dt",
    ),
    Signature(
        "time_flag",
        (_p("dtc", _DTC), _p("imputed", (Type.DATE, Type.DATETIME))),
        Type.TEXT,
        "the highest part of the time that is imputed in {1} because {0} does not have it: H (hour), "
        "M (minute) or S (second); missing if no part is",
        "ADaMIG 1.3, 3.1.3",
        admiral="derive_vars_dtm",
    ),
    Signature(
        "duration",
        (_p("amount", (Type.NUMBER, Type.TEXT)), _p("unit", _TEXT)),
        Type.TEXT,
        "the duration of {0} {1} in ISO 8601",
    ),
    Signature("duration_of", (_p("text", _TEXT),), Type.TEXT, "the duration {0} in ISO 8601"),
    Signature(
        "duration_between",
        (_p("from", _DAYS), _p("to", _DAYS)),
        Type.TEXT,
        "the duration from {0} to {1} in ISO 8601, to the precision that both have",
    ),
)

FUNCTIONS: dict[str, Signature] = {signature.name: signature for signature in _ALL}
"""Every function by name."""
