"""Files and folders through the command: verdicts, exit codes, faults, formats, and the same bytes twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import polars as pl
import pyreadstat
import pytest
from click.testing import CliRunner, Result

from ced_cdisc.cli import main
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.write.xpt import write_xpt
from shared_builds import Made

STAMP = "15OCT12:22:56:22"
FRAME = pl.DataFrame(
    {
        "USUBJID": ["01-001", "01-002", "01-003"],
        "SEX": ["F", None, "M"],
        "AGE": [61.0, None, 48.5],
        "RFDT": [21916.0, 21917.0, None],
    }
)
MEMBER = XptMember(
    "ADSL",
    "Subjects",
    (
        XptVariable("USUBJID", "Subject", "Char", 8),
        XptVariable("SEX", "Sex", "Char", 1),
        XptVariable("AGE", "Age", "Num", 8),
        XptVariable("RFDT", "Date", "Num", 8, "DATE", 9),
    ),
    created=STAMP,
    modified=STAMP,
)


def put(path: Path, frame: pl.DataFrame = FRAME, member: XptMember = MEMBER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_xpt(stream, frame, member)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)], prog_name="ced-cdisc")


def test_equal_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a/adsl.xpt"))
    put(Path("b/ADSL.XPT"), FRAME.reverse())
    result = run("a/adsl.xpt", "b/ADSL.XPT")
    assert result.exit_code == 0
    assert result.stdout == (
        "A: a/adsl.xpt\n"
        "B: b/ADSL.XPT\n"
        "numbers are equal if they differ by at most 1e-12 of the larger one\n"
        "\n"
        "dataset  rows A  rows B  paired  result  keys\n"
        "ADSL          3       3       3  equal   USUBJID (the standard)\n"
        "\n"
        "A and B are equal\n"
    )


def test_a_whole_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a.xpt"))
    put(Path("b.xpt"), FRAME.with_columns(AGE=pl.Series([61.0, 7.0, 48.5]), RFDT=pl.col("RFDT") + 1))
    result = run("a.xpt", "b.xpt", "--records", 1, "--show-ids")
    assert result.exit_code == 1
    assert result.stdout.split("\n", 6)[6] == (
        "\n"
        "ADSL: 2 variables with other values\n"
        "  CED700 AGE differs in 1 of 3 records: missing in A\n"
        "      USUBJID=01-002: A (missing), B 7\n"
        "  CED700 RFDT differs in 2 of 3 records: by 1 days\n"
        "      USUBJID=01-001: A 2020-01-02, B 2020-01-03\n"
        "      and 1 more\n"
        "\n"
        "1 of 1 dataset differs\n"
    )


def test_parquet_and_csv_are_compared_by_meaning(tmp_path: Path) -> None:
    a = put(tmp_path / "a" / "adsl.xpt")
    dates = pl.Series([21916, 21917, None], dtype=pl.Int64)
    frame = FRAME.with_columns(
        RFDT=(dates - 3653).cast(pl.Int32).cast(pl.Date), AGE=pl.col("AGE").cast(pl.Float32)
    )
    frame.rename(str.lower).write_parquet(tmp_path / "adsl.parquet")
    frame.write_csv(tmp_path / "adsl.csv")
    (tmp_path / "sas.csv").write_text(
        "usubjid,SEX,AGE,RFDT\n01-001,F,61,02JAN2020\n01-002,,,03JAN2020\n01-003,M,48.50,\n"
    )
    for other in ("adsl.parquet", "adsl.csv", "sas.csv"):
        result = run(a, tmp_path / other)
        assert result.exit_code == 0, result.output
        assert "CED712 note: " in result.stdout
    (tmp_path / "bad.csv").write_text("USUBJID,SEX,AGE,RFDT\n01-001,F,62,02JAN2020\n01-002,,,\n")
    result = run(a, tmp_path / "bad.csv", "--format", "json")
    (dataset,) = json.loads(result.stdout)["datasets"]
    found = {
        (d["code"], d["variable"], d["cause"], d["count"])
        for d in dataset["differences"]
        if d["severity"] == "error"
    }
    assert found == {
        ("CED701", "", "only in A", 1),
        ("CED700", "AGE", "other", 1),
        ("CED700", "RFDT", "missing in B", 1),
    }


def test_texts_of_two_csv_files_that_are_the_same_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("USUBJID,V,SITE\n1,1.0,01\n2,1e3,02\n")
    (tmp_path / "b.csv").write_text("USUBJID,V,SITE\n1,1,1\n2,1000,02\n")
    result = run(tmp_path / "a.csv", tmp_path / "b.csv", "--keys", "usubjid")
    assert "V differs" not in result.stdout
    assert "SITE differs in 1 of 2 records" in result.stdout


def test_folders_pair_by_place_then_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in ("out/adam/adsl.xpt", "out/sdtm/dm.xpt", "out/controls/sdtm/dm.xpt", "out/adam/adae.xpt"):
        put(Path(place))
    for place in ("qc/ADSL.xpt", "qc/sdtm/DM.XPT", "qc/controls/sdtm/dm.xpt", "qc/adlb.xpt"):
        put(Path(place))
    put(Path("qc/.old/adsl.xpt"))
    result = run("out", "qc", "--keys", "USUBJID")
    assert result.exit_code == 1
    assert [" ".join(line.split()) for line in result.stdout.splitlines()[4:]] == [
        "dataset rows A rows B paired result keys",
        "ADLB - 3 0 only in B",
        "ADAE 3 - 0 only in A",
        "ADSL 3 3 3 equal USUBJID (--keys)",
        "controls/sdtm/DM 3 3 3 equal USUBJID (--keys)",
        "sdtm/DM 3 3 3 equal USUBJID (--keys)",
        "",
        "ADLB: only in B",
        "CED703 ADLB is only in B: qc/adlb.xpt",
        "",
        "ADAE: only in A",
        "CED703 ADAE is only in A: out/adam/adae.xpt",
        "",
        "2 of 5 datasets differ",
    ]
    assert run("out", "qc", "--dataset", "adsl").exit_code == 0
    assert run("out", "qc/ADSL.xpt").exit_code == 0
    result = run("out", "qc/sdtm")
    assert "the same name have sdtm/DM" in result.stdout or "CED703" in result.stdout


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "CED330"),
        (b"not a transport file" * 40, "CED330"),
        (None, "CED335"),
    ],
)
def test_hostile_transport_files_end_in_one_finding(tmp_path: Path, content: bytes | None, text: str) -> None:
    a = put(tmp_path / "a.xpt")
    b = tmp_path / "b.xpt"
    b.write_bytes(a.read_bytes()[:-40] if content is None else content)
    result = run(a, b)
    assert result.exit_code == 11
    assert text in result.stderr and "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("b.csv", b"", "CED714 b.csv has no name for each of its columns in its first line"),
        ("b.csv", b"A,a\n1,2\n", "CED714 b.csv has two columns named A"),
        (
            "b.csv",
            b"A\n\xe9\n",
            "CED714 b.csv cannot be read: 'utf-8' codec can't decode byte 0xe9 in position 2: "
            "invalid continuation byte",
        ),
        ("b.sas7bdat", b"x", "CED714 b.sas7bdat ends with .sas7bdat, expected .xpt, .parquet, .csv"),
    ],
)
def test_ced714_other_files_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a.xpt"))
    Path(name).write_bytes(content)
    result = run("a.xpt", name)
    assert result.exit_code == 11
    assert result.stderr.splitlines() == ["1 error in the raw data", f"{name} {text}"]


def test_ced714_parquet_that_is_none_or_holds_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a.xpt"))
    Path("b.parquet").write_bytes(b"PAR1 nothing")
    result = run("a.xpt", "b.parquet")
    assert (result.exit_code, "CED714 b.parquet cannot be read: " in result.stderr) == (11, True)
    pl.DataFrame({"A": [[1]]}).write_parquet("b.parquet")
    result = run("a.xpt", "b.parquet")
    assert result.stderr.splitlines()[1] == (
        "b.parquet CED714 b.parquet has the column A of type List(Int64), which no dataset can hold"
    )


def test_ced715_and_ced716_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a/adsl.xpt"))
    Path("b").mkdir()
    result = run("a", "b")
    assert (result.exit_code, result.stderr.splitlines()[1]) == (
        11,
        "b CED716 there is no dataset in b; compare looks for .xpt, .parquet and .csv files, "
        "also in folders below",
    )
    result = run("a", "a", "--dataset", "DM")
    assert result.stderr.splitlines()[1].startswith("a CED716 there is no dataset to compare in a; ")
    put(Path("b/adsl.xpt"))
    Path("b/ADSL.csv").write_text("USUBJID\n1\n")
    result = run("a", "b")
    assert (result.exit_code, result.stderr.splitlines()[1]) == (
        11,
        "b CED715 ADSL stands twice in b: ADSL.csv and adsl.xpt; take one of them away, or compare the files",
    )


def test_ced713_a_define_xml_without_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a/adsl.xpt"))
    for content in ("<ODM", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"):
        Path("a/define.xml").write_text(content)
        result = run("a/adsl.xpt", "a/adsl.xpt")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[3] == (
            "warning: CED713 a/define.xml gives no keys: it cannot be read, or has no KeySequence"
        )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("gone", "a.xpt"), "Error: there is no file or folder gone"),
        (("a.xpt", "a.xpt", "--keys", "NONE"), "Error: --keys: a.xpt has no variable NONE"),
        (
            ("a.xpt", "a.xpt", "--keys", "ADSL="),
            "Error: --keys ADSL=: expected variables, such as USUBJID,PARAMCD or ADSL=USUBJID",
        ),
        (
            ("a.xpt", "a.xpt", "--relative", "-1"),
            "Error: --relative -1: expected a number from 0 on, such as 1e-9 or AVAL=0.01",
        ),
        (
            ("a.xpt", "a.xpt", "--absolute", "AGE=x"),
            "Error: --absolute AGE=x: expected a number from 0 on, such as 1e-9 or AVAL=0.01",
        ),
        (("a.xpt", "a.xpt", "--encoding", "klingon"), "Error: there is no encoding klingon"),
    ],
)
def test_wrong_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a.xpt"))
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (2, f"{text}\n")


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_the_same_bytes_twice_and_nothing_carried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("a.xpt"))
    odd = msgspec.structs.replace(MEMBER, label="<script>~")
    written = put(Path("b.xpt"), FRAME.with_columns(SEX=pl.Series(["<", "~", "&"])), odd)
    hostile = written.read_bytes().replace(b"<script>~", b"<script>\x07").replace(b"~", b"\x1b")
    written.write_bytes(hostile)
    made: list[bytes] = []
    for name in ("one", "other"):
        result = run("a.xpt", "b.xpt", "--format", form, "--out", name)
        assert result.exit_code == 1
        masked = "identifiers are masked; --show-ids shows them\n" if form == "text" else ""
        assert result.stderr == f"1 of 1 dataset differs; the report is in {name}\n{masked}"
        made.append(Path(name).read_bytes())
    assert made[0] == made[1]
    assert b"\x1b" not in made[0] and b"\x07" not in made[0]
    assert (b"<script>" in made[0]) == (form != "html")


def test_a_build_against_a_copy_that_pyreadstat_wrote(example_build: Made, tmp_path: Path) -> None:
    out, qc = example_build[1], tmp_path / "qc"
    for path in sorted(out.rglob("*.xpt")):
        target = qc / path.relative_to(out)
        target.parent.mkdir(parents=True, exist_ok=True)
        data, meta = pyreadstat.read_xport(path, disable_datetime_conversion=True)
        member = read_xpt(path)[1]
        pyreadstat.write_xport(
            data,
            target,
            file_label=member.label,
            column_labels=meta.column_names_to_labels,
            table_name=member.name,
            file_format_version=5,
            variable_format={v.name: v.format_text for v in member.variables if v.format_text},
        )
    result = run(out, qc, "--ignore", "lengths")
    assert result.exit_code == 0, result.stdout
    assert result.stdout.splitlines()[-1] == "A and B are equal in all 76 datasets"
    changed = qc / "adam" / "adsl.xpt"
    frame, member = read_xpt(changed)
    put(changed, frame.with_columns(AGE=pl.col("AGE") + 1), member)
    shutil.rmtree(qc / "controls")
    result = run(out, qc, "--ignore", "lengths", "--dataset", "ADSL")
    assert "CED700 AGE differs in 72 of 72 records: B = A + 1" in result.stdout


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("USUBJIT", "Error: --keys: no dataset has the variables USUBJIT on both sides"),
        ("ADSM=USUBJID", "Error: --keys: there is no dataset ADSM; did you mean ADSL?"),
    ],
)
def test_keys_that_no_dataset_of_two_folders_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for side in ("a", "b"):
        Path(side).mkdir()
        Path(side, "adsl.csv").write_text("USUBJID,AGE\n1,50\n")
    result = run("a", "b", "--keys", keys)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, text)
    assert run("a", "b", "--keys", "USUBJID").exit_code == 0
