"""The whole way of the data on one page: specs -> plan -> raw -> SDTM -> ADaM -> files -> rules.

A stage (:mod:`ced_cdisc.stages`) takes values and returns new ones. A fault of the input stops the run at the
end of its stage, with all faults of that stage; the former output is untouched until everything is written
and define.xml agrees with the bytes beside it. What the rules of ``ced-cdisc check`` find is told of the
finished output: it is there to be looked at.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ced_cdisc.build_file import NAME as BUILD_FILE
from ced_cdisc.companion import checker, companion, part_of_build
from ced_cdisc.core.collector import uncollected
from ced_cdisc.core.findings import Findings, did_you_mean
from ced_cdisc.core.masking import masked
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.core.sizes import bytes_of
from ced_cdisc.plan.account import ColumnAccount
from ced_cdisc.plan.formats import file_formats, written_as
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.locate import find_study
from ced_cdisc.spec.plan_key import spec_digests
from ced_cdisc.stages.checking import check_half_of_output, check_output
from ced_cdisc.stages.documents import find_documents, put_documents
from ced_cdisc.stages.guiding import make_guides, read_guides
from ced_cdisc.stages.how import How
from ced_cdisc.stages.kept import Kept
from ced_cdisc.stages.planning import (
    digests,
    made_digests,
    make_plan,
    pin_numbers,
    planned_digests,
    prepare_output,
    stop_on_errors,
)
from ced_cdisc.write.folder import told_if_written
from ced_cdisc.write.spill_folder import sweep

if TYPE_CHECKING:
    import pandas as pd

    from ced_cdisc.core.blocks import Frames
    from ced_cdisc.core.conformance import CheckResult
    from ced_cdisc.stages.converting import Watch
    from ced_cdisc.stages.verifying import Verified


class Build(Struct, frozen=True):
    """A finished build: ``build["AE"]`` is a pandas frame, ``frames`` holds the polars ones.

    Datasets of a pooled study are named with its folder: ``controls/DM``.
    """

    frames: Frames
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
    specs: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """The files of specs that were read, those of layers included, by the names of build.json."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        """One dataset as a pandas frame, dates as dates.

        Raises:
            KeyError: the build has no such dataset; the message names the nearest one, or all.
        """
        if name not in self.frames:
            hint = did_you_mean(name, self.frames) or f"there are {', '.join(sorted(self.frames))}"
            raise KeyError(f"the build has no dataset {name}; {hint}")
        return self.frames[name].to_pandas()


@uncollected()
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
    show_ids: bool = False,
    formats: str | Iterable[str] = "xpt",
    split_over: str = "5GB",
    split_within_subjects: bool = False,
    watch: Watch | None = None,
    processes: int = 1,
    workers: int | None = None,
    dask: str | None = None,
    parts: int | None = None,
    incremental: bool = False,
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
        show_ids: name subjects and identifying values in the findings of build.json, which else are masked.
        formats: what the datasets are written as: ``xpt``, ``json``, ``ndjson``, ``dsjc``,
            ``parquet``. XPT, else the first of them, stands beside define.xml, which names it; others have a
            folder each.
        split_over: a transport file over this size is also written in pieces, in the folder ``split`` beside
            it; ``none`` for no pieces.
        split_within_subjects: whether a piece may end between two records of a subject.
        watch: told of each finished dataset.
        incremental: take datasets of which nothing changed from earlier builds (docs/incremental.md).
        processes: 2 lets a second process package what the first one converts, where that can be.
        workers: as many processes build the study in parts of its subjects; no byte depends on it. None:
            where the study is large, one for each processor, at most four.
        dask: the address of the scheduler of a Dask cluster whose workers build the parts.
        parts: in how many parts of subjects the study is built, 0 for whole; None: in several only where it
            is large, or workers or a cluster build them.

    Raises:
        UnknownFormat: there is no such format.
        UnknownSize: ``split_over`` is no size.
        Stopped: the input has faults; ``findings`` lists them all. Nothing of ``out`` is changed.
        MissingFolder, NotADirectoryError: a folder that was named is not there.
        BuildInterrupted: a KeyboardInterrupt once ``out`` is written; before, it is one of Python's.
    """
    raw, out = Path(raw), Path(out)
    if not raw.is_dir():
        raise NotADirectoryError(f"there is no folder {raw.as_posix()}")
    study = find_study(_path(mappings), _path(define), Path())
    asked, written = _names(only), file_formats(_names(formats))
    limit = bytes_of(split_over) if "xpt" in written else None
    findings = Findings()
    options = _options(
        raw=None if raw == Path("raw") else raw, mappings=mappings, define=define, profile=profile
    )
    how = How(parts, workers, dask)

    before = spec_digests(study)
    plan, specs = make_plan(study, findings, asked, profile, digested=incremental)
    planned = planned_digests(specs, before)  # a file that is edited from here on is not what was built
    guides = read_guides(study, plan, findings)
    given = find_documents(study, plan, findings)
    guided = digests(guides.files) | digests(given.files)
    plan, lock = pin_numbers(plan, study, findings, renumber=renumber)
    folder = prepare_output(out, raw, study, asked, findings)  # a refusal is told with the faults of the data
    sweep()  # what builds that were killed left among temporary files
    plan = written_as(plan, written)
    kept = Kept.open(study, plan, planned) if incremental else None
    is_full = kept is None or kept.is_new  # else little is made, and that would be made twice
    with (
        told_if_written(folder),
        companion(
            partial(part_of_build, raw, plan, kept), wanted=processes > 1 and not how.is_asked and is_full
        ) as partner,
        ExitStack() as ended,
    ):
        # Below here polars is loaded, after the fork.
        from ced_cdisc.stages.asked_texts import asked_texts
        from ced_cdisc.stages.making import make_datasets
        from ced_cdisc.stages.output import accounts, keep_numbers, manifest, places
        from ced_cdisc.stages.packaging import package
        from ced_cdisc.stages.reading import left_over, raw_columns, read_raw
        from ced_cdisc.stages.splitting import write_pieces
        from ced_cdisc.write.output_files import OutputFiles, nowhere

        tables = read_raw(raw, plan, findings, partner, kept.tables if kept is not None else None)
        plan, frames, seconds = make_datasets(plan, tables, findings, how, watch, partner, lock, kept)
        files = OutputFiles(ended.enter_context(folder if folder is not None else nowhere()), out)
        packaged = kept.packages if kept is not None else None
        packages = package(plan, frames.blocks, tables, files, findings, partner, packaged, options)
        if packaged is not None:
            packaged.keep()
        put_documents(given, packages, files, findings)
        assert folder is not None, "a refused folder is an error, which package stops on"
        if limit is not None:
            write_pieces(packages, files, limit, findings, within_subjects=split_within_subjects)
            stop_on_errors(findings)
        verified: Verified | None = None
        if verify:
            from ced_cdisc.stages.verifying import verify as compute_again

            verified = compute_again(plan, tables, frames, findings)
            stop_on_errors(findings)
        findings.extend(left_over(plan, tables))
        findings.extend(asked_texts(plan, tables, frames.blocks))
        told = accounts(plan, tables, findings)
        products = None if packaged is None else packaged.products
        files.put(make_guides(guides, packages, frames.blocks, told, findings, partner, products))
        inputs = planned | guided | made_digests(plan, lock)
        rows = {name: len(blocks) for name, blocks in frames.blocks.items()}
        shown = findings if show_ids else masked(findings)
        content = manifest(plan, asked, inputs, tables, packages, rows, told, files.digests, shown)
        files.put({BUILD_FILE: content})
        with keep_numbers(lock, study, folder, findings):
            findings.extend(folder.commit())
        checks = kept.checks(files.digests, places(plan, packages)) if kept is not None else None
        shared = partial(checker, partner, out, check_half_of_output, wanted=how.processes > 1)
        checked = check_output(plan, packages, out, study, shared, checks) if check else ()
        columns = raw_columns(plan, tables)
        reasons = kept.told() if kept is not None else {}
        told = (columns, study.notice, seconds, verified, checked, reasons, specs)
        return Build(frames, packages, findings, plan, *told)


def _names(words: str | Iterable[str]) -> list[str]:
    """Names, sorted, each once: of a list, or of one text with commas."""
    return sorted({word.strip() for word in (words.split(",") if isinstance(words, str) else words)} - {""})


def _options(**given: str | Path | None) -> str:
    """Options of a command line: those that were given, each after a blank."""
    return "".join(
        f" --{name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None
    )


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)
