"""The whole page: head, search, navigation, the view that it starts with, and all others.

Everything that the package says stands in the HTML itself, so that the page can be read, searched by the
browser and printed without its script; the script shows one view at a time and adds search, filter, panels
and lineage. The page asks no network for anything, and a policy in its head forbids it to.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import groupby

from lxml import etree

from ced_cdisc.core.findings import counted
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata
from ced_cdisc.write.define.definitions import Definitions, definitions
from ced_cdisc.write.define_page.cells import comment_block, sentence
from ced_cdisc.write.define_page.datasets import dataset_section
from ced_cdisc.write.define_page.lists import (
    codelists_view,
    documents_view,
    results_view,
    standards_view,
    view,
)
from ced_cdisc.write.define_page.markup import Element, add, link, say, serialise, table_body
from ced_cdisc.write.define_page.places import Places

ORIGINS = ("Collected", "Derived", "Assigned", "Protocol", "Predecessor")
_SCRIPTS = ("views.js", "search.js", "panel.js", "start.js")


def define_page(package: PackageMetadata, beside: Mapping[str, str] | None = None) -> bytes:
    """The page of a package, made of the same metadata as its define.xml.

    Args:
        package: the metadata of the SDTM or ADaM datasets.
        beside: links to the pages of other packages, see :func:`ced_cdisc.write.define_page.beside`.

    Returns:
        UTF-8 bytes, to be written as ``define.html`` beside define.xml; the same for the same package.

    Raises:
        DefineModelError: the metadata contradicts itself.
    """
    known = definitions(package)
    places = Places(package, beside or {})
    root = etree.Element("html")
    root.set("lang", "en")
    _head(root, package)
    body = add(root, "body")
    link(body, "Skip to the content", "#main", "skip")
    _banner(body, package)
    frame = add(body, "div", "", "frame")
    _navigation(frame, package, known)
    main = add(frame, "main", "", "", id="main", tabindex="-1")
    add(main, "p", "", "", id="status", role="status")
    _start(main, package, known, places)
    for dataset in package.datasets:
        dataset_section(main, dataset, package, places)
    codelists_view(main, package, known, places)
    if package.displays:
        results_view(main, package, places)
    standards_view(main, package, places)
    documents_view(main, known)
    panel = add(frame, "aside", "", "", id="panel", aria_labelledby="panel-title", hidden="")
    add(panel, "h2", "Details", "", id="panel-title", tabindex="-1")
    add(panel, "button", "Close", "", id="panel-close", type="button")
    add(panel, "div", "", "", id="panel-body")
    add(body, "script").text = _asset(*_SCRIPTS)
    return serialise(root)


@cache
def _asset(*names: str) -> str:
    folder = files("ced_cdisc.write.define_page") / "assets"
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return f'"use strict";\n(() => {{\n{text}}})();\n' if names[0].endswith(".js") else text


def _policy() -> str:
    """Nothing is loaded from anywhere; only the style and the script that the page holds count."""
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (_asset("style.css"), _asset(*_SCRIPTS))
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _head(root: Element, package: PackageMetadata) -> None:
    head = add(root, "head")
    add(head, "meta", "", "", charset="utf-8")
    add(head, "meta", "", "", http_equiv="Content-Security-Policy", content=_policy())
    add(head, "meta", "", "", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", package.name)
    add(head, "style").text = _asset("style.css")


def _banner(body: Element, package: PackageMetadata) -> None:
    header = add(body, "header", "", "", id="banner")
    title = add(header, "h1")
    link(title, package.name, "#start")
    tools = add(header, "div", "", "tools", role="search")
    add(tools, "label", "Search", "unseen", for_="search", id="search-label")
    box = add(tools, "div", "", "box")
    add(
        box,
        "input",
        "",
        "",
        id="search",
        type="search",
        role="combobox",
        autocomplete="off",
        spellcheck="false",
        placeholder="Search datasets, variables, methods, terms",
        aria_expanded="false",
        aria_controls="found",
        aria_autocomplete="list",
    )
    add(box, "kbd", "/", "", aria_hidden="true")
    add(box, "ul", "", "", id="found", role="listbox", aria_label="Search results", hidden="")
    add(tools, "label", "Origin", "", for_="origin")
    chosen = add(tools, "select", "", "", id="origin")
    for origin in ("All", *ORIGINS):
        add(chosen, "option", origin, "", value="" if origin == "All" else origin)
    add(tools, "button", "Dark", "", id="theme", type="button", aria_pressed="false")


def _navigation(frame: Element, package: PackageMetadata, known: Definitions) -> None:
    nav = add(frame, "nav", "", "", id="nav", aria_label="Contents")
    listed = add(nav, "ul")
    for place, title, there in (
        ("start", "Overview", True),
        ("codelists", f"Codelists ({len(known.codelists):,})", True),
        ("results", "Analysis results", bool(package.displays)),
        ("standards", "Standards", True),
        ("documents", "Documents", True),
    ):
        if there:
            link(add(listed, "li"), title, f"#{place}")
    for name, datasets in _by_class(package):
        add(nav, "h2", name)
        listed = add(nav, "ul")
        for dataset in datasets:
            target = link(add(listed, "li"), "", f"#{dataset.name}")
            add(target, "span", dataset.name, "name")
            say(target, " ")
            add(target, "span", dataset.label, "label")
            add(target, "span", str(len(dataset.variables)), "count", aria_hidden="true")


def _by_class(package: PackageMetadata) -> Iterator[tuple[str, list[DatasetMetadata]]]:
    """Classes in the order of the package, each once, the first letter large."""
    order = list(dict.fromkeys(dataset.class_name for dataset in package.datasets))
    ranked = sorted(package.datasets, key=lambda dataset: order.index(dataset.class_name))
    for name, datasets in groupby(ranked, key=lambda dataset: dataset.class_name):
        yield sentence(name), list(datasets)


def _start(main: Element, package: PackageMetadata, known: Definitions, places: Places) -> None:
    section = view(main, "start", package.study_name)
    add(section, "p", package.study_description, "lead")
    if package.comment is not None:
        comment_block(add(section, "div", "", "note"), package.comment, places)
    facts = add(section, "dl", "", "facts")
    variables = [v for d in package.datasets for v in d.variables]
    levels = sum(len(v.value_level) for v in variables)
    for name, text in (
        ("Protocol", package.protocol_name),
        ("Package", package.description),
        ("Data as of", f"{package.snapshot:%Y-%m-%d}" if package.snapshot else ""),
        ("Created", f"{package.created:%Y-%m-%d %H:%M}"),
        ("Originator", package.originator),
        (
            "Standards",
            ", ".join(
                f"{s.name} {s.publishing_set} {s.version}".replace("  ", " ") for s in package.standards
            ),
        ),
        (
            "Contents",
            ", ".join(
                (
                    counted(len(package.datasets), "dataset"),
                    counted(len(variables), "variable"),
                    counted(levels, "value-level row"),
                    counted(len(known.codelists), "codelist"),
                    counted(len(known.methods), "method"),
                )
            ),
        ),
    ):
        if text:
            pair = add(facts, "div")
            add(pair, "dt", name)
            add(pair, "dd", text)
    table = add(section, "table", "", "plain")
    add(table, "caption", "Datasets", "shown")
    body = table_body(table, ("Dataset", "Label", "Class", "Structure", "Keys", "Variables"))
    for dataset in package.datasets:
        row = add(body, "tr")
        link(add(row, "th", "", "", scope="row"), dataset.name, f"#{dataset.name}", "mono")
        add(row, "td", dataset.label)
        add(row, "td", sentence(dataset.class_name))
        add(row, "td", dataset.structure)
        add(row, "td", ", ".join(dataset.keys), "mono small")
        add(row, "td", str(len(dataset.variables)), "number")
