"""Reads define.html with lxml and holds it against the metadata that it was made of."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from lxml import html

from ced_cdisc.core.metadata import Codelist, Comment, Method, PackageMetadata, ValueLevel, Variable
from ced_cdisc.write.define import oids


class Page:
    """A parsed page: elements by id, texts with single blanks."""

    def __init__(self, content: bytes) -> None:
        self.root: Any = html.document_fromstring(content.decode())
        self.ids: dict[str, Any] = {node.get("id"): node for node in self.root.iter() if node.get("id")}

    def text(self, node: Any) -> str:
        return " ".join(node.text_content().split())

    def targets(self) -> list[str]:
        given = (node.get(name) for node in self.root.iter() for name in ("href", "src", "action"))
        return [target for target in given if target]


def plain(text: str) -> str:
    return " ".join(text.split())


def check_page(content: bytes, package: PackageMetadata) -> Page:
    """Everything that the package says stands on the page, where a reader looks for it."""
    page = Page(content)
    counts = Counter(node.get("id") for node in page.root.iter() if node.get("id"))
    assert [name for name, number in counts.items() if number > 1] == []
    for dataset in package.datasets:
        section = page.ids[dataset.name]
        said = page.text(section)
        assert plain(f"{dataset.name} {dataset.label} {dataset.structure}") in said
        assert dataset.comment is None or plain(dataset.comment.text) in said
        rows = section.findall(".//tr[@class='v']")
        assert [row.get("id") for row in rows] == [f"{dataset.name}.{v.name}" for v in dataset.variables]
        for variable, row in zip(dataset.variables, rows, strict=True):
            _check_variable(page, variable, row)
            levels = [
                page.ids[oids.value_item(dataset.name, variable.name, level.where).removeprefix("IT.")]
                for level in variable.value_level
            ]
            following = list(row.itersiblings())[: len(levels)]
            assert following == levels, f"{row.get('id')}: value-level rows stand below their variable"
            for level, below in zip(variable.value_level, levels, strict=True):
                _check_item(page, level, below)
                values = {value for check in level.where for value in check.values}
                condition = page.text(below.find("th"))
                assert all(plain(value) in condition for value in values)
                assert level.where_comment is None or plain(level.where_comment.text) in page.text(below)
    for display in package.displays:
        assert plain(f"{display.id} {display.title}") in page.text(page.ids[f"display.{display.id}"])
        for result in display.results:
            node = page.ids[f"result.{result.id}"]
            for text in (result.description, result.documentation, result.dataset, result.context):
                assert plain(text) in page.text(node), result.id
            assert node.find(".//pre").text_content() == result.code
            linked = {a.get("href") for a in node.iter("a")}
            assert {f"#{result.dataset}.{name}" for name in result.variables} <= linked
    for standard in package.standards:
        assert standard.version in page.text(page.ids["standards"])
        assert standard.comment is None or plain(standard.comment.text) in page.text(page.ids["standards"])
    assert package.comment is None or plain(package.comment.text) in page.text(page.ids["start"])
    return page


def _check_variable(page: Page, variable: Variable, row: Any) -> None:
    _check_item(page, variable, row)
    cells = page.text(row)
    assert plain(f"{variable.name}") in page.text(row.find("th"))
    assert variable.key is None or f"key {variable.key}" in page.text(row.find("th"))
    assert plain(variable.role) in cells and variable.core in cells
    if variable.lineage is not None:
        assert row.get("data-spec", "").split("\n") == list(variable.lineage.places or [""])
        assert row.get("data-raw", "").split("\n") == list(variable.lineage.columns or [""])
        named = [line.partition(" ")[0] for line in row.get("data-from", "").split("\n")]
        assert named == list(variable.lineage.variables or [""])
        assert not variable.lineage.places or variable.lineage.places[0] in page.text(row)


def _check_item(page: Page, item: Variable | ValueLevel, row: Any) -> None:
    label, kind, codelist, origin, words, _ = row.findall("td")
    assert page.text(label).startswith(plain(item.label))
    assert page.text(kind).startswith(item.type)
    levels = item.value_level if isinstance(item, Variable) else ()
    given = item.origin
    if levels and all(level.origin is not None for level in levels):
        given = None  # it stands at one level only, as in define.xml
    assert page.text(origin).startswith(given.type if given is not None else "")
    assert (given is None) == (page.text(origin) == "")
    if given is not None:
        assert given.description in page.text(origin)
        pages = {str(number) for ref in given.documents for number in ref.pages}
        assert pages <= set(re.findall(r"\d+", page.text(origin)))
    _check_method(page, item.method, words)
    _check_comment(page, item.comment, words)
    _check_codelist(page, item.codelist, codelist)


def _check_method(page: Page, method: Method | None, words: Any) -> None:
    if method is None:
        assert words.find("p[@class='method']") is None
        return
    assert plain(method.text) in page.text(words.find("p[@class='method']"))
    formula = words.find("details/pre/code")
    assert (formula.text_content() if formula is not None else "") == method.formula


def _check_comment(page: Page, comment: Comment | None, words: Any) -> None:
    said = " ".join(page.text(p) for p in words.findall("p[@class='comment']"))
    assert comment is None or plain(comment.text) in said


def _check_codelist(page: Page, codelist: Codelist | None, cell: Any) -> None:
    if codelist is None:
        assert page.text(cell) == ""
        return
    link = cell.find("a")
    assert page.text(link) == plain(codelist.name)
    block = page.ids[link.get("href").removeprefix("#")]
    assert codelist.code in page.text(block) and codelist.version in page.text(block)
    assert codelist.comment is None or plain(codelist.comment.text) in page.text(block)
    rows = block.findall(".//tbody/tr")
    assert len(rows) == len(codelist.terms)
    for term, row in zip(codelist.terms, rows, strict=True):
        text = page.text(row)
        assert text.startswith(plain(term.value)) and plain(term.decode) in text and term.code in text
        assert (row.find("th/span") is not None) == term.extended
