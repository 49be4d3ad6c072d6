"""What several domains, or both studies, say of the same thing agrees."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from example_study import MAPPINGS
from lxml import etree
from raw_files import moment, subject, table
from transport_files import Dataset

Files = dict[str, Dataset]
NS = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}


def test_results_of_an_exercise_test_are_linked_to_it_and_no_others(files: Files) -> None:
    for name, of_test in (
        ("FT", lambda row: True),
        ("VS", lambda row: row["VSTPT"] == "PEAK EXERCISE"),
        ("EG", lambda row: row["EGTPT"] == "PEAK EXERCISE"),
    ):
        for row in files[name].rows:
            link = row[f"{name}LNKGRP"]
            assert of_test(row) == (link is not None and link.startswith("EXER-")), row
            if link is not None and link.startswith("EXER-"):
                (test,) = files["PR"].where(USUBJID=row["USUBJID"], PRLNKID=link)
                expected = ("EXERCISE STRESS TEST", row["VISITNUM"], row[f"{name}DTC"])
                assert (test["PRTRT"], test["VISITNUM"], test["PRSTDTC"]) == expected


def test_an_unscheduled_contact_has_the_mode_of_its_form(files: Files) -> None:
    modes = {"P": "IN PERSON", "T": "TELEPHONE CALL"}
    visits = {
        (row["USUBJID"], row["SVSTDTC"]): row["SVCNTMOD"]
        for row in files["SV"].rows
        if row["SVPRESP"] is None
    }
    assert len(visits) == 5
    seen = {}
    for name, date in (("contacts", "CONTDT"), ("saq", "SAQDT")):
        for row in table(f"{name}.csv"):
            if row["VISITNM"] == "UNSCHEDULED":
                seen[subject(row), moment(row[date], "")] = modes[row["MODE"]]
    assert len(seen) == 3 and seen.items() <= visits.items()
    assert {mode for key, mode in visits.items() if key not in seen} == {"IN PERSON"}
    # The questionnaire says the same as its visit.
    by_number = {(row["USUBJID"], row["VISITNUM"]): row["SVCNTMOD"] for row in files["SV"].rows}
    forms = {(row["USUBJID"], row["QSSEQ"]): row["VISITNUM"] for row in files["QS"].rows}
    for row in files["SUPPQS"].where(QNAM="QSMODE"):
        number = forms[row["USUBJID"], float(row["IDVARVAL"])]
        assert by_number[row["USUBJID"], number] == row["QVAL"]


def test_what_both_studies_have_is_coded_alike(files: Files, controls: Files) -> None:
    for domain, names in (
        ("SU", ("SUTRT", "SUCAT")),
        ("PR", ("PRTRT", "PRDECOD", "PRCAT", "PRLOC")),
        ("AG", ("AGTRT", "AGCAT", "AGROUTE", "AGPSTRG", "AGPSTRGU")),
        ("XR", ("XRTESTCD", "XRTEST", "XRCAT", "XRSCAT", "XRLOC", "XRSTRESU")),
        ("MH", ("MHCAT",)),
    ):
        theirs = {tuple(row[name] for name in names) for row in controls[domain].rows}
        assert theirs <= {tuple(row[name] for name in names) for row in files[domain].rows}, domain
    assert {row["MHDECOD"] for row in controls["MH"].rows} <= {row["MHDECOD"] for row in files["MH"].rows}


def test_a_codelist_has_no_terms_that_its_variables_cannot_have(out: Path) -> None:
    root = etree.parse(out / "sdtm" / "define.xml").getroot()
    terms = {
        codelist.get("OID"): codelist.xpath("odm:*/@CodedValue", namespaces=NS)
        for codelist in root.iterfind(".//odm:CodeList", NS)
    }
    bound = {
        item.get("OID"): terms[reference.get("CodeListOID")]
        for item in root.iterfind(".//odm:ItemDef", NS)
        for reference in item.iterfind("odm:CodeListRef", NS)
    }
    unknown = ["IT.SU.SUOCCUR", "IT.MH.MHOCCUR"]
    assert [name for name, values in bound.items() if "U" in values and "Y" in values] == unknown
    assert bound["IT.FA.FAORRES"] == bound["IT.FA.FASTRESC"] == ["N", "Y"]
    assert bound["IT.FA.FAOBJ"] == ["CHEST PAIN"] and bound["IT.EG.EGTPT"] == ["PEAK EXERCISE"]
    assert bound["IT.LB.LBTPTREF"] == ["END OF CELL INFUSION"]
    assert bound["IT.XC.XCTPTREF"] == bound["IT.VS.VSTPTREF"] == ["START OF ACETYLCHOLINE INFUSION"]
    assert bound["IT.FA.FATPTREF"] == bound["IT.XC.XCTPTREF"]
    assert terms["CL.TTYPE"] == ["SAFETY", "EFFICACY"]


def test_a_step_of_the_coronary_function_test_is_timed_alike(files: Files) -> None:
    names = ("TPT", "ELTM", "TPTREF", "RFTDTC", "DTC")

    def steps(domain: str) -> dict[tuple[str, float, float, float], list[str | None]]:
        return {
            (row["USUBJID"], row["VISITNUM"], row[f"{domain}TPTNUM"], row.get(f"{domain}REPNUM") or 1.0): [
                row[f"{domain}{name}"] for name in names
            ]
            for row in files[domain].rows
            if row[f"{domain}TPT"] not in (None, "PEAK EXERCISE")
        }

    measured = {step: timing for step, timing in steps("XC").items() if step[3] == 1.0}
    assert steps("VS") == steps("FA") == measured
    for row in files["AG"].rows:
        timing = measured[row["USUBJID"], row["VISITNUM"], row["AGTPTNUM"], 1.0]
        assert (row["AGTPT"], row["AGSTDTC"]) == (timing[0], timing[4])


def test_a_form_has_pages_of_its_own() -> None:
    for study in (MAPPINGS, MAPPINGS / "controls"):
        tables = yaml.load((study / "sources.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["tables"]
        pages = [table["page"] for table in tables.values() if "page" in table]
        assert len(pages) == len(set(pages)) >= 2


def test_the_summary_of_each_study_agrees_with_its_subjects(files: Files, controls: Files) -> None:
    for study in (files, controls):
        summary = {row["TSPARMCD"]: row["TSVAL"] for row in study["TS"].rows}
        subjects = [row for row in study["DM"].rows if row["ARMNRS"] != "SCREEN FAILURE"]
        assert int(summary["ACTSUB"]) == len(subjects)
        assert summary["DCUTDTC"] > max(row["RFPENDTC"] for row in subjects)
    trial = {row["TSPARMCD"]: row["TSVAL"] for row in files["TS"].rows}
    assert trial["SSTDTC"] == min(row["RFICDTC"] for row in files["DM"].rows)[:10]
    assert trial["SENDTC"] == max(row["RFPENDTC"] for row in files["DM"].rows)
    review = {row["TSPARMCD"]: row["TSVAL"] for row in controls["TS"].rows}
    assert review["SSTDTC"] == min(row["RFSTDTC"] for row in controls["DM"].rows)
    assert review["SENDTC"] == max(row["RFPENDTC"] for row in controls["DM"].rows)
    (filgrastim,) = files["TS"].where(TSPARMCD="TRT", TSVAL="FILGRASTIM")
    assert (filgrastim["TSVALCD"], filgrastim["TSVCDREF"], filgrastim["TSVCDVER"]) == (
        "PVI5M0M1GW",
        "UNII",
        None,
    )
    assert trial["EPDISIND"] == "Y" and files["SV"].where(SVEPCHGI="Y")
    assert {row["TSPARMCD"] for row in controls["TS"].rows} >= {"OBSMODEL", "OBSTIMP", "OBSTSMM", "OBSTPOPD"}
    assert controls["TS"].where(TSPARMCD="STYPE", TSVAL="OBSERVATIONAL")


def test_only_pressure_and_heart_rate_have_a_position(files: Files) -> None:
    positions = {"1": "SITTING", "2": "SUPINE"}
    collected = {(subject(row), moment(row["VSDT"], row["VSTM"])): row["POS"] for row in table("vitals.csv")}
    for row in files["VS"].rows:
        if row["VSTPT"] is None and row["VSTESTCD"] in ("SYSBP", "DIABP", "HR"):
            assert row["VSPOS"] == positions[collected[row["USUBJID"], row["VSDTC"]]]
        elif row["VSTESTCD"] in ("TEMP", "WEIGHT", "HEIGHT"):
            assert row["VSPOS"] is None


def test_comments_of_analysis_datasets_say_where_screen_failures_are(out: Path, files: Files) -> None:
    failed = {row["USUBJID"] for row in files["DM"].where(ARMNRS="SCREEN FAILURE")}
    found = {
        name
        for name, data in files.items()
        if not name.startswith("SUPP") and failed & {row.get("USUBJID") for row in data.rows}
    }
    root, said = etree.parse(str(out / "adam" / "define.xml")), dict[str, set[str]]()
    for group in root.iterfind(".//odm:ItemGroupDef", NS):
        comment = group.get(f"{{{NS['def']}}}CommentOID")
        text = str(root.xpath(f"normalize-space(//def:CommentDef[@OID='{comment}'])", namespaces=NS))
        told = re.search(r"[Ss]creen failures (are|have no records) in ([A-Z, and]+)\.", text)
        if told:
            name, names = group.get("Name", ""), set(re.findall("[A-Z]{2}", told[2]))
            said[name] = names
            assert (names <= found) if told[1] == "are" else not (names & found), name
    assert set(said) == {"ADAE", "ADCCS", "ADCF", "ADEXER", "ADLB", "ADNTG", "ADQSSAQ", "ADSL", "ADVS"}
    assert said["ADSL"] == found
