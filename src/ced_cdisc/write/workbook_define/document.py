"""The define.xml of a workbook as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from ced_cdisc.core.findings import Findings
from ced_cdisc.workbook.export import GUIDES
from ced_cdisc.workbook.model import Tables
from ced_cdisc.write.define.document import DEFINE_VERSION
from ced_cdisc.write.define.markup import Element, element
from ced_cdisc.write.workbook_define.cells import Cells, leaf_id, standard_name, standard_oid
from ced_cdisc.write.workbook_define.items import Items
from ced_cdisc.write.workbook_define.lists import code_lists, comment_defs, leaves, method_defs
from ced_cdisc.write.workbook_define.results import displays

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]")
_GUIDE = re.compile(r"reviewer|guide|\bc?sdrg\b|\badrg\b", re.IGNORECASE)


def define_of(tables: Tables, created: datetime, findings: Findings) -> Element:
    """The ODM element of a workbook.

    What a workbook has no cell for is made of names: OIDs, names of files, domains. The document with
    ``acrf`` or ``blankcrf`` in ID, title or file is the annotated CRF; reviewer's guides are supplemental.

    Args:
        tables: a workbook of the 2.1 or 2.0 layout.
        created: the CreationDateTime.
        findings: receives CED567 to CED569; with an error among them the element is of no use.
    """
    cells = Cells(tables, findings)
    standard = _standard(tables)
    analysis = "adam" in standard.casefold()
    items = Items(cells, standard, analysis=analysis)
    study = tables.attribute("StudyName")
    oid = _NOT_IN_ID.sub("_", study) or "STUDY"
    version = element(
        "MetaDataVersion",
        {"OID": f"MDV.{oid}", "Name": f"Study {study}", "def:DefineVersion": DEFINE_VERSION},
    )
    groups, definitions = items.groups(), list(items.definitions())
    lists = list(items.value_lists())
    shown = displays(cells, items)
    for part in (
        _standards(tables, standard),
        _documents(cells, "def:AnnotatedCRF"),
        _documents(cells, "def:SupplementalDoc"),
        *lists,
        *items.where_clauses(),
        *groups,
        *definitions,
        *code_lists(cells),
        *method_defs(cells),
        *comment_defs(cells),
        *leaves(cells),
        shown,
    ):
        if part is not None:
            version.append(part)
    names = [
        element(tag, {}, text=tables.attribute(tag))
        for tag in ("StudyName", "StudyDescription", "ProtocolName")
    ]
    return element(
        "ODM",
        {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"{oid}.{created:%Y%m%dT%H%M%S}",
            "CreationDateTime": created.isoformat(timespec="seconds"),
            "def:Context": "Submission",
        },
        element("Study", {"OID": oid}, element("GlobalVariables", {}, *names), version),
    )


def _standard(tables: Tables) -> str:
    name, version = tables.attribute("StandardName").strip(), tables.attribute("StandardVersion").strip()
    return f"{GUIDES.get(name, name)} {version}" if name and version else ""


def _standards(tables: Tables, own: str) -> Element | None:
    """The standards that cells name, each once: first that of the sheet Define."""
    texts = [own, *(one["Standard"] for one in tables.records("Datasets"))]
    texts += [one["Terminology"] for one in tables.records("Codelists")]
    made = [_one_standard(text) for text in dict.fromkeys(filter(None, texts))]
    return element("def:Standards", {}, *made) if made else None


def _one_standard(text: str) -> Element:
    name, publisher, version = standard_name(text)
    return element(
        "def:Standard",
        {
            "OID": standard_oid(text),
            "Name": name,
            "Type": "CT" if publisher else "IG",
            "PublishingSet": publisher or None,
            "Version": version,
            "Status": "Final",
        },
    )


def _documents(cells: Cells, tag: str) -> Element | None:
    """The annotated CRF, or the guides that stand beside define.xml."""
    refs = [element("def:DocumentRef", {"leafID": leaf_id(name)}) for name in _listed(cells, tag)]
    return element(tag, {}, *refs) if refs else None


def _listed(cells: Cells, tag: str) -> Iterator[str]:
    for one in cells.tables.records("Documents"):
        is_guide = bool(_GUIDE.search(one["Title"]) or _GUIDE.search(one["ID"]))
        kind = "def:AnnotatedCRF" if one["ID"] == cells.acrf else "def:SupplementalDoc" if is_guide else ""
        if kind == tag:
            yield one["ID"]
