"""Structure: names, labels, types, lengths, order and keys, and which variables have to be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Beside, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.repeated import repeated
from ced_cdisc.conformance.submission import Datasets, Submission, WithOthers
from ced_cdisc.standards.model import GENERAL_CLASSES, extend
from ced_cdisc.standards.tables import UnknownStandard

_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_WHOLE_DAY = r"^\d{4}-\d\d-\d\d"
_NUMBERED = re.compile(r"(COVAL|TSVAL)[1-9]\d*")
_SMALL = re.compile(r"an?|and|as|at|by|for|from|in|is|of|on|or|per|than|the|to|vs\.?|with|within|without")
_TOPICS = {
    "Interventions": ("--TRT",),
    "Events": ("--TERM",),
    "Findings": ("--TESTCD", "--TEST"),
    "Findings About": ("--TESTCD", "--TEST", "--OBJ"),
}
_COMPANIONS = (
    ("--SCAT", "--CAT"),
    ("--TPT", "--TPTNUM"),
    ("--REASND", "--STAT"),
    ("--STRESU", "--STRESC"),
    ("--STRESN", "--STRESC"),
    ("--STTPT", "--STRTPT"),
    ("--STRTPT", "--STTPT"),
    ("--ENTPT", "--ENRTPT"),
    ("--ENRTPT", "--ENTPT"),
    ("--TPTREF", "--ELTM"),
    ("--LAT", "--LOC"),
    ("--DIR", "--LOC"),
    ("VISIT", "VISITNUM"),
)
_TEXT_BYTES, _LABEL_BYTES = 200, 40


# Names and labels


def variable_names(study: Datasets) -> Iterator[Look]:
    """Names that SAS transport files and the guides allow."""
    for data in study.datasets.values():
        for name in data.columns:
            yield data.fact(not _NAME.fullmatch(name), name)


def dataset_names(study: Datasets) -> Iterator[Look]:
    """Names of datasets that are none of SDTM or ADaM."""
    for data in study.datasets.values():
        pattern = r"[A-Z][A-Z0-9]{1,7}" if data.kind == "SDTM" else r"AD[A-Z0-9]{1,6}"
        split = data.kind == "SDTM" and not data.ig and not data.is_supplemental and len(data.name) > 4
        yield data.fact(data.kind != "other" and (split or not re.fullmatch(pattern, data.name)))


def label_lengths(study: Datasets) -> Iterator[Look]:
    """Labels of variables that are empty or too long."""
    for data in study.datasets.values():
        for c in data.columns.values():
            yield data.fact(not 0 < len(c.label.encode()) <= _LABEL_BYTES, c.name, label=c.label or "(none)")


def dataset_label_lengths(study: Datasets) -> Iterator[Look]:
    """Labels of datasets that are empty or too long."""
    for data in study.datasets.values():
        size = len(data.label.encode())
        yield data.fact(not 0 < size <= _LABEL_BYTES, label=data.label or "(none)")


def labels_in_ascii(study: Datasets) -> Iterator[Look]:
    """Labels with other than printable ASCII characters, or blanks at their ends."""
    for data in study.datasets.values():
        for name, label in (("", data.label), *((c.name, c.label) for c in data.columns.values())):
            clean = re.fullmatch(r"[\x20-\x7e]*", label) and label == label.strip()
            yield data.fact(not clean, name, label=repr(label))


def labels_of_the_guide(study: Datasets) -> Iterator[Look]:
    """Labels of SDTM variables other than the guide's."""
    for data in study.sdtm():
        for name, known in data.expected.items():
            if data.ig and data.ig.variable(name) and known.label:
                label = data.columns[name].label
                yield data.fact(label != known.label, name, label=label, expected=known.label)


def adam_labels_of_the_guide(study: Datasets) -> Iterator[Look]:
    """Labels of ADaM variables other than the guide's, where it leaves nothing open."""
    for data in study.adam():
        for name, known in data.expected.items():
            if known.label:
                label = data.columns[name].label
                yield data.fact(label != known.label, name, label=label, expected=known.label)


