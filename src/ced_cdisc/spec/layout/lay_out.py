"""A file of specs written anew in its canonical form."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.layout.order import FILES, below, class_of, item_of, ordered
from ced_cdisc.spec.layout.source import Block, Entry, Flow, FlowItem, Reader, Scalar, Unusual, Value
from ced_cdisc.spec.source import Mapping, Node, Sequence, load_yaml

_STEP = 2


class CannotLayOut(Exception):
    """A file that is left as it is; the text says why."""


def laid_out(text: str, kind: str) -> str:
    """A file of specs in its canonical form.

    Keys of the language stand in their order; two blanks a level, one behind a colon or comma, two before
    a comment behind a line; at most one blank line between entries. Where the values of a block are aligned,
    they stay so. What the study names keeps its order, scalars are copied as they are written, and lines are
    neither broken nor joined. The line ends are those of the file.

    Args:
        text: the file, whose YAML has no fault.
        kind: the kind of file, of :data:`~ced_cdisc.spec.layout.order.FILES`.

    Raises:
        CannotLayOut: the file has something whose layout is not known.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        head, block = Reader(plain).file()
    except Unusual as unusual:
        raise CannotLayOut(str(unusual)) from None
    lines = [*_trimmed(head), *_block(block, 0, FILES[kind])]
    made = "\n".join(line.rstrip() if line.lstrip().startswith("#") else line for line in lines) + "\n"
    if not _says_the_same(plain, made, FILES[kind]):
        raise CannotLayOut("laid out anew it would not read the same")
    return made.replace("\n", ends)


def _trimmed(head: list[str]) -> list[str]:
    return head[1:] if head and not head[0] else head


def _block(block: Block, indent: int, kind: Any) -> list[str]:
    """The lines of a block; ``kind`` is the type of the language that it is of, or None."""
    model = class_of(kind) if block.mapping else None
    entries = block.entries
    if model is not None:
        entries = [entries[at] for at in ordered(model, [entry.name for entry in entries])]
    pads = _pads(entries)
    lines: list[str] = []
    for number, (entry, pad) in enumerate(zip(entries, pads, strict=True)):
        before = [line for line in entry.before if line or number]
        lines += [" " * indent + line if line else "" for line in before]
        inner = (
            below(model, entry.name) if model is not None else item_of(kind, dict if block.mapping else list)
        )
        lines += _entry(entry, indent, pad, inner)
    return [*lines, *(" " * indent + line if line else "" for line in block.footer)]


def _pads(entries: list[Entry]) -> list[int]:
    """How many blanks more than one stand behind each key, where most of the shorter ones have more."""
    plain = [entry for entry in entries if entry.key is not None and _on_one_line(entry.value)]
    longest = max((len(entry.key or "") for entry in plain), default=0)
    shorter = [entry for entry in plain if len(entry.key or "") < longest]
    aligned = 2 * sum(entry.wide for entry in shorter) > len(shorter)
    return [
        longest - len(entry.key or "") if aligned and any(entry is one for one in shorter) else 0
        for entry in entries
    ]


def _on_one_line(value: Value) -> bool:
    if isinstance(value, Scalar):
        return len(value.lines) == 1
    if isinstance(value, Flow):
        parts = all(
            not item.begins and (item.value is None or _on_one_line(item.value)) for item in value.items
        )
        return parts and not value.closes and not value.commented
    return False


def _entry(entry: Entry, indent: int, pad: int, kind: Any) -> list[str]:
    head = " " * indent + ("-" if entry.key is None else f"{entry.key}:")
    behind = f"  {entry.behind}" if entry.behind else ""
    value = entry.value
    if isinstance(value, Block):
        lines = _block(value, indent + _STEP, kind)
        if entry.key is None and not behind and not lines[0].lstrip().startswith("#"):
            return [f"{head} {lines[0].lstrip()}", *lines[1:]]
        return [head + behind, *lines]
    if value is None:
        return [head + behind]
    lines = (
        _scalar(value, indent + _STEP) if isinstance(value, Scalar) else _flow(value, indent + _STEP, kind)
    )
    lines[-1] += behind
    return [f"{head} {' ' * pad}{lines[0]}", *lines[1:]]


