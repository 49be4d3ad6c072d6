"""One text, of a method or a comment, for a variable whose records come from several sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from ced_cdisc.core.metadata import Comment, Method
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.model import Block

Sourced = tuple[str, Method | None]
"""A method, and the source of its records in words (``XC``), or empty where it is not known."""

_KINDS = {"raw": "the raw table {}", "dataset": "{}", "visits": "the subject's visits", "rows": ""}


def source_in_words(block: Block) -> str:
    """Where the records of a block come from: a dataset, or a raw table."""
    return _KINDS[block.kind].format(block.source)


def merge_methods(sourced: Iterable[Sourced]) -> Method | None:
    """The methods of several sources of one variable as one: each text and each formula once.

    Each text names the sources it holds for; where a source has several texts, or is not known, they are
    numbered in the order of the spec.
    """
    given = [(source, method) for source, method in sourced if method is not None]
    if not given:
        return None
    first = given[0][1]
    if len(given) == 1:
        return first
    texts: dict[str, list[str]] = {}
    for source, method in given:
        sources = texts.setdefault(method.text, [])
        if source not in sources:
            sources.append(source)
    formulas = list(dict.fromkeys(method.formula for _, method in given if method.formula))
    return replace(first, text=_text(texts), formula="\n".join(formulas))


def merge_comments(sourced: Iterable[tuple[str, Comment | None]]) -> Comment | None:
    """The comments of several sources of one variable as one, as methods are; some may have none.

    A comment that is written once stands as it is written; a condition names the sources that have it.
    """
    every = list(sourced)
    given = [comment for _, comment in every if comment is not None]
    if not given:
        return None
    texts: dict[str, list[str]] = {}
    for source, comment in every:
        if comment is not None and source not in (sources := texts.setdefault(comment.text, [])):
            sources.append(source)
    of_some = any(comment.is_condition for comment in given)
    others = {source for source, comment in every if comment is None} if of_some else ()
    return replace(given[0], text=_text(texts, others), is_condition=of_some)


def _text(texts: dict[str, list[str]], others: Collection[str] = ()) -> str:
    """All texts as one; ``others`` are sources that have none."""
    if len(texts) == 1 and not others:
        return next(iter(texts))
    named = [source for sources in texts.values() for source in sources]
    if all(named) and len({*named, *others}) == len(named) + len(others):
        return " ".join(
            f"In records made from {_together(sources)}: {inside(text)}" for text, sources in texts.items()
        )
    if len(texts) == 1:
        return next(iter(texts))
    numbered = " ".join(f"({i}) {text}" for i, text in enumerate(texts, 1))
    return f"By the kind of record, in the order of the mapping: {numbered}"


def _together(sources: list[str]) -> str:
    raw = _KINDS["raw"].format("")
    if len(sources) > 1 and all(source.startswith(raw) for source in sources):
        return f"the raw tables {listed([source.removeprefix(raw) for source in sources])}"
    return listed(sources)


def inside(text: str) -> str:
    """A sentence to stand behind a colon: in small letters, unless it begins with a name."""
    begins = text.split(" ", 1)[0]
    is_word = len(begins) > 1 and begins.isalpha() and begins[1:].islower()
    return text[:1].lower() + text[1:] if is_word else text
