"""Plans that are known already: the same bytes and findings, sooner; whatever the cache is like."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import AE, STUDY, Run, around, ced, ced_process, given, spoil, tree

from ced_cdisc.spec.locate import find_study
from ced_cdisc.spec.plan_key import plan_key
from ced_cdisc.stages.planning import make_plan

LOADED = """
import atexit, sys
from pathlib import Path
atexit.register(lambda: Path("loaded").write_text(" ".join(sys.modules)))
"""
NOTE = (
    "mappings/study.yaml:6:30 CED072 1 LB is 0.46 kg in this study, 0.453592 in the table; "
    "the study's factor is used"
)


@pytest.fixture(autouse=True)
def _with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small study with a note of the planning, and a cache of its own."""
    given()
    with Path(STUDY).open("a") as stream:
        stream.write('units: {LB: {to: kg, factor: "0.46"}}\n')
    monkeypatch.setenv("CED_CDISC_CACHE", str(Path("cache").resolve()))


def entries() -> list[Path]:
    return sorted(Path("cache/plans").iterdir())


def loaded() -> set[str]:
    return {"pydantic", "yaml"}.intersection(Path("loaded").read_text().split())


def built(out: str, cache: str | None = None) -> Run:
    """Build in a process of its own; what was said, without the name of OUT."""
    before = LOADED + (f"import os; os.environ['CED_CDISC_CACHE'] = {cache!r}\n" if cache else "")
    run = ced_process("build", "raw", out, before=before)
    return Run(run.code, run.err.replace(f"written to {out}", "written to OUT"))


def test_first_second_and_uncached_build_are_alike_in_bytes_and_words() -> None:
    first = built("first")
    assert loaded() == {"pydantic", "yaml"}
    assert len(entries()) == 1
    second = built("second")
    assert loaded() == set()
    off = built("off", cache="off")
    assert loaded() == {"pydantic", "yaml"}
    assert first == second == off
    assert first.code == 0 and NOTE in first.err
    assert tree("first") == tree("second") == tree("off")
    assert len(entries()) == 1


def test_check_spec_uses_the_plan_of_a_build_and_a_part_that_of_the_whole() -> None:
    assert ced("build", "raw", "out").code == 0
    plans = entries()
    run = ced_process("check-spec", before=LOADED)
    assert loaded() == set()
    assert run.code == 0
    assert NOTE in run.err and run.err.endswith("the specs of 4 datasets are in order\n")
    assert ced_process("build", "raw", "part", "--only", "EX", before=LOADED).code == 0
    assert loaded() == set()
    assert sorted(path.name for path in Path("part/sdtm").glob("*.xpt")) == ["dm.xpt", "ex.xpt"]
    wrong = ced("build", "raw", "part", "--only", "EXX")
    assert wrong.code == 10 and "CED031" in wrong.err
    assert entries() == plans


def test_numbers_stay_pinned_with_a_known_plan() -> None:
    spoil(STUDY, "usubjid:", "sequence: pinned\nusubjid:")
    assert ced("build", "raw", "one").code == 0
    assert built("two").code == 0
    assert loaded() == set()
    assert tree("one")["sdtm/ae.xpt"] == tree("two")["sdtm/ae.xpt"]
    lock = Path("mappings/sequence.lock").read_text()
    spoil("raw/ae.csv", "001,1,Headache,1,10-FEB-2020,12-FEB-2020\n", "")
    assert ced("build", "raw", "three").code == 0
    assert Path("mappings/sequence.lock").read_text() == lock.replace(
        "used\tae SUBJ=001 AENO=1", "retired\tae SUBJ=001 AENO=1"
    )
    assert len(entries()) == 1, "the lock is no spec"


def test_a_changed_spec_is_planned_anew_and_a_fault_is_told_every_time() -> None:
    assert ced("build", "raw", "out").code == 0
    good = Path(AE).read_text()
    spoil(AE, "upper(AETERM)", "uper(AETERM)")
    one, two = ced("build", "raw", "out"), ced("build", "raw", "out")
    assert one == two
    assert one.code == 10 and "CED013 unknown function uper" in one.err
    assert len(entries()) == 1, "a plan with faults is none"
    Path(AE).write_text(good.replace("upper(AETERM)", "lower(AETERM)"))
    before = tree("out")
    assert ced("build", "raw", "out").code == 0
    assert tree("out")["sdtm/ae.xpt"] != before["sdtm/ae.xpt"]
    assert len(entries()) == 2


