"""Two small but rich packages: SDTM with every construct of define.xml, ADaM with values by parameter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from ced_cdisc.core.metadata import (
    Codelist,
    Comment,
    DatasetMetadata,
    Document,
    DocumentRef,
    Method,
    Origin,
    PackageMetadata,
    RangeCheck,
    Standard,
    Term,
    ValueLevel,
    Variable,
)

CREATED = datetime(2026, 3, 31, 12, 0, 0, tzinfo=UTC)

ACRF = Document("acrf", "Annotated Case Report Form", "acrf.pdf", "acrf")
CSDRG = Document("csdrg", "Clinical Study Data Reviewer's Guide", "csdrg.pdf", "supplemental")
SAP = Document("sap", "Statistical Analysis Plan", "sap.pdf")
UNUSED = Document("protocol", "Protocol", "protocol.pdf")

SDTM_CT = "SDTM-CT"


def crf(*pages: int) -> Origin:
    return Origin("Collected", "Investigator", documents=(DocumentRef("acrf", pages),))


ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")
PROTOCOL = Origin("Protocol", "Sponsor")

SEX = Codelist(
    "SEX",
    "Sex",
    code="C66731",
    standard=SDTM_CT,
    terms=(Term("F", "Female", "C16576"), Term("M", "Male", "C20197")),
)
NY = Codelist(
    "NY",
    "No Yes Response",
    code="C66742",
    standard=SDTM_CT,
    terms=(Term("N", "No", "C49487"), Term("Y", "Yes", "C49488")),
)
METHOD = Codelist(
    "METHOD",
    "Method",
    code="C85492",
    standard=SDTM_CT,
    terms=(
        Term("ANGIOGRAPHY", code="C20080"),
        Term("INTRACORONARY DOPPLER", extended=True),
    ),
    comment=Comment("METHOD", "Extended with the technique of the protocol."),
)
MEDDRA = Codelist("MEDDRA", "MedDRA", dictionary="MedDRA", version="27.0")
DOMAINS = Codelist(
    "DOMAIN",
    "SDTM Domain Abbreviation",
    code="C66734",
    standard=SDTM_CT,
    terms=(Term("AE", "Adverse Events", "C49562"),),
)
CFTEST = Codelist(
    "XFTESTCD", "Coronary Function Test Code", terms=(Term("CFR", "Coronary Flow Reserve"), Term("SPASM"))
)
SEQUENCE = Method("SEQ", "Sequence number", "Computation", "Counts the records of a subject.")
STUDY_DAY = Method(
    "STUDYDAY",
    "Study day",
    "Computation",
    "Days from the reference start date, without a day 0.",
    formula="study_day(aestdtc, dm.rfstdtc)",
    documents=(DocumentRef("csdrg", destination="STUDYDAY"),),
)


def char(name: str, label: str, length: int, origin: Origin | None, **more: Any) -> Variable:
    return Variable(name, label, "text", length, "Char", length, origin=origin, **more)


def num(name: str, label: str, digits: int, origin: Origin | None, **more: Any) -> Variable:
    return Variable(name, label, "integer", digits, "Num", 8, origin=origin, **more)


STUDYID = char("STUDYID", "Study Identifier", 10, PROTOCOL, role="Identifier", mandatory=True, key=1)
USUBJID = char("USUBJID", "Unique Subject Identifier", 16, ASSIGNED, role="Identifier", mandatory=True, key=2)


def domain(name: str) -> Variable:
    return char("DOMAIN", "Domain Abbreviation", 2, ASSIGNED, role="Identifier", mandatory=True)


DM = DatasetMetadata(
    "DM",
    "Demographics",
    "DM",
    "SPECIAL PURPOSE",
    "One record per subject",
    (
        STUDYID,
        domain("DM"),
        USUBJID,
        Variable(
            "RFSTDTC",
            "Subject Reference Start Date/Time",
            "date",
            10,
            "Char",
            10,
            role="Record Qualifier",
            origin=crf(4),
        ),
        char("SEX", "Sex", 1, crf(3, 2, 3), codelist=SEX, role="Record Qualifier", mandatory=True),
        char(
            "ETHNIC",
            "Ethnicity",
            1,
            Origin("Collected", "Subject", documents=(DocumentRef("acrf", (3,)),)),
            role="Record Qualifier",
            has_no_data=True,
            comment=Comment("DM.ETHNIC", "Planned, but no subject answered the question."),
        ),
    ),
    "Tabulation",
    standard="SDTMIG",
    repeating=False,
)
AE = DatasetMetadata(
    "AE",
    "Adverse Events",
    "AE",
    "EVENTS",
    "One record per adverse event per subject",
    (
        STUDYID,
        domain("AE"),
        USUBJID,
        num("AESEQ", "Sequence Number", 2, DERIVED, method=SEQUENCE, role="Identifier"),
        char(
            "AETERM",
            "Reported Term for the Adverse Event",
            200,
            crf(17, 20),
            key=3,
            mandatory=True,
            role="Topic",
        ),
        char("AEDECOD", "Dictionary-Derived Term", 100, ASSIGNED, codelist=MEDDRA, role="Synonym Qualifier"),
        char("AESER", "Serious Event", 1, crf(17), codelist=NY, role="Record Qualifier"),
        Variable(
            "AESTDTC",
            "Start Date/Time of Adverse Event",
            "partialDate",
            10,
            "Char",
            10,
            role="Timing",
            key=4,
            origin=crf(17),
        ),
        num("AESTDY", "Study Day of Start of Adverse Event", 3, DERIVED, method=STUDY_DAY, role="Timing"),
    ),
    "Tabulation",
    standard="SDTMIG",
    comment=Comment(
        "AE", "Events from consent to day 30; see <section 4> & the guide.", (DocumentRef("csdrg", (5,)),)
    ),
)


def qnam(value: str, label: str, length: int, **more: Any) -> ValueLevel:
    where = (RangeCheck("SUPPAE", "QNAM", "EQ", (value,)),)
    return ValueLevel(where, label, "text", length, **more)


SUPPAE = DatasetMetadata(
    "SUPPAE",
    "Supplemental Qualifiers for AE",
    "AE",
    "RELATIONSHIP",
    "One record per supplemental qualifier per related parent record",
    (
        STUDYID,
        char(
            "RDOMAIN",
            "Related Domain Abbreviation",
            2,
            ASSIGNED,
            mandatory=True,
            role="Identifier",
            codelist=DOMAINS,
        ),
        USUBJID,
        char("IDVAR", "Identifying Variable", 5, ASSIGNED, key=3, role="Identifier"),
        char("IDVARVAL", "Identifying Variable Value", 2, ASSIGNED, key=4, role="Identifier"),
        char("QNAM", "Qualifier Variable Name", 8, ASSIGNED, key=5, mandatory=True, role="Topic"),
        char("QLABEL", "Qualifier Variable Label", 40, ASSIGNED, mandatory=True, role="Synonym Qualifier"),
        char(
            "QVAL",
            "Data Value",
            50,
            crf(99),
            role="Result Qualifier",
            mandatory=True,
            value_level=(
                qnam(
                    "AETRTEM",
                    "Treatment Emergent Flag",
                    1,
                    codelist=NY,
                    origin=DERIVED,
                    method=Method(
                        "AETRTEM",
                        "Treatment emergent",
                        "Imputation",
                        "Y from the first dose on.",
                        documents=(DocumentRef("sap", (12,)),),
                    ),
                ),
                qnam("AEOTHER", "Other, Specify", 50, origin=crf(18)),
            ),
        ),
    ),
    "Tabulation",
    standard="SDTMIG",
    parent_label="Adverse Events",
)
XF = DatasetMetadata(
    "XF",
    "Coronary Function",
    "XF",
    "FINDINGS",
    "One record per test per subject",
    (
        STUDYID,
        domain("XF"),
        USUBJID,
        char("XFTESTCD", "Coronary Function Test Code", 8, ASSIGNED, codelist=CFTEST, key=3, mandatory=True),
        char("XFMETHOD", "Method of Test", 30, crf(30), codelist=METHOD),
        char(
            "XFORRES",
            "Result in Original Units",
            10,
            crf(30),
            value_level=(
                ValueLevel(
                    (RangeCheck("XF", "XFTESTCD", "EQ", ("CFR",)),),
                    "Coronary Flow Reserve",
                    "float",
                    4,
                    significant_digits=2,
                    display_format="4.2",
                ),
                ValueLevel(
                    (
                        RangeCheck("XF", "XFTESTCD", "EQ", ("SPASM",)),
                        RangeCheck("DM", "SEX", "EQ", ("F",)),
                    ),
                    "Spasm in Women",
                    "text",
                    10,
                    where_comment=Comment("XF.JOIN", "Join XF and DM by USUBJID."),
                    comment=Comment("XF.SPASM", "Recorded for women only."),
                ),
            ),
        ),
    ),
    "Tabulation",
)
CE = DatasetMetadata(
    "CE",
    "Clinical Events",
    "CE",
    "EVENTS",
    "One record per event per subject",
    (STUDYID, domain("CE"), USUBJID),
    "Tabulation",
    standard="SDTMIG",
    comment=Comment("CE", "No clinical event was reported."),
    has_no_data=True,
)

SDTM = PackageMetadata(
    study_oid="STDY.CED-01",
    study_name="CED-01",
    study_description="A trial of coronary function",
    protocol_name="CED-01-PROT",
    name="SDTM",
    description="Data tabulations",
    created=CREATED,
    standards=(
        Standard("SDTMIG", "SDTMIG", "IG", "3.4"),
        Standard(SDTM_CT, "CDISC/NCI", "CT", "2024-09-27", publishing_set="SDTM"),
        Standard("DEFINE-CT", "CDISC/NCI", "CT", "2024-09-27", publishing_set="DEFINE-XML"),
    ),
    datasets=(DM, AE, CE, XF, SUPPAE),
    documents=(ACRF, CSDRG, SAP, UNUSED),
    comment=Comment("PACKAGE", "Data cut of 31 March 2026."),
    originator="The sponsor",
    extra={"SourceSystem": "ced-cdisc", "SourceSystemVersion": "0.1.0"},
)

PARAMCD = Codelist(
    "PARAMCD",
    "Parameter Code",
    terms=(
        Term("AFREQ", "Angina Frequency"),
        Term("QOL", "Quality of Life"),
        Term("SUM", "Summary"),
    ),
)
BASE = Method(
    "BASE", "Baseline", "Computation", "AVAL of the record flagged ABLFL.", formula="aval at ablfl = 'Y'"
)


def predecessor(name: str) -> Origin:
    return Origin("Predecessor", description=name)


def paramcd(*values: str) -> tuple[RangeCheck, ...]:
    return (RangeCheck("ADQS", "PARAMCD", "EQ" if len(values) == 1 else "IN", values),)


VALUES = (
    ValueLevel(paramcd("AFREQ", "QOL"), "Scale", "integer", 3, origin=predecessor("QS.QSSTRESN")),
    ValueLevel(
        paramcd("SUM"),
        "Summary score",
        "float",
        5,
        significant_digits=1,
        display_format="5.1",
        origin=DERIVED,
        method=Method("ADQS.SUM", "Summary score", "Computation", "Mean of the scales."),
    ),
)

ADSL = DatasetMetadata(
    "ADSL",
    "Subject-Level Analysis Dataset",
    "",
    "SUBJECT LEVEL ANALYSIS DATASET",
    "One record per subject",
    (
        char("STUDYID", "Study Identifier", 10, predecessor("DM.STUDYID"), mandatory=True, key=1),
        char("USUBJID", "Unique Subject Identifier", 16, predecessor("DM.USUBJID"), mandatory=True, key=2),
        num(
            "TRTSDT",
            "Date of First Exposure to Treatment",
            5,
            DERIVED,
            format="DATE9.",
            method=Method("TRTSDT", "First exposure", "Computation", "First EXSTDTC."),
        ),
    ),
    "Analysis",
    standard="ADaMIG",
    repeating=False,
)
ADQS = DatasetMetadata(
    "ADQS",
    "Questionnaire Analysis Dataset",
    "",
    "BASIC DATA STRUCTURE",
    "One record per subject per parameter",
    (
        replace(ADSL.variables[0], origin=predecessor("ADSL.STUDYID")),
        replace(ADSL.variables[1], origin=predecessor("ADSL.USUBJID")),
        char("PARAMCD", "Parameter Code", 8, ASSIGNED, codelist=PARAMCD, key=3, mandatory=True),
        Variable("AVAL", "Analysis Value", "float", 5, "Num", 8, significant_digits=1, value_level=VALUES),
        Variable(
            "BASE", "Baseline Value", "float", 5, "Num", 8, significant_digits=1, origin=DERIVED, method=BASE
        ),
    ),
    "Analysis",
    standard="ADaMIG",
)
ADAE = DatasetMetadata(
    "ADAE",
    "Adverse Event Analysis Dataset",
    "",
    "OCCURRENCE DATA STRUCTURE",
    "One record per adverse event per subject",
    ADSL.variables[:2],
    "Analysis",
    standard="ADaMIG",
    subclass="ADVERSE EVENT",
)
ADAM = PackageMetadata(
    study_oid="STDY.CED-01",
    study_name="CED-01",
    study_description="A trial of coronary function",
    protocol_name="CED-01-PROT",
    name="ADaM",
    description="Analysis data",
    created=CREATED,
    standards=(
        Standard("ADaMIG", "ADaMIG", "IG", "1.3"),
        Standard("ADaM-CT", "CDISC/NCI", "CT", "2024-09-27", publishing_set="ADaM"),
    ),
    datasets=(ADSL, ADQS, ADAE),
    documents=(Document("adrg", "Analysis Data Reviewer's Guide", "adrg.pdf", "supplemental"),),
)


def with_variable(package: PackageMetadata, dataset: DatasetMetadata, variable: Variable) -> PackageMetadata:
    """The package with one variable of a dataset replaced."""
    variables = tuple(variable if v.name == variable.name else v for v in dataset.variables)
    return with_dataset(package, replace(dataset, variables=variables))


def with_dataset(package: PackageMetadata, dataset: DatasetMetadata) -> PackageMetadata:
    """The package with one dataset replaced."""
    datasets = tuple(dataset if d.name == dataset.name else d for d in package.datasets)
    return replace(package, datasets=datasets)
