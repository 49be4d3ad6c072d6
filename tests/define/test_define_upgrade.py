"""``ced-cdisc define upgrade``: a 2.0 file becomes a valid 2.1 file, loses nothing, and asks what it must."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree
from test_define_read import content, framed

from ced_cdisc.check.define import check_define
from ced_cdisc.cli import main
from ced_cdisc.define import read_define, write_define
from ced_cdisc.define.upgrade import upgrade

OLD = Path(__file__).parent / "old" / "define20-sdtm.xml"
ODM, DEF = "http://www.cdisc.org/ns/odm/v1.3", "http://www.cdisc.org/ns/def/v2."


def schema_of_20(name: str = "define/2.0/define2-0-0.xsd") -> etree.XMLSchema:
    spec = find_spec("odmlib")
    assert spec is not None and spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "schemas" / name
    return etree.XMLSchema(etree.parse(path))


def upgraded(xml: bytes, ct: str | None = None) -> tuple[bytes, list[str]]:
    model, decisions = upgrade(read_define(xml), ct)
    return write_define(model), [f"{d.element} {d.oid}: {d.question} [{d.put}]" for d in decisions]


def test_the_old_file_is_valid_and_so_is_the_new_one() -> None:
    schema_of_20().assertValid(etree.fromstring(OLD.read_bytes()))
    xml, _ = upgraded(OLD.read_bytes(), "2015-12-18")
    assert [str(f) for f in check_define(xml) if f.code == "CED502"] == []
    assert [f.code for f in check_define(xml) if f.code in {"CED503", "CED504", "CED519"}] == []


def test_the_old_file_is_written_again_without_loss() -> None:
    xml = OLD.read_bytes()
    written = write_define(read_define(xml))
    assert content(written) == content(xml)
    schema_of_20().assertValid(etree.fromstring(written))


def test_nothing_of_the_old_file_is_lost_but_what_has_another_name() -> None:
    old = OLD.read_bytes()
    new, _ = upgraded(old, "2015-12-18")
    before, after = content(old.replace(b"def/v2.0", b"def/v2.1")), content(new)
    short = [
        tuple(part.replace(f"{{{ODM}}}", "").replace(f"{{{DEF}1}}", "def:") for part in lost)
        for lost in (before - after).elements()
    ]
    at = "/ODM/Study/MetaDataVersion"
    origin = f"{at}/ItemDef/def:Origin"
    assert sorted(short) == sorted(
        [
            ("", "_XSLTProcessingInstruction", 'type="text/xsl" href="define2-0-0.xsl"'),
            (at, "def:DefineVersion", "2.0.0"),
            (at, "def:StandardName", "SDTM-IG"),
            (at, "def:StandardVersion", "3.2"),
            (f"{at}/ItemGroupDef", "def:Class", "SPECIAL PURPOSE"),
            (f"{at}/ItemGroupDef", "def:Class", "Findings"),
            (f"{at}/ItemGroupDef", "def:Class", "Sponsor Class"),
            (origin, "Type", "CRF"),
            (origin, "Type", "eDT"),
            (origin, "Type", "Lab Vendor File"),
        ]
    )
    assert b"<!-- def:Class of Define-XML 2.0: Sponsor Class -->" in new
    assert b'<TranslatedText xml:lang="en">Lab Vendor File</TranslatedText>' in new


def test_every_decision_of_the_old_file() -> None:
    _, asked = upgraded(OLD.read_bytes())
    assert asked == [
        'ODM OLD-1.SDTM: what the file is for [def:Context="Submission"]',
        'MetaDataVersion MDV.OLD-1: the status of the standard [SDTMIG 3.2: Status="Final"]',
        "MetaDataVersion MDV.OLD-1: which variables are not of the standard []",
        "MetaDataVersion MDV.OLD-1: which datasets and variables have no data []",
        'ItemGroupDef IG.DM: whether the dataset is of the standard [def:StandardOID="STD.1"]',
        'ItemGroupDef IG.LB: whether the dataset is of the standard [def:StandardOID="STD.1"]',
        "ItemGroupDef IG.XP: the class of the dataset [was Sponsor Class; kept as a comment]",
        'ItemGroupDef IG.XP: whether the dataset is of the standard [def:StandardOID="STD.1"]',
        'ItemDef IT.DM.USUBJID: the source of the origin that was Assigned [Assigned, Source="Sponsor"]',
        'ItemDef IT.DM.SEX: the source of the origin that was CRF [Collected, Source="Investigator"]',
        'ItemDef IT.DM.RFSTDTC: the source of the origin that was Derived [Derived, Source="Sponsor"]',
        'ItemDef IT.LB.LBORRES.GLUC: the source of the origin that was eDT [Collected, Source="Vendor"]',
        "ItemDef IT.LB.LBNAM: the type of the origin that was Lab Vendor File "
        '[Type="Other"; the old type is its description]',
        "ItemDef IT.XP.XPTERM: the origin, which stands nowhere []",
        "CodeList CL.SEX: the version of controlled terminology that the list is from []",
        "CodeList CL.LBTESTCD: whether a list without an NCI code is the sponsor's "
        '[def:IsNonStandard="Yes"]',
        'CodeList CL.ROLE: whether a list without an NCI code is the sponsor\'s [def:IsNonStandard="Yes"]',
        "CodeList CL.DICT: the name of the dictionary in 2.1 [MEDDRA, as it was]",
        "def:CommentDef COM.DOC: the text of the comment [See Reviewer's guide.]",
        "ODM OLD-1.SDTM: where the schema is [http://www.cdisc.org/ns/def/v2.1 define2-0-0.xsd]",
        'ODM OLD-1.SDTM: the stylesheet, which was <?xml-stylesheet type="text/xsl" '
        'href="define2-0-0.xsl"?> [<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>]',
    ]


def test_the_origins_of_analysis_data_are_the_sponsors_without_a_question() -> None:
    xml = framed("<ItemDef OID='I'><def:Origin Type='Derived'/></ItemDef>", "2.0")
    xml = xml.replace(b'def:DefineVersion="2.0.0"', b'def:DefineVersion="2.0.0" def:StandardName="ADaM-IG"')
    new, asked = upgraded(xml)
    assert b'<def:Origin Type="Derived" Source="Sponsor"/>' in new
    assert not [line for line in asked if "ItemDef" in line]


RESULTS = b"""<arm:AnalysisResultDisplays xmlns:arm="http://www.cdisc.org/ns/arm/v1.0">
<arm:ResultDisplay OID="RD.1" Name="T1"><Description><TranslatedText>T</TranslatedText></Description>
<def:DocumentRef leafID="LF.guide"/><arm:AnalysisResult OID="AR.1" AnalysisReason="SPECIFIED IN SAP"
AnalysisPurpose="PRIMARY OUTCOME MEASURE"><Description><TranslatedText>R</TranslatedText></Description>
<arm:AnalysisDatasets def:CommentOID="COM.JOIN"><arm:AnalysisDataset ItemGroupOID="IG.LB">
<def:WhereClauseRef WhereClauseOID="WC.GLUC.A"/><arm:AnalysisVariable ItemOID="IT.LB.LBORRES"/>
</arm:AnalysisDataset></arm:AnalysisDatasets><arm:ProgrammingCode Context="SAS"><arm:Code>proc means;
run;</arm:Code></arm:ProgrammingCode></arm:AnalysisResult></arm:ResultDisplay></arm:AnalysisResultDisplays>
</MetaDataVersion>"""


def test_analysis_results_of_a_20_file_stay() -> None:
    old = OLD.read_bytes().replace(b"</MetaDataVersion>", RESULTS)
    schema_of_20("arm/1.0/arm1-0-0.xsd").assertValid(etree.fromstring(old))
    new, _ = upgraded(old)
    assert [str(f) for f in check_define(new) if f.code == "CED502"] == []
    results = {key for key in content(old.replace(b"def/v2.0", b"def/v2.1")) if "/arm/" in key[0]}
    assert len(results) > 20 and results <= set(content(new))


def test_an_unknown_standard_and_content_of_no_version_are_asked() -> None:
    _, asked = upgraded(framed("<ItemDef OID='I' def:Label='L'><def:Origin Type='CRF'/></ItemDef>", "2.0"))
    assert "MetaDataVersion M: the standard that 2.0 called None [SDTMIG]" in asked
    assert "ItemDef I: what is not of Define-XML 2.0 [Label, as it was]" in asked


def test_the_command_writes_the_file_and_prints_the_list(tmp_path: Path) -> None:
    new = tmp_path / "define.xml"
    done = CliRunner().invoke(main, ["define", "upgrade", str(OLD), str(new), "--ct", "2015-12-18"])
    assert done.exit_code == 0, done.output
    assert new.read_bytes() == upgraded(OLD.read_bytes(), "2015-12-18")[0]
    wanted = (
        "Decide the version of controlled terminology that the list is from\n"
        "  choices: a def:Standard of Type CT, named by @def:StandardOID "
        "(--ct VERSION gives all lists the same)\n"
        f'  {OLD}:93 CodeList CL.SEX: def:StandardOID="STD.CT.1", version 2015-12-18\n\n'
    )
    assert wanted in done.output


def test_a_file_that_is_21_already_is_refused(tmp_path: Path) -> None:
    golden = OLD.parents[1] / "golden" / "sdtm.xml"
    new = tmp_path / "define.xml"
    done = CliRunner().invoke(main, ["define", "upgrade", str(golden), str(new)])
    assert done.exit_code == 1 and not new.exists()
    said = f"{golden} CED555 is Define-XML 2.1, and 2.0 is what can be upgraded; nothing was written"
    assert said in " ".join(done.output.split())


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    new = tmp_path / "define.xml"
    new.write_bytes(b"mine")
    done = CliRunner().invoke(main, ["define", "upgrade", str(OLD), str(new)])
    assert done.exit_code == 2
    assert done.output == f"Error: {new} is there already; give another name, or take it away\n"
    assert new.read_bytes() == b"mine"


def test_only_a_20_model_is_upgraded() -> None:
    with pytest.raises(ValueError, match=r"the model is of version 2\.1, not of 2\.0"):
        upgrade(read_define(framed("")))
