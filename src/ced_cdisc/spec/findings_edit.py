"""Entries written into the text of a findings.yaml, with every comment, blank and quote around them kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.edit import CannotEdit, SpecFile
from ced_cdisc.spec.findings_file import KnownFindings
from ced_cdisc.spec.known_findings import KnownFinding
from ced_cdisc.spec.parse import validate
from ced_cdisc.spec.source import load_yaml
from ced_cdisc.spec.yaml_text import folded, scalar

HEAD = """\
# Findings of checks that are known and may stand, each with the reason; see docs/findings.md of ced-cdisc.
findings:
"""
KEYS = ("rule", "package", "dataset", "variable", "records", "digest", "person", "until", "reason")
_WIDTH = 120
_UNUSUAL = "its form does not let the entries be added; write them by hand"
_QUOTED = ("digest",)  # other readers of YAML would take one of digits alone for a number


def edited(
    text: str,
    added: Sequence[Mapping[str, str]],
    renewed: Sequence[tuple[KnownFinding, Mapping[str, str]]],
) -> str:
    """The text with further entries at its end, and with other values in some that it has.

    It is given only once it is certain that it reads as it should, and that nothing else is another.

    Args:
        text: the file as it is, without its byte order mark; empty for a new one.
        added: the entries by the keys of :data:`KEYS`; empty values are left out.
        renewed: entries as they were read from the text, and their new values.

    Raises:
        CannotEdit: the text has a form in which that cannot be done.
    """
    expected = _entries(text) if text else {}
    try:
        edit = _FindingsText(text or HEAD)
    except yaml.YAMLError:  # this parser, written in Python, is stricter here and there
        raise CannotEdit(_UNUSUAL) from None
    for entry, changes in renewed:
        edit.renew(entry, changes)
        expected[entry.place.line] |= changes
    for one in added:
        edit.add(one)
    made = edit.result()
    wanted = [*expected.values(), *({k: v for k, v in one.items() if v} for one in added)]
    if [_plain(one) for one in _entries(made).values()] != [_plain(one) for one in wanted]:
        raise CannotEdit(_UNUSUAL)
    return made


def _entries(text: str) -> dict[int, dict[str, str]]:
    """The keys and values of the entries as they are read, by line."""
    findings = Findings()
    tree = load_yaml(text, "", findings)
    made = validate(tree, KnownFindings, findings) if tree is not None else None
    if made is None or findings:
        raise CannotEdit(_UNUSUAL)
    return {
        one.place.line: {
            "rule": " ".join(one.rule),
            **{key: str(value) for key in KEYS[1:] if (value := getattr(one, key)) is not None},
            "where": " ".join(f"{name}={value}" for name, value in one.where.items()),
        }
        for one in made.findings
    }


def _plain(entry: Mapping[str, str]) -> dict[str, str]:
    """An entry to be compared; a line feed at the end of a text is no matter."""
    return {"records": "1", "where": ""} | {key: value.rstrip("\n") for key, value in entry.items()}


class _FindingsText:
    """The text of a findings.yaml with the edits that are asked for.

    Args:
        text: the file as it is.
    """

    def __init__(self, text: str) -> None:
        self._file = SpecFile(text)
        self._new: list[str] = []
        self._line_end = "\r\n" if "\r\n" in text else "\n"

    def renew(self, entry: KnownFinding, changes: Mapping[str, str]) -> None:
        """Give keys of an entry other values; keys that it lacks are added before its reason or at its end.

        Raises:
            CannotEdit: the file is not the one that the entry was read from, or has an unusual form there.
        """
        for key, value in changes.items():
            known: Any = getattr(entry, key)
            if known is not None and known.where.file:
                if str(known) != value:
                    self._file.replace(known.where, str(known), value)
            else:
                self._file.add(entry.place, key, value, KEYS[: KEYS.index(key)])

    def add(self, entry: Mapping[str, str]) -> None:
        """Put an entry behind the last one, by the keys of :data:`KEYS`; empty ones are left out."""
        lines = [_line(key, entry[key]) for key in KEYS if entry.get(key)]
        self._new.append("- " + "\n".join(lines).replace("\n", "\n  "))

    def result(self) -> str:
        """The text with all edits.

        Raises:
            CannotEdit: the list is not written as lines that begin with a dash.
        """
        text = self._file.result()
        if not self._new:
            return text
        at, text = _end_of_list(text)
        if text and not text.endswith("\n"):
            text += self._line_end
        block = "\n".join(self._new).replace("\n", "\n" + " " * at)
        return text + (" " * at + block + "\n").replace("\n", self._line_end)


def _end_of_list(text: str) -> tuple[int, str]:
    """The column of the dashes, and the text ready for further ones at its end."""
    top: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    listed: Any = next((v for k, v in top.value if k.value == "findings"), None)
    if not isinstance(listed, yaml.SequenceNode):
        return 2, text
    start, end = listed.start_mark.index, listed.end_mark.index
    if not listed.flow_style:
        return listed.start_mark.column, text
    if text[start + 1 : end - 1].strip():
        raise CannotEdit("its list stands in brackets; write each entry under a dash")
    return 2, text[:start].rstrip(" ") + text[end:]


def _line(key: str, value: str) -> str:
    if key in _QUOTED:
        return f'{key}: "{value}"'
    if key == "rule":
        ids = value.split()
        return f"rule: {scalar(value) if len(ids) == 1 else '[' + ', '.join(map(scalar, ids)) + ']'}"
    written = scalar(value)
    if len(key) + len(written) + 6 > _WIDTH:
        written = folded(value, 2, _WIDTH - 4) or written
    return f"{key}: {written}"
