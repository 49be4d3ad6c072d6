"""Why a dataset was made anew, in words: what it was made of last time beside what it is made of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from ced_cdisc.plan.model import DatasetPlan, StudyPlan

_MOST = 6
_FIELDS = {
    ".records": "which records",
    ".sort": "sort",
    ".keep": "keep",
    ".checks": "checks",
    ".relations": "relations",
    ".label": "label",
    ".where": "",  # where its first line stands
}
"""What parts of a dataset beside its variables are called in a spec."""


def reason(
    study: StudyPlan,
    dataset: DatasetPlan,
    made: Mapping[str, str],
    parts: Mapping[str, str],
    last: object,
    *,
    damaged: bool,
) -> str:
    """Why a dataset was made anew.

    Args:
        study: its study.
        dataset: the dataset.
        made: what it is made of, in digests by name.
        parts: the digests of its variables and other parts.
        last: what the last build remembers of both; anything else if there was none.
        damaged: whether there was an entry that did not hold.
    """
    if damaged:
        return "the kept data were damaged"
    if not isinstance(last, dict):
        return "nothing kept of it"
    remembered = cast("dict[str, Any]", last)
    before, old = remembered.get("made"), remembered.get("parts")
    if not isinstance(before, dict) or not isinstance(old, dict):
        return "nothing kept of it"
    was, parts_were = cast("dict[str, str]", before), cast("dict[str, str]", old)
    changed = {name for name in (*was, *made) if was.get(name) != made.get(name)}
    if "tool" in changed:
        return "the tool changed"
    told: list[str] = []
    if "plan" in changed:
        told.append(f"{dataset.where.file}: {_differing(parts, parts_were)}")
    of = {kind: sorted(n.partition(" ")[2] for n in changed if n.startswith(f"{kind} ")) for kind in _KINDS}
    files = {study.tables[name].file for name in of["raw"] if name in study.tables}
    told += [f"raw/{name} changed" for name in sorted(files)]
    told += [f"the contract of {name} changed" for name in of["table"] if f"table {name}" in {*was} & {*made}]
    told += [words for name, words in _OTHERS.items() if name in changed]
    # An analysis dataset reads others by their data, and where it is built in parts by what they are made of.
    read = [(kind, name) for kind in ("reads", "of") for name in of[kind] if f"{kind} {name}" in made]
    new = [name for _, name in read if not {f"reads {name}", f"of {name}"} & was.keys()]
    if others := [name for kind, name in read if f"{kind} {name}" in was]:
        told.append(f"{_listed(others)}, which it reads, changed")
    if new:
        told.append(f"it reads {_listed(new)} now")
    return "; ".join(told) if told else "made along with the others"


_KINDS = ("raw", "table", "reads", "of")
_OTHERS = {"study": "the study changed", "visits": "the visits changed", "numbers": "its numbers changed"}


def _differing(parts: Mapping[str, str], parts_were: Mapping[str, str]) -> str:
    """The variables and other parts that differ; if none does, lines only stand elsewhere."""
    differ = [name for name in (*parts, *parts_were) if parts.get(name) != parts_were.get(name)]
    names = [_FIELDS.get(name, name.lstrip(".")) for name in dict.fromkeys(differ)]
    shown = [name.removeprefix("supp.") for name in names if name and not name.startswith("__")]
    if not shown:
        return "its lines moved"
    return f"{_listed(shown)} changed"


def _listed(words: Iterable[str]) -> str:
    listed = list(words)
    if len(listed) > _MOST:
        return f"{', '.join(listed[:_MOST])} and {len(listed) - _MOST} more"
    return ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else listed[0]
