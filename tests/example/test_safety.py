"""Events, hospital stays, history and deviations, worked out again in plain Python.

Only the transport files are read, with pyreadstat; where a value was collected, the raw tables with csv.
"""

from __future__ import annotations

import calendar
import csv
import shutil
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from example_study import DEFINE, MAPPINGS, RAW
from transport_files import Dataset, Row, read_folder

import ced_cdisc

Files = dict[str, Dataset]
DAY_ZERO = date(1960, 1, 1)
RELATED = ("POSSIBLY RELATED", "PROBABLY RELATED", "RELATED")


def raw(name: str) -> list[dict[str, str]]:
    with (RAW / f"{name}.csv").open(newline="", encoding="utf-8-sig") as stream:
        return [row | {"SUBJ": row["SUBJ"].strip()} for row in csv.DictReader(stream)]


def sas_day(day: date) -> float:
    return float((day - DAY_ZERO).days)


def seconds(moment: datetime) -> float:
    return (moment - datetime(1960, 1, 1)).total_seconds()  # noqa: DTZ001


def possible(text: str) -> tuple[datetime, datetime]:
    """The first and the last moment that an ISO 8601 text may mean."""
    if "T" in text:
        moment = datetime.fromisoformat(text)
        return moment, moment + timedelta(minutes=1, seconds=-1)
    year, month, day, *_ = [*map(int, text.split("-")), 0, 0]
    first = datetime(year, month or 1, day or 1)  # noqa: DTZ001
    month = month or 12
    last_day = day or calendar.monthrange(year, month)[1]
    return first, datetime(year, month, last_day, 23, 59, 59)  # noqa: DTZ001


def onset(row: Row, dosed: datetime | None) -> datetime:
    """The start of an event: as early as it may be, but not before the first dose if it may be after it."""
    first, last = possible(row["AESTDTC"])
    return dosed if dosed is not None and first < dosed <= last else first


def first_dose(files: Files, subject: str) -> datetime | None:
    given = [row["EXSTDTC"] for row in files["EX"].where(USUBJID=subject)]
    return datetime.fromisoformat(min(given)) if given else None


def phase(files: Files, subject: str, moment: datetime) -> str:
    """The phase by the elements that the subject went through."""
    dosed = first_dose(files, subject)
    pheresis = [row["PRSTDTC"] for row in files["PR"].where(USUBJID=subject, PRTRT="LEUKAPHERESIS")]
    infused = [row["EXENDTC"] for row in files["EX"].where(USUBJID=subject, EXCAT="CELL THERAPY")]
    if dosed is None or moment < dosed:
        return "Screening"
    if moment < datetime.fromisoformat(min(pheresis)):
        return "Mobilization"
    return "Infusion" if moment < datetime.fromisoformat(max(infused)) else "Follow-up"


def events(files: Files) -> list[tuple[Row, Row]]:
    """Each record of ADAE with the record of AE that it was made from."""
    assert len(files["ADAE"].rows) == len(files["AE"].rows) == 50
    pairs = [
        (row, files["AE"].where(USUBJID=row["USUBJID"], AESEQ=row["AESEQ"])) for row in files["ADAE"].rows
    ]
    return [(row, source) for row, (source,) in pairs]


def test_starts_and_ends_are_imputed_within_what_was_collected(files: Files) -> None:
    imputed = 0
    contact = {row["USUBJID"]: row["RFPENDTC"] for row in files["DM"].rows}
    for row, source in events(files):
        begin = onset(source, first_dose(files, row["USUBJID"]))
        assert row["ASTDTM"] == seconds(begin)
        assert row["ASTDT"] == sas_day(begin.date())
        known = len(source["AESTDTC"])
        assert row["ASTDTF"] == {4: "M", 7: "D"}.get(known)
        assert row["ASTTMF"] == {16: "S"}.get(known, "H")
        imputed += known < 10
        if source["AEENDTC"] is None:
            assert row["AENDT"] is row["AENDTF"] is row["ADURN"] is None
            continue
        last = possible(source["AEENDTC"])[1].date()
        end = min(last, date.fromisoformat(contact[row["USUBJID"]]))
        assert row["AENDT"] == sas_day(end) and row["AENDTF"] == (
            "D" if len(source["AEENDTC"]) == 7 else None
        )
        assert row["ADURN"] == row["AENDT"] - row["ASTDT"] + 1 >= 1
    assert imputed == 3


