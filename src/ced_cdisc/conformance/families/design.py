"""Trial design: arms, elements, visits and criteria as planned, and the parameters of the trial summary."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.dates import PREFIX
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.several import several
from ced_cdisc.conformance.submission import Datasets, Submission, WithOthers
from ced_cdisc.standards.ct import CtCodelist
from ced_cdisc.standards.model import GENERAL_CLASSES
from ced_cdisc.standards.summary import SUMMARY_LISTS, YES_NO

_EXPECTED = (
    "ADDON", "AGEMAX", "AGEMIN", "INDIC", "LENGTH", "OBJPRIM", "PLANSUB", "RANDOM", "SEXPOP", "SPONSOR",
    "STOPRULE", "TBLIND", "TCNTRL", "TINDTP", "TITLE", "TPHASE", "TTYPE",
)  # fmt: skip
_DATES = ("SSTDTC", "SENDTC", "DCUTDTC", "EXPSTDTC", "EXPENDTC")
_DURATIONS = ("LENGTH", "AGEMAX", "AGEMIN")
_COUNTS = ("PLANSUB", "ACTSUB", "NARMS", "NCOHORT")
_NULL_FLAVORS = (
    "NI", "INV", "DER", "OTH", "NINF", "PINF", "UNC", "MSK", "NA", "UNK", "ASKU", "NAV", "NASK", "QS", "TRC",
    "NP",
)  # fmt: skip
_DURATION = re.compile(
    r"P(\d+W|(?=\d|T)(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?D)?(T(\d+(\.\d+)?[HMS])+)?)"
)


def arm_elements_once(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _once(study, "TA", "ARMCD", "TAETORD")


def arm_has_one_name(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _one_name(study, "TA", "ARMCD", "ARM")


def planned_element_in_te(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    yield from study.not_in("TE", "TA", "ETCD")


def element_name_as_in_te(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    elements = study.other("TE")
    if elements is None or not elements.has("ETCD", "ELEMENT"):
        return
    names = (
        elements.frame.select("ETCD", planned="ELEMENT")
        .drop_nulls()
        .unique("ETCD", keep="first", maintain_order=True)
    )
    for name in ("TA", "SE"):
        data = study.get(name)
        if data is not None and data.has("ETCD", "ELEMENT"):
            frame = data.beside(names, "ETCD")
            yield data.records(
                pl.col("ELEMENT") != pl.col("planned"), "ELEMENT", "ETCD", "planned", frame=frame
            )


def elements_once(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _once(study, "TE", "ETCD")


def element_has_start(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _filled(study, "TE", "TESTRL")


def element_has_end_or_duration(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TE")
    if data is not None and (data.has("TEENRL") or data.has("TEDUR")):
        lacking = pl.all_horizontal(data.col("TEENRL").is_null(), data.col("TEDUR").is_null())
        yield data.records(lacking, "TEENRL", "ETCD", "TEDUR", of=pl.lit(True))


def planned_visits_once(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TV")
    if data is not None and data.has("VISITNUM"):
        by = ["VISITNUM", *(["ARMCD"] if data.has("ARMCD") else [])]
        yield data.repeated(by, "VISITNUM")


def planned_visit_has_start(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _filled(study, "TV", "TVSTRL")


def criteria_once(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TI")
    if data is not None and data.has("IETESTCD"):
        by = ["IETESTCD", *(["TIVERS"] if data.has("TIVERS") else [])]
        yield data.repeated(by, "IETESTCD")


def criterion_has_category(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _filled(study, "TI", "IECAT")


def parameters_numbered(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _once(study, "TS", "TSPARMCD", "TSSEQ")


def parameter_has_one_name(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _one_name(study, "TS", "TSPARMCD", "TSPARM")


def parameter_has_value(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSVAL"):
        lacking = data.col("TSVAL").is_null() & data.col("TSVALNF").is_null()
        yield data.records(lacking, "TSVAL", "TSPARMCD", of=pl.lit(True))


def value_or_null_flavor(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSVAL", "TSVALNF"):
        yield data.records(pl.col("TSVAL").is_not_null(), "TSVALNF", "TSVAL", "TSPARMCD")


def null_flavor_is_known(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSVALNF"):
        yield data.not_among("TSVALNF", _NULL_FLAVORS, "TSPARMCD")


def code_has_dictionary(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSVALCD"):
        yield data.records(data.col("TSVCDREF").is_null(), "TSVALCD", "TSPARMCD", "TSVCDREF")


def expected_parameters(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSPARMCD"):
        known = set(data.values("TSPARMCD"))
        for code in _EXPECTED:
            yield data.fact(code not in known, "TSPARMCD", parameter=code)


def start_of_study(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSPARMCD"):
        yield data.fact("SSTDTC" not in set(data.values("TSPARMCD")), "TSPARMCD")


def dates_of_the_summary(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _values(study, _DATES, ~pl.col("TSVAL").str.contains(f"^{PREFIX}$"))


def durations_of_the_summary(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("TS")
    if data is not None and data.has("TSPARMCD", "TSVAL"):
        of = pl.col("TSPARMCD").is_in(list(_DURATIONS)) & pl.col("TSVAL").is_not_null()
        values = data.frame.filter(of)["TSVAL"].unique(maintain_order=True)
        wrong = [value for value in values if not _DURATION.fullmatch(value)]
        yield data.records(pl.col("TSVAL").is_in(wrong), "TSVAL", "TSPARMCD", of=of)


def yes_or_no_of_the_summary(study: Datasets) -> Iterator[Look]:  # noqa: D103
    answered = tuple(name for name, code in SUMMARY_LISTS.items() if code == YES_NO)
    yield from _values(study, answered, ~pl.col("TSVAL").is_in(["Y", "N"]))


def counts_of_the_summary(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _values(study, _COUNTS, ~pl.col("TSVAL").str.contains(r"^\d+$"))


def number_of_arms(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in study.having("TSPARMCD", "TSVAL", among=study.domain("TS")):
        arms = study.other("TA")
        if arms is not None and arms.has("ARMCD"):
            planned = len(arms.values("ARMCD"))
            of = (pl.col("TSPARMCD") == "NARMS") & pl.col("TSVAL").str.contains(r"^\d+$")
            wrong = pl.col("TSVAL").cast(pl.Int64, strict=False) != planned
            yield data.records(wrong, "TSVAL", "TSPARMCD", of=of, arms=str(planned))


def trial_summary(study: Submission) -> Iterator[Look]:  # noqa: D103
    first = next((d for d in study.sdtm(*GENERAL_CLASSES) if "USUBJID" in d.columns), None)
    if first is not None:
        yield first.fact(study.get("TS") is None and study.is_whole)


def terms_of_the_summary(study: Datasets) -> Iterator[Look]:
    """Values that are no terms of their parameter's list, and cannot be terms of the sponsor's own."""
    for data, listed, of in _with_lists(study):
        if listed.code == YES_NO:
            continue
        wrong = ~pl.col("TSVAL").is_in(list(listed.values))
        if listed.extensible:
            values = data.frame.filter(of)["TSVAL"].unique(maintain_order=True)
            folded = {term.casefold() for term in listed.values}
            others = [one for one in values if one.casefold() in folded or listed.by_synonym(one)]
            said = _of_cdisc(data) if data.has("TSVCDREF") else pl.lit(value=False)
            wrong &= said | pl.col("TSVAL").is_in(others)
        shown = f"{listed.short_name} ({listed.code})"
        yield data.records(wrong, "TSVAL", "TSPARMCD", of=of, codelist=shown)


def codes_of_the_summary(study: Datasets) -> Iterator[Look]:
    """Codes that are not those of their terms in the list of the parameter."""
    for data, listed, of in _with_lists(study):
        if data.has("TSVALCD", "TSVCDREF"):
            codes = {term.submission_value: term.code for term in listed.terms}
            code = pl.col("TSVAL").replace_strict(codes, default=None, return_dtype=pl.String)
            wrong = pl.col("TSVALCD") != code
            asked = of & _of_cdisc(data) & pl.col("TSVALCD").is_not_null()
            yield data.records(wrong, "TSVALCD", "TSPARMCD", "TSVAL", of=asked)


# What several rules share


def _with_lists(study: Datasets) -> Iterator[tuple[Dataset, CtCodelist, pl.Expr]]:
    """The published lists of the parameters that TS has, each with the records of its parameters."""
    data, package = study.get("TS"), study.governing.package("SDTM")
    if data is None or package is None or not data.has("TSPARMCD", "TSVAL"):
        return
    known = set(data.values("TSPARMCD"))
    for code in dict.fromkeys(SUMMARY_LISTS.values()):
        parameters = [name for name, one in SUMMARY_LISTS.items() if one == code and name in known]
        if parameters and code in package:
            of = pl.col("TSPARMCD").is_in(parameters) & pl.col("TSVAL").is_not_null()
            yield data, package.codelist(code), of


def _of_cdisc(data: Dataset) -> pl.Expr:
    """Whether a value is said to be a term of CDISC's terminology, which has more than one name."""
    return data.col("TSVCDREF").str.to_uppercase().str.contains(r"^(CDISC|NCI)\b")


def _once(study: Datasets, name: str, *keys: str) -> Iterator[Look]:
    data = study.get(name)
    if data is not None and data.has(*keys):
        yield data.repeated(keys, keys[-1], *keys[:-1])


def _one_name(study: Datasets, dataset: str, code: str, name: str) -> Iterator[Look]:
    data = study.get(dataset)
    if data is not None and data.has(code, name):
        yield several(data, name, [code], name, code, is_missing_one=True)


def _filled(study: Datasets, dataset: str, name: str) -> Iterator[Look]:
    data = study.get(dataset)
    if data is not None and data.has(name):
        yield data.records(pl.col(name).is_null(), name, of=pl.lit(True))


def _values(study: Datasets, parameters: tuple[str, ...], wrong: pl.Expr) -> Iterator[Look]:
    data: Dataset | None = study.get("TS")
    if data is not None and data.has("TSPARMCD", "TSVAL"):
        of = pl.col("TSPARMCD").is_in(list(parameters)) & pl.col("TSVAL").is_not_null()
        yield data.records(wrong, "TSVAL", "TSPARMCD", of=of)
