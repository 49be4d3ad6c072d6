"""The central laboratory: one row a result, as the vendor's transfer file holds it (cp1252, pipes)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from .dice import Dice
from .labvalues import Specimen, Test, Value, measured
from .people import BY_TELEPHONE, EXTRA_VITALS
from .roster import Subject, known
from .text import clock, edc_date
from .treatment import MISSED, infusion_time

COLUMNS = (
    *("SUBJ", "VISITNM", "COLLDT", "COLLTM", "TIMEPT", "ACCN", "SPECIMEN", "TESTNM", "RESULT", "UNIT"),
    *("LO", "HI", "FLAG", "FASTING", "RPTDTM"),
)
BLOOD_COUNT = ("HGB", "WBC", "PLAT")
LIVER = ("ALT", "AST")
CHEMISTRY = ("CREAT", "GFRE", "SODIUM", "K", *LIVER)
CARDIAC = ("TROPONT", "CKMB")
SCREENING = (*BLOOD_COUNT, *CHEMISTRY, "INR", *CARDIAC)
FOLLOW_UP = (*BLOOD_COUNT, *CHEMISTRY, "TROPONT")
SERIES = (0, 6, 24)  # hours after the end of the infusion

# Planted. Until this day the vendor wrote the flag behind the result, then into a column of its own.
FLAG_COLUMN_SINCE = date(2019, 1, 1)
# Planted. From this day on hemoglobin and creatinine are reported in SI units.
SI_UNITS_SINCE = date(2019, 7, 1)
# Planted: subject, visit, time point and test of a second run of the same specimen: what the first one gave.
RERUN: dict[tuple[str, str, str, str], str] = {
    ("003", "SCREENING", "", "CREAT"): "1.94",
    ("009", "INFUSION", "6 H", "TROPONT"): "88",
    ("014", "MONTH 6", "", "ALT"): "112",
}
# Planted: subject, visit and the tests that a hemolyzed specimen gave no result of.
HEMOLYZED: dict[tuple[str, str], tuple[str, ...]] = {
    ("005", "MONTH 1"): ("K", "AST"),
    ("017", "SCREENING"): ("K",),
}


@dataclass(frozen=True)
class Draw:
    """One venipuncture: where it belongs, when, and the tests ordered."""

    subject: Subject
    visit: str
    at: datetime
    tests: Sequence[str]
    fasting: str
    hours: int | None = None  # after the end of the infusion

    @property
    def time_point(self) -> str:
        return "" if self.hours is None else f"{self.hours} H"


def write_labs(path: Path, subjects: Sequence[Subject]) -> None:
    lines = ["|".join(COLUMNS)]
    lines += ["|".join(row[column] for column in COLUMNS) for row in labs(subjects)]
    path.write_bytes("".join(line + "\n" for line in lines).encode("cp1252"))


def labs(subjects: Sequence[Subject]) -> Iterator[dict[str, str]]:
    for subject in subjects:
        for number, draw in enumerate(_draws(subject), start=1):
            yield from _results(draw, f"A{draw.at:%y%j}-{subject.number}{number:02}")


def _draws(subject: Subject) -> Iterator[Draw]:
    yield _draw(subject, "SCREENING", subject.consent, (9 * 60, 10 * 60 + 30), SCREENING, "Y")
    if not subject.treated:
        return
    for day in range(1, 6):
        if (subject.number, day) != MISSED:
            seen = known(subject.first_dose) + timedelta(days=day - 1)
            # Before the dose of the day, which is given after 07:05.
            yield _draw(subject, f"MOBILIZATION DAY {day}", seen, (6 * 60 + 30, 7 * 60), BLOOD_COUNT, "")
    yield _draw(subject, "INFUSION", subject.infusion, (7 * 60, 8 * 60), (*BLOOD_COUNT, "CREAT", "GFRE"), "Y")
    end = datetime.combine(subject.infusion, time()) + timedelta(minutes=infusion_time(subject)[1])
    for hours in SERIES:
        late = Dice("troponin delay", subject.number, str(hours)).integer(0, 12)
        at = end + timedelta(hours=hours, minutes=late + 1)
        yield Draw(subject, "INFUSION", at, CARDIAC, "N", hours)
    if subject.number in EXTRA_VITALS:
        day = subject.infusion + timedelta(days=EXTRA_VITALS[subject.number])
        yield _draw(subject, "UNSCHEDULED", day, (10 * 60, 11 * 60), BLOOD_COUNT, "N")
    if subject.number not in BY_TELEPHONE:
        yield _draw(subject, "MONTH 1", known(subject.month1), (8 * 60, 11 * 60), FOLLOW_UP, "N")
    yield _draw(subject, "MONTH 6", known(subject.month6), (8 * 60, 10 * 60), FOLLOW_UP, "Y")


def _draw(
    subject: Subject, visit: str, day: date, between: tuple[int, int], tests: Sequence[str], fasting: str
) -> Draw:
    minute = Dice("draw", subject.number, visit).integer(*between)
    return Draw(subject, visit, datetime.combine(day, time()) + timedelta(minutes=minute), tests, fasting)


def _results(draw: Draw, accession: str) -> Iterator[dict[str, str]]:
    number = draw.subject.number
    dice = Dice("accession", accession)
    collected = clock(draw.at.hour * 60 + draw.at.minute, dice)
    reported = draw.at + timedelta(hours=dice.integer(3, 30), minutes=dice.integer(0, 59))
    specimen = Specimen(number, draw.subject.sex, draw.subject.age, draw.visit, draw.hours)
    for name in draw.tests:
        value = measured(name, specimen, si=draw.at.date() >= SI_UNITS_SINCE)
        if name in HEMOLYZED.get((number, draw.visit), ()):
            value = Value(value.test, "HEMOLYZED", "", "", "")
        row = {
            "SUBJ": draw.subject.subj,
            "VISITNM": draw.visit,
            "COLLDT": edc_date(draw.at.date()),
            "COLLTM": collected,
            "TIMEPT": draw.time_point,
            "ACCN": accession,
            "SPECIMEN": value.test.specimen,
            "TESTNM": value.test.name,
            "FASTING": draw.fasting,
        }
        first = RERUN.get((number, draw.visit, draw.time_point, name))
        if first is not None:
            yield row | _reported(value.test, value, first, draw, reported)
            yield row | _reported(value.test, value, value.text, draw, reported + timedelta(hours=5))
        else:
            yield row | _reported(value.test, value, value.text, draw, reported)


def _reported(test: Test, value: Value, result: str, draw: Draw, at: datetime) -> dict[str, str]:
    """The result with unit, range and flag, as the vendor wrote it on that day."""
    flag = value.flag(result)
    behind = flag and draw.at.date() < FLAG_COLUMN_SINCE
    return {
        "RESULT": f"{result} {flag}" if behind else result,
        "UNIT": value.unit,
        "LO": value.low,
        "HI": value.high,
        "FLAG": "" if behind else flag,
        "RPTDTM": f"{at:%Y-%m-%dT%H:%M}",
    }
