"""What is at fault is said in the same words, with the same records, whole and in parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_subjects import files, said, write

from ced_cdisc.convert.faults import COUNT, FIRST, Faults
from ced_cdisc.core.findings import Location

AE, VS, ADVS, RAW_AE, RAW_VIT, RAW_DM = (
    "mappings/sdtm/ae.yaml",
    "mappings/sdtm/vs.yaml",
    "mappings/adam/advs.yaml",
    "raw/ae.csv",
    "raw/vit.csv",
    "raw/demog.csv",
)
RELREC = "mappings/sdtm/relrec.yaml"
RELATED = """\
domain: RELREC
origin: Assigned
structure: One record per related dataset
variables:
  USUBJID:  {absent: "The relationships hold between datasets."}
  IDVARVAL: {absent: "The relationships hold between datasets."}
rows:
  - {RDOMAIN: AE, IDVAR: AELNKID, RELTYPE: ONE, RELID: R1}
  - {RDOMAIN: EX, IDVAR: EXSEQ, RELTYPE: MANY, RELID: R1}
"""
LINKED = "variables:\n  AELNKID: {derive: \"if(ae.AENO = '9', 'A', missing)\"}\n"
"""A link that the records of one subject have."""
CASES = "[{when: ae.AENO is present, then: \"'A'\"}, {when: ae.TERM is present, then: \"'B'\"}]"
FAULTS = {
    "a check that fails in several subjects": (
        {RAW_AE: ("001,1,Pain 1,2,01-FEB-2020,", "001,1,Pain 1,2,01-FEB-2020,30-JAN-2020")},
        {RAW_AE: ("007,3,Pain 3,1,03-FEB-2020,", "007,3,Pain 3,1,03-FEB-2020,29-JAN-2020")},
        "CED265 AE: the check AEENDTC >= AESTDTC fails on 2 records",
    ),
    "a code without a term in several subjects": (
        {RAW_AE: ("001,1,Pain 1,2,", "001,1,Pain 1,8,")},
        {RAW_AE: ("006,2,Pain 2,3,", "006,2,Pain 2,8,")},
        "CED250 AE.AESEV: raw value '8' of ae.SEV has no term in ct",
    ),
    "a value outside a closed codelist, in all records": (
        {AE: ("AESER:    {assign: N}", "AESER:    {derive: \"upper(join('', 'may', 'be'))\"}")},
        {},
        "CED264 AE.AESER: 'MAYBE' is not in the codelist",
    ),
    "units of a test that are one in each subject": (
        {VS: (", unit: vit.WTU, standard: kg, decimals: 1}", "}")},
        {VS: (", unit: C}\nvariables:\n", "}\nvariables:\n  VSORRESU: vit.WTU\n  VSSTRESU: vit.WTU\n")},
        "CED275 VS.VSSTRESU: test WEIGHT has the standard units",
    ),
    "values that no subject alone shows not to be one to one": (
        {ADVS: ("variables:\n", "variables:\n  AVALC: {derive: \"if(AVAL > 31, 'X', 'Y')\"}\n")},
        {},
        "CED284 ADVS: ",
    ),
    "a key that two subjects share": (
        {RAW_VIT: ("\n19,001,", "\n25,001,")},
        {},
        "CED259 ",
    ),
    "rows without a subject, and of one who is not in DM": (
        {RAW_AE: ("\n005,1,", "\n,1,")},
        {RAW_DM: ("\n003,", "\n033,")},
        "is not in DM",
    ),
    "a date that fits no format": (
        {RAW_VIT: (",008,12-FEB-2020", ",008,12/02/2020")},
        {RAW_VIT: (",002,13-FEB-2020", ",002,12/02/2020")},
        "CED251 VS.VSDTC: date '12/02/2020' of vit.DT",
    ),
    "a condition that is true for no record": (
        {AE: ("AESER:    {assign: N}", "AESER:    {assign: N, when: \"ae.TERM != 'X'\"}")},
        {
            VS: (
                "VSDTC:    {collect: vit.DT, date: edc}",
                "VSDTC:    {collect: vit.DT, date: edc, when: \"vit.WT = 'X'\"}",
            )
        },
        "CED880 VS.VSDTC: 'when' is true for no record, so that the line gives no value",
    ),
    "records that are counted, of a dataset that is built again for what is written of all subjects": (
        {AE: ("variables:\n", f"{LINKED}  AEACNOTH: {{cases: {CASES}}}\n")},
        {RELREC: ("", RELATED + 'checks: ["count(AE.AESEQ) > 0"]\n')},
        "CED832 AE.AEACNOTH: cases with different values hold on 14 records",
    ),
    "a reference to records that nobody has": (
        {AE: ("variables:\n", LINKED.replace("'9'", "'X'"))},
        {RELREC: ("", RELATED)},
        "CED298 RELREC: no record in AE has a value of AELNKID",
    ),
}


def changed(*changes: dict[str, tuple[str, str]]) -> dict[str, str]:
    """The sound study with texts of files replaced; a file that is not there is empty."""
    content = files(9)
    for file, (old, new) in (pair for some in changes for pair in some.items()):
        before = content.get(file, "")
        assert old in before, (file, old)
        content[file] = before.replace(old, new, 1)
    return content


def test_a_reference_to_records_that_one_subject_has_is_sound(tmp_path: Path) -> None:
    write(tmp_path, changed({AE: ("variables:\n", LINKED)}, {RELREC: ("", RELATED)}))
    assert said(tmp_path, "whole", parts=0) == said(tmp_path, "parts", parts=4) == []


def test_a_condition_that_is_true_for_one_subject_is_not_told(tmp_path: Path) -> None:
    line = "AESER:    {assign: N, when: \"ae.AENO = '9'\"}"
    write(tmp_path, changed({AE: ("AESER:    {assign: N}", line)}))
    assert said(tmp_path, "whole", parts=0) == said(tmp_path, "parts", parts=4) == []


def test_subjects_that_a_blank_at_the_end_tells_apart_are_one(tmp_path: Path) -> None:
    more = {RAW_DM: ("\n002,", "\n001 ,05-JUN-1951,2,01-FEB-2020\n002,")}
    write(tmp_path, changed({"mappings/sources.yaml": ("trim: yes", "trim: no")}, more))
    whole = said(tmp_path, "whole", parts=0)
    assert [text.split()[1:3] for text in whole] == [
        ["CED548", "ADSL:"],
        ["CED548", "DM:"],
        ["CED872", "DM.USUBJID:"],
        ["CED872", "DM.SUBJID:"],
    ]
    assert said(tmp_path, "parts", parts=10) == whole


@pytest.mark.parametrize("name", FAULTS)
def test_the_findings_are_those_of_the_whole(name: str, tmp_path: Path) -> None:
    one, other, words = FAULTS[name]
    content = changed(one, other)
    write(tmp_path, content)
    whole = said(tmp_path, "whole", parts=0)
    assert any(words in text for text in whole), whole
    for parts in (1, 3, 7):
        assert said(tmp_path, f"parts{parts}", parts=parts) == whole


def test_counts_add_up_and_the_first_is_the_least() -> None:
    where = Location("ae.yaml", 3)
    parts: list[Faults] = []
    for key, count in (("B", 2), (None, 1), ("A", 4)):
        faults = Faults({}, {})
        first = ((key is not None, key),), f"the key {key}"
        faults.add(
            "CED548", f"{COUNT}, first {FIRST}", where, records=[("", 0, "S")], count=count, first=first
        )
        parts.append(faults)
    whole = Faults({}, {})
    for one in parts:
        whole.update(one.found())
    (finding,) = whole.findings()
    assert finding.message == "7 records, first the key None"
    (alone,) = parts[1].findings()
    assert alone.message == "1 record, first the key None"
