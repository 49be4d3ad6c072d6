"""ADaM: structures and patterned names."""

import csv
from pathlib import Path

import pytest

from ced_cdisc.standards.adam import adam_variable, load_adamig
from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.ig import class_term
from ced_cdisc.standards.tables import UnknownStandard

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "ig"


@pytest.mark.parametrize(
    ("structure", "name", "label", "kind", "core"),
    [
        ("ADSL", "USUBJID", "Unique Subject Identifier", "Char", "Req"),
        ("ADSL", "TRT01P", "Planned Treatment for Period 01", "Char", "Req"),
        ("ADSL", "TRT12AN", "Actual Treatment for Period 12 (N)", "Num", "Perm"),
        ("ADSL", "AGEGR1", "Pooled Age Group 1", "Char", "Perm"),
        ("ADSL", "AGEGR1N", "Pooled Age Group 1 (N)", "Num", "Perm"),
        ("ADSL", "SITEGR2", "Pooled Site Group 2", "Char", "Perm"),
        ("ADSL", "TR01PG1", "Planned Pooled Treatment 1 for Period 01", "Char", "Perm"),
        ("ADSL", "AP02SDTM", "Period 02 Start Datetime", "Num", "Perm"),
        ("ADSL", "P01S2SDT", "Period 01 Subperiod 2 Start Date", "Num", "Perm"),
        ("ADSL", "APHASE3", "Description of Phase 3", "Char", "Perm"),
        ("ADSL", "SAFFL", "Safety Population Flag", "Char", "Cond"),
        ("ADSL", "STRAT1R", "Strat Factor 1 Value Used for Rand", "Char", "Perm"),
        ("ADSL", "CELLDT", "", "Num", "Perm"),
        ("ADSL", "CELLSDTM", "", "Num", "Perm"),
        ("ADSL", "CELLDTF", "", "Char", "Cond"),
        ("ADSL", "CELLFL", "", "Char", "Perm"),
        ("ADSL", "BMIGR1", "", "Char", "Perm"),
        ("ADSL", "BMIGR1N", "", "Num", "Perm"),
        ("BDS", "CRIT1FL", "Criterion 1 Evaluation Result Flag", "Char", "Cond"),
        ("BDS", "CRIT10", "Analysis Criterion 10", "Char", "Perm"),
        ("BDS", "ANL01FL", "Analysis Flag 01", "Char", "Cond"),
        ("BDS", "AVALCA1N", "Analysis Value Category 1 (N)", "Num", "Perm"),
        ("BDS", "PARCAT1", "Parameter Category 1", "Char", "Perm"),
        ("BDS", "A1LO", "Analysis Range 1 Lower Limit", "Num", "Cond"),
        ("BDS", "AVISITN", "Analysis Visit (N)", "Num", "Perm"),
        ("BDS", "TRT01P", "Planned Treatment for Period 01", "Char", "Perm"),
        ("BDS", "AGE", "Age", "Num", "Perm"),
        ("TTE", "CNSR", "Censor", "Num", "Cond"),
        ("TTE", "AVAL", "Analysis Value", "Num", "Req"),
        ("TTE", "PARCAT1", "Parameter Category 1", "Char", "Perm"),
        ("OCCDS", "CMDECOD", "Standardized Medication Name", "Char", "Cond"),
        ("OCCDS", "MHTERM", "Reported Term for the Medical History", "Char", "Req"),
        ("OCCDS", "ATC2CD", "ATC Level 2 Code", "Char", "Cond"),
        ("OCCDS", "TRTA", "Actual Treatment", "Char", "Perm"),
        ("OCCDS", "TRTPG1N", "Planned Pooled Treatment 1 (N)", "Num", "Perm"),
        ("OCCDS", "APHASEN", "Phase (N)", "Num", "Perm"),
        ("OCCDS", "ADT", "Analysis Date", "Num", "Perm"),
        ("OCCDS", "ANL01FN", "Analysis Flag 01 (N)", "Num", "Perm"),
        ("OCCDS", "ASTDT", "Analysis Start Date", "Num", "Cond"),
        ("AE", "TRTP", "Planned Treatment", "Char", "Perm"),
        ("AE", "TRTAN", "Actual Treatment (N)", "Num", "Perm"),
        ("AE", "SRCVAR", "Source Variable", "Char", "Perm"),
        ("AE", "AEDECOD", "Dictionary-Derived Term", "Char", "Req"),
        ("AE", "TRTEMFL", "Treatment Emergent Analysis Flag", "Char", "Req"),
        ("AE", "SMQ01NAM", "SMQ 01 Name", "Char", "Cond"),
        ("AE", "AOCC01FL", "", "Char", "Perm"),
        ("AE", "AESTDY", "Study Day of Start of Adverse Event", "Num", "Cond"),
    ],
)
def test_names_resolve(structure, name, label, kind, core):
    variable = adam_variable(structure, name)
    assert variable is not None
    assert (variable.name, variable.label, variable.type, variable.core) == (name, label, kind, core)
    assert len(variable.label) <= 40


