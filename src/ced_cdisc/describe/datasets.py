"""One dataset's metadata, and the one of its supplemental qualifiers."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import polars as pl
from msgspec.structs import replace

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.metadata import (
    XPT_TEXT_BYTES,
    Codelist,
    Comment,
    DatasetMetadata,
    Method,
    Origin,
    RangeCheck,
    Term,
    ValueLevel,
    Variable,
    merge_origins,
)
from ced_cdisc.describe.by_variable import ByVariable
from ced_cdisc.describe.held import Held
from ced_cdisc.describe.lists import UsedTerms, level_place, written_values
from ced_cdisc.describe.types import measure
from ced_cdisc.describe.values import ByValue, by_value
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.by_source import merge_comments, merge_methods, source_in_words
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Line, SupplementalPlan, VariablePlan
from ced_cdisc.plan.texts import merged_origin
from ced_cdisc.standards.ig import class_term, load_sdtmig
from ced_cdisc.standards.model import person_id

NO_VALUES = "No value was collected or derived in this study."
_NO_QUALIFIER = {
    "IDVAR": "The parent domain has one record per subject, so that no variable identifies the record.",
    "IDVARVAL": "The parent domain has one record per subject, so that no variable identifies the record.",
    "QEVAL": "No qualifier of this dataset is the judgment of an evaluator.",
}


def kept_columns(plan: DatasetPlan, data: Blocks) -> list[str]:
    """The variables that are submitted: all but those the standard filled in that hold nothing."""
    return [v.name for v in plan.variables if not (v.optional and _is_empty(data.values(v.name)[v.name]))]


def _is_empty(values: pl.Series) -> bool:
    return values.null_count() == len(values)


def describe_dataset(plan: DatasetPlan, data: Blocks, used: UsedTerms) -> DatasetMetadata:
    """Metadata of a finished dataset; ``used`` collects the codelist values for the whole package."""
    spec, held = ByVariable(plan), Held(data)
    keys = proven_keys(plan, held)
    variables = [_variable(plan, spec, v, held, keys, used) for v in plan.variables if v.name in held]
    return DatasetMetadata(
        name=plan.name,
        label=plan.label,
        domain=plan.domain,
        class_name=_class(plan),
        subclass=plan.subclass,
        structure=plan.structure,
        variables=tuple(variables),
        purpose="Tabulation" if plan.kind == "sdtm" else "Analysis",
        standard=plan.standard,
        repeating=not (plan.one_per_subject or plan.reference_data),
        reference_data=plan.reference_data,
        comment=plan.comment,
        parent_label=plan.domain_label,
    )


def same_lengths(datasets: Sequence[DatasetMetadata]) -> list[DatasetMetadata]:
    """The datasets, each text as long in one part of a split domain as in the others (SDTMIG 3.4, 4.1.7)."""
    longest: dict[tuple[str, bool, str], int] = {}
    split = {d.domain for d in datasets if d.domain not in ("", d.name) and not d.name.startswith("SUPP")}

    def key(dataset: DatasetMetadata, variable: Variable) -> tuple[str, bool, str]:
        return dataset.domain, dataset.name.startswith("SUPP"), variable.name

    for dataset in datasets:
        if dataset.domain in split:
            for v in dataset.variables:
                longest[key(dataset, v)] = max(longest.get(key(dataset, v), 0), v.xpt_length)

    def widened(dataset: DatasetMetadata, v: Variable) -> Variable:
        if v.xpt_type != "Char":
            return v
        width = longest[key(dataset, v)]
        return replace(v, length=width, xpt_length=width)

    return [
        replace(d, variables=tuple(widened(d, v) for v in d.variables)) if d.domain in split else d
        for d in datasets
    ]


def _class(plan: DatasetPlan) -> str:
    return class_term(plan.class_name).submission_value if plan.kind == "sdtm" else plan.class_name


def proven_keys(plan: DatasetPlan, held: Held) -> tuple[str, ...]:
    """The key variables: those of ``sort``, and the sequence number where the data show need of it."""
    choices = plan.key_choices(held.columns)
    proven = (keys for keys in choices if held.tell_apart(keys))
    return next(proven, choices[-1] if choices else ())


def _variable(
    plan: DatasetPlan,
    spec: ByVariable,
    variable: VariablePlan,
    held: Held,
    keys: tuple[str, ...],
    used: UsedTerms,
) -> Variable:
    values = held.values(variable.name)
    present, sdtm = values - {None}, plan.kind == "sdtm"
    measured = measure(present, variable.kind, variable.name, sdtm=sdtm, decimals=variable.decimals)
    if variable.kind is Type.TEXT:
        _note(plan, spec, variable, present, held, used)
    lines = spec.in_blocks(variable.name)
    comment = _comment(variable, lines)
    if measured.empty and comment is None:
        comment = Comment("NODATA", NO_VALUES)
    divided = ByValue() if measured.empty else by_value(plan, spec, held, variable)
    levels, measured = divided.levels, divided.measured or measured
    codelist = divided.codelist or variable.codelist
    if plan.reference_data:
        _note_levels(variable.name, levels, held, used)
    if any(level.comment is not None for level in levels):
        comment = None  # said where it holds
    covered = bool(levels) and all(level.origin is not None for level in levels)
    char = variable.type == "Char"
    # A planned length rules: a longer value is a fault that the writer reports, never a wider column.
    width = (variable.length or min(measured.bytes, XPT_TEXT_BYTES)) if char else 8
    origin = divided.origin or merged_origin([line for line, _ in lines], variable.origin)
    method = divided.method or _method(variable, lines)
    return Variable(
        name=variable.name,
        label=variable.label,
        type=measured.type,
        length=width if char else measured.length,
        xpt_type=variable.type,
        xpt_length=width,
        significant_digits=measured.significant_digits,
        format=variable.format,
        core=variable.core,
        role=variable.role,
        mandatory=variable.core == "Req" and (sdtm or not _has_gaps(values)),
        key=keys.index(variable.name) + 1 if variable.name in keys else None,
        origin=origin,
        method=method if origin.type == "Derived" and not covered else None,
        codelist=codelist if variable.kind is not Type.DTC else None,
        comment=comment,
        value_level=levels,
        has_no_data=measured.empty,
    )


def _has_gaps(values: AbstractSet[Any]) -> bool:
    """Whether a value is missing. What ADaM requires is the variable, not a value on every record."""
    return None in values or "" in values


def _method(variable: VariablePlan, lines: Sequence[tuple[Line, Block]]) -> Method | None:
    """The variable's method: that of its one line, or of all blocks that compute it.

    A method of the plan that is no block's is that of records computed from blocks which are not kept.
    """
    methods = [(source_in_words(block), line.method) for line, block in lines]
    own = any(method == variable.method for _, method in methods)
    return merge_methods(methods) if own else variable.method


def _comment(variable: VariablePlan, lines: Sequence[tuple[Line, Block]]) -> Comment | None:
    """The variable's comment; one that a block gives names it where it says what holds there alone."""
    comments = [(source_in_words(block), line.comment) for line, block in lines]
    own = any(comment is not None and comment == variable.comment for _, comment in comments)
    return merge_comments(comments) if own else variable.comment


