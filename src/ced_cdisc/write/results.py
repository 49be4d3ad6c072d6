"""results.json and results.txt: the analysis results, for programs and for people."""

from __future__ import annotations

import json

from ced_cdisc.analyse.table import JSON, TEXT, Document, table


def results_files(results: Document) -> dict[str, bytes]:
    """Both files by their path in OUT: UTF-8, keys sorted, the same for the same results."""
    text = json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return {JSON: f"{text}\n".encode(), TEXT: table(results).encode()}
