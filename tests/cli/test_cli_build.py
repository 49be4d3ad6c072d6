"""``ced-cdisc build`` on sound specs and sound data: what it says, what it writes, and what it replaces."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_line import BUILT, SHIPPED, SPECS, Run, ced, ced_process, given, given_build, spoil, tree

import ced_cdisc
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.spec.locate import MissingFolder

EXAMPLE_RAW = Path(__file__).parents[2] / "examples" / "improve_ced" / "raw"
FILES = [
    "adam",
    "adam/adsl.xpt",
    "adam/define.html",
    "adam/define.xml",
    "adam/define2-1.xsl",
    "build.json",
    "sdtm",
    "sdtm/ae.xpt",
    "sdtm/define.html",
    "sdtm/define.xml",
    "sdtm/define2-1.xsl",
    "sdtm/dm.xpt",
    "sdtm/ex.xpt",
]


def manifest(out: str = "out") -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(out, "build.json").read_bytes())
    return content


def test_a_build_says_one_line_a_dataset() -> None:
    given()
    assert ced("build", "raw", "out") == Run(
        0, SPECS + BUILT + "4 datasets and 2 define.xml written to out\n"
    )
    assert list(tree("out")) == FILES


def test_a_build_in_a_process_of_its_own_says_the_same_and_warns_of_nothing() -> None:
    given()
    assert ced_process("build", "raw", "out") == Run(
        0, SPECS + BUILT + "4 datasets and 2 define.xml written to out\n"
    )


def test_named_folders_are_shown_as_the_user_wrote_them() -> None:
    given()
    Path("mappings").rename("specs")
    run = ced("build", "./raw/", "out/", "--mappings", "specs", "--define", "define/")
    assert run == Run(
        0, "specs from specs and define\n" + BUILT + "4 datasets and 2 define.xml written to out\n"
    )
    spoil("specs/sdtm/ae.yaml", "upper(", "uper(")
    assert ced("build", "raw", "out", "--mappings", "specs") == Run(
        10,
        "specs from specs and define\n1 error in the specs\n"
        "specs/sdtm/ae.yaml:9:23 CED013 unknown function uper(); did you mean upper?\n",
    )


def test_the_same_input_gives_the_same_bytes() -> None:
    given()
    assert ced("build", "raw", "one").code == 0
    assert ced("build", "raw", "two").code == 0
    assert tree("one") == tree("two")


def test_the_manifest_lists_every_file_read_and_written() -> None:
    files = given_build()
    content = manifest()
    assert content["tool"] == "ced-cdisc"
    assert content["partial"] is False
    assert content["findings"] == []
    assert content["outputs"] == {n: d for n, d in files.items() if d != "/" and n != "build.json"}
    study = tree(".")
    inputs = {n: d for n, d in study.items() if d != "/" and n.startswith(("raw/", "mappings/", "define/"))}
    assert content["inputs"] == inputs
    assert content["datasets"]["AE"] == {"rows": 3, "columns": 26}


def test_a_former_build_is_replaced_as_a_whole() -> None:
    given_build()
    Path("mappings/adam/adsl.yaml").unlink()
    spoil("raw/ae.csv", "Nausea", "Vomiting")
    assert ced("build", "raw", "out").code == 0
    assert list(tree("out")) == [name for name in FILES if not name.startswith("adam")]
    ae, _ = read_xpt(Path("out/sdtm/ae.xpt"))
    assert ae["AETERM"].to_list() == ["Bone pain", "Headache", "Vomiting"]


def test_a_blank_row_and_a_file_that_no_table_reads_are_notes() -> None:
    given(raw_ae=("001,2,Bone", ",,,,,\n001,2,Bone"))
    Path("raw/aes.csv").touch()
    assert ced("build", "raw", "out") == Run(
        0,
        SPECS
        + BUILT
        + "2 notes in the raw data\n"
        + "raw/ae.csv:3 CED218 1 blank line of table ae left out: 3\n"
        + "raw/aes.csv CED235 aes.csv stands in the raw folder, but no table reads it; did you mean ae.csv?\n"
        + "4 datasets and 2 define.xml written to out\n",
    )
    assert [f["code"] for f in manifest()["findings"]] == ["CED218", "CED235"]


def test_a_check_of_the_spec_that_fails_is_a_warning() -> None:
    given(ae=("variables:\n", "checks: [\"AESEV != 'SEVERE'\"]\nvariables:\n"))
    warning = "AE: the check AESEV != 'SEVERE' fails on 1 record"
    assert ced("build", "raw", "out") == Run(
        0,
        SPECS
        + BUILT
        + "1 warning from the checks\n"
        + f"mappings/sdtm/ae.yaml:4:10 CED265 {warning}\n"
        + "    ae.csv line 4, subject T1-002\n"
        + "4 datasets and 2 define.xml written to out\n",
    )
    assert manifest()["findings"] == [
        {
            "code": "CED265",
            "severity": "warning",
            "message": warning,
            "where": "mappings/sdtm/ae.yaml:4:10",
            "hint": "",
            "records": ["ae.csv line 4, subject T1-002"],
        }
    ]


# --only


def test_only_builds_the_dataset_and_what_it_needs() -> None:
    given()
    datasets = "".join(line for line in BUILT.splitlines(keepends=True) if "ADSL" not in line)
    assert ced("build", "raw", "out", "--only", "AE") == Run(
        0, SPECS + datasets + "3 datasets and 1 define.xml written to out\n"
    )
    assert [name for name in tree("out") if name.endswith(".xpt")] == [
        "sdtm/ae.xpt",
        "sdtm/dm.xpt",
        "sdtm/ex.xpt",
    ]
    assert manifest()["partial"] == ["AE"]


@pytest.mark.parametrize(
    "spec",
    [
        ("variables:", "supp:\n  AEXTRA: {collect: ae.TERM, label: Extra}\nvariables:"),
        ("ae.TERM\n", "{collect: ae.TERM, text: split}\n"),  # whether a text goes on there, the data say
    ],
)
def test_only_with_qualifiers_builds_the_dataset_that_makes_them(spec: tuple[str, str]) -> None:
    given(ae=spec)
    assert ced("build", "raw", "out", "--only", "suppae").code == 0
    named = tree("out")
    assert manifest()["partial"] == ["SUPPAE"]
    assert ced("build", "raw", "out", "--only", "AE").code == 0
    assert {name: of for name, of in tree("out").items() if name != "build.json"} == {
        name: of for name, of in named.items() if name != "build.json"
    }
    assert ("sdtm/suppae.xpt" in named) == ("supp:" in spec[1])


def test_only_gives_the_same_records_as_a_full_build() -> None:
    full = given_build()
    assert ced("build", "raw", "part", "--only", "AE").code == 0
    assert tree("part")["sdtm/ae.xpt"] == full["sdtm/ae.xpt"]


def test_only_takes_names_in_any_case_with_blanks_around() -> None:
    given()
    assert ced("build", "raw", "out", "--only", " adsl , ae,").code == 0
    assert manifest()["partial"] == ["ADSL", "AE"]


def test_a_part_is_replaced_by_a_part_and_by_a_full_build() -> None:
    given()
    assert ced("build", "raw", "out", "--only", "AE").code == 0
    assert ced("build", "raw", "out", "--only", "EX").code == 0
    assert manifest()["partial"] == ["EX"]
    assert ced("build", "raw", "out").code == 0
    assert manifest()["partial"] is False


# the shipped example


def test_an_empty_working_folder_uses_the_shipped_example() -> None:
    run = ced("build", EXAMPLE_RAW.as_posix(), "out", "--only", "ADSL")
    first, *_, last = run.err.splitlines(keepends=True)
    assert (run.code, first) == (0, SHIPPED)
    assert last.endswith("datasets and 3 define.xml written to out\n")
    assert Path("out/adam/adsl.xpt").is_file()


def test_a_failure_under_the_shipped_example_says_so_first() -> None:
    Path("raw").mkdir()
    Path("raw/.hidden").touch()
    run = ced("build", "raw", "out")
    assert run.code == 11
    assert run.err.startswith(
        SHIPPED + "1 error in the raw data\n" + "raw CED201 the raw folder raw holds no file; expected "
    )
    assert not Path("out").exists()


# Python


def test_the_python_api_gives_pandas_frames() -> None:
    given()
    said: list[tuple[str, int, int]] = []
    result = ced_cdisc.build(
        "raw", "out", watch=lambda name, done, total: said.append((name, done, total)), check=False
    )
    assert [(done, total) for _, done, total in said] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert sorted(name for name, _, _ in said) == sorted(result.seconds) == ["ADSL", "AE", "DM", "EX"]
    ae = result["AE"]
    assert isinstance(ae, pd.DataFrame)
    assert ae[["USUBJID", "AESEQ", "AEDECOD"]].to_numpy().tolist() == [
        ["T1-001", 1.0, "BONE PAIN"],
        ["T1-001", 2.0, "HEADACHE"],
        ["T1-002", 1.0, "NAUSEA"],
    ]
    assert result["ADSL"]["TRTSDT"].dt.strftime("%Y-%m-%d").tolist() == ["2020-02-10", "2020-02-12"]
    assert sorted(result.packages) == ["adam", "sdtm"]
    assert len(result.findings) == 0
    assert list(tree("out")) == FILES


@pytest.mark.parametrize("edit", ["written", "removed"])
def test_specs_that_are_edited_during_a_build_are_not_what_was_built(edit: str) -> None:
    given()
    spec = Path("mappings/sdtm/ae.yaml")
    planned = hashlib.sha256(spec.read_bytes()).hexdigest()

    def meanwhile(name: str, done: int, total: int) -> None:
        if edit == "removed":
            spec.unlink(missing_ok=True)
        else:
            spec.write_text("# of the next build\n" + spec.read_text())

    ced_cdisc.build("raw", "out", watch=meanwhile, check=False)
    assert json.loads(Path("out/build.json").read_text())["inputs"]["mappings/sdtm/ae.yaml"] == planned


def test_the_python_api_raises_stopped_with_the_findings() -> None:
    given(raw_ae=("Bone pain,2", "Bone pain,4"))
    with pytest.raises(ced_cdisc.Stopped) as stopped:
        ced_cdisc.build("raw", "out", check=False)
    (finding,) = stopped.value.findings
    assert isinstance(finding, ced_cdisc.Finding)
    assert (finding.code, str(finding.where)) == ("CED250", "mappings/sdtm/ae.yaml:19:23")
    assert str(stopped.value) == str(finding)
    assert stopped.value.findings.exit_code() == 11
    assert not Path("out").exists()


def test_the_python_api_raises_where_a_folder_is_not_there() -> None:
    given()
    with pytest.raises(NotADirectoryError, match=r"^there is no folder rawx$"):
        ced_cdisc.build("rawx", "out")
    with pytest.raises(MissingFolder, match=r"^there is no folder maps$"):
        ced_cdisc.build("raw", "out", mappings="maps")
