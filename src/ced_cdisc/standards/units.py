"""Units and their conversion within one dimension, with exact factors.

The table data/units.csv is the project's own; each row names its source. Units are spelled as the submission
values of the CDISC CT codelist UNIT (C71620). Conversions between mass and amount of substance need the
substance and are not made here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from io import StringIO

from ced_cdisc.standards.ct import CtCodelist, load_ct
from ced_cdisc.standards.tables import read_text

# Factors such as 5/9 have no end in decimals: they are given to this many significant digits.
_DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Unit:
    """A unit: base unit of its dimension = value * factor + offset, exactly."""

    name: str
    dimension: str
    factor: Fraction
    offset: Fraction
    synonyms: tuple[str, ...]
    source: str


@lru_cache(maxsize=4096)
def canonical_unit(text: str) -> str | None:
    """The CDISC submission value of a unit as people write it; None if it is not known.

    The case of a symbol matters (mM is not mm, Mg is not mg); the case of a word of four and more letters
    does not. A micro sign is read as u, and blanks at the ends are ignored.

    >>> canonical_unit("µg/mL"), canonical_unit("lbs"), canonical_unit("furlong")
    ('mg/L', 'LB', None)
    """
    word = " ".join(text.replace("µ", "u").replace("μ", "u").split())
    own = _spellings()
    if word in own:
        return own[word]
    codelist = _ct_units()
    if term := codelist.term(word):
        return term.submission_value
    exact = [t for t in codelist.terms if word in t.synonyms]
    if len(exact) == 1:
        return exact[0].submission_value
    if len(word) < 4 or not word.isalpha():
        return None
    folded = {own[s] for s in own if s.casefold() == word.casefold()}
    if len(folded) == 1:
        return folded.pop()
    term = codelist.by_synonym(word)
    return term.submission_value if term else None


def convert_factor(from_unit: str, to_unit: str) -> tuple[Decimal, Decimal] | None:
    """Factor and offset of ``to = from * factor + offset``; None if the units do not share a dimension.

    Units are taken in any spelling that :func:`canonical_unit` reads. Endless decimals are rounded to 28
    significant digits; :func:`convert` computes without that rounding.

    >>> convert_factor("LB", "kg")
    (Decimal('0.45359237'), Decimal('0'))
    """
    exact = _conversion(from_unit, to_unit)
    return (_decimal(exact[0]), _decimal(exact[1])) if exact else None


def convert(value: Decimal, from_unit: str, to_unit: str) -> Decimal | None:
    """A value in another unit, computed exactly and rounded once, to 28 significant digits.

    >>> convert(Decimal("98.6"), "F", "C")
    Decimal('37')
    """
    exact = _conversion(from_unit, to_unit)
    return _decimal(Fraction(value) * exact[0] + exact[1]) if exact else None


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """All units of the table by their CDISC name."""
    rows = csv.DictReader(StringIO(read_text("units.csv")))
    return {
        row["unit"]: Unit(
            name=row["unit"],
            dimension=row["dimension"],
            factor=Fraction(row["factor"]),
            offset=Fraction(row["offset"]),
            synonyms=tuple(row["synonyms"].split("|")) if row["synonyms"] else (),
            source=row["source"],
        )
        for row in rows
    }


def _conversion(from_unit: str, to_unit: str) -> tuple[Fraction, Fraction] | None:
    names = canonical_unit(from_unit), canonical_unit(to_unit)
    if None in names:
        return None
    if names[0] == names[1]:
        return Fraction(1), Fraction(0)
    start, end = (units().get(name or "") for name in names)
    if start is None or end is None or start.dimension != end.dimension:
        return None
    return start.factor / end.factor, (start.offset - end.offset) / end.factor


def _decimal(value: Fraction) -> Decimal:
    quotient = _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    text = format(quotient, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {text: unit.name for unit in units().values() for text in (unit.name, *unit.synonyms)}


def _ct_units() -> CtCodelist:
    return load_ct("SDTM").codelist("C71620")
