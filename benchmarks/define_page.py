"""Times define.html of 60 datasets, 3,000 variables and 200 codelists: writing it, opening it, searching it.

    .venv/bin/python benchmarks/define_page.py [RUNS]

Prints one Markdown table. The times of the browser are left out where there is no Chromium.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from ced_cdisc.core.metadata import (
    Codelist,
    DatasetMetadata,
    Lineage,
    Method,
    Origin,
    PackageMetadata,
    RangeCheck,
    Standard,
    Term,
    ValueLevel,
    Variable,
)
from ced_cdisc.write.define_page import define_page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "define"))
from chromium_page import PROGRAM, Chromium  # noqa: E402

DATASETS, VARIABLES, CODELISTS, TERMS, LEVELS = 60, 50, 200, 20, 30
WORDS = "The days from the reference start date to the date of the record, counted from 1 without a day 0."


def main(runs: int) -> None:
    """Measure and print."""
    package = large()
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "define.html"
        for _ in range(runs):
            start = time.perf_counter()
            content = define_page(package)
            file.write_bytes(content)
            times.setdefault("written", []).append(time.perf_counter() - start)
        if PROGRAM:
            with Chromium() as browser:
                for number in range(runs):
                    measure(browser, file, number, times)
    print(
        f"{DATASETS} datasets, {DATASETS * VARIABLES:,} variables, {DATASETS * LEVELS:,} value-level rows, "
    )
    print(f"{CODELISTS} codelists of {TERMS} terms; {len(content) / 1e6:.1f} MB, {runs} runs\n")
    print("| what | median [s] | least [s] |\n|---|---|---|")
    for what, measured in times.items():
        print(f"| {what} | {statistics.median(measured):.2f} | {min(measured):.2f} |")


def measure(browser: Chromium, file: Path, number: int, times: dict[str, list[float]]) -> None:
    """Open the page at a variable, search for another one, and go there."""
    start = time.perf_counter()
    browser.open(file, f"#D{number:02}.D{number:02}V40")
    assert browser.ask("document.querySelector('main tr.target').id") == f"D{number:02}.D{number:02}V40"
    times.setdefault("opened in Chromium, two frames drawn", []).append(time.perf_counter() - start)
    for what in ("first search, the index made", "next search"):
        browser.ask("document.getElementById('search').value = ''")
        start = time.perf_counter()
        browser.press("/") if what.startswith("first") else None
        browser.type("d55v33")
        assert browser.ask("document.querySelector('#found .mono').textContent") == "D55.D55V33"
        times.setdefault(what, []).append(time.perf_counter() - start)
    start = time.perf_counter()
    browser.press("Enter")
    assert browser.ask("document.querySelector('main tr.target').id") == "D55.D55V33"
    times.setdefault("gone to what was found", []).append(time.perf_counter() - start)


def large() -> PackageMetadata:
    """A package with as much of everything as a large submission has."""
    lists = [
        Codelist(
            f"LIST{number}",
            f"Codelist {number}",
            terms=tuple(Term(f"TERM {number}.{i}", f"Decode {i}", f"C{number}{i:02}") for i in range(TERMS)),
        )
        for number in range(CODELISTS)
    ]
    return PackageMetadata(
        study_oid="LARGE",
        study_name="LARGE",
        study_description="A package as large as any",
        protocol_name="LARGE",
        name="Study LARGE, SDTM datasets",
        description="Data tabulations",
        created=datetime(2026, 1, 1),  # noqa: DTZ001
        standards=(
            Standard("SDTMIG", "SDTMIG", "IG", "3.4"),
            Standard("SDTM-CT", "CDISC/NCI", "CT", "2024-09-27", publishing_set="SDTM"),
        ),
        datasets=tuple(dataset(number, lists) for number in range(DATASETS)),
    )


def dataset(number: int, lists: list[Codelist]) -> DatasetMetadata:
    """A custom domain: every second variable derived, every third with a codelist, one with a value level."""
    name = f"D{number:02}"
    made: list[Variable] = []
    for i in range(VARIABLES):
        derived = i % 2 == 1
        method = Method(
            f"{name}.{i}", f"Method {i}", "Computation", WORDS, f"study_day({name}V{i - 1:02}, x)"
        )
        made.append(
            Variable(
                name=f"{name}V{i:02}",
                label=f"Variable {i} of dataset {number}",
                type="text",
                length=20,
                xpt_type="Char",
                xpt_length=20,
                core="Perm",
                role="Record Qualifier",
                key=i + 1 if i < 4 else None,
                origin=Origin("Derived" if derived else "Assigned", "Sponsor"),
                method=method if derived else None,
                codelist=lists[(number * VARIABLES + i) % CODELISTS] if i % 3 == 0 else None,
                lineage=Lineage(
                    (f"mappings/sdtm/{name.lower()}.yaml:{i + 1}",),
                    (f"{name}.{name}V{i - 1:02}",) if derived else (),
                    () if derived else (f"raw{number}.COLUMN{i}",),
                ),
                value_level=levels(name, i) if i == 10 else (),
            )
        )
    return DatasetMetadata(
        name,
        f"Dataset {number}",
        name,
        "FINDINGS",
        "One record per result",
        tuple(made),
        "Tabulation",
    )


def levels(name: str, variable: int) -> tuple[ValueLevel, ...]:
    """The value level of a variable."""
    return tuple(
        ValueLevel(
            (RangeCheck(name, f"{name}V01", "EQ", (f"TEST{i}",)),), f"Test {i}", "float", 8, 2,
            origin=Origin("Derived", "Sponsor"),
            method=Method(f"{name}.{variable}.{i}", f"Test {i}", "Computation", WORDS),
        )
        for i in range(LEVELS)
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
