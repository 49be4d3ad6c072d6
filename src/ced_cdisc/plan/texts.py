"""Texts that a transport file cannot hold: what specs let the engines do, and what define.xml says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.metadata import XPT_TEXT_BYTES, Comment, Origin, merge_origins
from ced_cdisc.plan.model import (
    SUPP,
    DatasetPlan,
    Line,
    StudyPlan,
    SupplementalPlan,
    TextPolicy,
    VariablePlan,
)

IN_DOMAIN = ("COVAL", "TSVAL")
"""Variables whose parts stand in the domain itself, as COVAL1 and TSVAL1 (SDTMIG 3.4, 4.5.3)."""
_LABEL_BYTES = 40
_NAME = 8
_IN_ASCII = "Characters beyond ASCII are written in ASCII characters."


def text_policy(words: Sequence[str] | None, where: Location, findings: Findings) -> TextPolicy | None:
    """The policy that the word ``text`` gives; ``error`` beside another word is CED091."""
    if words is None:
        return None
    if "error" in words and len(set(words)) > 1:
        findings.add(Finding("CED091", "'text: error' stands alone", where, hint="take the other words out"))
    return TextPolicy(split="split" in words, transliterate="transliterate" in words, given=True)


def check_label(of: str, label: str, where: Location, findings: Findings) -> None:
    """CED024 for a label of a dataset or variable that a transport file does not hold."""
    if (size := len(label.encode())) > _LABEL_BYTES:
        problem = f"the label of {of} has {size} bytes, SAS holds {_LABEL_BYTES}"
        findings.add(Finding("CED024", problem, where, hint="shorten it with 'label'"))


def check_homes(dataset: str, lines: Iterable[Line], findings: Findings) -> None:
    """CED091 for each line that asks to split texts in a dataset that has no place for the parts."""
    for line in lines:
        if line.policy.split and line.policy.given:
            text = f"{dataset}.{line.variable} cannot be split: {dataset} has no supplemental qualifiers"
            hint = "make a further variable with extract(..), or take 'split' out"
            findings.add(Finding("CED091", text, line.where, hint=hint))


def part_name(variable: str, number: int) -> str:
    """The name of a text's further part within 8 characters: AETERM1, AEREASN1 of AEREASND, AETERM10.

    For a supplemental qualifier (``supp.X``) that of another one.
    """
    prefix, name = (SUPP, variable.removeprefix(SUPP)) if variable.startswith(SUPP) else ("", variable)
    return f"{prefix}{name[: _NAME - len(str(number))]}{number}"


def part_column(variable: str, number: int) -> str:
    """The column that holds a further part: a variable of the domain, or a supplemental qualifier."""
    name = part_name(variable, number)
    return name if variable in IN_DOMAIN or variable.startswith(SUPP) else SUPP + name


def split_variables(dataset: DatasetPlan) -> list[tuple[str, Location]]:
    """The variables and qualifiers (``supp.X``) whose long texts are split, with their places."""
    found = [(variable.name, variable.where) for variable in dataset.variables if variable.split]
    return found + [(SUPP + one.name, one.where) for one in dataset.supplemental if one.split]


class TextChanges(Struct):
    """What a build did with texts.

    Attributes:
        parts: how many further parts the texts of a variable have at most, by dataset and variable.
        in_ascii: dataset and variable of values that were written in ASCII characters.
    """

    parts: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    in_ascii: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def update(self, other: TextChanges) -> None:
        """Add what another process did, or what was done to the records of other subjects."""
        for key, count in other.parts.items():
            self.parts[key] = max(count, self.parts.get(key, 0))
        self.in_ascii.update(other.in_ascii)

    def of(self, dataset: str) -> TextChanges:
        """What was done with the texts of one dataset."""
        parts = {key: count for key, count in self.parts.items() if key[0] == dataset}
        return TextChanges(parts, {key for key in self.in_ascii if key[0] == dataset})


def as_written(plan: StudyPlan, changes: TextChanges) -> StudyPlan:
    """The plan with the variables and qualifiers that hold parts of texts, and comments on what was done."""
    if not changes.parts and not changes.in_ascii:
        return plan
    return replace(plan, datasets=tuple(dataset_as_written(dataset, changes) for dataset in plan.datasets))


def dataset_as_written(dataset: DatasetPlan, changes: TextChanges) -> DatasetPlan:
    """The plan of a dataset with the variables and qualifiers that hold parts of texts, and the comments."""
    variables: list[VariablePlan] = []
    qualifiers: list[SupplementalPlan] = []
    parts: list[SupplementalPlan] = []
    for variable in dataset.variables:
        name, count = variable.name, changes.parts.get((dataset.name, variable.name), 0)
        said = _said(dataset.name, name, count, (dataset.name, name) in changes.in_ascii)
        if not said:
            variables.append(variable)
            continue
        variables.append(replace(variable, comment=_added(variable.comment, dataset.name, name, said)))
        whole = replace(variable, origin=origin_of_blocks(dataset, name, variable.origin))
        for number in range(1, count + 1):
            comment = Comment(f"{dataset.name}.{part_name(name, number)}", _continues(dataset.name, name))
            if name in IN_DOMAIN:
                label = _label(variable.label, number)
                part = replace(whole, name=part_name(name, number), label=label, comment=comment)
                variables.append(replace(part, core="Perm", split=False))
            else:
                parts.append(_qualifier(whole, dataset, number, comment))
    for one in dataset.supplemental:
        key = (dataset.name, SUPP + one.name)
        owner = f"SUPP{dataset.name}"
        said = _said(dataset.name, one.name, changes.parts.get(key, 0), key in changes.in_ascii)
        qualifiers.append(replace(one, comment=_added(one.comment, owner, one.name, said)) if said else one)
        for number in range(1, changes.parts.get(key, 0) + 1):
            name = part_name(one.name, number)
            comment = Comment(f"{owner}.{name}", _continues(owner, one.name))
            label = _label(one.label, number)
            parts.append(replace(one, name=name, label=label, comment=comment, split=False))
    return replace(dataset, variables=tuple(variables), supplemental=(*qualifiers, *parts))


def origin_of_blocks(dataset: DatasetPlan, variable: str, origin: Origin) -> Origin:
    """The origin of a variable: the pages, or the predecessors, of all blocks that have it."""
    return merged_origin([x for b in dataset.blocks for x in b.lines if x.variable == variable], origin)


def merged_origin(lines: Iterable[Line], origin: Origin) -> Origin:
    """The origin of a variable: the pages, or the predecessors, of all lines that make it."""
    made = (x.origin for x in lines if x.verb != "absent")
    found = [one for one in made if (one.type, one.source) == (origin.type, origin.source)]
    if not found:
        return origin
    if origin.type == "Predecessor":
        return replace(
            merge_origins(found), description=" or ".join(dict.fromkeys(o.description for o in found))
        )
    return merge_origins(found)


def _qualifier(
    variable: VariablePlan, dataset: DatasetPlan, number: int, comment: Comment
) -> SupplementalPlan:
    name = part_name(variable.name, number)
    return SupplementalPlan(
        name=name,
        label=_label(variable.label, number),
        origin=variable.origin,
        evaluator="",
        where=variable.where,
        method=variable.method,
        comment=replace(comment, id=f"SUPP{dataset.name}.{name}"),
        idvar="" if dataset.one_per_subject else dataset.sequence,
    )


def _label(label: str, number: int) -> str:
    """``<label> n``; a label that leaves no room for the number gives way to it."""
    end = f" {number}"
    return label.encode()[: _LABEL_BYTES - len(end)].decode(errors="ignore").rstrip() + end


def _continues(owner: str, variable: str) -> str:
    return (
        f"Continues {owner}.{variable}: a text of more than {XPT_TEXT_BYTES} bytes is broken at the last "
        "blank that leaves no part longer than that."
    )


def _said(dataset: str, variable: str, count: int, in_ascii: bool) -> str:
    said: list[str] = []
    if count:
        place = dataset if variable in IN_DOMAIN else f"SUPP{dataset}"
        names = part_name(variable, 1) + (f" to {part_name(variable, count)}" if count > 1 else "")
        said.append(f"Texts of more than {XPT_TEXT_BYTES} bytes are continued in {place} as {names}.")
    return " ".join([*said, _IN_ASCII] if in_ascii else said)


def _added(comment: Comment | None, owner: str, variable: str, said: str) -> Comment:
    if comment is None:
        return Comment(f"{owner}.{variable}", said)
    return replace(comment, id=f"{owner}.{variable}", text=f"{comment.text} {said}")
