"""The subject of a raw table that is made of several of its columns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from small_study import DM, RAW, SOURCES
from structures import Files, made, rows, said, unchecked, written, xml

SUBJECT = "join('-', SITE, NUM)"


def files(subject: str = SUBJECT, numbers: str = "001 002", table: str = "") -> Files:
    """The small study, of whose tables each has the site and the number in a column each."""
    sources = SOURCES.replace("subject: SUBJ", f'subject: "{subject}"').replace(
        "demog: {", f"demog: {{{table}"
    )
    study = {
        "mappings/sources.yaml": sources.replace("[SUBJ", "[SITE, NUM"),
        "mappings/sdtm/dm.yaml": DM.replace(
            "demog.SUBJ", "{derive: \"join('-', demog.SITE, demog.NUM)\"}"
        ).replace('SITEID:   {assign: "01"}', "SITEID: demog.SITE"),
    }
    for name, text in RAW.items():
        head, *lines = text.replace("SUBJ", "SITE,NUM").splitlines()
        first, second = numbers.split(" ")
        lines = [line.replace("001", f"10,{first}", 1).replace("002", f"20,{second}", 1) for line in lines]
        study[f"raw/{name}"] = "\n".join([head, *lines, ""])
    return study


def test_two_columns_make_the_subject(tmp_path: Path) -> None:
    done = made(tmp_path, files(numbers="001 001"))
    assert rows(done, "DM", "USUBJID", "SUBJID", "SITEID", "RFSTDTC") == [
        ("T1-10-001", "10-001", "10", "2020-02-10"),
        ("T1-20-001", "20-001", "20", "2020-02-12"),
    ]
    assert rows(done, "AE", "USUBJID", "AESEQ", "AETERM") == [
        ("T1-10-001", 1, "Bone pain"),
        ("T1-10-001", 2, "Headache"),
        ("T1-20-001", 1, "Nausea"),
    ]
    assert (
        '"T1" and the subject identifier joined with a hyphen. '
        "The subject identifier is SITE and NUM joined with a hyphen."
    ) in xml(tmp_path)
    assert done.raw_columns["ae"]["SITE"].read_by == ("subject", "key")


def test_one_table_may_make_it_otherwise(tmp_path: Path) -> None:
    table = "subject: \"coalesce(join('-', SITE, NUM), OTHER)\", "
    study = files(table=table)
    study["mappings/sources.yaml"] = study["mappings/sources.yaml"].replace("NUM, BRTH", "NUM, OTHER, BRTH")
    study["raw/demog.csv"] = (
        "SITE,NUM,OTHER,BRTHDAT,SEX,ICFDT\n10,001,,05-JUN-1970,1,01-FEB-2020\n20,,20-002,,2,03-FEB-2020\n"
    )
    done = made(tmp_path, study)
    assert rows(done, "DM", "USUBJID", "SUBJID") == [("T1-10-001", "10-001"), ("T1-20-002", "20")]
    assert "The subject identifier of demog is" in xml(tmp_path)
    assert "The subject identifier of dose and ae is SITE and NUM joined with a hyphen." in xml(tmp_path)


FAULTS = {
    ("join('-', SITE, NUMB)", "subject: SITE, "): [
        "mappings/sources.yaml:4:10 CED012 table dose lists no column NUMB; did you mean NUM?",
        "mappings/sources.yaml:5:10 CED012 table ae lists no column NUMB; did you mean NUM?",
    ],
    (SUBJECT, "subject: \"join('-', SITES, NUM)\", "): [
        "mappings/sources.yaml:3:31 CED012 table demog lists no column SITES; did you mean SITE?"
    ],
    (SUBJECT, "subject: \"join('-', SITE, last(NUM order by number(NUM)))\", "): [
        "mappings/sources.yaml:3:37 CED156 the subject of a row of table demog is made of other rows"
    ],
    (SUBJECT, "subject: \"join('-' SITE)\", "): [
        "mappings/sources.yaml:3:30 CED015 'SITE' cannot stand here; expected ')' or ',' or a comparison"
    ],
}


@pytest.mark.parametrize(("subject", "table"), FAULTS)
def test_faults_of_the_expression(tmp_path: Path, subject: str, table: str) -> None:
    assert said(tmp_path, files(subject, table=table)) == FAULTS[subject, table]


def test_a_row_without_number_has_no_subject(tmp_path: Path) -> None:
    study = files()
    study["raw/ae.csv"] = study["raw/ae.csv"].replace("20,002", "20,")
    assert said(tmp_path, study)[0] == (
        "mappings/sources.yaml:5:17 CED258 ae.csv: join('-', SITE, NUM) is empty, so the row has no subject; "
        "correct the data; rows that are none of the study are taken away with 'exclude_rows'\n"
        "    ae.csv line 4"
    )


def test_parts_and_commands_know_the_subject(tmp_path: Path) -> None:
    written(tmp_path, files())
    unchecked(tmp_path)
    whole = [one.read_bytes() for one in sorted((tmp_path / "out").rglob("*.xpt"))]
    unchecked(tmp_path, parts=2)
    assert [one.read_bytes() for one in sorted((tmp_path / "out").rglob("*.xpt"))] == whole
    specs = ["--mappings", f"{tmp_path}/mappings", "--define", f"{tmp_path}/define"]

    def run(*words: str) -> str:
        return CliRunner().invoke(main, [*words, *specs]).output

    raw = ["--raw", f"{tmp_path}/raw"]
    assert "'Nausea'  line 4 of ae.csv" in run("why", "AE", "USUBJID=T1-20-002", "AESEQ=1", "AETERM", *raw)
    assert "did you mean T1-20-002?" in run("why", "AE", "USUBJID=20-002", "AESEQ=1", "AETERM", *raw)
    assert "from demog.SITE, demog.NUM" in run("explain", "DM.USUBJID")
    wrong = (tmp_path / "raw/ae.csv").read_text().replace("Nausea,3", "Nausea,9")
    (tmp_path / "raw/ae.csv").write_text(wrong)
    told = run("build", f"{tmp_path}/raw", f"{tmp_path}/out")
    assert re.search(r"ae.csv line 4, subject #[0-9a-f]{6}\n", told)
