"""Functions read the numbers in a collected text as its table writes them, by way of the variable too."""

from __future__ import annotations

from pathlib import Path

from small_study import EX, SOURCES
from structures import LAB, made, said

SUPP = """\
supp:
  LBCOMP: {derive: comparator(LBORRES), label: Comparator of the Result}
  LBNUM: {derive: "text(numeral(LBORRES))", label: Number of the Result}
"""
CSV = "SUBJ;DT;AL\n001;05-FEB-2020;<0,5\n001;06-FEB-2020;1,25\n002;07-FEB-2020;3\n"
TABLE = "  lab: {file: lab.csv, delimiter: ;, decimal: comma, key: [SUBJ, DT], page: 5, columns: [SUBJ, DT, AL]}\n"
PLAIN = "  old: {file: old.csv, key: [SUBJ, DT], page: 6, columns: [SUBJ, DT, AL]}\n"
ADLB = """\
dataset: ADLB
label: Laboratory Analysis
class: BDS
from: LB
rows:
  ADT: {derive: "date(LB.LBDTC)"}
parameters:
  ALB: {param: Albumin (g/L), value: "numeral(LB.LBORRES)"}
sort: [PARAMCD, ADT]
"""


def test_a_variable_is_read_as_its_table_writes(tmp_path: Path) -> None:
    done = made(tmp_path, {"mappings/sdtm/lb.yaml": LAB + SUPP, "raw/lab.csv": CSV}, TABLE)
    found = done["SUPPLB"][["IDVARVAL", "QNAM", "QVAL"]].to_numpy().tolist()
    assert found == [
        ["1", "LBCOMP", "<"],
        ["1", "LBNUM", "0.5"],
        ["2", "LBNUM", "1.25"],
        ["1", "LBNUM", "3"],
    ]


def test_so_it_is_in_analysis_datasets(tmp_path: Path) -> None:
    files = {"mappings/sdtm/lb.yaml": LAB, "raw/lab.csv": CSV, "mappings/adam/adlb.yaml": ADLB}
    assert made(tmp_path, files, TABLE)["ADLB"]["AVAL"].to_list() == [0.5, 1.25, 3]


def test_what_is_written_in_two_ways_is_asked(tmp_path: Path) -> None:
    """A line of a block reads what stands there; another dataset has no block."""
    blocks = "stack:\n" + "".join(
        f"  - from: {table}\n    long: [{{test: ALB, result: {table}.AL, unit: {{assign: g/L}}, standard: g/L}}]\n"
        f"    variables: {{LBDTC: {{collect: {table}.DT, date: edc}}}}\n"
        for table in ("lab", "old")
    )
    rest = LAB[LAB.index("  LBCAT") :]
    lb = f"domain: LB\nsort: [LBTESTCD, LBDTC]\n{blocks}variables:\n{rest}"
    files = {
        "mappings/sdtm/lb.yaml": lb,
        "raw/lab.csv": CSV,
        "raw/old.csv": "SUBJ,DT,AL\n001,01-FEB-2020,2.125\n",
        "mappings/adam/adlb.yaml": ADLB,
    }
    assert said(tmp_path / "asked", files, TABLE + PLAIN) == [
        "mappings/adam/adlb.yaml:8:47 CED165 a text is made of numbers that are written in two ways; "
        "decimal(.., 'comma') gives one of them with a point"
    ]
    files["mappings/adam/adlb.yaml"] = ADLB.replace("numeral(LB.LBORRES)", "LB.LBSTRESN")
    done = made(tmp_path / "made", files, TABLE + PLAIN)
    assert done["LB"]["LBSTRESC"].to_list() == ["2.125", "<0.5", "1.25", "3"]


def test_a_number_is_written_with_a_point(tmp_path: Path) -> None:
    """The dose is read as the table writes it; its text is that of a number."""
    sources = SOURCES.replace("dose.csv, ", "dose.csv, delimiter: ;, decimal: comma, ")
    ex = EX.rstrip("\n") + '\nsupp:\n  EXAGAIN: {derive: "text(numeric(text(EXDOSE)))", label: Dose Again}\n'
    rows = "SUBJ;DAY;DOSDT;DOSE\n001;1;10-FEB-2020;2,5\n002;1;12-FEB-2020;5\n"
    files = {"mappings/sources.yaml": sources, "mappings/sdtm/ex.yaml": ex, "raw/dose.csv": rows}
    done = made(tmp_path, files)
    assert done["EX"]["EXDOSE"].to_list() == [2.5, 5]
    assert done["SUPPEX"]["QVAL"].to_list() == ["2.5", "5"]
