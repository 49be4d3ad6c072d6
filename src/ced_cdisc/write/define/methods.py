"""Methods and comments in define.xml, and the references to them.

Source: Define-XML 2.1, the elements MethodDef and def:CommentDef.
"""

from __future__ import annotations

from ced_cdisc.core.metadata import Comment, Method
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.markup import Element, description, document_ref, element

FORMULA_CONTEXT = "ced-cdisc expression"
"""The language of a formal expression: the one that the value was computed from, not a paraphrase."""


def method_def(method: Method) -> Element:
    """A method: a sentence for people, the formula of the spec, and documents with the full algorithm."""
    return element(
        "MethodDef",
        {"OID": oids.method(method.id), "Name": method.name, "Type": method.type},
        description(method.text),
        element("FormalExpression", {"Context": FORMULA_CONTEXT}, text=method.formula)
        if method.formula
        else None,
        *(document_ref(reference) for reference in method.documents),
    )


def comment_def(comment: Comment) -> Element:
    """A comment, with the documents it refers to."""
    return element(
        "def:CommentDef",
        {"OID": oids.comment(comment.id)},
        description(comment.text),
        *(document_ref(reference) for reference in comment.documents),
    )


def method_oid(method: Method | None) -> str | None:
    """The OID of a method, or None if there is none."""
    return oids.method(method.id) if method is not None else None


def comment_oid(comment: Comment | None) -> str | None:
    """The OID of a comment, or None if there is none."""
    return oids.comment(comment.id) if comment is not None else None
