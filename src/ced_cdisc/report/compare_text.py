"""A comparison as plain text: the summary of all datasets, then the differences of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ced_cdisc.compare.model import Comparison, DatasetComparison, Difference, tolerance_text
from ced_cdisc.core.findings import Severity, counted, printable


def comparison_text(comparison: Comparison) -> str:
    """The whole report; lines end in a line feed, none has trailing blanks."""
    return "\n".join(line.rstrip() for line in _lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"A: {printable(comparison.a)}"
    yield f"B: {printable(comparison.b)}"
    yield tolerance_text(comparison.tolerance)
    for note in comparison.notes:
        yield f"{note.severity.value}: {note.code} {printable(note.message)}"
    yield ""
    yield from _summary(comparison.datasets)
    for dataset in comparison.datasets:
        if dataset.differences:
            yield ""
            yield from _dataset(dataset)
    yield ""
    yield verdict(comparison)


def verdict(comparison: Comparison) -> str:
    """The last line: whether all is equal, else how many datasets differ."""
    unequal = sum(not dataset.equal for dataset in comparison.datasets)
    total = len(comparison.datasets)
    if not unequal:
        return "A and B are equal" if total == 1 else f"A and B are equal in all {total} datasets"
    return f"{unequal:,} of {counted(total, 'dataset')} differ{'s' if unequal == 1 else ''}"


def keys_text(dataset: DatasetComparison) -> str:
    """The keys and where they come from, or that records were paired by position."""
    if dataset.rows_a is None or dataset.rows_b is None:
        return ""
    return f"{' '.join(dataset.keys)} ({dataset.keys_from})" if dataset.keys else "position"


def _summary(datasets: Sequence[DatasetComparison]) -> Iterator[str]:
    rows = [("dataset", "rows A", "rows B", "paired", "result", "keys")]
    rows += [
        (
            dataset.name,
            "-" if dataset.rows_a is None else f"{dataset.rows_a:,}",
            "-" if dataset.rows_b is None else f"{dataset.rows_b:,}",
            f"{dataset.paired:,}",
            dataset.result,
            keys_text(dataset),
        )
        for dataset in datasets
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for name, a, b, paired, result, keys in rows:
        numbers = f"{a:>{widths[1]}}  {b:>{widths[2]}}  {paired:>{widths[3]}}"
        yield f"{name:<{widths[0]}}  {numbers}  {result:<{widths[4]}}  {keys}"


def _dataset(dataset: DatasetComparison) -> Iterator[str]:
    yield f"{dataset.name}: {dataset.result}"
    for difference in dataset.differences:
        yield from _difference(difference)


def _difference(difference: Difference) -> Iterator[str]:
    word = "" if difference.severity is Severity.ERROR else f"{difference.severity.value}: "
    yield f"  {difference.code} {word}{printable(difference.message)}"
    for detail in difference.details:
        yield f"      {printable(detail)}"
    for record in difference.records:
        values = f": A {record.a}, B {record.b}" if record.a or record.b else ""
        yield f"      {printable(record.place + values)}"
    left = difference.count - len(difference.records)
    if difference.records and left > 0:
        yield f"      and {left:,} more"
