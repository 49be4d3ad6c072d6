"""One slip of the finger is one error, at the place of the slip, whatever hangs on the word."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean, misspelt
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.slips import told_once
from ced_cdisc.spec.unread import without_consequences

ROOT = Path(__file__).parents[2]

SLIPS = {
    "a variable that analysis datasets copy": (
        "sdtm/ae.yaml",
        "  AESEV: {",
        "  AESEVV: {",
        ["sdtm/ae.yaml:20:3 CED019 AE has no variable AESEVV; did you mean AESEV?"],
    ),
    "a verb": (
        "sdtm/ae.yaml",
        "AESEV: {collect:",
        "AESEV: {colect:",
        ["sdtm/ae.yaml:20:11 CED006 unknown key 'colect'; did you mean collect?"],
    ),
    "the lines of a domain": (
        "sdtm/ae.yaml",
        "\nvariables:",
        "\nvaribles:",
        ["sdtm/ae.yaml:5:1 CED006 unknown key 'varibles'; did you mean variables?"],
    ),
    "the visit of a block": (
        "sdtm/pe.yaml",
        "    visit: yes",
        "    vsiit: yes",
        ["sdtm/pe.yaml:17:5 CED006 unknown key 'vsiit'; did you mean visit?"],
    ),
    "a key that must be there": (
        "adam/adcf.yaml",
        "method: median and quartiles",
        "methdo: median and quartiles",
        ["adam/adcf.yaml:150:5 CED006 unknown key 'methdo'; did you mean method?"],
    ),
    "the dataset of a copy": (
        "adam/adqssaq.yaml",
        "copy: [ADSL.SUBJID",
        "copy: [ADSLL.SUBJID",
        ["adam/adqssaq.yaml:13:8 CED016 unknown dataset ADSLL; did you mean ADSL?"],
    ),
    "the records of a result that another one names": (
        "adam/adqssaq.yaml",
        "AVISIT = 'Month 6' and ANL01FL = 'Y' and CELLFL",
        "AVISIT = 'Month 6' and ANL01FL = 'Y' and CELLLF",
        ["adam/adqssaq.yaml:99:174 CED012 unknown variable CELLLF; did you mean CELLFL?"],
    ),
    "a name of a for": (
        "sdtm/se.yaml",
        "for: [{etcd: SCRN, element:",
        "for: [{etcd: SCRN, elemnt:",
        ["sdtm/se.yaml:27:24 CED114 nothing uses {elemnt} of this 'for'; did you mean element?"],
    ),
    "a test of a block": (
        "sdtm/pe.yaml",
        "3: LUNGS",
        "3: LUNSG",
        [
            "sdtm/pe.yaml:19:72 CED021 'LUNSG' is no term of codelist PETESTCD of PE.PETESTCD; "
            "did you mean LUNGS?"
        ],
    ),
    "a raw column, where it is declared": (
        "sources.yaml",
        "STOPSTEP,",
        "STOPSTP,",
        [
            "sdtm/ag.yaml:11:21 CED012 unknown column cathlab.STOPSTEP; did you mean cathlab.STOPSTP?; "
            "also in line 12 and in mappings/sdtm/fa.yaml:19, mappings/sdtm/vs.yaml:43, "
            "mappings/sdtm/xc.yaml:32"
        ],
    ),
    "two words of one expression": (
        "sdtm/ae.yaml",
        "ae.REL_GCSF = '4' or ae.REL_APH = '4'",
        "ae.REL_GCFS = '4' or ae.REL_APHH = '4'",
        [
            "sdtm/ae.yaml:25:17 CED012 unknown column ae.REL_GCFS; did you mean ae.REL_GCSF?",
            "sdtm/ae.yaml:25:38 CED012 unknown column ae.REL_APHH; did you mean ae.REL_APH?",
        ],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), SLIPS.values(), ids=SLIPS)
def test_one_slip_is_one_error(file: str, old: str, new: str, said: list[str]) -> None:
    path = ROOT / "mappings" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    findings = Findings()
    edited = {path.resolve(): text.replace(old, new, 1)}
    specs = load_specs(ROOT / "mappings", ROOT / "define", findings, edited=edited)
    assert specs is not None
    plan_study(specs, findings)
    told = told_once(without_consequences(findings, specs))
    assert [str(finding) for finding in told.sorted()] == [f"mappings/{one}" for one in said]


def test_words_that_are_as_near_are_all_named_and_none_is_guessed() -> None:
    hint = did_you_mean("ADX", ["ADT", "ADY", "ADTM"])
    assert hint == "did you mean ADT or ADY?"
    assert misspelt("ADX", hint) == ""
    assert did_you_mean("ADX", ["ADT", "ADY", "ADG"]) == "did you mean ADG, ADT or ADY?"
    assert did_you_mean("AVISITT", ["AVISIT", "AVISITN"]) == "did you mean AVISIT?"  # typed twice, not wrong
    assert misspelt("PARMACD", did_you_mean("PARMACD", ["PARAM", "PARAMCD"])) == "PARAMCD"


def test_a_word_that_is_merely_like_it_is_proposed_and_not_read() -> None:
    hint = did_you_mean("formula", ["format", "label"])
    assert hint == "did you mean format?"
    assert misspelt("formula", hint) == ""


def test_what_is_said_of_one_name_in_many_places_is_told_once() -> None:
    def unknown(file: str, line: int, name: str = "X.A") -> Finding:
        return Finding("CED012", f"unknown column {name}", Location(file, line, 3), hint="did you mean X.AB?")

    places = [("b", 5), ("a", 7), ("b", 2), ("a", 4), ("a", 9)]
    findings = Findings([*(unknown(*one) for one in places), unknown("a", 4, "X.B")])
    assert [str(finding) for finding in told_once(findings).sorted()] == [
        "a:4:3 CED012 unknown column X.A; did you mean X.AB?; also in lines 7, 9 and in b:2, b:5",
    ]
    alone = Findings([unknown("a", 4), unknown("a", 5, "X.B")])
    assert told_once(alone).sorted() == alone.sorted()
