"""Build the packaged tables of the standards from the reference CSV files.

    python scripts/make_standards.py ../shared/reference

Facts only are taken: names, labels, types, roles, core, codelist codes, submission values, synonyms, NCI
codes, preferred terms. Definitions and guide text are left out; of the described value domains only the
ISO 8601 marks stay, of the usage restrictions only which domains they name.

Every table is tab-separated UTF-8 text with one header line, gzip-compressed without a time stamp, so that
the same input gives the same bytes. The columns are documented in data/README.md, beside the tables.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from ced_cdisc.standards.ct_tables import ListRow, TermRow, package_tables

DATA = Path(__file__).parents[1] / "src" / "ced_cdisc" / "standards" / "data"
CT_VERSION = "2024-09-27"
CT_PACKAGES = {"SDTM": "sdtm", "ADaM": "adam", "DEFINE-XML": "define-xml", "Protocol": "protocol"}
CLASSES = ("Interventions", "Events", "Findings", "Findings About")

Row = dict[str, str]


def main(reference: Path) -> None:
    """Write every table into the package."""
    DATA.mkdir(parents=True, exist_ok=True)
    for publisher, stem in CT_PACKAGES.items():
        write_ct(reference / "ct" / f"{stem}-ct-{CT_VERSION}", publisher)
    ig = reference / "ig"
    sdtmig_variables = read(ig / "sdtmig-3.4-variables.csv")
    write_sdtmig(read(ig / "sdtmig-3.4-datasets.csv"), sdtmig_variables)
    write_sdtm_model(read(ig / "sdtm-2.0-variables.csv"), sdtmig_variables)
    write_adam(ig)


def write_ct(source: Path, publisher: str) -> None:
    """One CT package: an index of codelists and the terms, list after list."""
    lists = [
        ListRow(row["codelist_code"], row["short_name"], row["codelist_name"], row["extensible"])
        for row in read(source.with_name(source.name + "-codelists.csv"))
    ]
    terms: dict[str, list[TermRow]] = defaultdict(list)
    for row in read(source.with_name(source.name + "-terms.csv")):
        columns = ("code", "submission_value", "synonyms", "preferred_term")
        terms[row["codelist_code"]].append(TermRow(*(row[column] for column in columns)))
    if unknown := set(terms) - {row.code for row in lists}:
        raise SystemExit(f"{source}: terms of unknown codelists {sorted(unknown)}")
    for name, content in package_tables(publisher, CT_VERSION, lists, terms).items():
        (DATA / name).write_bytes(content)
        print(f"{name:40} {len(content):>8} bytes")


def write_sdtmig(datasets: Sequence[Row], variables: Sequence[Row]) -> None:
    """SDTMIG datasets and variables, in the guide's order."""
    write_table(
        "sdtmig-3.4.datasets",
        ("name", "label", "class", "structure"),
        [(d["Dataset Name"], d["Dataset Label"], d["Class"], d["Structure"]) for d in datasets],
    )
    write_table(
        "sdtmig-3.4.variables",
        ("dataset", "order", "name", "label", "type", "role", "core", "codelists", "described", "values"),
        [
            (
                v["Dataset Name"],
                v["Variable Order"],
                v["Variable Name"],
                v["Variable Label"],
                v["Type"],
                v["Role"],
                v["Core"],
                codes(v["CDISC CT Codelist Code(s)"]),
                iso(v["Described Value Domain(s)"]),
                v["Value List"],
            )
            for v in variables
        ],
    )


def write_sdtm_model(model: Sequence[Row], guide: Sequence[Row]) -> None:
    """SDTM variables with the label and the codelist that most of the guide's domains give them."""
    rows: list[tuple[str, ...]] = []
    for v in model:
        classes = CLASSES if v["Class"] == "General Observations" else (v["Class"],)
        used = [g for g in guide if g["Class"] in classes and is_variable(g, v["Variable Name"])]
        label = usual([g["Variable Label"] for g in used], least=2) or v["Variable Label"]
        human, only, never = restriction(v["Usage Restrictions"])
        rows.append(
            (
                v["Class"],
                v["Dataset Name"],
                v["Variable Order"],
                v["Variable Name"],
                v["Variable Label"],
                label,
                v["Type"],
                v["Role"],
                codes(usual([g["CDISC CT Codelist Code(s)"] for g in used], least=1)),
                iso(v["Described Value Domain"]),
                human,
                only,
                never,
            )
        )
    header = "class dataset order name label usual_label type role codelists described human only never"
    write_table("sdtm-2.0.variables", tuple(header.split()), rows)


