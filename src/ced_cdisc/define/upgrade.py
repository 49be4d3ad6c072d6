"""From Define-XML 2.0 to 2.1: what follows from the file is changed, what a person must decide is listed.

Nothing of the old file is dropped. What 2.1 calls otherwise is renamed, as :data:`RENAMED` lists; where the
schema needs a value that the old file does not have, one is put in and listed; where the schema needs none,
none is put in.

Source: Define-XML 2.1, its changes since 2.0; the schemas of both versions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TypeVar

from msgspec import Struct

from ced_cdisc.define.datasets import ItemDef, ItemGroupDef, Origin
from ced_cdisc.define.model import MetaDataVersion, Odm, Standard, Standards
from ced_cdisc.define.node import DEF, Extra, Node
from ced_cdisc.define.shared import CodeList, CommentDef, Description, TranslatedText
from ced_cdisc.define.upgrade_words import CLASSES, DICTIONARIES, ORIGINS, SETS, SOURCES, STANDARDS, folded

RENAMED = {
    "the namespace http://www.cdisc.org/ns/def/v2.0": "http://www.cdisc.org/ns/def/v2.1",
    "MetaDataVersion/@def:DefineVersion": "the same attribute, of the new version",
    "MetaDataVersion/@def:StandardName, @def:StandardVersion": "def:Standard/@Name, @Version",
    "ItemGroupDef/@def:Class": "def:Class/@Name",
    "def:Origin/@Type CRF, eDT": "Collected, with @Source",
    "the stylesheet": "define2-1.xsl",
}
"""What is said in another way in 2.1."""

DEFINE_VERSION = "2.1.10"
STYLESHEET = "define2-1.xsl"

N = TypeVar("N", bound=Node)


class Decision(Struct, frozen=True):
    """What a person must decide.

    Attributes:
        question: what is asked; the same question for all places where it arises.
        choices: the possible answers.
        element: name of the element, as ``ItemDef``.
        oid: its OID.
        line: its line in the old file.
        put: what stands in the new file now; empty for nothing.
    """

    question: str
    choices: str
    element: str
    oid: str
    line: int
    put: str


def upgrade(odm: Odm, ct_version: str | None = None) -> tuple[Odm, list[Decision]]:
    """The model of a 2.0 file as one of 2.1, and what a person must decide, in the order of the file.

    Args:
        odm: the model of a 2.0 file.
        ct_version: the version of CDISC controlled terminology (such as ``2015-12-18``), if it is known.

    Raises:
        ValueError: the model is not of 2.0.
    """
    if odm.version != "2.0":
        raise ValueError(f"the model is of version {odm.version}, not of 2.0")
    work = _Upgrade(odm, ct_version)
    return work.odm(), work.decisions


class _Upgrade:
    """One upgrade: gathers the decisions while it makes the new model."""

    def __init__(self, odm: Odm, ct_version: str | None) -> None:
        self.decisions: list[Decision] = []
        self._old = odm
        self._ct_version = ct_version
        self._titles = {leaf.id: leaf.title.text if leaf.title else leaf.id for leaf in odm.metadata.leaves}
        lists = odm.metadata.value_lists
        self._values = {ref.item_oid for values in lists for ref in values.items}
        self._analysis = STANDARDS.get(folded(odm.metadata.standard_name), "").startswith("ADaM")
        self._standard = ""
        self._terminology = ""

    def odm(self) -> Odm:
        """The whole file."""
        old = self._old
        self._ask("what the file is for", "Submission, Other", old, old.file_oid, 'def:Context="Submission"')
        metadata = self._metadata(old.metadata)
        for name, value in old.extra.attributes:
            if DEF["2.0"] in value:
                put = value.replace(DEF["2.0"], DEF["2.1"])
                self._ask("where the schema is", name.rpartition("}")[2], old, old.file_oid, put)
        new = replace(
            old,
            version="2.1",
            context="Submission",
            study=replace(old.study, metadata_version=metadata),
            prolog=tuple(self._instruction(markup) for markup in old.prolog),
            extra=_renamed_schema(old.extra),
        )
        self._foreign(new)
        return new

    def _metadata(self, old: MetaDataVersion) -> MetaDataVersion:
        standards = self._standards(old)
        self._ask(
            "which variables are not of the standard", 'ItemRef/@def:IsNonStandard="Yes"', old, old.oid, ""
        )
        self._ask(
            "which datasets and variables have no data",
            '@def:HasNoData="Yes" with a comment that says why',
            old,
            old.oid,
            "",
        )
        return replace(
            old,
            define_version=DEFINE_VERSION,
            standard_name=None,
            standard_version=None,
            standards=standards,
            item_groups=_each(old.item_groups, self._dataset),
            items=_each(old.items, self._item),
            code_lists=_each(old.code_lists, self._code_list),
            comments=_each(old.comments, self._comment),
        )

    def _standards(self, old: MetaDataVersion) -> Standards:
        taken = _identifiers(old)
        known = STANDARDS.get(folded(old.standard_name))
        name = known or "SDTMIG"
        self._standard = _free("STD.1", taken)
        made = Standard(
            oid=self._standard, name=name, type="IG", version=old.standard_version or "", status="Final"
        )
        if known is None:
            self._ask(
                f"the standard that 2.0 called {old.standard_name}", "a name of 2.1", old, old.oid, name
            )
        self._ask(
            "the status of the standard",
            "Draft, Provisional, Final",
            old,
            old.oid,
            f'{name} {made.version}: Status="Final"',
        )
        if not self._ct_version:
            return Standards(standards=(made,))
        self._terminology = _free("STD.CT.1", taken | {self._standard})
        terminology = Standard(
            oid=self._terminology,
            name="CDISC/NCI",
            type="CT",
            publishing_set=SETS[name.partition("-")[0]],
            version=self._ct_version,
            status="Final",
        )
        return Standards(standards=(made, terminology))

    def _dataset(self, old: ItemGroupDef) -> ItemGroupDef:
        found = CLASSES.get(folded(old.class_name))
        if found is None:
            held = f"was {old.class_name}; kept as a comment" if old.class_name else ""
            self._ask("the class of the dataset", "a class of 2.1", old, old.oid, held)
        self._ask(
            "whether the dataset is of the standard",
            '@def:StandardOID, or @def:IsNonStandard="Yes"',
            old,
            old.oid,
            f'def:StandardOID="{self._standard}"',
        )
        new = replace(old, class_name=None, class_=found, standard_oid=self._standard)
        if found is None and old.class_name:
            comment = f"<!-- def:Class of Define-XML 2.0: {old.class_name.replace('--', '- -')} -->"
            return replace(new, extra=replace(new.extra, nodes=((0, comment), *new.extra.nodes)))
        return new

    def _item(self, old: ItemDef) -> ItemDef:
        if not old.origins and old.value_list is None and old.oid not in self._values:  # a value inherits
            self._ask("the origin, which stands nowhere", "a def:Origin", old, old.oid, "")
        return replace(old, origins=tuple(self._origin(old, origin) for origin in old.origins))

    def _origin(self, item: ItemDef, old: Origin) -> Origin:
        kind, source = ORIGINS.get(folded(old.type), ("Other", None))
        new = replace(old, type=kind, source=source)
        if folded(old.type) not in ORIGINS:
            kept = ""
            if old.description is None and old.type:
                new = replace(new, description=_description(old.type))
                kept = "; the old type is its description"
            self._ask(
                f"the type of the origin that was {old.type}",
                "Assigned, Collected, Derived, Not Available, Other, Predecessor, Protocol",
                item,
                item.oid,
                f'Type="Other"{kept}',
            )
        elif kind == "Collected" or (kind in SOURCES and not self._analysis):
            self._ask(
                f"the source of the origin that was {old.type}",
                ", ".join(SOURCES[kind]),
                item,
                item.oid,
                f'{kind}, Source="{source}"',
            )
        return new

    def _code_list(self, old: CodeList) -> CodeList:
        if old.external is not None:
            name = old.external.dictionary
            if name not in DICTIONARIES:
                self._ask(
                    "the name of the dictionary in 2.1",
                    ", ".join(DICTIONARIES),
                    old,
                    old.oid,
                    f"{name}, as it was",
                )
            return old
        if not any(alias.context == "nci:ExtCodeID" for alias in old.aliases):
            self._ask(
                "whether a list without an NCI code is the sponsor's",
                '@def:IsNonStandard="Yes", or @def:StandardOID',
                old,
                old.oid,
                'def:IsNonStandard="Yes"',
            )
            return replace(old, is_non_standard="Yes")
        put = (
            f'def:StandardOID="{self._terminology}", version {self._ct_version}' if self._terminology else ""
        )
        self._ask(
            "the version of controlled terminology that the list is from",
            "a def:Standard of Type CT, named by @def:StandardOID (--ct VERSION gives all lists the same)",
            old,
            old.oid,
            put,
        )
        return replace(old, standard_oid=self._terminology or None)

    def _comment(self, old: CommentDef) -> CommentDef:
        """2.1 asks for the text of a comment; 2.0 allowed one that is a document only."""
        if old.description is not None:
            return old
        names = ", ".join(self._titles.get(ref.leaf_id, ref.leaf_id) for ref in old.documents)
        said = f"See {names}." if names else "No text."
        self._ask("the text of the comment", "a Description", old, old.oid, said)
        return replace(old, description=_description(said))

    def _instruction(self, markup: str) -> str:
        """The stylesheet of 2.0 cannot show 2.1."""
        if not markup.startswith("<?xml-stylesheet"):
            return markup
        new = f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>'
        self._ask(
            "the stylesheet, which was " + markup, "a stylesheet of 2.1", self._old, self._old.file_oid, new
        )
        return new

    def _foreign(self, node: Node) -> None:
        """List what is of the namespace of 2.0 and unknown to its schema; it is kept as it was."""
        for what in (*(name for name, _ in node.extra.attributes), *(text for _, text in node.extra.nodes)):
            if DEF["2.0"] in what:
                name = what.partition(DEF["2.0"] + "}")[2] or what[:60]
                oid = getattr(node, "oid", "")
                self._ask(
                    "what is not of Define-XML 2.0",
                    "take it out, or say it in 2.1",
                    node,
                    oid,
                    f"{name}, as it was",
                )
        for each in fields(node):
            held = getattr(node, each.name)
            for inner in held if isinstance(held, tuple) else (held,):  # pyright: ignore[reportUnknownVariableType]
                if isinstance(inner, Node):
                    self._foreign(inner)

    def _ask(self, question: str, choices: str, node: Node, oid: str | None, put: str) -> None:
        self.decisions.append(Decision(question, choices, node.tag, oid or "", node.line, put))


def _each(nodes: tuple[N, ...], change: Callable[[N], N]) -> tuple[N, ...]:
    return tuple(change(node) for node in nodes)


def _description(text: str) -> Description:
    return Description(texts=(TranslatedText(language="en", text=text),))


def _identifiers(old: MetaDataVersion) -> set[str]:
    held = (*old.item_groups, *old.items, *old.code_lists, *old.methods, *old.comments)
    return {node.oid for node in (*held, *old.value_lists, *old.where_clauses)}


def _free(oid: str, taken: set[str]) -> str:
    """An identifier that nothing in the file has."""
    while oid in taken:
        oid += "x"
    return oid


def _renamed_schema(extra: Extra) -> Extra:
    """``xsi:schemaLocation`` names the namespace too."""
    changed = tuple((name, value.replace(DEF["2.0"], DEF["2.1"])) for name, value in extra.attributes)
    return replace(extra, attributes=changed)
