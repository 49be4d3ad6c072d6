"""Functions of numbers on columns, and what reads numbers from text. A number is finite or missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import partial

import polars as pl

from ced_cdisc.core.decimals import NUMBER, is_cut
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, Argument, Faulty, each, each_pair, each_row, missing
from ced_cdisc.standards.units import conversion, unit_term

_NUMBER = f"^{NUMBER.pattern}$"
_RESULT = r"^(<=|>=|<|>)? *([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))$"
_GROUPED = re.compile(r"((?:<=|>=|<|>)? *[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+)((?:\.[0-9]*)?)")
_EITHER = re.compile(r"((?:<=|>=|<|>)? *[+-]?)([0-9]+,[0-9]*|,[0-9]+)")
_SWAP = str.maketrans(",.", ".,")
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-5][0-9])")
_LENGTH = re.compile(
    r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?(?:(sec|secs|seconds|s)|(min|minutes)|(?:h|hours))", re.IGNORECASE
)
_EXACT = Context(prec=700)
_HELD = 15
"""So many digits every double holds."""


def numeric(args: Sequence[Argument]) -> pl.Expr:
    """``numeric(text)``: the number where the text is one, else missing."""
    return _parsed(args[0].expr)


def number(args: Sequence[Argument]) -> Faulty:
    """``number(text)``: the number; a text that is none, or whose digits a double cannot hold, is a fault."""
    of = text([args[0]])
    value = _parsed(of)
    cut = of.map_batches(_cut, return_dtype=pl.Boolean, is_elementwise=True)
    return Faulty(value, "number", of.is_not_null() & (value.is_null() | cut), of)


def _parsed(of: pl.Expr) -> pl.Expr:
    value = of.cast(pl.Float64, strict=False)
    return pl.when(of.str.contains(_NUMBER) & value.is_finite()).then(value + 0.0)


def _cut(texts: pl.Series) -> pl.Series:
    """Which texts of numbers a double cannot hold."""
    if texts.dtype != pl.String or not (texts.str.len_chars() > _HELD).any():
        return pl.repeat(False, len(texts), eager=True)
    cut = [one is not None and len(one) > _HELD and is_cut(one) for one in texts]
    return pl.Series(cut, dtype=pl.Boolean)


def comparator(args: Sequence[Argument]) -> pl.Expr:
    """``comparator(text)``: the ``<``, ``<=``, ``>`` or ``>=`` before a number, if there is one."""
    return args[0].expr.str.extract(_RESULT, 1)


def numeral(args: Sequence[Argument]) -> pl.Expr:
    """``numeral(text)``: the number of ``5.4`` or ``<0.18``; missing where the text is neither."""
    return _parsed(args[0].expr.str.extract(_RESULT, 2))


def decimal(args: Sequence[Argument]) -> pl.Expr:
    """``decimal(text, notation)``: a number of another notation with a point and without separators.

    ``comma`` exchanges commas and points, ``either`` takes a comma for a point, ``groups`` takes the commas
    out of well formed thousands: ``0,123`` is none. A text that is no number of the notation becomes one that
    :func:`number` does not read.
    """
    notation = str(args[1].value)
    return each(args[0].expr, lambda value: with_point(value, notation), Type.TEXT)


def with_point(value: str, notation: str) -> str:
    """As :func:`decimal`.

    >>> with_point("1.150,5", "comma groups"), with_point("<5,4", "either"), with_point("0,123", "groups")
    ('1150.5', '<5.4', '0,123')
    """
    words = notation.split()
    if "either" in words:
        match = _EITHER.fullmatch(value)
        return match[1] + match[2].replace(",", ".") if match else value
    if "comma" in words:
        value = value.translate(_SWAP)
    if "groups" in words and (match := _GROUPED.fullmatch(value)):
        value = match[1].replace(",", "") + match[2]
    return value


def in_seconds(value: str) -> float | None:
    """A duration in seconds; None where the text is none.

    >>> in_seconds("7:04"), in_seconds("1:02:03"), in_seconds("7.1 min"), in_seconds("long")
    (424.0, 3723.0, 426.0, None)
    """
    if match := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if match.group(1) is not None and (minutes > 59 or len(match.group(2)) != 2):
            return None
        return float(hours * 3600 + minutes * 60 + seconds)
    if match := _LENGTH.fullmatch(value):
        factor = 1 if match.group(2) else 60 if match.group(3) else 3600
        return float(_EXACT.multiply(Decimal(match.group(1)), Decimal(factor)))
    return None


def seconds(args: Sequence[Argument]) -> Faulty:
    """``seconds(text)``: a duration such as ``7:04``, ``1:02:03``, ``424 sec``, ``7.1 min`` or ``2 h``."""
    of = args[0].expr
    value = each(of, in_seconds, Type.NUMBER)
    return Faulty(value, "seconds", of.is_not_null() & value.is_null(), of)


def rounded(value: float, digits: int) -> float:
    """Half away from zero on the decimal value, after 15 significant digits have removed binary fuzz.

    >>> rounded(2.675, 2), rounded(4214.025, 2), rounded(-0.5, 0)
    (2.68, 4214.03, -1.0)
    """
    exact = Decimal(f"{value:.14e}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)
    return _finite(exact, value)


def significant(value: float, digits: int) -> float:
    """As :func:`rounded`, to significant digits.

    >>> significant(0.0045678, 2), significant(12350.0, 3), significant(-2.5, 1)
    (0.0046, 12400.0, -3.0)
    """
    exact = Context(prec=digits, rounding=ROUND_HALF_UP).plus(Decimal(f"{value:.14e}"))
    return _finite(exact, value)


def _finite(exact: Decimal, value: float) -> float:
    """The double; next to the end of their range, where it would be infinite, the value itself."""
    made = float(exact)
    return value if made in (float("inf"), float("-inf")) else made + 0.0


def signif(args: Sequence[Argument]) -> pl.Expr:
    """``signif(number, digits)``."""
    if args[0].type is Type.MISSING or args[1].value is None:
        return missing(Type.NUMBER)
    digits = int(args[1].value)
    return each(args[0].expr, lambda value: significant(value, digits), Type.NUMBER)


def round_(args: Sequence[Argument]) -> pl.Expr:
    """``round(number, digits)``; the digits are written out, or a column that has them on every row."""
    if Type.MISSING in (args[0].type, args[1].type):
        return missing(Type.NUMBER)
    if args[1].value is None:
        return each_pair(args[0].expr, args[1].expr, _rounded_to, Type.NUMBER)
    digits = int(args[1].value)

    def over(series: pl.Series) -> pl.Series:
        if len(series) < 64 or not 0 <= digits <= 15:
            values = [None if value is None else rounded(value, digits) for value in series.to_list()]
            return pl.Series(series.name, values, dtype=pl.Float64)
        return _round_many(series, digits)

    return args[0].expr.map_batches(over, return_dtype=pl.Float64, is_elementwise=True)


def _rounded_to(value: float | None, digits: float) -> float | None:
    return None if value is None else rounded(value, int(digits))


def _round_many(series: pl.Series, digits: int) -> pl.Series:
    """As :func:`rounded`; values that lie clearly off a half are rounded at once.

    For a whole number below 1e10, dividing by a power of ten below 1e16 gives the double nearest to the
    decimal value, as reading the decimal text does.
    """
    import numpy as np  # loaded where many numbers are rounded

    numbers = series.to_numpy()
    with np.errstate(all="ignore"):
        scaled = np.abs(numbers) * 10.0**digits
        whole = np.floor(scaled)
        clear = (np.abs(scaled - whole - 0.5) > 1e-4) & (scaled < 1e10)
        easy = np.sign(numbers) * ((whole + (scaled - whole > 0.5)) / 10.0**digits) + 0.0
    for place in np.flatnonzero(~clear & ~np.isnan(numbers)):
        easy[place] = rounded(float(numbers[place]), digits)
    return pl.Series(series.name, easy, dtype=pl.Float64, nan_to_null=True)


def floor(args: Sequence[Argument]) -> pl.Expr:
    """``floor(number)``."""
    return _number(args[0]).floor()


def absolute(args: Sequence[Argument]) -> pl.Expr:
    """``abs(number)``."""
    return _number(args[0]).abs()


def sqrt(args: Sequence[Argument]) -> pl.Expr:
    """``sqrt(number)``; of a negative number missing."""
    of = _number(args[0])
    return pl.when(of >= 0).then(of.sqrt())


def convert(args: Sequence[Argument]) -> Faulty:
    """``convert(number, from, to)``: exact; a unit without conversion is a fault.

    Further arguments are the code of the test, whose molar mass then counts, and units of the study such as
    ``LB = 0.4536 kg``. The unit to convert to and the test are written out, or columns that have them.
    """
    value, source, target = _number(args[0]), args[1].expr.cast(pl.String), args[2]
    test = next((argument for argument in args[3:] if " = " not in str(argument.value)), None)
    rules = tuple(str(argument.value) for argument in args[3:] if argument is not test)
    if target.value is None or (test is not None and test.value is None):
        columns = [value, source, target.expr, *([] if test is None else [test.expr])]
        result = each_row(columns, partial(_converted, rules=rules), Type.NUMBER)
        return Faulty(
            result, "unit", each_row(columns, partial(_unknown, rules=rules), Type.TRUTH), args[1].expr
        )
    to, substance = str(target.value), "" if test is None else str(test.value)

    def change(number: float | None, unit: str | None) -> float | None:
        return _converted(number, unit, to, substance, rules=rules)

    if isinstance(args[1].value, str):
        unit = args[1].value
        result = each(value, lambda number: change(number, unit), Type.NUMBER)
    else:
        result = each_pair(value, source, change, Type.NUMBER)
    bad = each(source, lambda unit: _unknown(0.0, unit, to, substance, rules=rules), Type.TRUTH)
    return Faulty(result, "unit", value.is_not_null() & bad, args[1].expr)


def _converted(
    number: float | None, unit: str | None, to: str, substance: str = "", *, rules: tuple[str, ...]
) -> float | None:
    if number is None or unit is None or unit == to:
        return None if unit is None else number
    found = conversion(unit, to, substance, rules)
    if found is None:
        return None
    try:
        return float(Fraction(Decimal(repr(number))) * found.factor + found.offset)
    except OverflowError:
        return None


def _unknown(
    number: float | None, unit: str | None, to: str, substance: str = "", *, rules: tuple[str, ...]
) -> bool:
    """Whether a number cannot be converted."""
    if number is None or unit is None or unit == to:
        return False
    return conversion(unit, to, substance, rules) is None


def unit(args: Sequence[Argument]) -> Faulty:
    """``unit(text)``: the term of the terminology for a unit.

    Further arguments are the codelist, if it is not UNIT, and ``TABL = TABLET``, ...
    """
    codelist = str(args[1].value) if len(args) > 1 else ""
    own = dict(str(argument.value).split(" = ") for argument in args[2:])
    of = args[0].expr
    value = each(of, lambda text: own.get(text) or unit_term(text, codelist), Type.TEXT)
    return Faulty(value, "unknown unit", of.is_not_null() & value.is_null(), of)


def _number(argument: Argument) -> pl.Expr:
    return missing(Type.NUMBER) if argument.type is Type.MISSING else argument.expr.cast(DTYPES[Type.NUMBER])
