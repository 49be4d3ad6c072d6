"""Who took part, and when: the calendar every form is dated from."""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from .dice import Dice

TARGETS = Path(__file__).resolve().parent.parent / "targets"

# Number: (first G-CSF dose, days from consent to it). The first three follow one another, each dosed after
# the Month 1 visit of the one before; then enrolment was held for review.
TREATED = {
    "001": (date(2018, 7, 5), 20),
    "002": (date(2018, 8, 23), 20),
    "003": (date(2018, 10, 11), 21),
    "004": (date(2019, 1, 10), 20),
    "005": (date(2019, 2, 7), 20),
    "006": (date(2019, 3, 7), 21),
    "007": (date(2019, 3, 29), 18),
    "008": (date(2019, 4, 25), 20),
    "009": (date(2019, 5, 23), 20),
    "010": (date(2019, 6, 20), 21),
    "011": (date(2019, 7, 12), 18),
    "012": (date(2019, 8, 8), 20),
    "013": (date(2019, 8, 30), 18),
    "014": (date(2019, 9, 26), 20),
    "015": (date(2019, 10, 24), 21),
    "016": (date(2019, 11, 14), 20),
    "017": (date(2019, 12, 6), 18),
    "018": (date(2020, 1, 9), 20),
    "019": (date(2020, 2, 6), 20),
    "020": (date(2020, 3, 6), 21),
}
# Enrolled, the planned first dose never given: number, age, sex, consent, planned dose, withdrawal.
NOT_TREATED = ("021", 44, "F", date(2020, 2, 21), date(2020, 3, 12), date(2020, 3, 12))
# Number, age, sex, consent, end of participation.
SCREEN_FAILURES = (
    ("901", 58, "F", date(2019, 2, 15), date(2019, 2, 20)),
    ("902", 47, "M", date(2019, 7, 22), date(2019, 7, 29)),
)

VISITS_PAUSED = (date(2020, 3, 23), date(2020, 5, 31))  # no elective procedure at the site
LAST_VISIT = {"020": date(2020, 10, 1)}
EXTRA_CALL = {"003": 7, "009": 5}  # days from the end of study to one more telephone contact
FIXED_WEIGHT = {"013": (176, 84.0)}  # 5 ug/kg x 84.0 kg = 420 ug, written as 0.42 mg


@dataclass(frozen=True)
class Subject:
    number: str
    age: int
    sex: str
    consent: date
    end: date
    last_contact: date
    height: int
    weight: float
    first_dose: date | None = None  # planned only, where `treated` is false
    treated: bool = False
    month1: date | None = None
    month3: date | None = None
    month6: date | None = None
    targets: dict[str, str] = field(default_factory=dict)

    @property
    def subj(self) -> str:
        return f"01-{self.number}"

    @property
    def enrolled(self) -> bool:
        return self.first_dose is not None

    @property
    def exercise(self) -> date:
        return weekday(self.consent + timedelta(days=Dice("exercise day", self.number).integer(1, 3)))

    @property
    def cath(self) -> date:
        """The screening catheterization, at least a week before the first dose."""
        return weekday(self.consent + timedelta(days=Dice("cath day", self.number).integer(5, 9)))

    @property
    def enrolment(self) -> date:
        return weekday(self.cath + timedelta(days=1))

    @property
    def apheresis(self) -> date:
        return known(self.first_dose) + timedelta(days=4)

    @property
    def infusion(self) -> date:
        return known(self.first_dose) + timedelta(days=5)

    @property
    def month6_cath(self) -> date:
        return weekday(known(self.month6) + timedelta(days=1))

    def visits(self) -> list[tuple[str, date]]:
        """Every day on which the subject was seen or called, in order."""
        seen = [("SCREENING", self.consent)]
        if self.enrolled:
            seen += [("SCREENING", self.exercise), ("SCREENING", self.cath)]
        if self.treated:
            first = known(self.first_dose)
            seen += [(f"MOBILIZATION DAY {day + 1}", first + timedelta(days=day)) for day in range(5)]
            seen += [
                ("INFUSION", self.infusion),
                ("MONTH 1", known(self.month1)),
                ("MONTH 3", known(self.month3)),
            ]
            seen += [("MONTH 6", known(self.month6)), ("MONTH 6", self.month6_cath)]
        return seen


def known(day: date | None) -> date:
    if day is None:
        raise ValueError("this subject has no such day")
    return day


def weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def read_targets(name: str) -> list[dict[str, str]]:
    with (TARGETS / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def roster() -> list[Subject]:
    treated = [_treated(row) for row in read_targets("subjects.csv")]
    number, age, sex, consent, planned, end = NOT_TREATED
    height, weight = _body(number, sex)
    others = [Subject(number, age, sex, consent, end, end, height, weight, first_dose=planned)]
    for number, age, sex, consent, end in SCREEN_FAILURES:
        height, weight = _body(number, sex)
        others.append(Subject(number, age, sex, consent, end, end, height, weight))
    return treated + others


def _treated(row: dict[str, str]) -> Subject:
    number = row["SUBJID"]
    first_dose, notice = TREATED[number]
    infusion = first_dose + timedelta(days=5)
    dice = Dice("visits", number)
    month1, month3, month6 = (
        weekday(infusion + timedelta(days=dice.integer(low, high)))
        for low, high in ((28, 33), (86, 96), (176, 188))
    )
    if VISITS_PAUSED[0] <= month6 <= VISITS_PAUSED[1]:
        month6 = weekday(VISITS_PAUSED[1] + timedelta(days=dice.integer(1, 10)))
    month6 = LAST_VISIT.get(number, month6)
    end = weekday(month6 + timedelta(days=1))
    height, weight = _body(number, row["SEX"])
    return Subject(
        number=number,
        age=int(row["AGE"]),
        sex=row["SEX"],
        consent=first_dose - timedelta(days=notice),
        end=end,
        last_contact=end + timedelta(days=EXTRA_CALL.get(number, 0)),
        height=height,
        weight=weight,
        first_dose=first_dose,
        treated=True,
        month1=month1,
        month3=month3,
        month6=month6,
        targets=row,
    )


def _body(number: str, sex: str) -> tuple[int, float]:
    if number in FIXED_WEIGHT:
        return FIXED_WEIGHT[number]
    dice = Dice("body", number)
    height = dice.integer(154, 174) if sex == "F" else dice.integer(168, 186)
    weight = dice.number(23.0, 31.0, 2) * (height / 100) ** 2
    return height, round(min(weight, 98.5), 1)
