"""A whole check of a folder, on one page: read, carry out the rules, give the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.folder import read_folder
from ced_cdisc.conformance.known import Known, KnownDataset
from ced_cdisc.conformance.links import links_to_nothing
from ced_cdisc.conformance.places import with_places
from ced_cdisc.conformance.records import Profile
from ced_cdisc.conformance.rule import all_rules
from ced_cdisc.conformance.run import run_rules
from ced_cdisc.conformance.submission import Submission
from ced_cdisc.core.conformance import RECORDS_SHOWN, CheckResult, DatasetSummary
from ced_cdisc.core.partner import Partner

if TYPE_CHECKING:
    from ced_cdisc.check.core.run import CoreSettings


def check_folder(
    folder: Path,
    *,
    define: Path | None = None,
    standard: Iterable[str] = (),
    records: int = RECORDS_SHOWN,
    shown: str = "",
    core: CoreSettings | None = None,
    core_report: Path | None = None,
    partner: Partner | None = None,
    known: Known | None = None,
) -> CheckResult:
    """Check a folder of transport or Dataset-JSON files.

    Args:
        folder: the folder.
        define: the define.xml; by default the one in the folder.
        standard: flags such as ``SDTMIG=3.3``, over what define.xml says.
        records: how many records a failure lists at most.
        shown: the name of the folder in the result.
        core: how to run the CDISC CORE engine on the folder, too; by default it is not run.
        core_report: a JSON report of that engine about the folder, in the place of a run.
        partner: who checks the same folder at the same time, each half of the files; the result is the same.
        known: what earlier checks said of files of the same bytes; it is told what this one says of files
            without faults; the result is the same. Two processes know and tell of half of the files each.

    Raises:
        WrongStandard: a flag names no known standard.
        WrongAnswer: the report of the engine cannot be understood.
    """
    read = read_folder(folder, define=define, standard=standard, known=_profiles(known), partner=partner)
    study = read.submission
    of_files = {} if known is None or read.findings else _known_of(study, known)
    datasets = study.datasets.values()
    engine, findings = None, []
    if core_report is not None or core is not None:
        # Loaded where it is asked for: it takes a tenth of the time of a check.
        from ced_cdisc.check.core.report import read_report
        from ced_cdisc.conformance.second_opinion import core_opinion, with_ours

        texts = [rule.text for rule in all_rules()]
        if core_report is not None:
            engine = with_ours(read_report(core_report, records=records), texts)
        elif core is not None:
            engine, findings = core_opinion(
                study, core, folder=folder, define=define, rules=texts, records=records
            )
    rules = (
        run_rules(study, all_rules(), records=records, partner=partner, known=of_files) if datasets else ()
    )
    return CheckResult(
        folder=shown or folder.as_posix(),
        standards=study.governing.lines({d.kind for d in datasets}),
        datasets=tuple(DatasetSummary(d.name, d.file, d.height, len(d.columns), d.kind) for d in datasets),
        reading=(
            *read.findings.sorted(),
            *links_to_nothing(study.defines, folder if define is None else Path()),
            *findings,
        ),
        rules=with_places(rules, study.datasets, folder, define),
        engine=engine,
    )


def _profiles(known: Known | None) -> Callable[[str], Profile | None]:
    """What earlier readings of the same files told."""

    def told(file: str) -> Profile | None:
        found = None if known is None else known.of(file)
        return None if found is None else found.profile

    return told


def _known_of(study: Submission, known: Known) -> dict[Dataset, KnownDataset]:
    """What is known of each dataset; of one that is read for the first time its profile from now on."""
    found: dict[Dataset, KnownDataset] = {}
    for data in study.datasets.values():
        one = known.of(data.file)
        if one is not None:
            if data.records_held.is_at_hand:
                one.read(data.records_held.profile)
            found[data] = one
    return found
