"""What the laboratory measured: tests, units, ranges by sex, and values that fit the course of the study.

Ranges and values are invented, in the order of size that an adult reference laboratory prints.
"""

from dataclasses import dataclass

from .dice import Dice
from .text import half_up

BELOW = 6  # the least troponin that is reported as a number, ng/L
LOW_HEMOGLOBIN = {"901": 10.4}  # g/dL: fails EXCL04
CREATININE_SI = 88.42  # umol/L for 1 mg/dL


@dataclass(frozen=True)
class Specimen:
    number: str
    sex: str
    age: int
    visit: str
    hours: int | None


@dataclass(frozen=True)
class Test:
    name: str
    specimen: str
    unit: str
    digits: int
    ranges: dict[str, tuple[str, str]]  # by sex, else under "": lower and upper limit as printed


TESTS = {
    "HGB": Test("Hemoglobin", "Whole Blood", "g/dL", 1, {"F": ("11.6", "15.0"), "M": ("13.2", "16.6")}),
    "WBC": Test("Leukocytes", "Whole Blood", "x10(9)/L", 1, {"": ("3.4", "9.6")}),
    "PLAT": Test("Platelet Count", "Whole Blood", "x10(9)/L", 0, {"F": ("157", "371"), "M": ("135", "317")}),
    "CREAT": Test("Creatinine", "Serum", "mg/dL", 2, {"F": ("0.59", "1.04"), "M": ("0.74", "1.35")}),
    "GFRE": Test("eGFR (Creatinine)", "Serum", "mL/min/1.73m2", 0, {"": ("60", "")}),
    "SODIUM": Test("Sodium", "Serum", "mmol/L", 0, {"": ("135", "145")}),
    "K": Test("Potassium", "Serum", "mmol/L", 1, {"": ("3.6", "5.2")}),
    "ALT": Test("ALT (GPT)", "Serum", "U/L", 0, {"F": ("7", "45"), "M": ("7", "55")}),
    "AST": Test("AST (GOT)", "Serum", "U/L", 0, {"F": ("8", "43"), "M": ("8", "48")}),
    "INR": Test("INR", "Plasma", "", 1, {"": ("0.9", "1.1")}),
    "TROPONT": Test("Troponin T, 5th Gen", "Plasma", "ng/L", 0, {"F": ("", "10"), "M": ("", "15")}),
    "CKMB": Test("CK-MB Mass", "Plasma", "ng/mL", 1, {"F": ("", "3.8"), "M": ("", "7.7")}),
}
SI_TESTS = {
    "HGB": Test("Hemoglobin", "Whole Blood", "g/L", 0, {"F": ("116", "150"), "M": ("132", "166")}),
    "CREAT": Test("Creatinine", "Serum", "µmol/L", 0, {"F": ("52", "92"), "M": ("65", "119")}),
}
USUAL = {
    "WBC": (4.2, 8.4),
    "SODIUM": (136, 144),
    "K": (3.7, 4.9),
    "ALT": (12, 50),
    "AST": (13, 44),
    "INR": (0.9, 1.1),
    "CKMB": (0.8, 2.9),
}
# G-CSF raises the leukocytes day by day; apheresis takes platelets away.
LEUKOCYTES = {2: 3.1, 3: 4.4, 4: 5.2, 5: 5.9}
PLATELETS_AFTER_APHERESIS = 0.64
DEEP_FALL = {"019": 0.33}
RELEASE = {0: 1.3, 6: 2.6, 24: 1.8}  # of troponin, by hours after the infusion


@dataclass(frozen=True)
class Value:
    test: Test
    text: str
    unit: str
    low: str
    high: str

    def flag(self, result: str) -> str:
        """`H` or `L` beside a number outside the range."""
        number = result if result[:1].isdigit() else ""
        if number and self.low and float(number) < float(self.low):
            return "L"
        return "H" if number and self.high and float(number) > float(self.high) else ""


def measured(name: str, specimen: Specimen, *, si: bool) -> Value:
    """The result of one test as printed, in the units of the day."""
    number = _number(name, specimen)
    test = TESTS[name]
    if si and name in SI_TESTS:
        test = SI_TESTS[name]
        number *= 10 if name == "HGB" else CREATININE_SI
    low, high = test.ranges.get(specimen.sex) or test.ranges[""]
    text = f"{half_up(number, test.digits):.{test.digits}f}"
    if name == "TROPONT" and float(text) < BELOW:
        text = f"<{BELOW}"
    return Value(test, text, test.unit, low, high)


def _number(name: str, specimen: Specimen) -> float:
    person = Dice("lab", specimen.number, name)
    drawn = Dice("lab", specimen.number, name, specimen.visit, str(specimen.hours))
    female = specimen.sex == "F"
    if name == "HGB":
        usual = person.number(12.0, 14.6, 1) if female else person.number(13.6, 16.2, 1)
        usual = LOW_HEMOGLOBIN.get(specimen.number, usual)
        return half_up(usual - (0.9 if specimen.visit == "INFUSION" else drawn.number(-0.3, 0.3, 1)), 1)
    if name == "PLAT":
        usual = person.integer(190, 330) if female else person.integer(165, 290)
        after = DEEP_FALL.get(specimen.number, PLATELETS_AFTER_APHERESIS)
        fall = after if specimen.visit == "INFUSION" else 1.0
        return usual * fall + drawn.integer(-12, 12)
    if name in ("CREAT", "GFRE"):
        return _kidney(name, specimen)
    if name == "TROPONT":
        return person.number(2.5, 8.5, 1) * RELEASE.get(specimen.hours, 1.0) + drawn.number(-0.5, 2.5, 1)
    low, high = USUAL[name]
    middle = low + (high - low) * person.number(0.2, 0.8, 2)
    number = middle + (high - low) * drawn.number(-0.18, 0.18, 2)
    if name == "WBC":
        number *= _mobilization(specimen)
    return number


def _mobilization(specimen: Specimen) -> float:
    if specimen.visit.startswith("MOBILIZATION"):
        return LEUKOCYTES.get(int(specimen.visit[-1]), 1.0)
    return 4.6 if specimen.visit == "INFUSION" else 1.0


def _kidney(name: str, specimen: Specimen) -> float:
    """Creatinine [mg/dL] and the filtration rate estimated from it, age and sex (CKD-EPI 2009)."""
    person = Dice("lab", specimen.number, "CREAT")
    drawn = Dice("lab", specimen.number, "CREAT", specimen.visit, str(specimen.hours))
    female = specimen.sex == "F"
    usual = person.number(0.62, 0.92, 2) if female else person.number(0.8, 1.15, 2)
    creatinine = half_up(usual + drawn.number(-0.05, 0.05, 2), 2)
    if name == "CREAT":
        return creatinine
    scale, power = (0.7, -0.329) if female else (0.9, -0.411)
    ratio = creatinine / scale
    estimated = 141 * min(ratio, 1) ** power * max(ratio, 1) ** -1.209 * 0.993**specimen.age
    return estimated * (1.018 if female else 1)
