"""What looks like a spec and is read by nothing is told; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.plan_key import plan_key
from ced_cdisc.spec.unread import without_consequences
from small_study import write_study

UNREAD = "CED129 this file is read by nothing"
FOLDER = "CED185 the specs in this folder are read by nothing"
TOP = "this folder has study.yaml, sources.yaml, visits.yaml; specs of datasets stand in sdtm and adam"
DEFINE = "this folder has define.yaml, findings.yaml; specs of datasets stand in sdtm and adam"
FOLLOWS = "1 error that follows is not shown"


def told(folder: Path) -> list[str]:
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    if specs is not None:
        plan_study(specs, findings)
        findings = without_consequences(findings, specs)
    return [str(finding) for finding in findings.errors]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_study(tmp_path)
    return tmp_path


MOVED = {
    "another ending": ("sdtm/ae.yaml", "sdtm/ae.yml", f"{UNREAD}; rename it to ae.yaml; {FOLLOWS}"),
    "capitals": ("sdtm/ae.yaml", "sdtm/ae.YAML", f"{UNREAD}; rename it to ae.yaml; {FOLLOWS}"),
    "an editor's ending": ("sdtm/ae.yaml", "sdtm/ae.yaml.txt", f"{UNREAD}; rename it to ae.yaml; {FOLLOWS}"),
    "a needed file": ("study.yaml", "study.yml", f"{UNREAD}; rename it to study.yaml"),
    "its capitals": ("sources.yaml", "Sources.yaml", f"{UNREAD}; rename it to sources.yaml"),
}


@pytest.mark.parametrize(("name", "other", "said"), MOVED.values(), ids=MOVED)
def test_a_spec_under_another_name(study: Path, name: str, other: str, said: str) -> None:
    (study / "mappings" / name).rename(study / "mappings" / other)
    if (study / "mappings" / name).exists():
        pytest.skip("the disk ignores case")
    assert told(study) == [f"mappings/{other} {said}"]


ADDED = {
    "a word that is misspelt": ("mappings/visit.yaml", f"mappings/visit.yaml {UNREAD}; did you mean visits?"),
    "a domain at the top": ("mappings/vs.yaml", f"mappings/vs.yaml {UNREAD}; {TOP}"),
    "beside define.yaml": ("define/codelists.yml", f"define/codelists.yml {UNREAD}; {DEFINE}"),
    "beside its like": (
        "mappings/sdtm/ae.yml",
        f"mappings/sdtm/ae.yml {UNREAD}; ae.yaml is there, too: take one of them away",
    ),
    "a test": ("mappings/tests/ae.yml", f"mappings/tests/ae.yml {UNREAD}; rename it to ae.yaml"),
    "a test of a plug-in": (
        "mappings/tests/plug-ins/age.yml",
        f"mappings/tests/plug-ins/age.yml {UNREAD}; rename it to age.yaml",
    ),
    "a folder that is misspelt": ("mappings/stdm/vs.yaml", f"mappings/stdm {FOLDER}; did you mean sdtm?"),
    "a folder of another name": (
        "mappings/safety/vs.yaml",
        f"mappings/safety {FOLDER}; specs of datasets stand in sdtm and adam",
    ),
    "a folder below": ("mappings/sdtm/a/vs.yaml", f"mappings/sdtm/a {FOLDER}; move them to mappings/sdtm"),
}


@pytest.mark.parametrize(("name", "said"), ADDED.values(), ids=ADDED)
def test_a_file_that_is_read_by_nothing(study: Path, name: str, said: str) -> None:
    folders = StudyFolders(study / "mappings", study / "define", ("mappings", "define"), False, "")
    before = plan_key(folders)
    (study / name).parent.mkdir(parents=True, exist_ok=True)
    (study / name).write_text("domain: VS\n", encoding="utf-8")
    assert told(study) == [said]
    assert plan_key(folders) != before  # a known plan says it, too


def test_a_link_to_nowhere(study: Path) -> None:
    (study / "mappings/adam/adxx.yaml").symlink_to("nowhere")
    hint = "correct the link, or take it away"
    said = f"mappings/adam/adxx.yaml CED129 this link leads to a file that is not there; {hint}"
    assert told(study) == [said]


@pytest.mark.parametrize(
    "name",
    [
        "mappings/sdtm/ae.yaml.bak",
        "mappings/sdtm/.ae.yaml.swp.yaml",
        "mappings/sdtm/old/ae.yaml.bak",
        "mappings/README.md",
        "mappings/other_study/study.yaml",
        "mappings/layer/sdtm/vs.yaml",
        "define/notes.txt",
        "define/controls/define.yaml",
    ],
)
def test_what_is_no_spec_may_stand_beside(study: Path, name: str) -> None:
    (study / name).parent.mkdir(parents=True, exist_ok=True)
    (study / name).write_text("domain: VS\n", encoding="utf-8")
    assert told(study) == []


def test_a_layer_is_looked_through_like_the_study(study: Path) -> None:
    layer = study / "company/sdtm"
    layer.mkdir(parents=True)
    (layer / "vs.yaml").write_text("domain: VS\n", encoding="utf-8")
    (layer / "lb.yml").write_text("domain: LB\n", encoding="utf-8")
    path = study / "mappings/study.yaml"
    path.write_text(f"extends: ../company\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert told(study) == [f"company/sdtm/lb.yml {UNREAD}; rename it to lb.yaml"]
