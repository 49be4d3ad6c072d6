"""What an expert looks at first in SDTM datasets, from the transport files alone."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from structure_reading import (
    AFTER_TREATMENT,
    BDS,
    FINDINGS,
    PAIRS,
    SERIES,
    Files,
    day,
    demographics,
    duplicates,
    groups,
    no_later,
    of_subjects,
    sdtm,
)
from transport_files import Row

# Subjects


def test_the_study_has_twenty_treated_one_untreated_and_two_screen_failures(files: Files) -> None:
    rows = files["DM"].rows
    assert duplicates(rows, "USUBJID") == []
    assert Counter((row["ARMCD"], row["ACTARMCD"], row["ARMNRS"]) for row in rows) == {
        ("CD34", "CD34", None): 20,
        ("CD34", None, "ASSIGNED, NOT TREATED"): 1,
        (None, None, "SCREEN FAILURE"): 2,
    }


def test_every_subject_of_every_dataset_is_in_dm(files: Files, controls: Files) -> None:
    subjects = demographics(files).keys()
    both = subjects | demographics(controls).keys()
    assert len(both) == 23 + 51
    for data in (*files.values(), *controls.values()):
        own = both if data.kind == "adam" else subjects if files.get(data.name) is data else both - subjects
        if "USUBJID" in data.labels:
            expected = own if data.name != "RELREC" else {*own, None}  # and of whole datasets
            assert {row["USUBJID"] for row in data.rows} <= expected, data.name


def test_every_record_is_of_the_study_and_of_its_domain(files: Files, controls: Files) -> None:
    pooled = {"ADSL", "ADCF"}
    for data in (*files.values(), *controls.values()):
        study = "IMPROVECED" if files.get(data.name) is data else "IMPROVECED-HC"
        expected = {"IMPROVECED", "IMPROVECED-HC"} if data.name in pooled else {study}
        assert {row["STUDYID"] for row in data.rows} == expected, data.name
        if "DOMAIN" in data.labels:
            assert {row["DOMAIN"] for row in data.rows} == {data.name}


def test_subjects_without_treatment_have_no_reference_dates_no_study_days_and_no_baseline(
    files: Files,
) -> None:
    untreated = {s for s, row in demographics(files).items() if row["ACTARMCD"] is None}
    assert len(untreated) == 3
    for subject in untreated:
        row = demographics(files)[subject]
        assert all(row[name] is None for name in ("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "ACTARM"))
        assert row["RFICDTC"] and row["RFPENDTC"]
    for data in sdtm(files):
        days = [name for name in data.variables if name[2:] in ("DY", "STDY", "ENDY", "LOBXFL")]
        for row in data.rows:
            if row["USUBJID"] in untreated:
                assert [name for name in days if row[name] is not None] == [], data.name
    assert {row["USUBJID"] for name in ("EX", "EC") for row in files[name].rows} & untreated == set()


def test_screen_failures_have_a_criterion_a_disposition_and_no_analysis_record(files: Files) -> None:
    failures = {s for s, row in demographics(files).items() if row["ARMNRS"] == "SCREEN FAILURE"}
    assert {row["USUBJID"] for row in files["IE"].rows} == failures
    ended = files["DS"].where(DSDECOD="SCREEN FAILURE", DSCAT="DISPOSITION EVENT")
    assert {row["USUBJID"] for row in ended} == failures
    for name in ("ADSL", *BDS):
        assert {row["USUBJID"] for row in files[name].rows} & failures == set()


def test_an_unmet_inclusion_is_n_a_met_exclusion_y_and_both_are_in_ti(files: Files) -> None:
    criteria = {row["IETESTCD"]: (row["IETEST"], row["IECAT"]) for row in files["TI"].rows}
    for row in files["IE"].rows:
        assert (row["IETEST"], row["IECAT"]) == criteria[row["IETESTCD"]]
        assert row["IEORRES"] == row["IESTRESC"] == {"INCLUSION": "N", "EXCLUSION": "Y"}[row["IECAT"]]


def test_arms_and_elements_are_those_of_the_trial_design(files: Files) -> None:
    design = files["TA"].rows
    arms = {(row["ARMCD"], row["ARM"]) for row in design}
    assert {(row["ARMCD"], row["ARM"]) for row in files["DM"].present("ARMCD")} == arms
    assert {(row["ACTARMCD"], row["ACTARM"]) for row in files["DM"].present("ACTARMCD")} == arms
    elements = {(row["ETCD"], row["ELEMENT"]) for row in files["TE"].rows}
    assert {(row["ETCD"], row["ELEMENT"]) for row in design} == elements
    planned = {(row["ETCD"], row["ELEMENT"], row["TAETORD"], row["EPOCH"]) for row in design}
    lived = {(row["ETCD"], row["ELEMENT"], row["TAETORD"], row["EPOCH"]) for row in files["SE"].rows}
    assert lived == planned


def test_the_trial_summary_agrees_with_the_data(files: Files) -> None:
    summary = {row["TSPARMCD"]: row["TSVAL"] for row in files["TS"].rows}
    enrolled = [row for row in files["DM"].rows if row["ARMCD"] is not None]
    assert (summary["ACTSUB"], summary["NARMS"]) == (str(len(enrolled)), "1")
    assert summary["SSTDTC"] == min(row["RFICDTC"] for row in files["DM"].rows)[:10]
    assert summary["SENDTC"] == max(row["RFPENDTC"] for row in files["DM"].rows)
    assert duplicates(files["TS"].rows, "TSPARMCD", "TSSEQ") == []
    assert all(row["TSVAL"] is not None or row["TSVALNF"] is not None for row in files["TS"].rows)


# Dates


def test_the_dates_of_a_subject_stand_in_order(files: Files) -> None:
    for row in files["DM"].rows:
        names = ("RFICDTC", "RFSTDTC", "RFXSTDTC", "RFXENDTC", "RFENDTC", "RFPENDTC")
        dates = [row[name] for name in names if row[name] is not None]
        assert all(no_later(one, other) for one, other in pairwise(dates)), row["USUBJID"]
        assert row["DTHDTC"] is None and row["DTHFL"] is None


def test_study_days_have_no_zero_and_agree_with_the_dates(files: Files) -> None:
    counted = 0
    for data in sdtm(files):
        prefix = data.name[:2]
        for dtc, dy in ((prefix + one, prefix + other) for one, other in PAIRS):
            for row in data.rows if dtc in data.labels else ():
                reference, happened = day(demographics(files)[row["USUBJID"]]["RFSTDTC"]), day(row[dtc])
                expected = None
                if reference is not None and happened is not None:
                    apart = (happened - reference).days
                    expected = float(apart + (apart >= 0))
                assert row.get(dy) == expected != 0, f"{data.name} {row['USUBJID']} {row[dtc]}"
                counted += expected is not None
    assert counted > 4000


def test_no_end_is_before_its_start(files: Files) -> None:
    for data in sdtm(files):
        start, end = f"{data.name[:2]}STDTC", f"{data.name[:2]}ENDTC"
        if start in data.labels and end in data.labels:
            for row in data.present(end):
                assert row[start] is None or no_later(row[start], row[end]), f"{data.name} {row['USUBJID']}"


def test_nothing_happens_after_the_end_of_participation(files: Files) -> None:
    for data in sdtm(files):
        for row in (row for row in data.rows if row["USUBJID"] is not None):
            last = demographics(files)[row["USUBJID"]]["RFPENDTC"]
            dates = [v for k, v in row.items() if k.endswith("DTC") and k != "BRTHDTC" and v is not None]
            assert [value for value in dates if not no_later(value, last)] == [], data.name


def test_treatment_lies_between_the_first_and_the_last_exposure(files: Files) -> None:
    for (subject,), rows in groups(files["EX"].rows, "USUBJID").items():
        row = demographics(files)[subject]
        assert min(one["EXSTDTC"] for one in rows) == row["RFXSTDTC"] == row["RFSTDTC"]
        assert max(one["EXENDTC"] for one in rows) == row["RFXENDTC"]
        assert all(one["EXDOSE"] > 0 for one in rows)
    assert len(groups(files["EX"].rows, "USUBJID")) == 20


def test_every_exposure_is_a_collected_dose_that_was_given(files: Files) -> None:
    same = ("USUBJID", "LNKID", "TRT", "CAT", "LOT", "LOC", "ROUTE", "STDTC", "ENDTC")

    def seen(name: str, rows: list[Row]) -> Counter[tuple[Any, ...]]:
        names = [one if one == "USUBJID" else name + one for one in same]
        return Counter(tuple(row[one] for one in names) for row in rows)

    given = files["EC"].where(ECOCCUR="Y")
    assert seen("EX", files["EX"].rows) == seen("EC", given)
    for row in files["EC"].where(ECOCCUR="N"):
        assert row["ECREASOC"] and row["ECDOSE"] is None
    assert len(files["EC"].rows) == len(given) + 1


# Keys and relationships


def test_sequence_numbers_count_the_records_of_a_subject(files: Files) -> None:
    checked: set[str] = set()
    for data in of_subjects(files):
        name = "ASEQ" if data.kind == "adam" else f"{data.name}SEQ"
        if name in data.labels:
            for (subject,), rows in groups(data.rows, "USUBJID").items():
                assert [row[name] for row in rows] == list(range(1, len(rows) + 1)), f"{data.name} {subject}"
            checked.add(data.name)
    without = {"DM", "SV", "ADSL", "RELREC", "RELSPEC", *(name for name in files if name.startswith("SUPP"))}
    assert checked == {data.name for data in of_subjects(files)} - without


def test_every_supplemental_qualifier_finds_its_record(files: Files) -> None:
    for name in (name for name in files if name.startswith("SUPP")):
        parent = files[name.removeprefix("SUPP")]
        assert duplicates(files[name].rows, "USUBJID", "IDVAR", "IDVARVAL", "QNAM") == []
        for row in files[name].rows:
            assert row["RDOMAIN"] == parent.name and row["QVAL"] is not None
            assert row["QNAM"] not in parent.labels and len(row["QNAM"]) <= 8 and len(row["QLABEL"]) <= 40
            wanted = {"USUBJID": row["USUBJID"]}
            if row["IDVAR"] is None:
                assert parent.name == "DM" and row["IDVARVAL"] is None
            else:
                wanted[row["IDVAR"]] = float(row["IDVARVAL"])
            assert len(parent.where(**wanted)) == 1, f"{name} {row}"


def test_coronary_links_join_procedure_agents_and_findings(files: Files) -> None:
    catheterizations = files["PR"].where(PRTRT="CORONARY FUNCTION TEST")
    procedures = {(row["USUBJID"], row["PRLNKID"]) for row in catheterizations}
    assert len(procedures) == 41
    for name in ("AG", "CV", "XC", "XR"):
        linked = {(row["USUBJID"], row[f"{name}LNKGRP"]) for row in files[name].present(f"{name}LNKGRP")}
        assert linked == procedures
    steps = {(row["USUBJID"], row["XCLNKID"]) for row in files["XC"].rows}
    agents = [(row["USUBJID"], row["AGLNKID"]) for row in files["AG"].rows]
    assert len(set(agents)) == len(agents)
    assert set(agents) <= steps


def test_relationships_join_each_record_of_one_side_to_records_of_the_other(files: Files) -> None:
    related = groups(list(files["RELREC"].present("RELTYPE")), "RELID")
    assert related.keys() == {
        *((name,) for name in ("AGXC", "CEFA", "ECEX", "PRAG", "PRBE", "PRCE", "PRCV", "PRXC", "PRXR")),
        *((name,) for name in ("PREC", "PREG", "PRFT", "PRVS")),
    }
    for (name,), sides in related.items():
        assert len(sides) == 2 and all(row["USUBJID"] is row["IDVARVAL"] is None for row in sides)
        found: list[set[tuple[str, str]]] = []
        for side in sides:
            rows = list(files[side["RDOMAIN"]].present(side["IDVAR"]))
            found.append({(row["USUBJID"], row[side["IDVAR"]]) for row in rows})
            assert side["RELTYPE"] == "MANY" or len(found[-1]) == len(rows), f"{name} {side['RDOMAIN']}"
        if name == "PREC":  # the infusion and its dose; doses of G-CSF are no procedures
            assert {link for _, link in found[0] & found[1]} == {"C-1"} and len(found[0] & found[1]) == 20
        else:
            assert found[0] <= found[1] or found[1] <= found[0], name


def test_a_medication_is_related_to_the_event_that_it_treats(files: Files) -> None:
    records = [row for row in files["RELREC"].rows if row["RELTYPE"] is None]
    assert {row["RELID"][:4] for row in records} == {"AECM", "AEHO"}
    related = [row for row in records if row["RELID"].startswith("AECM")]
    pairs: set[tuple[str, str, str]] = set()
    for (subject, name), sides in groups(related, "USUBJID", "RELID").items():
        (event,) = (row["IDVARVAL"] for row in sides if row["RDOMAIN"] == "AE")
        assert name == f"AECM{event}"
        drugs = [row["IDVARVAL"] for row in sides if row["RDOMAIN"] == "CM"]
        assert drugs and len(drugs) == len(sides) - 1
        (spid,) = (row["AESPID"] for row in files["AE"].where(USUBJID=subject, AESEQ=float(event)))
        pairs |= {(subject, spid, drug) for drug in drugs}
    collected = files["SUPPCM"].where(QNAM="CMAENO")
    assert pairs == {(row["USUBJID"], row["QVAL"], row["IDVARVAL"]) for row in collected}


def test_codes_and_names_of_tests_belong_together(files: Files) -> None:
    pairs = [(name, f"{name}TESTCD", f"{name}TEST") for name in FINDINGS if name != "IE"]
    pairs += [("IE", "IETESTCD", "IETEST"), ("TS", "TSPARMCD", "TSPARM"), ("TV", "VISITNUM", "VISIT")]
    pairs += [(name, "PARAMCD", "PARAM") for name in BDS] + [(name, "PARAMCD", "PARAMN") for name in BDS]
    for name, code, text in pairs:
        found = {(row[code], row[text]) for row in files[name].rows}
        assert len(found) == len({one for one, _ in found}) == len({other for _, other in found}), name


def test_results_have_their_units_and_numbers(files: Files) -> None:
    for name in (name for name in FINDINGS if name != "IE"):
        data = files[name]
        for row in data.rows:
            original, text, number = (row.get(name + one) for one in ("ORRES", "STRESC", "STRESN"))
            where = f"{name} {row['USUBJID']} {row[name + 'SEQ']}"
            assert (original is None) == (text is None), where
            assert (row.get(f"{name}STAT") == "NOT DONE") == (original is None), where
            assert number is None or text is not None, where
            assert original is not None or row.get(f"{name}ORRESU") is None, where
            if number is not None and name not in ("RS",):
                assert float(text or "") == number, where


# Visits and epochs


def test_every_visit_of_a_record_took_place_in_sv(files: Files) -> None:
    visits = {(row["USUBJID"], row["VISITNUM"]): row for row in files["SV"].rows}
    assert len(visits) == len(files["SV"].rows)
    for data in sdtm(files):
        for row in data.present("VISITNUM"):
            visit = visits[row["USUBJID"], row["VISITNUM"]]
            assert (row["VISIT"], row["VISITDY"]) == (visit["VISIT"], visit["VISITDY"]), data.name


def test_findings_of_a_visit_are_dated_within_it(files: Files) -> None:
    visits = {(row["USUBJID"], row["VISITNUM"]): row for row in files["SV"].rows}
    for name in FINDINGS:
        for row in files[name].present(f"{name}DTC"):
            visit = visits[row["USUBJID"], row["VISITNUM"]]
            assert visit["SVSTDTC"] <= row[f"{name}DTC"][:10] <= visit["SVENDTC"], f"{name} {row['USUBJID']}"


def test_planned_visits_are_those_of_tv_and_unscheduled_ones_lie_between(files: Files) -> None:
    planned = {row["VISITNUM"]: (row["VISIT"], row["VISITDY"]) for row in files["TV"].rows}
    for row in files["SV"].rows:
        if row["SVPRESP"] == "Y":
            assert (row["VISIT"], row["VISITDY"]) == planned[row["VISITNUM"]]
            assert row["SVOCCUR"] in ("Y", "N")
        else:
            assert row["VISITNUM"] not in planned and row["VISIT"].startswith("UNSCHEDULED ")
            assert row["VISITDY"] is None and row["SVOCCUR"] is None
        assert (row["SVSTDTC"] is None) == (row["SVENDTC"] is None) == (row["SVOCCUR"] == "N")


def test_visits_of_a_subject_follow_each_other(files: Files) -> None:
    for (subject,), rows in groups(list(files["SV"].present("SVSTDTC")), "USUBJID").items():
        for one, other in pairwise(rows):
            assert one["VISITNUM"] < other["VISITNUM"], subject
            assert one["SVENDTC"] < other["SVSTDTC"], subject


def test_elements_of_a_subject_join_without_gap(files: Files) -> None:
    for (subject,), rows in groups(files["SE"].rows, "USUBJID").items():
        row = demographics(files)[subject]
        assert [one["TAETORD"] for one in rows] == list(range(1, len(rows) + 1))
        assert rows[0]["SESTDTC"] == row["RFICDTC"] and rows[-1]["SEENDTC"] == row["RFPENDTC"]
        for one, other in pairwise(rows):
            assert one["SEENDTC"] == other["SESTDTC"], subject
    assert groups(files["SE"].rows, "USUBJID").keys() == groups(files["DM"].rows, "USUBJID").keys()


def test_the_epoch_is_that_of_an_element_on_the_day(files: Files) -> None:
    elements = groups(files["SE"].rows, "USUBJID")
    counted = 0
    for data in sdtm(files):
        prefix = data.name[:2]
        started = next((n for n in (f"{prefix}STDTC", f"{prefix}DTC") if n in data.labels), None)
        if "EPOCH" not in data.labels or data.name == "SE" or started is None:
            continue
        for row in data.rows:
            when = row[started] or row.get(f"{prefix}DTC")
            if row["EPOCH"] is None:
                first = elements[(row["USUBJID"],)][0]["SESTDTC"]
                assert when is None or len(when) < 10 or when[:10] < first[:10], data.name
                continue
            lived = {
                one["EPOCH"]
                for one in elements[(row["USUBJID"],)]
                if no_later(one["SESTDTC"], when) and no_later(when, one["SEENDTC"])
            }
            assert row["EPOCH"] in lived, f"{data.name} {row['USUBJID']} {when}"
            counted += 1
    assert counted > 3000


# Baseline


@pytest.mark.parametrize("name", [name for name in FINDINGS if name not in ("IE", *AFTER_TREATMENT)])
def test_the_last_result_before_treatment_is_flagged_once(files: Files, name: str) -> None:
    data, flag, date_name = files[name], f"{name}LOBXFL", f"{name}DTC"
    assert flag in data.labels
    series = [name + one for one in SERIES if name + one in data.labels]
    for key, rows in groups(data.rows, "USUBJID", *series).items():
        start = demographics(files)[key[0]]["RFXSTDTC"]
        dated = [row for row in rows if row[f"{name}STRESC"] is not None and row[date_name] is not None]
        before = [row for row in dated if start and row[date_name] < start[: len(row[date_name])]]
        flagged = [row for row in rows if row[flag] is not None]
        assert [row[flag] for row in flagged] == ["Y"] * bool(before), key
        if before:
            assert flagged[0] in before
            assert flagged[0][date_name] == max(row[date_name] for row in before), key


def test_every_subject_consented_once_and_ended_once(files: Files) -> None:
    for subject, row in demographics(files).items():
        consent = files["DS"].where(USUBJID=subject, DSDECOD="INFORMED CONSENT OBTAINED")
        first, *later = (one["DSSTDTC"] for one in consent)
        assert first == row["RFICDTC"] and all(no_later(first, one) for one in later)
        ended = files["DS"].where(USUBJID=subject, DSCAT="DISPOSITION EVENT")
        assert len(ended) == 1 and no_later(ended[0]["DSSTDTC"], row["RFPENDTC"])
        entered = files["DS"].where(USUBJID=subject, DSDECOD="ENTERED INTO TRIAL")
        assert len(entered) == (row["ARMCD"] is not None)


def test_a_serious_event_has_a_criterion_and_an_ongoing_one_no_end(files: Files) -> None:
    criteria = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE")
    for row in files["AE"].rows:
        assert (row["AESER"] == "Y") == any(row[name] == "Y" for name in criteria)
        assert (row["AEENRTPT"] == "ONGOING") == (row["AEENDTC"] is None) == (row["AEENTPT"] is not None)
    assert [row["AESER"] for row in files["AE"].rows].count("Y") == 1


def test_the_diary_tells_no_tablets_from_no_answer(files: Files) -> None:
    diary = files["CM"].where(CMCAT="SL NITROGLYCERIN DIARY")
    seen = Counter(
        (row["CMOCCUR"], row["CMSTAT"], row["CMDOSE"] is not None or row["CMDOSTXT"] is not None)
        for row in diary
    )
    assert seen.keys() == {("Y", None, True), ("N", None, False), (None, "NOT DONE", False)}
    assert [row["CMDOSTXT"] for row in diary if row["CMDOSTXT"]] == ["2-3"]
    assert all(row["CMSTDTC"] == row["CMENDTC"] for row in diary)
    assert all(row["CMDOSE"] is None or row["CMDOSE"] > 0 for row in files["CM"].rows)
