"""The cells that variables and value-level rows share: type, codelist, origin, method, comment, spec."""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.core.findings import counted
from ced_cdisc.core.metadata import (
    Codelist,
    Comment,
    DocumentRef,
    Lineage,
    Method,
    Origin,
    RangeCheck,
    ValueLevel,
    Variable,
)
from ced_cdisc.write.define_page.markup import Element, add, is_beside, link, say
from ced_cdisc.write.define_page.places import Places, codelist_place

_SIGNS = {"EQ": "=", "NE": "≠", "LT": "<", "LE": "≤", "GT": ">", "GE": "≥", "IN": "in", "NOTIN": "not in"}

_NAMES = {"SAP": "SAP", "ADAM": "ADaM"}


def condition(checks: Sequence[RangeCheck], dataset: str) -> str:
    """A where clause in words: ``LBTESTCD = ALB and LBSPEC in (BLOOD, SERUM)``."""
    return " and ".join(
        (check.variable if check.dataset == dataset else f"{check.dataset}.{check.variable}")
        + f" {_SIGNS[check.comparator]} "
        + (check.values[0] if len(check.values) == 1 else f"({', '.join(check.values)})")
        for check in checks
    )


def type_cell(row: Element, item: Variable | ValueLevel) -> None:
    """Type, length and format."""
    cell = add(row, "td", "", "type")
    digits = f".{item.significant_digits}" if item.significant_digits is not None else ""
    timed = item.type not in ("text", "integer", "float")
    first, wide, rest = item.type.partition("Datetime")
    shown_type = add(cell, "span", first)
    if wide:
        add(shown_type, "wbr")
        say(shown_type, wide + rest)
    if not timed:
        say(cell, " ")
        add(cell, "span", f"{item.length}{digits}", "length")
    shown = item.format if isinstance(item, Variable) else item.display_format
    if shown:
        say(cell, " ")
        add(cell, "span", shown, "format")


def codelist_cell(row: Element, codelist: Codelist | None) -> None:
    """A link to the codelist, with the number of its terms."""
    cell = add(row, "td", "", "list")
    if codelist is None:
        return
    link(cell, codelist.name, f"#{codelist_place(codelist.id)}", "cl")
    terms = len(codelist.terms)
    text = (
        f"{codelist.dictionary} {codelist.version}".strip() if codelist.dictionary else counted(terms, "term")
    )
    say(cell, " ")
    add(cell, "span", text, "quiet")


def origin_cell(row: Element, origin: Origin | None, places: Places) -> None:
    """Origin and source, the predecessor as a link, the pages of documents."""
    cell = add(row, "td", "", "origin")
    if origin is None:
        return
    add(cell, "span", origin.type, f"o o-{origin.type.lower()}")
    if origin.source is not None:
        say(cell, " ")
        add(cell, "span", origin.source, "quiet")
    if origin.description:
        say(cell, " ")
        target = places.variable(origin.description)
        if target:
            link(cell, origin.description, target, "mono")
        else:
            add(cell, "span", origin.description, "mono" if origin.type == "Predecessor" else "said")
    document_refs(cell, origin.documents, places)


def sentence(term: str) -> str:
    """A term in capitals as a text begins: ``Findings about``, ``Specified in SAP``."""
    words = term.split(" ") if term.isupper() else []
    plain = [_NAMES.get(word, word.capitalize() if i == 0 else word.lower()) for i, word in enumerate(words)]
    return " ".join(plain) or term


def document_refs(cell: Element, references: Sequence[DocumentRef], places: Places) -> None:
    """Links to documents, each page of its own."""
    for reference in references:
        document = places.documents[reference.document]
        line = add(cell, "span", "", "ref")
        beside = is_beside(document.href)
        if reference.pages:
            pages = sorted(set(reference.pages))
            add(line, "span", f"{_short(document.title)} p. ")
            for number, page in enumerate(pages):
                say(line, ", " if number else "")
                if beside:
                    link(line, str(page), f"{document.href}#page={page}").set("title", document.title)
                else:
                    say(line, str(page))
            continue
        at = f"#nameddest={reference.destination}" if reference.destination else ""
        text = f"{document.title}{', ' * bool(at)}{reference.destination}"
        if beside:
            link(line, text, document.href + at)
        else:
            say(line, text)


def _short(title: str) -> str:
    return "CRF" if "case report form" in title.lower() else title


def words_cell(
    row: Element, method: Method | None, comments: Sequence[Comment | None], places: Places
) -> Element:
    """The method in words with its formula folded, and the comments."""
    cell = add(row, "td", "", "words")
    if method is not None:
        said = add(cell, "p", "", "method")
        if method.type == "Imputation":
            add(said, "span", "Imputation", "tag")
            say(said, " ")
        say(said, method.text)
        document_refs(said, method.documents, places)
        if method.formula:
            folded = add(cell, "details")
            add(folded, "summary", "Formula")
            add(add(folded, "pre"), "code", method.formula)
    for comment in comments:
        if comment is not None:
            comment_block(cell, comment, places)
    return cell


def comment_block(parent: Element, comment: Comment, places: Places) -> None:
    """A comment with what it refers to."""
    said = add(parent, "p", comment.text, "comment")
    document_refs(said, comment.documents, places)


def spec_cell(row: Element, lineage: Lineage | None) -> None:
    """The first line of the specs that makes the value; the number of others."""
    cell = add(row, "td", "", "spec")
    if lineage is None or not lineage.places:
        return
    first, *others = lineage.places
    folder, _, file = first.rpartition("/")
    place = add(cell, "span", "", "mono", title="\n".join(lineage.places))
    if folder:
        add(place, "span", f"{folder}/", "folder")
        add(place, "wbr")
    say(place, file)
    if others:
        say(cell, " ")
        add(cell, "span", f"and {len(others)} more", "quiet")


def lineage_attributes(row: Element, lineage: Lineage | None, places: Places) -> None:
    """What the script draws the lineage from: names, and their links where these are not plain."""
    if lineage is None:
        return
    for name, listed in (
        ("data-from", [_with_link(one, places) for one in lineage.variables]),
        ("data-raw", list(lineage.columns)),
        ("data-spec", list(lineage.places)),
    ):
        if listed:
            row.set(name, "\n".join(listed))


def _with_link(name: str, places: Places) -> str:
    target = places.variable(name)
    return name if target == f"#{name}" else f"{name} {target or '-'}"