def dataset_labels_of_the_guide(study: Datasets) -> Iterator[Look]:
    """Labels of SDTM datasets other than the guide's; parts of a split domain have labels of their own."""
    for data in study.sdtm():
        if data.ig and data.ig.name == data.name and data.label:
            yield data.fact(data.label != data.ig.label, label=data.label, expected=data.ig.label)


def labels_in_title_case(study: Datasets) -> Iterator[Look]:
    """Labels of variables that the guide does not have, with words in small letters."""
    for data in study.sdtm():
        for c in data.columns.values():
            if not (data.ig and data.ig.variable(c.name)):
                words = re.split(r"[ /]+", re.sub(r"\(.*?\)", "", c.label).strip())
                small = [w for w in words if w[:1].islower() and not _SMALL.fullmatch(w)]
                yield data.fact(bool(small) or c.label[:1].islower(), c.name, label=c.label)


def labels_unique(study: Datasets) -> Iterator[Look]:
    """Labels that two variables of a dataset share."""
    for data in study.datasets.values():
        first: dict[str, str] = {}
        for c in data.columns.values():
            other = first.setdefault(c.label.casefold(), c.name)
            yield data.fact(bool(c.label) and other != c.name, c.name, other=other, label=c.label)


# Types and lengths


def types_of_the_guide(study: Datasets) -> Iterator[Look]:
    """SDTM variables of another type than the guide or the model gives them."""
    for data in study.sdtm():
        for name, known in data.expected.items():
            yield data.fact(data.columns[name].type != known.type, name, expected=known.type)


def adam_types_of_the_guide(study: Datasets) -> Iterator[Look]:
    """ADaM variables of another type than the guide gives them."""
    for data in study.adam():
        for name, known in data.expected.items():
            yield data.fact(data.columns[name].type != known.type, name, expected=known.type)


def text_lengths(study: Datasets) -> Iterator[Look]:
    """Character variables longer than a transport file of version 5 may hold."""
    for data in study.datasets.values():
        for name in data.texts() if data.format == "xpt" else ():
            length = data.columns[name].length
            yield data.fact(length > _TEXT_BYTES, name, length=f"{length:,}")


def lengths_needed(study: Datasets) -> Iterator[Look]:
    """Character variables that are longer than their longest value."""
    for data in study.datasets.values():
        if data.format != "xpt" or not data.height:
            continue
        names = data.texts()
        spare = {n: data.columns[n].length - max(data.records_held.longest(n), 1) for n in names}
        worst = sorted((n for n in spare if spare[n] > 0), key=lambda n: (-spare[n], n))
        each = [f"{n} {data.columns[n].length} for {data.columns[n].length - spare[n]}" for n in worst]
        count, whose = ("1 variable", "its") if len(worst) == 1 else (f"{len(worst)} variables", "their")
        # The sentence has the three worst; what is accepted are all of them.
        yield data.fact(
            bool(worst), count=count, whose=whose, said=", ".join(each[:3]), every=", ".join(each)
        )


def parts_alike(study: Submission) -> Iterator[Look]:
    """Variables of the parts of a split domain that differ in type or label."""
    first: dict[tuple[str, str], Dataset] = {}
    for data in study.sdtm():
        if data.ig and len(data.name) > 2 and not data.is_supplemental and data.ig.name == data.domain:
            for c in data.columns.values():
                other = first.setdefault((data.domain, c.name), data)
                same = other.columns[c.name]
                yield data.fact((same.type, same.label) != (c.type, c.label), c.name, other=other.name)


# What is there


def required_variables(study: Datasets) -> Iterator[Look]:
    """Required variables of the guide that are absent."""
    for data in study.sdtm():
        for variable in data.ig.variables if data.ig else ():
            if variable.core == "Req":
                yield data.fact(variable.name not in data.columns, variable.name)


def required_filled(study: Datasets) -> Iterator[Look]:
    """Records that lack a value of a required variable."""
    for data in study.sdtm():
        for variable in data.ig.variables if data.ig else ():
            if variable.core == "Req" and data.has(variable.name):
                yield data.filled(variable.name)


