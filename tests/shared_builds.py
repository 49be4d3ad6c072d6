"""Builds of the examples that many tests read, each made once a run, however many workers it has."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

import ced_cdisc
from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import Build

ROOT = Path(__file__).resolve().parents[1]
SECOND = ROOT / "examples" / "vitals_labs"
Made = tuple[Build, Path]
"""What a build handed out, and the folder that it wrote, in which no test may write."""


def example(out: Path) -> Build:
    """The example study, checked."""
    raw = ROOT / "examples" / "improve_ced" / "raw"
    return ced_cdisc.build(raw, out, mappings=ROOT / "mappings", define=ROOT / "define")


def example_ig34(out: Path) -> Build:
    """The example study in its profile ig34."""
    raw = ROOT / "examples" / "improve_ced" / "raw"
    return ced_cdisc.build(
        raw, out, mappings=ROOT / "mappings", define=ROOT / "define", profile="ig34", check=False
    )


def second_example(out: Path) -> Build:
    """The second example study, checked."""
    return ced_cdisc.build(SECOND / "raw", out, mappings=SECOND / "mappings", define=SECOND / "define")


def made_once(factory: pytest.TempPathFactory, make: Callable[[Path], Build]) -> Made:
    """A build, made by the worker that needs it first; the others read what it wrote.

    What was handed out goes from one worker to the next as a pickle, its findings without the way to mask
    them, which is of the process that knows the people.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # that of the run, in which each worker has one
    out, kept = base / make.__name__, base / f"{make.__name__}.pickle"
    with FileLock(base / f"{make.__name__}.lock"):
        if not kept.exists():
            made = make(out)
            kept.write_bytes(pickle.dumps(replace(made, findings=Findings(made.findings))))
    return pickle.loads(kept.read_bytes()), out
