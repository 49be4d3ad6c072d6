"""A codelist that the spec binds to the values of a variable, in define.xml."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import ced_cdisc
from small_study import write_study

NS = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
TS = """\
domain: TS
origin: Protocol
sort: [TSPARMCD, TSSEQ]
rows:
  - {TSSEQ: 1, TSPARMCD: ADAPT, TSPARM: Adaptive Design, TSVAL: "N",
     TSVALCD: C49487, TSVCDREF: CDISC CT, TSVCDVER: 2024-09-27}
  - {TSSEQ: 1, TSPARMCD: RANDOM, TSPARM: Trial is Randomized, TSVAL: "Y",
     TSVALCD: C49488, TSVCDREF: CDISC CT, TSVCDVER: 2024-09-27}
"""
BOTH = "codelists:\n  NYES: {extends: C66742, subset: [N, Y], variables: [TSVAL.ADAPT, TSVAL.RANDOM]}\n"
ONE = "codelists:\n  NYES: {extends: C66742, subset: [N, Y], variables: [TSVAL.ADAPT]}\n"


@pytest.mark.parametrize(
    ("lists", "variable", "rows"),
    [
        pytest.param(BOTH, "CL.NYES", [], id="all"),
        pytest.param(ONE, None, ["CL.NYES", "CL.NY.TS.TSVAL.RANDOM"], id="one"),
        pytest.param("", "CL.NY", [], id="published"),
        pytest.param(
            'codelists:\n  OWN: {terms: {"N": No, "Y": Yes}, variables: TSVAL}\n', "CL.OWN", [], id="of TSVAL"
        ),
    ],
)
def test_a_list_of_all_values_is_that_of_the_variable(
    tmp_path: Path, lists: str, variable: str | None, rows: list[str | None]
) -> None:
    write_study(tmp_path)
    (tmp_path / "mappings/sdtm/ts.yaml").write_text(TS)
    define = tmp_path / "define"
    with (define / "define.yaml").open("a") as file:
        file.write(lists)
    out = tmp_path / "out"
    ced_cdisc.build(tmp_path / "raw", out, mappings=tmp_path / "mappings", define=define, check=False)
    root = etree.parse(str(out / "sdtm/define.xml")).getroot()

    def listed(item: str) -> str | None:
        (found,) = root.xpath(f"//odm:ItemDef[@OID='{item}']", namespaces=NS)
        ref = found.find("odm:CodeListRef", NS)
        return None if ref is None else ref.get("CodeListOID")

    refs = root.xpath("//def:ValueListDef[@OID='VL.TS.TSVAL']/odm:ItemRef/@ItemOID", namespaces=NS)
    assert listed("IT.TS.TSVAL") == variable
    assert [listed(str(item)) for item in refs] == rows
