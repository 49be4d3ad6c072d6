"""The rules of ``ced-cdisc check`` on what a build wrote."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.plan.model import StudyPlan

if TYPE_CHECKING:
    from ced_cdisc.core.conformance import CheckResult


class CheckInterrupted(KeyboardInterrupt):
    """The user stopped the check: the output is written."""


def check_output(plan: StudyPlan, packages: Iterable[str], out: Path) -> tuple[CheckResult, ...]:
    """Check the packages of the study, and those of each study that it pools, as ``ced-cdisc check`` does.

    The files are read again as they stand in ``out``: what is said here is what anybody finds in them.

    Args:
        plan: of the study.
        packages: the folders of the packages that were made, such as ``sdtm`` and ``controls/sdtm``.
        out: the output, in place.

    Raises:
        CheckInterrupted: from the keyboard.
    """
    made = set(packages)
    owners = [one for one in plan.studies if made & {one.qualified("sdtm"), one.qualified("adam")}]
    try:
        from ced_cdisc.conformance.check import (
            check_folder,
        )  # loads polars, which must not be before the fork

        return tuple(check_folder(out / one.folder) for one in owners)
    except KeyboardInterrupt:
        raise CheckInterrupted from None
