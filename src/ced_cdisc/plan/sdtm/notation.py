"""The notation of numbers of a table, in expressions that read what is collected from it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.spec.models import LineSpec

_READING = re.compile(r"(?P<quoted>'[^']*'|\"[^\"]*\")|\b(?:number|numeric|numeral|comparator) *\(")
_SIGN = re.compile(r"'[^']*'|\"[^\"]*\"|[()]")


def noted(text: str, name: str, notation: str) -> str:
    """An expression that reads numbers of ``name`` in a notation, wherever it reads them as numbers.

    >>> noted("if(x = 'number(x)', 5, number(trim(x)))", "x", "comma")
    "if(x = 'number(x)', 5, number(decimal(trim(x), 'comma')))"
    """
    made, at = "", 0
    for found in _READING.finditer(text):
        if found["quoted"] or found.start() < at:
            continue
        end, depth = found.end(), 1
        for sign in _SIGN.finditer(text, end):
            depth += (sign[0] == "(") - (sign[0] == ")")
            if not depth:
                end = sign.start()
                break
        read = text[found.end() : end]
        if name in read and "decimal(" not in read:
            made += f"{text[at : found.end()]}decimal({read}, '{notation}')"
            at = end
    return made + text[at:]


def notations_of(spec: LineSpec, expressions: Expressions) -> set[str]:
    """How the numbers in the texts that a line takes are written, an empty text for a decimal point."""
    units = expressions.units
    texts = [spec.derive, *(text for case in spec.cases or () for text in (case.then, case.else_))]
    parsed = [expressions.parse(text) for text in texts if text is not None]
    if not parsed or not units.notations:
        return {units.notation(spec.collect)}
    return set[str]().union(*(units.notations_in(node) for node in parsed if node is not None))


def note_notations(domains: Iterable[Domain], expressions: Expressions) -> None:
    """Have functions read the numbers in the text of a variable as the table writes it that it comes of.

    A variable that holds numbers is written with a point wherever it is text.
    """
    if not expressions.units.notations:
        return
    for domain in domains:
        for rows in domain.rows:
            lines = {domain.full(str(key)): spec for key, spec in rows.variables.items()}
            if rows.test is not None:
                lines.setdefault(domain.full("--ORRES"), rows.test.result)
            texts = {name: spec for name, spec in lines.items() if domain.names.get(name) is Type.TEXT}
            for name, spec in texts.items():
                if (spec.collect or spec.derive or spec.cases) and not spec.ct and spec.match is None:
                    known = expressions.units.variables.setdefault(name, set())
                    known |= notations_of(spec, expressions)
