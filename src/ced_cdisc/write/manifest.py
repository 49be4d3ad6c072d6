"""build.json: what went in, what came out, and with what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ced_cdisc.build_file import TOOL, NotABuild, read_build_file
from ced_cdisc.core.findings import Finding
from ced_cdisc.core.version import VERSION
from ced_cdisc.plan.account import TableAccount, totals


def manifest_bytes(
    *,
    study: str,
    snapshot: str,
    standards: Mapping[str, str],
    partial: Iterable[str],
    profile: str,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    datasets: Mapping[str, tuple[int, int]],
    raw: Mapping[str, TableAccount],
    places: Mapping[str, Mapping[str, str]],
    findings: Iterable[Finding],
) -> bytes:
    """The manifest as JSON, sorted, the same for the same build.

    Args:
        study: study id.
        snapshot: the study's snapshot time, ISO 8601.
        standards: name to version.
        profile: the profile of the study, empty where it has none.
        partial: the datasets asked for by ``--only``; nothing for a full build.
        inputs: path to SHA-256 of every file read.
        outputs: path to SHA-256 of every other file of the output folder.
        datasets: name to rows and columns.
        raw: the account of each raw table.
        places: by package, the line of the specs behind each dataset and variable.
        findings: what was found and did not stop the build.
    """
    asked = sorted(partial)
    content = {
        "tool": TOOL,
        "version": VERSION,
        "study": study,
        "snapshot": snapshot,
        "standards": dict(sorted(standards.items())),
        "partial": asked or False,
        "profile": profile or False,
        "inputs": dict(sorted(inputs.items())),
        "outputs": dict(sorted(outputs.items())),
        "datasets": {
            name: {"rows": rows, "columns": columns} for name, (rows, columns) in sorted(datasets.items())
        },
        "raw": _raw(raw),
        "places": {name: dict(sorted(lines.items())) for name, lines in sorted(places.items())},
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


def _raw(tables: Mapping[str, TableAccount]) -> dict[str, object]:
    """The totals first, then each table with its columns in the order of the contract."""
    counted = totals({name: table.columns for name, table in tables.items()})
    return {
        "columns": {"total": sum(counted.values()), **counted},
        "tables": {
            name: {
                "records": table.records,
                **({"records excluded": dict(table.excluded)} if table.excluded else {}),
                "duplicates left out": table.dropped,
                "columns": {column: _column(table, column) for column in table.columns},
            }
            for name, table in tables.items()
        },
    }


def _column(table: TableAccount, column: str) -> dict[str, object]:
    found = table.columns[column]
    made: dict[str, object] = {"status": found.status}
    if found.read_by:
        made["read by"] = list(found.read_by)
    if found.reason:
        made["reason"] = found.reason
    if column in table.filled:
        made["filled cells"] = table.filled[column]
    return made


def is_full_build(folder: Path) -> bool:
    """Whether a folder holds a build of all datasets."""
    try:
        return read_build_file(folder).get("partial") is False
    except (OSError, NotABuild):
        return False
