"""What is said of a dataset that could not be read is left out until it can be.

A misspelt key leaves a whole spec unread. Each line of other specs that names its variables would then be
called wrong, and the one true fault would stand among dozens that are none.
"""

from __future__ import annotations

import re

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.spec.layers import Part
from ced_cdisc.spec.load import Specs

_UNKNOWN = {"CED012", "CED016"}
_COLUMN = re.compile(r"unknown column (\w+)\.")


def without_consequences(findings: Findings, specs: Specs) -> Findings:
    """The findings without unknown names in the specs that build on unread datasets, directly or not.

    The faults that left those datasets unread stay, so that a study with any is never called in order.
    """
    if not specs.unread:
        return findings
    own = {part.tree.where.file for part in specs.unread}
    reached = _dependents(specs)
    names, files = {part.name for part in reached}, {part.tree.where.file for part in reached} - own

    def follows(finding: Finding) -> bool:
        column = _COLUMN.match(finding.message)  # of a raw table: that is known, and its fault stays
        known = column is not None and column[1] not in names
        return finding.code in _UNKNOWN and finding.where.file in files and not known

    return Findings(finding for finding in findings if not follows(finding))


def _dependents(specs: Specs) -> list[Part]:
    """The unread datasets, those that read one, and those that read these."""
    datasets = [part for part in specs.parts if part.kind in ("sdtm", "adam")]
    reached: list[Part] = list(specs.unread)
    for one in reached:  # grows while it is walked
        named = re.compile(rf"\b{re.escape(one.name)}\.|'from': '{re.escape(one.name)}'")
        reached += [part for part in datasets if part not in reached and named.search(str(part.tree))]
    return reached
