"""``ced-cdisc check`` of our own packages: every finding, even a note, has a reason in findings.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from example_study import DEFINE

from ced_cdisc.cli import main
from ced_cdisc.conformance.check import check_folder
from ced_cdisc.conformance.recall import recalled

PACKAGES = {"study": "sdtm", "controls": "controls/sdtm", "adam": "adam"}


@pytest.mark.parametrize("name", PACKAGES)
def test_our_own_packages_have_no_finding_without_a_reason(folders: dict[str, Path], name: str) -> None:
    folder = folders[name]
    held = recalled(
        check_folder(folder),
        folder,
        DEFINE / "findings.yaml",
        shown="define/findings.yaml",
        today="2026-01-01",
    ).result
    assert [f.text for f in held.failures if not f.accepted] == []
    assert held.standings()["accepted"]
    assert held.memory is not None and held.memory.packages == (PACKAGES[name],)
    assert held.reading == ()
    assert held.with_status("not run") == ()


@pytest.mark.parametrize("name", PACKAGES)
def test_the_command_finds_the_file_of_the_study_and_says_so(
    folders: dict[str, Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DEFINE.parent)
    result = CliRunner().invoke(main, ["check", str(folders[name]), "--fail-on", "warning"])
    assert result.exit_code == 0, result.output
    assert f"held against define/findings.yaml, package {PACKAGES[name]}\n" in result.output
    accepted, new, *_ = result.stdout.splitlines()[-2].split(", ")
    assert accepted != "0 accepted" and new == "0 new"
