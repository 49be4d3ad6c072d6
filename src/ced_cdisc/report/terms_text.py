"""The terms of a codelist as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.plan.language.codelists import shown
from ced_cdisc.schema.terminology import FoundList, ShownTerm

_WIDEST = 40


def terms_text(found: FoundList, terms: Sequence[ShownTerm]) -> str:
    """The head of a list, then some of its terms: value, NCI code, meaning, synonyms."""
    codelist = found.codelist
    lines = [f"{shown(codelist)} {codelist.name}", f"  {_about(found)}"]
    width = min(max((len(term.value) for term in terms), default=0), _WIDEST)
    coded = any(term.code or term.added for term in terms)
    for term in terms:
        code = f"  {term.code or ('added' if term.added else ''):7}" if coded else ""
        decode = term.decode if term.decode != term.value else ""
        others = [other for other in term.synonyms if other not in (term.value, term.decode)]
        said = "; ".join(filter(None, (decode, f"also {', '.join(others)}" if others else "")))
        lines.append(f"  {term.value:{width}}{code}  {said}".rstrip())
    return "\n".join(lines) + "\n"


def _about(found: FoundList) -> str:
    codelist, number = found.codelist, len(found.terms)
    count = f"{number} term{'s' * (number != 1)}"
    if found.package:
        return f"{found.package}, {count}, {'' if found.extensible else 'not '}extensible"
    if codelist.dictionary:
        return f"define.yaml: the dictionary {codelist.dictionary} {codelist.version}".rstrip()
    return f"define.yaml, {count}, {'other values are taken' if found.extensible else 'no others'}"
