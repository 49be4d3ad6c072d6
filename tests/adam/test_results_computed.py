"""Results of a small study: every method, what is selected, and what is said where values do not suffice."""

from __future__ import annotations

import contextlib
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analysis_study import build, refused, write
from lxml import etree
from result_specs import FIGURE, RESULT, WITH_DISPLAY, advs
from scipy import stats

import ced_cdisc
from ced_cdisc.core.findings import Severity
from ced_cdisc.pipeline import Build

# subject, sex (1 M, 2 F), systolic pressure before and after; one has no value after
PEOPLE = [
    ("001", 1, 120, 131),
    ("002", 2, 118, 110),
    ("003", 1, 140, 155),
    ("004", 2, 133, 131),
    ("005", 2, 125, 125),
    ("006", 1, 129, 150),
    ("007", 2, 138, 119),
    ("008", 1, 122, None),
]
RAW = {
    "raw/demog.csv": "SUBJ,BRTHDAT,SEX,ICFDT\n"
    + "".join(f"{who},05-JUN-1970,{sex},01-FEB-2020\n" for who, sex, _, _ in PEOPLE),
    "raw/dose.csv": "SUBJ,DAY,DOSDT,DOSE\n" + "".join(f"{who},1,10-FEB-2020,5\n" for who, *_ in PEOPLE),
    "raw/vitals.csv": "SUBJ,NO,DAT,VIS,SBP,PULSE\n"
    + "".join(
        f"{who},1,03-FEB-2020,1,{before},70\n" + (f"{who},2,17-FEB-2020,2,{after},71\n" if after else "")
        for who, _, before, after in PEOPLE
    ),
}
FILES = {**WITH_DISPLAY, **RAW}
CHANGE = "\"PARAMCD = 'SYSBP' and AVISIT = 'Week 1' and ANL01FL = 'Y'\""
AFTER = CHANGE
BEFORE = "\"PARAMCD = 'SYSBP' and AVISIT = 'Baseline' and ANL01FL = 'Y'\""
CHANGES = [after - before for _, _, before, after in PEOPLE if after]


def one(name: str, data: str, variable: str, method: str, *more: str) -> str:
    lines = [f"id: {name}", "display: T1.1", f"what: {name}", f"data: {data}", f"variable: {variable}"]
    return "  - " + "\n    ".join([*lines, f"method: {method}", *more]) + "\n"


