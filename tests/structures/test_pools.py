"""Pools of several studies, as of an integrated summary of safety."""

from __future__ import annotations

from pathlib import Path

from test_pool import FILES, STUDY

from structures import Files, made, rows


def _second(files: Files) -> Files:
    """The files of the pooled study as those of another one, whose subject is another person."""
    named = {name: text for name, text in files.items() if "/controls/" in name}
    second = {name.replace("/controls/", "/second/"): text for name, text in named.items()}
    return {**second, "mappings/second/study.yaml": STUDY.replace("T1", "S2")}


THREE = {**FILES, **_second(FILES), "mappings/study.yaml": "pool: [controls, second]\n" + STUDY}


def test_both_engines_read_a_domain_that_only_the_pooled_studies_have(tmp_path: Path) -> None:
    done = made(tmp_path, {**THREE, "raw/second/echo.csv": "ID,DONE,EF\n001,02-FEB-2010,48\n"})
    assert rows(done, "ADSL", "USUBJID", "EF") == [
        ("HC-001", 61.0),
        ("S2-001", 48.0),
        ("T1-001", None),
        ("T1-002", None),
    ]
