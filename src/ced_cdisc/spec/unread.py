"""What is said of a file of specs that could not be read is left out until it can be.

A misspelt key, or a slip in YAML, leaves a whole file unread. Each line of other specs that names what it
declares would then be called wrong, and the one true fault would stand among dozens that are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Severity
from ced_cdisc.spec.layers import NAMED, Part
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.stray import split_name

_UNKNOWN = {"CED012", "CED016"}
_COLUMN = re.compile(r"unknown column (\w+)\.")
_NO_FILE = {"CED001", "CED002", "CED011", "CED129"}
"""Codes of files of which no tree could be made."""
_NO_KEY = "CED006"
_ROBBING = re.compile(
    r"did you mean (from|with|each|like|visit|rows|relate|long|stack|variables|supp|copy|parameters|windows"
    r"|records|codelists|documents|displays|visits|items|scales)\?"
)
"""A misspelt key that leaves its file without what others name."""
_OF_ITSELF = {*_UNKNOWN, "CED020"}
"""What may be said of a dataset that an unknown key has robbed of its lines."""
_OF_KIND = {
    "sdtm": {*_UNKNOWN, "CED024", "CED110", "CED123"},
    "adam": {*_UNKNOWN, "CED024", "CED110", "CED123"},
    "define": {"CED021", "CED022", "CED080", "CED110", "CED122", "CED123", "CED124", "CED126"},
    "visits": {*_UNKNOWN, "CED030"},
    "instruments": {*_UNKNOWN, "CED021"},
}
"""What may be said of other files because a file of that kind is unread."""
_DATASETS = ("sdtm", "adam")
_BY_NAME = {*_UNKNOWN, "CED021", "CED049", "CED110"}
"""What may be said in any file of a dataset that is unread, by its name."""


class _Unread(Struct, frozen=True):
    """A file that is unread: what kind it is of, what it is of (``AE``), and how messages name it."""

    kind: str
    name: str
    file: str


def without_consequences(findings: Findings, specs: Specs) -> Findings:
    """The findings without those that follow from unread files, whose first fault says how many they are.

    What names an unread dataset, directly or not, has unknown variables; what an unread define.yaml declares
    is unknown everywhere. The faults that left the files unread stay, so that a study with any is never
    called in order.
    """
    studies = [specs, *(other for _, other in specs.pooled)]
    parts = [part for study in studies for part in study.parts]
    robbed = {f.where.file for f in findings if _robs(f)}
    known = [part for part in parts if part.tree.where.file in robbed]
    unread = [
        *_of_parts([*(part for study in studies for part in study.unread), *known]),
        *_of_files(findings, parts),
    ]
    if not unread:
        return findings
    own = {one.file for one in unread}
    reached = _dependents(unread, parts)
    names = {part.name for part in reached} | {one.name for one in unread}
    files = {part.tree.where.file for part in reached} - own
    everywhere = {code for one in unread if one.kind not in _DATASETS for code in _OF_KIND.get(one.kind, ())}
    near = {code for one in unread if one.kind in _DATASETS for code in _OF_KIND[one.kind]}

    datasets = "|".join(re.escape(one.name) for one in unread if one.kind in _DATASETS)
    named = re.compile(rf"\b(?:{datasets})\b")

    def follows(finding: Finding) -> bool:
        if finding.severity is not Severity.ERROR:
            return False
        if finding.where.file in own:
            return finding.where.file in robbed and finding.code in _OF_ITSELF
        if datasets and finding.code in _BY_NAME and named.search(finding.message):
            return True
        column = _COLUMN.match(finding.message)  # of a raw table: that is known, and its fault stays
        if column is not None and column[1] not in names:
            return False
        return finding.code in everywhere or (finding.code in near and finding.where.file in files)

    told = [finding for finding in findings if not follows(finding)]
    return Findings(_with_count(told, own, len(findings) - len(told)))


def _robs(finding: Finding) -> bool:
    top = finding.where.column == 1
    return finding.code == _NO_KEY and top and _ROBBING.search(finding.hint) is not None


def _of_parts(parts: Iterable[Part]) -> Iterator[_Unread]:
    yield from (_Unread(part.kind, part.name, part.tree.where.file) for part in parts)


def _of_files(findings: Findings, parts: Iterable[Part]) -> Iterator[_Unread]:
    """The files of which there is no tree; what they are of is told by their name."""
    known = {part.tree.where.file for part in parts}
    for file in dict.fromkeys(f.where.file for f in findings.sorted() if f.code in _NO_FILE):
        path = PurePosixPath(file)
        stem, ending = split_name(path.name)
        kind = path.parent.name if path.parent.name in NAMED else stem
        if file not in known and ending:
            yield _Unread(kind, stem.upper(), file)


def _dependents(unread: Iterable[_Unread], parts: Iterable[Part]) -> list[Part]:
    """The datasets that read an unread one, and those that read these."""
    datasets = [part for part in parts if part.kind in _DATASETS]
    reached: list[Part] = []
    waiting = [one.name for one in unread if one.kind in _DATASETS]
    for name in waiting:  # grows while it is walked
        named = re.compile(
            rf"\b{re.escape(name)}\.|'(?:from|dataset)': '{re.escape(name)}'|'{re.escape(name)}': "
        )
        found = [part for part in datasets if part not in reached and named.search(str(part.tree))]
        reached += found
        waiting += [part.name for part in found]
    return reached


def _with_count(told: list[Finding], own: set[str], left_out: int) -> Iterator[Finding]:
    """The findings, of which the first of an unread file says how many follow and are not shown."""
    ordered = sorted((f for f in told if f.where.file in own), key=lambda f: (f.where, f.code, f.message))
    for finding in told:
        if left_out and ordered and finding is ordered[0]:
            what = "error that follows is" if left_out == 1 else "errors that follow are"
            said = f"{left_out} {what} not shown"
            yield replace(finding, hint=f"{finding.hint}; {said}" if finding.hint else said)
        else:
            yield finding
