"""ODM-XML clinical data as raw tables: records, keys, site and values; and what is refused, in full."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.read import odm
from ced_cdisc.read.odm import KEYS
from ced_cdisc.read.tables import TableContract, read_table, read_tables

SPEC = Location("mappings/sources.yaml", 4, 3)
VS = TableContract("vs", "export.xml", "odm", (*KEYS, "IT.SYSBP", "IT.NOTE"), SPEC, group="IG.VS")
NS = 'xmlns="http://www.cdisc.org/ns/odm/v1.3"'
BODY = """\
  <ClinicalData StudyOID="S.1" MetaDataVersionOID="MDV.1">
    <SubjectData SubjectKey="001">
      <SiteRef LocationOID="SITE.7"/>
      <StudyEventData StudyEventOID="SE.V1" StudyEventRepeatKey="1">
        <FormData FormOID="F.VS" FormRepeatKey="2">
          <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1" TransactionType="Insert">
            <ItemData ItemOID="IT.SYSBP" Value="120">
              <AuditRecord><UserRef UserOID="U"/><LocationRef LocationOID="ELSEWHERE"/></AuditRecord>
              <MeasurementUnitRef MeasurementUnitOID="MMHG"/>
            </ItemData>
            <ItemDataString ItemOID="IT.NOTE">  sitting &lt;calm&gt;&#10;second line</ItemDataString>
          </ItemGroupData>
          <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="2">
            <ItemDataFloat ItemOID="IT.SYSBP">1.20E2</ItemDataFloat>
            <ItemData ItemOID="IT.NOTE" IsNull="Yes"/>
          </ItemGroupData>
        </FormData>
      </StudyEventData>
    </SubjectData>
    <SubjectData SubjectKey="002">
      <StudyEventData StudyEventOID="SE.V2">
        <FormData FormOID="F.VS">
          <ItemGroupData ItemGroupOID="IG.VS"><ItemData ItemOID="IT.SYSBP" Value=" 118 "/></ItemGroupData>
          <ItemGroupData ItemGroupOID="IG.AE"><ItemData ItemOID="IT.AETERM" Value="Übelkeit"/></ItemGroupData>
        </FormData>
      </StudyEventData>
    </SubjectData>
  </ClinicalData>
"""
ROWS = [
    ("001", "SE.V1", "1", "F.VS", "2", "1", "SITE.7", "120", "  sitting <calm>\nsecond line", 7),
    ("001", "SE.V1", "1", "F.VS", "2", "2", "SITE.7", "1.20E2", None, 14),
    ("002", "SE.V2", None, "F.VS", None, None, None, " 118 ", None, 24),
]
METADATA = """\
  <Study OID="S.1"><MetaDataVersion OID="MDV.1" Name="1">
    <ItemGroupDef OID="IG.VS" Name="VS" Repeating="Yes">
      <ItemRef ItemOID="IT.SYSBP" Mandatory="No"/><ItemRef ItemOID="IT.NOTE" Mandatory="No"/>
      <ItemRef ItemOID="IT.NEVER" Mandatory="No"/>
    </ItemGroupDef>
    <ItemGroupDef OID="IG.EMPTY" Name="EMPTY" Repeating="No"><ItemRef ItemOID="IT.X" Mandatory="No"/></ItemGroupDef>
    <ItemDef OID="IT.SYSBP" Name="Systolic" SASFieldName="SYSBP" DataType="integer"/>
    <ItemDef OID="IT.NOTE" Name="Note" SASFieldName="NOTE" DataType="text"/>
    <ItemDef OID="IT.NEVER" Name="Never" DataType="text"/>
    <ItemDef OID="IT.X" Name="X" DataType="text"/>
  </MetaDataVersion></Study>
