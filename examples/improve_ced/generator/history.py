"""Medical history: the checklist of the screening visit, the diagnosis, and what else was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from .dice import Dice
from .events import DateText
from .medication import LISINOPRIL, METFORMIN, takes
from .roster import Subject
from .tables import Form, Table, Value
from .text import day_unknown, edc_date, month_unknown

# The checklist, in the order of the form: term and code of an invented dictionary.
CHECKLIST = (
    ("Hypertension", 80101),
    ("Hyperlipidaemia", 80102),
    ("Diabetes mellitus", 80103),
    ("Prior percutaneous coronary intervention", 80104),
    ("Tobacco smoking", 80105),
)
HYPERTENSION = {*LISINOPRIL, "004", "006", "015", "021"}
HIGH_CHOLESTEROL = {"010"}  # besides those who take a statin
DIABETES = {*METFORMIN, "018"}
PCI = {"012"}
SMOKER, FORMER_SMOKER = {"008", "020"}, {"003", "014", "016"}
UNKNOWN = {("005", 80102), ("019", 80104)}
NOT_ASKED = {("021", 80103)}
DIAGNOSIS = ("Nonobstructive coronary artery disease", 80001)

RHYTHM = (
    "Irregular heartbeat noticed on and off since the second pregnancy, worse with coffee and little sleep, "
    "seen by two cardiologists, a monitor worn for two weeks showed extra beats only, no treatment was "
    "advised then or since"
)


@dataclass(frozen=True)
class Told:
    """A condition told freely: days before consent at which it began and, where over, ended."""

    number: str
    term: str
    code: int
    began: int
    ended: int | None = None
    ongoing: int | None = None  # where the two boxes do not agree
    end_text: DateText = day_unknown


FREELY_TOLD = (
    Told("002", "Gallstones, gallbladder removed", 80201, 2310, 2290, end_text=edc_date),
    Told("003", "Underactive thyroid", 80202, 1700),
    Told("006", RHYTHM, 80203, 3900),
    Told("007", "Raynaud’s phenomenon", 80204, 2900),
    Told("009", "Iron deficiency", 80205, 1500, 1100),
    Told("013", "Torn meniscus, right knee", 80206, 400),
    Told("015", "Migraine", 80207, 4100, 730, ongoing=1),
    Told("018", "Seasonal hay fever", 80208, 3300),
)
COLUMNS = ("MHNO", "MHTERM", "MHPRE", "MHOCC", "MHST", "MHEN", "MHONGO", "DXCD")


def medhist(subjects: Sequence[Subject]) -> Table:
    forms: list[Form] = []
    for subject in subjects:
        if subject.enrolled:
            entries = [*_checklist(subject), _diagnosis(subject), *_freely_told(subject)]
            for number, values in enumerate(entries, start=1):
                forms.append(Form(subject, "SCREENING", subject.consent, {"MHNO": number} | values))
    return Table("medhist", COLUMNS, forms)


def _checklist(subject: Subject) -> list[dict[str, Value]]:
    number = subject.number
    present = {
        80101: number in HYPERTENSION,
        80102: number in HIGH_CHOLESTEROL or takes(subject, "ATORVASTATIN"),
        80103: number in DIABETES,
        80104: number in PCI,
        80105: number in SMOKER | FORMER_SMOKER,
    }
    rows: list[dict[str, Value]] = []
    for term, code in CHECKLIST:
        values: dict[str, Value] = {"MHTERM": term, "MHPRE": 1, "DXCD": code}
        if (number, code) in UNKNOWN:
            values["MHOCC"] = "U"
        elif (number, code) not in NOT_ASKED:
            values["MHOCC"] = "Y" if present[code] else "N"
        if present[code] and (number, code) not in UNKNOWN:
            values["MHST"] = _about(subject, str(code), 1200, 5200)
            if number in FORMER_SMOKER and code == 80105:
                values |= {"MHEN": _about(subject, "stopped", 400, 1100), "MHONGO": 0}
            elif code != 80104:
                values["MHONGO"] = 1
        rows.append(values)
    return rows


def _diagnosis(subject: Subject) -> dict[str, Value]:
    term, code = DIAGNOSIS
    began = _about(subject, "diagnosis", 70, 900)
    return {"MHTERM": term, "MHPRE": 0, "MHST": began, "MHONGO": 1, "DXCD": code}


def _freely_told(subject: Subject) -> list[dict[str, Value]]:
    rows: list[dict[str, Value]] = []
    for told in FREELY_TOLD:
        if told.number == subject.number:
            ended = None if told.ended is None else subject.consent - timedelta(days=told.ended)
            began = subject.consent - timedelta(days=told.began)
            values: dict[str, Value] = {
                "MHTERM": told.term,
                "MHPRE": 0,
                "MHST": month_unknown(began),
                "MHEN": None if ended is None else told.end_text(ended),
                "MHONGO": told.ongoing if told.ongoing is not None else int(ended is None),
                "DXCD": told.code,
            }
            rows.append(values)
    return rows


def _about(subject: Subject, what: str, low: int, high: int) -> str:
    """A day so long before consent, as well as it was remembered."""
    dice = Dice("medhist", subject.number, what)
    day = subject.consent - timedelta(days=dice.integer(low, high))
    return dice.pick((edc_date, day_unknown, day_unknown, month_unknown))(day)
