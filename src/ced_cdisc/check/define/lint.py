"""Checks of a define.xml: the schema first, then what the schema cannot see.

The schemas are the official ones with Analysis Results Metadata (``arm1-0-0.xsd``), which accept SDTM and
ADaM files with or without results: of 2.1 from the package ``defineutils``, of 2.0 from ``odmlib``.

Source: Define-XML 2.0 and 2.1, the business rules of each element, and the schemas of their releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from lxml import etree

from ced_cdisc.check.define import guide, header, items, lists, references, results, terminology
from ced_cdisc.check.define.document import VERSIONS, DefineDocument
from ced_cdisc.check.define.ids import IDS, MISSING_ELEMENT, SCHEMA, WRONG_ORDER
from ced_cdisc.core.findings import Finding, Findings, Location, Stage


class _SchemaError(Protocol):
    """An entry of lxml's error log, which its stubs leave out."""

    message: str
    line: int
    type_name: str


_NAMESPACE = re.compile(r"\{http://www\.cdisc\.org/ns/(odm|def|arm)/v[0-9.]+\}")
_COVERED = re.compile(r"UC-(MDV|STD|CL-[13]|IGD-[123])")
_SCHEMAS = {
    "2.0": ("odmlib", Path("schemas") / "arm" / "1.0" / "arm1-0-0.xsd"),
    "2.1": ("defineutils", Path("validate") / "schema" / "cdisc-arm-1.0" / "arm1-0-0.xsd"),
}
_ENUMERATED = {
    "FileType": ("DD0019",),
    "DefineVersion": ("DD0020",),
    "def:DefineVersion": ("DD0020",),
    "Name": ("DD0021",),
    "Type": ("DD0072", "DD0073"),
    "Purpose": ("DD0001",),
}
"""Ids of an attribute that has none of its values, by the attribute."""
_ATTRIBUTE = re.compile(r"attribute '([^']+)'")


def check_define(xml: bytes, file: str = "define.xml", ct: Path | None = None) -> list[Finding]:
    """Validate a define.xml of version 2.0 or 2.1 against its schema and the rules beyond it.

    Args:
        xml: the bytes of the file.
        file: its name, for the location of the findings.
        ct: a folder of imported terminology, beside the shipped one.

    Returns:
        All findings, sorted; none for a clean file. Each names the element and its OID and stands at its
        line. If the file is not well-formed, declares a document type (and with it entities), or is no
        Define-XML of these versions, that is the only finding.

    Raises:
        FileNotFoundError: a package that carries a schema is not installed.
    """
    document, findings = open_define(xml, file, ct)
    return findings.sorted() if document is None else check_document(document)


def check_document(document: DefineDocument) -> list[Finding]:
    """What :func:`check_define` says of a document that was opened."""
    findings = Findings()
    findings.extend(_schema_findings(document))
    for module in (references, header, items, lists, terminology, guide, results):
        for rule in module.RULES:
            findings.extend(rule(document))
    return findings.sorted()


def open_define(xml: bytes, file: str, ct: Path | None = None) -> tuple[DefineDocument | None, Findings]:
    """The document, or the one finding (CED501) that says why it cannot be looked at."""
    try:
        document = DefineDocument(xml, file, ct)
    except etree.XMLSyntaxError as error:
        where = Location(file, error.lineno or 0)
        message = f"not well-formed XML: {error.msg}"
        return None, Findings([Finding("CED501", message, where, stage=Stage.CHECK, ids=IDS["CED501"])])
    message, ids = "", ("DD0002",)
    if document.has_document_type:
        message, ids = "has a document type declaration, which define.xml may not have; nothing was read", ()
    elif not document.version:
        message = "names no namespace of Define-XML; nothing was checked"
    elif document.version not in VERSIONS:
        message = f"is Define-XML {document.version}; versions 2.0 and 2.1 are checked, others are not"
    elif not document.all("MetaDataVersion"):
        message = "has no MetaDataVersion of ODM 1.3; nothing was checked"
    if message:
        return None, Findings([document.finding("CED501", document.root, message, ids=ids)])
    return document, Findings()


def _schema_findings(document: DefineDocument) -> list[Finding]:
    """What the schema says, except for uniqueness, which CED503, CED513 and CED517 say by name."""
    schema = read_schema(document.version)
    tree = document.root.getroottree()
    if document.version == "2.0":  # the document shows the names of 2.1
        tree = etree.fromstring(
            document.xml, etree.XMLParser(no_network=True, resolve_entities=False)
        ).getroottree()
    if schema.validate(tree):
        return []
    start = f"breaks the Define-XML {document.version} schema: "
    return [
        Finding(
            "CED502",
            start + _NAMESPACE.sub(_prefix, error.message).rstrip("."),
            Location(document.file, error.line),
            stage=Stage.CHECK,
            ids=_schema_ids(error),
        )
        for error in cast(Iterable[_SchemaError], schema.error_log)
        if not _COVERED.search(error.message)
    ]


def _schema_ids(error: _SchemaError) -> tuple[str, ...]:
    if error.type_name == "SCHEMAV_ELEMENT_CONTENT":
        return MISSING_ELEMENT if "Missing child" in error.message else WRONG_ORDER
    attribute = _ATTRIBUTE.search(_NAMESPACE.sub(_prefix, error.message))
    if error.type_name == "SCHEMAV_CVC_ENUMERATION_VALID" and attribute:
        return _ENUMERATED.get(attribute[1], IDS["CED502"])
    return SCHEMA.get(error.type_name, IDS["CED502"])


def _prefix(match: re.Match[str]) -> str:
    return "" if match[1] == "odm" else f"{match[1]}:"


@cache
def read_schema(version: str) -> etree.XMLSchema:
    """The compiled schema of a version (0.02 s), found in the installed package without importing it."""
    package, inside = _SCHEMAS[version]
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise FileNotFoundError(f"the package {package}, which carries the schema, is not installed")
    path = Path(places[0]) / inside
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
