"""Values: characters, dates and durations, flags, codes, numeric texts and units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache, partial

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.submission import Datasets

VALUE = pl.col("value")
_CODE = "^[A-Z_][A-Z0-9_]{0,7}$"
# What programs write for a value that they do not have; no word that a person would write.
_ARTEFACTS = ("NaN", "nan", "NaT", "<NA>", "NULL", "null", "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?")
_DATE = re.compile(
    r"(?P<y>\d{4}|-)(?:-(?P<m>0[1-9]|1[0-2]|-)(?:-(?P<d>0[1-9]|[12]\d|3[01]|-))?)?"
    r"(?P<t>T(?:[01]\d|2[0-3]|-)(?::(?:[0-5]\d|-)(?::(?:[0-5]\d(?:[.,]\d+)?|-))?)?(?P<z>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_DURATION = re.compile(
    r"[+-]?P(?:\d+(?:[.,]\d+)?W|(?=\d|T\d)(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?D)?"
    r"(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?)"
)
_FAR_YEAR = re.compile(r"(?!19|20)\d{4}")
_FLAGS = ("--BLFL", "--LOBXFL", "--DRVFL")
_DAYS = ("--DY", "--STDY", "--ENDY", "VISITDY")
_DAMAGED = r"\x{FFFD}|Ã[\x{80}-\x{BF}]|â€|Â[\x{A0}-\x{BF}]"


# Characters


def no_leading_blank(study: Datasets) -> Iterator[Look]:
    """Texts that begin with a blank."""
    yield from _texts(study, VALUE.str.starts_with(" "))


def no_lone_point(study: Datasets) -> Iterator[Look]:
    """Texts that are a point alone, the missing number of SAS."""
    yield from _texts(study, VALUE.str.strip_chars() == ".")


def printable(study: Datasets) -> Iterator[Look]:
    """Texts with control characters, such as a tab or the end of a line."""
    yield from _texts(study, VALUE.str.contains(r"[\x00-\x1f\x7f]"))


def in_ascii(study: Datasets) -> Iterator[Look]:
    """Texts with characters beyond ASCII."""
    yield from _texts(study, VALUE.str.len_bytes() != VALUE.str.len_chars())


def undamaged(study: Datasets) -> Iterator[Look]:
    """Texts that were read in another encoding than they were written in."""
    yield from _texts(study, VALUE.str.contains(_DAMAGED))


def no_artefacts(study: Datasets) -> Iterator[Look]:
    """Texts that a program wrote for a value it did not have."""
    yield from _texts(study, VALUE.is_in(_ARTEFACTS))


def no_markup(study: Datasets) -> Iterator[Look]:
    """Texts with character references of HTML."""
    yield from _texts(study, VALUE.str.contains(r"&(amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);"))


def _texts(study: Datasets, wrong: pl.Expr) -> Iterator[Look]:
    for data in study.datasets.values():
        yield data.texts_wrong(wrong)


# Dates and durations


def iso_dates(study: Datasets) -> Iterator[Look]:
    """Dates and times of SDTM that are not ISO 8601, or of a day that does not exist."""
    for data, name in _described(study, "datetime"):
        yield data.values_wrong(name, lambda value: not is_iso(value))


def iso_durations(study: Datasets) -> Iterator[Look]:
    """Durations of SDTM that are not ISO 8601."""
    for data, name in _described(study, "duration"):
        yield data.values_wrong(name, lambda value: not (_DURATION.fullmatch(value) or _interval(value)))


def plausible_years(study: Datasets) -> Iterator[Look]:
    """Dates before 1900 or after 2099."""
    for data, name in _described(study, "datetime"):
        yield data.values_wrong(name, lambda value: bool(_FAR_YEAR.match(value)))


def _described(study: Datasets, kind: str) -> Iterator[tuple[Dataset, str]]:
    for data in study.sdtm():
        for name, known in data.expected.items():
            by_name = kind == "datetime" and name.endswith("DTC")
            if (kind in known.described.split() or by_name) and data.has(name):
                yield data, name


@lru_cache(maxsize=1 << 16)
def is_iso(text: str) -> bool:
    """Whether a text is a date and time of ISO 8601, missing parts as hyphens, or an interval."""
    match = _DATE.fullmatch(text)
    if match is None:
        return _interval(text)
    year, month, day = match["y"], match["m"], match["d"]
    if year == "-" and month in (None, "-") and day in (None, "-") and match["t"] is None:
        return False
    if month in (None, "-") or day in (None, "-"):
        return True
    try:
        date(int(year) if year != "-" else 2000, int(month), int(day))
    except ValueError:
        return False
    return True


def _interval(text: str) -> bool:
    start, slash, end = text.partition("/")
    parts = [start, end]
    durations = sum(bool(_DURATION.fullmatch(part)) for part in parts)
    return (
        bool(slash)
        and durations < 2
        and all(_DURATION.fullmatch(p) or ("/" not in p and is_iso(p)) for p in parts)
    )


def days_not_zero(study: Datasets) -> Iterator[Look]:
    """Study days that are 0; there is no such day."""
    for data in study.datasets.values():
        names = (
            _DAYS if data.kind == "SDTM" else [n for n in data.numbers() if n in ("ADY", "ASTDY", "AENDY")]
        )
        for name in dict.fromkeys(data.v(n) for n in names):
            if name in data.numbers():
                yield data.numbers_wrong(name, lambda value: value == 0)


def days_whole(study: Datasets) -> Iterator[Look]:
    """Study days that are no whole numbers."""
    for data in study.sdtm():
        for name in _DAYS:
            if data.has(name):
                yield data.numbers_wrong(name, lambda value: value % 1 != 0)


# Flags and codes


def flags_yes(study: Datasets) -> Iterator[Look]:
    """Flags of SDTM that are other than Y or missing."""
    for data in study.sdtm():
        for name in _FLAGS:
            if data.has(name):
                yield data.values_wrong(name, VALUE != "Y")


def test_codes(study: Datasets) -> Iterator[Look]:
    """Test and parameter codes that do not have the shape of a name."""
    for data in study.sdtm():
        for name in dict.fromkeys((data.v("--TESTCD"), "IETESTCD", "TSPARMCD")):
            if data.has(name):
                yield data.values_wrong(name, ~VALUE.str.contains(_CODE))


def test_names(study: Datasets) -> Iterator[Look]:
    """Names of tests of more than 40 characters; texts of criteria may be longer."""
    for data in study.having("--TEST"):
        if data.name not in ("IE", "TI"):
            yield data.values_wrong("--TEST", VALUE.str.len_chars() > 40)
    for data in study.having("TSPARM"):
        yield data.values_wrong("TSPARM", VALUE.str.len_chars() > 40)


def qualifier_names(study: Datasets) -> Iterator[Look]:
    """QNAM that does not have the shape of a name."""
    for data in study.having("QNAM"):
        yield data.values_wrong("QNAM", ~VALUE.str.contains(_CODE))


def qualifier_labels(study: Datasets) -> Iterator[Look]:
    """QLABEL of more than 40 characters."""
    for data in study.having("QLABEL"):
        yield data.values_wrong("QLABEL", VALUE.str.len_chars() > 40)


def parameter_codes(study: Datasets) -> Iterator[Look]:
    """PARAMCD that does not have the shape of a name."""
    for data in study.adam():
        if "PARAMCD" in data.texts():
            yield data.values_wrong("PARAMCD", lambda code: not re.fullmatch(_CODE, code))


def arm_codes(study: Datasets) -> Iterator[Look]:
    """Codes of arms of more than 20 characters."""
    for data in study.sdtm():
        for name in ("ARMCD", "ACTARMCD"):
            if data.has(name):
                yield data.values_wrong(name, VALUE.str.len_chars() > 20)


def element_codes(study: Datasets) -> Iterator[Look]:
    """Codes of elements of more than 8 characters."""
    for data in study.having("ETCD"):
        yield data.values_wrong("ETCD", VALUE.str.len_chars() > 8)


def countries(study: Datasets) -> Iterator[Look]:
    """Countries that are not written in three capital letters."""
    for data in study.having("COUNTRY"):
        yield data.values_wrong("COUNTRY", ~VALUE.str.contains("^[A-Z]{3}$"))


def dictionary_codes(study: Datasets) -> Iterator[Look]:
    """Codes of MedDRA that are no whole numbers above 0."""
    for data in study.sdtm("Events"):
        for name in ("--LLTCD", "--PTCD", "--HLTCD", "--HLGTCD", "--BDSYCD", "--SOCCD"):
            if data.has(name):
                yield data.numbers_wrong(name, lambda value: (value <= 0) | (value % 1 != 0))


def one_name_a_code(study: Datasets) -> Iterator[Look]:
    """Test codes with several names."""
    yield from _one_to_one(study, code_first=True)


def one_code_a_name(study: Datasets) -> Iterator[Look]:
    """Test names with several codes."""
    yield from _one_to_one(study, code_first=False)


def _one_to_one(study: Datasets, *, code_first: bool) -> Iterator[Look]:
    for data in study.sdtm():
        for pair in (("--TESTCD", "--TEST"), ("TSPARMCD", "TSPARM"), ("QNAM", "QLABEL")):
            if data.has(*pair):
                one, other = (data.v(n) for n in (pair if code_first else pair[::-1]))
                yield data.combined(sorted((one, other)), partial(_with_several, data, one, other))


def _with_several(data: Dataset, one: str, other: str, pairs: pl.DataFrame) -> Iterator[Look]:
    several: list[str] = []
    if pairs[[one]].is_duplicated().any():
        again = pairs.drop_nulls().filter(pl.col(one).is_duplicated())[one]
        several = again.unique(maintain_order=True).to_list()
    yield data.values_wrong(one, several, other)


# Results


def numbers_agree(study: Datasets) -> Iterator[Look]:
    """--STRESN that is not the number in --STRESC."""
    for data in study.having("--STRESC", "--STRESN"):
        parsed, number = pl.col("number"), data.col("--STRESN")
        apart = (parsed - number).abs() > 1e-9 * pl.max_horizontal(parsed.abs(), pl.lit(1e-3))
        of = parsed.is_not_null() & number.is_not_null()
        yield data.records(apart, "--STRESN", "--STRESC", of=of, frame=data.with_number("--STRESC"))


def numbers_filled(study: Datasets) -> Iterator[Look]:
    """--STRESN that is missing where --STRESC is a number."""
    for data in study.having("--STRESC", "--STRESN"):
        of, frame = pl.col("number").is_not_null(), data.with_number("--STRESC")
        yield data.records(data.col("--STRESN").is_null(), "--STRESN", "--STRESC", of=of, frame=frame)


def texts_of_numbers(study: Datasets) -> Iterator[Look]:
    """--STRESN that is filled where --STRESC is no number."""
    for data in study.having("--STRESC", "--STRESN"):
        yield data.records(
            pl.col("number").is_null(), "--STRESN", "--STRESC", frame=data.with_number("--STRESC")
        )


def decimal_points(study: Datasets) -> Iterator[Look]:
    """Standard results that are numbers written with a decimal comma."""
    for data in study.having("--STRESC"):
        yield data.values_wrong("--STRESC", VALUE.str.contains(r"^[+-]?\d+,\d+$"), "--TESTCD")


def one_unit_a_test(study: Datasets) -> Iterator[Look]:
    """Tests with several standard units, within what makes a series of one kind."""
    for data in study.having("--TESTCD", "--STRESC", "--STRESU"):
        kind = [data.v(n) for n in ("--TESTCD", "--SPEC", "--CAT", "--METHOD", "--MRKSTR") if data.has(n)]
        unit = data.col("--STRESU")
        filled = data.col("--STRESC").is_not_null() & unit.is_not_null()
        yield data.combined_of(filled, [*kind, data.v("--STRESU")], partial(_units, data, kind, filled))


def _units(data: Dataset, kind: list[str], filled: pl.Expr, pairs: pl.DataFrame) -> Iterator[Look]:
    many = pairs.group_by(kind).agg(pl.len().alias("__units")).filter(pl.col("__units") > 1)
    if not many.height:
        yield data.right("--STRESU", of=filled)
        return
    frame = data.beside(many, kind, nulls_equal=True)
    yield data.records(pl.col("__units").is_not_null(), "--STRESU", "--TESTCD", of=filled, frame=frame)


def units_with_results(study: Datasets) -> Iterator[Look]:
    """Units of results that are not there."""
    for data in study.sdtm():
        for unit, result in (("--STRESU", "--STRESC"), ("--ORRESU", "--ORRES"), ("--DOSU", "--DOSE")):
            if data.has(unit, result):
                there = data.col(result).is_not_null()
                if unit == "--DOSU" and data.has("--DOSTXT"):
                    there = there | data.col("--DOSTXT").is_not_null()
                done = data.col("--STAT").is_null() if data.has("--STAT") else pl.lit(True)
                yield data.records(~there & done, unit, result)


def age_units(study: Datasets) -> Iterator[Look]:
    """An age without its unit."""
    for data in study.having("AGE", "AGEU"):
        yield data.records(data.col("AGEU").is_null(), "AGE", "AGEU")


def amounts_positive(study: Datasets) -> Iterator[Look]:
    """Ages and doses below 0."""
    for data in study.sdtm():
        for name in ("AGE", "--DOSE"):
            if data.has(name):
                yield data.numbers_wrong(name, lambda value: value < 0)
