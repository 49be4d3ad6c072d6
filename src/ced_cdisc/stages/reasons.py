"""Why a dataset was made anew, in words: what it was made of last time beside what it is made of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.references import lines_of

TOOL = "the tool changed"
"""What is said where all that is kept is of another version of the tool."""
_MOST = 6
_NOTHING = "nothing kept of it"
WORDS: Mapping[str, str] = {
    "records": "which records",
    "name": "dataset",
    "kind": "class",
    "label": "label",
    "domain": "domain",
    "class_name": "class",
    "structure": "structure",
    "sort": "sort",
    "where": "",  # where its first line stands
    "keep": "keep",
    "numbered": "numbering",
    "pinned": "",  # told of the study
    "standard": "standard",
    "subclass": "class",
    "reference_data": "which records",
    "one_per_subject": "class",
    "comment": "comment",
    "checks": "checks",
    "demands": "checks",
    "decimals": "decimals",
    "value_level": "value level metadata",
    "value_level_also": "value level metadata",
    "value_lists": "codelists of values",
    "relations": "relations",
    "domain_label": "label of the domain",
    "results": "results",
    "figures": "figures",
}
"""What parts of a dataset beside its variables are called; empty for those of which nothing is said."""


def reason(
    study: StudyPlan,
    dataset: DatasetPlan,
    made: Mapping[str, str],
    parts: Mapping[str, str],
    specs: Iterable[str],
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
        specs: the files of specs that are not as they were when it was made last, as build.json names them.
        last: what the last build remembers of what it is made of and of its parts; else there was none.
        damaged: whether there was an entry that did not hold.
    """
    if damaged:
        return "the kept data were damaged"
    if not isinstance(last, dict):
        return _NOTHING
    remembered = cast("dict[str, Any]", last)
    before, old = remembered.get("made"), remembered.get("parts")
    if not isinstance(before, dict) or not isinstance(old, dict):
        return _NOTHING
    was, parts_were = cast("dict[str, str]", before), cast("dict[str, str]", old)
    changed = {name for name in (*was, *made) if was.get(name) != made.get(name)}
    told: list[str] = []
    behind: list[str] = []
    if "plan" in changed and (what := _differing(parts, parts_were)):
        behind = _files(study, dataset, specs)
        told.append(f"{_listed(behind)}: {what}")
    of = {kind: sorted(n.partition(" ")[2] for n in changed if n.startswith(f"{kind} ")) for kind in _KINDS}
    files = {study.tables[name].file for name in of["raw"] if name in study.tables}
    told += [f"raw/{name} changed" for name in sorted(files)]
    for kind, words in _BOTH.items():  # what is new or gone among these, the plan tells
        both = [name for name in of[kind] if f"{kind} {name}" in {*was} & {*made} and name not in behind]
        told += [words.format(name) for name in both]
    told += [words for name, words in _OTHERS.items() if name in changed]
    # An analysis dataset reads others by their data, and where it is built in parts by what they are made of.
    read = [(kind, name) for kind in ("reads", "of") for name in of[kind] if f"{kind} {name}" in made]
    new = [name for _, name in read if not {f"reads {name}", f"of {name}"} & was.keys()]
    if others := [name for kind, name in read if f"{kind} {name}" in was]:
        told.append(f"{_listed(others)}, which it reads, changed")
    if new:
        told.append(f"it reads {_listed(new)} now")
    return "; ".join(told) if told else "made along with the others"


_BOTH = {
    "plug-in": "{} changed",
    "table": "the contract of {} changed",
    "place": "the contract of {} moved",
}
_KINDS = ("raw", "reads", "of", *_BOTH)
_OTHERS = {"study": "the study changed", "visits": "the visits changed", "numbers": "its numbers changed"}


def _files(study: StudyPlan, dataset: DatasetPlan, specs: Iterable[str]) -> list[str]:
    """The files behind a change of a dataset's plan: its own that changed, else all that did.

    Its own are named as messages name them. Where none changed, the plan did for another cause: it is told
    of the file in which the dataset begins.
    """
    from ced_cdisc.describe.lineage import named_file  # which a build of which nothing changed does without

    lines = (one.where.file for one in (*lines_of(dataset), *dataset.variables, *dataset.supplemental))
    own = {named_file(file, *study.specs): file for file in (dataset.where.file, *lines) if file}
    different = sorted(specs)
    return sorted(own[one] for one in different if one in own) or different or [dataset.where.file]


def _differing(parts: Mapping[str, str], parts_were: Mapping[str, str]) -> str:
    """The variables and other parts that differ; if none does, lines only stand elsewhere."""
    differ = [name for name in (*parts, *parts_were) if parts.get(name) != parts_were.get(name)]
    names = [WORDS.get(name[1:], "") if name.startswith(".") else name for name in differ]
    shown = [name.removeprefix("supp.") for name in names if name and not name.startswith("__")]
    if shown:
        return f"{_listed(dict.fromkeys(shown))} changed"
    return "" if ".pinned" in differ else "its lines moved"


def _listed(words: Iterable[str]) -> str:
    listed = list(words)
    if len(listed) > _MOST:
        return f"{', '.join(listed[:_MOST])} and {len(listed) - _MOST} more"
    return ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else listed[0]