@pytest.mark.parametrize(
    ("structure", "name"),
    [
        ("ADSL", "TRT00P"),  # xx counts from 01
        ("ADSL", "TRT1P"),  # two digits
        ("ADSL", "AGEGR01"),  # y has no leading zero
        ("ADSL", "CRIT1FLX"),
        ("ADSL", "PARAMCD"),
        ("BDS", "ANL1"),
        ("BDS", "PARAMTYP"),  # not in ADaMIG 1.3
        ("BDS", "MYVARNAMEDT"),  # longer than eight
        ("BDS", "aval"),
        ("OCCDS", "PARAMCD"),  # an occurrence has no parameter
        ("OCCDS", "AVAL"),
        ("AE", "BASE"),
        ("ADSL", "TRTA"),
        ("AE", "CMTRT"),  # not used in the AE structure
    ],
)
def test_names_that_the_guide_does_not_have(structure, name):
    assert adam_variable(structure, name) is None


def test_imputation_flags_carry_their_codelists():
    for name, code in [("ASTDTF", "C81223"), ("CELLDTF", "C81223"), ("CELLTMF", "C81226")]:
        variable = adam_variable("BDS", name)
        assert variable is not None
        assert variable.codelists == (code,)


def test_flags_carry_their_values():
    for structure, name, values in [
        ("ADSL", "SAFFL", ("Y", "N")),
        ("BDS", "ABLFL", ("Y",)),
        ("BDS", "ANL02FN", ("1",)),
        ("OCCDS", "SMQ02SC", ("BROAD", "NARROW")),
    ]:
        variable = adam_variable(structure, name)
        assert variable is not None
        assert variable.values == values


def test_structures_have_their_class_and_subclass():
    guide = load_adamig("1.3")
    define = load_ct("DEFINE-XML")
    expected = {
        "ADSL": ("SUBJECT LEVEL ANALYSIS DATASET", ""),
        "BDS": ("BASIC DATA STRUCTURE", ""),
        "TTE": ("BASIC DATA STRUCTURE", "TIME-TO-EVENT"),
        "OCCDS": ("OCCURRENCE DATA STRUCTURE", ""),
        "AE": ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT"),
    }
    subclasses = {t.submission_value for name in ("BDSSC", "OCCSC") for t in define.codelist(name).terms}
    for name, (class_name, subclass) in expected.items():
        structure = guide.structure(name)
        assert (structure.class_name, structure.subclass) == (class_name, subclass)
        assert class_term(class_name).submission_value == class_name
        assert not subclass or subclass in subclasses
    with pytest.raises(UnknownStandard, match="unknown ADaM structure XX; shipped: ADSL, BDS"):
        guide.structure("XX")
    with pytest.raises(UnknownStandard, match=r"unknown ADaMIG version 1\.0; shipped: 1\.3"):
        load_adamig("1.0")


def test_every_published_name_finds_itself():
    """A pattern filled with small indices comes back as the variable it came from."""
    for structure in load_adamig("1.3").structures:
        for variable in structure.variables:
            if variable.name[0] == "*":
                continue
            name = variable.name.replace("xx", "01").replace("zz", "01").replace("y", "1").replace("w", "1")
            name = name.replace("--", "ZZ")
            found = adam_variable(structure.name, name)
            assert found is not None, name
            assert (found.type, found.codelists) == (variable.type, variable.codelists), name


@pytest.mark.skipif(not SHARED.exists(), reason="the reference tables are not beside the repository")
def test_numbers_of_variables_equal_the_reference():
    def count(stem, title):
        with (SHARED / f"{stem}-variables.csv").open(encoding="utf-8", newline="") as file:
            used = [r for r in csv.DictReader(file) if not r["Core"].casefold().startswith("not")]
        return sum(r["Data Structure Name"] == title for r in used)

    guide = load_adamig("1.3")
    occurrence = "Occurrence Data Structure"
    assert len(guide.structure("ADSL").variables) == count("adamig-1.3", "Subject-Level Analysis Dataset")
    assert len(guide.structure("BDS").variables) == count("adamig-1.3", "Basic Data Structure")
    assert len(guide.structure("OCCDS").variables) == count("adam-occds-1.1", occurrence)
    assert len(guide.structure("AE").variables) == count("adam-occds-1.1", f"{occurrence} Adverse Event")
    assert len(guide.structure("TTE").variables) == 29
