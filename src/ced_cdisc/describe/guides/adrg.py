"""The Analysis Data Reviewer's Guide: what the build knows of the ADaM datasets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from ced_cdisc.core.decimals import shortest
from ced_cdisc.core.findings import counted
from ced_cdisc.core.guide import Block, Guide, table, text
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata, Variable
from ced_cdisc.describe.guides.facts import (
    Facts,
    acronyms,
    bullets,
    inputs,
    issues,
    plugins,
    protocol,
    standards,
)
from ced_cdisc.describe.guides.outline import guide_of
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.only import needed
from ced_cdisc.plan.references import trees_of

_CHOSEN = re.compile(r"AVISIT|ABLFL|ANL\d\dFL")
_TREATMENT = re.compile(r"TRT\d\d[PA]N?|TRT[PA]N?|TRTSEQ[PA]N?|ACTARM(CD)?|ARM(CD)?")

# What the language of the specs does with missing values, which no sentence of a method repeats.
_READING = (
    "A comparison with a missing value is not true, even that it differs; arithmetic with one is missing.",
    "A sum, a mean, the least or greatest of several values and a joined text are of the values that are "
    "present, and missing where none is.",
    "A date without day or month is before or after another one only if it is so whatever is missing; it has "
    "no date part.",
)


def adrg(facts: Facts, title: str, words: Mapping[str, tuple[Block, ...]]) -> Guide:
    """The guide of a study's ADaM package; the arguments are those of the other guide."""
    return guide_of(facts.plan, "adrg", title, _content(facts), words)


def _content(facts: Facts) -> dict[str, tuple[Block, ...]]:
    plan = facts.plan
    made: dict[str, tuple[Block, ...]] = {
        "purpose": (
            text(
                "This guide stands beside define.xml of the analysis datasets of study "
                f"{plan.study_name}. It says what define.xml has no place for: what holds for several "
                "datasets at once, how they depend on each other, and which findings of conformance "
                "checkers stand, with the reason for each."
            ),
        ),
        "acronyms": (acronyms(),),
        "study-data-standards-and-dictionary-inventory": (standards(facts),),
        "source-data-used-for-analysis-dataset-creation": tuple(_sources(facts)),
        "protocol-number-and-title": (protocol(facts),),
        "comparison-of-sdtm-and-adam-content": tuple(_comparison(facts)),
        "core-variables": tuple(_core(facts)),
        "treatment-variables": tuple(_treatment(facts)),
        "use-of-visit-windowing-unscheduled-visits-and-record-selection": tuple(_windows(facts)),
        "imputation-derivation-methods": tuple(_imputation(facts)),
        "split-datasets": (text("No analysis dataset is split."),),
        "data-dependencies": tuple(_dependencies(facts)),
        "intermediate-datasets": (text("No dataset is made on the way that is not submitted."),),
        "overview": tuple(_overview(facts)),
        "conformance-inputs": inputs(facts, plan.qualified("adam")),
        "issues-summary": issues(facts),
        "adam-programs": tuple(_programs(facts)),
        "analysis-output-programs": tuple(_outputs(facts)),
        "macro-programs": (text("No macros are used."),),
    }
    for dataset in _datasets(facts):
        metadata = facts.dataset(dataset.name)
        if metadata is not None:
            made[dataset.name] = tuple(_dataset(facts, metadata))
    return made


def _datasets(facts: Facts) -> list[DatasetPlan]:
    return [one for one in facts.plan.datasets if one.kind == "adam"]


def _sources(facts: Facts) -> Iterator[Block]:
    yield text("The analysis datasets are made of these SDTM packages, and of nothing else:")
    rows = [
        (folder, one.study_name, _cut(one), counted(len(one.datasets), "dataset"))
        for folder, one in facts.others.items()
    ]
    yield table(("Folder", "Study", "Data as of", "Datasets"), rows, (2, 3, 1.5, 1.5))


def _cut(package: PackageMetadata) -> str:
    """The day on which the data of a package were cut."""
    return package.snapshot.date().isoformat() if package.snapshot is not None else ""


