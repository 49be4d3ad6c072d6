"""A dataset as a section of the page: what it is, and a table of its variables with their value level."""

from __future__ import annotations

from ced_cdisc.core.findings import counted
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata, ValueLevel, Variable
from ced_cdisc.write.define.definitions import written_origin
from ced_cdisc.write.define_page.cells import (
    codelist_cell,
    comment_block,
    condition,
    lineage_attributes,
    origin_cell,
    sentence,
    spec_cell,
    type_cell,
    words_cell,
)
from ced_cdisc.write.define_page.markup import Element, add, facts, link, say, table_body
from ced_cdisc.write.define_page.places import Places, value_place, variable_place

_COLUMNS = ("Variable", "Label", "Type", "Codelist", "Origin", "Method and comment", "Spec")


def dataset_section(
    parent: Element, dataset: DatasetMetadata, package: PackageMetadata, places: Places
) -> None:
    """The section of a dataset."""
    section = add(parent, "section", "", "view", id=dataset.name, aria_labelledby=f"h-{dataset.name}")
    heading = add(section, "h2", "", "", id=f"h-{dataset.name}", tabindex="-1")
    add(heading, "span", dataset.name, "name")
    say(heading, " ")
    add(heading, "span", dataset.label, "label")
    add(section, "p", dataset.structure, "structure")
    _facts(section, dataset, package)
    if dataset.comment is not None:
        comment_block(add(section, "div", "", "note"), dataset.comment, places)
    table = add(section, "table", "", "variables")
    add(table, "caption", f"Variables of {dataset.name}", "unseen")
    body = table_body(table, _COLUMNS)
    for variable in dataset.variables:
        _variable(body, dataset, variable, places)


def _facts(section: Element, dataset: DatasetMetadata, package: PackageMetadata) -> None:
    fact = facts(section)
    fact("Class", " · ".join(filter(None, (sentence(dataset.class_name), sentence(dataset.subclass)))))
    standard = next((s for s in package.standards if s.id == dataset.standard), None)
    fact(
        "Standard",
        f"{standard.name} {standard.version}" if standard is not None else "None: a custom dataset",
    )
    if dataset.domain and dataset.domain != dataset.name:
        fact("Domain", f"{dataset.domain} {dataset.parent_label}".strip())
    keys = fact("Keys")
    for number, name in enumerate(dataset.keys):
        say(keys, ", " if number else "")
        link(keys, name, f"#{variable_place(dataset.name, name)}", "mono")
    if not dataset.keys:
        keys.text = "None"
    kinds = ["Repeating" if dataset.repeating else "Not repeating"]
    kinds += ["reference data"] if dataset.reference_data else []
    fact("Records", ", ".join(kinds))
    file = fact("File")
    if dataset.has_no_data:
        file.text = "None: no data"
    else:
        link(file, dataset.file, dataset.file, "mono")


def _variable(body: Element, dataset: DatasetMetadata, variable: Variable, places: Places) -> None:
    identifier = variable_place(dataset.name, variable.name)
    row = add(body, "tr", "", "v", id=identifier)
    origin = written_origin(variable)
    levels = [level.origin.type for level in variable.value_level if level.origin is not None]
    types = dict.fromkeys([origin.type] if origin is not None else [])
    row.set("data-o", " ".join({**types, **dict.fromkeys(levels)}))
    lineage_attributes(row, variable.lineage, places)
    name = add(row, "th", "", "", scope="row")
    link(name, variable.name, f"#{identifier}", "mono")
    if variable.key is not None:
        say(name, " ")
        add(name, "span", f"key {variable.key}", "tag")
    label = add(row, "td", variable.label, "lab")
    said = [
        variable.role,
        variable.core,
        "mandatory" if variable.mandatory and variable.core != "Req" else "",
    ]
    said += ["no data"] if variable.has_no_data else []
    add(label, "span", " · ".join(filter(None, said)), "quiet line")
    type_cell(row, variable)
    codelist_cell(row, variable.codelist)
    origin_cell(row, origin, places)
    words_cell(row, variable.method, [variable.comment], places)
    spec_cell(row, variable.lineage)
    if variable.value_level:
        name.set("data-levels", counted(len(variable.value_level), "value-level row"))
    for level in variable.value_level:
        _level(body, dataset, variable, level, places)


def _level(
    body: Element, dataset: DatasetMetadata, variable: Variable, level: ValueLevel, places: Places
) -> None:
    identifier = value_place(dataset, variable, level)
    row = add(body, "tr", "", "vl", id=identifier)
    row.set("data-of", variable_place(dataset.name, variable.name))
    row.set("data-o", level.origin.type if level.origin is not None else "")
    lineage_attributes(row, level.lineage, places)
    name = add(row, "th", "", "", scope="row")
    link(name, condition(level.where, dataset.name), f"#{identifier}", "where")
    label = add(row, "td", level.label, "lab")
    if level.mandatory:
        add(label, "span", "mandatory", "quiet line")
    type_cell(row, level)
    codelist_cell(row, level.codelist)
    origin_cell(row, level.origin, places)
    words_cell(row, level.method, [level.comment, level.where_comment], places)
    spec_cell(row, level.lineage)
