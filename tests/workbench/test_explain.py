"""The chain from a variable to raw columns, in words, with the line of the specs at each step."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from running import run

from ced_cdisc.core.findings import Findings
from ced_cdisc.describe.chain import Chains
from ced_cdisc.plan.account import account
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import write_study

CLONE = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path(), {})


SPECS = "specs from mappings and define\n"


def test_a_study_day_down_to_the_raw_columns() -> None:
    assert run("explain", "AE.AESTDY") == (
        0,
        """\
AE.AESTDY: Study Day of Start of Adverse Event (Num, Derived)
    mappings/sdtm/ae.yaml:1
        The date part of AESTDTC minus the date part of DM.RFSTDTC in days, plus 1 if the difference \
is 0 or more.
    from AE.AESTDTC, DM.RFSTDTC

AE.AESTDTC: Start Date/Time of Adverse Event (Char, Collected)
    mappings/sdtm/ae.yaml:23
        START (ae) in ISO 8601.
    rows of ae
    from ae.START

ae.START: raw column of ae.csv, form ae from page 3
    mappings/sources.yaml:5
    read by AE.AESTDTC

DM.RFSTDTC: Subject Reference Start Date/Time (Char, Derived)
    mappings/sdtm/dm.yaml:5
        The earliest EXSTDTC of the subject's records in EX.
    rows of demog
    from EX.EXSTDTC

EX.EXSTDTC: Start Date/Time of Treatment (Char, Collected)
    mappings/sdtm/ex.yaml:9
        DOSDT (dose) in ISO 8601.
    rows of dose
    from dose.DOSDT

dose.DOSDT: raw column of dose.csv, form dose from page 2
    mappings/sources.yaml:4
    read by EX.EXSTDTC, EX.EXENDTC
""",
        SPECS,
    )


def test_a_raw_column_and_what_reads_it_however_it_is_spelt() -> None:
    assert run("explain", "AE.term") == (
        0,
        "ae.TERM: raw column of ae.csv, form ae from page 3\n    mappings/sources.yaml:5\n"
        "    read by AE.AETERM\n",
        SPECS,
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AE.AETREM", "AE has no variable AETREM; did you mean AE.AETERM?"),
        ("AF.AETERM", "there is no variable AF.AETERM; did you mean AE.AETERM?"),
        ("demog.SEXX", "demog has no column SEXX; did you mean demog.SEX?"),
        ("AE", "AE names no variable; write DATASET.VARIABLE or table.COLUMN, such as AE.STUDYID"),
        ("nothing", "nothing names no variable; write DATASET.VARIABLE or table.COLUMN"),
        (
            "demog.QQQQQQQ",
            "demog has no column QQQQQQQ; it has BRTHDAT, ICFDT, SEX and SUBJ",
        ),
    ],
)
def test_a_name_that_is_not_there(name: str, said: str) -> None:
    assert run("explain", name) == (2, "", f"{SPECS}Error: {said}\n")


def test_specs_with_faults_are_told() -> None:
    write_study(Path(), {"mappings/sdtm/ae.yaml": ("ae.TERM", "ae.TREM")})
    code, out, err = run("explain", "AE.AETERM")
    assert (code, out) == (10, "")
    assert "CED012 unknown column ae.TREM; did you mean ae.TERM?" in err


def test_the_lines_of_a_dataset_with_those_filled_in() -> None:
    code, out, err = run("show", "ex", "--lines")
    assert (code, err) == (0, SPECS)
    assert re.findall(r"^(\S+):", out, re.MULTILINE) == [
        f"EX.{name}"
        for name in ("STUDYID", "DOMAIN", "USUBJID", "EXSEQ", "EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRM")
    ] + ["EX.EXSTDTC", "EX.EXENDTC", "EX.EXSTDY", "EX.EXENDY"]
    assert out.startswith(
        """\
EX.STUDYID: Study Identifier (Char, Protocol)
    mappings/sdtm/ex.yaml:1
        The constant "T1".
    rows of dose

"""
    )
    assert (
        """
EX.EXDOSE: Dose (Num, Collected)
    mappings/sdtm/ex.yaml:6
        DOSE (dose) as a number.
    rows of dose
    from dose.DOSE
