"""Words of a raw table that do not go with the format of its file, or that it needs: the whole messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import write_study

SOURCES = "mappings/sources.yaml"
PLACE = "mappings/sources.yaml:5"


def messages(folder: Path, file: str, columns: tuple[str, str] | None = None) -> list[str]:
    write_study(folder, {SOURCES: ("file: ae.csv,", file)})
    if columns:
        text = (folder / SOURCES).read_text()
        assert columns[0] in text
        (folder / SOURCES).write_text(text.replace(*columns))
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None
    plan_study(specs, findings)
    return [str(finding) for finding in findings.sorted()]


@pytest.mark.parametrize(
    "words",
    [
        "file: ae.tsv, delimiter: \"\\t\", encoding: cp1252,",
        "file: ae.xlsx, sheet: AE,",
        "file: ae.xpt, encoding: cp1252,",
        "file: ae.SAS7BDAT, encoding: cp1252,",
        "file: ae.parquet,",
        "file: ae.csv, titles: 2, labels: 1,",
        "file: ae.xlsx, labels: 1,",
        "file: ae.dsjc,",
        "file: export.xml, group: IG.AE, items: name,",
        "file: ae.sql, database: TRIAL_DB,",
        "query: SELECT * FROM ae, database: TRIAL_DB,",
        "file: ae.csv, names: {TERM: Event term},",
    ],
)  # fmt: skip
def test_words_that_go_together(tmp_path: Path, words: str) -> None:
    assert messages(tmp_path, words) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "file: ae.xlsx, delimiter: ';',",
            [f"{PLACE}:37 CED139 'delimiter' does not go with a table of the format xlsx; it goes with csv"],
        ),
        (
            "file: ae.csv, sheet: AE,",
            [f"{PLACE}:32 CED139 'sheet' does not go with a table of the format csv; it goes with xlsx"],
        ),
        (
            "file: ae.json, encoding: cp1252,",
            [
                f"{PLACE}:36 CED139 'encoding' does not go with a table of the format json; it goes with csv, "
                "xpt, sas7bdat"
            ],
        ),
        (
            "file: ae.parquet, labels: 1,",
            [
                f"{PLACE}:10 CED139 'labels' does not go with a table of the format parquet; it goes with csv, xlsx"
            ],
        ),
        (
            "file: ae.csv, items: sas,",
            [f"{PLACE}:10 CED139 'items' does not go with a table of the format csv; it goes with odm"],
        ),
        (
            "file: ae.xml,",
            [f"{PLACE}:10 CED007 table ae of the format odm needs 'group', the ItemGroupOID of the records"],
        ),
        (
            "file: ae.sql,",
            [
                f"{PLACE}:10 CED007 table ae of the format sql needs 'database', the environment variable that "
                "holds the address of the database"
            ],
        ),
        ("format: csv,", [f"{PLACE}:10 CED007 table ae needs 'file'"]),
        ("database: TRIAL_DB, format: sql,", [f"{PLACE}:10 CED007 table ae needs 'file', or 'query'"]),
        (
            "file: ae.sql, database: TRIAL_DB, query: SELECT * FROM ae,",
            [f"{PLACE}:52 CED018 table ae has a query, and a file that holds one; take one of them out"],
        ),
        (
            "file: ae.sql, database: 'postgresql://me:secret@host/trial',",
            [
                f"{PLACE}:35 CED140 'database' of table ae is no name of an environment variable; write a name "
                "such as TRIAL_DB, and set that variable to the address of the database"
            ],
        ),
        (
            "file: ae.csv, names: {TERMS: Term, AENO: Nr, SEV: Nr},",
            [
                f"{PLACE}:33 CED012 table ae lists no column TERMS; did you mean TERM?",
                f"{PLACE}:61 CED029 table ae takes Nr of the file for two columns, AENO and SEV",
            ],
        ),
    ],
)
def test_words_that_do_not(tmp_path: Path, words: str, said: list[str]) -> None:
    assert messages(tmp_path, words) == said


def test_a_password_in_the_spec_is_never_shown(tmp_path: Path) -> None:
    said = messages(tmp_path, "file: ae.sql, database: 'postgresql://me:secret@host/trial',")
    assert said and "secret" not in "".join(said)


def test_a_table_without_the_subject_of_the_defaults_is_told_at_the_table(tmp_path: Path) -> None:
    assert messages(tmp_path, "file: ae.csv,", ("columns: [SUBJ, AENO, TERM", "columns: [AENO, TERM")) == [
        f"{PLACE}:10 CED012 table ae lists no column SUBJ; it is the subject of the defaults: write "
        "'subject: ..', or 'subject: none' of a table without subjects",
        f"{PLACE}:31 CED012 table ae lists no column SUBJ",
    ]
