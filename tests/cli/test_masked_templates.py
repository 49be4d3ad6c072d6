"""Every message of a build that quotes a value or names a subject, filled with secrets, and masked.

The templates are read off the source, so that a new one is tried as soon as it is written: what stands for a
value is a name with an apostrophe and a blank, what stands for a subject an identifier of two words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.masking import Identifiers, Mask, masked

SOURCE = Path(__file__).parents[2] / "src" / "ced_cdisc"
FOLDERS = ("convert", "analyse")
VALUE, PERSON = "Zoltan O'Quux 41", "ZQ-07 441"
_VALUES = ("value", "text", "reading.text", "shown(text)", "_shown(value)", "value[:_SHOWN]", "shown", "m[0]")
_COLUMNS = ("_of(", "_column(")
_LABELS = ("label", "place.label")
_NAMES = ("column", "name")
_PEOPLE = ("subject", "name_of_subject", "own[0]")


def _filled(node: ast.FormattedValue, before: str) -> str:
    said = ast.unparse(node.value)
    if before.endswith(("subject ", "subjects ")) or said in _PEOPLE:
        return PERSON
    if said in _LABELS:
        return "DM.BRTHDTC"
    if said in _VALUES:
        return repr(VALUE) if node.conversion == ord("r") else VALUE
    if said.startswith("_of("):
        return " of demog.NAME"
    if said.startswith("_column("):
        return "demog.NAME"
    if said in _NAMES:
        return "NAME" if before.endswith(".") else "demog.NAME"
    return "demog" if said == "table" else "x"


def templates() -> Iterator[tuple[str, str]]:
    """Where each template stands, and the message that it gives."""
    for path in sorted(path for folder in FOLDERS for path in (SOURCE / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            made, keys = "", [ast.unparse(v.value) for v in node.values if isinstance(v, ast.FormattedValue)]
            for part in node.values:
                if isinstance(part, ast.Constant):
                    made += str(part.value)
                elif isinstance(part, ast.FormattedValue):
                    made += _filled(part, made)
            if keys and (re.search(f"['\"]{VALUE}", made) or PERSON in made):
                yield f"{path.parent.name}/{path.stem}:{node.lineno}", made


FOUND = list(templates())


def test_there_are_templates() -> None:
    """The list is not empty, and has those that tell most."""
    assert len(FOUND) > 25
    modules = {where.partition(":")[0] for where, _ in FOUND}
    assert {"convert/faults", "convert/texts", "convert/visits", "convert/relations"} <= modules
    assert sum(PERSON in message for _, message in FOUND) >= 4


@pytest.mark.parametrize(("where", "message"), FOUND, ids=[where for where, _ in FOUND])
def test_no_secret_is_left(where: str, message: str) -> None:
    """A message about an identifying column or variable, or a subject, has neither value nor subject."""
    whole = message if "DM.BRTHDTC" in message or "demog.NAME" in message else f"DM.BRTHDTC: {message}"
    findings = Findings([Finding("CED250", whole, Location("x"), hint=f"write {VALUE}: .. of {PERSON}")])
    findings.identifiers = Identifiers(
        Mask(["x"]),
        lambda: {PERSON: PERSON},
        {"SUBJ", "demog.SUBJ", "USUBJID"},
        {"NAME", "demog.NAME"},
        {"DM.BRTHDTC"},
    )
    shown = next(iter(masked(findings)))
    left = re.findall("Zoltan|Quux|41|ZQ|07", f"{shown.message} {shown.hint if VALUE in message else ''}")
    assert not left, f"{where}: {shown.message} {shown.hint}"
