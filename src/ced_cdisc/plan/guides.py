"""The reviewer's guides that a build makes: whether it can make them as define.yaml says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.guide import GUIDES

if TYPE_CHECKING:  # the parsers are not loaded where the plan is known
    from ced_cdisc.spec.define import DefineSpec, DocumentSpec

PACKAGES = {"csdrg": "sdtm", "adrg": "adam"}
"""The package that each guide is of."""


def check_guides(define: DefineSpec, kinds: set[str], findings: Findings) -> None:
    """CED136: a guide that cannot be made.

    Args:
        define: define.yaml.
        kinds: the kinds of datasets that the study has (sdtm, adam).
        findings: receives the faults.
    """
    seen: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name, doc in define.documents.items():
        if doc.made and doc.file is not None:
            hint = "the build makes this document; take one of the two out"
            findings.add(
                Finding("CED128", "'file' has no effect beside 'made: yes'", doc.file.where, hint=hint)
            )
        if doc.made and doc.kind in GUIDES:
            told = _fault(str(name), doc, kinds, seen, taken)
            if told is not None:
                problem, hint = told
                findings.add(Finding("CED136", problem, doc.place, hint=hint))
            seen.setdefault(doc.kind, str(name))
        taken[str(doc.href).casefold()] = str(name)


def _fault(
    name: str, doc: DocumentSpec, kinds: set[str], seen: dict[str, str], taken: dict[str, str]
) -> tuple[str, str] | None:
    package, href = PACKAGES[doc.kind], str(doc.href)
    if doc.kind in seen:
        return f"the guide {name} is made twice", f"{seen[doc.kind]} is of the same kind"
    if package not in kinds:
        return f"the guide {name} has nothing to guide through: the study has no {package} datasets", ""
    if doc.package != package:
        return f"the guide {name} is made for one package", f"write package: {package}"
    if not href.lower().endswith(".pdf") or "/" in href or "\\" in href:
        hint = f"href is the name of a PDF beside define.xml, such as {doc.kind}.pdf"
        return f"the guide {name} cannot be made as {href}", hint
    if href.casefold() in taken:
        return f"the guide {name} cannot be made as {href}: the document {taken[href.casefold()]} is", ""
    return None
