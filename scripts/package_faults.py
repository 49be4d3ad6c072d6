"""Faults that are planted in a package, one at a time: which kinds there are, and where each can stand.

A fault changes one dataset in memory. Which record it changes is decided by the names of the dataset, the
variable and the kind, so that each run plants the same faults.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl
from msgspec.structs import replace

from ced_cdisc.conformance.classify import make_dataset
from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.records import Records
from ced_cdisc.conformance.submission import Submission


@dataclass(frozen=True)
class Fault:
    """One planted fault: where it stands, and the dataset with it (None: the dataset is lost)."""

    kind: str
    dataset: str
    variable: str
    was: str
    now: str
    changed: Callable[[], Dataset | None]

    def __str__(self) -> str:
        where = f"{self.dataset}.{self.variable}" if self.variable else self.dataset
        return f"{where}: {self.was} -> {self.now}"


STARTS_AND_ENDS = (
    ("--STDTC", "--ENDTC"), ("--STDY", "--ENDY"), ("--STNRLO", "--STNRHI"), ("--ORNRLO", "--ORNRHI"),
    ("RFSTDTC", "RFENDTC"), ("RFXSTDTC", "RFXENDTC"), ("RFICDTC", "RFPENDTC"), ("ASTDT", "AENDT"),
    ("TRTSDT", "TRTEDT"), ("TRTSDTM", "TRTEDTM"), ("PH1SDTM", "PH1EDTM"), ("PH2SDTM", "PH2EDTM"),
    ("ASTDY", "AENDY"), ("ANRLO", "ANRHI"), ("AWLO", "AWHI"), ("STARTDT", "ADT"),
)  # fmt: skip
CODES_AND_NAMES = (
    ("--TESTCD", "--TEST"), ("TSPARMCD", "TSPARM"), ("QNAM", "QLABEL"), ("VISITNUM", "VISIT"),
    ("--TPTNUM", "--TPT"), ("ETCD", "ELEMENT"), ("ARMCD", "ARM"), ("ACTARMCD", "ACTARM"),
    ("PARAMCD", "PARAM"), ("PARAMN", "PARAMCD"), ("AVISITN", "AVISIT"), ("ATPTN", "ATPT"), ("TRTPN", "TRTP"),
    ("TRTAN", "TRTA"), ("TRT01PN", "TRT01P"), ("TRT01AN", "TRT01A"), ("AGEGR1N", "AGEGR1"), ("ASEVN", "ASEV"),
)  # fmt: skip
OTHER_UNITS = {"kg": "g", "mg": "g", "mmHg": "kPa", "cm": "m", "beats/min": "Hz", "YEARS": "MONTHS"}
SEQUENCES = ("--SEQ", "ASEQ", "TSSEQ")


def faults(study: Submission) -> Iterator[Fault]:
    """Every fault of every kind that the package has a place for, dataset by dataset."""
    for data in study.datasets.values():
        yield Fault("dataset lost", data.name, "", data.name, "(none)", lambda: None)
        yield Fault(
            "label of a dataset", data.name, "", data.label, data.label[:-1],
            lambda data=data: replace(data, label=data.label[:-1]),
        )  # fmt: skip
        yield from _records(data)
        for column in data.columns.values():
            yield from _metadata(study, data, column)
            yield from _text(data, column) if column.type == "Char" else _number(data, column)
            yield from _either(data, column)
        yield from _pairs(data)


# Metadata


def _metadata(study: Submission, data: Dataset, column: Column) -> Iterator[Fault]:
    name, others = column.name, [c for c in data.columns.values() if c.name != column.name]
    wrong = column.label[:-1]
    yield _described(study, data, "label", column, wrong, lambda: _with(data, replace(column, label=wrong)))
    kind = "Num" if column.type == "Char" else "Char"
    cast = pl.col(name).cast(pl.Float64 if kind == "Num" else pl.String, strict=False)
    yield _described(
        study, data, "type", column, kind,
        lambda: (_with(data, replace(column, type=kind, length=8)), data.frame.with_columns(cast)),
    )  # fmt: skip
    if column.type == "Char":
        longer = column.length + 20
        yield _described(
            study, data, "length", column, str(longer), lambda: _with(data, replace(column, length=longer))
        )
    spelt = next(n for n in (name[:-1] + letter for letter in "QXZY") if n not in data.columns)
    yield _described(
        study, data, "name", column, spelt,
        lambda: (
            [replace(c, name=spelt) if c is column else c for c in data.columns.values()],
            data.frame.rename({name: spelt}),
        ),
    )  # fmt: skip
    yield _described(study, data, "variable lost", column, "(none)", lambda: (others, data.frame.drop(name)))
    place = list(data.columns).index(name)
    if len(others) > 1:
        moved = [*others, column] if place < len(others) / 2 else [column, *others]
        yield _described(
            study, data, "order of variables", column, "moved to the other end",
            lambda: (moved, data.frame.select(c.name for c in moved)),
        )  # fmt: skip


def _with(data: Dataset, column: Column) -> list[Column]:
    return [column if c.name == column.name else c for c in data.columns.values()]


def _described(
    study: Submission, data: Dataset, kind: str, column: Column, now: str,
    make: Callable[[], list[Column] | tuple[list[Column], pl.DataFrame]],
) -> Fault:  # fmt: skip
    def changed() -> Dataset:
        made = make()
        columns, frame = made if isinstance(made, tuple) else (made, data.frame)
        return make_dataset(
            data.name, data.label, frame, columns,
            file=data.file, format=data.format, defines=study.defines,
        )  # fmt: skip

    was = {"label": column.label, "type": column.type, "length": str(column.length)}.get(kind, column.name)
    return Fault(kind, data.name, column.name, was, now, changed)


# Records


def _records(data: Dataset) -> Iterator[Fault]:
    if not data.height:
        return
    row = _pick("record", data, "", data.height)
    one = data.frame[row]
    yield _framed("record lost", data, "", f"row {row + 1}", "(none)", lambda: _without(data, row))
    yield _framed("record twice", data, "", f"row {row + 1}", "twice", lambda: pl.concat([data.frame, one]))
    first = _pick("order of records", data, "", data.height - 1) if data.height > 1 else -1
    if first >= 0 and not data.frame[first].equals(data.frame[first + 1]):
        yield _framed(
            "order of records", data, "", f"row {first + 1}", f"row {first + 2}", lambda: _behind(data, first)
        )
    for sequence in (data.v(n) for n in SEQUENCES):
        if sequence in data.numbers() and "USUBJID" in data.columns:
            again = _renumbered(data, row, sequence)
            yield _framed("record twice under a new number", data, "", f"row {row + 1}", "twice", again)
            break


def _renumbered(data: Dataset, row: int, sequence: str) -> Callable[[], pl.DataFrame]:
    def frame() -> pl.DataFrame:
        next_number = pl.col(sequence).max().over("USUBJID") + 1
        copy = data.frame.with_columns(next_number.cast(pl.Float64))[row]
        return pl.concat([data.frame, copy.select(data.frame.columns)])

    return frame


def _behind(data: Dataset, row: int) -> pl.DataFrame:
    """The frame with a record and the next one in each other's place."""
    order = [*range(row), row + 1, row, *range(row + 2, data.height)]
    return data.frame[order]


