"""The SDTM and the ADaM package of a study: what one define.xml says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata, Variable
from ced_cdisc.describe.datasets import describe_dataset, describe_supplemental, same_lengths
from ced_cdisc.describe.lineage import Trace
from ced_cdisc.describe.lists import UsedTerms
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
    for dataset in plan.datasets:
        if dataset.kind != kind or dataset.name not in data:
            continue
        trace = Trace(dataset, plan)
        datasets.append(trace.dataset(describe(dataset, data[dataset.name], used)))
        if (qualifiers := data.get(f"SUPP{dataset.name}")) is not None:
            datasets.append(trace.qualifiers(describe_qualifiers(dataset, qualifiers, used)))
    if not datasets:
        return None
    if kind == "sdtm":
        datasets = same_lengths(datasets)
        datasets.sort(key=lambda d: (_CLASSES.index(d.class_name), d.name))
    shown = tuple(_with_lists(d, used) for d in datasets)
    name = "SDTM" if kind == "sdtm" else "ADaM"
    shown = tuple(replace(dataset, format=plan.formats[0]) for dataset in shown)
    return PackageMetadata(
        study_oid=plan.study_id,
        study_name=plan.study_name,
        study_description=plan.study_title,
        protocol_name=plan.protocol,
        name=f"Study {plan.study_name}, {name} datasets",
        description=f"{name} data definitions of study {plan.study_name}",
        created=plan.snapshot,
        standards=plan.sdtm_standards if kind == "sdtm" else plan.adam_standards,
        datasets=shown,
        documents=plan.sdtm_documents if kind == "sdtm" else plan.adam_documents,
        displays=describe_results(plan, data) if kind == "adam" else (),
    )


def _with_lists(dataset: DatasetMetadata, used: UsedTerms) -> DatasetMetadata:
    """The dataset with each codelist cut to the values that the package can hold."""
    return replace(dataset, variables=tuple(_shown(v, used) for v in dataset.variables))


def _shown(variable: Variable, used: UsedTerms) -> Variable:
    levels = tuple(
        replace(level, codelist=used.show_level(level.codelist, variable.name, level.where[0]))
        for level in variable.value_level
    )
    return replace(variable, codelist=used.show(variable.codelist), value_level=levels)
