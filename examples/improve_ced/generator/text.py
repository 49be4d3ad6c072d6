"""How the sites wrote dates, times and numbers."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .dice import Dice

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def edc_date(day: date) -> str:
    """`05-JUN-2018`."""
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"


def day_unknown(day: date) -> str:
    return "UN" + edc_date(day)[2:]


def month_unknown(day: date) -> str:
    return f"UN-UNK-{day.year}"


def us_date(day: date) -> str:
    """`3/7/2019`."""
    return f"{day.month}/{day.day}/{day.year}"


def clock(minutes: int, dice: Dice) -> str:
    """Minutes after midnight as `08:35`, or now and then as `0835`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours:02}{'' if dice.chance(0.15) else ':'}{rest:02}"


def half_up(value: float, digits: int) -> float:
    """Round as people do: halves away from zero."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
