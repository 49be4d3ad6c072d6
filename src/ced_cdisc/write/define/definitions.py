"""Which shared definitions a package reaches, each once, and the contradictions that must not be written.

A codelist, a method, a comment or a document that nothing refers to is not written (a reviewer would ask
what it is for). Two different objects under one OID are a bug of the builder: an exception, not a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from ced_cdisc.core.metadata import (
    Codelist,
    Comment,
    DatasetMetadata,
    Document,
    DocumentRef,
    Method,
    Origin,
    PackageMetadata,
    RangeCheck,
    Variable,
)
from ced_cdisc.write.define import oids

T = TypeVar("T")


class DefineModelError(ValueError):
    """The metadata contradicts itself, or says what define.xml has no way to say."""


class WhereClause(Struct, frozen=True):
    """A condition under which value-level metadata holds; its checks are joined by AND."""

    oid: str
    checks: tuple[RangeCheck, ...]
    comment: Comment | None


class Definitions(Struct, frozen=True):
    """The definitions a package reaches; documents in the order of the package, all others by OID."""

    where_clauses: tuple[WhereClause, ...]
    codelists: tuple[Codelist, ...]
    methods: tuple[Method, ...]
    comments: tuple[Comment, ...]
    documents: tuple[Document, ...]


def definitions(package: PackageMetadata) -> Definitions:
    """Collect what the package reaches.

    Raises:
        DefineModelError: two objects share an OID, a reference has no target, a dataset or variable
            without data has no comment, or a where clause joins datasets without a comment.
    """
    _require_unique_names(package)
    where_clauses = _Once[WhereClause]("where clause")
    codelists = _Once[Codelist]("codelist")
    methods = _Once[Method]("method")
    comments = _Once[Comment]("comment")
    for clause in _where_clauses(package):
        where_clauses.add(clause.oid, clause)
    for codelist in _codelists(package):
        codelists.add(oids.codelist(codelist.id), codelist)
    for method in _methods(package):
        methods.add(oids.method(method.id), method)
    for comment in _comments(package, where_clauses.items(), codelists.items()):
        comments.add(oids.comment(comment.id), comment)
    _require_standards(package, codelists.items())
    return Definitions(
        where_clauses=where_clauses.items(),
        codelists=codelists.items(),
        methods=methods.items(),
        comments=comments.items(),
        documents=_documents(package, methods.items(), comments.items()),
    )


def written_origin(variable: Variable) -> Origin | None:
    """The origin that the variable itself shows: none if every value-level row has its own.

    Source: Define-XML 2.1, the element def:Origin: it stands at one level only.
    """
    if variable.value_level and all(row.origin is not None for row in variable.value_level):
        return None
    return variable.origin


class _Once(Generic[T]):
    """Objects by OID; the same object may come twice, a different one under a known OID may not."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._objects: dict[str, T] = {}

    def add(self, oid: str, content: T) -> None:
        known = self._objects.setdefault(oid, content)
        if known is not content and known != content:
            raise DefineModelError(f"two different {self._kind}s have the OID {oid}")

    def items(self) -> tuple[T, ...]:
        return tuple(content for _, content in sorted(self._objects.items(), key=lambda pair: pair[0]))


def _variables(package: PackageMetadata) -> Iterator[tuple[DatasetMetadata, Variable]]:
    for dataset in package.datasets:
        for variable in dataset.variables:
            yield dataset, variable


def _where_clauses(package: PackageMetadata) -> Iterator[WhereClause]:
    known = {(dataset.name, variable.name) for dataset, variable in _variables(package)}
    for dataset, variable in _variables(package):
        place = f"{dataset.name}.{variable.name}"
        seen: set[str] = set()
        for row in variable.value_level:
            if not row.where or not all(check.values for check in row.where):
                raise DefineModelError(f"{place}: a value-level row has no condition, or one without a value")
            oid = oids.where_clause(dataset.name, row.where)
            if oid in seen:
                raise DefineModelError(f"{place}: two value-level rows have the condition {oid}")
            seen.add(oid)
            for check in row.where:
                if (check.dataset, check.variable) not in known:
                    raise DefineModelError(
                        f"{place}: {oid} asks for {check.dataset}.{check.variable}, "
                        "which is not in the package"
                    )
            if any(check.dataset != dataset.name for check in row.where) and row.where_comment is None:
                raise DefineModelError(f"{place}: {oid} joins datasets and needs a comment on how")
            yield WhereClause(oid, row.where, row.where_comment)
    for result in (result for display in package.displays for result in display.results):
        asked = {(result.dataset, name) for name in result.variables} | {
            (check.dataset, check.variable) for check in result.where
        }
        for dataset, variable in sorted(asked - known):
            raise DefineModelError(
                f"the result {result.id} asks for {dataset}.{variable}, which is not in the package"
            )
        yield WhereClause(oids.where_clause(result.dataset, result.where), result.where, None)


