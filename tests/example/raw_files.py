"""The raw files of the example as csv reads them, and what the site meant by them."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal

from example_study import RAW

Raw = dict[str, str]

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def table(name: str) -> list[Raw]:
    if name.endswith(".txt"):
        with (RAW / name).open(newline="", encoding="cp1252") as stream:
            return list(csv.DictReader(stream, delimiter="|"))
    with (RAW / name).open(newline="", encoding="utf-8-sig") as stream:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(stream)]


def moment(day: str, time: str) -> str:
    """`05-JUN-2018` and `0835` or `08:35` in ISO 8601."""
    number, month, year = day.split("-")
    time = time.replace(":", "")
    return f"{year}-{MONTHS.index(month) + 1:02}-{number}" + (f"T{time[:2]}:{time[2:]}" if time else "")


def subject(row: Raw) -> str:
    return f"IMPROVECED-{row['SUBJ'].strip()}"


def rounded(number: Decimal, digits: int) -> float:
    return float(number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
