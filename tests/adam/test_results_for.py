"""Results and figures that ``for`` writes once for several: filled in everywhere, faults at their line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from analysis_study import build, messages
from lxml import etree
from result_specs import WITH_DISPLAY, advs
from test_results_computed import RAW

AT = "mappings/adam/advs.yaml:"
FOUR = """\
  - id: R.{code}.{n_visit}
    for:
      - [{code: SYSBP, what: Systolic pressure}, {code: PULSE, what: Pulse}]
      - [{n_visit: 0, visit: Baseline, digits: 1}, {n_visit: 1, visit: Week 1, digits: 2}]
    display: T1.1
    what: "{what}, {visit}"
    data: "PARAMCD = '{code}' and AVISIT = '{visit}' and ANL01FL = 'Y'"
    variable: AVAL
    method: mean and SD
    show: "{mean:{digits}} ({sd:{digits}})"
    note: Of {visit}.
    sensitivity: [{method: min and max, show: "{min:0} to {max:{digits}}"}]
"""
FIGURE = """\
figures:
  - id: F.{code}
    for: [{code: SYSBP, axis: mmHg}, {code: PULSE, axis: beats/min}]
    what: Value by subject
    data: "PARAMCD = '{code}' and ANL01FL = 'Y'"
    variable: AVAL
    visits: [Baseline, Week 1]
    axis: "{axis}"
    centre: mean and SD
    panels: [{data: "SEX = 'F'", title: "{code}, women", result: "T.{code}"}]
"""
TESTS = """\
  - id: T.{code}
    for: [{code: SYSBP}, {code: PULSE}]
    display: T1.1
    what: Change of {code}
    data: "PARAMCD = '{code}' and AVISIT = 'Week 1' and ANL01FL = 'Y'"
    variable: CHG
    method: wilcoxon signed rank
"""


def test_one_entry_stands_for_each_of_the_sets(tmp_path: Path) -> None:
    made = build(tmp_path, advs(FOUR + TESTS, FIGURE), {**WITH_DISPLAY, **RAW})
    assert [str(f) for f in made.findings] == []
    (display,) = json.loads((tmp_path / "out/adam/results.json").read_bytes())["displays"]
    shown = [(r["id"], r["what"], r["data"], r["printed"]) for r in display["results"]]
    end = "and ANL01FL = 'Y'"
    assert shown[:4] == [
        (
            "R.SYSBP.0",
            "Systolic pressure, Baseline",
            f"PARAMCD = 'SYSBP' and AVISIT = 'Baseline' {end}",
            "128.1 (8.3)",
        ),
        (
            "R.SYSBP.1",
            "Systolic pressure, Week 1",
            f"PARAMCD = 'SYSBP' and AVISIT = 'Week 1' {end}",
            "131.57 (16.10)",
        ),
        ("R.PULSE.0", "Pulse, Baseline", f"PARAMCD = 'PULSE' and AVISIT = 'Baseline' {end}", "70.0 (0.0)"),
        ("R.PULSE.1", "Pulse, Week 1", f"PARAMCD = 'PULSE' and AVISIT = 'Week 1' {end}", "71.00 (0.00)"),
    ]
    assert [r["id"] for r in display["results"][4:]] == ["T.SYSBP", "T.PULSE"]
    assert display["results"][1]["sensitivity"][0]["printed"] == "110 to 155.00"


def test_define_xml_and_the_figures_show_the_filled_results(tmp_path: Path) -> None:
    build(tmp_path, advs(FOUR + TESTS, FIGURE), {**WITH_DISPLAY, **RAW})
    top = etree.parse(str(tmp_path / "out/adam/define.xml"))
    told = {one.get("OID"): one for one in top.iterfind(".//{*}AnalysisResult")}
    assert list(told)[:4] == ["AR.R.SYSBP.0", "AR.R.SYSBP.1", "AR.R.PULSE.0", "AR.R.PULSE.1"]
    one = told["AR.R.PULSE.1"]
    assert one.findtext("{*}Description/{*}TranslatedText") == "Pulse, Week 1"
    said = one.findtext("{*}Documentation/{*}Description/{*}TranslatedText") or ""
    assert said.startswith("Records of ADVS with PARAMCD = PULSE, AVISIT = Week 1 and ANL01FL = Y.")
    assert said.endswith(" Of Week 1.")
    assert '"PULSE"' in (one.findtext("{*}ProgrammingCode/{*}Code") or "")
    assert "{" not in said
    figures = sorted(path.name for path in (tmp_path / "out/adam/figures").iterdir())
    assert figures == ["F.PULSE.svg", "F.SYSBP.svg"]
    assert b"SYSBP, women" in (tmp_path / "out/adam/figures/F.SYSBP.svg").read_bytes()


FAULTS = [
    (
        "code: PULSE, what",
        "code: PULS, what",
        ["26:11 CED021 'PULS' is no term of codelist ADVS.PARAMCD of ADVS.PARAMCD; did you mean PULSE?"],
    ),
    (
        "id: R.{code}.{n_visit}",
        "id: R.{n_visit}",
        [
            f"20:9 CED029 a second result R.{visit}; write a {{name}} of its 'for' into the id"
            for visit in (0, 1)
        ],
    ),
    (
        "display: T1.1",
        "display: T1.{n_visit}",
        [
            "24:14 CED123 unknown display T1.0; did you mean T1.1?",
        ],
    ),
    ("{what}, {visit}", "{what}, {vist}", ["25:11 CED012 nothing fills {vist} in"]),
    ("note: Of {visit}.", "note: Of {arm}.", ["30:11 CED012 nothing fills {arm} in"]),
    (
        "{n_visit: 1,",
        "{n_visit: 1, n: 7,",
        [
            "23:65 CED141 the name n of this 'for' is taken: {n} in 'show' is what mean and SD gives; "
            "give it another name"
        ],
    ),
    (
        "digits: 1}",
        "digts: 1}",
        [
            "23:40 CED114 nothing uses {digts} of this 'for'; did you mean digits?",
        ],
    ),
    (
        "{n_visit: 1, visit",
        "{n_visit: 1, code: PULSE, visit",
        [
            "22:7 CED009 this cannot be the value of 'for': two of its lists give code",
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS, ids=[case[1] for case in FAULTS])
def test_a_fault_of_a_for(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert old in FOUR
    found = messages(tmp_path, advs(FOUR.replace(old, new, 1)), WITH_DISPLAY)
    assert found == [AT + one for one in said]
