"""Checks of a define.xml: the schema first, then what the schema cannot see.

The schema is the official one with Analysis Results Metadata (``arm1-0-0.xsd``), which accepts SDTM and
ADaM files with or without results. It misses dangling references, missing lengths, methods and pages, and
contradictions between elements; the rules for those are in the modules ``define_references``,
``define_items``, ``define_lists`` and ``define_results``.

Source: Define-XML 2.1, the business rules of each element, and the schema of its release 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from lxml import etree

from ced_cdisc.check import define_items, define_lists, define_references, define_results
from ced_cdisc.check.define_document import DefineDocument
from ced_cdisc.core.findings import Finding, Findings, Location, Stage

CODES = {
    "CED501": "define.xml is not well-formed XML, or declares a document type",
    "CED502": "define.xml breaks the schema",
    "CED503": "two definitions have one OID",
    "CED504": "a reference has no target",
    "CED505": "a text, integer or float item has no Length",
    "CED506": "an attribute or codelist does not fit the data type",
    "CED507": "the type of a method is neither Computation nor Imputation",
    "CED508": "a derived item has no method",
    "CED509": "a collected item has no page of the annotated CRF",
    "CED510": "nothing refers to a definition",
    "CED511": "no data, and no comment that says why",
    "CED512": "a dataset has no key",
    "CED513": "order, key sequence or items of a dataset or value list are not unique or not complete",
    "CED514": "an item has no origin, or one at both levels",
    "CED515": "the source does not fit the type of the origin, or the type not the kind of dataset",
    "CED516": "the predecessor is not named as DATASET.VARIABLE",
    "CED517": "two codelists have one name, or a codelist has a value twice",
    "CED518": "a term has neither an NCI code nor ExtendedValue, or both",
    "CED519": "StandardOID and IsNonStandard: both, or neither",
    "CED520": "a dataset or item has no description",
    "CED521": "a where clause is missing, misplaced, or joins datasets without a comment",
    "CED522": "names of a dataset contradict each other",
    "CED523": "a dataset is in define.xml or in the transport files only",
    "CED524": "the label of a dataset differs",
    "CED525": "a variable is in define.xml or in the transport file only",
    "CED526": "the order of variables differs",
    "CED527": "the label of a variable differs",
    "CED528": "the type or format of a variable differs",
    "CED529": "the length of a variable differs",
    "CED530": "an analysis result refers to what its dataset does not have",
}
"""What the codes mean; CED523 to CED529 are those of :mod:`ced_cdisc.check.define_against_xpt`."""


class _SchemaError(Protocol):
    """An entry of lxml's error log, which its stubs leave out."""

    message: str
    line: int


_NAMESPACE = re.compile(r"\{http://www\.cdisc\.org/ns/(odm|def|arm)/v[0-9.]+\}")
_COVERED = re.compile(r"UC-(MDV|STD|CL-[13]|IGD-[123])")


def check_define(xml: bytes, file: str = "define.xml") -> list[Finding]:
    """Validate a define.xml against the schema and the rules beyond it.

    Args:
        xml: the bytes of the file.
        file: its name, for the location of the findings.

    Returns:
        All findings, sorted; none for a clean file. Each names the element and its OID and stands at its
        line. If the file is not well-formed or declares a document type (and with it entities), that is
        the only finding.

    Raises:
        FileNotFoundError: the package ``defineutils``, which carries the schema, is not installed.
    """
    try:
        document = DefineDocument(xml, file)
    except etree.XMLSyntaxError as error:
        where = Location(file, error.lineno or 0)
        return [Finding("CED501", f"not well-formed XML: {error.msg}", where, stage=Stage.CHECK)]
    if document.has_document_type:
        message = "has a document type declaration, which define.xml may not have; nothing was read"
        return [document.finding("CED501", document.root, message)]
    findings = Findings(_schema_findings(document))
    for rules in (
        define_references.RULES,
        define_items.RULES,
        define_lists.RULES,
        define_results.RULES,
    ):
        for rule in rules:
            findings.extend(rule(document))
    return findings.sorted()


def _schema_findings(document: DefineDocument) -> list[Finding]:
    """What the schema says, except for uniqueness, which CED503, CED513 and CED517 say by name."""
    schema = _schema()
    if schema.validate(document.root.getroottree()):
        return []
    return [
        Finding(
            "CED502",
            "breaks the Define-XML 2.1 schema: " + _NAMESPACE.sub(_prefix, error.message).rstrip("."),
            Location(document.file, error.line),
            stage=Stage.CHECK,
        )
        for error in cast(Iterable[_SchemaError], schema.error_log)
        if not _COVERED.search(error.message)
    ]


def _prefix(match: re.Match[str]) -> str:
    return "" if match[1] == "odm" else f"{match[1]}:"


@cache
def _schema() -> etree.XMLSchema:
    """The compiled schema (0.02 s), found in the installed package without importing it."""
    spec = find_spec("defineutils")
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise FileNotFoundError("the package defineutils, which carries the schema, is not installed")
    path = Path(places[0]) / "validate" / "schema" / "cdisc-arm-1.0" / "arm1-0-0.xsd"
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
