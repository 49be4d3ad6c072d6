"""define.xml against the data: datasets, variables, their attributes and values, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial, reduce
from typing import TypeAlias

import polars as pl

from ced_cdisc.check.define.against_data import SHAPES, chosen_by, listed_values
from ced_cdisc.check.define.document import DefineDocument, Element, attribute, description
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.records import Records
from ced_cdisc.conformance.submission import Datasets, Submission

_Condition: TypeAlias = "tuple[Dataset, DefineDocument, Element, str, pl.Expr]"
_NUMERIC = ("integer", "float")
_LONGEST = {
    "date": 10, "partialDate": 10, "time": 15, "partialTime": 15,
    "datetime": 29, "partialDatetime": 29, "incompleteDatetime": 29,
}  # fmt: skip
"""The most characters of dates and times, which have no Length."""


def dataset_is_described(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.datasets.values():
        yield data.fact(data.define is None)


def dataset_is_there(study: Submission) -> Iterator[Look]:  # noqa: D103
    for document in study.defines:
        for element in document.datasets:
            name = element.get("Name", "")
            data = study.get(name)
            if data is not None:
                yield data.fact(False)
            elif attribute(element, "def:HasNoData") is None:
                absent = Dataset(
                    name, description(element), document.file, "xpt", Records.of(pl.DataFrame()), {}
                )
                yield absent.fact(True)


def empty_dataset_has_no_records(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, _, element in _described(study):
        if attribute(element, "def:HasNoData") is not None:
            yield data.fact(
                data.height > 0, records="1 record" if data.height == 1 else f"{data.height:,} records"
            )


def dataset_labels_agree(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, _, element in _described(study):
        said = description(element)
        yield data.fact(said != data.label, said=said, label=data.label)


def variable_is_described(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, element in _described(study):
        names = {item.get("Name", "") for item in document.refs(element)}
        for name in data.columns:
            yield data.fact(name not in names, name)


def variable_is_there(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, element in _described(study):
        for ref, item in document.pairs(element):
            if attribute(ref, "def:HasNoData") is None:
                name = item.get("Name", "")
                yield data.fact(name not in data.columns, name)


def variables_in_order(study: Datasets) -> Iterator[Look]:
    """One finding a dataset, at the first variable that stands elsewhere."""
    for data, document, element in _described(study):
        placed = [
            (int(number) if (number := ref.get("OrderNumber", "")).isdecimal() else place, item)
            for place, (ref, item) in enumerate(document.pairs(element), start=1)
        ]
        said = [item.get("Name", "") for _, item in sorted(placed, key=lambda pair: pair[0])]
        said = [name for name in said if name in data.columns]
        real = [name for name in data.columns if name in said]
        other = next((pair for pair in zip(said, real, strict=False) if pair[0] != pair[1]), None)
        yield data.fact(other is not None, other[1] if other else "", said=other[0] if other else "")


def variable_labels_agree(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, element in _described(study):
        for item in document.refs(element):
            column = data.columns.get(item.get("Name", ""))
            if column is not None:
                said = document.description(item)
                yield data.fact(said != column.label, column.name, said=said, label=column.label)


def variable_types_agree(study: Datasets) -> Iterator[Look]:
    """Numbers are integer or float in define.xml, whatever they stand for; all else is text."""
    for data, item, name in _variables(study):
        kind, real = item.get("DataType", ""), data.columns[name].type
        yield data.fact((kind in _NUMERIC) != (real == "Num"), name, said=kind, real=real)


def formats_agree(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, item, name in _variables(study):
        said, real = attribute(item, "def:DisplayFormat") or "", data.columns[name].format
        if said and real:
            differ = said.upper().rstrip(".") != real.upper().rstrip(".")
            yield data.fact(differ, name, said=said, real=real)


def length_fits_in_file(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, item, name in _variables(study):
        column, length = data.columns[name], item.get("Length", "")
        if item.get("DataType") == "text" and column.type == "Char" and column.length and length.isdecimal():
            yield data.fact(int(length) > column.length, name, said=length, real=str(column.length))


def values_fit_length(study: Datasets) -> Iterator[Look]:
    """In characters: Length may count these or bytes, which are never fewer."""
    for data, item, name in _variables(study):
        length = item.get("Length", "")
        if item.get("DataType") == "text" and data.columns[name].type == "Char" and length.isdecimal():
            yield data.no_longer(name, int(length), said=length)


def mandatory_is_filled(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, element in _described(study):
        for ref, item in document.pairs(element):
            name = item.get("Name", "")
            if ref.get("Mandatory") == "Yes" and name in data.columns:
                yield data.filled(name)


def empty_variable_has_no_values(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, element in _described(study):
        for ref, item in document.pairs(element):
            name = item.get("Name", "")
            if attribute(ref, "def:HasNoData") is not None and name in data.columns:
                yield data.records(pl.col(name).is_not_null(), name, of=pl.lit(True))


def variable_without_values_says_so(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, element in _described(study):
        for ref, item in document.pairs(element) if document.version == "2.1" and data.height else ():
            name = item.get("Name", "")
            if attribute(ref, "def:HasNoData") is None and name in data.columns:
                yield data.fact(data.is_empty(name), name)


def integers_are_whole(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, item, name in _variables(study):
        if item.get("DataType") == "integer" and data.columns[name].type == "Num":
            yield data.numbers_wrong(name, lambda value: value % 1 != 0)


def dates_have_their_shape(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, item, name in _variables(study):
        kind = item.get("DataType", "")
        if kind in SHAPES and data.columns[name].type == "Char":
            yield data.values_wrong(name, partial(_is_not_shaped, SHAPES[kind]), said=kind)


def values_in_list_of_condition(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, document, item, name, of in _conditions(study):
        listed = listed_values(document, item)
        if listed is not None:
            column = pl.col(name)
            if data.columns[name].type == "Num":
                numbers = pl.Series(listed[1]).cast(pl.Float64, strict=False).drop_nulls()
                wrong = ~column.is_in(numbers.implode())
            else:
                wrong = ~column.is_in(listed[1])
            yield data.records(wrong, name, of=of, said=item.get("OID", ""))


def values_of_condition_fit_length(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, _, item, name, of in _conditions(study):
        length = item.get("Length", "")
        if item.get("DataType") == "text" and data.columns[name].type == "Char" and length.isdecimal():
            wrong = pl.col(name).str.len_chars() > int(length)
            yield data.records(wrong, name, of=of, said=length)


def values_of_condition_have_type(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, _, item, name, of in _conditions(study):
        kind, column = item.get("DataType", ""), pl.col(name)
        wrong = None
        if data.columns[name].type == "Num":
            wrong = column % 1 != 0 if kind == "integer" else None
        elif kind in _NUMERIC:
            number = column.str.strip_chars().cast(pl.Float64, strict=False)
            wrong = number.is_null() | (number % 1 != 0 if kind == "integer" else pl.lit(False))
        elif kind in SHAPES:
            wrong = ~column.str.contains(f"^{SHAPES[kind]}$")
        if wrong is not None:
            yield data.records(wrong, name, of=of, said=kind)


def key_is_there(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, _, _ in _described(study):
        for name in data.define_keys:
            yield data.fact(name not in data.columns, name)


def one_record_where_none_repeats(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, _, element in _described(study):
        repeats = element.get("Repeating") != "No" or element.get("IsReferenceData") == "Yes"
        if not repeats and "USUBJID" in data.texts():
            yield data.records(pl.col("USUBJID").is_duplicated(), "USUBJID")


def file_is_no_longer(study: Datasets) -> Iterator[Look]:
    """Lengths of XPT that are above Length, or above what a date can have."""
    for data, item, name in _variables(study):
        column, kind, said = data.columns[name], item.get("DataType", ""), item.get("Length", "")
        if data.format == "xpt" and column.type == "Char" and (said.isdecimal() or kind in _LONGEST):
            enough = int(said) if said.isdecimal() else _LONGEST[kind]
            yield data.fact(column.length > enough, name, said=str(enough), real=str(column.length))


def records_in_order_of_keys(study: Datasets) -> Iterator[Look]:
    """Records before their place, in datasets that are sorted by their keys but for a few."""
    for data, _, _ in _described(study):
        keys = data.define_keys
        if keys and all(name in data.columns for name in keys):
            way, of = ~_before_their_place(data, keys), pl.lit(value=True)
            yield data.habit(way, keys[0], *keys, of=of, in_order=True, keys=", ".join(keys))


def _before_their_place(data: Dataset, keys: Sequence[str]) -> pl.Expr:
    """Which records come earlier by the keys than the record before them; missing values first, as in SAS."""
    early = pl.lit(value=False)
    for name in reversed(keys):
        here = pl.col(name)
        if data.records_held.missing(name):
            here = here.fill_null("" if data.columns[name].type == "Char" else float("-inf"))
        before = here.shift(1)
        early = (here < before) | ((here == before) & early)
    return early.fill_null(value=False)  # that of the first record, which has none before it


# What several rules share


def _is_not_shaped(shape: str, value: str) -> bool:
    return not re.search(rf"^{shape}\Z", value)


def _described(study: Datasets) -> Iterator[tuple[Dataset, DefineDocument, Element]]:
    for data in study.datasets.values():
        if data.define is not None:
            yield data, *data.define


def _variables(study: Datasets) -> Iterable[tuple[Dataset, Element, str]]:
    """The variables that define.xml and the data both have."""
    return study.once(
        "variables",
        lambda: [
            (data, item, name)
            for data, document, element in _described(study)
            for item in document.refs(element)
            if (name := item.get("Name", "")) in data.columns
        ],
    )


def _conditions(study: Datasets) -> Iterable[_Condition]:
    """The value-level items of a variable with the filled records that their where clauses choose.

    A clause that asks for variables of other datasets is left out.
    """
    return study.once("conditions", lambda: list(_chosen(study)))


def _clauses(document: DefineDocument) -> dict[str, Element]:
    return {clause.get("OID", ""): clause for clause in document.all("def:WhereClauseDef")}


def _chosen(study: Datasets) -> Iterator[_Condition]:
    for data, document, element in _described(study):
        kinds = {"Char": pl.String(), "Num": pl.Float64()}
        schema = {name: kinds[column.type] for name, column in data.columns.items()}
        clauses = document.once("clauses by OID", partial(_clauses, document))
        for variable in document.refs(element):
            values, name = document.value_list_of(variable), variable.get("Name", "")
            if values is None or name not in data.columns:
                continue
            for ref, item in document.pairs(values):
                named = [
                    one.get("WhereClauseOID", "") for one in document.children(ref, "def:WhereClauseRef")
                ]
                chosen = [
                    chosen_by(document, element, schema, clauses[oid]) for oid in named if oid in clauses
                ]
                found = [one for one in chosen if one is not None]
                if found and len(found) == len(named):
                    of = reduce(lambda a, b: a | b, found) & pl.col(name).is_not_null()
                    yield data, document, item, name, of