"""


def file(body: str = BODY, head: str = "", root: str = NS, kind: str = 'FileType="Snapshot"') -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<ODM {root} {kind} FileOID="F.1">\n{body}</ODM>\n'.encode()


def read(content: bytes, contract: TableContract = VS) -> list[tuple[Any, ...]]:
    Path("raw/export.xml").write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert not found
    return table.frame.rows()


def said(content: bytes, contract: TableContract = VS) -> list[str]:
    Path("raw/export.xml").write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    assert all(f.stage.value == 11 for f in found)
    return [str(f) for f in found]


def test_records_have_their_keys_their_site_and_the_line_of_their_element() -> None:
    assert read(file()) == ROWS


def test_a_site_that_comes_after_the_visits_is_the_site_all_the_same() -> None:
    late = BODY.replace('      <SiteRef LocationOID="SITE.7"/>\n', "").replace(
        "      </StudyEventData>\n    </SubjectData>\n    <SubjectData SubjectKey",
        '      </StudyEventData><SiteRef LocationOID="SITE.7"/>\n    </SubjectData>\n    <SubjectData SubjectKey',
    )
    assert [row[6] for row in read(file(late))] == ["SITE.7", "SITE.7", None]


def test_trim_missing_and_names() -> None:
    contract = replace(
        VS, columns=("SUBJ", *KEYS[1:], "SYSBP", "IT.NOTE"), names={"SUBJ": "SubjectKey", "SYSBP": "IT.SYSBP"}
    )
    rows = read(file(), replace(contract, trim=True, missing=("120",)))
    assert [row[7] for row in rows] == [None, "1.20E2", "118"]
    assert rows[0][0] == "001"


def test_several_tables_of_one_file_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("raw/export.xml").write_bytes(file(METADATA + BODY))
    ae = replace(VS, name="ae", group="IG.AE", columns=(*KEYS, "IT.AETERM"))
    empty = replace(VS, name="empty", group="IG.EMPTY", columns=(*KEYS, "IT.X"))
    vs = replace(VS, columns=(*VS.columns, "IT.NEVER"))
    count: list[int] = []
    as_it_is = odm.expat.ParserCreate
    monkeypatch.setattr(odm.expat, "ParserCreate", lambda **words: count.append(1) or as_it_is(**words))
    tables, found = read_tables(Path("raw"), [ae, vs, empty])
    assert found == [] and count == [1]
    assert list(tables) == ["ae", "vs", "empty"]
    assert tables["ae"].frame.select("IT.AETERM", "__row").rows() == [("Übelkeit", 36)]
    assert [(*row[:9], row[10]) for row in tables["vs"].frame.rows()] == [
        (*row[:9], row[9] + 11) for row in ROWS
    ]
    assert tables["vs"].frame["IT.NEVER"].null_count() == 3
    assert tables["empty"].frame.shape == (0, len(KEYS) + 2)
    assert len({table.sha256 for table in tables.values()}) == 1


def test_items_by_their_names_in_the_metadata() -> None:
    content = file(METADATA.replace(' Name="Never"', ' Name="Never" SASFieldName="NEVER"') + BODY)
    for items, names in (("name", ("Systolic", "Note", "Never")), ("sas", ("SYSBP", "NOTE", "NEVER"))):
        rows = read(content, replace(VS, items=items, columns=(*KEYS, *names)))
        assert [row[7] for row in rows] == ["120", "1.20E2", " 118 "]
    assert said(file(METADATA + BODY), replace(VS, items="sas", columns=(*KEYS, "SYSBP", "NOTE"))) == [
        "mappings/sources.yaml:4:3 CED278 the metadata of raw/export.xml give the item IT.NEVER of table vs no "
        "SASFieldName; take items: oid, and names for what a spec cannot write"
    ]


ODM_2 = """\
  <ClinicalData StudyOID="S.1" MetaDataVersionOID="MDV.1"><SubjectData SubjectKey="001">
    <SiteRef LocationOID="SITE.7"/>
    <StudyEventData StudyEventOID="SE.V1">
      <ItemGroupData ItemGroupOID="F.VS" ItemGroupRepeatKey="2">
        <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1">
          <ItemData ItemOID="IT.SYSBP"><Value>120</Value><MeasurementUnitRef UnitOID="U"/></ItemData>
          <ItemData ItemOID="IT.NOTE"><Value>calm</Value></ItemData>
        </ItemGroupData>
      </ItemGroupData>
    </StudyEventData></SubjectData></ClinicalData>
