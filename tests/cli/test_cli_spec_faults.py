"""Faults of the specs end a command with exit code 10, before any data is read; the whole text is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import AE, DEFINE, SHIPPED, SOURCES, SPECS, STUDY, Run, around, ced, given, spoil


def only_finding(text: str) -> Run:
    return Run(10, f"{SPECS}1 error in the specs\n{text}\n")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            AE,
            "sort: [AESTDTC",
            "sorted: [AESTDTC",
            "mappings/sdtm/ae.yaml:3:1 CED006 unknown key 'sorted'; did you mean sort?",
        ),
        (
            AE,
            "ae.SEV,",
            "ae.SEVV,",
            "mappings/sdtm/ae.yaml:19:23 CED012 unknown column ae.SEVV; did you mean ae.SEV?",
        ),
        (
            AE,
            "upper(",
            "uper(",
            "mappings/sdtm/ae.yaml:9:23 CED013 unknown function uper(); did you mean upper?",
        ),
        (
            AE,
            "3: SEVERE",
            "3: SEVER",
            "mappings/sdtm/ae.yaml:19:61 CED021 'SEVER' is no term of codelist AESEV (C66769) of AE.AESEV; "
            "did you mean SEVERE?",
        ),
    ],
    ids=["key", "column", "function", "codelist term"],
)
def test_a_misspelt_word(file: str, old: str, new: str, said: str) -> None:
    given()
    spoil(file, old, new)
    before = around()
    assert ced("build", "raw", "out") == only_finding(said)
    assert ced("check-spec") == only_finding(said)
    assert around() == before


FOLLOWS = "; 1 error that follows is not shown"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        (
            AE,
            b"- domain: AE\n",
            f"mappings/sdtm/ae.yaml:1:1 CED002 the file must hold keys and values at its top{FOLLOWS}",
        ),
        (AE, b"", f"mappings/sdtm/ae.yaml:1:1 CED002 the file must hold keys and values at its top{FOLLOWS}"),
        (
            DEFINE,
            b"documents:\n  [a, b]: {title: T, href: h}\n",
            "define/define.yaml:2:3 CED002 a key must be one word or text",
        ),
        (SOURCES, None, "mappings/sources.yaml CED010 this file is needed and is not there"),
        (STUDY, None, "mappings/study.yaml CED010 this file is needed and is not there"),
        (
            AE,
            b"domain: AE\nlabel: Caf\xe9\n",
            f"mappings/sdtm/ae.yaml CED011 this file is not UTF-8: byte 22 cannot be read{FOLLOWS}",
        ),
    ],
)
def test_a_file_that_is_no_spec(file: str, content: bytes | None, said: str) -> None:
    given()
    if content is None:
        Path(file).unlink()
    else:
        Path(file).write_bytes(content)
    run = ced("check-spec")
    assert run.code == 10
    assert said in run.err.splitlines()


def test_a_spec_that_is_a_folder() -> None:
    given()
    Path(AE).unlink()
    Path(AE).mkdir()
    assert "mappings/sdtm/ae.yaml CED011 this file cannot be read: Is a directory" in ced("check-spec").err


VS = """\
domain: VS
from: dose
long:
  - {test: TEMP, result: dose.DOSE, %s}
variables:
  VSDTC: {collect: dose.DOSDT, date: edc}
  VISITNUM: {absent: "Not tied to visits"}
