"""The coronary function test: the same rows in domains of its own and, in the profile ig34, in CV."""

from __future__ import annotations

import json
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from example_study import RAW
from lxml import etree
from transport_files import Dataset, read_folder

from ced_cdisc.check.define import check_define
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.only import restrict
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.stages.reading import read_raw
from shared_builds import Made

Files = dict[str, Dataset]
NS = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
SUBCATEGORIES = {"XC": "MEASUREMENT", "XR": "VASOMOTOR RESPONSE", "CV": None}


@pytest.fixture(scope="module")
def guide(example_ig34: Made) -> Made:
    """The example in the profile ig34."""
    return example_ig34


@pytest.fixture(scope="module")
def in_cv(guide: Made) -> Files:
    return read_folder(guide[1])


# Profiles


@pytest.mark.parametrize("domain", ["XC", "XR", "CV"])
def test_cv_holds_the_same_rows_as_the_domains_of_the_sponsor(
    domain: str, files: Files, in_cv: Files
) -> None:
    group = in_cv["CV"].where(CVSCAT=SUBCATEGORIES[domain])
    assert len(group) == len(files[domain].rows) > 80
    for mine, theirs in zip(files[domain].rows, group, strict=True):
        renamed = {"CV" + name[2:] if name.startswith(domain) else name: v for name, v in mine.items()}
        renamed |= {"DOMAIN": "CV", "CVSEQ": theirs["CVSEQ"]}
        assert renamed == {name: theirs[name] for name in renamed}
        assert all(value is None for name, value in theirs.items() if name not in renamed)


def test_the_numbers_of_cv_count_all_its_records(in_cv: Files) -> None:
    numbers: dict[str, list[float]] = {}
    for row in in_cv["CV"].rows:
        numbers.setdefault(row["USUBJID"], []).append(row["CVSEQ"])
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_no_dataset_is_lost_or_added_but_the_two_domains(files: Files, in_cv: Files) -> None:
    assert files.keys() - in_cv.keys() == {"XC", "XR"}
    assert in_cv.keys() <= files.keys()


def test_all_other_datasets_have_the_same_values(files: Files, in_cv: Files) -> None:
    names = {
        "SRCDOM": {"XC": "CV", "XR": "CV"},
        "SRCVAR": {"XCSTRESN": "CVSTRESN", "XRSTRESN": "CVSTRESN"},
    }
    for name in sorted(in_cv.keys() - {"CV", "RELREC"}):
        assert files[name].labels == in_cv[name].labels, name
        for mine, theirs in zip(files[name].rows, in_cv[name].rows, strict=True):
            expected: dict[str, Any] = {k: names.get(k, {}).get(v, v) for k, v in mine.items()}
            if mine.get("SRCDOM") == "XC":
                expected["SRCSEQ"] = theirs["SRCSEQ"]
            assert theirs == expected, name


def test_the_trace_of_adcf_leads_to_the_records_of_cv(in_cv: Files, guide: Made) -> None:
    tabulated = [*in_cv["CV"].rows, *read_folder(guide[1] / "controls")["CV"].rows]
    records = {(row["USUBJID"], row["CVSEQ"]): row for row in tabulated}
    traced = [row for row in in_cv["ADCF"].rows if row["SRCSEQ"] is not None and row["PARAMCD"] != "CBF"]
    assert len(traced) > 400
    for row in traced:
        if row["SRCDOM"] == "CV":
            assert records[row["USUBJID"], row["SRCSEQ"]][row["SRCVAR"]] == row["AVAL"]


def test_each_relationship_of_cv_is_written_once(files: Files, in_cv: Files) -> None:
    pairs = [(row["RELID"], row["RDOMAIN"], row["IDVAR"], row["RELTYPE"]) for row in in_cv["RELREC"].rows]
    assert [pair for pair in pairs if pair[1] == "CV"] == [
        ("AGXC", "CV", "CVLNKID", "MANY"),
        ("PRCV", "CV", "CVLNKGRP", "MANY"),
    ]
    before = {row["RELID"] for row in files["RELREC"].rows}
    assert before - {pair[0] for pair in pairs} == {"PRXC", "PRXR"}


def test_nothing_written_names_the_domains_that_are_gone(guide: Made) -> None:
    folder = guide[1]
    for kind in ("sdtm", "adam"):
        root = etree.parse(folder / kind / "define.xml").getroot()
        said = [text for element in root.iter() for text in (*element.attrib.values(), element.text or "")]
        assert [text for text in said if "XCTEST" in text or "XRTEST" in text or "XC." in text] == []
        words = {word.strip(".,;()") for text in said for word in text.split()}
        assert words & {"XC", "XR", "XCSTRESN", "XCLNKGRP", "XRLNKGRP", "SUPPXC"} == set()
    assert json.loads((folder / "build.json").read_bytes())["profile"] == "ig34"


