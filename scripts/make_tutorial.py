"""Fill the blocks of docs/follow-one-subject.md with what the example study holds and a build of it gives.

python scripts/make_tutorial.py OUT

OUT is a build of examples/improve_ced. A comment ``<!-- kind: asked -->`` stands before each block and says
what is shown; the text around the blocks is written by hand. Transport files are read by pyreadstat,
workbooks by openpyxl: nothing of ced_cdisc is asked.
"""

from __future__ import annotations

import csv
import math
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyreadstat

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "follow-one-subject.md"
RAW = ROOT / "examples" / "improve_ced" / "raw"
SUBJECT = "01-003"
BLOCK = re.compile(r"<!-- (\w+): (.+?) -->\n```(\w+)\n.*?```\n", re.DOTALL)
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"

Row = dict[str, Any]


def page(out: Path, text: str) -> str:
    """The page with every block filled anew from the build in ``out``."""

    def filled(block: re.Match[str]) -> str:
        kind, asked, language = block.groups()
        return f"<!-- {kind}: {asked} -->\n```{language}\n{KINDS[kind](out, *asked.split(' | '))}\n```\n"

    return BLOCK.sub(filled, text)


def raw(out: Path, file: str, chosen: str, columns: str) -> str:
    """Cells of the subject's records in a raw table: rows are the columns asked, a column for each record."""
    found = [row for row in _raw(file) if row["SUBJ"] == SUBJECT and _meets(row, chosen)]
    names = columns.split()
    return _table([[name, *(_shown(row[name]) for row in found)] for name in names])


def spec(out: Path, file: str, *starts: str) -> str:
    """The first line of a spec that holds each text asked, with its place."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    places: list[str] = []
    for start in starts:
        number = next(number for number, line in enumerate(lines, 1) if start in line)
        places.append(f"{file}:{number}: {lines[number - 1].strip()}")
    return "\n".join(places)


def data(out: Path, file: str, chosen: str, columns: str) -> str:
    """The subject's records of a transport file that meet the condition."""
    names = columns.split()
    found = [row for row in records(out, file) if _meets(row, chosen)]
    return _table([names, *([_shown(row[name]) for name in names] for row in found)])


def hand(out: Path, visit: str, formula: str) -> str:
    """A formula over the raw cells of a visit, worked out here."""
    row = next(row for row in _raw("cathlab.xlsx") if (row["SUBJ"], row["VISITNM"]) == (SUBJECT, visit))
    written = re.sub(r"S\d_[A-Z]+", lambda name: _shown(row[name[0]]), formula)
    return f"{written} = {_shown(worked_out(visit, formula))}"


def worked_out(visit: str, formula: str) -> float:
    """The value of a formula over the raw cells of a visit."""
    row = next(row for row in _raw("cathlab.xlsx") if (row["SUBJ"], row["VISITNM"]) == (SUBJECT, visit))
    return float(eval(formula, {"__builtins__": {}}, row | {"pi": math.pi}))


def method(out: Path, oid: str) -> str:
    """The method text of define.xml of the analysis datasets."""
    tree = ElementTree.parse(out / "adam" / "define.xml")
    texts = tree.find(f".//{ODM}MethodDef[@OID='{oid}']/{ODM}Description/{ODM}TranslatedText")
    assert texts is not None, oid
    return str(texts.text)


def results(out: Path, display: str) -> str:
    """A display of results.txt."""
    text = (out / "adam" / "results.txt").read_text(encoding="utf-8")
    return re.split(r"\n\n(?=T\d)", text[text.index(f"\n{display}  ") + 1 :], maxsplit=1)[0].rstrip()


def records(out: Path, file: str) -> list[Row]:
    """The subject's records of a transport file, as pyreadstat reads them."""
    frame, _ = pyreadstat.read_xport(str(out / file))
    rows: list[Row] = frame.to_dict("records")  # type: ignore[assignment]
    return [row for row in rows if row["USUBJID"] == f"IMPROVECED-{SUBJECT}"]


KINDS = {"raw": raw, "spec": spec, "data": data, "hand": hand, "method": method, "results": results}


def _raw(file: str) -> list[Row]:
    if file.endswith(".xlsx"):
        rows = list(openpyxl.load_workbook(RAW / file).worksheets[0].iter_rows(values_only=True))
        return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]
    # The adverse events come in the encoding that sources.yaml names for them.
    with (RAW / file).open(encoding="cp1252", newline="") as lines:
        return list(csv.DictReader(lines))


def _meets(row: Row, chosen: str) -> bool:
    """``A=x B=y,z``: every variable has one of its values; ``all`` is every record."""
    parts = [] if chosen == "all" else [part.partition("=") for part in chosen.split("; ")]
    return all(_shown(row[name]) in values.split(",") for name, _, values in parts)


def _shown(value: object) -> str:
    """A cell as text: numbers with six significant digits, missing ones as ``.``."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "."
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


def _table(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    PAGE.write_text(page(Path(sys.argv[1]), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
