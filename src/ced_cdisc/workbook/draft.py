"""A draft spec of a dataset that only the workbook has: all it says, for a person to turn into lines."""

from __future__ import annotations

from ced_cdisc.spec.yaml_text import scalar
from ced_cdisc.workbook.model import Record, Tables

_WIDTH = 110
_CLASSES = {
    "FINDINGS": "Findings",
    "FINDINGS ABOUT": "Findings About",
    "EVENTS": "Events",
    "INTERVENTIONS": "Interventions",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
}
_SAID = ("Codelist", "Origin", "Source", "Pages", "Predecessor", "Format", "Role")


def draft_name(dataset: str, kind: str) -> str:
    """The file of a draft below the folder of mappings; its ending keeps it out of every build.

    >>> draft_name("XD", "sdtm")
    'sdtm/xd.yaml.draft'
    """
    return f"{kind}/{dataset.lower()}.yaml.draft"


def draft(dataset: str, kind: str, tables: Tables, source: str) -> str:
    """The text of the draft.

    Args:
        dataset: a dataset of the sheet Datasets.
        kind: ``sdtm`` or ``adam``.
        tables: the workbook.
        source: the workbook's name, for the first line.
    """
    row = next(one for one in tables.records("Datasets") if one["Dataset"] == dataset)
    final = draft_name(dataset, kind).removesuffix(".draft")
    lines = [
        f"# DRAFT made of {source}. A person must fill it in: give `from` a table, and each variable a verb",
        "# (collect, assign, protocol, derive, copy), then take out what the tool makes itself (STUDYID,",
        f"# USUBJID, --SEQ, study days) and rename the file to {final}. No build reads it before.",
        f"{'domain' if kind == 'sdtm' else 'dataset'}: {scalar(dataset)}",
        f"label: {scalar(row['Label'])}",
    ]
    if row["Class"]:
        known = _CLASSES.get(row["Class"].upper())
        lines.append(f"class: {known}" if known else f"# class: {row['Class']}")
    if row["Structure"]:
        lines.append(f"structure: {scalar(row['Structure'])}")
    lines += ["from:  # a raw table" if kind == "sdtm" else "from:  # a dataset"]
    if row["Key Variables"]:
        keys = [
            key for key in row["Key Variables"].replace(",", " ").split() if key not in ("STUDYID", "USUBJID")
        ]
        lines.append(f"sort: [{', '.join(keys)}]")
    if comment := _text(tables, "Comments", row["Comment"]):
        lines.append(f"comment: {scalar(comment)}")
    lines.append("variables:")
    for one in tables.records("Variables"):
        if one["Dataset"] == dataset:
            lines += _variable(one, tables)
    levels = [one for one in tables.records("ValueLevel") if one["Dataset"] == dataset]
    if levels:
        lines.append("# Value level:")
        for one in levels:
            lines += _wrapped(f"{one['Variable']} where {one['Where Clause']}: {_said(one)}", "# ")
            lines += _method(one, tables, "# ")
    return "\n".join(lines) + "\n"


def _variable(one: Record, tables: Tables) -> list[str]:
    made = [f"  # {one['Variable']}: {one['Label']}"]
    made += _wrapped(_said(one), "  #   ")
    made += _method(one, tables, "  #   ")
    if comment := _text(tables, "Comments", one["Comment"]):
        made += _wrapped(f"Comment: {comment}", "  #   ")
    label = scalar(one["Label"])
    return [*made, f"  {scalar(one['Variable'])}: {{label: {label}}}"]


def _said(one: Record) -> str:
    kind = " ".join(filter(None, (one["Data Type"], one["Length"])))
    parts = [kind, *(f"{name.lower()} {one[name]}" for name in _SAID if one[name])]
    if one["Mandatory"] == "Yes":
        parts.append("mandatory")
    return "; ".join(filter(None, parts))


def _method(one: Record, tables: Tables, lead: str) -> list[str]:
    text = _text(tables, "Methods", one["Method"])
    return _wrapped(f"Method: {text}", lead) if text else []


def _text(tables: Tables, sheet: str, name: str) -> str:
    found = (one["Description"] for one in tables.records(sheet) if name and one["ID"] == name)
    return next(found, "")


def _wrapped(text: str, lead: str) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(lead + word)
    return lines
