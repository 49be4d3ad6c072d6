"""The rules of ``ced-cdisc check`` on what a build wrote."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.core.partner import Partner
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.known_findings import NAME
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.stages.kept_checks import KeptChecks

if TYPE_CHECKING:
    from ced_cdisc.conformance.known import Known
    from ced_cdisc.core.conformance import CheckResult


def _checked(folder: Path, known: Known) -> CheckResult:
    from ced_cdisc.conformance.check import check_folder

    return check_folder(folder, known=known)


class CheckInterrupted(KeyboardInterrupt):
    """The user stopped the check: the output is written."""


def check_output(
    plan: StudyPlan,
    packages: Iterable[str],
    out: Path,
    study: StudyFolders,
    partner: Partner | None = None,
    kept: KeptChecks | None = None,
) -> tuple[CheckResult, ...]:
    """Check the packages of the study, and those of each study that it pools, as ``ced-cdisc check`` does.

    The files are read again as they stand in ``out``: what is said here is what anybody finds in them. What
    findings.yaml accepts stays accepted after its last day: a build knows no date. Nothing is checked where
    the files beside define.xml are Parquet.

    Args:
        plan: of the study.
        packages: the folders of the packages that were made, such as ``sdtm`` and ``controls/sdtm``.
        out: the output, in place.
        study: the folders of the specs; define holds findings.yaml.
        partner: who goes through half of the files, if any.
        kept: what was said of the same output before, if anything is kept.

    Raises:
        CheckInterrupted: from the keyboard.
    """
    if plan.formats[0] == "parquet":
        return ()  # which the check does not read
    made = set(packages)
    owners = [one for one in plan.studies if made & {one.qualified("sdtm"), one.qualified("adam")}]
    try:
        # These load polars, which must not be before the fork.
        from ced_cdisc.conformance.check import check_folder
        from ced_cdisc.conformance.recall import recalled

        file, shown = study.define / NAME, f"{study.shown[1]}/{NAME}"
        folders = [out / one.folder for one in owners]
        if partner is not None:
            partner.send(folders)
        if kept is None:
            checked = [check_folder(folder, partner=partner) for folder in folders]
        else:
            checked = [
                kept.check(one.folder, folder.as_posix(), partial(_checked, folder))
                for one, folder in zip(owners, folders, strict=True)
            ]
        return tuple(
            recalled(one, folder, file, shown=shown, today="").result
            for one, folder in zip(checked, folders, strict=True)
        )
    except KeyboardInterrupt:
        raise CheckInterrupted from None