def test_the_newest_plans_are_kept_and_nothing_of_others_is_touched() -> None:
    folder = Path("cache/plans")
    folder.mkdir(parents=True)
    for number in range(9):
        path = folder / (f"old{number}.plan" if number % 2 else f"killed{number}.123.new")
        path.write_text("any")
        os.utime(path, (number, number))
    (folder / "notes.txt").write_text("mine")
    os.utime(folder / "notes.txt", (0, 0))
    assert ced("check-spec").code == 0
    left = {path.name for path in entries()}
    assert len(left) == 8 + 1 and "notes.txt" in left
    assert not left & {"killed0.123.new", "old1.plan"}


def test_a_plan_in_use_is_new() -> None:
    ced("check-spec")
    os.utime(entries()[0], (0, 0))
    ced("check-spec")
    assert entries()[0].stat().st_mtime > 0


DAMAGED = {
    "empty": lambda content: b"",
    "cut in the first line": lambda content: content[:40],
    "cut": lambda content: content[:-1],
    "one bit": lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
    "longer": lambda content: content + b".",
    "another version": lambda content: content.replace(b"plan 0", b"plan 9", 1),
    "no plan": lambda content: b"GIF89a\n" + content,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_entry_is_made_anew(damage: str) -> None:
    good = ced("check-spec")
    entry = entries()[0]
    content = entry.read_bytes()
    entry.write_bytes(DAMAGED[damage](content))
    assert ced("check-spec") == good
    assert entries() == [entry]
    assert entry.read_bytes() == content


def test_the_entry_of_another_study_is_none_of_this_one() -> None:
    ced("check-spec")
    other = entries()[0].read_bytes()
    spoil(STUDY, "A small study", "Another study")
    good = ced("check-spec")
    entry = next(path for path in entries() if path.read_bytes() != other)
    content = entry.read_bytes()
    entry.write_bytes(other)
    assert ced("check-spec") == good
    assert entry.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    good = ced("check-spec")
    Path("file").write_text("in the way")
    monkeypatch.setenv("CED_CDISC_CACHE", "file")
    assert ced("check-spec") == good
    assert Path("file").read_text() == "in the way"
    assert ced("build", "raw", "out").code == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_done_without() -> None:
    Path("cache").mkdir(mode=0o500)
    assert ced("check-spec").code == 0
    assert list(Path("cache").iterdir()) == []


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CED_CDISC_CACHE")
    monkeypatch.setenv("HOME", str(Path("home").resolve()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("xdg").resolve()))
    assert ced("check-spec").code == 0
    assert len(list(Path("xdg/ced-cdisc/plans").glob("*.plan"))) == 1
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    if os.name != "nt":
        assert ced("check-spec").code == 0
        assert len(list(Path("home/.cache/ced-cdisc/plans").glob("*.plan"))) == 1
    monkeypatch.setenv("CED_CDISC_CACHE", "OFF")
    shutil.rmtree("xdg")
    assert ced("check-spec").code == 0
    assert "xdg" not in around() and "relative" not in around()


def test_the_same_specs_in_another_folder_are_the_same_study(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ced("check-spec").code == 0
    for name in ("mappings", "define", "raw"):
        shutil.copytree(name, f"elsewhere/{name}")
    key = plan_key(find_study(None, None, Path()))
    monkeypatch.chdir("elsewhere")
    assert plan_key(find_study(None, None, Path())) == key
    assert ced("build", "raw", "out").code == 0
    monkeypatch.chdir("..")
    assert len(entries()) == 1
    named = ["--mappings", "elsewhere/mappings", "--define", "elsewhere/define"]
    assert "elsewhere/mappings/study.yaml:6:30 CED072" in ced("check-spec", *named).err
    assert len(entries()) == 2


@pytest.mark.parametrize("is_known", [False, True])
def test_a_spec_that_is_edited_while_it_is_read(is_known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else build.json told of the new text, and the data were made by the old one."""
    if is_known:
        assert ced("build", "raw", "out").code == 0
    before = tree("out") if is_known else None

    def slow(*words: Any, **options: Any) -> Any:
        made = make_plan(*words, **options)
        spoil(AE, "ae.TERM", "ae.TERM  ")
        return made

    with monkeypatch.context() as patched:
        patched.setattr("ced_cdisc.pipeline.make_plan", slow)
        run = ced("build", "raw", "out")
    assert run == Run(
        10,
        "specs from mappings and define\n1 error in the specs\n"
        "mappings/sdtm/ae.yaml CED157 this file was changed while it was read; build again\n",
    )
    assert (tree("out") if Path("out").exists() else None) == before
    assert ced("build", "raw", "out").code == 0


def test_a_spec_that_goes_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*words: Any, **options: Any) -> Any:
        made = make_plan(*words, **options)
        Path(AE).unlink()
        return made

    monkeypatch.setattr("ced_cdisc.pipeline.make_plan", slow)
    assert ced("build", "raw", "out").err.endswith(
        "mappings/sdtm/ae.yaml CED157 this file was changed while it was read; build again\n"
    )
