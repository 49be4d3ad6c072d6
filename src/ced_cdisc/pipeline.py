"""The whole way of the data on one page: specs -> plan -> raw -> SDTM -> ADaM -> files -> rules.

A stage (:mod:`ced_cdisc.stages`) takes values and returns new ones. A fault of the input stops the run at the
end of its stage, with all faults of that stage; the former output is untouched until everything is written
and define.xml agrees with the bytes beside it. What the rules of ``ced-cdisc check`` find is told of the
finished output: it is there to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.companion import companion
from ced_cdisc.core.findings import Findings, did_you_mean
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.plan.account import ColumnAccount
from ced_cdisc.plan.formats import file_formats, written_as
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.checking import check_output
from ced_cdisc.stages.guiding import make_guides, read_guides
from ced_cdisc.stages.kept import Kept, keeping
from ced_cdisc.stages.planning import digests, make_plan, pin_numbers, prepare_output, stop_on_errors

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from ced_cdisc.core.conformance import CheckResult
    from ced_cdisc.stages.converting import Watch
    from ced_cdisc.stages.verifying import Verified


@dataclass(frozen=True)
class Build:
    """A finished build: ``build["AE"]`` is a pandas frame, ``frames`` holds the polars ones.

    Datasets of a pooled study are named with its folder: ``controls/DM``.
    """

    frames: Mapping[str, pl.DataFrame]
    packages: Mapping[str, PackageMetadata]
    findings: Findings
    plan: StudyPlan
    raw_columns: Mapping[str, Mapping[str, ColumnAccount]]
    """What became of every raw column, by table."""
    notice: str
    seconds: Mapping[str, float]
    """How long each dataset took; not part of any output."""
    verified: Verified | None = None
    """What the second engine computed again, where that was asked for."""
    checked: tuple[CheckResult, ...] = ()
    """What the rules of ``ced-cdisc check`` say of the packages of the study and of each that it pools."""
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    """By dataset, why it was made anew, or ``kept``; empty where nothing can be kept."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        """One dataset as a pandas frame, dates as dates.

        Raises:
            KeyError: the build has no such dataset; the message names the nearest one, or all.
        """
        if name not in self.frames:
            hint = did_you_mean(name, self.frames) or f"there are {', '.join(sorted(self.frames))}"
            raise KeyError(f"the build has no dataset {name}; {hint}")
        return self.frames[name].to_pandas()


def build(
    raw: str | Path,
    out: str | Path,
    *,
    mappings: str | Path | None = None,
    define: str | Path | None = None,
    only: str | Iterable[str] = (),
    profile: str | None = None,
    renumber: bool = False,
    verify: bool = False,
    check: bool = True,
    formats: str | Iterable[str] = "xpt",
    watch: Watch | None = None,
    processes: int = 1,
    cache: bool = True,
) -> Build:
    """Turn a folder of raw tables into a folder of SDTM and ADaM datasets with define.xml.

    Args:
        raw: the folder of raw tables.
        out: the folder to write; replaced as a whole, and only if new, empty, or a former build.
        mappings: the folder of mapping specs; default: ./mappings, else the shipped example study.
        define: the folder of define.xml specs; default: ./define.
        only: build only these datasets and what they need: names, or one text such as ``"AE,DM"``.
        profile: the profile of the study, in place of the one that study.yaml names.
        renumber: number records anew that `sequence: pinned` keeps the numbers of.
        verify: compute every dataset again with the second engine, and write nothing if a value differs.
        check: carry out the rules of ``ced-cdisc check`` on what was written; nothing is raised for them.
        formats: what the datasets are written as: ``xpt``, ``json``, ``ndjson``, ``dsjc``,
            ``parquet``. XPT, else the first of them, stands beside define.xml, which names it; others have a
            folder each.
        watch: told of each finished dataset.
        cache: whether what has not changed is taken from an earlier build (docs/incremental.md).
        processes: 2 lets a second process build half of the datasets where that can be; for small studies.

    Raises:
        UnknownFormat: there is no such format.
        Stopped: the input has faults; ``findings`` lists them all. Nothing of ``out`` is changed.
        MissingFolder, NotADirectoryError: a folder that was named is not there.
    """
    raw, out = Path(raw), Path(out)
    if not raw.is_dir():
        raise NotADirectoryError(f"there is no folder {raw.as_posix()}")
    study = find_study(_path(mappings), _path(define), Path())
    asked, written = _names(only), file_formats(_names(formats))
    findings = Findings()

    plan, specs = make_plan(study, findings, asked, profile, anew=not cache)
    guides = read_guides(study, plan, findings)
    plan, lock = pin_numbers(plan, study, findings, renumber=renumber)
    folder = prepare_output(out, raw, study, asked, findings)  # a refusal is told with the faults of the data
    plan = written_as(plan, written)
    kept = Kept.open(study, plan, anew=not cache)
    alone = processes == 1 or (kept is not None and kept.saves(raw))
    with companion(raw, plan, wanted=not alone) as partner:
        # Below here polars is loaded, after the fork.
        from ced_cdisc.stages.converting import convert
        from ced_cdisc.stages.output import accounts, keep_numbers, manifest
        from ced_cdisc.stages.packaging import package
        from ced_cdisc.stages.reading import left_over, raw_columns, read_raw

        tables = read_raw(raw, plan, findings, partner)
        with keeping(kept, tables, alone=partner is None):
            plan, datasets, qualifiers, seconds = convert(plan, tables, findings, watch, partner, lock, kept)
        raw_frames = {name: table.frame for name, table in tables.items()}
        packages, files = package(plan, datasets, qualifiers, raw_frames, findings, partner)
    verified: Verified | None = None
    if verify:
        from ced_cdisc.stages.verifying import verify as compute_again

        verified = compute_again(plan, tables, datasets, qualifiers, findings)
        stop_on_errors(findings)
    frames = datasets | qualifiers
    rows = {name: len(frame) for name, frame in frames.items()}
    findings.extend(left_over(plan, tables))
    told = accounts(plan, tables, findings)
    files |= make_guides(guides, packages, frames, told, findings)
    inputs = digests({**specs, **guides.files}, lock)
    files["build.json"] = manifest(plan, asked, inputs, tables, packages, rows, told, files, findings)

    assert folder is not None, "a refused folder is an error, which render stops on"
    with keep_numbers(lock, study, findings), folder as work:
        for name, content in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        folder.commit()
    checked = check_output(plan, packages, out, study) if check else ()
    columns = raw_columns(plan, tables)
    reasons = kept.reasons if kept is not None else {}
    return Build(frames, packages, findings, plan, columns, study.notice, seconds, verified, checked, reasons)


def _names(words: str | Iterable[str]) -> list[str]:
    """Names, sorted, each once: of a list, or of one text with commas."""
    return sorted({word.strip() for word in (words.split(",") if isinstance(words, str) else words)} - {""})


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)