"""
QUERY = (
    '<Query OID="Q.1" Source="Manual" State="Open" LastUpdateDatetime="2024-01-01T00:00:00">'
    "<Value>Please confirm</Value></Query>"
)


def odm_2(of_sysbp: str = "", head: str = "") -> bytes:
    body = ODM_2.replace("<Value>120</Value>", of_sysbp or "<Value>120</Value>")
    return file(body.replace('"IT.SYSBP"', f'"IT.SYSBP"{head}'), root=NS.replace("v1.3", "v2.0"))


def test_odm_2_nests_item_groups_and_writes_values_as_elements() -> None:
    content = odm_2()
    assert read(content) == [("001", "SE.V1", None, "F.VS", "2", "1", "SITE.7", "120", "calm", 6)]
    twice = content.replace(b"<Value>120</Value>", b"<Value>120</Value>\n<Value>121</Value>")
    assert said(twice) == [
        "raw/export.xml:8:1 CED279 the file of table vs has two values for the item IT.SYSBP in one record; export it again"
    ]
    assert said(odm_2(head=' Value="120"')) == [
        "raw/export.xml:7:52 CED279 the file of table vs has two values for the item IT.SYSBP in one record; export it again"
    ]
    assert said(odm_2(head=' IsNull="Yes"')) == [
        "raw/export.xml:7:63 CED279 the file of table vs says that the item IT.SYSBP is null, and gives it a value; export it again"
    ]


@pytest.mark.parametrize(
    ("inside", "head", "value"),
    [
        (QUERY, "", None),
        (QUERY, ' IsNull="Yes"', None),
        (f"{QUERY}<Value>120</Value>", "", "120"),
        (f"<Value>120</Value>{QUERY}", "", "120"),
        (
            "<Value>120</Value> <Annotation><Comment>seen</Comment></Annotation>\n<Query>again?</Query>",
            "",
            "120",
        ),
    ],
)
def test_what_is_said_beside_a_value_is_no_part_of_it(inside: str, head: str, value: str | None) -> None:
    assert [row[7] for row in read(odm_2(inside, head))] == [value]


def test_elements_of_vendors_are_passed_over() -> None:
    other = '<x:ItemData xmlns:x="urn:vendor" ItemOID="IT.SYSBP" Value="9"/>'
    body = BODY.replace('Value="120">', f'Value="120">{other}').replace(
        "<ClinicalData", f"{other}<ClinicalData", 1
    )
    assert read(file(body)) == ROWS


def test_a_file_in_another_encoding_says_so_itself() -> None:
    content = file().decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1")
    ae = replace(VS, group="IG.AE", columns=(*KEYS, "IT.AETERM"))
    assert read(content, ae)[0][7] == "Übelkeit"
    lying = content.replace(b"ISO-8859-1", b"UTF-8")
    assert said(lying, ae) == [
        "raw/export.xml:25:84 CED271 the file of table vs is no well-formed XML: not well-formed (invalid token); "
        "export it again"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            file()[:-8],
            ":29:18 CED271 the file of table vs is no well-formed XML: no element found; export it again",
        ),
        (
            b"SUBJ,TERM\n001,x\n",
            ":1:1 CED271 the file of table vs is no well-formed XML: syntax error; export it again",
        ),
        (
            file().replace(b"UTF-8", b"klingon"),
            ":1 CED271 the file of table vs is no well-formed XML: unknown encoding: klingon; export it again",
        ),
        (
            file(root='xmlns="http://www.cdisc.org/ns/Dataset-XML/v1.0"'),
            ":1:39 CED277 the file of table vs begins with the element ODM of http://www.cdisc.org/ns/Dataset-XML/v1.0; "
            "ODM 1.2, 1.3 and 2.0 are read",
        ),
        (
            b"<html/>",
            ":1:1 CED277 the file of table vs begins with the element html; ODM 1.2, 1.3 and 2.0 are read",
        ),
        (
            file(kind='FileType="Transactional"'),
            ":1:39 CED277 the file of table vs is no snapshot, but Transactional; "
            "export a snapshot, which holds what is there",
        ),
        (
            file(BODY.replace('TransactionType="Insert"', 'TransactionType="Remove"')),
            ":7:11 CED277 the file of table vs says that data were removed; "
            "export a snapshot, which holds what is there",
        ),
        (
            file(METADATA),
            " CED277 the file of table vs has no ClinicalData; export the clinical data, not the metadata alone",
        ),
        (
            file(BODY + BODY.replace("S.1", "S.2")),
            ":30:3 CED277 the file of table vs holds the data of two studies, S.1 and S.2; export one a file",
        ),
        (
            file(BODY.replace('Value="120">', 'Value="120" IsNull="Yes">')),
            ":8:13 CED279 the file of table vs says that the item IT.SYSBP is null, and gives it a value; export it again",
        ),
        (
            file(BODY.replace('ItemOID="IT.NOTE">', 'ItemOID="IT.SYSBP">')),
            ":12:13 CED279 the file of table vs has the item IT.SYSBP twice in one record; export it again",
        ),
        (
            file(BODY.replace(' SubjectKey="002"', "")),
            ":21:5 CED279 the file of table vs has the element SubjectData without SubjectKey; export it again",
        ),
        (b"", " CED205 the file of table vs is empty: not even a header; expected " + ", ".join(VS.columns)),
    ],
)
def test_files_that_are_refused(content: bytes, message: str) -> None:
    assert said(content) == [f"raw/export.xml{message}"]


def test_a_group_that_the_file_does_not_have() -> None:
    assert said(file(), replace(VS, group="IG.VX")) == [
        "mappings/sources.yaml:4:3 CED278 no item group IG.VX in raw/export.xml for table vs; did you mean IG.VS?"
    ]
    assert said(file(), replace(VS, group="LABORATORY")) == [
        "mappings/sources.yaml:4:3 CED278 no item group LABORATORY in raw/export.xml for table vs; "
        "the file has IG.VS, IG.AE"
    ]
    assert said(file('<ClinicalData StudyOID="S.1" MetaDataVersionOID="MDV.1"/>')) == [
        "mappings/sources.yaml:4:3 CED278 no item group IG.VS in raw/export.xml for table vs; "
        "the file has no item group"
    ]


def test_the_columns_are_compared_with_the_contract() -> None:
    assert said(file(), replace(VS, columns=(*KEYS, "IT.SYSBP"))) == [
        "raw/export.xml CED221 column IT.NOTE is not among the columns of table vs; "
        "list it under columns at mappings/sources.yaml:4:3, or delete it"
    ]


BOMB = (
    '<!DOCTYPE ODM [<!ENTITY a "' + "x" * 100 + '">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 100}">' for a, b in zip("abcde", "bcdef", strict=True))
    + "]>"
)  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        '<!DOCTYPE ODM [<!ENTITY secret SYSTEM "secret.txt">]>',
        '<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/odm.dtd">',
        '<!DOCTYPE ODM [<!ENTITY % all SYSTEM "secret.txt"> %all;]>',
    ],
)
def test_no_entity_is_expanded_and_nothing_outside_is_read(head: str) -> None:
    Path("secret.txt").write_text("PASSWORD")
    Path("raw/secret.txt").write_text("PASSWORD")
    body = BODY.replace('Value="120"', 'Value="&f;"' if head is BOMB else 'Value="120"')
    tracemalloc.start()
    try:
        messages = said(file(body, head))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert messages == [
        "raw/export.xml:1 CED272 the file of table vs has a document type declaration; "
        "ODM has none: export it without"
    ]
    assert most < 5_000_000


def test_depth_length_and_size_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = file("<Association>" * 100_000 + "</Association>" * 100_000)
    assert said(deep) == [
        "raw/export.xml:2:638 CED276 the file of table vs has more than 50 elements within each other; export it again"
    ]
    for value in (f'Value="{"9" * 1_048_577}">', f"><Value>{'9' * 1_048_577}</Value>"):
        (one,) = said(file(BODY.replace('Value="120">', value)))
        assert one.endswith(
            "CED276 the file of table vs has a value of more than 1,048,576 characters for the item IT.SYSBP; export it again"
        )
    monkeypatch.setattr(odm, "LARGEST_ODM", 1000)
    assert said(file()) == [
        f"raw/export.xml CED276 the file of table vs has {len(file()):,} bytes, more than 1,000; export it in parts"
    ]
