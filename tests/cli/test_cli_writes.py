"""No command writes anything but what it was asked for, be it at home or among temporary files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from published_ct import SMALL, tabbed
from shared_builds import SECOND, Called, Made, seen

CLONE = Path(__file__).parents[2]
WHO = ("DM", "USUBJID=VL-77-201", "AGE")

RUNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "build --only": (("raw", "part", "--only", "DM", "--format", "xpt,json", "--no-check"), ("part",)),
    "check": (("out/sdtm",), ()),
    "check --out": (("out/sdtm", "--out", "reports/a.xlsx", "--out", "reports/a.sarif"), ("reports",)),
    "check --accept": (
        ("first/sdtm", "--accept", "all", "--person", "A", "--reason", "So.", "--findings", "accepted.yaml"),
        ("accepted.yaml",),
    ),
    "check-spec": ((), ()),
    "compare": (("out", "part"), ()),
    "compare --out": (("out", "part", "--format", "html", "--out", "reports/compare.html"), ("reports",)),
    "convert": (("out/sdtm/dm.xpt", "dm.json", "--define", "out/sdtm/define.xml"), ("dm.json",)),
    "coverage": (("out",), ()),
    "ct import": (("SDTM Terminology 2025-03-28.txt", "--to", "ct"), ("ct",)),
    "ct list": ((), ()),
    "ct show": (("AE.AEOUT",), ()),
    "ct diff": (("2024-09-27", "SDTM Terminology 2025-03-28.txt", "out"), ()),
    "define check": (("out/sdtm",), ()),
    "define upgrade": (("old.xml", "new.xml", "--ct", "2015-12-18"), ("new.xml",)),
    "diff-raw": (("raw", "raw_june"), ()),
    "explain": (("VS.VSDY",), ()),
    "explain --code": (("CED250",), ()),
    "fmt --diff": (("--diff",), ()),
    "fmt --check": (("--check",), ()),
    "fmt": (("mappings/sdtm/vs.yaml",), ("mappings/sdtm/vs.yaml",)),
    "init": (("VS", "--raw", "raw", "--from", "vit", "--print"), ()),
    "new": (("OTHER", "--raw", "raw"), ("OTHER",)),
    "results": (("first",), ()),
    "scan": (("raw",), ()),
    "schema": (("--out", "schemas"), ("schemas",)),
    "schema sdtm": (("sdtm",), ()),
    "show": (("VS", "--resolved"), ()),
    "spec export": (("out", "spec.xlsx", "--package", "sdtm"), ("spec.xlsx",)),
    "spec import": (("spec.xlsx", "out", "--package", "sdtm"), ()),
    "test": (("--junit", "tests.xml"), ("tests.xml",)),
    "spec to-define": (("spec.xlsx", "made.xml"), ("made.xml",)),
    "why": ((*WHO, "--raw", "raw"), ()),
}  # fmt: skip
"""Words of a call, and what it may make or change, with a build of the study in ``out``, and one of the first
example, which has warnings and results, in ``first``."""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, second_example: Made, example_build: Made) -> Path:
    """The second example in ``work``, beside ``home``, ``tmp`` and ``cache``, all that a run can see."""
    top = tmp_path_factory.mktemp("sandbox")
    for name in ("home", "tmp", "cache", "work/reports"):
        (top / name).mkdir(parents=True)
    for name in ("mappings", "define"):
        shutil.copytree(SECOND / name, top / "work" / name)
    for name in ("raw", "raw_june"):
        shutil.copytree(SECOND / "raw", top / "work" / name)
    shutil.copytree(second_example[1], top / "work" / "out")
    shutil.copytree(example_build[1], top / "work" / "first")
    vital = top / "work" / "raw_june" / "vital.csv"
    vital.write_bytes(vital.read_bytes().replace(b"sitzend", b"Sitzend"))
    shutil.copy(CLONE / "tests" / "define" / "old" / "define20-sdtm.xml", top / "work" / "old.xml")
    (top / "work" / "SDTM Terminology 2025-03-28.txt").write_bytes(tabbed(SMALL))
    return top


@pytest.fixture(autouse=True)
def _at_work(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sandbox / "work")
    for variable, name in (("HOME", "home"), ("TMPDIR", "tmp"), ("CED_CDISC_CACHE", "cache")):
        monkeypatch.setenv(variable, str(sandbox / name))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)


def leaves(command: click.Command, name: str = "") -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in sorted(command.list_commands(context)):
            below = command.get_command(context, word)
            assert below is not None
            yield from leaves(below, f"{name} {word}".strip())
    else:
        yield name


def test_every_command_is_run_here() -> None:
    assert sorted({name.partition(" --")[0] for name in RUNS} - {"schema sdtm"}) == sorted(leaves(main))


def test_a_build_writes_its_output_alone(example_by_command: Called) -> None:
    after = seen(example_by_command.top)
    changed = {path for path in after if example_by_command.before.get(path) != after[path]}
    assert example_by_command.before.keys() <= after.keys()
    assert "work/out/build.json" in changed
    assert sorted(path for path in changed if path != "work/out" and not path.startswith("work/out/")) == []


def test_a_command_writes_what_it_was_asked_for_alone(sandbox: Path) -> None:
    """One after the other, since the later ones read what the earlier ones wrote."""
    after = seen(sandbox)
    for name, (words, made) in RUNS.items():
        before = after
        command = name.partition(" --")[0].replace("schema sdtm", "schema").split()
        result = CliRunner().invoke(main, [*command, *words], prog_name="ced-cdisc")
        assert result.exception is None or isinstance(result.exception, SystemExit), (name, result.exception)
        assert result.exit_code in (0, 1), (name, result.stderr)
        after = seen(sandbox)
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        allowed = tuple(f"work/{one}" for one in made)
        beyond = [path for path in changed if not any(path == o or path.startswith(f"{o}/") for o in allowed)]
        assert sorted(beyond) == [], name
        if made and name != "fmt":  # the file may be laid out already
            assert changed, name


def test_a_build_that_fails_changes_nothing(sandbox: Path) -> None:
    before = seen(sandbox)
    vital = Path("raw_june/vital.csv")
    content = vital.read_bytes()
    vital.write_bytes(content.replace(b";", b",", 3))
    assert CliRunner().invoke(main, ["build", "raw_june", "out"]).exit_code == 11
    vital.write_bytes(content)
    assert seen(sandbox) == before


def test_without_a_cache_nothing_is_kept_at_home(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    before = seen(sandbox)
    assert CliRunner().invoke(main, ["check-spec"]).exit_code == 0
    assert seen(sandbox) == before
    monkeypatch.delenv("CED_CDISC_CACHE")
    assert CliRunner().invoke(main, ["check-spec"]).exit_code == 0
    changed = seen(sandbox).keys() - before.keys()
    assert changed and all(path.startswith("home/.cache") for path in changed)
