"""The historic controls: a chart review of patients without cells, each with two coronary studies."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from .dice import Dice
from .roster import read_targets, weekday
from .tables import Value, write_rows, write_workbook
from .text import edc_date, us_date

DEMOG_COLUMNS = (
    *("SUBJ", "AUTHDT", "AGE", "SEX", "RACE", "HTN", "DM", "HLD", "SMOKE"),
    *("ACEI", "BB", "CCB", "STATIN", "NITRATE", "LASTFU", "REVIEWER"),
)
CATH_COLUMNS = ("SUBJ", "VISITNM", "CATHDT", "SEG", "PCT_CBF", "MAXDOSE", "COMMENT")

# Planted in hc_demog.csv.
AGE_IN_WORDS = {"H009", "H032"}
SEX_SPELLED = {"H004": "Female", "H018": "f", "H027": "MALE"}
US_DATES = {"H011", "H040"}
# Planted in hc_cathlab.xlsx.
DECIMAL_COMMA = {("H006", "INDEX"), ("H029", "FOLLOW-UP")}
PERCENT_SIGN = {("H014", "INDEX"), ("H045", "FOLLOW-UP")}
LOWER_CASE = {("H021", "FOLLOW-UP")}
COMMENTS = {("H008", "FOLLOW-UP"): "Report scanned, second page missing"}


def write_controls(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    targets = read_targets("controls.csv")
    write_rows(folder / "hc_demog.csv", DEMOG_COLUMNS, [_person(row) for row in targets])
    rows = [study for row in targets for study in _studies(row)]
    write_workbook(folder / "hc_cathlab.xlsx", "CATHLAB", CATH_COLUMNS, rows)


def _days(number: str) -> tuple[date, date]:
    """The index study and the follow-up, about six months apart."""
    dice = Dice("control days", number)
    index = weekday(date(2006, 1, 9) + timedelta(days=dice.integer(0, 2900)))
    return index, weekday(index + timedelta(days=dice.integer(150, 240)))


def _person(row: dict[str, str]) -> dict[str, Value]:
    number = row["SUBJID"]
    dice = Dice("control", number)
    index, follow_up = _days(number)
    write = us_date if number in US_DATES else edc_date
    sex = "F" if row["SEX"] == "F" else "M"
    flags = {name: "Y" if dice.chance(share) else "N" for name, share in _SHARES.items()}
    flags["SMOKE"] = dice.pick(("NEVER", "NEVER", "FORMER", "CURRENT"))
    return {
        "SUBJ": number,
        "AUTHDT": write(index - timedelta(days=dice.integer(0, 30))),
        "AGE": f"{row['AGE']} y" if number in AGE_IN_WORDS else row["AGE"],
        "SEX": SEX_SPELLED.get(number, sex),
        "RACE": dice.pick(("White", "White", "White", "Black", "Not recorded")),
        **flags,
        "LASTFU": write(follow_up + timedelta(days=dice.integer(0, 400))),
        "REVIEWER": dice.pick(("CR1", "CR2")),
    }


_SHARES = {
    "HTN": 0.5,
    "DM": 0.12,
    "HLD": 0.6,
    "ACEI": 0.35,
    "BB": 0.4,
    "CCB": 0.45,
    "STATIN": 0.6,
    "NITRATE": 0.5,
}


def _studies(row: dict[str, str]) -> Sequence[dict[str, Value]]:
    number = row["SUBJID"]
    values = (("INDEX", row["CBFPCT_BL"]), ("FOLLOW-UP", row["CBFPCT_FU"]))
    return [
        {
            "SUBJ": number.lower() if (number, visit) in LOWER_CASE else number,
            "VISITNM": visit,
            "CATHDT": edc_date(day),
            "SEG": "LAD",
            "PCT_CBF": _percent(number, visit, percent),
            "MAXDOSE": Dice("control dose", number, visit).pick(("10^-4", "10^-4", "10^-4", "10-4")),
            "COMMENT": COMMENTS.get((number, visit)),
        }
        for (visit, percent), day in zip(values, _days(number), strict=True)
    ]


def _percent(number: str, visit: str, percent: str) -> Value:
    """As the report has it: a number, or text where it was typed from the page."""
    if (number, visit) in DECIMAL_COMMA:
        return percent.replace(".", ",")
    return f"{percent} %" if (number, visit) in PERCENT_SIGN else float(percent)
