"""What a build tells of records: conditions that are unknown, cases that leave gaps or overlap."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES
from structures import made, rows, said, written

AE = "mappings/sdtm/ae.yaml"
SPEC = FILES[AE]
TOLD = "the condition is neither true nor false, so that the record is left out; "
HINT = "say what holds where a value is missing or partial, or accept it with unknown: accept\n"
SECOND = "    ae.csv line 3, subject T1-001"


def with_where(where: str, word: str = "") -> dict[str, str]:
    """The small study with rows of AE chosen; the second record of T1-001 has a partial date and no end."""
    return {AE: SPEC.replace("from: ae\n", f'from: ae\nwhere: "{where}"\n{word}')}


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("AESTDTC >= DM.RFSTDTC", True),  # the condition needs the lines
        ("ae.STOP not in ('12-FEB-2020')", True),
        ("ae.STOP != '12-FEB-2020'", True),
        ("not ae.STOP = '12-FEB-2020'", True),
        ("ae.STOP is missing or ae.STOP != '12-FEB-2020'", False),
        ("ae.STOP = '12-FEB-2020'", False),  # no date is not that date
        ("ae.STOP in ('12-FEB-2020', '14-FEB-2020')", False),
        ("ae.STOP is present and ae.STOP != '12-FEB-2020'", False),
        ("AESTDTC = '2020-02-11'", True),  # a partial date may be that one
    ],
)
def test_records_that_an_unknown_condition_leaves_out_are_named(
    tmp_path: Path, where: str, told: bool
) -> None:
    found = said(tmp_path, with_where(where))
    assert found == [f"{AE}:3:8 CED270 AE: {TOLD}{HINT}{SECOND}"] * told


@pytest.mark.parametrize(("word", "severity"), [("", "note"), ("report", "warning"), ("accept", None)])
def test_the_spec_says_how_loud_that_is(tmp_path: Path, word: str, severity: str | None) -> None:
    files = with_where("AESTDTC >= DM.RFSTDTC", f"unknown: {word}\n" * bool(word))
    done = made(tmp_path, files)
    assert rows(done, "AE", "AETERM") == [("Headache",), ("Nausea",)]
    assert [one.severity.value for one in done.findings] == [severity] * (severity is not None)


MISSING = "a missing text is not != or not in a list either; write "


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{collect: ae.AENO, when: \"ae.STOP != '12-FEB-2020'\"}", True),
        ("{collect: ae.AENO, when: \"ae.STOP not in ('12-FEB-2020')\"}", True),
        ("{collect: ae.AENO, when: \"not (ae.STOP = '12-FEB-2020')\"}", True),
        ("{derive: \"if(ae.STOP != '12-FEB-2020', ae.AENO, '9')\"}", True),
        ("{cases: [{when: \"ae.STOP != '12-FEB-2020'\", then: \"'1'\"}, {else: \"'2'\"}]}", True),
        ("{collect: ae.AENO, when: \"ae.STOP != '12-FEB-2020'\", unknown: accept}", False),
        ("{collect: ae.AENO, when: \"ae.STOP is missing or ae.STOP != '12-FEB-2020'\"}", False),
        ("{collect: ae.AENO, when: \"ae.STOP = '12-FEB-2020'\"}", False),  # no date is not that date
        ("{collect: ae.AENO, when: \"ae.STOP != '12-FEB-2020' and ae.SEV = '3'\"}", False),  # false for it
        ("{collect: ae.STOP, when: \"ae.STOP != '12-FEB-2020'\"}", False),  # there is no value to lose
    ],
)
def test_a_missing_text_that_is_not_unequal_is_named(tmp_path: Path, line: str, told: bool) -> None:
    """In SAS a blank is `ne` to a text."""
    found = said(tmp_path, {AE: SPEC.replace("AESPID:   ae.AENO", f"AESPID:   {line}")})
    message = (
        f"{AE}:5:13 CED270 AE.AESPID: ae.STOP is missing, and {MISSING}"
        f"'ae.STOP is missing or ..' if such records count, else accept it with unknown: accept\n{SECOND}"
    )
    assert found == [message] * told


def test_a_word_about_a_condition_needs_one(tmp_path: Path) -> None:
    spec = SPEC.replace("from: ae\n", "from: ae\nunknown: accept\n")
    assert said(tmp_path, {AE: spec}) == [
        f"{AE}:1:1 CED065 'unknown: accept' needs a condition that chooses the rows; "
        "the condition stands in where"
    ]


def test_the_rows_of_a_parameter_tell_of_partial_dates_alone(tmp_path: Path) -> None:
    adam = """\
