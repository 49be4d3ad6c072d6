"""Results and figures written into the analysis dataset of vital signs."""

from __future__ import annotations

from analysis_study import BDS

from small_study import FILES

DISPLAYS = """\
displays:
  T1.1: {title: Blood Pressure, reason: SPECIFIED IN SAP, purpose: PRIMARY OUTCOME MEASURE}
"""
WITH_DISPLAY = {"define/define.yaml": FILES["define/define.yaml"] + DISPLAYS}
WITH_CHANGE = BDS.replace(
    "variables:\n",
    "windows: {on: ADY, unit: DAYS, visits: {Baseline: {number: 0, days: ..1}, Week 1: {number: 1, days: 2..20}}}\n"
    "copy: [ADSL.SEX]\n"
    "variables:\n"
    "  ABLFL: {flag: last, where: \"AVISIT = 'Baseline' and AVAL is present\", by: [PARAMCD], order: [ADT]}\n"
    "  BASE: {derive: \"only(AVAL where ABLFL = 'Y' on PARAMCD)\"}\n"
    '  CHG: {derive: "AVAL - BASE", when: "AVISITN > 0"}\n'
    '  ANL01FL: {flag: last, where: "AVISIT is present and AVAL is present", by: [PARAMCD, AVISIT], order: [ADT]}\n',
)
RESULT = """\
  - id: R1.1
    display: T1.1
    what: Systolic pressure
    data: "PARAMCD = 'SYSBP' and AVISIT = 'Baseline' and ANL01FL = 'Y'"
    variable: AVAL
    method: mean and SD
"""
FIGURE = """\
figures:
  - id: F1
    what: Systolic pressure by subject
    data: "PARAMCD = 'SYSBP' and ANL01FL = 'Y'"
    variable: AVAL
    visits: [Baseline, Week 1]
    axis: Systolic pressure (mmHg)
    centre: mean and SD
"""


def advs(result: str = RESULT, figure: str = "") -> dict[str, str]:
    """The dataset with results and figures."""
    return {"ADVS": WITH_CHANGE + ("results:\n" + result if result else "") + figure}
