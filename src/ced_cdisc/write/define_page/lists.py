"""The sections beside the datasets: codelists, analysis results, standards and documents."""

from __future__ import annotations

from ced_cdisc.core.arm import AnalysisResult, ResultDisplay
from ced_cdisc.core.findings import counted
from ced_cdisc.core.metadata import Codelist, PackageMetadata
from ced_cdisc.write.define.definitions import Definitions
from ced_cdisc.write.define_page.cells import comment_block, condition, document_refs, sentence
from ced_cdisc.write.define_page.markup import Element, add, facts, is_beside, link, say, table_body
from ced_cdisc.write.define_page.places import (
    Places,
    codelist_place,
    display_place,
    result_place,
    variable_place,
)


def view(parent: Element, identifier: str, title: str) -> Element:
    """A section with its heading."""
    section = add(parent, "section", "", "view", id=identifier, aria_labelledby=f"h-{identifier}")
    add(section, "h2", title, "", id=f"h-{identifier}", tabindex="-1")
    return section


def codelists_view(parent: Element, package: PackageMetadata, known: Definitions, places: Places) -> None:
    """All codelists, each with its terms."""
    section = view(parent, "codelists", "Codelists")
    for codelist in known.codelists:
        _codelist(section, codelist, package, places)


def _codelist(section: Element, codelist: Codelist, package: PackageMetadata, places: Places) -> None:
    identifier = codelist_place(codelist.id)
    block = add(section, "div", "", "codelist", id=identifier)
    add(block, "h3", codelist.name, "", tabindex="-1")
    standard = next((s for s in package.standards if s.id == codelist.standard), None)
    source = (
        f"{standard.name} {standard.publishing_set} {standard.version}" if standard else "The sponsor's own"
    )
    if codelist.dictionary:
        source = f"External dictionary: {codelist.dictionary} {codelist.version}".rstrip()
    said = [codelist.id, codelist.code, codelist.data_type, source]
    said += ["" if codelist.dictionary else counted(len(codelist.terms), "term")]
    add(block, "p", " · ".join(filter(None, said)), "quiet")
    if codelist.comment is not None:
        comment_block(block, codelist.comment, places)
    if not codelist.terms:
        return
    decoded, coded = any(t.decode for t in codelist.terms), any(t.code for t in codelist.terms)
    table = add(block, "table", "", "terms")
    add(table, "caption", f"Terms of {codelist.name}", "unseen")
    body = table_body(table, ("Term", *["Decode"] * decoded, *["NCI code"] * coded))
    for term in codelist.terms:
        row = add(body, "tr")
        name = add(row, "th", term.value, "", scope="row")
        if term.extended:
            say(name, " ")
            add(name, "span", "extended", "tag")
        if decoded:
            add(row, "td", term.decode)
        if coded:
            add(row, "td", term.code, "mono")


def results_view(parent: Element, package: PackageMetadata, places: Places) -> None:
    """The displays of the report, each with its results."""
    section = view(parent, "results", "Analysis results")
    for display in package.displays:
        _display(section, display, places)


def _display(section: Element, display: ResultDisplay, places: Places) -> None:
    block = add(section, "div", "", "display", id=display_place(display.id))
    heading = add(block, "h3", "", "", tabindex="-1")
    add(heading, "span", display.id, "name")
    say(heading, " " + display.title)
    document_refs(block, display.documents, places)
    for result in display.results:
        _result(block, result)


def _result(block: Element, result: AnalysisResult) -> None:
    identifier = result_place(result.id)
    card = add(block, "div", "", "result", id=identifier)
    heading = add(card, "h4", "", "", tabindex="-1")
    link(heading, result.id, f"#{identifier}", "name")
    say(heading, " " + result.description)
    fact = facts(card)
    selection = fact("Selection")
    link(selection, result.dataset, f"#{result.dataset}", "mono")
    if result.where:
        say(selection, " where ")
        add(selection, "span", condition(result.where, result.dataset), "mono")
    variables = fact("Variables")
    named = dict.fromkeys([*result.variables, result.parameter] if result.parameter else result.variables)
    for number, name in enumerate(named):
        say(variables, ", " if number else "")
        link(variables, name, f"#{variable_place(result.dataset, name)}", "mono")
    fact("Reason", sentence(result.reason))
    fact("Purpose", sentence(result.purpose))
    add(card, "p", result.documentation, "method")
    if result.code:
        folded = add(card, "details")
        add(folded, "summary", f"Program ({result.context})")
        add(add(folded, "pre"), "code", result.code)


def standards_view(parent: Element, package: PackageMetadata, places: Places) -> None:
    """The standards that the package cites."""
    section = view(parent, "standards", "Standards")
    table = add(section, "table", "", "plain")
    add(table, "caption", "Standards cited", "unseen")
    body = table_body(table, ("Standard", "Type", "Version", "Status", "Comment"))
    for standard in package.standards:
        row = add(body, "tr")
        add(row, "th", f"{standard.name} {standard.publishing_set}".strip(), "", scope="row")
        for text in (standard.type, standard.version, standard.status):
            add(row, "td", text)
        cell = add(row, "td")
        if standard.comment is not None:
            comment_block(cell, standard.comment, places)


def documents_view(parent: Element, known: Definitions) -> None:
    """The documents beside the package."""
    section = view(parent, "documents", "Documents")
    listed = add(section, "ul", "", "documents")
    for document in known.documents:
        item = add(listed, "li")
        if is_beside(document.href):
            link(item, document.title, document.href)
            say(item, " ")
            add(item, "span", document.href, "quiet mono")
        else:
            say(item, f"{document.title} ({document.href})")
