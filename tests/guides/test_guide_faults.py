"""What a person writes for a guide and the guide cannot take is a fault, told whole; no word goes lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings, Severity, Stopped
from ced_cdisc.pipeline import build
from ced_cdisc.plan.guides import check_guides
from ced_cdisc.spec.define import DefineSpec
from ced_cdisc.spec.locate import find_study
from ced_cdisc.spec.parse import validate
from ced_cdisc.spec.source import load_yaml
from ced_cdisc.stages.guiding import GuideSources, read_guides
from ced_cdisc.stages.planning import make_plan
from small_study import write_study

MADE = "documents:\n  csdrg: {title: Data Guide, href: csdrg.pdf, kind: csdrg, made: yes, package: sdtm}\n"


def read(
    folder: Path, words: str | bytes | None, define: str = MADE, known: str = ""
) -> tuple[GuideSources | None, list[str]]:
    """The sources of the guides of a small study, and what is said of them."""
    write_study(folder)
    (folder / "define").mkdir(exist_ok=True)
    file = folder / "define" / "define.yaml"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    more = before.removeprefix("documents:\n") if define else before
    file.write_text(define + more, encoding="utf-8")
    if words is not None:
        content = words if isinstance(words, bytes) else words.encode()
        (folder / "define" / "csdrg.md").write_bytes(content)
    if known:
        (folder / "define" / "findings.yaml").write_text(known, encoding="utf-8")
    study = find_study(None, None, folder)
    findings = Findings()
    try:
        plan, _ = make_plan(study, findings)
        made = read_guides(study, plan, findings)
    except Stopped as stopped:
        return None, [str(one) for one in stopped.findings.sorted()]
    return made, [str(one) for one in findings.sorted()]


FAULTS = [
    (b"## Overview\n\nMu\xb5\n", "define/csdrg.md CED130 this file is not UTF-8: byte 16 cannot be read"),
    (
        "## Protocol Desing\n\nOne arm.\n",
        "define/csdrg.md:1 CED131 the guide has no section 'Protocol Desing'; did you mean Protocol Design?",
    ),
    (
        "## 3.4.1 Quite another thing altogether\n\nOne.\n",
        "define/csdrg.md:1 CED131 the guide has no section '3.4.1 Quite another thing altogether'; "
        "its sections are in docs/reviewers-guides.md",
    ),
    (
        "# Another Guide\n\n## Overview\n\nOne.\n",
        "define/csdrg.md:1 CED131 the heading 'Another Guide' would be lost: the title of the guide is "
        "'Data Guide'; sections begin with ##",
    ),
    (
        "# Data Guide\n\nLost words.\n\n## Overview\n\nOne.\n",
        "define/csdrg.md:3 CED132 these words stand before the first section; begin with a section, "
        "such as ## Protocol Design",
    ),
    (
        "## Overview\n\nOne.\n\n## 3.1 Overview\n\nTwo.\n",
        "define/csdrg.md:5 CED133 the section 'Overview' is given twice, first in line 1; "
        "write all its words in one place",
    ),
    (
        "## Overview\n\nSee ![the figure](figure.png) here.\n",
        "define/csdrg.md:3 CED134 an image cannot be shown in a guide; write it in words",
    ),
    (
        "## Overview\n\n<div>\nx\n</div>\n",
        "define/csdrg.md:3 CED134 HTML cannot be shown in a guide; write paragraphs, lists and tables",
    ),
    (
        "## Overview\n\nOne.\n\n***\n\nTwo.\n",
        "define/csdrg.md:5 CED134 a ruled line cannot be shown in a guide; write paragraphs, lists and tables",
    ),
    (
        "## Overview\n\nOne.\n\n# Two\n",
        "define/csdrg.md:5 CED134 a second heading of the first level cannot be shown in a guide; "
        "sections begin with ##",
    ),
    (
        "## Overview\n\nThe site in Łódź.\n",
        "define/csdrg.md:3 CED135 the fonts of the guide's PDF do not have 'Ł' (U+0141); write it in Latin letters",
    ),
]


@pytest.mark.parametrize(("words", "message"), FAULTS)
def test_words_that_would_be_lost_stop_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str | bytes, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made, said = read(Path(), words)
    assert made is None
    assert message in said


DOCUMENTS = [
    (
        MADE.replace("package: sdtm", "package: both"),
        "define/define.yaml:2:10 CED136 the guide csdrg is made for one package; write package: sdtm",
    ),
    (
        MADE.replace("csdrg.pdf", "a/csdrg.pdf"),
        "define/define.yaml:2:10 CED136 the guide csdrg cannot be made as a/csdrg.pdf; "
        "href is the name of a PDF beside define.xml, such as csdrg.pdf",
    ),
    (
        MADE + MADE.replace("documents:\n", "").replace("csdrg: {", "second: {"),
        "define/define.yaml:3:11 CED136 the guide second is made twice; csdrg is of the same kind",
    ),
    (
        MADE.replace("documents:\n", "documents:\n  plan: {title: Plan, href: CSDRG.pdf}\n"),
        "define/define.yaml:3:10 CED136 the guide csdrg cannot be made as csdrg.pdf: the document plan is",
    ),
]


@pytest.mark.parametrize(("define", "message"), DOCUMENTS)
def test_a_guide_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, define: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made, said = read(Path(), None, define)
    assert made is None
    assert message in said


KNOWN = "findings:\n  - {rule: CG1, package: sdtm, dataset: AE, reason: So it is.}\n"
LISTS = [
    (
        KNOWN.replace("sdtm", "sdmt"),
        "define/findings.yaml:2:26 CED137 the build makes no package sdmt; did you mean sdtm?",
    ),
    (
        KNOWN.replace("dataset", "records: some, dataset"),
        "define/findings.yaml:2:41 CED137 records is 'some'; write a whole number, or any",
    ),
    (
        KNOWN.replace(", reason: So it is.", ""),
        "define/findings.yaml:2:5 CED007 the key 'reason' is missing",
    ),
    (
        KNOWN.replace("reason", "raeson"),
        "define/findings.yaml:2:45 CED006 unknown key 'raeson'; did you mean reason?",
    ),
]


@pytest.mark.parametrize(("known", "message"), LISTS)
def test_a_list_of_known_findings_that_is_not_said_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made, said = read(Path(), None, known=known)
    assert made is None
    assert message in said


FORMER = (
    "define/known_findings.yaml CED817 nothing reads known_findings.yaml: findings that may stand are read from \
define/findings.yaml; "
)


@pytest.mark.parametrize("define", [MADE, ""])
def test_known_findings_under_the_former_name_are_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, define: str
) -> None:
    """With a guide, which shows them, or without; the file of the new name beside it or not."""
    monkeypatch.chdir(tmp_path)
    Path("define").mkdir()
    Path("define/known_findings.yaml").write_text("findings: []\n")
    made, said = read(Path(), None, define)
    assert made is None
    assert FORMER + "rename it to findings.yaml" in said
    Path("define/define.yaml").unlink()
    made, said = read(Path(), None, define, known="findings: []\n")
    assert made is None
    assert FORMER + "take its entries there, and delete it" in said


def test_words_that_no_guide_is_made_of_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made, said = read(Path(), "## Overview\n\nOne.\n", "")
    assert made is not None and not made.asked
    assert said[-1] == (
        "define/csdrg.md CED138 no document of define.yaml is made of define/csdrg.md, so that nobody reads its "
        "words; write a document with kind: csdrg and made: yes"
    )


HEADINGS = (
    "Overview",
    "3.1 Overview",
    "9.9 overview",
    "AE",
    "AE – Adverse Events",
    "3.4.7 AE - Adverse Events",
)


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_section_is_named_by_its_title_and_the_number_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heading: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made, said = read(Path(), f"# data guide\n\n## {heading}\n\nOne.\n")
    assert made is not None, said
    assert list(made.asked[0].words) == ["AE" if "AE" in heading else "overview"]


def test_without_words_the_whole_draft_waits_and_a_note_says_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    read(Path(), None)
    made = build("raw", "out")
    (note,) = (one for one in made.findings if one.code == "CED430")
    assert note.severity is Severity.NOTE
    assert str(note) == (
        "define/csdrg.md CED430 sdtm/csdrg.pdf: 5 places to be completed, first in section "
        "2.1 Protocol Number and Title; write it under ## Protocol Number and Title"
    )
    text = Path("out/guides/csdrg.md").read_text(encoding="utf-8")
    assert text.count("[To be completed: ") == 5
    # The rules are asked of the finished output, so that the guide cannot say that they find nothing.
    assert "No finding of a conformance checker is explained." in text
    assert any(one.failures for check in made.checked for one in check.rules)
    part = build("raw", "part", only="AE")
    assert not Path("part/guides").exists() and not Path("part/sdtm/csdrg.pdf").exists()
    assert [one.code for one in part.findings if one.code == "CED430"] == []


def test_a_guide_of_a_package_that_the_study_does_not_have() -> None:
    text = "documents:\n  adrg: {title: Guide, href: adrg.pdf, kind: adrg, made: yes, package: adam}\n"
    findings = Findings()
    tree = load_yaml(text, "define.yaml", findings)
    define = validate(tree, DefineSpec, findings) if tree is not None else None
    assert define is not None
    check_guides(define, {"sdtm"}, findings)
    assert [str(one) for one in findings] == [
        "define.yaml:2:9 CED136 the guide adrg has nothing to guide through: the study has no adam datasets"
    ]


@pytest.mark.parametrize("name", ["csdgr.md", "cSDRG.MD", "csdrg.txt", "csdrg.md.txt", "csdrgg.markdown"])
def test_words_under_another_name_are_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("define").mkdir()
    Path("define", name).write_text("## Overview\n\nWords.\n", encoding="utf-8")
    if Path("define/csdrg.md").exists():
        pytest.skip("the disk ignores case")
    made, said = read(Path(), None)
    assert made is None
    assert said == [f"define/{name} CED129 this file is read by nothing; rename it to csdrg.md"]


@pytest.mark.parametrize("name", ["csdrg_old.md", "notes.md", "adrg.txt", "csdrg.docx", "csdrg.md/a.md"])
def test_what_is_no_word_for_the_guide_may_stand_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("define", name).parent.mkdir(parents=True)
    Path("define", name).write_text("## Overview\n\nWords.\n", encoding="utf-8")
    if name == "csdrg.md/a.md":
        assert "CED130" in read(Path(), None)[1][0]
    else:
        made, said = read(Path(), None)
        assert made is not None
        assert said == []


def test_a_copy_beside_the_words_is_nobodys_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("define").mkdir()
    Path("define/csdrg.txt").write_text("## Overview\n\nOlder words.\n", encoding="utf-8")
    made, said = read(Path(), "## Overview\n\nWords.\n")
    assert made is not None
    assert said == []
