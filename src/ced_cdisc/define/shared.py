"""The parts of a define.xml that others refer to or hold: texts, documents, codelists, methods, comments.

Source: Define-XML 2.1 and 2.0.
"""

from __future__ import annotations

from ced_cdisc.define.node import Node, attribute, child, children, text


class TranslatedText(Node):
    """A text in one language."""

    tag = "TranslatedText"
    language: str | None = attribute("xml:lang")
    text: str = text()


class Description(Node):
    """A text in one or more languages."""

    tag = "Description"
    texts: tuple[TranslatedText, ...] = children(TranslatedText)


class Decode(Node):
    """What a coded value means, in one or more languages."""

    tag = "Decode"
    texts: tuple[TranslatedText, ...] = children(TranslatedText)


class Alias(Node):
    """Another name in a context, such as the NCI code."""

    tag = "Alias"
    context: str | None = attribute("Context")
    name: str | None = attribute("Name")


class PDFPageRef(Node):
    """Pages or a named destination of a document. ``title`` is of 2.1."""

    tag = "def:PDFPageRef"
    type: str | None = attribute("Type")
    page_refs: str | None = attribute("PageRefs")
    first_page: str | None = attribute("FirstPage")
    last_page: str | None = attribute("LastPage")
    title: str | None = attribute("Title")


class DocumentRef(Node):
    """A reference to a document."""

    tag = "def:DocumentRef"
    leaf_id: str = attribute("leafID", required=True)
    pages: tuple[PDFPageRef, ...] = children(PDFPageRef)


class Title(Node):
    """The title of a file."""

    tag = "def:title"
    text: str = text()


class Leaf(Node):
    """A file beside define.xml."""

    tag = "def:leaf"
    id: str = attribute("ID", required=True)
    href: str | None = attribute("xlink:href")
    title: Title | None = child(Title)


class CodeListItem(Node):
    """A value with its decode."""

    tag = "CodeListItem"
    coded_value: str = attribute("CodedValue", required=True)
    rank: str | None = attribute("Rank")
    order_number: str | None = attribute("OrderNumber")
    extended_value: str | None = attribute("def:ExtendedValue")
    decode: Decode | None = child(Decode)
    aliases: tuple[Alias, ...] = children(Alias)
    descriptions: tuple[Description, ...] = children(Description)


class EnumeratedItem(Node):
    """A value that speaks for itself."""

    tag = "EnumeratedItem"
    coded_value: str = attribute("CodedValue", required=True)
    rank: str | None = attribute("Rank")
    order_number: str | None = attribute("OrderNumber")
    extended_value: str | None = attribute("def:ExtendedValue")
    aliases: tuple[Alias, ...] = children(Alias)
    descriptions: tuple[Description, ...] = children(Description)


class ExternalCodeList(Node):
    """A dictionary kept elsewhere."""

    tag = "ExternalCodeList"
    dictionary: str | None = attribute("Dictionary")
    version: str | None = attribute("Version")
    href: str | None = attribute("href")
    ref: str | None = attribute("ref")


class CodeList(Node):
    """The values of an item. ``standard_oid``, ``is_non_standard`` and ``comment_oid`` are of 2.1."""

    tag = "CodeList"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    data_type: str | None = attribute("DataType")
    sas_format_name: str | None = attribute("SASFormatName")
    standard_oid: str | None = attribute("def:StandardOID")
    is_non_standard: str | None = attribute("def:IsNonStandard")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child(Description)
    items: tuple[CodeListItem | EnumeratedItem, ...] = children(CodeListItem, EnumeratedItem)
    external: ExternalCodeList | None = child(ExternalCodeList)
    aliases: tuple[Alias, ...] = children(Alias)


class FormalExpression(Node):
    """A method in the language that ``context`` names."""

    tag = "FormalExpression"
    context: str | None = attribute("Context")
    text: str = text()


class MethodDef(Node):
    """How a value is computed or imputed."""

    tag = "MethodDef"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    type: str | None = attribute("Type")
    description: Description | None = child(Description)
    formal_expressions: tuple[FormalExpression, ...] = children(FormalExpression)
    aliases: tuple[Alias, ...] = children(Alias)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


class CommentDef(Node):
    """A comment."""

    tag = "def:CommentDef"
    oid: str = attribute("OID", required=True)
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)
