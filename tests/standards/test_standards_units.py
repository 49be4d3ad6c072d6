"""Units: spellings, exact factors and hand-computed conversions."""

from decimal import Decimal

import pytest

from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.units import canonical_unit, convert, convert_factor, units

ct_units = load_ct("SDTM").codelist("C71620")


def test_every_unit_is_a_term_of_the_unit_codelist():
    assert [u for u in units() if ct_units.term(u) is None] == []


def test_no_spelling_contradicts_the_terminology():
    seen = set()
    for unit in units().values():
        for text in (unit.name, *unit.synonyms):
            assert text not in seen, text
            seen.add(text)
        for text in unit.synonyms:
            assert ct_units.term(text) is None, text
            owners = [t.submission_value for t in ct_units.terms if text in t.synonyms]
            assert owners in ([], [unit.name]), text


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("lb", "LB"), ("lbs", "LB"), ("Pounds", "LB"), ("inch", "in"), ("µg", "ug"), ("μg/mL", "mg/L"),
        ("mcg", "ug"), ("degC", "C"), ("deg F", "F"), ("K/uL", "10^9/L"), ("10^3/uL", "10^9/L"),
        ("/uL", "10^6/L"), ("10^6/uL", "10^12/L"), ("ng/mL", "ug/L"), ("pg/mL", "ng/L"), ("hr", "HOURS"),
        ("days", "DAYS"), ("cm/sec", "cm/s"), ("MMHG", "mmHg"), ("percent", "%"), (" mg ", "mg"),
        ("beats/min", "beats/min"), ("BPM", "beats/min"), ("Kilopascal", "kPa"), ("mM", None), ("Mg", None),
        ("furlong", None), ("", None),
    ],
)  # fmt: skip
def test_spellings(text, unit):
    assert canonical_unit(text) == unit


@pytest.mark.parametrize(
    ("start", "end", "factor", "offset"),
    [
        ("LB", "kg", "0.45359237", "0"),
        ("kg", "g", "1000", "0"),
        ("mg", "ug", "1000", "0"),
        ("in", "cm", "2.54", "0"),
        ("ft", "cm", "30.48", "0"),
        ("m", "mm", "1000", "0"),
        ("C", "K", "1", "273.15"),
        ("C", "F", "1.8", "32"),
        ("F", "C", "0.5555555555555555555555555556", "-17.77777777777777777777777778"),
        ("HOURS", "min", "60", "0"),
        ("DAYS", "HOURS", "24", "0"),
        ("DAYS", "WEEKS", "0.1428571428571428571428571429", "0"),
        ("m/s", "cm/s", "100", "0"),
        ("mmHg", "kPa", "0.133322387415", "0"),
        ("mL/h", "mL/min", "0.01666666666666666666666666667", "0"),
        ("L/min", "mL/min", "1000", "0"),
        ("g/dL", "g/L", "10", "0"),
        ("mg/dL", "mg/L", "10", "0"),
        ("ug/mL", "mg/L", "1", "0"),
        ("ng/mL", "ng/L", "1000", "0"),
        ("pg/mL", "ng/L", "1", "0"),
        ("g/L", "pg/mL", "1000000000", "0"),
        ("10^3/uL", "10^9/L", "1", "0"),
        ("10^9/L", "10^6/L", "1000", "0"),
        ("/uL", "10^9/L", "0.001", "0"),
        ("10^12/L", "10^9/L", "1000", "0"),
        ("ukat/L", "U/L", "60", "0"),
        ("U/L", "ukat/L", "0.01666666666666666666666666667", "0"),
        ("%", "fraction of 1", "0.01", "0"),
        ("1", "%", "100", "0"),
        ("beats/min", "BPM", "1", "0"),
    ],
)
def test_factors(start, end, factor, offset):
    assert convert_factor(start, end) == (Decimal(factor), Decimal(offset))


def test_units_of_different_dimensions_do_not_convert():
    assert convert_factor("mg", "mL") is None
    assert convert_factor("mg/dL", "mmol/L") is None
    assert convert_factor("mg", "furlong") is None
    assert convert(Decimal(1), "U", "kg") is None


def test_values_are_converted_exactly():
    assert convert(Decimal("98.6"), "F", "C") == 37
    assert convert(Decimal("212"), "F", "C") == 100
    assert convert(Decimal("-40"), "C", "F") == -40
    assert convert(Decimal("0"), "K", "F") == Decimal("-459.67")
    assert convert(Decimal("154.3"), "LB", "kg") == Decimal("69.989302691")
    assert convert(Decimal("120"), "mmHg", "kPa") == Decimal("15.9986864898")
    assert convert(Decimal("48"), "mL/h", "mL/min") == Decimal("0.8")


@pytest.mark.parametrize("unit", sorted(units()))
def test_there_and_back_is_the_same_value(unit):
    for other in units().values():
        if other.dimension == units()[unit].dimension:
            there = convert(Decimal("12.5"), unit, other.name)
            assert there is not None
            back = convert(there, other.name, unit)
            assert back is not None
            assert abs(back - Decimal("12.5")) < Decimal("1e-20")
