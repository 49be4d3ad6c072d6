"""Which raw column a variable of the standard may come from: by its name, and by what the name speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.propose import words
from ced_cdisc.propose.lines import Sure
from ced_cdisc.propose.profile import ColumnProfile
from ced_cdisc.propose.words import folded
from ced_cdisc.standards.ig import IgVariable

_SPEAKS = """
SUBJID: subject
SITEID: site
BRTHDTC: birth
AGE: age
SEX: sex
RACE: race
ETHNIC: ethnic
COUNTRY: country
ARMCD: arm
RFICDTC: consent
DTHDTC: death
TERM: term, disposition
TRT: treatment
DECOD: coded, status
SEV: severity
SER: serious
REL: relation
ACN: action
OUT: outcome
CAT: category
DOSE: dose
DOSU: unit
DOSFRM: form
DOSFRQ: frequency
ROUTE: route
INDC: indication
STDTC: start, date
ENDTC: end
DTC: date
POS: position
LOC: location
LAT: side
METHOD: method
SPEC: specimen
FAST: fasting
SPID: number
REFID: accession
ENRTPT: ongoing
LOINC: loinc
REPNUM: repeat
"""
_CONCEPTS = {
    suffix: tuple(said.split(", "))
    for suffix, _, said in (line.partition(": ") for line in _SPEAKS.strip().splitlines())
}


class Match(Struct, frozen=True):
    """A raw column for a variable, and why."""

    variable: IgVariable
    column: ColumnProfile
    score: float
    sure: Sure
    why: str


def suffix_of(variable: str, domain: str) -> str:
    """A variable's name without the code of its domain."""
    return variable.removeprefix(domain) if variable != domain else variable


def matched(
    variables: Iterable[IgVariable], columns: Sequence[ColumnProfile], domain: str
) -> dict[str, Match]:
    """The best column for each variable; a column is proposed once."""
    found = [
        match
        for variable in variables
        for column in columns
        if column.filled and (match := _match(variable, column, domain)) is not None
    ]
    found.sort(key=lambda m: (-m.score, m.variable.order, columns.index(m.column)))
    made: dict[str, Match] = {}
    taken: set[str] = set()
    for match in found:
        if match.variable.name not in made and match.column.name not in taken:
            made[match.variable.name] = match
            taken.add(match.column.name)
    return {name: _beside(match, found, taken) for name, match in made.items()}


def _beside(match: Match, found: Sequence[Match], taken: Collection[str]) -> Match:
    """The match, a guess where other columns that nothing else takes would do as well."""
    also = [
        other.column.name
        for other in found
        if other.variable.name == match.variable.name
        and other.column.name not in taken
        and other.score > match.score - 0.05
    ]
    if not also or match.sure == "sure":
        return match
    return replace(match, sure="guess", why=f"{match.why}; decide: or {', '.join(also)}")


def _match(variable: IgVariable, column: ColumnProfile, domain: str) -> Match | None:
    if not _fits(variable, column):
        return None
    said_name = column.says
    name, suffix = folded(said_name), suffix_of(variable.name, domain)
    if name == folded(variable.name):
        return Match(variable, column, 1.0, "sure", "the same name")
    if name == folded(f"{domain}SEQ"):  # of data that are SDTM already: the build numbers records itself
        return None
    short = {folded(suffix), folded(variable.name[:-1]), folded(suffix[:-1])}
    if name in short and len(name) > 2 and (name == folded(suffix) or suffix.endswith("DTC")):
        return Match(variable, column, 0.9, "likely", f"the name {column.name}")
    said = words.concepts(said_name)
    if said_name.startswith(domain) and len(said_name) > len(domain):
        said |= words.concepts(said_name.removeprefix(domain).lstrip("_"))
    if suffix == "DTC" and variable.core == "Exp" and said == frozenset({"date"}) and not column.role:
        return Match(variable, column, 0.87, "likely", "the name speaks of the date alone")
    if suffix == "STDTC" and column.role == "visit date" and "visit" in said:
        return None
    wanted = _CONCEPTS.get(suffix, ())
    if suffix == "DTC" and column.role == "visit date":
        own = "visit" not in said  # a date of the visit that is called otherwise is that of the measurement
        return Match(variable, column, 0.88 if own else 0.85, "likely", "the date of the visit")
    for rank, concept in enumerate(wanted):
        if concept in said and not _speaks_of_other(suffix, said):
            score = 0.8 - rank / 5 - 0.02 * len(said)
            if suffix == "DTC" and variable.core != "Exp":
                score -= 0.4  # a record of an event is known by its start
            sure: Sure = "likely" if rank == 0 else "guess"
            return Match(variable, column, score, sure, f"the name speaks of {concept}")
    alike = SequenceMatcher(None, folded(variable.label), name).ratio()
    if alike > 0.8 and len(name) > 4:
        return Match(variable, column, alike / 2, "guess", "the name is like the label")
    return None


def _fits(variable: IgVariable, column: ColumnProfile) -> bool:
    """Whether the cells may be values of the variable."""
    if variable.described.startswith("ISO 8601 date"):
        return column.is_date
    if variable.described:
        return False
    if variable.type == "Num":
        return column.is_number
    return not column.is_date and column.kind != "time" and column.role not in ("visit", "visit date")


def _speaks_of_other(suffix: str, said: frozenset[str]) -> bool:
    """Whether a name that speaks of a date speaks of another date than the variable."""
    if suffix not in ("STDTC", "DTC", "TERM"):
        return False
    other = {"birth", "consent", "death", "random", "technical"}
    return bool(said & other) or (suffix != "TERM" and "end" in said and "start" not in said)
