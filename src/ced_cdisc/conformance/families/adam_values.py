"""The values of BDS and time to event: parameters, baselines, changes, windows, ranges and censoring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import polars as pl

from ced_cdisc.conformance.beside import beside, with_columns
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.follow import ways
from ced_cdisc.conformance.look import Beside, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.repeated import again, flagged_again
from ced_cdisc.conformance.several import one_to_one
from ced_cdisc.conformance.submission import Datasets

_TEXTS = (("BASEC", "AVALC"), ("BNRIND", "ANRIND"), ("BTOXGR", "ATOXGR"))
_DECIMALS = range(1, 9)


def parameter_one_to_one(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("PARAMCD", "PARAM")):
        yield one_to_one(data, "PARAMCD", "PARAM", [])


def value_one_to_one(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("PARAMCD", "AVALC"), numbers=("AVAL",)):
        yield one_to_one(data, "AVAL", "AVALC", ["PARAMCD"])


def one_baseline_record(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("USUBJID", "PARAMCD", "ABLFL")):
        flagged = pl.col("ABLFL") == "Y"
        series = _series(data)
        frame = partial(flagged_again, series, flagged)
        yield data.records(again(series) & flagged, "ABLFL", "PARAMCD", frame=frame)


def one_baseline(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("USUBJID", "PARAMCD"), numbers=("BASE",)):
        frame = partial(_with_bases, _series(data))
        yield data.records(pl.col("__bases") > 1, "BASE", "PARAMCD", frame=frame)


def _with_bases(series: list[str], block: Block) -> pl.DataFrame:
    """The records with ``__bases``, how many values BASE has in their series, where these are several."""
    each = block.frame.group_by(series).agg(pl.col("BASE").drop_nulls().n_unique().alias("__bases"))
    return beside(block.frame, each.filter(pl.col("__bases") > 1), series, nulls_equal=True)


def baseline_value(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("USUBJID", "PARAMCD", "ABLFL"), numbers=("AVAL", "BASE")):
        frame = _with_baseline(data, "AVAL")
        base, there = pl.col("BASE"), pl.col("AVAL at ABLFL")
        of = base.is_not_null() & there.is_not_null()
        yield data.records(~_near(base, there), "BASE", "PARAMCD", "AVAL at ABLFL", of=of, frame=frame)


def baseline_texts(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("USUBJID", "PARAMCD", "ABLFL")):
        for base, value in _TEXTS:
            if {base, value} <= set(data.texts()):
                there = f"{value} at ABLFL"
                of = pl.col(base).is_not_null() & pl.col(there).is_not_null()
                yield data.records(
                    pl.col(base) != pl.col(there), base, "PARAMCD", there, of=of,
                    frame=_with_baseline(data, value),
                )  # fmt: skip


def change_from_baseline(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _derived(study, "CHG", pl.col("AVAL") - pl.col("BASE"))


def percent_change(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _derived(study, "PCHG", 100 * (pl.col("AVAL") - pl.col("BASE")) / pl.col("BASE"))


def ratio_to_baseline(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _derived(study, "R2BASE", pl.col("AVAL") / pl.col("BASE"))


def change_has_values(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, numbers=("AVAL", "BASE")):
        for name in ("CHG", "PCHG", "R2BASE"):
            if name in data.numbers():
                without = pl.col("AVAL").is_null() | pl.col("BASE").is_null()
                if name != "CHG":
                    without = without | (pl.col("BASE") == 0)
                yield data.records(without, name, "AVAL", "BASE")


def window_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, numbers=("AWLO", "AWHI")):
        yield data.records(pl.col("AWLO") > pl.col("AWHI"), "AWLO", "AWHI")


def distance_from_target(study: Datasets) -> Iterator[Look]:
    """The distance may leave out the day 0 that does not exist, or not."""
    for data in _bds(study, numbers=("AWTARGET", "AWTDIFF")):
        names = [n for n in data.numbers() if n.endswith("DY")]
        yield from ways(data, [_is_distance(pl.col(n)) for n in names], "AWTDIFF", "AWTARGET", *names)


def distance_not_negative(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, numbers=("AWTDIFF",)):
        yield data.numbers_wrong("AWTDIFF", lambda value: value < 0)


def range_indicator(study: Datasets) -> Iterator[Look]:
    """Only what is certain: a value on the limit may count as within or without."""
    for data in _bds(study, numbers=("AVAL",)):
        for name in data.texts():
            match = re.fullmatch(r"A(NR|[1-9]\d?)IND", name)
            low, high = (f"A{match[1]}{side}" if match else "" for side in ("LO", "HI"))
            if {low, high} <= set(data.numbers()):
                value, said = pl.col("AVAL"), pl.col(name)
                wrong = (
                    ((said == "NORMAL") & ((value < pl.col(low)) | (value > pl.col(high))).fill_null(False))
                    | ((said == "LOW") & (value > pl.col(low)).fill_null(False))
                    | ((said == "HIGH") & (value < pl.col(high)).fill_null(False))
                )
                of = said.is_in(["LOW", "NORMAL", "HIGH"]) & value.is_not_null()
                yield data.records(wrong, name, "AVAL", low, high, of=of)


def shift_of_range(study: Datasets) -> Iterator[Look]:
    """SHIFTy of the form "A to B", where nearly all records go from one known variable to another."""
    for data in _bds(study):
        texts = data.texts()
        for name in (n for n in texts if re.fullmatch(r"SHIFT[1-9]\d?", n)):
            pairs = [(base, value) for base, value in _TEXTS if base in texts and value in texts]
            shown = [n for pair in pairs for n in pair]
            yield from ways(data, [_is_shift(name, base, value) for base, value in pairs], name, *shown)


def criterion_has_flag(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study):
        for name in data.texts():
            if re.fullmatch(r"CRIT[1-9]\d?", name):
                yield data.fact(f"{name}FL" not in data.columns, name)


def flag_has_criterion(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study):
        for name in data.texts():
            text = name.removesuffix("FL")
            if re.fullmatch(r"CRIT[1-9]\d?FL", name) and text in data.texts():
                yield data.records(pl.col(text).is_null(), name, text)


def censoring_is_whole(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, numbers=("CNSR",)):
        yield data.numbers_wrong("CNSR", lambda value: (value < 0) | (value % 1 != 0))


def time_has_censoring(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, numbers=("CNSR", "AVAL")):
        yield data.records(pl.col("CNSR").is_null(), "AVAL", "CNSR")


def start_before_event(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, numbers=("CNSR", "STARTDT", "ADT")):
        of = pl.col("STARTDT").is_not_null() & pl.col("ADT").is_not_null()
        yield data.records(pl.col("ADT") < pl.col("STARTDT"), "ADT", "STARTDT", of=of)


def time_of_dates(study: Datasets) -> Iterator[Look]:
    """In days, with the first day counted or not, as nearly all records of the parameter have it."""
    for data in _bds(study, texts=("PARAMCD",), numbers=("CNSR", "AVAL", "STARTDT", "ADT")):
        apart = pl.col("ADT") - pl.col("STARTDT")
        for code in data.values("PARAMCD"):
            here = pl.col("PARAMCD") == code
            # The first day is counted, or it is not.
            every = [pl.when(here).then(_near(pl.col("AVAL"), days)) for days in (apart + 1, apart)]
            yield from ways(data, every, "AVAL", "PARAMCD", "STARTDT", "ADT")


def event_has_description(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _bds(study, texts=("EVNTDESC",), numbers=("CNSR",)):
        yield data.records(pl.col("EVNTDESC").is_null(), "CNSR", "EVNTDESC", of=pl.col("CNSR") == 0)


# What several rules share


def _bds(study: Datasets, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> Iterator[Dataset]:
    for data in study.adam("BDS", "TTE"):
        if set(texts) <= set(data.texts()) and set(numbers) <= set(data.numbers()):
            yield data


def _series(data: Dataset) -> list[str]:
    """What has one baseline: a parameter of a subject, and of a baseline type where there are types.

    A time point is no such type: the guide has BASETYPE say which baseline a record is compared with.
    """
    return ["USUBJID", "PARAMCD", *(["BASETYPE"] if "BASETYPE" in data.texts() else [])]


def _with_baseline(data: Dataset, name: str) -> Beside:
    """Gives the records a value of their baseline record, null where there is none or several."""
    series = _series(data)

    def found(block: Block) -> pl.DataFrame:
        value = pl.col(name).alias(f"{name} at ABLFL")
        flagged = block.frame.filter(pl.col("ABLFL") == "Y").select(*series, value)
        return beside(
            block.frame, flagged.filter(~pl.struct(series).is_duplicated()), series, nulls_equal=True
        )

    return found


def _derived(study: Datasets, name: str, right: pl.Expr) -> Iterator[Look]:
    of, frame = pl.col(f"can say {name}"), partial(_with_derived, name, right)
    for data in _bds(study, numbers=(name, "AVAL", "BASE")):
        yield data.records(~pl.col(f"right {name}"), name, "AVAL", "BASE", of=of, frame=frame)


def _with_derived(name: str, right: pl.Expr, block: Block) -> pl.DataFrame:
    """Records with whether it ``can say NAME`` what is right, and whether the value is ``right NAME``."""
    value, known = pl.col(name), pl.col("right")
    both = block.frame.select(name, right=right)
    can_say, is_right = both.select(of=value.is_not_null() & known.is_finite(), near=_near(value, known))
    if not (is_right | ~can_say).all():
        is_right = both.select(_rounded(value, known)).to_series()  # which few values need
    return with_columns(block.frame, [can_say.alias(f"can say {name}"), is_right.alias(f"right {name}")])


def _near(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return (one - other).abs() <= 1e-8 * pl.max_horizontal(one.abs(), other.abs(), pl.lit(1.0))


def _rounded(value: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether a value is right, or right as it was rounded, to one decimal or more."""
    fits = [_near(value, right)]
    for decimals in _DECIMALS:
        step = 10.0**-decimals
        rounded = (value - (value / step).round(0) * step).abs() <= 1e-9 * pl.max_horizontal(
            value.abs(), pl.lit(1.0)
        )
        fits.append(rounded & ((value - right).abs() <= 0.5 * step * (1 + 1e-6)))
    return pl.any_horizontal(fits)


def _is_distance(day: pl.Expr) -> pl.Expr:
    """Whether AWTDIFF is the distance of a day from the target."""
    target, said = pl.col("AWTARGET"), pl.col("AWTDIFF")
    apart = (day - target).abs()
    across = (day < 0) != (target < 0)
    return _near(said, apart) | (across & _near(said, apart - 1))


def _is_shift(name: str, base: str, value: str) -> pl.Expr:
    """Whether a shift goes from a baseline to a value, where it has the form that tells it."""
    text = pl.concat_str(pl.col(base), pl.lit(" to "), pl.col(value))
    return pl.when(pl.col(name).str.contains(" to ")).then(pl.col(name) == text)
