"""The analysis datasets of the example as one piece: what one says, the others do not contradict."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from example_study import DEFINE, MAPPINGS, RAW
from lxml import etree
from transport_files import Dataset, read_folder

import ced_cdisc

Files = dict[str, Dataset]
NS = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
VISITS = {
    "Baseline": 0.0,
    "Mobilization Day 2": 0.2,
    "Mobilization Day 3": 0.3,
    "Mobilization Day 4": 0.4,
    "Mobilization Day 5": 0.5,
    "Infusion": 0.6,
    "Month 1": 1.0,
    "Month 3": 3.0,
    "Month 6": 6.0,
}
RANGES = {"Infusion": "0 to 1", "Month 1": "15 to 60", "Month 3": "61 to 135", "Month 6": "136 to 270"}


@pytest.fixture(scope="module")
def define(out: Path) -> etree._Element:
    return etree.parse(out / "adam" / "define.xml").getroot()


def items(define: etree._Element, dataset: str) -> dict[str, tuple[etree._Element, etree._Element]]:
    """The references and definitions of the variables of a dataset, by name."""
    by_oid = {item.get("OID"): item for item in define.iterfind(".//odm:ItemDef", NS)}
    group = next(g for g in define.iterfind(".//odm:ItemGroupDef", NS) if g.get("Name") == dataset)
    found = [(ref, by_oid[ref.get("ItemOID")]) for ref in group.iterfind("odm:ItemRef", NS)]
    return {item.get("Name", ""): (ref, item) for ref, item in found}


def described(element: etree._Element) -> str:
    return element.findtext("odm:Description/odm:TranslatedText", "", NS)


def analyses(files: Files) -> dict[str, Dataset]:
    return {name: data for name, data in files.items() if name.startswith("AD")}


def test_one_analysis_visit_has_one_number_and_one_window_everywhere(files: Files) -> None:
    seen = {
        (row["AVISIT"], row["AVISITN"], row["AWRANGE"])
        for data in analyses(files).values()
        if "AVISIT" in data.rows[0]
        for row in data.rows
        if row["AVISIT"] is not None
    }
    assert {(visit, number) for visit, number, _ in seen} <= set(VISITS.items())
    assert {(visit, days) for visit, _, days in seen if visit in RANGES} == set(RANGES.items())
    assert {days for visit, _, days in seen if visit == "Baseline"} == {None}


def test_a_variable_has_one_label_in_all_analysis_datasets(files: Files, define: etree._Element) -> None:
    labels: dict[str, set[str]] = {}
    for name in analyses(files):
        for variable, (_, item) in items(define, name).items():
            labels.setdefault(variable, set()).add(described(item))
    assert {variable: found for variable, found in labels.items() if len(found) > 1} == {}
    assert labels["TRTA"] == {"Actual Treatment"}
    assert labels["TRT01A"] == {"Actual Treatment for Period 01"}


def test_mandatory_variables_have_a_value_on_every_record(files: Files, define: etree._Element) -> None:
    mandatory = {
        (name, variable)
        for name in analyses(files)
        for variable, (ref, _) in items(define, name).items()
        if ref.get("Mandatory") == "Yes"
    }
    gaps = [(n, v) for n, v in mandatory if any(row[v] is None for row in files[n].rows)]
    assert gaps == []
    assert {("ADSL", "TRT01P"), ("ADCF", "PARAMCD"), ("ADAE", "AEDECOD"), ("ADTTE", "AVAL")} <= mandatory


def test_what_the_pooled_groups_share_names_both_sources(define: etree._Element) -> None:
    told = items(define, "ADCF")
    origins = {
        name: described(told[name][1].find("def:Origin", NS)) for name in ("USUBJID", "VISIT", "SRCSEQ")
    }
    assert origins == {
        "USUBJID": "XC.USUBJID or XR.USUBJID",
        "VISIT": "XC.VISIT or XR.VISIT",
        "SRCSEQ": "XC.XCSEQ or XR.XRSEQ",
    }


def test_numbers_beside_texts_have_their_lists(files: Files, define: etree._Element) -> None:
    for name in analyses(files):
        variables = items(define, name)
        for number in ("PARAMN", "AVISITN", "TRTAN", "TRTPN", "ASEVN", "AGEGR1N", "BNRIND", "CNSR"):
            if number in variables:
                assert variables[number][1].find("odm:CodeListRef", NS) is not None, f"{name}.{number}"


def test_the_type_of_dysfunction_is_the_diagnosis_and_agrees_with_the_criteria(files: Files) -> None:
    """XR has the diagnosis of the investigator, ADCF the criteria on what was measured."""
    reported = {
        (row["USUBJID"], row["XRTESTCD"]): row["XRSTRESC"]
        for row in files["XR"].rows
        if row["VISIT"] == "SCREENING" and row["XRTESTCD"] in ("MVEDIND", "EPEDIND")
    }
    criteria = {
        (row["USUBJID"], row["PARAMCD"]): row["CRIT1FL"] or row["CRIT2FL"]
        for row in files["ADCF"].where(AVISIT="Baseline")
        if row["PARAMCD"] in ("CBFPCT", "CADPCT")
    }
    words = {("Y", "N"): "MICROVASCULAR", ("N", "Y"): "EPICARDIAL", ("Y", "Y"): "BOTH"}
    own = files["ADSL"].where(STUDYID="IMPROVECED")
    for row in own:
        subject = row["USUBJID"]
        kind = reported[subject, "MVEDIND"], reported[subject, "EPEDIND"]
        assert row["CEDTYPE"] == words[kind]
        assert kind == ("N" if criteria[subject, "CBFPCT"] == "Y" else "Y", criteria[subject, "CADPCT"])
    assert [row["CEDTYPE"] for row in own].count("BOTH") == 3
    assert {row["CEDTYPE"] for row in files["ADSL"].where(STUDYID="IMPROVECED-HC")} == {None}


def test_a_record_has_a_trace_or_is_computed(files: Files) -> None:
    """Of the analysis of findings; what has no trace is computed from several records."""
    computed = {"CBF", "CBFPCT", "CADPCT", "CFR", "SAQPL", "SAQAS", "SAQAF", "SAQTS", "SAQQL", "BMI", "QTCFR"}
    for name in ("ADCF", "ADCCS", "ADQSSAQ", "ADEXER", "ADLB", "ADVS", "ADEG"):
        for row in files[name].rows:
            trace = [row[variable] for variable in ("SRCDOM", "SRCVAR", "SRCSEQ")]
            derived = row.get("DTYPE") in ("AVERAGE", "MAXIMUM")
            pooled = row["STUDYID"] == "IMPROVECED-HC"
            if derived or (row["PARAMCD"] in computed and not pooled):
                assert trace == [None] * 3, row
            else:
                assert None not in trace, row


@pytest.mark.parametrize(
    ("of_subject", "name", "parameter"),
    [
        ("CCSBL", "ADCCS", "CCSCLASS"),
        ("EXTIMEBL", "ADEXER", "EXTIME"),
        ("WEIGHTBL", "ADVS", "WEIGHT"),
        ("BMIBL", "ADVS", "BMI"),
    ],
)
def test_the_baseline_in_adsl_is_that_of_the_analysis(
    files: Files, of_subject: str, name: str, parameter: str
) -> None:
    """ADSL takes it by --LOBXFL, the other dataset by its date."""
    base = {row["USUBJID"]: row["AVAL"] for row in files[name].where(PARAMCD=parameter, ABLFL="Y")}
    own = {row["USUBJID"]: row[of_subject] for row in files["ADSL"].rows if row[of_subject] is not None}
    assert own == base
    assert len(own) >= 20


def test_what_is_known_of_a_screen_failure_stays_out_of_the_analysis(tmp_path: Path) -> None:
    """Records that the example does not have: an adverse event and a class of a screen failure."""
    shutil.copytree(RAW, tmp_path / "raw")
    given = {"SUBJ": "01-901", "VISITNM": "SCREENING", "VISITDT": "15-FEB-2019", "FORMSEQ": "9"}
    dates = {
        "ae": {"AENO": "1", "AESTDT": "15-FEB-2019", "AESTTM": "", "AEENDT": "16-FEB-2019", "AEENTM": ""},
        "ccs": {"CCSDT": "15-FEB-2019"},
    }
    for name, values in dates.items():
        path = tmp_path / "raw" / f"{name}.csv"
        with path.open(newline="", encoding="utf-8") as stream:
            table = list(csv.DictReader(stream))
        table.append(table[0] | given | values)
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    only = ["AE", "RS", "ADAE", "ADCCS"]
    ced_cdisc.build(
        tmp_path / "raw", tmp_path / "out", mappings=MAPPINGS, define=DEFINE, only=only, check=False
    )
    made = read_folder(tmp_path / "out")
    having = {name: any(row["USUBJID"].endswith("01-901") for row in made[name].rows) for name in only}
    assert having == {"AE": True, "RS": True, "ADAE": False, "ADCCS": False}
