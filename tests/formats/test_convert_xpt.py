"""``ced-cdisc convert`` between versions of XPT, and of files of several datasets; other commands on both."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.xpt import read_special_missing, read_xpt
from ced_cdisc.stages.file_conversion import convert_file

STAMP = "15OCT12:22:56:22"
LABEL = "What the subject said of the pain in the chest"


def put(
    path: Path, rows: dict[str, list[object]], *variables: XptVariable, version: int = 8, **more: str
) -> Path:
    from io import BytesIO

    from ced_cdisc.write.xpt import write_xpt

    name = more.get("name", "ADXX")
    made = XptMember(name, more.get("label", ""), variables, STAMP, STAMP, version=8 if version == 8 else 5)
    schema = {v.name: pl.String if v.type == "Char" else pl.Float64 for v in variables}
    codes = {"Score": pl.Series(["A", None], dtype=pl.String)} if "Score" in schema else {}
    stream = BytesIO()
    write_xpt(stream, pl.DataFrame(rows, schema), made, codes)
    path.write_bytes(stream.getvalue())
    return path


def run(*arguments: str | Path, command: str = "convert") -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, [command, *map(str, arguments)], prog_name="ced-cdisc")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr.splitlines()


def long_file(here: Path) -> Path:
    return put(
        here / "long.xpt",
        {"Term": ["Pain", None], "Score": [None, 2.5]},
        XptVariable("Term", LABEL, "Char", 250),
        XptVariable("Score", "Score", "Num", 8),
    )


def test_version_8_to_5_names_what_is_lost(here: Path) -> None:
    long_file(here)
    assert run("long.xpt", "short.xpt") == (
        12,
        [
            "1 note in the output",
            "short.xpt CED422 ADXX.Term has the length 250, XPT v5 holds 200: it becomes 200",
            "2 errors in the output",
            "short.xpt CED421 names of XPT v5 are in capitals: Term becomes TERM, Score becomes SCORE; "
            "allow it with --allow names",
            f"short.xpt CED731 the label of ADXX.Term has 46 bytes, XPT v5 holds 40: '{LABEL}' becomes "
            f"'{LABEL[:40].rstrip()}'; allow it with --allow labels",
        ],
    )
    assert [path.name for path in here.iterdir()] == ["long.xpt"]


def test_version_8_to_5_with_what_is_allowed(here: Path) -> None:
    long_file(here)
    code, said = run("long.xpt", "short.xpt", "--allow", "names", "--allow", "labels")
    assert (code, said[-1]) == (0, "ADXX: 2 records of 2 variables in short.xpt")
    frame, made = read_xpt(here / "short.xpt")
    assert frame.equals(pl.DataFrame({"TERM": ["Pain", None], "SCORE": [None, 2.5]}))
    assert (made.version, [(v.name, v.length) for v in made.variables]) == (5, [("TERM", 200), ("SCORE", 8)])
    assert {n: s.to_list() for n, s in read_special_missing(here / "short.xpt").items()} == {
        "SCORE": ["A", None]
    }


@pytest.mark.parametrize("target", ["b.xpt", "b.json", "b.parquet", "b.csv"])
def test_formats_of_the_other_type(here: Path, target: str) -> None:
    put(
        here / "a.xpt",
        {"A": [1.5], "B": ["x"], "C": ["x"], "D": [1.0]},
        XptVariable("A", "", "Num", 8, "$", 20, 0, "$CHAR", 5, 0),
        XptVariable("B", "", "Char", 8, "DATE", 9, 0),
        XptVariable("C", "", "Char", 8, "", 8, 0, "$CHAR", 8, 0),
        XptVariable("D", "", "Num", 8, "", 8, 2, "BEST", 12, 0),
        version=5,
    )
    hint = "correct it where the file was made"
    said = [
        f"{target} CED433 ADXX.A is a number, and its format $20. is one of texts; {hint}",
        f"{target} CED433 ADXX.A is a number, and its informat $CHAR5. is one of texts; {hint}",
        f"{target} CED433 ADXX.B is text, and its format DATE9. is one of numbers; {hint}",
    ]
    kept = {"b.json": [said[0], said[2]], "b.csv": []}.get(target, said)
    code, told = run("a.xpt", target)
    assert (code, [line for line in told if "CED433" in line]) == (0, kept)


def test_what_version_5_cannot_hold_at_all(here: Path) -> None:
    put(here / "a.xpt", {"SubjectIdentifier": ["S-1"]}, XptVariable("SubjectIdentifier", "", "Char", 3))
    assert run("a.xpt", "b.xpt", "--allow", "names")[1][1] == (
        'b.xpt CED301 variable name "SUBJECTIDENTIFIER" of ADXX has 17 bytes, XPT v5 holds 8; '
        "rename it, or write XPT v8 with --xpt-version 8"
    )
    put(here / "c.xpt", {"A": ["x", "y" * 201]}, XptVariable("A", "", "Char", 201))
    code, said = run("c.xpt", "b.xpt")
    assert (code, said) == (
        12,
        [
            "1 error in the output",
            f'b.xpt CED305 ADXX.A row 2: text of 201 bytes, XPT v5 holds 200: "{"y" * 40}..."; '
            "shorten it, or write XPT v8 with --xpt-version 8",
        ],
    )
    assert not (here / "b.xpt").exists()


def names_in_json(path: Path, *names: str) -> None:
    """A file of Dataset-JSON without records."""
    head = {
        "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": 0,
        "name": "X",
        "label": "",
        "columns": [{"itemOID": n, "name": n, "label": "", "dataType": "string"} for n in names],
    }
    path.write_text(json.dumps(head), encoding="utf-8")


def test_two_names_that_are_one_to_sas(here: Path) -> None:
    names_in_json(here / "a.json", "Abc", "ABC")
    assert run("a.json", "b.xpt", "--xpt-version", "8") == (
        12,
        ["1 error in the output", "b.xpt CED313 dataset X has 2 variables named Abc, written Abc, ABC"],
    )
    assert run("a.json", "b.parquet")[0] == 0


def test_two_names_that_are_one_in_capitals(here: Path) -> None:
    names_in_json(here / "a.json", "a", "A")
    assert run("a.json", "b.xpt", "--allow", "names")[1][1] == (
        "b.xpt CED313 dataset X has 2 variables named A"
    )


def test_version_8_stays_what_it_is(here: Path) -> None:
    long_file(here)
    code, _ = run("long.xpt", "again.xpt", "--xpt-version", "8")
    assert (code, (here / "again.xpt").read_bytes()) == (0, (here / "long.xpt").read_bytes())
    run("long.xpt", "long.ndjson", "--allow", "special-missing")
    run("long.ndjson", "from.xpt", "--xpt-version", "8")
    _, metadata = pyreadstat.read_xport(str(here / "from.xpt"))
    assert metadata.column_names_to_labels == {"Term": LABEL, "Score": "Score"}


def test_version_5_becomes_8_and_back(here: Path) -> None:
    put(here / "a.xpt", {"A": ["x", None], "N": [1.0, None]}, XptVariable("A", "Text", "Char", 3),
        XptVariable("N", "Number", "Num", 8, "DATE", 9), version=5)  # fmt: skip
    assert run("a.xpt", "b.xpt", "--xpt-version", "8") == (0, ["ADXX: 2 records of 2 variables in b.xpt"])
    assert run("b.xpt", "c.xpt") == (0, ["ADXX: 2 records of 2 variables in c.xpt"])
    assert (here / "c.xpt").read_bytes() == (here / "a.xpt").read_bytes()


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,31}", fullmatch=True)
texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=300)


described = st.dictionaries(
    names, st.tuples(texts, texts.map(lambda label: label[:256])), min_size=1, max_size=6
).filter(lambda found: len({name.upper() for name in found}) == len(found))


@given(described)
def test_any_names_labels_and_texts_survive_version_8(
    tmp_path_factory: pytest.TempPathFactory, variables: dict[str, tuple[str, str]]
) -> None:
    here = tmp_path_factory.mktemp("any")
    made = [XptVariable(name, label, "Char", len(value)) for name, (value, label) in variables.items()]
    put(here / "a.xpt", {name: [value] for name, (value, _) in variables.items()}, *made)
    convert_file(here / "a.xpt", here / "a.parquet")
    convert_file(here / "a.parquet", here / "b.xpt", version=8)
    frame, headers = read_xpt(here / "b.xpt")
    assert {v.name: (frame[v.name][0], v.label) for v in headers.variables} == variables
    theirs, metadata = pyreadstat.read_xport(str(here / "b.xpt"))
    assert {n: (theirs[n][0], metadata.column_names_to_labels[n]) for n in theirs.columns} == variables


def several(path: Path, here: Path) -> Path:
    one = XptVariable("A", "", "Char", 5)
    first = put(here / "1.xpt", {"A": ["dm", "x"]}, one, version=5, name="DM").read_bytes()
    second = put(here / "2.xpt", {"A": ["ae"]}, one, version=5, name="AE", label="Events").read_bytes()
    path.write_bytes(first + second[240:])
    return path


def test_datasets_are_taken_apart(here: Path) -> None:
    several(here / "all.xpt", here)
    assert run("all.xpt", "apart/") == (
        0,
        ["DM: 2 records of 1 variables in apart/dm.xpt", "AE: 1 records of 1 variables in apart/ae.xpt"],
    )
    assert (here / "apart" / "dm.xpt").read_bytes() == (here / "1.xpt").read_bytes()
    assert (here / "apart" / "ae.xpt").read_bytes() == (here / "2.xpt").read_bytes()


def test_datasets_that_are_there_already_stay(here: Path) -> None:
    several(here / "all.xpt", here)
    (here / "apart").mkdir()
    (here / "apart" / "dm.xpt").write_text("mine")
    assert run("all.xpt", "apart") == (
        12,
        [
            "1 error in the output",
            "apart/dm.xpt CED736 apart/dm.xpt is there already; "
            "name another file, or replace it with --replace",
        ],
    )
    assert (here / "apart" / "ae.xpt").is_file()
    assert run("all.xpt", "apart", "--replace")[0] == 0


def test_one_dataset_is_named(here: Path) -> None:
    several(here / "all.xpt", here)
    assert run("all.xpt", "x.csv") == (
        11,
        [
            "1 error in the raw data",
            "all.xpt CED336 all.xpt holds 2 datasets: DM, AE; "
            "take them apart: ced-cdisc convert all.xpt FOLDER/",
        ],
    )
    assert run("all.xpt", "x.csv", "--member", "AE")[0] == 0
    assert "ae" in (here / "x.csv").read_text()
    assert run("all.xpt", "y.csv", "--member", "LB")[1][1] == (
        "all.xpt CED339 all.xpt holds no dataset LB; there are DM, AE"
    )


USAGE = [
    (("a.csv", "b.xpt", "--member", "DM"), "--member is for a file IN that ends with .xpt"),
    (("all.xpt", "b.json", "--xpt-version", "8"), "--xpt-version is for a file OUT that ends with .xpt"),
    (
        ("all.xpt", "apart", "--name", "X"),
        "--define, --name and --created are for one dataset; name one with --member",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_options_that_do_not_fit(here: Path, arguments: tuple[str, ...], message: str) -> None:
    several(here / "all.xpt", here)
    (here / "a.csv").write_text("A\n1\n")
    code, said = run(*arguments)
    assert code == 2
    assert message in " ".join(said)


def test_check_says_that_no_agency_takes_version_8(here: Path) -> None:
    (here / "sub").mkdir()
    put(
        here / "sub" / "dm.xpt", {"USUBJID": ["S-1"]}, XptVariable("USUBJID", "Subject", "Char", 3), name="DM"
    )
    result = CliRunner().invoke(main, ["check", "sub", "--format", "text"], prog_name="ced-cdisc")
    said = result.output.splitlines()
    place = said.index("error CED338  dm.xpt is a transport file of version 8, which no agency takes")
    assert said[place + 1] == "  do: write it as version 5: ced-cdisc convert dm.xpt NEW.xpt"


def test_compare_reads_version_8(here: Path) -> None:
    variables = (XptVariable("USUBJID", "Subject", "Char", 3), XptVariable("LongerThanEight", "N", "Num", 8))
    for name, value in (("a", 1.0), ("b", 2.0)):
        put(here / f"{name}.xpt", {"USUBJID": ["S-1"], "LongerThanEight": [value]}, *variables)
    result = CliRunner().invoke(
        main, ["compare", "a.xpt", "b.xpt", "--keys", "USUBJID"], prog_name="ced-cdisc"
    )
    assert "LONGERTHANEIGHT" in result.output
    assert result.exit_code == 1


def test_a_raw_table_of_several_datasets_is_refused_with_the_way_out(here: Path) -> None:
    with pytest.raises(Stopped) as stopped:
        read_xpt(several(here / "all.xpt", here), shown="raw/all.xpt")
    (finding,) = stopped.value.findings
    assert finding.hint == "take them apart: ced-cdisc convert raw/all.xpt FOLDER/"
