"""``ced-cdisc test``: what passes, what fails and how it is told, and tests that are not written right."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from junitparser import JUnitXml

from ced_cdisc.cli import main
from small_study import write_study

CLONE = Path(__file__).parents[2]
NOTICE = "specs from mappings and define\n"
NAMED = {"mappings/study.yaml": ("snapshot", "derivations: derivations.py\nsnapshot")}
CODE = """\
from ced_cdisc.derivations import derivation


@derivation(
    inputs={"x": "number"},
    output="number",
    method="twice {x}",
    examples=[({"x": 2}, 4), ({"x": None}, None)],
)
def twice(x):
    return None if x is None else 2 * x
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    write_study(Path())
    Path("mappings/tests").mkdir()


def run(text: str, *arguments: str, name: str = "ae.yaml") -> tuple[int, str]:
    path = Path("mappings/tests", name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["test", *arguments], prog_name="ced-cdisc")
    return result.exit_code, result.output.removeprefix(NOTICE)


def one(given: str, then: str, dataset: str = "AE") -> str:
    return f"dataset: {dataset}\ntests:\n  - name: it\n    given: {given}\n    {then}\n"


EVENT = "{ae: [{SUBJ: 001, TERM: Rash, START: UN-FEB-2020, SEV: 2}]}"


def test_what_comes_out_is_compared_variable_by_variable() -> None:
    assert run(one(EVENT, "expect: [{AETERM: Rash, AESTDTC: 2020-02, AESEV: MODERATE, AEENDTC: ''}]")) == (
        0,
        "passed  AE: it\n1 test passed\n",
    )


def test_a_cell_that_differs_is_told_with_both_lines() -> None:
    assert run(one(EVENT, "expect: [{AETERM: Rash, AESTDTC: 2020-02-01, AESEV: ''}]")) == (
        1,
        "2 errors from the checks\n"
        "mappings/tests/ae.yaml:5:38 CED786 AE: it: AESTDTC of record 1 is '2020-02', expected '2020-02-01'; "
        "made by mappings/sdtm/ae.yaml:23:13\n"
        "mappings/tests/ae.yaml:5:57 CED786 AE: it: AESEV of record 1 is 'MODERATE', expected missing; made by "
        "mappings/sdtm/ae.yaml:19:13\n"
        "failed  AE: it\n1 of 1 tests failed\n",
    )


def test_rows_that_the_table_excludes_make_nothing() -> None:
    sources = Path("mappings/sources.yaml")
    words = 'trim: yes, exclude_rows: {"number(SEV) > 3": Tests of the form}'
    sources.write_text(sources.read_text().replace("trim: yes", words))
    rows = "{ae: [{SUBJ: 001, TERM: Rash, SEV: 2}, {SUBJ: 001, TERM: x, SEV: 9}]}"
    assert run(one(rows, "expect: [{AETERM: Rash}]")) == (0, "passed  AE: it\n1 test passed\n")
    code, said = run(one(rows.replace("9", "y"), "expect: [{AETERM: Rash}]"))
    assert (code, said) == (
        1,
        "1 error from the checks\n"
        "mappings/tests/ae.yaml:3:11 CED786 AE: it: stopped by CED253 exclude_rows of ae: 'y' of SEV is not a "
        "number; made by mappings/sources.yaml:1:53\n    given ae line 2\n"
        "failed  AE: it\n1 of 1 tests failed\n",
    )


def test_the_table_of_the_number_before_need_not_be_given() -> None:
    """Of a person who was screened twice: the first number may be one of a table that a test does not need."""
    for path, old, text in (
        ("study", "'T1', SUBJECT", "'T1', coalesce(again.FIRST, SUBJECT)"),
        (
            "sources",
            "tables:\n",
            "tables:\n  again: {file: again.csv, key: [SUBJ], columns: [SUBJ, FIRST]}\n",
        ),
    ):
        spec = Path(f"mappings/{path}.yaml")
        spec.write_text(spec.read_text().replace(old, text))
    rows = "{ae: [{SUBJ: '003', TERM: Rash}], again: [{SUBJ: '003', FIRST: '001'}]}"
    assert run(one(rows, "expect: [{USUBJID: T1-001, AETERM: Rash}]")) == (
        0,
        "passed  AE: it\n1 test passed\n",
    )
    assert run(one(rows, "fault: FIRST '001' of subject 003 is the subject of no raw table"))[0] == 0


def test_another_number_of_records() -> None:
    assert run(one(EVENT, "expect: []")) == (
        1,
        "1 error from the checks\n"
        "mappings/tests/ae.yaml:3:11 CED786 AE: it: 1 record comes out, expected 0\n"
        "    record 1: STUDYID 'T1', USUBJID 'T1-001', AESTDTC '2020-02', AETERM 'Rash'\n"
        "failed  AE: it\n1 of 1 tests failed\n",
    )


