"""Exact edits of a spec file: one value changes, and every comment, blank and quote around it stays.

PyYAML's node graph says from which character to which a value reaches. Edits are collected and carried out
from the end of the file to its start, so that no edit moves another.
"""

from __future__ import annotations

from typing import Any

import yaml

from ced_cdisc.core.findings import Location
from ced_cdisc.spec.yaml_text import folded, scalar

_WIDTH = 120


class CannotEdit(Exception):
    """A place in a file where the edit asked for is not possible; the text says why."""


class SpecFile:
    """One file of specs with the edits that are asked for.

    Args:
        text: the file as it is, without its byte order mark.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        self._edits: dict[tuple[int, int], str] = {}
        self._scalars: dict[tuple[int, int], Any] = {}
        self._parents: dict[int, Any] = {}
        self._mappings: dict[tuple[int, int], Any] = {}
        top: Any = yaml.compose(text, Loader=yaml.SafeLoader)
        self._note(top)

    def _note(self, top: Any) -> None:
        waiting = [top]
        while waiting:
            node = waiting.pop()
            at = (node.start_mark.line + 1, node.start_mark.column + 1)
            if isinstance(node, yaml.ScalarNode):
                self._scalars[at] = node
            elif isinstance(node, yaml.MappingNode):
                self._mappings[at] = node
                for key, value in node.value:
                    self._scalars[(key.start_mark.line + 1, key.start_mark.column + 1)] = key
                    self._parents[id(key)] = node
                    waiting.append(value)
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value

    @property
    def changed(self) -> bool:
        """Whether there are edits."""
        return bool(self._edits)

    def edits(self) -> dict[tuple[int, int], str]:
        """The edits up to now, to come back to."""
        return dict(self._edits)

    def restore(self, edits: dict[tuple[int, int], str]) -> None:
        """Come back to the edits of an earlier moment."""
        self._edits = dict(edits)

    def replace(self, where: Location, old: str, new: str) -> None:
        """Put ``new`` in place of the scalar at ``where``, which reads ``old``; its style is kept.

        Raises:
            CannotEdit: the file has another text there, as where a profile rewrites it.
        """
        node: Any = self._scalar(where, old)
        start, end = node.start_mark.index, self._end(node)
        self._put(start, end, self._styled(node, new))

    def give(self, where: Location, old: str, verb: str, key: str, value: str) -> None:
        """Make the scalar at ``where`` the value of ``verb`` in braces, beside ``key: value``.

        Raises:
            CannotEdit: as for :meth:`replace`.
        """
        node: Any = self._scalar(where, old)
        start, end = node.start_mark.index, self._end(node)
        if node.style in ("|", ">"):
            raise CannotEdit("the line is written as a block")
        written = self.text[start:end]
        self._put(start, end, f"{{{verb}: {written}, {key}: {scalar(value)}}}")

    def add(self, where: Location, key: str, value: str, after: tuple[str, ...] = ()) -> None:
        """Add ``key: value`` to the mapping at ``where``: behind the last key of ``after``, else at its end.

        Raises:
            CannotEdit: no mapping begins there.
        """
        node: Any = self._mappings.get((where.line, where.column))
        if node is None:
            raise CannotEdit("there is no place for the key")
        written = f"{scalar(key)}: {scalar(value)}"
        if node.flow_style:
            inner = self.text[node.start_mark.index + 1 : node.end_mark.index - 1]
            at = node.start_mark.index + 1 + len(inner.rstrip())
            lead = "" if not inner.strip() else " " if inner.rstrip().endswith(",") else ", "
            self._put(at, at, lead + written)
            return
        behind = [v for k, v in node.value if k.value in after] or [node.value[-1][1]]
        end = self.text.find("\n", self._end(behind[-1]))
        end = len(self.text) if end < 0 else end - (self.text[end - 1] == "\r")
        self._put(end, end, self._line_end + " " * node.start_mark.column + written)

    def remove(self, key_at: Location) -> None:
        """Take out the key at ``key_at`` with its value.

        Raises:
            CannotEdit: no key stands there, or it is the only one of its mapping.
        """
        key: Any = self._scalars.get((key_at.line, key_at.column))
        parent = self._parents.get(id(key))
        if parent is None:
            raise CannotEdit("there is no key")
        entries = parent.value
        at = next(i for i, (one, _) in enumerate(entries) if one is key)
        if len(entries) == 1:
            raise CannotEdit("it is the only key there")
        start, end = key.start_mark.index, self._end(entries[at][1])
        if parent.flow_style:
            if at:
                start = self._end(entries[at - 1][1])
            else:
                end = entries[1][0].start_mark.index
        else:
            end = self.text.find("\n", end)
            end = len(self.text) if end < 0 else end + 1
            start = self.text.rfind("\n", 0, start) + 1
            if self.text[start : key.start_mark.index].strip():
                raise CannotEdit("it begins an item of a list")
        self._put(start, end, "")

    def result(self) -> str:
        """The file with all edits."""
        text = self.text
        for (start, end), new in sorted(self._edits.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _put(self, start: int, end: int, new: str) -> None:
        known = self._edits.get((start, end))
        if known is not None and start == end and known != new:
            new = known + new  # two keys added at one place, in the order asked for
        elif known is not None and known != new:
            raise CannotEdit("another change gives it another text")
        elif known is None and any(s < end and start < e for s, e in self._edits):
            raise CannotEdit("another change is made in the same place")
        self._edits[(start, end)] = new

    def _scalar(self, where: Location, old: str) -> Any:
        node = self._scalars.get((where.line, where.column))
        if node is None or str(node.value) != str(old):
            raise CannotEdit("the file has another text there")
        return node

    def _end(self, node: Any) -> int:
        """Behind the last character of a node; a block's end mark stands behind the blanks that follow."""
        if isinstance(node, yaml.ScalarNode):
            end = node.end_mark.index
            if node.style in ("|", ">"):
                end = node.start_mark.index + len(self.text[node.start_mark.index : end].rstrip())
            return end
        if node.flow_style or not node.value:
            return node.end_mark.index
        last = node.value[-1]
        return self._end(last[1] if isinstance(last, tuple) else last)

    def _styled(self, node: Any, new: str) -> str:
        """The new text in the style of the old one where it can be written so."""
        if node.style == ">" and self.text.startswith(">-", node.start_mark.index):
            line = self.text[self.text.find("\n", node.start_mark.index) + 1 :]
            made = folded(new, len(line) - len(line.lstrip(" ")), _WIDTH)
            if made is not None:
                return made.replace("\n", self._line_end)
        if node.style == "'" and new.isprintable():
            return "'" + new.replace("'", "''") + "'"
        return scalar(new) if node.style is None else _quoted(new)


def _quoted(text: str) -> str:
    made = scalar(text)
    return made if made.startswith('"') else f'"{made}"'
