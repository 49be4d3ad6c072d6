"""Units: their spellings, and exact conversion between them.

The tables data/units.csv and data/substances.csv are the project's own; each row names its source. Units are
spelled as the submission values of the CDISC CT codelists UNIT (C71620) and PKUNIT (C85494). A unit that is
not in the table is read as a product or quotient of SI units (``mg/dL``, ``umol/L/h``, ``h*ng/mL``). Mass,
amount of substance and equivalents convert into each other where the substance is known by the code of its
test.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from io import StringIO

from msgspec import Struct

from ced_cdisc.standards.ct import CtCodelist, load_ct
from ced_cdisc.standards.tables import read_text
from ced_cdisc.standards.unit_text import taken_apart

# Factors such as 5/9 have no end in decimals: they are given to this many significant digits.
_DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)

_PREFIXES = {"k": 3, "h": 2, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_SI: Mapping[str, str] = {
    "g": "mass",
    "L": "volume",
    "mol": "amount",
    "Eq": "equivalents",
    "m": "length",
    "s": "time",
    "kat": "catalytic activity",
    "IU": "international units",
    "Pa": "pressure",
    "Osm": "osmoles",
}
_INNER = {"HOURS": "h", "DAYS": "day", "WEEKS": "wk"}
"""How the terminology spells a unit inside a quotient, where it differs."""
_POWER = re.compile(r"[xX]? ?10 ?(?:\^|\*\*?|\()([0-9]{1,2})\)? ?/")
_LITRE = re.compile(r"(?<=/)([dmun]?)l$")
_COUNT = re.compile(r"1|10\^([0-9]{1,2})")
_TIMES = re.compile(r"(?<=[A-Za-z]) ?[.·⋅] ?(?=[A-Za-z])")

Dimension = tuple[tuple[str, int], ...]
"""Base quantities with their exponents, sorted; empty for a plain number."""


class Unit(Struct, frozen=True):
    """A unit: base unit of its dimension = value * factor + offset, exactly."""

    name: str
    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)
    synonyms: tuple[str, ...] = ()
    source: str = ""


class Substance(Struct, frozen=True):
    """What a test measures: molar mass [g/mol] and, for an ion, its valence.

    ``formula`` is empty where the mass is that of a conventional entity; ``note`` says which.
    """

    testcd: str
    name: str
    formula: str
    molar_mass: Decimal
    valence: int | None
    note: str


class Conversion(Struct, frozen=True):
    """``to = from * factor + offset``, exactly, and whether molar mass or valence were needed for it."""

    factor: Fraction
    offset: Fraction
    by_mass: bool = False
    by_valence: bool = False


@lru_cache(maxsize=4096)
def canonical_unit(text: str) -> str | None:
    """The CDISC submission value of a unit as people write it; None if it is not known.

    The case of a symbol matters (mM is not mm, Mg is not mg); the case of a word of four and more letters
    does not. A micro sign is read as u, and blanks at the ends are ignored. What could mean two things
    (M, Mil, and G/l: grams or 10^9 in a litre) is not known.

    >>> canonical_unit("µg/mL"), canonical_unit("lbs"), canonical_unit("x10(9)/L"), canonical_unit("furlong")
    ('mg/L', 'LB', '10^9/L', None)
    """
    word = " ".join(text.replace("µ", "u").replace("μ", "u").split())
    word = _POWER.sub(r"10^\1/", word, count=1)
    found = _known(word)
    if found is None:
        readings = {_known(_respelled(word)), _known(_LITRE.sub(r"\1L", word))} - {None}
        if len(readings) > 1:
            return None
        found = next(iter(readings), None)
    if found is not None or len(word) < 4 or not word.isalpha():
        return found
    own = _spellings()
    folded = {own[s] for s in own if s.casefold() == word.casefold()}
    if len(folded) == 1:
        return folded.pop()
    term = _ct_units().by_synonym(word)
    return term.submission_value if term else None


UNIT_LIST = "C71620"
"""The codelist UNIT, by whose terms units are spelled."""
PK_LIST = "C85494"
"""The codelist PKUNIT, which has products of units too."""


@lru_cache(maxsize=4096)
def unit_term(text: str, codelist: str) -> str | None:
    """The term of a codelist of units for a unit as people write it; None if it is not known.

    Lists of their own, such as PKUNIT, spell some units in another way than UNIT does. What such a list does
    not have is spelled as UNIT does. A product is known in any order of its units.

    >>> unit_term("ng/ml", ""), unit_term("ng/ml", "C85494"), unit_term("ng.hr/mL", "C85494")
    ('ug/L', 'ng/mL', 'h*ng/mL')
    """
    word = " ".join(text.replace("µ", "u").replace("μ", "u").split())
    found = canonical_unit(text)
    if codelist in ("", UNIT_LIST):
        return found
    listed = load_ct("SDTM").codelist(codelist)
    if listed.term(word):
        return word
    meant = [term.submission_value for term in listed.terms if word in term.synonyms]
    if len(meant) == 1:
        return meant[0]
    if found is None:
        return _products(codelist).get(_factors(_TIMES.sub("*", word)))
    term = listed.term(found) or listed.term(_INNER.get(found, "")) or listed.by_synonym(found)
    return term.submission_value if term else found


def convert_factor(from_unit: str, to_unit: str, substance: str = "") -> tuple[Decimal, Decimal] | None:
    """Factor and offset of ``to = from * factor + offset``; None if there is no conversion.

    Units are taken in any spelling that :func:`canonical_unit` reads. Endless decimals are rounded to 28
    significant digits; :func:`conversion` gives them exactly.

    >>> convert_factor("LB", "kg")
    (Decimal('0.45359237'), Decimal('0'))
    """
    exact = conversion(from_unit, to_unit, substance)
    return (_decimal(exact.factor), _decimal(exact.offset)) if exact else None


def convert(value: Decimal, from_unit: str, to_unit: str, substance: str = "") -> Decimal | None:
    """A value in another unit, computed exactly and rounded once, to 28 significant digits.

    >>> convert(Decimal("98.6"), "F", "C")
    Decimal('37')
    """
    exact = conversion(from_unit, to_unit, substance)
    return _decimal(Fraction(value) * exact.factor + exact.offset) if exact else None


@lru_cache(maxsize=4096)
def conversion(
    from_unit: str, to_unit: str, substance: str = "", rules: tuple[str, ...] = ()
) -> Conversion | None:
    """The exact conversion between two units, or None.

    Args:
        from_unit: a unit in any spelling.
        to_unit: another one.
        substance: the code of the test (``GLUC``): allows mass, amount and equivalents to convert.
        rules: units of the study, such as ``LB = 0.4536 kg``; they go before those of the table.
    """
    own = {unit.name: unit for unit in map(_rule, rules)}
    start, end = (own.get(text) or own.get(canonical_unit(text) or "") for text in (from_unit, to_unit))
    start, end = start or unit_of(from_unit), end or unit_of(to_unit)
    if start is None or end is None:
        known = canonical_unit(from_unit)
        same = from_unit == to_unit or (known is not None and known == canonical_unit(to_unit))
        return Conversion(Fraction(1), Fraction(0)) if same else None
    factor, offset = start.factor / end.factor, (start.offset - end.offset) / end.factor
    if start.dimension == end.dimension:
        return Conversion(factor, offset)
    known = substances().get(substance)
    if known is None:
        return None
    here, there = _in_moles(start.dimension, known), _in_moles(end.dimension, known)
    if here is None or there is None or here[0] != there[0]:
        return None
    used = {here[2], there[2]}
    return Conversion(factor * here[1] / there[1], offset, "mass" in used, "equivalents" in used)


@lru_cache(maxsize=4096)
def unit_of(text: str) -> Unit | None:
    """The unit of a spelling with its dimension and factor; None if it has none that is known."""
    name = known_unit(text)
    if name is None:
        return None
    return units().get(name) or _algebra(name)


def known_unit(text: str) -> str | None:
    """The term of a unit in any spelling: of UNIT, else of PKUNIT; None if neither list has it."""
    return canonical_unit(text) or unit_term(text, PK_LIST)


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """All units of the table by their CDISC name."""
    made: dict[str, Unit] = {}
    for row in _rows("units.csv"):
        synonyms = tuple(row["synonyms"].split("|")) if row["synonyms"] else ()
        name, source = row["unit"], row["source"]
        if row["factor"]:
            dimension: Dimension = () if row["dimension"] == "1" else ((row["dimension"], 1),)
            factor, offset = Fraction(row["factor"]), Fraction(row["offset"])
        else:
            found = _algebra(name, made)
            assert found is not None, name
            dimension, factor, offset = found.dimension, found.factor, found.offset
        made[name] = Unit(name, dimension, factor, offset, synonyms, source)
    return made


@lru_cache(maxsize=1)
def substances() -> dict[str, Substance]:
    """The substances by the code of the laboratory test that measures them."""
    return {
        row["testcd"]: Substance(
            testcd=row["testcd"],
            name=row["substance"],
            formula=row["formula"],
            molar_mass=Decimal(row["molar_mass"]),
            valence=int(row["valence"]) if row["valence"] else None,
            note=row["note"],
        )
        for row in _rows("substances.csv")
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(StringIO(read_text(name))))


@lru_cache(maxsize=256)
def _rule(text: str) -> Unit:
    """A unit of the study: ``LB = 0.4536 kg``."""
    name, _, meaning = text.partition(" = ")
    amount, _, to = meaning.partition(" ")
    target = unit_of(to)
    if target is None:
        raise ValueError(f"'{to}' in the rule '{text}' is no unit that is known")
    return Unit(name, target.dimension, Fraction(amount) * target.factor)


def _in_moles(dimension: Dimension, substance: Substance) -> tuple[Dimension, Fraction, str] | None:
    """The dimension with amount in place of mass or equivalents, and the factor that this takes."""
    exponents = dict(dimension)
    if exponents.get("amount") == 1:
        return dimension, Fraction(1), ""
    for quantity in ("mass", "equivalents"):
        if exponents.get(quantity) != 1:
            continue
        size = Fraction(substance.molar_mass) if quantity == "mass" else Fraction(substance.valence or 0)
        if not size:
            return None
        exponents["amount"] = exponents.pop(quantity)
        return tuple(sorted(exponents.items())), 1 / size, quantity
    return None


def _algebra(name: str, table: Mapping[str, Unit] | None = None) -> Unit | None:
    """A product or quotient, such as ``mg/dL``, ``10^9/L``, ``/day`` or ``h*ng/mL/(mg/kg)``, as one unit."""
    factors = taken_apart(name)
    if not factors or (len(factors) == 1 and _COUNT.fullmatch(name)):
        return None
    exponents: dict[str, int] = {}
    factor = Fraction(1)
    for place, (symbol, sign) in enumerate(factors):
        if not place and (count := _COUNT.fullmatch(symbol)):
            factor *= 10 ** int(count[1] or 0)
            continue
        part = _part(symbol, units() if table is None else table)
        if part is None or part.offset or (len(factors) > 1 and part.dimension == (("temperature", 1),)):
            return None
        factor *= part.factor**sign
        for quantity, exponent in part.dimension:
            exponents[quantity] = exponents.get(quantity, 0) + sign * exponent
    dimension = tuple(sorted((q, e) for q, e in exponents.items() if e))
    return Unit(name, dimension, factor, source="by algebra")


_Factors = tuple[tuple[str, int], ...]


def _factors(name: str) -> _Factors:
    """The units of a product or quotient in their usual spelling, sorted."""
    return tuple(sorted((_symbol(symbol), sign) for symbol, sign in taken_apart(name)))


def _symbol(text: str) -> str:
    """One unit in the spelling that it has in products."""
    name = _spellings().get(text.strip(), text.strip())
    name = _INNER.get(name, name)
    return name if _part(name, units()) is not None else _LITRE.sub(r"\1L", f"/{name}")[1:]


@lru_cache(maxsize=8)
def _products(codelist: str) -> Mapping[_Factors, str]:
    """The products and quotients of a codelist of units by their units, where these tell them apart."""
    found: dict[_Factors, set[str]] = {}
    for term in load_ct("SDTM").codelist(codelist).values:
        if "*" in term or "/" in term:
            found.setdefault(_factors(term), set()).add(term)
    return {factors: next(iter(terms)) for factors, terms in found.items() if factors and len(terms) == 1}


def _part(symbol: str, table: Mapping[str, Unit]) -> Unit | None:
    """One unit of a quotient: of the table, or an SI unit with a prefix."""
    named = next((name for name, inner in _INNER.items() if inner == symbol), symbol)
    if named in table:
        return table[named]
    for base, quantity in _SI.items():
        prefix = symbol.removesuffix(base)
        if symbol.endswith(base) and (not prefix or prefix in _PREFIXES):
            power = _PREFIXES[prefix] if prefix else 0
            return Unit(symbol, ((quantity, 1),), Fraction(10) ** power, source="SI prefix")
    return None


def _known(word: str | None) -> str | None:
    """The term of a spelling that the table or the terminology has."""
    if word is None:
        return None
    own = _spellings()
    if word in own:
        return own[word]
    codelist = _ct_units()
    if term := codelist.term(word):
        return term.submission_value
    exact = [t for t in codelist.terms if word in t.synonyms]
    return exact[0].submission_value if len(exact) == 1 else None


def _respelled(word: str) -> str | None:
    """A quotient with each of its units in the usual spelling: ``MG/dl`` is ``mg/dL``."""
    head, *below = word.split("/")
    if not below:
        return None
    parts: list[str] = [head] if not head or _COUNT.fullmatch(head) else []
    for symbol in [*([head] if not parts else []), *below]:
        name = _spellings().get(symbol.strip(), symbol.strip())
        name = _INNER.get(name, name)
        if "/" in name or _part(name, units()) is None:
            return None
        parts.append(name)
    return "/".join(parts)


def _decimal(value: Fraction) -> Decimal:
    quotient = _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    text = format(quotient, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {text: unit.name for unit in units().values() for text in (unit.name, *unit.synonyms)}


def _ct_units() -> CtCodelist:
    return load_ct("SDTM").codelist(UNIT_LIST)
