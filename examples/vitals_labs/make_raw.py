"""Write the raw tables of the second example: a small trial as a European site and its laboratory export it.

python examples/vitals_labs/make_raw.py [FOLDER]

All data are invented. A fixed seed: every run writes the same bytes. Nothing of ced_cdisc is imported.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

HERE = Path(__file__).parent
VISITS = (("Screening", -14), ("Tag 1", 0), ("Woche 4", 28), ("Woche 8", 56), ("Woche 12", 84))

ANALYTES: dict[str, tuple[str, str, dict[str, tuple[float, float, float, int, float, float]]]] = {
    # raw name: specimen, time point of day, unit: mean, spread, change per visit on drug, decimals, low, high
    "Glukose": (
        "Plasma",
        "08:10",
        {"mg/dl": (108.0, 14.0, -3.0, 0, 70.0, 99.0), "mmol/l": (6.0, 0.8, -0.17, 1, 3.9, 5.5)},
    ),
    "Kreatinin": (
        "Serum",
        "08:10",
        {"µmol/l": (84.0, 12.0, 0.5, 0, 59.0, 104.0), "mg/dl": (0.95, 0.14, 0.01, 2, 0.67, 1.18)},
    ),
    "Cholesterin": (
        "Serum",
        "08:10",
        {"mg/dl": (221.0, 25.0, -9.0, 0, 120.0, 200.0), "mmol/l": (5.7, 0.6, -0.23, 2, 3.1, 5.2)},
    ),
    "Kalium": (
        "Serum",
        "08:10",
        {"mmol/l": (4.2, 0.3, 0.0, 1, 3.5, 5.1), "mval/l": (4.2, 0.3, 0.0, 1, 3.5, 5.1)},
    ),
    "Hämoglobin": (
        "Blut",
        "08:15",
        {"g/dl": (14.1, 1.1, 0.0, 1, 12.0, 16.0), "g/l": (141.0, 11.0, 0.0, 0, 120.0, 160.0)},
    ),
    "Leukozyten": (
        "Blut",
        "08:15",
        {"G/l": (6.4, 1.3, 0.1, 1, 4.0, 10.0), "/µl": (6400.0, 1300.0, 100.0, 0, 4000.0, 10000.0)},
    ),
    "GPT": ("Serum", "08:10", {"U/l": (27.0, 9.0, 1.0, 0, 0.0, 45.0)}),
    "CRP": ("Serum", "08:10", {"mg/l": (2.4, 2.6, -0.2, 1, 0.0, 5.0)}),
}


@dataclass(frozen=True)
class Patient:
    """One invented subject; ``visits`` is how many of the planned ones took place."""

    number: str
    site: str
    born: date
    born_shown: int
    sex: str
    arm: str
    start: date
    failed: bool
    visits: int
    level: float


def main(folder: Path) -> None:
    """Write all tables."""
    dice = random.Random("vitals and labs")
    folder.mkdir(parents=True, exist_ok=True)
    patients = [_patient(number, dice) for number in range(1, 13)]
    _write(folder / "patienten.csv", ";", "utf-8-sig", [_patient_row(p) for p in patients])
    samples = [row for p in patients for row in _lab_rows(p, dice)]
    measured = [row for p in patients for row in _vital_rows(p, dice)]
    _write(folder / "labor.txt", "|", "cp1252", samples)
    _write(folder / "vital.csv", ";", "utf-8", measured)
    _write(folder / "medikation.csv", ";", "utf-8", [row for p in patients for row in _dose_rows(p)])
    _write(folder / "anamnese.csv", ";", "cp1252", [row for p in patients for row in _history_rows(p, dice)])
    _write(folder / "abschluss.csv", ";", "utf-8", [_end_row(p, [*samples, *measured]) for p in patients])


def _patient(number: int, dice: random.Random) -> Patient:
    """Subject 1 to 12; number 5 leaves early, number 9 is a screening failure."""
    start = date(2022, 1, 10) + timedelta(days=dice.randint(0, 120))
    age = dice.randint(41, 74)
    return Patient(
        number=f"{100 * (1 + number % 3) + number}",
        site=f"{1 + number % 3:02d}",
        born=start - timedelta(days=round(365.25 * age) + dice.randint(0, 364)),
        born_shown={3: 7, 7: 4}.get(number, 10),
        sex="w" if number % 2 else "m",
        arm=("A", "B")[(number // 2) % 2],
        start=start,
        failed=number == 9,
        visits={5: 3, 9: 1}.get(number, 5),
        level=dice.gauss(0, 0.7),
    )


def _patient_row(p: Patient) -> dict[str, str]:
    consent = p.start - timedelta(days=15)
    return {
        "PATNR": p.number,
        "ZENTRUM": p.site,
        "GEBDAT": _day(p.born, p.born_shown),
        "GESCHL": p.sex,
        "GRUPPE": "" if p.failed else p.arm,
        "EINWDAT": _day(consent),
        "RANDDAT": "" if p.failed else _day(p.start),
        "AUSSCHLUSS": "HbA1c unter 6,5 %" if p.failed else "",
    }


def _lab_rows(p: Patient, dice: random.Random) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for at, (visit, day) in enumerate(VISITS[: p.visits]):
        if visit == "Tag 1":
            continue
        drawn = p.start + timedelta(days=day + dice.choice((-1, 0, 0, 1)))
        for analyte, (material, clock, units) in ANALYTES.items():
            names = list(units)
            unit = names[(int(p.site) - 1) % len(names)]
            mean, spread, slope, decimals, low, high = units[unit]
            trend = slope * at if p.arm == "A" else 0.0
            value = mean + trend + spread * (0.6 * p.level + dice.gauss(0, 0.6))
            text = _number(max(value, 0.0), decimals)
            if analyte == "CRP" and value < 0.6:
                text = "<0,6"
            if analyte == "GPT" and value > high:
                text += " H"
            missed = (p.number, visit, analyte) == ("302", "Woche 8", "Kalium")
            rows.append(
                {
                    "PATNR": p.number,
                    "BESUCH": visit,
                    "DATUM": _day(drawn),
                    "ZEIT": "" if missed else clock,
                    "MATERIAL": material,
                    "ANALYT": analyte,
                    "WERT": "" if missed else text,
                    "EINHEIT": unit,
                    "NORM_VON": "" if low == 0 else _number(low, decimals),
                    "NORM_BIS": _number(high, decimals),
                    "BEMERKUNG": "hämolytisch" if missed else "",
                }
            )
        rows.append(
            {
                "PATNR": p.number,
                "BESUCH": visit,
                "DATUM": _day(drawn),
                "ZEIT": "07:40",
                "MATERIAL": "Urin",
                "ANALYT": "Eiweiß",
                "WERT": dice.choice(("neg.", "neg.", "neg.", "1+", "2+")),
                "EINHEIT": "",
                "NORM_VON": "",
                "NORM_BIS": "neg.",
                "BEMERKUNG": "",
            }
        )
    return rows


def _vital_rows(p: Patient, dice: random.Random) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for at, (visit, day) in enumerate(VISITS[: p.visits]):
        seen = p.start + timedelta(days=day + dice.choice((-1, 0, 0, 1)) * (visit != "Tag 1"))
        drop = 3.5 * at if p.arm == "A" else 0.8 * at
        row = {"PATNR": p.number, "BESUCH": visit, "DATUM": _day(seen), "LAGE": "sitzend"}
        for n in (1, 2, 3):
            row[f"UHR{n}"] = f"09:{10 + 2 * n}"
            row[f"RRS{n}"] = _number(146 - drop + 6 * p.level + dice.gauss(0, 4), 0)
            row[f"RRD{n}"] = _number(88 - drop / 2 + 3 * p.level + dice.gauss(0, 3), 0)
        if (p.number, visit) == ("207", "Woche 4"):
            row["UHR3"] = row["RRS3"] = row["RRD3"] = ""
        row["PULS"] = _number(72 + dice.gauss(0, 6), 0)
        celsius = 36.6 + dice.gauss(0, 0.25)
        american = p.site == "03"
        row["TEMP"] = _number(celsius * 9 / 5 + 32 if american else celsius, 1)
        row["TEMPE"] = "F" if american else "C"
        weight = 81 + 9 * p.level - 0.4 * at + dice.gauss(0, 0.5)
        row["GEW"] = _number(weight / 0.45359237 if american else weight, 1)
        row["GEWE"] = "lb" if american else "kg"
        rows.append(row)
    return rows


def _dose_rows(p: Patient) -> list[dict[str, str]]:
    if p.failed:
        return []
    start = p.start
    last = start + timedelta(days=VISITS[p.visits - 1][1] - 1)
    middle = start + timedelta(days=28)
    dose = "10" if p.arm == "A" else "0"
    rows = [(start, min(middle - timedelta(days=1), last), dose)]
    if last >= middle:
        rows.append((middle, last, "20" if p.arm == "A" else "0"))
    return [
        {
            "PATNR": p.number,
            "NR": str(number),
            "VON": _day(first),
            "BIS": _day(end),
            "DOSIS": amount,
            "EINHEIT": "mg",
        }
        for number, (first, end, amount) in enumerate(rows, 1)
    ]


def _history_rows(p: Patient, dice: random.Random) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    start = p.start
    for number, name in enumerate(
        dice.sample(("Hypertonie", "Diabetes mellitus Typ 2", "Hyperlipidämie", "Gicht", "Kniearthrose"), 2),
        1,
    ):
        since = start - timedelta(days=dice.randint(400, 5000))
        ended = number == 2 and dice.random() < 0.4
        until = since + timedelta(days=300)
        rows.append(
            {
                "PATNR": p.number,
                "NR": str(number),
                "DIAGNOSE": name,
                "SEIT": ("unbekannt", _day(since, 4), _day(since, 7), _day(since))[dice.randint(0, 3)],
                "BIS": _day(until, 7) if ended else "",
                "NOCH": "nein" if ended else "ja",
            }
        )
    return rows


def _end_row(p: Patient, visits: list[dict[str, str]]) -> dict[str, str]:
    """The end of participation: the planned day of the last visit, or the last day seen if it is later."""
    start = p.start
    if p.failed:
        return {"PATNR": p.number, "DATUM": _day(start - timedelta(days=10)), "STATUS": "Screening-Fehler"}
    early = p.visits == 3
    planned = start + timedelta(days=VISITS[p.visits - 1][1])
    days = [v["DATUM"].split(".") for v in visits if v["PATNR"] == p.number]
    seen = [date(int(year), int(month), int(day)) for day, month, year in days]
    last = max(planned, *seen)
    status = "Widerruf der Einwilligung" if early else "beendet"
    return {"PATNR": p.number, "DATUM": _day(last), "STATUS": status}


def _day(day: date, precision: int = 10) -> str:
    """31.12.2022, 12.2022 or 2022."""
    text = f"{day:%d.%m.%Y}"
    return text[10 - precision :]


def _number(value: float, decimals: int) -> str:
    """With a decimal comma."""
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(value)).quantize(step, ROUND_HALF_UP)).replace(".", ",")


def _write(path: Path, separator: str, encoding: str, rows: list[dict[str, str]]) -> None:
    lines = [separator.join(rows[0]), *(separator.join(row.values()) for row in rows)]
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "raw")
