"""The pages of an annotated CRF that the build makes: which columns of which raw table stand on each.

A page number of a spec is a page of the file. So the pages of a form depend on the contract of its table
alone, and a line that is written or taken away moves no form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.guide import GUIDES
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import Block, DatasetPlan, Line
from ced_cdisc.plan.raw import RawTable

if TYPE_CHECKING:  # the pages of a known plan are told without the parsers
    from ced_cdisc.spec.define import DefineSpec, DocumentSpec
    from ced_cdisc.spec.source import Text

FIELDS = 24
"""How many columns of a raw table a page holds."""

CONTENTS = 40
"""How many forms a page of the table of contents lists."""
_MOST = 5000  # the last page that a form may stand on


class FormPage(Struct, frozen=True):
    """A page of the annotated CRF: raw columns of one table. ``where`` is what gives it its number."""

    number: int
    table: str
    columns: tuple[str, ...]
    where: Location


def first_page(pages: Iterable[FormPage]) -> int:
    """The first page for forms; before it stand the title and the table of contents."""
    forms = len({page.table for page in pages})
    return 2 + max(1, -(-forms // CONTENTS))


def page_of(page: int, columns: Iterable[str], column: str) -> int:
    """The page of a column, where the form begins on ``page`` and its columns stand in that order."""
    listed = list(columns)
    return page + (listed.index(column) // FIELDS if column in listed else 0)


def form_pages(
    tables: Mapping[str, RawTable], datasets: Iterable[DatasetPlan], document: str
) -> list[FormPage]:
    """All pages that the tables and the lines ask for, in their order; of one number there may be several.

    Args:
        tables: the raw tables of a study.
        datasets: the study's datasets.
        document: the id of the annotated CRF.
    """
    made: dict[tuple[int, str], FormPage] = {}
    for name, table in tables.items():
        for start in range(0, len(table.columns) if table.page is not None else 0, FIELDS):
            number = (table.page or 0) + start // FIELDS
            columns = table.columns[start : start + FIELDS]
            made[number, name] = FormPage(number, name, columns, table.where)
    for dataset in datasets:
        for block in dataset.blocks:
            for line in block.lines:
                for number in (
                    p for ref in line.origin.documents if ref.document == document for p in ref.pages
                ):
                    _add(made, number, line, block, tables)
    return [made[key] for key in sorted(made, key=lambda key: (key[0], list(tables).index(key[1])))]


def _add(
    made: dict[tuple[int, str], FormPage],
    number: int,
    line: Line,
    block: Block,
    tables: Mapping[str, RawTable],
) -> None:
    """A page that a line names holds the columns that the line collects, unless it has one of them."""
    each = block.each[0] if block.each is not None else ""
    read = [(owner, column) for owner, column in collected(line.tree, each) if owner in tables]
    held = ((number, owner) in made and column in made[number, owner].columns for owner, column in read)
    if not read or any(held):
        return
    table = read[0][0]
    page = made.get((number, table), FormPage(number, table, (), line.where))
    new = dict.fromkeys(column for owner, column in read if owner == table and column not in page.columns)
    made[number, table] = FormPage(number, table, (*page.columns, *new), page.where)


def collected(node: tree.Node, each: str) -> Iterator[tuple[str, str]]:
    """The columns, with what they are of, whose values a line takes; not those of its conditions.

    ``each`` is the column of each.TEXT, empty where there is none.
    """
    if isinstance(node, tree.Column):
        name = each if node.owner == "each" and each else node.name
        yield name.partition(".")[0], name.rpartition(".")[2]
    elif isinstance(node, tree.Call) and node.name == "if":
        for branch in node.args[1:]:
            yield from collected(branch, each)
    else:
        for child in tree.children(node):
            yield from collected(child, each)


def made_document(define: DefineSpec) -> str:
    """The id of the annotated CRF that the build makes, or an empty text."""
    return next((str(name) for name, doc in define.documents.items() if doc.kind == "acrf" and doc.made), "")


def check_pages(
    define: DefineSpec,
    tables: Mapping[str, RawTable],
    datasets: Iterable[DatasetPlan],
    findings: Findings,
) -> None:
    """CED018 and CED126: a document that cannot be made, and pages that are taken."""
    for name, doc in define.documents.items():
        if doc.made:
            _check_document(name, doc, define, findings)
    document = made_document(define)
    if not document:
        return
    pages = form_pages(tables, datasets, document)
    first = first_page(pages)
    holders: dict[int, FormPage] = {}
    said: set[tuple[str, Location]] = set()
    for page in pages:
        if (page.table, page.where) in said:
            continue
        if page.number < first:
            why = f"the first {first - 1} pages are the title and the contents"
        elif page.number > _MOST:
            why = f"it has no more than {_MOST:,} pages"
        elif page.number in holders:
            why = f"the form {holders[page.number].table} needs it, and a page holds {FIELDS} columns"
        else:
            holders[page.number] = page
            continue
        said.add((page.table, page.where))
        problem = f"page {page.number} of the annotated CRF cannot hold the form {page.table}: {why}"
        hint = f"page {_free(page, pages, first)} is free for it"
        findings.add(Finding("CED126", problem, page.where, hint=hint))


def _free(page: FormPage, pages: Iterable[FormPage], first: int) -> int:
    """The first page from which on there is room for all that this page's number asks for."""
    listed = list(pages)
    wanted = sum((one.table, one.where) == (page.table, page.where) for one in listed)
    taken = {one.number for one in listed if (one.table, one.where) != (page.table, page.where)}
    return next(n for n in count(first) if not taken & set(range(n, n + wanted)))


def _check_document(name: Text, doc: DocumentSpec, define: DefineSpec, findings: Findings) -> None:
    forms = [str(other) for other, one in define.documents.items() if one.kind == "acrf"]
    href = str(doc.href)
    if doc.kind in GUIDES:
        return  # see ced_cdisc.plan.guides
    if doc.kind != "acrf" or forms[0] != name:
        problem = f"the build makes no document {name}"
        hint = "it can make the annotated CRF (kind: acrf) and the reviewer's guides (csdrg, adrg)"
        if doc.kind == "acrf":
            hint = f"origins point to pages of {forms[0]}"
    elif doc.package != "sdtm":
        problem = f"the annotated CRF {name} is made for one package"
        hint = "write package: sdtm"
    elif not href.lower().endswith(".pdf") or "/" in href or "\\" in href:
        problem = f"the annotated CRF {name} cannot be made as {href}"
        hint = "href is the name of a PDF beside define.xml, such as acrf.pdf"
    else:
        return
    findings.add(Finding("CED018", problem, doc.place, hint=hint))
