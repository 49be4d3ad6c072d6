"""The define.xml of a workbook as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from ced_cdisc.core.findings import Findings
from ced_cdisc.define.model import (
    AnnotatedCRF,
    GlobalVariables,
    MetaDataVersion,
    Odm,
    ProtocolName,
    Standard,
    Standards,
    Study,
    StudyDescription,
    StudyName,
    SupplementalDoc,
)
from ced_cdisc.define.shared import DocumentRef
from ced_cdisc.workbook.export import GUIDES
from ced_cdisc.workbook.model import Tables
from ced_cdisc.write.define.document import DEFINE_VERSION
from ced_cdisc.write.define.oids import document_leaf, plain
from ced_cdisc.write.define.parts import STYLESHEET
from ced_cdisc.write.workbook_define.cells import Cells, standard_name, standard_oid
from ced_cdisc.write.workbook_define.items import Items
from ced_cdisc.write.workbook_define.lists import code_lists, comment_defs, leaves, method_defs
from ced_cdisc.write.workbook_define.results import displays

_GUIDE = re.compile(r"reviewer|guide|\bc?sdrg\b|\badrg\b", re.IGNORECASE)


def define_of(tables: Tables, created: datetime, findings: Findings) -> Odm:
    """The define.xml of a workbook.

    What a workbook has no cell for is made of names: OIDs, names of files, domains. The document with
    ``acrf`` or ``blankcrf`` in ID, title or file is the annotated CRF; reviewer's guides are supplemental.

    Args:
        tables: a workbook of the 2.1 or 2.0 layout.
        created: the CreationDateTime.
        findings: receives CED567 to CED569; with an error among them the result is of no use.
    """
    cells = Cells(tables, findings)
    standard = _standard(tables)
    analysis = "adam" in standard.casefold()
    items = Items(cells, standard, analysis=analysis)
    study = tables.attribute("StudyName")
    oid = plain(study) or "STUDY"
    groups, definitions = tuple(items.groups()), tuple(items.definitions())
    lists, shown = tuple(items.value_lists()), displays(cells, items)
    crf, guides = _documents(cells, acrf=True), _documents(cells, acrf=False)
    version = MetaDataVersion(
        oid=f"MDV.{oid}",
        name=f"Study {study}",
        define_version=DEFINE_VERSION,
        standards=_standards(tables, standard),
        annotated_crf=AnnotatedCRF(documents=crf) if crf else None,
        supplemental_doc=SupplementalDoc(documents=guides) if guides else None,
        value_lists=lists,
        where_clauses=tuple(items.where_clauses()),
        item_groups=groups,
        items=definitions,
        code_lists=tuple(code_lists(cells)),
        methods=tuple(method_defs(cells)),
        comments=tuple(comment_defs(cells)),
        leaves=tuple(leaves(cells)),
        result_displays=shown,
    )
    names = GlobalVariables(
        study_name=StudyName(text=study),
        study_description=StudyDescription(text=tables.attribute("StudyDescription")),
        protocol_name=ProtocolName(text=tables.attribute("ProtocolName")),
    )
    return Odm(
        odm_version="1.3.2",
        file_type="Snapshot",
        file_oid=f"{oid}.{created:%Y%m%dT%H%M%S}",
        creation_date_time=created.isoformat(timespec="seconds"),
        context="Submission",
        study=Study(oid=oid, global_variables=names, metadata_version=version),
        prolog=(f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>',),
    )


def _standard(tables: Tables) -> str:
    name, version = tables.attribute("StandardName").strip(), tables.attribute("StandardVersion").strip()
    return f"{GUIDES.get(name, name)} {version}" if name and version else ""


def _standards(tables: Tables, own: str) -> Standards | None:
    """The standards that cells name, each once: first that of the sheet Define."""
    texts = [own, *(one["Standard"] for one in tables.records("Datasets"))]
    texts += [one["Terminology"] for one in tables.records("Codelists")]
    made = tuple(_one_standard(text) for text in dict.fromkeys(filter(None, texts)))
    return Standards(standards=made) if made else None


def _one_standard(text: str) -> Standard:
    name, publisher, version = standard_name(text)
    return Standard(
        oid=standard_oid(text),
        name=name,
        type="CT" if publisher else "IG",
        publishing_set=publisher or None,
        version=version,
        status="Final",
    )


def _documents(cells: Cells, *, acrf: bool) -> tuple[DocumentRef, ...]:
    """The annotated CRF, or the guides that stand beside define.xml."""
    return tuple(DocumentRef(leaf_id=document_leaf(name)) for name in _listed(cells, acrf=acrf))


def _listed(cells: Cells, *, acrf: bool) -> Iterator[str]:
    for one in cells.tables.records("Documents"):
        is_guide = bool(_GUIDE.search(one["Title"]) or _GUIDE.search(one["ID"]))
        if (one["ID"] == cells.acrf) if acrf else (is_guide and one["ID"] != cells.acrf):
            yield one["ID"]
