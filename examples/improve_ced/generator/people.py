"""Demography, consent, vital signs and disposition."""

from collections.abc import Sequence
from datetime import date, timedelta

from .dice import Dice
from .roster import Subject, known
from .tables import Form, Table, Value
from .text import clock, day_unknown, edc_date, half_up, month_unknown

PARTIAL_BIRTH = {"005": day_unknown, "009": month_unknown}
RACES = ("RACE_W", "RACE_B", "RACE_A", "RACE_O")
RACE = {"006": ("RACE_B",), "011": ("RACE_W", "RACE_A"), "014": ("RACE_O",), "018": ("RACE_A",)}
OTHER_RACE = {"014": "Middle Eastern"}
ETHNICITY = {"004": 1, "016": 1, "010": 9, "017": None}  # else 2; 017 left blank
NOT_ELIGIBLE = {"901": "EXCL04", "902": "INCL01"}
ENDED = {
    "021": (2, "SUBJECT DECLINED TO TRAVEL BEFORE FIRST DOSE"),
    "901": (3, "HEMOGLOBIN BELOW LIMIT"),
    "902": (3, "OUTSIDE CORONARY STUDY DOES NOT SHOW DYSFUNCTION"),
}
BY_TELEPHONE = {"020"}  # Month 1 while visits were paused
CORRECTED_ETHNICITY = {"016": 2}  # on a second copy of the form, modified later
VERSION_2 = date(2019, 6, 1)  # from this day on with version 2.0 of the consent form
RECONSENT_LATE = {"008"}  # at Month 6 in place of Month 1
EXTRA_VITALS = {"007": 12, "014": 9}  # days after the infusion
POUND, INCH = 0.45359237, 2.54


