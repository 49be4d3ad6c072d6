"""The JUnit XML of a check: its whole text, what another reader sees, and texts that XML cannot hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml, Skipped
from lxml import etree
from report_readers import cases_of
from report_results import SHOWN, empty_result, full_result, hostile_result
from small_folder import run, small_folder

from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.report.check_junit import FailOn, check_junit

HERE = Path(__file__).parent
SCHEMA = etree.XMLSchema(etree.parse(HERE / "junit.xsd"))

VALUES = """\
  <testsuite name="values" tests="6" failures="1" errors="0" skipped="2" time="0">
    <properties>
      <property name="folder" value="out/sdtm"/>
      <property name="standard" value="SDTMIG 3.4 (define.xml)"/>
    </properties>
    <testcase classname="ced-cdisc.values" name="CED-V001 title of CED-V001" time="0">
      <failure message="AE.AESTDTC: 2 records of no date" type="error">AE.AESTDTC: 2 records of no date
edit mappings/sdtm/ae.yaml:31
  row 1 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
  and 1 more
do: correct CED-V001</failure>
      <system-out>error: AE.AESTDTC: 3 records of no date
edit mappings/sdtm/ae.yaml:31
  row 2 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
  and 2 more
accepted by A. Reader until 2026-12-31 (define/findings.yaml:12): as collected</system-out>
    </testcase>
    <testcase classname="ced-cdisc.values" name="CED-V002 title of CED-V002" time="0">
      <system-out>warning: AE.AESTDTC: 4 records of no date
changed: it was otherwise when it was accepted by A. Reader (define/findings.yaml:20): as collected
warning: AE.AESTDTC: 5 records of no date
  row 4 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
  and 4 more
expired on 2026-12-31, accepted by A. Reader (define/findings.yaml:12): as collected
do: correct CED-V002</system-out>
    </testcase>
    <testcase classname="ced-cdisc.values" name="CED-V003 title of CED-V003" time="0">
      <system-out>note: AE.AESTDTC: 6 records of no date
  row 5 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
  and 5 more
do: correct CED-V003</system-out>
    </testcase>
    <testcase classname="ced-cdisc.values" name="CED-V004 title of CED-V004" time="0">
      <skipped message="not applicable: no tables of SDTMIG 3.2"/>
    </testcase>
    <testcase classname="ced-cdisc.values" name="CED-V005 title of CED-V005" time="0">
      <skipped message="not run: AESTDTC is a number"/>
    </testcase>
    <testcase classname="ced-cdisc.values" name="CED-V006 title of CED-V006" time="0">
      <system-out>error: AE.AESTDTC: 3 records of no date
edit mappings/sdtm/ae.yaml:31
  row 2 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
  and 2 more
accepted by A. Reader until 2026-12-31 (define/findings.yaml:12): as collected
do: correct CED-V006</system-out>
    </testcase>
  </testsuite>
"""
ENDS = """\
<?xml version='1.0' encoding='UTF-8'?>
<testsuites name="ced-cdisc check" tests="16" failures="1" errors="1">
  <testsuite name="reading" tests="3" failures="0" errors="1" skipped="0" time="0">
    <properties>
      <property name="folder" value="out/sdtm"/>
      <property name="standard" value="SDTMIG 3.4 (define.xml)"/>
    </properties>
    <testcase classname="ced-cdisc.reading" name="ae.xpt" time="0"/>
    <testcase classname="ced-cdisc.reading" name="dm.xpt" time="0"/>
    <testcase classname="ced-cdisc.reading" name="lb.json" time="0">
      <error message="CED605 lb.json is no JSON" type="error">error CED605 lb.json is no JSON
do: write it again</error>
    </testcase>
  </testsuite>
  <testsuite name="structure" tests="1" failures="0" errors="0" skipped="0" time="0">
    <properties>
      <property name="folder" value="out/sdtm"/>
      <property name="standard" value="SDTMIG 3.4 (define.xml)"/>
    </properties>
    <testcase classname="ced-cdisc.structure" name="CED-S001 title of CED-S001" time="0"/>
  </testsuite>
