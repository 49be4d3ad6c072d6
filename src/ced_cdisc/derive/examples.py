"""Worked examples of the functions, for the language reference; the tests compute each by both engines.

Names are typed as in datasets: *DTC is ISO 8601 text, *DT a date, *DTM a date-time, others by their value.
"""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """An expression, the values of its names, and what comes out (None: missing)."""

    expression: str
    given: dict[str, str | float | None]
    result: str | float | bool | None


EXAMPLES: tuple[Example, ...] = (
    Example("if(AGE >= 65, 'ELDERLY', 'ADULT')", {"AGE": 70.0}, "ELDERLY"),
    Example("if(AGE >= 65, 'ELDERLY', 'ADULT')", {"AGE": None}, "ADULT"),
    Example("coalesce(A, X)", {"A": None, "X": 5.1}, 5.1),
    Example("join('-', STUDY, TERM, SUBJ)", {"STUDY": "T1", "TERM": None, "SUBJ": "001"}, "T1-001"),
    Example("upper(TERM)", {"TERM": "Bone pain"}, "BONE PAIN"),
    Example("lower(TERM)", {"TERM": "Bone pain"}, "bone pain"),
    Example("trim(TERM)", {"TERM": "  Bone pain "}, "Bone pain"),
    Example("contains(TERM, 'pain')", {"TERM": "Bone pain"}, True),
    Example("starts(TERM, 'Bone')", {"TERM": "Bone pain"}, True),
    Example("ends(TERM, 'Bone')", {"TERM": "Bone pain"}, False),
    Example("matches(SUBJ, '[0-9]{3}')", {"SUBJ": "001"}, True),
    Example("extract(TEXT, '([0-9]+) mg')", {"TEXT": "take 20 mg daily"}, "20"),
    Example("replace(UNIT, 'µ', 'u')", {"UNIT": "µg"}, "ug"),
    Example("text(DOSE)", {"DOSE": 2.5}, "2.5"),
    Example("numeric(RESULT)", {"RESULT": "<0.01"}, None),
    Example("number(RESULT)", {"RESULT": "5.10"}, 5.1),
    Example("seconds(DUR)", {"DUR": "7:04"}, 424.0),
    Example("round(X, 2)", {"X": 2.675}, 2.68),
    Example("round(X, 0)", {"X": -2.5}, -3.0),
    Example("floor(X)", {"X": -2.5}, -3.0),
    Example("abs(X)", {"X": -2.5}, 2.5),
    Example("sqrt(X)", {"X": 2.25}, 1.5),
    Example("log(X)", {"X": 10.0}, 2.302585092994046),
    Example("log10(X)", {"X": 1000.0}, 3.0),
    Example("exp(X)", {"X": 1.0}, 2.718281828459045),
    Example("signif(X, 3)", {"X": 0.0123456}, 0.0123),
    Example("comparator(RESULT)", {"RESULT": "<0.01"}, "<"),
    Example("numeral(RESULT)", {"RESULT": "<0.01"}, 0.01),
    Example("decimal(RESULT, 'comma')", {"RESULT": "5,4"}, "5.4"),
    Example("unit(UNIT)", {"UNIT": "x10(9)/l"}, "10^9/L"),
    Example(
        "convert(GLUCOSE, UNIT, 'mmol/L', 'GLUC')", {"GLUCOSE": 90.0, "UNIT": "mg/dL"}, 4.995670418970226
    ),
    Example("duration(AMOUNT, UNIT)", {"AMOUNT": 2.0, "UNIT": "weeks"}, "P2W"),
    Example("duration_of(DUR)", {"DUR": "7:04"}, "PT7M4S"),
    Example("duration_between(AESTDTC, AEENDTC)", {"AESTDTC": "2018-03-15", "AEENDTC": "2018-03-17"}, "P2D"),
    Example("date_flag(AESTDTC, ASTDT)", {"AESTDTC": "2018-03", "ASTDT": "2018-03-01"}, "D"),
    Example("time_flag(AESTDTC, ASTDTM)", {"AESTDTC": "2018-03-15T09", "ASTDTM": "2018-03-15T09:00:00"}, "M"),
    Example("least(A, B)", {"A": 3.0, "B": None}, 3.0),
    Example("greatest(A, B)", {"A": 3.0, "B": 4.0}, 4.0),
    Example("convert(TEMP, UNIT, 'C')", {"TEMP": 98.6, "UNIT": "F"}, 37.0),
    Example("date(AESTDTC)", {"AESTDTC": "2018-03-15T09:30"}, "2018-03-15"),
    Example("date(AESTDTC)", {"AESTDTC": "2018-03"}, None),
    Example("datetime(AESTDTC)", {"AESTDTC": "2018-03-15T09:30"}, "2018-03-15T09:30:00"),
    Example("day(AESTDTC)", {"AESTDTC": "2018-03-15T09:30"}, "2018-03-15"),
    Example("until(PRSTDTC, CLOCK)", {"PRSTDTC": "2018-03-15T21:30", "CLOCK": "23:05"}, "2018-03-15T23:05"),
    Example("until(PRSTDTC, CLOCK)", {"PRSTDTC": "2018-03-15T21:30", "CLOCK": "0040"}, "2018-03-16T00:40"),
    Example("until(PRSTDTC, CLOCK)", {"PRSTDTC": "2018-03-15T21:30", "CLOCK": None}, None),
    Example("iso(ADT)", {"ADT": "2018-03-15"}, "2018-03-15"),
    Example("add_days(ADT, 2)", {"ADT": "2018-02-27"}, "2018-03-01"),
    Example("add_days(EXSTDTC, N)", {"EXSTDTC": "2018-03-15T09:30", "N": -1.0}, "2018-03-14T09:30"),
    Example("add_days(EXSTDTC, 2)", {"EXSTDTC": "2018-03"}, None),
    Example("study_day(AESTDTC, RFSTDTC)", {"AESTDTC": "2018-03-15", "RFSTDTC": "2018-03-15"}, 1.0),
    Example("study_day(AESTDTC, RFSTDTC)", {"AESTDTC": "2018-03-14", "RFSTDTC": "2018-03-15"}, -1.0),
    Example("days_between(STARTDT, ADT)", {"STARTDT": "2018-03-01", "ADT": "2018-03-15"}, 14.0),
    Example(
        "hours_between(EXSTDTC, PCDTC)",
        {"EXSTDTC": "2018-03-15T08:00", "PCDTC": "2018-03-16T08:31"},
        24.516666666666666,
    ),
    Example(
        "hours_between(TRTSDTM, ADTM)",
        {"TRTSDTM": "2018-03-15T08:00:00", "ADTM": "2018-03-15T07:45:00"},
        -0.25,
    ),
    Example("hours_between(EXSTDTC, PCDTC)", {"EXSTDTC": "2018-03-15", "PCDTC": "2018-03-16T08:31"}, None),
    Example(
        "minutes_between(EXSTDTC, PCDTC)",
        {"EXSTDTC": "2018-03-15T08:00", "PCDTC": "2018-03-15T08:31:30"},
        31.5,
    ),
    Example(
        "days_between(AESTDTC, AEENDTC)", {"AESTDTC": "2018-03-15T23:50", "AEENDTC": "2018-03-16T00:10"}, 1.0
    ),
    Example("age(BRTHDTC, RFICDTC)", {"BRTHDTC": "1966-06-05", "RFICDTC": "2018-06-04"}, 51.0),
    Example("age(BRTHDTC, RFICDTC)", {"BRTHDTC": "1966", "RFICDTC": "2018-06-04"}, None),
    Example("starts_by(CMSTDTC, EXSTDTC)", {"CMSTDTC": "2018-03-15", "EXSTDTC": "2018-03-15T09:30"}, True),
    Example("AESTDTC < RFSTDTC", {"AESTDTC": "2018-03", "RFSTDTC": "2018-04-02"}, True),
    Example("AESTDTC < RFSTDTC", {"AESTDTC": "2018-03", "RFSTDTC": "2018-03-15"}, None),
    Example("AVAL > 50 or AVAL is missing", {"AVAL": None}, True),
    Example("AVAL between 40 and 60", {"AVAL": 60.0}, True),
    Example("AESEV in ('MILD', 'SEVERE')", {"AESEV": "MODERATE"}, False),
    Example("100 * (AVAL / BASE - 1)", {"AVAL": 3.0, "BASE": 0.0}, None),
)
