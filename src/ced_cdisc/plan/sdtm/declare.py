"""The variables that a domain will have, known before any expression is looked at."""

from __future__ import annotations

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, one_of
from ced_cdisc.plan.sdtm import standard
from ced_cdisc.plan.sdtm.domain import Domain, kind_of
from ced_cdisc.plan.sdtm.expand import expand
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.standards.ig import IgDataset, load_sdtmig
from ced_cdisc.standards.model import custom_domain, extend
from ced_cdisc.standards.tables import UnknownStandard


def declare(spec: DomainSpec, specs: Specs, findings: Findings) -> Domain | None:
    """The variables a domain will have, before any expression is looked at."""
    name = str(spec.domain)
    ig = _guide(spec, specs, findings)
    if ig is None:
        return None
    blocks = spec.stack if spec.stack is not None else [spec]
    rows = [] if spec.rows is not None else expand(spec, blocks, specs.instruments, findings)
    domain = Domain(spec, rows, ig, custom=name not in load_sdtmig(str(specs.standards_version)))
    for variable, text in domain.written.items():
        if ig.variable(variable) is None:
            try:
                ig = extend(ig, [variable])
            except UnknownStandard:
                hint = did_you_mean(variable, ig.names) or "a field with no home goes to supp:"
                findings.add(Finding("CED019", f"{name} has no variable {variable}", text.where, hint=hint))
    if any(r.spec.visit for r in rows):
        ig = extend(ig, [name for name in ("VISITNUM", "VISIT", "VISITDY") if ig.variable(name) is None])
    domain.ig = ig
    domain.names = {v: kind_of(found) for v in domain.written if (found := ig.variable(v)) is not None}
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
    if spec.like is not None and str(spec.like) not in guide:
        findings.add(
            Finding(
                "CED026",
                f"{spec.like} is no domain of SDTMIG {specs.standards_version}",
                spec.like.where,
                hint=did_you_mean(str(spec.like), [d.name for d in guide.datasets]),
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
