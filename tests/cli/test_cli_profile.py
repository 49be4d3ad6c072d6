"""``--profile`` of build, check-spec and show."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from command_line import BUILT, SPECS, Run, ced, given

from ced_cdisc.cli import main

PROFILES = "profile: plain\nprofiles: {plain: {}, other: {}}\nstudy: {id"
UNKNOWN = "1 error in the specs\n--profile CED048 the study has no profile othr; did you mean other?\n"


def test_the_profile_of_a_build_stands_in_build_json() -> None:
    given(study=("study: {id", PROFILES))
    for arguments, expected in (([], "plain"), (["--profile", "other"], "other")):
        run = ced("build", "raw", "out", *arguments)
        assert run == Run(0, SPECS + BUILT + "4 datasets and 2 define.xml written to out\n")
        assert json.loads(Path("out/build.json").read_bytes())["profile"] == expected
    given()
    assert ced("build", "raw", "out").code == 0
    assert json.loads(Path("out/build.json").read_bytes())["profile"] is False


PARTS = "there are ADSL, AE, DM, EC, define, sources, study\n"


def test_an_unknown_profile_ends_build_and_check_spec() -> None:
    given(study=("study: {id", PROFILES))
    for command in (["build", "raw", "out"], ["check-spec"]):
        run = ced(*command, "--profile", "othr")
        assert (run.code, run.err.removeprefix(SPECS)) == (10, UNKNOWN), command
    shown = CliRunner().invoke(main, ["show", "AE", "--resolved", "--profile", "othr"])
    assert (shown.exit_code, shown.stderr) == (10, SPECS + UNKNOWN)
    assert not Path("out").exists()
    assert ced("check-spec", "--profile", "other") == Run(0, SPECS + "the specs of 4 datasets are in order\n")


def test_show_prints_a_dataset_as_the_profile_has_it() -> None:
    given(study=("study: {id", "profiles: {one: {into: {EX: EC}}}\nstudy: {id"))
    shown = CliRunner().invoke(main, ["show", "EC", "--profile", "one"])
    assert shown.exit_code == 0
    lines = [line.partition("  #")[0].rstrip() for line in shown.stdout.splitlines()]
    assert lines[0] == "domain: EC"
    assert "ECDOSE: dose.DOSE" in [line.strip() for line in lines]
    gone = ced("show", "EX", "--resolved", "--profile", "one")
    assert (gone.code, gone.err) == (2, SPECS + "Error: there is no spec of EX; " + PARTS)
