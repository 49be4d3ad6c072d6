"""Ratios within subjects of a crossover: two treatments in two periods, in either order."""

from __future__ import annotations

import contextlib
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import ced_cdisc
from ced_cdisc.core.findings import Severity, Stopped
from small_study import write_study

# subject, sex (1 M: treatment 1 first, 2 F: treatment 2 first), value of the first and of the second period
PEOPLE = [
    ("001", 1, 120.5, 131),
    ("002", 2, 118, 150.2),
    ("003", 1, 140, 127),
    ("004", 2, 103, 141),
    ("005", 2, 125, 125),
    ("006", 1, 169, 130),
    ("007", 2, 138, None),
]
DOSE = "SUBJ,DAY,DOSDT,DOSE\n" + "".join(
    f"{who},1,10-FEB-2020,{first}\n" + (f"{who},2,17-FEB-2020,{second}\n" if second else "")
    for who, _, first, second in PEOPLE
)
DEMOG = "SUBJ,BRTHDAT,SEX,ICFDT\n" + "".join(
    f"{who},05-JUN-1970,{sex},01-FEB-2020\n" for who, sex, *_ in PEOPLE
)
ADEX = """\
dataset: ADEX
label: Exposure Analysis Dataset
class: BDS
from: EX
rows:
  ADT: {derive: "date(EX.EXSTDTC)"}
  APERIOD: {derive: EX.EXSEQ}
parameters:
  DOSE: {param: Dose (mg), value: EX.EXDOSE}
variables:
  TRTA:
    cases: [{when: "(ADSL.SEX = 'M') = FIRST", then: "'Tablet'"}, {else: "'Capsule'"}]
    number: TRTAN
sort: [PARAMCD, ADT]
results:
""".replace("(ADSL.SEX = 'M') = FIRST", "ADSL.SEX = 'M' and APERIOD = 1 or ADSL.SEX = 'F' and APERIOD = 2")
DISPLAYS = "displays:\n  T1: {title: Ratio, reason: SPECIFIED IN SAP, purpose: PRIMARY OUTCOME MEASURE}\n"
ADSL = {"mappings/adam/adsl.yaml": ("  NAE:", "  TRTEDT: {derive: TRTSDT}\n  NAE:")}


def result(method: str, *more: str, data: str = "PARAMCD = 'DOSE'", id: str = "R") -> str:
    head = [
        f"id: {id}",
        "display: T1",
        "what: Dose",
        f'data: "{data}"',
        "variable: AVAL",
        f"method: {method}",
    ]
    return "  - " + "\n    ".join([*head, *more]) + "\n"


CROSSOVER = ("group: TRTAN", "period: APERIOD")


def write(folder: Path, results: str, dose: str = DOSE) -> None:
    write_study(folder, {**ADSL, "define/define.yaml": ("documents:", f"{DISPLAYS}documents:")})
    (folder / "mappings/adam/adex.yaml").write_text(ADEX + results)
    (folder / "raw/dose.csv").write_text(dose)
    (folder / "raw/demog.csv").write_text(DEMOG)
    (folder / "raw/ae.csv").write_text("SUBJ,AENO,TERM,SEV,START,STOP\n")


def build(folder: Path, results: str, dose: str = DOSE) -> tuple[dict[str, dict[str, Any]], list[str]]:
    write(folder, results, dose)
    folders = {"mappings": folder / "mappings", "define": folder / "define"}
    made = ced_cdisc.build(folder / "raw", folder / "out", **folders, check=False)
    (display,) = json.loads((folder / "out/adam/results.json").read_bytes())["displays"]
    said = [str(f).replace(f"{folder}/", "") for f in made.findings if "CED289" in str(f)]
    return {one["id"]: one for one in display["results"]}, said


