"""The SDTM model: variables that may be added to a domain, their order, and custom domains.

Source: SDTM 2.0 (the general observation classes, and the datasets that the model itself lists). Labels and
codelists are those that most domains of SDTMIG 3.4 give to a variable, where most agree, else the model's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.standards.ig import Core, IgDataset, IgVariable, VariableType, load_sdtmig
from ced_cdisc.standards.tables import UnknownStandard, read_table, unknown

GENERAL_CLASSES = ("Interventions", "Events", "Findings", "Findings About")

# What SDTMIG 3.4 asks of every domain of a class; the rest of a custom domain is permissible.
_REQUIRED = ("STUDYID", "DOMAIN", "USUBJID", "--SEQ", "--TRT", "--TERM", "--TESTCD", "--TEST", "--OBJ")
_EXPECTED = {
    "Interventions": ("--STDTC",),
    "Events": ("--STDTC",),
    "Findings": ("--ORRES", "--STRESC", "--LOBXFL", "VISITNUM", "--DTC"),
    "Findings About": ("--ORRES", "--STRESC", "--LOBXFL", "VISITNUM", "--DTC"),
}
# Labels that name the kind of test: the sponsor's noun goes in, as in the guide's own domains.
_NOUN_LABELS = {
    "--TESTCD": "Short Name of {}",
    "--TEST": "Name of {}",
    "--CAT": "Category for {}",
    "--SCAT": "Subcategory for {}",
}
_TOPICS = ("--TESTCD", "--TEST", "--TRT", "--TERM", "--DECOD", "--CAT", "--SCAT")


class _ModelVariable(Struct, frozen=True):
    name: str
    label: str
    type: VariableType
    role: str
    codelists: tuple[str, ...]
    described: str
    human: bool
    only: tuple[str, ...]
    never: tuple[str, ...]
    rank: int

    def allowed(self, domain: str, class_name: str) -> bool:
        """Whether the model lets it stand in the domain of a trial in humans."""
        if not self.human or (self.only and domain not in self.only):
            return False
        return domain not in self.never and class_name.removesuffix(" About") not in self.never


def general_variable(class_name: str, name: str, domain: str = "") -> IgVariable | None:
    """The SDTM 2.0 variable that may be added to a domain of a general observation class.

    Args:
        class_name: Interventions, Events, Findings or Findings About.
        name: with the domain code, such as ``ECVAMT`` or ``XCREPNUM``, or without, such as ``VISITNUM``.
        domain: the domain code; by default the first two letters of a prefixed name.

    Returns:
        The variable with label, type and role, core Perm; ``order`` is its rank in the model, counted over
        identifiers, class variables and timing variables. None if the class has no such variable, or the
        model reserves it for other domains or for nonclinical trials.
    """
    if class_name not in GENERAL_CLASSES:
        raise unknown("general observation class", class_name, GENERAL_CLASSES)
    known = _general(class_name)
    code = domain or name[:2]
    found = known.get(name) or (known.get("--" + name[2:]) if name.startswith(code) else None)
    if found is None or name.startswith("--") or not found.allowed(code, class_name):
        return None
    return _variable(found, code, "Perm", found.rank)


def model_rank(class_name: str, name: str, domain: str) -> int | None:
    """The place of a variable in the model's order of a class, or None if the model does not know it."""
    known = _general(class_name) if class_name in GENERAL_CLASSES else _listed(domain)
    found = known.get(name) or (known.get("--" + name[2:]) if name.startswith(domain) else None)
    return found.rank if found else None


def extend(dataset: IgDataset, names: Iterable[str]) -> IgDataset:
    """The dataset with additional model variables, each in the place that the model's order gives it.

    A variable goes directly after the one that precedes it most closely in the model. Names that the
    dataset already has are left alone.

    Raises:
        UnknownStandard: the model does not let the variable stand in this dataset (a KeyError).
    """
    added = [_addition(dataset, name) for name in dict.fromkeys(names) if dataset.variable(name) is None]
    if not added:
        return dataset
    variables = list(dataset.variables)
    code = _prefix(dataset.name)
    for extra in sorted(added, key=lambda v: v.order):
        ranks = [model_rank(dataset.class_name, v.name, code) or 0 for v in variables]
        before = max((r for r in ranks if r < extra.order), default=0)
        position = ranks.index(before) + 1 if before else 0
        variables.insert(position, extra)
    return replace(dataset, variables=_numbered(variables))


