"""Write the table of rules in docs/define-check.md from the catalogue of codes and the ids of the check.

python scripts/make_define_check_docs.py
"""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.check.define import ids
from ced_cdisc.core.codes import CODES

PAGE = Path(__file__).parents[1] / "docs" / "define-check.md"
START, END = "<!-- table: made by scripts/make_define_check_docs.py -->\n", "<!-- end of the table -->\n"
RANGE = (*range(501, 548), 549)


def public_ids(code: str) -> list[str]:
    """The ids that findings of a code can have, sorted."""
    found = {*ids.IDS.get(code, ()), *ids.EXACT.get(code, ())}
    if code == "CED502":
        found.update(one for known in ids.SCHEMA.values() for one in known)
        found.update((*ids.MISSING_ELEMENT, *ids.WRONG_ORDER))
    elif code == "CED503":
        found.update(ids.DUPLICATE.values())
    elif code == "CED504":
        found.update((*ids.DANGLING.values(), *ids.DOCUMENT, *ids.FILE))
    elif code == "CED510":
        found.update(ids.UNUSED.values())
    elif code == "CED522":
        found.update(ids.FILE)
    return sorted(found)


def page() -> str:
    """The whole page, with the table as the catalogue says it now."""
    head, rest = PAGE.read_text(encoding="utf-8").split(START)
    lines = ["| code | fault | public ids |\n", "|---|---|---|\n"]
    for code in (f"CED{number}" for number in RANGE):
        lines.append(f"| {code} | {CODES[code].title} | {' '.join(public_ids(code))} |\n")
    return "".join((head, START, *lines, END, rest.split(END)[1]))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
