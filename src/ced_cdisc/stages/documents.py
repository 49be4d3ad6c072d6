"""The documents of the user that define.xml names: each is put where its link leads.

OUT is replaced as a whole, so that one that was put there by hand would be missing after the next build.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import Document, PackageMetadata
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.write.define.definitions import definitions
from ced_cdisc.write.output_files import OutputFiles


class Given(Struct, frozen=True):
    """The user's documents: what stands where in the output, and the files by the name of build.json."""

    paths: Mapping[str, Path]
    files: Mapping[str, Path]


def find_documents(study: StudyFolders, plan: StudyPlan, findings: Findings) -> Given:
    """Where the documents lie that define.yaml has put beside define.xml; needs no data.

    Raises:
        Stopped: one is not there, or is to stand outside of the folder of its define.xml (CED186).
    """
    paths: dict[str, Path] = {}
    files: dict[str, Path] = {}
    for one in plan.studies:
        for kind, documents in (("sdtm", one.sdtm_documents), ("adam", one.adam_documents)):
            for document in documents:
                if document.made or not document.file:
                    continue
                path = study.define / one.folder / document.file
                named = one.qualified(document.file)
                shown, there = f"{study.shown[1]}/{named}", _place(one.qualified(kind), document)
                if not path.is_file():
                    near = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
                    text = f"the document {document.id} is not there"
                    _fault(shown, text, did_you_mean(path.name, near), findings)
                elif not there:
                    text = f"the document {document.id} cannot be put at {document.href}"
                    _fault(shown, text, "href is a path below the folder of define.xml", findings)
                else:
                    paths[there], files[f"define/{named}"] = path, path
    stop_on_errors(findings)
    return Given(paths, files)


def put_documents(
    given: Given, packages: Mapping[str, PackageMetadata], files: OutputFiles, findings: Findings
) -> None:
    """Put the documents that define.xml names beside it.

    Args:
        given: what :func:`find_documents` gave.
        packages: by folder.
        files: where to.
        findings: receives CED186 where a file of the build has the name.

    Raises:
        Stopped: a file of the build has the name of a document.
    """
    for folder, package in packages.items() if given.paths else ():
        for document in definitions(package).documents:
            there = _place(folder, document)
            if document.made or there not in given.paths:
                continue
            if there in files.digests:
                text = f"the document {document.id} would take the place of a file of the build"
                _fault(there, text, "give it another href", findings)
            else:
                files.put({there: given.paths[there].read_bytes()})
    stop_on_errors(findings)


def _place(folder: str, document: Document) -> str:
    """Where a document is to stand in the output; empty where its link leads out of the folder."""
    path = posixpath.normpath(posixpath.join(folder, document.href))
    return path if path.startswith(f"{folder}/") and "://" not in document.href else ""


def _fault(shown: str, text: str, hint: str, findings: Findings) -> None:
    findings.add(Finding("CED186", text, Location(shown), hint))
