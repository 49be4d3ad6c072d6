"""One schema for each kind of file that specs are written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import unquote

from ced_cdisc.schema.expressions import expression
from ced_cdisc.schema.names import STRUCTURES, KnownVariable, Names
from ced_cdisc.schema.scalars import FILLED, TEXT, Schema, any_of, ref, words
from ced_cdisc.schema.shapes import RAW_COLUMN, REMOVAL, Shapes
from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.define import DefineSpec
from ced_cdisc.spec.findings_file import KnownFindings
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.spec.spec_tests import DatasetTests, DerivationTests
from ced_cdisc.spec.study import SourcesSpec, StudySpec, VisitsSpec
from ced_cdisc.standards.ct import PUBLISHERS
from ced_cdisc.standards.tables import table_names


class Kind(NamedTuple):
    """A kind of spec file: its class, and where its files stand, in ``mappings`` or ``define``."""

    model: type[Model]
    folder: str
    files: str


KINDS: dict[str, Kind] = {
    "study": Kind(StudySpec, "mappings", "study.yaml"),
    "sources": Kind(SourcesSpec, "mappings", "sources.yaml"),
    "visits": Kind(VisitsSpec, "mappings", "visits.yaml"),
    "instruments": Kind(InstrumentSpec, "mappings", "instruments/*.yaml"),
    "sdtm": Kind(DomainSpec, "mappings", "sdtm/*.yaml"),
    "adam": Kind(AnalysisSpec, "mappings", "adam/*.yaml"),
    "tests": Kind(DatasetTests, "mappings", "tests/*.yaml"),
    "plug-ins": Kind(DerivationTests, "mappings", "tests/plug-ins/*.yaml"),
    "define": Kind(DefineSpec, "define", "define.yaml"),
    "findings": Kind(KnownFindings, "define", "findings.yaml"),
}

_EXPRESSION, _SOURCE, _CODELIST, _COPIED = "expression", "source", "codelist", "copied-variable"
_DATES, _TIMES, _UNIT, _TIME = "date-format", "time-format", "unit", "time"
_OWNERS = "look-up"
_ROLES = {
    ("LineSpec", "collect"): RAW_COLUMN,
    ("LineSpec", "ticks[]"): RAW_COLUMN,
    ("LineSpec", "time"): _TIME,
    ("LineSpec", "derive"): _EXPRESSION,
    ("LineSpec", "when"): _EXPRESSION,
    ("LineSpec", "where"): _EXPRESSION,
    ("LineSpec", "copy"): _COPIED,
    ("LineSpec", "codelist"): _CODELIST,
    ("LineSpec", "date"): _DATES,
    ("LineSpec", "times"): _TIMES,
    ("Case", "when"): _EXPRESSION,
    ("Case", "then"): _EXPRESSION,
    ("Case", "else"): _EXPRESSION,
    ("NotDone", "when"): _EXPRESSION,
    ("CodedTest", "unit"): _UNIT,
    ("CodedTest", "value"): _EXPRESSION,
    ("TestSpec", "unit"): _UNIT,
    ("TestSpec", "value"): _EXPRESSION,
    ("BlockSpec", "from"): _SOURCE,
    ("BlockSpec", "where"): _EXPRESSION,
    ("BlockSpec", "unit"): _UNIT,
    ("BlockSpec", "with[]"): _OWNERS,
    ("DomainSpec", "from"): _SOURCE,
    ("DomainSpec", "where"): _EXPRESSION,
    ("DomainSpec", "unit"): _UNIT,
    ("DomainSpec", "with[]"): _OWNERS,
    ("DomainSpec", "baseline"): _EXPRESSION,
    ("DomainSpec", "checks"): _EXPRESSION,
    ("EachSpec", "of"): RAW_COLUMN,
    ("MatchSpec", "where"): _EXPRESSION,
    ("InstrumentUse", "instrument"): "instrument",
    ("ScaleUse", "instrument"): "instrument",
    ("VisitsSpec", "day1"): RAW_COLUMN,
    ("VisitsSpec", "date"): _DATES,
    ("CandidateSpec", "where"): _EXPRESSION,
    ("CandidateSpec", "date"): _EXPRESSION,
    ("CandidateSpec", "from"): _SOURCE,
    ("ParameterSpec", "rows"): _EXPRESSION,
    ("ParameterSpec", "value"): _EXPRESSION,
    ("ParameterSpec", "text"): _EXPRESSION,
    ("ParameterSpec", "computed"): _EXPRESSION,
    ("ParameterSpec", "start"): _EXPRESSION,
    ("Window", "where"): _EXPRESSION,
    ("DerivedSpec", "where"): _EXPRESSION,
    ("DerivedSpec", "value"): _EXPRESSION,
    ("AnalysisBlock", "from"): _SOURCE,
    ("AnalysisBlock", "where"): _EXPRESSION,
    ("AnalysisBlock", "copy"): _COPIED,
    ("AnalysisBlock", "with[]"): _OWNERS,
    ("AnalysisSpec", "from"): _SOURCE,
    ("AnalysisSpec", "where"): _EXPRESSION,
    ("AnalysisSpec", "copy"): _COPIED,
    ("AnalysisSpec", "checks"): _EXPRESSION,
    ("AnalysisSpec", "with[]"): _OWNERS,
    ("ResultSpec", "data"): _EXPRESSION,
    ("ResultSpec", "display"): "display",
    ("FigureSpec", "data"): _EXPRESSION,
    ("PanelSpec", "data"): _EXPRESSION,
    ("StudySpec", "usubjid"): "formula",
    ("Standards", "sdtmig"): "SDTMIG",
    ("Standards", "ct[]"): "publisher",
}
"""What the texts of a key are, where more is known of them than that they are texts."""

_FREE = "[A-Za-z_][A-Za-z0-9_]{0,7}"


def schema_text(schema: Schema) -> str:
    """A schema as the text of its file, a definition a line."""

    def line(key: str, value: object) -> str:
        return f"{_json(key)}: {_json(value)}"

    head = [line(key, value) for key, value in schema.items() if key != "definitions"]
    below = ",\n".join(line(key, value) for key, value in schema["definitions"].items())
    return "{\n" + ",\n".join(head) + ',\n"definitions": {\n' + below + "\n}\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def schemas(specs: Specs, kinds: Iterable[str] = KINDS) -> dict[str, Schema]:
    """The schemas of a study by kind of file.

    Args:
        specs: the study's specs; those of single datasets may be missing.
        kinds: the kinds wanted, of :data:`KINDS`.
    """
    names = Names(specs)
    return {kind: _schema(kind, names) for kind in kinds}


def _schema(kind: str, names: Names) -> Schema:
    shapes = Shapes(_ROLES, layered=names.layered)
    top = shapes.of(KINDS[kind].model)
    below = _BELOW.get(kind)
    refined = below(names) if below is not None else _Refined()
    wanted = shapes.definitions | _study_definitions(names) | refined.definitions
    start = {"allOf": [top, *refined.rules]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"{KINDS[kind].folder}/{KINDS[kind].files} of {names.specs.study.study.id}",
        **start,
        "definitions": _reached(start, wanted),
    }


class _Refined:
    """What a study adds to the classes: definitions, and rules that choose them by the dataset of a file."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self.rules: list[Schema] = []

    def when(self, key: str, value: str, name: str, then: Schema) -> None:
        """The definition ``then`` holds for a file whose ``key`` is ``value``."""
        self.definitions[name] = then
        chosen = {"properties": {key: {"const": value}}, "required": [key]}
        self.rules.append({"if": chosen, "then": ref(name)})


