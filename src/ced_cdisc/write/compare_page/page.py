"""The page of a comparison: verdict, summary of all datasets, then the differences of each by cause."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from lxml import etree

from ced_cdisc.compare.model import (
    Comparison,
    DatasetComparison,
    Difference,
    Record,
    tolerance_text,
)
from ced_cdisc.core.findings import Severity, counted, printable
from ced_cdisc.write.define_page.markup import Element, add, link, serialise


def compare_page(comparison: Comparison, verdict: str) -> bytes:
    """The page in UTF-8; the same bytes for the same comparison.

    Args:
        comparison: what was found.
        verdict: the result in one sentence.
    """
    root = etree.Element("html")
    root.set("lang", "en")
    style = (files("ced_cdisc.write.compare_page") / "assets" / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = add(root, "head")
    add(head, "meta", "", "", charset="utf-8")
    add(head, "meta", "", "", http_equiv="Content-Security-Policy", content=policy)
    add(head, "meta", "", "", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", f"Comparison: {printable(verdict)}")
    add(head, "style").text = style
    body = add(root, "body")
    link(body, "Skip to the differences", "#differences", "skip")
    header = add(body, "header")
    add(header, "h1", "Comparison of datasets")
    add(header, "p", printable(verdict), f"verdict {'equal' if comparison.equal else 'differs'}")
    facts = add(header, "dl")
    for name, text in (
        ("A", comparison.a),
        ("B", comparison.b),
        ("Tolerance", tolerance_text(comparison.tolerance)),
    ):
        add(facts, "dt", name)
        add(facts, "dd", printable(text))
    for note in comparison.notes:
        add(header, "p", f"{note.code} {printable(note.message)}", "warning")
    main = add(body, "main")
    _summary(main, comparison)
    found = add(main, "div", "", "", id="differences", tabindex="-1")
    for number, dataset in enumerate(comparison.datasets):
        if dataset.differences:
            _dataset(found, dataset, f"d{number}")
    return serialise(root)


def _summary(main: Element, comparison: Comparison) -> None:
    table = add(add(main, "div", "", "scroll"), "table", "", "summary")
    add(table, "caption", "Datasets")
    head = add(add(table, "thead"), "tr")
    for title, kind in (
        ("Dataset", ""),
        ("Rows A", "number"),
        ("Rows B", "number"),
        ("Paired", "number"),
        ("Keys", ""),
        ("Result", ""),
    ):
        add(head, "th", title, kind, scope="col")
    body = add(table, "tbody")
    for number, dataset in enumerate(comparison.datasets):
        row = add(body, "tr")
        name = add(row, "th", "", "mono", scope="row")
        if dataset.differences:
            link(name, printable(dataset.name), f"#d{number}")
        else:
            name.text = printable(dataset.name)
        for count in (dataset.rows_a, dataset.rows_b, dataset.paired):
            add(row, "td", "-" if count is None else f"{count:,}", "number")
        one_sided = dataset.rows_a is None or dataset.rows_b is None
        add(row, "td", "" if one_sided else " ".join(dataset.keys) or "position", "mono")
        add(row, "td", dataset.result, "equal" if dataset.equal else "differs")


def _dataset(main: Element, dataset: DatasetComparison, place: str) -> None:
    section = add(main, "section", "", "", aria_labelledby=place)
    add(section, "h2", f"{printable(dataset.name)}: {dataset.result}", "", id=place)
    for side, file, rows in (("A", dataset.a, dataset.rows_a), ("B", dataset.b, dataset.rows_b)):
        if rows is not None:
            add(section, "p", f"{side}: {printable(file)}, {counted(rows, 'record')}", "quiet")
    if dataset.rows_a is not None and dataset.rows_b is not None:
        keys = (
            f"{', '.join(dataset.keys)} (from {dataset.keys_from})" if dataset.keys else "none, by position"
        )
        add(section, "p", f"Keys: {keys}", "quiet")
    for difference in dataset.differences:
        _difference(section, difference)


def _difference(section: Element, difference: Difference) -> None:
    is_error = difference.severity is Severity.ERROR
    article = add(section, "article", "", "" if is_error else "aside")
    add(article, "span", difference.code, "code")
    word = "" if is_error else f"{difference.severity.value.capitalize()}: "
    add(article, "h3", word + printable(difference.message))
    if difference.details:
        listed = add(article, "ul")
        for detail in difference.details:
            add(listed, "li", printable(detail))
    if difference.records:
        _records(article, difference)


def _records(article: Element, difference: Difference) -> None:
    first: Record = difference.records[0]
    with_values = bool(first.a or first.b)
    table = add(add(article, "div", "", "scroll"), "table")
    head = add(add(table, "thead"), "tr")
    for name, _ in first.keys:
        add(head, "th", printable(name), "", scope="col")
    if with_values:
        for side in ("A", "B"):
            named = f"{side}: {difference.variable}" if difference.variable else side
            add(head, "th", printable(named), "", scope="col")
    body = add(table, "tbody")
    for record in difference.records:
        row = add(body, "tr")
        for _, value in record.keys:
            add(row, "td", printable(value), "key")
        if with_values:
            add(row, "td", printable(record.a), "value")
            add(row, "td", printable(record.b), "value")
    left = difference.count - len(difference.records)
    if left > 0:
        add(article, "p", f"and {left:,} more", "quiet")
