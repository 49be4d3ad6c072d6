"""The check at the end of ``ced-cdisc build``: what it says, its exit code, and the lines of the specs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from command_line import BUILT, RAW_AE, SPECS, Run, masked, spoil, tree
from msgspec.structs import replace

import ced_cdisc
from ced_cdisc.cli import main
from ced_cdisc.conformance import check as conformance_check
from ced_cdisc.core.conformance import Acceptance, CheckResult, Failure, RuleResult, RuleText
from ced_cdisc.core.findings import Severity
from ced_cdisc.report.build_check import check_lines
from whole_study import write_whole_study

WRITTEN = "5 datasets and 2 define.xml written to out\n"
WHOLE = "  TS              18 rows   10 columns       _ s\n" + BUILT.replace(" 8 columns", "12 columns")
LATER = ("14-FEB-2020,14-FEB-2020", "14-FEB-2020,13-FEB-2020")
"""A raw date that makes an adverse event end before it starts."""
AT = "mappings/sdtm/ae.yaml:24"
ENDED = f"error CED-L024 AE.AEENDTC: 1 record with an end before the start; edit {AT}\n"


def given(*changes: tuple[str, str]) -> None:
    """The whole study in the working folder, with one text of the adverse events replaced, or as it is."""
    write_whole_study(Path(), dict.fromkeys([RAW_AE], *changes) if changes else None)


def build(*options: str) -> Run:
    result = CliRunner().invoke(main, ["build", "raw", "out", *options], prog_name="ced-cdisc")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Run(result.exit_code, re.sub(r"by \d+ rules", "by _ rules", masked(result.stderr)))


def checked(folder: str, *options: str) -> list[tuple[str, str, str]]:
    """Rule, dataset and variable, and spec line of the failures of ``ced-cdisc check``."""
    result = CliRunner().invoke(main, ["check", folder, "--format", "json", *options])
    rules: list[dict[str, Any]] = json.loads(result.stdout)["rules"]
    return [
        (rule["id"], f"{failure['dataset']}.{failure['variable']}", failure["spec"])
        for rule in rules
        for failure in rule["failures"]
    ]


def test_a_build_without_findings_says_what_was_checked() -> None:
    given()
    assert build() == Run(0, SPECS + WHOLE + WRITTEN + "5 datasets checked by _ rules: no findings\n")


def test_an_error_names_its_line_and_the_output_is_there_to_be_looked_at() -> None:
    given(LATER)
    said = ENDED + "5 datasets checked by _ rules: 1 error\n  see ced-cdisc check out\n"
    assert build() == Run(1, SPECS + WHOLE + WRITTEN + said)
    assert Path("out/sdtm/ae.xpt").is_file()
    assert checked("out") == [("CED-L024", "AE.AEENDTC", AT)]
    assert checked("out/sdtm") == [("CED-L024", "AE.AEENDTC", AT)]


def test_a_wrong_line_of_a_spec_is_named() -> None:
    given()
    assert build().code == 0
    spoil("mappings/sdtm/ae.yaml", "{collect: ae.STOP, date: edc}", '{assign: "2019-02-20"}')
    run = build()
    assert run.code == 1
    assert "error CED-L024 AE.AEENDTC: 3 records with an end before the start; edit " + AT + "\n" in run.err


def test_the_line_is_named_as_the_user_named_the_folder() -> None:
    given(LATER)
    Path("specs").mkdir()
    Path("mappings").rename("specs/mappings")
    run = build("--mappings", "specs/mappings")
    assert f"error CED-L024 AE.AEENDTC: 1 record with an end before the start; edit specs/{AT}\n" in run.err
    assert checked("out") == [("CED-L024", "AE.AEENDTC", AT)]


def test_no_check_says_and_finds_nothing() -> None:
    given(LATER)
    assert build("--no-check") == Run(0, SPECS + WHOLE + WRITTEN)


def test_python_is_told_of_the_findings_and_may_leave_the_check_out() -> None:
    given(LATER)
    (result,) = ced_cdisc.build("raw", "out").checked
    assert [(r.rule.id, f.place) for r in result.failed for f in r.failures] == [("CED-L024", AT)]
    assert ced_cdisc.build("raw", "out", check=False).checked == ()


def test_a_part_of_a_study_is_checked_as_far_as_it_goes() -> None:
    given(LATER)
    run = build("--only", "EX")
    assert run.code == 0
    assert run.err.endswith("2 datasets checked by _ rules: no findings\n")
    assert build("--only", "AE").code == 1


def test_a_whole_study_has_a_trial_summary() -> None:
    given()
    Path("mappings/sdtm/ts.yaml").unlink()
    run = build()
    assert run.code == 1
    said = "error CED-T025 the folder has observations of subjects, such as AE, and no TS"
    assert f"{said}; edit mappings/sdtm/ae.yaml:1\n" in run.err


def test_the_check_leaves_no_trace_in_the_output() -> None:
    given(LATER)
    build()
    first = tree("out")
    build("--no-check")
    assert tree("out") == first


def test_interrupted_while_checking_the_output_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    given()
    monkeypatch.setattr(conformance_check, "run_rules", interrupt)
    run = build()
    assert run == Run(130, SPECS + "interrupted; out is written\n")
    assert Path("out/sdtm/ae.xpt").is_file()


# Places


def places() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(Path("out/build.json").read_bytes())["places"]
    return found


def test_the_manifest_has_the_line_of_every_dataset_and_variable() -> None:
    given()
    build()
    told = places()
    assert sorted(told) == ["adam", "sdtm"]
    assert told["sdtm"]["AE.AEENDTC"] == AT
    assert told["sdtm"]["AE"] == told["sdtm"]["AE.AESEQ"] == "mappings/sdtm/ae.yaml:1"
    assert told["adam"]["ADSL.TRTSDT"] == "mappings/adam/adsl.yaml:8"
    content = json.loads(Path("out/build.json").read_bytes())
    for name, rows in content["datasets"].items():
        listed = told["adam" if name.startswith("AD") else "sdtm"]
        assert sum(key.startswith(f"{name}.") for key in listed) == rows["columns"]


def test_the_lines_are_those_of_the_files() -> None:
    """A variable that no line names is made by the head of its file, or by the line that gives the rows."""
    given()
    build()
    listed = [one for lines in places().values() for one in lines.items()]
    assert len(listed) > 60
    for name, place in listed:
        file, _, number = place.partition(":")
        text = Path(file).read_text(encoding="utf-8").splitlines()
        variable = name.partition(".")[2] or "no variable"
        named = rf"  {variable}:|copy: .*\.{variable}\b"
        own = [n for n, line in enumerate(text, 1) if re.match(named, line)]
        made = own or [text.index("from: DM") + 1 if name == "ADSL.STUDYID" else 1]
        assert [int(number)] == made, (name, place)


@pytest.mark.parametrize("file", ["ae.xpt", "define.xml"])
def test_a_file_that_was_edited_has_no_place(file: str) -> None:
    given(LATER)
    build()
    path = Path("out/sdtm", file)
    content = path.read_bytes()
    edited = content.replace(b"Nausea", b"nausea").replace(b"A small study", b"A small Study")
    assert edited != content
    path.write_bytes(edited)
    assert ("CED-L024", "AE.AEENDTC", "") in checked("out")


def test_another_define_xml_has_no_place() -> None:
    given(LATER)
    build()
    Path("define.xml").write_bytes(Path("out/sdtm/define.xml").read_bytes())
    assert checked("out/sdtm", "--define", "define.xml") == [("CED-L024", "AE.AEENDTC", "")]
    assert checked("out/sdtm", "--define", "out/sdtm/define.xml") == [("CED-L024", "AE.AEENDTC", AT)]


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        "[" * 100_000,
        "[]",
        '{"outputs": {}}',
        '{"outputs": {"sdtm/ae.xpt": 1}, "places": {"sdtm": {"AE": 1}}}',
        '{"outputs": [], "places": []}',
        '{"outputs": {}, "places": {"sdtm": []}}',
    ],
)
def test_a_strange_manifest_tells_no_place(content: str) -> None:
    given(LATER)
    build()
    Path("out/build.json").write_text(content, encoding="utf-8")
    assert checked("out") == [("CED-L024", "AE.AEENDTC", "")]


def test_a_build_json_that_is_a_link_tells_places() -> None:
    given(LATER)
    build()
    Path("out/build.json").rename("other.json")
    Path("out/build.json").symlink_to(Path("other.json").absolute())
    assert checked("out") == [("CED-L024", "AE.AEENDTC", AT)]


def test_a_place_that_is_no_text_is_left_out() -> None:
    given(LATER)
    build()
    path = Path("out/build.json")
    content = json.loads(path.read_bytes())
    content["places"]["sdtm"] = {"AE.AEENDTC": 3}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert checked("out") == [("CED-L024", "AE.AEENDTC", "")]


# The lines alone


def result(folder: str, severity: Severity, *failures: Failure) -> CheckResult:
    rule = RuleText("CED-S001", "structure", "t", "s", "d", severity, "SDTMIG")
    return CheckResult(folder, rules=(RuleResult(rule, "failed", 1, failures=failures),))


def test_accepted_findings_are_counted_apart() -> None:
    new = Failure("AE", "AESEV", "AE.AESEV is new")
    old = replace(
        new, text="AE.AESEV is old", standing="accepted", acceptance=Acceptance("r", "p", "", "f:1")
    )
    assert list(check_lines([result("out", Severity.ERROR, new, old)])) == [
        "error CED-S001 AE.AESEV is new",
        "0 datasets checked by 1 rule: 1 error, 1 accepted",
        "  see ced-cdisc check out",
    ]


def test_ten_errors_are_listed_and_the_folders_of_all_studies_named() -> None:
    many = [Failure("AE", "AESEV", f"text {n}") for n in range(12)]
    lines = list(
        check_lines([result("my out", Severity.ERROR, *many), result("my out/b", Severity.WARNING, many[0])])
    )
    assert lines[:10] == [f"error CED-S001 text {n}" for n in range(10)]
    assert lines[10:] == [
        "and 2 more errors",
        "0 datasets checked by 1 rule: 12 errors, 1 warning",
        "  see ced-cdisc check 'my out' and ced-cdisc check 'my out/b'",
    ]
