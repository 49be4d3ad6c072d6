"""The schemas of a study accept its specs, and reject each fault that they can know of."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from editor_yaml import as_edited
from jsonschema import Draft7Validator

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Findings
from ced_cdisc.schema.expressions import pattern
from ced_cdisc.schema.files import KINDS, schema_text, schemas
from ced_cdisc.spec.load import Specs, load_specs
from small_study import write_study

CLONE = Path(__file__).parents[2]
STUDIES = {
    "example": (CLONE / "mappings", CLONE / "define"),
    "controls": (CLONE / "mappings/controls", CLONE / "define/controls"),
    "second example": (
        CLONE / "examples/vitals_labs/mappings",
        CLONE / "examples/vitals_labs/define",
    ),
}


@cache
def loaded(mappings: Path, define: Path) -> Specs:
    findings = Findings()
    specs = load_specs(mappings, define, findings)
    assert specs is not None and not findings.errors
    return specs


@cache
def validators(mappings: Path, define: Path) -> dict[str, Draft7Validator]:
    made = schemas(loaded(mappings, define))
    for schema in made.values():
        Draft7Validator.check_schema(schema)
    return {kind: Draft7Validator(schema) for kind, schema in made.items()}


def files_of(mappings: Path, define: Path) -> list[tuple[str, Path]]:
    folders = {"mappings": mappings, "define": define}
    return [
        (kind, path) for kind, of in KINDS.items() for path in sorted((folders[of.folder]).glob(of.files))
    ]


@pytest.mark.parametrize("study", STUDIES)
def test_the_schemas_accept_all_specs_of_the_study(study: str) -> None:
    found = validators(*STUDIES[study])
    files = files_of(*STUDIES[study])
    assert len(files) > 5
    for kind, path in files:
        faults = [error.message for error in found[kind].iter_errors(as_edited(path.read_text("utf-8")))]
        assert faults == [], path


def enums(schema: object) -> list[list[Any]]:
    if isinstance(schema, list):
        return [found for one in schema for found in enums(one)]
    if not isinstance(schema, dict):
        return []
    own = [schema["enum"]] if isinstance(schema.get("enum"), list) else []
    return own + [found for key, one in schema.items() if key != "enum" for found in enums(one)]


@pytest.mark.parametrize("study", ["small", *STUDIES])
def test_a_language_server_takes_every_enum(study: str, tmp_path: Path) -> None:
    """Ajv, which judges schemas in the YAML language server, wants enums with items, each once.

    The small study has no instruments and no formats of times, so that lists of names are empty there.
    """
    write_study(tmp_path)
    found = validators(*(STUDIES | {"small": (tmp_path / "mappings", tmp_path / "define")})[study])
    seen = [enum for one in found.values() for enum in enums(one.schema)]
    assert len(seen) > 100
    for enum in seen:
        assert enum and len({json.dumps(item).removesuffix(".0") for item in enum}) == len(enum)


def test_the_schemas_accept_a_layered_study(tmp_path: Path) -> None:
    """Files of a study over a layer hold what is its own, and take lines of the layer away."""
    write_study(tmp_path / "company", {})
    (tmp_path / "study").mkdir()
    write_study(tmp_path / "study", {})
    mappings = tmp_path / "study" / "mappings"
    study = (mappings / "study.yaml").read_text("utf-8")
    (mappings / "study.yaml").write_text("extends: ../../company/mappings\n" + study, "utf-8")
    (mappings / "sdtm" / "ae.yaml").write_text(
        "domain: AE\ncomment: {remove: yes}\nvariables:\n  AESPID: {remove: yes}\n  AETERM: ae.TERM\n"
        "long: [{test: TEMP, remove: yes}]\n",
        "utf-8",
    )
    findings = Findings()
    specs = load_specs(mappings, tmp_path / "study" / "define", findings)
    assert specs is not None, [str(f) for f in findings]
    found = {kind: Draft7Validator(schema) for kind, schema in schemas(specs).items()}
    for kind, path in files_of(mappings, tmp_path / "study" / "define"):
        faults = [error.message for error in found[kind].iter_errors(as_edited(path.read_text("utf-8")))]
        assert faults == [], path


AE, ADSL, ADQ = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml", "mappings/adam/adae.yaml"
PLANTED = [
    ("an unknown key", "sdtm", AE, "from: ae\n", "form: ae\n"),
    ("an unknown verb", "sdtm", AE, "{collect: ae.AELLT,", "{colect: ae.AELLT,"),
    ("two verbs", "sdtm", AE, "{collect: ae.AELLT,", "{assign: X, collect: ae.AELLT,"),
    ("no verb", "sdtm", AE, "{collect: ae.AELLT,", "{"),
    ("a word of another verb", "sdtm", AE, '{absent: "The', '{date: edc, absent: "The'),
    ("a misspelt raw column as a line", "sdtm", AE, "AESPID: ae.AENO", "AESPID: ae.AENOO"),
    ("a misspelt raw column", "sdtm", AE, "collect: ae.SEV", "collect: ae.SEVV"),
    ("a misspelt raw column of a time", "sdtm", AE, "time: ae.AESTTM", "time: ae.AESTM"),
    ("a misspelt raw column in an expression", "sdtm", AE, "ae.REL_APH = '4'", "ae.REL_AHP = '4'"),
    ("a misspelt variable in an expression", "adam", ADQ, 'where: "ADSL.ENRLFL', 'where: "AE.AESEVV'),
    ("a misspelt variable", "sdtm", AE, "  AETERM: {", "  AETREM: {"),
    ("a variable of another domain", "sdtm", AE, "  AESPID: ae.AENO", "  VSORRES: ae.AENO"),
    ("a code of which the term is not of the list", "sdtm", AE, "2: MODERATE", "2: MEDIUM"),
    ("a constant that is no term", "sdtm", AE, "{collect: ae.SER, ct: {Y: Y, N: N}}", "{assign: NEIN}"),
    ("an unknown table", "sdtm", AE, "from: ae\n", "from: aes\n"),
    ("an unknown look-up", "sdtm", AE, "with: {dispo:", "with: {disposition:"),
    (
        "a wrong type: a mapping for a list",
        "sdtm",
        AE,
        "sort: [AEDECOD, AETERM, AESTDTC]",
        "sort: {AEDECOD: 1}",
    ),
    (
        "a wrong type: a text for a number",
        "sdtm",
        AE,
        "{collect: ae.AELLT,",
        "{length: long, collect: ae.AELLT,",
    ),
    ("a wrong type: a truth", "sdtm", AE, "from: ae\n", "from: ae\nvisit: maybe\n"),
    ("a word that a key does not take", "sdtm", AE, "source: Sponsor", "source: Company"),
    ("an unknown function", "adam", ADQ, "study_day(ASTDT", "studyday(ASTDT"),
    ("an unknown predecessor", "adam", ADQ, "copy: AE.AESEV", "copy: AE.AESVE"),
    ("an unknown dataset", "adam", ADQ, "copy: ADSL.TRT01A}", "copy: ADLS.TRT01A}"),
    ("a class that is none", "adam", ADQ, "class: AE", "class: EVENTS"),
    ("a name over eight bytes", "adam", ADQ, "  AOCC01FL:", "  AOCCUR01FL:"),
    ("a missing key", "adam", ADQ, "label: Adverse Event Analysis Dataset\n", ""),
    ("a policy that is none", "sources", "mappings/sources.yaml", "policy: strict", "policy: stirct"),
    ("an unknown key of a table", "sources", "mappings/sources.yaml", "form: Demography", "from: Demography"),
    ("a version that is not shipped", "study", "mappings/study.yaml", 'sdtmig: "3.4"', 'sdtmig: "3.9"'),
    ("an unknown publisher", "study", "mappings/study.yaml", "ADaM: 2024", "ADAM: 2024"),
    ("a visit without number", "visits", "mappings/visits.yaml", "{number: 1, ", "{"),
    ("a kind that is none", "define", "define/define.yaml", "kind: acrf", "kind: crf"),
    ("an item without column", "instruments", "mappings/instruments/saq.yaml", "column:", "colum:"),
]


@pytest.mark.parametrize(
    ("kind", "file", "old", "new"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED]
)
def test_the_schemas_reject_a_planted_fault(kind: str, file: str, old: str, new: str) -> None:
    text = (CLONE / file).read_text("utf-8")
    assert old in text
    validator = validators(*STUDIES["example"])[kind]
    assert validator.is_valid(as_edited(text))
    assert not validator.is_valid(as_edited(text.replace(old, new, 1)))


def test_a_display_that_is_not_there_is_rejected() -> None:
    text = (CLONE / "mappings/adam/adcf.yaml").read_text("utf-8")
    spoilt, count = re.subn(r"display: (\S+)", r"display: X\1", text, count=1)
    assert count == 1
    assert not validators(*STUDIES["example"])["adam"].is_valid(as_edited(spoilt))


def test_a_result_that_for_fills_in_is_accepted() -> None:
    path = CLONE / "mappings/adam/adntg.yaml"
    sets = "[[{code: NTGDAY}, {code: NTGWK}], [{month: 6, name: '{month}'}]]"
    text = path.read_text("utf-8").replace("display: T3.3", "display: T3.{n}\n    for: " + sets, 1)
    text = text.replace("PARAMCD = 'NTGDAY'", "PARAMCD = '{code}' and AVISITN = {month}", 1)
    found = validators(*STUDIES["example"])["adam"]
    assert [error.message for error in found.iter_errors(as_edited(text))] == []


def test_an_editor_completes_raw_columns_and_terms() -> None:
    """What completion offers are the enums that a value leads to."""
    schema = validators(*STUDIES["example"])["sdtm"].schema
    below = schema["definitions"]
    columns = below["raw-column"]["anyOf"][0]["enum"]
    assert {"ae.AETERM", "cathlab.S0_APV", "visits.VISITNUM"} <= set(columns)
    line = below["variables-of-AE"]["properties"]["AESEV"]
    assert line["description"] == "Severity/Intensity. Char, Perm"
    assert line["allOf"] == [{"$ref": "#/definitions/line-of-AESEV"}]
    assert below["terms-of-AESEV"]["anyOf"][0]["enum"] == ["MILD", "MODERATE", "SEVERE"]
    assert below["LineSpec"]["properties"]["collect"]["description"] == "A raw column: origin Collected."


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("upper(ae.TERM)", True),
        ("uper(ae.TERM)", False),
        ("if (ae.TERM = 'x (y', 1, 2)", True),
        ("'ae.NONE' = ae.TERM", True),
        ("'it''s ae.NONE'", True),
        ("ae.TERMS = 'x'", False),
        ("ae.TER = 'x'", False),
        ("ae.T{k}_X = 'x'", True),
        ("ae.{column} is present and not (ae.TERM in ('a', 'b'))", True),
        ("max(ae.TERM where ae.NONE = 'x')", False),
        ("other.NONE > 2.5e3 * AVAL / (X + 1)", True),
        ("AVAL[ATPTN = 0] - CBF[last(X) = 2]", True),
    ],
)
def test_the_pattern_of_expressions(text: str, known: bool) -> None:
    assert bool(re.search(pattern({"ae": ["TERM", "SEV"]}), text)) is known


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["schema", *arguments], prog_name="ced-cdisc")
    return result.exit_code, result.stdout, result.stderr


def test_the_command_writes_the_schemas_and_says_how_an_editor_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path(), {})
    assert run("--out", "schemas") == (
        0,
        """\
