"""Student's t against scipy, and against the values that are whole numbers or angles."""

from __future__ import annotations

import math
import subprocess
import sys
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ced_cdisc.analyse.student_t import quantile, two_sided_p

FREEDOM = st.integers(1, 400) | st.sampled_from([1000, 5000, 20_000])


@settings(max_examples=300)
@given(st.floats(0.01, 60) | st.floats(60, 1e6), FREEDOM)
def test_both_tails_are_those_of_scipy(t: float, freedom: int) -> None:
    expected = 2 * float(stats.t.sf(t, freedom))
    assert two_sided_p(t, freedom) == pytest.approx(expected, rel=5e-12, abs=1e-290)
    assert two_sided_p(-t, freedom) == two_sided_p(t, freedom)


@pytest.mark.parametrize("freedom", [*range(1, 60), 99, 100, 341, 500, 1001, 5000, 100_000])
def test_the_quantile_is_that_of_scipy(freedom: int) -> None:
    assert quantile(freedom) == pytest.approx(float(stats.t.ppf(0.975, freedom)), rel=1e-12)
    assert two_sided_p(quantile(freedom), freedom) == pytest.approx(0.05, rel=1e-13)


@pytest.mark.parametrize("t", [1e-9, 1e-3, 0.3, 1.0, 1.7, 1.8, 40.0, 1e9])
def test_one_and_two_degrees_of_freedom_have_a_formula(t: float) -> None:
    assert two_sided_p(t, 1) == pytest.approx(2 / math.pi * math.atan2(1, t), rel=1e-13)
    root = math.hypot(t, math.sqrt(2))
    assert two_sided_p(t, 2) == pytest.approx(2 / (root * (root + t)), rel=1e-13)


@pytest.mark.parametrize("half", [1, 7, 170, 2500])
def test_the_density_in_the_middle_is_a_ratio_of_whole_numbers(half: int) -> None:
    """For 2m degrees it is m C(2m, m) / (4^m sqrt(2m)), and p falls by twice that from 1."""
    density = half * comb(2 * half, half) / 4**half / math.sqrt(2 * half)
    assert 1 - two_sided_p(1e-4, 2 * half) == pytest.approx(2e-4 * density, rel=1e-8)


@pytest.mark.parametrize(("t", "p"), [(0.0, 1.0), (1e-200, 1.0), (1e200, 0.0), (-math.inf, 0.0)])
def test_the_ends(t: float, p: float) -> None:
    assert two_sided_p(t, 19) == p


def test_no_number_gives_no_number() -> None:
    assert math.isnan(two_sided_p(math.nan, 19))


def test_results_need_no_scipy() -> None:
    """It would take longer to load than all results of a study to compute."""
    code = (
        "import sys; from ced_cdisc.analyse.methods import paired_t; paired_t([1.0, 2.5, 3.0]);"
        "sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