def _note(
    plan: DatasetPlan,
    spec: ByVariable,
    variable: VariablePlan,
    present: AbstractSet[str],
    held: Held,
    used: UsedTerms,
) -> None:
    lists = [variable.codelist, *(line.codelist for line, _ in spec.in_blocks(variable.name))]
    bound = spec.value_lists(variable.name)
    by = spec.dividers.get(variable.name, "")
    if plan.reference_data and by in held:  # the spec itself holds every value
        for (value,), values in held.groups((by,), variable.name):
            used.note(bound.get(value), values - {None})
    else:
        lists += bound.values()
    if any(lists):
        possible = present | written_values(line for line, _ in spec.every(variable.name))
        for codelist in lists:
            used.note(codelist, possible)


def _note_levels(variable: str, levels: Sequence[ValueLevel], held: Held, used: UsedTerms) -> None:
    """Of trial design the spec itself holds every value, so that a value level can have no other."""
    for level in levels:
        check = level.where[0]
        if level.codelist is not None:
            rows = held.rows(check.variable, variable)
            values = {value for by, value in rows if by in check.values and value is not None}
            used.note_apart(level.codelist, level_place(variable, check), values)


def describe_supplemental(plan: DatasetPlan, data: Blocks, used: UsedTerms) -> DatasetMetadata:
    """Metadata of SUPPxx: QVAL has one value-level row for each QNAM."""
    name = f"SUPP{plan.name}"
    guide = load_sdtmig().dataset("SUPPQUAL")
    keys = ("STUDYID", "RDOMAIN", plan.person, "IDVAR", "IDVARVAL", "QNAM")
    variables: list[Variable] = []
    spec, held = ByVariable(plan), Held(data)
    given = {qnam: values - {None} for (qnam,), values in held.groups(("QNAM",), "QVAL")}
    present = [q for q in plan.supplemental if q.name in given]
    for found in guide.variables:
        if found.name == "USUBJID" != plan.person:
            found = person_id()
        values = held.values(found.name) - {None}
        measured = measure(values, Type.TEXT, found.name, sdtm=True)
        levels: tuple[ValueLevel, ...] = ()
        codelist: Codelist | None = None
        if found.name == "QVAL":
            levels = tuple(_qualifier(name, spec, q, given[q.name], used) for q in present)
        if found.name == "QNAM":
            terms = {q.name: q.label for q in present}
            codelist = _names(name, terms)
        if found.name == "RDOMAIN":
            codelist = next((v.codelist for v in plan.variables if v.name == "DOMAIN"), None)
            used.note(codelist, [plan.domain])
        if found.name == "QEVAL" and not measured.empty:
            codelist = next((q.evaluators for q in plan.supplemental if q.evaluator), None)
            used.note(codelist, values)
        origin = Origin("Protocol", "Sponsor") if found.name == "STUDYID" else Origin("Assigned", "Sponsor")
        parent = next((v for v in plan.variables if v.name == found.name == plan.person), None)
        origin = parent.origin if parent is not None else origin
        comment = None
        if measured.empty:
            comment = Comment(f"NODATA.{found.name}", _NO_QUALIFIER.get(found.name, NO_VALUES))
        variables.append(
            Variable(
                name=found.name,
                label=found.label,
                type="text",
                length=measured.length,
                xpt_type="Char",
                xpt_length=measured.bytes,
                core="" if found.core == "Cond" else found.core,
                role=found.role,
                mandatory=found.core == "Req",
                key=keys.index(found.name) + 1 if found.name in keys else None,
                origin=None if found.name == "QVAL" else origin,
                method=parent.method if parent is not None else None,
                codelist=codelist,
                comment=comment,
                value_level=levels,
                has_no_data=measured.empty,
            )
        )
    return DatasetMetadata(
        name=name,
        label=f"Supplemental Qualifiers for {plan.name}",
        domain=plan.domain,
        class_name=class_term("Relationship").submission_value,
        structure="One record per supplemental qualifier per related parent domain record",
        variables=tuple(variables),
        purpose="Tabulation",
        standard="SDTMIG",
        parent_label=plan.domain_label or plan.label,
    )


