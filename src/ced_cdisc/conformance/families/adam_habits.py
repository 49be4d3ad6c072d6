"""ADaM within itself: what depends on the parameter, the visit or the subject, days, groups of age, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.follow import is_nearly_all
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.several import several
from ced_cdisc.conformance.submission import Datasets, Submission, WithOthers

_WINDOW = ("AWTARGET", "AWLO", "AWHI", "AWRANGE", "AWU")
_DAYS = {"ADY": "ADT", "ASTDY": "ASTDT", "AENDY": "AENDT"}
_TIED = (
    ("SAFFL", "TRTSDT"), ("DTHFL", "DTHDT"), ("ENRLFL", "ENRLDT"), ("RANDFL", "RANDDT"),
)  # fmt: skip
_SIZES = ("AGE", "AAGE", "ADURN", "HEIGHTBL", "WEIGHTBL", "BMIBL")
_BOUNDS = re.compile(r"(?P<low>\d+)\s*-\s*(?P<high>\d+)|(?P<sign><=|>=|<|>)\s*(?P<bound>\d+)")


def category_of_parameter(study: Datasets) -> Iterator[Look]:
    """PARCATy and CRITy that differ within a parameter."""
    for data in study.adam("BDS", "TTE"):
        for name in data.texts() if "PARAMCD" in data.texts() else ():
            if re.fullmatch(r"PARCAT\d", name):
                yield several(data, name, ["PARAMCD"], name, "PARAMCD", is_missing_one=True)


def window_of_visit(study: Datasets) -> Iterator[Look]:
    """A window that nearly all records of the parameter and visit have."""
    for data in study.adam("BDS", "TTE"):
        if "AVISIT" in data.texts() and "PARAMCD" in data.texts():
            for name in _WINDOW:
                if name in data.columns:
                    yield data.combined(["PARAMCD", "AVISIT", name], partial(_windows, data, name))


def _windows(data: Dataset, name: str, each: pl.DataFrame) -> Iterator[Look]:
    place, value = ["PARAMCD", "AVISIT"], pl.col(name)
    each = each.filter(pl.col("AVISIT").is_not_null())
    if not each[place].is_duplicated().any():
        of = (
            int(each["count"].sum())
            if not each[name].null_count()
            else int(each.drop_nulls(name)["count"].sum())
        )
        if is_nearly_all(of, of):
            yield data.right(name, *place)
        return
    each = each.sort(name).sort("count", descending=True, maintain_order=True)
    usual = each.group_by(place, maintain_order=True).agg(value.first().alias("__usual"))
    told = each.join(usual, on=place, nulls_equal=True).select("count", right=value == pl.col("__usual"))
    follow, of = (
        int(told.filter(one)["count"].sum()) for one in (pl.col("right"), pl.col("right").is_not_null())
    )
    if is_nearly_all(follow, of):
        way = pl.when(pl.col("AVISIT").is_not_null() & value.is_not_null()).then(value == pl.col("__usual"))
        frame = None if follow == of else data.beside(usual, place, nulls_equal=True)
        if frame is None:
            yield data.right(name, "PARAMCD", "AVISIT")
        else:
            yield data.records(~way, name, "PARAMCD", "AVISIT", frame=frame)


def within_window(study: Datasets) -> Iterator[Look]:
    """Days of visits that nearly all lie in their window, whichever day the dataset counts by."""
    for data in study.adam("BDS"):
        if {"AWLO", "AWHI"} <= set(data.numbers()):
            for name in (n for n in data.numbers() if n.endswith("DY")):
                way = (pl.col(name) >= pl.col("AWLO")) & (pl.col(name) <= pl.col("AWHI"))
                yield data.habit(way, name, "AVISIT", "AWLO", "AWHI")


def days_from_a_date(study: Datasets) -> Iterator[Look]:
    """Days that nearly all count from another date than TRTSDT; a sponsor's own may have a 0."""
    for data in study.adam("BDS", "TTE", "OCCDS"):
        numbers = data.numbers()
        for name in (n for n in numbers if n.endswith("DY")):
            date = _DAYS.get(name, "ADT")
            before: list[Look] = []
            for start in (n for n in numbers if n.endswith("DT") and n not in (date, "TRTSDT")):
                if date in numbers:
                    apart = pl.col(date) - pl.col(start)
                    for days in [apart + (apart >= 0).cast(pl.Float64), *([] if name in _DAYS else [apart])]:
                        way = pl.col(name) == days
                        look = data.habit(way, name, date, start, instead_of=before)
                        before.append(look)
                        yield look


