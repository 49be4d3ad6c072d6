"""Which versions govern: define.xml, TS, the flag; and what becomes of rules whose tables are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_folder import small_folder, write_dataset

from ced_cdisc.conformance.check import check_folder

DEFINE = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.{minor}">
<Study OID="S"><MetaDataVersion OID="M" Name="M" {attributes}>{standards}</MetaDataVersion></Study></ODM>"""
STANDARDS = """<def:Standards><def:Standard OID="1" Name="SDTMIG" Type="IG" Version="{0}"/>
<def:Standard OID="2" Name="CDISC/NCI" Type="CT" PublishingSet="SDTM" Version="{1}"/></def:Standards>"""


def put_define(folder: Path, guide: str, ct: str) -> None:
    text = DEFINE.format(minor=1, attributes="", standards=STANDARDS.format(guide, ct))
    (folder / "define.xml").write_text(text, encoding="utf-8")


def status(folder: Path, rule: str, *flags: str) -> tuple[str, str]:
    found = next(r for r in check_folder(folder, standard=flags).rules if r.rule.id == rule)
    return found.status, found.reason


def test_define_says_the_versions(tmp_path: Path) -> None:
    put_define(small_folder(tmp_path), "3.4", "2024-09-27")
    assert check_folder(tmp_path).standards == ("SDTMIG 3.4 (define.xml)", "SDTM CT 2024-09-27 (define.xml)")
    assert status(tmp_path, "CED-S002") == ("failed", "")
    assert status(tmp_path, "CED-C001") == ("failed", "")


@pytest.mark.parametrize("version", ["3.2", "3.3"])
def test_an_older_guide_has_no_tables(tmp_path: Path, version: str) -> None:
    put_define(small_folder(tmp_path), version, "2018-12-21")
    assert status(tmp_path, "CED-S002") == ("not applicable", f"no tables of SDTMIG {version}")
    assert status(tmp_path, "CED-C001") == ("not applicable", "no tables of SDTM CT 2018-12-21")
    assert status(tmp_path, "CED-S003") == ("failed", ""), "what holds in all versions is checked"


def test_the_flag_overrides_define(tmp_path: Path) -> None:
    put_define(small_folder(tmp_path), "3.2", "2018-12-21")
    assert status(tmp_path, "CED-S002", "SDTMIG=3.4") == ("failed", "")
    assert check_folder(tmp_path, standard=["sdtmig 3.3"]).standards[0] == "SDTMIG 3.3 (--standard)"


def test_define_2_0_names_its_standard_in_attributes(tmp_path: Path) -> None:
    attributes = 'def:StandardName="SDTM-IG" def:StandardVersion="3.2"'
    text = DEFINE.format(minor=0, attributes=attributes, standards="")
    (small_folder(tmp_path) / "define.xml").write_text(text, encoding="utf-8")
    assert check_folder(tmp_path).standards[0] == "SDTMIG 3.2 (define.xml)"


def test_trial_summary_says_the_version(tmp_path: Path) -> None:
    row = {"STUDYID": "S1", "DOMAIN": "TS", "TSSEQ": 1.0, "TSPARMCD": "SDTIGVER", "TSVAL": "3.4"}
    write_dataset(small_folder(tmp_path), "TS", [row])
    assert check_folder(tmp_path).standards == ("SDTMIG 3.4 (TS)", "SDTM CT (not told)")


def test_subfolders_are_read_where_the_folder_has_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "sdtm").mkdir()
    put_define(small_folder(tmp_path / "sdtm"), "3.4", "2024-09-27")
    result = check_folder(tmp_path)
    assert [(d.name, d.file) for d in result.datasets] == [
        ("AE", "sdtm/ae.xpt"),
        ("DM", "sdtm/dm.xpt"),
        ("TS", "sdtm/ts.xpt"),
    ]
    assert result.standards[0] == "SDTMIG 3.4 (define.xml)"
