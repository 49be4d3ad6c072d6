"""The printed results of the example, against the abstract, the transport files and their own programs."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from lxml import etree
from scipy import stats
from transport_files import Dataset, read_file

from ced_cdisc.check.define import check_define
from ced_cdisc.cli import main

TABLE = """\
Analysis results of study IMPROVECED

T1.1  Demographic Characteristics of Treated Subjects

  Result   What          n  Value     Method
  T1.1.R1  Age (years)  20  52±13     mean and SD
  T1.1.R2  Women        20  15 (75%)  number and percent with SEX = F

T2.1  Major Adverse Cardiovascular Events

  Result   What                                     n  Value  Method
  T2.1.R1  Death, myocardial infarction or stroke  20  0      number of records with CNSR = 0
  T2.1.R2  Death                                   20  0      number of records with CNSR = 0
  T2.1.R3  Myocardial infarction                   20  0      number of records with CNSR = 0
  T2.1.R4  Stroke                                  20  0      number of records with CNSR = 0

T3.1  Coronary Blood Flow Response to Acetylcholine

  Result   What                                                       n  Value              Method
  T3.1.R1  Change in CBF to acetylcholine (%), baseline              20  7.2 [-18.0, 32.4]  median and quartiles, type 7
             sensitivity                                             20  7.2 [-18.0, 32.4]  median and quartiles, type 2
             sensitivity                                             20  7.2 [-18.0, 32.4]  median and quartiles, type 6
  T3.1.R2  Change in CBF to acetylcholine (%), month 6               20  57.6 [16.3, 98.3]  median and quartiles, type 7
             sensitivity                                             20  57.6 [16.3, 98.3]  median and quartiles, type 2
             sensitivity                                             20  57.6 [16.3, 98.3]  median and quartiles, type 6
  T3.1.R3  Change in CBF to acetylcholine, month 6 against baseline  20  P=0.014            Wilcoxon signed rank test, exact distribution
             sensitivity                                             20  P=0.014            paired t test
             sensitivity                                             20  P=0.016            Wilcoxon signed rank test, normal approximation, with continuity correction
             sensitivity                                             20  P=0.015            Wilcoxon signed rank test, normal approximation, without continuity correction

T3.2  Canadian Cardiovascular Society Angina Class

  Result   What                                         n  Value       Method
  T3.2.R1  CCS angina class, baseline                  20  3.7±0.5     mean and SD
  T3.2.R2  CCS angina class, month 6                   20  1.7±0.9     mean and SD
  T3.2.R3  CCS angina class, month 6 against baseline  20  P=0.00018   Wilcoxon signed rank test, normal approximation, with continuity correction, zeros dropped
             sensitivity                               20  P=0.000023  Wilcoxon signed rank test, exact distribution, given the tied ranks, zeros dropped
             sensitivity                               20  P=0.00017   Wilcoxon signed rank test, normal approximation, without continuity correction, zeros dropped
             sensitivity                               20  P=0.00015   Wilcoxon signed rank test, normal approximation, with continuity correction, zeros ranked and dropped
             sensitivity                               20  P<0.00001   paired t test

T3.3  Sublingual Nitroglycerin Use

  Result   What                                                 n  Value        Method
  T3.3.R1  Sublingual nitroglycerin (tablets/day), baseline    20  1 [0.4-3.5]  median and quartiles, type 7
             sensitivity                                       20  1 [0.4-3.5]  median and quartiles, type 2
             sensitivity                                       20  1 [0.4-3.5]  median and quartiles, type 6
  T3.3.R2  Sublingual nitroglycerin (tablets/day), month 6     20  0 [0-1]      median and quartiles, type 7
             sensitivity                                       20  0 [0-1]      median and quartiles, type 2
             sensitivity                                       20  0 [0-1]      median and quartiles, type 6
  T3.3.R3  Sublingual nitroglycerin, month 6 against baseline  20  P=0.00047    Wilcoxon signed rank test, normal approximation, with continuity correction, zeros dropped
             sensitivity                                       20  P=0.000031   Wilcoxon signed rank test, exact distribution, given the tied ranks, zeros dropped
             sensitivity                                       20  P=0.00043    Wilcoxon signed rank test, normal approximation, without continuity correction, zeros dropped
             sensitivity                                       20  P=0.00019    Wilcoxon signed rank test, normal approximation, with continuity correction, zeros ranked and dropped
             sensitivity                                       20  P=0.00014    paired t test