def _study_definitions(names: Names) -> dict[str, Schema]:
    specs = names.specs
    known = {
        **names.tables,
        **{name: _named(names, name) for name in names.datasets if name in names.domains},
    }
    datasets = [*names.datasets, *names.analyses]
    copied = [
        f"{dataset}.{name}" for dataset in names.datasets if dataset in known for name in known[dataset]
    ]
    analysed = "|".join(names.analyses)
    own = {"type": "string", "pattern": f"^(?:{analysed})\\.{_FREE}$"} if analysed else None
    return {
        _UNIT: any_of(words(names.columns), FILLED, {"type": "number"}, _no_column(names)),
        RAW_COLUMN: any_of(words(names.columns), FILLED),
        _TIME: any_of(
            words([*names.columns, "first", "last"]), FILLED, {"type": "string", "pattern": r"^\d"}
        ),
        _SOURCE: any_of(words([*names.tables, *datasets, "visits"]), FILLED),
        _OWNERS: any_of(words([*names.tables, *datasets]), FILLED),
        _CODELIST: any_of(words(names.lists), {"type": "string", "pattern": r"^C\d+$"}),
        _COPIED: any_of(words(copied), *([own] if own else []), FILLED),
        _EXPRESSION: expression(known, plug_ins=names.plug_ins),
        "formula": expression({}, plug_ins=names.plug_ins),
        _DATES: any_of(words([*map(str, specs.study.formats), "same", "ISO"]), TEXT),
        _TIMES: any_of(words(map(str, specs.study.times)), TEXT),
        "instrument": words(specs.instruments),
        "display": any_of(words(map(str, specs.define.displays)), FILLED),
        "SDTMIG": words(table_names("sdtmig-", ".datasets")),
        "publisher": words(PUBLISHERS),
        **{f"terms-of-{name}": any_of(words(terms), FILLED) for name, terms in names.terms.items()},
        **{f"lines-of-{name}": _bound(name) for name in names.terms},
        **{f"line-of-{name}": {"allOf": [ref("line"), ref(f"lines-of-{name}")]} for name in names.terms},
        "line": any_of(ref(RAW_COLUMN), ref("LineSpec"), *([REMOVAL] if names.layered else [])),
    }


