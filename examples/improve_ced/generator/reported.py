"""What the patients tell: SAQ items (numbers only), CCS class and the nitroglycerin diary."""

from collections.abc import Sequence
from datetime import date, timedelta

from .dice import Dice
from .roster import Subject, known, read_targets
from .tables import Form, Table, Value
from .text import edc_date, us_date

ITEMS = (*(f"Q1{letter}" for letter in "ABCDEFGHI"), *(f"Q{number}" for number in range(2, 12)))
NO_MONTH3_FORM = "011"
NO_ANSWER = {"015": ("Q1E", "Q7")}  # left blank at Month 3
REFUSED = {"018": "Q10"}  # 99 at Month 3
REPEATED = {"006": 118}  # unscheduled form: days after the infusion, later than the Month 3 form
FREE_ITEMS = {"021": (4, 4, 3, 3, 3, 2, 2, 2, 6, 2, 2, 3, 3, 4, 3, 3, 2, 2, 2)}

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
FREE_CLASS = {"021": 3}
ASSESSORS = ("RN1", "RN2", "MD1")

ANSWERED_DAYS = 14
FREE_TABLETS = {"021": 9}
UNFILLED_NOTES = ("Forgot", "Diary left at home", "", "")


def saq(subjects: Sequence[Subject]) -> Table:
    targets = {
        (row["SUBJID"], row["VISIT"]): tuple(map(int, list(row.values())[2:]))
        for row in read_targets("saq_items.csv")
    }
    forms = []
    for subject in subjects:
        if subject.number in FREE_ITEMS:
            forms.append(_saq(subject, "SCREENING", subject.consent, "P", FREE_ITEMS[subject.number]))
        if not subject.treated:
            continue
        before, after = targets[subject.number, "BASELINE"], targets[subject.number, "MONTH 6"]
        forms.append(_saq(subject, "SCREENING", subject.consent, "P", before))
        if subject.number != NO_MONTH3_FORM:
            form = _saq(
                subject, "MONTH 3", known(subject.month3), "T", _between(subject, "MONTH 3", before, after)
            )
            form.values.update(dict.fromkeys(NO_ANSWER.get(subject.number, ())))
            if subject.number in REFUSED:
                form.values[REFUSED[subject.number]] = 99
            forms.append(form)
        if subject.number in REPEATED:
            day = subject.infusion + timedelta(days=REPEATED[subject.number])
            forms.append(
                _saq(subject, "UNSCHEDULED", day, "T", _between(subject, "UNSCHEDULED", before, after))
            )
        forms.append(_saq(subject, "MONTH 6", known(subject.month6), "P", after))
    return Table("saq", ("SAQDT", "MODE", *ITEMS), forms)


def _between(subject: Subject, visit: str, before: Sequence[int], after: Sequence[int]) -> list[int]:
    """Free values: each item as it was or as it will be."""
    dice = Dice("saq", subject.number, visit)
    return [dice.pick(pair) for pair in zip(before, after, strict=True)]


def _saq(subject: Subject, visit: str, day: date, mode: str, codes: Sequence[int]) -> Form:
    answers: dict[str, Value] = dict(zip(ITEMS, codes, strict=True))
    return Form(subject, visit, day, {"SAQDT": edc_date(day), "MODE": mode} | answers)


def ccs(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        if subject.number in FREE_CLASS:
            forms.append(_ccs(subject, "SCREENING", subject.consent, FREE_CLASS[subject.number]))
        if not subject.treated:
            continue
        before, after = int(subject.targets["CCS_BL"]), int(subject.targets["CCS_M6"])
        between = Dice("ccs month 1", subject.number).integer(min(before, after), max(before, after))
        forms.append(_ccs(subject, "SCREENING", subject.consent, before))
        forms.append(_ccs(subject, "MONTH 1", known(subject.month1), between))
        forms.append(_ccs(subject, "MONTH 6", known(subject.month6), after))
    return Table("ccs", ("CCSDT", "CCSCLS", "ASSESSOR"), forms)


def _ccs(subject: Subject, visit: str, day: date, grade: int) -> Form:
    dice = Dice("ccs", subject.number, visit)
    roman = ROMAN[grade]
    written = dice.pick((roman, roman, str(grade), f"Class {grade}", f" {roman.lower()}", f"Class {roman}"))
    return Form(
        subject, visit, day, {"CCSDT": edc_date(day), "CCSCLS": written, "ASSESSOR": dice.pick(ASSESSORS)}
    )


# Planted: a day whose tablets were written as a range.
ABOUT = {("021", "2/27/2020"): "2-3"}


def ntg_diary(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        if subject.number in FREE_TABLETS:
            forms += _diary(subject, "BASE", known(subject.first_dose), FREE_TABLETS[subject.number])
        if subject.treated:
            forms += _diary(subject, "BASE", known(subject.first_dose), int(subject.targets["NTGTABS14_BL"]))
            forms += _diary(subject, "M6", known(subject.month6), int(subject.targets["NTGTABS14_M6"]))
    return Table("ntg_diary", ("PERIOD", "DIARYDT", "TABS", "NOTE"), forms)


def _diary(subject: Subject, period: str, until: date, total: int) -> list[Form]:
    """The days just before `until`: fourteen with an answer and, for some subjects, a few without."""
    dice = Dice("diary", subject.number, period)
    unfilled = dice.integer(1, 3) if dice.chance(0.35) else 0
    length = ANSWERED_DAYS + unfilled
    gaps = set(dice.sample(range(1, length - 1), unfilled))
    tablets = iter(_spread(total, dice))
    forms = []
    for index in range(length):
        day = until - timedelta(days=length - index)
        values: dict[str, Value] = {"PERIOD": period, "DIARYDT": us_date(day)}
        if index in gaps:
            values |= {"TABS": None, "NOTE": dice.pick(UNFILLED_NOTES)}
        else:
            taken = next(tablets)
            values["TABS"] = ABOUT.get((subject.number, us_date(day)), taken)
        forms.append(Form(subject, {"BASE": "SCREENING", "M6": "MONTH 6"}[period], day, values))
    return forms


def _spread(total: int, dice: Dice) -> list[int]:
    """Tablets per answered day: even shares, then some moved from one day to another."""
    share, rest = divmod(total, ANSWERED_DAYS)
    extra = set(dice.sample(range(ANSWERED_DAYS), rest))
    days = [share + (index in extra) for index in range(ANSWERED_DAYS)]
    for _ in range(ANSWERED_DAYS):
        giver, taker = dice.integer(0, ANSWERED_DAYS - 1), dice.integer(0, ANSWERED_DAYS - 1)
        if days[giver] > 0:
            days[giver] -= 1
            days[taker] += 1
    return days