def write_adam(ig: Path) -> None:
    """ADaM structures: ADSL, BDS (ADaMIG 1.3), TTE (BDS for TTE 1.0), OCCDS and AE (OCCDS 1.1)."""
    structures = {
        "Subject-Level Analysis Dataset": "ADSL",
        "Basic Data Structure": "BDS",
        "Basic Data Structure for Time to Event Analyses": "TTE",
        "Occurrence Data Structure": "OCCDS",
        "Occurrence Data Structure Adverse Event": "AE",
    }
    datasets: list[tuple[str, ...]] = []
    variables: list[tuple[str, ...]] = []
    for stem in ("adamig-1.3", "adam-bds-tte-1.0", "adam-occds-1.1"):
        for d in read(ig / f"{stem}-datasets.csv"):
            if d["Class"]:
                datasets.append((d["Data Structure Name"], d["Class"], d["Subclass"]))
        order: Counter[str] = Counter()
        for v in read(ig / f"{stem}-variables.csv"):
            structure = structures[v["Data Structure Name"]]
            if v["Core"].casefold() == "not used":
                continue
            order[structure] += 1
            variables.append(
                (
                    structure,
                    str(order[structure]),
                    v["Variable Name"],
                    v["Variable Label"].rstrip("*"),
                    v["Type"],
                    v["Core"],
                    codes(v["CDISC CT Codelist Code(s)"]),
                    iso(v["Described Value Domain(s)"]),
                    v["Value List"],
                )
            )
    write_table("adamig-1.3.structures", ("name", "class", "subclass"), datasets)
    header = ("structure", "order", "name", "label", "type", "core", "codelists", "described", "values")
    write_table("adamig-1.3.variables", header, variables)


def is_variable(row: Row, name: str) -> bool:
    """Whether a row of the guide is the model's variable ``name``, such as --DTC."""
    return row["Variable Name"] == name.replace("--", row["Dataset Name"], 1)


def usual(values: Sequence[str], least: int) -> str:
    """The value that more than half have, if at least ``least`` are there; else an empty text."""
    if len(values) < least or not values:
        return ""
    value, count = Counter(values).most_common(1)[0]
    return value if 2 * count > len(values) else ""


def restriction(text: str) -> tuple[str, str, str]:
    """Whether a variable may stand in human trials (Y, N), in which domains only, in which never."""
    human = "N" if "Not in human clinical trials" in text else "Y"
    if text.startswith("Not in Findings class"):
        return human, "", "Findings"
    domains = " ".join(re.findall(r"\b[A-Z]{2}\b", text))
    if re.search(r"\bonly\b", text, re.IGNORECASE):
        return human, domains, ""
    return human, "", domains.removesuffix(" RS")  # RS: for one of its use cases only


def iso(text: str) -> str:
    """The ISO 8601 mark of a described value domain, else an empty text."""
    return text if text.startswith("ISO 8601") else ""


def codes(text: str) -> str:
    """Codelist codes, separated by one blank."""
    return " ".join(re.findall(r"C\d+", text))


def read(path: Path) -> list[Row]:
    """A CSV file with every cell stripped, of written-out line ends too."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v.replace("\\n", " ").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def text_of(rows: Iterable[Sequence[str]]) -> str:
    """Rows as tab-separated lines."""
    lines: list[str] = []
    for row in rows:
        if any(set(cell) & set("\t\r\n") for cell in row):
            raise SystemExit(f"a cell holds a tab or a line end: {row}")
        lines.append("\t".join(row) + "\n")
    return "".join(lines)


def write_table(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one table with its header line."""
    write_bytes(name, text_of([header, *rows]).encode())


def write_bytes(name: str, content: bytes) -> None:
    """Compress without name and time stamp."""
    path = DATA / f"{name}.tsv.gz"
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    print(f"{path.name:40} {len(content):>9} -> {path.stat().st_size:>8} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
