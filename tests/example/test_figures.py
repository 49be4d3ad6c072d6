"""The figures that the trial published, from the transport files alone.

Read with pyreadstat and tested with scipy, so that nothing of ced_cdisc stands between the files and the
figures.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from transport_files import Dataset, Row, read_file

SCALES = ["SAQPL", "SAQAS", "SAQAF", "SAQTS", "SAQQL"]


@pytest.fixture(scope="module")
def data(out: Path) -> dict[str, Dataset]:
    names = ["ADSL", "ADCF", "ADCCS", "ADNTG", "ADQSSAQ", "ADEXER"]
    read = {name: read_file(out / "adam" / f"{name.lower()}.xpt") for name in names}
    return read | {name: read_file(out / "sdtm" / f"{name.lower()}.xpt") for name in ("XC", "XR")}


def analysed(data: Dataset, parameter: str, visit: str) -> dict[str, Row]:
    """The records of an analysis by subject: infused subjects, one record each."""
    rows = data.where(PARAMCD=parameter, AVISIT=visit, ANL01FL="Y", CELLFL="Y")
    done = {row["USUBJID"]: row for row in rows}
    assert len(done) == len(rows) == 20
    return done


def values(data: Dataset, parameter: str, visit: str, variable: str = "AVAL") -> list[float]:
    return [row[variable] for row in analysed(data, parameter, visit).values()]


def printed(number: float, decimals: int) -> str:
    """The number as printed: halves away from zero, after the noise of the ninth decimal is gone."""
    exact = Decimal(repr(round(float(number), 9)))
    return str(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def printed_p(p: float) -> str:
    """A P value as printed: two significant digits."""
    exact = Decimal(repr(float(p)))
    return format(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), rounding=ROUND_HALF_UP), "f")


def quartiles(numbers: list[float]) -> list[float]:
    """Median, first and third quartile; quantiles of type 7."""
    return [float(x) for x in np.percentile(numbers, [50, 25, 75], method="linear")]


def mean_sd(numbers: list[float], decimals: int) -> str:
    mean, sd = np.mean(numbers), np.std(numbers, ddof=1)
    return f"{printed(float(mean), decimals)}±{printed(float(sd), decimals)}"


def signed_rank(changes: list[float], method: str) -> float:
    """Wilcoxon signed-rank test: zeros dropped; the normal approximation with ties and continuity corrected.

    Differences of averages over 14 days tie only after rounding.
    """
    rounded = np.round(changes, 9)
    sizes = np.abs(rounded[rounded != 0])
    exact = method == "exact"
    assert not exact or len(np.unique(sizes)) == len(changes), "the exact test allows no zeros and no ties"
    return float(stats.wilcoxon(rounded, zero_method="wilcox", correction=not exact, method=method).pvalue)


def test_twenty_infused_subjects_are_52_13_years_old_and_75_percent_women(data: dict[str, Dataset]) -> None:
    infused = data["ADSL"].where(CELLFL="Y")
    women = sum(row["SEX"] == "F" for row in infused)
    assert len(infused) == 20
    assert mean_sd([row["AGE"] for row in infused], 0) == "52±13"
    assert (women, printed(100 * women / len(infused), 0)) == (15, "75")


@pytest.mark.parametrize(
    ("visit", "expected"),
    [("Baseline", ["7.2", "-18.0", "32.4"]), ("Month 6", ["57.6", "16.3", "98.3"])],
)
def test_blood_flow_response_to_acetylcholine(
    data: dict[str, Dataset], visit: str, expected: list[str]
) -> None:
    assert [printed(x, 1) for x in quartiles(values(data["ADCF"], "CBFPCT", visit))] == expected


def test_blood_flow_response_improves_by_the_exact_test(data: dict[str, Dataset]) -> None:
    assert printed_p(signed_rank(values(data["ADCF"], "CBFPCT", "Month 6", "CHG"), "exact")) == "0.014"


def flow_response(data: Dataset, subject: str, visit: float) -> float:
    """Percent change of the flow, from the step before acetylcholine to the highest dose completed."""
    found = data.where(USUBJID=subject, VISITNUM=visit, XCREPNUM=1)
    rows = [row for row in found if row["XCSTRESN"] is not None]
    velocity = {row["XCTPTNUM"]: row["XCSTRESN"] for row in rows if row["XCTESTCD"] == "APVEL"}
    middle = [row for row in rows if (row["XCTESTCD"], row["XCLOC"]) == ("MEANVDIA", "MID-LAD ARTERY")]
    diameter = {row["XCTPTNUM"]: row["XCSTRESN"] for row in middle}
    flow = {
        step: math.pi * velocity[step] / 2 * (diameter[step] / 20) ** 2 * 60
        for step in velocity.keys() & diameter.keys()
    }
    return 100 * (flow[max(step for step in flow if 1 <= step <= 3)] / flow[0] - 1)


def test_blood_flow_response_is_derived_from_velocity_and_diameter(data: dict[str, Dataset]) -> None:
    derived = data["ADCF"].where(PARAMCD="CBFPCT", HCFL="N")
    assert len(derived) == 41
    for row in derived:
        response = flow_response(data["XC"], row["USUBJID"], row["VISITNUM"])
        assert row["AVAL"] == pytest.approx(response, rel=1e-9)


def test_blood_flow_response_is_not_copied_from_the_report(data: dict[str, Dataset]) -> None:
    reported = {
        (row["USUBJID"], row["VISITNUM"]): row["XRSTRESN"] for row in data["XR"].where(XRTESTCD="PCTCBF")
    }
    derived = data["ADCF"].where(PARAMCD="CBFPCT", HCFL="N")
    assert len(derived) == 41
    for row in derived:
        report = reported[row["USUBJID"], row["VISITNUM"]]
        assert row["AVAL"] != report
        assert row["AVAL"] == pytest.approx(report, abs=0.1)


def test_angina_class_falls(data: dict[str, Dataset]) -> None:
    classes = data["ADCCS"]
    assert mean_sd(values(classes, "CCSCLASS", "Baseline"), 1) == "3.7±0.5"
    assert mean_sd(values(classes, "CCSCLASS", "Month 6"), 1) == "1.7±0.9"
    p = signed_rank(values(classes, "CCSCLASS", "Month 6", "CHG"), "asymptotic")
    assert printed_p(p) == "0.00018"


def test_nitroglycerin_use_falls(data: dict[str, Dataset]) -> None:
    def figures(visit: str) -> list[str]:
        found = [printed(x, 1) for x in quartiles(values(data["ADNTG"], "NTGDAY", visit))]
        return [text.removesuffix(".0") for text in found]

    assert figures("Baseline") == ["1", "0.4", "3.5"]
    assert figures("Month 6") == ["0", "0", "1"]
    p = signed_rank(values(data["ADNTG"], "NTGDAY", "Month 6", "CHG"), "asymptotic")
    assert printed_p(p) == "0.00047"


@pytest.mark.parametrize("scale", SCALES)
def test_each_scale_of_the_seattle_angina_questionnaire_improves(
    data: dict[str, Dataset], scale: str
) -> None:
    changes = values(data["ADQSSAQ"], scale, "Month 6", "CHG")
    assert np.mean(changes) > 0
    assert signed_rank(changes, "asymptotic") < 0.05


def test_exercise_time_does_not_change_significantly(data: dict[str, Dataset]) -> None:
    changes = values(data["ADEXER"], "EXTIME", "Month 6", "CHG")
    assert signed_rank(changes, "asymptotic") > 0.05
    assert stats.ttest_1samp(changes, 0).pvalue > 0.05
