"""A comparison as JSON, for programs."""

from __future__ import annotations

import json

from ced_cdisc.compare.model import Comparison, DatasetComparison, Difference


def comparison_json(comparison: Comparison) -> str:
    """The whole comparison, indented, in UTF-8 characters; the same text for the same comparison."""
    tolerance = comparison.tolerance
    return (
        json.dumps(
            {
                "a": comparison.a,
                "b": comparison.b,
                "equal": comparison.equal,
                "tolerance": {
                    "relative": tolerance.relative,
                    "absolute": tolerance.absolute,
                    "relative_of": dict(sorted(tolerance.relative_of.items())),
                    "absolute_of": dict(sorted(tolerance.absolute_of.items())),
                },
                "notes": [_difference(note) for note in comparison.notes],
                "datasets": [_dataset(dataset) for dataset in comparison.datasets],
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def _dataset(dataset: DatasetComparison) -> dict[str, object]:
    return {
        "name": dataset.name,
        "equal": dataset.equal,
        "result": dataset.result,
        "a": {"file": dataset.a, "rows": dataset.rows_a} if dataset.a else None,
        "b": {"file": dataset.b, "rows": dataset.rows_b} if dataset.b else None,
        "keys": list(dataset.keys),
        "keys_from": dataset.keys_from or "position",
        "paired": dataset.paired,
        "variables_compared": dataset.compared,
        "differences": [_difference(difference) for difference in dataset.differences],
    }


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "code": difference.code,
        "severity": difference.severity.value,
        "variable": difference.variable,
        "cause": difference.cause,
        "count": difference.count,
        "message": difference.message,
        "details": list(difference.details),
        "records": [{"keys": dict(r.keys), "a": r.a, "b": r.b} for r in difference.records],
    }
