"""Write docs/reference.md from the classes of the mapping language and the catalogue of functions.

python scripts/make_reference.py
"""

from __future__ import annotations

import inspect
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.derive.examples import EXAMPLES, Example
from ced_cdisc.expr.signature import Signature
from ced_cdisc.expr.tree import Type
from ced_cdisc.spec import analysis, define, findings_file, instruments, models, spec_tests, study
from ced_cdisc.spec.base import For, Model, Words, Yes
from ced_cdisc.spec.source import Text

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"

HEAD = """\
# Language reference

<!-- Written by scripts/make_reference.py from the classes of spec/models.py and derive/; do not edit. -->

Every key of every file, every function with worked examples. [mapping-language.md](mapping-language.md) shows
how they go together, [errors.md](errors.md) what each message means. A key in **bold** must be given.
"""

FILES: tuple[tuple[str, type[Model]], ...] = (
    ("mappings/study.yaml", study.StudySpec),
    ("mappings/sources.yaml", study.SourcesSpec),
    ("mappings/visits.yaml", study.VisitsSpec),
    ("mappings/instruments/*.yaml", instruments.InstrumentSpec),
    ("mappings/sdtm/*.yaml", models.DomainSpec),
    ("mappings/adam/*.yaml", analysis.AnalysisSpec),
    ("mappings/tests/*.yaml", spec_tests.DatasetTests),
    ("mappings/tests/plug-ins/*.yaml", spec_tests.DerivationTests),
    ("define/define.yaml", define.DefineSpec),
    ("define/findings.yaml", findings_file.KnownFindings),
)

EXPRESSIONS = """
## Expressions

| written | means |
|---|---|
| `ae.AETERM` | a column of a raw table: text |
| `AESTDTC` | a variable of the dataset at hand |
| `DM.RFSTDTC`, `ADSL.TRTSDT` | a variable of a dataset with one record a subject |
| `'text'`, `2.5`, `missing` | constants; a quote inside a text is doubled |
| `a + b`, `-`, `*`, `/`, `**` | arithmetic; missing where an operand is, or where there is no finite result |
| `a = b`, `!=`, `<`, `<=`, `>`, `>=` | comparison; unknown where an operand is missing |
| `a between low and high` | both ends included |
| `a in ('A', 'B')`, `a not in (..)` | one of a list |
| `a is missing`, `a is present` | never unknown |
| `p and q`, `p or q`, `not p` | with unknown as in SQL; unknown is not true |
| `f(..)` | a function, below |
| `first(X where c order by d on V)` | over several records, below |
"""

