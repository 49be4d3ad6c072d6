"""Adverse events. The coding dictionary is invented."""

from collections.abc import Sequence
from dataclasses import replace

from .coronary import acetylcholine_start, cath_start
from .dice import Dice
from .events import (
    CORRECTED_SEVERITY,
    NARRATIVE,
    Event,
    end_of,
    events_by_subject,
    start_of,
)
from .roster import Subject, known
from .tables import Form, Table, Value
from .text import clock
from .treatment import apheresis_time, infusion_time

# Organ classes and terms of an invented dictionary: key: (low level term, preferred term, code, organ class).
ORGAN_CLASSES = {
    "MUSCLE AND BONE": 901,
    "HEAD AND NERVES": 902,
    "PROCEDURES": 903,
    "HEART AND VESSELS": 904,
    "GENERAL AND INJECTION SITE": 905,
    "DIGESTION": 906,
    "INFECTIONS": 907,
}
TERMS = {
    "bone": ("ACHING BONES", "BONE PAIN", 90101, "MUSCLE AND BONE"),
    "muscle": ("SORE MUSCLES", "MUSCLE PAIN", 90102, "MUSCLE AND BONE"),
    "back": ("LOW BACK ACHE", "BACK PAIN", 90103, "MUSCLE AND BONE"),
    "head": ("HEADACHE", "HEADACHE", 90201, "HEAD AND NERVES"),
    "tingle": ("TINGLING AROUND MOUTH", "TINGLING", 90202, "HEAD AND NERVES"),
    "dizzy": ("LIGHTHEADEDNESS", "DIZZINESS", 90203, "HEAD AND NERVES"),
    "bruise": ("ACCESS SITE BRUISING", "ACCESS SITE BRUISE", 90301, "PROCEDURES"),
    "hematoma": ("ACCESS SITE HEMATOMA", "ACCESS SITE HEMATOMA", 90302, "PROCEDURES"),
    "chest": ("CHEST DISCOMFORT", "CHEST DISCOMFORT", 90401, "HEART AND VESSELS"),
    "chestpain": ("NON-CARDIAC CHEST PAIN", "CHEST PAIN NON-CARDIAC", 90402, "HEART AND VESSELS"),
    "angina": ("ANGINA MORE FREQUENT", "ANGINA WORSENED", 90403, "HEART AND VESSELS"),
    "flutter": ("HEART FLUTTERING", "PALPITATIONS", 90404, "HEART AND VESSELS"),
    "low": ("LOW BLOOD PRESSURE", "LOW BLOOD PRESSURE", 90405, "HEART AND VESSELS"),
    "tired": ("TIREDNESS", "FATIGUE", 90501, "GENERAL AND INJECTION SITE"),
    "site": ("INJECTION SITE REDNESS", "INJECTION SITE REACTION", 90502, "GENERAL AND INJECTION SITE"),
    "nausea": ("NAUSEA", "NAUSEA", 90601, "DIGESTION"),
    "cold": ("COMMON COLD", "UPPER AIRWAY INFECTION", 90701, "INFECTIONS"),
    "urine": ("BLADDER INFECTION", "URINARY INFECTION", 90702, "INFECTIONS"),
}
SERIOUSNESS = ("SAEDTH", "SAELIFE", "SAEHOSP", "SAEDISAB", "SAECONG", "SAEMIE")
NOT_CHANGED, NOT_APPLICABLE = 1, 9
AE_COLUMNS = (
    *("AENO", "AETERM", "AELLT", "AEPT", "AEPTCD", "AESOC", "AESOCCD", "SEV", "SER", *SERIOUSNESS),
    *(
        "REL_GCSF",
        "REL_APH",
        "REL_CELL",
        "ACN",
        "OUT",
        "AESTDT",
        "AESTTM",
        "AEENDT",
        "AEENTM",
        "AEONGO",
        "AESPEC",
    ),
)


def ae(subjects: Sequence[Subject]) -> Table:
    events = events_by_subject(subjects)
    forms: list[Form] = []
    for subject in subjects:
        entries = [
            _adverse_event(subject, number, event)
            for number, event in enumerate(events[subject.number], start=1)
        ]
        corrected = [
            replace(form, values=form.values | {"SEV": severity}, settled=known(subject.month3))
            for number, form in enumerate(entries, start=1)
            if (severity := CORRECTED_SEVERITY.get((subject.number, number)))
        ]
        forms += [*entries, *corrected]
    return Table("ae", AE_COLUMNS, forms)


def _start_minute(subject: Subject, event: Event) -> int | None:
    """The clock time of events seen by the staff."""
    if event.after or event.minutes is None:
        return None
    if event.anchor == "apheresis":
        return apheresis_time(subject)[0] + 60
    if event.anchor == "infusion":
        return infusion_time(subject)[0] + 5
    return acetylcholine_start(subject, "MONTH 6") + 7  # within the highest dose


def _adverse_event(subject: Subject, number: int, event: Event) -> Form:
    start, end, minute = start_of(subject, event), end_of(subject, event), _start_minute(subject, event)
    if event.term == "bruise" and event.anchor == "month6 cath":
        minute = cath_start(subject, "MONTH 6") + 90
    dice = Dice("ae", subject.number, str(number))
    low_level, preferred, code, organ_class = TERMS[event.term]
    values: dict[str, Value] = {
        "AENO": number,
        "AETERM": event.verbatim,
        "AELLT": low_level,
        "AEPT": preferred,
        "AEPTCD": code,
        "AESOC": organ_class,
        "AESOCCD": ORGAN_CLASSES[organ_class],
        "SEV": event.severity,
        "SER": "Y" if event.hospital else "N",
        **{flag: int(flag == "SAEHOSP") if event.hospital else None for flag in SERIOUSNESS},
        **dict(zip(("REL_GCSF", "REL_APH", "REL_CELL"), event.related, strict=True)),
        "ACN": NOT_CHANGED if event.anchor == "dose" else NOT_APPLICABLE,
        "OUT": event.outcome,
        "AESTDT": event.start_text(start),
        "AESTTM": None if minute is None else clock(minute, dice),
        "AEENDT": event.end_text(end) if end else None,
        "AEENTM": None if minute is None or event.minutes is None else clock(minute + event.minutes, dice),
        "AEONGO": None if end else 1,
        "AESPEC": NARRATIVE.get((subject.number, number)),
    }
    visit, day = next((name, day) for name, day in subject.visits() if day >= start)
    if start < subject.consent:
        visit, day = "MONTH 1", known(subject.month1)
    return Form(subject, visit, day, values, settled=end)
