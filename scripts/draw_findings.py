"""Draw single findings of ``ced-cdisc check`` by a fixed seed, for a person to look up in the data.

    python scripts/draw_findings.py FOLDER VERDICTS.yaml                    # list those without a verdict
    python scripts/draw_findings.py FOLDER VERDICTS.yaml --write PAGE.md    # all with their verdicts

One is drawn of each rule in turn, until there are enough, so that a rule with hundreds of records does not
crowd out one with a single record. Within a rule the order is that of hashes of the seed and the finding.
VERDICTS.yaml is written by hand: a key of each finding, and why it is true.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from ced_cdisc.conformance.check import check_folder
from ced_cdisc.core.conformance import CheckResult, RuleText

SEED = "pilot 1"


@dataclass(frozen=True)
class Drawn:
    """One finding: of a record, or of a dataset where there is no row."""

    rule: RuleText
    dataset: str
    variable: str
    row: int
    subject: str
    sequence: str
    said: str

    @property
    def key(self) -> str:
        """What the file of verdicts knows it by."""
        place = f"{self.dataset}.{self.variable}" if self.variable else self.dataset
        return f"{self.rule.id} {place} {f'row {self.row}' if self.row else self.said}"


def findings(result: CheckResult) -> dict[str, list[Drawn]]:
    """Every single finding, by rule."""
    found: dict[str, list[Drawn]] = {}
    for outcome in result.failed:
        listed = found.setdefault(outcome.rule.id, [])
        for failure in outcome.failures:
            where = (outcome.rule, failure.dataset, failure.variable)
            if not failure.count:
                listed.append(Drawn(*where, 0, "", "", failure.text))
            for record in failure.records:
                values = ", ".join(f"{n} {'(missing)' if v is None else v}" for n, v in record.values)
                listed.append(Drawn(*where, record.row, record.subject, record.sequence, values))
    return found


def draw(result: CheckResult, size: int, seed: str = SEED) -> list[Drawn]:
    """So many findings, one of each rule in turn."""

    def place(one: Drawn) -> str:
        return hashlib.sha256(f"{seed} {one.key}".encode()).hexdigest()

    piles = [sorted(listed, key=place) for listed in findings(result).values()]
    drawn: list[Drawn] = []
    while len(drawn) < size and any(piles):
        drawn += [pile.pop(0) for pile in piles if pile][: size - len(drawn)]
    return sorted(drawn, key=lambda one: (one.rule.id, one.dataset, one.variable, one.row))


def page(drawn: list[Drawn], verdicts: dict[str, str]) -> str:
    """The findings with what was seen in the data."""
    lines = [
        "# Findings in the CDISC pilot, looked up one by one",
        "",
        f"{len(drawn)} single findings of `ced-cdisc check` in fifteen transport files of the CDISC pilot",
        "study, drawn by `scripts/draw_findings.py` with a fixed seed, one of each rule in turn. Each was",
        "looked up in the file with another reader of transport files (pyreadstat); the last line of each",
        "says what stands there, and why the finding is true.",
        "",
        "Looking up found three rules that said more than they knew, which were mended before this draw:",
        "the last exposure of a subject with a record without an end is not known (CED-L012), and a study",
        "that does not tell its version may be older than the list of parameters (CED-T018) and the",
        "durations (CED-T021).",
        "",
    ]
    rule = ""
    for number, one in enumerate(drawn, start=1):
        if one.rule.id != rule:
            rule = one.rule.id
            source = f"{one.rule.standard} {one.rule.section}".strip()
            public = ", ".join(one.rule.public) or "no public id"
            lines += [f"## {rule}: {one.rule.title}", "", f"Source: {source}; {public}.", ""]
        place = f"{one.dataset}.{one.variable}" if one.variable else one.dataset
        row = f" row {one.row}" if one.row else ""
        who = " ".join(filter(None, (one.subject, f"seq {one.sequence}" if one.sequence else "")))
        lines += [
            f"{number}. **{place}{row}**{f' {who}' if who else ''}: {one.said}  ",
            f"   {verdicts[one.key]}",
        ]
        if number == len(drawn) or drawn[number].rule.id != rule:
            lines.append("")
    return "\n".join(lines)


def main() -> int:
    """List what has no verdict, or write the page."""
    given = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    given.add_argument("folder", type=Path)
    given.add_argument("verdicts", type=Path)
    given.add_argument("--size", type=int, default=50)
    given.add_argument("--write", type=Path)
    options = given.parse_args()
    drawn = draw(check_folder(options.folder, records=1_000_000), options.size)
    known = yaml.safe_load(options.verdicts.read_text("utf-8")) if options.verdicts.exists() else {}
    unknown = [one for one in drawn if one.key not in known]
    for one in unknown:
        print(f"{one.key}\n    {one.subject} {one.sequence} {one.said}")
    if options.write and not unknown:
        options.write.write_text(page(drawn, known), "utf-8")
    return bool(unknown)


if __name__ == "__main__":
    sys.exit(main())
