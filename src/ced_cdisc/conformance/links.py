"""CED611: documents that define.xml links to and that are not there. Files of data have their own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from ced_cdisc.check.define.document import DefineDocument, attribute, short_name
from ced_cdisc.core.findings import Finding, Severity, Stage, did_you_mean

CODE = "CED611"


def links_to_nothing(documents: Iterable[DefineDocument], folder: Path) -> Iterator[Finding]:
    """What links of define.xml do not find; addresses of the web are not asked.

    Args:
        documents: each with its path below the folder.
        folder: the folder.
    """
    for document in documents:
        for leaf in document.all("def:leaf"):
            owner = leaf.getparent()
            href = (attribute(leaf, "xlink:href") or "").partition("#")[0]
            if not href or "://" in href or (owner is not None and short_name(owner) == "ItemGroupDef"):
                continue
            path, others = (folder / document.file).parent / unquote(href), list[str]()
            with suppress(OSError, ValueError):  # whatever is written there, it may be no path
                if path.is_file():
                    continue
                others = sorted(one.name for one in path.parent.iterdir() if one.is_file())
            message = f"the document {href}, to which it links, is not there"
            hint = did_you_mean(path.name, others) or "put the document there"
            yield Finding(CODE, message, document.location(leaf), hint, Stage.CHECK, Severity.WARNING)