def _without(data: Dataset, row: int) -> pl.DataFrame:
    return pl.concat([data.frame[:row], data.frame[row + 1 :]])


# Values


def _text(data: Dataset, column: Column) -> Iterator[Fault]:
    name = column.name
    yield from _one(data, "blank before a text", name, lambda v: " " + v)
    yield from _one(data, "character beyond ASCII", name, lambda v: v[:-1] + "é")
    if _coded(data, name):
        yield from _one(data, "misspelt term", name, lambda v: v[:-1] + ("Q" if v[-1] != "Q" else "X"))
        yield from _one(data, "term in small letters", name, str.lower)
    if name.endswith("DTC"):
        yield from _one(data, "day that does not exist", name, lambda v: v[:4] + "-02-30" + v[10:])
        yield from _one(data, "date in another format", name, lambda v: "/".join(v[:10].split("-")[::-1]))
        yield from _one(data, "date of another year", name, lambda v: f"{int(v[:4]) - 1}{v[4:]}")
    if name in (data.v("--ORRES"), data.v("--STRESC")):
        yield from _one(data, "result times ten", name, _ten, only=_is_number)
    if name in (data.v("--ORRESU"), data.v("--STRESU"), "AGEU", "AVALU"):
        yield from _one(data, "other unit", name, lambda v: OTHER_UNITS.get(v, "mg" if v != "mg" else "g"))
    if name in ("STUDYID", "DOMAIN", "RDOMAIN", "SUBJID", "SITEID"):
        yield from _one(data, "wrong identifier", name, lambda v: v[:-1] + ("Z" if v[-1] != "Z" else "Y"))
    if name == "USUBJID":
        yield from _one(data, "unknown subject", name, lambda v: v[:-1] + "X")
        yield from _one(data, "other subject", name, lambda v: _next(data, name, v))
    if set(data.values(name)) == {"Y"} and data.frame[name].null_count():
        yield from _one(data, "flag N in the place of none", name, lambda _: "N")
        row = _pick("flag too many", data, name, data.height, data.frame[name].is_null())
        yield _framed("flag too many", data, name, "(missing)", "Y", lambda: _set(data, name, row, "Y"))
    elif set(data.values(name)) == {"Y", "N"}:
        yield from _one(data, "flag turned", name, lambda v: "N" if v == "Y" else "Y")


