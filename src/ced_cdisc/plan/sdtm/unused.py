"""Words of a domain that say nothing where they stand: beside written rows, and in the lines of tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.plan.language.variable_words import once
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.models import BlockSpec, DomainSpec, LineSpec
from ced_cdisc.spec.source import Text

_MAKE_RECORDS = (
    *(name for name in BlockSpec.model_fields if name != "variables"),
    "stack",
    "omit",
    "baseline",
)
"""What says how records are made, of which written ones need nothing."""
_OF_WRITTEN = ("absent", "text")
"""Words of a line that say something of a variable of written records."""
_OF_VARIABLE = ("label", "length", "decimals")
"""Words that a variable has once, from its line under ``variables``."""


def check_unused(domain: Domain, without_subjects: Collection[str], findings: Findings) -> None:
    """CED128: words that have no effect, each by itself."""
    spec = domain.spec
    if spec.rows is not None:
        _beside_rows(domain, findings)
    elif spec.origin is not None and not any(one.spec.from_ in without_subjects for one in domain.rows):
        problem = "'origin' of a domain is for written 'rows', and there are none"
        findings.add(Finding("CED128", problem, spec.domain.where, hint="each line has an origin: its verb"))
    if not domain.has_subjects:
        findings.extend(_visits_of_nobody(domain))
    told: set[tuple[str, Location]] = set()
    labels: dict[str, Text | None] = {}
    for rows in domain.rows:
        for key, line in rows.variables.items():
            name = domain.full(str(key))
            labels[name] = once("label", labels.get(name), line.label, f"{domain.name}.{name}", findings)
        for name, line in _lines_of_test(rows):
            for word in _OF_VARIABLE:
                if getattr(line, word) is not None and (word, line.place) not in told:
                    told.add((word, line.place))  # a block that is repeated has its lines once
                    problem = f"'{word}' has no effect in the line of '{name}'"
                    hint = f"'{word}' stands in the line of a variable; take it out here"
                    where = _place(getattr(line, word), line.place)
                    findings.add(Finding("CED128", problem, where, hint=hint))


def _visits_of_nobody(domain: Domain) -> Iterator[Finding]:
    for rows in domain.rows:
        if rows.spec.visit:
            problem = f"'visit' has no effect in {domain.name}, whose records have no subjects"
            yield Finding("CED128", problem, rows.spec.place, hint="take it out")


def _beside_rows(domain: Domain, findings: Findings) -> None:
    spec = domain.spec
    records = "relate" if spec.relate and not spec.rows else "rows"
    for name in _MAKE_RECORDS:
        value = getattr(spec, name)
        if name in spec.model_fields_set and value is not None and value is not False:
            word = DomainSpec.model_fields[name].alias or name
            problem = f"'{word}' has no effect beside '{records}', which holds the records as they are"
            hint = f"take it out, or write a 'stack' in place of '{records}'"
            findings.add(Finding("CED128", problem, _place(value, spec.domain.where), hint=hint))
    filled = {domain.full(str(key)) for row in spec.rows or () for key, value in row.items() if value}
    for key, line in spec.variables.items():
        written = [name for name in line.model_fields_set if getattr(line, name) is not None]
        strange = [LineSpec.model_fields[name].alias or name for name in written if name not in _OF_WRITTEN]
        variable = f"{domain.name}.{domain.full(str(key))}"
        for word in sorted(strange):
            problem = f"'{word}' of {variable} has no effect beside '{records}'"
            hint = (
                f"values stand in each of the '{records}'; here say 'absent', why there are none, or 'text'"
            )
            findings.add(Finding("CED128", problem, key.where, hint=hint))
        if line.absent is not None and domain.full(str(key)) in filled:
            problem = f"{variable} is 'absent', and '{records}' has values of it"
            findings.add(Finding("CED128", problem, key.where, hint="take one of them out"))


def _lines_of_test(rows: Rows) -> Iterator[tuple[str, LineSpec]]:
    """The lines of a test that make variables, each by the word that it stands under."""
    test, reason = rows.test, rows.spec.not_done.reason if rows.spec.not_done is not None else None
    if test is None:
        return
    limits = (test.range.low, test.range.high) if test.range is not None else (None, None)
    named = zip(
        ("result", "unit", "low", "high", "reason"), (test.result, test.unit, *limits, reason), strict=True
    )
    yield from ((name, line) for name, line in named if line is not None)


def _place(value: Any, otherwise: Location) -> Location:
    """Where a value stands: its own place, or that of the first below it."""
    if isinstance(value, Text):
        return value.where
    if isinstance(value, Model):
        return value.place
    if isinstance(value, dict | list) and value:
        return _place(next(iter(cast("dict[Any, Any] | list[Any]", value))), otherwise)
    return otherwise
