"""How the study went: contacts, deviations from the protocol, and physical examinations.

Windows of the visits, illustrative as they are: month 1 at 30 days after the infusion, give or take 7;
month 3 at 90 and month 6 at 180 days, give or take 14.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from .people import BY_TELEPHONE, RECONSENT_LATE, reconsent_day
from .reported import NO_MONTH3_FORM
from .roster import VISITS_PAUSED, Subject, known
from .tables import Form, Table, Value
from .text import day_unknown, edc_date
from .treatment import MISSED

MACE = ("MACE_D", "MACE_MI", "MACE_STR")
CONTACT_COLUMNS = ("CONTDT", "MODE", *MACE, "MACEDT", "HOSPST", "HOSPEN", "HOSPRSN", "HOSPAENO", "REMARK")
STAYS: dict[tuple[str, str], dict[str, Value]] = {
    ("010", "MONTH 3"): {
        "HOSPST": edc_date(date(2019, 8, 16)),
        "HOSPEN": edc_date(date(2019, 8, 17)),
        "HOSPRSN": "Chest pain, kept overnight for observation",
        "HOSPAENO": 2,
    },
    ("013", "MONTH 3"): {
        "HOSPST": day_unknown(date(2019, 11, 13)),
        "HOSPEN": edc_date(date(2019, 11, 15)),
        "HOSPRSN": "Knee surgery planned before the study",
    },
}
REMARKS = {
    ("003", "UNSCHEDULED"): "Back pain about the same, no new complaints.",
    ("009", "UNSCHEDULED"): "Called about the access site; healed.",
    ("013", "MONTH 3"): "Does not remember the day on which the hospital stay began.",
    ("014", "MONTH 6"): (
        "Visit planned for the end of March 2020 – put off twice while elective visits were paused, first to "
        "April and then to the week in which the laboratory opened again. Subject felt well all the time, "
        "kept all medication unchanged and asked to stay in the study."
    ),
    ("020", "MONTH 1"): "Telephone in place of a visit while visits were paused; vital signs not taken.",
}


def contacts(subjects: Sequence[Subject]) -> Table:
    forms: list[Form] = []
    for subject in subjects:
        if not subject.treated:
            continue
        made = [("MONTH 1", known(subject.month1), "T" if subject.number in BY_TELEPHONE else "P")]
        if subject.number != NO_MONTH3_FORM:
            made.append(("MONTH 3", known(subject.month3), "T"))
        made.append(("MONTH 6", subject.end, "P"))
        if subject.last_contact > subject.end:
            made.append(("UNSCHEDULED", subject.last_contact, "T"))
        for visit, day, mode in made:
            values: dict[str, Value] = {"CONTDT": edc_date(day), "MODE": mode, **dict.fromkeys(MACE, "N")}
            values |= STAYS.get((subject.number, visit), {})
            values["REMARK"] = REMARKS.get((subject.number, visit))
            forms.append(Form(subject, visit, day, values))
    return Table("contacts", CONTACT_COLUMNS, forms)


OUT_OF_WINDOW, VISIT_MISSED, BY_PHONE, DOSE_MISSED, CONSENT = 1, 2, 3, 4, 5
DEVIATION_COLUMNS = ("DVNO", "DVTERM", "DVCD", "DVVISIT", "DVIMP", "DVST", "DVEN")
VISIT_CONCERNED = {
    OUT_OF_WINDOW: "MONTH 6",
    VISIT_MISSED: "MONTH 3",
    BY_PHONE: "MONTH 1",
    DOSE_MISSED: f"MOBILIZATION DAY {MISSED[1]}",
    CONSENT: "MONTH 1",
}


def deviations(subjects: Sequence[Subject]) -> Table:
    forms: list[Form] = []
    for subject in subjects:
        if subject.treated:
            found = sorted(_deviations(subject), key=lambda entry: entry[3])
            for number, (term, code, important, began, ended) in enumerate(found, start=1):
                values: dict[str, Value] = {
                    "DVNO": number,
                    "DVTERM": term,
                    "DVCD": code,
                    "DVVISIT": VISIT_CONCERNED[code],
                    "DVIMP": important,
                    "DVST": edc_date(began),
                    "DVEN": edc_date(ended),
                }
                visit, day = next((name, day) for name, day in subject.visits() if day >= ended)
                forms.append(Form(subject, visit, day, values))
    return Table("deviations", DEVIATION_COLUMNS, forms)


def _deviations(subject: Subject) -> list[tuple[str, int, str, date, date]]:
    """Text, code, whether important, first and last day."""
    number, month6 = subject.number, known(subject.month6)
    found: list[tuple[str, int, str, date, date]] = []
    after = (month6 - subject.infusion).days
    if abs(after - 180) > 14:
        paused = month6 <= date(2020, 6, 10) and month6 > VISITS_PAUSED[1]
        why = "visits were paused, COVID-19" if paused else "asked for by the subject"
        text = f"Month 6 visit {after} days after the infusion ({why})"
        found.append((text, OUT_OF_WINDOW, "N", month6, subject.month6_cath))
    if number in BY_TELEPHONE:
        text = "Month 1 visit by telephone, vital signs not taken (COVID-19)"
        found.append((text, BY_PHONE, "N", known(subject.month1), known(subject.month1)))
    if number == NO_MONTH3_FORM:
        text = "Month 3 call: subject not reached in three attempts"
        found.append((text, VISIT_MISSED, "N", known(subject.month3), known(subject.month3)))
    if number == MISSED[0]:
        day = known(subject.first_dose) + timedelta(days=MISSED[1] - 1)
        found.append((f"G-CSF of day {MISSED[1]} not given (storm)", DOSE_MISSED, "Y", day, day))
    if number in RECONSENT_LATE:
        text = "Consent version 2.0 not signed at Month 1, signed at Month 6"
        found.append((text, CONSENT, "Y", known(subject.month1), known(reconsent_day(subject))))
    return found


SYSTEMS = (1, 2, 3, 4, 5, 6, 7, 8)  # general, head and neck, lungs, heart, abdomen, extremities, nerves, skin
NORMAL, ABNORMAL, NOT_DONE = 1, 2, 9
FOUND = {
    ("002", "SCREENING", 6): "Mild ankle edema, both sides",
    ("002", "MONTH 6", 6): "Mild ankle edema, both sides",
    ("007", "SCREENING", 6): "Cold fingertips, color change (Raynaud’s)",
    ("009", "SCREENING", 4): "Systolic murmur, grade 2/6",
    ("009", "MONTH 6", 4): "Systolic murmur, grade 2/6",
    ("013", "SCREENING", 6): "Right knee swollen",
    ("013", "MONTH 6", 8): "Discoloration at former injection site",
    ("016", "SCREENING", 8): "Café-au-lait spot, left arm",
    ("021", "SCREENING", 5): "Scar after appendix operation",
}
SKIPPED = {("012", "MONTH 6", 7): "No time left", ("015", "SCREENING", 5): "Declined by subject"}


def physexam(subjects: Sequence[Subject]) -> Table:
    forms: list[Form] = []
    for subject in subjects:
        visits = [("SCREENING", subject.consent)] if subject.enrolled else []
        visits += [("MONTH 6", known(subject.month6))] if subject.treated else []
        for visit, day in visits:
            for system in SYSTEMS:
                here = (subject.number, visit, system)
                result = ABNORMAL if here in FOUND else NOT_DONE if here in SKIPPED else NORMAL
                values: dict[str, Value] = {"PEDT": edc_date(day), "BODYSYS": system, "RESULT": result}
                values |= {"FINDING": FOUND.get(here), "NDREASON": SKIPPED.get(here)}
                forms.append(Form(subject, visit, day, values))
    return Table("physexam", ("PEDT", "BODYSYS", "RESULT", "FINDING", "NDREASON"), forms)
