"""The key of a plan changes with all that the plan is made of: each file, its absence, its name, the tool."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from layered import COMPANY, write, write_layered

import ced_cdisc
from ced_cdisc.core import version
from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.spec import plan_key as module
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.locate import find_study
from ced_cdisc.spec.plan_key import layers_digest, plan_key
from ced_cdisc.spec.text import Span, Text
from ced_cdisc.stages.planning import make_plan
from ced_cdisc.write.plan_cache import known_plan
from small_study import AE, FILES, write_study

DATA = Path(ced_cdisc.__file__).parent / "standards" / "data"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small study with a CT package of its own, in the working folder; an empty cache."""
    write_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    own_terminology(tmp_path)
    return tmp_path


def own_terminology(folder: Path) -> None:
    (folder / "mappings/ct").mkdir()
    for part in ("codelists", "terms"):
        name = f"ct-ADaM-2024-09-27.{part}.tsv.gz"
        shutil.copy(DATA / name, folder / "mappings/ct" / name)


def key() -> str | None:
    return plan_key(find_study(None, None, Path()))


READ = sorted(name for name in FILES if not name.startswith("raw/"))
ABSENT = [
    "mappings/visits.yaml",
    "mappings/sdtm/xx.yaml",
    "mappings/adam/adxx.yaml",
    "mappings/instruments/saq.yaml",
    "mappings/ct/ct-SDTM-2024-09-27.terms.tsv.gz",
]


@pytest.mark.parametrize("name", [*READ, "mappings/ct/ct-ADaM-2024-09-27.terms.tsv.gz"])
def test_each_file_of_specs_counts(folder: Path, name: str) -> None:
    before, path = key(), folder / name
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert key() not in (None, before)
    path.write_bytes(content)
    assert key() == before, "a file that only is younger does not"
    path.rename(folder / "kept")
    assert key() not in (None, before)
    (folder / "kept").rename(path.with_name("zz." + path.name))
    assert key() not in (None, before)


@pytest.mark.parametrize("name", ABSENT)
def test_a_file_that_was_not_there_counts(folder: Path, name: str) -> None:
    before = key()
    write(folder, {name: "a: b\n"})
    assert key() not in (None, before)


def test_what_is_no_spec_does_not_count(folder: Path) -> None:
    before = key()
    write(folder, {"mappings/sequence.lock": "x", "mappings/sdtm/notes.md": "x", "raw/zz.csv": "x"})
    assert key() == before


def test_the_known_findings_beside_define_yaml_are_no_spec(folder: Path) -> None:
    def named() -> list[str]:
        findings = Findings()
        specs = load_specs(Path("mappings"), Path("define"), findings)
        assert specs is not None and list(findings) == []
        return sorted(specs.files)

    before = key(), named()
    write(folder, {"define/findings.yaml": "findings: [no: {yaml"})
    assert (key(), named()) == before
    write(folder, {"mappings/sdtm/findings.yaml": "domain: ZZ\n"})
    assert key() not in (None, before[0]), "this one would be a spec"


def test_how_the_folders_are_named_counts(folder: Path) -> None:
    keys = {
        key(),
        plan_key(find_study(Path("mappings"), None, Path())),  # named as they are shown
        plan_key(find_study(folder / "mappings", None, Path())),
        plan_key(find_study(None, folder / "define", Path())),
    }
    assert len(keys) == 3


def test_a_file_that_cannot_be_read_has_no_key(folder: Path) -> None:
    (folder / "mappings/sdtm/folder.yaml").mkdir()
    assert key() is None


