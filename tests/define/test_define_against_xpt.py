"""define.xml and transport files must say the same of every dataset and variable."""

from __future__ import annotations

import pytest
from define_packages import ADAM, CREATED, SDTM
from msgspec.structs import replace

from ced_cdisc.check.define import check_define_against_xpt
from ced_cdisc.check.define.document import DefineDocument
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.core.xpt import XptMember, XptVariable, xpt_member
from ced_cdisc.write.define import define_xml


def members(package: PackageMetadata) -> dict[str, XptMember]:
    """The headers of the files that the writer makes of the package."""
    return {d.name: xpt_member(d, CREATED) for d in package.datasets if not d.has_no_data}


def changed(member: XptMember, name: str, **more: object) -> XptMember:
    """The member with one variable changed."""
    variables = tuple(replace(v, **more) if v.name == name else v for v in member.variables)
    return replace(member, variables=variables)


def document(xml: bytes) -> DefineDocument:
    return DefineDocument(xml, "define.xml")


def texts(package: PackageMetadata, files: dict[str, XptMember], exact: bool = True) -> list[str]:
    found = check_define_against_xpt(document(define_xml(package)), list(files.values()), exact=exact)
    return [f"{f.code} {f.message}" + (f"; {f.hint}" if f.hint else "") for f in found]


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=lambda package: package.name)
def test_files_of_the_same_metadata_agree(package: PackageMetadata) -> None:
    assert texts(package, members(package)) == []


AE = members(SDTM)["AE"]
ADSL = members(ADAM)["ADSL"]
CASES = [
    (
        "label of a dataset",
        SDTM,
        replace(AE, label="Adverse Event"),
        ['CED524 ItemGroupDef IG.AE has the label "Adverse Events", the transport file "Adverse Event"'],
    ),
    (
        "variable missing in the file",
        SDTM,
        replace(AE, variables=tuple(v for v in AE.variables if v.name != "AESER")),
        [
            "CED525 ItemDef IT.AE.AESER is described, but AE has no variable AESER in its file; "
            "did you mean AESEQ?"
        ],
    ),
    (
        "variable missing in define.xml",
        SDTM,
        replace(AE, variables=(*AE.variables, XptVariable("EPOCH", "Epoch", "Char", 9))),
        ["CED525 ItemGroupDef IG.AE has no ItemRef for the variable EPOCH of the transport file"],
    ),
    (
        "order",
        ADAM,
        replace(ADSL, variables=ADSL.variables[::-1]),
        [
            "CED526 ItemGroupDef IG.ADSL has STUDYID at place 1, the transport file TRTSDT; "
            "order of the file: TRTSDT, USUBJID, STUDYID"
        ],
    ),
    (
        "label of a variable",
        SDTM,
        changed(AE, "AESER", label="Serious"),
        ['CED527 ItemDef IT.AE.AESER has the label "Serious Event", the transport file "Serious"'],
    ),
    (
        "type",
        SDTM,
        changed(AE, "AESEQ", type="Char"),
        ["CED528 ItemDef IT.AE.AESEQ has the type integer, the transport file Char"],
    ),
    (
        "type of a date",
        SDTM,
        changed(AE, "AESTDTC", type="Num"),
        ["CED528 ItemDef IT.AE.AESTDTC has the type partialDate, the transport file Num"],
    ),
    (
        "format",
        ADAM,
        changed(ADSL, "TRTSDT", format_width=7),
        ['CED528 ItemDef IT.ADSL.TRTSDT has the format "DATE9.", the transport file "DATE7."'],
    ),
    (
        "length",
        SDTM,
        changed(AE, "AETERM", length=180),
        ["CED529 ItemDef IT.AE.AETERM has Length 200, the transport file 180 bytes"],
    ),
]


@pytest.mark.parametrize(
    ("package", "member", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_difference_is_found(package: PackageMetadata, member: XptMember, expected: list[str]) -> None:
    assert texts(package, members(package) | {member.name: member}) == expected


def test_a_dataset_on_one_side_only_is_found() -> None:
    files = members(SDTM)
    files["EA"] = replace(files.pop("AE"), name="EA")
    assert texts(SDTM, files) == [
        "CED523 there is a transport file of EA, but no ItemGroupDef describes it; did you mean AE?",
        "CED523 ItemGroupDef IG.AE is described, but there is no transport file of AE; did you mean EA?",
    ]


def test_a_file_of_a_dataset_without_data_is_found() -> None:
    files = members(SDTM)
    files["CE"] = replace(files["DM"], name="CE")
    assert texts(SDTM, files) == [
        "CED523 ItemGroupDef IG.CE has HasNoData, but there is a transport file of CE"
    ]


def test_in_files_of_others_a_text_may_be_stored_longer_than_described_but_not_shorter() -> None:
    longer = members(SDTM) | {"AE": changed(AE, "AESER", length=8)}
    assert texts(SDTM, longer) == ["CED529 ItemDef IT.AE.AESER has Length 1, the transport file 8 bytes"]
    assert texts(SDTM, longer, exact=False) == []
    shorter = members(SDTM) | {"AE": changed(AE, "AETERM", length=180)}
    assert len(texts(SDTM, shorter, exact=False)) == 1
    formatted = members(SDTM) | {"AE": changed(AE, "AESER", format="$", format_width=1)}
    assert len(texts(SDTM, formatted)) == 1
    assert texts(SDTM, formatted, exact=False) == []


def test_order_follows_the_order_numbers_not_the_elements() -> None:
    xml = define_xml(ADAM).decode()
    first, second = (
        f'        <ItemRef ItemOID="IT.ADSL.{name}" OrderNumber="{n}" Mandatory="Yes" KeySequence="{n}"/>\n'
        for n, name in ((1, "STUDYID"), (2, "USUBJID"))
    )
    assert first + second in xml
    swapped = xml.replace(first + second, second + first).encode()
    assert check_define_against_xpt(document(swapped), list(members(ADAM).values())) == []
