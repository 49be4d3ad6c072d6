"""The functions of one record, by their names in the language. Arguments are values; missing is None.

``if`` and ``coalesce`` are not here: they leave arguments uncomputed, see
:mod:`ced_cdisc.recompute.evaluate`. An empty literal (``join('', a, b)``) arrives as None.
Where nothing else is said, a missing argument makes the value missing, or unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from ced_cdisc.recompute import collected, partial
from ced_cdisc.recompute.values import DataFault, Value, as_text, filled, finite, in_order

_EXACT = Context(prec=700)


def join(separator: str | None, *parts: Value) -> str | None:
    """The non-missing parts as text with the separator between them; missing if all parts are."""
    texts = [text for text in map(as_text, parts) if text is not None]
    return filled((separator or "").join(texts))


def upper(text: str | None) -> str | None:
    """Upper case."""
    return text.upper() if text else None


def lower(text: str | None) -> str | None:
    """Lower case."""
    return text.lower() if text else None


def trim(text: str | None) -> str | None:
    """Without blanks at both ends; missing if nothing is left."""
    return filled(text.strip()) if text else None


def contains(text: str | None, part: str | None) -> bool | None:
    """Whether the part stands anywhere in the text, taken literally and by case."""
    return (part or "") in text if text else None


def starts(text: str | None, part: str | None) -> bool | None:
    """Whether the text begins with the part, taken literally and by case."""
    return text.startswith(part or "") if text else None


def ends(text: str | None, part: str | None) -> bool | None:
    """Whether the text ends with the part, taken literally and by case."""
    return text.endswith(part or "") if text else None


def matches(text: str | None, pattern: str | None) -> bool | None:
    """Whether the regular expression fits anywhere in the text."""
    return re.search(pattern or "", text) is not None if text else None


def extract(text: str | None, pattern: str | None) -> str | None:
    """What the first group captures where the regular expression first fits; missing if nothing."""
    found = re.search(pattern or "", text) if text else None
    return filled(found[1]) if found and found.re.groups else None


def replace(text: str | None, old: str | None, new: str | None) -> str | None:
    """All occurrences of the old text, taken literally, replaced; missing if nothing is left."""
    return filled(text.replace(old, new or "")) if text and old else text


def round_half_away(number: float | None, digits: float | None) -> float | None:
    """Rounded to decimals (or, negative, to tens), halves away from zero on the decimal value.

    The number is first taken to 15 significant digits, so that the binary fuzz of 2.675 or of a sum does not
    decide: 2.675 gives 2.68.
    """
    if number is None or digits is None:
        return None
    decimal = Decimal(format(number, ".14e"))
    rounded = float(decimal.quantize(Decimal((0, (1,), -int(digits))), ROUND_HALF_UP, _EXACT))
    return finite(rounded if math.isfinite(rounded) else number)  # 15 digits may lie above the greatest float


def floor(number: float | None) -> float | None:
    """The greatest whole number not above; no protection for binary fuzz."""
    return None if number is None else float(math.floor(number))


def absolute(number: float | None) -> float | None:
    """The absolute value."""
    return None if number is None else abs(number)


def sqrt(number: float | None) -> float | None:
    """The square root; missing for a negative number."""
    return None if number is None or number < 0 else math.sqrt(number)


def least(*values: Value) -> Value:
    """The least of the non-missing values; ISO 8601 dates compare as text. Missing if all are."""
    return min((value for value in values if value is not None), key=in_order, default=None)


def greatest(*values: Value) -> Value:
    """The greatest of the non-missing values; ISO 8601 dates compare as text. Missing if all are."""
    return max((value for value in values if value is not None), key=in_order, default=None)


def convert(number: float | None, unit: str | None, to: str | None) -> float | None:
    """The number in another unit: times the factor plus the offset, each first rounded to a float.

    A unit to itself is the number; an unknown conversion is a fault.
    """
    if number is None or unit is None or to is None:
        return None
    if unit == to:
        return number
    scale = _scale(unit, to)
    if scale is None:
        raise DataFault(f"no conversion from unit '{unit}' to '{to}'")
    return finite(number * float(scale[0]) + float(scale[1]))


def _scale(unit: str, to: str) -> tuple[Decimal, Decimal] | None:
    from ced_cdisc.standards.units import convert_factor

    return convert_factor(unit, to)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "join": join,
    "upper": upper,
    "lower": lower,
    "trim": trim,
    "contains": contains,
    "starts": starts,
    "ends": ends,
    "matches": matches,
    "extract": extract,
    "replace": replace,
    "text": as_text,
    "numeric": collected.numeric,
    "number": collected.read_number,
    "seconds": collected.seconds,
    "round": round_half_away,
    "floor": floor,
    "abs": absolute,
    "sqrt": sqrt,
    "least": least,
    "greatest": greatest,
    "convert": convert,
    "date": partial.date_of,
    "datetime": partial.datetime_of,
    "day": partial.day_of,
    "iso": as_text,
    "study_day": partial.study_day,
    "days_between": partial.days_between,
    "age": partial.age,
    "starts_by": partial.starts_by,
}
"""Every function of :mod:`ced_cdisc.derive.catalogue` but ``if`` and ``coalesce``."""
