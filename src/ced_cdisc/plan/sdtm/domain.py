"""A domain on its way: the guide's dataset, what the sponsor adds, and the variables it will have."""

from __future__ import annotations

from dataclasses import dataclass, field

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, one_of
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.sdtm import standard
from ced_cdisc.plan.sdtm.expand import Rows, expand
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.ig import IgDataset, IgVariable, load_sdtmig
from ced_cdisc.standards.model import custom_domain, extend
from ced_cdisc.standards.tables import UnknownStandard

SINGLE = ("DM",)


def kind_of(variable: IgVariable) -> Type:
    """The type of an SDTM variable in expressions."""
    if variable.type == "Num":
        return Type.NUMBER
    if "datetime" in variable.described.lower() or variable.name.endswith("DTC"):
        return Type.DTC
    return Type.TEXT


@dataclass
class Domain:
    """A domain on its way: the guide's dataset with what the sponsor adds, and the variables it will have."""

    spec: DomainSpec
    rows: list[Rows]
    ig: IgDataset
    custom: bool
    names: dict[str, Type] = field(default_factory=dict[str, Type])
    tests: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        """The domain code."""
        return str(self.spec.domain)

    @property
    def prefix(self) -> str:
        """The prefix of its variables."""
        return self.name[:2]

    def full(self, name: str) -> str:
        """--SCAT as QSSCAT."""
        return self.prefix + name[2:] if name.startswith("--") else name

    def has(self, *names: str) -> bool:
        """Whether the domain will have all of these variables (-- stands for the prefix)."""
        return all(self.full(name) in self.names for name in names)


def declare(spec: DomainSpec, specs: Specs, findings: Findings) -> Domain | None:
    """The variables a domain will have, before any expression is looked at."""
    name = str(spec.domain)
    ig = _guide(spec, specs, findings)
    if ig is None:
        return None
    blocks = spec.stack if spec.stack is not None else [spec]
    rows = [] if spec.rows is not None else expand(spec, blocks, specs.instruments, findings)
    domain = Domain(spec, rows, ig, custom=name not in load_sdtmig(str(specs.standards_version)))
    written: dict[str, Text] = {}
    for row in rows:
        for variable in row.variables:
            written.setdefault(domain.full(str(variable)), variable)
    for record in spec.rows or []:
        for variable in record:
            written.setdefault(domain.full(str(variable)), variable)
    for variable, text in written.items():
        if ig.variable(variable) is None:
            try:
                ig = extend(ig, [variable])
            except UnknownStandard:
                hint = did_you_mean(variable, ig.names) or "a field with no home goes to supp:"
                findings.add(Finding("CED019", f"{name} has no variable {variable}", text.where, hint=hint))
    if any(r.spec.visit for r in rows):
        ig = extend(ig, [name for name in ("VISITNUM", "VISIT", "VISITDY") if ig.variable(name) is None])
    domain.ig = ig
    domain.names = {v: kind_of(found) for v in written if (found := ig.variable(v)) is not None}
    for extra in standard.filled_in(domain, specs):
        if (found := ig.variable(extra)) is not None:
            domain.names.setdefault(extra, kind_of(found))
    _complete(domain, findings)
    return domain


def _guide(spec: DomainSpec, specs: Specs, findings: Findings) -> IgDataset | None:
    name = str(spec.domain)
    guide = load_sdtmig(str(specs.standards_version))
    if name in guide:
        return guide.dataset(name)
    if spec.class_ is None or spec.label is None:
        findings.add(
            Finding(
                "CED026",
                f"{name} is no domain of SDTMIG {specs.standards_version}",
                spec.domain.where,
                hint=did_you_mean(name, [d.name for d in guide.datasets])
                or "a custom domain needs 'class' and 'label'",
            )
        )
        return None
    return custom_domain(
        name, str(spec.label), spec.class_, like=str(spec.like or ""), test=str(spec.noun or "")
    )


def _complete(domain: Domain, findings: Findings) -> None:
    """Required and expected variables need a line, at least one that says why there are no data (CED020)."""
    lacking = [v for v in domain.ig.variables if v.core in ("Req", "Exp") and v.name not in domain.names]
    if lacking:
        names = one_of([f"{v.name} ({v.core})" for v in lacking])
        findings.add(
            Finding(
                "CED020",
                f"{domain.name} has no line for {names}",
                domain.spec.domain.where,
                hint='write a line, or {absent: "why"} for an expected one',
            )
        )
