"""odmlib as a second, independent reader: it finds what was written."""

from __future__ import annotations

import pytest
from define_packages import ADAM, SDTM

from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.write.define import define_xml

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:odmlib")


def read(package: PackageMetadata):
    """The MetaDataVersion as odmlib sees it."""
    from odmlib.define_loader import XMLDefineLoader
    from odmlib.loader import ODMLoader

    loader = ODMLoader(XMLDefineLoader(model_package="define_2_1"))
    loader.load_odm_string(define_xml(package).decode().split("\n", 1)[1])
    return loader.MetaDataVersion()


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=lambda package: package.name)
def test_datasets_variables_and_labels_are_read_back(package: PackageMetadata) -> None:
    version = read(package)
    items = {item.OID: item for item in version.ItemDef}
    found = [
        (
            group.Name,
            group.Description.TranslatedText[0]._content,
            [
                (items[ref.ItemOID].Name, items[ref.ItemOID].Description.TranslatedText[0]._content)
                for ref in group.ItemRef
            ],
        )
        for group in version.ItemGroupDef
    ]
    assert found == [(d.name, d.label, [(v.name, v.label) for v in d.variables]) for d in package.datasets]


@pytest.mark.parametrize(
    ("package", "counts"),
    [
        (
            SDTM,
            {"ItemDef": 36, "CodeList": 6, "MethodDef": 3, "CommentDef": 7, "leaf": 3, "WhereClauseDef": 4},
        ),
        (
            ADAM,
            {"ItemDef": 12, "CodeList": 1, "MethodDef": 3, "CommentDef": 0, "leaf": 1, "WhereClauseDef": 2},
        ),
    ],
    ids=["SDTM", "ADaM"],
)
def test_definitions_are_read_back_in_full(package: PackageMetadata, counts: dict[str, int]) -> None:
    version = read(package)
    assert {name: len(getattr(version, name)) for name in counts} == counts


def test_terms_and_codes_are_read_back() -> None:
    (sex,) = [codelist for codelist in read(SDTM).CodeList if codelist.OID == "CL.SEX"]
    assert [
        (t.CodedValue, t.Decode.TranslatedText[0]._content, t.Alias[0].Name) for t in sex.CodeListItem
    ] == [
        ("F", "Female", "C16576"),
        ("M", "Male", "C20197"),
    ]