def custom_variables(study: Datasets) -> Iterator[Look]:
    """What every domain of a class has, asked of domains that are not in the guide."""
    for data in study.sdtm(*GENERAL_CLASSES):
        if data.ig is None:
            for name in ("STUDYID", "DOMAIN", "--SEQ", *_TOPICS[data.class_name]):
                yield data.fact(data.v(name) not in data.columns, name)


def identified_subjects(study: Datasets) -> Iterator[Look]:
    """Datasets of a general class without a variable that says whose records they are."""
    for data in study.sdtm(*GENERAL_CLASSES):
        yield data.fact(not {"USUBJID", "APID", "POOLID", "SPDEVID"} & data.columns.keys(), "USUBJID")


def expected_variables(study: Datasets) -> Iterator[Look]:
    """Expected variables of the guide that are absent."""
    for data in study.sdtm():
        for variable in data.ig.variables if data.ig else ():
            if variable.core == "Exp":
                yield data.fact(variable.name not in data.columns, variable.name)


def known_variables(study: Datasets) -> Iterator[Look]:
    """Variables that neither the guide nor the model has for the dataset."""
    for data in study.sdtm():
        if data.ig or data.class_name in GENERAL_CLASSES:
            for name in data.columns:
                known = name in data.expected or _NUMBERED.fullmatch(name)
                yield data.fact(not known, name)


def companions(study: Datasets) -> Iterator[Look]:
    """Variables that say little without another one, which is absent."""
    for data in study.sdtm(*GENERAL_CLASSES):
        for one, other in _COMPANIONS:
            if data.v(one) in data.columns:
                yield data.fact(data.v(other) not in data.columns, one, other=data.v(other))


def timing_variable(study: Datasets) -> Iterator[Look]:
    """Datasets of a general class without any variable of timing."""
    for data in study.sdtm(*GENERAL_CLASSES):
        yield data.fact(not any(v.role == "Timing" for v in data.expected.values()))


def collection_day(study: Datasets) -> Iterator[Look]:
    """--DTC without --DY."""
    yield from _day(study, "--DTC", "--DY")


def start_day(study: Datasets) -> Iterator[Look]:
    """--STDTC without --STDY."""
    yield from _day(study, "--STDTC", "--STDY")


def end_day(study: Datasets) -> Iterator[Look]:
    """--ENDTC without --ENDY."""
    yield from _day(study, "--ENDTC", "--ENDY")


def _day(study: Datasets, date: str, number: str) -> Iterator[Look]:
    for data in study.having(date, among=study.sdtm(*GENERAL_CLASSES, "Special-Purpose")):
        if (
            not data.is_empty(data.v(date))
            and "USUBJID" in data.columns
            and data.domain not in ("SE", "CO", "SM")
        ):
            lacking = data.v(number) not in data.columns
            # Of dates that are all partial no day can be told.
            lacking = lacking and data.values(data.v(date)).str.contains(_WHOLE_DAY).any()
            yield data.fact(lacking, number, other=data.v(date))


def demographics(study: Submission) -> Iterator[Look]:
    """SDTM data of subjects without DM."""
    others = [d for d in study.sdtm(*GENERAL_CLASSES) if "USUBJID" in d.columns]
    if others:
        yield others[0].fact(study.get("DM") is None)


def dataset_filled(study: Datasets) -> Iterator[Look]:
    """Datasets without records."""
    for data in study.datasets.values():
        yield data.fact(not data.height)


def permissible_filled(study: Datasets) -> Iterator[Look]:
    """Permissible variables without any value."""
    for data in study.sdtm():
        for name, known in data.expected.items() if data.height else ():
            if known.core == "Perm":
                yield data.fact(data.is_empty(name), name)


# Order and keys


def variable_order(study: Datasets) -> Iterator[Look]:
    """Variables that stand after one that the guide or the model puts behind them."""
    for data in study.sdtm():
        if data.ig is None:
            continue
        names = [n for n in data.columns if n in data.expected]
        try:
            order = {v.name: v.order for v in extend(data.ig, names).variables}
        except UnknownStandard:
            continue
        pairs = pairwise(names)
        wrong = next(((a, b) for a, b in pairs if order[a] > order[b]), ("", ""))
        yield data.fact(bool(wrong[1]), wrong[1], other=wrong[0])


