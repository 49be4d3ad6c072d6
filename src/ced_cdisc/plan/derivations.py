"""The plug-ins of a study: which there are, by what names, and where they may be called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.derivations.load import derivations_of, file_source, missing_package, package_source
from ced_cdisc.derivations.record import Derivation, Source
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import aggregates
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.spec.text import Text
from ced_cdisc.spec.words import AGGREGATES, OWN_RECORDS

_WORDS = frozenset(
    (
        *AGGREGATES,
        *OWN_RECORDS,
        "and",
        "or",
        "not",
        "in",
        "between",
        "where",
        "on",
        "order",
        "by",
        "is",
        "desc",
    )
)


def plan_derivations(
    names: Iterable[Text], files: Mapping[str, Path], findings: Findings
) -> dict[str, Derivation]:
    """The plug-ins that a study names, by the name of their function.

    Args:
        names: as study.yaml has them.
        files: the path of each file among them.
        findings: receives CED150 to CED153.
    """
    made: dict[str, Derivation] = {}
    for text in dict.fromkeys(names):
        source = _source(text, files, findings)
        for one in derivations_of(source, text.where, findings) if source is not None else ():
            place = Location(one.source.shown, one.line)
            if one.name in FUNCTIONS or one.name in _WORDS:
                message = f"derivation {one.name} has the name of a function or word of the language"
                findings.add(Finding("CED152", message, place, hint="give it another name"))
            elif one.name in made:
                message = f"derivation {one.name} is declared at {made[one.name].place} already"
                findings.add(Finding("CED152", message, place, hint="give it another name"))
            else:
                made[one.name] = one
    return made


def _source(text: Text, files: Mapping[str, Path], findings: Findings) -> Source | None:
    if not text.endswith(".py"):
        source = package_source(str(text))
        if source is None:
            message = f"no installed package offers the derivations '{text}'"
            findings.add(Finding("CED153", message, text.where, hint=missing_package(str(text))))
        return source
    path = files.get(str(text))
    if path is None:
        return None
    shown = (PurePosixPath(text.where.file).parent / str(text)).as_posix()
    try:
        return file_source(path, str(text), shown)
    except UnicodeDecodeError as error:
        message = f"{shown} is not UTF-8: byte {error.start + 1} cannot be read"
    except OSError as error:
        message = f"{shown} cannot be read: {error.strerror}"
    findings.add(Finding("CED150", message, text.where))
    return None


def check_groups(dataset: DatasetPlan, findings: Findings) -> None:
    """CED154: a plug-in over several records stands in a line over the whole dataset, and nowhere else."""
    places = [(line.tree, line.where) for block in dataset.blocks for line in block.lines]
    places += [(line.tree, line.where) for one in dataset.computed for line in one.lines]
    places += [(block.keep, block.where) for block in dataset.blocks if block.keep is not None]
    places += [(one.keep, one.where) for one in dataset.computed if one.keep is not None]
    places += [(dataset.keep, dataset.where)] if dataset.keep is not None else []
    places += [(node, text.where) for text, node in dataset.checks]
    for node, where in places:
        for below in aggregates(node):
            if below.func == "group":
                assert isinstance(below.of, tree.Plugin)
                message = (
                    f"{below.of.derivation.name}() looks at several records, which are not all there yet"
                )
                hint = "write it in a line over the whole dataset (in ADaM: `variables`)"
                findings.add(Finding("CED154", message, where, hint=hint))


def plugins_in(node: tree.Node) -> list[Derivation]:
    """The plug-ins that a tree calls."""
    return [below.derivation for below in tree.walk(node) if isinstance(below, tree.Plugin)]