def test_a_fault_that_is_expected_and_one_that_is_not() -> None:
    given = EVENT.replace("SEV: 2", "SEV: 9")
    assert run(one(given, "fault: CED250 AE.AESEV"))[0] == 0
    said = "CED250 AE.AESEV: raw value '9' of ae.SEV has no term in ct"
    assert run(one(given, "fault: CED251")) == (
        1,
        "2 errors from the checks\n"
        f"mappings/tests/ae.yaml:5:12 CED786 AE: it: stopped by {said}, expected the fault 'CED251'; made by "
        "mappings/sdtm/ae.yaml:19:23\n    given ae line 1, subject T1-001\n"
        "mappings/tests/ae.yaml:5:12 CED786 AE: it: stopped by CED260 subject T1-001 of given ae line 1 is not in "
        "DM, expected the fault 'CED251'; made by mappings/sources.yaml:5:17\n"
        "failed  AE: it\n1 of 1 tests failed\n",
    )
    assert f"3:11 CED786 AE: it: stopped by {said}; made by" in run(one(given, "expect: [{AESEV: MILD}]"))[1]
    known = EVENT.replace("{ae", "{demog: [{SUBJ: 001}], ae")
    assert run(one(known, "fault: CED251")) == (
        1,
        "1 error from the checks\n"
        "mappings/tests/ae.yaml:5:12 CED786 AE: it: these rows stop nothing, expected the fault 'CED251'\n"
        "failed  AE: it\n1 of 1 tests failed\n",
    )


def test_datasets_can_be_given_in_place_of_their_specs() -> None:
    given = "{DM: [{USUBJID: A, RFXSTDTC: 2020-02-10}], AE: [{USUBJID: A, AESEQ: 1}, {USUBJID: A, AESEQ: 2}]}"
    passed = one(given, "expect: [{USUBJID: A, TRTSDT: 2020-02-10, NAE: 2}]", "ADSL")
    assert run(passed) == (0, "passed  ADSL: it\n1 test passed\n")


def test_rows_can_stand_in_a_file() -> None:
    Path("mappings/tests/events.csv").write_text("SUBJ,TERM,SEV\n001,Rash,2\n001,Ache,\n")
    given = "{ae: events.csv}"
    assert run(one(given, "expect: [{AETERM: Ache, AESEV: ''}, {AETERM: Rash, AESEV: MODERATE}]"))[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            one(EVENT, "expect: [{AETREM: Rash}]"),
            "5:15 CED785 AE has no variable AETREM; did you mean AETERM?",
        ),
        (
            one(EVENT.replace("TERM", "TREM"), "expect: [{AETERM: Rash}]"),
            "4:30 CED785 ae has no column TREM; did you mean TERM?",
        ),
        (
            one("{aes: []}", "expect: [{AETERM: Rash}]"),
            "4:13 CED785 there is no raw table or dataset aes; did you mean ae?",
        ),
        (
            one("{ae: [{TERM: Rash}]}", "expect: [{AETERM: Rash}]"),
            "4:13 CED785 row 1 of ae names no subject; write SUBJ",
        ),
        (
            one(EVENT.replace("{ae", "{dose: [{SUBJ: 001}], ae"), "expect: [{AETERM: Rash}]"),
            "4:13 CED785 nothing that the test 'it' expects reads dose; what is expected reads ae",
        ),
        (
            one(EVENT, "expect: [{AESEQ: one}]"),
            "5:22 CED785 'one' is no number, which AESEQ is",
        ),
        (
            one(EVENT, "expect: [{AESEQ: 1_0}]"),
            "5:22 CED785 '1_0' is no number, which AESEQ is",
        ),
        (
            one(EVENT, "expect: [{AETERM: Rash}]", "AF"),
            "1:10 CED785 there is no dataset AF in this study",
        ),
        (
            one("{AE: [{AETERM: Rash}]}", "expect: [{AETERM: Rash}]"),
            "3:11 CED785 the test gives AE itself; give what it is made of",
        ),
        (
            one("{DM: [{SUBJIDD: 1}]}", "expect: [{NAE: 1}]", "ADSL"),
            "4:19 CED785 DM has no variable SUBJIDD; did you mean SUBJID?",
        ),
        (
            one(EVENT, ""),
            "3:11 CED785 test 'it' expects nothing; write either `expect` with records or `fault` with words of an error",
        ),
        (
            one(EVENT, "expect: [{AETERM: Rash}]\n    fault: CED250"),
            "3:11 CED785 test 'it' expects two things; write either `expect` with records or `fault` with words of an error",
        ),
        (
            one(EVENT, "expect: [{}]"),
            "3:11 CED785 test 'it' expects records without a variable; name the variables that matter",
        ),
        (
            one(EVENT, "expect: [{AETERM: Rash}]") + "  - {name: it, given: {}, expect: []}\n",
            "6:12 CED785 a second test has the name 'it'; give each a name of its own",
        ),
        ("dataset: AE\ntests: []\n", "1:1 CED785 this file holds no test"),
        (
            one("{ae: none.csv}", "expect: []"),
            "4:17 CED785 none.csv cannot be read: No such file or directory",
        ),
        (one("{ae: ../x.csv}", "expect: []"), "4:17 CED785 '../x.csv' does not stand beside the test"),
        (one(EVENT, "expects: []"), "5:5 CED006 unknown key 'expects'; did you mean expect?"),
    ],
)
def test_a_test_that_is_not_written_right(text: str, message: str) -> None:
    code, output = run(text)
    assert code == 10
    assert f"mappings/tests/ae.yaml:{message}\n" in output


