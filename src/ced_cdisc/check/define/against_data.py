"""define.xml against the records of the transport files: keys, codelists, lengths, types and empty variables.

Source: Define-XML 2.1 (KeySequence, Mandatory, Length, DataType, codelists, def:HasNoData) and the ISO 8601
forms that its data types stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import reduce

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.check.define.document import DefineDocument, Element, attribute, qualified, subject
from ced_cdisc.core.findings import Finding, Findings, Severity, one_of

_LISTED = 5
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?"
_PART_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_PART_CLOCK = r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d([.,]\d+)?)?)?"
_ZONE = r"(Z|[+-]\d{2}:\d{2})?"
_MOMENT = rf"({_PART_DAY}|{_DAY}T{_PART_CLOCK}{_ZONE})"
_MISSING_PARTS = r"(\d{4}|-)(-(\d{2}|-)(-(\d{2}|-))?)?(T(\d{2}|-)(:(\d{2}|-)(:(\d{2}([.,]\d+)?|-))?)?)?"
_CLOCK_PARTS = r"T(\d+([.,]\d+)?[HMS])+"
_DURATION = rf"[+-]?P(\d+W|(\d+([.,]\d+)?[YMD])+({_CLOCK_PARTS})?|{_CLOCK_PARTS})"
SHAPES = {
    "date": _DAY,
    "time": _CLOCK + _ZONE,
    "datetime": f"{_DAY}T{_CLOCK}{_ZONE}",
    "partialDate": _PART_DAY,
    "partialTime": _PART_CLOCK + _ZONE,
    "partialDatetime": _MOMENT,
    "incompleteDatetime": f"({_MOMENT}|{_MISSING_PARTS})",
    "durationDatetime": _DURATION,
    "intervalDatetime": f"({_MOMENT}|{_DURATION})/({_MOMENT}|{_DURATION})",
}
"""The ISO 8601 forms of a data type; values must fit as a whole."""


class _Rows(Struct, frozen=True):
    """The records of one dataset that a variable or a value of it is about."""

    document: DefineDocument
    dataset: Element
    frame: pl.DataFrame

    def records(self, bad: pl.DataFrame, name: str) -> tuple[str, ...]:
        """The first records of a finding: where they stand, whose they are, what they hold."""
        shown: list[str] = []
        for row in bad.head(_LISTED).iter_rows(named=True):
            who = f", subject {row['USUBJID']}" if row.get("USUBJID") else ""
            value = "" if name not in row else f": {_shown(row[name])}"
            shown.append(f"{self.dataset.get('Name')} record {row['__row']}{who}{value}")
        return tuple(shown)

    def finding(
        self,
        code: str,
        element: Element,
        message: str,
        bad: pl.DataFrame,
        name: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        made = self.document.finding(code, element, message, severity=severity)
        return replace(made, records=self.records(bad, name))


def check_define_against_data(document: DefineDocument, frames: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Compare what define.xml says of each dataset with its records.

    Args:
        document: the define.xml.
        frames: the records by name of dataset, numbers as Float64, texts without trailing blanks.

    Returns:
        All findings, sorted; each lists the first records.
    """
    findings = Findings()
    for dataset in document.datasets:
        frame = frames.get(dataset.get("Name", ""))
        if frame is not None:
            rows = _Rows(document, dataset, frame.with_row_index("__row", 1))
            findings.extend(_keys(rows))
            for ref in dataset.findall(qualified("ItemRef")):
                item = document.items.get(ref.get("ItemOID", ""))
                if item is not None and item.get("Name", "") in frame.columns:
                    findings.extend(_presence(rows, ref, item))
                    findings.extend(_values(rows, item, item.get("Name", "")))
                    findings.extend(_value_level(rows, item, item.get("Name", "")))
    return findings.sorted()


def _keys(rows: _Rows) -> Iterator[Finding]:
    """CED542: the keys tell the records apart."""
    keyed = [
        (int(key), rows.document.items[oid].get("Name", ""))
        for ref in rows.dataset.findall(qualified("ItemRef"))
        if (key := ref.get("KeySequence", "")).isdecimal()
        and (oid := ref.get("ItemOID", "")) in rows.document.items
    ]
    names = [name for _, name in sorted(keyed) if name in rows.frame.columns]
    if not names:
        return
    bad = rows.frame.filter(pl.struct(names).is_duplicated())
    if bad.height:
        start = f"{subject(rows.dataset)}: the keys {one_of(names)}"
        message = f"{start} are those of several records, {bad.height} in all"
        yield rows.finding("CED542", rows.dataset, message, bad)