""", """\
  <testsuite name="core-engine" tests="6" failures="0" errors="0" skipped="3" time="0">
    <properties>
      <property name="engine" value="0.17.1, Python 3.12.1"/>
      <property name="standard" value="SDTMIG 3.4"/>
    </properties>
    <testcase classname="ced-cdisc.core-engine" name="CORE-000001 a date" time="0">
      <system-out>warning: AE.AESTDTC: 7 records of no date: 7 records
  row 6 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
  and 6 more</system-out>
    </testcase>
    <testcase classname="ced-cdisc.core-engine" name="CORE-000002 holds" time="0"/>
    <testcase classname="ced-cdisc.core-engine" name="CORE-000003 m3" time="0">
      <skipped message="skipped in DM: Column not found: DMXX"/>
    </testcase>
    <testcase classname="ced-cdisc.core-engine" name="CORE-000004 m4" time="0">
      <skipped message="not carried out in DM: KeyError: x"/>
    </testcase>
    <testcase classname="ced-cdisc.core-engine" name="CORE-000005 m5" time="0">
      <skipped message="out of the scope of every dataset"/>
    </testcase>
    <testcase classname="ced-cdisc.core-engine" name="CORE-000006 m6" time="0">
      <system-out>warning: AE.AESTDTC: 8 records of no date: 1 record
  row 7 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)
not carried out in AE: y</system-out>
    </testcase>
  </testsuite>
</testsuites>
"""  # fmt: skip


def test_the_whole_text() -> None:
    assert check_junit(full_result(), "error").decode() == ENDS[0] + VALUES + ENDS[1]


@pytest.mark.parametrize(
    ("fail_on", "failed"),
    [
        ("error", {"CED-V001"}),
        ("warning", {"CED-V001", "CED-V002", "CORE-000001", "CORE-000006"}),
        ("none", set[str]()),
    ],
)
def test_a_test_fails_where_the_command_does(fail_on: FailOn, failed: set[str]) -> None:
    xml = check_junit(full_result(), fail_on)
    tests = cases_of(xml)
    assert {
        n.split()[0] for n, case in tests.items() if any(isinstance(r, Failure) for r in case.result)
    } == (failed)
    read = JUnitXml.fromstring(xml)
    assert [read.failures, read.errors] == [len(failed), fail_on != "none"]
    assert bool(read.failures or read.errors) == bool(full_result().exit_code(fail_on))


def test_an_independent_reader_sees_why_a_rule_was_skipped() -> None:
    (skipped,) = cases_of(check_junit(full_result(), "error"))["CED-V005 title of CED-V005"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message == "not run: AESTDTC is a number"


@pytest.mark.parametrize("result", [full_result(), hostile_result(), empty_result()])
@pytest.mark.parametrize("fail_on", ["error", "warning", "none"])
def test_it_is_valid(result: CheckResult, fail_on: FailOn) -> None:
    SCHEMA.assertValid(etree.fromstring(check_junit(result, fail_on)))


def test_the_schema_refuses_what_the_readers_refuse() -> None:
    """The schema of the tests is strict: a test with two outcomes, or without a class, is none."""
    for old, new in [
        (b"<skipped ", b"<failure/><skipped "),
        (b'classname="ced-cdisc.values" ', b""),
        (b'failures="1" errors="0" skipped="2"', b'failures="one" errors="0" skipped="2"'),
        (b"<properties>", b"<system-out/><properties>"),
    ]:
        xml = check_junit(full_result(), "error")
        assert old in xml
        assert not SCHEMA.validate(etree.fromstring(xml.replace(old, new, 1)))


def test_texts_that_xml_cannot_hold_are_shown_as_programs_write_them() -> None:
    (case,) = [c for name, c in cases_of(check_junit(hostile_result(), "error")).items() if "V001" in name]
    (failed,) = case.result
    assert failed.message == SHOWN
    first, edit, record, more, do = failed.text.split("\n")
    assert (first, edit, more, do) == (SHOWN, f"edit {SHOWN}:7", "  and 1 more", "do: correct CED-V001")
    assert record == f"  row 1 {SHOWN} seq {SHOWN}: {SHOWN}={SHOWN} X=(missing)"
    assert case.system_out.splitlines()[-1] == (f"accepted by {SHOWN} until 2026-12-31 ({SHOWN}:3): {SHOWN}")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study").mkdir()
    small_folder(tmp_path / "study")
    monkeypatch.chdir(tmp_path)
    ran = run("study", "--format", "junit", "--standard", "CT=2024-09-27")
    SCHEMA.assertValid(etree.fromstring(ran.stdout_bytes))
    tests = cases_of(ran.stdout_bytes)
    failed = sorted(n.split()[0] for n, c in tests.items() if any(isinstance(r, Failure) for r in c.result))
    assert failed == ["CED-C001", "CED-S003", "CED-V008"]
    assert ran.exit_code == 1
    again = run("study", "--format", "junit", "--standard", "CT=2024-09-27")
    assert again.stdout_bytes == ran.stdout_bytes
