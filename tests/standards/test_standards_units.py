"""Units: spellings, exact factors and hand-computed conversions."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.units import (
    canonical_unit,
    conversion,
    convert,
    convert_factor,
    known_unit,
    substances,
    unit_of,
    unit_term,
    units,
)

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


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("µmol/L", "umol/L"), ("umol/l", "umol/L"), ("UMOL/L", "umol/L"), ("x10(9)/L", "10^9/L"),
        ("x 10^9/L", "10^9/L"), ("10*9/l", "10^9/L"), ("10**9/L", "10^9/L"), ("THOU/uL", "10^9/L"),
        ("K/cumm", "10^9/L"), ("MILL/uL", "10^12/L"), ("MG/DL", "mg/dL"), ("mg/dl", "mg/dL"), ("U/l", "U/L"),
        ("iu/l", "IU/L"), ("uIU/mL", "mIU/L"), ("mEq/l", "mEq/L"), ("g/24h", "g/day"), ("ug/24 h", "ug/day"),
        ("mL/min/1.73m2", "mL/min/1.73 m2"), ("kg/m^2", "kg/m2"), ("pg/ml", "ng/L"), ("mg%", "mg/dL"),
        ("degF", "F"), ("LB", "LB"), ("M", None), ("10E9/L", None), ("Mil/uL", None), ("1", "fraction of 1"),
        ("mg//dL", None), ("/", None), ("10^9", None), ("C/L", None),
    ],
)  # fmt: skip
def test_spellings_of_laboratories(text, unit):
    assert canonical_unit(text) == unit


@pytest.mark.parametrize(
    ("start", "end", "test", "factor"),
    [
        ("mg/dL", "mmol/L", "GLUC", 1 / 18.0156),
        ("mg/dL", "umol/L", "CREAT", 88.4017),
        ("mg/dL", "mmol/L", "CHOL", 0.025862),
        ("mg/dL", "mmol/L", "TRIG", 0.01129365),
        ("mg/dL", "mmol/L", "UREAN", 0.35696),
        ("mg/dL", "mmol/L", "URATE", 0.059484),
        ("mg/dL", "umol/L", "BILI", 17.1036),
        ("mg/dL", "mmol/L", "CA", 0.24951),
        ("mEq/L", "mmol/L", "CA", 0.5),
        ("mg/dL", "mEq/L", "MG", 0.82288),
        ("mEq/L", "mmol/L", "SODIUM", 1),
        ("ug/dL", "umol/L", "IRON", 0.179067),
        ("g/dL", "mmol/L", "HGB", 0.620559),
        ("mg/day", "mmol/day", "CREAT", 1 / 113.12),
    ],
)
def test_mass_and_amount_convert_where_the_substance_is_known(start, end, test, factor):
    assert float(conversion(start, end, test).factor) == pytest.approx(factor, rel=2e-5)
    assert float(conversion(end, start, test).factor) == pytest.approx(1 / factor, rel=2e-5)
    assert conversion(start, end) is None


def test_what_needs_a_substance_or_a_study_does_not_convert():
    assert conversion("g/L", "mmol/L", "ALB") is None
    assert conversion("mg/dL", "mEq/L", "GLUC") is None
    assert conversion("IU/L", "U/L") is None
    assert conversion("mg/kg", "mmol/kg", "GLUC") is None


ATOMS = {
    "C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "Na": 22.990, "K": 39.098, "Cl": 35.45, "P": 30.974,
    "Ca": 40.078, "Mg": 24.305, "Fe": 55.845, "Cu": 63.546, "Zn": 65.38, "Li": 6.94, "I": 126.904,
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(substances()))
def test_molar_masses_are_those_of_the_formulas(code):
    """Abridged standard atomic weights of IUPAC; haemoglobin has a conventional mass."""
    substance = substances()[code]
    assert load_ct("SDTM").codelist("C65047").term(code) is not None
    if not substance.formula:
        assert (code, float(substance.molar_mass)) == ("HGB", 16114.5)
        return
    parts = re.findall(r"([A-Z][a-z]?)(\d*)", substance.formula)
    mass = sum(ATOMS[atom] * int(count or 1) for atom, count in parts)
    assert float(substance.molar_mass) == pytest.approx(mass, abs=0.011)


def test_a_unit_of_the_study_goes_before_the_table():
    rules = ("LB = 0.4536 kg", "TABLET = 500 mg")
    assert conversion("LB", "kg", "", rules).factor == Fraction("0.4536")
    assert conversion("lb", "g", "", rules).factor == Fraction("453.6")
    assert conversion("kg", "LB", "", rules).factor == 1 / Fraction("0.4536")
    assert conversion("TABLET", "g", "", rules).factor == Fraction(1, 2)
    assert conversion("TABLET", "g") is None


def test_algebra():
    assert conversion("g/L", "mg/mL").factor == 1
    assert conversion("10^6/L", "10^3/mL").factor == 1
    assert conversion("10^6/L", "/uL").factor == 1
    assert conversion("%", "L/L").factor == Fraction(1, 100)
    assert conversion("mg/kg/day", "ug/kg/h").factor == Fraction(1000, 24)


PK = "C85494"
PK_TERMS = load_ct("SDTM").codelist(PK).values


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("h*ng/mL", "h*ng/mL"), ("hr*ng/mL", "h*ng/mL"), ("ng*h/mL", "h*ng/mL"), ("ng.hr/ml", "h*ng/mL"),
        ("ng·h/mL", "h*ng/mL"), ("days*ug/mL", "day*ug/mL"), ("L/hr/kg", "(L/h)/kg"),
        ("mL/min/kg", "(mL/min)/kg"),
        ("h*ng/mL/(mg/kg)", "h*ng/mL/(mg/kg)"), ("ng/mL*h", None), ("h*", None), ("(h*ng/mL", None),
        ("h**ng/mL", None), ("h*furlong/mL", None), ("0.5.h/mL", None),
    ],
)  # fmt: skip
def test_products_of_units_in_any_order(text, unit):
    assert unit_term(text, PK) == unit
    assert known_unit(text) == unit


@pytest.mark.parametrize(
    "term", [term for term in PK_TERMS if re.fullmatch(r"[A-Za-z*/()]+", term) and "IU" not in term]
)
def test_the_algebra_is_that_of_arithmetic(term):
    """Python's own operators compute the factor; a unit that has none has a part without one."""
    parts = {part: unit_of(part) for part in re.findall("[A-Za-z]+", term)}
    found = unit_of(term)
    if any(part is None for part in parts.values()):
        assert found is None
        return
    factors = {name: part.factor for name, part in parts.items()}
    assert found is not None
    assert found.factor == eval("1" * term.startswith("/") + term, {"__builtins__": {}}, factors)


@pytest.mark.parametrize(
    ("start", "end", "test", "factor"),
    [
        ("h*ng/mL", "h*ug/mL", "", Fraction(1, 1000)),
        ("min*pg/mL", "h*ng/mL", "", Fraction(1, 60_000)),
        ("day*ug/mL", "h*ng/mL", "", Fraction(24_000)),
        ("(mL/min)/kg", "L/hr/kg", "", Fraction(60, 1000)),
        ("h*mg/L", "h*mmol/L", "GLUC", 1000 / Fraction("180.156") / 1000),
        ("h*ng/mL", "ng/mL", "", None),
    ],
)
def test_products_convert(start, end, test, factor):
    found = conversion(start, end, test)
    assert (found and found.factor) == factor
