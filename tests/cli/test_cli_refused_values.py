"""Values that no file can hold: what is said names the line of the spec, the record and what traces it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import SPECS, Run, ced, given, spoil

from ced_cdisc.cli import main

TWO_BLOCKS = (
    "variables:\n  AESPID:   ae.AENO\n  AETERM:   ae.TERM\n",
    "stack:\n"
    "  - {from: ae, where: \"ae.SEV = '1'\", variables: {AETERM: {collect: ae.TERM, length: 7}, "
    "AECAT: {assign: A}}}\n"
    "  - from: ae\n"
    "    where: \"ae.SEV != '1'\"\n"
    "    variables:\n"
    "      AECAT: {assign: B}\n"
    "      AETERM: {collect: ae.TERM, length: 7}\n"
    "variables:\n  AESPID:   ae.AENO\n",
)
ADEX = """\
dataset: ADEX
label: Exposure Analysis Dataset
class: BDS
from: EX
rows:
  ADT: {derive: "date(EX.EXSTDTC)"}
parameters:
  DOSE: {param: Dose (mg), rows: "EX.EXDOSE is present", value: EX.EXDOSE}
  BIG:  {param: Much, computed: "DOSE * 10 ** 76", by: [ADT]}
sort: [PARAMCD, ADT]
"""
RANGE = "is outside the range of XPT v5, 5.4e-79 to 7.2e75"


def refused(count: int, *said: str) -> Run:
    words = f"{count} error{'s' * (count > 1)} in the output\n"
    return Run(12, SPECS + words + "".join(f"{one}\n" for one in said))


def first_line(command: str) -> str:
    told = CliRunner().invoke(main, shlex.split(command)[1:])
    assert told.exit_code == 0
    return told.stdout.splitlines()[0]


def of_terms() -> Run:
    return refused(
        1,
        "mappings/sdtm/ae.yaml:6:13 CED306 AE.AETERM: text of 9 bytes, the planned length is 7: "
        '"Bone pain", and 1 more record',
        "    ae.csv line 3, subject T1-001",
        "    ae.csv line 2, subject T1-001",
    )


@pytest.mark.parametrize(
    "options", [(), ("--workers", "2"), ("--incremental",), ("--format", "json"), ("--format", "parquet,xpt")]
)
def test_a_value_of_a_raw_cell(options: tuple[str, ...]) -> None:
    given(ae=("AETERM:   ae.TERM", "AETERM:   {collect: ae.TERM, length: 7}"))
    assert ced("build", "raw", "out", *options) == of_terms()
    assert ced("build", "raw", "out", *options) == of_terms()
    assert not Path("out").exists()


def test_a_value_that_is_made_of_others_of_its_row() -> None:
    given(ae=('"upper(AETERM)"', '"upper(AETERM)", length: 7'))
    assert ced("build", "raw", "out") == refused(
        1,
        "mappings/sdtm/ae.yaml:9:13 CED306 AE.AEDECOD: text of 9 bytes, the planned length is 7: "
        '"BONE PAIN", and 1 more record',
        "    ae.csv line 3, subject T1-001",
        "    ae.csv line 2, subject T1-001",
    )


def test_each_line_that_makes_a_variable_is_told_of() -> None:
    given(ae=TWO_BLOCKS)
    spoil("mappings/sdtm/ae.yaml", "from: ae\n", "")
    assert ced("build", "raw", "out") == refused(
        2,
        'mappings/sdtm/ae.yaml:4:59 CED306 AE.AETERM: text of 8 bytes, the planned length is 7: "Headache"',
        "    ae.csv line 2, subject T1-001",
        'mappings/sdtm/ae.yaml:9:15 CED306 AE.AETERM: text of 9 bytes, the planned length is 7: "Bone pain"',
        "    ae.csv line 3, subject T1-001",
    )


def test_a_value_of_other_records_comes_with_what_traces_it() -> None:
    given(dm=('"age(BRTHDTC, RFICDTC)", unknown: accept', '"max(EX.EXDOSE) ** 150"'), adsl=(", DM.AGE,", ","))
    traced = "ced-cdisc why DM USUBJID=T1-001 AGE"
    assert ced("build", "raw", "out") == refused(
        1,
        f"mappings/sdtm/dm.yaml:15:13 CED309 DM.AGE: 7.006492321624085e+104 {RANGE}; {traced} traces it",
        "    demog.csv line 2, subject T1-001",
    )
    assert first_line(traced) == f"DM.AGE = 7006492321624085{'0' * 89}  mappings/sdtm/dm.yaml:15"


def test_an_analysis_value_and_a_study_elsewhere() -> None:
    given(adsl=("count(AE.AESEQ)", "10 ** 80"))
    Path("raw").rename("raw data")
    Path("mappings").rename("maps")
    traced = "ced-cdisc why ADSL USUBJID=T1-001 NAE --raw 'raw data' --mappings maps --define define"
    run = ced("build", "raw data", "out", "--mappings", "maps", "--define", "define")
    assert run.err.split("\n", 1)[1] == (
        "1 error in the output\n"
        f"maps/adam/adsl.yaml:8:11 CED309 ADSL.NAE: 1e+80 {RANGE}, and 1 more record; {traced} traces it\n"
        "    demog.csv line 2, subject T1-001\n"
        "    demog.csv line 3, subject T1-002\n"
    )
    assert first_line(traced) == f"ADSL.NAE = {10**80}  maps/adam/adsl.yaml:8"


def test_records_of_which_no_raw_row_is_known() -> None:
    given()
    Path("mappings/adam/adex.yaml").write_text(ADEX, encoding="utf-8")
    assert ced("build", "raw", "out") == refused(
        1,
        f"mappings/adam/adex.yaml:8:65 CED309 ADEX.AVAL: 5.0000000000000006e+76 {RANGE}, and 2 more records; "
        "ced-cdisc why ADEX USUBJID=T1-001 PARAMCD=BIG ADT=2020-02-10 AVAL traces it",
        "    ADEX with PARAMCD 'BIG', ADT '2020-02-10', subject T1-001",
        "    ADEX with PARAMCD 'BIG', ADT '2020-02-11', subject T1-001",
        "    ADEX with PARAMCD 'BIG', ADT '2020-02-12', subject T1-002",
    )


def test_subjects_are_masked_in_what_traces_a_value() -> None:
    given(adsl=("count(AE.AESEQ)", "10 ** 80"), study=("\"join('-', 'T1', SUBJECT)\"", '"SUBJECT"'))
    done = CliRunner().invoke(main, ["build", "raw", "out"])
    assert done.stderr == (
        f"{SPECS}1 error in the output\n"
        f"mappings/adam/adsl.yaml:8:11 CED309 ADSL.NAE: 1e+80 {RANGE}, and 1 more record; "
        "ced-cdisc why ADSL USUBJID=#cd6536 NAE traces it\n"
        "    demog.csv line 2, subject #cd6536\n"
        "    demog.csv line 3, subject #228444\n"
        "identifiers are masked; --show-ids shows them\n"
    )
