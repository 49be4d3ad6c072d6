"""Fractions of a second compare as numbers, however many digits they have, with comma and point alike."""

from __future__ import annotations

from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.conformance.dates import after
from ced_cdisc.derive.fast import dates
from ced_cdisc.expr import intervals, unsettled
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument
from ced_cdisc.recompute import partial

SECOND = "2020-01-31T10:00:00"
FRACTIONS = st.tuples(st.sampled_from(".,"), st.text("059", min_size=1, max_size=3)).map("".join)
HOW = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def fast(op: str, left: str, right: str) -> bool | None:
    frame = pl.DataFrame({"L": [left], "R": [right]})
    return frame.select(intervals.compare(op, pl.col("L"), pl.col("R"))).item()


def worth(fraction: str) -> Fraction:
    return Fraction(int(fraction[1:]), 10 ** (len(fraction) - 1))


@given(FRACTIONS, FRACTIONS, st.sampled_from(list(HOW)))
def test_two_fractions_compare_as_numbers(left: str, right: str, op: str) -> None:
    expected = HOW[op](worth(left), worth(right))
    assert fast(op, SECOND + left, SECOND + right) is expected
    assert partial.compare_dtc(op, SECOND + left, SECOND + right) is expected


@given(st.lists(FRACTIONS, min_size=1, max_size=4), st.booleans())
def test_the_earliest_and_the_latest_of_fractions(fractions: list[str], latest: bool) -> None:
    texts = [SECOND + one for one in fractions]
    found, is_doubtful = unsettled.extreme(texts, latest=latest)
    assert found is not None and not is_doubtful
    assert worth(found[19:]) == (max if latest else min)(map(worth, fractions))
    assert partial.extreme(texts, latest=latest) == found


@pytest.mark.parametrize(
    ("left", "right", "op", "expected"),
    [
        ("", ".5", "=", None),
        ("", ".5", "<", False),
        ("", ",5", "<=", True),
        (".5", "", "<=", True),
    ],
)
def test_beside_a_text_without_a_fraction_it_does_not_count(
    left: str, right: str, op: str, expected: bool | None
) -> None:
    assert fast(op, SECOND + left, SECOND + right) is expected
    assert partial.compare_dtc(op, SECOND + left, SECOND + right) is expected


def test_two_texts_that_are_no_moments_say_nothing() -> None:
    for op in HOW:
        assert fast(op, "2020-02-31T10:00:00.5", "2020-02-31T10:00:00.50") is None
        assert partial.compare_dtc(op, "2020-02-31T10:00:00.5", "2020-02-31T10:00:00.50") is None


@pytest.mark.parametrize(
    ("start", "at", "expected"), [(",5", ".4", False), (".4", ",5", True), (",5", ".5", True)]
)
def test_starts_by(start: str, at: str, expected: bool) -> None:
    frame = pl.DataFrame({"L": [SECOND + start], "R": [SECOND + at]})
    made = dates.starts_by([Argument(pl.col(name), Type.DTC) for name in "LR"])
    assert frame.select(made).item() is expected
    assert partial.starts_by(SECOND + start, SECOND + at) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(",5", ".4", True), (".4", ",5", False), (",5", ".5", False), ("", ",5", False)],
)
def test_the_check_reads_both(one: str, other: str, expected: bool) -> None:
    frame = pl.DataFrame({"L": [SECOND + one], "R": [SECOND + other]})
    assert frame.select(after(pl.col("L"), pl.col("R"))).item() is expected


def test_years_before_1000_keep_four_digits() -> None:
    for texts in (["0999-02-03", "0999-02-10T10"], ["0999", "0999-02-10"], ["0050-01", "0050-01-02"]):
        for latest in (False, True):
            assert partial.extreme(texts, latest=latest) == unsettled.extreme(texts, latest=latest)[0]
