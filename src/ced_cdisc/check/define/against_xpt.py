"""define.xml against the transport files: the description and the bytes must say the same.

Source: FDA Study Data Technical Conformance Guide (define.xml describes the submitted datasets), and
Define-XML 2.1, the elements ItemGroupDef and ItemDef.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Literal, Protocol

from ced_cdisc.check.define.document import (
    DefineDocument,
    Element,
    attribute,
    subject,
)
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, did_you_mean, one_of

_NUMERIC = frozenset({"integer", "float"})


class XptVariableLike(Protocol):
    """What the check needs to know of a variable in a transport file; ``length`` in bytes."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def type(self) -> Literal["Char", "Num"]: ...  # noqa: D102
    @property
    def length(self) -> int: ...  # noqa: D102
    @property
    def format_text(self) -> str: ...  # noqa: D102


class XptMemberLike(Protocol):
    """What the check needs to know of a dataset in a transport file."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def variables(self) -> Sequence[XptVariableLike]: ...  # noqa: D102


def check_define_against_xpt(
    document: DefineDocument,
    members: Sequence[XptMemberLike],
    exact: bool = True,
    unread: Container[str] = (),
) -> list[Finding]:
    """Compare every dataset and variable of a define.xml with the headers of the transport files.

    Args:
        document: the define.xml.
        members: the datasets of all transport files of the package, in any order.
        exact: whether Length must equal the bytes of a text variable and formats must agree where only
            one side has one, as in files of our own; otherwise Length may be less, never more.
        unread: names of datasets whose files are there and could not be read, which was said already.

    Returns:
        All findings, sorted.
    """
    findings = Findings()
    files = {member.name: member for member in members}
    described = {dataset.get("Name", ""): dataset for dataset in document.datasets}
    for name, dataset in described.items():
        empty = attribute(dataset, "def:HasNoData") is not None
        if name in files and empty:
            message = f"{subject(dataset)} has HasNoData, but there is a transport file of {name}"
            findings.add(document.finding("CED523", dataset, message))
        elif name in files:
            findings.extend(_dataset(document, dataset, files[name], exact))
        elif not empty and name not in unread:
            message = f"{subject(dataset)} is described, but there is no transport file of {name}"
            findings.add(document.finding("CED523", dataset, message, did_you_mean(name, files)))
    for name in sorted(set(files) - set(described)):
        message = f"there is a transport file of {name}, but no ItemGroupDef describes it"
        findings.add(
            Finding("CED523", message, Location(document.file), did_you_mean(name, described), Stage.CHECK)
        )
    return findings.sorted()


def _dataset(
    document: DefineDocument, dataset: Element, member: XptMemberLike, exact: bool
) -> Iterator[Finding]:
    label = document.description(dataset)
    if label != member.label:
        message = f'{subject(dataset)} has the label "{label}", the transport file "{member.label}"'
        yield document.finding("CED524", dataset, message)
    items = {item.get("Name", ""): item for item in _in_order(document, dataset)}
    variables = {variable.name: variable for variable in member.variables}
    for name, item in items.items():
        if name not in variables:
            message = f"{subject(item)} is described, but {member.name} has no variable {name} in its file"
            yield document.finding("CED525", item, message, did_you_mean(name, variables))
    for name in variables:
        if name not in items:
            message = f"{subject(dataset)} has no ItemRef for the variable {name} of the transport file"
            yield document.finding("CED525", dataset, message, did_you_mean(name, items))
    yield from _order(document, dataset, list(items), list(variables))
    for name, item in items.items():
        if name in variables:
            yield from _variable(document, item, variables[name], exact)


def _order(
    document: DefineDocument, dataset: Element, described: list[str], stored: list[str]
) -> Iterator[Finding]:
    """One finding for a dataset, at the first variable that is out of place."""
    if described == stored:
        return
    left = [name for name in described if name in stored]
    right = [name for name in stored if name in described]
    for place, (ours, theirs) in enumerate(zip(left, right, strict=True), start=1):
        if ours != theirs:
            message = f"{subject(dataset)} has {ours} at place {place}, the transport file {theirs}"
            yield document.finding("CED526", dataset, message, f"order of the file: {one_of(right)}")
            return


def _variable(
    document: DefineDocument, item: Element, variable: XptVariableLike, exact: bool
) -> Iterator[Finding]:
    label = document.description(item)
    if label != variable.label:
        message = f'{subject(item)} has the label "{label}", the transport file "{variable.label}"'
        yield document.finding("CED527", item, message)
    kind = item.get("DataType", "")
    if (kind in _NUMERIC) != (variable.type == "Num"):
        message = f"{subject(item)} has the type {kind}, the transport file {variable.type}"
        yield document.finding("CED528", item, message)
    shown = attribute(item, "def:DisplayFormat") or ""
    if (shown or exact) and shown.upper() != variable.format_text.upper():
        message = f'{subject(item)} has the format "{shown}", the transport file "{variable.format_text}"'
        yield document.finding("CED528", item, message)
    length = item.get("Length", "")
    if kind == "text" and variable.type == "Char" and length.isdecimal():
        characters = int(length)
        if characters > variable.length or (exact and characters != variable.length):
            message = f"{subject(item)} has Length {length}, the transport file {variable.length} bytes"
            yield document.finding("CED529", item, message)


def _in_order(document: DefineDocument, dataset: Element) -> list[Element]:
    """The variables of a dataset by OrderNumber; without one, in the order of the document."""
    placed: list[tuple[int, Element]] = []
    for place, ref in enumerate(document.children(dataset, "ItemRef"), start=1):
        item = document.items.get(ref.get("ItemOID", ""))
        if item is not None:
            number = ref.get("OrderNumber", "")
            placed.append((int(number) if number.isdecimal() else place, item))
    return [item for _, item in sorted(placed, key=lambda pair: pair[0])]
