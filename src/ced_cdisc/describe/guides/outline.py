"""The sections of the reviewer's guides, as the templates of PHUSE number and name them."""
# ruff: noqa: E501  (tables of titles and of what is wanted read better unbroken)

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from ced_cdisc.core.guide import Block, Guide, GuideKind, Place, Section
from ced_cdisc.plan.model import DatasetPlan, StudyPlan


class Heading(Struct, frozen=True):
    """A section before it has content: what a person must write there, and other names that it goes by."""

    level: int
    number: str
    title: str
    wanted: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """The name of its anchor: the dataset, or the title in small letters."""
        return self.name or anchor(self.title)

    @property
    def shown(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}" if self.number else self.title


_CSDRG = """
1 | Introduction
2 | Purpose
2 | Acronyms
2 | Study Data Standards and Dictionary Inventory
1 | Protocol Description
2 | Protocol Number and Title | the versions of the protocol, and the amendments that changed what was collected
2 | Protocol Design | the design of the trial in a few sentences or a figure
2 | Trial Design Datasets
* | TRIAL
1 | Subject Data Description
2 | Overview | whether the data are complete or cut off, which subjects are in them, and what a reviewer must know first
2 | Traceability Flow Diagram
2 | Annotated CRFs
2 | SDTM Subject Domains
* | SUBJECT
1 | Data Conformance Summary
2 | Conformance Inputs | the conformance checkers that were run on the final datasets, with their versions and rules
2 | Issues Summary
2 | Additional Conformance Details
A | Inclusion/Exclusion Criteria
A | Conformance Issues Details
A | Legacy Data Conversion Plan and Report | whether legacy data were converted, and how
"""

_ADRG = """
1 | Introduction
2 | Purpose
2 | Acronyms
2 | Study Data Standards and Dictionary Inventory
2 | Source Data Used for Analysis Dataset Creation
1 | Protocol Description
2 | Protocol Number and Title | the versions of the protocol and of the analysis plan
2 | Protocol Design in Relation to ADaM Concepts | how treatments, periods and phases of the protocol are seen in the analysis datasets
1 | Analysis Considerations Related to Multiple Analysis Datasets
2 | Comparison of SDTM and ADaM Content
2 | Core Variables
2 | Treatment Variables
2 | Subject Issues that Require Special Analysis Rules | subjects with rules of their own in the analysis, or that there are none
2 | Use of Visit Windowing, Unscheduled Visits, and Record Selection | how unscheduled visits and several records of a window enter the analysis
2 | Imputation/Derivation Methods
1 | Analysis Data Creation and Processing Issues
2 | Split Datasets
2 | Data Dependencies
2 | Intermediate Datasets
1 | Analysis Dataset Descriptions
2 | Overview | whether the datasets are complete or cut off, and which of them the main results come from
2 | Analysis Datasets
* | ADAM
1 | Data Conformance Summary
2 | Conformance Inputs | the conformance checkers that were run on the final datasets, with their versions and rules
2 | Issues Summary
1 | Submission of Programs
2 | ADaM Programs
2 | Analysis Output Programs
2 | Macro Programs
A | Appendix
"""
_LINES = {"csdrg": _CSDRG, "adrg": _ADRG}
_ROMAN = ("I", "II", "III")


def anchor(title: str) -> str:
    """A title as a name: small letters, digits and hyphens."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())
    return "-".join(part for part in kept.split("-") if part)


def is_trial_design(dataset: DatasetPlan) -> bool:
    """Whether a dataset describes the trial and no subject."""
    return dataset.kind == "sdtm" and dataset.class_name.upper() == "TRIAL DESIGN"


def outline(plan: StudyPlan, kind: GuideKind) -> tuple[Heading, ...]:
    """The sections of a guide of a study, in their order; they hang on the plan alone."""
    counts = [0, 0, 0]
    made: list[Heading] = []

    def add(level: int, title: str, wanted: str = "", name: str = "") -> None:
        counts[level - 1] += 1
        counts[level:] = [0] * (3 - level)
        number = ".".join(str(n) for n in counts[:level])
        made.append(Heading(level, number, title, wanted, name))

    appendices = 0
    for line in _LINES[kind].strip().splitlines():
        level, title, wanted = (*(part.strip() for part in line.split(" | ")), "")[:3]
        if level == "*":
            for name, label in _datasets(plan, title):
                add(3, f"{name} – {label}", name=name)
        elif level == "A":
            appendices += 1
            title = title if title == "Appendix" else f"Appendix {_ROMAN[appendices - 1]}: {title}"
            made.append(Heading(1, "", title, wanted))
        else:
            add(int(level), title, wanted)
    return tuple(made)


def _datasets(plan: StudyPlan, group: str) -> Iterable[tuple[str, str]]:
    for dataset in sorted(plan.datasets, key=lambda one: (one.name != "ADSL", one.name)):
        kind = "ADAM" if dataset.kind == "adam" else "TRIAL" if is_trial_design(dataset) else "SUBJECT"
        if kind == group:
            yield dataset.name, dataset.label


def named(headings: Iterable[Heading], words: str) -> Heading | None:
    """The section that a person's heading names: by its title, with or without a number, or its dataset.

    The number does not count: those of datasets change when one is added.
    """
    text = words.strip()
    first, _, rest = text.partition(" ")
    bare = rest if rest and first.rstrip(".").replace(".", "").isdecimal() else text
    wanted = {anchor(text), anchor(bare)}
    for heading in headings:
        names = {anchor(heading.title), anchor(heading.title.partition(": ")[2] or heading.title)}
        if wanted & names or (heading.name and heading.name in (text, bare)):
            return heading
    return None


def guide_of(
    plan: StudyPlan,
    kind: GuideKind,
    title: str,
    content: Mapping[str, tuple[Block, ...]],
    words: Mapping[str, tuple[Block, ...]],
) -> Guide:
    """A guide of a study: its sections with what the build knows, and what people wrote."""
    return Guide(
        kind=kind,
        title=title,
        study=plan.study_name,
        study_title=plan.study_title,
        protocol=plan.protocol,
        snapshot=plan.snapshot,
        created=plan.created,
        sections=_sections(outline(plan, kind), content, words),
    )


def _sections(
    headings: Iterable[Heading],
    content: Mapping[str, tuple[Block, ...]],
    words: Mapping[str, tuple[Block, ...]],
) -> tuple[Section, ...]:
    """Sections with what the build knows, then what a person wrote or, where that is wanted, its place."""
    made: list[Section] = []
    left = set(content) | set(words)
    for heading in headings:
        left.discard(heading.key)
        written = words.get(heading.key, ())
        place = (Place(heading.wanted),) if heading.wanted and not written else ()
        blocks = (*content.get(heading.key, ()), *written, *place)
        if not heading.number and not blocks:
            continue  # an appendix that nobody fills
        made.append(Section(heading.level, heading.number, heading.key, heading.title, blocks))
    if left:
        raise RuntimeError(f"content without a section: {sorted(left)}")
    return tuple(made)
