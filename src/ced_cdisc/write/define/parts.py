"""The small parts that many elements of define.xml hold, and the stylesheet beside it.

Source: Define-XML 2.1, the elements Description, Alias, def:DocumentRef, def:PDFPageRef and def:leaf.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ced_cdisc.core import metadata
from ced_cdisc.define.shared import (
    Alias,
    Decode,
    Description,
    DocumentRef,
    Leaf,
    PDFPageRef,
    Title,
    TranslatedText,
)
from ced_cdisc.write.define import oids

LANGUAGE = "en"
STYLESHEET = "define2-1.xsl"


def description(text: str) -> Description | None:
    """The ``Description`` of a text, or None for an empty text."""
    return Description(texts=(TranslatedText(language=LANGUAGE, text=text),)) if text else None


def decode(text: str) -> Decode | None:
    """The ``Decode`` of a text, or None for an empty text."""
    return Decode(texts=(TranslatedText(language=LANGUAGE, text=text),)) if text else None


def aliases(context: str, name: str) -> tuple[Alias, ...]:
    """One ``Alias``, or none for an empty name."""
    return (Alias(context=context, name=name),) if name else ()


def document_ref(reference: metadata.DocumentRef) -> DocumentRef:
    """A reference to a document with its pages.

    Pages are those of the file (PhysicalRef), in ascending order and each once; a named destination is a
    reference of its own.
    """
    pages = " ".join(str(page) for page in sorted(set(reference.pages)))
    made: list[PDFPageRef] = []
    if pages:
        made.append(PDFPageRef(type="PhysicalRef", page_refs=pages))
    if reference.destination:
        made.append(PDFPageRef(type="NamedDestination", page_refs=reference.destination))
    return DocumentRef(leaf_id=oids.document_leaf(reference.document), pages=tuple(made))


def leaf(leaf_id: str, href: str, title: str) -> Leaf:
    """A file beside define.xml, with the title that readers see."""
    return Leaf(id=leaf_id, href=href, title=Title(text=title))


def stylesheet() -> bytes:
    """The official CDISC stylesheet ``define2-1.xsl``, to be written beside define.xml.

    It comes from the installed package ``defineutils`` (MIT), which is located but not imported: importing
    it would load its own XML schema library.

    Raises:
        FileNotFoundError: ``defineutils`` is not installed or has no such file.
    """
    spec = find_spec("defineutils")
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise FileNotFoundError("the package defineutils, which carries define2-1.xsl, is not installed")
    return (Path(places[0]) / "definehtml" / STYLESHEET).read_bytes()