def _presence(rows: _Rows, ref: Element, item: Element) -> Iterator[Finding]:
    """CED544: a variable without values says so, one with values does not, a mandatory one has all."""
    name, frame = item.get("Name", ""), rows.frame
    empty = attribute(ref, "def:HasNoData") is not None
    missing = frame.filter(pl.col(name).is_null())
    if empty and missing.height < frame.height:
        held = frame.filter(pl.col(name).is_not_null())
        message = f"{subject(ref)} has HasNoData, and {held.height} records have a value"
        yield rows.finding("CED544", ref, message, held, name)
    elif not empty and frame.height and missing.height == frame.height:
        if rows.document.version != "2.0":
            yield rows.document.finding("CED544", ref, f"{subject(ref)} has no value and no HasNoData")
    elif ref.get("Mandatory") == "Yes" and missing.height:
        message = f"{subject(ref)} is mandatory and missing in {missing.height} records"
        yield rows.finding("CED544", ref, message, missing)


def _values(rows: _Rows, item: Element, name: str) -> Iterator[Finding]:
    """CED543 and CED545: values are in the codelist, no longer than said, and of the type."""
    frame, column = rows.frame, pl.col(name)
    numeric = frame.schema[name].is_numeric()
    kind, length = item.get("DataType", ""), item.get("Length", "")
    text = _number_text(name) if numeric else column
    listed = listed_values(rows.document, item)
    if listed is not None:
        codelist, known = listed
        wanted = pl.Series([float(v) for v in known]) if numeric and _are_numbers(known) else pl.Series(known)
        bad = frame.filter(column.is_not_null() & ~column.is_in(wanted.implode()))
        if bad.height:
            values = bad.select(text.unique(maintain_order=True)).to_series().to_list()
            message = f"{subject(item)}: {one_of([_shown(v) for v in values])} not in {subject(codelist)}"
            message += f", in {bad.height} records"
            yield rows.finding("CED543", item, message, bad, name)
    if kind == "text" and not numeric and length.isdecimal():
        bad = frame.filter(column.str.len_bytes() > int(length))
        if bad.height:
            longest = bad.select(column.str.len_bytes().max()).item()
            message = f"{subject(item)} has Length {length}, and values of up to {longest} bytes"
            yield rows.finding("CED545", item, message, bad, name)
    yield from _of_type(rows, item, name, kind, numeric)
    if kind == "float" and numeric:
        yield from _digits(rows, item, name)


def _digits(rows: _Rows, item: Element, name: str) -> Iterator[Finding]:
    """CED549: no number has more decimals than SignificantDigits, or more digits before them than Length."""
    decimals, length = item.get("SignificantDigits", ""), item.get("Length", "")
    if not decimals.isdecimal() or not length.isdecimal():
        return
    column = pl.col(name)
    fractions = rows.frame.filter(column.is_not_null() & (column != column.round(0)))[name].unique()
    finer = [value for value in fractions if _decimals(value) > int(decimals)]
    if finer:
        bad = rows.frame.filter(column.is_in(pl.Series(finer).implode()))
        most = max(map(_decimals, finer))
        message = f"{subject(item)} has SignificantDigits {decimals}, and values of up to {most} decimals"
        yield rows.finding("CED549", item, message, bad, name, Severity.WARNING)
    whole = max(int(length) - int(decimals), 1)
    bad = rows.frame.filter(column.abs() >= 10.0**whole)
    if bad.height:
        message = f"{subject(item)} has Length {length} with SignificantDigits {decimals}, and "
        message += f"{bad.height} records have more than {whole} digits before the point"
        yield rows.finding("CED549", item, message, bad, name, Severity.WARNING)


