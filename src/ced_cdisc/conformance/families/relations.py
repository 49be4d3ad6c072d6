"""Rules between datasets: subjects in DM, SUPP, RELREC, RELSPEC and CO, visits, epochs and elements."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import polars as pl

from ced_cdisc.conformance.beside import with_columns
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.dates import after, day, is_day
from ced_cdisc.conformance.look import Beside, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.several import several
from ced_cdisc.conformance.submission import Datasets, WithOthers

_OBSERVED = ("Interventions", "Events", "Findings")


def subject_in_dm(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    if study.other("DM") is not None:
        for data in study.having("USUBJID"):
            if data.name != "DM":
                yield data.not_among("USUBJID", study.subject_names)


def one_study(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    dm = study.other("DM")
    known = dm.values("STUDYID") if dm is not None and dm.has("STUDYID") else None
    if known is not None:
        for data in study.having("STUDYID"):
            yield data.not_among("STUDYID", known)


def parent_is_there(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in study.having("RDOMAIN"):
        there = study.names()
        yield data.values_wrong(
            "RDOMAIN", lambda code, there=there: code not in there and f"AP{code}" not in there
        )


def supplemental_names_its_parent(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _supplemental(study):
        if data.has("RDOMAIN") and data.name.startswith("SUPP"):
            yield data.values_wrong("RDOMAIN", pl.col("value") != data.name[4:6])


def idvar_is_of_parent(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in _pointing(study):
        for code, parents in _parents(study, data).items():
            known = {name for parent in parents for name in parent.columns}
            wrong = ~pl.col("IDVAR").is_in(sorted(known))
            of = (pl.col("RDOMAIN") == code) & pl.col("IDVAR").is_not_null()
            yield data.records(wrong, "IDVAR", "RDOMAIN", of=of)


def idvarval_has_idvar(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _pointing(study):
        if data.has("IDVARVAL"):
            yield data.records(pl.col("IDVAR").is_null(), "IDVARVAL", "IDVAR")


def idvar_has_idvarval(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _pointing(study):
        if data.has("IDVARVAL") and (data.is_supplemental or data.name == "CO"):
            yield data.records(pl.col("IDVARVAL").is_null(), "IDVAR", "IDVARVAL")


def reference_finds_a_record(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in _pointing(study):
        if not data.has("USUBJID", "IDVARVAL"):
            continue
        named = data.records_held.different("RDOMAIN", "IDVAR").drop_nulls().rows()
        for code, parents in _parents(study, data).items():
            for name in (one for domain, one in named if domain == code):
                holders = [parent for parent in parents if name in parent.columns and parent.has("USUBJID")]
                if not holders:
                    continue
                of = (
                    (pl.col("RDOMAIN") == code)
                    & (pl.col("IDVAR") == name)
                    & pl.col("IDVARVAL").is_not_null()
                    & pl.col("USUBJID").is_not_null()
                )
                there, frame = pl.col("there"), partial(_with_referred, holders, name)
                yield data.records(there.is_null(), "IDVARVAL", "RDOMAIN", "IDVAR", of=of, frame=frame)


def _with_referred(holders: list[Dataset], name: str, block: Block) -> pl.DataFrame:
    """References with ``there``, where a record of the subject has the value."""
    known = pl.concat([_keys(holder, name, block) for holder in holders])
    keys = block.frame.select("USUBJID", pl.col("IDVARVAL").str.strip_chars().alias("key"))
    found = keys.with_row_index("row").join(known, on=["USUBJID", "key"], how="semi")["row"]
    there = pl.repeat(None, keys.height, dtype=pl.Boolean, eager=True).alias("there")
    return with_columns(block.frame, [there.scatter(found, True)])


def one_qualifier_a_record(study: Datasets) -> Iterator[Look]:  # noqa: D103
    keys = ("USUBJID", "APID", "POOLID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM")
    for data in _supplemental(study):
        by = [name for name in keys if name in data.columns]
        yield data.repeated(by, "QNAM", "IDVAR", "IDVARVAL")


def one_label_a_qualifier(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _supplemental(study):
        if data.has("QNAM", "QLABEL"):
            yield several(data, "QLABEL", ["QNAM"], "QLABEL", "QNAM", is_missing_one=True)


def qualifier_is_no_variable(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in _supplemental(study):
        if data.has("QNAM", "RDOMAIN"):
            for code, parents in _parents(study, data).items():
                known = sorted({name for parent in parents for name in parent.columns})
                yield data.records(pl.col("QNAM").is_in(known), "QNAM", of=pl.col("RDOMAIN") == code)


def qualifier_has_value(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _supplemental(study):
        if data.has("QNAM", "QVAL"):
            yield data.records(pl.col("QVAL").is_null(), "QVAL", "QNAM", of=pl.col("QNAM").is_not_null())


def qualifier_has_label(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _supplemental(study):
        if data.has("QNAM", "QLABEL"):
            yield data.records(pl.col("QLABEL").is_null(), "QLABEL", "QNAM", of=pl.col("QNAM").is_not_null())


def relation_has_sides(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _relrec(study):
        by = ["RELID", *(["USUBJID"] if data.has("USUBJID") else [])]
        yield data.alone(by, "RELID", "RDOMAIN")


def relation_of_datasets_has_type(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _relrec(study):
        if data.has("RELTYPE", "IDVARVAL", "USUBJID"):
            whole = pl.col("USUBJID").is_null() & pl.col("IDVARVAL").is_null()
            yield data.records(pl.col("RELTYPE").is_null(), "RELTYPE", "RDOMAIN", "RELID", of=whole)


def relation_of_records_has_no_type(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in _relrec(study):
        if data.has("RELTYPE", "IDVARVAL"):
            yield data.records(
                pl.col("RELTYPE").is_not_null(), "RELTYPE", "RELID", of=pl.col("IDVARVAL").is_not_null()
            )


def specimen_has_parent(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("RELSPEC")
    if data is not None and data.has("USUBJID", "REFID", "PARENT"):
        known = data.read("USUBJID", "REFID").unique(maintain_order=True)
        known = known.select("USUBJID", PARENT="REFID", there=pl.lit(value=True))
        frame = data.beside(known, ["USUBJID", "PARENT"])
        yield data.records(pl.col("there").is_null(), "PARENT", "REFID", frame=frame)


def specimen_levels(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("RELSPEC")
    if data is not None and data.has("PARENT", "LEVEL"):
        first = pl.col("PARENT").is_null() != (pl.col("LEVEL") == 1)
        yield data.records(first, "LEVEL", "PARENT")


def visit_took_place(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    visits = study.other("SV")
    if visits is None or not visits.has("USUBJID", "VISITNUM"):
        return
    known = (
        visits.read("USUBJID", "VISITNUM").unique(maintain_order=True).with_columns(there=pl.lit(value=True))
    )
    for data in study.having("USUBJID", "VISITNUM", among=study.sdtm(*_OBSERVED)):
        frame = data.beside(known, ["USUBJID", "VISITNUM"])
        done = data.col("--STAT").ne_missing("NOT DONE")
        of = pl.col("VISITNUM").is_not_null() & done
        yield data.records(pl.col("there").is_null(), "VISITNUM", "VISIT", of=of, frame=frame)


def one_record_a_visit(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("SV")
    if data is not None and data.has("USUBJID", "VISITNUM"):
        by = ["USUBJID", "VISITNUM", *(["SVSTDTC"] if data.has("SVSTDTC") else [])]
        yield data.records(pl.struct(by).is_duplicated(), "VISITNUM")


def planned_visit_name(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    planned = study.other("TV")
    if planned is None or not planned.has("VISITNUM", "VISIT"):
        return
    names = planned.frame.select("VISITNUM", planned="VISIT").drop_nulls().unique(maintain_order=True)
    several = names.filter(pl.col("VISITNUM").is_duplicated())["VISITNUM"]
    names = names.filter(~pl.col("VISITNUM").is_in(several.implode()))
    for data in study.having("VISITNUM", "VISIT"):
        if data.name != "TV":
            frame = data.beside(names, "VISITNUM")
            yield data.records(
                pl.col("VISIT") != pl.col("planned"), "VISIT", "VISITNUM", "planned", frame=frame
            )


def planned_visit_day(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    planned = study.other("TV")
    if planned is None or not planned.has("VISITNUM", "VISITDY"):
        return
    days = planned.frame.select("VISITNUM", planned="VISITDY").drop_nulls().unique(maintain_order=True)
    several = days.filter(pl.col("VISITNUM").is_duplicated())["VISITNUM"]
    days = days.filter(~pl.col("VISITNUM").is_in(several.implode()))
    for data in study.having("VISITNUM", "VISITDY"):
        if data.name != "TV":
            frame = data.beside(days, "VISITNUM")
            wrong = pl.col("VISITDY") != pl.col("planned")
            yield data.records(wrong, "VISITDY", "VISITNUM", "planned", frame=frame)


def epoch_in_ta(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    planned = study.other("TA")
    if planned is not None and planned.has("EPOCH"):
        known = planned.values("EPOCH")
        for data in study.having("EPOCH"):
            if data.name != "TA":
                yield data.not_among("EPOCH", known)


def epoch_of_the_day(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    elements = study.other("SE")
    if elements is None or not elements.has("USUBJID", "EPOCH", "SESTDTC", "SEENDTC"):
        return
    elements = elements.read("USUBJID", "EPOCH", "SESTDTC", "SEENDTC")
    spans = elements.select(
        "USUBJID", there="EPOCH", start=day(pl.col("SESTDTC")), end=day(pl.col("SEENDTC"))
    ).filter(pl.col("start").is_not_null())
    unsure = elements.filter(pl.col("SESTDTC").is_not_null() & ~is_day(pl.col("SESTDTC")).fill_null(False))
    spans = spans.filter(~pl.col("USUBJID").is_in(unsure["USUBJID"].implode()))
    for data in study.having("USUBJID", "EPOCH", among=study.sdtm(*_OBSERVED)):
        date = next((name for name in ("--STDTC", "--DTC") if data.has(name)), "")
        if not date:
            continue
        frame = partial(_within_spans, data.with_day(date), data.day(date), spans)
        of = pl.col("EPOCH").is_not_null() & pl.col("fits").is_not_null()
        yield data.records(~pl.col("fits"), "EPOCH", date, "by SE", of=of, frame=frame)


def _within_spans(with_day: Beside, day: pl.Expr, spans: pl.DataFrame, block: Block) -> pl.DataFrame | None:
    """Records with whether the epoch ``fits`` an element of the day, and the first epoch of it ``by SE``."""
    frame = with_day(block)
    if frame is None:
        return None
    rows = frame.select("USUBJID", "EPOCH", day.alias("day")).with_row_index("row")
    held = (
        rows.join(spans, on="USUBJID", maintain_order="left_right")
        .filter(
            (pl.col("start") <= pl.col("day")) & (pl.col("end").is_null() | (pl.col("day") <= pl.col("end")))
        )
        .group_by("row")
        .agg(
            (pl.col("there") == pl.col("EPOCH")).any().alias("fits"),
            pl.col("there").first().alias("by SE"),
        )
    )
    found = rows[["row"]].join(held, on="row", how="left", maintain_order="left")
    return with_columns(block.frame, [found["fits"], found["by SE"]])


def arm_in_ta(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    without_arm = ("SCRNFAIL", "NOTASSGN", "NOTTRT", "UNPLAN")  # of guides before 3.3
    yield from study.not_in("TA", "DM", "ARMCD", *without_arm)


def arm_name_in_ta(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for dm in study.having("ARMCD", "ARM", among=study.domain("DM")):
        planned = study.other("TA")
        if planned is not None and planned.has("ARMCD", "ARM"):
            names = planned.frame.select("ARMCD", planned="ARM").drop_nulls()
            frame = dm.beside(names.unique("ARMCD", keep="first", maintain_order=True), "ARMCD")
            yield dm.records(pl.col("ARM") != pl.col("planned"), "ARM", "ARMCD", "planned", frame=frame)


def element_in_te(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    yield from study.not_in("TE", "SE", "ETCD", "UNPLAN")


def criterion_in_ti(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    yield from study.not_in("TI", "IE", "IETESTCD")


def exposed_subject_has_dates(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for dm in study.having("USUBJID", "RFXSTDTC", among=study.domain("DM")):
        doses = [_doses(one) for one in study.others("EX") if one.has("USUBJID")]
        if doses:
            treated = pl.concat(doses).filter(pl.col("dose").is_null() | (pl.col("dose") > 0))
            given = treated["USUBJID"].unique(maintain_order=True)
            of = pl.col("USUBJID").is_in(given.implode())
            yield dm.records(pl.col("RFXSTDTC").is_null(), "RFXSTDTC", of=of)


def dates_have_exposure(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for dm in study.having("USUBJID", "RFXSTDTC", among=study.domain("DM")):
        treated = [one.values("USUBJID") for one in study.others("EX") if one.has("USUBJID")]
        if treated:
            yield dm.records(~pl.col("USUBJID").is_in(pl.concat(treated).implode()), "RFXSTDTC")


def subject_has_disposition(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    yield from study.not_in("DS", "DM", "USUBJID")


def nothing_starts_after_death(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in study.having("USUBJID", "--STDTC", among=study.sdtm("Events", "Interventions")):
        if data.domain != "DS":
            frame = study.with_dm("DTHDTC")
            of = pl.col("DM.DTHDTC").is_not_null() & data.col("--STDTC").is_not_null()
            late = after(data.col("--STDTC"), pl.col("DM.DTHDTC"))
            yield data.records(late, "--STDTC", "DM.DTHDTC", of=of, frame=frame)


def related_subject_in_dm(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    if study.other("DM") is not None:
        for data in study.having("RSUBJID"):
            yield data.not_among("RSUBJID", study.subject_names)


def comment_points_whole(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("CO")
    if data is not None and data.has("RDOMAIN", "IDVAR"):
        yield data.records(pl.col("RDOMAIN").is_null(), "IDVAR", "RDOMAIN")


# What several rules share


def _supplemental(study: Datasets) -> Iterator[Dataset]:
    for data in study.sdtm():
        if data.is_supplemental and data.height:
            yield data


def _relrec(study: Datasets) -> Iterator[Dataset]:
    data = study.get("RELREC")
    if data is not None and data.has("RELID", "RDOMAIN"):
        yield data


def _pointing(study: Datasets) -> Iterator[Dataset]:
    """SUPP--, CO and RELREC: what says by RDOMAIN, IDVAR and IDVARVAL which record it is about."""
    for data in study.sdtm():
        if data.has("RDOMAIN", "IDVAR"):
            yield data


def _parents(study: WithOthers, data: Dataset) -> dict[str, list[Dataset]]:
    """For each RDOMAIN whose dataset is there: the dataset or its parts."""
    return study.once(f"parents of {data.name}", lambda: _found_parents(study, data))


def _found_parents(study: WithOthers, data: Dataset) -> dict[str, list[Dataset]]:
    found: dict[str, list[Dataset]] = {}
    for code in data.records_held.different("RDOMAIN")["RDOMAIN"].drop_nulls():
        parents = [one for one in study.referred(code) if one.has("DOMAIN") or one.name == code]
        if parents:
            found[code] = parents
    return found


def _keys(parent: Dataset, name: str, block: Block) -> pl.DataFrame:
    """The subjects of a parent, those of a block at least, with a variable as IDVARVAL writes it."""
    column = pl.col(name)
    if parent.columns[name].type == "Num":
        whole = column.cast(pl.Int64, strict=False)
        column = pl.when(whole == column).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))
    records = parent.records_held.of_subjects(block, list(dict.fromkeys(["USUBJID", name])))
    return records.select("USUBJID", column.str.strip_chars().alias("key")).drop_nulls()


def _doses(data: Dataset) -> pl.DataFrame:
    dose = pl.col("EXDOSE") if data.has("EXDOSE") else pl.lit(None, pl.Float64)
    names = ["USUBJID", *(["EXDOSE"] if data.has("EXDOSE") else [])]
    return data.read(*names).select("USUBJID", dose.alias("dose"))
