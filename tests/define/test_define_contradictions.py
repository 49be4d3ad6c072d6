"""Metadata that contradicts itself is a bug of its builder: an exception that names the object."""

from __future__ import annotations

import pytest
from define_packages import (
    ADAM,
    ADQS,
    ADSL,
    AE,
    CE,
    DM,
    METHOD,
    NY,
    SDTM,
    VALUES,
    XF,
    crf,
    with_dataset,
    with_variable,
)
from msgspec.structs import replace

from ced_cdisc.core.metadata import (
    Codelist,
    Comment,
    Document,
    DocumentRef,
    Method,
    PackageMetadata,
    RangeCheck,
    Term,
)
from ced_cdisc.write.define import DefineModelError, define_xml

OTHER = Comment("AE", "Another text.")
OTHER_METHOD = Method("SEQ", "Another", "Computation", "Another text.")
BOTH = replace(METHOD, terms=(Term("A", code="C1", extended=True),))
BUGS = [
    (
        "one OID, two methods",
        with_variable(SDTM, AE, replace(AE.variable("AESTDY"), method=OTHER_METHOD)),
        "two different methods have the OID MT.SEQ",
    ),
    (
        "one OID, two codelists",
        with_variable(SDTM, AE, replace(AE.variable("AESER"), codelist=replace(NY, id="SEX"))),
        "two different codelists have the OID CL.SEX",
    ),
    (
        "one OID, two comments",
        with_variable(SDTM, AE, replace(AE.variable("AESER"), comment=OTHER)),
        "two different comments have the OID COM.AE",
    ),
    (
        "a dataset twice",
        replace(SDTM, datasets=(*SDTM.datasets, AE)),
        "the dataset AE is defined twice",
    ),
    (
        "dataset without data and comment",
        with_dataset(SDTM, replace(CE, comment=None)),
        "dataset CE has no data and needs a comment that says why",
    ),
    (
        "variable without data and comment",
        with_variable(SDTM, DM, replace(DM.variable("ETHNIC"), comment=None)),
        "variable DM.ETHNIC has no data and needs a comment that says why",
    ),
    (
        "join without comment",
        with_variable(
            SDTM,
            XF,
            replace(
                XF.variable("XFORRES"),
                value_level=(replace(XF.variable("XFORRES").value_level[1], where_comment=None),),
            ),
        ),
        "XF.XFORRES: WC.XF.XFTESTCD.a0e7ad1f9588 joins datasets and needs a comment on how",
    ),
    (
        "condition on an unknown variable",
        with_variable(
            ADAM,
            ADQS,
            replace(
                ADQS.variable("AVAL"),
                value_level=(replace(VALUES[0], where=(RangeCheck("ADQS", "PARAM", "EQ", ("A",)),)),),
            ),
        ),
        "ADQS.AVAL: WC.ADQS.PARAM.EQ.A asks for ADQS.PARAM, which is not in the package",
    ),
    (
        "a value without condition",
        with_variable(
            ADAM, ADQS, replace(ADQS.variable("AVAL"), value_level=(replace(VALUES[0], where=()),))
        ),
        "ADQS.AVAL: a value-level row has no condition, or one without a value",
    ),
    (
        "two values of one condition",
        with_variable(ADAM, ADQS, replace(ADQS.variable("AVAL"), value_level=(VALUES[0], VALUES[0]))),
        "ADQS.AVAL: two value-level rows have the condition WC.ADQS.PARAMCD.IN.AFREQ-QOL",
    ),
    (
        "codelist without terms",
        with_variable(SDTM, AE, replace(AE.variable("AESER"), codelist=Codelist("X", "X"))),
        "codelist X must have either terms or an external dictionary",
    ),
    (
        "extended term with a code",
        with_variable(
            SDTM,
            XF,
            replace(
                XF.variable("XFMETHOD"),
                codelist=BOTH,
            ),
        ),
        "codelist METHOD: the term A has an NCI code and is marked as extended",
    ),
    (
        "unknown document",
        with_variable(
            SDTM,
            AE,
            replace(AE.variable("AESER"), origin=replace(crf(1), documents=(DocumentRef("crf2", (1,)),))),
        ),
        "the document crf2 is referred to but not in the package",
    ),
    (
        "document named as a dataset",
        replace(SDTM, documents=(*SDTM.documents, Document("AE", "x", "x.pdf", "supplemental"))),
        "the files of AE and AE both have the ID LF.AE",
    ),
    (
        "unknown standard",
        with_dataset(ADAM, replace(ADSL, standard="ADaM-2")),
        "dataset ADSL cites the standard ADaM-2, which is not in the package",
    ),
]


@pytest.mark.parametrize(("package", "message"), [bug[1:] for bug in BUGS], ids=[bug[0] for bug in BUGS])
def test_a_contradiction_in_the_metadata_is_an_exception(package: PackageMetadata, message: str) -> None:
    with pytest.raises(DefineModelError) as error:
        define_xml(package)
    assert str(error.value) == message
