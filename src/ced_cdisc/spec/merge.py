"""What a study says over what a layer says: by dataset and by line, never inside a line.

Both are trees with places, so that what is merged still knows the file, line and column it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text

REMOVE = "remove"


class Keys(Struct, frozen=True):
    """Keys and values: a key that is given goes before the layer's.

    ``within`` lists the keys that merge further, ``each`` is the rule of all others; None: as a whole.
    """

    within: dict[str, Rule] = field(default_factory=dict[str, "Rule"])
    each: Rule | None = None
    inherit_empty: bool = False
    """Whether a key without value takes the layer's: ``ae:`` in the tables names the layer's table."""


class Listed(Struct, frozen=True):
    """A list of keys and values, told apart by one key: tests by ``test``, visits by ``number``."""

    key: str


Rule = Keys | Listed

_LINES = Keys()
_BLOCK: dict[str, Rule] = {"variables": _LINES, "supp": _LINES, "with": _LINES, "long": Listed("test")}
_TABLE = Keys({"exclude": _LINES, "exclude_rows": _LINES})
RULES: dict[str, Rule] = {
    "study": Keys(
        {
            "study": Keys(),
            "standards": Keys({"ct": _LINES}),
            "formats": _LINES,
            "times": _LINES,
            "units": _LINES,
            "profiles": _LINES,
        }
    ),
    "sources": Keys({"defaults": _TABLE, "tables": Keys(each=_TABLE, inherit_empty=True)}),
    "visits": Keys({"visits": Listed("number")}),
    "define": Keys({"documents": _LINES, "codelists": _LINES, "comments": _LINES, "displays": _LINES}),
    "instruments": Keys({"items": _LINES, "scales": _LINES}),
    "sdtm": Keys(_BLOCK),
    "adam": Keys(
        {
            "rows": _LINES,
            "variables": _LINES,
            "parameters": _LINES,
            "with": _LINES,
            "results": Listed("id"),
            "figures": Listed("id"),
        }
    ),
}
"""How each kind of file merges."""

# Where the rows of a domain come from is said in one of three ways, of an analysis dataset in one of two; a
# way of the study ends the layer's.
_SOURCE = ("from", "with", "where", "unknown", "for", "visit", "long", "items", "not_done")
_ENDS = {
    "sdtm": {
        "stack": (*_SOURCE, "rows", "origin"),
        "rows": (*_SOURCE, "stack"),
        "from": ("stack", "rows", "origin"),
    },
    "adam": {"stack": ("from", "with", "where", "unknown", "for"), "from": ("stack",)},
}


def merge(kind: str, lower: Mapping | None, upper: Mapping, findings: Findings) -> Mapping:
    """One file over that of a layer.

    Args:
        kind: the kind of file, a key of :data:`RULES`.
        lower: the layer's tree, or None if there is none.
        upper: the tree that goes before it.
        findings: receives CED029 (two lines of one variable), CED043 (nothing to remove), CED044 (a line that
            blocks of the layer hide) and CED146 (a key without a value over one that the layer has).

    Returns:
        A new tree; the parts keep their places.
    """
    base = Mapping()
    base.where = upper.where
    base.update(lower or {})
    if kind == "sdtm":
        _no_second_lines(upper, findings)
    if kind in _ENDS and lower is not None:
        _end_other_rows(base, upper, _ENDS[kind])
        _no_hidden_lines(base, upper, findings)
    fold = _full_names(upper) if kind == "sdtm" else str
    rule = RULES[kind]
    assert isinstance(rule, Keys)
    return _merge_keys(base, upper, rule, _Merge(findings, fold))


class _Merge(Struct, frozen=True):
    findings: Findings
    fold: Callable[[str], str]

    def nothing_to_remove(self, key: Text, known: Iterable[str]) -> None:
        message = f"there is nothing to remove: no layer has '{key}' here"
        self.findings.add(Finding("CED043", message, key.where, hint=did_you_mean(key, known)))

    def no_value(self, key: Text, of_layer: Text) -> None:
        message = f"'{key}' has no value here, and the layer has one, {of_layer.where}"
        hint = "write the value, delete the line, or take the layer's away with {remove: yes}"
        self.findings.add(Finding("CED146", message, key.where, hint=hint))


def _merge(lower: Node, upper: Node, rule: Rule | None, run: _Merge) -> Node:
    if isinstance(rule, Keys) and isinstance(upper, Mapping):
        base = lower if isinstance(lower, Mapping) else _empty(upper)
        return _merge_keys(base, upper, rule, run)
    if isinstance(rule, Listed) and isinstance(upper, Sequence):
        base = lower if isinstance(lower, Sequence) else Sequence()
        return _merge_lists(base, upper, rule, run)
    return upper


def _empty(like: Mapping) -> Mapping:
    made = Mapping()
    made.where = like.where
    return made


def _merge_keys(lower: Mapping, upper: Mapping, rule: Keys, run: _Merge) -> Mapping:
    """The layer's keys in their order, each replaced where given, then those that are new."""
    given = {run.fold(key): key for key in upper}
    known = {run.fold(key) for key in lower}
    made = _empty(upper)
    for key, value in lower.items():
        mine = given.get(run.fold(key))
        if mine is None:
            made[key] = value
        elif _is_removal(upper[mine]):
            continue
        elif upper[mine] is None:
            made[mine] = value
            if value is not None and not rule.inherit_empty:
                run.no_value(mine, key)
        else:
            made[mine] = _merge(value, upper[mine], rule.within.get(mine, rule.each), run)
    for key, value in upper.items():
        if run.fold(key) in known:
            continue
        if _is_removal(value):
            run.nothing_to_remove(key, (str(k) for k in lower))
        else:
            made[key] = _merge(None, value, rule.within.get(key, rule.each), run)
    return made


