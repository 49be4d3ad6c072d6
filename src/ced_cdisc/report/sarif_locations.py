"""Where a finding is, in the words of SARIF: files as URIs, datasets and variables as logical locations."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from ced_cdisc.core.conformance import Failure
from ced_cdisc.core.findings import Location

ROOT = "%SRCROOT%"
"""The base of relative URIs, by the name that consumers know: the working folder, in CI that of the clone."""


def location(where: Location, logical: dict[str, Any] | None) -> dict[str, Any]:
    """A location with the file, and the dataset or variable if there is one."""
    made: dict[str, Any] = {"physicalLocation": physical_location(where.file, where.line)}
    if logical is not None:
        made["logicalLocations"] = [logical]
    return made


def physical_location(file: str, line: int = 0) -> dict[str, Any]:
    """A file, with a region where the line is known; a transport file is binary and has none."""
    made: dict[str, Any] = {"artifactLocation": artifact(file)}
    if line:
        made["region"] = {"startLine": line}
    return made


def artifact(file: str) -> dict[str, Any]:
    """A file as the user wrote it: relative to the working folder, or an absolute URI."""
    if Path(file).is_absolute():
        return {"uri": Path(file).as_uri()}
    return {"uri": quote(file, errors="surrogateescape"), "uriBaseId": ROOT}


def logical_location(failure: Failure) -> dict[str, Any] | None:
    """``AE.AESTDTC``, or ``AE``; None where the finding is about no dataset."""
    if not failure.dataset:
        return None
    if not failure.variable:
        return {"name": failure.dataset, "fullyQualifiedName": failure.dataset, "kind": "object"}
    full = f"{failure.dataset}.{failure.variable}"
    return {"name": failure.variable, "fullyQualifiedName": full, "kind": "member"}
