"""Conditions of functions over several records, candidates, windows and derived records that partial dates leave
unknown: the records that do not count for it are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES
from structures import made, rows, said

AE, ADSL = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml"
OWN = "the condition is neither true nor false, so that the record does not count; "
OUT = OWN.replace("the record", "the record of AE")
SAY = "say what holds where a value is missing or partial, or accept it with unknown: accept"
HINT = "look at the dates, impute them, or accept it with unknown: accept"
SECOND = "\n    ae.csv line 3, subject T1-001"
"""The record of the small study with a partial date, 2020-02."""


def with_line(expression: str, words: str = "") -> dict[str, str]:
    """The small study with a variable of ADSL."""
    line = f'  X: {{derive: "{expression}"{words}, label: Extra}}\nsort:'
    return {ADSL: FILES[ADSL].replace("sort:", line)}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("count(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC)", 1),
        ("count(AE.AESEQ where AE.AESTDTC >= '2020-02-05')", 1),
        ("sum(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC and AE.AESER = 'N')", 2),
        ("max(AE.AESEQ where AE.AESER = 'N' and not AE.AESTDTC < '2020-02-05')", 2),
        ("last(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC order by AE.AESEQ)", 2),
        ("first(AE.AESEQ where AE.AESTDTC between '2020-02-05' and '2020-02-11' order by AE.AESEQ)", 2),
        ("only(AE.AESEQ where AE.AESTDTC in ('2020-02-10'))", 2),
    ],
)
def test_a_record_that_does_not_count_for_a_partial_date_is_named(
    tmp_path: Path, expression: str, value: float
) -> None:
    done = made(tmp_path, with_line(expression))
    assert rows(done, "ADSL", "X")[0] == (value,)
    assert [str(one) for one in done.findings] == [
        f"{tmp_path}/{ADSL}:9:16 CED270 ADSL.X: {OUT}{SAY}{SECOND}"
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "count(AE.AESEQ where AE.AESTDTC >= '2020-01-31')",  # certain
        "count(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC and AE.AESEV = 'MILD')",  # it does not count anyway
        "count(AE.AESEQ where AE.AESEV = 'MILD' and AE.AESTDTC >= '2020-02-05')",
        "count(AE.AEENDTC where AE.AESTDTC >= DM.RFSTDTC)",  # has no value
        "count(AE.AESEQ where AE.AEENDTC >= DM.RFSTDTC)",  # missing, not partial
        "if(SEX = 'F', count(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC), 0)",  # a branch of other subjects
        "if(SEX = 'F', count(AE.AESEQ where AE.AESTDTC >= '2020-02-05'), 0)",
    ],
)
def test_a_record_that_does_not_count_for_certain_is_not_named(tmp_path: Path, expression: str) -> None:
    assert said(tmp_path, with_line(expression)) == []


def test_records_of_a_subject_that_the_dataset_has_not_are_not_named(tmp_path: Path) -> None:
    files = with_line("count(AE.AESEQ where AE.AESTDTC >= '2020-02-05')")
    files[ADSL] = files[ADSL].replace("from: DM\n", "from: DM\nwhere: \"DM.SEX = 'F'\"\n")
    assert said(tmp_path, files) == []


@pytest.mark.parametrize(("word", "severity"), [("", "note"), ("report", "warning"), ("accept", None)])
def test_the_word_of_the_line_says_how_loud_that_is(tmp_path: Path, word: str, severity: str | None) -> None:
    words = f", unknown: {word}" * bool(word)
    done = made(tmp_path, with_line("count(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC)", words))
    assert [one.severity.value for one in done.findings] == [severity] * (severity is not None)


def test_where_all_is_asked_for_a_missing_date_is_told_too(tmp_path: Path) -> None:
    files = with_line("count(AE.AESEQ where AE.AEENDTC >= DM.RFSTDTC)", ", unknown: report")
    assert said(tmp_path, files) == [f"{ADSL}:9:16 CED270 ADSL.X: {OUT}{SAY}{SECOND}"]


def test_of_two_lines_with_one_function_each_has_its_own_word(tmp_path: Path) -> None:
    expression = "count(AE.AESEQ where AE.AESTDTC >= DM.RFSTDTC)"
    files = with_line(expression, ", unknown: accept")
    files[ADSL] = files[ADSL].replace("sort:", f'  Y: {{derive: "{expression}", label: Other}}\nsort:')
    assert said(tmp_path, files) == [f"{ADSL}:10:16 CED270 ADSL.Y: {OUT}{SAY}{SECOND}"]


@pytest.mark.parametrize(
    "expression",
    [
        "count(AETERM where AESTDTC >= '2020-02-05')",
        "rank(where AESTDTC >= '2020-02-05' order by AETERM)",
        "next(AESPID where AESTDTC >= '2020-02-05' order by AETERM)",
    ],
)
def test_records_of_the_dataset_itself_are_named_too(tmp_path: Path, expression: str) -> None:
    value = expression if expression.startswith("next") else f"text({expression})"
    spec = FILES[AE] + f'supp:\n  XQ: {{derive: "{value}", label: Extra}}\n'
    column = 17 + 5 * (value != expression)
    assert said(tmp_path, {AE: spec}) == [f"{AE}:26:{column} CED270 SUPPAE.XQ: {OWN}{SAY}{SECOND}"]


@pytest.mark.parametrize(("word", "told"), [("", True), ("unknown: accept\n", False)])
def test_a_condition_that_chooses_rows_tells_of_the_records_that_it_counts(
    tmp_path: Path, word: str, told: bool
) -> None:
    where = 'from: demog\nwhere: "count(AE.AETERM where AE.AESTDTC >= RFSTDTC) >= 0"\n'
    spec = FILES["mappings/sdtm/dm.yaml"].replace("from: demog\n", where + word)
    expected = f"mappings/sdtm/dm.yaml:1:1 CED270 DM: {OUT}{SAY}{SECOND}"
    assert said(tmp_path, {"mappings/sdtm/dm.yaml": spec}) == [expected] * told


ADTTE = """\
dataset: ADTTE
label: Time to Event
class: TTE
from: ADSL
parameters:
  TTAE:
    param: Time to First AE (days)
    start: ADSL.TRTSDT
    events:
      - {from: ADAE, where: "AESTDTC >= ADSL.FIRSTDTC", WORDdate: ASTDT, describe: Adverse event}
    censors:
      - {from: ADSL, where: "LASTDTC > '2020-02-09' or USUBJID is present", WORDdate: TRTSDT, describe: End}
      - {from: ADSL, where: "FIRSTDTC < '2020-02-10'", WORDdate: TRTSDT, describe: Other}
    censor: listed
