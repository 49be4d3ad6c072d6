"""Spoil raw tables in one place at a time, build, and see that nothing is silent.

    python scripts/fuzz_raw.py 1000 --seed 1              # half of them on the example, half on a tiny study
    python scripts/fuzz_raw.py 200 --study tiny --table    # the table of outcomes by column and kind of fault

A run ends well in one of these ways:

``told``     findings name the table (or its file) and the row or the value;
``lineage``  the build succeeds, the second engine computes the same values, and each variable that changed
             has the spoilt raw column in its lineage;
``same``     nothing changes: the cell reads as before (blanks that `trim` takes off), or is excluded;
``absorbed`` nothing changes although a line reads the column: another value decides (a later visit, a branch
             not taken), and the second engine agrees.

It ends badly, and the script with 1, as ``traceback``, ``engines`` (they differ), ``stray`` (a variable
changed that does not come from the column) or ``unnamed`` (findings that name neither).
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import polars as pl
from raw_lineage import Lineage, changed_variables

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Finding, Findings, Stopped
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.tables import ROW, TableContract, read_table
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.spec.load import load_specs
from ced_cdisc.stages.reading import read_raw
from ced_cdisc.write.xpt import write_xpt

HOME = Path(__file__).resolve().parent.parent
_STAMP = "01JAN20:00:00:00"
Grid = list[list[str]]
BAD = ("traceback", "engines", "stray", "unnamed")


@dataclass(frozen=True)
class Fault:
    """What is spoilt: a kind, a table, a column and the cell (all empty for faults of a whole file)."""

    kind: str
    table: str
    column: str = ""
    row: int = 0
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Result:
    """How a run ended, and what it said."""

    fault: Fault
    outcome: str
    detail: str = ""
    findings: tuple[Finding, ...] = ()


# Faults of one cell: what the cell holds afterwards.
CELLS: Mapping[str, Callable[[str, random.Random], str]] = {
    "unlisted code": lambda old, dice: "97",
    "impossible date": lambda old, dice: dice.choice(["31-FEB-2020", "00-JAN-2019", "2/30/2019"]),
    "text in a number": lambda old, dice: f"{old or '1'}x",
    "orphan subject": lambda old, dice: "999-999",
    "unknown unit": lambda old, dice: "furlong",
    "over-long text": lambda old, dice: "long text " * 25,
    "not ASCII": lambda old, dice: f"{old} \u00e4\u03b1\u00b5",
    "empty cell": lambda old, dice: "",
    "blank padding": lambda old, dice: f"  {old} ",
    "case": lambda old, dice: old.swapcase(),
    "number written otherwise": lambda old, dice: dice.choice(
        [f"{old},5", f"1e{len(old)}", f"+{old}", f"{old}.0"]
    ),
    "another row's value": lambda old, dice: old,
}


def table_faults(grid: Grid, dice: random.Random) -> dict[str, tuple[str, Grid]]:
    """Faults of rows and columns: the column they name, and the grid afterwards."""
    width, last = len(grid[0]), len(grid) - 1
    one, two = sorted(dice.sample(range(width), 2))
    row = dice.randint(1, last)

    def swapped(line: list[str]) -> list[str]:
        line = [*line]
        line[one], line[two] = line[two], line[one]
        return line

    return {
        "swapped headers": (grid[0][one], [swapped(grid[0]), *grid[1:]]),
        "swapped cells": (grid[0][one], [*grid[:row], swapped(grid[row]), *grid[row + 1 :]]),
        "deleted row": ("", [*grid[:row], *grid[row + 1 :]]),
        "duplicated row": ("", [*grid[: row + 1], *grid[row:]]),
        "extra column": ("", [[*line, "EXTRA" if i == 0 else "1"] for i, line in enumerate(grid)]),
        "missing column": (grid[0][one], [[*line[:one], *line[one + 1 :]] for line in grid]),
        "misspelt header": (
            grid[0][one],
            [[*grid[0][:one], grid[0][one] + "X", *grid[0][one + 1 :]], *grid[1:]],
        ),
        "shuffled rows": ("", [grid[0], *dice.sample(grid[1:], last)]),
    }


def file_faults(data: bytes, dice: random.Random) -> dict[str, bytes]:
    """Faults of the bytes of a file."""
    cut = dice.randint(len(data) // 4, len(data) - 2)
    return {
        "truncated file": data[:cut],
        "empty file": b"",
        "other delimiter": data.replace(b",", b";"),
        "other encoding": data.decode("utf-8", "replace").encode("utf-16"),
        "byte that is not UTF-8": data[:cut] + b"\xe4" + data[cut:],
        "NUL byte": data[:cut] + b"\0" + data[cut:],
        "open quote": data[:cut] + b'"' + data[cut:],
    }


class Study:
    """A study in a folder, its plan, and what it builds from unspoilt tables."""

    def __init__(self, home: Path, raw: Path) -> None:
        findings = Findings()
        specs = load_specs(home / "mappings", home / "define", findings)
        assert specs is not None
        plan = plan_study(specs, findings)
        assert plan is not None, [str(f) for f in findings]
        self.plan, self.raw = plan, raw
        self.lineage = Lineage(plan)
        excluded = {str(c) for c in specs.sources.defaults.exclude}
        self.excluded = {
            f"{n}.{c}" for n, t in specs.sources.tables.items() for c in {*map(str, t.exclude), *excluded}
        }
        self.grids = {name: _grid(raw / table.file, table) for name, table in plan.tables.items()}
        frames, rows = self._built()
        assert frames is not None and rows == []
        self.before = frames

    def _built(self) -> tuple[dict[str, list[dict[str, object]]] | None, list[object]]:
        """The rows of all datasets, and where the engines differ.

        Raises:
            Stopped: findings of errors.
        """
        tables = read_raw(self.raw, self.plan, Findings())
        frames, _ = build_datasets(self.plan, tables)
        texts = {name: table.frame.drop(ROW).to_dicts() for name, table in tables.items()}
        theirs, faults = recompute(self.plan, texts)
        mine = {name: frame.to_dicts() for name, frame in frames.items()}
        unlike: list[object] = [*faults]
        for name, frame in frames.items():
            unlike += compare(mine[name], theirs[name], frame.columns, name)
        return mine, unlike

    def run(self, fault: Fault, content: bytes) -> Result:
        """Build with one file replaced."""
        path = self.raw / self.plan.tables[fault.table].file
        kept = path.read_bytes()
        path.write_bytes(content)
        try:
            built, unlike = self._built()
        except Stopped as stopped:
            return self._told(fault, tuple(stopped.findings.errors))
        except Exception:  # what the script looks for
            return Result(fault, "traceback", traceback.format_exc(limit=-3))
        finally:
            path.write_bytes(kept)
        assert built is not None
        if unlike:
            return Result(fault, "engines", str(unlike[:3]))
        return self._compared(fault, built)

    def _told(self, fault: Fault, findings: tuple[Finding, ...]) -> Result:
        file = self.plan.tables[fault.table].file
        words = [
            w for w in (fault.new.strip(), fault.column, f"line {fault.row + 1}", f"row {fault.row + 1}") if w
        ]
        for finding in findings:
            text = "\n".join((str(finding), *finding.records))
            if file in text and (not fault.row or any(word in text for word in words)):
                return Result(fault, "told", findings[0].code, findings)
            if fault.new.strip() and f"'{fault.new.strip()[:40]}" in text:
                return Result(fault, "told", findings[0].code, findings)
            if finding.code == "CED260" and fault.old in text:  # the rows of a subject that DM has lost
                return Result(fault, "told", finding.code, findings)
        return Result(fault, "unnamed", "\n".join(str(f) for f in findings[:3]), findings)

    def _compared(self, fault: Fault, built: Mapping[str, Sequence[Mapping[str, object]]]) -> Result:
        changed = changed_variables(self.before, built)
        name = f"{fault.table}.{fault.column}"
        if not changed:
            trimmed = self.plan.tables[fault.table].trim and fault.new.strip() == fault.old
            same = trimmed or name in self.excluded or not fault.column or fault.new == fault.old
            return Result(fault, "same" if same else "absorbed")
        if fault.row and fault.new:
            stray = [v for v in changed if name not in self.lineage.of(v)]
            if stray:
                return Result(fault, "stray", ", ".join(stray))
        return Result(fault, "lineage", ", ".join(changed[:4]))


def _grid(path: Path, table: RawTable) -> Grid:
    if table.format == "xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book[table.sheet] if table.sheet else book.worksheets[0]
        return [
            ["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    if table.format == "xpt":
        contract = TableContract(table.name, path.name, "xpt", table.columns, table.where)
        read, found = read_table(path.parent, contract)
        assert read is not None, found
        rows = read.frame.drop(ROW).rows()
        return [[*table.columns], *([cell or "" for cell in row] for row in rows)]
    return list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))


def written(grid: Grid, table: RawTable) -> bytes:
    """A grid as the bytes of a table's file."""
    if table.format == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = table.sheet or "Sheet"
        for line in grid:
            sheet.append([cell or None for cell in line])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()
    if table.format == "xpt":
        headers = XptMember(
            "RAW", "", tuple(XptVariable(name, "", "Char", 200) for name in grid[0]), _STAMP, _STAMP
        )
        packed = io.BytesIO()
        columns = {name: [line[i] for line in grid[1:]] for i, name in enumerate(grid[0])}
        write_xpt(packed, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), headers)
        return packed.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(grid)
    return text.getvalue().encode()


