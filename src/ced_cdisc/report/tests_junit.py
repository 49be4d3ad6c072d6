"""Tests of specs as JUnit XML, for a CI server."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from ced_cdisc.core.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Case = tuple[str, str, Sequence[Finding]]
    """What a test is of, its name, and why it failed."""


def tests_junit(cases: Iterable[Case]) -> bytes:
    """A test suite for each dataset or plug-in; no times, so that the same result has the same bytes."""
    ordered = list(cases)
    root = Xml.Element("testsuites", tests=str(len(ordered)), failures=str(sum(bool(c[2]) for c in ordered)))
    for group, items in groupby(ordered, key=lambda case: case[0]):
        suite_cases = list(items)
        failed = sum(bool(case[2]) for case in suite_cases)
        suite = Xml.SubElement(
            root, "testsuite", name=group, tests=str(len(suite_cases)), failures=str(failed)
        )
        for _, name, failures in suite_cases:
            case = Xml.SubElement(suite, "testcase", classname=group, name=name)
            if failures:
                fault = Xml.SubElement(case, "failure", message=failures[0].message, type=failures[0].code)
                fault.text = "\n".join(map(str, failures))
    Xml.indent(root)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
