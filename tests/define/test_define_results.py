"""Analysis Results Metadata in define.xml: what is written, what is refused, and what the check finds."""

from __future__ import annotations

import pytest
from define_packages import ADAM, SDTM
from msgspec.structs import replace

from ced_cdisc.check.define import check_define
from ced_cdisc.core.arm import AnalysisResult, ResultDisplay
from ced_cdisc.core.metadata import DocumentRef, RangeCheck
from ced_cdisc.write.define import DefineModelError, define_xml

RESULT = AnalysisResult(
    id="T1.R1",
    description="Angina frequency at week 1",
    dataset="ADQS",
    where=(RangeCheck("ADQS", "PARAMCD", "EQ", ("AFREQ",)),),
    variables=("AVAL",),
    reason="SPECIFIED IN SAP",
    purpose="PRIMARY OUTCOME MEASURE",
    documentation="Mean & SD of AVAL.",
    code="import pandas as pd\nprint(1 < 2)",
    context="Python",
    parameter="PARAMCD",
)
DISPLAY = ResultDisplay("T1", "Angina", (RESULT,), (DocumentRef("adrg", (3, 12)),))
PACKAGE = replace(ADAM, displays=(DISPLAY,))
WRITTEN = """\
      <arm:AnalysisResultDisplays xmlns:arm="http://www.cdisc.org/ns/arm/v1.0">
        <arm:ResultDisplay OID="RD.T1" Name="T1">
          <Description>
            <TranslatedText xml:lang="en">Angina</TranslatedText>
          </Description>
          <def:DocumentRef leafID="LF.adrg">
            <def:PDFPageRef Type="PhysicalRef" PageRefs="3 12"/>
          </def:DocumentRef>
          <arm:AnalysisResult OID="AR.T1.R1" ParameterOID="IT.ADQS.PARAMCD" AnalysisReason="SPECIFIED IN SAP" AnalysisPurpose="PRIMARY OUTCOME MEASURE">
            <Description>
              <TranslatedText xml:lang="en">Angina frequency at week 1</TranslatedText>
            </Description>
            <arm:AnalysisDatasets>
              <arm:AnalysisDataset ItemGroupOID="IG.ADQS">
                <def:WhereClauseRef WhereClauseOID="WC.ADQS.PARAMCD.EQ.AFREQ"/>
                <arm:AnalysisVariable ItemOID="IT.ADQS.AVAL"/>
              </arm:AnalysisDataset>
            </arm:AnalysisDatasets>
            <arm:Documentation>
              <Description>
                <TranslatedText xml:lang="en">Mean &amp; SD of AVAL.</TranslatedText>
              </Description>
            </arm:Documentation>
            <arm:ProgrammingCode Context="Python">
              <arm:Code>import pandas as pd
print(1 &lt; 2)</arm:Code>
            </arm:ProgrammingCode>
          </arm:AnalysisResult>
        </arm:ResultDisplay>
      </arm:AnalysisResultDisplays>
    </MetaDataVersion>
"""


def test_a_display_stands_last_with_its_results() -> None:
    xml = define_xml(PACKAGE)
    assert WRITTEN in xml.decode()
    assert check_define(xml) == []


def test_where_there_are_no_results_nothing_is_said_of_them() -> None:
    assert b"arm" not in define_xml(ADAM).replace(b"parm", b"")
    assert b"ns/arm" not in define_xml(SDTM)


BEYOND = "the result T1.R1 asks for ADQS.CHG, which is not in the package"
REFUSED = [
    ("variable", replace(RESULT, variables=("CHG",)), BEYOND),
    ("condition", replace(RESULT, where=(RangeCheck("ADQS", "CHG", "GT", ("0",)),)), BEYOND),
]


@pytest.mark.parametrize(
    ("result", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_result_beyond_its_package_is_refused(result: AnalysisResult, said: str) -> None:
    with pytest.raises(DefineModelError) as found:
        define_xml(replace(ADAM, displays=(replace(DISPLAY, results=(result,)),)))
    assert str(found.value) == said


def test_names_are_given_once() -> None:
    for displays, said in (
        ((DISPLAY, replace(DISPLAY, id="T2")), "the result T1.R1 is defined twice"),
        ((DISPLAY, DISPLAY), "the display T1 is defined twice"),
    ):
        with pytest.raises(DefineModelError) as found:
            define_xml(replace(ADAM, displays=displays))
        assert str(found.value) == said


FAULTS = [
    (
        'ItemOID="IT.ADQS.AVAL"/>\n              </arm',
        'ItemOID="IT.ADQS.AVALL"/>\n              </arm',
        [
            "CED504 arm:AnalysisVariable IT.ADQS.AVALL in arm:AnalysisDataset in arm:AnalysisDatasets in arm:AnalysisResult AR.T1.R1: ItemOID names the ItemDef "
            "IT.ADQS.AVALL, which is not defined; did you mean IT.ADQS.AVAL?"
        ],
    ),
    (
        'ParameterOID="IT.ADQS.PARAMCD"',
        'ParameterOID="IT.ADSL.USUBJID"',
        [
            "CED530 arm:AnalysisResult AR.T1.R1: ParameterOID leads to IT.ADSL.USUBJID, which is not in IG.ADQS",
        ],
    ),
    (
        'ItemGroupOID="IG.ADQS">\n                <def:WhereClauseRef',
        'ItemGroupOID="IG.ADSL">\n                <def:WhereClauseRef',
        [
            "CED530 arm:AnalysisResult AR.T1.R1: AnalysisVariable leads to IT.ADQS.AVAL, which is not in IG.ADSL",
            "CED530 arm:AnalysisResult AR.T1.R1: ParameterOID leads to IT.ADQS.PARAMCD, which is not in IG.ADSL",
            "CED530 arm:AnalysisResult AR.T1.R1: WhereClauseRef leads to IT.ADQS.PARAMCD, which is not in IG.ADSL",
        ],
    ),
    (
        'WhereClauseOID="WC.ADQS.PARAMCD.EQ.AFREQ"/>\n                <arm',
        'WhereClauseOID="WC.ADQS.PARAMCD.EQ.AFREK"/>\n                <arm',
        [
            "CED510 nothing refers to def:WhereClauseDef WC.ADQS.PARAMCD.EQ.AFREQ",
            "CED504 def:WhereClauseRef in arm:AnalysisDataset in arm:AnalysisDatasets in arm:AnalysisResult AR.T1.R1: WhereClauseOID names "
            "the def:WhereClauseDef WC.ADQS.PARAMCD.EQ.AFREK, which is not defined; did you mean "
            "WC.ADQS.PARAMCD.EQ.AFREQ?",
        ],
    ),
    (
        'leafID="LF.adrg">',
        'leafID="LF.sap">',
        [
            "CED504 def:DocumentRef in arm:ResultDisplay RD.T1: leafID names the def:leaf LF.sap, which is not defined; did you mean LF.ADSL?"
        ],
    ),
    (
        'AnalysisReason="SPECIFIED IN SAP" ',
        "",
        [
            "CED502 breaks the Define-XML 2.1 schema: Element 'arm:AnalysisResult': The attribute 'AnalysisReason' is "
            "required but missing"
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_each_fault_of_the_results_is_found(old: str, new: str, said: list[str]) -> None:
    xml = define_xml(PACKAGE).decode()
    assert old in xml
    found = check_define(xml.replace(old, new, 1).encode())
    assert [f"{f.code} {f.message}" + (f"; {f.hint}" if f.hint else "") for f in found] == said
