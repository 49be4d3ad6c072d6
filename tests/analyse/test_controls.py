"""The comparisons with the historic controls, from the target values: as the study model states them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from scipy import stats

from ced_cdisc.analyse import methods
from ced_cdisc.analyse.numbers import fixed

TARGETS = Path(__file__).parents[2] / "examples" / "improve_ced" / "targets"


def rows(name: str) -> list[dict[str, str]]:
    with (TARGETS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def controls() -> list[tuple[float, float]]:
    return [(float(row["CBFPCT_BL"]), float(row["CBFPCT_FU"])) for row in rows("controls")]


@pytest.fixture(scope="module")
def treated() -> list[tuple[float, float]]:
    flow = {
        (row["SUBJID"], row["VISIT"], row["STEP"]): math.pi
        * float(row["APV_CMS"])
        / 2
        * (float(row["DIAM_MM"]) / 20) ** 2
        * 60
        for row in rows("cath_steps")
        if row["STEP"] in ("BASELINE", "ACH 1E-4")
    }

    def response(subject: str, visit: str) -> float:
        return 100 * (flow[subject, visit, "ACH 1E-4"] / flow[subject, visit, "BASELINE"] - 1)

    names = [row["SUBJID"] for row in rows("subjects")]
    return [(response(name, "BASELINE"), response(name, "MONTH 6")) for name in names]


def test_controls_do_not_change(controls: list[tuple[float, float]]) -> None:
    assert len(controls) == 51  # quartiles of 20.25 and -21.25 go away from zero
    for side, expected in ((0, ["2.6", "-27.0", "20.3"]), (1, ["6.8", "-21.3", "28.2"])):
        found = methods.median_and_quartiles([pair[side] for pair in controls], 7).values
        assert [fixed(found[name], 1) for name in ("median", "q1", "q3")] == expected
    changes = [after - before for before, after in controls]
    found = methods.wilcoxon_signed_rank(changes)
    assert found.variant == "normal approximation, with continuity correction"  # 51 are too many
    assert fixed(found.values["p"], 2) == "0.32"
    assert fixed(methods.paired_t(changes).values["p"], 2) == "0.47"


def test_treated_subjects_change_more_than_controls(
    controls: list[tuple[float, float]], treated: list[tuple[float, float]]
) -> None:
    first, second = ([after - before for before, after in group] for group in (controls, treated))
    found = methods.mann_whitney(first, second)
    assert (found.values["n1"], found.values["n2"]) == (51, 20)
    assert found.values["p"] == pytest.approx(float(stats.mannwhitneyu(second, first).pvalue))
    assert fixed(found.values["p"], 4) == "0.0225"
    adjusted = methods.ancova(*([(a - b, b) for b, a in group] for group in (controls, treated))).values
    assert adjusted["difference"] > 0
    assert adjusted["p"] < 0.05
