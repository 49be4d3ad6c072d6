"""Profiles: one mapping, submitted in several ways, chosen by ``--profile`` or in study.yaml.

A profile lets domains go into another one (XC and XR into CV). Here their specs become blocks of its `stack`,
as if they had been written there, and all that names them elsewhere names it. --CAT or --SCAT tells the
groups of records apart, so that what read one domain reads its records alone. Everything above the loader
sees one study without profiles.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.spec.layers import Part
from ced_cdisc.spec.profile_rewrite import Rewriter
from ced_cdisc.spec.profile_trees import Domain, together
from ced_cdisc.spec.rename import Group, Names
from ced_cdisc.spec.source import Mapping, Node, Text, entry
from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.standards.tables import UnknownStandard

OPTION = "--profile"
_APART = (("--CAT",), ("--SCAT",), ("--CAT", "--SCAT"))


class Chosen(Struct, frozen=True):
    """The profile of a run: its name, empty where the study has none, and whether study.yaml names it."""

    name: str = ""
    usual: bool = True


def with_profile(
    parts: list[Part], asked: str | None, findings: Findings, *, pooled: bool = False
) -> tuple[list[Part], Chosen]:
    """The parts of a study in one of its profiles.

    Args:
        parts: the study's specs, layers merged in.
        asked: the name of the profile, or None for the one that study.yaml names, if it does.
        pooled: whether ``asked`` is the profile of a study that pools this one, which need not have it.
        findings: receives CED048 (no such profile) and CED049 (one that cannot be carried out), for the
            domains that are named of all profiles, for the rest of the one in use.
    """
    study = next((part.tree for part in parts if part.kind == "study"), None)
    profiles = entry(study, "profiles")
    known = profiles if isinstance(profiles, Mapping) else Mapping()
    usual = entry(study, "profile")
    named = Text(asked, Location(OPTION)) if asked is not None else usual
    moves = {str(name): _moves(name, spec, parts, findings) for name, spec in known.items()}
    if isinstance(usual, Text) and usual not in known:
        _unknown(usual, known, findings)
    if not isinstance(named, Text):
        return parts, Chosen()
    if named not in known:
        if asked is not None and not pooled:
            _unknown(named, known, findings)
        return parts, Chosen()
    chosen = Chosen(str(named), usual is not None and str(named) == str(usual))
    into = moves[str(named)]
    return (_moved(parts, into, findings) if into else parts), chosen


def _unknown(name: Text, known: Mapping, findings: Findings) -> None:
    hint = did_you_mean(name, known) or (
        f"it has {', '.join(known)}" if known else "study.yaml declares them"
    )
    findings.add(Finding("CED048", f"the study has no profile {name}", name.where, hint=hint))


def _fault(message: str, where: Location, findings: Findings, hint: str | None = None) -> None:
    findings.add(Finding("CED049", message, where, hint=hint or ""))


def _moves(name: Text, spec: Node, parts: Iterable[Part], findings: Findings) -> dict[Text, Text]:
    """The domains of a profile and the one that each goes into, as far as both are known."""
    into = entry(spec, "into")
    if not isinstance(into, Mapping):
        return {}
    domains = {part.name: part for part in parts if part.kind == "sdtm"}
    guide = [dataset.name for dataset in load_sdtmig(_guide(parts)).datasets]
    made: dict[Text, Text] = {}
    for code, target in into.items():
        if not isinstance(target, Text):
            continue  # the model says so
        start = f"profile {name}:"
        if code not in domains:
            hint = did_you_mean(code, domains) or f"it has {', '.join(domains)}"
            _fault(f"{start} the study has no domain {code}", code.where, findings, hint)
        elif target not in domains and target not in guide:
            hint = did_you_mean(target, [*domains, *guide]) or "a domain of the guide or of the study"
            _fault(f"{start} there is no domain {target} to go into", target.where, findings, hint)
        elif target in into or target == code:
            _fault(f"{start} {target} goes into another domain itself", target.where, findings)
        else:
            made[code] = target
    return made


def _guide(parts: Iterable[Part]) -> str:
    study = next((part.tree for part in parts if part.kind == "study"), None)
    version = str(entry(entry(study, "standards"), "sdtmig") or "")
    try:
        load_sdtmig(version)
    except UnknownStandard:  # told by the plan
        return "3.4"
    return version


def _moved(parts: list[Part], into: dict[Text, Text], findings: Findings) -> list[Part]:
    codes = {str(code): str(target) for code, target in into.items()}
    members: dict[str, list[Domain]] = {}
    for part in parts:
        if part.kind == "sdtm" and (part.name in codes or part.name in codes.values()):
            members.setdefault(codes.get(part.name, part.name), []).append(Domain(part))
    places = {str(target): code.where for code, target in reversed(into.items())}
    groups: dict[str, Group] = {}
    for target, domains in members.items():
        domains.sort(key=lambda domain: domain.part.name != target)  # what was there goes first
        marks = [_marks(domain, domains) for domain in domains]
        alike = [str(domain.part.name) for domain, found in zip(domains, marks, strict=True) if not found]
        if alike and len(domains) > 1:
            message = f"nothing tells records of {' and of '.join(alike)} from the others in {target}"
            _fault(message, places[target], findings, "give each a constant of its own in --CAT or --SCAT")
        for domain, found in zip(domains, marks, strict=True):
            groups[domain.part.name] = Group(domain.part.name, target, found)
    datasets = [part for part in parts if part.kind in ("sdtm", "adam")]
    names = Names(groups, {str(entry(part.tree, "dataset") or part.name) for part in datasets} | set(groups))
    rewriter = Rewriter(names, findings)
    done = [replace(part, tree=rewriter.part(part)) for part in parts]
    made: list[Part] = []
    placed: set[str] = set()
    for part in done:
        group = groups.get(part.name) if part.kind == "sdtm" else None
        if group is None:
            made.append(part)
        elif group.target not in placed:
            placed.add(group.target)
            of = [
                Domain(one, group.target)
                for one in done
                if one.kind == "sdtm" and _target(one, groups) == group.target
            ]
            of.sort(key=lambda domain: _target(domain.part, groups) != domain.part.name)
            made.append(together(group.target, of, places[group.target], findings))
    return made


def _target(part: Part, groups: dict[str, Group]) -> str:
    return groups[part.name].target if part.name in groups else ""


def _marks(domain: Domain, among: list[Domain]) -> tuple[tuple[str, str | None], ...]:
    """What tells a domain's records from the others': the fewest of --CAT and --SCAT, or nothing."""
    others = [other for other in among if other is not domain]
    for names in _APART if others else ():
        mine = [domain.constant(name) for name in names]
        if None in mine:
            continue
        theirs = [[other.constant(name) for name in names] for other in others]
        if all(any(b is not None and a != b for a, b in zip(mine, their, strict=True)) for their in theirs):
            return tuple((name, value or None) for name, value in zip(names, mine, strict=True))
    return ()