def domain_value(study: Datasets) -> Iterator[Look]:
    """Values of DOMAIN other than the code in the name of the dataset."""
    for data in study.having("DOMAIN"):
        code = data.name[:4] if data.name.startswith("AP") and len(data.name) >= 4 else data.name[:2]
        yield data.not_among("DOMAIN", [code], expected=code)


def domain_published(study: Datasets) -> Iterator[Look]:
    """Domain codes that are neither published nor declared as the sponsor's own (X, Y, Z are left to it)."""
    codes = study.governing.codelist("C66734")
    for data in study.having("DOMAIN"):
        if codes is not None and not data.name.startswith("AP"):
            custom = data.define is not None and "Yes" in (
                v for k, v in data.define[1].attrib.items() if str(k).endswith("IsNonStandard")
            )
            unknown = partial(_is_no_domain, frozenset(codes.values))
            yield data.values_wrong("DOMAIN", [] if custom else unknown)


def _is_no_domain(codes: frozenset[str], value: object) -> bool:
    return value not in codes and str(value)[:1] not in "XYZ"


def related_domain(study: Datasets) -> Iterator[Look]:
    """Values of RDOMAIN in SUPP-- other than the domain in the name of the dataset."""
    for data in study.sdtm():
        if data.is_supplemental and data.name.startswith("SUPP") and len(data.name) > 4:
            code = data.name[4:] if data.name[4:6] == "AP" else data.name[4:6]
            yield data.values_wrong("RDOMAIN", pl.col("value") != code, expected=code)


def sequence_unique(study: WithOthers) -> Iterator[Look]:
    """--SEQ given twice within a subject, over all parts of a split domain."""
    for data in study.having("USUBJID", "--SEQ"):
        seq = data.v("--SEQ")
        parts = [d for d in study.others(data.domain) if d.has("USUBJID", "--SEQ")] or [data]
        others = [d for d in parts if d is not data] if data in parts else []
        if not others and "APID" not in data.columns:
            yield data.repeated(["USUBJID", seq], seq)
            continue
        yield data.records(pl.col("__again"), seq, frame=_numbered_again(seq, others))


def _numbered_again(seq: str, others: list[Dataset]) -> Beside:
    """Gives ``__again``: whether another record of the subject has the number, there or in other datasets."""

    def found(block: Block) -> pl.DataFrame:
        here = block.frame[["USUBJID", seq]]
        every = [here, *(d.records_held.of_subjects(block, ["USUBJID", seq]) for d in others)]
        again = repeated(pl.concat(every), ["USUBJID", seq])[: here.height]
        return here.hstack([again.alias("__again")])

    return found


def sequence_whole(study: Datasets) -> Iterator[Look]:
    """--SEQ that is no whole number from 1."""
    for data in study.having("--SEQ"):
        yield data.numbers_wrong("--SEQ", lambda value: (value < 1) | (value % 1 != 0))


def records_unique(study: Datasets) -> Iterator[Look]:
    """Records of a general class that agree in everything but their number."""
    for data in study.having("USUBJID", "--SEQ", among=study.sdtm(*GENERAL_CLASSES)):
        seq = data.v("--SEQ")
        others = [n for n in data.columns if n != seq]
        shown = ["--TESTCD", "--TERM", "--TRT", "--DTC", "--STDTC"]
        topic = next((n for n in shown if data.has(n)), "USUBJID")
        yield data.repeated(others, topic, *shown)


def relations_unique(study: Datasets) -> Iterator[Look]:
    """Supplemental qualifiers given twice to one record."""
    keys = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    for data in study.having("QVAL", *keys):
        yield data.repeated(keys, "QNAM", "IDVAR", "IDVARVAL", "QVAL")


def define_keys_unique(study: Datasets) -> Iterator[Look]:
    """Records that share the key that define.xml gives the dataset."""
    for data in study.datasets.values():
        keys = data.define_keys
        if keys and all(name in data.columns for name in keys):
            yield data.repeated(keys, keys[-1], *keys, of=pl.lit(True), keys=", ".join(keys))
