"""``ced-cdisc define check`` on files and folders, ours and spoilt ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import given_build

from ced_cdisc.cli import main

FILE = Path("out/sdtm/define.xml")


@pytest.fixture(autouse=True)
def built() -> None:
    given_build()


def check(*arguments: str) -> tuple[int, str]:
    """Exit code and output; nothing is raised, nothing stands on standard error but usage."""
    run = CliRunner().invoke(main, ["define", "check", *arguments], prog_name="ced-cdisc")
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    return run.exit_code, run.output


def spoil(old: str, new: str) -> int:
    """Replace a text of define.xml; the line it stood in."""
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    FILE.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_what_was_built_is_clean_with_its_transport_files() -> None:
    for folder in ("sdtm", "adam"):
        clean = f"out/{folder}/define.xml: no errors, no warnings, no notes\n"
        assert check(f"out/{folder}") == (0, clean)
        assert check(f"out/{folder}/define.xml") == (0, clean)
        assert check(f"out/{folder}/define.xml", "--xpt", f"out/{folder}") == (0, clean)


def test_findings_are_grouped_by_code_with_their_places_and_what_to_do() -> None:
    line = spoil('SASFieldName="AESEV"', 'SASFieldName="AESEVERITY"')
    code, text = check("out/sdtm/define.xml")
    assert code == 1
    assert text == (
        "error CED502 [DD0001] define.xml breaks the schema (1): report it, if the file was written by this "
        "tool\n"
        f"  out/sdtm/define.xml:{line} breaks the Define-XML 2.1 schema: Element 'ItemDef', attribute "
        "'SASFieldName': [facet 'maxLength'] The value 'AESEVERITY' has a length of '10'; this exceeds the "
        "allowed maximum length of '8'\n"
        "warning CED539 [DD0070] a SAS name is missing, too long, or needless (1): give SASFieldName with up "
        "to 8 characters\n"
        f'  out/sdtm/define.xml:{line} ItemDef IT.AE.AESEV has the SASFieldName "AESEVERITY" of more than '
        "8 characters\n"
        "out/sdtm/define.xml: 1 error, 1 warning, no notes\n"
    )


def test_records_of_the_data_are_listed_below_their_finding() -> None:
    line = spoil('CodedValue="MILD"', 'CodedValue="MILDE"')
    _, text = check("out/sdtm")
    shown = [one for one in text.splitlines() if "AESEV:" in one or "AE record" in one]
    published = f'  out/sdtm/define.xml:{line} CodeList CL.AESEV: the term "MILDE" has the code C41338'
    assert shown.pop(0).startswith(published)
    assert shown[0].startswith("  out/sdtm/define.xml:")
    assert shown[0].endswith("ItemDef IT.AE.AESEV: 'MILD' not in CodeList CL.AESEV, in 1 records")
    assert shown[1:] == ["      AE record 2, subject T1-001: 'MILD'"]


@pytest.mark.parametrize(("word", "expected"), [("error", 0), ("warning", 1), ("none", 0)])
def test_what_fails_is_asked_for(word: str, expected: int) -> None:
    spoil(' SASFieldName="AESEV"', "")
    assert check("out/sdtm/define.xml", "--fail-on", word)[0] == expected
    spoil('MethodOID="', 'MethodOID="X')
    assert check("out/sdtm/define.xml", "--fail-on", word)[0] == (word != "none")


def test_json_holds_every_finding() -> None:
    line = spoil(' SASFieldName="AESEV"', "")
    code, text = check("out/sdtm/define.xml", "--format", "json")
    assert code == 0
    assert json.loads(text) == {
        "findings": [
            {
                "code": "CED539",
                "ids": ["DD0070"],
                "severity": "warning",
                "file": "out/sdtm/define.xml",
                "line": line,
                "message": "ItemDef IT.AE.AESEV has no SASFieldName",
                "hint": "",
                "records": [],
            }
        ]
    }


def test_many_findings_of_a_code_are_shown_on_demand() -> None:
    text = FILE.read_text(encoding="utf-8")
    FILE.write_text(text.replace(' SASFieldName="', ' Comment="'), encoding="utf-8")
    _, short = check("out/sdtm/define.xml")
    _, whole = check("out/sdtm/define.xml", "--all")
    count = text.count(' SASFieldName="')
    assert f"  and {count - 10} more; --all shows them\n" in short
    assert whole.count(" has no SASFieldName\n") == count
    assert short.count(" has no SASFieldName\n") == 10


def test_what_is_not_there_is_a_fault_of_usage() -> None:
    for arguments, said in (
        (["nowhere.xml"], "there is no file nowhere.xml"),
        (["out"], "there is no file out/define.xml"),
        (["out/sdtm/define.xml", "--xpt", "nowhere"], "there is no folder nowhere"),
    ):
        code, text = check(*arguments)
        assert (code, text.splitlines()[-1]) == (2, f"Error: {said}")


def test_a_file_without_define_and_one_without_file_are_named() -> None:
    Path("out/sdtm/ae.xpt").rename("out/sdtm/zz.xpt")
    Path("out/sdtm/dm.xpt").unlink()
    code, text = check("out/sdtm")
    assert code == 1
    assert "ItemGroupDef IG.DM is described, but there is no transport file of DM" in text


def test_a_cut_transport_file_is_one_finding() -> None:
    path = Path("out/sdtm/ae.xpt")
    path.write_bytes(path.read_bytes()[:900])
    code, text = check("out/sdtm")
    assert code == 11
    assert "error CED332 " in text
    assert text.endswith("out/sdtm/define.xml: 1 error, no warnings, no notes\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not well-formed XML: Document is empty"),
        (b"\x00\x01garbage", "not well-formed XML: "),
        (b"<html/>", "names no namespace of Define-XML; nothing was checked"),
        (
            b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]>\n<x>&c;</x>',
            "has a document type declaration, which define.xml may not have; nothing was read",
        ),
    ],
)
def test_a_file_that_is_no_define_is_one_finding(content: bytes, said: str) -> None:
    FILE.write_bytes(content)
    code, text = check("out/sdtm")
    assert code == 1
    assert text.splitlines()[0].startswith("error CED501 ")
    assert said in text.splitlines()[1]
    assert text.splitlines()[-1] == "out/sdtm/define.xml: 1 error, no warnings, no notes"
