"""The page docs/check-mutations.md: what was planted, what was caught, and why the rest was not."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mutate_package import Outcome

WHY = {
    "record lost": "Nothing refers to the record, and its number, if any, was the last of the subject.",
    "record twice under a new number": "The copy may be a second event or dose of the same day.",
    "number times ten": "A number that may have been collected, or a sequence number, which may have gaps.",
    "number twice": "The number of another record, and nothing refers to it.",
    "wrong sign": "A number that may be below 0, or of a scale that only its text tells.",
    "result times ten": "The test has no unit or no second result to compare it with.",
    "other unit": "A published unit, and the standard result is the same number as in the right one.",
    "date of another year": "The date has no study day beside it, or is no whole day.",
    "flag turned": "Both answers are possible, and no rule compares the answer with another variable.",
    "flag too many": "The record could have the flag.",
    "flag N in the place of none": "The variable may be N.",
    "misspelt term": "A term of a dictionary or of the sponsor, or one of a list that may be extended.",
    "term in small letters": "A term of a dictionary or of the sponsor.",
    "wrong identifier": "An identifier that another subject or site could have.",
    "missing value": "The guide does not require it; define.xml calls it mandatory.",
    "wrong study day": "The date beside it is missing or in another dataset.",
    "start and end swapped": "One of the two is not a day, or the order is not fixed.",
    "code of another name": "The pair stands in one record, or nothing says that they are a pair.",
    "other subject": "The record could be of the other subject.",
    "length": "Neither the guide nor define.xml says how long a duration can be.",
    "variable lost": "define.xml says that it has no data, so that it may as well be absent.",
    "order of records": "The few records do not tell that the dataset is sorted.",
}
"""Why a fault of a kind can go uncaught in SDTM."""
ADAM = {
    "variable lost": WHY["variable lost"],
    "record lost": "The number was the last of the subject, and no other dataset refers to ADaM.",
    "flag turned": "The sponsor's criterion or history, which stands in words alone.",
    "flag too many": "The sponsor's rule chooses the records, and it stands in words alone.",
    "misspelt term": "The subject is of another study, whose DM is not in the package.",
    "term in small letters": "The subject is of another study, whose DM is not in the package.",
}
"""Why a fault of a kind can go uncaught in ADaM."""
OF_THE_SPONSOR = (
    "The sponsor's own derivation, of which the package has the words alone, or a subject without DM."
)
_HEAD = """# What `ced-cdisc check` catches

`scripts/mutate_package.py` plants one fault at a time in the package of the built example (sdtm with adam,
and the SDTM of the controls) and carries out the rules. A fault is caught where an error or a warning is new,
or is of more records than in the sound package. Notes do not count. Which record has the fault is decided by
the names of the dataset, the variable and the kind, so that each run plants the same.

The define.xml of the package is read, too: it says how names, types, lengths and the order were meant, and
many faults of these are found by it alone.

Not planted, because the data with the fault conform, and nobody who has only the data can know: another valid
term in the place of a term (MILD for SEVERE), another wording of a free text, a result changed alike in all
its variables, and a date changed together with its study day.
"""
_SURE = 1.96
"""Of how many standard errors the bounds of a sample of 95 % are."""


def page(done: Sequence[Outcome], planned: int) -> str:
    """The page in Markdown; ``planned`` is how many faults there are, of which ``done`` may be a sample."""
    planted, caught = Counter(o.fault.kind for o in done), Counter(o.fault.kind for o in done if o.rule)
    of = (
        f"{len(done):,} faults"
        if len(done) == planned
        else f"A sample of {len(done):,} of {planned:,} faults"
    )
    lines = [_HEAD, f"{of}, {caught.total():,} caught: {caught.total() / len(done):.1%}.", ""]
    if len(done) < planned:
        low, high = _bounds(caught.total(), len(done))
        lines += [f"Of all, {low:.1%} to {high:.1%} are caught, with a confidence of 95%.", ""]
    lines += ["| standard | planted | caught | |", "|---|---:|---:|---:|"]
    for standard in ("SDTM", "ADaM"):
        there = [o for o in done if _standard(o) == standard]
        found = sum(bool(o.rule) for o in there)
        lines.append(f"| {standard} | {len(there):,} | {found:,} | {found / max(len(there), 1):.1%} |")
    lines += ["", "| kind | planted | caught | |", "|---|---:|---:|---:|"]
    for kind in sorted(planted):
        share = caught[kind] / planted[kind]
        lines.append(f"| {kind} | {planted[kind]:,} | {caught[kind]:,} | {share:.0%} |")
    lines += ["", "## The uncaught", ""]
    for kind in sorted(k for k in planted if planted[k] > caught[k]):
        why = WHY.get(kind, "Not looked into.")
        lines += [f"### {kind}", ""]
        for standard, reason in (("SDTM", why), ("ADaM", ADAM.get(kind, OF_THE_SPONSOR))):
            left = [o for o in done if not o.rule and o.fault.kind == kind and _standard(o) == standard]
            if left:
                lines += [f"{standard}: {reason}", "", _places(left), ""]
    return "\n".join(lines)


def _bounds(caught: int, of: int) -> tuple[float, float]:
    """The interval of Wilson for a share."""
    share, square = caught / of, _SURE**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _SURE / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return middle - half, middle + half


def _places(left: Sequence[Outcome]) -> str:
    """Variables by dataset: AE (AESEQ, AESTDTC); those of the controls with their folder."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in left:
        place = one.fault.dataset if one.package == "." else f"{one.package}/{one.fault.dataset}"
        found[place].append(one.fault.variable)
    return "; ".join(
        f"{dataset} ({', '.join(sorted(names))})" if any(names) else dataset
        for dataset, names in sorted(found.items())
    )


def _standard(one: Outcome) -> str:
    return "ADaM" if one.fault.dataset.startswith("AD") else "SDTM"
