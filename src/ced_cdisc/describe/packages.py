"""The SDTM and the ADaM package of a study: what one define.xml says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.metadata import (
    DatasetMetadata,
    FileFormat,
    Lineage,
    PackageMetadata,
    ValueLevel,
    Variable,
)
from ced_cdisc.describe.datasets import describe_dataset, describe_supplemental, same_lengths
from ced_cdisc.describe.lineage import Trace
from ced_cdisc.describe.lists import ShownLists, UsedTerms
from ced_cdisc.describe.results import describe_results
from ced_cdisc.plan.model import DatasetPlan, StudyPlan

_CLASSES = (
    "TRIAL DESIGN",
    "SPECIAL PURPOSE",
    "INTERVENTIONS",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "RELATIONSHIP",
    "STUDY REFERENCE",
)


Describe = Callable[[DatasetPlan, Blocks, UsedTerms], DatasetMetadata]


def describe_package(
    plan: StudyPlan,
    kind: str,
    data: Mapping[str, Blocks],
    describe: Describe = describe_dataset,
    describe_qualifiers: Describe = describe_supplemental,
) -> PackageMetadata | None:
    """Metadata of all datasets of one kind (``sdtm`` or ``adam``) that were built; None if there are none.

    Args:
        plan: the study.
        kind: ``sdtm`` or ``adam``.
        data: its datasets and their supplemental qualifiers by name.
        describe: describes a dataset and notes the values of codelists; it may know it from an earlier build.
        describe_qualifiers: the same for supplemental qualifiers.
    """
    used = UsedTerms()
    datasets: list[DatasetMetadata] = []
    traces: dict[str, Trace] = {}
    for dataset in plan.datasets:
        if dataset.kind != kind or dataset.name not in data:
            continue
        datasets.append(describe(dataset, data[dataset.name], used))
        traces[dataset.name] = Trace(dataset, plan)
        if (qualifiers := data.get(f"SUPP{dataset.name}")) is not None:
            datasets.append(describe_qualifiers(dataset, qualifiers, used))
    if not datasets:
        return None
    if kind == "sdtm":
        datasets = same_lengths(datasets)
        datasets.sort(key=lambda d: (_CLASSES.index(d.class_name), d.name))
    lists = ShownLists(used)
    shown = tuple(_finished(d, traces, lists, plan.formats[0]) for d in datasets)
    name = "SDTM" if kind == "sdtm" else "ADaM"
    return PackageMetadata(
        study_oid=plan.study_id,
        study_name=plan.study_name,
        study_description=plan.study_title,
        protocol_name=plan.protocol,
        name=f"Study {plan.study_name}, {name} datasets",
        description=f"{name} data definitions of study {plan.study_name}",
        created=plan.created,
        snapshot=plan.snapshot,
        standards=plan.sdtm_standards if kind == "sdtm" else plan.adam_standards,
        datasets=shown,
        documents=plan.sdtm_documents if kind == "sdtm" else plan.adam_documents,
        displays=describe_results(plan, data) if kind == "adam" else (),
    )


def _finished(
    dataset: DatasetMetadata, traces: Mapping[str, Trace], lists: ShownLists, written: FileFormat
) -> DatasetMetadata:
    """The dataset with its lineage, and each codelist cut to the values that the package can hold."""
    trace = traces.get(dataset.name)
    if trace is not None:
        variables = tuple(_variable(v, trace.of_variable(v.name), lists) for v in dataset.variables)
    else:
        parent = traces[dataset.name.removeprefix("SUPP")]
        variables = tuple(_supplemental(v, parent, lists) for v in dataset.variables)
    return replace(dataset, variables=variables, format=written)


def _supplemental(variable: Variable, parent: Trace, lists: ShownLists) -> Variable:
    """A variable of SUPPxx; each qualifier has the lineage of its own lines."""
    levels = (
        replace(row, lineage=parent.of_qualifier(row.where[0].values[0])) for row in variable.value_level
    )
    traced = replace(variable, value_level=tuple(levels))
    return _variable(traced, parent.of_supplemental(variable.name), lists)


def _variable(variable: Variable, lineage: Lineage, lists: ShownLists) -> Variable:
    levels = tuple(_level(variable.name, row, lists) for row in variable.value_level)
    return replace(variable, lineage=lineage, codelist=lists.show(variable.codelist), value_level=levels)


def _level(variable: str, row: ValueLevel, lists: ShownLists) -> ValueLevel:
    shown = lists.show_level(row.codelist, variable, row.where[0])
    return row if shown is row.codelist else replace(row, codelist=shown)