def _no_column(names: Names) -> Schema:
    """A word that does not begin like a raw column: a unit."""
    tables = "|".join(names.tables)
    return {"type": "string", "not": {"pattern": f"^(?:{tables})\\."}}


def _named(names: Names, dataset: str) -> list[str]:
    """All that expressions and ``copy`` may name of an SDTM dataset."""
    return [*(one.name for one in names.domains[dataset]), *names.qualifiers.get(dataset, ())]


def _bound(codelist: str) -> Schema:
    """A line whose constants and codes give terms of a list, unless it names another one itself."""
    term = ref(f"terms-of-{codelist}")
    constants: Schema = dict.fromkeys(("assign", "protocol", "else", "several"), term)
    constants["ticks"] = {"additionalProperties": term}
    codes: Schema = {"ct": {"additionalProperties": any_of(term, {"enum": ["", None]})}}
    own: Schema = {"required": ["codelist"]}
    ticked: Schema = {"required": ["ticks"]}  # its codes say what a tick is
    return {
        "allOf": [
            {"if": own, "else": {"properties": constants}},
            {"if": any_of(own, ticked), "else": {"properties": codes}},
        ]
    }


def _variables(known: Iterable[KnownVariable], prefix: str = "") -> Schema:
    """The lines of variables by name; with a prefix, ``--SEV`` is AESEV."""
    made: dict[str, Schema] = {}
    short: dict[str, Schema] = {}
    plain: list[str] = []
    for one in known:
        line: Schema = {"allOf": [ref(f"line-of-{one.codelist}" if one.codelist else "line")]}
        made[one.name] = {"description": one.about, **line} if one.about else line
        if prefix and one.name.startswith(prefix) and one.name != prefix:
            if one.codelist:
                short[f"--{one.name[2:]}"] = line
            else:
                plain.append(one.name[2:])
    schema: Schema = {"type": "object", "properties": made | short}
    if plain:
        schema["patternProperties"] = {f"^--(?:{'|'.join(plain)})$": ref("line")}
    return schema


