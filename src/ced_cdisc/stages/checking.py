"""The rules of ``ced-cdisc check`` on what a build wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.known_findings import NAME
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.stages.kept_checks import KeptChecks

if TYPE_CHECKING:
    from ced_cdisc.core.conformance import CheckResult


def check_output(
    plan: StudyPlan,
    packages: Iterable[str],
    out: Path,
    study: StudyFolders,
    shared: Callable[[], AbstractContextManager[Partner | None]] = nullcontext,
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
        shared: gives who goes through half of the files, if any; it is asked where there is something to do.
        kept: what was said of the same output before, if anything is kept.
    """
    if plan.formats[0] == "parquet":
        return ()  # which the check does not read
    made = set(packages)
    owners = [one for one in plan.studies if made & {one.qualified("sdtm"), one.qualified("adam")}]
    # It loads polars, which must not be before the fork.
    from ced_cdisc.conformance.recall import recalled

    file, shown = study.define / NAME, f"{study.shown[1]}/{NAME}"
    folders = {one.folder: out / one.folder for one in owners}
    checked: dict[str, CheckResult] = {}
    if kept is not None:
        said = {name: kept.said(name, folder.as_posix()) for name, folder in folders.items()}
        checked |= {name: one for name, one in said.items() if one is not None}
    if left := {name: folder for name, folder in folders.items() if name not in checked}:
        with shared() as partner:
            checked |= _checked(left, partner, kept)
    return tuple(
        recalled(checked[name], folder, file, shown=shown, today="").result
        for name, folder in folders.items()
    )


def _checked(
    folders: Mapping[str, Path], partner: Partner | None, kept: KeptChecks | None
) -> dict[str, CheckResult]:
    """What the rules say of folders of the output, whose names are those of the studies in it."""
    from ced_cdisc.conformance.check import check_folder

    known = {name: None if kept is None else kept.files(name) for name in folders}
    if partner is not None:
        partner.send([(folder, known[name]) for name, folder in folders.items()])
    checked: dict[str, CheckResult] = {}
    for name, folder in folders.items():
        files = known[name]
        checked[name] = check_folder(folder, partner=partner, known=files)
        if kept is not None and files is not None:
            files.keep()
            kept.keep(name, checked[name])
    if partner is not None and kept is not None:
        with suppress(PartnerLost):
            partner.receive()  # it has kept its half
    return checked


def check_half_of_output(partner: Partner) -> None:
    """The part of a companion in the check of an output: half of the files of each folder.

    Raises:
        PartnerLost: the check is at its end, or has stopped.
    """
    from ced_cdisc.conformance.check import check_folder

    for folder, known in partner.receive():
        check_folder(folder, partner=partner, known=known)
        if known is not None:
            known.keep()
    partner.send(None)