"""


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (
            "unit: C, standard: kg",
            "mappings/sdtm/vs.yaml:4:56 CED027 no conversion from C to kg",
        ),
        (
            "unit: {collect: dose.DAY, ct: {1: C, 2: F}}",
            "mappings/sdtm/vs.yaml:4:12 CED027 test TEMP has units that vary: 'standard' must name one",
        ),
    ],
)
def test_units_of_a_test_that_do_not_go_together(unit: str, said: str) -> None:
    given()
    Path("mappings/sdtm/vs.yaml").write_text(VS % unit, encoding="utf-8")
    assert ced("check-spec") == only_finding(said)


def test_a_block_with_visits_from_a_table_without() -> None:
    given(ae=("from: ae\n", "from: ae\nvisit: yes\n"))
    assert ced("check-spec") == only_finding(
        "mappings/sdtm/ae.yaml:1:1 CED030 table ae names no visit in sources.yaml"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AX", "--only CED031 there is no dataset AX in this study"),
        ("ADSLL", "--only CED031 there is no dataset ADSLL in this study; did you mean ADSL?"),
        (
            "suppae",
            "--only CED031 there is no dataset SUPPAE in this study; AE has no supplemental qualifiers",
        ),
    ],
)
def test_only_with_an_unknown_name(name: str, said: str) -> None:
    given()
    assert ced("build", "raw", "out", "--only", f"AE,{name}") == only_finding(said)


def test_all_faults_of_all_files_in_one_pass_and_each_once() -> None:
    given(
        ae=("sort: [AESTDTC", "sort: [AESTDT"),
        dm=("assign: YEARS", "assign: YEAR"),
        ex=("dose.DOSE", "dose.DOZE"),
        adsl=("class: ADSL", "class: ADSK"),
    )
    said = Run(
        10,
        SPECS
        + "4 errors in the specs\n"
        + "mappings/adam/adsl.yaml:3:8 CED008 'ADSK' is not a value of 'class'; did you mean ADSL?\n"
        + "mappings/sdtm/ae.yaml:3:8 CED012 unknown variable AESTDT; did you mean AESTDTC?\n"
        + "mappings/sdtm/dm.yaml:16:22 CED021 'YEAR' is no term of codelist AGEU (C66781) of DM.AGEU; "
        + "CT has it as a synonym of YEARS\n"
        + "mappings/sdtm/ex.yaml:6:13 CED012 unknown column dose.DOZE; did you mean dose.DOSE?\n",
    )
    assert ced("check-spec") == said
    assert ced("build", "raw", "out") == said


def test_line_100_is_shown_as_a_number() -> None:
    given(ae=("domain: AE\n", "domain: AE\n" + "# remark\n" * 98 + "sorted: [AETERM]\n"))
    assert ced("check-spec") == only_finding(
        "mappings/sdtm/ae.yaml:100:1 CED006 unknown key 'sorted'; did you mean sort?"
    )


# check-spec


def test_check_spec_of_sound_specs() -> None:
    given()
    assert ced("check-spec") == Run(0, f"{SPECS}the specs of 4 datasets are in order\n")


def test_check_spec_needs_no_data_and_writes_nothing() -> None:
    given()
    for path in Path("raw").iterdir():
        path.unlink()
    Path("raw").rmdir()
    assert ced("check-spec").code == 0
    assert around() == ["define", "mappings"]


def test_check_spec_of_the_shipped_example() -> None:
    run = ced("check-spec")
    assert (run.code, run.err.splitlines(keepends=True)[0]) == (0, SHIPPED)
    assert run.err.endswith("datasets are in order\n")


def test_a_spec_that_cannot_be_read_does_not_make_wrong_what_reads_it() -> None:
    given(ex=("dose.DOSE", "dose.DOZE"))
    spoil(AE, "sort: [AESTDTC", "sorted: [AESTDTC")
    with Path(AE).open("a", encoding="utf-8") as spec:
        spec.write("class: Evnts\n")
    relrec = "domain: RELREC\nrelate: [{id: AEEX, from: AE.AESPID, to: EX.EXSPID}]\n"
    Path("mappings/sdtm/relrec.yaml").write_text(relrec, encoding="utf-8")
    assert ced("check-spec") == Run(
        10,
        SPECS
        + "3 errors in the specs\n"
        + "mappings/sdtm/ae.yaml:3:1 CED006 unknown key 'sorted'; did you mean sort?; "
        + "3 errors that follow are not shown\n"
        + "mappings/sdtm/ae.yaml:25:8 CED008 'Evnts' is not a value of 'class'; did you mean Events?\n"
        + "mappings/sdtm/ex.yaml:6:13 CED012 unknown column dose.DOZE; did you mean dose.DOSE?\n",
    )
