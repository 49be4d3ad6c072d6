"""What is proposed for a text that is no number, or a unit without conversion: nothing that loses data."""

from __future__ import annotations

import pytest
from convert_plan import Study, raw, subjects

from ced_cdisc.convert.number_hints import number_hint

APART = "extract(..) takes the number out, and its unit for a line of its own"
LISTED = "list it under `missing` in sources.yaml, or write `not_done` where a test was not done"
LIMIT = 'it is no missing result: value: "numeric({result})" of its test keeps it in --STRESC'
EITHER = (
    "write for the table in sources.yaml `thousands: yes` if the comma separates thousands, "
    "`decimal: comma` if it is the decimal sign"
)
THOUSANDS = "write `thousands: yes` for the table in sources.yaml"
POWER = "`ct` gives the plain digits of a power of ten, as {2.5E11: 250000000000}"
OTHER = "correct the data, or tell the reason under `not_done`; numeric(..) loses the text"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("<5", "numeral(..) reads its number, and comparator(..) what stands before it"),
        (">= 5,5", "numeral(..) reads its number, and comparator(..) what stands before it"),
        ("14,2", "write `decimal: comma` for the table in sources.yaml"),
        ("0,280", "write `decimal: comma` for the table in sources.yaml"),
        ("1,280", EITHER),
        ("-12,800", EITHER),
        ("1,280.5", THOUSANDS),
        ("1,280,000", THOUSANDS),
        ("81.2 kg", APART),
        ("14,2 L", APART),
        ("10mg", APART),
        ("2.0E11", POWER),
        ("1,5e-05", POWER),
        ("ND", LISTED),
        ("not done", LISTED),
        (".", LISTED),
        ("-", LISTED),
        ("BLQ", LIMIT),
        ("<LLOQ", LIMIT),
        ("Below detection limit", LIMIT),
        ("not detected", LIMIT),
        ("hemolyzed", OTHER),
        ("1.2.3", OTHER),
    ],
)
def test_a_text_that_is_no_number(value: str, hint: str) -> None:
    assert number_hint(value) == hint
    study = Study(vs=subjects("1", RES=[value]))
    study.add("VS", [raw("vs", AVAL="number(vs.RES)")])
    assert study.faults() == [
        f"spec.yaml:7:5 CED253 VS.AVAL: '{value}' of vs.RES is not a number; {hint}\n"
        "    vs.csv line 2, subject S1-1"
    ]


@pytest.mark.parametrize(
    ("unit", "goal", "hint"),
    [
        ("IU/L", "U/L", "; where both mean the same, write units: {IU/L: U/L} in study.yaml"),
        ("mmol/kg", "mmol/L", "; mmol/L is of another quantity"),
        ("kgg", "kg", "; did you mean kg?"),
        ("kilo", "kg", ""),
        ("bau/mL", "BAU/mL", "; unit(..) around the text reads it as BAU/mL"),  # and not as U/mL
    ],
)
def test_another_unit_is_no_misspelling(unit: str, goal: str, hint: str) -> None:
    study = Study(vs=subjects("1", UNIT=[unit]))
    study.add("VS", [raw("vs", AVAL=f"convert(5, vs.UNIT, '{goal}')")])
    assert study.faults() == [
        f"spec.yaml:7:5 CED255 VS.AVAL: unit '{unit}' of vs.UNIT has no conversion to {goal}{hint}\n"
        "    vs.csv line 2, subject S1-1"
    ]
