"""``--help`` starts at once, and each command shows an example that works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc import __version__
from ced_cdisc.cli import COMMANDS, main
from shared_builds import EXAMPLE_COMMAND, Called, Made

HEAVY = ("polars", "pandas", "lxml", "pyarrow", "pydantic", "numpy", "openpyxl", "yaml", "rich")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["build", "--help"], ["check-spec", "-h"], ["ct", "import", "-h"], ["--version"]],
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from ced_cdisc.cli import main\n"
        "main(sys.argv[1:], prog_name='ced-cdisc', standalone_mode=False)\n"
        f"print('loaded:', [name for name in {HEAVY} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded: []"
    assert done.stderr == ""


def test_the_installed_command_shows_its_help() -> None:
    script = Path(sys.executable).with_name("ced-cdisc" + ".exe" * (os.name == "nt"))
    if not script.exists():
        pytest.skip("the package is not installed beside this interpreter")
    done = subprocess.run([str(script), "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: ced-cdisc [OPTIONS] COMMAND [ARGS]...")


def said(*arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments], prog_name="ced-cdisc")
    assert result.exit_code == 0
    return result.stdout


def test_the_exit_codes_are_in_the_help() -> None:
    text = " ".join(said("--help").split())
    assert (
        "Exit codes: 0 done, 1 findings of the checks, 2 usage, 10 faults in the specs, 11 faults in the "
        "raw data, "
        "12 the output was refused or could not be written, 130 interrupted."
    ) in text


@pytest.mark.parametrize(
    ("arguments", "group", "said"),
    [
        (["biuld", "raw", "out"], "", "there is no command biuld; did you mean build?"),
        (["frobnicate"], "", "there is no command frobnicate; see --help"),
        (["ct", "imprt"], " ct", "there is no command imprt; did you mean import?"),
    ],
)
def test_a_command_that_there_is_not(arguments: list[str], group: str, said: str) -> None:
    result = CliRunner().invoke(main, arguments, prog_name="ced-cdisc")
    usage = f"Usage: ced-cdisc{group} [OPTIONS] COMMAND [ARGS]...\nTry 'ced-cdisc{group} --help' for help.\n"
    assert (result.exit_code, result.stderr) == (2, f"{usage}\nError: {said}\n")


@pytest.mark.parametrize(("words", "wanted"), [("ced-cdisc bu", "build"), ("ced-cdisc ct imp", "import")])
def test_a_shell_completes_commands(words: str, wanted: str) -> None:
    given = {"_CED_CDISC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    result = CliRunner().invoke(main, [], prog_name="ced-cdisc", env=given)
    assert result.stdout == f"plain,{wanted}\n"


def test_a_shell_completes_nothing_of_a_command_that_there_is_not() -> None:
    given = {"_CED_CDISC_COMPLETE": "bash_complete", "COMP_WORDS": "ced-cdisc biuld --on", "COMP_CWORD": "2"}
    assert CliRunner().invoke(main, [], prog_name="ced-cdisc", env=given).stderr == ""


def test_a_command_loads_no_other() -> None:
    code = (
        "import sys\n"
        "from ced_cdisc.cli import main\n"
        "main(['build', '--help'], prog_name='ced-cdisc', standalone_mode=False)\n"
        "print([name for name in sys.modules if name.startswith('ced_cdisc.cli.')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"ced_cdisc\.cli\.(\w+)", done.stdout.splitlines()[-1]))
    assert "build" in loaded
    assert loaded.isdisjoint({name.replace("-", "_") for name in COMMANDS} - {"build"})


def test_the_version() -> None:
    assert said("--version") == f"ced-cdisc, version {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_an_example_in_its_help(command: str) -> None:
    example = re.search(r"\n  Example:\n    (ced-cdisc .*)\n", said(command, "--help"))
    assert example is not None
    assert example[1].split()[1] == command


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plan of the example is kept from command to command, as it is for a user."""
    return tmp_path_factory.mktemp("plans")


def test_the_build_in_the_help_runs_in_a_clone(example_by_command: Called) -> None:
    words = " ".join(EXAMPLE_COMMAND)
    assert f"\n  Example:\n    ced-cdisc {words}\n" in said("build", "--help")
    assert (example_by_command.code, "error" in example_by_command.said) == (0, False)


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"build"}))
def test_the_example_in_the_help_runs_in_a_clone(
    command: str, tmp_path: Path, example_build: Made, plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run from a folder that shows the clone's folders, so that ``out/`` is made in a place of its own."""
    monkeypatch.setenv("CED_CDISC_CACHE", plans.as_posix())
    clone = Path(__file__).parents[2]
    for name in ("mappings", "define"):
        (tmp_path / name).symlink_to(clone / name)
    (tmp_path / "raw").symlink_to(clone / "examples" / "improve_ced" / "raw")
    example = re.search(r"\n  Example:\n    ced-cdisc (.*)\n", said(command, "--help"))
    assert example is not None
    if command in ("check", "compare", "convert", "coverage", "results", "spec"):
        shutil.copytree(example_build[1], tmp_path / "out")
    if command == "define":
        (tmp_path / "old").mkdir()
        old = clone / "tests" / "define" / "old" / "define20-sdtm.xml"
        (tmp_path / "old" / "define.xml").write_bytes(old.read_bytes())
    if command == "diff-raw":
        for name in ("raw_may", "raw_june"):
            (tmp_path / name).symlink_to(tmp_path / "raw")
    if command == "compare":
        (tmp_path / "qc").symlink_to(tmp_path / "out")
    run = CliRunner().invoke(main, example[1].split(), prog_name="ced-cdisc")
    assert (run.exit_code, "error" in run.stderr) == (0, False)
