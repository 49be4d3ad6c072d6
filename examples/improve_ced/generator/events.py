"""The adverse events of the study, and when each began and ended."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .roster import Subject, known
from .text import day_unknown, edc_date, month_unknown

RECOVERED, NOT_RECOVERED, RECOVERING, SEQUELAE = 1, 2, 3, 4

DateText = Callable[[date], str]


@dataclass(frozen=True)
class Event:
    """One adverse event: `anchor` and `after` (days) say when it started."""

    number: str
    term: str
    verbatim: str
    anchor: str
    after: int
    related: tuple[int, int, int]  # to G-CSF, apheresis, cells
    lasts: int | None = 0  # days; None: still there at the end
    severity: int = 1
    outcome: int = RECOVERED
    hospital: bool = False
    minutes: int | None = None  # duration, where it began and ended by the clock
    remedy: str | None = None
    start_text: DateText = edc_date
    end_text: DateText = edc_date


GCSF, APHERESIS, CELLS, NONE = (3, 1, 1), (1, 4, 1), (1, 1, 2), (1, 1, 1)
EVENTS = (
    Event("001", "bone", "Bone pain hips and back", "dose", 2, (4, 1, 1), 4, remedy="acetaminophen"),
    Event("001", "tingle", "Tingling lips during apheresis", "apheresis", 0, APHERESIS, minutes=40),
    Event("001", "bruise", "Bruise at wrist access site", "infusion", 1, NONE, 6),
    Event("002", "bone", "Bone pain", "dose", 1, (4, 1, 1), 5, 2, remedy="acetaminophen"),
    Event("002", "head", "Headache", "dose", 3, GCSF, 1),
    Event("003", "bone", "Aching in pelvis", "dose", 2, GCSF, 4),
    Event("003", "back", "Low back pain", "infusion", 101, NONE, None, outcome=RECOVERING),
    Event("004", "bone", "Bone pain", "dose", 2, (4, 1, 1), 4, remedy="acetaminophen"),
    Event("004", "head", "Headache", "dose", 2, GCSF, 2, remedy="acetaminophen"),
    Event("004", "cold", "Common cold", "infusion", 47, NONE, 8),
    Event("005", "bone", "Bone pain", "dose", 3, GCSF, 3),
    Event("005", "tired", "Fatigue", "infusion", 14, CELLS, 18, start_text=day_unknown),
    Event("006", "site", "Redness at injection site", "dose", 1, GCSF, 3),
    Event(
        "006", "tingle", "Citrate reaction, tingling", "apheresis", 0, APHERESIS, minutes=55, remedy="calcium"
    ),
    Event("006", "chest", "Chest discomfort during acetylcholine", "month6 cath", 0, NONE, minutes=6),
    Event("007", "bone", "Bone pain", "dose", 1, (4, 1, 1), 5, 2, remedy="acetaminophen"),
    Event("007", "nausea", "Nausea", "dose", 2, (2, 1, 1), 1),
    Event("007", "flutter", "Palpitations", "infusion", 11, (1, 1, 2), 2),
    Event(
        "008",
        "hematoma",
        "Hematoma at access site after screening catheterization",
        "screening cath",
        1,
        NONE,
        9,
    ),
    Event("008", "bone", "Bone pain", "dose", 2, GCSF, 4),
    Event("008", "chest", "Chest discomfort during cell infusion", "infusion", 0, (1, 1, 3), minutes=9),
    Event("009", "muscle", "Muscle aches", "dose", 3, GCSF, 4, start_text=day_unknown),
    Event("009", "head", "Headache", "infusion", 2, CELLS, 1),
    Event("010", "bone", "Bone pain sternum", "dose", 2, (4, 1, 1), 4, remedy="acetaminophen"),
    Event(
        "010",
        "chestpain",
        "Chest pain – overnight stay, troponin negative",
        "infusion",
        52,
        CELLS,
        1,
        2,
        hospital=True,
    ),
    Event("011", "bone", "Bone pain", "dose", 1, GCSF, 5, remedy="acetaminophen"),
    Event("011", "bruise", "Bruising groin", "infusion", 1, NONE, 12),
    Event("012", "tired", "Tiredness", "dose", 3, (2, 1, 1), 9),
    Event("012", "urine", "Bladder infection", "infusion", 75, NONE, 20, 2, end_text=day_unknown),
    Event("013", "bone", "Bone pain", "dose", 2, GCSF, 4, remedy="acetaminophen"),
    Event("013", "site", "Injection site discoloration", "dose", 4, (4, 1, 1), 30, outcome=SEQUELAE),
    Event("014", "bone", "Bone pain legs", "dose", 2, (4, 1, 1), 4, 2, remedy="acetaminophen"),
    Event("014", "low", "Low blood pressure on standing", "infusion", 8, NONE, 3),
    Event("014", "cold", "Cold", "infusion", 96, NONE, 7),
    Event("015", "head", "Headache", "dose", 1, GCSF, 2),
    Event("015", "bruise", "Bruise wrist", "infusion", 1, NONE, 8),
    Event("016", "bone", "Bone pain", "dose", 2, GCSF, 3),
    Event(
        "016",
        "tingle",
        "Tingling fingers during apheresis",
        "apheresis",
        0,
        APHERESIS,
        minutes=50,
        remedy="calcium",
    ),
    Event(
        "016",
        "angina",
        "Exertional chest pain more frequent",
        "infusion",
        120,
        CELLS,
        None,
        2,
        outcome=NOT_RECOVERED,
    ),
    Event("017", "bone", "Bone pain", "dose", 1, (4, 1, 1), 5, remedy="acetaminophen"),
    Event("017", "cold", "Upper respiratory infection", "infusion", 60, NONE, 9, start_text=month_unknown),
    Event("018", "bone", "Bone pain", "dose", 2, GCSF, 4),
    Event("018", "dizzy", "Lightheaded during apheresis", "apheresis", 0, APHERESIS, minutes=70),
    Event("018", "bruise", "Bruise at access site", "month6 cath", 0, NONE, None, outcome=RECOVERING),
    Event("019", "head", "Headache", "dose", 2, GCSF, 1, remedy="acetaminophen"),
    Event("019", "nausea", "Nausea", "apheresis", 0, (2, 2, 1), minutes=90),
    Event("020", "bone", "Bone pain", "dose", 2, (4, 1, 1), 4, 2, remedy="acetaminophen"),
    Event("020", "muscle", "Muscle soreness", "infusion", 1, CELLS, 3),
    Event("020", "chest", "Chest discomfort during acetylcholine", "month6 cath", 0, NONE, minutes=5),
)


# Entered later: an event that began before consent, and the correction of one entered before.
LATE_EVENTS = (Event("015", "head", "Headache since the day before the first visit", "consent", -1, NONE, 2),)
CORRECTED_SEVERITY = {("014", 2): 2}
NARRATIVE = {
    ("010", 2): (
        "Pressure in the left chest at rest on the evening of 16 August, 30 minutes, went to the emergency "
        "room. Troponin T below the limit at 0, 3 and 6 hours, ECG unchanged. Kept overnight, went home "
        "the next morning without change of medication. Not the usual angina."
    )
}


def events_by_subject(subjects: Sequence[Subject]) -> dict[str, list[Event]]:
    """The events of each subject in the order in which they began, those entered later at the end."""
    people = {subject.number: subject for subject in subjects}
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in sorted(EVENTS, key=lambda event: start_of(people[event.number], event)):
        found[event.number].append(event)
    for event in LATE_EVENTS:
        found[event.number].append(event)
    return found


def start_of(subject: Subject, event: Event) -> date:
    anchors = {
        "consent": subject.consent,
        "screening cath": subject.cath,
        "dose": known(subject.first_dose),
        "apheresis": subject.apheresis,
        "infusion": subject.infusion,
        "month6 cath": subject.month6_cath,
    }
    return anchors[event.anchor] + timedelta(days=event.after)


def end_of(subject: Subject, event: Event) -> date | None:
    return None if event.lasts is None else start_of(subject, event) + timedelta(days=event.lasts)
