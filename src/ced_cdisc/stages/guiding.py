"""The reviewer's guides: what people wrote for them before the data are read, and the files at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage, did_you_mean, misspelt
from ced_cdisc.core.guide import GUIDES, Block, Guide, GuideKind
from ced_cdisc.core.metadata import Document, PackageMetadata
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.plan.guides import PACKAGES
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.known_findings import NAME, left_over
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.write.readings import read_known, read_words

if TYPE_CHECKING:
    from ced_cdisc.core.blocks import Blocks
    from ced_cdisc.describe.guides.known import Known
    from ced_cdisc.plan.account import TableAccount
    from ced_cdisc.spec.guide_words import GuideWords
    from ced_cdisc.stages.kept_products import KeptProducts, Product

_ENDINGS = ("md", "markdown", "md.txt", "txt")
"""How the names of files with words for a guide end, case ignored, or were meant to."""
FOLDER = "guides"
"""Where a study's guides lie as Markdown and docx: working copies, which are no part of a submission."""


class Asked(Struct, frozen=True):
    """A guide to be made: whose it is, the document of define.xml, and the words of people by section."""

    plan: StudyPlan
    kind: GuideKind
    document: Document
    words: Mapping[str, tuple[Block, ...]]
    shown: str

    @property
    def package(self) -> str:
        """The folder of its define.xml."""
        return self.plan.qualified(PACKAGES[self.kind])


class Rendering(Struct, frozen=True):
    """A guide that is written: the path of its PDF, and that of its other files without their endings."""

    guide: Guide
    pdf: str
    beside: str


class GuideSources(Struct, frozen=True):
    """The guides to be made, the known findings, and the files that were read, by shown name."""

    asked: tuple[Asked, ...] = ()
    known: tuple[Known, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict[str, Path])
    pooled: tuple[str, ...] = ()
    """The folders of the pooled studies' specs, as findings name them."""


def read_guides(study: StudyFolders, plan: StudyPlan, findings: Findings) -> GuideSources:
    """What people wrote for the guides that define.yaml has made; needs no data.

    Raises:
        Stopped: words that would be lost: they name no section, or cannot be shown.
    """
    asked: list[Asked] = []
    files: dict[str, Path] = {}
    for one in plan.studies:
        for kind in GUIDES:
            documents = one.sdtm_documents if kind == "csdrg" else one.adam_documents
            document = next((d for d in documents if d.made and d.kind == kind), None)
            path = study.define / one.folder / f"{kind}.md"
            shown = f"{study.shown[1]}/{one.qualified(f'{kind}.md')}"
            if document is None:
                if path.is_file():
                    findings.add(_unread(kind, shown))
                continue
            words = read_words(path, shown, findings)
            if not path.is_file():
                findings.extend(_misnamed(path, shown))
            if words is not None:
                files[f"define/{one.qualified(f'{kind}.md')}"] = path
            placed = _placed(one, kind, document, words, findings)
            asked.append(Asked(one, kind, document, placed, shown))
    known: list[Known] = []
    findings.extend(left_over(study.define / NAME, f"{study.shown[1]}/{NAME}"))
    if asked:
        from ced_cdisc.describe.guides.known import Known

        packages = [*(one.qualified("sdtm") for one in plan.studies), "adam"]
        path = study.define / NAME
        if path.is_file():
            files[f"define/{NAME}"] = path
        for one in read_known(path, f"{study.shown[1]}/{NAME}", findings, packages=packages):
            where = tuple((str(name), str(value)) for name, value in one.where.items())
            known.append(
                Known(
                    " ".join(one.rule),
                    str(one.package or ""),
                    str(one.dataset or ""),
                    str(one.variable or ""),
                    where,
                    str(one.records),
                    str(one.reason),
                )
            )
    stop_on_errors(findings)
    return GuideSources(tuple(asked), tuple(known), files, tuple(one.specs[0] for one in plan.pooled))


def _misnamed(path: Path, shown: str) -> Iterator[Finding]:
    """CED129: words of people under a name one slip beside the one that is read, or with another ending."""
    for other in sorted(path.parent.iterdir()) if path.parent.is_dir() else []:
        stem, _, ending = other.name.partition(".")
        near = did_you_mean(stem, [path.stem])
        if misspelt(stem, near) and ending.casefold() in _ENDINGS and other.is_file():
            where = Location(shown.removesuffix(path.name) + other.name)
            yield Finding("CED129", "this file is read by nothing", where, hint=f"rename it to {path.name}")


def _unread(kind: str, shown: str) -> Finding:
    message = f"no document of define.yaml is made of {shown}, so that nobody reads its words"
    hint = f"write a document with kind: {kind} and made: yes"
    return Finding("CED138", message, Location(shown), hint=hint, severity=Severity.WARNING)