sort: [PARAMCD]
"""
ADAE = """\
dataset: ADAE
label: Adverse Events
class: AE
from: AE
copy: [AE.AESEQ, AE.AETERM, AE.AESTDTC]
rows:
  ASTDT: {impute: AE.AESTDTC, highest: month, to: first}
sort: [AESEQ]
"""


@pytest.mark.parametrize("word", ["", "unknown: accept, "])
def test_candidates_of_a_time_to_event_tell_once(tmp_path: Path, word: str) -> None:
    lines = "  FIRSTDTC: {copy: DM.RFSTDTC, label: First}\n  LASTDTC: {copy: DM.RFENDTC, label: Last}\nsort:"
    raw = "SUBJ,DAY,DOSDT,DOSE\n001,1,10-FEB-2020,5\n001,2,11-FEB-2020,5\n002,1,UN-FEB-2020,2.5\n"
    dm = FILES["mappings/sdtm/dm.yaml"].replace(
        'RFXSTDTC: {derive: "min(EX.EXSTDTC)"}', "RFXSTDTC: {assign: 2020-02-01}"
    )
    files = {
        ADSL: FILES[ADSL].replace("sort:", lines),
        "mappings/sdtm/dm.yaml": dm,
        "mappings/adam/adae.yaml": ADAE,
        "mappings/adam/adtte.yaml": ADTTE.replace("WORD", word),
        "raw/dose.csv": raw,
    }
    told = [
        f"mappings/adam/adtte.yaml:10:29 CED270 ADTTE: {OUT.replace('AE', 'ADAE')}{SAY}{SECOND}\n    ae.csv line 4, subject T1-002",
        "mappings/adam/adtte.yaml:13:29 CED270 ADTTE: a condition is neither true nor false, and counts as not "
        f"true; {HINT}\n    subject T1-002",
    ]
    late = (  # TRTSDT, which is the date of censoring, is before the event
        "mappings/adam/adtte.yaml:6:3 CED846 ADTTE: TTAE has an event after the date of censoring, and the event "
        "counts, on 1 record; where later events do not count, leave them out with 'where'\n"
        "    demog.csv line 2, subject T1-001"
    )
    assert said(tmp_path, files) == [late, *([] if word else told)]


@pytest.mark.parametrize("word", ["", "unknown: accept, ", "unknown: report, "])
def test_a_missing_operand_of_a_candidate_is_told(tmp_path: Path, word: str) -> None:
    """Nobody has the date of a new therapy: as it stands, no event would count before it, nor a visit."""
    files = {
        ADSL: FILES[ADSL].replace("sort:", '  NEWDT: {derive: "date(DM.DTHDTC)", label: New Therapy}\nsort:'),
        "mappings/adam/adae.yaml": ADAE,
        "mappings/adam/adtte.yaml": ADTTE.replace("AESTDTC >= ADSL.FIRSTDTC", "ASTDT <= ADSL.NEWDT")
        .replace("LASTDTC > '2020-02-09' or USUBJID is present", "TRTSDT <= NEWDT or USUBJID is present")
        .replace("FIRSTDTC < '2020-02-10'", "TRTSDT < NEWDT")
        .replace("WORD", word),
    }
    told = [
        f"mappings/adam/adtte.yaml:10:29 CED270 ADTTE: {OUT.replace('AE', 'ADAE')}{SAY}\n"
        "    ae.csv line 2, subject T1-001\n    ae.csv line 3, subject T1-001\n    ae.csv line 4, subject T1-002",
        "mappings/adam/adtte.yaml:13:29 CED270 ADTTE: a condition is neither true nor false, and counts as not "
        f"true; {HINT}\n    subject T1-001\n    subject T1-002",
    ]
    assert said(tmp_path, files) == ([] if "accept" in word else told)


ADXA = """\
dataset: ADXA
label: Severity
class: BDS
from: AE
copy: [AE.AESEQ, AE.AESTDTC]
rows: {ADT: {impute: AE.AESTDTC, highest: month, to: first}}
parameters: {SEV: {param: Severity, value: AE.AESEQ}}
sort: [PARAMCD, ADT, AESEQ]
"""


def with_records(entry: str) -> dict[str, str]:
    text = ADXA.replace("sort: [", f"records:\n  - {entry}\nsort: [DTYPE, ")
    return {"mappings/adam/adxa.yaml": text}


WHERE = "where: \"AESTDTC >= '2020-02-05'\""


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        (f"{{dtype: AVERAGE, {WHERE}, WORDvalue: mean(AVAL)}}", 29),
        (f"{{dtype: LOV, {WHERE}, WORDtake: last, order: [ADT]}}", 25),
        (
            f"{{dtype: LOV, {WHERE}, WORDtake: last, order: [ADT], fill: {{Week 1: 1, Week 2: 2}}}}",
            25,
        ),
    ],
)
def test_derived_records_tell_once_of_what_they_are_not_made_from(
    tmp_path: Path, entry: str, column: int
) -> None:
    files = with_records(entry.replace("WORD", ""))
    if "fill" in entry:
        text = files["mappings/adam/adxa.yaml"]
        rows_ = 'rows: {AVISIT: {assign: Week 0}, AVISITN: {derive: "0"}, '
        files["mappings/adam/adxa.yaml"] = text.replace("rows: {", rows_)
    left = "the condition is neither true nor false, so that the record is left out; "
    hint = "say what holds where a value is missing or partial, or accept it with unknown: accept"
    told = f"mappings/adam/adxa.yaml:9:{column} CED270 ADXA: {left}{hint}{SECOND}"
    assert said(tmp_path, files) == [told]
    quiet = files["mappings/adam/adxa.yaml"].replace(f"{WHERE},", f"{WHERE}, unknown: accept,")
    assert said(tmp_path, {**files, "mappings/adam/adxa.yaml": quiet}) == []


def test_a_value_of_derived_records_tells_of_its_own_condition(tmp_path: Path) -> None:
    entry = "{dtype: AVERAGE, value: \"mean(AVAL where AESTDTC >= '2020-02-05')\"WORD}"
    told = f"mappings/adam/adxa.yaml:9:30 CED270 ADXA.AVAL: {OWN}{SAY}{SECOND}"
    assert said(tmp_path, with_records(entry.replace("WORD", ""))) == [told]
    assert said(tmp_path, with_records(entry.replace("WORD", ", unknown: accept"))) == []


@pytest.mark.parametrize("word", ["", "  unknown: accept\n"])
def test_windows_tell_of_records_at_the_first_that_may_have_them(tmp_path: Path, word: str) -> None:
    windows = f"""\