def _number(data: Dataset, column: Column) -> Iterator[Fault]:
    name = column.name
    if name.endswith("DY"):
        yield from _one(data, "wrong study day", name, lambda v: v + 1 if v != -1 else 2)
    if name in {data.v(n) for n in SEQUENCES}:
        yield from _sequence(data, name)
    if column.format.startswith(("DATE", "DATETIME", "E8601", "YYMMDD")):
        year = 365 * (86400 if "TIME" in column.format or "DT" in column.format else 1)
        yield from _one(data, "date of another year", name, lambda v: v - year)
        return
    yield from _one(data, "wrong sign", name, lambda v: -v)
    yield from _one(data, "number times ten", name, lambda v: v * 10 if v else 10.0)


def _sequence(data: Dataset, name: str) -> Iterator[Fault]:
    if "USUBJID" not in data.columns:
        return
    shared = pl.struct("USUBJID").is_duplicated()
    row = _pick("number twice", data, name, data.height, data.frame.select(shared).to_series())
    if row < 0:
        return
    subject, number = data.frame["USUBJID"][row], data.frame[name][row]
    rest = data.frame.filter((pl.col("USUBJID") == subject) & (pl.col(name) != number))[name]
    if len(rest):
        yield _framed(
            "number twice",
            data,
            name,
            str(number),
            str(rest[0]),
            lambda: _set(data, name, row, float(rest[0])),
        )


def _either(data: Dataset, column: Column) -> Iterator[Fault]:
    known = data.expected.get(column.name)
    if (known and known.core == "Req" and data.kind == "SDTM") or column.name in _mandatory(data):
        yield from _one(data, "missing value", column.name, lambda _: None)


def _pairs(data: Dataset) -> Iterator[Fault]:
    for first, last in ((data.v(a), data.v(b)) for a, b in STARTS_AND_ENDS):
        if {first, last} <= data.columns.keys():
            row = _pick("order", data, first, data.height, _both(data, first, last))
            if row >= 0:
                a, b = data.frame[first][row], data.frame[last][row]
                swapped = _swapped(data, first, last, row)
                yield _framed("start and end swapped", data, last, f"{a}, {b}", f"{b}, {a}", swapped)
    for code, name in ((data.v(a), data.v(b)) for a, b in CODES_AND_NAMES):
        if {code, name} <= data.columns.keys() and data.frame[code].n_unique() > 1:
            yield from _one(data, "code of another name", code, lambda v, c=code: _next(data, c, v))


def _swapped(data: Dataset, first: str, last: str, row: int) -> Callable[[], pl.DataFrame]:
    a, b = data.frame[first][row], data.frame[last][row]
    return lambda: _set(holding(data, _set(data, first, row, b)), last, row, a)