def _sdtm(names: Names) -> _Refined:
    made = _Refined()
    for dataset, known in names.domains.items():
        code = next((str(s.domain) for s in names.specs.sdtm if str(s.dataset) == dataset), dataset)
        prefix = code[2:] if len(code) == 4 and code.startswith("AP") else code
        variables = f"variables-of-{dataset}"
        made.definitions[variables] = _variables(known, prefix) | {"additionalProperties": False}
        topic = next((one.codelist for one in known if one.name == f"{prefix}TESTCD"), "")
        test = ref(f"terms-of-{topic}") if topic else {}
        of_test: Schema = {"properties": {"variables": ref(variables)}}
        block: Schema = {
            "properties": {
                "variables": ref(variables),
                "long": {"items": {"properties": {"variables": ref(variables), "test": test}}},
                "tests": {"additionalProperties": of_test},
            }
        }
        if topic:
            block["properties"]["test"] = ref(f"lines-of-{topic}")
        made.definitions[f"block-of-{dataset}"] = block
        whole: Schema = {
            "properties": {
                **block["properties"],
                "stack": {"items": ref(f"block-of-{dataset}")},
                "rows": {"items": _row(known)},
                "omit": _names_of(known),
            }
        }
        key = "domain" if code == dataset else "dataset"
        made.when(key, dataset, dataset, whole)
    return made


def _row(known: Iterable[KnownVariable]) -> Schema:
    """A written record: its variables, and the terms of those that have some."""
    values = {
        one.name: any_of(ref(f"terms-of-{one.codelist}"), {"enum": ["", None]}) if one.codelist else {}
        for one in known
    }
    return {"properties": values, "additionalProperties": False}


def _names_of(known: Iterable[KnownVariable]) -> Schema:
    listed = [one.name for one in known]
    short = dict.fromkeys(f"--{name[2:]}" for name in listed if len(name) > 2)
    name = words([*listed, *short])
    return any_of(name, {"type": "array", "items": name})


def _adam(names: Names) -> _Refined:
    made = _Refined()
    free: Schema = {"additionalProperties": ref("line"), "propertyNames": {"pattern": f"^{_FREE}$"}}
    for structure in STRUCTURES:
        name = f"variables-of-class-{structure}"
        made.definitions[name] = _variables(names.structure(structure)) | free
        made.when("class", structure, f"class-{structure}", _analysis(name))
    for dataset, known in names.analyses.items():
        name = f"variables-of-{dataset}"
        made.definitions[name] = _variables(one for one in known if one.codelist) | free
        made.when("dataset", dataset, dataset, _analysis(name))
    return made


def _analysis(variables: str) -> Schema:
    lines = ref(variables)
    inner: Schema = {"properties": {"variables": lines}}
    block: Schema = {"rows": lines, "parameters": {"additionalProperties": inner}}
    return {
        "properties": {
            **block,
            "variables": lines,
            "records": {"items": inner},
            "scales": inner,
            "stack": {"items": {"properties": block}},
        }
    }


_BELOW: dict[str, Callable[[Names], _Refined]] = {"sdtm": _sdtm, "adam": _adam}


def _reached(start: Schema, definitions: dict[str, Schema]) -> dict[str, Schema]:
    """The definitions that a schema refers to, directly or not, in their order."""
    found: set[str] = set()
    waiting: list[object] = [start]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for key, value in one.items():  # pyright: ignore[reportUnknownVariableType]
                if key == "$ref" and isinstance(value, str):
                    name = unquote(value.removeprefix("#/definitions/"))
                    if name not in found:
                        found.add(name)
                        waiting.append(definitions[name])
                else:
                    waiting.append(value)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(one, list):
            waiting.extend(one)  # pyright: ignore[reportUnknownArgumentType]
    return {name: schema for name, schema in definitions.items() if name in found}