def test_an_event_is_treatment_emergent_from_the_first_dose_on(files: Files) -> None:
    counted: Counter[str | None] = Counter()
    for row, source in events(files):
        dosed = first_dose(files, row["USUBJID"])
        expected = "Y" if dosed is not None and possible(source["AESTDTC"])[1] >= dosed else None
        assert row["TRTEMFL"] == expected, source
        assert (row["TRTEMFL"] == "Y") == (row["ASTDT"] >= row["TRTSDT"])
        counted[row["TRTEMFL"]] += 1
    assert counted == {"Y": 48, None: 2}


def test_the_phase_is_that_of_the_elements_by_date_and_time(files: Files) -> None:
    seen: Counter[str] = Counter()
    for row, source in events(files):
        begin = onset(source, first_dose(files, row["USUBJID"]))
        assert row["APHASE"] == phase(files, row["USUBJID"], begin), source
        assert (row["APHASE"] == "Screening") == (row["TRTEMFL"] is None)
        seen[row["APHASE"]] += 1
    assert seen.keys() == {"Screening", "Mobilization", "Infusion", "Follow-up"}
    during = [row["APHASE"] for row, source in events(files) if "during" in source["AETERM"]]
    assert "Infusion" in during and "Mobilization" not in during


@pytest.mark.parametrize(
    ("flag", "within", "only"),
    [
        ("AOCCFL", (), {}),
        ("AOCCSFL", ("AEBODSYS",), {}),
        ("AOCCPFL", ("AEDECOD",), {}),
        ("AOCC01FL", (), {"ARELCEL": RELATED}),
    ],
)
def test_the_first_event_of_a_kind_is_flagged_once(
    files: Files, flag: str, within: tuple[str, ...], only: dict[str, tuple[str, ...]]
) -> None:
    first: dict[tuple[Any, ...], Row] = {}
    for row in files["ADAE"].where(TRTEMFL="Y"):
        if all(row[name] in values for name, values in only.items()):
            key = (row["USUBJID"], *(row[name] for name in within))
            kept = first.get(key)
            if kept is None or (row["ASTDTM"], row["AESEQ"]) < (kept["ASTDTM"], kept["AESEQ"]):
                first[key] = row
    expected = {(row["USUBJID"], row["AESEQ"]) for row in first.values()}
    assert {(row["USUBJID"], row["AESEQ"]) for row in files["ADAE"].present(flag)} == expected
    assert len(expected) == len(first) > 5
    assert {row[flag] for row in files["ADAE"].present(flag)} == {"Y"}


def test_causality_is_that_of_each_treatment_as_collected(files: Files) -> None:
    words = {"1": "NOT RELATED", "2": "POSSIBLY RELATED", "3": "PROBABLY RELATED", "4": "RELATED"}
    collected = {(row["SUBJ"], row["AENO"]): row for row in raw("ae")}  # of two copies the later stands last
    for row, source in events(files):
        form = collected[row["USUBJID"].removeprefix("IMPROVECED-"), source["AESPID"]]
        parts = [form[name] for name in ("REL_GCSF", "REL_APH", "REL_CELL")]
        assert [row[name] for name in ("ARELGCS", "ARELAPH", "ARELCEL")] == [words[part] for part in parts]
        assert row["AREL"] == source["AEREL"] == words[max(parts)]
        assert row["ASEV"] == source["AESEV"] == {"1": "MILD", "2": "MODERATE"}[form["SEV"]]
        assert row["ASEVN"] == float(form["SEV"])


def test_no_death_infarction_or_stroke_was_seen_at_any_contact(files: Files) -> None:
    asked = files["CE"].where(CECAT="MACE")
    seen = Counter((row["CETERM"], row["CEOCCUR"]) for row in asked)
    assert seen == {(term, "N"): 61 for term in ("DEATH", "MYOCARDIAL INFARCTION", "STROKE")}
    assert len(raw("contacts")) == 61
    assert [row for row in files["ADAE"].rows if row["CQ01NAM"] is not None or row["AESDTH"] == "Y"] == []
    assert [row for row in files["ADSL"].rows if row["DTHFL"] is not None or row["DTHDT"] is not None] == []


