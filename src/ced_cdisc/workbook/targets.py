"""Where each difference belongs in the specs, and the edit that makes them say what the workbook says.

An edit is proposed only where a key of the language holds the very text that the workbook had, or where
the key can be added to the one line that the row is made of. Everything else gets its place and a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.spec.source import Mapping, Text, entry, key_of
from ced_cdisc.workbook.compare import Difference, Key, plain_clause
from ced_cdisc.workbook.edits import Add, Edit, Give, Remove, Replace, Target
from ced_cdisc.workbook.lines import SpecLine, SpecTrees, place
from ced_cdisc.workbook.model import Record, Tables
from ced_cdisc.workbook.reasons import reason

_STUDY = {"StudyName": "name", "StudyDescription": "title", "ProtocolName": "protocol"}
_DATASET = {"Label": "label", "Structure": "structure"}
_LINE = {
    "Label": "label",
    "Format": "format",
    "Length": "length",
    "Significant Digits": "decimals",
    "Codelist": "codelist",
    "Source": "source",
    "Pages": "page",
    "Predecessor": "copy",
}
_RULED_BY = {
    "Origin": ("collect", "assign", "protocol", "derive", "cases", "copy", "flag", "absent", "impute"),
    "Method": ("derive", "cases", "flag", "impute"),
}
_ADDED = ("Format",)
"""Columns whose key is added to a line that lacks it; the others say what is measured or standard."""
_DOCUMENT = {"Title": "title", "Href": "href"}
_DISPLAY = {"Title": "title"}
_RESULT = {"Reason": "reason", "Purpose": "purpose"}
_HEAD = ("domain", "dataset", "label", "class", "like", "noun", "structure")
_USERS = ("Datasets", "Variables", "ValueLevel", "Codelists", "Dictionaries")


_Found = tuple[Location, Sequence[Edit], str]
"""The place of a difference, its edits, and why there are none where the usual reason does not say it."""


class _User(Struct, frozen=True):
    """A row that refers to a method or a comment."""

    sheet: str
    key: Key


class Targets:
    """Finds the targets of differences.

    Args:
        trees: the specs of the study.
        old: the workbook of the build.
        new: the workbook that is imported.
    """

    def __init__(self, trees: SpecTrees, old: Tables, new: Tables) -> None:
        self._trees = trees
        self._old = old
        self._new = new

    def all(self, differences: Sequence[Difference]) -> list[Target]:
        """One target for each difference."""
        return [self._target(one) for one in differences]

    def _target(self, one: Difference) -> Target:
        where, edits, why = self._found(one)
        if edits:
            return Target(one, where, tuple(edits))
        text = why or reason(one.sheet, one.column, one.kind, one.key[0] if one.sheet == "Define" else "")
        return Target(one, where, reason=text)

    def _found(self, one: Difference) -> _Found:
        match one.sheet:
            case "Define":
                study = entry(self._trees.top("study"), "study")
                node = study if isinstance(study, Mapping) else None
                return self._key(one, node, _STUDY.get(one.key[0], "standards"))
            case "Datasets":
                return self._dataset(one)
            case "Variables" | "ValueLevel":
                return self._line(one)
            case "Codelists" | "Dictionaries":
                return self._codelist(one)
            case "Methods" | "Comments":
                return self._shared(one)
            case "Documents":
                node = self._trees.defined("documents", one.key[0])
                return self._key(one, node, _DOCUMENT.get(one.column, ""))
            case "Analysis Displays":
                node = self._trees.defined("displays", one.key[0])
                return self._key(one, node, _DISPLAY.get(one.column, "documents"))
            case "Analysis Results":
                return self._key(one, self._trees.result(one.key[1]), _RESULT.get(one.column, "what"))
            case _:
                return Location(""), [], ""

    def _key(self, one: Difference, node: Mapping | None, key: str) -> _Found:
        """A difference of a text that stands under one key."""
        held = entry(node, key) if key else None
        where = place(node, key)
        if isinstance(held, Text) and one.column and one.new and _same(held, one.old):
            return held.where, [Replace(held.where, str(held), one.new)], ""
        return where, [], ""

    def _dataset(self, one: Difference) -> _Found:
        tree = self._trees.dataset(one.key[0])
        if one.kind == "missing" or tree is None:
            return (tree.where if tree is not None else Location("")), [], ""
        if one.key[0].startswith("SUPP"):
            return place(tree, "supp"), [], "supplemental qualifiers are described by their parent's spec"
        if one.column == "Comment":
            return self._comment(one, tree, None)
        key = {"Key Variables": "sort", "Class": "class"}.get(one.column) or _DATASET.get(one.column, "")
        where, edits, why = self._key(one, tree, key)
        if not edits and one.column == "Structure" and entry(tree, "structure") is None and one.new:
            return tree.where, [Add(tree.where, "structure", one.new, _HEAD)], ""
        return where, edits, why

    def _lines_of(self, sheet: str, key: Key) -> list[SpecLine]:
        if sheet == "ValueLevel":
            return self._trees.value(*key)
        return self._trees.variable(*key) if sheet == "Variables" else []

    def _line(self, one: Difference) -> _Found:
        tree = self._trees.dataset(one.key[0])
        lines = self._lines_of(one.sheet, one.key)
        if not lines or not one.column:
            where = (
                lines[0].key.where if lines else place(tree, "copy" if key_of(tree, "copy") else "variables")
            )
            return where, [], ""
        if one.column == "Comment":
            return self._comment(one, None, lines)
        key = _LINE.get(one.column, "")
        held = [(line, text) for line in lines if key and (text := line.text(key)) is not None]
        fits = [text for _, text in held if _same(text, one.old)]
        if fits and one.new:
            return fits[0].where, [Replace(text.where, str(text), one.new) for text in fits], ""
        if one.column in _ADDED and not held and one.new and len(lines) == 1:
            return lines[0].key.where, [_added(lines[0], key, one.new)], ""
        ruled = [
            k.where
            for line in lines
            for verb in _RULED_BY.get(one.column, ())
            if (k := key_of(_map(line), verb))
        ]
        where = held[0][1].where if held else ruled[0] if ruled else lines[0].key.where
        return where, [], ""

    def _comment(self, one: Difference, tree: Mapping | None, lines: list[SpecLine] | None) -> _Found:
        """Another comment at a dataset or a line: its text goes there, or the key goes."""
        text = self._text(self._new, "Comments", one.new) if one.new else ""
        held = [
            (key, value)
            for node in ([tree] if tree is not None else [_map(line) for line in lines or []])
            if (key := key_of(node, "comment")) is not None
            and isinstance(value := entry(node, "comment"), Text)
        ]
        where = (
            held[0][0].where
            if held
            else tree.where
            if tree is not None
            else lines[0].key.where
            if lines
            else Location("")
        )
        if one.new and not text:
            return where, [], f"the sheet Comments has no row {one.new}"
        if not one.new:
            return where, [Remove(key.where) for key, _ in held], ""
        if held:
            same = self._text(self._old, "Comments", one.old)
            fits = [value for _, value in held if _same(value, same)]
            return where, [Replace(v.where, str(v), text) for v in fits if not _same(v, text)], ""
        if tree is not None:
            return where, [Add(tree.where, "comment", text, _HEAD)], ""
        if lines and len(lines) == 1:
            return where, [_added(lines[0], "comment", text)], ""
        return where, [], "several lines make the variable: give one of them the comment"

    def _codelist(self, one: Difference) -> _Found:
        node = self._trees.defined("codelists", one.key[0])
        top = self._trees.top("define")
        if node is None:
            return place(top, "codelists") if top is not None else Location(""), [], ""
        if one.column == "Comment" and len(one.key) == 1:
            return self._comment(one, node, None)
        if one.sheet == "Dictionaries":
            return self._key(one, node, one.column.lower())
        if len(one.key) == 1:
            return self._key(one, node, "name" if one.column == "Name" else "extends")
        terms = entry(node, "terms")
        if not isinstance(terms, Mapping):
            return place(node, "terms"), [], ""
        term = key_of(terms, one.key[1])
        if one.kind == "added":
            record = self._record(self._new, "Codelists", one.key)
            decode = record["Decoded Value"] if record is not None else ""
            return terms.where, [Add(terms.where, one.key[1], decode)], ""
        if term is None:
            return terms.where, [], ""
        if one.kind == "missing":
            return term.where, [], "a row that is not there takes nothing away: delete the term yourself"
        if one.column == "Decoded Value":
            return self._key(one, terms, str(term))
        return term.where, [], ""

    def _shared(self, one: Difference) -> _Found:
        """A method or a comment: its text stands at the rows that refer to it."""
        column = "Method" if one.sheet == "Methods" else "Comment"
        users = list(self._users(self._new if one.kind == "added" else self._old, column, one.key[0]))
        where = Location("")
        edits: list[Edit] = []
        words = ("as",) if column == "Method" else ("comment", "absent")
        lacking: list[SpecLine] = []
        for user in users:
            for line in self._nodes(user):
                held = next(filter(None, map(line.text, words)), None)
                where = where if where.file else (held.where if held is not None else line.key.where)
                if held is None:
                    lacking.append(line)
                elif one.column == "Description" and one.new and _same(held, one.old):
                    edits.append(Replace(held.where, str(held), one.new))
        if edits or one.kind != "changed" or one.column != "Description":
            covered = one.kind != "changed" and users
            why = (
                f"see {', '.join('.'.join(filter(None, user.key[:2])) for user in users[:3])}"
                if covered
                else ""
            )
            return where, list(dict.fromkeys(edits)), why
        makes = _RULED_BY["Method"] if column == "Method" else ("when",)  # what the text is made of
        if len(lacking) == 1 and one.new and any(key_of(_map(lacking[0]), key) for key in makes):
            return lacking[0].key.where, [_added(lacking[0], words[0], one.new)], ""
        return where, [], ""

    def _nodes(self, user: _User) -> list[SpecLine]:
        if user.sheet in ("Variables", "ValueLevel"):
            return self._lines_of(user.sheet, user.key)
        if user.sheet == "Datasets":
            node = self._trees.dataset(user.key[0])
        else:
            node = self._trees.defined("codelists", user.key[0])
        return [SpecLine(Text(user.key[0], node.where), node)] if node is not None else []

    def _users(self, tables: Tables, column: str, name: str) -> Iterator[_User]:
        seen: set[_User] = set()
        for sheet in _USERS:
            for record in tables.records(sheet):
                if record[column] == name:
                    key = tuple(record[part] for part in tables.tables[sheet].layout.key)
                    if sheet == "ValueLevel":
                        key = (*key[:2], plain_clause(key[2], key[0]))
                    user = _User(sheet, key[:1] if sheet == "Codelists" else key)
                    if user not in seen:
                        seen.add(user)
                        yield user

    def _record(self, tables: Tables, sheet: str, key: Key) -> Record | None:
        table = tables.tables.get(sheet)
        return next((r for r in table.records if table.key(r) == key), None) if table is not None else None

    def _text(self, tables: Tables, sheet: str, name: str) -> str:
        record = self._record(tables, sheet, (name,))
        return record["Description"] if record is not None else ""


def _map(line: SpecLine) -> Mapping | None:
    return line.value if isinstance(line.value, Mapping) else None


def _added(line: SpecLine, key: str, value: str) -> Edit:
    if isinstance(line.value, Mapping):
        return Add(line.value.where, key, value)
    return Give(line.value.where, str(line.value), "collect", key, value)


def _same(text: Text, old: str) -> bool:
    """Whether a spec's text is the workbook's, however its lines are folded."""
    return " ".join(text.split()) == " ".join(old.split())