AGGREGATES = """
## Over several records

Of the records of the same subject: `NAME(value where condition on VARIABLE, .. order by a, b desc)`. Each
clause may be left out. `on` keeps to records with the same value as the record at hand; `on tl.LESNO` to rows
of the raw table tl with the same LESNO as the row of tl at hand. With
`DATASET.VARIABLE` inside, the records are those of that dataset or raw table, and other names are of the
record at hand; else they are those of the own dataset, and so are all names. The own one may be named, too:
`min(ADTR.AVAL where ADTR.ADT < ADT on PARAMCD)` is the least value before the record at hand.

| call | gives |
|---|---|
| `first(X ..)`, `last(X ..)` | the first or last value that is not missing, as ordered, ties by the key |
| `min(X ..)`, `max(X ..)` | the least or greatest value |
| `sum(X ..)`, `mean(X ..)` | of numbers, exact before the one rounding |
| `count(X ..)` | how many values are not missing; 0 where there is none |
| `only(X ..)` | the value, where one record has one; several are a fault |
| `same(X ..)` | the value that all records share, else missing |
| `rank(where .. order by ..)` | the number of the record in its group; missing where `where` is not true |
| `next(X order by ..)`, `previous(X ..)` | the value of the record after or before; `where` as of `rank` |
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    shown: list[type[Model]] = []
    for file, model in FILES:
        parts.append(f"\n## `{file}`\n")
        parts.append(_section(model, 0))
        below = [one for one in _below(model) if one not in shown and one is not model]
        shown += below
        parts += [_section(one, 3) for one in below]
    parts += [EXPRESSIONS, AGGREGATES, _functions()]
    return "".join(parts)


def _section(model: type[Model], level: int) -> str:
    words = " ".join(inspect.cleandoc(model.__doc__ or "").split())
    title = f"\n{'#' * level} {_title(model)}\n" if level else ""
    rows = "".join(_row(name, field) for name, field in model.model_fields.items())
    return f"{title}\n{words}\n\n| key | value | meaning |\n|---|---|---|\n{rows}"


def _row(name: str, field: FieldInfo) -> str:
    key = field.alias or name
    bold = "**" if field.is_required() else ""
    meaning = field.description or ""
    default = field.get_default(call_default_factory=True) if not field.is_required() else None
    if isinstance(default, str | int | float) and not isinstance(default, bool) and default != "":
        meaning = f"{meaning} Default: {default}.".strip()
    value = _value(field.rebuild_annotation()).replace("|", "\\|")
    return f"| {bold}`{key}`{bold} | {value} | {meaning} |\n"


_FOR = "list of name: text, or of such lists"


def _value(kind: Any) -> str:
    """What may be written for a key."""
    named = {Words: "text, or list", Yes: "yes or no", models.Line: "[line](#line)", For: _FOR}
    if kind in named:
        return named[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _value(Words if args[0] == list[Text] else args[0])
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_value(arg) for arg in args if arg is not NoneType))
    if origin is Literal:
        return " | ".join(f"`{arg}`" for arg in args)
    if origin is list:
        return f"list of {_value(args[0])}"
    if origin is dict:
        return f"name: {_value(args[1])}"
    if inspect.isclass(kind) and issubclass(kind, Model):
        return f"[{_title(kind).lower()}](#{_title(kind).lower().replace(' ', '-')})"
    return {Text: "text", str: "text", int: "whole number", float: "number", bool: "yes or no"}[kind]


def _title(model: type[Model]) -> str:
    """``TableVisit`` is "Table visit"."""
    name = model.__name__.removesuffix("Spec") or model.__name__
    return "".join(f" {c.lower()}" if c.isupper() and i else c for i, c in enumerate(name))


def _below(model: type[Model]) -> list[type[Model]]:
    """The classes that a class holds, in the order of its keys, each once."""
    found: dict[type[Model], None] = {}
    for field in model.model_fields.values():
        for one in _models_in(field.annotation):
            if one not in found:
                found[one] = None
                found |= dict.fromkeys(_below(one))
    return list(found)


def _models_in(kind: Any) -> list[type[Model]]:
    if inspect.isclass(kind) and issubclass(kind, Model):
        return [kind]
    return [one for arg in get_args(kind) for one in _models_in(arg)]


def _functions() -> str:
    lines = ["\n## Functions\n\n| call | takes | gives | in words | examples |\n|---|---|---|---|---|\n"]
    for signature in FUNCTIONS.values():
        examples = "<br>".join(
            _example(one) for one in EXAMPLES if one.expression.startswith(f"{signature.name}(")
        )
        takes = "; ".join(_taken(p.name, p.types, p.literal) for p in signature.parameters)
        gives = "as its values" if signature.result is None else _kind(signature.result)
        words = _words(signature)
        lines.append(f"| `{signature.usage()}` | {takes} | {gives} | {words} | {examples} |\n")
    others = [one for one in EXAMPLES if not any(one.expression.startswith(f"{name}(") for name in FUNCTIONS)]
    lines.append("\nMissing values and partial dates:\n\n")
    lines += [f"* {_example(one)}\n" for one in others]
    return "".join(lines)


def _words(signature: Signature) -> str:
    words = signature.english
    for i, parameter in enumerate(signature.parameters):
        words = words.replace(f"{{{i}}}", parameter.name).replace(f"{{{i}*}}", f"{parameter.name}, ..")
    words = words.replace("{*}", "the values")
    source = f" ({signature.source})" if signature.source else ""
    return f"{words}{source}{f'; admiral: {signature.admiral}' if signature.admiral else ''}"


def _taken(name: str, types: tuple[Type, ...], literal: bool) -> str:
    return f"{name}: {'constant ' if literal else ''}{' or '.join(_kind(kind) for kind in types)}"


def _kind(kind: Type) -> str:
    return {
        Type.TEXT: "text",
        Type.NUMBER: "number",
        Type.DTC: "ISO 8601",
        Type.DATE: "date",
        Type.DATETIME: "date-time",
        Type.TRUTH: "true or false",
    }[kind]


def _example(example: Example) -> str:
    given = ", ".join(f"{name} {_shown(value)}" for name, value in example.given.items())
    if example.result is None or isinstance(example.result, bool):
        result = "missing or unknown" if example.result is None else str(example.result).lower()
    else:
        result = _shown(example.result)
    return f"`{example.expression}` with {given}: {result}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "missing" if value is None else f"'{value}'"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