def _decimals(value: float) -> int:
    """The decimals of a number, in the shortest digits that read back."""
    exponent = Decimal(repr(value)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _of_type(rows: _Rows, item: Element, name: str, kind: str, numeric: bool) -> Iterator[Finding]:
    column, shape = pl.col(name), SHAPES.get(kind)
    if kind == "integer" and numeric:
        bad = rows.frame.filter(column.is_not_null() & (column != column.round(0)))
    elif kind in ("integer", "float") and not numeric:
        number = column.str.strip_chars().cast(pl.Float64, strict=False)
        whole = number.is_null() | ((number != number.round(0)) if kind == "integer" else pl.lit(value=False))
        bad = rows.frame.filter(column.is_not_null() & whole)
    elif shape is not None and not numeric:
        bad = rows.frame.filter(column.is_not_null() & ~column.str.contains(f"^{shape}$"))
    else:
        return
    if bad.height:
        message = f"{subject(item)} has the type {kind}, and {bad.height} records have another value"
        yield rows.finding("CED545", item, message, bad, name)


def _value_level(rows: _Rows, item: Element, name: str) -> Iterator[Finding]:
    """The rules of values for the records that each where clause chooses."""
    values = rows.document.value_list_of(item)
    clauses = {clause.get("OID", ""): clause for clause in rows.document.all("def:WhereClauseDef")}
    for ref in values.findall(qualified("ItemRef")) if values is not None else ():
        value = rows.document.items.get(ref.get("ItemOID", ""))
        chosen = [
            chosen_by(rows.document, rows.dataset, rows.frame.schema, clauses[oid])
            for one in ref.findall(qualified("def:WhereClauseRef"))
            if (oid := one.get("WhereClauseOID", "")) in clauses
        ]
        if value is None or not chosen:
            continue
        conditions = [condition for condition in chosen if condition is not None]
        if len(conditions) < len(chosen):
            message = f"{subject(ref)}: its where clause asks for other datasets; values were not compared"
            yield rows.document.finding("CED546", ref, message, severity=Severity.NOTE)
            continue
        part = rows.frame.filter(reduce(lambda a, b: a | b, conditions))
        if part.height:
            yield from _values(_Rows(rows.document, rows.dataset, part), value, name)


def chosen_by(
    document: DefineDocument, dataset: Element, schema: Mapping[str, pl.DataType], clause: Element
) -> pl.Expr | None:
    """The records that a where clause chooses; None where it asks for a variable of another dataset."""
    parts: list[pl.Expr] = []
    for check in document.children(clause, "RangeCheck"):
        oid = attribute(check, "def:ItemOID") or ""
        item = document.items.get(oid)
        homes = document.datasets_of_item.get(oid, [])
        name = "" if item is None else item.get("Name", "")
        if name not in schema or dataset not in homes:
            return None
        values = [value.text or "" for value in document.children(check, "CheckValue")]
        parts.append(_compared(pl.col(name), check.get("Comparator", ""), values, schema[name]))
    return reduce(lambda a, b: a & b, parts) if parts else None


def _compared(column: pl.Expr, comparator: str, values: Sequence[str], kind: pl.DataType) -> pl.Expr:
    numeric = kind.is_numeric() and _are_numbers(values)
    wanted: list[float] | list[str] = [float(value) for value in values] if numeric else list(values)
    if comparator in ("IN", "NOTIN"):
        within = column.is_in(pl.Series([wanted])).fill_null(value=False)
        return within if comparator == "IN" else ~within
    first = pl.lit(wanted[0] if wanted else "")
    return {
        "EQ": column.eq_missing(first),
        "NE": column.ne_missing(first),
        "LT": column < first,
        "LE": column <= first,
        "GT": column > first,
        "GE": column >= first,
    }.get(comparator, pl.lit(value=False))


def listed_values(document: DefineDocument, item: Element) -> tuple[Element, list[str]] | None:
    """The codelist of an item with its values; None without one, or where a dictionary is outside."""
    ref = item.find(qualified("CodeListRef"))
    codelist = None if ref is None else document.codelists.get(ref.get("CodeListOID", ""))
    if codelist is None or codelist.find(qualified("ExternalCodeList")) is not None:
        return None
    terms = (*codelist.findall(qualified("EnumeratedItem")), *codelist.findall(qualified("CodeListItem")))
    return codelist, [term.get("CodedValue", "") for term in terms]


def _number_text(name: str) -> pl.Expr:
    column = pl.col(name)
    whole = column.cast(pl.Int64, strict=False)
    return pl.when(column == whole).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))


def _are_numbers(values: Sequence[str]) -> bool:
    try:
        return bool([float(value) for value in values])
    except ValueError:
        return False


def _shown(value: object) -> str:
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "missing" if value is None else f"'{value}'"
