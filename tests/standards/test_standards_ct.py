"""Controlled terminology: independent facts, pairs of code and name lists, and the reference tables."""

import csv
from pathlib import Path

import pytest

from ced_cdisc.standards.ct import Publisher, load_ct
from ced_cdisc.standards.tables import UnknownStandard

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "ct"
PACKAGES: list[tuple[Publisher, str, int]] = [
    ("SDTM", "sdtm", 1145),
    ("ADaM", "adam", 23),
    ("DEFINE-XML", "define-xml", 15),
    ("Protocol", "protocol", 51),
]
sdtm = load_ct("SDTM", "2024-09-27")


def test_severity_has_three_terms_and_is_closed():
    severity = sdtm.codelist("C66769")
    assert severity.short_name == "AESEV"
    assert set(severity.values) == {"MILD", "MODERATE", "SEVERE"}
    assert not severity.extensible


def test_no_yes_response_by_code_and_by_short_name():
    ny = sdtm.codelist("C66742")
    assert ny is sdtm.codelist("NY")
    assert set(ny.values) == {"N", "Y", "U", "NA"}
    assert not ny.extensible
    yes = ny.term("Y")
    assert yes is not None
    assert (yes.code, yes.preferred_term) == ("C49488", "Yes")
    assert "Yes" in yes.synonyms
    assert ny.by_code("C49487") is ny.term("N")


def test_submission_values_are_case_sensitive_and_synonyms_are_not():
    ny = sdtm.codelist("NY")
    assert ny.term("y") is None
    assert ny.by_synonym("yes") is ny.term("Y")
    assert ny.by_synonym("perhaps") is None


def test_a_synonym_of_several_terms_is_no_answer():
    unit = sdtm.codelist("UNIT")
    shared = {}
    for term in unit.terms:
        for synonym in term.synonyms:
            shared.setdefault(synonym.casefold(), set()).add(term.code)
    ambiguous = [s for s, found in shared.items() if len(found) > 1]
    for synonym in ambiguous:
        found = unit.by_synonym(synonym)
        assert found is None or synonym in found.synonyms


def test_units_and_domains_are_extensible():
    assert sdtm.codelist("UNIT").extensible
    assert sdtm.codelist("UNIT").term("mmHg") is not None


@pytest.mark.parametrize(
    ("codes", "names", "value", "name"),
    [
        ("C66741", "C67153", "SYSBP", "Systolic Blood Pressure"),
        ("LBTESTCD", "C67154", "TROPONT", "Troponin T"),
        ("C65047", "LBTEST", "HGB", "Hemoglobin"),
        ("EGTESTCD", "EGTEST", "QTCFAG", "QTcF Interval, Aggregate"),
        ("TSPARMCD", "TSPARM", "ADDON", "Added on to Existing Treatments"),
        ("CVTESTCD", "CVTEST", "LVEF", None),
        ("ONCRTSCD", "ONCRTS", None, None),
        ("CCSGA1TC", "CCSGA1TN", "CCSGA101", "CCSGA1-Canadian CV Society Grade"),
        ("SIXMW1TC", "SIXMW1TN", "SIXMW101", None),
        ("GAD01TC", "GAD01TN", "GAD0101", None),
        ("MITSCD", "MITS", None, None),
        ("PDPARMCD", "PDPARM", None, None),
    ],
)
def test_lists_of_codes_know_their_lists_of_names(codes, names, value, name):
    paired = sdtm.paired_name_list(codes)
    assert paired is not None
    assert paired is sdtm.codelist(names)
    if value is not None:
        decoded = sdtm.decode(codes, value)
        assert decoded is not None
        if name is not None:
            assert decoded == name


def test_every_code_list_but_one_has_names_for_all_its_terms():
    alone = []
    for code in sdtm:
        codelist = sdtm.codelist(code)
        if codelist.short_name.endswith(("TESTCD", "PARMCD", "TC")):
            names = sdtm.paired_name_list(code)
            if names is None:
                alone.append(codelist.short_name)
                continue
            assert {t.code for t in names.terms} == {t.code for t in codelist.terms}
            assert all(len(t.submission_value) <= 8 for t in codelist.terms), codelist.short_name
            assert all(sdtm.decode(code, t.submission_value) for t in codelist.terms)
    assert alone == []
    assert sdtm.paired_name_list("KILLIPC") is None  # "PC" is part of its word


def test_adam_parameter_lists_are_paired():
    adam = load_ct("ADaM")
    assert adam.paired_name_list("GAD02PC") is adam.codelist("GAD02PN")
    assert set(adam.codelist("DATEFL").values) == {"D", "M", "Y"}
    assert set(adam.codelist("TIMEFL").values) == {"H", "M", "S"}
    assert len(adam.codelist("DTYPE").terms) == 29


def test_a_value_without_a_name_has_no_decode():
    assert sdtm.decode("VSTESTCD", "NOSUCH") is None
    assert sdtm.decode("NY", "Y") is None


def test_unknown_version_and_codelist_say_what_there_is():
    with pytest.raises(UnknownStandard, match=r"unknown SDTM CT version 1999-01-01; shipped: 2024-09-27"):
        load_ct("SDTM", "1999-01-01")
    with pytest.raises(KeyError, match=r"unknown codelist C0; shipped: SDTM CT 2024-09-27 with 1145"):
        sdtm.codelist("C0")
    assert "C0" not in sdtm


@pytest.mark.parametrize(("publisher", "stem", "count"), PACKAGES)
def test_packages_have_their_codelists(publisher, stem, count):
    assert len(load_ct(publisher)) == count


@pytest.mark.skipif(not SHARED.exists(), reason="the reference tables are not beside the repository")
@pytest.mark.parametrize(("publisher", "stem", "count"), PACKAGES)
def test_every_term_equals_the_reference(publisher, stem, count):
    package = load_ct(publisher)
    with (SHARED / f"{stem}-ct-2024-09-27-codelists.csv").open(encoding="utf-8", newline="") as file:
        lists = {r["codelist_code"]: r for r in csv.DictReader(file)}
    with (SHARED / f"{stem}-ct-2024-09-27-terms.csv").open(encoding="utf-8", newline="") as file:
        reference = [tuple(r.values()) for r in csv.DictReader(file)]
    packaged = [
        (code, t.code, t.submission_value, "; ".join(t.synonyms), t.preferred_term)
        for code in package
        for t in package.codelist(code).terms
    ]
    assert sorted(packaged) == sorted(reference)
    for code in package:
        codelist, row = package.codelist(code), lists[code]
        assert (codelist.short_name, codelist.name) == (row["short_name"], row["codelist_name"])
        assert codelist.extensible == (row["extensible"] == "Yes")
