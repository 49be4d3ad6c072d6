"""The coronary function test in the catheterization laboratory and the exercise test."""

from collections.abc import Sequence
from datetime import date
from math import pi

from .dice import Dice
from .roster import Subject, known, read_targets
from .tables import Form, Table, Value
from .text import clock, edc_date, half_up

STEPS = range(7)
MEASURES = ("AGENT", "DOSE", "DOSEU", "TM", "APV", "DPROX", "DMID", "DDIST", "HR", "SBP", "DBP", "CP")
CATHLAB_COLUMNS = (
    *("SUBJ", "VISITNM", "CATHDT", "CATHTM", "SEG", "ACQNO", "DOMIN", "STEN_LAD"),
    *(f"S{step}_{measure}" for step in STEPS for measure in MEASURES),
    *("STOPSTEP", "STOPREAS", "CP_SEV", "CP_USUAL"),
    *("PCT_CBF", "PCT_DIAM", "CFR", "DX_MICRO", "DX_EPI", "SPASM", "COMMENT"),
)
STEP_NAMES = ("BASELINE", "ACH 1E-6", "ACH 1E-5", "ACH 1E-4", "NTG 200 UG", "ADENOSINE PRE", "ADENOSINE PEAK")
AGENTS = {
    1: ("ACETYLCHOLINE", "10^-6", "M"),
    2: ("ACETYLCHOLINE", "10^-5", "M"),
    3: ("ACETYLCHOLINE", "10^-4", "M"),
    4: ("NITROGLYCERIN", "200", "ug"),
}
STEP_START = (-1, 0, 3, 6, 10, 16, 18)  # minutes from the first acetylcholine infusion
VISIT_IN_TARGETS = {"SCREENING": "BASELINE", "MONTH 6": "MONTH 6"}
# Enrolled but not treated: flow velocity and mid-vessel diameter of the one study, free values. The second
# concentration brought on a spasm, so that the third was not given.
FREE_STEPS = {
    "021": (
        *(("18.4", "2.41"), ("19.0", "2.38"), ("14.2", "1.12"), ("", "")),
        *(("20.6", "2.66"), ("19.2", ""), ("49.5", "")),
    )
}
STOPPED = {("021", "SCREENING"): (3, "CORONARY SPASM")}
PAIN_WITH_ACETYLCHOLINE = {
    "SCREENING": {"001", "002", "005", "008", "011", "013", "016", "018", "020", "021"},
    "MONTH 6": {"006", "016", "020"},
}
COMMENTS = {
    ("003", "MONTH 6"): "Wire repositioned before nitroglycerin",
    ("009", "SCREENING"): "Diameter read twice, second reading kept",
    ("015", "MONTH 6"): "Study delayed, see visit log",
}
BLANK_BEFORE_SUBJ = ("016", "SCREENING")

EXERCISE_NOT_DONE = {"021": "TREADMILL OUT OF SERVICE"}
MODIFIED_BRUCE = {"007", "014"}


def cathlab(subjects: Sequence[Subject]) -> list[dict[str, Value]]:
    measured = {(row["SUBJID"], row["VISIT"], row["STEP"]): row for row in read_targets("cath_steps.csv")}
    rows = []
    for subject in subjects:
        if subject.number in FREE_STEPS:
            rows.append(_study(subject, "SCREENING", subject.cath, FREE_STEPS[subject.number]))
        if not subject.treated:
            continue
        for visit, day in (("SCREENING", subject.cath), ("MONTH 6", subject.month6_cath)):
            steps = [measured[subject.number, VISIT_IN_TARGETS[visit], name] for name in STEP_NAMES]
            rows.append(_study(subject, visit, day, [(step["APV_CMS"], step["DIAM_MM"]) for step in steps]))
    return rows


def acetylcholine_start(subject: Subject, visit: str) -> int:
    return cath_start(subject, visit) + Dice("acetylcholine", subject.number, visit).integer(24, 40)


def cath_start(subject: Subject, visit: str) -> int:
    return Dice("cath time", subject.number, visit).integer(10 * 60, 14 * 60)


