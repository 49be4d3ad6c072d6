"""What a guide is filled from, and the parts that both guides have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Finding, counted
from ced_cdisc.core.guide import Block, Item, Points, Run, Table, table, text
from ced_cdisc.core.metadata import Codelist, DatasetMetadata, PackageMetadata
from ced_cdisc.core.version import VERSION
from ced_cdisc.describe.guides.known import Known
from ced_cdisc.plan.account import TableAccount
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.parts import VISITS


class Facts(Struct, frozen=True):
    """All that the build knows of one package, and of the SDTM packages its analysis datasets read.

    ``frames`` and ``raw`` are by the study's own names; ``others`` are by folder.
    """

    plan: StudyPlan
    package: PackageMetadata
    frames: Mapping[str, Blocks]
    raw: Mapping[str, TableAccount] = field(default_factory=dict[str, TableAccount])
    known: tuple[Known, ...] = ()
    findings: tuple[Finding, ...] = ()
    others: Mapping[str, PackageMetadata] = field(default_factory=dict[str, PackageMetadata])
    _into: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def file_word(self) -> str:
        """What the file of a dataset is called."""
        return "transport file" if self.plan.formats[0] == "xpt" else "dataset file"

    def dataset(self, name: str) -> DatasetMetadata | None:
        """The metadata of a dataset, None where the package has none of that name."""
        return next((one for one in self.package.datasets if one.name == name), None)

    def into(self, table: str) -> list[str]:
        """The datasets of the package of which something is made of a raw table, in any way."""
        if table not in self._into:  # each dataset of the package asks of each table
            columns = self.raw[table].columns.values()
            used = {use.partition(" ")[0].partition(".")[0] for column in columns for use in column.read_by}
            if VISITS in used:
                used |= {one.name for one in self.plan.datasets if is_of_visits(one)}
            self._into[table] = sorted(name for name in used if self.dataset(name) is not None)
        return self._into[table]

    def visit_tables(self) -> set[str]:
        """The raw tables whose rows are the subjects' visits."""
        return {
            name
            for name, one in self.raw.items()
            if any(VISITS in column.read_by for column in one.columns.values())
        }

    def records(self, name: str) -> int:
        """How many records a dataset has."""
        return len(self.frames[name]) if name in self.frames else 0


def is_of_visits(dataset: DatasetPlan) -> bool:
    """Whether records of a dataset are the subjects' visits, as those of SV."""
    return any(block.kind == VISITS for block in dataset.blocks)


_ACRONYMS = {
    "aCRF": "Annotated case report form",
    "ADaM": "Analysis Data Model",
    "ADaMIG": "ADaM Implementation Guide",
    "ADRG": "Analysis Data Reviewer's Guide",
    "CDISC": "Clinical Data Interchange Standards Consortium",
    "CRF": "Case report form",
    "cSDRG": "Clinical Study Data Reviewer's Guide",
    "CT": "Controlled terminology",
    "SDTM": "Study Data Tabulation Model",
    "SDTMIG": "SDTM Implementation Guide",
    "XPT": "SAS transport file, version 5",
}


def bullets(words: Iterable[str]) -> Points:
    """A list of plain points."""
    return Points(tuple(Item(0, "•", (Run(one),)) for one in words))


def acronyms() -> Table:
    """The acronyms that the guides use."""
    return table(("Acronym", "Meaning"), list(_ACRONYMS.items()), (1, 4))


def standards(facts: Facts) -> Table:
    """The standards that define.xml cites, and the dictionaries of its codelists."""
    rows: list[tuple[str, ...]] = []
    for one in facts.package.standards:
        name = one.name if one.type == "IG" else f"{one.publishing_set} controlled terminology ({one.name})"
        rows.append((name, one.version))
    rows.append(("Define-XML", "2.1"))
    for codelist in _dictionaries(facts.package):
        rows.append((f"{codelist.dictionary} ({codelist.name})", codelist.version))
    return table(("Standard or dictionary", "Version"), rows, (3, 1))


def _dictionaries(package: PackageMetadata) -> list[Codelist]:
    found = {one.id: one for one in codelists(package) if one.dictionary}
    return sorted(found.values(), key=lambda one: (one.dictionary, one.name))


def codelists(package: PackageMetadata) -> Iterator[Codelist]:
    """The codelists of all variables and value levels."""
    for dataset in package.datasets:
        for variable in dataset.variables:
            for one in (variable.codelist, *(level.codelist for level in variable.value_level)):
                if one is not None:
                    yield one


def protocol(facts: Facts) -> Table:
    """Whose study it is."""
    plan = facts.plan
    rows = [
        ("Study", plan.study_name),
        ("Protocol number", plan.protocol),
        ("Protocol title", plan.study_title),
        ("Data as of", plan.snapshot.date().isoformat()),
    ]
    return table(("Item", "Value"), rows, (1, 4))


def inputs(facts: Facts, folder: str) -> tuple[Block, ...]:
    """What the build itself checked."""
    return (
        text(
            f"The datasets and define.xml were made by ced-cdisc {VERSION}, which checked them as it "
            "wrote them:"
        ),
        bullets(
            (
                "define.xml against the schema of Define-XML 2.1 and for references that lead nowhere;",
                f"define.xml against the bytes of the {facts.file_word}s: datasets, variables, labels, types "
                "and lengths;",
                "texts against the codelist of their variable, unless that is open or a dictionary, and each "
                "date, time and duration against ISO 8601, as they were made.",
            )
        ),
        text(
            f"{counted(len(facts.known), 'finding')} of conformance checkers in the package {folder} "
            "stand, each with its reason (below)."
        ),
    )


def plugins(facts: Facts) -> Iterator[Block]:
    """The functions in Python that the specs call."""
    if not facts.plan.derivations:
        return
    yield text(
        "The specs call these functions in Python. Methods have their words, with what stands in braces "
        "replaced by what a function is given:"
    )
    shown, outside = facts.plan.specs
    rows = [
        (one.name, one.source.shown.replace(shown, outside, 1), one.method) for one in facts.plan.derivations
    ]
    yield table(("Function", "File or package", "Method"), rows, (1, 2, 4))


def issues(facts: Facts) -> tuple[Block, ...]:
    """The known findings with their reasons."""
    if not facts.known:
        return (text("No finding of a conformance checker is explained."),)
    rows = [(one.rule, one.place, _found(one), one.reason) for one in facts.known]
    listed = table(("Rule", "Where", "Found", "Why it stands"), rows, (1.1, 1.5, 0.9, 5))
    counts = text(
        "Found counts the records that a rule reports; a rule about a variable or a dataset as a whole "
        "reports it once."
    )
    if not any("CED-" in one.rule for one in facts.known):
        return (listed, counts)
    return (
        listed,
        counts,
        text("CED-.. are rules of ced-cdisc check; CORE-.., CG.., FB.. and AD.. are published ones."),
    )


def _found(known: Known) -> str:
    return "any number" if known.records == "any" else known.records


def selected(known: Known) -> str:
    """The records that a known finding is about, in words."""
    return ", ".join(f"{name} = {value}" for name, value in known.where) or "not restricted"
