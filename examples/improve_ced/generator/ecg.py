"""Resting electrocardiograms: three tracings a visit, one row each."""

from collections.abc import Iterator, Sequence
from datetime import date

from .dice import Dice
from .people import BY_TELEPHONE
from .roster import Subject, known
from .tables import Form, Table, Value
from .text import clock, edc_date, half_up
from .treatment import infusion_time

COLUMNS = (
    *("ECGDT", "ECGTM", "REP", "HR", "PR", "QRS", "QT", "QTCF", "INTERP", "INTPTXT", "ND", "NDREASON"),
)
NORMAL, ABNORMAL = 1, 2  # 3, abnormal and clinically significant, does not occur
ALL_VISITS = ("SCREENING", "INFUSION", "MONTH 1")
# Findings by subject: the visits at which they were seen, the code, and the words of the investigator.
FINDINGS = {
    "004": (ALL_VISITS, ABNORMAL, "First degree AV block"),
    "012": (ALL_VISITS, ABNORMAL, "Nonspecific T wave changes"),
    "018": (("INFUSION",), ABNORMAL, "Sinus bradycardia"),
    "007": (("MONTH 1",), ABNORMAL, "Minor ST-T changes V4-V6"),
    "016": (("MONTH 1",), ABNORMAL, "QTc borderline"),
}
LONG_PR = {"004"}
SLOW = {("018", "INFUSION")}
LONG_QT = {("016", "MONTH 1")}
# Planted: subject, visit and tracing whose QTcF was typed with two digits exchanged.
EXCHANGED = ("010", "INFUSION", 2)
# Planted: a visit at which one tracing of the three was lost.
LOST = ("013", "MONTH 1", 3)


def ecg(subjects: Sequence[Subject]) -> Table:
    forms = [form for subject in subjects if subject.enrolled for form in _forms(subject)]
    return Table("ecg", COLUMNS, forms)


def _forms(subject: Subject) -> Iterator[Form]:
    morning = Dice("ecg time", subject.number, "SCREENING").integer(10 * 60 + 50, 11 * 60 + 40)
    yield from _tracings(subject, "SCREENING", subject.consent, morning)
    if not subject.treated:
        return
    yield from _tracings(subject, "INFUSION", subject.infusion, infusion_time(subject)[1] + 60)
    month1 = known(subject.month1)
    if subject.number in BY_TELEPHONE:
        missed: dict[str, Value] = {"ECGDT": edc_date(month1), "ND": "Y"}
        missed["NDREASON"] = "VISIT BY TELEPHONE (COVID-19)"
        yield Form(subject, "MONTH 1", month1, missed)
    else:
        minute = Dice("ecg time", subject.number, "MONTH 1").integer(10 * 60 + 50, 11 * 60 + 40)
        yield from _tracings(subject, "MONTH 1", month1, minute)


def _tracings(subject: Subject, visit: str, day: date, minute: int) -> Iterator[Form]:
    person, seen = Dice("ecg", subject.number), Dice("ecg", subject.number, visit)
    rate = 48 if (subject.number, visit) in SLOW else person.integer(56, 76) + seen.integer(-4, 5)
    pr = 214 if subject.number in LONG_PR else person.integer(138, 186)
    qrs = person.integer(82, 104)
    corrected = person.integer(398, 428) if subject.sex == "F" else person.integer(386, 416)
    corrected += 56 if (subject.number, visit) in LONG_QT else seen.integer(-8, 9)
    code, words = _interpretation(subject, visit)
    for repetition in (1, 2, 3):
        if (subject.number, visit, repetition) == LOST:
            continue
        dice = Dice("ecg", subject.number, visit, str(repetition))
        beats = rate + dice.integer(-2, 2)
        qt = int(half_up((corrected + dice.integer(-4, 4)) * (60 / beats) ** (1 / 3), 0))
        text = f"{half_up(qt / (60 / beats) ** (1 / 3), 0):.0f}"
        if (subject.number, visit, repetition) == EXCHANGED:
            text = text[0] + text[2] + text[1]
        values: dict[str, Value] = {
            "ECGDT": edc_date(day),
            "ECGTM": clock(minute + 2 * (repetition - 1), dice),
            "REP": repetition,
            "HR": beats,
            "PR": pr + dice.integer(-4, 4),
            "QRS": qrs + dice.integer(-3, 3),
            "QT": qt,
            "QTCF": text,
            "INTERP": code,
            "INTPTXT": words,
        }
        yield Form(subject, visit, day, values)


def _interpretation(subject: Subject, visit: str) -> tuple[int, str | None]:
    visits, code, words = FINDINGS.get(subject.number, ((), NORMAL, ""))
    return (code, words) if visit in visits else (NORMAL, None)
