"""docs/ci.md: its YAML can be read, its commands run in a study, and the files that it hands on are made."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from command_line import given, spoil

from ced_cdisc.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
HOOKS = ROOT / ".pre-commit-hooks.yaml"
TYPO = ("mappings/sdtm/ae.yaml", "ae.TERM", "ae.TREM")
TOLD = """\
specs from mappings and define
1 error in the specs
mappings/sdtm/ae.yaml:6:13 CED012 unknown column ae.TREM; did you mean ae.TERM?
"""


def commands(text: str) -> list[list[str]]:
    """The arguments of each ``ced-cdisc`` of a block: of YAML its texts, of a Jenkinsfile its sh."""
    lines = re.findall(r"sh '([^']*)'", text) if "pipeline {" in text else list(texts(yaml.safe_load(text)))
    return [shlex.split(found[1]) for line in lines if (found := re.search(r"(?:^|/)ced-cdisc (.*)$", line))]


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def block(mark: str) -> str:
    (found,) = [text for _, text in BLOCKS if mark in text]
    return found


def test_the_blocks_are_found() -> None:
    assert [kind for kind, _ in BLOCKS] == ["yaml", "yaml", "groovy", *["yaml"] * 4]
    assert all(yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml")
    assert [len(commands(text)) for _, text in BLOCKS] == [3, 3, 3, 1, 0, 0, 2]


def test_every_command_line_of_the_page_is_one() -> None:
    indented = [shlex.split(line)[1:] for line in re.findall(r"^    (ced-cdisc .*)$", PAGE, re.MULTILINE)]
    for arguments in [*indented, *(line for _, text in BLOCKS for line in commands(text))]:
        command = main.get_command(click.Context(main), arguments[0])
        assert command is not None
        context = command.make_context(arguments[0], arguments[1:])
        assert context.params


@pytest.mark.parametrize("mark", ["runs-on:", "- ced-cdisc build", "pipeline {"])
def test_a_recipe_runs_in_a_study(mark: str) -> None:
    given()
    text = block(mark)
    for arguments in commands(text):
        ran = CliRunner().invoke(main, arguments, prog_name="ced-cdisc")
        assert ran.exit_code in (0, 1), ran.output
    handed_on = set(re.findall(r"(?<![\w/])reports/[\w.]+", text))
    assert len(handed_on) == 3
    assert {path.as_posix() for path in Path("reports").iterdir()} == handed_on


def test_the_github_recipe_asks_for_no_more_than_it_needs() -> None:
    recipe = yaml.safe_load(block("runs-on:"))
    assert recipe["permissions"] == {"contents": "read", "security-events": "write"}
    uploads = [step for step in recipe["jobs"]["check"]["steps"] if "upload" in step.get("uses", "")]
    assert [step["if"].startswith("${{ !cancelled()") for step in uploads] == [True, True]


def test_no_address_is_in_the_page() -> None:
    assert re.findall(r"https?://\S+", PAGE) == []


def hook() -> dict[str, Any]:
    (listed,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return listed


def pre_commit(*arguments: str) -> tuple[int, str]:
    """pre-commit without a network, its environments in the working folder."""
    environment = {**os.environ, "PRE_COMMIT_HOME": str(Path("pc").resolve()), "PRE_COMMIT_COLOR": "never"}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        capture_output=True, text=True, encoding="utf-8", env=environment, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_pre_commit_takes_the_manifest_and_the_configurations() -> None:
    assert pre_commit("validate-manifest", str(HOOKS)) == (0, "")
    for number, text in enumerate(text for _, text in BLOCKS if text.startswith("repos:")):
        Path(f"{number}.yaml").write_text(text, encoding="utf-8")
        assert pre_commit("validate-config", f"{number}.yaml") == (0, "")
        ids = [one["id"] for repo in yaml.safe_load(text)["repos"] for one in repo["hooks"]]
        assert ids == [hook()["id"]]
    local = next(yaml.safe_load(text) for _, text in BLOCKS if "repo: local" in text)["repos"][0]["hooks"][0]
    same = ("id", "name", "entry", "files", "pass_filenames")
    assert [local[key] for key in same] == [hook()[key] for key in same]


def test_a_typo_stops_the_commit() -> None:
    """The hook of the manifest, run by pre-commit with the interpreter of the tests."""
    given()
    here = {**hook(), "language": "system", "entry": f"{sys.executable} -m ced_cdisc.cli check-spec"}
    Path(".pre-commit-config.yaml").write_text(
        yaml.safe_dump({"repos": [{"repo": "local", "hooks": [here]}]})
    )
    Path("notes.md").write_text("no spec\n", encoding="utf-8")
    for command in (["init", "-q"], ["add", "mappings", "define", "notes.md"]):
        subprocess.run(["git", *command], check=True)
    head = "ced-cdisc check-spec....................................................."
    assert pre_commit("run", "--all-files") == (0, f"{head}Passed\n")
    spoil(*TYPO)
    subprocess.run(["git", "add", "mappings"], check=True)
    failed = f"{head}Failed\n- hook id: ced-cdisc-check-spec\n- exit code: 10\n\n{TOLD}\n"
    assert pre_commit("run", "--all-files") == (1, failed)
    skipped = "ced-cdisc check-spec.................................(no files to check)Skipped\n"
    assert pre_commit("run", "--files", "notes.md") == (0, skipped)


def test_the_entry_by_hand() -> None:
    given()
    spoil(*TYPO)
    arguments = hook()["entry"].split()
    assert arguments[0] == "ced-cdisc"
    ran = CliRunner().invoke(main, arguments[1:], prog_name="ced-cdisc")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (10, "", TOLD)
