"""Slips that make a file no YAML: the whole message of each, at the line to mend."""

from __future__ import annotations

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.source import load_yaml

TEXT = """\
domain: AE
from: ae
sort: [AESTDTC, AETERM]
variables:
  AESPID: ae.AENO
  AESEV: {collect: ae.SEV, ct: {1: MILD}}
  # a remark

  AESER: {assign: N, when: "AESEV = 'MILD'"}
"""
LEVEL = " blanks; the lines of one level begin below each other"
OPEN = "is not closed, or a quote within it is not; it was read as far as line"
WHOLE = "a text that begins with a quote stands in quotes as a whole; or a quote further up is not closed"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  AESEV", "   AESEV", f"6:4 CED001 this line is indented by 3 blanks, and line 5 by 2{LEVEL}"),
        ("  AESER", " AESER", f"9:2 CED001 this line is indented by 1 blank, and line 6 by 2{LEVEL}"),
        ("  AESEV", "AESEV", f"9:3 CED001 this line is indented by 2 blanks, and line 6 by 0{LEVEL}"),
        ("ae.AENO\n", "ae.AENO\n    AEX: b\n", f"6:5 CED001 this line is indented by 4 blanks, and line 5 by "
         f"2{LEVEL}"),
        ("  AESEV", "\tAESEV", "6:1 CED001 this line begins with a tab; a tab cannot indent: write blanks"),
        ("AESEV: {", "AESEV:{", "6:8 CED001 a blank is missing after this colon"),
        ("AESEV: {", "AESEV {", "6:8 CED001 the colon is missing after AESEV"),
        ("AESEV: {collect: ae.SEV, ct", "AESEV {ct", "6:8 CED001 the colon is missing after AESEV"),
        ("AESEV: {", "AESEV {\n    ", "6:8 CED001 the colon is missing after AESEV"),
        ("ae.AENO", "{collect: ae.AENO,\n    ct {1: A}}", "6:7 CED001 the colon is missing after ct"),
        (": ae.AENO", " {collect: ae.AENO}", "5:9 CED001 the colon is missing after AESPID"),
        (": ae.AENO", ' {absent: "not: known"}', "5:9 CED001 the colon is missing after AESPID"),
        ("ct: {", "ct {", "6:30 CED001 the colon is missing after ct"),
        ("AESEV: {", "AESEV:{x: 1}\n  A: {", "6:8 CED001 a blank is missing after this colon"),
        ("AESPID: ", "AESPID = ", "5:3 CED001 this line is no `key: value`"),
        ("variables:", "variables", "4:1 CED001 this line is no `key: value`"),
        ("ae.AENO\n", "ae.AENO\n  junk\n", "6:3 CED001 this line is no `key: value`"),
        ("ae.AENO\n", "ae.AENO: x\n", "5:18 CED001 a second colon in one line; "
         "put the text that holds it in quotes"),
        ("MILD}}", "MILD}", f"6:10 CED001 the brace that opens here {OPEN} 9"),
        ("AETERM]", "AETERM", f"3:7 CED001 the bracket that opens here {OPEN} 4"),
        ("MILD}}", "MILD}}}", "6:42 CED001 the line goes on after its value has ended"),
        ("ae.AENO", "'x' = a", f"5:15 CED001 the line goes on after its value has ended; {WHOLE}"),
        ("ae.AENO", "{derive: 'x' = a}", "5:24 CED001 a comma or the closing brace is missing "
         f"before this; {WHOLE}"),
        ("1: MILD", "1: MILD 2: X", "6:42 CED001 a comma or the closing brace is missing before this"),
        ("[AESTDTC,", "[AESTDTC: a: b,", "3:18 CED001 a comma or the closing bracket is missing before this"),
        ("MILD'\"}", "MILD'}", "9:28 CED001 the quote that opens here is never closed"),
        ("ae.AENO", '{derive: "extract(a, \'\\d\')"}', "5:33 CED001 a backslash within double quotes begins "
         "an escape, and this is none; put the text in single quotes"),
        ("ae.AENO", "%x", "5:11 CED001 a text cannot begin with %; put the text in quotes"),
        ("domain", "* SAS;\ndomain", "1:1 CED001 a line cannot begin with *; a comment begins with #"),
        ("domain", "%let x = 1;\ndomain", "1:1 CED001 a line cannot begin with %; a comment begins with #"),
        ("domain", "/* SAS */\ndomain", "1:1 CED001 this line is no `key: value`; a comment begins with #"),
    ],
)  # fmt: skip
def test_a_slip(old: str, new: str, said: str) -> None:
    assert old in TEXT
    findings = Findings()
    assert load_yaml(TEXT.replace(old, new, 1), "ae.yaml", findings) is None
    assert [str(one) for one in findings] == [f"ae.yaml:{said}"]


@pytest.mark.parametrize("key", ["'a {b'", "a {b}", "g [dL"])
def test_a_key_that_has_its_colon(key: str) -> None:
    findings = Findings()
    assert load_yaml(f"{key}: c\n", "ae.yaml", findings) == {key.strip("'"): "c"}
    assert not findings


def test_lines_of_windows() -> None:
    findings = Findings()
    text = TEXT.replace("  AESEV", "   AESEV").replace("\n", "\r\n")
    assert load_yaml(text, "ae.yaml", findings) is None
    assert [str(one) for one in findings] == [
        f"ae.yaml:6:4 CED001 this line is indented by 3 blanks, and line 5 by 2{LEVEL}",
    ]