def by_least_squares(confidence: float) -> list[float]:
    """Ratio, interval and CV of a model with a fixed effect of each subject, period and treatment."""
    rows: list[list[float]] = []
    y: list[float] = []
    for i, (_, sex, *values) in enumerate(PEOPLE):
        for period, value in enumerate(values):
            if value is not None:
                rows.append([*(float(i == k) for k in range(len(PEOPLE))), period, float(sex == 1) == period])
                y.append(np.log(value))
    design = np.array(rows, dtype=float)
    effects = np.linalg.lstsq(design, np.array(y), rcond=None)[0]
    rest, freedom = np.array(y) - design @ effects, len(y) - np.linalg.matrix_rank(design)
    square = rest @ rest / freedom
    half = stats.t.ppf((1 + confidence) / 2, freedom) * np.sqrt(
        np.linalg.pinv(design.T @ design)[-1, -1] * square
    )
    ratio = [np.exp(effects[-1] + sign * half) for sign in (0, -1, 1)]
    return [*ratio, 100 * np.sqrt(np.exp(square) - 1)]


def test_it_is_the_analysis_of_variance_of_the_logarithms(tmp_path: Path) -> None:
    more = ("show: '{ratio:4} ({lower:4}, {upper:4}) {cv:1} {n} {unpaired}'", "confidence: 90")
    found, said = build(
        tmp_path,
        result("crossover ratio", *CROSSOVER, *more)
        + result("crossover ratio", *CROSSOVER, "reference: 2", id="T"),
    )
    # the later group is the capsule; the effect of the design's last column is that of capsule over tablet
    values = found["R"]["values"]
    assert [values[name] for name in ("ratio", "lower", "upper", "cv")] == pytest.approx(
        by_least_squares(0.9)
    )
    assert (values["n"], values["unpaired"], found["R"]["groups"]) == (6, 1, ["1", "2"])
    assert found["R"]["variant"] == (
        "ratio of geometric means within subjects and 90 % CI, 2 / 1, 1 subject with one treatment left out"
    )
    assert found["T"]["values"]["ratio"] == pytest.approx(1 / values["ratio"])
    assert found["T"]["variant"] == (
        "ratio of geometric means within subjects and 95 % CI, 1 / 2, 1 subject with one treatment left out"
    )
    assert said == []


def test_the_program_of_define_xml_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = result(
        "crossover ratio", "group: TRTA", "period: APERIOD", "reference: Tablet", "confidence: 90"
    )
    results += result("geometric mean", "confidence: 80", data="PARAMCD = 'DOSE' and TRTAN = 2", id="G")
    found, _ = build(tmp_path, results)
    text = (tmp_path / "out/adam/define.xml").read_text()
    monkeypatch.chdir(tmp_path / "out/adam")
    for name, keys in (("R", ("ratio", "lower", "upper", "cv")), ("G", ("mean", "lower", "upper", "cv"))):
        code = re.search(rf'OID="AR\.{name}".*?<arm:Code>(.*?)</arm:Code>', text, re.DOTALL)
        assert code is not None
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(html.unescape(code[1]), {})
        values = [found[name]["values"][key] for key in keys]
        assert [float(word) for word in printed.getvalue().split()] == pytest.approx(values)
    said = re.search(r'OID="AR\.R".*?<arm:Documentation>.*?xml:lang="en">(.*?)<', text, re.DOTALL)
    assert said is not None
    assert said[1] == (
        "Records of ADEX with PARAMCD = DOSE. Ratio of geometric means of AVAL within subjects, the other group "
        "of TRTA divided by that with TRTA = Tablet: the analysis of variance of the natural logarithms with "
        "sequence, subject within sequence, period (APERIOD) and treatment (TRTA) as fixed effects, with the "
        "90 % confidence interval of the difference of treatments by Student's t, transformed back. Subjects "
        "with a value of one treatment only tell nothing of the difference and are left out. The coefficient of "
        "variation within subjects is 100 times the root of exp(mean square of the residuals) - 1. It is that of "
        "lm(log(value) ~ subject + period + treatment) in R, and of PROC GLM in SAS."
    )
    variables = re.search(r'OID="AR\.R".*?</arm:AnalysisDataset>', text, re.DOTALL)
    assert variables is not None
    assert re.findall(r'ItemOID="IT\.ADEX\.(\w+)"', variables[0]) == ["AVAL", "TRTA", "APERIOD"]


def doses(*rows: str) -> str:
    return "SUBJ,DAY,DOSDT,DOSE\n" + "".join(
        f"{who},{day},{9 + int(day)}-FEB-2020,{value}\n" for who, day, value in (row.split() for row in rows)
    )


