"""Plant faults in a package, one at a time, and count those that ``ced-cdisc check`` finds.

    python scripts/mutate_package.py OUT                      # the whole run, some eight minutes
    python scripts/mutate_package.py OUT --sample 300         # a part of it that is always the same
    python scripts/mutate_package.py OUT --show "wrong sign"  # list the uncaught of one kind, or of all
    python scripts/mutate_package.py OUT --write docs/check-mutations.md

OUT is what ``ced-cdisc build examples/improve_ced/raw OUT`` wrote. Its folders sdtm and adam are one package,
and controls/sdtm another. A fault is caught where an error or a warning is new, or is of more records than
before; a note does not count, and neither does a finding that only reads otherwise.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from package_faults import Fault, faults
from package_page import page

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.folder import read_folder
from ced_cdisc.conformance.rule import Rule, all_rules
from ced_cdisc.conformance.run import run_rule
from ced_cdisc.conformance.submission import Submission
from ced_cdisc.core.findings import Severity

Counts = Counter[tuple[str, str]]

CENTRAL = ("DM", "SV", "SE", "TA", "TE", "TV", "TI", "EX", "ADSL")
"""Datasets that rules about others look into: a fault in one of them is looked for everywhere."""
BESIDE = (*CENTRAL, "TS", "DS", "RELREC", "RELSPEC", "CO")
"""Datasets that are looked at together with any other one."""

_QUICK = 12
"""How many rules are tried on the dataset alone."""


@dataclass
class Package:
    """A package, its rules, and what they find in it as it is."""

    study: Submission
    rules: list[Rule] = field(default_factory=list)
    _before: dict[tuple[frozenset[str], str], Counts] = field(default_factory=dict)
    _orders: dict[str, list[Rule]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = [rule for rule in all_rules() if rule.text.severity is not Severity.NOTE]

    def caught(self, fault: Fault) -> str:
        """The id of a rule that finds a fault, or an empty text.

        Rules are tried in the order in which they were last of use for the kind, the first of them on the
        dataset alone before all that the fault can be found in or by, which makes thousands of faults quick.
        """
        changed = fault.changed()
        order = self._orders.setdefault(fault.kind, list(self.rules))
        seen, alone = self._seen_with(fault.dataset), frozenset([fault.dataset])
        wide = self._spoilt(fault, seen, changed)
        if changed is not None:
            narrow = self._spoilt(fault, alone, changed)
            for place, rule in enumerate(order[:_QUICK]):
                if self._is_new(narrow, alone, rule) and self._is_new(wide, seen, rule):
                    order.insert(0, order.pop(place))
                    return rule.text.id
        for place, rule in enumerate(order):
            if self._is_new(wide, seen, rule):
                order.insert(0, order.pop(place))
                return rule.text.id
        return ""

    def _spoilt(self, fault: Fault, seen: frozenset[str], changed: Dataset | None) -> Submission:
        """These datasets of the package, the one at fault as it is now."""
        datasets = {n: d for n, d in self.study.datasets.items() if n in seen and n != fault.dataset}
        if changed is not None:
            datasets[changed.name] = changed
        return Submission(dict(sorted(datasets.items())), self.study.governing, self.study.defines)

    def _is_new(self, spoilt: Submission, seen: frozenset[str], rule: Rule) -> bool:
        """Whether a rule finds more than in the package as it is."""
        found = _counts(spoilt, rule)
        return any(n > self._as_it_is(seen, rule)[key] for key, n in found.items())

    def _seen_with(self, name: str) -> frozenset[str]:
        """The datasets that a fault in one of them can be found in or by."""
        data = self.study.datasets[name]
        if name in CENTRAL:
            every = self.study.datasets.items()
            return frozenset(n for n, d in every if data.kind == "SDTM" or d.kind == "ADaM" or n in BESIDE)
        near = {n for n, d in self.study.datasets.items() if d.domain and d.domain == data.domain}
        near |= {f"SUPP{name}", name.removeprefix("SUPP"), *BESIDE, name}
        if data.kind == "ADaM":
            near |= {n for n, d in self.study.datasets.items() if d.kind == "SDTM" and n in _sources(data)}
        return frozenset(near & self.study.datasets.keys())

    def _as_it_is(self, seen: frozenset[str], rule: Rule) -> Counts:
        key = (seen, rule.text.id)
        if key not in self._before:
            part = {n: d for n, d in self.study.datasets.items() if n in seen}
            self._before[key] = _counts(Submission(part, self.study.governing, self.study.defines), rule)
        return self._before[key]


def _sources(data: object) -> set[str]:
    names = set(getattr(data, "columns", {}))
    found = {"AE"} if "AETERM" in names else set()
    if "SRCDOM" in names:
        found |= set(data.values("SRCDOM"))  # type: ignore[attr-defined]
    return found


def _counts(study: Submission, rule: Rule) -> Counts:
    counts: Counts = Counter()
    for failure in run_rule(study, rule, records=0).failures:
        counts[failure.dataset, failure.variable] += max(failure.count, 1)
    return counts


@dataclass(frozen=True)
class Outcome:
    """A planted fault and the rule that found it, or an empty text."""

    package: str
    fault: Fault
    rule: str


def packages(out: Path) -> Iterator[tuple[str, Package]]:
    """The packages of a built example that are there, by the name of their folder."""
    for name in (".", "controls/sdtm"):
        study = read_folder(out / name).submission
        if study.datasets:
            yield name, Package(study)


def outcomes(out: Path, *, sample: int = 0, kinds: Iterable[str] = ()) -> Iterator[Outcome]:
    """Plant faults and look for them.

    Args:
        out: a built example.
        sample: about so many faults, always the same; 0 for all.
        kinds: only of these kinds; empty for all.
    """
    for name, package in packages(out):
        planted = [f for f in faults(package.study) if not kinds or f.kind in kinds]
        whole = 12_000  # about how many there are in both packages
        for fault in planted:
            chosen = zlib.crc32(f"{fault.kind} {fault.dataset} {fault.variable}".encode()) % whole
            if not sample or chosen < sample:
                # The frame of a planted fault is let go before the next one is made.
                yield Outcome(name, replace(fault, changed=_let_go), package.caught(fault))


def _let_go() -> None:
    return None


def main() -> int:
    """Plant, count, print or write."""
    given = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    given.add_argument("out", type=Path)
    given.add_argument("--sample", type=int, default=0, help="about so many faults")
    given.add_argument("--show", default="", help="list the uncaught of one kind, or all")
    given.add_argument("--write", type=Path, help="the page to write")
    options = given.parse_args()
    done: list[Outcome] = []
    for one in outcomes(options.out, sample=options.sample):
        done.append(one)
        if not one.rule and options.show in ("all", one.fault.kind):
            print(f"{one.fault.kind:32} {one.fault}", flush=True)
    if options.write:
        planned = sum(1 for _, package in packages(options.out) for _ in faults(package.study))
        options.write.write_text(page(done, planned), "utf-8")
    planted, caught = Counter(o.fault.kind for o in done), Counter(o.fault.kind for o in done if o.rule)
    for kind in sorted(planted):
        print(f"{planted[kind]:6} {caught[kind]:6}  {kind}")
    print(f"{len(done):6} {caught.total():6}  {caught.total() / max(len(done), 1):.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
