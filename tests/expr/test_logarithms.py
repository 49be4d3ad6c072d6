"""Logarithms and powers of e: the nearest doubles, in both engines and beside the system's library."""

from __future__ import annotations

import math

import pytest
from fast_language import faults, values
from hypothesis import example, given
from hypothesis import strategies as st

from ced_cdisc.recompute import logarithms
from ced_cdisc.recompute.values import DataFault

LEAST, GREATEST = 5e-324, math.nextafter(math.inf, 0)
POSITIVE = st.floats(min_value=LEAST, max_value=GREATEST)


def _is_near(found: float, library: float) -> bool:
    return abs(found - library) <= 2 * math.ulp(library)


@given(POSITIVE)
@example(1.0)
@example(math.nextafter(1.0, 2))
@example(math.nextafter(1.0, 0))
@example(LEAST)
@example(GREATEST)
def test_logarithms(number: float) -> None:
    for function, other, library in (
        ("log", logarithms.log, math.log),
        ("log10", logarithms.log10, math.log10),
    ):
        (found,) = values(f"{function}(N)", N=[number])
        assert found == other(number)
        assert _is_near(found, library(number))
        assert faults(f"{function}(N)", N=[number])[0][1] == [False]


@given(st.floats(-750, 715))
@example(0.0)
@example(-745.13)
@example(-745.14)
@example(709.782712893384)
@example(math.nextafter(709.782712893384, 710))
@example(1e-300)
@example(-1e300)
@example(1e300)
def test_powers(number: float) -> None:
    (found,) = values("exp(N)", N=[number])
    assert found == logarithms.exp(number)
    try:
        library = math.exp(number)
    except OverflowError:
        assert found is None
        return
    assert found is not None
    assert _is_near(found, library)


def test_exact_values_are_exact() -> None:
    powers = [float(power) for power in range(-5, 23)]
    assert values("log10(N)", N=[float(f"1e{power:.0f}") for power in powers]) == powers
    assert values("log(N)", N=[1.0]) == values("log10(N)", N=[1.0]) == [0.0]
    assert values("exp(N)", N=[0.0]) == [1.0]


def test_the_nearest_double_and_not_that_of_a_library() -> None:
    """glibc gives the doubles beside them."""
    assert values("log10(N)", N=[3.07]) == [logarithms.log10(3.07)] == [0.48713837547718647]
    assert values("exp(N)", N=[5.66]) == [logarithms.exp(5.66)] == [287.1486425560543]


@pytest.mark.parametrize("function", ["log", "log10"])
@pytest.mark.parametrize(("number", "shown"), [(0.0, "0"), (-0.0, "0"), (-2.5, "-2.5")])
def test_no_logarithm(function: str, number: float, shown: str) -> None:
    assert values(f"{function}(N)", N=[number]) == [None]
    assert faults(f"{function}(N)", N=[number]) == [("logarithm", [True], [shown])]
    with pytest.raises(DataFault) as caught:
        {"log": logarithms.log, "log10": logarithms.log10}[function](number)
    assert caught.value.message == f"{shown} has no logarithm"
    assert faults(f"if(N > 0, {function}(N), missing)", N=[number])[0][1] == [False]
