"""Concomitant medication: what the patients already took, and what was given for an adverse event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from .dice import Dice
from .events import Event, end_of, events_by_subject, start_of
from .roster import Subject, known
from .tables import Form, Table, Value
from .text import day_unknown, edc_date, month_unknown


@dataclass(frozen=True)
class Background:
    """A medicine taken before the study."""

    verbatim: str
    name: str
    atc: str
    doses: tuple[str, ...]
    unit: str
    frequencies: tuple[str, ...]
    route: int
    indication: str
    share: float


ORAL, SUBLINGUAL, INTRAVENOUS = 1, 2, 3
BACKGROUND = (
    Background(
        "Aspirin",
        "ACETYLSALICYLIC ACID",
        "PLATELET AGGREGATION INHIBITORS",
        ("81",),
        "mg",
        ("QD",),
        ORAL,
        "Angina",
        0.9,
    ),
    Background(
        "Lipitor",
        "ATORVASTATIN",
        "LIPID MODIFYING AGENTS",
        ("40", "80", "20"),
        "mg",
        ("QD",),
        ORAL,
        "High cholesterol",
        0.7,
    ),
    Background(
        "Lopressor",
        "METOPROLOL",
        "BETA BLOCKING AGENTS",
        ("25", "25-50", "50"),
        "mg",
        ("BID", "2x/day"),
        ORAL,
        "Angina",
        0.6,
    ),
    Background(
        "Diltiazem",
        "DILTIAZEM",
        "CALCIUM CHANNEL BLOCKERS",
        ("60", "30-60"),
        "mg",
        ("TID",),
        ORAL,
        "Angina",
        0.5,
    ),
    Background(
        "Ranexa",
        "RANOLAZINE",
        "OTHER CARDIAC PREPARATIONS",
        ("0.5", "1"),
        "g",
        ("BID", "2x/day"),
        ORAL,
        "Angina",
        0.4,
    ),
    Background(
        "Nitroglycerin SL",
        "NITROGLYCERIN",
        "VASODILATORS IN CARDIAC DISEASES",
        ("400",),
        "mcg",
        ("prn",),
        SUBLINGUAL,
        "Angina",
        1.0,
    ),
    Background(
        "Levothyroxine",
        "LEVOTHYROXINE",
        "THYROID PREPARATIONS",
        ("50", "75", "88"),
        "mcg",
        ("QD",),
        ORAL,
        "Low thyroid",
        0.2,
    ),
)
# Doses of medicines against conditions of the history, entered at the end of the log.
LISINOPRIL = {"001": "10", "002": "20", "008": "10", "011": "½", "013": "20", "019": "5"}
METFORMIN = {"005": "500", "011": "1000"}
MICROGRAMS = {("003", "LEVOTHYROXINE"): "µg"}  # as typed
STOPPED_AT_MONTH1 = {"002", "006", "012", "014", "018"}  # isosorbide mononitrate
REMEDIES = {
    "acetaminophen": ("Tylenol", "ACETAMINOPHEN", "ANALGESICS", ("500-1000", "650"), "mg", "prn", ORAL),
    "calcium": (
        "Calcium gluconate",
        "CALCIUM GLUCONATE",
        "MINERAL SUPPLEMENTS",
        ("1", "2"),
        "g",
        "prn",
        INTRAVENOUS,
    ),
}
CM_COLUMNS = (
    "CMNO",
    "CMTRT",
    "CMDECOD",
    "ATC",
    "CMDOS",
    "CMDOSU",
    "CMFREQ",
    "ROUTE",
    "CMST",
    "CMEN",
    "CMONGO",
    "CMIND",
    "AENO",
)


def conmeds(subjects: Sequence[Subject]) -> Table:
    events = events_by_subject(subjects)
    forms = []
    for subject in subjects:
        if not subject.enrolled:
            continue
        entries = _background(subject)
        for number, event in enumerate(events[subject.number], start=1):
            if event.remedy:
                entries.append(_remedy(subject, number, event))
        entries += _for_history(subject)
        for number, form in enumerate(entries, start=1):
            forms.append(replace(form, values={"CMNO": number} | form.values))
    return Table("conmeds", CM_COLUMNS, forms)


def takes(subject: Subject, name: str) -> bool:
    """Whether a subject takes a medicine of the background."""
    share = next(drug.share for drug in BACKGROUND if drug.name == name)
    return Dice("conmeds", subject.number, name).chance(share)


def _for_history(subject: Subject) -> list[Form]:
    drugs: list[dict[str, Value]] = []
    if subject.number in LISINOPRIL:
        dose = LISINOPRIL[subject.number]
        unit = "tablet" if dose == "½" else "mg"
        drugs.append(_drug("Lisinopril", "LISINOPRIL", "ACE INHIBITORS", dose, unit, "QD"))
        drugs[-1]["CMIND"] = "BP ≥140/90" if subject.number == "013" else "High blood pressure"
    if subject.number in METFORMIN:
        dose = METFORMIN[subject.number]
        drugs.append(_drug("Metformin", "METFORMIN", "BLOOD GLUCOSE LOWERING DRUGS", dose, "mg", "BID"))
        drugs[-1]["CMIND"] = "Diabetes"
    forms: list[Form] = []
    for values in drugs:
        start = _long_ago(subject, Dice("conmeds", subject.number, str(values["CMDECOD"])))
        values |= {"ROUTE": ORAL, "CMST": start, "CMONGO": 1}
        forms.append(Form(subject, "SCREENING", subject.consent, values))
    return forms


def _background(subject: Subject) -> list[Form]:
    entries: list[Form] = []
    for drug in BACKGROUND:
        dice = Dice("conmeds", subject.number, drug.name)
        if not dice.chance(drug.share):
            continue
        values = _drug(
            drug.verbatim, drug.name, drug.atc, dice.pick(drug.doses), drug.unit, dice.pick(drug.frequencies)
        )
        values["CMDOSU"] = MICROGRAMS.get((subject.number, drug.name), drug.unit)
        values |= {
            "ROUTE": drug.route,
            "CMST": _long_ago(subject, dice),
            "CMONGO": 1,
            "CMIND": drug.indication,
        }
        entries.append(Form(subject, "SCREENING", subject.consent, values))
    if subject.number in STOPPED_AT_MONTH1:
        dice = Dice("conmeds", subject.number, "IMDUR")
        values = _drug(
            "Imdur", "ISOSORBIDE MONONITRATE", "VASODILATORS IN CARDIAC DISEASES", "30", "mg", "QD"
        )
        stop = known(subject.month1)
        values |= {"ROUTE": ORAL, "CMST": _long_ago(subject, dice), "CMEN": edc_date(stop), "CMIND": "Angina"}
        entries.append(Form(subject, "SCREENING", subject.consent, values, settled=stop))
    return entries


def _drug(verbatim: str, name: str, atc: str, dose: str, unit: str, frequency: str) -> dict[str, Value]:
    return {
        "CMTRT": verbatim,
        "CMDECOD": name,
        "ATC": atc,
        "CMDOS": dose,
        "CMDOSU": unit,
        "CMFREQ": frequency,
    }


def _long_ago(subject: Subject, dice: Dice) -> str:
    day = subject.consent - timedelta(days=dice.integer(60, 2400))
    return dice.pick((edc_date, day_unknown, day_unknown, month_unknown))(day)


def _remedy(subject: Subject, number: int, event: Event) -> Form:
    verbatim, name, atc, doses, unit, frequency, route = REMEDIES[str(event.remedy)]
    start, end = start_of(subject, event), end_of(subject, event)
    values = _drug(
        verbatim, name, atc, Dice("remedy", subject.number, str(number)).pick(doses), unit, frequency
    )
    values |= {"ROUTE": route, "CMST": event.start_text(start), "CMEN": event.end_text(end) if end else None}
    visit, day = next((name, day) for name, day in subject.visits() if day >= start)
    return Form(subject, visit, day, values | {"CMIND": event.verbatim, "AENO": number}, settled=end)