@pytest.mark.parametrize("kind", ["sdtm", "adam"])
def test_define_xml_of_the_profile_is_valid_by_the_schema(kind: str, guide: Made) -> None:
    package = find_spec("defineutils")
    assert package is not None and package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0]) / "validate" / "schema"
    schema = etree.XMLSchema(etree.parse(folder / "cdisc-arm-1.0" / "arm1-0-0.xsd"))
    path = guide[1] / kind / "define.xml"
    assert schema.validate(etree.parse(path)), schema.error_log
    assert [str(finding) for finding in check_define(path.read_bytes())] == []


def test_cv_is_a_domain_of_the_guide(guide: Made) -> None:
    root = etree.parse(guide[1] / "sdtm" / "define.xml").getroot()
    custom = root.xpath("//odm:ItemGroupDef[@def:IsNonStandard='Yes']/@Name", namespaces=NS)
    (group,) = root.xpath("//odm:ItemGroupDef[@Name='CV']", namespaces=NS)
    assert custom == []
    assert group.get(f"{{{NS['def']}}}StandardOID")


def test_both_engines_agree_in_the_profile(guide: Made) -> None:
    build = guide[0]
    names = ("CV", "ADCF", "ADSL", "RELREC")
    plan = restrict(build.plan, names, Findings())
    tables = read_raw(RAW, plan, Findings())
    rows, faults = recompute(plan, {n: t.frame.drop(ROW).to_dicts() for n, t in tables.items()})
    assert faults == []
    for name in names:
        frame = build.frames[name]
        assert compare(frame.to_dicts(), rows[name], frame.columns, name) == []


# The catheterization laboratory


def test_concentration_and_dose_rate_of_acetylcholine(files: Files) -> None:
    given = files["AG"].where(AGTRT="ACETYLCHOLINE", AGOCCUR="Y")
    assert len(given) == 3 * 41 - 1
    for row in given:
        strength = {1: 0.182, 2: 1.82, 3: 18.2}[row["AGTPTNUM"]]
        assert (row["AGPSTRG"], row["AGPSTRGU"], row["AGDOSU"], row["AGDUR"]) == (
            strength,
            "mg/L",
            "ug/min",
            "PT3M",
        )
        assert row["AGDOSE"] == pytest.approx(strength * 48 / 60, abs=1e-12)
        molar = 10.0 ** (row["AGTPTNUM"] - 7)  # mol/L, by the molar mass of acetylcholine chloride in mg/mol
        assert strength == pytest.approx(molar * 181.66e3, rel=0.002)


def test_heart_rate_has_no_location_and_aortic_pressure_has(files: Files) -> None:
    steps = [row for row in files["VS"].rows if row["VSTPTNUM"] is not None and row["VSTPTNUM"] <= 6]
    assert {(row["VSTESTCD"], row["VSLOC"]) for row in steps} == {
        *(("SYSBP", "AORTA"), ("DIABP", "AORTA"), ("HR", None)),
    }


def test_an_event_of_chest_pain_agrees_with_its_findings(files: Files) -> None:
    events = files["CE"].where(CECAT="CORONARY FUNCTION TEST")
    assert len(events) == 41
    for event in events:
        found = files["FA"].where(USUBJID=event["USUBJID"], FALNKID=event["CELNKID"])
        pain = [row for row in found if row["FATESTCD"] == "OCCUR" and row["FASTRESC"] == "Y"]
        usual = [row for row in found if row["FATESTCD"] == "REPUSUAL"]
        assert {row["FAOBJ"] for row in found} == {event["CETERM"]} == {"CHEST PAIN"}
        assert event["CEOCCUR"] == ("Y" if pain else "N")
        assert bool(event["CESEV"]) == bool(pain) == (len(usual) == 1)


def test_the_derived_response_agrees_with_the_report(files: Files) -> None:
    """A quality check of trial reports: derived here from velocity and diameter, printed there, to 0.1."""
    printed = {(r["USUBJID"], r["VISITNUM"]): r["XRSTRESN"] for r in files["XR"].where(XRTESTCD="PCTCBF")}
    derived = files["ADCF"].where(PARAMCD="CBFPCT", HCFL="N")
    assert {(row["USUBJID"], row["VISITNUM"]) for row in derived} == printed.keys()
    assert all(abs(row["AVAL"] - printed[row["USUBJID"], row["VISITNUM"]]) <= 0.1 for row in derived)


def test_a_stopped_test_is_analysed_by_the_last_concentration_given(files: Files) -> None:
    steps = {
        (row["XCTESTCD"], row["XCTPTNUM"]): row["XCSTRESN"]
        for row in files["XC"].where(USUBJID="IMPROVECED-01-021")
        if row["XCLOC"] == "MID-LAD ARTERY"
    }
    flow = [math.pi * steps["APVEL", k] / 2 * (steps["MEANVDIA", k] / 20) ** 2 * 60 for k in (0, 2)]
    (row,) = files["ADCF"].where(USUBJID="IMPROVECED-01-021", PARAMCD="CBFPCT")
    assert row["AVAL"] == pytest.approx(100 * (flow[1] / flow[0] - 1))
    assert steps["APVEL", 3] is None and row["ACHDOSE"] == 10
