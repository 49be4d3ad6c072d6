"""build.json: what went in, what came out, and with what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from ced_cdisc.core.findings import Finding

TOOL = "ced-cdisc"


def manifest_bytes(
    *,
    version: str,
    study: str,
    snapshot: str,
    standards: Mapping[str, str],
    partial: Iterable[str],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    datasets: Mapping[str, tuple[int, int]],
    findings: Iterable[Finding],
) -> bytes:
    """The manifest as JSON, sorted, the same for the same build.

    Args:
        version: of this tool.
        study: study id.
        snapshot: the study's snapshot time, ISO 8601.
        standards: name to version.
        partial: the datasets asked for by ``--only``; nothing for a full build.
        inputs: path to SHA-256 of every file read.
        outputs: path to SHA-256 of every other file of the output folder.
        datasets: name to rows and columns.
        findings: what was found and did not stop the build.
    """
    asked = sorted(partial)
    content = {
        "tool": TOOL,
        "version": version,
        "study": study,
        "snapshot": snapshot,
        "standards": dict(sorted(standards.items())),
        "partial": asked or False,
        "inputs": dict(sorted(inputs.items())),
        "outputs": dict(sorted(outputs.items())),
        "datasets": {
            name: {"rows": rows, "columns": columns} for name, (rows, columns) in sorted(datasets.items())
        },
        "findings": [
            {
                "code": f.code,
                "severity": f.severity.value,
                "message": f.message,
                "where": str(f.where),
                "hint": f.hint,
                "records": list(f.records),
            }
            for f in findings
        ],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def sha256(content: bytes) -> str:
    """The digest of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def is_full_build(folder: Path) -> bool:
    """Whether a folder holds a build of all datasets."""
    try:
        content: object = json.loads((folder / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(content, dict):
        return False
    manifest = cast("dict[str, object]", content)
    return manifest.get("tool") == TOOL and manifest.get("partial") is False
