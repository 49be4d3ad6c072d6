"""Which terms a raw code can mean: by the written table first, then by the texts of the codelist's terms."""

from __future__ import annotations

from collections.abc import Iterable

from ced_cdisc.expr import tree

Meant = dict[str, list[str]]
"""Text to the terms that it can mean; an empty term is missing."""


def spellings(node: tree.Recode) -> tuple[Meant, Meant]:
    """The texts as they are spelt, and in lower case for where no spelling is the same.

    A text that the table has in any case that counts is not looked for among the terms.
    """
    table: Meant = {code: [term] for code, term in reversed(node.pairs)}
    table_lower: Meant = {code.lower(): [term] for code, term in reversed(node.pairs)}
    ruled = table_lower if node.ignore_case else table
    exact = {
        text: terms
        for text, terms in _by_text(node.terms, lower=False).items()
        if (text.lower() if node.ignore_case else text) not in ruled
    }
    return exact | table, _by_text(node.terms, lower=True) | table_lower


def _by_text(terms: Iterable[tuple[str, Iterable[str]]], *, lower: bool) -> Meant:
    made: Meant = {}
    for term, texts in terms:
        for text in texts:
            known = made.setdefault(text.lower() if lower else text, [])
            if term not in known:
                known.append(term)
    return made
