"""A file of specs taken apart: its entries with the comments and blank lines that go with them."""

from __future__ import annotations

from typing import Any

import yaml
from msgspec import Struct, field


class Scalar(Struct):
    """A scalar on the lines on which it is written; of a block (``|``, ``>``) the first is its head."""

    lines: list[str]
    block: bool = False


class FlowItem(Struct):
    """One part of a mapping or list in brackets.

    Attributes:
        key: the key as written; None in a list.
        value: what follows; None where nothing does.
        begins: whether it begins a line of its own.
        behind: the comment behind it, or empty.
        after: comments on the lines between it and the next part.
    """

    key: str | None
    value: Value
    begins: bool
    behind: str = ""
    after: list[str] = field(default_factory=list[str])


class Flow(Struct):
    """A mapping or list in brackets; ``bare`` is one pair of a list without braces of its own.

    ``opening`` are the comments behind the opening bracket, the first of them on its line (or empty), and
    ``closes`` says whether the closing one begins a line.
    """

    mapping: bool
    bare: bool = False
    items: list[FlowItem] = field(default_factory=list[FlowItem])
    opening: list[str] = field(default_factory=list[str])
    closes: bool = False

    @property
    def commented(self) -> bool:
        """Whether it holds comments."""
        return any(self.opening) or any(item.behind or item.after for item in self.items)


class Entry(Struct):
    """One entry of a block: a key and its value, or an item of a list.

    Attributes:
        key: the key as written, or None.
        name: the key as it reads.
        value: what follows; None where nothing does.
        before: comments and blank lines (empty texts) on the lines before.
        behind: the comment behind the key or the value on its line, or empty.
        wide: whether more than one blank stands between the key and its value.
    """

    key: str | None
    name: str
    value: Value
    before: list[str]
    behind: str = ""
    wide: bool = False


class Block(Struct, weakref=True):
    """A block mapping or list, and the comments behind its last entry that stand as deep as it does."""

    mapping: bool
    entries: list[Entry] = field(default_factory=list[Entry])
    footer: list[str] = field(default_factory=list[str])


Value = Scalar | Flow | Block | None


class Unusual(Exception):
    """YAML that the language takes, but whose layout is not known; the text says what it is."""