the first line of a spec, for any editor with the YAML language server:

  mappings/study.yaml             # yaml-language-server: $schema=../schemas/study.schema.json
  mappings/sources.yaml           # yaml-language-server: $schema=../schemas/sources.schema.json
  mappings/visits.yaml            # yaml-language-server: $schema=../schemas/visits.schema.json
  mappings/instruments/*.yaml     # yaml-language-server: $schema=../../schemas/instruments.schema.json
  mappings/sdtm/*.yaml            # yaml-language-server: $schema=../../schemas/sdtm.schema.json
  mappings/adam/*.yaml            # yaml-language-server: $schema=../../schemas/adam.schema.json
  mappings/tests/*.yaml           # yaml-language-server: $schema=../../schemas/tests.schema.json
  mappings/tests/plug-ins/*.yaml  # yaml-language-server: $schema=../../../schemas/plug-ins.schema.json
  define/define.yaml              # yaml-language-server: $schema=../schemas/define.schema.json
  define/findings.yaml            # yaml-language-server: $schema=../schemas/findings.schema.json

or once for all files, in .vscode/settings.json:

{
  "yaml.schemas": {
    "schemas/study.schema.json": "mappings/study.yaml",
    "schemas/sources.schema.json": "mappings/sources.yaml",
    "schemas/visits.schema.json": "mappings/visits.yaml",
    "schemas/instruments.schema.json": "mappings/instruments/*.yaml",
    "schemas/sdtm.schema.json": "mappings/sdtm/*.yaml",
    "schemas/adam.schema.json": "mappings/adam/*.yaml",
    "schemas/tests.schema.json": "mappings/tests/*.yaml",
    "schemas/plug-ins.schema.json": "mappings/tests/plug-ins/*.yaml",
    "schemas/define.schema.json": "define/define.yaml",
    "schemas/findings.schema.json": "define/findings.yaml"
  }
}
""",
        "specs from mappings and define\n10 schemas written to schemas\n",
    )
    assert sorted(path.name for path in Path("schemas").iterdir()) == sorted(
        f"{kind}.schema.json" for kind in KINDS
    )
    code, out, err = run("study")
    assert (code, err) == (0, "specs from mappings and define\n")
    assert out == Path("schemas/study.schema.json").read_text("utf-8")
    known: Any = json.loads(out)
    assert known["title"] == "mappings/study.yaml of T1"


def test_one_of_two_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path(), {})
    said = "Error: name a folder with --out, or one kind of spec file\n"
    assert run() == (2, "", said)
    assert run("sdtm", "--out", "x") == (2, "", said)


def test_faults_in_the_specs_are_told_and_the_schemas_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path(), {"mappings/sdtm/ae.yaml": ("from: ae", "form: ae")})
    code, out, err = run("sdtm")
    assert code == 0
    assert err == (
        "specs from mappings and define\n1 warning in the specs\n"
        "mappings CED740 the specs have 1 fault; names may be missing from the schemas; "
        "ced-cdisc check-spec lists them\n"
    )
    validator = Draft7Validator(json.loads(out))
    spec = as_edited(Path("mappings/sdtm/ae.yaml").read_text("utf-8").replace("form: ae", "from: ae"))
    assert validator.is_valid(spec)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path(), {})
    code, out, err = run("--out", "no/where")
    assert (code, out) == (12, "")
    assert err == (
        "specs from mappings and define\n1 error in the output\n"
        "no/where CED750 the schemas cannot be written: No such file or directory\n"
    )


def test_the_text_of_a_schema_reads_back() -> None:
    found = validators(*STUDIES["second example"])
    for validator in found.values():
        assert json.loads(schema_text(validator.schema)) == validator.schema


MISSPELT = re.compile(r"(?<![\w.'\"-])([a-z_]+)\.([A-Z][A-Z0-9_]*)\b(?!\{)")


@pytest.mark.parametrize(
    "file", ["sdtm/ae.yaml", "sdtm/dm.yaml", "sdtm/ec.yaml", "sdtm/vs.yaml", "sdtm/lb.yaml"]
)
def test_every_raw_column_of_a_spec_is_known_by_its_spelling(file: str) -> None:
    """Wherever a raw column stands in a spec, alone or in an expression: one letter more is rejected."""
    text = (CLONE / "mappings" / file).read_text("utf-8")
    tables = {str(name) for name in loaded(*STUDIES["example"]).sources.tables}
    validator = validators(*STUDIES["example"])["sdtm"]
    places = [match for match in MISSPELT.finditer(text) if match[1] in tables]
    places = [
        match for match in places if "#" not in text[text.rfind("\n", 0, match.start()) : match.start()]
    ]
    assert len(places) > 10
    missed = [
        match[0]
        for match in places
        if validator.is_valid(as_edited(text[: match.end()] + "Q" + text[match.end() :]))
    ]
    assert missed == []
