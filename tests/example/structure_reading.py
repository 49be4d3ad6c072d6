"""What the tests of the structure read from the transport files: days, groups, duplicates."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from transport_files import Dataset, Row

SAS_ZERO = date(1960, 1, 1)
FINDINGS = ("BS", "CP", "CV", "EG", "FA", "FT", "IE", "LB", "PE", "QS", "RS", "VS", "XC", "XR")
AFTER_TREATMENT = ("BS", "CP")
"""Of products that are collected after the first dose."""
BDS = ("ADCCS", "ADCF", "ADEG", "ADEXER", "ADLB", "ADNTG", "ADQSSAQ", "ADVS")
PAIRS = (("DTC", "DY"), ("STDTC", "STDY"), ("ENDTC", "ENDY"))
SERIES = ("TESTCD", "CAT", "LOC", "METHOD", "POS")

Files = dict[str, Dataset]


def sdtm(files: Files) -> list[Dataset]:
    """The SDTM datasets with subjects; those of RELREC are left open, its lines hold for all of them."""
    return [data for data in of_subjects(files) if data.kind == "sdtm"]


def of_subjects(files: Files) -> list[Dataset]:
    return [data for data in files.values() if "USUBJID" in data.labels and data.name != "RELREC"]


def demographics(files: Files) -> dict[str, Row]:
    return {row["USUBJID"]: row for row in files["DM"].rows}


def day(text: str | None) -> date | None:
    """The day of an ISO 8601 text; none where the day is not known."""
    return date.fromisoformat(text[:10]) if text is not None and len(text) >= 10 else None


def no_later(first: str, second: str) -> bool:
    """Whether one date-time is not after another, as far as both are known."""
    known = min(len(first), len(second))
    return first[:known] <= second[:known]


def duplicates(rows: list[Row], *names: str) -> list[Any]:
    counts = Counter(tuple(row.get(name) for name in names) for row in rows)
    return [key for key, count in counts.items() if count > 1]


def groups(rows: list[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    found: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row.get(name) for name in names)].append(row)
    return found
