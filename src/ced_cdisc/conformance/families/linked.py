"""Datasets that RELREC relates as wholes: whether the records hold what it says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl
from msgspec import Struct

from ced_cdisc.conformance.beside import with_columns
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.submission import Submission

_GROUPS = ("LNKGRP", "GRPID")
"""What names a group of records: it may have several where the group has one partner."""
_LINKS = ("LNKID", "LNKGRP")
"""What has no other use than to link datasets."""


class _Side(Struct, frozen=True):
    """One side of a relation between datasets: the dataset, or the parts of a split one."""

    parts: tuple[Dataset, ...]
    idvar: str
    many: bool


def one_has_its_value_alone(study: Submission) -> Iterator[Look]:
    """Records of a side ONE with the value of another record of the subject, whatever it is related to.

    What names a group of records is left out.
    """
    ones = {
        (data.name, side.idvar): data
        for sides in _relations(study)
        for side in sides
        if not side.many and side.idvar[2:] not in _GROUPS
        for data in side.parts
    }
    for (_, idvar), data in ones.items():
        yield data.repeated(["USUBJID", idvar], idvar)


def link_finds_the_one(study: Submission) -> Iterator[Look]:
    """Links that are related to sides ONE alone, and have none of them for a partner.

    What did not take place, or is planned, may have none.
    """
    for data, idvar, others in _links(study):
        if not any(side.many for side in others):
            taken = data.col("--STAT").ne_missing("NOT DONE") & data.col("--OCCUR").ne_missing("N")
            of = pl.col(idvar).is_not_null() & taken & data.col("--MOOD").ne_missing("SCHEDULED")
            frame = partial(_with_partner, idvar, others)
            yield data.records(pl.col("partner").is_null(), idvar, of=of, frame=frame)


def link_finds_one_of_many(study: Submission) -> Iterator[Look]:
    """Links that may lack a partner, as a procedure does that found nothing, where nearly all have one."""
    for data, idvar, others in _links(study):
        if any(side.many for side in others):
            way, frame = pl.col("partner").is_not_null(), partial(_with_partner, idvar, others)
            yield data.habit(way, idvar, of=pl.col(idvar).is_not_null(), frame=frame)


def _links(study: Submission) -> Iterator[tuple[Dataset, str, list[_Side]]]:
    """Each variable that links a dataset, with the other sides of all relations that it stands in."""
    found: dict[tuple[str, str], tuple[Dataset, list[_Side]]] = {}
    for one, other in _relations(study):
        for side, partner in ((one, other), (other, one)):
            if side.idvar[2:] in _LINKS:
                for data in side.parts:
                    found.setdefault((data.name, side.idvar), (data, []))[1].append(partner)
    for (_, idvar), (data, others) in found.items():
        yield data, idvar, others


def _relations(study: Submission) -> list[tuple[_Side, _Side]]:
    """The relations between two datasets that are there, with the variables that relate them."""
    return study.once("relations of datasets", lambda: list(_found(study)))


def _found(study: Submission) -> Iterator[tuple[_Side, _Side]]:
    data = study.get("RELREC")
    names = ("RELID", "RDOMAIN", "IDVAR", "RELTYPE", "USUBJID", "IDVARVAL")
    if data is None or not data.has(*names):
        return
    of_wholes = pl.col("USUBJID").is_null() & pl.col("IDVARVAL").is_null()
    rows = data.records_held.different(*names).filter(of_wholes & pl.col("RELTYPE").is_in(["ONE", "MANY"]))
    rows = rows.drop_nulls(["RELID", "RDOMAIN", "IDVAR"])
    for _, sides in rows.group_by("RELID", maintain_order=True):
        made = [_side(study, *row) for row in sides.select("RDOMAIN", "IDVAR", "RELTYPE").rows()]
        if len(made) == 2 and all(one.parts for one in made):
            yield made[0], made[1]


def _side(study: Submission, code: str, idvar: str, kind: str) -> _Side:
    of_domain = (one for one in study.sdtm() if not one.is_supplemental and code in (one.domain, one.name))
    parts = tuple(one for one in of_domain if one.has("USUBJID", idvar) and idvar in one.texts())
    return _Side(parts, idvar, kind == "MANY")


def _with_partner(idvar: str, others: Sequence[_Side], block: Block) -> pl.DataFrame:
    """The records with ``partner``, where a record of the subject on another side has the value."""
    known = pl.concat(
        part.records_held.of_subjects(block, ["USUBJID", side.idvar]).rename({side.idvar: "__key"})
        for side in others
        for part in side.parts
    )
    keys = block.frame.select("USUBJID", pl.col(idvar).alias("__key")).with_row_index("__row")
    found = keys.join(known, on=["USUBJID", "__key"], how="semi")["__row"]
    partner = pl.repeat(None, keys.height, dtype=pl.Boolean, eager=True).alias("partner")
    return with_columns(block.frame, [partner.scatter(found, True)])
