"""Times to event: which of several events and censoring dates counts, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysis_study import build, messages, refused, rows, variable

from small_study import ADSL as SMALL_ADSL

ADSL = SMALL_ADSL.replace("variables:\n", 'variables:\n  EOSDT: {derive: "date(max(VS.VSDTC))"}\n')

ADAE = """\
dataset: ADAE
label: Adverse Event Analysis Dataset
class: AE
from: AE
copy: [AE.AESEQ, AE.AETERM, AE.AESEV]
trace: yes
rows:
  ASTDT: {derive: "date(AE.AESTDTC)"}
  AENDT: {derive: "date(AE.AEENDTC)"}
sort: [ASTDT, AESEQ]
"""

TTE = """\
dataset: ADTTE
label: Time to Event Analysis Dataset
class: TTE
from: ADSL
parameters:
  TTSEV:
    param: Time to First Severe AE (days)
    start: ADSL.TRTSDT
    events: [{from: ADAE, where: "AESEV = 'SEVERE'", date: ASTDT, describe: Severe adverse event}]
    censors: [{from: ADSL, date: EOSDT, describe: Study completed, dated: Last visit}]
sort: [PARAMCD]
"""

TWO = """\
  TTANY:
    param: Time to First AE or High Pressure (weeks)
    start: ADSL.TRTSDT
    unit: WEEKS
    events:
      - {from: ADAE, where: "ASTDT > ADSL.TRTSDT", date: ASTDT, describe: Adverse event}
      - {from: VS, where: "VSTESTCD = 'SYSBP' and VSSTRESN >= 140", date: "date(VSDTC)", describe: High pressure}
    censors:
      - {from: ADSL, date: EOSDT, describe: End}
    censor: latest