def _study(subject: Subject, visit: str, day: date, readings: Sequence[tuple[str, str]]) -> dict[str, Value]:
    dice = Dice("cathlab", subject.number, visit)
    blank = " " if (subject.number, visit) == BLANK_BEFORE_SUBJ else ""
    row: dict[str, Value] = {
        "SUBJ": blank + subject.subj,
        "VISITNM": visit,
        "CATHDT": edc_date(day),
        "CATHTM": clock(cath_start(subject, visit), dice),
        "SEG": "LAD",
    }
    first = acetylcholine_start(subject, visit)
    pulse, systolic, diastolic = dice.integer(58, 78), dice.integer(112, 140), dice.integer(62, 80)
    taper = dice.number(1.10, 1.20, 3), dice.number(0.76, 0.86, 3)
    pain = subject.number in PAIN_WITH_ACETYLCHOLINE[visit]
    stop, reason = STOPPED.get((subject.number, visit), (None, None))
    last = 3 if stop is None else stop - 1
    agents = AGENTS | {6: ("ADENOSINE", dice.pick(("36", "54", "72")), "ug")}
    for step, (velocity, diameter) in zip(STEPS, readings, strict=True):
        lower = 12 if step in (4, 6) else 0  # nitroglycerin and adenosine lower the pressure
        entries: dict[str, Value] = {
            **dict(zip(("AGENT", "DOSE", "DOSEU"), agents.get(step, ()), strict=False)),
            "TM": clock(first + STEP_START[step], dice),
            "APV": float(velocity or 0),
            "HR": pulse + dice.integer(-3, 3) + lower // 2,
            "SBP": systolic + dice.integer(-4, 4) - lower,
            "DBP": diastolic + dice.integer(-3, 3) - lower // 2,
            "CP": "Y" if pain and step == last else "N",
        }
        if step == stop:  # the planned agent stands on the form, and nothing else
            entries = {name: entries[name] for name in ("AGENT", "DOSE", "DOSEU")}
        if diameter:
            middle = float(diameter)
            entries["DMID"] = middle
            entries["DPROX"] = half_up(middle * taper[0] + dice.number(-0.04, 0.04, 2), 2)
            entries["DDIST"] = half_up(middle * taper[1] + dice.number(-0.04, 0.04, 2), 2)
        row |= {f"S{step}_{measure}": value for measure, value in entries.items()}
    row |= {"STOPSTEP": stop, "STOPREAS": reason, "SPASM": "N" if stop is None else "Y"}
    return row | _report(readings, last) | {"COMMENT": COMMENTS.get((subject.number, visit))}


def _report(readings: Sequence[tuple[str, str]], last: int) -> dict[str, Value]:
    """What the laboratory prints under the table: responses to the last dose that was given, rounded."""
    (velocity, diameter), (peak_velocity, peak_diameter) = (
        (float(readings[step][0]), float(readings[step][1])) for step in (0, last)
    )
    flow = 100 * (blood_flow(peak_velocity, peak_diameter) / blood_flow(velocity, diameter) - 1)
    constriction = 100 * (peak_diameter / diameter - 1)
    return {
        "PCT_CBF": half_up(flow, 1),
        "PCT_DIAM": half_up(constriction, 2),
        "CFR": half_up(float(readings[6][0]) / float(readings[5][0]), 2),
        "DX_MICRO": "Y" if flow <= 50 else "N",
        "DX_EPI": "Y" if constriction < -20 else "N",
    }


def blood_flow(velocity: float, diameter: float) -> float:
    """mL/min from cm/s and mm."""
    return pi * (velocity / 2) * (diameter / 20) ** 2 * 60


def extest(subjects: Sequence[Subject]) -> Table:
    forms = []
    for subject in subjects:
        if subject.number in EXERCISE_NOT_DONE:
            missed: dict[str, Value] = {"EXDT": edc_date(subject.exercise), "ND": "Y"}
            missed["NDREASON"] = EXERCISE_NOT_DONE[subject.number]
            forms.append(Form(subject, "SCREENING", subject.exercise, missed))
        if subject.treated:
            forms.append(_exercise(subject, "SCREENING", subject.exercise, int(subject.targets["EXTIME_BL"])))
            forms.append(
                _exercise(subject, "MONTH 6", known(subject.month6), int(subject.targets["EXTIME_M6"]))
            )
    columns = ("EXDT", "PROT", "DUR", "METS", "PEAKHR", "PEAKSBP", "STDEP", "TERM", "ANG", "ND", "NDREASON")
    return Table("extest", columns, forms)


def _exercise(subject: Subject, visit: str, day: date, seconds: int) -> Form:
    dice = Dice("extest", subject.number, visit)
    modified = subject.number in MODIFIED_BRUCE
    angina = dice.chance(0.5 if visit == "SCREENING" else 0.2)
    metabolic = (1.3 + 0.0155 * seconds) * (0.72 if modified else 1)
    values: dict[str, Value] = {
        "EXDT": edc_date(day),
        "PROT": 2 if modified else 1,
        "DUR": _duration(seconds, dice),
        "METS": f"{metabolic:.1f}",
        "PEAKHR": int(0.85 * (220 - subject.age)) + dice.integer(-14, 12),
        "PEAKSBP": dice.integer(146, 192),
        "STDEP": dice.pick(("0", "0", "0.5", "1", "1.5")),
        "TERM": 2 if angina else dice.pick((1, 1, 3)),
        "ANG": "Y" if angina else "N",
    }
    return Form(subject, visit, day, values)


def _duration(seconds: int, dice: Dice) -> str:
    """Minutes to one decimal only where that says the second exactly."""
    if seconds % 6 == 0 and dice.chance(0.7):
        return f"{seconds // 6 / 10:.1f} min"
    if dice.chance(0.4):
        return f"{seconds} sec"
    return f"{seconds // 60}:{seconds % 60:02}"
