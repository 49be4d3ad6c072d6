"""Concentrations and parameters of pharmacokinetics: their units, and results below a limit."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings, Severity, Stopped
from ced_cdisc.pipeline import Build, build
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import write_study

PC, PP = "mappings/sdtm/pc.yaml", "mappings/sdtm/pp.yaml"
TABLES = """\
  pk: {file: pk.csv, key: [SUBJ, NOM], recorded_by: Vendor, columns: [SUBJ, NOM, CONC, UNIT]}
  pp: {file: pp.csv, key: [SUBJ], recorded_by: Vendor, columns: [SUBJ, CMAX, UNIT, TMAX]}
"""
FILES = {
    PC: """\
domain: PC
from: pk
long:
  - test: COMPX
    label: Compound X
    result: pk.CONC
    unit: {collect: pk.UNIT}
    standard: ng/mL
    value: "convert(numeric({result}), PCORRESU, 'ng/mL')"
variables:
  PCNAM: {assign: LAB}
  PCCAT: {absent: none}
  PCSPEC: {assign: PLASMA}
  PCMETHOD: {absent: none}
  PCLLOQ: {assign: 0.05}
  VISITNUM: {absent: none}
  PCDTC: {absent: none}
  PCTPTNUM: {derive: "number(pk.NOM)"}
""",
    PP: """\
domain: PP
from: pp
long:
  - {test: CMAX, result: pp.CMAX, unit: {collect: pp.UNIT}, standard: ng/mL}
  - {test: TMAX, result: pp.TMAX, unit: h}
variables:
  PPCAT: {assign: COMPOUND X}
  PPSPEC: {assign: PLASMA}
  PPRFTDTC: {absent: none}
""",
    "raw/pk.csv": "SUBJ,NOM,CONC,UNIT\n001,0,<50,pg/mL\n001,1,BLQ,ng/mL\n001,2,37100,pg/mL\n002,1,41,ng/ml\n",
    "raw/pp.csv": "SUBJ,CMAX,UNIT,TMAX\n001,40,ug/L,1.5\n002,41,pg/mL,1\n",
}
AS_IT_STANDS = ("convert(numeric({result}), PCORRESU, 'ng/mL')", "numeric({result})")


def pk_study(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the study; each change replaces a text of a file, which must occur once, by another."""
    write_study(folder)
    sources = folder / "mappings/sources.yaml"
    sources.write_text(sources.read_text() + TABLES)
    files = dict(FILES)
    for name, old, new in changes:
        assert files[name].count(old) == 1, (name, old)
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def built(folder: Path) -> Build:
    mappings, define = folder / "mappings", folder / "define"
    return build(folder / "raw", folder / "out", mappings=mappings, define=define, check=False, verify=True)


def said(folder: Path) -> list[str]:
    """The faults of the data, without the folder."""
    with pytest.raises(Stopped) as caught:
        built(folder)
    errors = (f for f in caught.value.findings.sorted() if f.severity is Severity.ERROR)
    return [str(finding).replace(f"{folder}/", "") for finding in errors]


def planned(folder: Path) -> list[str]:
    """The faults of the specs, without the folder."""
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None
    plan_study(specs, findings)
    return [str(finding).replace(f"{folder}/", "") for finding in findings.sorted()]


def results(made: Build, domain: str) -> list[tuple[object, ...]]:
    names = [f"{domain}{name}" for name in ("ORRES", "ORRESU", "STRESC", "STRESN", "STRESU")]
    return made.frames[domain].select(names).rows()


def test_what_value_makes_no_number_of_stays_and_units_are_those_of_the_domain(tmp_path: Path) -> None:
    made = built(pk_study(tmp_path))
    assert results(made, "PC") == [
        ("<50", "pg/mL", "<0.05", None, "ng/mL"),
        ("BLQ", "ng/mL", "BLQ", None, "ng/mL"),
        ("37100", "pg/mL", "37.1", 37.1, "ng/mL"),
        ("41", "ng/mL", "41", 41.0, "ng/mL"),
    ]
    assert results(made, "PP") == [
        ("40", "ng/mL", "40", 40.0, "ng/mL"),
        ("1.5", "h", "1.5", 1.5, "h"),
        ("41", "pg/mL", "0.041", 0.041, "ng/mL"),
        ("1", "h", "1", 1.0, "h"),
    ]
    dataset = next(d for d in made.packages["sdtm"].datasets if d.name == "PC")
    method = next(v.method for v in dataset.variables if v.name == "PCSTRESC")
    assert method is not None
    assert method.text == (
        "PCSTRESN as text; where it is missing, PCORRES, "
        "with the number behind a comparator such as < converted to ng/mL."
    )