def test_the_tool_counts(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A copy stands for the package, edited as a developer would: same size, at another time."""
    before = key()
    copy = tmp_path / "copy"
    shutil.copytree(Path(ced_cdisc.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "_PACKAGE", copy)
    monkeypatch.setattr(module, "LOADED", time.time_ns() + 10**9)  # as if loaded after that
    keys = [before, key(), key()]
    assert keys[1] == keys[2]
    for name in ("plan/study.py", "conformance/families/adam.yaml", "standards/data/units.csv"):
        content = (copy / name).read_bytes()
        (copy / name).write_bytes(content[:-1] + b" ")
        keys.append(key())
    (copy / "plan" / "new.py").write_text("")
    keys.append(key())
    monkeypatch.setattr(module, "VERSION", "0.2.0")
    keys.append(key())
    monkeypatch.setattr(sys, "version", "3.99")
    keys.append(key())
    assert None not in keys
    assert len(set(keys)) == len(keys) - 1


def test_sources_edited_after_they_were_loaded_give_no_key(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = max(p.stat().st_ctime_ns for p in Path(ced_cdisc.__file__).parent.rglob("*.py"))
    monkeypatch.setattr(module, "LOADED", newest + 10**9)
    assert key() is not None
    monkeypatch.setattr(module, "LOADED", newest - 1)
    assert key() is None
    assert time.time_ns() > version.LOADED


SPY = """
import json, sys
seen = set()
sys.addaudithook(lambda event, args: seen.add(str(args[0])) if event in ("open", "os.scandir", "os.listdir") else None)
from pathlib import Path
from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.locate import find_study
from ced_cdisc.{module} import {name}
{call}
print(json.dumps(sorted(seen)))
"""  # noqa: E501


def opened(module: str, name: str, call: str) -> set[str]:
    """The files and folders below the working folder that a process of its own opens."""
    code = SPY.format(module=module, name=name, call=call)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = {os.path.relpath(path) for path in json.loads(done.stdout) if not path.isdigit()}
    return {path for path in here if path != "." and not path.startswith("..")}


def test_the_key_reads_all_that_planning_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_layered(tmp_path)
    own_terminology(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    planning = opened("stages.planning", "make_plan", "make_plan(find_study(None, None, Path()), Findings())")
    call = "plan_key(find_study(None, None, Path())); layers_digest(['mappings/../company'])"
    digests = opened("spec.plan_key", "plan_key, layers_digest", call)
    assert {"mappings/sdtm", "mappings/ct", "mappings/study.yaml", "company/sdtm/vs.yaml"} <= planning
    assert len(planning) > 20
    others = planning - digests
    assert {"mappings/visits.yaml", "company/visits.yaml"} <= others
    assert not [path for path in others if Path(path).exists()], "what is not there: its folder was listed"


LAYERS = sorted(COMPANY)


@pytest.fixture
def layered(folder: Path) -> Path:
    """The small study over a company's layer, which names a second one."""
    shutil.rmtree(folder / "mappings")
    write_layered(folder)
    text = (folder / "company/study.yaml").read_text()
    write(folder, {"company/study.yaml": text + "extends: ../base\n", "base/sdtm/ae.yaml": AE})
    time.sleep(0.05)  # a layer that has just changed is not relied on
    return folder


def planned() -> str:
    """The title of the study, and what was kept."""
    plan, _ = make_plan(find_study(None, None, Path()), Findings())
    return plan.study_title


def kept() -> bytes:
    (entry,) = Path("cache/plans").iterdir()
    return entry.read_bytes()


@pytest.mark.parametrize("name", [*LAYERS, "base/sdtm/ae.yaml"])
def test_each_file_of_a_layer_counts(layered: Path, name: str) -> None:
    planned()
    before = kept()
    planned()
    assert kept() == before
    path = layered / name
    path.write_bytes(path.read_bytes() + b"\n# changed\n")
    time.sleep(0.05)
    planned()
    assert kept() != before


def test_a_file_that_a_layer_did_not_have_counts(layered: Path) -> None:
    planned()
    before = kept()
    write(layered, {"base/sdtm/dm.yaml": "domain: DM\n"})
    time.sleep(0.05)
    planned()
    assert kept() != before


def test_the_layers_of_a_known_plan_are_all_of_them(layered: Path) -> None:
    planned()
    study_key = key()
    assert study_key is not None
    known = known_plan(Path("cache/plans"), study_key)
    assert known is not None
    assert known.layers == ("mappings/../company", "mappings/../company/../base")
    assert known.layers_state == layers_digest(known.layers)
    specs = load_specs(Path("mappings"), Path("define"), Findings())
    assert specs is not None
    assert {name: Path(path) for name, path in known.files.items()} == specs.files


def test_a_layer_that_changes_while_it_is_read_is_not_relied_on(layered: Path) -> None:
    layers = ["company", "base"]
    assert layers_digest(layers, before=time.time_ns()) == layers_digest(layers)
    began = time.time_ns()
    (layered / "base/sdtm/ae.yaml").write_text("domain: AE\n")
    assert layers_digest(layers, before=began) is None
    assert layers_digest(layers) is not None


def test_a_layer_that_loses_a_file_while_it_is_read_is_not_relied_on(layered: Path) -> None:
    began = time.time_ns()
    (layered / "base/sdtm/ae.yaml").unlink()
    assert layers_digest(["base"], before=began) is None


def test_a_link_to_another_folder_of_the_same_content_is_another_layer(layered: Path) -> None:
    shutil.copytree(layered / "base", layered / "twin")
    (layered / "link").symlink_to("base")
    before = layers_digest(["link"])
    (layered / "link").unlink()
    (layered / "link").symlink_to("twin")
    assert layers_digest(["link"]) not in (None, before)
    shutil.rmtree(layered / "twin")
    assert layers_digest(["link"]) is None


def test_specs_that_change_while_they_are_planned_are_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ced_cdisc.plan import study as planner

    plan_study = planner.plan_study

    def edited_meanwhile(*arguments: object) -> object:
        (folder / "mappings/sdtm/ae.yaml").write_text(AE + "# edited\n")
        return plan_study(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(planner, "plan_study", edited_meanwhile)
    planned()
    assert not (folder / "cache").exists()


def test_a_text_keeps_its_place_in_a_copy() -> None:
    buffer = "a:\n  b: 'it''s here'\n"
    text = Text("it's here", Location("f.yaml", 2, 6), Span("f.yaml", buffer, buffer.index("'"), "'"))
    copy = pickle.loads(pickle.dumps(text))
    assert (copy, type(copy), copy.where, copy.span) == (text, Text, text.where, text.span)
    assert copy.locate(5) == text.locate(5) == Location("f.yaml", 2, 13)
