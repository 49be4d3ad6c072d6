"""The Python files of plug-ins that study.yaml names: where they stand. Nothing here reads or runs them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.spec.source import Text

_FILE = re.compile(r"(?:[\w-]+/)?[\w-]+\.py")


def derivation_files(
    names: Iterable[Text], own: tuple[str, Path], layers: Iterable[Path], findings: Findings
) -> dict[str, Path]:
    """The path of each file that study.yaml names, by the name there; CED150 for one that is not there.

    Args:
        names: what study.yaml names; entry points are passed over.
        own: how messages name the study's folder of mappings, and the folder.
        layers: the folders of layers: a file that a layer's study.yaml names stands beside that.
        findings: receives the faults.
    """
    found: dict[str, Path] = {}
    shown, folder = own
    for text in names:
        if not text.endswith(".py"):
            continue
        if not _FILE.fullmatch(text):
            message = f"'{text}' is no Python file in {shown} or a folder directly below it"
            hint = "letters, digits, - and _, as in derivations.py"
            findings.add(Finding("CED150", message, text.where, hint=hint))
            continue
        of_study = text.where.file == f"{shown}/study.yaml"
        folders = [folder] if of_study else [*layers]
        path = next((one / text for one in folders if (one / text).is_file()), None)
        if path is None:
            there = sorted(str(one.relative_to(folder).as_posix()) for one in folder.rglob("*.py"))
            message = f"there is no file {text} beside the study.yaml that names it"
            findings.add(Finding("CED150", message, text.where, hint=did_you_mean(str(text), there)))
        else:
            found[str(text)] = path
    return found
