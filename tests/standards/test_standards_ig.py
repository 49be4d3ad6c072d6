"""SDTMIG and SDTM: published datasets, additional variables and their place, custom domains, keys."""

import csv
from pathlib import Path

import pytest

from ced_cdisc.standards.ig import class_term, load_sdtmig
from ced_cdisc.standards.keys import natural_keys
from ced_cdisc.standards.model import custom_domain, extend, general_variable
from ced_cdisc.standards.tables import UnknownStandard

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "ig"
needs_reference = pytest.mark.skipif(
    not SHARED.exists(), reason="the reference tables are not beside the repository"
)
ig = load_sdtmig("3.4")


def rows(name):
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_adverse_events_as_published():
    ae = ig.dataset("AE")
    assert (ae.label, ae.class_name) == ("Adverse Events", "Events")
    assert ae.structure == "One record per adverse event per subject"
    assert len(ae.variables) == 60
    term = ae.variable("AETERM")
    assert term is not None
    assert (term.type, term.role, term.core, term.order) == ("Char", "Topic", "Req", 9)
    severity = ae.variable("AESEV")
    assert severity is not None
    assert (severity.core, severity.codelists) == ("Perm", ("C66769",))
    start = ae.variable("AESTDTC")
    assert start is not None
    assert start.described == "ISO 8601 datetime or interval"
    domain = ae.variable("DOMAIN")
    assert domain is not None
    assert domain.values == ("AE",)
    assert ae.variable("AESEVN") is None


def test_a_variable_may_have_several_codelists():
    decod = ig.dataset("DS").variable("DSDECOD")
    assert decod is not None
    assert decod.codelists == ("C66727", "C114118", "C150811")


def test_relationship_datasets_stand_under_their_names():
    assert ig.dataset("RELREC").names == (
        "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID",
    )  # fmt: skip
    supp = ig.dataset("SUPPXX")
    assert supp.label == "Supplemental Qualifiers for XX"
    assert supp.names[-4:] == ("QLABEL", "QVAL", "QORIG", "QEVAL")


def test_unknown_dataset_and_version():
    with pytest.raises(UnknownStandard, match=r"unknown dataset QQ; shipped: AG, CM"):
        ig.dataset("QQ")
    with pytest.raises(KeyError, match=r"unknown SDTMIG version 3\.1; shipped: 3\.4"):
        load_sdtmig("3.1")


@pytest.mark.parametrize(
    ("guide", "value"),
    [
        ("Findings", "FINDINGS"),
        ("Findings About", "FINDINGS ABOUT"),
        ("Events", "EVENTS"),
        ("Interventions", "INTERVENTIONS"),
        ("Special-Purpose", "SPECIAL PURPOSE"),
        ("Trial Design", "TRIAL DESIGN"),
        ("Relationship", "RELATIONSHIP"),
        ("Study Reference", "STUDY REFERENCE"),
        ("BASIC DATA STRUCTURE", "BASIC DATA STRUCTURE"),
    ],
)
def test_define_classes_come_from_the_terminology(guide, value):
    assert class_term(guide).submission_value == value


def test_every_dataset_has_a_define_class():
    assert all(class_term(d.class_name) for d in ig.datasets)
    with pytest.raises(UnknownStandard, match="unknown dataset class Efficacy"):
        class_term("Efficacy")


def test_additional_variables_of_the_model():
    amount = general_variable("Interventions", "ECVAMT")
    assert amount is not None
    assert (amount.label, amount.type, amount.role) == (
        "Treatment Vehicle Amount",
        "Num",
        "Record Qualifier",
    )
    repeat = general_variable("Findings", "XCREPNUM")
    assert repeat is not None
    assert (repeat.label, repeat.type, repeat.core) == ("Repetition Number", "Num", "Perm")
    assert general_variable("Events", "AESLIFE") is not None
    assert general_variable("Findings About", "FAOBJ") is not None
    assert general_variable("Findings", "FAOBJ") is None
    assert general_variable("Findings", "VISITNUM", "LB") is not None


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("Events", "AEOCCUR"),  # not in AE
        ("Findings", "LBSTDTC"),  # no start in findings
        ("Findings", "VSREASEX"),  # nonclinical only
        ("Findings", "VSGATE"),  # CP only
        ("Interventions", "EXMETHOD"),  # nonclinical only
        ("Interventions", "EXQQQ"),
        ("Interventions", "--DOSE"),
        ("Events", "MHORRES"),
    ],
)
def test_variables_that_the_model_forbids(class_name, name):
    assert general_variable(class_name, name) is None


def test_restricted_variables_in_their_own_domain():
    assert general_variable("Findings", "CPGATE") is not None
    assert general_variable("Findings", "LBPTFL") is not None
    assert general_variable("Findings", "VSPTFL") is None
    assert general_variable("Events", "MHEVDTYP") is not None


def test_additional_variables_take_the_place_of_the_model():
    ec = extend(ig.dataset("EC"), ["ECVAMTU", "ECVAMT"])
    at = ec.names.index("ECVAMT")
    assert ec.names[at - 1 : at + 3] == ("ECPSTRGU", "ECVAMT", "ECVAMTU", "ECADJ")
    assert [v.order for v in ec.variables] == list(range(1, len(ec.variables) + 1))
    cv = extend(ig.dataset("CV"), ["CVREPNUM", "CVSEQ"])
    at = cv.names.index("CVREPNUM")
    assert cv.names[at - 1 : at + 2] == ("CVEVALID", "CVREPNUM", "VISITNUM")
    assert len(cv.names) == len(ig.dataset("CV").names) + 1