def test_a_file_with_a_line_of_another_width() -> None:
    Path("mappings/tests/events.csv").write_text("SUBJ,TERM\n001\n")
    message = "mappings/tests/ae.yaml:4:17 CED785 line 2 of events.csv has 1 cells, the first line 2\n"
    assert message in run(one("{ae: events.csv}", "expect: []"))[1]


def test_no_test_at_all_proves_nothing() -> None:
    result = CliRunner().invoke(main, ["test"], prog_name="ced-cdisc")
    assert result.exit_code == 2
    assert "there are no tests in mappings/tests, and no plug-in has an example" in result.output


def plug_in(code: str = CODE) -> None:
    write_study(Path(), NAMED)
    Path("mappings/derivations.py").write_text(code)


def test_plug_ins_are_tried_by_their_examples_and_by_files() -> None:
    plug_in()
    text = "derivation: twice\ntests:\n  - {name: it, given: [{x: 1}, {x: ''}], expect: [2, '']}\n"
    assert run(text, name="plug-ins/twice.yaml") == (
        0,
        "passed  twice(): it\npassed  twice(): example 1\npassed  twice(): example 2\n3 tests passed\n",
    )


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "  - {name: it, given: [{x: 1}, {x: 3}], expect: [2, 5]}\n",
            1,
            "mappings/tests/plug-ins/twice.yaml:3:53 CED786 twice: it: gives 6 for record 2, expected 5; made by "
            "mappings/derivations.py:4",
        ),
        (
            "  - {name: it, given: [{y: 1}], expect: [2]}\n",
            10,
            "mappings/tests/plug-ins/twice.yaml:3:25 CED785 twice() has no input y; it has x",
        ),
        (
            "  - {name: it, given: [{x: 1}], expect: []}\n",
            10,
            "mappings/tests/plug-ins/twice.yaml:3:12 CED785 test 'it' gives 1 records and expects 0 values; write one value "
            "for each record",
        ),
    ],
)
def test_a_plug_in_that_a_file_tries(text: str, code: int, message: str) -> None:
    plug_in()
    exit_code, output = run("derivation: twice\ntests:\n" + text, name="plug-ins/twice.yaml")
    assert (exit_code, message + "\n" in output) == (code, True), output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('({"x": 2}, 4)', '({"x": 2}, 5)', "CED787 twice: example 1: gives 4, expected 5"),
        ('({"x": 2}, 4)', '({"z": 2}, 4)', "CED787 twice: example 1 gives z, which is no input"),
        (
            "2 * x",
            "2 / (x - 2)",
            "CED787 twice: example 1: twice() stopped at mappings/derivations.py:11: ZeroDivisionError: float "
            "division by zero",
        ),
        (
            "None if x is None else 2 * x",
            "seen.append(1) or (None if x is None else 3 + len(seen))",
            "CED782 twice: example 1: gives 5 when it is run again, 4 before",
        ),
    ],
)
def test_an_example_that_fails(old: str, new: str, message: str) -> None:
    plug_in(CODE.replace(old, new) + "\n\nseen = []\n")
    result = CliRunner().invoke(main, ["test"], prog_name="ced-cdisc")
    assert result.exit_code == 1
    assert f"mappings/derivations.py:4 {message}\n" in result.output


def test_junit_holds_each_test_and_the_same_bytes() -> None:
    text = one(EVENT, "expect: [{AETERM: Rash}]") + (
        "  - name: another\n    given: {ae: [{SUBJ: 001, TERM: Rash}]}\n    expect: [{AETERM: Ache}]\n"
    )
    assert run(text, "--junit", "tests.xml")[0] == 1
    content = Path("tests.xml").read_bytes()
    suites = list(JUnitXml.fromstring(content))
    assert [(suite.name, suite.tests, suite.failures) for suite in suites] == [("AE", 2, 1)]
    run(text, "--junit", "tests.xml")
    assert Path("tests.xml").read_bytes() == content
    code, output = run(text, "--junit", "nowhere/tests.xml")
    assert code == 12
    assert (
        "nowhere/tests.xml CED750 nowhere/tests.xml cannot be written: No such file or directory\n" in output
    )


@pytest.mark.parametrize("study", [CLONE, CLONE / "examples" / "vitals_labs"])
def test_the_tests_of_the_examples_pass(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study)
    result = CliRunner().invoke(main, ["test"], prog_name="ced-cdisc")
    assert result.exit_code == 0, result.output


def test_a_plug_in_that_the_study_does_not_have() -> None:
    text = "derivation: twice\ntests: [{name: it, given: [{x: 1}], expect: [2]}]\n"
    message = "mappings/tests/plug-ins/twice.yaml:1:13 CED785 the study has no derivation twice\n"
    code, output = run(text, name="plug-ins/twice.yaml")
    assert (code, message in output) == (10, True)
