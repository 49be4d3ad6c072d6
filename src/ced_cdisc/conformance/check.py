"""A whole check of a folder, on one page: read, carry out the rules, give the result."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ced_cdisc.conformance.folder import read_folder
from ced_cdisc.conformance.rule import all_rules
from ced_cdisc.conformance.run import run_rules
from ced_cdisc.core.conformance import RECORDS_SHOWN, CheckResult, DatasetSummary


def check_folder(
    folder: Path,
    *,
    define: Path | None = None,
    standard: Iterable[str] = (),
    records: int = RECORDS_SHOWN,
    shown: str = "",
) -> CheckResult:
    """Check a folder of transport or Dataset-JSON files.

    Args:
        folder: the folder.
        define: the define.xml; by default the one in the folder.
        standard: flags such as ``SDTMIG=3.3``, over what define.xml says.
        records: how many records a failure lists at most.
        shown: the name of the folder in the result.

    Raises:
        WrongStandard: a flag names no known standard.
    """
    read = read_folder(folder, define=define, standard=standard)
    study = read.submission
    datasets = study.datasets.values()
    return CheckResult(
        folder=shown or folder.as_posix(),
        standards=study.governing.lines({d.kind for d in datasets}),
        datasets=tuple(DatasetSummary(d.name, d.file, d.height, len(d.columns), d.kind) for d in datasets),
        reading=tuple(read.findings.sorted()),
        rules=run_rules(study, all_rules(), records=records) if datasets else (),
    )
