"""Where values come from and how they are made: origins and methods, from the same line as the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec.structs import replace

from ced_cdisc.core.metadata import Comment, DocumentRef, Method, Origin, OriginSource, OriginType
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause, listed, sentence
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.crf_pages import collected, page_of
from ced_cdisc.plan.language.imputation import FlagLine, formula_of
from ced_cdisc.plan.model import SUPP
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.study import TableDefaults, TableSpec

ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")
ON_FORMS = ("Subject", "Investigator")
"""Who records values on forms, which have pages."""
_COMPUTED = ("derive", "cases", "flag", "impute", "ticks")
"""Verbs whose lines have a method."""


class Origins:
    """The origins of lines, as their verbs and the raw tables say."""

    def __init__(
        self, tables: Mapping[str, TableSpec], defaults: TableDefaults, crf: str, *, made: bool = False
    ) -> None:
        self._tables = tables
        self._defaults = defaults
        self._crf = crf
        self._made = made

    def of(self, spec: LineSpec, verb: str, node: tree.Node, each: str = "") -> Origin:
        """The origin that the verb of a line stands for, with the pages of all columns that make its value.

        Args:
            spec: the line.
            verb: its verb.
            node: the tree of its value.
            each: the column of each.TEXT.
        """
        if verb == "collect":
            return self._collected(spec, node, each)
        if verb in ("assign", "absent"):
            return _origin("Assigned", spec.source or "Sponsor")
        if verb == "protocol":
            return _origin("Protocol", "Sponsor")
        if verb == "copy":
            return _origin("Predecessor", description=str(spec.copy_))
        return _origin("Derived", spec.source or "Sponsor")

    def _collected(self, spec: LineSpec, node: tree.Node, each: str) -> Origin:
        assert spec.collect is not None
        name = each if spec.collect.startswith("each.") and each else str(spec.collect)
        table = self._tables.get(name.partition(".")[0])
        recorded = table.recorded_by if table and table.recorded_by else self._defaults.recorded_by
        source = spec.source or recorded
        if source == "Sponsor":  # what the sponsor entered into the raw table, such as dictionary codes
            return ASSIGNED
        shown = self._crf and source in ON_FORMS
        pages = {spec.page} if spec.page is not None else self._pages(node, each)
        refs = (DocumentRef(self._crf, tuple(sorted(pages))),) if pages and shown else ()
        return _origin("Collected", source, documents=refs)

    def _pages(self, node: tree.Node, each: str) -> set[int]:
        """The pages of the columns of a value, such as a date and its time, which may stand on two."""
        read = ((self._tables.get(owner), column) for owner, column in collected(node, each))
        pages = (self._page(table, column) for table, column in read if table is not None)
        return {page for page in pages if page is not None}

    def _page(self, table: TableSpec, column: str) -> int | None:
        """The page of a column: a form that is made goes on behind its first page."""
        if table.page is None or not self._made:
            return table.page
        return page_of(table.page, map(str, self._defaults.columns_of(table)), column)


@lru_cache(maxsize=4096)
def _origin(
    kind: OriginType,
    source: OriginSource | None = None,
    description: str = "",
    documents: tuple[DocumentRef, ...] = (),
) -> Origin:
    """An origin, the same one for all lines that have it: a study has thousands of lines and few origins."""
    return Origin(kind, source, description, documents)


def method_of(
    spec: LineSpec,
    verb: str,
    node: tree.Node,
    dataset: str,
    variable: str,
    text: Text | None,
    looked: Mapping[str, str],
) -> Method | None:
    """The method of a computed line: its own words if given, else English from the tree.

    Args:
        spec: the line.
        verb: its verb; only derive, cases, flag and impute have a method.
        node: the tree of its value.
        dataset: the dataset's name.
        variable: the variable's name, with ``supp.`` before that of a supplemental qualifier.
        text: the text that the tree was made from, or None where nothing is to be shown.
        looked: which record of a table goes with the row, as a sentence, by the table.
    """
    if verb not in _COMPUTED:
        return None
    formula = "" if text is None else str(spec.derive or spec.collect) if verb == "derive" else _formula(spec)
    if formula and spec.when is not None:
        formula = f"{formula}, where {spec.when}"
    if spec.as_ is not None:
        words = str(spec.as_)
    else:
        words = _flag_text(node, spec) if verb == "flag" else sentence(node, FUNCTIONS)
        words = " ".join([words, *_said(node, looked)])
    made = derivation(dataset, variable.removeprefix(SUPP), words, formula)
    if verb == "impute" and not isinstance(spec, FlagLine):
        return replace(made, name=f"Imputation of {variable.removeprefix(SUPP)}", type="Imputation")
    return made


def _said(node: tree.Node, looked: Mapping[str, str]) -> Iterator[str]:
    """Which records of tables without subjects a tree reads, as sentences."""
    read = {column.owner for column in columns(node)} if looked else ()
    return (said for owner, said in looked.items() if owner in read)


def comment_of(
    spec: LineSpec,
    verb: str,
    condition: tree.Node | None,
    dataset: str,
    variable: str,
    looked: Mapping[str, str],
) -> Comment | None:
    """What define.xml says of a line beside its origin: its own words, else the condition of its value.

    A computed line says its condition in its method.

    Args:
        spec: the line.
        verb: its verb.
        condition: the one that is written, or None.
        dataset: the dataset's name.
        variable: the variable's name, with ``supp.`` before that of a supplemental qualifier.
        looked: which record of a table goes with the row, as a sentence, by the table.
    """
    owner = f"SUPP{dataset}" if variable.startswith(SUPP) else dataset
    identifier = f"{owner}.{variable.removeprefix(SUPP)}"
    if spec.comment or spec.absent:
        # Why there is no value holds where there is none: a block that has values is told apart from it.
        return Comment(identifier, str(spec.comment or spec.absent), is_condition=spec.comment is None)
    if condition is None or verb in _COMPUTED:
        return None
    words = " ".join([f"Given only if {clause(condition, FUNCTIONS)}.", *_said(condition, looked)])
    return Comment(identifier, words, is_condition=True)


def derivation(dataset: str, variable: str, text: str, formula: str = "") -> Method:
    """The method of one variable, in words and as the expression it was made from."""
    return Method(
        id=f"{dataset}.{variable}",
        name=f"Derivation of {variable}",
        type="Computation",
        text=text,
        formula=formula,
    )


def _flag_text(node: tree.Node, spec: LineSpec) -> str:
    rank = next(n for n in tree.walk(node) if isinstance(n, tree.Aggregate))
    group = listed(["subject", *map(str, spec.by or ())])
    order = order_in_words(spec.order or ())
    text = f"Y on the {spec.flag} record, in the order of {order}, of each {group}"
    if rank.where is not None:
        text += f", among the records where {clause(rank.where, FUNCTIONS)}"
    return f"{text}; otherwise missing."


def order_in_words(order: Iterable[Text]) -> str:
    """The variables that give an order, in words: A and descending B."""
    words = [str(word) for word in order]
    return listed([f"descending {w.removesuffix(' desc')}" if w.endswith(" desc") else w for w in words])


def _formula(spec: LineSpec) -> str:
    if spec.cases is not None:
        parts = [
            f"else {case.else_}" if case.else_ is not None else f"when {case.when} then {case.then}"
            for case in spec.cases
        ]
        return "; ".join(parts)
    if isinstance(spec, FlagLine):
        return spec.formula
    if spec.impute is not None:
        return formula_of(spec)
    if spec.flag is not None:
        parts = [f"flag {spec.flag}"]
        parts += [f"where {spec.where}"] if spec.where else []
        parts += [f"by {', '.join(map(str, spec.by))}"] if spec.by else []
        return " ".join([*parts, f"order by {', '.join(map(str, spec.order or ()))}"])
    return ""