T3.4  Seattle Angina Questionnaire

  Result    What                                                   n  Value       Method
  T3.4.R1   SAQ physical limitation, baseline                     20  45.0±13.3   mean and SD
  T3.4.R2   SAQ physical limitation, month 6                      20  74.7±18.8   mean and SD
  T3.4.R3   SAQ physical limitation, month 6 against baseline     20  P=0.00036   Wilcoxon signed rank test, normal approximation, with continuity correction
              sensitivity                                         20  P<0.00001   paired t test
  T3.4.R4   SAQ angina stability, baseline                        20  31.3±21.3   mean and SD
  T3.4.R5   SAQ angina stability, month 6                         20  82.5±18.3   mean and SD
  T3.4.R6   SAQ angina stability, month 6 against baseline        20  P=0.00012   Wilcoxon signed rank test, normal approximation, with continuity correction, zeros dropped
              sensitivity                                         20  P<0.00001   paired t test
  T3.4.R7   SAQ angina frequency, baseline                        20  24.5±15.4   mean and SD
  T3.4.R8   SAQ angina frequency, month 6                         20  64.5±22.1   mean and SD
  T3.4.R9   SAQ angina frequency, month 6 against baseline        20  P=0.00013   Wilcoxon signed rank test, normal approximation, with continuity correction
              sensitivity                                         20  P<0.00001   paired t test
  T3.4.R10  SAQ treatment satisfaction, baseline                  20  56.3±11.3   mean and SD
  T3.4.R11  SAQ treatment satisfaction, month 6                   20  68.4±12.6   mean and SD
  T3.4.R12  SAQ treatment satisfaction, month 6 against baseline  20  P=0.0087    Wilcoxon signed rank test, normal approximation, with continuity correction, zeros dropped
              sensitivity                                         20  P=0.0063    paired t test
  T3.4.R13  SAQ quality of life, baseline                         20  17.1±11.6   mean and SD
  T3.4.R14  SAQ quality of life, month 6                          20  47.9±17.1   mean and SD
  T3.4.R15  SAQ quality of life, month 6 against baseline         20  P=0.00032   Wilcoxon signed rank test, normal approximation, with continuity correction, zeros dropped
              sensitivity                                         20  P=0.000021  paired t test

T3.5  Exercise Time

  Result   What                                            n  Value    Method
  T3.5.R1  Total exercise time (s), baseline              20  424±118  mean and SD
  T3.5.R2  Total exercise time (s), month 6               20  451±173  mean and SD
  T3.5.R3  Total exercise time, month 6 against baseline  20  P=0.60   Wilcoxon signed rank test, exact distribution
             sensitivity                                  20  P=0.36   paired t test

T3.6  Coronary Blood Flow Response to Acetylcholine in Historic Controls

  Result   What                                                                               n  Value              Method
  T3.6.R1  Change in CBF to acetylcholine (%), historic controls, first study                51  2.6 [-27.0, 20.3]  median and quartiles, type 7
  T3.6.R2  Change in CBF to acetylcholine (%), historic controls, follow-up study            51  6.8 [-21.3, 28.2]  median and quartiles, type 7
  T3.6.R3  Change in CBF to acetylcholine, historic controls, follow-up against first study  51  P=0.32             Wilcoxon signed rank test, normal approximation, with continuity correction
             sensitivity                                                                     51  P=0.47             paired t test

T3.7  Coronary Blood Flow Response of Treated Subjects and Historic Controls

  Result   What                                                                   n  Value                         Method
  T3.7.R1  Change in CBF to acetylcholine, treated against historic controls  51+20  P=0.023                       Mann-Whitney test, normal approximation, with continuity correction
             sensitivity                                                      51+20  49.2 [24.1, 74.4], P=0.00022  analysis of covariance with BASE
