"""Every name that a profile moves, renamed where it stands in the trees of a study's specs."""

from __future__ import annotations

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.spec.layers import Part
from ced_cdisc.spec.rename import Group, Names
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, entry, key_of, mapping_like, sequence_at

POINTING = ("SRCDOM", "SRCVAR", "RDOMAIN", "IDVAR")
"""Variables whose values are names of datasets and variables."""
_DOMAINS = "C66734"  # the codelist of domain codes
_PROSE = ("as", "comment", "structure", "label", "absent")
_CONSTANTS = (
    *("assign", "protocol", "param", "category", "domain", "dataset", "class", "like", "noun", "codelist"),
    *("format", "evaluator", "describe", "dated", "dtype", "test", "kind", "standard", "instrument", "id"),
)
_UNTOUCHED = ("ct", "terms", "exclude", "text")


class Rewriter:
    """Renames what a profile moves, in every tree of a study."""

    def __init__(self, names: Names, findings: Findings) -> None:
        self._names = names
        self._findings = findings

    def part(self, part: Part) -> Mapping:
        """The tree of a part in the profile."""
        if part.kind == "define":
            return self._define(part.tree)
        if part.kind not in ("sdtm", "adam"):
            return part.tree
        own = self._names.groups.get(part.name) if part.kind == "sdtm" else None
        made = self._mapping(part.tree, "", own)
        if own is not None and own.marks and (checks := entry(made, "checks")) is not None:
            texts = list(checks) if isinstance(checks, Sequence) else [checks]
            kept = [self._names.check(text, own) for text in texts if isinstance(text, Text)]
            made[Text("checks", made.where)] = sequence_at(made.where, kept)
        if part.name == "RELREC":
            self._relations(part.tree, made)
        return made

    def _node(self, node: Node, key: str, above: str, own: Group | None) -> Node:
        if isinstance(node, Sequence):
            return sequence_at(node.where, [self._node(item, key, above, own) for item in node])
        if isinstance(node, Mapping):
            return node if key in _UNTOUCHED else self._mapping(node, key, own)
        if node is None:
            return None
        if key in POINTING:
            return self._pointer(node)
        if key in _PROSE:
            return self._names.prose(node)
        is_term = key == "else" and above != "cases"
        return node if key in _CONSTANTS or is_term else self._names.expression(node, own)

    def _mapping(self, node: Mapping, key: str, own: Group | None) -> Mapping:
        made = mapping_like(node)
        for name, value in node.items():
            new = self._names.prose(name) if key in ("variables", "rows") else name
            made[new] = self._node(value, name, key, own)
            line = made[new]
            if name in POINTING and isinstance(line, Mapping) and isinstance(entry(line, "assign"), Text):
                pairs = {k: self._pointer(v) if k == "assign" else v for k, v in line.items()}
                made[new] = mapping_like(line, pairs)
        self._narrow(node, made, key, own)
        self._no_lookup(node)
        return made

    def _pointer(self, node: Node) -> Node:
        return Text(self._names.word(node), node.where, node.span) if isinstance(node, Text) else node

    def _narrow(self, node: Mapping, made: Mapping, key: str, own: Group | None) -> None:
        """What goes over the records of a domain goes over those of its group alone."""
        source = entry(node, "from")
        group = self._names.groups.get(str(source)) if isinstance(source, Text) else None
        owned = key not in ("events", "censors")
        at = source
        if group is None and own is not None and entry(node, "flag") is not None:
            group, owned, at = own, False, key_of(node, "flag")
        if group is None or not group.marks or not isinstance(at, Text):
            return
        where = entry(made, "where")
        narrowed = self._names.narrowed(where if isinstance(where, Text) else None, group, at, owned=owned)
        made[key_of(made, "where") or Text("where", at.where)] = narrowed

    def _no_lookup(self, node: Mapping) -> None:
        lookups = entry(node, "with")
        for name in lookups if isinstance(lookups, Mapping) else ():
            group = self._names.groups.get(str(name))
            if group is not None and group.marks:
                message = f"a look-up of {name} would find the records of others in {group.target} too"
                hint = f"only({name}.. where ..) reads one of its records"
                self._findings.add(Finding("CED049", message, name.where, hint=hint))

    def _relations(self, tree: Mapping, made: Mapping) -> None:
        """A relationship that has become the same as one before it is written once."""
        relate = entry(tree, "relate")
        for relation in relate if isinstance(relate, Sequence) else ():
            for side in (entry(relation, "from"), entry(relation, "to")):
                group = self._names.groups.get(str(side).partition(".")[0])
                if isinstance(side, Text) and group is not None and group.marks:
                    message = f"'relate' would link the records of others in {group.target} too"
                    self._findings.add(Finding("CED049", message, side.where))
        rows, before = entry(made, "rows"), entry(tree, "rows")
        if not isinstance(rows, Sequence) or not isinstance(before, Sequence):
            return
        sides = _sides(rows)
        changed = {name for name, values in _sides(before).items() if values != sides.get(name)}
        first: dict[frozenset[str], str] = {}
        for name in sorted(sides, key=lambda name: name in changed):  # one that says it unchanged stays
            first.setdefault(sides[name], name)
        again = {name for name in changed if first[sides[name]] != name}
        kept = [row for row in rows if str(entry(row, "RELID")) not in again]
        made[Text("rows", rows.where)] = sequence_at(rows.where, kept)

    def _define(self, tree: Mapping) -> Mapping:
        made = mapping_like(tree, dict(tree))
        codelists, comments = entry(tree, "codelists"), entry(tree, "comments")
        if isinstance(codelists, Mapping):
            lists = {name: self._codelist(spec) for name, spec in codelists.items()}
            kept = {name: spec for name, spec in lists.items() if spec is not None}
            made[Text("codelists", codelists.where)] = mapping_like(codelists, dict(kept))
        if isinstance(comments, Mapping):
            said = {name: self._node(value, "comment", "", None) for name, value in comments.items()}
            made[Text("comments", comments.where)] = self._renamed(mapping_like(comments, said), " ")
        return made

    def _renamed(self, node: Mapping, between: str) -> Mapping:
        """The mapping with its keys renamed; what is said of several that have become one is joined."""
        made = mapping_like(node)
        for name, value in node.items():
            new = self._names.prose(name)
            before = entry(made, new)
            if isinstance(before, Text) and isinstance(value, Text) and before != value:
                value = Text(f"{before}{between}{value}", before.where)
            made[new] = value
        return made

    def _codelist(self, spec: Node) -> Node:
        """A codelist in the profile; None where it only named domains that are gone."""
        if not isinstance(spec, Mapping):
            return spec
        made = mapping_like(
            spec, {key: self._node(v, key, "", None) if key == "comment" else v for key, v in spec.items()}
        )
        variables, terms = entry(spec, "variables"), entry(spec, "terms")
        bound = list(variables) if isinstance(variables, Sequence) else [variables]
        names = [self._names.prose(name) for name in bound if isinstance(name, Text)]
        if names:
            unlike = list({str(name): name for name in reversed(names)}.values())[::-1]
            made[key_of(spec, "variables") or names[0]] = sequence_at(spec.where, unlike)
        if not isinstance(terms, Mapping):
            return made
        if entry(spec, "extends") == _DOMAINS:
            left = {term: decode for term, decode in terms.items() if self._names.moved(term) is None}
            if not left and not names:
                return None
        elif any(str(name).rpartition(".")[2] in POINTING for name in names):
            left = self._renamed(terms, "; ")
        else:
            return made
        made[key_of(spec, "terms") or Text("terms", spec.where)] = mapping_like(terms, left)
        return made


def _sides(rows: Sequence) -> dict[str, frozenset[str]]:
    """The rows of each relationship, without its name."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if isinstance(row, Mapping):
            side = "\t".join(f"{key}={value}" for key, value in sorted(row.items()) if key != "RELID")
            found.setdefault(str(entry(row, "RELID")), set()).add(side)
    return {name: frozenset(values) for name, values in found.items()}