def custom_domain(code: str, label: str, class_name: str, *, like: str = "", test: str = "") -> IgDataset:
    """A sponsor's custom domain: every variable SDTM 2.0 allows in its class, in the model's order.

    Identifiers come first, timing last. Req and Exp are those that SDTMIG 3.4 asks of every domain of the
    class; all other variables are Perm, so a build drops them where they hold nothing.

    Args:
        code: the two-letter domain code, such as ``XC``.
        label: the dataset label.
        class_name: Interventions, Events, Findings or Findings About.
        like: a domain of SDTMIG 3.4 whose labels and codelists the custom one takes over, such as ``CV``.
        test: the noun for the labels of --TESTCD, --TEST, --CAT and --SCAT, such as "Vision Test".
    """
    if class_name not in GENERAL_CLASSES:
        raise unknown("general observation class", class_name, GENERAL_CLASSES)
    pattern = load_sdtmig("3.4").dataset(like) if like else None
    variables: list[IgVariable] = []
    for known in _general(class_name).values():
        if not known.allowed(code, class_name):
            continue
        core: Core = "Perm"
        if known.name in _REQUIRED:
            core = "Req"
        elif known.name in _EXPECTED[class_name]:
            core = "Exp"
        variable = _variable(known, code, core, 0)
        twin = pattern.variable(known.name.replace("--", like, 1)) if pattern else None
        if twin and known.name not in _TOPICS:
            variable = replace(variable, label=twin.label, codelists=twin.codelists, described=twin.described)
        noun_label = _NOUN_LABELS.get(known.name, "").format(test)
        if test and noun_label and len(noun_label) <= 40:
            variable = replace(variable, label=noun_label)
        if known.name in ("--TESTCD", "--TEST"):
            variable = replace(variable, codelists=())
        if known.name == "DOMAIN":
            variable = replace(variable, values=(code,))
        variables.append(variable)
    structure = {
        "Interventions": "One record per recorded intervention occurrence per subject",
        "Events": "One record per event per subject",
        "Findings": "One record per finding or result per time point per visit per subject",
        "Findings About": "One record per finding, per object, per time point, per visit per subject",
    }[class_name]
    return IgDataset(code, label, class_name, structure, _numbered(variables))


def associated(parent: IgDataset, label: str = "") -> IgDataset:
    """The dataset of a domain for associated persons (SDTM 2.0): APMH of MH.

    APID takes the place of USUBJID, and RSUBJID, RDEVID and SREL say whose person it is. The model says of
    them that they are identifiers; that the relationship is expected follows from what the dataset is for.
    """
    code = f"AP{parent.name}"
    rows = [r for r in _rows() if r["class"] == "Associated Persons"]
    cores: dict[str, Core] = {"APID": "Req", "RSUBJID": "Exp", "SREL": "Exp"}
    persons = [_variable(v, parent.name, cores.get(v.name, "Perm"), 0) for v in _model_variables(rows)]
    variables: list[IgVariable] = []
    for variable in parent.variables:
        if variable.name == "USUBJID":
            variables += persons
        elif variable.name == "DOMAIN":
            variables.append(replace(variable, values=(code,)))
        else:
            variables.append(variable)
    structure = parent.structure.replace("subject", "associated person")
    made = label or f"Associated Persons {parent.label}"
    return IgDataset(code, made, parent.class_name, structure, _numbered(variables))


def person_id() -> IgVariable:
    """APID, which stands in place of USUBJID where records are of associated persons."""
    found = next(v for v in _model_variables(r for r in _rows() if r["name"] == "APID"))
    return _variable(found, "", "Req", 0)


