"""Which findings.yaml a check is held against, and which of its entries are about a folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import Result
from held_folder import CALL, SEX, ending, failures, write
from small_folder import run as masked_run
from small_folder import small_folder


def run(*words: str) -> Result:
    """A check that names subjects: what is masked is tested in test_check_masked.py."""
    return masked_run(*words, "--show-ids")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_folder(tmp_path / "study")


def test_an_entry_counts_for_its_package_alone(folder: Path) -> None:
    write(SEX.replace("dataset: DM", "dataset: DM\n    package: sdtm"))
    assert failures(*CALL)["CED-C001 DM.SEX"]["standing"] == "new"
    assert "held against findings.yaml\n" in run(*CALL).output
    assert failures(*CALL, "--package", "sdtm")["CED-C001 DM.SEX"]["standing"] == "accepted"
    assert "held against findings.yaml, package sdtm\n" in run(*CALL, "--package", "sdtm").output
    assert failures(*CALL, "--package", "controls/sdtm")["CED-C001 DM.SEX"]["standing"] == "new"


@pytest.mark.parametrize(
    ("below", "package"),
    [
        ("out/sdtm", "sdtm"),
        ("out/controls/sdtm", "controls/sdtm"),
        ("m5/analysis/adam/datasets", "analysis/adam"),
    ],
)
def test_the_end_of_the_path_is_the_package(folder: Path, below: str, package: str) -> None:
    """The longest package of the file that ends the path; ``datasets`` is a folder of files."""
    named = "  - {rule: FB1, package: sdtm, dataset: DM, reason: So.}\n"
    write(named, SEX.replace("dataset: DM", f"dataset: DM\n    package: {package}"))
    moved = folder.parent / below
    moved.parent.mkdir(parents=True)
    folder.rename(moved)
    found = failures(below, *CALL[1:])
    assert found["CED-C001 DM.SEX"]["standing"] == "accepted"


def test_two_folders_below_are_two_packages(folder: Path) -> None:
    (folder / "sdtm").mkdir()
    small_folder(folder / "sdtm")
    for path in folder.glob("*.xpt"):
        path.unlink()
    write(SEX.replace("dataset: DM", "dataset: DM\n    package: sdtm"))
    assert failures(*CALL)["CED-C001 DM.SEX"]["standing"] == "accepted"


def build_json(out: Path, study: bytes, *outputs: str) -> None:
    inputs = {"mappings/study.yaml": hashlib.sha256(study).hexdigest()}
    told = {"tool": "ced-cdisc", "inputs": inputs, "outputs": dict.fromkeys(outputs, ""), "partial": False}
    (out / "build.json").write_text(json.dumps(told), encoding="utf-8")


def test_the_file_of_the_study_is_read_for_its_own_builds_alone(folder: Path) -> None:
    for name in ("mappings", "define"):
        Path(name).mkdir()
    Path("mappings/study.yaml").write_bytes(b"study: {id: S1}\n")
    write(SEX.replace("dataset: DM", "dataset: DM\n    package: study"))
    Path("findings.yaml").rename("define/findings.yaml")
    call = ("study", "--standard", "CT=2024-09-27", "--today", "2026-01-10")

    result = run(*call)
    assert result.stderr == (
        "define/findings.yaml is not read, since study is no build by this tool; name it with --findings "
        "if it is meant\n"
    )
    assert "held against" not in result.output

    build_json(folder.parent, b"study: {id: S2}\n")
    assert run(*call).stderr == (
        "define/findings.yaml is not read, since study was built of other specs; name it with --findings "
        "if it is meant\n"
    )

    build_json(folder.parent, b"study: {id: S1}\n")
    result = run(*call)
    assert result.stderr == ""
    assert "held against define/findings.yaml, package study\n" in result.output
    assert ending(result.output)[0].startswith("1 accepted (1 error), 3 new, ")

    build_json(folder.parent, b"study: {id: S1}\n", "study/define.xml", "sdtm/define.xml", "sdtm/dm.xpt")
    assert run(*call).output == result.output
    file = Path("define/findings.yaml")
    file.write_text(file.read_text().replace("package: study", "package: studdy"))
    assert (
        "error CED137  define/findings.yaml:4:14: the build makes no package studdy\n"
        "  do: did you mean study?\n"
    ) in run(*call).output
    told = Path("build.json").read_text(encoding="utf-8")
    Path("build.json").write_text(told.replace("false", "true"), encoding="utf-8")
    assert "CED137" not in run(*call).output, "another package may be left out by --only"

    Path("define/findings.yaml").unlink()
    result = run(*call)
    assert result.stderr == "" and "held against" not in result.output


def test_a_dataset_that_a_partial_build_does_not_have_is_not_gone(folder: Path) -> None:
    write(SEX.replace("dataset: DM", "dataset: LB\n    package: study"))
    build_json(folder.parent, b"", "study/define.xml")
    assert "CED-C001 finds nothing in LB.SEX any more" in run(*CALL).output
    told = Path("build.json").read_text(encoding="utf-8")
    Path("build.json").write_text(told.replace("false", "true"), encoding="utf-8")
    assert "CED625" not in run(*CALL).output


@pytest.mark.parametrize("content", ["", "[]", "{", '{"inputs": 3}', "[" * 100_000])
def test_a_build_json_that_is_none_is_passed_over(folder: Path, content: str) -> None:
    (folder / "build.json").write_text(content, encoding="utf-8")
    write(SEX)
    assert failures(*CALL)["CED-C001 DM.SEX"]["standing"] == "accepted"
