"""What people wrote beside the specs is read once; what it says, and its faults, are told each time."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.core.guide import Paragraph, Run
from ced_cdisc.spec import findings_file, guide_words
from ced_cdisc.spec import plan_key as tool
from ced_cdisc.spec.known_findings import said_right
from ced_cdisc.spec.locate import find_study
from ced_cdisc.write import readings
from small_study import write_study

WORDS = "# Data Guide\n\n## Protocol Design\n\nOne *arm*.\n\n## Overview\n\n- Cut off\n"
KNOWN = """\
findings:
  - {rule: SD0063, package: sdtm, dataset: AE, variable: AETERM, reason: Words of the subject.}
  - rule: [CED-S012, SD1001]
    dataset: DM
    records: any
    person: A. Person
    where: {USUBJID: "01"}
    reason: Twice.
"""
FAULT = "known.yaml:3:5 CED626 the entry of CED-S012 is about some records only, which a digest cannot tell"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", "cache")
    Path("words.md").write_text(WORDS, encoding="utf-8")
    Path("known.yaml").write_text(KNOWN, encoding="utf-8")
    readings._tool.cache_clear()


def entries() -> list[Path]:
    return sorted(Path("cache/readings").iterdir())


@dataclass
class Count:
    """How often the files were read themselves."""

    words: int = 0
    known: int = 0


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Count:
    count, read_words, read_entries = Count(), guide_words.read_words, findings_file.read_entries

    def words(*given: Any) -> Any:
        count.words += 1
        return read_words(*given)

    def known(*given: Any) -> Any:
        count.known += 1
        return read_entries(*given)

    monkeypatch.setattr(guide_words, "read_words", words)
    monkeypatch.setattr(findings_file, "read_entries", known)
    return count


def words(name: str = "words.md", shown: str = "words.md") -> tuple[Any, list[str]]:
    findings = Findings()
    return readings.read_words(Path(name), shown, findings), [str(one) for one in findings.sorted()]


def known(name: str = "known.yaml", **said: Any) -> tuple[Any, list[str]]:
    findings = Findings()
    found = readings.read_known(Path(name), "known.yaml", findings, **said)
    return found, [str(one) for one in findings.sorted()]


def test_what_was_read_is_as_it_is_read_anew(reads: Count) -> None:
    first, second = words(), words()
    assert first == second
    made, faults = first
    assert made.title == ("Data Guide", Location("words.md", 1)) and faults == []
    assert made.sections[0].blocks == (Paragraph((Run("One "), Run("arm", italic=True), Run("."))),)
    assert reads.words == 1
    first, second = known(), known()
    findings = Findings()
    entries = findings_file.read_entries(Path("known.yaml"), "known.yaml", findings)
    assert first[0] == second[0] == said_right(entries, findings)
    assert [one.rule for one in second[0]] == [("SD0063",)]
    assert second[0][0].reason.where == first[0][0].reason.where == Location("known.yaml", 2, 74)
    assert first[1] == second[1] == [str(one) for one in findings]
    assert second[1][0].startswith(FAULT)
    assert reads.known == 2, "once for the cache, once by this test"


def test_faults_are_told_each_time(reads: Count) -> None:
    Path("words.md").write_text("Lost.\n\n## Overview\n\n<b>x</b>\n", encoding="utf-8")
    Path("known.yaml").write_text("findings: [{rule: X, raeson: y}]\n", encoding="utf-8")
    for _ in range(2):
        assert words()[1] == [
            "words.md:1 CED132 these words stand before the first section; begin with a section, "
            "such as ## Protocol Design",
            "words.md:5 CED134 HTML cannot be shown in a guide; write it in words",
        ]
        assert known()[1] == [
            "known.yaml:1:22 CED006 unknown key 'raeson'; did you mean reason?",
        ]
    assert (reads.words, reads.known) == (1, 1)


def test_what_hangs_on_the_build_is_asked_each_time(reads: Count) -> None:
    wrong = "known.yaml:2:29 CED137 the build makes no package sdtm; one of adam, pooled/sdtm"
    assert not any("CED137" in one for one in known(packages=["sdtm", "adam"])[1])
    assert wrong in known(packages=["adam", "pooled/sdtm"])[1]
    assert (
        "known.yaml:3:12 CED620 the check has no rule CED-S012; did you mean CED-S013?"
        in (known(rules=["CED-S013"])[1])
    )
    assert reads.known == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", " "])
def test_each_byte_counts(reads: Count, end: str) -> None:
    before = words()[0], known()[0]
    for name in ("words.md", "known.yaml"):
        with Path(name).open("a", encoding="utf-8", newline="") as stream:
            stream.write(end)
    assert (words()[0], known()[0]) == before
    assert (reads.words, reads.known) == (2, 2)
    assert len(entries()) == 4


def test_how_the_file_is_named_in_messages_counts_and_where_it_is_does_not(reads: Count) -> None:
    words()
    Path("elsewhere").mkdir()
    shutil.copy("words.md", "elsewhere/other.md")
    assert words("elsewhere/other.md") == words()
    assert reads.words == 1
    assert words(shown="define/words.md")[0].title[1].file == "define/words.md"
    assert reads.words == 2


def test_one_kind_of_file_is_not_taken_for_another(reads: Count) -> None:
    Path("words.md").write_text("findings: []\n", encoding="utf-8")
    assert words(shown="known.yaml")[0].sections == ()
    assert known("words.md") == ((), [])
    assert (reads.words, reads.known) == (1, 1)


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut in the first line": lambda content: content[:40],
    "no rest": lambda content: b"\n".join(content.split(b"\n")[:2]),
    "cut": lambda content: content[:-1],
    "one bit": lambda content: content[:-20] + bytes([content[-20] ^ 1]) + content[-19:],
    "longer": lambda content: content + b".",
    "another version": lambda content: content.replace(b"reading 0", b"reading 9", 1),
    "no entry": lambda content: b"GIF89a\n" + content,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_entry_is_thrown_away_and_made_anew(reads: Count, damage: str) -> None:
    good = words(), known()
    contents = {path: path.read_bytes() for path in entries()}
    for path, content in contents.items():
        path.write_bytes(DAMAGED[damage](content))
    assert (words(), known()) == good
    assert (reads.words, reads.known) == (2, 2)
    assert {path: path.read_bytes() for path in entries()} == contents


def test_the_entry_of_another_file_is_none_of_this_one(reads: Count) -> None:
    words()
    other = entries()[0].read_bytes()
    Path("words.md").write_text("## Overview\n\nOther words.\n", encoding="utf-8")
    good = words()
    entry = next(path for path in entries() if path.read_bytes() != other)
    content = entry.read_bytes()
    entry.write_bytes(other)
    assert words() == good
    assert reads.words == 3
    assert entry.read_bytes() == content


def test_nothing_but_values_of_ours_is_made_of_an_entry() -> None:
    """Somebody who can write the cache could sign what he writes: it must not be carried out all the same."""
    words()
    entry = entries()[0]
    body = pickle.dumps((subprocess.run, ()))
    sealed = readings.CacheEntries(entry.parent, "reading", 64)
    sealed.keep(entry.stem, readings._digest(body), body)
    assert words()[0].title[0] == "Data Guide"
    assert entry.read_bytes().find(b"subprocess") < 0, "thrown away, and made anew"


def test_no_file_and_no_cache(reads: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words("none.md") == (None, [])
    assert known("none.yaml") == ((), [])
    assert reads.known == 0, "no parser is loaded to read nothing"
    assert known(".")[1] == ["known.yaml CED011 this file cannot be read: Is a directory"]
    assert not Path("cache").exists()
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    assert words() == words()
    monkeypatch.setenv("CED_CDISC_CACHE", "words.md")
    assert words()[0].title[0] == "Data Guide"
    assert Path("words.md").read_text(encoding="utf-8") == WORDS


def test_a_file_that_changes_while_it_is_read_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    read_words = guide_words.read_words

    def and_write(file: Path, *given: Any) -> Any:
        made = read_words(file, *given)
        file.write_text("## Overview\n\nLater.\n", encoding="utf-8")
        return made

    monkeypatch.setattr(guide_words, "read_words", and_write)
    assert words()[0].title[0] == "Data Guide"
    assert not Path("cache").exists()
    assert words()[0].sections[0].blocks == (Paragraph((Run("Later."),)),)
    assert len(entries()) == 1


def test_another_tool_reads_anew(reads: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    words()
    readings._tool.cache_clear()
    monkeypatch.setattr(sys, "version", "3.99")
    words()
    assert reads.words == 2
    readings._tool.cache_clear()
    monkeypatch.setattr(tool, "LOADED", 0)  # sources edited since
    words()
    assert reads.words == 3 and len(entries()) == 2


def test_the_newest_readings_are_kept() -> None:
    folder = Path("cache/readings")
    folder.mkdir(parents=True)
    for number in range(64):
        path = folder / f"old{number}.reading"
        path.write_text("any")
        os.utime(path, (number, number))
    words()
    left = {path.name for path in entries()}
    assert len(left) == 64 and "old0.reading" not in left and "old1.reading" in left


def test_a_build_of_known_words_loads_no_parser(tmp_path: Path) -> None:
    write_study(tmp_path)
    define = tmp_path / "define/define.yaml"
    made = "documents:\n  csdrg: {title: G, href: g.pdf, kind: csdrg, made: yes, package: sdtm}\n"
    before = define.read_text(encoding="utf-8") if define.exists() else ""
    define.parent.mkdir(exist_ok=True)
    define.write_text(made + before.removeprefix("documents:\n"), encoding="utf-8")
    (tmp_path / "define/csdrg.md").write_text("## Overview\n\nAll.\n", encoding="utf-8")
    (tmp_path / "define/findings.yaml").write_text("findings: []\n", encoding="utf-8")
    assert find_study(None, None, tmp_path).mappings == tmp_path / "mappings"
    code = """import sys
from ced_cdisc.pipeline import build
build("raw", "out", check=False)
print(sorted({"pydantic", "yaml", "markdown_it"} & set(sys.modules)))
"""
    said = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8").stdout
        for _ in range(2)
    ]
    assert said == ["['markdown_it', 'pydantic', 'yaml']\n", "[]\n"]
