"""Methods and comments in define.xml, and the references to them.

Source: Define-XML 2.1, the elements MethodDef and def:CommentDef.
"""

from __future__ import annotations

from ced_cdisc.core.metadata import Comment, Method
from ced_cdisc.define.shared import CommentDef, FormalExpression, MethodDef
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.parts import description, document_ref

FORMULA_CONTEXT = "ced-cdisc expression"
"""The language of a formal expression: the one that the value was computed from, not a paraphrase."""


def method_def(method: Method) -> MethodDef:
    """A method: a sentence for people, the formula of the spec, and documents with the full algorithm."""
    formula = (FormalExpression(context=FORMULA_CONTEXT, text=method.formula),) if method.formula else ()
    return MethodDef(
        oid=oids.method(method.id),
        name=method.name,
        type=method.type,
        description=description(method.text),
        formal_expressions=formula,
        documents=tuple(document_ref(reference) for reference in method.documents),
    )


def comment_def(comment: Comment) -> CommentDef:
    """A comment, with the documents it refers to."""
    return CommentDef(
        oid=oids.comment(comment.id),
        description=description(comment.text),
        documents=tuple(document_ref(reference) for reference in comment.documents),
    )


def method_oid(method: Method | None) -> str | None:
    """The OID of a method, or None if there is none."""
    return oids.method(method.id) if method is not None else None


def comment_oid(comment: Comment | None) -> str | None:
    """The OID of a comment, or None if there is none."""
    return oids.comment(comment.id) if comment is not None else None
