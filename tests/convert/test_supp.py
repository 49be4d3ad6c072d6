"""Supplemental qualifiers as records of their own."""

from __future__ import annotations

from convert_plan import Study, raw, subjects

from ced_cdisc.convert import supplemental


def test_each_value_is_a_record_sorted_by_the_keys() -> None:
    study = Study(ae=subjects("2", "1", "1", REL=["YES", None, "NO"], NUM=["1.50", None, None]))
    lines = {"supp.AEREL": "ae.REL", "supp.AENUM": "number(ae.NUM)", "STUDYID": "'S1'"}
    study.add("AE", [raw("ae", lines)], {"AESEQ": "rank(order by supp.AEREL)"}, extra=["USUBJID"])
    frames, _ = study.build()
    found = supplemental(study.datasets[0], frames["AE"])
    assert found is not None
    names = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG QEVAL"
    assert found.columns == names.split()
    assert found.rows() == [
        ("S1", "AE", "S1-1", "AESEQ", "2", "AEREL", "Label of supp.AEREL", "NO", "Collected", None),
        ("S1", "AE", "S1-2", "AESEQ", "1", "AENUM", "Label of supp.AENUM", "1.5", "Collected", None),
        ("S1", "AE", "S1-2", "AESEQ", "1", "AEREL", "Label of supp.AEREL", "YES", "Collected", None),
    ]


def test_dm_needs_no_idvar() -> None:
    study = Study(demog=subjects("1", RACE=["A"]))
    study.add("DM", [raw("demog", {"supp.RACE2": "demog.RACE", "STUDYID": "'S1'", "USUBJID": "USUBJID"})])
    frames, _ = study.build()
    found = supplemental(study.datasets[0], frames["DM"])
    assert found is not None
    assert found.select("IDVAR", "IDVARVAL", "QVAL").rows() == [(None, None, "A")]


def test_without_values_there_is_no_dataset() -> None:
    study = Study(ae=subjects("1", REL=[None]))
    study.add("AE", [raw("ae", {"supp.AEREL": "ae.REL", "STUDYID": "'S1'"})], extra=["USUBJID", "AESEQ"])
    frames, _ = study.build()
    assert frames["AE"].columns[-1] == "supp.AEREL"
    assert supplemental(study.datasets[0], frames["AE"]) is None