def demog(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        birth = _birth(subject)
        race = RACE.get(subject.number, ("RACE_W",))
        values: dict[str, Value] = {
            "BRTHDAT": PARTIAL_BIRTH.get(subject.number, edc_date)(birth),
            "AGE": subject.age,
            "SEX": {"M": 1, "F": 2}[subject.sex],
            **{column: int(column in race) for column in RACES},
            "RACEOTH": OTHER_RACE.get(subject.number),
            "ETHNIC": ETHNICITY.get(subject.number, 2),
            "COUNTRY": "USA",
        }
        forms.append(Form(subject, "SCREENING", subject.consent, values))
        if subject.number in CORRECTED_ETHNICITY:
            later = subject.consent + timedelta(days=30)
            corrected = values | {"ETHNIC": CORRECTED_ETHNICITY[subject.number]}
            forms.append(Form(subject, "SCREENING", subject.consent, corrected, settled=later))
    return Table("demog", ("BRTHDAT", "AGE", "SEX", *RACES, "RACEOTH", "ETHNIC", "COUNTRY"), forms, bom=True)


def _birth(subject: Subject) -> date:
    """A day on which a subject of this age at consent can be born, away from a birthday at consent."""
    last_birthday = subject.consent - timedelta(days=Dice("birth", subject.number).integer(5, 355))
    day = min(last_birthday.day, 28)
    return date(last_birthday.year - subject.age, last_birthday.month, day)


def consent(subjects: Sequence[Subject]) -> Table:
    order = sorted(subjects, key=lambda subject: subject.consent)
    forms = []
    for subject in subjects:
        dice = Dice("consent", subject.number)
        values: dict[str, Value] = {
            "ICFDT": edc_date(subject.consent),
            "ICFTM": clock(dice.integer(7 * 60 + 30, 8 * 60 + 50), dice),
            "ICFVER": "1.0" if subject.consent < VERSION_2 else "2.0",
            "ENRLDT": edc_date(subject.enrolment) if subject.enrolled else None,
            "SCRNNO": f"S-{order.index(subject) + 1:03}",
            "ELIG": "Y" if subject.enrolled else "N",
            "IEFAIL": NOT_ELIGIBLE.get(subject.number),
        }
        forms.append(Form(subject, "SCREENING", subject.consent, values))
        again = reconsent_day(subject)
        if again is not None:
            dice = Dice("consent again", subject.number)
            time = clock(dice.integer(8 * 60, 8 * 60 + 50), dice)
            values = {"ICFDT": edc_date(again), "ICFTM": time, "ICFVER": "2.0", "SCRNNO": values["SCRNNO"]}
            visit = "MONTH 1" if again == subject.month1 else "MONTH 6"
            forms.append(Form(subject, visit, again, values))
    return Table("consent", ("ICFDT", "ICFTM", "ICFVER", "ENRLDT", "SCRNNO", "ELIG", "IEFAIL"), forms)


def reconsent_day(subject: Subject) -> date | None:
    """The day on which a subject who had signed version 1.0 signed version 2.0, at a visit in person."""
    if not subject.treated or subject.consent >= VERSION_2:
        return None
    visits = [known(subject.month6)]
    if subject.number not in RECONSENT_LATE:
        visits.insert(0, known(subject.month1))
    return next((day for day in visits if day >= VERSION_2), None)


def infusion_weight(subject: Subject) -> float:
    return half_up(subject.weight + Dice("infusion weight", subject.number).number(-0.8, 0.8, 1), 1)


def vitals(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        forms.append(_vitals(subject, "SCREENING", subject.consent, subject.weight, height=True))
        if not subject.treated:
            continue
        dice = Dice("later weight", subject.number)
        forms.append(_vitals(subject, "INFUSION", subject.infusion, infusion_weight(subject), supine=True))
        if subject.number in EXTRA_VITALS:
            day = subject.infusion + timedelta(days=EXTRA_VITALS[subject.number])
            forms.append(_vitals(subject, "UNSCHEDULED", day, None))
        month1 = subject.weight + dice.number(-1.0, 1.0, 1)
        if subject.number in BY_TELEPHONE:
            missed: dict[str, Value] = {"VSDT": edc_date(known(subject.month1)), "ND": "Y"}
            missed["NDREASON"] = "VISIT BY TELEPHONE (COVID-19)"
            forms.append(Form(subject, "MONTH 1", known(subject.month1), missed))
        else:
            forms.append(_vitals(subject, "MONTH 1", known(subject.month1), month1))
        month6 = subject.weight + dice.number(-2.5, 2.5, 1)
        forms.append(_vitals(subject, "MONTH 6", known(subject.month6), month6))
    columns = (
        "VSDT",
        "VSTM",
        "POS",
        "SBP",
        "DBP",
        "HR",
        "TEMP",
        "TEMPU",
        "WT",
        "WTU",
        "HT",
        "HTU",
        "ND",
        "NDREASON",
    )
    return Table("vitals", columns, forms)


def _vitals(
    subject: Subject,
    visit: str,
    day: date,
    weight: float | None,
    *,
    height: bool = False,
    supine: bool = False,
) -> Form:
    dice = Dice("vitals", subject.number, visit)
    celsius = dice.number(36.3, 37.1, 1)
    values: dict[str, Value] = {
        "VSDT": edc_date(day),
        "VSTM": clock(dice.integer(9 * 60, 10 * 60 + 45), dice),
        "POS": 2 if supine else 1,
        "SBP": dice.integer(104, 146),
        "DBP": dice.integer(60, 88),
        "HR": dice.integer(54, 84),
    }
    fahrenheit = dice.chance(0.35)
    values["TEMP"] = f"{half_up(celsius * 9 / 5 + 32, 1):.1f}" if fahrenheit else f"{celsius:.1f}"
    values["TEMPU"] = "F" if fahrenheit else "C"
    imperial = dice.chance(0.3)
    if weight is not None:
        values["WT"] = f"{half_up(weight / POUND, 1):.1f}" if imperial else f"{weight:.1f}"
        values["WTU"] = "lb" if imperial else "kg"
    if height:
        values["HT"] = f"{half_up(subject.height / INCH, 1):.1f}" if imperial else str(subject.height)
        values["HTU"] = "in" if imperial else "cm"
    return Form(subject, visit, day, values)


def dispo(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        status, reason = ENDED.get(subject.number, (1, None))
        visit = {1: "MONTH 6", 2: "UNSCHEDULED", 3: "SCREENING"}[status]
        values: dict[str, Value] = {
            "EOSDT": edc_date(subject.end),
            "STATUS": status,
            "REASON": reason,
            "LASTCONT": edc_date(subject.last_contact),
            "DTHDT": None,
        }
        forms.append(Form(subject, visit, subject.end, values))
    return Table("dispo", ("EOSDT", "STATUS", "REASON", "LASTCONT", "DTHDT"), forms)