def test_datasets_of_the_model_can_be_extended_too():
    dm = extend(ig.dataset("DM"), ["AGETXT"])
    at = dm.names.index("AGETXT")
    assert dm.names[at - 1 : at + 2] == ("AGE", "AGETXT", "AGEU")


def test_extending_with_a_forbidden_variable_is_refused():
    with pytest.raises(UnknownStandard, match="unknown variable AEOCCUR"):
        extend(ig.dataset("AE"), ["AEOCCUR"])
    with pytest.raises(UnknownStandard, match="unknown variable SPECIES"):
        extend(ig.dataset("DM"), ["SPECIES"])


def test_custom_domain_of_each_class():
    for class_name, topic in [("Interventions", "YYTRT"), ("Events", "YYTERM"), ("Findings", "YYTESTCD")]:
        domain = custom_domain("YY", "A Custom Domain", class_name)
        found = domain.variable(topic)
        assert found is not None
        assert (found.core, found.role) == ("Req", "Topic")
        assert domain.names[:3] == ("STUDYID", "DOMAIN", "USUBJID")
        assert domain.variables[-1].role == "Timing"
        roles = [v.role for v in domain.variables]
        first_timing = roles.index("Timing")
        assert all(r == "Timing" for r in roles[first_timing:])
        assert "Identifier" not in roles[roles.index("Topic") :]
        assert all(len(v.label) <= 40 and len(v.name) <= 8 for v in domain.variables)
        assert class_term(domain.class_name).submission_value == class_name.upper()
    about = custom_domain("YY", "A Custom Domain", "Findings About")
    assert about.names.index("YYOBJ") == about.names.index("YYTEST") + 1
    with pytest.raises(UnknownStandard, match="general observation class Efficacy"):
        custom_domain("YY", "A Custom Domain", "Efficacy")


@needs_reference
@pytest.mark.parametrize("code", ["XC", "XR"])
def test_custom_findings_domain_equals_the_reference(code):
    expected = [r for r in rows("custom-xc-xr-variables.csv") if r["dataset"] == code]
    noun = expected[9]["label"].removeprefix("Short Name of ")
    domain = custom_domain(code, "Custom Findings", "Findings", like="CV", test=noun)
    wanted = {r["variable"] for r in expected}
    built = [(v.name, v.label, v.type, v.core, v.role) for v in domain.variables if v.name in wanted]
    assert built == [tuple(r[c] for c in ("variable", "label", "type", "core", "role")) for r in expected]
    for row in expected:
        variable = domain.variable(row["variable"])
        assert variable is not None
        if not row["codelist_code"].startswith("sponsor"):
            assert " ".join(variable.codelists) == row["codelist_code"], row["variable"]
    unlisted = [v for v in domain.variables if v.name not in wanted]
    assert {v.core for v in unlisted} == {"Perm"}


@pytest.mark.parametrize(
    ("dataset", "keys"),
    [
        ("AE", "STUDYID USUBJID AEDECOD AESTDTC"),
        ("MH", "STUDYID USUBJID MHTERM MHSTDTC"),
        ("CM", "STUDYID USUBJID CMTRT CMSTDTC"),
        ("DM", "STUDYID USUBJID"),
        ("LB", "STUDYID USUBJID LBTESTCD VISITNUM LBTPTREF LBTPTNUM"),
        ("CV", "STUDYID USUBJID CVTESTCD VISITNUM CVTPTREF CVTPTNUM"),
        ("EG", "STUDYID USUBJID EGTESTCD VISITNUM EGTPTREF EGTPTNUM EGREPNUM"),
        ("FA", "STUDYID USUBJID FAOBJ FATESTCD VISITNUM"),
        ("IE", "STUDYID USUBJID IETESTCD"),
        ("TU", "STUDYID USUBJID TUTESTCD TULNKID TUEVAL TUEVALID"),
        ("TR", "STUDYID USUBJID TRTESTCD TRLNKID TREVAL TREVALID VISITNUM"),
        ("TS", "STUDYID TSPARMCD TSSEQ"),
        ("SUPPAE", "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM"),
        ("RELREC", "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL RELID"),
    ],
)
def test_natural_keys_follow_class_and_structure(dataset, keys):
    assert natural_keys(ig.dataset(dataset)) == tuple(keys.split())


def test_natural_keys_are_variables_of_their_dataset():
    for dataset in ig.datasets:
        keys = natural_keys(dataset)
        assert len(keys) >= 2
        assert set(keys) <= set(dataset.names)
        assert len(set(keys)) == len(keys)


@needs_reference
def test_every_variable_equals_the_reference():
    packaged = [
        (d.name, str(v.order), v.name, v.label, v.type, v.role, v.core, "; ".join(v.codelists))
        for d in ig.datasets
        for v in d.variables
    ]
    columns = (
        "Dataset Name", "Variable Order", "Variable Name", "Variable Label", "Type", "Role", "Core",
        "CDISC CT Codelist Code(s)",
    )  # fmt: skip
    reference = [tuple(r[c] for c in columns) for r in rows("sdtmig-3.4-variables.csv")]
    cleaned = [tuple(cell.replace("\\n", "").strip() for cell in row) for row in reference]
    assert sorted(packaged) == sorted(cleaned)
    assert [d.name for d in ig.datasets] == [r["Dataset Name"] for r in rows("sdtmig-3.4-datasets.csv")]
