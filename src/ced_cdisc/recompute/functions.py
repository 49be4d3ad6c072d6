"""The functions of one record, by their names in the language. Arguments are values; missing is None.

``if`` and ``coalesce`` are not here: they leave arguments uncomputed, see
:mod:`ced_cdisc.recompute.evaluate`. An empty literal (``join('', a, b)``) arrives as None.
Where nothing else is said, a missing argument makes the value missing, or unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from ced_cdisc.recompute import collected, durations, imputation, logarithms, partial, written
from ced_cdisc.recompute.values import DataFault, Value, as_text, filled, finite, in_order
from ced_cdisc.standards.units import conversion, unit_term

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
    made = float(decimal.quantize(Decimal((0, (1,), -int(digits))), ROUND_HALF_UP, _EXACT))
    return number if math.isinf(made) else made + 0.0


def signif(number: float | None, digits: float | None) -> float | None:
    """Rounded to significant digits, halves away from zero, the number first taken to 15 of them.

    Beyond the largest double the number stays.
    """
    if number is None or digits is None:
        return None
    head, _, power = format(abs(number), ".14e").partition("e")
    figures, kept = int(head.replace(".", "")), 10 ** (15 - int(digits))
    whole, rest = divmod(figures, kept)
    whole += 2 * rest >= kept
    made = math.copysign(float(f"{whole * kept}e{int(power) - 14}"), number)
    return number if math.isinf(made) else made + 0.0


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
    """The least of the non-missing values, texts by code point. Missing if all are."""
    return min((value for value in values if value is not None), key=in_order, default=None)


def greatest(*values: Value) -> Value:
    """The greatest of the non-missing values, texts by code point. Missing if all are."""
    return max((value for value in values if value is not None), key=in_order, default=None)


def convert(number: float | None, unit: str | None, to: str | None, *more: str | None) -> float | None:
    """The number in another unit: times the factor plus the offset, in decimals of 100 digits.

    A unit to itself is the number; an unknown conversion is a fault. ``more`` is the code of the test and
    units of the study (``LB = 0.4536 kg``).
    """
    if number is None or unit is None or to is None:
        return None
    if unit == to:
        return number
    rules = tuple(word for word in more if word and " = " in word)
    substance = "".join(word for word in more if word and " = " not in word)
    found = conversion(unit, to, substance, rules)
    if found is None:
        raise DataFault(f"no conversion from unit '{unit}' to '{to}'")
    (a, b), (c, d) = found.factor.as_integer_ratio(), found.offset.as_integer_ratio()
    with localcontext(Context(prec=100, Emax=10**6, Emin=-(10**6))):
        exact = Decimal(repr(float(number))) * a / b + Decimal(c) / d
    return finite(float(exact))


def unit(text: str | None, codelist: str | None = None, *synonyms: str | None) -> str | None:
    """The term of a codelist for a unit, by the study's synonyms (``TABL = TABLET``) first."""
    if text is None:
        return None
    for synonym in synonyms:
        word, _, term = (synonym or "").partition(" = ")
        if word == text:
            return term
    found = unit_term(text, codelist or "")
    if found is None:
        raise DataFault(f"'{text}' is no unit")
    return found


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
    "comparator": collected.comparator,
    "numeral": collected.numeral,
    "decimal": collected.decimal,
    "round": round_half_away,
    "signif": signif,
    "floor": floor,
    "abs": absolute,
    "sqrt": sqrt,
    "log": logarithms.log,
    "log10": logarithms.log10,
    "exp": logarithms.exp,
    "least": least,
    "greatest": greatest,
    "convert": convert,
    "unit": unit,
    "date": partial.date_of,
    "datetime": partial.datetime_of,
    "day": partial.day_of,
    "until": written.until,
    "iso": as_text,
    "add_days": partial.add_days,
    "study_day": partial.study_day,
    "days_between": partial.days_between,
    "hours_between": durations.hours_between,
    "minutes_between": durations.minutes_between,
    "age": partial.age,
    "starts_by": partial.starts_by,
    "date_flag": imputation.date_flag,
    "time_flag": imputation.time_flag,
    "duration": durations.duration,
    "duration_of": durations.duration_of,
    "duration_between": durations.duration_between,
}
"""Every function of :mod:`ced_cdisc.derive.catalogue` but ``if`` and ``coalesce``."""
