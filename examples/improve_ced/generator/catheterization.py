"""What else the catheterization laboratory reported, and the irregularities planted in its sheet.

`coronary.cathlab` makes one row a study, with the target values; here angiography and the account of chest
pain are added, and rows are spoilt as sites and workstations spoil them.
"""

from collections.abc import Sequence

from .dice import Dice
from .tables import Value

Row = dict[str, Value]

MEASURED = ("APV", "DPROX", "DMID", "DDIST")
REPORTED = ("PCT_CBF", "PCT_DIAM", "CFR")
# Planted: the concentration of the third step as it was typed, where it is not 10^-4 with the unit M.
SPELLED: dict[tuple[str, str], tuple[str, str | None]] = {
    ("01-004", "SCREENING"): ("10-4", "M"),
    ("01-008", "MONTH 6"): ("10^-4 M", None),
    ("01-012", "SCREENING"): ("18.2 \u00b5g/mL", None),
}
# Planted: a study that was exported from another workstation, with a decimal comma in text cells.
DECIMAL_COMMA = {("01-010", "MONTH 6")}
# Planted: the state before acetylcholine was acquired a second time, since the Doppler signal was lost.
REPEATED = {("01-006", "MONTH 6"): "State before acetylcholine acquired twice, first acquisition counts"}


def with_angiography(rows: Sequence[Row]) -> list[Row]:
    """The rows with coronary dominance, stenosis of the LAD [%], and severity and kind of chest pain."""
    return [row | _angiogram(row) | _pain(row) for row in rows]


def spoilt(rows: Sequence[Row]) -> list[Row]:
    """The rows with the planted irregularities; a repeated acquisition stands below its study."""
    made: list[Row] = []
    for row in rows:
        study = _study_of(row)
        row = row | {"ACQNO": 1}
        if study in SPELLED:
            row |= dict(zip(("S3_DOSE", "S3_DOSEU"), SPELLED[study], strict=True))
        if study in DECIMAL_COMMA:
            row = {name: _with_comma(name, value) for name, value in row.items()}
        made.append(row | ({"COMMENT": REPEATED[study]} if study in REPEATED else {}))
        if study in REPEATED:
            made.append(_again(row))
    return made


def _study_of(row: Row) -> tuple[str, str]:
    return str(row["SUBJ"]).strip(), str(row["VISITNM"])


def _angiogram(row: Row) -> Row:
    """Dominance is the subject's and stays; early atherosclerosis narrows the LAD by less than half."""
    subject, visit = _study_of(row)
    return {
        "DOMIN": Dice("dominance", subject).pick(("R",) * 8 + ("L", "C")),
        "STEN_LAD": 5 * Dice("stenosis", subject).integer(1, 6)
        + Dice("stenosis", subject, visit).integer(-2, 2),
    }


def _pain(row: Row) -> Row:
    subject, visit = _study_of(row)
    if "Y" not in [value for name, value in row.items() if name.endswith("_CP")]:
        return {}
    dice = Dice("chest pain", subject, visit)
    return {"CP_SEV": dice.pick((1, 2, 2, 3)), "CP_USUAL": dice.pick(("Y", "Y", "Y", "N"))}


def _with_comma(name: str, value: Value) -> Value:
    measured = name.partition("_")[2] in MEASURED or name in REPORTED
    return str(value).replace(".", ",") if measured and isinstance(value, float) else value


def _again(row: Row) -> Row:
    """A second acquisition holds its own readings only: nothing more was given, and nothing concluded."""
    dice = Dice("repeat acquisition", *_study_of(row))
    made: Row = {name: row[name] for name in ("SUBJ", "VISITNM", "CATHDT", "CATHTM", "SEG", "S0_TM")}
    made["ACQNO"] = 2
    for name in MEASURED:
        drift = dice.number(-0.9, 0.9, 1) if name == "APV" else dice.number(-0.05, 0.05, 2)
        made[f"S0_{name}"] = round(float(str(row[f"S0_{name}"])) + drift, 2)
    return made
