"""G-CSF doses, leukapheresis and the intracoronary infusion."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from .dice import Dice
from .people import infusion_weight
from .roster import Subject, known
from .tables import Form, Table, Value
from .text import clock, edc_date, half_up

MILLIGRAM_SUBJECT = "013"
MISSED = ("011", 3)  # subject and dose day
MISSED_REASON = "SUBJECT COULD NOT REACH THE CLINIC (STORM)"
CENTRAL_ACCESS = {"004", "012", "019"}
SLOW_FLOW = "008"  # TIMI flow 2 after the infusion, else 3
# Planted.
RETYPED = ("008", 2)  # the form of this dose was typed wrongly, and entered again later
MICRO_SIGN = "017"
AFTER_MIDNIGHT = {"012": 19 * 60 + 55}  # the separator was free in the evening only
SUPERSCRIPT = {"006", "013"}
SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
APHERESIS_COMMENT = {"010": "Return line flow low, rate reduced", "016": "Calcium given for tingling"}


def gcsf(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        if not subject.treated:
            continue
        start = Dice("gcsf start", subject.number).integer(7 * 60 + 15, 8 * 60 + 15)
        for day in range(1, 6):
            forms.append(_dose(subject, day, start))
        if subject.number == RETYPED[0]:
            again = forms[RETYPED[1] - 6]
            forms[RETYPED[1] - 6] = replace(again, values=again.values | {"DOSE": _swapped(again)})
            forms.append(replace(again, settled=again.day + timedelta(days=30)))
    columns = ("DOSEDAY", "DOSDT", "DOSTM", "DOSE", "DOSEU", "WTKG", "LOT", "SITEINJ", "NOTGIVEN", "REASON")
    return Table("gcsf", columns, forms)


def _dose(subject: Subject, day: int, start: int) -> Form:
    dice = Dice("gcsf", subject.number, str(day))
    date = known(subject.first_dose) + timedelta(days=day - 1)
    values: dict[str, Value] = {"DOSEDAY": day, "DOSDT": edc_date(date), "WTKG": f"{subject.weight:.1f}"}
    if (subject.number, day) == MISSED:
        values |= {"NOTGIVEN": "Y", "REASON": MISSED_REASON}
    else:
        micrograms = int(half_up(5 * subject.weight, 0))
        values |= {
            "DOSTM": clock(start + dice.integer(-10, 10), dice),
            "DOSE": f"{micrograms / 1000:g}" if subject.number == MILLIGRAM_SUBJECT else micrograms,
            "DOSEU": "mg" if subject.number == MILLIGRAM_SUBJECT else dice.pick(("mcg", "mcg", "ug")),
            "LOT": f"GF{date.year % 100}{(date.month + 2) // 3:02}{'AB'[int(subject.number) % 2]}",
            "SITEINJ": dice.pick((1, 1, 2, 3)),
        }
        if subject.number == MICRO_SIGN and values["DOSEU"] == "ug":
            values["DOSEU"] = "\u00b5g"
    return Form(subject, f"MOBILIZATION DAY {day}", date, values)


def _swapped(form: Form) -> str:
    """The dose with its first two digits in the wrong order."""
    dose = str(form.values["DOSE"])
    return dose[1] + dose[0] + dose[2:]


def apheresis(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        if not subject.treated:
            continue
        dice = Dice("apheresis", subject.number)
        start, end = apheresis_time(subject)
        litres = dice.number(10.2, 14.8, 1)
        in_litres = dice.chance(0.6)
        values: dict[str, Value] = {
            "APHDT": edc_date(subject.apheresis),
            "STTM": clock(start, dice),
            "ENTM": clock(end % (24 * 60), dice),
            "DEVICE": "Spectra Optia",
            "BLDVOL": f"{litres:.1f}" if in_litres else f"{litres * 1000:.0f}",
            "BLDVOLU": "L" if in_litres else "mL",
            "PRODVOL": dice.integer(180, 320),
            "ACCESS": 2 if subject.number in CENTRAL_ACCESS else 1,
            "APHREF": f"AP-{subject.number}",
            "COMPL": "Y",
            "COMMENT": APHERESIS_COMMENT.get(subject.number),
        }
        forms.append(Form(subject, "MOBILIZATION DAY 5", subject.apheresis, values))
    columns = (
        "APHDT",
        "STTM",
        "ENTM",
        "DEVICE",
        "BLDVOL",
        "BLDVOLU",
        "PRODVOL",
        "ACCESS",
        "APHREF",
        "COMPL",
        "COMMENT",
    )
    return Table("apheresis", columns, forms)


def apheresis_time(subject: Subject) -> tuple[int, int]:
    """Minutes after the midnight before; the end may lie beyond the next one."""
    dice = Dice("apheresis time", subject.number)
    start = AFTER_MIDNIGHT.get(subject.number, dice.integer(9 * 60, 10 * 60 + 30))
    return start, start + dice.integer(225, 320)


def infusion(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        if not subject.treated:
            continue
        dice = Dice("infusion", subject.number)
        start, end = infusion_time(subject)
        weight = infusion_weight(subject)
        values: dict[str, Value] = {
            "INFDT": edc_date(subject.infusion),
            "STTM": clock(start, dice),
            "ENTM": clock(end, dice),
            "WTKG": f"{weight:.1f}",
            "CELLS": power_of_ten(
                weight * 1e5 * dice.number(0.93, 1.07, 3), superscript=subject.number in SUPERSCRIPT
            ),
            "VOLML": dice.pick(("10", "10", "10.5", "12")),
            "VESSEL": "LAD",
            "PRODID": f"CP-{subject.number}",
            "CATH": dice.pick(("MICROCATHETER 2.1F", "MICROCATHETER 2.1F", "OVER-THE-WIRE BALLOON 2.5 MM")),
            "TIMIFLOW": 2 if subject.number == SLOW_FLOW else 3,
            "COMPL": "Y",
        }
        forms.append(Form(subject, "INFUSION", subject.infusion, values))
    columns = (
        "INFDT",
        "STTM",
        "ENTM",
        "WTKG",
        "CELLS",
        "VOLML",
        "VESSEL",
        "PRODID",
        "CATH",
        "TIMIFLOW",
        "COMPL",
    )
    return Table("infusion", columns, forms)


def infusion_time(subject: Subject) -> tuple[int, int]:
    dice = Dice("infusion time", subject.number)
    start = dice.integer(13 * 60, 15 * 60)
    return start, start + dice.integer(18, 35)


def power_of_ten(count: float, *, superscript: bool = False) -> str:
    """7.21e6 as `7.21x10^6`, or with the signs of print."""
    mantissa, exponent = f"{count:.2e}".split("e")
    if superscript:
        return f"{float(mantissa):g}\u00d710{SUPERSCRIPTS[int(exponent)]}"
    return f"{float(mantissa):g}x10^{int(exponent)}"


def cell_count(text: str) -> float:
    """The number that `power_of_ten` wrote."""
    mantissa, exponent = text.replace("\u00d7", "x").split("x10")
    power = SUPERSCRIPTS.index(exponent) if exponent in SUPERSCRIPTS else int(exponent[1:])
    return float(mantissa) * 10**power
