"""The records of a failure, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.conformance import Failure, Record, one_line
from ced_cdisc.core.findings import printable

_SHOWN = 120


def record_lines(failure: Failure) -> Iterator[str]:
    """The records of a failure that are listed, and how many more there are."""
    for record in failure.records:
        yield f"      {record_line(record)}"
    rest = failure.count - len(failure.records)
    if rest > 0 and failure.records:
        yield f"      and {rest:,} more"


def record_line(record: Record) -> str:
    """Row, subject, sequence and the values that count."""
    who = [record.subject, f"seq {record.sequence}" if record.sequence else ""]
    told = " ".join(w for w in (f"row {record.row}", *who) if w)
    values = one_line((n, None if v is None else cut(v)) for n, v in record.values)
    return printable(f"{told}: {values}" if values else told)


def cut(text: str) -> str:
    """A text of the data as one printable line of bounded length."""
    shown = printable(text)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."