def planted(study: Study, dice: random.Random, kinds: Sequence[str] = ()) -> tuple[Fault, bytes]:
    """One random fault and the bytes of the spoilt file; a transport file is left as it is."""
    name = dice.choice(sorted(name for name, table in study.plan.tables.items() if table.format != "xpt"))
    table, grid = study.plan.tables[name], study.grids[name]
    way = dice.random()
    if way < 0.75:
        kind, row, column = (
            dice.choice(sorted(CELLS)),
            dice.randint(1, len(grid) - 1),
            dice.randrange(len(grid[0])),
        )
        return cell_fault(study, name, kind, row, column, dice)
    if way < 0.9:
        faults = table_faults(grid, dice)
        kind = dice.choice(sorted(faults))
        column, spoilt = faults[kind]
        return Fault(kind, name, column), written(spoilt, table)
    data = (study.raw / table.file).read_bytes()
    files = file_faults(data, dice)
    kind = dice.choice(sorted(files))
    return Fault(kind, name), files[kind]


def cell_fault(
    study: Study, name: str, kind: str, row: int, column: int, dice: random.Random
) -> tuple[Fault, bytes]:
    """One cell spoilt."""
    grid = [[*line] for line in study.grids[name]]
    old = grid[row][column]
    source = grid[dice.randint(1, len(grid) - 1)][column] if kind == "another row's value" else old
    new = CELLS[kind](source, dice)
    grid[row][column] = new
    return Fault(kind, name, grid[0][column], row, old, new), written(grid, study.plan.tables[name])