def _both(data: Dataset, first: str, last: str) -> pl.Series:
    differ = pl.col(first) != pl.col(last)
    if first.endswith("DTC"):
        # Days of which one is after the other: 2020 and 2020-03 cannot be swapped into a wrong order.
        shorter = pl.min_horizontal(pl.col(first).str.len_chars(), pl.col(last).str.len_chars())
        differ = pl.col(first).str.slice(0, shorter) != pl.col(last).str.slice(0, shorter)
    return data.frame.select(differ.fill_null(False)).to_series()


# What the kinds share


def _pick(kind: str, data: Dataset, name: str, size: int, among: pl.Series | None = None) -> int:
    """The row that a fault changes, or -1 where there is none."""
    seed = zlib.crc32(f"{kind} {data.name} {name}".encode())
    if among is None:
        return seed % size
    rows = among.arg_true()
    return int(rows[seed % len(rows)]) if len(rows) else -1


def _one(
    data: Dataset, kind: str, name: str, change: Callable[..., object],
    only: Callable[[str], bool] | None = None,
) -> Iterator[Fault]:  # fmt: skip
    """The fault in one filled record, the first from the picked one on whose value it changes."""
    filled = data.frame[name].is_not_null().arg_true()
    if not len(filled):
        return
    start = zlib.crc32(f"{kind} {data.name} {name}".encode()) % len(filled)
    for step in range(min(len(filled), 200)):
        row = int(filled[(start + step) % len(filled)])
        was = data.frame[name][row]
        if only and not only(was):
            continue
        try:
            now = change(was)
        except ValueError:
            continue
        if now != was:
            shown = "(missing)" if now is None else str(now)
            yield _framed(
                kind,
                data,
                name,
                f"row {row + 1} {was}",
                shown,
                lambda row=row, now=now: _set(data, name, row, now),
            )
            return


def _framed(
    kind: str, data: Dataset, name: str, was: str, now: str, make: Callable[[], pl.DataFrame]
) -> Fault:
    def changed() -> Dataset:
        frame = make()
        columns = data.columns
        if name and columns[name].type == "Char":
            # The file would be written as long as its longest value.
            longest = int(frame[name].str.len_bytes().max() or 1)  # type: ignore[arg-type]
            length = max(columns[name].length, longest)
            columns = {**columns, name: replace(columns[name], length=length)}
        return replace(holding(data, frame), columns=columns)

    return Fault(kind, data.name, name, was, now, changed)


def holding(data: Dataset, frame: pl.DataFrame) -> Dataset:
    """The dataset with other records, and nothing that was made of the former ones."""
    return replace(data, records_held=Records.of(frame), _held={})


def _set(data: Dataset, name: str, row: int, value: object) -> pl.DataFrame:
    values = data.frame[name].to_list()
    values[row] = value
    return data.frame.with_columns(pl.Series(name, values, data.frame.schema[name]))


def _next(data: Dataset, name: str, value: object) -> object:
    values = sorted(data.values(name).to_list())
    return values[(values.index(value) + 1) % len(values)]


def _coded(data: Dataset, name: str) -> bool:
    known = data.expected.get(name)
    if known is not None and known.codelists:
        return True
    item = _items(data).get(name)
    return item is not None and item[0].find("{*}CodeListRef") is not None


def _mandatory(data: Dataset) -> set[str]:
    return {name for name, (_, mandatory) in _items(data).items() if mandatory == "Yes"}


def _items(data: Dataset) -> dict[str, tuple[object, str]]:
    if data.define is None:
        return {}
    document, element = data.define
    refs = {ref.get("ItemOID", ""): ref.get("Mandatory", "") for ref in element.iterfind("{*}ItemRef")}
    items = document.items
    return {items[oid].get("Name", ""): (items[oid], said) for oid, said in refs.items() if oid in items}


def _is_number(text: str) -> bool:
    try:
        return float(text) != 0
    except ValueError:
        return False


def _ten(text: str) -> str:
    return f"{float(text) * 10:g}"