def _codelists(package: PackageMetadata) -> Iterator[Codelist]:
    for _, variable in _variables(package):
        for codelist in (variable.codelist, *(row.codelist for row in variable.value_level)):
            if codelist is None:
                continue
            if bool(codelist.terms) == bool(codelist.dictionary):
                raise DefineModelError(
                    f"codelist {codelist.id} must have either terms or an external dictionary"
                )
            yield codelist


def _methods(package: PackageMetadata) -> Iterator[Method]:
    for _, variable in _variables(package):
        yield from filter(None, (variable.method, *(row.method for row in variable.value_level)))


def _comments(
    package: PackageMetadata, clauses: tuple[WhereClause, ...], codelists: tuple[Codelist, ...]
) -> Iterator[Comment]:
    found: list[Comment | None] = [package.comment]
    found += [standard.comment for standard in package.standards]
    for dataset in package.datasets:
        if dataset.has_no_data and dataset.comment is None:
            raise DefineModelError(f"dataset {dataset.name} has no data and needs a comment that says why")
        found.append(dataset.comment)
    for dataset, variable in _variables(package):
        if variable.has_no_data and variable.comment is None:
            raise DefineModelError(
                f"variable {dataset.name}.{variable.name} has no data and needs a comment that says why"
            )
        found += [variable.comment, *(row.comment for row in variable.value_level)]
    found += [clause.comment for clause in clauses]
    found += [codelist.comment for codelist in codelists]
    yield from filter(None, found)


def _documents(
    package: PackageMetadata, methods: tuple[Method, ...], comments: tuple[Comment, ...]
) -> tuple[Document, ...]:
    """The annotated CRF, the supplemental documents, and every other document that is referred to."""
    references: list[DocumentRef] = []
    for _, variable in _variables(package):
        for origin in (written_origin(variable), *(row.origin for row in variable.value_level)):
            references += origin.documents if origin is not None else ()
    for definition in (*methods, *comments, *package.displays):
        references += definition.documents
    known = {document.id for document in package.documents}
    for reference in references:
        if reference.document not in known:
            raise DefineModelError(f"the document {reference.document} is referred to but not in the package")
    wanted = {reference.document for reference in references}
    leaves = {oids.dataset_leaf(dataset.name): dataset.name for dataset in package.datasets}
    written = tuple(d for d in package.documents if d.kind != "other" or d.id in wanted)
    for document in written:
        leaf = oids.document_leaf(document.id)
        if leaf in leaves:
            raise DefineModelError(f"the files of {leaves[leaf]} and {document.id} both have the ID {leaf}")
        leaves[leaf] = document.id
    return written


def _require_unique_names(package: PackageMetadata) -> None:
    for kind, names in (
        ("dataset", [dataset.name for dataset in package.datasets]),
        ("variable", [f"{dataset.name}.{variable.name}" for dataset, variable in _variables(package)]),
        ("standard", [standard.id for standard in package.standards]),
        ("document", [document.id for document in package.documents]),
        ("display", [display.id for display in package.displays]),
        ("result", [result.id for display in package.displays for result in display.results]),
    ):
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        if twice:
            raise DefineModelError(f"the {kind} {twice[0]} is defined twice")


def _require_standards(package: PackageMetadata, codelists: tuple[Codelist, ...]) -> None:
    known = {"", *(standard.id for standard in package.standards)}
    users = [(f"dataset {dataset.name}", dataset.standard) for dataset in package.datasets]
    users += [(f"codelist {codelist.id}", codelist.standard) for codelist in codelists]
    for user, standard in users:
        if standard not in known:
            raise DefineModelError(f"{user} cites the standard {standard}, which is not in the package")