def _names(dataset: str, terms: dict[str, str]) -> Codelist:
    return Codelist(
        f"{dataset}.QNAM",
        f"{dataset}: Qualifier Names",
        terms=tuple(Term(k, decode=v) for k, v in terms.items()),
    )


def _qualifier(
    dataset: str, spec: ByVariable, qualifier: SupplementalPlan, present: AbstractSet[str], used: UsedTerms
) -> ValueLevel:
    name, variable = qualifier.name, SUPP + qualifier.name
    measured = measure(present, Type.TEXT, "QVAL", sdtm=True)
    used.note(qualifier.codelist, present)
    made = [(source_in_words(block), line) for line, block in spec.in_blocks(variable)]
    lines = made + [("", line) for line in spec.over_all(variable)]
    origin = merge_origins(x.origin for _, x in lines) if lines else qualifier.origin
    method = merge_methods((source, x.method) for source, x in lines) if lines else qualifier.method
    used.note(qualifier.codelist, written_values(line for line, _ in spec.every(variable)))
    return ValueLevel(
        where=(RangeCheck(dataset, "QNAM", "EQ", (name,)),),
        label=qualifier.label,
        type="text",
        length=measured.length,
        origin=origin,
        method=replace(method, id=f"{dataset}.{name}")
        if method is not None and origin.type == "Derived"
        else None,
        codelist=qualifier.codelist,
        comment=qualifier.comment,
    )
