"""One slip is one error: what many places say of one name is told once, with the places.

Where a name is misspelt at the one place that declares it, a raw column in sources.yaml or a variable of an
analysis dataset, every place that uses it is right, and each of them finds no such name. Nobody can tell from
the specs which spelling is meant; that they all name the same is what shows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, one_of

_OF_NAMES = {"CED012", "CED016", "CED021", "CED036", "CED113"}
"""Codes of what names something that is not there: a column, a dataset, a term, a visit."""
_UNKNOWN = re.compile("unknown |the terminology has no name ")
_SHOWN = 4


def told_once(findings: Findings) -> Findings:
    """The findings, of which those that say the same of one unknown name are one, at the first place.

    At one place nothing more is said of a name than that it is unknown: a line of a ``for`` says it again for
    each entry, and a term that is none has no name either.
    """
    kept: dict[tuple[str, str, str], list[Finding]] = {}
    places: set[tuple[str, Location]] = set()
    for finding in findings.sorted():
        where = finding.where
        if finding.code not in _OF_NAMES or not where.line:
            kept[finding.code, finding.message, str(where)] = [finding]
        elif not (_UNKNOWN.match(finding.message) and (finding.code, where) in places):
            places.add((finding.code, where))
            kept.setdefault((finding.code, finding.message, finding.hint), []).append(finding)
    return Findings(_together(same) for same in kept.values())


def _together(same: Sequence[Finding]) -> Finding:
    first, *others = same
    places = {str(other.where.line): None for other in others if other.where.file == first.where.file}
    places.pop(str(first.where.line), None)
    here = [f"{'line' if len(places) == 1 else 'lines'} {one_of(list(places), _SHOWN)}"] if places else []
    files = dict.fromkeys(
        f"{f.where.file}:{f.where.line}" for f in others if f.where.file != first.where.file
    )
    shown = " and in ".join([*here, *([one_of(list(files), _SHOWN)] if files else [])])
    if not shown:
        return first
    return replace(first, hint=f"{first.hint}; also in {shown}" if first.hint else f"also in {shown}")
