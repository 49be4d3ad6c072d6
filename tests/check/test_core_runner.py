"""The process of the CORE engine: what it gets, how it ends, and what is said where it has no answer."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import runpy
import sys
import time
from pathlib import Path

import pytest
from core_study import answering, core_study, stand_in

from ced_cdisc.check.core import run
from ced_cdisc.check.core.run import CoreSettings, CoreStudy, run_core
from ced_cdisc.core.findings import Finding

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-ins are scripts")


@pytest.fixture
def study(tmp_path: Path) -> CoreStudy:
    return CoreStudy("3.4", core_study(tmp_path / "sdtm"), terminology=("sdtmct-2024-09-27",))


def fault(settings: CoreSettings, study: CoreStudy, most: int = 10**6) -> Finding:
    """The one finding of a run without result."""
    result, findings = run_core(settings, study, most=most)
    assert result is None
    (finding,) = findings
    return finding


def said(python: Path, study: CoreStudy, most: int = 10**6, timeout: float = 30.0) -> str:
    """The text of the one finding, with the interpreter's path as PYTHON."""
    finding = fault(CoreSettings(python, rules=python.parent, timeout=timeout), study, most)
    return str(finding).replace(python.as_posix(), "PYTHON")


def alive(process: int) -> bool:
    """Whether a process runs, waited for a moment; one that has ended but was not waited for does not."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return False
        if state in "ZX":
            return False
        time.sleep(0.05)
    return True


def test_request_is_the_whole_study_and_nothing_of_the_environment_is_passed_on(
    tmp_path: Path, study: CoreStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDISC_LIBRARY_API_KEY", "secret")
    seen = tmp_path / "seen.json"
    python = stand_in(
        tmp_path,
        f"Path({str(seen)!r}).write_text(json.dumps([json.loads(request.read_text()), dict(os.environ)]))",
    )
    fault(CoreSettings(python, cache=tmp_path), study)
    request, environment = json.loads(seen.read_text())
    assert request == {
        "standard": "sdtmig",
        "version": "3-4",
        "cache": str(tmp_path),
        "rules": "",
        "define": "",
        "datasets": [str(tmp_path / "sdtm" / "dm.xpt"), str(tmp_path / "sdtm" / "ae.xpt")],
        "terminology": ["sdtmct-2024-09-27"],
        "records": 5,
    }
    assert "secret" not in environment.values()


def test_answer_becomes_a_result(tmp_path: Path, study: CoreStudy) -> None:
    result, findings = run_core(CoreSettings(answering(tmp_path), rules=tmp_path), study)
    assert findings == []
    assert result is not None
    assert [(r.id, r.status) for r in result.rules] == [
        ("CEDX-000001", "issues"),
        ("CEDX-000002", "passed"),
        ("CEDX-000003", "skipped"),
        ("CEDX-000004", "execution error"),
        ("CEDX-000005", "out of scope"),
    ]


def test_cache_without_tables_is_a_warning_beside_the_result(tmp_path: Path, study: CoreStudy) -> None:
    result, (warning,) = run_core(CoreSettings(answering(tmp_path), cache=tmp_path), study)
    assert result is not None
    assert str(warning).replace(tmp_path.as_posix(), "CACHE") == (
        "CACHE CED689 CACHE lacks standards_details.pkl, standards_models.pkl, variable_codelist_maps.pkl, "
        "variables_metadata.pkl: rules that need them are skipped or cannot be carried out; "
        "get it again as docs/core.md says"
    )


def test_interpreter_that_is_not_there(tmp_path: Path, study: CoreStudy) -> None:
    assert said(tmp_path / "nothing", study) == (
        "PYTHON CED680 PYTHON cannot be started: No such file or directory; "
        "name a Python 3.12 with cdisc-rules-engine"
    )


def test_folder_is_no_interpreter(tmp_path: Path, study: CoreStudy) -> None:
    (tmp_path / "place").mkdir()
    assert said(tmp_path / "place", study) == (
        "PYTHON CED680 PYTHON cannot be started: Permission denied; "
        "name a Python 3.12 with cdisc-rules-engine"
    )


def test_interpreter_without_the_engine(tmp_path: Path, study: CoreStudy) -> None:
    # The interpreter of these tests: the driver itself runs, and finds no engine.
    python = Path(sys.executable)
    finding = fault(CoreSettings(python, rules=tmp_path), study)
    assert str(finding).replace(python.as_posix(), "PYTHON") == (
        f"PYTHON CED681 PYTHON is of no use to the CORE engine: Python {platform.python_version()} has no "
        "package cdisc-rules-engine; install cdisc-rules-engine there"
    )


def test_release_of_another_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = runpy.run_path(str(run.DRIVER))
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "9.9" if name == "cdisc-rules-engine" else ""
    )
    with pytest.raises(driver["Fault"]) as told:
        driver["load_engine"]()
    assert (told.value.kind, str(told.value)) == (
        "interface",
        "cdisc-rules-engine 9.9: ModuleNotFoundError: No module named 'cdisc_rules_engine'",
    )


def test_missing_cache_is_told_before_anything_is_started(tmp_path: Path, study: CoreStudy) -> None:
    finding = fault(CoreSettings(tmp_path / "nothing", cache=Path("no/cache")), study)
    assert str(finding) == (
        "no/cache CED683 no/cache is no folder, so the CORE engine has no cache; name the folder"
    )


def test_missing_rules_are_told_before_anything_is_started(tmp_path: Path, study: CoreStudy) -> None:
    finding = fault(CoreSettings(tmp_path / "nothing", rules=Path("no/rules")), study)
    assert str(finding) == (
        "no/rules CED685 no/rules is no folder, so the CORE engine has no folder of rules; name the folder"
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("interface", "PYTHON CED682 PYTHON {}; install the release that docs/core.md names"),
        ("cache", "CACHE CED683 CACHE {}; get it again as docs/core.md says"),
        (
            "standard",
            "CACHE CED684 CACHE {}; name another version with --standard, or get a newer cache",
        ),
        ("rules", "RULES CED685 RULES {}; correct the file"),
        ("define", "DEFINE CED687 DEFINE {}; correct define.xml, or name another one with --define"),
    ],
)
def test_faults_that_the_driver_tells(tmp_path: Path, kind: str, message: str) -> None:
    text = json.dumps({"schema": 1, "fault": {"kind": kind, "text": "it is odd"}})
    python = stand_in(tmp_path, f"answer.write_text({text!r})")
    cache, rules = tmp_path / "cache", tmp_path / "rules"
    cache.mkdir()
    rules.mkdir()
    study = CoreStudy("3.4", core_study(tmp_path / "sdtm"), define=tmp_path / "define.xml")
    shown = str(fault(CoreSettings(python, cache, rules), study))
    for path, name in ((python, "PYTHON"), (cache, "CACHE"), (rules, "RULES"), (study.define, "DEFINE")):
        shown = shown.replace(str(path), name)
    assert shown == message.format("is of no use to the CORE engine: it is odd")


def test_too_long_a_run_is_stopped_with_its_children(tmp_path: Path, study: CoreStudy) -> None:
    child = tmp_path / "child"
    python = stand_in(
        tmp_path,
        f"p = subprocess.Popen(['sleep', '60']); Path({str(child)!r}).write_text(str(p.pid)); time.sleep(60)",
    )
    assert said(python, study, timeout=2.0) == (
        "PYTHON CED686 PYTHON had not run the CORE engine to its end after 2 s and was stopped; "
        "give it more time with --core-timeout"
    )
    assert not alive(int(child.read_text()))


def test_an_interrupt_stops_the_engine(
    tmp_path: Path, study: CoreStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    python = stand_in(tmp_path, f"Path({str(own)!r}).write_text(str(os.getpid())); time.sleep(60)")
    wait = run.subprocess.Popen.wait

    def interrupted(process: run.subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is None:
            return wait(process)
        while not (own.is_file() and own.read_text()):
            time.sleep(0.02)
        raise KeyboardInterrupt

    monkeypatch.setattr(run.subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_core(CoreSettings(python, rules=tmp_path), study)
    assert not alive(int(own.read_text()))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "print('out', flush=True); print('Oh\\x1b[0m no', file=sys.stderr); sys.exit(3)",
            "exit code 3: Oh[0m no",
        ),
        ("print('no', request); sys.exit(2)", "exit code 2: no request.json"),
        ("sys.exit(4)", "exit code 4: it said nothing"),
        ("os.kill(os.getpid(), 9)", "signal 9: it said nothing"),
    ],
)
def test_an_engine_that_ends_badly(tmp_path: Path, study: CoreStudy, body: str, message: str) -> None:
    assert said(stand_in(tmp_path, body), study) == (
        f"PYTHON CED687 PYTHON ended the CORE engine with {message}; run the engine by hand on the folder"
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("pass", "cannot be read: No such file or directory"),
        (
            "answer.write_bytes(b'\\xff\\x00')",
            "is not of the form: Invalid JSON: expected value at line 1 column 1",
        ),
        ("answer.write_text('{}')", "is not of the form: schema: Field required"),
        ("answer.write_text('{\"schema\": 2}')", "is not of the form: schema: Input should be 1"),
        ("answer.write_text('{\"schema\": 1}')", "has neither a fault nor rules"),
        (
            'answer.write_text(\'{"schema": 1, "rules": [], "more": 1}\')',
            "is not of the form: more: Extra inputs are not permitted",
        ),
        (
            "answer.write_text('[' * 900)",
            "is not of the form: Invalid JSON: recursion limit exceeded at line 1 column 202",
        ),
        ("answer.write_bytes(b' ' * 5000)", "has more than 1,000 bytes"),
    ],
)
def test_an_answer_that_is_none(tmp_path: Path, study: CoreStudy, body: str, message: str) -> None:
    assert said(stand_in(tmp_path, body), study, most=1000) == (
        f"PYTHON CED688 PYTHON gave no answer of the CORE engine that can be read: it {message}; "
        "is it a Python 3.12 with cdisc-rules-engine?"
    )


def test_the_folder_of_the_run_is_taken_away(
    tmp_path: Path, study: CoreStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(run.tempfile, "tempdir", str(place))
    run_core(CoreSettings(answering(tmp_path), rules=tmp_path), study)
    assert list(place.iterdir()) == []


def test_only_the_driver_opens_pickles() -> None:
    source = Path(run.__file__).parents[1]
    using = {p.name for p in source.rglob("*.py") if "import pickle" in p.read_text(encoding="utf-8")}
    assert using == {"driver.py"}
    importing = [p for p in source.rglob("*.py") if "core.driver" in p.read_text(encoding="utf-8")]
    assert importing == []