SCARCE = {
    "no subject with both treatments had them in one of their orders": (
        "NE",
        {"n": 2, "unpaired": 5},
        ["001 1 5", "001 2 6", "003 1 7", "003 2 9"],
    ),
    "a confidence interval needs three subjects with both treatments": (
        "1.20 (NE, NE)",
        {"n": 2, "unpaired": 5, "ratio": 1.2},
        ["001 1 5", "001 2 6", "002 1 12", "002 2 10"],
    ),
    "a value is not above 0": (
        "NE",
        {"n": 2, "unpaired": 5},
        ["001 1 5", "001 2 6", "002 1 0", "002 2 10"],
    ),
    "the ratios of the subjects of each order are equal": (
        "1.00 (NE, NE)",
        {"n": 3, "unpaired": 4, "ratio": 1},
        ["001 1 5", "001 2 5", "003 1 7", "003 2 7", "002 1 10", "002 2 10"],
    ),
}


@pytest.mark.parametrize("why", SCARCE)
def test_values_that_do_not_suffice(tmp_path: Path, why: str) -> None:
    printed, values, rows = SCARCE[why]
    rest = [f"{who} 1 8" for who, *_ in PEOPLE if not any(row.startswith(who) for row in rows)]
    found, said = build(tmp_path, result("crossover ratio", *CROSSOVER), doses(*rows, *rest))
    assert said == [
        f"mappings/adam/adex.yaml:16:9 CED289 the result R by crossover ratio cannot be computed: {why}"
    ]
    assert (found["R"]["printed"], found["R"]["values"]) == (printed, pytest.approx(values))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("group: TRTAN", "period: PARAMN"), "PARAMN has 1 periods with values, not two"),
        (("group: TRTAN", "period: APERIOD", "reference: 3"), "no group of TRTAN with values is 3"),
    ],
)
def test_groups_and_periods_that_do_not_fit(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    found, said = build(tmp_path, result("crossover ratio", *options))
    assert said == [
        f"mappings/adam/adex.yaml:16:9 CED289 the result R by crossover ratio cannot be computed: {why}"
    ]
    assert found["R"]["printed"] == "NE"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("crossover ratio", "group: PARAMN", "period: APERIOD"),
            "one subject and PARAMN, for 6 in all",
        ),
        (
            ("geometric mean ratio", "group: TRTAN", "variances: equal"),
            "one subject, for 6 in all; "
            "where each subject had both treatments in turn, write method: crossover ratio",
        ),
    ],
)
def test_several_records_of_a_subject(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    with pytest.raises(Stopped) as caught:
        build(tmp_path, result(*options))
    errors = [one for one in caught.value.findings.sorted() if one.severity is Severity.ERROR]
    assert [str(one).replace(f"{tmp_path}/", "") for one in errors] == [
        f"mappings/adam/adex.yaml:16:9 CED288 the result R takes several records of {said}"
        + "".join(f"\n    subject T1-00{number}" for number in range(1, 6))
    ]


def test_a_subject_with_both_treatments_in_one_period(tmp_path: Path) -> None:
    period = ("  APERIOD: {derive: EX.EXSEQ}", '  APERIOD: {derive: "if(EX.EXDOSE = 131, 1, EX.EXSEQ)"}')
    write(tmp_path, result("crossover ratio", *CROSSOVER))
    adex = tmp_path / "mappings/adam/adex.yaml"
    # the treatment goes by the number of the dose, as it did
    adex.write_text(
        adex.read_text()
        .replace(*period)
        .replace("and APERIOD =", "and EXSEQ =")
        .replace("rows:\n", "rows:\n  EXSEQ: {copy: EX.EXSEQ}\n")
    )
    folders = {"mappings": tmp_path / "mappings", "define": tmp_path / "define"}
    made = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", **folders, check=False)
    assert [str(one).replace(f"{tmp_path}/", "") for one in made.findings if one.code == "CED289"] == [
        "mappings/adam/adex.yaml:17:9 CED289 the result R by crossover ratio cannot be computed: "
        "a subject has both treatments in one APERIOD"
    ]
