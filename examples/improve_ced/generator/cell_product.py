"""The cell laboratory's results: one row for each apheresis product and each selected product."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from .dice import Dice
from .roster import Subject
from .tables import Value
from .text import half_up
from .transport import Cell, Variable, number
from .treatment import apheresis, apheresis_time, cell_count, infusion

SAS_ZERO = datetime(1960, 1, 1)  # noqa: DTZ001 - SAS knows no zone
COLUMNS = (
    Variable("SUBJID", "Subject"),
    Variable("PRODID", "Product", 12),
    Variable("PARENTID", "Product it was made from", 12),
    number("COLLDT", "Start of collection", ("DATETIME", 16)),
    number("PROCDT", "Start of the CD34+ selection", ("DATETIME", 16)),
    number("VOL", "Volume (mL)"),
    Variable("TNC", "Nucleated cells", 10),
    number("TNCCONC", "Nucleated cells per volume (10^6/mL)"),
    number("CD34CNT", "CD34+ cells (/uL)"),
    Variable("CD34PCT", "CD34+ cells (%)"),
    Variable("VIAB", "Viability (%)"),
    Variable("RELEASE", "Release test (P passed, F failed)", 1),
    number("EXPDT", "Expiry date", ("DATE", 9)),
)
# Planted.
ABOVE_RANGE = {"CP-004", "CP-011", "CP-017"}  # viability beyond what the counter shows


def cellprod(subjects: Sequence[Subject]) -> list[dict[str, Cell]]:
    collected = {form.subject.number: form.values for form in apheresis(subjects).forms}
    infused = {form.subject.number: form.values for form in infusion(subjects).forms}
    rows: list[dict[str, Cell]] = []
    for subject in (one for one in subjects if one.treated):
        rows.append(_apheresis_product(subject, collected[subject.number]))
        rows.append(_selected_product(subject, infused[subject.number]))
    return rows


def _apheresis_product(subject: Subject, form: dict[str, Value]) -> dict[str, Cell]:
    dice = Dice("apheresis product", subject.number)
    volume = float(str(form["PRODVOL"]))
    nucleated = dice.integer(220, 450) * 1e8
    percent = dice.number(0.35, 1.10, 2)
    values = _counts(dice, volume, nucleated, nucleated * percent / 100, f"{percent:.2f}")
    viability = f"{dice.number(95.0, 98.9, 1):.1f}"
    start = _at(subject.apheresis, apheresis_time(subject)[0])
    return values | {
        "SUBJID": subject.subj,
        "PRODID": form["APHREF"],
        "COLLDT": _sas_seconds(start),
        "VIAB": dice.pick((viability, f"{viability}%")),
        "RELEASE": "P",
        "EXPDT": float((start.date() - SAS_ZERO.date()).days + 2),
    }


def _selected_product(subject: Subject, form: dict[str, Value]) -> dict[str, Cell]:
    dice = Dice("selected product", subject.number)
    volume, cells = float(str(form["VOLML"])), cell_count(str(form["CELLS"]))
    percent = dice.number(86.0, 97.5, 1)
    values = _counts(dice, volume, cells * 100 / percent, cells, f"{percent:.1f}")
    viability = f"{dice.number(92.0, 98.9, 1):.1f}"
    product = str(form["PRODID"])
    begun, ended = apheresis_time(subject)
    start = _at(subject.apheresis, ended + dice.integer(60, 150))
    return values | {
        "SUBJID": subject.subj,
        "PRODID": product,
        "PARENTID": f"AP-{subject.number}",
        "COLLDT": _sas_seconds(_at(subject.apheresis, begun)),
        "PROCDT": _sas_seconds(start),
        "VIAB": ">99" if product in ABOVE_RANGE else dice.pick((viability, f"{viability}%")),
        "RELEASE": "P",
        "EXPDT": float((start.date() - SAS_ZERO.date()).days + 2),
    }


def _counts(dice: Dice, volume: float, nucleated: float, cd34: float, percent: str) -> dict[str, Cell]:
    return {
        "VOL": volume,
        "TNC": _with_exponent(nucleated, dice),
        "TNCCONC": half_up(nucleated / volume / 1e6, 2),
        "CD34CNT": half_up(cd34 / (volume * 1000), 1),
        "CD34PCT": dice.pick((percent, f"{percent}%", f"{percent} %")),
    }


def _with_exponent(count: float, dice: Dice) -> str:
    """31 billion as `3.1e10`, `3.1E10` or `3.1E+10`."""
    mantissa, exponent = f"{count:.2e}".split("e")
    return f"{float(mantissa):g}{dice.pick(('e', 'E', 'E+'))}{int(exponent)}"


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)


def _sas_seconds(moment: datetime) -> float:
    return (moment - SAS_ZERO).total_seconds()
