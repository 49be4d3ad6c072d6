"""Records of a table without subjects that lines of an analysis dataset look up: terms of a newer dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysis_study import SOURCE, build, messages, refused, rows, variable, write

from ced_cdisc.pipeline import build as build_it
from small_study import SOURCES

ADAE = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: AE
from: AE
with: {terms: {where: "terms.OLD = AE.AEDECOD"}}
where: "terms.USED = 'Y'"
copy: [AE.AESEQ]
rows:
  AEDECOD:  {collect: terms.PT}
  AEBODSYS: {derive: "upper(terms.SOC)"}
  TERMVER:  {collect: terms.VERSION, label: Dictionary Version}
variables:
  AOCCFL:   {flag: first, by: [], order: [AESEQ]}
sort: [AESEQ]
"""
FILES = {
    "mappings/sources.yaml": SOURCES
    + SOURCE
    + "  terms: {file: terms.csv, subject: none, key: [OLD], columns: [OLD, PT, SOC, VERSION, USED]}\n",
    "raw/terms.csv": "OLD,PT,SOC,VERSION,USED\nHEADACHE,Headache,Nervous,27.0,Y\nBONE PAIN,Bone ache,Bones,26.1,Y\n"
    "NAUSEA,Nausea,Gut,27.0,N\n",
}
SPEC = "mappings/adam/adae.yaml"


def test_terms_of_a_newer_dictionary_are_looked_up(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADAE": ADAE}, FILES)
    assert rows(made, "ADAE", "USUBJID", "AEDECOD", "AEBODSYS", "TERMVER") == [
        ("T1-001", "Bone ache", "BONES", "26.1"),
        ("T1-001", "Headache", "NERVOUS", "27.0"),
    ]
    told = variable(made, "ADAE", "AEDECOD")
    assert (told.origin.type, told.method.text) == (
        "Derived",
        "Equal to PT (terms). The record of terms is the one where OLD (terms) equals AE.AEDECOD.",
    )


def test_a_build_in_parts_looks_up_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path, {"ADAE": ADAE}, FILES)
    specs = {"mappings": folder / "mappings", "define": folder / "define"}
    for name, way in {"whole": {}, "parts": {"parts": 2}, "two": {"parts": 2, "workers": 2}}.items():
        build_it(folder / "raw", folder / name, **specs, check=False, **way)  # pyright: ignore
    whole, *others = ((folder / name / "adam/adae.xpt").read_bytes() for name in ("whole", "parts", "two"))
    assert others == [whole, whole]


def test_a_term_that_the_table_lacks_is_told(tmp_path: Path) -> None:
    files = {**FILES, "raw/terms.csv": FILES["raw/terms.csv"].replace("BONE PAIN", "BONE ACHE")}
    assert refused(tmp_path, {"ADAE": ADAE}, files) == [
        f"{SPEC}:5:8 CED841 ADAE: terms has no record for 1 record with AE.AEDECOD 'BONE PAIN'; add one, "
        "correct the condition, or accept it with unmatched: accept\n    ae.csv line 3, subject T1-001"
    ]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            "{collect: terms.PT}",
            "{copy: terms.PT}",
            "9:20 CED018 'copy' takes one DATASET.VARIABLE; use collect for a raw column",
        ),
        (
            "AOCCFL:   {flag: first, by: [], order: [AESEQ]}",
            "AEHLT:    {derive: terms.PT}",
            "13:22 CED012 terms is read by lines of 'rows'; move the line there, or give the value one there",
        ),
        (
            "AOCCFL:   {flag: first, by: [], order: [AESEQ]}",
            "AEHLT:    {derive: AE.AETERM}",
            "13:22 CED012 AE is read by lines of 'rows'; move the line there, or give the value one there",
        ),
        ("terms.OLD = ", "terms.OLDD = ", "5:24 CED012 unknown column terms.OLDD; did you mean terms.OLD?"),
        (
            'with: {terms: {where: "terms.OLD = AE.AEDECOD"}}',
            'with: {terms: {where: "terms.OLD = AE.AEDECOD"}, vitals: subject}',
            "5:50 CED143 vitals is a raw table of subjects, which analysis datasets do not read; make records of SDTM "
            "of it, and look those up",
        ),
    ],
)
def test_misuse_is_told(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    assert old in ADAE
    assert f"{SPEC}:{wanted}" in messages(tmp_path, {"ADAE": ADAE.replace(old, new)}, FILES)