def test_a_value_in_the_standard_unit_keeps_texts_and_is_rounded(tmp_path: Path) -> None:
    changes = [
        (PC, *AS_IT_STANDS),
        (PC, "unit: {collect: pk.UNIT}", "unit: ng/mL"),
        (PC, "standard: ng/mL", "decimals: 0"),
        ("raw/pk.csv", "41,ng/ml", "41.6,"),
        (PC, "variables:\n", "variables:\n  PCGRPID: pk.UNIT\n"),
    ]
    assert results(built(pk_study(tmp_path, *changes)), "PC") == [
        ("<50", "ng/mL", "<50", None, "ng/mL"),
        ("BLQ", "ng/mL", "BLQ", None, "ng/mL"),
        ("37100", "ng/mL", "37100", 37100.0, "ng/mL"),
        ("41.6", "ng/mL", "42", 42.0, "ng/mL"),
    ]


@pytest.mark.parametrize(
    ("unit", "seen", "source"),
    [("{collect: pk.UNIT}", "the unit of PCORRESU", "PCORRESU"), ("pg/mL", "pg/mL", "'pg/mL'")],
)
def test_a_value_that_does_not_convert_is_refused(tmp_path: Path, unit: str, seen: str, source: str) -> None:
    changes = [(PC, *AS_IT_STANDS), (PC, "unit: {collect: pk.UNIT}", f"unit: {unit}")]
    other = [(PC, "variables:\n", "variables:\n  PCGRPID: pk.UNIT\n")] if "pk" not in unit else []
    assert planned(pk_study(tmp_path, *changes, *other)) == [
        f"mappings/sdtm/pc.yaml:9:12 CED027 'value' of test COMPX is the number as collected, in {seen}, but PCSTRESN "
        f"is in ng/mL; write value: \"convert(numeric({{result}}), {source}, 'ng/mL')\""
    ]


def test_a_value_may_compute_what_one_unit_is_in_the_other(tmp_path: Path) -> None:
    changes = [
        (PC, AS_IT_STANDS[0], "numeric({result}) / 1000"),
        (PC, "unit: {collect: pk.UNIT}", "unit: pg/mL"),
        (PC, "variables:\n", "variables:\n  PCGRPID: pk.UNIT\n"),
    ]
    assert [row[2:] for row in results(built(pk_study(tmp_path, *changes)), "PC")] == [
        ("<0.05", None, "ng/mL"),
        ("BLQ", None, "ng/mL"),
        ("37.1", 37.1, "ng/mL"),
        ("0.041", 0.041, "ng/mL"),
    ]


def test_a_number_that_value_converts_needs_its_unit(tmp_path: Path) -> None:
    assert said(pk_study(tmp_path, ("raw/pk.csv", "41,ng/ml", "41,"))) == [
        "mappings/sdtm/pc.yaml:7:21 CED274 PC.PCORRESU: a result to be converted has no unit of pk.UNIT\n"
        "    pk.csv line 5, subject T1-002"
    ]


def test_a_result_below_a_limit_is_not_said_to_be_not_done(tmp_path: Path) -> None:
    assert said(pk_study(tmp_path, (PC, f'    value: "{AS_IT_STANDS[0]}"\n', ""))) == [
        "mappings/sdtm/pc.yaml:4:11 CED253 PC.PCSTRESN: 'BLQ' of PCORRES is not a number; it is no missing "
        'result: value: "numeric({result})" of its test keeps it in --STRESC\n    pk.csv line 3, subject T1-001'
    ]


def test_a_unit_that_the_list_of_the_domain_lacks(tmp_path: Path) -> None:
    assert said(pk_study(tmp_path, ("raw/pk.csv", "41,ng/ml", "41,ng/mll"))) == [
        "mappings/sdtm/pc.yaml:7:21 CED273 PC.PCORRESU: 'ng/mll' of pk.UNIT is no known unit; did you mean ng/mL?\n"
        "    pk.csv line 5, subject T1-002"
    ]


def test_several_lists_of_units_are_one(tmp_path: Path) -> None:
    """PPORRESU has five lists: a unit of any of them is one, and another is none."""
    folder = pk_study(tmp_path, (PP, "unit: h}", "unit: day*ng/mL/g}"))
    assert planned(folder) == []
    text = (folder / PP).read_text()
    (folder / PP).write_text(text.replace("day*ng/mL/g", "foo"))
    more = "the list is extensible: declare the term in define/define.yaml under codelists, extends: C85494"
    assert planned(folder) == [
        f"mappings/sdtm/pp.yaml:5:12 CED021 'foo' is no term of codelist PKUNIT (C85494) of PP.PPSTRESU; {more}",
        f"mappings/sdtm/pp.yaml:5:41 CED021 'foo' is no term of codelist PKUNIT (C85494) of PP.PPORRESU; {more}",
    ]


def test_a_term_of_a_further_list_is_marked_as_added(tmp_path: Path) -> None:
    made = built(pk_study(tmp_path, (PP, "unit: h}", "unit: day*ng/mL/g}")))
    dataset = next(d for d in made.packages["sdtm"].datasets if d.name == "PP")
    codelist = next(v.codelist for v in dataset.variables if v.name == "PPORRESU")
    assert codelist is not None
    assert [(term.value, term.extended) for term in codelist.terms] == [
        ("ng/mL", False),
        ("pg/mL", False),
        ("day*ng/mL/g", True),
    ]
