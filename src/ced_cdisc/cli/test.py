"""``ced-cdisc test``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.small import set_up
from ced_cdisc.cli.usage import leaving, usage_error


@click.command()
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write JUnit XML as well.")
def test(mappings: Path | None, define: Path | None, profile: str | None, junit: Path | None) -> None:
    """Run the tests of the specs, mappings/tests/*.yaml, and the examples of plug-ins; needs no data.

    A test gives rows and says which records must come out. They go through the lines of that dataset, by the
    engine of the build and by the second one. A test that fails gives exit code 1, one that is not written
    right 10.

    \b
    Example:
      ced-cdisc test --junit tests.xml
    """
    set_up(small=True)  # the rows of a test are few
    from ced_cdisc.core.findings import Finding, Findings, Location, Stage
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.tests_junit import tests_junit
    from ced_cdisc.spec.spec_tests import read_tests
    from ced_cdisc.stages.planning import make_plan
    from ced_cdisc.stages.testing import run_tests

    console, findings = BuildConsole(), Findings()
    study = study_of(mappings, define)
    console.say(study.notice)
    with leaving(console):
        plan, _ = make_plan(study, Findings(), profile=profile)
    files = read_tests(study.mappings, study.shown[0], findings)
    done = run_tests(plan, files, findings)
    if not done and not findings:
        usage_error(f"there are no tests in {study.shown[0]}/tests, and no plug-in has an example")
    for one in done:
        findings.extend(one.failures)
    if junit is not None:
        try:
            junit.write_bytes(tests_junit((one.group, one.name, one.failures) for one in done))
        except OSError as error:
            message = f"{junit.as_posix()} cannot be written: {error.strerror}"
            findings.add(Finding("CED750", message, Location(junit.as_posix()), stage=Stage.OUTPUT))
    console.findings(findings)
    for one in done:
        console.say(f"{'failed' if one.failures else 'passed'}  {one.group}: {one.name}")
    failed = sum(bool(one.failures) for one in done)
    passed = f"{len(done)} test{'s' * (len(done) != 1)} passed" if done else "no test was run"
    console.say(f"{failed} of {len(done)} tests failed" if failed else passed)
    sys.exit(findings.exit_code())
