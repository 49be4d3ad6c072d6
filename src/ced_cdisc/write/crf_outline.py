"""The bookmarks of the annotated CRF: by visit, by page, by name of the form, and by dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ced_cdisc.describe.annotated_crf import AnnotatedCrf, CrfPage


class Bookmark(Struct, frozen=True):
    """A bookmark: its text, the page that it leads to, and its level from 0."""

    title: str
    page: int
    level: int


def bookmarks(crf: AnnotatedCrf) -> Iterator[Bookmark]:
    """All bookmarks in their order."""
    yield Bookmark("Title", 1, 0)
    yield Bookmark("Contents", 2, 0)
    forms = [page for page in crf.pages if page.part == 1]
    visits = [(name, [page for page in forms if page.table in tables]) for name, tables in crf.visits]
    yield from _headed("Visits", visits)
    by_name = sorted(forms, key=lambda page: (page.title.lower(), page.number))
    for heading, listed in (("Forms by page", forms), ("Forms from A to Z", by_name)):
        parts = ((page.title, [one for one in crf.pages if one.table == page.table]) for page in listed)
        yield from _headed(heading, parts, single=False)
    labels = {name: label for page in crf.pages for name, label in page.datasets}
    named = sorted((name, named_dataset(name, labels[name])) for name in labels)
    on = ((text, [page for page in crf.pages if name in dict(page.datasets)]) for name, text in named)
    yield from _headed("Datasets", on)


def _headed(
    heading: str, groups: Iterable[tuple[str, list[CrfPage]]], *, single: bool = True
) -> Iterator[Bookmark]:
    """A heading, groups below it, and their pages; of a group of one page these only if ``single``."""
    for place, (name, pages) in enumerate((name, pages) for name, pages in groups if pages):
        if place == 0:
            yield Bookmark(heading, pages[0].number, 0)
        yield Bookmark(name, pages[0].number, 1)
        for page in pages if single or len(pages) > 1 else ():
            yield Bookmark(titled(page), page.number, 2)


def named_dataset(name: str, label: str) -> str:
    """A dataset with its label, as legends and bookmarks name it."""
    return f"{name} ({label})" if label else name


def titled(page: CrfPage) -> str:
    """A page by its form, and which of several it is."""
    return page.title + (f", page {page.part} of {page.parts}" if page.parts > 1 else "")