def _comparison(facts: Facts) -> Iterator[Block]:
    analysed = facts.frames.get("ADSL")
    if analysed is None:
        yield text("There is no ADSL.")
        return
    rows: list[tuple[str, ...]] = []
    for study in facts.plan.studies:
        subjects = facts.frames.get(study.qualified("DM"))
        if subjects is not None:
            held = subjects.frame(["USUBJID"])["USUBJID"]
            inside = held.is_in(analysed.values("USUBJID")["USUBJID"].to_list()).sum()
            rows.append(
                (study.study_name, f"{len(subjects):,}", f"{inside:,}", f"{len(subjects) - inside:,}")
            )
    yield table(("Study", "Subjects in DM", "In ADSL", "Not in ADSL"), rows, (3, 1, 1, 1))


def _core(facts: Facts) -> Iterator[Block]:
    others = [one for one in facts.package.datasets if one.name != "ADSL"]
    found: dict[str, tuple[Variable, list[str]]] = {}
    for dataset in others:
        for variable in dataset.variables:
            origin = variable.origin
            taken = origin is not None and origin.description == f"ADSL.{variable.name}"
            if taken or variable.name in ("STUDYID", "USUBJID"):  # whatever source gives the subject
                found.setdefault(variable.name, (variable, []))[1].append(dataset.name)
    if not found:
        yield text("No variable of ADSL is in another analysis dataset.")
        return
    yield text("Variables of ADSL that other analysis datasets hold as well, with the same values:")
    rows = [
        (name, variable.label, "all" if len(held) == len(others) else ", ".join(held))
        for name, (variable, held) in sorted(found.items(), key=lambda one: (-len(one[1][1]), one[0]))
    ]
    yield table(("Variable", "Label", "Datasets beside ADSL"), rows, (1, 3, 4))


def _treatment(facts: Facts) -> Iterator[Block]:
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for dataset in facts.package.datasets:
        for one in dataset.variables:
            if _TREATMENT.fullmatch(one.name):
                values = _held(facts, dataset.name, one)
                found.setdefault((one.name, one.label, values), []).append(dataset.name)
    if not found:
        yield text("The analysis datasets hold no treatment variable.")
        return
    by_name = sorted(found.items(), key=lambda one: one[0][0])
    rows = [(name, label, ", ".join(values), ", ".join(held)) for (name, label, values), held in by_name]
    yield table(("Variable", "Label", "Values", "Datasets"), rows, (1, 2.4, 2.4, 3))


def _held(facts: Facts, dataset: str, variable: Variable) -> tuple[str, ...]:
    """The values of one dataset's records: the codelist has those of all datasets that share it."""
    values = facts.frames[dataset].column(variable.name).drop_nulls().unique().sort().to_list()
    texts = [shortest(one) if isinstance(one, float) else str(one) for one in values]
    terms = [term.value for term in variable.codelist.terms] if variable.codelist else []
    order = {term: place for place, term in enumerate(terms)}
    return tuple(sorted((one for one in texts if one), key=lambda one: order.get(one, len(order))))


def _windows(facts: Facts) -> Iterator[Block]:
    found: dict[tuple[str, str], list[str]] = {}
    for dataset in facts.package.datasets:
        for variable in dataset.variables:
            if variable.method is not None and _CHOSEN.fullmatch(variable.name):
                found.setdefault((variable.name, variable.method.text), []).append(dataset.name)
    rows = [(name, ", ".join(held), method) for (name, method), held in sorted(found.items())]
    if not rows:
        yield text("No analysis dataset has analysis visits or flags of records.")
        return
    yield text("Analysis visits, baseline records and records chosen for analysis are found like this:")
    yield table(("Variable", "Datasets", "Method"), rows, (1, 1.4, 6))
    if any("in the order of" in method for _, _, method in rows):
        yield text(
            "In an order, missing values come first, and last where it is descending; records that are equal "
            "in it stand in the order of their keys."
        )


def _imputation(facts: Facts) -> Iterator[Block]:
    rows = [
        (f"{dataset.name}.{variable.name}", variable.method.text)
        for dataset in facts.package.datasets
        for variable in dataset.variables
        if variable.method is not None and variable.method.type == "Imputation"
    ]
    if rows:
        yield text("Incomplete dates and times are imputed in these variables:")
        yield table(("Variable", "Method"), rows, (1.3, 6))
    else:
        yield text("No date or time is imputed.")
    derived = sorted(
        {
            one.name
            for one in facts.package.datasets
            for v in one.variables
            if v.name == "DTYPE" and not v.has_no_data
        }
    )
    if derived:
        yield text(f"DTYPE marks records that are derived within a parameter in {', '.join(derived)}.")
    yield text("The method of every derived variable and value is in define.xml. It is read like this:")
    yield bullets(_READING)


