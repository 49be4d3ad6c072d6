"""The ADaM structures and their variables, with the patterned names resolved.

Source: ADaMIG 1.3 (ADSL, BDS and the conventions for variable names), BDS for Time-to-Event 1.0,
OCCDS 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.standards.ig import IgVariable, load_sdtmig, variable_of
from ced_cdisc.standards.tables import read_table, unknown

Structure = Literal["ADSL", "BDS", "TTE", "OCCDS", "AE"]

# The placeholders of the guides: xx and zz are 01-99, y is 1-99 without a leading zero, w is 1-9.
_INDEX = {"xx": r"0[1-9]|[1-9]\d", "zz": r"0[1-9]|[1-9]\d", "y": r"[1-9]\d?", "w": r"[1-9]"}
_WIDER: dict[Structure, tuple[Structure, ...]] = {
    "ADSL": (),
    "BDS": ("ADSL",),
    "TTE": ("BDS", "ADSL"),
    "OCCDS": ("BDS", "ADSL"),
    "AE": ("OCCDS", "BDS", "ADSL"),
}
_OCCURRENCES = ("OCCDS", "AE")
# Of the BDS a record of an occurrence may have the treatment, the dose and the timing, which the guide lists
# before the parameter, and these; a parameter and its values it has not.
_OF_ANY_RECORD = frozenset(
    ("ANLzzFN", "ONTRTFN", "ITTRFL", "SAFRFL", "FASRFL", "PPROTRFL", "COMPLRFL", "SRCVAR")
)
_PLACEHOLDER = re.compile(r"xx|zz|y|w")
_PREFIX = "[A-Z][A-Z0-9]"
# Naming conventions that the guide states for variables of the sponsor's own.
_CONVENTIONS = (
    IgVariable("*FL", "", "Char", "", "Perm", (), "", 9001, ("Y", "N")),
    IgVariable("*FN", "", "Num", "", "Perm", (), "", 9002, ("1", "0")),
    IgVariable("*GRy", "", "Char", "", "Perm", (), "", 9003),
    IgVariable("*GRyN", "", "Num", "", "Perm", (), "", 9004),
)


class AdamStructure(Struct, frozen=True):
    """One structure: its define.xml class and subclass, and its variables as published (with patterns)."""

    name: Structure
    class_name: str
    subclass: str
    variables: tuple[IgVariable, ...]


class AdamIg(Struct, frozen=True):
    """The structures of one version of the ADaMIG, with the OCCDS and TTE documents that go with it."""

    version: str
    structures: tuple[AdamStructure, ...]

    def structure(self, name: str) -> AdamStructure:
        """The structure ADSL, BDS, TTE, OCCDS or AE.

        Raises:
            UnknownStandard: there is no such structure (a KeyError).
        """
        for structure in self.structures:
            if structure.name == name:
                return structure
        raise unknown("ADaM structure", name, (s.name for s in self.structures))


@lru_cache(maxsize=4)
def load_adamig(version: str = "1.3") -> AdamIg:
    """The shipped ADaMIG of that version.

    Raises:
        UnknownStandard: it is not shipped (a KeyError).
    """
    if version != "1.3":
        raise unknown("ADaMIG version", version, ("1.3",))
    variables: dict[str, list[IgVariable]] = {}
    for row in read_table("adamig-1.3.variables"):
        variables.setdefault(row["structure"], []).append(variable_of(row))
    names: tuple[Structure, ...] = ("ADSL", "BDS", "TTE", "OCCDS", "AE")
    rows = {row["name"]: row for row in read_table("adamig-1.3.structures")}
    return AdamIg(
        version,
        tuple(AdamStructure(n, rows[n]["class"], rows[n]["subclass"], tuple(variables[n])) for n in names),
    )


@lru_cache(maxsize=4096)
def adam_variable(structure: Structure, name: str, version: str = "1.3") -> IgVariable | None:
    """The guide's variable of that name in a structure, with its indices resolved; None if it has none.

    Looked for, in this order: the structure's own names and patterns (TRTxxP, CRITyFL, ANLzzFL, --DECOD);
    for TTE then the BDS; for AE then SRCDOM and SRCSEQ of OCCDS; for OCCDS and AE then what the BDS has for
    any record, as TRTA and APHASEN (as Perm); for all but ADSL then ADSL, whose variables any dataset may
    carry (as Perm); last the naming conventions for the sponsor's own variables (*DT, *DTM, *TMF, *FL, *GRy).
    An empty label means that the sponsor gives it.
    """
    if len(name) > 8 or not name.isupper():
        return None
    guide = load_adamig(version)
    guide.structure(structure)
    for step in (structure, *_WIDER[structure]):
        found = _plain(version, step, structure).get(name)
        found = found or _first(_patterns(version, step, structure), name)
        if found:
            foreign = step == "ADSL" != structure or (step == "BDS" and structure in _OCCURRENCES)
            return replace(found, core="Perm") if foreign else found
    return _first(_conventions(version), name)


def _first(patterned: Iterable[tuple[str, IgVariable]], name: str) -> IgVariable | None:
    """The first variable whose pattern a name follows, of those that begin as it does."""
    for start, variable in patterned:
        match = _pattern(variable.name).fullmatch(name) if name.startswith(start) else None
        if match:
            return replace(variable, name=name, label=_label(variable, name, match.groupdict()))
    return None


def _label(variable: IgVariable, name: str, index: dict[str, str]) -> str:
    """The label with the indices of the name; empty where the guide leaves it to the sponsor."""
    if variable.name.startswith("--"):
        # A variable copied from SDTM keeps its label.
        guide = load_sdtmig()
        source = guide.dataset(name[:2]).variable(name) if name[:2] in guide else None
        return source.label if source else re.sub(r"\bXX\b", name[:2], variable.label)
    if variable.label.startswith("{") or "..." in variable.label:
        return ""
    return re.sub(r"\b(xx|zz|y|w)\b", lambda m: index.get(m[1], m[1]), variable.label)


def _taken(version: str, of: Structure, structure: Structure) -> list[IgVariable]:
    """The variables of one structure that another one may have."""
    variables = load_adamig(version).structure(of).variables
    if structure == "AE" and of == "OCCDS":  # of other domains are all but the trace
        return [v for v in variables if v.name.startswith("SRC")]
    if structure in _OCCURRENCES and of == "BDS":
        parameter = next(v.order for v in variables if v.name == "PARAM")
        return [v for v in variables if v.order < parameter or v.name in _OF_ANY_RECORD]
    return list(variables)


@lru_cache(maxsize=32)
def _plain(version: str, of: Structure, structure: Structure) -> dict[str, IgVariable]:
    """The variables of one structure that another one may have whose names leave nothing open."""
    return {
        v.name: replace(v, label=_label(v, v.name, {}))
        for v in reversed(_taken(version, of, structure))
        if v.name[0] != "*" and not _freedom(v.name)
    }


@lru_cache(maxsize=32)
def _patterns(version: str, of: Structure, structure: Structure) -> tuple[tuple[str, IgVariable], ...]:
    """The other variables with how they begin, the most literal first; suffixes (*DT) stand apart."""
    variables = [v for v in _taken(version, of, structure) if v.name[0] != "*" and _freedom(v.name)]
    variables.sort(key=lambda v: (_freedom(v.name), v.order))
    return tuple((_start(v.name), v) for v in variables)


@lru_cache(maxsize=4)
def _conventions(version: str) -> tuple[tuple[str, IgVariable], ...]:
    variables = [v for v in load_adamig(version).structure("BDS").variables if v.name[0] == "*"]
    variables += _CONVENTIONS
    variables.sort(key=lambda v: (-len(v.name), v.order))
    return tuple((_start(v.name), v) for v in variables)


def _freedom(name: str) -> int:
    """How much of a name is left open: 0 for a plain name."""
    return 4 * name.startswith("--") + len(_PLACEHOLDER.findall(name))


def _start(name: str) -> str:
    """What stands before all that a name leaves open."""
    return "" if name[0] in "-*" else _PLACEHOLDER.split(name, maxsplit=1)[0]


@lru_cache(maxsize=512)
def _pattern(name: str) -> re.Pattern[str]:
    """Of a name; made only for those that a study's names begin like: the guide has two hundred."""
    start, rest = "", name
    if name.startswith("--"):
        start, rest = _PREFIX, name[2:]
    elif name.startswith("*"):
        start, rest = "[A-Z][A-Z0-9]*", name[1:]
    return re.compile(start + _PLACEHOLDER.sub(lambda m: f"(?P<{m[0]}>{_INDEX[m[0]]})", rest))