windows:
  on: ADY
  unit: DAYS
{word}  visits:
    Mild: {{number: 0, where: "AESEQ = 2 or AESTDTC > '2020-12'"}}
    First: {{number: 1, where: "AESTDTC < '2020-02-05'"}}
    Later: {{number: 2, where: "AESTDTC > '2020-02-05'"}}
    Rest: {{number: 3, days: 1..100}}
variables: {{ADY: {{derive: "study_day(ADT, ADSL.TRTSDT)"}}}}
sort:"""
    told = (
        "mappings/adam/adxa.yaml:13:31 CED270 ADXA.AVISIT: a condition is neither true nor false, and counts as not "
        f"true; {HINT}\n    subject T1-001"
    )
    files = {"mappings/adam/adxa.yaml": ADXA.replace("sort:", windows)}
    assert said(tmp_path, files) == ([] if word else [told])


SE = """\
domain: SE
from: DM
for:
  - {etcd: SCRN, element: Screening, order: 1, epoch: SCREENING, start: DM.RFICDTC}
  - {etcd: TRT, element: Treatment, order: 2, epoch: TREATMENT, start: DM.RFXSTDTC}
where: "{start} is present"
variables:
  ETCD: {protocol: "{etcd}"}
  ELEMENT: {protocol: "{element}"}
  TAETORD: {protocol: "{order}"}
  EPOCH: {protocol: "{epoch}"}
  SESTDTC: {derive: "{start}"}
  SEENDTC: {derive: "coalesce(next(SESTDTC order by SESTDTC), DM.RFPENDTC)"}