def example(folder: Path, subjects: int = 3) -> Study:
    """The example study with few subjects, copied into a folder."""
    for part in ("mappings", "define"):
        shutil.copytree(HOME / part, folder / part)
    shutil.copytree(HOME / "examples/improve_ced/raw", folder / "raw")
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert plan is not None
    grids = {name: _grid(folder / "raw" / t.file, t) for name, t in plan.tables.items()}
    infused = [line[grids["infusion"][0].index("SUBJ")] for line in grids["infusion"][1:]]
    kept = {*infused[: subjects - 1], grids["demog"][-1][grids["demog"][0].index("SUBJ")]}
    for name, table in plan.tables.items():
        at = grids[name][0].index(table.subject)
        few = [grids[name][0], *(line for line in grids[name][1:] if line[at] in kept)]
        (folder / "raw" / table.file).write_bytes(written(few, table))
    return Study(folder, folder / "raw")


def tiny(folder: Path) -> Study:
    """A study of four small tables, one of them a workbook with visits and units."""
    sys.path.insert(0, str(HOME / "tests"))
    from small_study import write_study

    changes = {"mappings/sources.yaml": ("  ae:  ", f"{_VITALS}  ae:  ")}
    write_study(folder, changes)
    (folder / "mappings/visits.yaml").write_text(_VISITS)
    (folder / "mappings/sdtm/vs.yaml").write_text(_VS)
    table = RawTable("vitals", "vitals.xlsx", "xlsx", (), None, sheet="V", subject="SUBJ")  # type: ignore[arg-type]
    (folder / "raw/vitals.xlsx").write_bytes(written([line.split(",") for line in _ROWS.split()], table))
    return Study(folder, folder / "raw")


