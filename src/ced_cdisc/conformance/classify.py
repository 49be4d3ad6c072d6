"""What a dataset is: of SDTM or ADaM, of which class, and what the guides say of its variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, cast

import polars as pl

from ced_cdisc.check.define.document import attribute
from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.dataset import Dataset, Kind
from ced_cdisc.conformance.records import Records
from ced_cdisc.conformance.standard import TABLES
from ced_cdisc.standards.adam import Structure, adam_variable
from ced_cdisc.standards.ig import IgDataset, IgVariable, SdtmIg, load_sdtmig
from ced_cdisc.standards.model import GENERAL_CLASSES, addition, associated, general_variable

if TYPE_CHECKING:
    from ced_cdisc.check.define.document import DefineDocument, Element

_TOPIC = {"TRT": "Interventions", "TERM": "Events", "TESTCD": "Findings"}
_RELATIONS = ("RELREC", "RELSPEC", "RELSUB", "POOLDEF", "DI", "OI")


def make_dataset(
    name: str,
    label: str,
    records: pl.DataFrame | Records,
    columns: Iterable[Column],
    *,
    file: str = "",
    format: Literal["xpt", "dataset-json"] = "xpt",
    defines: Iterable[DefineDocument] = (),
) -> Dataset:
    """A dataset with all that can be told of it from its name, its variables and a define.xml."""
    listed = {c.name: c for c in columns}
    described = _described(name, defines)
    guide = load_sdtmig(TABLES["SDTMIG"])
    kind = _kind(name, listed, described, guide)
    held = records if isinstance(records, Records) else Records.of(records)
    data = Dataset(name, label, file, format, held, listed, kind, described=described)
    if kind == "SDTM":
        data.domain = _domain(name, data, guide)
        data.ig = _guide(name, data.domain, guide)
        data.class_name = data.ig.class_name if data.ig else _class(data)
        data.expected = dict(_sdtm_expected(data))
    elif kind == "ADaM":
        data.class_name = _structure(name, listed)
        data.expected = dict(_adam_expected(data))
    return data


def _described(name: str, defines: Iterable[DefineDocument]) -> tuple[DefineDocument, Element] | None:
    for document in defines:
        for element in document.datasets:
            if element.get("Name") == name:
                return document, element
    return None


def _kind(
    name: str, columns: Mapping[str, Column], described: tuple[DefineDocument, Element] | None, guide: SdtmIg
) -> Kind:
    purpose = described[1].get("Purpose") if described else None
    if purpose in ("Tabulation", "Analysis"):
        return "SDTM" if purpose == "Tabulation" else "ADaM"
    if {"DOMAIN", "RDOMAIN"} & columns.keys() and not name.startswith("AD"):
        return "SDTM"
    if name in guide or name in _RELATIONS:
        return "SDTM"
    return "ADaM" if name.startswith("AD") or "PARAMCD" in columns else "other"


def _domain(name: str, data: Dataset, guide: SdtmIg) -> str:
    """The code that prefixes the variables: the first two letters, for associated persons the last."""
    if data.is_supplemental or name in _RELATIONS or name.startswith("SUPP"):
        return ""
    return name[2:4] if name.startswith("AP") and len(name) == 4 and name[2:] in guide else name[:2]


def _guide(name: str, domain: str, guide: SdtmIg) -> IgDataset | None:
    if name.startswith("SUPP") and len(name) > 4:
        supplemental = guide.dataset("SUPPQUAL")
        return IgDataset(
            name, f"Supplemental Qualifiers for {name[4:]}", supplemental.class_name,
            supplemental.structure, supplemental.variables,
        )  # fmt: skip
    if name in guide:
        return guide.dataset(name)
    if name.startswith("AP") and domain in guide and name[2:] == domain:
        return associated(guide.dataset(domain))
    # A part of a split domain is the domain: QSCS of QS.
    return guide.dataset(domain) if len(name) > 2 and domain in guide else None


def _class(data: Dataset) -> str:
    if data.define is not None:
        said = (attribute(data.define[1], "def:Class") or "").title()
        element = data.define[1].find("{*}Class")
        said = element.get("Name", "").title() if element is not None else said
        if said in GENERAL_CLASSES:
            return said
    found = [c for suffix, c in _TOPIC.items() if data.domain + suffix in data.columns]
    if found == ["Findings"] and data.domain + "OBJ" in data.columns:
        return "Findings About"
    return found[0] if found else ""


def _structure(name: str, columns: Mapping[str, Column]) -> str:
    if name == "ADSL":
        return "ADSL"
    if "PARAMCD" in columns:
        return "TTE" if "CNSR" in columns else "BDS"
    terms = any(c.endswith(("TERM", "TRT", "DECOD")) and len(c) <= 7 for c in columns)
    return "OCCDS" if terms else ""


def _sdtm_expected(data: Dataset) -> Iterable[tuple[str, IgVariable]]:
    for name in data.columns:
        known = data.ig.variable(name) if data.ig else None
        if known is None and data.class_name in GENERAL_CLASSES:
            known = general_variable(data.class_name, name, data.domain)
        elif known is None and data.ig:
            known = addition(data.ig, name)
        elif known is None:
            known = _of_any_class(name, data.domain)
        if known is not None:
            yield name, known


def _of_any_class(name: str, domain: str) -> IgVariable | None:
    """What is known of a variable where nothing tells the class of its dataset: enough to know its type."""
    found = (general_variable(class_name, name, domain) for class_name in GENERAL_CLASSES)
    supplemental = load_sdtmig(TABLES["SDTMIG"]).dataset("SUPPQUAL")
    return next((v for v in found if v), None) or supplemental.variable(name)


def _adam_expected(data: Dataset) -> Iterable[tuple[str, IgVariable]]:
    structure = "AE" if data.name == "ADAE" else data.class_name
    for name in data.columns:
        known = adam_variable(cast(Structure, structure), name) if structure else None
        if known is not None:
            yield name, known