dataset: ADEX
label: Exposure
class: BDS
from: AE
rows: {ADT: {derive: "date(AE.AESTDTC)"}}
parameters:
  BEFORE: {param: Severity before, rows: "AE.AESTDTC < '2020-02-12'", text: AE.AESEV}
  ENDED: {param: Severity of ended, rows: "AE.AEENDTC >= '2020-02-01'", text: AE.AESEV}
sort: [PARAMCD, ADT]
"""
    found = said(tmp_path, {"mappings/adam/adex.yaml": adam})
    assert found == [f"mappings/adam/adex.yaml:7:42 CED270 ADEX: {TOLD}{HINT}{SECOND}"]


def test_blocks_computed_together_tell_each_of_its_own_condition(tmp_path: Path) -> None:
    text = """\
domain: CE
for: [{of: TERM}, {of: SEV}]
from: ae
where: "ae.{of} != 'Nausea' and ae.STOP != '12-FEB-2020'"
sort: [CETERM]
variables: {CETERM: "ae.{of}"}
"""
    found = said(tmp_path, {"mappings/sdtm/ce.yaml": text})
    assert found == [f"mappings/sdtm/ce.yaml:4:8 CED270 CE: {TOLD}{HINT}{SECOND}"]


def line_told(folder: Path, line: str, replaced: str = '  AEACN:    {absent: "Not collected"}') -> list[str]:
    """What is said of the small study with another line of AE."""
    assert replaced in SPEC
    return said(folder, {AE: SPEC.replace(replaced, f"  AEACN:    {line}")})


def test_a_value_that_hangs_on_a_partial_date_is_told_of_for_every_verb(tmp_path: Path) -> None:
    line = '{assign: NOT APPLICABLE, when: "AESTDTC >= DM.RFSTDTC"}'
    assert line_told(tmp_path, line) == [
        f"{AE}:21:13 CED270 AE.AEACN: a condition is neither true nor false, and counts as not true; "
        "look at the dates, impute them, or accept it with unknown: accept\n    subject T1-001"
    ]


CASES = """{{cases: [{{when: "ae.SEV = '1'", then: "'DOSE NOT CHANGED'"}}, {more}]{words}}}"""
GAP = (
    f"{AE}:21:13 CED831 AE.AEACN: no case holds on 1 record, the first with ae.SEV '3'; "
    "add a case or 'else', or accept it with gaps: accept\n    ae.csv line 4, subject T1-002"
)
OVERLAP = (
    f"{AE}:21:13 CED832 AE.AEACN: cases with different values hold on 1 record, the first with ae.SEV '1', "
    "and the first of them counts; tell the cases apart, or accept it with overlaps: accept\n"
    "    ae.csv line 2, subject T1-001"
)
TWO = """{when: "ae.SEV = '2'", then: "'DRUG WITHDRAWN'"}"""
BOTH = """{when: "ae.SEV in ('1', '2')", then: "'DRUG WITHDRAWN'"}"""
ALIKE = """{when: "ae.SEV in ('1', '2')", then: "'DOSE NOT CHANGED'"}"""


@pytest.mark.parametrize(
    ("more", "words", "told"),
    [
        (TWO, "", [GAP]),
        (TWO, ", gaps: accept", []),
        (f"{TWO}, {{else: missing}}", "", []),
        (TWO, ", when: \"ae.SEV != '3'\"", []),
        (BOTH, "", [GAP, OVERLAP]),
        (BOTH, ", overlaps: accept", [GAP]),
        (ALIKE, "", [GAP]),  # the same value, whichever case counts
    ],
)
def test_gaps_and_overlaps_of_cases_are_told(tmp_path: Path, more: str, words: str, told: list[str]) -> None:
    assert line_told(tmp_path, CASES.format(more=more, words=words)) == told


def test_a_case_that_a_missing_value_leaves_unknown_is_no_gap(tmp_path: Path) -> None:
    cases = """{cases: [{when: "AEENDTC < '2020-03'", then: "'DOSE NOT CHANGED'"},
      {when: "AEENDTC >= '2020-03'", then: "'DRUG WITHDRAWN'"}]}"""
    assert line_told(tmp_path, cases) == []


def test_a_single_case_is_a_condition_and_leaves_no_gap(tmp_path: Path) -> None:
    assert line_told(tmp_path, "{cases: [{when: \"ae.SEV = '1'\", then: \"'DOSE NOT CHANGED'\"}]}") == []


def test_the_number_of_a_text_tells_nothing_again(tmp_path: Path) -> None:
    adsl = FILES["mappings/adam/adsl.yaml"].replace(
        "sort:",
        """  AGEGR1: {cases: [{when: "AGE < 30", then: "'<30'"}, {when: "AGE > 90", then: "'>90'"}], """
        "number: AGEGR1N}\nsort:",
    )
    found = said(tmp_path, {"mappings/adam/adsl.yaml": adsl})
    assert [text.partition(";")[0] for text in found] == [
        "mappings/adam/adsl.yaml:9:11 CED831 ADSL.AGEGR1: no case holds on 1 record, the first with AGE 49"
    ]


def test_blocks_tell_of_their_own_records_where_a_line_is_made_over_all(tmp_path: Path) -> None:
    line = '{cases: [{when: "count(AETERM) = 9", then: "\'DOSE NOT CHANGED\'"}, %s]}'
    text = f"""\
domain: AE
sort: [AESTDTC, AETERM]
stack:
  - {{from: ae, where: "ae.SEV = '3'", variables: {{AEACN: {line % TWO}}}}}
  - {{from: ae, where: "ae.SEV != '3'", variables: {{AEACN: {{derive: "if(count(AETERM) = 9, 'x', missing)"}}}}}}
variables:
{SPEC[SPEC.index("  AESPID") :].replace('  AEACN:    {absent: "Not collected"}' + chr(10), "")}"""
    text = text.replace("'x'", "'DOSE REDUCED'")
    written(tmp_path, {AE: text})
    assert [one for one in said(tmp_path, {AE: text}) if "CED831" in one] == [
        f"{AE}:4:58 CED831 AE.AEACN: no case holds on 1 record, the first with ae.SEV '3'; "
        "add a case or 'else', or accept it with gaps: accept\n    ae.csv line 4, subject T1-002"
    ]


def never(place: str, variable: str) -> str:
    return (
        f"{place} CED880 {variable}: 'when' is true for no record, so that the line gives no value; "
        "correct the condition, or accept it with never: accept"
    )


def test_a_condition_that_is_true_for_no_record_is_told(tmp_path: Path) -> None:
    assert line_told(tmp_path, """{assign: NOT APPLICABLE, when: "ae.SEV = 'X'"}""") == [
        never(f"{AE}:21:44", "AE.AEACN")
    ]


def test_an_unknown_condition_is_not_true(tmp_path: Path) -> None:
    found = line_told(tmp_path, """{assign: NOT APPLICABLE, when: "AESTDTC > '2020-02'", unknown: accept}""")
    assert found == [never(f"{AE}:21:44", "AE.AEACN")]


def test_a_condition_that_may_be_true_for_no_record_is_accepted(tmp_path: Path) -> None:
    assert line_told(tmp_path, """{assign: NOT APPLICABLE, when: "ae.SEV = 'X'", never: accept}""") == []


def test_a_condition_that_one_record_meets_is_not_told(tmp_path: Path) -> None:
    assert line_told(tmp_path, """{assign: NOT APPLICABLE, when: "ae.SEV = '3'"}""") == []


def test_a_qualifier_tells_of_its_condition_too(tmp_path: Path) -> None:
    spec = SPEC + """supp: {AEX: {assign: X, label: X, when: "ae.SEV = 'X'"}}\n"""
    line = spec.count("\n")
    assert said(tmp_path, {AE: spec}) == [never(f"{AE}:{line}:41", "SUPPAE.AEX")]


CE = """\
domain: CE
stack:
  - {{from: ae, where: "ae.SEV = '1'"}}
  - {{from: ae, where: "ae.SEV != '1'", variables: {{CECAT: {{assign: B, when: "ae.SEV = '2'"}}}}}}
  - {{from: ae, where: "ae.SEV = 'X'", variables: {{CESCAT: {{assign: C, when: "ae.SEV = 'X'"}}}}}}
sort: [CETERM]
variables:
  CETERM: ae.TERM
  CEPRESP: {{assign: Y, when: "{when}"}}
"""


@pytest.mark.parametrize(
    ("when", "told"), [("ae.SEV = '1'", False), ("ae.SEV = '3'", False), ("ae.SEV = 'X'", True)]
)
def test_a_line_of_several_blocks_is_told_where_it_holds_in_none(
    tmp_path: Path, when: str, told: bool
) -> None:
    """Nor does a block without records say anything of its own line."""
    found = said(tmp_path, {"mappings/sdtm/ce.yaml": CE.format(when=when)})
    assert found == [never("mappings/sdtm/ce.yaml:9:30", "CE.CEPRESP")] * told


def test_a_line_that_for_repeats_is_one_line(tmp_path: Path) -> None:
    text = """\
domain: CE
for: [{of: "1"}, {of: X}]
from: ae
sort: [CETERM, CECAT]
variables:
  CETERM: ae.TERM
  CECAT: {assign: "C{of}", when: "ae.SEV = '{of}'"}
  CESCAT: {assign: "C{of}", when: "ae.SEV = '{of}{of}'"}
"""
    assert said(tmp_path, {"mappings/sdtm/ce.yaml": text}) == [
        never("mappings/sdtm/ce.yaml:8:35", "CE.CESCAT")
    ]


def test_a_line_over_the_whole_dataset_is_told_once_for_all_variables_of_it(tmp_path: Path) -> None:
    text = """\
dataset: ADEX
label: Exposure
class: OCCDS
from: AE
rows:
  ACAT1: {cases: [{when: "AE.AESEQ = 1", then: "'A'"}, {else: "'B'"}], number: ACAT1N, when: "AE.AESEQ = 99", label: A}
variables:
  ANL01FL: {assign: Y, when: "count(AESEQ) = 99", label: A}
sort: [AESEQ]
copy: [AE.AESEQ]
"""
    found = said(tmp_path, {"mappings/adam/adex.yaml": text})
    place = "mappings/adam/adex.yaml"
    assert found == [never(f"{place}:6:94", "ADEX.ACAT1"), never(f"{place}:8:30", "ADEX.ANL01FL")]


NESTED = "if(AESTDTC >= DM.RFSTDTC, 'A', 'B')"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"""{{derive: "{NESTED}"}}""", True),
        (f"""{{derive: "join('', 'x', {NESTED})"}}""", True),
        (f"""{{derive: "{NESTED}", ct: {{A: DRUG WITHDRAWN, B: UNKNOWN}}}}""", True),
        (f"""{{derive: "if(ae.SEV = '2', 'A', join('', 'x', {NESTED}))"}}""", False),
        (f"""{{derive: "if(ae.SEV = '2', join('', 'x', {NESTED}), 'A')"}}""", True),
    ],
)
def test_a_condition_within_an_expression_is_told_of(tmp_path: Path, line: str, told: bool) -> None:
    found = said(tmp_path, {AE: SPEC.replace('AEDECOD:  {derive: "upper(AETERM)"}', f"AEDECOD: {line}")})
    assert (
        found
        == [
            f"{AE}:9:12 CED270 AE.AEDECOD: a condition is neither true nor false, and counts as not true; "
            "look at the dates, impute them, or accept it with unknown: accept\n    subject T1-001"
        ]
        * told
    )
