"""Areas under concentrations: products of units are read in any order, and converted."""

from __future__ import annotations

from pathlib import Path

from structures import made, rows

PP = """\
domain: PP
from: pk
sort: [PPTESTCD, PPSPID]
long:
  - {test: AUCLST, result: pk.AUC, unit: pk.UNIT, standard: h*ug/mL, decimals: 4}
variables:
  PPSPID:   pk.NO
  PPCAT:    {assign: DRUG}
  PPSPEC:   {assign: PLASMA}
  PPRFTDTC: {absent: "Not delivered"}
"""
CSV = "SUBJ,NO,AUC,UNIT\n001,1,271.6,hr*ng/mL\n001,2,16.3,min.ug/mL\n002,1,0.3,day*ug/mL\n"
TABLES = "  pk: {file: pk.csv, key: [SUBJ, NO], recorded_by: Vendor, columns: [SUBJ, NO, AUC, UNIT]}\n"


def test_an_area_is_converted_whatever_the_order_of_its_units(tmp_path: Path) -> None:
    done = made(tmp_path, {"mappings/sdtm/pp.yaml": PP, "raw/pk.csv": CSV}, TABLES)
    assert rows(done, "PP", "PPORRESU", "PPSTRESC", "PPSTRESU") == [
        ("h*ng/mL", "0.2716", "h*ug/mL"),
        ("min*ug/mL", "0.2717", "h*ug/mL"),
        ("day*ug/mL", "7.2", "h*ug/mL"),
    ]
