"""What analysis takes over of SDTM: the records that it names, and their values."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from ced_cdisc.conformance.beside import beside
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.submission import Dataset, Submission

_CLOSE = 1e-9


def sequence_of_sdtm(study: Submission) -> Iterator[Look]:
    """--SEQ of an occurrence dataset, where the domain is in the submission."""
    for data in study.adam("OCCDS"):
        for name in data.numbers():
            parents = study.domain(name[:2]) if re.fullmatch("[A-Z]{2}SEQ", name) else []
            if _text(data, "USUBJID") and parents and all(one.has("USUBJID", name) for one in parents):
                keys = pl.concat([one.frame.select("USUBJID", name) for one in parents]).unique()
                frame = _looked_up(data.frame, keys, ["USUBJID", name])
                of = pl.col(name).is_not_null() & study.of_its_study(data)
                yield data.records(pl.col("__found").is_null(), name, of=of, frame=frame)


def source_variable(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in _sourced(study, "SRCVAR"):
        for source, parents in _sources(study, data).items():
            known = {column for one in parents for column in one.columns}
            of = (pl.col("SRCDOM") == source) & pl.col("SRCVAR").is_not_null()
            yield data.records(~pl.col("SRCVAR").is_in(sorted(known)), "SRCVAR", "SRCDOM", of=of)


def source_record(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in _sourced(study, "SRCSEQ"):
        for source, parents in _sources(study, data).items():
            number = "ASEQ" if parents[0].kind == "ADaM" else "--SEQ"
            if not _text(data, "USUBJID") or not all(one.has("USUBJID", number) for one in parents):
                continue
            keys = pl.concat(
                [one.frame.select("USUBJID", pl.col(one.v(number)).alias("SRCSEQ")) for one in parents]
            ).unique()
            frame = _looked_up(data.frame, keys, ["USUBJID", "SRCSEQ"])
            of = (pl.col("SRCDOM") == source) & pl.col("SRCSEQ").is_not_null()
            if number == "--SEQ":
                of = of & study.of_its_study(data)
            yield data.records(pl.col("__found").is_null(), "SRCSEQ", "SRCDOM", of=of, frame=frame)


def values_of_sdtm_record(study: Submission) -> Iterator[Look]:
    """Of a record that names its --SEQ; a value that is not taken over is no fault."""
    for data, number, parents in _named_records(study):
        domain, keys = parents[0].domain, ["USUBJID", number]
        known = pl.concat([one.frame for one in parents], how="diagonal").unique(keys, keep="none")
        taken = [c.name for c in data.columns.values() if _is_taken_over(c.name, keys, data, parents)]
        there = known.select(*keys, *(pl.col(name).alias(f"{domain}.{name}") for name in taken))
        frame = _looked_up(data.frame, there, keys)
        of = pl.col("__found") & study.of_its_study(data)
        for name in taken:
            ours, theirs = pl.col(name), pl.col(f"{domain}.{name}")
            differ = ours.ne_missing(theirs)
            if data.columns[name].type == "Num":
                differ = differ & ~((ours - theirs).abs() <= _CLOSE * theirs.abs()).fill_null(False)
            yield data.records(
                differ, name, f"{domain}.{name}", number, of=of & ours.is_not_null(), frame=frame,
                domain=domain, number=number,
            )  # fmt: skip


def sequence_whole_in_adam(study: Submission) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        if "ASEQ" in data.numbers():
            value = pl.col("value")
            yield data.values_wrong("ASEQ", (value < 1) | (value != value.floor()))


def visits_of_sv_in_adam(study: Submission) -> Iterator[Look]:
    """Of a name that has one number in SV: unscheduled visits may share a name."""
    visits = study.get("SV")
    if visits is None or not visits.has("VISITNUM", "VISIT"):
        return
    known = visits.frame.select("VISIT", pl.col("VISITNUM").alias("SV.VISITNUM")).drop_nulls().unique()
    known = known.unique("VISIT", keep="none")
    for data in study.adam():
        if "VISITNUM" in data.numbers() and _text(data, "VISIT"):
            frame = beside(data.frame, known, "VISIT")
            of = pl.col("VISITNUM").is_not_null() & pl.col("SV.VISITNUM").is_not_null()
            wrong = pl.col("VISITNUM") != pl.col("SV.VISITNUM")
            of = of & study.of_its_study(data)
            yield data.records(wrong, "VISITNUM", "VISIT", "SV.VISITNUM", of=of, frame=frame)


# What several rules share


def _text(data: Dataset, name: str) -> bool:
    return name in data.columns and data.columns[name].type == "Char"


def _named_records(study: Submission) -> Iterator[tuple[Dataset, str, list[Dataset]]]:
    """The datasets that name records of a domain of the submission by its --SEQ."""
    for data in study.adam():
        for number in data.numbers():
            parents = study.domain(number[:2]) if re.fullmatch("[A-Z]{2}SEQ", number) else []
            if _text(data, "USUBJID") and parents and all(one.has("USUBJID", number) for one in parents):
                yield data, number, parents


def _is_taken_over(name: str, keys: list[str], data: Dataset, parents: list[Dataset]) -> bool:
    """Whether a variable is one of the domain, of the same type in all its parts."""
    kind = data.columns[name].type
    return name not in keys and all(name in one.columns and one.columns[name].type == kind for one in parents)


def _sourced(study: Submission, name: str) -> Iterator[Dataset]:
    for data in study.adam():
        right = data.numbers() if name == "SRCSEQ" else data.texts()
        if name in right and _text(data, "SRCDOM"):
            yield data


def _sources(study: Submission, data: Dataset) -> dict[str, list[Dataset]]:
    """The datasets of the submission that SRCDOM names: a domain with its parts, or a dataset."""
    found: dict[str, list[Dataset]] = {}
    for name in data.values("SRCDOM")["value"].sort():
        one = study.get(name)
        parts = study.domain(name) or ([one] if one is not None else [])
        if parts and not parts[0].is_supplemental:
            found[name] = parts
    return found


def _looked_up(frame: pl.DataFrame, keys: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """The records with ``__found``, null where no key agrees."""
    return beside(frame, keys.with_columns(pl.lit(True).alias("__found")), on)
