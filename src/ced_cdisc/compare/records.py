"""Records without a partner, and keys that are not unique."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.compare.model import ComparedTable, Difference, Record
from ced_cdisc.compare.pairing import Pairing, nearly_paired, repeated
from ced_cdisc.compare.showing import value_text
from ced_cdisc.core.findings import Severity, counted, one_of
from ced_cdisc.core.moments import moment_of

_SUBJECTS = ("USUBJID", "SUBJID")


def one_sided(
    a: ComparedTable,
    b: ComparedTable,
    pairing: Pairing,
    keys_a: pl.DataFrame,
    keys_b: pl.DataFrame,
    shown: int,
) -> Iterator[Difference]:
    """Records of one side only: whole subjects first, then the others with their keys."""
    formats = {v.name: v.format for v in (*b.variables, *a.variables)}
    for side, rows, keys, others in (
        ("A", pairing.only_a, keys_a, keys_b),
        ("B", pairing.only_b, keys_b, keys_a),
    ):
        if not len(rows):
            continue
        if not keys.width:
            message = f"{counted(len(rows), 'record')} only in {side}: from row {int(rows[0]) + 1:,} on"
            yield Difference("CED701", message, cause=f"only in {side}", count=len(rows))
            continue
        yield from _by_subject(side, rows, keys, others, formats, shown)
    near = nearly_paired(keys_a, keys_b, pairing) if keys_a.width else None
    if near is not None:
        kind = moment_of(formats.get(near.key, ""))
        telling = telling_keys(keys_a, keys_b)
        left = keys_a[near.a[:shown]].to_dicts()
        right = keys_b[near.b[:shown]].to_dicts()
        records = tuple(
            Record(
                _place(one, [name for name in telling if name != near.key], formats),
                value_text(one[near.key], kind),
                value_text(other[near.key], kind),
            )
            for one, other in zip(left, right, strict=True)
        )
        message = (
            f"{counted(len(near.a), 'record')} only in A and as many only in B have the same keys but for "
            f"{near.key}"
        )
        yield Difference("CED701", message, near.key, "key value", 0, Severity.NOTE, records=records)


def telling_keys(keys_a: pl.DataFrame, keys_b: pl.DataFrame) -> list[str]:
    """The keys that tell records apart: without those such as STUDYID of which all records have one value."""
    telling = [name for name in keys_a.columns if _several(keys_a[name], keys_b[name])]
    return telling or keys_a.columns


def _several(one: pl.Series, other: pl.Series) -> bool:
    """Whether two columns have more than one value between them."""
    first = one[0] if len(one) else other[0] if len(other) else None
    return any(column.ne_missing(pl.Series([first], dtype=column.dtype)).any() for column in (one, other))


def _place(
    row: dict[str, object], names: Sequence[str], formats: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    return tuple((name, value_text(row[name], moment_of(formats.get(name, "")))) for name in names)


def _by_subject(
    side: str,
    rows: NDArray[np.uint32],
    keys: pl.DataFrame,
    others: pl.DataFrame,
    formats: dict[str, str],
    shown: int,
) -> Iterator[Difference]:
    cause = f"only in {side}"
    alone = keys[rows]
    subject = next((name for name in _SUBJECTS if name in keys.columns), None)
    rest = alone
    if subject is not None and keys.width > 1:
        absent = ~alone[subject].is_in(others[subject].unique().implode())
        whole = alone.filter(absent.fill_null(False))
        if whole.height:
            counts = whole.group_by(subject).len().sort(subject)
            listed = [f"{value_text(name)} ({counted(n, 'record')})" for name, n in counts.iter_rows()]
            message = (
                f"{counted(counts.height, 'subject')} only in {side}, "
                f"with {counted(whole.height, 'record')}: {one_of(listed)}"
            )
            yield Difference("CED701", message, cause=cause, count=whole.height)
            rest = alone.filter(~absent.fill_null(False))
    if rest.height:
        details: tuple[str, ...] = ()
        if subject is not None and keys.width > 1:
            counts = rest.group_by(subject).len().sort(subject)
            details = (
                "by subject: "
                + one_of([f"{value_text(name)} ({number:,})" for name, number in counts.iter_rows()]),
            )
        records = tuple(
            Record(_place(row, telling_keys(keys, others), formats)) for row in rest.head(shown).to_dicts()
        )
        yield Difference(
            "CED701",
            f"{counted(rest.height, 'record')} only in {side}",
            cause=cause,
            count=rest.height,
            details=details,
            records=records,
        )


def repeated_keys(
    pairing: Pairing,
    keys_a: pl.DataFrame,
    keys_b: pl.DataFrame,
    names: Sequence[str],
    values: Callable[[str], tuple[pl.Series, pl.Series]],
) -> Iterator[Difference]:
    """CED709: what was done where keys are not unique, and which variable would make them so.

    Args:
        pairing: the pairs.
        keys_a: the keys of A.
        keys_b: those of B.
        names: variables that are no keys.
        values: gives the values of one of them on both sides, of one type.
    """
    if not (pairing.repeated_a or pairing.repeated_b):
        return
    frame = keys_a if pairing.repeated_a else keys_b
    first = frame.filter(frame.is_duplicated()).head(1).to_dicts()[0]
    message = (
        f"the keys are not unique in {counted(pairing.repeated_a, 'record')} of A and "
        f"{pairing.repeated_b:,} of B: these are paired in the order of the records"
    )
    example = " ".join(f"{name}={value_text(value)}" for name, value in first.items())
    details = [f"such as {example}"]
    if missing := _completing(keys_a, keys_b, names, values):
        details.append(f"with {missing} among the keys they would be unique")
    yield Difference(
        "CED709",
        message,
        cause="repeated keys",
        count=pairing.repeated_a + pairing.repeated_b,
        severity=Severity.WARNING,
        details=tuple(details),
    )


def _completing(
    keys_a: pl.DataFrame,
    keys_b: pl.DataFrame,
    names: Sequence[str],
    values: Callable[[str], tuple[pl.Series, pl.Series]],
) -> str:
    """The first variable that makes the keys unique on both sides, or an empty text."""
    masks = [frame.is_duplicated() for frame in (keys_a, keys_b)]
    parts = [frame.filter(mask) for frame, mask in zip((keys_a, keys_b), masks, strict=True)]
    for name in names:
        together = zip(parts, masks, values(name), strict=True)
        if not any(
            repeated(part.with_columns(column.filter(mask).alias(name))) for part, mask, column in together
        ):
            return name
    return ""
