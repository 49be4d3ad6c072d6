"""The SDTM Implementation Guide: datasets and variables as published.

Source: SDTMIG 3.4 (names, labels, types, roles, core, codelists).
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.standards.ct import CtTerm, load_ct
from ced_cdisc.standards.tables import read_table, table_names, unknown

VariableType = Literal["Char", "Num"]
Core = Literal["Req", "Exp", "Perm", "Cond", ""]


class IgVariable(Struct, frozen=True):
    """A variable as a guide publishes it.

    Attributes:
        core: Req, Exp, Perm (SDTM) or Req, Cond, Perm (ADaM).
        role: the SDTM role; empty for ADaM.
        codelists: NCI codes of the codelists that may apply.
        described: the ISO 8601 kind, such as "ISO 8601 datetime or interval", or empty.
        order: the position in its dataset, from 1.
        values: the values that the guide lists (``("Y", "N")``, the domain code), or none.
    """

    name: str
    label: str
    type: VariableType
    role: str
    core: Core
    codelists: tuple[str, ...]
    described: str
    order: int
    values: tuple[str, ...] = ()


class IgDataset(Struct, frozen=True, dict=True):
    """A dataset of a guide, or one built after its rules. ``class_name`` is spelled as in the guide."""

    name: str
    label: str
    class_name: str
    structure: str
    variables: tuple[IgVariable, ...]

    @cached_property
    def _by_name(self) -> dict[str, IgVariable]:
        return {v.name: v for v in self.variables}

    def variable(self, name: str) -> IgVariable | None:
        """The variable of that name, if the dataset has it."""
        return self._by_name.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the variables, in order."""
        return tuple(self._by_name)


class SdtmIg(Struct, frozen=True, dict=True):
    """All datasets of one version of the SDTMIG, in the guide's order."""

    version: str
    datasets: tuple[IgDataset, ...]

    @cached_property
    def _by_name(self) -> dict[str, IgDataset]:
        return {d.name: d for d in self.datasets}

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def dataset(self, name: str) -> IgDataset:
        """The dataset of that name; ``SUPPAE`` is SUPPQUAL for AE, and so for any domain code.

        Raises:
            UnknownStandard: the guide has no such dataset (a KeyError).
        """
        if name in self._by_name:
            return self._by_name[name]
        if name.startswith("SUPP") and len(name) == 6:
            label = f"Supplemental Qualifiers for {name[4:]}"
            return replace(self._by_name["SUPPQUAL"], name=name, label=label)
        raise unknown("dataset", name, self._by_name)


@lru_cache(maxsize=4)
def load_sdtmig(version: str = "3.4") -> SdtmIg:
    """The shipped SDTMIG of that version.

    Raises:
        UnknownStandard: it is not shipped (a KeyError).
    """
    shipped = table_names("sdtmig-", ".datasets")
    if version not in shipped:
        raise unknown("SDTMIG version", version, shipped)
    variables: dict[str, list[IgVariable]] = {}
    for row in read_table(f"sdtmig-{version}.variables"):
        variables.setdefault(row["dataset"], []).append(variable_of(row))
    return SdtmIg(
        version,
        tuple(
            IgDataset(d["name"], d["label"], d["class"], d["structure"], tuple(variables[d["name"]]))
            for d in read_table(f"sdtmig-{version}.datasets")
        ),
    )


def class_term(class_name: str, version: str = "2024-09-27") -> CtTerm:
    """The define.xml class of a dataset (C103329), from the guide's spelling: Special-Purpose, Events, ...

    Raises:
        UnknownStandard: the General Observation Class codelist has no such class (a KeyError).
    """
    codelist = load_ct("DEFINE-XML", version).codelist("C103329")
    term = codelist.term(class_name) or codelist.term(class_name.upper()) or codelist.by_synonym(class_name)
    if term is None:
        raise unknown("dataset class", class_name, codelist.values)
    return term


def variable_of(row: dict[str, str]) -> IgVariable:
    """A variable from a row of a packaged table."""
    return IgVariable(
        name=row["name"],
        label=row["label"],
        type=cast(VariableType, row["type"]),
        role=row.get("role", ""),
        core=cast(Core, row["core"]),
        codelists=tuple(row["codelists"].split()),
        described=row["described"],
        order=int(row["order"]),
        values=tuple(row["values"].split("; ")) if row["values"] else (),
    )
