"""A domain on its way: the guide's dataset, what the sponsor adds, and the variables it will have."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct, field

from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.model import is_associated, prefix_of
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.ig import IgDataset, IgVariable

DOMAINS = "C66734"
"""The published codelist of domains."""
RELATED = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")
"""The variables of RELREC."""
SINGLE = ("DM",)
"""The domains with one record a subject."""


def kind_of(variable: IgVariable) -> Type:
    """The type of an SDTM variable in expressions."""
    if variable.type == "Num":
        return Type.NUMBER
    if "datetime" in variable.described.lower() or variable.name.endswith("DTC"):
        return Type.DTC
    return Type.TEXT


def full_name(name: str, prefix: str) -> str:
    """A variable by its own name: --SCAT of QS as QSSCAT."""
    return prefix + name[2:] if name.startswith("--") else name


class Domain(Struct, dict=True):
    """A domain on its way.

    Attributes:
        spec: the domain's spec.
        rows: its blocks, spelled out.
        ig: the guide's dataset, with the variables that the sponsor adds.
        custom: whether the guide has no such domain.
        names: the variables that it will have, with their types.
        tests: filled with the names of its tests by code.
        standards: filled with the standard unit of each test, with category, specimen and method.
    """

    spec: DomainSpec
    rows: list[Rows]
    ig: IgDataset
    custom: bool
    names: dict[str, Type] = field(default_factory=dict[str, Type])
    tests: dict[str, str] = field(default_factory=dict[str, str])
    standards: dict[tuple[str, ...], Text] = field(default_factory=dict[tuple[str, ...], Text])

    @property
    def name(self) -> str:
        """The name of the dataset: the domain code, but for a part of a split domain."""
        return str(self.spec.dataset if self.spec.dataset is not None else self.spec.domain)

    @property
    def code(self) -> str:
        """The domain code: the value of DOMAIN."""
        return str(self.spec.domain)

    @property
    def of_associated_persons(self) -> bool:
        """Whether the records are of persons related to a subject: APMH."""
        return is_associated(self.code)

    @property
    def has_subjects(self) -> bool:
        """Whether its records are of subjects or of persons related to them, not of the trial's design."""
        return self.of_associated_persons or self.ig.variable("USUBJID") is not None

    @cached_property
    def prefix(self) -> str:
        """The prefix of its variables."""
        return prefix_of(self.code)

    def full(self, name: str) -> str:
        """--SCAT as QSSCAT."""
        return full_name(name, self.prefix)

    @cached_property
    def written(self) -> dict[str, Text]:
        """The variables that have lines or written values, each with the first key that names it."""
        found: dict[str, Text] = {}
        of_rows = [*self.spec.rows, self.spec.variables] if self.spec.rows is not None else []
        if self.spec.relate:
            of_rows.append({Text(name, self.spec.domain.where): None for name in RELATED})
        for keys in (*(rows.variables for rows in self.rows), *of_rows):
            for key in keys:
                found.setdefault(self.full(str(key)), key)
        return found

    def row_names(self, catalogue: Catalogue) -> RowNames:
        """The names that a line over the whole domain may use."""
        return RowNames(catalogue, self.name, self.names)