def _merge_lists(lower: Sequence, upper: Sequence, rule: Listed, run: _Merge) -> Sequence:
    """The layer's items in their order; those of one name are replaced, at the place of the first."""
    made = Sequence()
    made.where = upper.where
    mine: dict[str, list[Node]] = {}
    for item in upper:
        mine.setdefault(_name_of(item, rule.key), []).append(item)
    known = [_name_of(item, rule.key) for item in lower]
    placed: set[str] = set()
    for item, name in zip(lower, known, strict=True):
        if not name or name not in mine:
            made.append(item)
        elif name not in placed:
            made.extend(own for own in mine[name] if not _is_removal(own, rule.key))
            placed.add(name)
    for item in upper:
        name = _name_of(item, rule.key)
        if _is_removal(item, rule.key) and name not in known:
            key = next(v for k, v in _items(item) if k == rule.key and isinstance(v, Text))
            run.nothing_to_remove(key, known)
        elif name not in placed:
            made.append(item)
    return made


def _items(node: Node) -> list[tuple[Text, Node]]:
    return list(node.items()) if isinstance(node, Mapping) else []


def _name_of(item: Node, key: str) -> str:
    """The name of an item of a list; numbers by their value, so that 1 is 1.0."""
    value = next((v for k, v in _items(item) if k == key), None)
    if not isinstance(value, Text):
        return ""
    try:
        return str(float(value)) if key == "number" else str(value)
    except ValueError:
        return str(value)


def _is_removal(node: Node, key: str = "") -> bool:
    """``{remove: yes}``; in a list beside the name of the item."""
    said = {str(k): v for k, v in _items(node)}
    return said.pop(REMOVE, None) == "yes" and set(said) <= {key}


def _full_names(tree: Mapping) -> Callable[[str], str]:
    """``--TERM`` and AETERM are one variable; of associated persons (APMH) ``--TERM`` and MHTERM are."""
    name = next((str(v) for k, v in tree.items() if k == "domain"), "")
    prefix = name[2:] if len(name) == 4 and name.startswith("AP") else name[:2]
    return lambda key: prefix + key[2:] if key.startswith("--") else str(key)


def _no_second_lines(tree: Mapping, findings: Findings) -> None:
    """CED029: two lines of one variable at a place, as of ``--TERM`` and AETERM; one would go in silence."""
    fold = _full_names(tree)
    for lines in _lines(tree):
        first: dict[str, Text] = {}
        for key, _ in _items(lines):
            before = first.setdefault(fold(key), key)
            if before is not key:
                message = f"a second line of {fold(key)}: '{before}' and '{key}' are one variable"
                findings.add(Finding("CED029", message, key.where, hint="delete one of them"))


def _lines(node: Node) -> Iterator[Node]:
    """The lines of a domain, wherever they stand: those of all, of blocks and of tests, and written rows."""
    for key, value in _items(node):
        if key in ("variables", "supp"):
            yield value
        elif key == "tests":
            yield from (lines for _, test in _items(value) for lines in _lines(test))
        elif key in ("stack", "long", "rows") and isinstance(value, Sequence):
            for one in value:
                yield from [one] if key == "rows" else _lines(one)


def _end_other_rows(base: Mapping, upper: Mapping, ends: dict[str, tuple[str, ...]]) -> None:
    for way, ended in ends.items():
        if any(key == way and not _is_removal(value) for key, value in upper.items()):
            for key in [k for k in base if str(k) in ended]:
                del base[key]


def _no_hidden_lines(base: Mapping, upper: Mapping, findings: Findings) -> None:
    """CED044: a line for all blocks which a block of the layer's stack has by itself."""
    fold = _full_names(upper)
    stack = (
        None
        if any(key == "stack" for key in upper)
        else next((v for k, v in base.items() if k == "stack"), None)
    )
    if not isinstance(stack, Sequence):
        return
    for part, key, value in _for_all(upper):
        for block in stack:
            found = next((k for p, k, _ in _for_all(block) if (p, fold(k)) == (part, fold(key))), None)
            if found is not None and not _is_removal(value):
                message = f"the line of {key} is hidden by that of a block of the layer, {found.where}"
                hint = "write the 'stack' in the study's file"
                findings.add(Finding("CED044", message, key.where, hint=hint))
                break


def _for_all(node: Node) -> Iterator[tuple[str, Text, Node]]:
    """What a block has for itself, or all blocks together: lines, and what is said of tests."""
    for key, value in _items(node):
        if key in ("variables", "supp", "tests", "rows"):
            yield from ((str(key), name, line) for name, line in _items(value))
        elif key in ("unit", "range", "flags"):
            yield "", key, value