def start_of_time(study: WithOthers) -> Iterator[Look]:
    """STARTDT that is nearly always one date of the subject in ADSL."""
    adsl = study.other("ADSL")
    if adsl is None or "USUBJID" not in adsl.texts():
        return
    dates = [n for n in adsl.numbers() if n.endswith("DT")]
    subjects = adsl.frame.filter(~pl.col("USUBJID").is_duplicated()).select(
        "USUBJID", pl.col(dates).name.prefix("ADSL.")
    )
    for data in study.adam("BDS", "TTE"):
        if "STARTDT" in data.numbers() and "USUBJID" in data.texts():
            frame = data.beside(subjects, "USUBJID")
            before: list[Look] = []
            for name in dates:
                way = pl.col("STARTDT") == pl.col(f"ADSL.{name}")
                look = data.habit(way, "STARTDT", f"ADSL.{name}", frame=frame, instead_of=before)
                before.append(look)
                yield look


def flags_and_dates(study: Datasets) -> Iterator[Look]:
    """Flags of subjects that nearly always are Y where the date is there, and only there."""
    data = study.get("ADSL")
    for flag, date in _TIED:
        if data is not None and flag in data.texts() and date in data.numbers():
            way = pl.col(flag).eq_missing("Y") == pl.col(date).is_not_null()
            yield data.habit(way, flag, date, of=pl.lit(value=True))


def treated_when_emergent(study: Datasets) -> Iterator[Look]:
    """Events flagged as emergent that start before the treatment."""
    for data in study.adam("OCCDS"):
        if {"ASTDT", "TRTSDT"} <= set(data.numbers()) and "TRTEMFL" in data.texts():
            way = pl.when(pl.col("TRTEMFL") == "Y").then(pl.col("ASTDT") >= pl.col("TRTSDT"))
            yield data.habit(way, "TRTEMFL", "ASTDT", "TRTSDT")


def groups_of_age(study: Submission) -> Iterator[Look]:
    """AGEGRy whose text says bounds that AGE does not lie within, in studies that have all ages in years."""
    ages = [one for one in (*study.adam(), *study.domain("DM")) if "AGEU" in one.texts()]
    if any(set(one.values("AGEU")) - {"YEARS"} for one in ages):
        return
    for data in study.adam():
        for name in (n for n in data.texts() if re.fullmatch(r"AGEGR\d", n)):
            if "AGE" not in data.numbers():
                continue
            outside = pl.lit(None, pl.Boolean)
            for text in data.values(name):
                match = _BOUNDS.search(text)
                if match and len(re.findall(r"\d+", text)) == (2 if match["low"] else 1):
                    outside = pl.when(pl.col(name) == text).then(_outside(match)).otherwise(outside)
            of = outside.is_not_null() & pl.col("AGE").is_not_null()
            yield data.records(outside, name, "AGE", of=of)


def sizes_not_negative(study: Datasets) -> Iterator[Look]:
    """Ages, durations, heights and weights below 0."""
    for data in study.adam():
        for name in data.numbers():
            if name in _SIZES or re.fullmatch(r"TR(\d\d|T)DUR[DMY]", name):
                yield data.numbers_wrong(name, lambda value: value < 0)


def body_mass_index(study: Datasets) -> Iterator[Look]:
    """BMIBL that is not the weight over the square of the height, in kg and cm, where nearly all are."""
    data = study.get("ADSL")
    if data is not None and {"BMIBL", "HEIGHTBL", "WEIGHTBL"} <= set(data.numbers()):
        right = pl.col("WEIGHTBL") / (pl.col("HEIGHTBL") / 100) ** 2
        way = (pl.col("BMIBL") - right).abs() <= 0.06
        yield data.habit(way, "BMIBL", "WEIGHTBL", "HEIGHTBL")


def _outside(match: re.Match[str]) -> pl.Expr:
    age = pl.col("AGE")
    if match["low"]:
        return (age < int(match["low"])) | (age >= int(match["high"]) + 1)
    bound = int(match["bound"])
    return {"<": age >= bound, "<=": age > bound, ">": age <= bound, ">=": age < bound}[match["sign"]]
