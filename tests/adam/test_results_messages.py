"""Faults of results, figures and displays: found before any data are read, with the whole message."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysis_study import messages
from result_specs import DISPLAYS, FIGURE, RESULT, WITH_DISPLAY, advs

from small_study import FILES

AT = "mappings/adam/advs.yaml:"
HINT = "write comparisons of a variable with constants, 'in' and 'not in', joined by 'and'"
DATA = "PARAMCD = 'SYSBP' and AVISIT = 'Baseline' and ANL01FL = 'Y'"


def test_without_fault(tmp_path: Path) -> None:
    assert messages(tmp_path, advs(figure=FIGURE), WITH_DISPLAY) == []


CASES = [
    ("display: T1.1", "display: T1.2", "21:14 CED123 unknown display T1.2; did you mean T1.1?"),
    (
        "display: T1.1",
        "display: Demography",
        "21:14 CED123 unknown display Demography; declare it under 'displays' in define.yaml",
    ),
    ("variable: AVAL", "variable: AVALL", "24:15 CED012 unknown variable AVALL; did you mean AVAL?"),
    ("variable: AVAL", "variable: PARAM", "24:15 CED014 PARAM is text, and a number is needed here"),
    ("variable: AVAL", "variabel: AVAL", "24:5 CED006 unknown key 'variabel'; did you mean variable?"),
    ("    variable: AVAL\n", "", "20:5 CED007 the key 'variable' is missing"),
    (
        "method: mean and SD",
        "method: mean and SE",
        "25:13 CED008 'mean and SE' is not a value of 'method'; did you mean mean and SD?",
    ),
    (
        "method: mean and SD",
        "method: mean and SD\n    zeros: pratt",
        "20:5 CED121 'zeros' does not go with mean and SD; it takes no option",
    ),
    (
        "method: mean and SD",
        "method: wilcoxon signed rank\n    quantiles: type 7",
        "20:5 CED121 'quantiles' does not go with wilcoxon signed rank; it takes zeros, correction, exact",
    ),
    (
        "method: mean and SD",
        "method: wilcoxon signed rank\n    zeros: prat",
        "26:12 CED008 'prat' is not a value of 'zeros'; did you mean pratt?",
    ),
    (
        "method: mean and SD",
        "method: wilcoxon signed rank\n    zeros: zsplit\n    exact: yes",
        "20:5 CED121 there is no exact distribution with zeros split; "
        "take zeros: drop or zeros: pratt, or exact: no",
    ),
    (
        "method: mean and SD",
        "method: median and quartiles",
        "20:5 CED121 median and quartiles needs 'quantiles'; such as 'type 7' (R, NumPy) or 'SAS 5' (SAS)",
    ),
    (
        "method: mean and SD",
        "method: ancova\n    group: SEX",
        "20:5 CED121 ancova needs 'covariate'",
    ),
    (
        "method: mean and SD",
        "method: mann whitney\n    group: SEXX",
        "26:12 CED012 unknown variable SEXX; did you mean SEX?",
    ),
    (
        "method: mean and SD",
        "method: count\n    value: high",
        "26:12 CED014 AVAL is a number, and 'high' is none",
    ),
    (
        "variable: AVAL\n    method: mean and SD",
        "variable: SEX\n    method: n and percent\n    value: FF",
        "26:12 CED021 'FF' is no term of codelist SEX (C66731) of ADVS.SEX; did you mean F?",
    ),
    (
        "method: mean and SD",
        'method: mean and SD\n    show: "{mean:1} ({std:1})"',
        "26:11 CED122 mean and SD gives no 'std'; did you mean sd?",
    ),
    (
        "method: mean and SD",
        'method: mean and SD\n    show: "{mean}"',
        "26:11 CED122 'mean' needs its decimals, such as {mean:1}",
    ),
    (
        DATA,
        "PARAMCD = 'SYSBP' or AVISIT = 'Baseline'",
        f"23:12 CED120 a where clause cannot hold this part of 'PARAMCD = 'SYSBP' or AVISIT = 'Baseline''; {HINT}",
    ),
    (
        DATA,
        "PARAMCD = 'SYSBP' and AVAL is present",
        f"23:34 CED120 a where clause cannot hold this part of 'PARAMCD = 'SYSBP' and AVAL is present'; {HINT}",
    ),
    (
        DATA,
        "AVAL > BASE",
        f"23:12 CED120 a where clause cannot hold this part of 'AVAL > BASE'; {HINT}",
    ),
    (
        DATA,
        "ADSL.SEX = 'F'",
        f"23:12 CED120 a where clause cannot hold this part of 'ADSL.SEX = 'F''; {HINT}",
    ),
    (
        DATA,
        "PARAMC = 'SYSBP'",
        "23:12 CED012 unknown variable PARAMC; did you mean PARAM or PARAMCD?",
    ),
    (
        DATA,
        "PARAMCD = 'SYSB'",
        "23:22 CED021 'SYSB' is no term of codelist ADVS.PARAMCD of ADVS.PARAMCD; did you mean SYSBP?",
    ),
    (DATA, "PARAMCD", "23:12 CED014 a condition is needed here"),
    (
        "method: mean and SD",
        "method: percent and exact CI",
        "20:5 CED121 percent and exact CI needs 'value'",
    ),
    (
        "method: mean and SD",
        "method: difference of percentages\n    group: SEX",
        "20:5 CED121 difference of percentages needs 'value'",
    ),
    (
        "method: mean and SD",
        "method: event rate\n    per: 100",
        "20:5 CED121 event rate needs 'time'; the variable of the time, such as PYRS",
    ),
    (
        "method: mean and SD",
        "method: event rate\n    time: ADY",
        "20:5 CED121 event rate needs 'per'; such as 100, of events per 100 person-years",
    ),
    (
        "method: mean and SD",
        "method: event rate\n    time: ADY\n    per: 0",
        "20:5 CED121 'per: 0' is no time; write how much of it, such as 100",
    ),
    (
        "method: mean and SD",
        "method: crossover ratio\n    group: SEX",
        "20:5 CED121 crossover ratio needs 'period'; the variable of the two periods, such as APERIOD",
    ),
    (
        "method: mean and SD",
        "method: crossover ratio\n    group: SEX\n    period: APERIODD",
        "27:13 CED012 unknown variable APERIODD; a text stands in single quotes: 'APERIODD'",
    ),
    (
        "method: mean and SD",
        "method: mean and SD\n    confidence: 90",
        "20:5 CED121 'confidence' does not go with mean and SD; it takes no option",
    ),
    (
        "method: mean and SD",
        "method: geometric mean\n    confidence: 91",
        "26:17 CED008 '91' is not a value of 'confidence'; one of 80, 90, 95, 98, 99",
    ),
    (
        "method: mean and SD",
        "method: geometric mean ratio\n    group: SEX",
        "20:5 CED121 geometric mean ratio needs 'variances'; 'equal' pools those of the logarithms of both groups, "
        "'unequal' is Welch's interval",
    ),
    (
        "method: mean and SD",
        "method: geometric mean ratio\n    group: SEXX\n    variances: equal\n    reference: M",
        "26:12 CED012 unknown variable SEXX; did you mean SEX?",
    ),
    (
        "method: mean and SD",
        "method: geometric mean ratio\n    group: SEX\n    variances: equal\n    reference: MALE",
        "28:16 CED021 'MALE' is no term of codelist SEX (C66731) of ADVS.SEX; CT has it as a synonym of M",
    ),
    (
        "method: mean and SD",
        "method: mann whitney\n    group: SEX\n    reference: M",
        "20:5 CED121 'reference' does not go with mann whitney; it takes group, correction, exact",
    ),
    (
        "variable: AVAL\n    method: mean and SD",
        "variable: ANL01FL\n    method: n and percent\n    value: 'Y'",
        "20:9 CED145 the percentage is always 100: ADVS.ANL01FL is 'Y' or missing; "
        "take a variable that has another value for the others, or the method count",
    ),
    (
        f'{DATA}"\n    variable: AVAL\n    method: mean and SD',
        "SEX = 'F'\"\n    variable: SEX\n    method: percent and exact CI\n    value: F",
        "20:9 CED145 the percentage is always 100: ADVS.SEX is 'F' in all records of the condition; "
        "take a variable that has another value for the others, or the method count",
    ),
    (
        "  - id: R1.1",
        f"{RESULT}  - id: R1.1",
        "26:9 CED029 a second result R1.1",
    ),
    (
        "method: mean and SD",
        "method: mean and SD\n    sensitivity: [{method: paired t, exact: yes}]",
        "26:19 CED121 'exact' does not go with paired t; it takes confidence",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), CASES, ids=[case[2] for case in CASES])
def test_a_fault_of_a_result(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in RESULT
    found = messages(tmp_path, advs(RESULT.replace(old, new, 1)), WITH_DISPLAY)
    assert found == [AT + said]


DISPLAY_CASES = [
    (
        ", reason: SPECIFIED IN SAP",
        "",
        "mappings/adam/advs.yaml:20:9 CED121 neither the result R1.1 nor its display says its reason; "
        "give the display T1.1 a 'reason'",
    ),
    (
        "displays:\n",
        "displays:\n  T1.2: {title: Pulse}\n",
        "define/define.yaml:4:3 CED124 no result is shown in T1.2; write a result of it, or take it out",
    ),
    (
        "title: Blood Pressure",
        "title: Blood Pressure, documents: {acr: 12}",
        "define/define.yaml:4:45 CED123 unknown document acr; did you mean acrf?",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), DISPLAY_CASES, ids=[case[2] for case in DISPLAY_CASES])
def test_a_fault_of_a_display(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in DISPLAYS
    files = {"define/define.yaml": FILES["define/define.yaml"] + DISPLAYS.replace(old, new, 1)}
    assert messages(tmp_path, advs(), files) == [said]


FIGURE_CASES = [
    (
        "id: F1",
        "id: F/1",
        "27:9 CED125 'F/1' cannot be the name of a file; take letters, digits, points, - and _",
    ),
    (
        "[Baseline, Week 1]",
        "[Baseline, Week 11]",
        "31:24 CED021 'Week 11' is no term of codelist ADVS.AVISIT of ADVS.AVISIT; did you mean Week 1?",
    ),
    ("[Baseline, Week 1]", "[Baseline]", "27:9 CED125 a paired change has two visits, not 1"),
    (
        "centre: mean and SD",
        "centre: median and quartiles",
        "27:9 CED125 the figure marks quartiles and needs 'quantiles'; such as 'type 7' or 'SAS 5'",
    ),
    (
        "centre: mean and SD",
        "centre: mean and SD\n    quantiles: type 7",
        "27:9 CED125 'quantiles' does not go with mean and SD",
    ),
    (
        "centre: mean and SD",
        "centre: mean and SD\n    limits: [100, 0]",
        "27:9 CED125 'limits' are two numbers, the lower one first",
    ),
    (
        "centre: mean and SD",
        "centre: mean and SD\n    result: R1.1",
        "34:13 CED125 R1.1 is no test, so that the figure cannot print its P value",
    ),
    (
        "centre: mean and SD",
        "centre: mean and SD\n    result: R1.2",
        "34:13 CED123 unknown result R1.2; did you mean R1.1?",
    ),
    (
        "centre: mean and SD",
        "centre: mean and SD\n    result: R1.1\n    panels: [{data: \"SEX = 'F'\"}]",
        "34:13 CED125 'result' stands in each panel where there are several",
    ),
    (
        "centre: mean and SD",
        f"centre: mean and SD\n{FIGURE.removeprefix('figures:' + chr(10)).rstrip()}",
        "34:9 CED029 a second figure F1",
    ),
    ("variable: AVAL", "variable: PARAM", "30:15 CED014 PARAM is text, and a number is needed here"),
]


@pytest.mark.parametrize(("old", "new", "said"), FIGURE_CASES, ids=[case[2] for case in FIGURE_CASES])
def test_a_fault_of_a_figure(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FIGURE
    found = messages(tmp_path, advs(figure=FIGURE.replace(old, new, 1)), WITH_DISPLAY)
    assert found == [AT + said]
