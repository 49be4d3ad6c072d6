"""The packages of the example as workbooks: what comes back is what went in, but for what has no cell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ced_cdisc.check.define import check_define
from ced_cdisc.core.findings import Findings
from ced_cdisc.define import read_define, write_define
from ced_cdisc.read.workbook import read_workbook
from ced_cdisc.stages.spec_export import created
from ced_cdisc.workbook.compare import compare
from ced_cdisc.workbook.export import export
from ced_cdisc.workbook.facts import facts
from ced_cdisc.workbook.tables import tables_of
from ced_cdisc.write.workbook import workbook_bytes
from ced_cdisc.write.workbook_define import define_of

HEAD = {"MetaDataVersion/@Description": 1, "MetaDataVersion/@Name": 1, "ODM/@FileOID": 1}
# The DEFINE-XML package of terminology is no dataset's and no codelist's standard.
UNUSED = {
    f"Standard{part}": 1 for part in ("", "/@Name", "/@PublishingSet", "/@Status", "/@Type", "/@Version")
}


@pytest.mark.parametrize("package", ["sdtm", "adam", "controls/sdtm"])
def test_a_package_goes_in_and_comes_out(out: Path, package: str) -> None:
    root = read_define((out / package / "define.xml").read_bytes())
    findings = Findings()
    content = workbook_bytes(export(root), created(root), "spec.xlsx", findings)
    assert content is not None
    assert content == workbook_bytes(export(root), created(root), "spec.xlsx", findings)
    workbook = read_workbook(content, "spec.xlsx", findings)
    assert workbook is not None
    tables = tables_of(workbook, "spec.xlsx", findings)
    assert tables is not None
    xml = write_define(define_of(tables, created(root), findings))
    assert not findings

    again = read_define(xml)
    lost = Counter[str]()
    for fact, count in (facts(root) - facts(again)).items():
        lost[fact.place] += count
    assert lost == {**HEAD, **UNUSED}
    assert check_define(xml) == []
    second = tables_of(export(again), "again.xlsx", findings)
    assert second is not None
    assert compare(tables, second) == []
