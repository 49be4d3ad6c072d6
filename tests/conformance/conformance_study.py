"""A folder of transport files with its define.xml, and the published tables; ced_cdisc is not asked."""

from __future__ import annotations

import copy
import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyreadstat
from lxml import etree
from transport_files import Dataset, Row, read_file

NS = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
DEF = f"{{{NS['def']}}}"
TABLES = Path(__file__).parents[2] / "src" / "ced_cdisc" / "standards" / "data"
GENERAL = ("Interventions", "Events", "Findings", "Findings About")


@dataclass(frozen=True)
class Study:
    """One folder of datasets: ``widths`` are the lengths of the variables in the files [bytes].

    ``package`` is the folder's name in the known findings.
    """

    name: str
    package: str
    files: dict[str, Dataset]
    widths: dict[tuple[str, str], int]
    define: etree._Element
    tabulations: tuple[Study, ...] = ()

    def copy(self) -> Study:
        """A copy that can be spoilt."""
        files = {
            name: replace(
                data, labels=dict(data.labels), types=dict(data.types), rows=[dict(row) for row in data.rows]
            )
            for name, data in self.files.items()
        }
        return replace(self, files=files, widths=dict(self.widths), define=copy.deepcopy(self.define))

    def rows(self, name: str) -> list[Row]:
        """The records of a dataset; none where it is not there."""
        return self.files[name].rows if name in self.files else []

    @property
    def observations(self) -> list[Dataset]:
        """The datasets of the general observation classes."""
        return [data for name, data in self.files.items() if class_of(name) in GENERAL]

    @property
    def findings(self) -> list[Dataset]:
        return [data for name, data in self.files.items() if (class_of(name) or "").startswith("Findings")]

    @property
    def supplemental(self) -> list[Dataset]:
        return [data for name, data in self.files.items() if name.startswith("SUPP")]

    @cached_property
    def subjects(self) -> dict[str, Row]:
        """Demographics by USUBJID, of this package or of the tabulations under it."""
        found = {row["USUBJID"]: row for row in self.rows("DM")}
        for tabulation in self.tabulations:
            found |= tabulation.subjects
        return found

    def all(self, path: str) -> list[etree._Element]:
        """Elements of define.xml."""
        return self.define.xpath(path, namespaces=NS)

    @cached_property
    def by_oid(self) -> dict[str, etree._Element]:
        return {element.get("OID", ""): element for element in self.all("//*[@OID]")}

    def items(self, dataset: str) -> list[tuple[etree._Element, etree._Element]]:
        """References and definitions of the variables of a dataset, in order."""
        refs = self.all(f"//odm:ItemGroupDef[@Name='{dataset}']/odm:ItemRef")
        return [
            (ref, self.by_oid[ref.get("ItemOID", "")]) for ref in refs if ref.get("ItemOID") in self.by_oid
        ]


def read_study(name: str, package: str, folder: Path, tabulations: tuple[Study, ...] = ()) -> Study:
    """Read a folder of transport files with its define.xml."""
    paths = sorted(folder.glob("*.xpt"))
    widths: dict[tuple[str, str], int] = {}
    for path in paths:
        _, metadata = pyreadstat.read_xport(path, metadataonly=True)
        widths |= {(path.stem.upper(), one): n for one, n in metadata.variable_storage_width.items()}
    root = etree.parse(folder / "define.xml").getroot()
    return Study(name, package, {d.name: d for d in map(read_file, paths)}, widths, root, tabulations)


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """A published table, as the package carries it."""
    with gzip.open(TABLES / f"{name}.tsv.gz", "rt", encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def guide(dataset: str) -> dict[str, dict[str, str]]:
    """The variables of a dataset in SDTMIG 3.4, by name; none of a custom domain."""
    name = "SUPPQUAL" if dataset.startswith("SUPP") else dataset
    return {row["name"]: row for row in table("sdtmig-3.4.variables") if row["dataset"] == name}


@cache
def class_of(dataset: str) -> str | None:
    """The class of a dataset; XC and XR are the custom findings domains of the example."""
    classes = {row["name"]: row["class"] for row in table("sdtmig-3.4.datasets")}
    return classes.get(dataset, "Findings" if dataset in ("XC", "XR") else None)


@cache
def model(dataset: str) -> dict[str, dict[str, str]]:
    """The variables that SDTM 2.0 allows in a domain of a general class, by name."""
    classes = {"General Observations", class_of(dataset) or "", (class_of(dataset) or "").split(" About")[0]}
    rows = [row for row in table("sdtm-2.0.variables") if row["class"] in classes and not row["dataset"]]
    return {row["name"].replace("--", dataset[:2]): row for row in rows}


@cache
def terminology(code: str) -> dict[str, str]:
    """The terms of a published codelist: submission value to code."""
    for publisher in ("SDTM", "ADaM", "DEFINE-XML", "Protocol"):
        package = f"ct-{publisher}-2024-09-27"
        for row in table(f"{package}.codelists"):
            if row["code"] == code:
                start, end = int(row["offset"]), int(row["offset"]) + int(row["length"])
                text = _terms(package)[start:end].decode()
                return {line.split("\t")[1]: line.split("\t")[0] for line in text.splitlines()}
    return {}


@cache
def _terms(package: str) -> bytes:
    return gzip.decompress((TABLES / f"{package}.terms.tsv.gz").read_bytes())


def groups(rows: list[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """The records by their values of some variables."""
    found: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row.get(name) for name in names)].append(row)
    return found


def day(text: str | None) -> date | None:
    """The day of an ISO 8601 text; none where the day is not known."""
    return date.fromisoformat(text[:10]) if text is not None and len(text) >= 10 else None


def no_later(first: str, second: str) -> bool:
    """Whether one date-time is not after another, as far as both are known."""
    known = min(len(first), len(second))
    return first[:known] <= second[:known]


def number(text: str | None) -> float | None:
    """The number that a text is; none where it is another text."""
    try:
        return float(text or "")
    except ValueError:
        return None