EVERY = "".join(
    (
        one("RECORDS", "\"PARAMCD in ('SYSBP', 'PULSE')\"", "AVAL", "count"),
        one("HIGH", '"AVAL >= 130 and AVISITN != 1"', "AVAL", "count"),
        one("NONE", "\"PARAMCD = 'PULSE'\"", "AVAL", "count", "value: 80"),
        one("WOMEN", BEFORE, "SEX", "n and percent", "value: F", 'show: "{n}/{total} ({percent:1}%)"'),
        one("EXACT", BEFORE, "SEX", "percent and exact CI", "value: F"),
        one("ABSENT", BEFORE, "AVAL", "percent and exact CI", "value: 7"),
        one("MEAN", BEFORE, "AVAL", "mean and SD"),
        one("MEDIAN", BEFORE, "AVAL", "median and quartiles", "quantiles: SAS 5"),
        one("RANGE", BEFORE, "AVAL", "min and max", 'show: "{min:0}-{max:0}"'),
        one("GEOMETRIC", BEFORE, "AVAL", "geometric mean"),
        one("RATIO", AFTER, "AVAL", "geometric mean ratio", "group: SEX", "variances: equal"),
        one(
            "TURNED",
            AFTER,
            "AVAL",
            "geometric mean ratio",
            "group: SEX",
            "variances: unequal",
            "reference: M",
        ),
        one(
            "DIFFERENCE",
            AFTER,
            "AVAL",
            "difference of percentages",
            "value: 131",
            "group: SEX",
            "reference: M",
            "confidence: 90",
        ),
        one("EVENTS", BEFORE, "AVAL", "event rate", "time: BASE", "per: 100", "confidence: 90"),
        one("WILCOXON", CHANGE, "CHG", "wilcoxon signed rank", "sensitivity: [{method: paired t}]"),
        one("GROUPS", CHANGE, "CHG", "mann whitney", "group: SEX"),
        one(
            "ANCOVA",
            CHANGE,
            "CHG",
            "ancova",
            "group: SEX",
            "covariate: BASE",
            'show: "{difference:1}, P={p}"',
        ),
    )
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    folder = tmp_path_factory.mktemp("results")
    return build(
        folder, advs(EVERY, FIGURE.replace("mean and SD\n", "mean and SD\n    result: WILCOXON\n")), FILES
    ), (folder / "out")


@pytest.fixture(scope="module")
def found(made: tuple[Build, Path]) -> dict[str, Any]:
    document = json.loads((made[1] / "adam" / "results.json").read_bytes())
    (display,) = document["displays"]
    assert (document["study"], display["id"], display["title"]) == ("T1", "T1.1", "Blood Pressure")
    return {result["id"]: result for result in display["results"]}


def test_every_method_prints_its_result(made: tuple[Build, Path], found: dict[str, Any]) -> None:
    p = stats.wilcoxon(CHANGES, correction=True, method="asymptotic").pvalue
    men = [a - b for _, sex, b, a in PEOPLE if a and sex == 1]
    women = [a - b for _, sex, b, a in PEOPLE if a and sex == 2]
    u = stats.mannwhitneyu(women, men, method="exact")
    assert {name: result["printed"] for name, result in found.items()} == {
        "RECORDS": "30",
        "HIGH": "3",
        "NONE": "0",
        "WOMEN": "4/8 (50.0%)",
        "EXACT": "4/8 50.0% (15.7%, 84.3%)",
        "ABSENT": "0/8 0.0% (0.0%, 36.9%)",
        "MEAN": "128.1±8.3",
        "MEDIAN": "127.0 [121.0, 135.5]",
        "RANGE": "118-140",
        "GEOMETRIC": "127.9 (121.2, 134.9)",
        "RATIO": found["RATIO"]["printed"],
        "TURNED": found["TURNED"]["printed"],
        "DIFFERENCE": "-8.3% (-61.8%, 46.9%)",
        "EVENTS": "1025/1025.0 100.00 (94.92, 105.29)",
        "WILCOXON": f"P={p:.2g}",
        "GROUPS": f"P={u.pvalue:.2g}",
        "ANCOVA": found["ANCOVA"]["printed"],
    }
    assert found["GROUPS"]["groups"] == found["ANCOVA"]["groups"] == ["F", "M"]
    assert found["GROUPS"]["variant"] == "Mann-Whitney test, exact distribution"
    assert [str(f) for f in made[0].findings] == []


def test_covariance_is_adjusted_by_least_squares(found: dict[str, Any]) -> None:
    rows = [(1.0, float(sex == 1), b, a - b) for _, sex, b, a in PEOPLE if a]
    design, y = np.array([row[:3] for row in rows]), np.array([row[3] for row in rows])
    effects, rest, _, _ = np.linalg.lstsq(design, y, rcond=None)
    without = np.linalg.lstsq(design[:, [0, 2]], y, rcond=None)[1]
    p = stats.f.sf((without[0] - rest[0]) / (rest[0] / 4), 1, 4)
    assert found["ANCOVA"]["values"]["difference"] == pytest.approx(effects[1])
    assert found["ANCOVA"]["values"]["p"] == pytest.approx(p)
    assert found["ANCOVA"]["printed"] == "23.1, P=0.020"


def test_the_ratio_says_which_group_is_divided_by_which(found: dict[str, Any]) -> None:
    logs = {sex: [math.log(after) for _, s, _, after in PEOPLE if after and s == sex] for sex in (1, 2)}
    for name, equal, (below, above) in (("RATIO", True, (2, 1)), ("TURNED", False, (1, 2))):
        test = stats.ttest_ind(logs[above], logs[below], equal_var=equal).confidence_interval(0.95)
        expected = [np.mean(logs[above]) - np.mean(logs[below]), test.low, test.high]
        values = [found[name]["values"][key] for key in ("ratio", "lower", "upper")]
        assert values == pytest.approx(np.exp(expected).tolist())
    said = [(found[n]["groups"], found[n]["variant"], found[n]["printed"]) for n in ("RATIO", "TURNED")]
    assert said == [
        (["F", "M"], "ratio of geometric means and 95 % CI, equal variances, M / F", "1.20 (1.02, 1.40)"),
        (["M", "F"], "ratio of geometric means and 95 % CI, unequal variances, F / M", "0.83 (0.70, 1.00)"),
    ]


def test_the_json_says_what_was_selected(found: dict[str, Any]) -> None:
    wilcoxon = found["WILCOXON"]
    assert (wilcoxon["dataset"], wilcoxon["variable"], wilcoxon["records"], wilcoxon["missing"]) == (
        "ADVS",
        "CHG",
        7,
        0,
    )
    assert wilcoxon["data"] == "PARAMCD = 'SYSBP' and AVISIT = 'Week 1' and ANL01FL = 'Y'"
    assert wilcoxon["values"]["used"] == 6
    (other,) = wilcoxon["sensitivity"]
    assert other["values"]["p"] == pytest.approx(stats.ttest_1samp(CHANGES, 0).pvalue)


def test_the_programs_of_define_xml_give_the_same_results(
    made: tuple[Build, Path], found: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_programs(made[1] / "adam", found, monkeypatch)


@pytest.mark.parametrize("form", ["json", "ndjson", "dsjc", "parquet"])
def test_the_programs_read_the_file_that_define_xml_names(
    made: tuple[Build, Path],
    found: dict[str, Any],
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = made[1].parent
    ced_cdisc.build(
        study / "raw",
        tmp_path / "out",
        mappings=study / "mappings",
        define=study / "define",
        formats=form,
        check=False,
    )
    assert not list((tmp_path / "out").rglob("*.xpt"))
    run_programs(tmp_path / "out" / "adam", found, monkeypatch)


def run_programs(folder: Path, found: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    programs = etree.parse("define.xml").iterfind(".//{*}AnalysisResult")
    done = 0
    for result in programs:
        name = result.get("OID", "").removeprefix("AR.")
        code = result.findtext("{*}ProgrammingCode/{*}Code")
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(code, name, "exec"), {})
        printed = [float(line.split()[-1]) for line in stream.getvalue().splitlines()]
        last = {"RECORDS": "n", "HIGH": "n", "NONE": "n", "WOMEN": "percent", "MEAN": "sd", "MEDIAN": "q3"}
        last |= {"GEOMETRIC": "cv"} | dict.fromkeys(
            ("EXACT", "ABSENT", "RATIO", "TURNED", "DIFFERENCE", "EVENTS"), "upper"
        )
        key = last.get(name, "max" if name == "RANGE" else "p")
        every = [found[name], *found[name]["sensitivity"]]
        assert printed == pytest.approx([one["values"][key] for one in every]), name
        done += 1
    assert done == len(found) == 17


def test_the_figure_shows_each_subject_with_both_values(made: tuple[Build, Path]) -> None:
    root = etree.fromstring((made[1] / "adam" / "figures" / "F1.svg").read_bytes())
    circles = root.findall("{*}circle")
    assert len(circles) == 2 * 7
    texts = [node.text for node in root.findall("{*}text")]
    assert "Systolic pressure (mmHg)" in texts
    p = stats.wilcoxon(CHANGES, correction=True, method="asymptotic").pvalue
    assert f"n = 7, P = {p:.2g}" in texts
    assert texts[-1] == "Grey: subjects. Black: mean and SD; not drawn: 1 without both values."
    heights = [float(c.get("cy")) for c in circles]
    values = [v for _, _, b, a in PEOPLE if a for v in (b, a)]
    slope = (heights[1] - heights[0]) / (values[1] - values[0])
    assert heights == pytest.approx([heights[0] + slope * (v - values[0]) for v in values], abs=0.02)


def test_several_records_of_a_subject_stop_the_build(tmp_path: Path) -> None:
    result = RESULT.replace(" and ANL01FL = 'Y'", "").replace("AVISIT = 'Baseline'", "AVISITN >= 0")
    said = "mappings/adam/advs.yaml:20:9 CED288 the result R1.1 takes several records of one subject, for 7 in all"
    (found,) = refused(tmp_path, advs(result), FILES)
    assert found.splitlines() == [said, *(f"    subject T1-00{i}" for i in range(1, 6))]


def test_several_records_in_a_figure_stop_the_build(tmp_path: Path) -> None:
    figure = FIGURE.replace("PARAMCD = 'SYSBP' and ", "")
    said = "mappings/adam/advs.yaml:27:9 CED288 the figure F1 takes several records of one subject and visit"
    (found,) = refused(tmp_path, advs(figure=figure), FILES)
    assert found.splitlines() == [said, *(f"    subject T1-00{i}" for i in range(1, 6))]


def test_values_that_do_not_suffice_are_a_warning(tmp_path: Path) -> None:
    result = RESULT.replace("AVISIT = 'Baseline'", "AVAL > 500")
    figure = FIGURE.replace("PARAMCD = 'SYSBP'", "AVAL > 500")
    write(tmp_path, advs(result, figure), FILES)
    folders = {"mappings": tmp_path / "mappings", "define": tmp_path / "define"}
    made = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", **folders, check=False)
    found = [str(f).replace(f"{tmp_path}/", "") for f in made.findings.sorted()]
    assert {f.severity for f in made.findings} == {Severity.WARNING}
    assert found == [
        "mappings/adam/advs.yaml:20:9 CED289 the result R1.1 by mean and SD cannot be computed: "
        "a standard deviation needs two values",
        "mappings/adam/advs.yaml:27:9 CED289 the figure F1 cannot mark mean and SD: "
        "a standard deviation needs two values",
    ]
    assert (
        "  R1.1    Systolic pressure  0  NE     mean and SD"
        in (tmp_path / "out/adam/results.txt").read_text()
    )


@pytest.mark.parametrize(("sex", "said"), [("SEX = 'F'", "1 group"), ("AVAL > 500", "0 groups")])
def test_a_test_of_one_group_is_told(tmp_path: Path, sex: str, said: str) -> None:
    where = f"\"PARAMCD = 'SYSBP' and AVISIT = 'Baseline' and ANL01FL = 'Y' and {sex}\""
    write(tmp_path, advs(one("R", where, "AVAL", "mann whitney", "group: SEX")), FILES)
    mappings, define = tmp_path / "mappings", tmp_path / "define"
    made = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", mappings=mappings, define=define, check=False)
    assert [str(f).replace(f"{tmp_path}/", "") for f in made.findings] == [
        "mappings/adam/advs.yaml:20:9 CED289 the result R by mann whitney cannot be computed: "
        f"SEX has {said} with values, not two"
    ]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("AVISITN = 15", "no AVISITN of ADVS is 15"),
        ("AVISITN in (15, 16) and SEX = 'F'", "no AVISITN of ADVS is 15 or 16"),
        ("AVISITN = 1 and AVISIT = 'Baseline'", ""),
        ("AVISITN > 15", ""),
        ("AVISITN in (1, 15)", ""),
    ],
)
def test_a_number_that_no_record_has_is_told(tmp_path: Path, condition: str, said: str) -> None:
    """Else the count of a misspelt visit is 0 without a word."""
    where = f"\"PARAMCD = 'SYSBP' and {condition}\""
    write(tmp_path, advs(one("R", where, "AVAL", "count")), FILES)
    mappings, define = tmp_path / "mappings", tmp_path / "define"
    made = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", mappings=mappings, define=define, check=False)
    assert [str(f).replace(f"{tmp_path}/", "") for f in made.findings] == (
        [
            f"mappings/adam/advs.yaml:20:9 CED845 the result R has no record: {said}; "
            "correct the number, unless there may be no such record"
        ]
        if said
        else []
    )


@pytest.mark.parametrize(
    ("method", "printed", "why"),
    [
        ("mean and SD", "140.0±NE", "a standard deviation needs two values"),
        ("geometric mean", "140.0 (NE, NE)", "a confidence interval needs two values"),
    ],
)
def test_of_one_value_the_mean_is_known(tmp_path: Path, method: str, printed: str, why: str) -> None:
    where = "\"PARAMCD = 'SYSBP' and AVISIT = 'Baseline' and ANL01FL = 'Y' and AVAL > 138\""
    write(tmp_path, advs(one("R", where, "AVAL", method)), FILES)
    mappings, define = tmp_path / "mappings", tmp_path / "define"
    made = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", mappings=mappings, define=define, check=False)
    assert [str(f).replace(f"{tmp_path}/", "") for f in made.findings] == [
        f"mappings/adam/advs.yaml:20:9 CED289 the result R by {method} cannot be computed: {why}"
    ]
    (display,) = json.loads((tmp_path / "out/adam/results.json").read_bytes())["displays"]
    (result,) = display["results"]
    assert (result["printed"], result["values"]) == (printed, {"n": 1, "mean": 140})


@pytest.mark.parametrize(
    ("more", "printed", "known", "why"),
    [
        ("reference: U", "NE", {}, "no group of SEX with values is U"),
        ("show: '{n1}, {n2}, {ratio:1}'", "4, 3, NE", {"n1": 4, "n2": 3}, "a value is not above 0"),
    ],
)
def test_a_ratio_that_cannot_be_computed(
    tmp_path: Path, more: str, printed: str, known: dict[str, float], why: str
) -> None:
    variable = "CHG" if known else "AVAL"
    ratio = one("R", CHANGE, variable, "geometric mean ratio", "group: SEX", "variances: equal", more)
    write(tmp_path, advs(ratio), FILES)
    mappings, define = tmp_path / "mappings", tmp_path / "define"
    made = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", mappings=mappings, define=define, check=False)
    assert [str(f).replace(f"{tmp_path}/", "") for f in made.findings] == [
        f"mappings/adam/advs.yaml:20:9 CED289 the result R by geometric mean ratio cannot be computed: {why}"
    ]
    (display,) = json.loads((tmp_path / "out/adam/results.json").read_bytes())["displays"]
    (result,) = display["results"]
    assert (result["printed"], result["values"]) == (printed, known)


def test_a_part_of_a_study_has_the_results_of_its_datasets(tmp_path: Path) -> None:
    write(tmp_path, advs(), FILES)
    folders = {"mappings": tmp_path / "mappings", "define": tmp_path / "define"}
    ced_cdisc.build(tmp_path / "raw", tmp_path / "out", **folders, only="ADSL", check=False)
    names = sorted(path.name for path in (tmp_path / "out" / "adam").iterdir())
    assert names == ["adsl.xpt", "define.html", "define.xml", "define2-1.xsl"]
    assert b"arm:" not in (tmp_path / "out" / "adam" / "define.xml").read_bytes()
