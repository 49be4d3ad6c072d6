"""The variables that a domain will have, known before any expression is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, misspelt, one_of
from ced_cdisc.plan.model import is_associated, prefix_of
from ced_cdisc.plan.sdtm import standard
from ced_cdisc.plan.sdtm.domain import Domain, full_name, kind_of
from ced_cdisc.plan.sdtm.epochs import check_same_day
from ced_cdisc.plan.sdtm.expand import expand
from ced_cdisc.plan.sdtm.results import range_variables
from ced_cdisc.plan.sdtm.ticks import with_ticks
from ced_cdisc.plan.sdtm.unused import check_unused
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec, DomainSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.ig import IgDataset, load_sdtmig
from ced_cdisc.standards.model import associated, custom_domain, extend, model_dataset
from ced_cdisc.standards.tables import UnknownStandard

_VISIT = ("VISITNUM", "VISIT", "VISITDY")
_CODE = re.compile("[A-Z][A-Z0-9]")
_PART = re.compile("[A-Z0-9]{3,4}")


def declare(spec: DomainSpec, specs: Specs, findings: Findings) -> Domain | None:
    """The variables a domain will have, before any expression is looked at."""
    name, code = str(spec.dataset or spec.domain), str(spec.domain)
    _check_part(spec, specs, findings)
    if spec.relate is not None and spec.rows is None:
        spec = spec.model_copy(update={"rows": []})
    ig = _guide(spec, specs, findings)
    if ig is None:
        return None
    check_same_day(spec, findings)
    blocks = spec.stack if spec.stack is not None else [spec]
    full = partial(full_name, prefix=prefix_of(code))
    rows = [] if spec.rows is not None else expand(spec, blocks, specs.instruments, findings, full)
    rows = [with_ticks(one) for one in rows]
    domain = Domain(spec, rows, ig, custom=code not in load_sdtmig(str(specs.standards_version)))
    meant: dict[str, str] = {}
    for variable, text in domain.written.items():
        if ig.variable(variable) is None:
            try:
                ig = extend(ig, [variable])
            except UnknownStandard:
                near = did_you_mean(variable, ig.names)
                hint = near or "a field with no home goes to supp:"
                findings.add(Finding("CED019", f"{name} has no variable {variable}", text.where, hint=hint))
                meant[variable] = misspelt(variable, near)
    if meant:
        domain = _as_meant(domain, meant)
    if domain.has_subjects and any(r.spec.visit for r in rows):
        ig = extend(ig, [name for name in _VISIT if ig.variable(name) is None])
    ranges = dict.fromkeys(domain.full(v) for r in rows if r.test for v in range_variables(r.test))
    ig = extend(ig, [name for name in ranges if ig.variable(name) is None])
    domain.ig = ig
    domain.names = {v: kind_of(found) for v in domain.written if (found := ig.variable(v)) is not None}
    filled = standard.filled_in(domain, specs, findings)
    ig = domain.ig = extend(
        ig, [day for day in standard.study_days(domain, filled) if ig.variable(day) is None]
    )
    for extra in filled:
        if (found := ig.variable(extra)) is not None:
            domain.names.setdefault(extra, kind_of(found))
    _complete(domain, findings)
    check_unused(domain, specs.sources.without_subjects, findings)
    return domain


def _as_meant(domain: Domain, names: Mapping[str, str]) -> Domain:
    """The domain with lines of misspelt variables under the names that are meant, for all that reads them."""

    def key_of(key: Text, lines: Mapping[Text, object]) -> Text:
        meant = names.get(domain.full(str(key)))
        return Text(meant, key.where) if meant and meant not in map(domain.full, lines) else key

    rows = [
        replace(one, variables={key_of(key, one.variables): line for key, line in one.variables.items()})
        for one in domain.rows
    ]
    return Domain(domain.spec, rows, domain.ig, domain.custom)


def _guide(spec: DomainSpec, specs: Specs, findings: Findings) -> IgDataset | None:
    name = str(spec.domain)
    guide = load_sdtmig(str(specs.standards_version))
    if name in guide:
        return guide.dataset(name)
    if is_associated(name) and (name[2:] in guide or spec.class_ is not None):
        parent = guide.dataset(name[2:]) if name[2:] in guide else _custom(name[2:], spec, findings)
        return None if parent is None else associated(parent, str(spec.label or ""))
    if spec.label is not None and (listed := model_dataset(name, str(spec.label))) is not None:
        return listed
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
    return _custom(name, spec, findings)


def _custom(code: str, spec: DomainSpec, findings: Findings) -> IgDataset | None:
    assert spec.class_ is not None
    if not _CODE.fullmatch(code):
        findings.add(
            Finding(
                "CED026", f"{code} is no domain code", spec.domain.where, hint="it has two capitals or digits"
            )
        )
        return None
    try:
        return custom_domain(
            code, str(spec.label or ""), spec.class_, like=str(spec.like or ""), test=str(spec.noun or "")
        )
    except UnknownStandard:
        assert spec.like is not None
        known = [d.name for d in load_sdtmig().datasets]
        hint = did_you_mean(str(spec.like), known)
        findings.add(Finding("CED026", f"{spec.like} is no domain to be like", spec.like.where, hint=hint))
        return None


def _check_part(spec: DomainSpec, specs: Specs, findings: Findings) -> None:
    """CED050: the parts of a split domain are named by its code and one or two characters more."""
    code = str(spec.domain)
    if spec.dataset is None:
        parts = [other for other in specs.sdtm if other.domain == code and other.dataset is not None]
        if parts:
            message = f"{code} is split, so that this part needs a name of its own"
            hint = f"write dataset: {code}.., as {parts[0].dataset} has"
            findings.add(Finding("CED050", message, spec.domain.where, hint=hint))
        return
    name = str(spec.dataset)
    if not (_PART.fullmatch(name) and name.startswith(code) and len(code) == 2):
        message = f"{name} cannot be the name of a part of {code}"
        hint = f"it is {code} and one or two capitals or digits, so that SUPP can stand before it"
        findings.add(Finding("CED050", message, spec.dataset.where, hint=hint))


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
    _complete_blocks(domain, findings)


def _complete_blocks(domain: Domain, findings: Findings) -> None:
    """CED020: what one block of a stack has a line for, the records of the others must have as well."""
    written: set[str] = set()
    made: dict[str, tuple[BlockSpec, set[str]]] = {}  # a block that `for` repeats counts once
    for rows in domain.rows:
        own = {domain.full(str(key)) for key in rows.variables} | set(_VISIT if rows.spec.visit else ())
        written |= own
        made.setdefault(str(rows.spec.place), (rows.spec, set[str]()))[1].update(
            own, standard.of_test(domain, rows)
        )
    needed = [v for v in domain.ig.variables if v.core in ("Req", "Exp") and v.name in written]
    for block, names in made.values():
        lacking = [v for v in needed if v.name not in names]
        if lacking:
            listed = one_of([f"{v.name} ({v.core})" for v in lacking])
            visit = "'visit: yes', " * (lacking[0].name in _VISIT)
            message = f"{domain.name} has no line for {listed} in this block, as others have"
            hint = f'write {visit}a line, or {{absent: "why"}} for an expected one'
            findings.add(Finding("CED020", message, block.place, hint=hint))
