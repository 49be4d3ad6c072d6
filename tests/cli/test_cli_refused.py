"""Usage (exit code 2), refused or unwritable output (12), and which exit code comes first."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from command_line import AE, RAW_AE, SPECS, Run, around, ced, given, given_build, spoil, tree

from ced_cdisc.check import define
from ced_cdisc.check.define.document import DefineDocument
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage

REFUSED = SPECS + "1 error in the output\n"

# usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "rawx", "out"), SPECS + "Error: there is no folder rawx\n"),
        (("build", "raw/ae.csv", "out"), SPECS + "Error: there is no folder raw/ae.csv\n"),
        (("build", "raw", "out", "--mappings", "maps"), "Error: there is no folder maps\n"),
        (("build", "raw", "out", "--define", "def"), "Error: there is no folder def\n"),
        (("check-spec", "--mappings", "maps"), "Error: there is no folder maps\n"),
        (("build", "raw", "out", "--only", " ,"), "Error: --only names no dataset\n"),
        (("build", "raw", "out", "--only", ""), "Error: --only names no dataset\n"),
        (
            ("build", "raw"),
            "Usage: ced-cdisc build [OPTIONS] RAW OUT\n"
            "Try 'ced-cdisc build --help' for help.\n\n"
            "Error: Missing argument 'OUT'.\n",
        ),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str) -> None:
    before = given_build()
    assert ced(*arguments) == Run(2, said)
    assert tree("out") == before


@pytest.mark.parametrize("command", [("build", "raw", "out"), ("check-spec",)])
def test_one_spec_folder_without_the_other(command: tuple[str, ...]) -> None:
    given()
    shutil.rmtree("define")
    assert ced(*command) == Run(
        2, "Error: mappings is there without define: make the folder define or name it with --define\n"
    )
    Path("mappings").rename("define")
    assert ced(*command) == Run(
        2, "Error: define is there without mappings: make the folder mappings or name it with --mappings\n"
    )
    assert ced(*command, "--define", "./define") == Run(
        2, "Error: define is there without mappings: make the folder mappings or name it with --mappings\n"
    )
    assert around() == ["define", "raw"]


# output


def test_out_is_a_file() -> None:
    given()
    Path("out").write_text("mine")
    assert ced("build", "raw", "out") == Run(
        12, REFUSED + "out CED401 out is a file, not a folder; name another folder\n"
    )
    assert Path("out").read_text() == "mine"


def test_out_is_a_folder_of_somebody_else() -> None:
    given()
    Path("out").mkdir()
    Path("out/thesis.docx").write_text("mine")
    assert ced("build", "raw", "out") == Run(
        12,
        REFUSED
        + "out CED402 out is not empty and not a former build: it has no build.json; "
        + "name a new folder; this one is left alone with its thesis.docx\n",
    )
    assert list(tree("out")) == ["thesis.docx"]


@pytest.mark.parametrize(
    ("out", "relation"),
    [("raw", "is"), ("./raw/", "is"), ("raw/out", "lies in"), ("../{here}/raw", "is")],
)
def test_out_is_the_raw_folder(out: str, relation: str, tmp_path: Path) -> None:
    given()
    before = tree(".")
    out = out.format(here=tmp_path.name)
    shown = Path(out).as_posix()
    assert ced("build", "raw", out) == Run(
        12,
        REFUSED
        + f"{shown} CED404 {shown} {relation} the input folder raw; "
        + "name a folder beside it: OUT is replaced as a whole\n",
    )
    assert tree(".") == before


def test_out_is_a_folder_of_specs() -> None:
    given()
    before = tree(".")
    assert ced("build", "raw", "mappings", "--mappings", "mappings") == Run(
        12,
        REFUSED
        + "mappings CED404 mappings is the input folder mappings; "
        + "name a folder beside it: OUT is replaced as a whole\n",
    )
    assert tree(".") == before


def test_out_is_the_working_folder() -> None:
    given()
    before = tree(".")
    run = ced("build", "raw", ".")
    assert run.code == 12
    assert run.err.startswith(REFUSED + ". CED404 . holds the input folder raw; ")
    assert tree(".") == before


def test_a_file_added_to_a_former_build_is_not_lost() -> None:
    given_build()
    Path("out/notes.txt").write_text("mine")
    before = tree("out")
    assert ced("build", "raw", "out") == Run(
        12,
        REFUSED
        + "out CED409 out is a former build with files that it did not write: notes.txt; "
        + "move them away: OUT is replaced as a whole\n",
    )
    assert tree("out") == before


def test_the_folder_around_out_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = given_build()
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK | os.X_OK and asked(path, mode))
    assert ced("build", "raw", "out") == Run(
        12,
        REFUSED
        + "out CED407 the folder around out cannot be written, so OUT cannot be exchanged: no permission; "
        + f"write to another folder, or allow writing in {tmp_path.resolve().as_posix()}\n",
    )
    assert tree("out") == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_the_folder_around_out_is_read_only() -> None:
    given()
    Path("shelf").mkdir(mode=0o500)
    run = ced("build", "raw", "shelf/out")
    assert run.code == 12
    assert run.err.startswith(REFUSED + "shelf/out CED407 ")


def test_there_is_no_folder_around_out() -> None:
    given()
    assert ced("build", "raw", "a/b/out") == Run(
        12, REFUSED + "a/b/out CED406 the folder a/b around a/b/out does not exist; make it first\n"
    )
    assert "a" not in around()


def test_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    before = given_build()
    write, calls = Path.write_bytes, list[Path]()

    def full(path: Path, content: bytes) -> int:
        calls.append(path)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert ced("build", "raw", "out") == Run(
        12,
        REFUSED
        + "out CED412 the output for out cannot be written: No space left on device; "
        + "the former output is untouched; make room or write to another folder\n",
    )
    assert tree("out") == before
    assert around() == ["define", "mappings", "out", "raw"]


def test_only_does_not_replace_a_full_build() -> None:
    before = given_build()
    assert ced("build", "raw", "out", "--only", "AE") == Run(
        12,
        REFUSED
        + "out CED420 out holds a full build, which a part cannot replace; name another folder for --only\n",
    )
    assert tree("out") == before


# the order of exit codes: 2, 10, 11, 12, 1


def test_the_earliest_stage_decides_the_exit_code() -> None:
    given()
    Path("out").write_text("mine")
    spoil(RAW_AE, "Bone pain,2", "Bone pain,4")
    spoil(AE, "upper(", "uper(")
    before = tree(".")
    assert ced("build", "rawx", "out") == Run(2, SPECS + "Error: there is no folder rawx\n")
    assert ced("build", "raw", "out") == Run(
        10,
        SPECS
        + "1 error in the specs\n"
        + "mappings/sdtm/ae.yaml:9:23 CED013 unknown function uper(); did you mean upper?\n",
    )
    assert tree(".") == before
    spoil(AE, "uper(", "upper(")
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + "1 error in the raw data\n"
        + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; "
        + "ct has 1, 2, 3\n"
        + "    ae.csv line 3, subject T1-001\n"
        + "1 error in the output\n"
        + "out CED401 out is a file, not a folder; name another folder\n",
    )
    spoil(RAW_AE, "Bone pain,4", "Bone pain,2")
    assert ced("build", "raw", "out").code == 12
    assert Path("out").read_text() == "mine"


def test_findings_of_several_stages_have_the_exit_code_of_the_first() -> None:
    def code(*stages: Stage, severity: Severity = Severity.ERROR) -> int:
        where = Location("x")
        return Findings(Finding("CED000", "m", where, stage=s, severity=severity) for s in stages).exit_code()

    assert code() == 0
    assert code(Stage.CHECK) == 1
    assert code(Stage.CHECK, Stage.OUTPUT) == 12
    assert code(Stage.OUTPUT, Stage.CHECK, Stage.RAW) == 11
    assert code(Stage.CHECK, Stage.RAW, Stage.SPEC, Stage.OUTPUT) == 10
    assert code(*Stage, severity=Severity.WARNING) == 0


def test_a_finding_of_the_checks_stops_the_build_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """No input is known that makes the tool's own define.xml faulty, so the check is told to find a fault."""
    before = given_build()

    def one_finding(document: DefineDocument) -> list[Finding]:
        found = Finding("CED512", "dataset ADSL has no key", Location(document.file, 7), stage=Stage.CHECK)
        return [found] if document.file == "adam/define.xml" else []

    monkeypatch.setattr(define, "check_document", one_finding)
    assert ced("build", "raw", "out") == Run(
        1,
        SPECS + "1 error from the checks\n" + "adam/define.xml:7 CED512 dataset ADSL has no key\n",
    )
    assert tree("out") == before