"""


@pytest.mark.parametrize(
    ("consent", "told"),
    [
        ("01-FEB-2020", []),  # of the partial date of the event EPOCH is missing, which is no choice
        (
            "UN-JAN-2020",
            [
                f"mappings/sdtm/{name}.yaml:1:9 CED270 {name.upper()}.EPOCH: {OUT.replace('AE', 'SE')}{SAY}\n    demog.csv "
                "line 2, subject T1-001"
                for name in ("ae", "ex")
            ],
        ),
    ],
)
def test_an_element_with_a_partial_start_is_named_where_epoch_passes_over_it(
    tmp_path: Path, consent: str, told: list[str]
) -> None:
    demog = FILES["raw/demog.csv"].replace("01-FEB-2020", consent)
    files = {"mappings/sdtm/se.yaml": SE, "raw/demog.csv": demog}
    assert said(tmp_path, files) == told


def test_a_check_fails_or_does_not_and_tells_no_more(tmp_path: Path) -> None:
    check = "checks: [\"count(AE.AESEQ where AE.AESTDTC >= '2020-02-05') >= 0\"]\n"
    assert said(tmp_path, {ADSL: FILES[ADSL] + check}) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            ADXA.replace(
                "sort: [", "records:\n  - {dtype: LOV, take: last, order: [ADT], UNKNOWN}\nsort: [DTYPE, "
            ),
            "9:5",
        ),
        (
            ADXA.replace(
                "sort:",
                "windows: {on: AESEQ, unit: DAYS, UNKNOWN, visits: {A: {number: 1, days: 1..9}}}\nsort:",
            ),
            "8:10",
        ),
        (
            ADTTE.replace('where: "AESTDTC >= ADSL.FIRSTDTC", WORD', "UNKNOWN, ").replace("WORD", ""),
            "10:9",
        ),
    ],
)
def test_a_word_about_a_condition_needs_one(tmp_path: Path, text: str, place: str) -> None:
    name = "adxa" if "ADXA" in text else "adtte"
    lines = "  FIRSTDTC: {copy: DM.RFSTDTC, label: First}\n  LASTDTC: {copy: DM.RFENDTC, label: Last}\nsort:"
    files = {
        f"mappings/adam/{name}.yaml": text.replace("UNKNOWN", "unknown: accept"),
        "mappings/adam/adae.yaml": ADAE,
        ADSL: FILES[ADSL].replace("sort:", lines),
    }
    assert said(tmp_path, files) == [
        f"mappings/adam/{name}.yaml:{place} CED065 'unknown: accept' needs a condition that chooses the rows; "
        "the condition stands in where"
    ]


UNDECIDED = "a condition is neither true nor false, and counts as not true; "
AFTER = "if(AE.AESTDTC >= DM.RFSTDTC, 1, 0)"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (f"sum({AFTER} where AE.AESER = 'N')", 1),
        (f"max(2 * {AFTER})", 2),
        (f"sum(if(AE.AESEQ < 9, {AFTER}, 7))", 1),
        (f"last(AE.AESEQ order by {AFTER}, AE.AESEQ)", 2),
    ],
)
def test_a_value_that_goes_by_a_partial_date_is_named(tmp_path: Path, expression: str, value: float) -> None:
    done = made(tmp_path, with_line(expression))
    assert rows(done, "ADSL", "X")[0] == (value,)
    assert [str(one) for one in done.findings] == [
        f"{tmp_path}/{ADSL}:9:16 CED270 ADSL.X: {UNDECIDED}{HINT}{SECOND}"
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "sum(if(AE.AESTDTC >= '2020-01-31', 1, 0))",  # certain
        f"sum({AFTER} where AE.AESEV = 'MILD')",  # it does not count
        f"sum(if(AE.AESEV = 'MILD', {AFTER}, 0))",  # a branch of other records
        f"sum(if(AE.AESEV = 'MODERATE', 0, {AFTER}))",
        "sum(if(AE.AEENDTC >= DM.RFSTDTC, 1, 0))",  # missing, not partial
        f"if(SEX = 'F', sum({AFTER}), 0)",  # a branch of other subjects
    ],
)
def test_a_value_that_is_certain_is_not_named(tmp_path: Path, expression: str) -> None:
    assert said(tmp_path, with_line(expression)) == []


@pytest.mark.parametrize(("word", "severity"), [("report", "warning"), ("accept", None)])
def test_the_word_of_the_line_says_how_loud_that_is_too(
    tmp_path: Path, word: str, severity: str | None
) -> None:
    done = made(tmp_path, with_line(f"sum({AFTER})", f", unknown: {word}"))
    assert [one.severity.value for one in done.findings] == [severity] * (severity is not None)