class Reader:
    """Takes a file apart, from its start to its end.

    Args:
        text: a file whose specs could be read, with ``\\n`` as line ends.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def file(self) -> tuple[list[str], Block]:
        """The comments before the first entry, and the entries.

        Raises:
            Unusual: there is something whose layout is not known.
        """
        top: Any = yaml.compose(self._text, Loader=yaml.CSafeLoader)
        start = top.start_mark.index
        if top.flow_style:
            raise Unusual("the whole file stands in braces")
        if any(line and not line.startswith("#") for line in map(str.strip, self._text[:start].split("\n"))):
            raise Unusual("a directive or a document marker stands before the specs")
        head = _lines("\n" + self._text[:start])
        block = self._block(top)
        if self._text[self._at :].strip():
            raise Unusual("a document marker stands behind the specs")
        return head, block

    def _value(self, node: Any) -> Value:
        """What a node holds; afterwards the reader stands behind it."""
        self._at = node.start_mark.index
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        return self._flow(node) if node.flow_style else self._block(node)

    def _scalar(self, node: Any) -> Scalar | None:
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            head, *lines = self._text[start:end].split("\n")
            if any(char.isdigit() or char == "+" for char in head.partition("#")[0]):
                raise Unusual("a block text that says its indentation, or keeps the lines at its end")
            while lines and not lines[-1].strip():
                lines.pop()
            self._at = start + len("\n".join([head, *lines]))
            return Scalar([head, *lines], block=True)
        self._at = end
        if start == end:
            return None
        first, *others = self._text[start:end].split("\n")
        return Scalar([first.rstrip() if others else first, *(line.strip() for line in others)])

    def _flow(self, node: Any) -> Flow:
        mapping = isinstance(node, yaml.MappingNode)
        flow = Flow(mapping, bare=self._text[self._at] not in "{[")
        end = node.end_mark.index - (not flow.bare)
        self._at += not flow.bare
        pairs: list[Any] = node.value if mapping else [(None, item) for item in node.value]
        for key, value in pairs:
            begins = self._between((value if key is None else key).start_mark.index, flow)
            written = self._flow_key(key, value) if key is not None else None
            flow.items.append(FlowItem(written, self._value(value), begins))
        flow.closes = self._between(end, flow)
        self._at = node.end_mark.index
        return flow

    def _flow_key(self, key: Any, value: Any) -> str:
        self._at = key.start_mark.index
        scalar = self._scalar(key)
        gap = self._text[self._at : value.start_mark.index]
        if scalar is None or len(scalar.lines) > 1 or gap.strip() != ":":
            raise Unusual("a key inside braces that is not on one line with its value")
        return scalar.lines[0]

    def _between(self, end: int, flow: Flow) -> bool:
        """Give the comments from here to ``end`` to the part before; whether a line ends between."""
        first, *others = self._text[self._at : end].split("\n")
        self._at = end
        # between the parts of a flow there are only commas, blanks and comments
        behind = first[first.index("#") :].rstrip() if "#" in first else ""
        after = [line.strip() for line in others if line.strip().startswith("#")]
        if flow.items:
            flow.items[-1].behind, flow.items[-1].after = behind, after
        else:
            flow.opening = [behind, *after]
        return bool(others)

    def _block(self, node: Any) -> Block:
        block = Block(isinstance(node, yaml.MappingNode))
        self._at = node.start_mark.index
        pairs: list[Any] = node.value if block.mapping else [(None, item) for item in node.value]
        for key, value in pairs:
            block.entries.append(self._keyed(key, value) if key is not None else self._item(value))
        block.footer = self._footer(node.start_mark.column)
        return block

    def _keyed(self, key: Any, value: Any) -> Entry:
        start, end = key.start_mark.index, key.end_mark.index
        before = _lines(self._text[self._at : start])
        written = self._text[start:end]
        if "\n" in written or self._text[:start].rstrip(" ").endswith("?"):
            raise Unusual("a key that is not on one line, or that is written with a question mark")
        self._at = self._text.index(":", end) + 1
        gap = self._text[self._at : value.start_mark.index]
        entry = Entry(written, key.value, None, before, wide="\n" not in gap and len(gap) > 1)
        self._fill(entry, value, gap)
        return entry

    def _item(self, value: Any) -> Entry:
        gap = self._text[self._at : value.start_mark.index]
        dash = _dash(gap)
        entry = Entry(None, "", None, _lines(gap[:dash]))
        self._fill(entry, value, gap[dash + 1 :])
        return entry

    def _fill(self, entry: Entry, value: Any, gap: str) -> None:
        """The value of an entry, and the comments before it (in the gap) and behind it."""
        first, *others = gap.split("\n")
        entry.behind = first.strip()
        inside = [line.strip() for line in others if line.strip()]
        entry.value = self._value(value)
        if isinstance(entry.value, Block):
            begin = entry.value.entries[0]
            begin.before = [*inside, *begin.before]
            return
        line_end = self._text.find("\n", self._at)
        rest = self._text[self._at : len(self._text) if line_end < 0 else line_end]
        if inside or (entry.behind and others):
            raise Unusual("a comment between a key and its value")
        if rest.strip():
            entry.behind = rest.strip()
            self._at += len(rest)

    def _footer(self, column: int) -> list[str]:
        """The comments behind a block that stand as deep as it, and deeper than what follows."""
        follows = self._next_column()
        _, *lines = self._text[self._at :].split("\n")
        taken: list[str] = []
        position, kept = self._text.find("\n", self._at), 0
        for line in lines:
            body = line.strip()
            deep = len(line) - len(line.lstrip())
            if body and not (body.startswith("#") and deep >= column and deep > follows):
                break
            position += 1 + len(line)
            taken.append(body)
            if body:
                self._at, kept = position, len(taken)
        return _squeezed(taken[:kept])

    def _next_column(self) -> int:
        """The column of what follows the comments from here on; -1 at the end of the file."""
        for line in self._text[self._at :].split("\n")[1:]:
            body = line.strip()
            if body and not body.startswith("#"):
                return len(line) - len(line.lstrip())
        return -1


def _lines(gap: str) -> list[str]:
    """The comments and blank lines of a gap, whose first and last lines belong to the entries around it."""
    return _squeezed([line.strip() for line in gap.split("\n")[1:-1]])


def _squeezed(lines: list[str]) -> list[str]:
    """No two blank lines follow each other."""
    return [line for at, line in enumerate(lines) if line or at == 0 or lines[at - 1]]


def _dash(gap: str) -> int:
    """Where the dash of an item stands in the gap before it, comments passed over."""
    at = 0
    while gap[at] != "-":
        at = gap.index("\n", at) if gap[at] == "#" else at + 1
    return at
