"""Raw tables to finished datasets: whole, or in parts of the subjects where that is due or asked for."""

from __future__ import annotations

from collections.abc import Mapping

from ced_cdisc.core.blocks import Frames
from ced_cdisc.core.findings import Findings
from ced_cdisc.core.partner import Partner
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.read.tables import RawTable
from ced_cdisc.stages.converting import Watch, convert
from ced_cdisc.stages.how import How
from ced_cdisc.stages.kept import Kept, keeping
from ced_cdisc.stages.kept_parts import KeptParts
from ced_cdisc.stages.parts import convert_in_parts, parts_of
from ced_cdisc.write.sequence_lock import SequenceLock


def make_datasets(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    findings: Findings,
    how: How,
    watch: Watch | None,
    partner: Partner | None,
    lock: SequenceLock | None,
    kept: Kept | None,
) -> tuple[StudyPlan, Frames, dict[str, float]]:
    """The plan with what the texts of the data add to it, the datasets, and the seconds that each took.

    All by qualified names; for the arguments see :func:`ced_cdisc.stages.converting.convert`.

    Raises:
        Stopped: the data have faults, all of which are listed; or a part could not be built.
    """
    count = parts_of(plan, tables, how)
    with keeping(kept, tables, in_parts=count > 0):
        if count:
            parted = KeptParts(kept, plan) if kept is not None else None
            return convert_in_parts(plan, tables, findings, count, how, watch, lock, parted)
        plan, datasets, qualifiers, seconds = convert(plan, tables, findings, watch, partner, lock, kept)
        return plan, Frames(datasets | qualifiers), seconds
