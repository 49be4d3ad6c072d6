"""Clinical data of an ODM-XML file in one pass, without a tree, bounded in size and depth.

A document type declaration is refused: ODM has none, and without one there are no entities to expand and no
file or address to resolve.

Source: CDISC ODM 1.3.2 (StudyEventData, FormData, ItemGroupData, ItemData and its typed forms, SiteRef); ODM
2.0 (item groups within item groups, Value).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, NoReturn
from xml.parsers import expat

from msgspec import Struct, field

LARGEST_ODM = 1 << 32
"""Bytes of a file; larger ones are refused."""
DEEPEST = 50
"""Elements within each other; ODM needs about ten."""
_LONGEST = 1 << 20
"""Characters of one value."""
_BLOCK = 1 << 20
_SPACES = (
    "http://www.cdisc.org/ns/odm/v1.2",
    "http://www.cdisc.org/ns/odm/v1.3",
    "http://www.cdisc.org/ns/odm/v2.0",
)
KEYS = (
    "SubjectKey",
    "StudyEventOID",
    "StudyEventRepeatKey",
    "FormOID",
    "FormRepeatKey",
    "ItemGroupRepeatKey",
    "LocationOID",
)
"""What tells the records of a group apart, and the site: columns of every table, before its items."""
_TYPED = (
    "Any String Integer Float Date Time Datetime Boolean HexBinary Base64Binary HexFloat Base64Float "
    "PartialDate PartialTime PartialDatetime DurationDatetime IntervalDatetime IncompleteDatetime "
    "IncompleteDate IncompleteTime URI"
)
_ITEMS = frozenset(f"ItemData{kind}" for kind in _TYPED.split())

FaultKind = Literal["xml", "doctype", "bound", "foreign", "odm", "data"]


class OdmFault(Exception):
    """What is wrong with a file.

    Attributes:
        kind: ``xml`` (not well-formed), ``doctype``, ``bound`` (too deep or too long), ``foreign`` (no
            clinical data at all: a file of another kind), ``odm`` (clinical data, but not such as are read),
            ``data`` (a record contradicts itself).
        said: in words that follow the name of the file.
        line, column: where, from 1; 0 = nowhere in particular.
        hint: what to do.
    """

    def __init__(self, kind: FaultKind, said: str, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(said)
        self.kind, self.said, self.line, self.column, self.hint = kind, said, line, column, hint


class OdmGroup(Struct):
    """The records of one ItemGroupOID.

    Attributes:
        lines: line of each record's element.
        keys: of each record, the texts of :data:`KEYS`; empty where it has none.
        items: of each record, the texts by ItemOID.
        seen: every ItemOID, in the order in which they come.
    """

    lines: list[int] = field(default_factory=list[int])
    keys: list[list[str]] = field(default_factory=list["list[str]"])
    items: list[dict[str, str]] = field(default_factory=list["dict[str, str]"])
    seen: dict[str, str] = field(default_factory=dict[str, str])


class OdmData(Struct):
    """What a file holds.

    Attributes:
        groups: the records by ItemGroupOID, of those that were asked for.
        known: every ItemGroupOID that has records or stands in the metadata of the file.
        refs: by ItemGroupOID, the ItemOIDs that the metadata of the file list for it.
        names: by ItemOID, Name and SASFieldName in the metadata of the file.
    """

    groups: dict[str, OdmGroup] = field(default_factory=dict[str, OdmGroup])
    known: dict[str, None] = field(default_factory=dict[str, None])
    refs: dict[str, dict[str, None]] = field(default_factory=dict[str, "dict[str, None]"])
    names: dict[str, tuple[str, str]] = field(default_factory=dict[str, "tuple[str, str]"])


def read_odm(raw: bytes, groups: Collection[str] | None = None) -> OdmData:
    """The records of some groups (None: all).

    Args:
        raw: the bytes of the file.
        groups: ItemGroupOIDs.

    Raises:
        OdmFault: the file is none that is read, or contradicts itself.
    """
    parser: Any = expat.ParserCreate(namespace_separator=" ")
    reader = _Reader(parser, groups)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    view = memoryview(raw)
    try:
        for start in range(0, len(raw), _BLOCK):
            parser.Parse(view[start : start + _BLOCK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise OdmFault("xml", expat.ErrorString(error.code), error.lineno, error.offset + 1) from None
    except (ValueError, LookupError) as error:  # an encoding that Python cannot give to expat
        raise OdmFault("xml", str(error), 1) from None
    if not reader.clinical:
        raise OdmFault(
            "foreign", "has no ClinicalData", hint="export the clinical data, not the metadata alone"
        )
    return reader.data


class _Record(Struct):
    oid: str
    repeat: str
    line: int
    group: OdmGroup | None
    items: dict[str, str] = field(default_factory=dict[str, str])


class _Reader:
    """Takes the elements of a file as they come; what is open is closed by the end of its element."""

    def __init__(self, parser: Any, groups: Collection[str] | None) -> None:
        self.data = OdmData()
        self.clinical = False
        self._parser, self._asked = parser, groups
        self._depth = 0
        self._space = ""
        self._study: str | None = None
        self._subject, self._site = "", ""
        self._of_subject: list[list[str]] = []
        self._event, self._form = ("", ""), ("", "")
        self._records: list[_Record] = []
        self._item, self._parts, self._length = "", list[str](), 0
        self._item_at = 0  # the depth of the item's element
        self._text_at = 0  # the depth at which text is the value of the item
        self._is_null, self._has_value = False, False
        self._group_def = ""

    def doctype(self, *_: object) -> NoReturn:
        hint = "ODM has none: export it without"
        raise OdmFault("doctype", "has a document type declaration", self._parser.CurrentLineNumber, 0, hint)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        space, _, short = name.rpartition(" ")
        if self._depth == 1:
            self._root(space, short, attributes)
        if self._depth > DEEPEST:
            self._stop("bound", f"has more than {DEEPEST} elements within each other", "export it again")
        if space != self._space:
            return  # an extension of a vendor
        if attributes.get("TransactionType") == "Remove":
            self._stop("odm", "says that data were removed", "export a snapshot, which holds what is there")
        match short:
            case "ClinicalData":
                self._clinical_data(self._needed(attributes, "StudyOID", short))
            case "SubjectData":
                self._subject, self._site = self._needed(attributes, "SubjectKey", short), ""
            case "SiteRef" if self._subject and not self._records:
                self._site = self._needed(attributes, "LocationOID", short)
            case "StudyEventData":
                repeat = attributes.get("StudyEventRepeatKey", "")
                self._event = self._needed(attributes, "StudyEventOID", short), repeat
            case "FormData":
                self._form = self._needed(attributes, "FormOID", short), attributes.get("FormRepeatKey", "")
            case "ItemGroupData" if self._subject:
                oid = self._needed(attributes, "ItemGroupOID", short)
                self.data.known.setdefault(oid)
                asked = self._asked is None or oid in self._asked
                group = self.data.groups.setdefault(oid, OdmGroup()) if asked else None
                repeat, line = attributes.get("ItemGroupRepeatKey", ""), self._parser.CurrentLineNumber
                self._records.append(_Record(oid, repeat, line, group))
            case "ItemGroupDef":
                self._group_def = self._needed(attributes, "OID", short)
                self.data.known.setdefault(self._group_def)
                self.data.refs.setdefault(self._group_def, {})
            case "ItemRef" if self._group_def:
                self.data.refs[self._group_def].setdefault(self._needed(attributes, "ItemOID", short))
            case "ItemDef":
                told = attributes.get("Name", ""), attributes.get("SASFieldName", "")
                self.data.names[self._needed(attributes, "OID", short)] = told
            case "ItemData" if self._records:
                self._item_data(attributes)
            case "Value" if self._item and self._depth == self._item_at + 1:  # that of a Query is none
                if self._has_value:
                    self._stop("data", f"has two values for the item {self._item} in one record")
                self._text_at, self._has_value = self._depth, True
            case _ if self._records and short in _ITEMS:
                self._open_item(attributes, short)
                self._text_at = self._depth
            case _:
                pass

    def end(self, name: str) -> None:
        space, _, short = name.rpartition(" ")
        self._depth -= 1
        if space != self._space:
            return
        match short:
            case "ItemData":
                self._close_item()
            case "Value" if self._text_at > self._depth:
                self._text_at = 0
            case "ItemGroupData" if self._records:
                self._close_record()
            case "FormData":
                self._form = "", ""
            case "SubjectData":
                for keys in self._of_subject:
                    keys[-1] = self._site
                self._subject, self._of_subject = "", []
            case "ItemGroupDef":
                self._group_def = ""
            case _ if short in _ITEMS:
                self._close_item()
            case _:
                pass

    def text(self, text: str) -> None:
        if self._item and self._text_at == self._depth:
            self._take(text)

    def _root(self, space: str, short: str, attributes: Mapping[str, str]) -> None:
        if short != "ODM" or space not in _SPACES:
            what = f"begins with the element {short}" + f" of {space}" * bool(space)
            self._stop("foreign", what, "ODM 1.2, 1.3 and 2.0 are read")
        self._space = space
        if attributes.get("FileType") != "Snapshot":
            kind = attributes.get("FileType", "without FileType")
            self._stop("odm", f"is no snapshot, but {kind}", "export a snapshot, which holds what is there")

    def _clinical_data(self, study: str) -> None:
        self.clinical = True
        if self._study not in (None, study):
            self._stop(
                "odm", f"holds the data of two studies, {self._study} and {study}", "export one a file"
            )
        self._study = study

    def _item_data(self, attributes: Mapping[str, str]) -> None:
        self._open_item(attributes, "ItemData")
        self._is_null = attributes.get("IsNull") == "Yes"
        if value := attributes.get("Value"):
            self._has_value = True
            self._take(value)

    def _take(self, text: str) -> None:
        if self._is_null:
            self._stop("data", f"says that the item {self._item} is null, and gives it a value")
        self._length += len(text)
        if self._length > _LONGEST:
            self._stop("bound", f"has a value of more than {_LONGEST:,} characters for the item {self._item}")
        self._parts.append(text)

    def _open_item(self, attributes: Mapping[str, str], element: str) -> None:
        oid = self._needed(attributes, "ItemOID", element)
        if oid in self._records[-1].items:
            self._stop("data", f"has the item {oid} twice in one record")
        self._item, self._parts, self._length = oid, [], 0
        self._item_at, self._text_at = self._depth, 0
        self._is_null, self._has_value = False, False

    def _close_item(self) -> None:
        if not self._item:
            return
        record = self._records[-1]
        oid = self._item
        if record.group is not None:
            oid = record.group.seen.setdefault(oid, oid)  # one object for all records
        record.items[oid] = "".join(self._parts)
        self._item, self._text_at = "", 0

    def _close_record(self) -> None:
        record = self._records.pop()
        if record.group is None:
            return
        above = self._records[-1] if self._records else None
        form = (above.oid, above.repeat) if above is not None else self._form
        keys = [self._subject, *self._event, *form, record.repeat, ""]
        record.group.lines.append(record.line)
        record.group.keys.append(keys)
        record.group.items.append(record.items)
        self._of_subject.append(keys)

    def _needed(self, attributes: Mapping[str, str], name: str, element: str) -> str:
        if not attributes.get(name):
            self._stop("data", f"has the element {element} without {name}")
        return attributes[name]

    def _stop(self, kind: FaultKind, said: str, hint: str = "") -> NoReturn:
        raise OdmFault(kind, said, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1, hint)
