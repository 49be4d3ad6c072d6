"""What an expert looks at first in ADaM datasets, from the transport files alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from structure_reading import BDS, SAS_ZERO, Files, day, demographics, groups
from transport_files import Row


def test_adsl_has_one_record_for_each_enrolled_subject(files: Files) -> None:
    enrolled = [s for s, row in demographics(files).items() if row["ARMCD"] is not None]
    own = files["ADSL"].where(STUDYID="IMPROVECED")
    assert [row["USUBJID"] for row in own] == enrolled
    for row in own:
        source = demographics(files)[row["USUBJID"]]
        for name in (
            "SUBJID",
            "SITEID",
            "AGE",
            "AGEU",
            "SEX",
            "RACE",
            "ETHNIC",
            "COUNTRY",
            "ARMCD",
            "ACTARM",
        ):
            assert row[name] == source[name]


def test_population_flags_follow_the_exposure(files: Files) -> None:
    dosed = {row["USUBJID"] for row in files["EX"].rows}
    infused = {row["USUBJID"] for row in files["EX"].where(EXTRT="AUTOLOGOUS CD34+ CELLS")}
    for row in files["ADSL"].rows:
        assert row["SAFFL"] == ("Y" if row["USUBJID"] in dosed else "N")
        assert row["CELLFL"] == ("Y" if row["USUBJID"] in infused else "N")
        assert row["ENRLFL"] == ("Y" if row["STUDYID"] == "IMPROVECED" else "N")
        assert (row["TRTSDT"] is not None) == (row["TRTEDT"] is not None) == (row["SAFFL"] == "Y")
    assert Counter(row["FASFL"] for row in files["ADSL"].rows) == {"Y": 20, "N": 52}


@pytest.mark.parametrize("name", BDS)
def test_analysis_datasets_repeat_adsl_as_it_is(files: Files, name: str) -> None:
    subjects = {row["USUBJID"]: row for row in files["ADSL"].rows}
    shared = [one for one in files[name].variables if one in files["ADSL"].labels]
    assert {"AGE", "SEX", "SAFFL", "CELLFL", "TRTSDT"} <= set(shared)
    for row in files[name].rows:
        source = subjects[row["USUBJID"]]
        assert {one: row[one] for one in shared} == {one: source[one] for one in shared}
        assert (row["TRTP"], row["TRTA"]) == (source["TRT01P"], source["TRT01A"])


def before_treatment(row: Row) -> bool:
    """Whether a record is before the first dose, or of a subject never treated."""
    if "TRTSDTM" in row:
        return row["TRTSDTM"] is None or row["ADTM"] < row["TRTSDTM"]
    return row["TRTSDT"] is None or row["ADT"] < row["TRTSDT"]


@pytest.mark.parametrize("name", BDS)
def test_each_series_has_one_baseline_and_changes_count_from_it(files: Files, name: str) -> None:
    rows = files[name].rows
    assert any(row["CHG"] is not None for row in rows)
    # The steps of the coronary function test have baselines of their own, told by BASETYPE; samples after the
    # infusion do not.
    series_of = ("USUBJID", "PARAMCD", *(("BASETYPE",) if name == "ADCF" else ()))
    assert any("BASETYPE" in row for row in rows) == (name == "ADCF")
    for row in rows if name == "ADCF" else ():
        assert row["BASETYPE"] == (None if row["ATPT"] is None else f"BASELINE AT {row['ATPT']}")
    for key, series in groups(rows, *series_of).items():
        baselines = [row["AVAL"] for row in series if row["ABLFL"] == "Y"]
        assert len(baselines) <= 1, key
        assert {row["ABLFL"] for row in series} <= {"Y", None}
        for row in series:
            assert [row["BASE"]] == (baselines or [None]), key
            control = row.get("HCFL") == "Y"
            after = row["ADT"] > row["CFREFDT"] if control else not before_treatment(row)
            assert (row["CHG"] is not None) == (after and bool(baselines)), key
            if row["CHG"] is not None:
                assert row["CHG"] == row["AVAL"] - row["BASE"], key
            if row.get("PCHG") is not None:
                assert row["PCHG"] == pytest.approx(100 * row["CHG"] / row["BASE"], rel=1e-12)
            if row["ABLFL"] == "Y":
                assert row["AVISIT"] == "Baseline"
                assert row["TRTSDT"] is None or before_treatment(row)


@pytest.mark.parametrize("name", BDS)
def test_each_analysis_visit_has_one_record_that_is_analysed(files: Files, name: str) -> None:
    rows = files[name].rows
    visits = {(row["AVISIT"], row["AVISITN"]) for row in rows}
    assert len(visits) == len({one for one, _ in visits}) == len({other for _, other in visits})
    for key, group in groups(rows, "USUBJID", "PARAMCD", "AVISIT", "ATPTN").items():
        analysed = [row["ANL01FL"] for row in group if row["ANL01FL"] is not None]
        assert analysed == (["Y"] if key[2] is not None else []), key


@pytest.mark.parametrize("name", BDS)
def test_analysis_windows_hold_the_days_that_they_name(files: Files, name: str) -> None:
    for row in files[name].rows:
        day_of_treatment = None if row["TRTSDT"] is None else row["ADT"] - row["TRTSDT"]
        assert row["ADY"] == (
            None if day_of_treatment is None else day_of_treatment + (day_of_treatment >= 0)
        )
        start = row["CFREFDT"] if row.get("HCFL") == "Y" else row["CELLDT"]
        assert row["CFDY"] == (None if start is None else row["ADT"] - start)
        if row["AVISITN"]:
            assert row["AWLO"] <= row["CFDY"] <= row["AWHI"]
            assert row["AWTDIFF"] == abs(row["CFDY"] - row["AWTARGET"])
            assert row["AWRANGE"] == f"{row['AWLO']:.0f} to {row['AWHI']:.0f}"


def number_of(value: Any) -> Any:
    """A number as it stands; of a result below the limit of quantification (<6) half of the limit."""
    return float(value.removeprefix("<")) / 2 if isinstance(value, str) else value


@pytest.mark.parametrize("name", [name for name in BDS if name != "ADNTG"])
def test_values_taken_over_are_those_of_their_source(files: Files, controls: Files, name: str) -> None:
    traced = list(files[name].present("SRCVAR"))
    assert traced
    sources = {
        (study, domain): groups(tabulated[domain].rows, "USUBJID", f"{domain}SEQ")
        for study, tabulated in ((True, files), (False, controls))
        for domain in {row["SRCDOM"] for row in traced} & tabulated.keys()
    }
    for row in traced:
        source = sources[row["STUDYID"] == "IMPROVECED", row["SRCDOM"]][row["USUBJID"], row["SRCSEQ"]]
        assert [number_of(one[row["SRCVAR"]]) for one in source] == [row["AVAL"]]
        happened = day(source[0][f"{row['SRCDOM']}DTC"])
        assert happened is not None and row["ADT"] == (happened - SAS_ZERO).days


def test_criteria_are_judged_where_they_are_named(files: Files) -> None:
    for name in BDS:
        for criterion in (one for one in ("CRIT1", "CRIT2", "CRIT3") if one in files[name].labels):
            for row in files[name].rows:
                flag = row[f"{criterion}FL"]
                assert (row[criterion] is None) == (flag is None)
                assert flag in ("Y", "N", None)
    for row in files["ADCF"].where(PARAMCD="CBFPCT"):
        assert row["CRIT1FL"] == ("Y" if row["AVAL"] > 50 else "N")
    improved = [row for row in files["ADCF"].where(PARAMCD="CBFPCT", ANL01FL="Y") if row["CRIT1FL"] == "Y"]
    assert {row["AVISIT"] for row in improved} == {"Month 6"}


# Disposition and events