def _dependencies(facts: Facts) -> Iterator[Block]:
    every = [one for study in facts.plan.studies for one in study.datasets]
    kinds = {one.name: one.kind for one in every}
    qualifiers = {(one.name, qualifier.name) for one in every for qualifier in one.supplemental}
    rows: list[tuple[str, ...]] = []
    for one in _datasets(facts):
        read = sorted(needed(one))
        tabulated = [name for name in read if kinds.get(name) == "sdtm"]
        rows.append(
            (
                one.name,
                ", ".join([*tabulated, *sorted(_qualifiers(one, qualifiers))]),
                ", ".join(name for name in read if kinds.get(name) == "adam"),
            )
        )
    yield text("What each analysis dataset reads, in the order in which they are made:")
    yield table(("Dataset", "SDTM datasets", "Analysis datasets"), rows, (1.2, 3, 3))


def _qualifiers(dataset: DatasetPlan, names: Collection[tuple[str, str]]) -> set[str]:
    """The datasets of supplemental qualifiers that a dataset reads, as variables of the parent.

    Args:
        dataset: the dataset.
        names: of the qualifiers, each with its parent.
    """
    read = (below for node in trees_of(dataset) for below in tree.walk(node))
    columns = (one for one in read if isinstance(one, tree.Column))
    return {f"SUPP{one.owner}" for one in columns if (one.owner, one.short) in names}


def _overview(facts: Facts) -> Iterator[Block]:
    shown: dict[str, list[str]] = {}
    for display in facts.package.displays:
        for result in display.results:
            if display.id not in shown.setdefault(result.dataset, []):
                shown[result.dataset].append(display.id)
    rows = [
        (
            one.name,
            one.label,
            one.class_name.capitalize(),
            f"{facts.records(one.name):,}",
            ", ".join(shown.get(one.name, [])),
        )
        for one in sorted(facts.package.datasets, key=lambda one: (one.name != "ADSL", one.name))
    ]
    yield table(("Dataset", "Label", "Class", "Records", "Displays"), rows, (1.2, 3, 2.2, 1, 1.6))


def _dataset(facts: Facts, metadata: DatasetMetadata) -> Iterator[Block]:
    data = facts.frames[metadata.name]
    rows = [
        ("Class", metadata.class_name.capitalize()),
        ("Structure", metadata.structure),
        ("Keys", ", ".join(metadata.keys)),
        ("Records", f"{facts.records(metadata.name):,}"),
        ("Subjects", f"{data.values('USUBJID')['USUBJID'].n_unique():,}"),
    ]
    if metadata.comment is not None:
        rows.append(("Comment", metadata.comment.text))
    yield table(("Item", "Value"), rows, (1, 4))
    if {"PARAMCD", "PARAM"} <= set(data.columns):
        counts = data.frame(["PARAMCD", "PARAM"]).group_by("PARAMCD", "PARAM").len().sort("PARAMCD", "PARAM")
        parameters = [(str(code), str(name), f"{number:,}") for code, name, number in counts.iter_rows()]
        yield table(("PARAMCD", "PARAM", "Records"), parameters, (1.2, 5, 1))


def _programs(facts: Facts) -> Iterator[Block]:
    without = "" if facts.plan.derivations else ", not by programs"
    yield text(
        f"The datasets are made by specs{without}: one line of a spec is a variable's value, its "
        "origin and its method. define.xml holds the method of each variable; the specs are these files:"
    )
    shown, outside = facts.plan.specs
    rows = [(one.name, one.where.file.replace(shown, outside, 1)) for one in _datasets(facts)]
    yield table(("Dataset", "Spec"), rows, (1, 4))
    yield from plugins(facts)


def _outputs(facts: Facts) -> Iterator[Block]:
    if not facts.package.displays:
        yield text("No analysis results are described.")
        return
    yield text(
        "define.xml holds, for each result, the selection of records, the method, and a program that "
        f"computes it from the {facts.file_word}. The results are:"
    )
    rows = [
        (display.id, display.title, result.dataset, result.description)
        for display in facts.package.displays
        for result in display.results
    ]
    yield table(("Display", "Title", "Dataset", "Result"), rows, (0.8, 3, 1.1, 4))