_VITALS = """\
  vitals:
    file: vitals.xlsx
    sheet: V
    key: [SUBJ, VISITNM, VSDT]
    page: 4
    visit: {name: VISITNM, date: VSDT}
    columns: [SUBJ, PAGE, VISITNM, VSDT, VSTM, SBP, TEMP, TEMPU, ND, WHY]
    exclude: {PAGE: The page of the form is no study data}
"""
_VISITS = """\
date: edc
unscheduled: UNPLANNED
visits:
  - {number: 1, visit: SCREENING, day: -7, raw: [SCREENING, SCR]}
  - {number: 2, visit: WEEK 1, day: 8, raw: WEEK_1}
"""
_VS = """\
domain: VS
from: vitals
visit: yes
long:
  - {test: SYSBP, result: vitals.SBP, unit: mmHg}
  - test: TEMP
    result: vitals.TEMP
    unit: {collect: vitals.TEMPU, ct: {F: F, C: C}}
    standard: C
    decimals: 1
not_done: {when: "vitals.ND = 'Y'", reason: vitals.WHY}
variables:
  VSDTC: {collect: vitals.VSDT, date: edc, time: vitals.VSTM}
"""
_ROWS = """\
SUBJ,PAGE,VISITNM,VSDT,VSTM,SBP,TEMP,TEMPU,ND,WHY
001,1,SCREENING,03-FEB-2020,08:30,120,37.1,C,,
001,2,WEEK_1,17-FEB-2020,09:00,125,98.6,F,,
001,3,UNPLANNED,20-FEB-2020,09:15,118,,,,
002,4,SCR,05-FEB-2020,,,,,Y,REFUSED
002,5,WEEK_1,19-FEB-2020,10:00,131,36.9,C,,
"""


@dataclass
class Tally:
    """Counts of outcomes by kind of fault and by column."""

    outcomes: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_column: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Count one result."""
        fault = result.fault
        self.outcomes[result.outcome] += 1
        self.by_kind[fault.kind, result.outcome] += 1
        word = result.detail if result.outcome == "told" else result.outcome
        self.by_column.setdefault((fault.table, fault.column), {})[fault.kind] = word


def main() -> int:
    """Run, print what ended badly and the counts."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("runs", type=int)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--study", choices=["both", "tiny", "example"], default="both")
    options.add_argument("--absorbed", action="store_true", help="list the runs without a change, too")
    options.add_argument("--table", action="store_true", help="print the outcome of each column and kind")
    given = options.parse_args()
    chosen = ["tiny", "example"] if given.study == "both" else [given.study]
    tally, begun = Tally(), time.perf_counter()
    for which in chosen:
        with tempfile.TemporaryDirectory() as folder:
            study = {"tiny": tiny, "example": example}[which](Path(folder))
            dice = random.Random(given.seed)
            for _ in range(given.runs // len(chosen)):
                result = study.run(*planted(study, dice))
                tally.add(result)
                if result.outcome in (*BAD, "absorbed" * given.absorbed):
                    print(which, result.fault, result.outcome, result.detail, sep="\n  ", flush=True)
    print(
        f"{sum(tally.outcomes.values())} runs in {time.perf_counter() - begun:.0f} s: {dict(tally.outcomes)}"
    )
    for (kind, outcome), count in sorted(tally.by_kind.items()):
        print(f"{count:5} {kind:28} {outcome}")
    if given.table:
        for (table, column), kinds in sorted(tally.by_column.items()):
            print(f"{table}.{column}: " + "; ".join(f"{kind} {word}" for kind, word in sorted(kinds.items())))
    return int(any(outcome in BAD for outcome in tally.outcomes))


if __name__ == "__main__":
    sys.exit(main())
