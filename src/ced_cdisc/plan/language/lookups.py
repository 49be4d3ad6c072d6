"""``with:``: records of other tables and datasets that a row may look at, one at most unless told."""

from __future__ import annotations

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import Lookup
from ced_cdisc.spec.models import MatchSpec
from ced_cdisc.spec.source import Text


def plan_lookups(
    specs: dict[Text, MatchSpec], source: str, catalogue: Catalogue, findings: Findings
) -> tuple[Lookup, ...]:
    """The look-ups of a block: ``{demog: subject}``, ``{infusion: [subject, VISITNM]}``, ``{ADSL: USUBJID}``.

    The word ``subject`` (for datasets also USUBJID) matches the subject; any other word is a column that
    both the source and the other table have. Faults: CED016 unknown table, CED012 unknown column.
    """
    made: list[Lookup] = []
    own = _columns(source, catalogue)
    for name, match in specs.items():
        other = _columns(str(name), catalogue)
        if other is None:
            known = [*catalogue.tables, *catalogue.datasets]
            findings.add(
                Finding(
                    "CED016",
                    f"unknown table or dataset {name}",
                    name.where,
                    hint=did_you_mean(str(name), known),
                )
            )
            continue
        pairs: list[tuple[str, str]] = []
        for word in match.on:
            if word in ("subject", "USUBJID"):
                pairs.append(("USUBJID", "USUBJID"))
                continue
            for columns, where in ((own or (), source), (other, str(name))):
                if str(word) not in columns:
                    hint = did_you_mean(str(word), [*columns, "subject"])
                    findings.add(Finding("CED012", f"{where} has no column {word}", word.where, hint=hint))
                    break
            else:
                pairs.append((f"{source}.{word}", str(word)))
        if pairs:
            alone, accepted = str(name) in catalogue.looked_up_once, match.unmatched == "accept"
            made.append(Lookup(str(name), tuple(pairs), name.where, match.many, alone, accepted))
    return tuple(made)


def _columns(name: str, catalogue: Catalogue) -> tuple[str, ...] | None:
    if name in catalogue.tables:
        return catalogue.tables[name]
    if name in catalogue.datasets:
        return tuple(catalogue.datasets[name])
    return None