"""
        in out
    )


def test_lines_asked_for_wrongly() -> None:
    said = f"{SPECS}Error: there is no dataset EY; there are ADSL, AE, DM, EX\n"
    assert run("show", "EY", "--lines") == (2, "", said)
    assert run("show", "EX", "--lines", "--resolved") == (
        2,
        "",
        f"{SPECS}Error: --lines and --resolved are two views: ask for one\n",
    )


@cache
def example() -> StudyPlan:
    findings = Findings()
    specs = load_specs(CLONE / "mappings", CLONE / "define", findings)
    assert specs is not None
    plan = plan_study(specs, findings)
    assert plan is not None
    return plan


def test_every_variable_of_the_example_has_a_chain() -> None:
    """Each step stands at a line of a file that is there; all raw columns that a value needs are reached."""
    plan = example()
    chains = Chains(plan)
    steps = 0
    for study in plan.studies:
        for dataset in study.datasets:
            for step in chains.variables(study.qualified(dataset.name)):
                steps += 1
                assert step.ways, step.name
                for way in step.ways:
                    assert way.words and "__" not in way.words, (step.name, way)
                    assert way.where.line > 0, (step.name, way)
    assert steps > 1400


def test_what_the_account_says_reads_a_column_has_it_in_its_chain() -> None:
    """The account of raw columns is made from the plan by other code: both must agree, column by column."""
    plan = example()
    chains = Chains(plan)
    missing: set[tuple[str, str]] = set()
    for study in plan.studies:
        for table, columns in account(study).items():
            for column, found in columns.items():
                for reader in found.read_by:
                    if "." in reader:
                        names = {step.name for step in chains.chain(study.qualified(reader))}
                        if study.qualified(f"{table}.{column}") not in names:
                            missing.add((reader, f"{table}.{column}"))
    # lines of a test that was not done: they hold no data, and only their condition reads a column
    assert missing == {("VS.VSORRES", "vitals.ND"), ("FT.FTORRES", "extest.ND"), ("EG.EGORRES", "ecg.ND")}


def test_an_analysis_value_comes_down_through_sdtm() -> None:
    names = [step.name for step in Chains(example()).chain("ADAE.ASTDT")]
    assert names[:4] == ["ADAE.ASTDT", "AE.AESTDTC", "ae.AESTDT", "ae.AESTTM"]
    pooled = [step.name for step in Chains(example()).chain("ADSL.AGE")]
    assert {"DM.AGE", "controls/DM.AGE", "demog.BRTHDAT", "controls/hc_demog.AGE"} & set(pooled) >= {
        "DM.AGE",
        "controls/DM.AGE",
    }


def test_a_qualifier_is_asked_for_by_its_dataset() -> None:
    steps = Chains(example()).chain("SUPPAE.AERELCEL")
    assert [step.name for step in steps] == ["SUPPAE.AERELCEL", "ae.REL_CELL"]
    assert steps[0].about == "Relationship to CD34+ Cells (qualifier of AE, Collected)"


def test_an_error_code_is_told_as_on_its_page() -> None:
    assert run("explain", "ced250") == (
        0,
        """\
CED250: a raw value without a term in ct

Stage: raw data; an error of this stage ends a command with exit code 11.

Why

The raw value is not on the left of `ct`. Passed through, it would be a value outside the codelist;
left out, it would be a missing one.

Example

In the small study, `raw/ae.csv` has

    001,2,Bone pain,4,UN-FEB-2020,

Then `ced-cdisc build raw out` says

    mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; ct has 1, 2, 3
        ae.csv line 3, subject #b38464

What to do

Add the code to ct, or correct the data.

In the example, the sound file has

    001,2,Bone pain,2,UN-FEB-2020,
""",
        "",
    )


def test_an_unknown_error_code() -> None:
    assert run("explain", "CED0120") == (2, "", "Error: there is no code CED0120; did you mean CED120?\n")


def test_a_rule_of_the_check_is_told() -> None:
    assert run("explain", "ced-l041") == (
        0,
        """\
CED-L041: A test has a result, or was not done, or is derived

A rule of `ced-cdisc check`: error, by SDTMIG.
In public lists: CORE-000200, CG0348.

Where it does not hold

    <dataset>.<variable>: <records> without a value, --STAT of NOT DONE or --DRVFL of Y

What to do

    give the result, or --STAT
""",
        "",
    )


def test_an_unknown_rule() -> None:
    assert run("explain", "CED-L0411") == (
        2,
        "",
        "Error: there is no rule CED-L0411; did you mean CED-L011 or CED-L041?\n",
    )