"""
SCALES = ["SAQPL", "SAQAS", "SAQAF", "SAQTS", "SAQQL"]


@pytest.fixture(scope="module")
def results(out: Path) -> dict[str, Any]:
    """The results by id."""
    document = json.loads((out / "adam" / "results.json").read_bytes())
    return {result["id"]: result for display in document["displays"] for result in display["results"]}


@pytest.fixture(scope="module")
def adam(out: Path) -> dict[str, Dataset]:
    return {path.stem.upper(): read_file(path) for path in sorted((out / "adam").glob("*.xpt"))}


def test_the_whole_table(out: Path) -> None:
    assert (out / "adam" / "results.txt").read_text(encoding="utf-8") == TABLE


def test_the_command_prints_the_table(out: Path) -> None:
    run = CliRunner().invoke(main, ["results", str(out)])
    assert (run.exit_code, run.stdout) == (0, TABLE)


def test_the_figures_of_the_abstract_are_printed_as_they_stand_there(results: dict[str, Any]) -> None:
    printed = {
        "T1.1.R1": "52±13",
        "T1.1.R2": "15 (75%)",
        "T3.1.R1": "7.2 [-18.0, 32.4]",
        "T3.1.R2": "57.6 [16.3, 98.3]",
        "T3.1.R3": "P=0.014",
        "T3.2.R1": "3.7±0.5",
        "T3.2.R2": "1.7±0.9",
        "T3.2.R3": "P=0.00018",
        "T3.3.R1": "1 [0.4-3.5]",
        "T3.3.R2": "0 [0-1]",
        "T3.3.R3": "P=0.00047",
    }
    assert {name: results[name]["printed"] for name in printed} == printed


def test_exact_variants_do_not_print_the_p_values_of_the_abstract_where_there_are_ties(
    results: dict[str, Any],
) -> None:
    for name, published in (("T3.2.R3", "P=0.00018"), ("T3.3.R3", "P=0.00047")):
        exact = [r for r in results[name]["sensitivity"] if "exact distribution" in r["variant"]]
        assert len(exact) == 1
        assert exact[0]["printed"] != published
        assert float(exact[0]["values"]["p"]) < 0.00005


def changes(data: Dataset, parameter: str) -> np.ndarray:
    rows = data.where(PARAMCD=parameter, AVISIT="Month 6", ANL01FL="Y", CELLFL="Y")
    return np.round([row["CHG"] for row in rows], 9)


@pytest.mark.parametrize(
    ("name", "dataset", "parameter"),
    [
        ("T3.1.R3", "ADCF", "CBFPCT"),
        ("T3.2.R3", "ADCCS", "CCSCLASS"),
        ("T3.3.R3", "ADNTG", "NTGDAY"),
        *((f"T3.4.R{3 * i + 3}", "ADQSSAQ", scale) for i, scale in enumerate(SCALES)),
        ("T3.5.R3", "ADEXER", "EXTIME"),
    ],
)
def test_each_p_is_that_of_scipy_on_the_transport_file(
    results: dict[str, Any], adam: dict[str, Dataset], name: str, dataset: str, parameter: str
) -> None:
    found = changes(adam[dataset], parameter)
    assert len(found) == results[name]["records"] == results[name]["values"]["n"] == 20
    special = 0 in found or len(set(np.abs(found))) < 20
    method = "asymptotic" if special else "exact"
    p = stats.wilcoxon(found, zero_method="wilcox", correction=special, method=method).pvalue
    assert results[name]["values"]["p"] == pytest.approx(p, rel=1e-10)
    for other in results[name]["sensitivity"]:
        if other["method"] == "paired t":
            assert other["values"]["p"] == pytest.approx(stats.ttest_1samp(found, 0).pvalue, rel=1e-6)
        elif "ranked and dropped" in other["variant"]:
            p = stats.wilcoxon(found, zero_method="pratt", correction=True, method="asymptotic").pvalue
            assert other["values"]["p"] == pytest.approx(p, rel=1e-10)


def test_each_program_of_define_xml_gives_the_numbers_of_its_result(
    out: Path, results: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run as a reader would, beside the transport files; the last number printed is compared."""
    monkeypatch.chdir(out / "adam")
    last = {"count": "n", "n and percent": "percent", "mean and SD": "sd", "median and quartiles": "q3"}
    done: set[str] = set()
    for result in etree.parse("define.xml").iterfind(".//{*}AnalysisResult"):
        name = result.get("OID", "").removeprefix("AR.")
        code = result.findtext("{*}ProgrammingCode/{*}Code")
        assert code is not None
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(code, name, "exec"), {})
        printed = [float(line.split()[-1]) for line in stream.getvalue().splitlines()]
        every = [results[name], *results[name]["sensitivity"]]
        expected = [one["values"][last.get(one["method"], "p")] for one in every]
        assert printed == pytest.approx(expected, rel=1e-8), name
        done.add(name)
    assert done == set(results)