def _scalar(scalar: Scalar, indent: int) -> list[str]:
    """The lines of a scalar, all but the first behind ``indent`` blanks."""
    first, *others = scalar.lines
    if not scalar.block:
        return [first, *(" " * indent + line if line else "" for line in others)]
    mark, comment, said = first.partition("#")
    deep = next((len(line) - len(line.lstrip(" ")) for line in others if line.strip()), 0)
    head = mark.strip() + (f"  #{said.rstrip()}" if comment else "")
    return [head, *(" " * indent + line[deep:] if line[deep:] else "" for line in others)]


def _flow(flow: Flow, indent: int, kind: Any) -> list[str]:
    """The lines of a mapping or list in brackets, all but the first behind ``indent`` blanks."""
    model = class_of(kind) if flow.mapping else None
    items = flow.items
    if model is not None and not flow.commented:
        order = ordered(model, [_name(item) for item in items])
        places = [item.begins for item in items]
        items = [
            FlowItem(items[at].key, items[at].value, begins) for at, begins in zip(order, places, strict=True)
        ]
    opens, closes = ("", "") if flow.bare else ("{", "}") if flow.mapping else ("[", "]")
    lines = [opens]
    broken = _add_comments(lines, flow.opening, indent)
    for number, item in enumerate(items):
        inner = (
            below(model, _name(item)) if model is not None else item_of(kind, dict if flow.mapping else list)
        )
        if item.begins or broken:
            lines.append(" " * indent)
        elif number:
            lines[-1] += " "
        _add_part(lines, item, indent, inner)
        if number < len(items) - 1:
            lines[-1] += ","
        broken = _add_comments(lines, [item.behind, *item.after], indent)
    if flow.closes or broken:
        lines.append(" " * (indent - _STEP))
    lines[-1] += closes
    return lines


def _add_part(lines: list[str], item: FlowItem, indent: int, kind: Any) -> None:
    head = "" if item.key is None else f"{item.key}: "
    value = item.value
    if value is None:
        lines[-1] += head.rstrip()
        return
    assert not isinstance(value, Block)
    first, *others = _scalar(value, indent) if isinstance(value, Scalar) else _flow(value, indent, kind)
    lines[-1] += head + first
    lines += others


def _add_comments(lines: list[str], comments: list[str], indent: int) -> bool:
    """Add comments behind the last line and on lines of their own; whether the next part needs a new line."""
    if not any(comments):
        return False
    behind, *others = comments
    lines[-1] += f"  {behind}" if behind else ""
    lines += [" " * indent + line for line in others]
    return True


def _name(item: FlowItem) -> str:
    return (item.key or "").strip("'\"")


def _says_the_same(old: str, new: str, kind: Any) -> bool:
    """Whether two files hold the same specs, and the same characters but for blanks and commas at ends."""
    marks = [Counter("".join(text.split()).replace(",", "")) for text in (old, new)]
    findings = Findings()
    before, after = load_yaml(old, "", findings), load_yaml(new, "", findings)
    return marks[0] == marks[1] and not findings and _alike(before, after, kind)


def _alike(one: Node, two: Node, kind: Any) -> bool:
    """Whether two trees say the same: names of a study in one order, keys of the language in any."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        model = class_of(kind)
        if set(one) != set(two) or (model is None and list(one) != list(two)):
            return False
        inner = [below(model, str(key)) if model is not None else item_of(kind, dict) for key in one]
        return all(_alike(value, two[key], of) for (key, value), of in zip(one.items(), inner, strict=True))
    if isinstance(one, Sequence) and isinstance(two, Sequence):
        of = item_of(kind, list)
        return len(one) == len(two) and all(_alike(a, b, of) for a, b in zip(one, two, strict=True))
    return type(one) is type(two) and one == two