def test_times_to_event_are_censored_at_the_last_contact(files: Files) -> None:
    rows = files["ADTTE"].rows
    infused = {row["USUBJID"]: row["EXSTDTC"] for row in files["EX"].where(EXCAT="CELL THERAPY")}
    asked: dict[str, str] = {}
    for row in files["CE"].where(CECAT="MACE"):
        asked[row["USUBJID"]] = max(row["CEDTC"], asked.get(row["USUBJID"], ""))
    assert Counter(row["PARAMCD"] for row in rows) == dict.fromkeys(("MACE", "DEATH", "MI", "STROKE"), 20)
    for row in rows:
        start = date.fromisoformat(infused[row["USUBJID"]][:10])
        last = date.fromisoformat(asked[row["USUBJID"]])  # the events were asked for until the last contact
        assert (row["STARTDT"], row["ADT"]) == (sas_day(start), sas_day(last))
        assert row["AVAL"] == (last - start).days + 1
        assert (row["CNSR"], row["SRCDOM"], row["SRCVAR"]) == (1.0, "ADSL", "LSTALVDT")


def test_an_infarction_at_a_contact_and_a_death_would_be_events(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    changes = {
        "contacts": {("01-002", "MONTH 3"): {"MACE_MI": "Y", "MACEDT": "01-NOV-2018"}},
        "dispo": {("01-004", "MONTH 6"): {"DTHDT": "23-JUL-2019"}},
    }
    for name, rows in changes.items():
        path = tmp_path / "raw" / f"{name}.csv"
        with path.open(newline="", encoding="utf-8") as stream:
            table = list(csv.DictReader(stream))
        for row in table:
            row.update(rows.get((row["SUBJ"], row["VISITNM"]), {}))
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    ced_cdisc.build(
        tmp_path / "raw", tmp_path / "out", mappings=MAPPINGS, define=DEFINE, only=["ADTTE"], check=False
    )
    made = read_folder(tmp_path / "out")["ADTTE"]
    met = [row for row in made.rows if row["CNSR"] == 0]
    assert [(row["SUBJID"], row["PARAMCD"], row["AVAL"], row["SRCDOM"], row["EVNTDESC"]) for row in met] == [
        ("01-002", "MACE", 66, "CE", "Event reported at a contact"),
        ("01-002", "MI", 66, "CE", "Event reported at a contact"),
        ("01-004", "DEATH", 190, "ADSL", "Death"),
        ("01-004", "MACE", 190, "ADSL", "Death"),
    ]
    assert {row["CNSDTDSC"] for row in met} == {None}
    assert {row["ADT"] for row in met} == {sas_day(date(2018, 11, 1)), sas_day(date(2019, 7, 23))}


def test_contacts_agree_with_the_visits_and_with_the_end_of_participation(files: Files) -> None:
    visits = {(row["USUBJID"], row["VISITNUM"]): row for row in files["SV"].rows}
    modes = {"P": "IN PERSON", "T": "TELEPHONE CALL"}
    by_name = {"MONTH 1": 8.0, "MONTH 3": 9.0, "MONTH 6": 10.0}
    for row in raw("contacts"):
        if row["VISITNM"] in by_name:
            visit = visits[f"IMPROVECED-{row['SUBJ']}", by_name[row["VISITNM"]]]
            assert (visit["SVOCCUR"], visit["SVCNTMOD"]) == ("Y", modes[row["MODE"]])
    last = {row["SUBJ"]: row["LASTCONT"] for row in raw("dispo")}
    latest = {row["SUBJ"]: row["CONTDT"] for row in raw("contacts")}
    assert latest == {subject: last[subject] for subject in latest}


def test_the_serious_event_has_its_hospital_stay(files: Files) -> None:
    (serious,) = files["AE"].where(AESER="Y")
    stays = files["HO"].rows
    assert {(row["HOTERM"], row["HODECOD"]) for row in stays} == {("HOSPITAL", "HOSPITAL STAY")}
    linked = [row for row in files["RELREC"].rows if row["RELID"].startswith("AEHO")]
    assert {(row["RDOMAIN"], row["USUBJID"]) for row in linked} == {
        ("AE", serious["USUBJID"]),
        ("HO", serious["USUBJID"]),
    }
    (stay,) = files["HO"].where(USUBJID=serious["USUBJID"])
    assert (stay["HOSTDTC"], stay["HOENDTC"]) == (serious["AESTDTC"], serious["AEENDTC"])
    assert {row["IDVARVAL"] for row in linked} == {
        f"{serious['AESEQ']:.0f}",
        f"{stay['HOSEQ']:.0f}",
    }
    reasons = files["SUPPHO"].where(QNAM="HOINDC")
    assert len(reasons) == len(stays) == 2


def test_medications_are_related_to_the_events_that_they_were_given_for(files: Files) -> None:
    given = {(row["SUBJ"], row["AENO"], row["CMNO"]) for row in raw("conmeds") if row["AENO"]}
    sides: dict[tuple[str, str], dict[str, str]] = {}
    for row in (row for row in files["RELREC"].rows if row["RELID"].startswith("AECM")):
        assert row["RDOMAIN"] not in sides.setdefault((row["USUBJID"], row["RELID"]), {})
        sides[row["USUBJID"], row["RELID"]][row["RDOMAIN"]] = row["IDVARVAL"]
    found: set[tuple[str, str, str]] = set()
    for (subject, _), numbers in sides.items():
        (event,) = files["AE"].where(USUBJID=subject, AESEQ=float(numbers["AE"]))
        (drug,) = files["CM"].where(USUBJID=subject, CMSEQ=float(numbers["CM"]))
        found.add((subject.removeprefix("IMPROVECED-"), event["AESPID"], drug["CMSPID"]))
    assert found == given and len(given) == 14


def test_history_is_that_of_the_form_and_smoking_stands_in_su(files: Files) -> None:
    forms = raw("medhist")
    assert len(files["MH"].rows) + len(files["SU"].rows) == len(forms)
    smoking = {f"IMPROVECED-{row['SUBJ']}": row for row in forms if row["DXCD"] == "80105"}
    assert {row["USUBJID"] for row in files["SU"].rows} == smoking.keys()
    assert len(files["MH"].where(MHCAT="PRIMARY DIAGNOSIS", MHEVDTYP="DIAGNOSIS")) == 21
    for row in files["MH"].rows:
        asked = row["MHPRESP"] == "Y"
        assert (row["MHOCCUR"] is not None) == (asked and row["MHSTAT"] is None)
        assert row["MHENRTPT"] is None or row["MHENDTC"] is None
        assert (row["MHENTPT"] is not None) == (row["MHENRTPT"] is not None)
    codes = {"HTNFL": "80101", "HLDFL": "80102", "DMFL": "80103"}
    answers = {(row["SUBJ"], row["DXCD"]): row["MHOCC"] for row in forms}
    for row in files["ADSL"].where(HCFL="N"):
        for name, code in codes.items():
            answer = answers[row["SUBJID"], code]
            assert row[name] == (answer if answer in ("Y", "N") else None), (row["SUBJID"], name)
        form = smoking[row["USUBJID"]]
        now = "CURRENT" if form["MHONGO"] == "1" else "FORMER"
        assert row["SMOKER"] == (now if form["MHOCC"] == "Y" else "NEVER")


def test_medication_at_baseline_is_what_was_taken_before_the_first_dose(files: Files) -> None:
    classes = {
        "ACEIFL": "ACE INHIBITORS",
        "BBFL": "BETA BLOCKING AGENTS",
        "CCBFL": "CALCIUM CHANNEL BLOCKERS",
        "STATINFL": "LIPID MODIFYING AGENTS",
    }
    for row in files["ADSL"].where(HCFL="N"):
        dosed = first_dose(files, row["USUBJID"])
        taken: set[str] = set()
        for drug in files["CM"].where(USUBJID=row["USUBJID"], CMCAT="CONCOMITANT"):
            over = drug["CMENDTC"] is not None and dosed is not None and possible(drug["CMENDTC"])[1] < dosed
            if not over and (dosed is None or possible(drug["CMSTDTC"])[1] < dosed):
                taken.add(drug["CMCLAS"])
        assert {name: row[name] for name in classes} == {
            name: "Y" if words in taken else "N" for name, words in classes.items()
        }, row["USUBJID"]
    for name in classes:
        assert {row[name] for row in files["ADSL"].where(HCFL="N")} == {"Y", "N"}
    treated = {row["USUBJID"] for row in files["CM"].where(CMCLAS="ACE INHIBITORS")}
    assert {row["HTNFL"] for row in files["ADSL"].rows if row["USUBJID"] in treated} == {"Y"}


def test_deviations_are_those_that_the_data_show(files: Files) -> None:
    infused = {row["USUBJID"]: row["EXSTDTC"][:10] for row in files["EX"].where(EXCAT="CELL THERAPY")}
    late: set[str] = set()
    for row in files["SV"].where(VISIT="MONTH 6"):
        days = date.fromisoformat(row["SVSTDTC"]) - date.fromisoformat(infused[row["USUBJID"]])
        late |= {row["USUBJID"]} if abs(days.days - 180) > 14 else set()
    found = files["DV"].where(DVDECOD="VISIT OUT OF WINDOW")
    assert {row["USUBJID"] for row in found} == late and len(late) == 4
    (missed,) = files["EC"].where(ECOCCUR="N")
    (deviation,) = files["DV"].where(DVDECOD="DOSE MISSED")
    assert (deviation["USUBJID"], deviation["DVSTDTC"]) == (missed["USUBJID"], missed["ECSTDTC"][:10])
    changed = {(row["USUBJID"], row["VISIT"]) for row in files["SV"].where(SVEPCHGI="Y")}
    assert changed == {
        *((f"IMPROVECED-01-{number}", "MONTH 6") for number in ("014", "015", "016")),
        ("IMPROVECED-01-020", "MONTH 1"),
    }
    (untaken,) = files["SV"].where(VISIT="MONTH 3", SVOCCUR="N")
    (deviation,) = files["DV"].where(DVDECOD="VISIT NOT DONE")
    assert deviation["USUBJID"] == untaken["USUBJID"]
    excluded = {
        row["USUBJID"] for row in files["DV"].where(DVSCAT="IMPORTANT") if row["DVCAT"] != "INFORMED CONSENT"
    }
    for row in files["ADSL"].rows:
        assert row["PPROTFL"] == ("Y" if row["FASFL"] == "Y" and row["USUBJID"] not in excluded else "N")


def test_every_system_was_examined_or_a_reason_is_given(files: Files) -> None:
    visits = Counter((row["USUBJID"], row["VISIT"]) for row in files["PE"].rows)
    assert set(visits.values()) == {8} and len(visits) == 41
    results = Counter(row["PEORRES"] for row in files["PE"].rows)
    assert results["NORMAL"] > 300 and results[None] == 2
    for row in files["PE"].rows:
        assert (row["PESTAT"] == "NOT DONE") == (row["PEORRES"] is None) == (row["PEREASND"] is not None)


def test_comments_are_whole_and_find_their_records(files: Files) -> None:
    remarks = {row["REMARK"] for row in raw("contacts")} | {row["AESPEC"] for row in raw("ae")}
    remarks |= {row["COMMENT"] for row in raw("apheresis")}
    sheet = openpyxl.load_workbook(RAW / "cathlab.xlsx")["CATHLAB"].iter_rows(values_only=True)
    column = next(sheet).index("COMMENT")
    remarks |= {str(row[column]) for row in sheet if row[column]}
    said = {(row["COVAL"] or "") + (f" {row['COVAL1']}" if row["COVAL1"] else "") for row in files["CO"].rows}
    assert said == {remark.replace("–", "-") for remark in remarks if remark}
    for row in files["CO"].present("RDOMAIN"):
        parent = files[row["RDOMAIN"]].where(USUBJID=row["USUBJID"])
        (found,) = (one for one in parent if one[row["IDVAR"]] == float(row["IDVARVAL"]))
        if row["RDOMAIN"] == "PR":
            form = {"LEUKAPHERESIS": "LEUKAPHERESIS", "CORONARY FUNCTION TEST": "CATHETERIZATION"}
            assert (form[found["PRTRT"]], found["PRSTDTC"]) == (row["COREF"], row["CODTC"])
    # Comments are no supplemental qualifiers.
    assert "PRCOMM" not in {row["QNAM"] for row in files["SUPPPR"].rows}
