"""Keep the list of the texts that define.xml shows, each with the verdict of a person who read it.

python scripts/review_methods.py IMPROVE_CED_OUT VITALS_LABS_OUT [LIST]

Both are builds of the examples. The list (tests/define/method_review.tsv) has a line for each distinct text
of a method or a comment: how often each example has it, the verdict, and the text. Verdicts of unchanged
texts stay, new texts are ``unread``, texts that are gone leave the list. A person writes the verdicts:
``clear``, or what was judged. The texts are read from the files with lxml: nothing of ced_cdisc is asked.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from lxml import etree

LIST = Path(__file__).resolve().parents[1] / "tests" / "define" / "method_review.tsv"
STUDIES = ("improve_ced", "vitals_labs")
HEAD = ("kind", *STUDIES, "verdict", "text")
UNREAD = "unread"
_ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
_DEFINE = "{http://www.cdisc.org/ns/def/v2.1}"
_KINDS = {f"{_ODM}MethodDef": "method", f"{_DEFINE}CommentDef": "comment"}

Uses = Counter[tuple[str, str]]
"""How often a text is referred to, by kind (method or comment) and text."""


def uses(out: Path) -> Uses:
    """The texts of methods and comments in every define.xml below a folder."""
    found: Uses = Counter()
    for file in sorted(out.rglob("define.xml")):
        root = etree.parse(str(file)).getroot()
        references = Counter(
            value
            for element in root.iter(etree.Element)
            for name, value in element.attrib.items()
            if str(name).endswith(("MethodOID", "CommentOID"))
        )
        for tag, kind in _KINDS.items():
            for element in root.iter(tag):
                text = element.findtext(f"{_ODM}Description/{_ODM}TranslatedText") or ""
                found[kind, " ".join(text.split())] += references[element.get("OID", "")]
    return found


def read(file: Path = LIST) -> dict[tuple[str, str], dict[str, str]]:
    """The lines of the list by kind and text."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {(row["kind"], row["text"]): row for row in rows}


def write(found: dict[str, Uses], file: Path = LIST) -> list[str]:
    """Write the list, with the verdicts it had; returns the texts that wait for one."""
    known = read(file) if file.exists() else {}
    keys = sorted(set().union(*found.values()), key=lambda key: (key[0] != "method", key[1]))
    lines = ["\t".join(HEAD)]
    waiting: list[str] = []
    for kind, text in keys:
        verdict = known.get((kind, text), {}).get("verdict") or UNREAD
        waiting += [text] if verdict == UNREAD else []
        counts = (str(found[study][kind, text]) for study in STUDIES)
        lines.append("\t".join((kind, *counts, verdict, text)))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return waiting


def main(arguments: list[str]) -> int:
    """Write the list; 1 where a text waits for a verdict, 2 where the arguments are wrong."""
    if len(arguments) not in (2, 3):
        sys.stderr.write(__doc__ or "")
        return 2
    folders = [Path(one) for one in arguments[:2]]
    file = Path(arguments[2]) if len(arguments) == 3 else LIST
    waiting = write({study: uses(out) for study, out in zip(STUDIES, folders, strict=True)}, file)
    sys.stdout.write("".join(f"{UNREAD}: {text}\n" for text in waiting))
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