def model_dataset(name: str, label: str) -> IgDataset | None:
    """A dataset that the model lists and the guide does not, such as POOLDEF; all its variables are Perm."""
    rows = [r for r in _rows() if r["dataset"] == name]
    if not rows:
        return None
    variables = [_variable(v, name, "Perm", 0) for v in _model_variables(rows) if v.human]
    return IgDataset(name, label, rows[0]["class"], "One record per relationship", _numbered(variables))


def addition(dataset: IgDataset, name: str) -> IgVariable | None:
    """The variable of the model that may be added to a dataset of the guide; None if there is none."""
    try:
        return _addition(dataset, name)
    except UnknownStandard:
        return None


def additions(dataset: IgDataset) -> tuple[IgVariable, ...]:
    """All variables of the model that may be added to a dataset, in the model's order."""
    code = _prefix(dataset.name)
    known = (
        [name.replace("--", code, 1) for name in _general(dataset.class_name)]
        if dataset.class_name in GENERAL_CLASSES
        else list(_listed(dataset.name))
    )
    found = (addition(dataset, name) for name in known if dataset.variable(name) is None)
    return tuple(one for one in found if one is not None)


def _prefix(name: str) -> str:
    """The prefix of the variables of a domain: MH of APMH."""
    return name[2:] if len(name) == 4 and name.startswith("AP") else name


def _addition(dataset: IgDataset, name: str) -> IgVariable:
    found = None
    if dataset.class_name in GENERAL_CLASSES:
        found = general_variable(dataset.class_name, name, _prefix(dataset.name))
    elif (known := _listed(dataset.name).get(name)) and known.allowed(dataset.name, dataset.class_name):
        found = _variable(known, dataset.name, "Perm", known.rank)
    if found is None:
        allowed = f"variables of SDTM 2.0 for {dataset.class_name} in {dataset.name}"
        raise unknown("variable", name, (allowed,))
    return found


@lru_cache(maxsize=8)
def _general(class_name: str) -> dict[str, _ModelVariable]:
    """Variables of a general class by model name: identifiers, then the class's own, then timing."""
    rows = _rows()
    general = [r for r in rows if r["class"] == "General Observations"]
    own = [r for r in rows if r["class"] == class_name.removesuffix(" About")]
    if class_name == "Findings About":
        own += [r for r in rows if r["class"] == "Findings About"]
        names = [r["name"] for r in own]
        own.insert(names.index("--TEST") + 1, own.pop())  # --OBJ follows --TEST, as in SDTMIG FA and SR
    identifiers = [r for r in general if r["role"] == "Identifier"]
    timing = [r for r in general if r["role"] == "Timing"]
    return {v.name: v for v in _model_variables([*identifiers, *own, *timing])}


@lru_cache(maxsize=64)
def _listed(dataset: str) -> dict[str, _ModelVariable]:
    """Variables of a dataset that the model lists itself, such as DM or TS, in the model's order."""
    name = "SUPPQUAL" if dataset.startswith("SUPP") else dataset
    return {v.name: v for v in _model_variables(r for r in _rows() if r["dataset"] == name)}


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    return read_table("sdtm-2.0.variables")


def _model_variables(rows: Iterable[dict[str, str]]) -> Iterator[_ModelVariable]:
    for rank, row in enumerate(rows, start=1):
        yield _ModelVariable(
            name=row["name"],
            label=row["usual_label"],
            type=cast(VariableType, row["type"]),
            role=row["role"],
            codelists=tuple(row["codelists"].split()),
            described=row["described"],
            human=row["human"] == "Y",
            only=tuple(row["only"].split()),
            never=tuple(row["never"].split()),
            rank=rank,
        )


def _variable(known: _ModelVariable, domain: str, core: Core, order: int) -> IgVariable:
    name = known.name.replace("--", domain, 1)
    return IgVariable(
        name=name,
        label=known.label,
        type=known.type,
        role=known.role,
        core=core,
        codelists=known.codelists,
        described=known.described,
        order=order,
    )


def _numbered(variables: Iterable[IgVariable]) -> tuple[IgVariable, ...]:
    return tuple(v if v.order == i else replace(v, order=i) for i, v in enumerate(variables, start=1))