def _placed(
    plan: StudyPlan, kind: GuideKind, document: Document, words: GuideWords | None, findings: Findings
) -> dict[str, tuple[Block, ...]]:
    """The words by the keys of the sections that they name: CED131 and CED133."""
    if words is None:
        return {}
    from ced_cdisc.describe.guides.outline import named, outline

    headings = outline(plan, kind)
    titles = [one.title for one in headings] + [one.name for one in headings if one.name]
    placed: dict[str, tuple[Block, ...]] = {}
    lines: dict[str, int] = {}
    if words.title is not None and words.title[0].casefold() != document.title.casefold():
        message = (
            f"the heading '{words.title[0]}' would be lost: the title of the guide is '{document.title}'"
        )
        hint = "sections begin with ##"
        findings.add(Finding("CED131", message, words.title[1], hint=hint))
    for section in words.sections:
        heading = named(headings, section.named)
        if heading is None:
            message = f"the guide has no section '{section.named}'"
            near = did_you_mean(section.named.lstrip("0123456789. "), titles)
            hint = near or "its sections are in docs/reviewers-guides.md"
            findings.add(Finding("CED131", message, section.where, hint=hint))
        elif heading.key in lines:
            message = f"the section '{heading.title}' is given twice, first in line {lines[heading.key]}"
            findings.add(Finding("CED133", message, section.where, hint="write all its words in one place"))
        else:
            lines[heading.key] = section.where.line
            placed[heading.key] = section.blocks
    return placed


def make_guides(
    sources: GuideSources,
    packages: Mapping[str, PackageMetadata],
    frames: Mapping[str, Blocks],
    raw: Mapping[str, TableAccount],
    findings: Findings,
    partner: Partner | None = None,
    kept: KeptProducts | None = None,
) -> dict[str, bytes]:
    """The guides as PDF beside define.xml, and as Markdown and docx in a folder of their own.

    Args:
        sources: what :func:`read_guides` gave.
        packages: metadata by folder.
        frames: the datasets and supplemental qualifiers by qualified name.
        raw: the account of each raw table by qualified name.
        findings: of the build so far; receives CED430, a note on what waits for a person.
        partner: who renders half of them, if any.
        kept: what earlier builds made.
    """
    guides: list[Rendering] = []
    for asked in sources.asked:
        if asked.package not in packages:
            continue
        guide = _guide(asked, sources, packages, frames, raw, findings)
        beside = asked.plan.qualified(f"{FOLDER}/{asked.kind}")
        guides.append(Rendering(guide, f"{asked.package}/{asked.document.href}", beside))
        if waiting := guide.places:
            first, _ = waiting[0]
            message = (
                f"{asked.package}/{asked.document.href}: {len(waiting)} place"
                f"{'s' * (len(waiting) != 1)} to be completed, first in section {first.heading}"
            )
            where = Location(asked.shown)
            hint = f"write it under ## {first.title}"
            findings.add(Finding("CED430", message, where, hint, Stage.OUTPUT, Severity.NOTE))
    if partner is not None:
        with suppress(PartnerLost):
            partner.send(guides[::2])
            mine = render(guides[1::2], kept)
            return mine | partner.receive()
    return render(guides, kept)


def _guide(
    asked: Asked,
    sources: GuideSources,
    packages: Mapping[str, PackageMetadata],
    frames: Mapping[str, Blocks],
    raw: Mapping[str, TableAccount],
    findings: Findings,
) -> Guide:
    from ced_cdisc.describe.guides.adrg import adrg
    from ced_cdisc.describe.guides.csdrg import csdrg
    from ced_cdisc.describe.guides.facts import Facts

    plan = asked.plan
    datasets = [one.name for one in packages[asked.package].datasets]
    facts = Facts(
        plan=plan,
        package=packages[asked.package],
        frames=plan.own(frames) if asked.kind == "csdrg" else frames,
        raw=plan.own(raw),
        known=tuple(one for one in sources.known if one.is_of(asked.package, datasets)),
        findings=_of_the_data(plan, sources.pooled, findings),
        others={folder: one for folder, one in packages.items() if folder != asked.package},
    )
    return (csdrg if asked.kind == "csdrg" else adrg)(facts, asked.document.title, asked.words)


def _of_the_data(plan: StudyPlan, pooled: tuple[str, ...], findings: Findings) -> tuple[Finding, ...]:
    """What was found in the raw data of a study, in an order that does not hang on where a line stands."""
    found = [one for one in findings if one.stage is Stage.RAW and _is_of(plan, pooled, one)]
    return tuple(sorted(found, key=lambda one: (one.code, one.message, one.records)))


def _is_of(plan: StudyPlan, pooled: tuple[str, ...], finding: Finding) -> bool:
    """Whether a finding is of this study: of a pooled one by the folder of its specs, else of the main one,
    whose lines may stand in layers anywhere.
    """
    of = [folder for folder in pooled if finding.where.file.startswith(f"{folder}/")]
    return plan.specs[0] in of if plan.specs[0] in pooled else not of


def render(guides: Iterable[Rendering], kept: KeptProducts | None = None) -> dict[str, bytes]:
    """The files of guides, by path; from an earlier build where nothing of a guide changed."""
    made: dict[str, bytes] = {}
    for one in guides:
        make = partial(_rendered, one)
        files, _ = make() if kept is None else kept.of(f"guide {one.beside}", one, make)
        made |= files
    return made


def _rendered(one: Rendering) -> Product:
    """The files of a guide, by path; the libraries are loaded for these alone."""
    from ced_cdisc.write.guides.docx import guide_docx
    from ced_cdisc.write.guides.markdown import guide_markdown
    from ced_cdisc.write.guides.pdf import guide_pdf

    made = {
        one.pdf: guide_pdf(one.guide),
        f"{one.beside}.docx": guide_docx(one.guide),
        f"{one.beside}.md": guide_markdown(one.guide),
    }
    return made, []