sort"""

NAMES = ("USUBJID", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ")


def spec(text: str = TTE) -> dict[str, str]:
    return {"ADSL": ADSL, "ADAE": ADAE, "ADTTE": text}


def test_an_event_ends_the_time_and_a_censoring_date_where_there_is_none(tmp_path: Path) -> None:
    made = build(tmp_path, spec())
    assert rows(made, "ADTTE", *NAMES) == [
        ("T1-001", "02-10", "02-24", 15.0, 1.0, "Study completed", "Last visit", "ADSL", "EOSDT", None),
        ("T1-002", "02-12", "02-14", 3.0, 0.0, "Severe adverse event", None, "ADAE", "ASTDT", 1.0),
    ]
    dataset = next(d for d in made.packages["adam"].datasets if d.name == "ADTTE")
    assert (dataset.class_name, dataset.subclass) == ("BASIC DATA STRUCTURE", "TIME-TO-EVENT")
    method = variable(made, "ADTTE", "ADT").method
    assert method.text == (
        'The earliest ADAE.ASTDT where ADAE.AESEV is "SEVERE" (Severe adverse event). '
        "Without such a date: ADSL.EOSDT (Study completed)."
    )


def test_of_events_of_several_datasets_the_earliest_counts(tmp_path: Path) -> None:
    made = build(tmp_path, spec(TTE.replace("sort", TWO)))
    found = [row for row in rows(made, "ADTTE", "PARAMCD", *NAMES) if row[0] == "TTANY"]
    # Pressure of subject 1 was 140 on 17 February, VSSEQ 6; the event of subject 2 came before any such.
    assert [row[1:] for row in found] == [
        ("T1-001", "02-10", "02-17", 8 / 7, 0.0, "High pressure", None, "VS", None, 6.0),
        ("T1-002", "02-12", "02-14", 3 / 7, 0.0, "Adverse event", None, "ADAE", "ASTDT", 1.0),
    ]
    levels = variable(made, "ADTTE", "AVAL").value_level
    assert [level.method.text for level in levels] == [
        "ADT minus STARTDT plus 1, in days, divided by 7 (weeks).",
        "ADT minus STARTDT plus 1, in days.",
    ]
    assert variable(made, "ADTTE", "STARTDT").value_level == ()


def test_what_is_said_of_a_parameter_s_start_and_codes_stands_with_the_parameter(tmp_path: Path) -> None:
    text = TTE.replace("sort", TWO.replace("start: ADSL.TRTSDT", "start: ADSL.FIRSTDT"))
    text = text.replace("date: EOSDT, describe: End}", "date: EOSDT, describe: End, code: 3}").replace(
        "    censor: latest", "      - {from: ADSL, date: TRTSDT, describe: No visit}\n    censor: latest"
    )
    adsl = ADSL.replace("EOSDT:", 'FIRSTDT: {derive: "date(min(VS.VSDTC))", label: First Visit}\n  EOSDT:')
    made = build(tmp_path, {"ADSL": adsl, "ADAE": ADAE, "ADTTE": text})
    starts = variable(made, "ADTTE", "STARTDT").value_level
    assert [(one.where[0].values, one.origin.description) for one in starts] == [
        (("TTANY",), "ADSL.FIRSTDT"),
        (("TTSEV",), "ADSL.TRTSDT"),
    ]
    codes = variable(made, "ADTTE", "CNSR").value_level
    assert [(one.where[0].values, one.method.text) for one in codes] == [
        (
            ("TTANY",),
            "0 if ADT is the date of an event, otherwise by the censoring date that counts (of equal ones that "
            "named first for ADT): 1 (No visit); 3 (End).",
        ),
        (("TTSEV",), "0 if ADT is the date of an event, otherwise 1 (Study completed)."),
    ]


def test_the_listed_order_can_count_in_place_of_the_dates(tmp_path: Path) -> None:
    text = TTE.replace("sort", TWO.replace("    unit: WEEKS\n", "    event: listed\n"))
    text = text.replace("VSSTRESN >= 140", "VSSTRESN >= 110")
    made = build(tmp_path, spec(text))
    found = [row for row in rows(made, "ADTTE", "PARAMCD", "USUBJID", "ADT", "SRCDOM") if row[0] == "TTANY"]
    assert found == [("TTANY", "T1-001", "02-01", "VS"), ("TTANY", "T1-002", "02-14", "ADAE")]


@pytest.mark.parametrize(
    ("rule", "date", "code", "said"),
    [("latest", "02-24", 1.0, "End"), ("earliest", "02-12", 2.0, "AE over"), ("listed", "02-24", 1.0, "End")],
)
def test_the_spec_says_which_censoring_date_counts(
    tmp_path: Path, rule: str, date: str, code: float, said: str
) -> None:
    censors = (
        "    censors:\n      - {from: ADSL, date: EOSDT, describe: End}\n"
        f"      - {{from: ADAE, date: AENDT, describe: AE over, code: 2}}\n    censor: {rule}\n"
    )
    lines = [line for line in TTE.splitlines(keepends=True) if "censors:" not in line]
    made = build(tmp_path, spec("".join(lines).replace("sort", censors.lstrip(" ").join(["    ", "sort"]))))
    assert rows(made, "ADTTE", "ADT", "CNSR", "EVNTDESC")[0] == (date, code, said)


def test_a_subject_with_neither_is_an_error_that_names_it(tmp_path: Path) -> None:
    text = TTE.replace(
        "{from: ADSL, date: EOSDT", "{from: ADAE, where: \"AESEV = 'MILD' and AESEV = 'SEVERE'\", date: AENDT"
    )
    assert refused(tmp_path, spec(text)) == [
        "mappings/adam/adtte.yaml:6:3 CED283 ADTTE: TTSEV has no event and no censoring date, on 1 record; "
        "add a censoring date, or leave such subjects out with 'where', which a block of 'stack' has for its "
        "parameters alone\n    demog.csv line 2, subject T1-001"
    ]


def test_a_subject_without_start_is_an_error_that_says_what_is_missing(tmp_path: Path) -> None:
    text = TTE.replace("start: ADSL.TRTSDT", "start: \"date(only(AE.AESTDTC where AE.AESEV = 'SEVERE'))\"")
    assert refused(tmp_path, spec(text)) == [
        "mappings/adam/adtte.yaml:6:3 CED283 ADTTE: TTSEV has no start, on 1 record; name a start that all subjects "
        "have, or leave such subjects out with 'where', which a block of 'stack' has for its parameters alone\n"
        "    demog.csv line 2, subject T1-001"
    ]


def test_the_method_compares_dates_as_dates(tmp_path: Path) -> None:
    text = TTE.replace("AESEV = 'SEVERE'", "AESEV = 'SEVERE' and ASTDT > ADSL.TRTSDT")
    text = text.replace("date: EOSDT,", "where: EOSDT <= date('2020-12-31'), date: EOSDT,")
    made = build(tmp_path, spec(text))
    assert variable(made, "ADTTE", "ADT").method.text == (
        'The earliest ADAE.ASTDT where ADAE.AESEV is "SEVERE" and ADAE.ASTDT is after ADSL.TRTSDT (Severe adverse '
        'event). Without such a date: ADSL.EOSDT where ADSL.EOSDT is on or before the date part of "2020-12-31" '
        "(Study completed)."
    )


def test_a_time_that_ends_before_it_starts_is_a_warning_that_names_the_records(tmp_path: Path) -> None:
    text = TTE.replace("start: ADSL.TRTSDT", 'start: "add_days(ADSL.TRTSDT, 3)"')
    made = build(tmp_path, spec(text))
    assert rows(made, "ADTTE", "USUBJID", "STARTDT", "ADT", "AVAL", "CNSR") == [
        ("T1-001", "02-13", "02-24", 12.0, 1.0),
        ("T1-002", "02-15", "02-14", 0.0, 0.0),
    ]
    told = [str(one).replace(f"{tmp_path}/", "") for one in made.findings.sorted() if one.code == "CED890"]
    assert told == [
        "mappings/adam/adtte.yaml:6:3 CED890 ADTTE: TTSEV ends before it starts, on 1 record; leave earlier dates "
        "out with 'where', or name an earlier start\n    demog.csv line 3, subject T1-002"
    ]


CENSORED = "{from: ADSL, date: 'add_days(TRTSDT, %s)', describe: Cut off}"


@pytest.mark.parametrize(
    ("rule", "days", "told"),
    [
        ("earliest", (1, 30), True),
        ("latest", (1, 30), False),
        ("latest", (1, 0), True),
        ("listed", (30, 1), False),
        ("listed", (1, 30), True),
        ("earliest", (2, 30), False),
    ],
)
def test_an_event_after_the_date_of_censoring_counts_and_is_told(
    tmp_path: Path, rule: str, days: tuple[int, int], told: bool
) -> None:
    """The severe event of 002 is two days after the start."""
    both = ", ".join(CENSORED % number for number in days)
    text = TTE.replace(
        TTE[TTE.index("censors:") : TTE.index("sort:")], f"censors: [{both}]\n    censor: {rule}\n"
    )
    made = build(tmp_path, spec(text))
    assert rows(made, "ADTTE", "ADT", "CNSR")[1] == ("02-14", 0.0)
    notes = [str(one).replace(f"{tmp_path}/", "") for one in made.findings.sorted() if one.code == "CED846"]
    assert (
        notes
        == [
            "mappings/adam/adtte.yaml:6:3 CED846 ADTTE: TTSEV has an event after the date of censoring, and the event "
            "counts, on 1 record; where later events do not count, leave them out with 'where'\n"
            "    demog.csv line 3, subject T1-002"
        ]
        * told
    )


def test_of_censoring_dates_of_one_day_that_named_first_says_the_code(tmp_path: Path) -> None:
    censors = (
        "censors: [{from: ADAE, date: AENDT, describe: AE ended, code: 2}, {from: ADSL, date: EOSDT, describe: "
        "Study completed}, {from: ADAE, where: AENDT is present, date: AENDT, describe: Once more, code: 3}]\n"
        "    censor: earliest\n"
    )
    text = TTE.replace(TTE[TTE.index("censors:") : TTE.index("sort:")], censors)
    made = build(tmp_path, spec(text))
    assert rows(made, "ADTTE", "ADT", "CNSR", "EVNTDESC") == [
        ("02-12", 2.0, "AE ended"),
        ("02-14", 0.0, "Severe adverse event"),
    ]
    assert variable(made, "ADTTE", "CNSR").method.text == (
        "0 if ADT is the date of an event, otherwise by the censoring date that counts (of equal ones that named "
        "first for ADT): 1 (Study completed); 2 (AE ended); 3 (Once more)."
    )


def test_an_event_without_date_is_an_error_and_no_censoring(tmp_path: Path) -> None:
    text = TTE.replace("AESEV = 'SEVERE'", "AESEV in ('SEVERE', 'MODERATE')")
    assert refused(tmp_path, spec(text)) == [
        "mappings/adam/adtte.yaml:9:75 CED283 ADTTE: TTSEV has an event without date (Severe adverse event), "
        "on 1 record; impute the date, or leave such events out: where: ASTDT is present\n"
        "    demog.csv line 2, subject T1-001"
    ]


FAULTS = [
    ("class: TTE", "class: BDS", ["6:3 CED035 parameter TTSEV has events: the dataset needs 'class: TTE'"]),
    ("    start: ADSL.TRTSDT\n", "", ["6:3 CED035 parameter TTSEV, a time to event, needs 'start'"]),
    (
        "from: ADSL\n",
        "from: ADAE\n",
        ["4:7 CED035 parameter TTSEV needs a source with one record a subject, not ADAE; from: ADSL"],
    ),
    (
        "dated: Last visit}]",
        "dated: Last visit}, {from: ADAE, date: AENDT, describe: x}]",
        [
            "6:3 CED035 parameter TTSEV does not say which censoring date counts; add censor: latest, earliest or listed"
        ],
    ),
    (
        "dated: Last visit}",
        "dated: Last visit, code: 0}",
        [
            "10:22 CED035 the code 0 of a censoring date of parameter TTSEV: CNSR 0 is an event; "
            "codes of censoring are 1 and above"
        ],
    ),
    (
        "describe: Severe adverse event}",
        "describe: Severe adverse event, code: 2}",
        [
            "9:21 CED035 'code' is of a censoring date, and parameter TTSEV has it in an event; "
            "an event has CNSR 0 and no CNSDTDSC"
        ],
    ),
    ("from: ADAE,", "from: ADAEE,", ["9:21 CED016 unknown dataset ADAEE; did you mean ADAE?"]),
    ("date: ASTDT", "date: ASTDTT", ["9:60 CED012 unknown variable ADAE.ASTDTT; did you mean ADAE.ASTDT?"]),
    ("date: ASTDT", "date: AETERM", ["9:60 CED014 'AETERM' is no date; date(..) takes its day"]),
    ("start: ADSL.TRTSDT", "start: ADSL.SEX", ["8:12 CED014 'start' is a date, such as ADSL.TRTSDT"]),
    (
        "    start:",
        "    value: ADSL.AGE\n    start:",
        ["6:3 CED035 'value' does not go with the events of parameter TTSEV"],
    ),
    (
        "    start:",
        "    rows: ADSL.AGE > 50\n    start:",
        [
            "6:3 CED035 'rows' does not go with the events of parameter TTSEV; "
            "for some subjects alone, give it a block of 'stack' with 'where'"
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "wanted"), FAULTS)
def test_misuse_is_told(tmp_path: Path, old: str, new: str, wanted: list[str]) -> None:
    found = messages(tmp_path, spec(TTE.replace(old, new)))
    assert found == [f"mappings/adam/adtte.yaml:{text}" for text in wanted]


def test_descriptions_are_terms_of_the_study_where_it_lists_them(tmp_path: Path) -> None:
    lists = (
        "codelists:\n"
        "  EVENTS: {name: Events, terms: {Severe event: '', Study completed: ''}, variables: EVNTDESC}\n"
        "  DATES: {name: Dates, terms: {Last contact: ''}, variables: CNSDTDSC}\n"
        "documents: {acrf: {title: Annotated CRF, href: acrf.pdf, kind: acrf, package: sdtm}}\n"
    )
    assert messages(tmp_path, spec(), {"define/define.yaml": lists}) == [
        "mappings/adam/adtte.yaml:9:77 CED021 'Severe adverse event' is no term of codelist EVENTS of "
        "ADTTE.EVNTDESC; did you mean Severe event?",
        "mappings/adam/adtte.yaml:10:75 CED021 'Last visit' is no term of codelist DATES of ADTTE.CNSDTDSC; "
        "terms: Last contact",
    ]
