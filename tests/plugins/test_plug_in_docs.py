"""The examples of docs/plug-ins.md and docs/testing-specs.md are carried out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from ced_cdisc.pipeline import build

CLONE = Path(__file__).parents[2]
EXAMPLE = CLONE / "examples" / "vitals_labs"
PLUG_INS = (CLONE / "docs" / "plug-ins.md").read_text("utf-8")
TESTING = (CLONE / "docs" / "testing-specs.md").read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments), prog_name="ced-cdisc")
    return result.exit_code, result.output.partition("\n")[2]


@pytest.fixture
def _study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example with the plug-ins of the page, and the tests of the other page in place of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    for name in ("mappings", "define", "raw"):
        shutil.copytree(EXAMPLE / name, name)
    shutil.rmtree("mappings/tests")
    Path("mappings/tests/plug-ins").mkdir(parents=True)
    Path("mappings/derivations.py").write_text("\n\n".join(blocks(PLUG_INS, "python")), "utf-8")
    named, line = blocks(PLUG_INS, "yaml")
    study = Path("mappings/study.yaml")
    study.write_text(named + study.read_text("utf-8"), "utf-8")
    spec = Path("mappings/adam/advs.yaml")
    more = '  SPREAD: {derive: "spread(PARAMCD, ADY, AVAL)", label: Spread}\n'
    text, made = re.subn(
        r"^  CHG: +\{derive", lambda m: line + more + m[0], spec.read_text("utf-8"), flags=re.M
    )
    assert made == 1
    spec.write_text(text, "utf-8")


@pytest.mark.usefixtures("_study")
def test_the_plug_ins_of_the_page_are_built() -> None:
    made = build("raw", "out", only="ADVS", check=False, verify=True)
    frame = made.frames["ADVS"]
    rows = frame.select("USUBJID", "PARAMCD", "AVAL", "BASE", "MAP", "SPREAD").rows()
    values: dict[tuple[str, str], list[float]] = {}
    for subject, parameter, value, *_ in rows:
        values.setdefault((subject, parameter), []).append(value)
    assert len(rows) > 500
    for subject, parameter, value, base, pressure, spread in rows:
        assert pressure == pytest.approx((value + 2 * base) / 3, abs=0.0501)
        group = values[subject, parameter]
        assert spread == max(group) - min(group)
    define = Path("out/adam/define.xml").read_text("utf-8")
    assert "over the subject's records with the same PARAMCD." in define
    assert (
        "The mean arterial pressure: a third of AVAL plus two thirds of BASE, rounded to 1 decimal" in define
    )
    assert made.verified is not None
    assert made.verified.rerun == 2 * len(rows)


@pytest.mark.usefixtures("_study")
def test_the_tests_of_the_page_are_run() -> None:
    _, advs, plug_in = blocks(TESTING, "yaml")
    Path("mappings/tests/advs.yaml").write_text(advs, "utf-8")
    Path("mappings/tests/pulses.csv").write_text(
        "USUBJID,VSTESTCD,VSDTC,VSSTRESN\nS1,PULSE,2022-01-03,66\nS1,PULSE,2022-01-10,60\n"
    )
    Path("mappings/tests/plug-ins/arterial.yaml").write_text(plug_in, "utf-8")
    assert run("test") == (
        0,
        "passed  ADVS: the last value up to the first dose is the baseline\n"
        "passed  arterial(): missing without a diastolic value\n"
        "passed  arterial(): example 1\npassed  arterial(): example 2\n4 tests passed\n",
    )


def test_the_first_test_of_the_page_and_how_it_would_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    for name in ("mappings", "define"):
        shutil.copytree(CLONE / name, name)
    shutil.rmtree("mappings/tests")
    Path("mappings/tests").mkdir()
    text = blocks(TESTING, "yaml")[0]
    Path("mappings/tests/ae.yaml").write_text(text, "utf-8")
    code, output = run("test")
    assert code == 0
    assert all(f"    {line}\n" in TESTING for line in output.splitlines())
    Path("mappings/tests/ae.yaml").write_text(
        text.replace("AESTDTC: 2018-03}", "AESTDTC: 2018-03-01}"), "utf-8"
    )
    code, output = run("test")
    assert code == 1
    assert output.splitlines()[1] in " ".join(TESTING.split()).replace("\n", " ")
