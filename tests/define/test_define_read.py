"""Reading and writing define.xml files: nothing is lost, and hostile files end in one clear finding."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from lxml import etree

from ced_cdisc.check.define import check_define
from ced_cdisc.core.findings import Stopped
from ced_cdisc.define import read_define, write_define
from ced_cdisc.define.datasets import ItemRef
from ced_cdisc.define.shared import Alias

HERE = Path(__file__).parent
GOLDEN = sorted((HERE / "golden").glob("*.xml"))
SAMPLES = HERE.parents[2] / "shared" / "reference" / "define-samples"
NAMES = ["defineV21-SDTM.xml", "defineV21-ADaM.xml"]


def content(xml: bytes) -> Counter[tuple[str, ...]]:
    """Every element, attribute, text, comment and instruction with its path: the oracle of the round trip."""
    found: Counter[tuple[str, ...]] = Counter()
    root = etree.fromstring(xml)

    def count(node: etree._Element, path: str) -> None:
        if not isinstance(node.tag, str):
            found[path, type(node).__name__, node.text or ""] += 1
            return
        path += f"/{node.tag}"
        found[(path,)] += 1
        found.update((path, str(key), str(value)) for key, value in node.attrib.items())
        text = "|".join(t.strip() for t in [node.text, *(c.tail for c in node)] if t and t.strip())
        found[path, "text", text] += 1
        for each in node:
            count(each, path)

    for each in [*root.itersiblings(preceding=True), root, *root.itersiblings()]:
        count(each, "")
    return found


def sample(name: str) -> bytes:
    if not (SAMPLES / name).is_file():
        pytest.skip("the official samples are not beside the checkout")
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_official_samples_lose_nothing(name: str) -> None:
    xml = sample(name)
    written = write_define(read_define(xml))
    assert content(written) == content(xml)
    assert read_define(written) == read_define(xml)
    before, after = (
        [(f.code, f.message) for f in check_define(x) if f.code == "CED502"] for x in (xml, written)
    )
    assert before == after


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_what_we_wrote_is_written_with_the_same_bytes(path: Path) -> None:
    xml = path.read_bytes()
    assert write_define(read_define(xml)) == xml


FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="a.xsl"?>
<!-- before -->
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v{0}"
     xmlns:v="urn:vendor" v:tool="X" FileOID="F">{1}
  <Study OID="S"><GlobalVariables><StudyName v:a="1"> A &amp; B </StudyName></GlobalVariables>
    <MetaDataVersion OID="M" def:DefineVersion="{0}.0">{2}</MetaDataVersion></Study>
</ODM><!-- after -->
"""


def framed(inner: str, version: str = "2.1", before: str = "") -> bytes:
    return FRAME.format(version, before, inner).encode()


@pytest.mark.parametrize(
    "inner",
    [
        '<v:Note v:x="1">a<v:b>c</v:b>d<!-- e --></v:Note>',
        "<!-- one --><?tool do?>stray &lt; text<ItemDef OID='I' v:color='red' Unknown='y'/><!-- two -->",
        "<ItemDef OID='I'><Description><TranslatedText xml:lang='de'>x<!-- in --> y<v:z/> </TranslatedText>"
        "</Description><Description/><Question/></ItemDef>",
        "<CodeList OID='C'><EnumeratedItem CodedValue=''/><CodeListItem CodedValue='&#10;&#9;&quot;'/>"
        "</CodeList>",
        "<MethodDef OID='T'><FormalExpression Context='SAS'>a&#13;&#10;b &lt; c</FormalExpression>"
        "<FormalExpression Context='R'/></MethodDef>",
        "<def:Later xmlns:def='http://www.cdisc.org/ns/def/v2.2' def:New='1'/>",
    ],
)
@pytest.mark.parametrize("version", ["2.1", "2.0"])
def test_what_the_standard_does_not_know_is_kept(inner: str, version: str) -> None:
    xml = framed(inner, version)
    model = read_define(xml)
    written = write_define(model)
    assert model.version == version
    assert content(written) == content(xml)
    assert read_define(written) == model
    assert write_define(read_define(written)) == written


BOMB = b'<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"", "d.xml:1 CED550 not well-formed XML: Document is empty"),
        (b"PK\x03\x04", "d.xml:1 CED550 not well-formed XML: Start tag expected, '<' not found"),
        (
            BOMB + b"<z>&b;</z>",
            "d.xml CED551 has a document type declaration, which define.xml may not have; nothing was read",
        ),
        (
            b'<!DOCTYPE z SYSTEM "file:///etc/passwd"><z/>',
            "d.xml CED551 has a document type declaration, which define.xml may not have; nothing was read",
        ),
        (b"<html/>", "d.xml:1 CED552 not a Define-XML file: the root is html"),
        (
            b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="S"/></ODM>',
            "d.xml:1 CED552 not a Define-XML file: ODM without a Study that holds a MetaDataVersion",
        ),
        (
            framed("", "1.0"),
            "d.xml:7 CED553 not Define-XML 2.1 or 2.0: its namespace is http://www.cdisc.org/ns/def/v1.0",
        ),
        (
            framed("").replace(b"def:DefineVersion", b"Version"),
            "d.xml:7 CED553 not Define-XML 2.1 or 2.0: MetaDataVersion has no def:DefineVersion",
        ),
        (framed("<ItemDef Name='A'/>"), "d.xml:7 CED554 ItemDef has no OID"),
        (
            framed("<ItemDef OID='I'><CodeListRef/></ItemDef>"),
            "d.xml:7 CED554 CodeListRef has no CodeListOID",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(xml: bytes, said: str) -> None:
    with pytest.raises(Stopped) as stopped:
        read_define(xml, "d.xml")
    assert [str(f) for f in stopped.value.findings] == [said]
    assert stopped.value.findings.exit_code() == 1


def test_a_huge_attribute_is_refused() -> None:
    with pytest.raises(Stopped) as stopped:
        read_define(framed("<ItemDef OID='" + "x" * 11_000_000 + "'/>"), "d.xml")
    assert [f.code for f in stopped.value.findings] == ["CED550"]


def test_every_line_of_the_model_is_that_of_the_file() -> None:
    model = read_define(framed("\n<ItemDef OID='A'/>\n<ItemDef OID='B'/>"))
    assert [(item.oid, item.line) for item in model.metadata.items] == [("A", 8), ("B", 9)]


def test_nodes_are_frozen_records_of_the_values_they_are_given() -> None:
    node = Alias(context="nci:ExtCodeID", name="C1", line=7)
    assert (node, hash(node)) == (
        Alias(context="nci:ExtCodeID", name="C1"),
        hash(Alias(context="nci:ExtCodeID", name="C1")),
    )
    assert node != Alias(context="nci:ExtCodeID", name="C2") and node != ("nci:ExtCodeID", "C1")
    assert repr(node).startswith("Alias(extra=Extra(") and "line" not in repr(node)
    assert replace(node, name="C2").name == "C2"
    assert [pickle.loads(pickle.dumps(node)).line, copy.copy(node)] == [7, node]
    for wrong in (lambda: setattr(node, "name", "C3"), lambda: delattr(node, "name")):
        with pytest.raises(FrozenInstanceError):
            wrong()
    with pytest.raises(TypeError, match=r"ItemRef lacks \['item_oid'\], has no \['itemoid'\]"):
        ItemRef(itemoid="IT.X")  # pyright: ignore[reportCallIssue]
