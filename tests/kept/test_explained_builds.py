"""What ``build --explain`` prints, and how it goes with other options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from small_study import write_study

FIRST = """\
  EX       nothing kept of it
  DM       nothing kept of it
  AE       nothing kept of it
  ADSL     nothing kept of it
"""
KEPT = FIRST.replace("nothing kept of it", "kept")


@pytest.fixture(autouse=True)
def _study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))


def explained(*options: str) -> str:
    """The lines on the datasets, between their sizes and the account of the raw columns."""
    result = CliRunner().invoke(main, ["build", "raw", "out", "--no-check", "--explain", *options])
    assert result.exit_code == 0, result.stderr
    lines = result.stderr.splitlines(keepends=True)
    sizes = r"  \S+ +[\d,]+ rows.*\n|specs from.*\n|  raw columns.*\n|\d+ datasets.*\n|not checked.*\n"
    return "".join(line for line in lines if not re.fullmatch(sizes, line))


def change(file: str, old: str, new: str) -> None:
    text = Path(file).read_text(encoding="utf-8")
    assert old in text
    Path(file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_is_said_of_each_dataset() -> None:
    assert explained() == FIRST
    assert explained() == KEPT
    change("raw/ae.csv", "Headache", "Dizziness")
    assert explained() == (
        "  EX       kept\n  DM       kept\n  AE       raw/ae.csv changed\n"
        "  ADSL     AE, which it reads, changed\n"
    )
    change("mappings/sdtm/ae.yaml", "upper(AETERM)", "lower(AETERM)")
    assert explained() == (
        "  EX       kept\n  DM       kept\n  AE       mappings/sdtm/ae.yaml: AEDECOD changed\n"
        "  ADSL     AE, which it reads, changed\n"
    )
    change("mappings/adam/adsl.yaml", "Number of Adverse", "Count of Adverse")
    assert explained() == (
        "  EX       kept\n  DM       kept\n  AE       kept\n  ADSL     mappings/adam/adsl.yaml: NAE changed\n"
    )


def test_with_other_options() -> None:
    assert explained() == FIRST
    assert explained("--verify").startswith(KEPT + "  verified: ")
    assert explained("--format", "xpt,json") == KEPT
    assert explained("--workers", "2") == KEPT


def test_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    assert explained() == "  nothing is kept from build to build: the cache is off\n"