def test_odmlib_reads_the_results_back(out: Path, results: dict[str, Any]) -> None:
    from odmlib.define_loader import XMLDefineLoader
    from odmlib.loader import ODMLoader
    from odmlib.mode import ValidationMode, permissive

    loader = ODMLoader(XMLDefineLoader(model_package="arm_1_0"))
    loader.load_odm_string((out / "adam" / "define.xml").read_text(encoding="utf-8").split("\n", 1)[1])
    with permissive(
        ValidationMode.SKIP_VALUESET
    ):  # the lists of reasons and purposes are extensible, not so in odmlib
        displays = loader.MetaDataVersion().AnalysisResultDisplays.ResultDisplay
    assert [display.Name for display in displays] == [
        f"T{n}" for n in ("1.1", "2.1", *(f"3.{k}" for k in range(1, 8)))
    ]
    read = {result.OID: result for display in displays for result in display.AnalysisResult}
    assert set(read) == {f"AR.{name}" for name in results}
    flow = read["AR.T3.1.R3"]
    assert (flow.ParameterOID, flow.AnalysisReason, flow.AnalysisPurpose) == (
        "IT.ADCF.PARAMCD",
        "REPORTED IN ABSTRACT",
        "PRIMARY OUTCOME MEASURE",
    )
    reasons = {name[3:7]: result.AnalysisReason for name, result in read.items()}
    assert reasons.pop("T3.7") == "DATA DRIVEN"
    assert set(reasons.values()) == {"REPORTED IN ABSTRACT"}, "no analysis plan is public"
    (analysed,) = flow.AnalysisDatasets.AnalysisDataset
    assert analysed.ItemGroupOID == "IG.ADCF"
    assert [variable.ItemOID for variable in analysed.AnalysisVariable] == ["IT.ADCF.CHG"]


def test_the_results_stand_last_and_are_where_clauses_of_their_datasets(out: Path) -> None:
    xml = (out / "adam" / "define.xml").read_bytes()
    assert check_define(xml) == []
    version = etree.fromstring(xml).find(".//{*}MetaDataVersion")
    assert version is not None
    assert etree.QName(version[-1]).localname == "AnalysisResultDisplays"


def test_the_documentation_says_the_exact_variant(out: Path) -> None:
    root = etree.parse(str(out / "adam" / "define.xml"))
    path = ".//{*}AnalysisResult[@OID='AR.T3.2.R3']/{*}Documentation/{*}Description/{*}TranslatedText"
    assert root.findtext(path) == (
        "Records of ADCCS with PARAMCD = CCSCLASS, AVISIT = Month 6, ANL01FL = Y and CELLFL = Y. Two-sided "
        "Wilcoxon signed rank test of CHG. Exact distribution with fewer than 50 differences, none of them 0 "
        "and no two tied in size; otherwise normal approximation with the variance corrected for ties, with "
        "continuity correction. Differences of 0 are dropped before ranking. This is the rule of "
        "wilcox.test(x, y, paired = TRUE) in R. Sensitivity analysis: Two-sided Wilcoxon signed rank test of "
        "CHG. Differences of 0 are dropped before ranking. Exact distribution given the ranks, tied or not. "
        "Sensitivity analysis: Two-sided Wilcoxon signed rank test of CHG. Differences of 0 are dropped "
        "before ranking. Normal approximation with the variance corrected for ties, without continuity "
        "correction. Sensitivity analysis: Two-sided Wilcoxon signed rank test of CHG. Differences of 0 are "
        "ranked, and their ranks are dropped (Pratt). Normal approximation with the variance corrected for "
        "ties, with continuity correction. Sensitivity analysis: Two-sided one-sample t test of CHG against "
        "0, which is the paired t test. Values are rounded to 9 decimals before they are ranked, so that "
        "equal values are ties."
    )


@pytest.mark.parametrize(("figure", "panels"), [("F3.1", 1), ("F3.2", 1), ("F3.3", 1), ("F3.4", 5)])
def test_each_figure_draws_twenty_subjects_a_panel(out: Path, figure: str, panels: int) -> None:
    root = etree.fromstring((out / "adam" / "figures" / f"{figure}.svg").read_bytes())
    assert len(root.findall("{*}circle")) == 2 * 20 * panels
    assert len(root.findall("{*}polygon")) == 2 * panels
    texts = [node.text or "" for node in root.findall("{*}text")]
    assert sum(bool(re.fullmatch(r"n = 20, P = 0\.\d+", text)) for text in texts) == panels
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for node in root.iter("{*}circle"):
        assert 0 < float(node.get("cx")) < width
        assert 0 < float(node.get("cy")) < height
